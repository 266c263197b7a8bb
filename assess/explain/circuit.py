"""A rule set's question worked out once, as a circuit of counts, and then answered for many relations.

Equal parts are one, and what is known beforehand disappears; so a circuit has some thousand nodes where the recursion
that made it had some hundred thousand steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assess.readings import Reading
from assess.ruleset.conditions import Condition

FALSE, TRUE = 0, 1


@dataclass(frozen=True, slots=True)
class _Reaches:
    """A leaf: whether one end of a reading is at least a level."""

    indicator: str
    level: int
    floor: bool

    def holds(self, readings: Mapping[str, Reading]) -> bool:
        reading = readings[self.indicator]
        return (reading.floor if self.floor else reading.ceiling) >= self.level


@dataclass(frozen=True, slots=True)
class _Not:
    of: int


@dataclass(frozen=True, slots=True)
class _Count:
    count: int
    of: tuple[int, ...]


@dataclass(slots=True)
class Circuit:
    """The algebra of nodes: each value is a node's number, smaller than those of the nodes that use it."""

    nodes: dict[_Reaches | _Not | _Count, int] = field(default_factory=dict)

    def constant(self, value: bool) -> int:
        """True or false."""
        return TRUE if value else FALSE

    def floor_reaches(self, indicator: str, level: int) -> int:
        """Whether the lowest possible level is at least ``level``."""
        return self._reaches(indicator, level, floor=True)

    def ceiling_reaches(self, indicator: str, level: int) -> int:
        """Whether the highest possible level is at least ``level``."""
        return self._reaches(indicator, level, floor=False)

    def bits(self, condition: Condition) -> None:
        """Nothing has been worked out before."""
        return

    def negated(self, value: int) -> int:
        """Not."""
        return TRUE - value if value in (FALSE, TRUE) else self._number(_Not(value))

    def at_least(self, count: int, values: Sequence[int]) -> int:
        """Whether at least ``count`` of these are true."""
        unknown = sorted(value for value in values if value not in (FALSE, TRUE))
        needed = count - sum(value == TRUE for value in values)
        if needed <= 0:
            return TRUE
        if needed > len(unknown):
            return FALSE
        return unknown[0] if len(unknown) == 1 else self._number(_Count(needed, tuple(unknown)))

    def values(self, readings: Mapping[str, Reading]) -> list[bool]:
        """Whether each node is true of a relation, by its number."""
        values = [False, True]
        for node in self.nodes:
            values.append(_holds(node, values, readings))
        return values

    def _reaches(self, indicator: str, level: int, *, floor: bool) -> int:
        return TRUE if level <= 0 else self._number(_Reaches(indicator, level, floor))

    def _number(self, node: _Reaches | _Not | _Count) -> int:
        return self.nodes.setdefault(node, len(self.nodes) + 2)


def _holds(node: _Reaches | _Not | _Count, values: Sequence[bool], readings: Mapping[str, Reading]) -> bool:
    if isinstance(node, _Count):
        return sum(_of(node, values)) >= node.count
    return not values[node.of] if isinstance(node, _Not) else node.holds(readings)


def _of(node: _Count, values: Sequence[bool]) -> Iterator[bool]:
    return (values[part] for part in node.of)
