"""Pivotal readings: those whose answer alone can still change the stage or the decision.

A reading is pivotal when two valuations that differ in it alone give another stage or another decision. Conditions of
gates and checks look upwards, so it is enough to compare its lowest with its highest possible level; and of a node of
which the reading is a part three things decide: it can be true either way, be false either way, or it can *flip*.
Members that share no other reading choose among these freely, and flipping serves best. Readings that stand in several
members are tried level by level.

The same recursion runs over columns and over the nodes of a circuit: ``Algebra`` says how to combine either.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Generic, Protocol, TypeVar

from assess.engines import EngineUnavailableError
from assess.explain.circuit import Circuit
from assess.explain.thresholds import gates_of
from assess.readings import Reading, Status
from assess.ruleset.conditions import All, AtLeast, Atom, Condition, leaves, unfold
from assess.ruleset.model import RuleSet

T = TypeVar("T")
MOST_ASSIGNMENTS = 625


class Algebra(Protocol[T]):
    """Truth values of some kind, and the levels that readings may have."""

    def constant(self, value: bool) -> T:
        """True or false."""

    def floor_reaches(self, indicator: str, level: int) -> T:
        """Whether the lowest possible level is at least ``level``."""

    def ceiling_reaches(self, indicator: str, level: int) -> T:
        """Whether the highest possible level is at least ``level``."""

    def bits(self, condition: Condition) -> tuple[T, T] | None:
        """The certain and the possible bit of an unfolded condition, where they have been worked out already."""

    def negated(self, value: T) -> T:
        """Not."""

    def at_least(self, count: int, values: Sequence[T]) -> T:
        """Whether at least ``count`` of these are true."""


@dataclass(frozen=True, slots=True)
class _Ways(Generic[T]):
    """How a node may stand when the reading goes from its lowest to its highest level."""

    true: T  # it can be true either way
    false: T  # it can be false either way
    flips: T | None  # it can flip; nothing where the reading is no part of it


class Pivots(Generic[T]):
    """The pivotal readings of a rule set, over columns or over the nodes of a circuit."""

    def __init__(self, ruleset: RuleSet, algebra: Algebra[T]) -> None:
        self.ruleset = ruleset
        self.algebra = algebra
        self.gates = [unfold(gate, ruleset.named) for gate in ruleset.gates.values()]
        self._known_inside: dict[int, tuple[Condition, frozenset[str]]] = {}

    def pivotal(self, among: Container[str] | None = None, gates: range | None = None) -> dict[str, T]:
        """For every indicator of a gate or a check whether its reading is pivotal.

        Where it is known beforehand that no other can be: only of these readings, and only through these gates.
        """
        wanted = self.ruleset.order if among is None else among
        found: dict[str, list[T]] = {}
        numbers = range(len(self.gates)) if gates is None else gates
        for name, value in (*self._of_stage(wanted, numbers), *self._of_decision(wanted)):
            found.setdefault(name, []).append(value)
        order = self.ruleset.order
        return {name: self._any(found[name]) for name in sorted(found, key=order.__getitem__)}

    def _of_stage(self, among: Container[str], numbers: range) -> Iterator[tuple[str, T]]:
        for number in numbers:
            gate, below = self.gates[number], self.gates[:number]
            for indicator in _indicators([gate]):
                if indicator in among:
                    yield indicator, self._flips(indicator, gate, below)

    def _of_decision(self, among: Container[str]) -> Iterator[tuple[str, T]]:
        checks = self.ruleset.screening.checks if self.ruleset.screening else ()
        required = [check.when for check in checks if check.required]
        for conditions in (required, [check.when for check in checks]):
            if conditions:
                whole = unfold(All(tuple(conditions)), self.ruleset.named)
                for indicator in _indicators([whole]):
                    if indicator in among:
                        yield indicator, self._flips(indicator, whole, [])

    # --- one reading, one condition ------------------------------------------------------------------------------

    def _flips(self, indicator: str, condition: Condition, below: Sequence[Condition]) -> T:
        """Whether ``condition`` can flip with the reading while the conditions ``below`` stay true."""
        mixed = _mixed(condition, below)
        tried = [name for name in mixed if name != indicator]
        bottoms = _classes(indicator, [condition, *below]) if indicator in mixed and below else [None]
        choices = list(product(*(_classes(name, [condition, *below]) for name in tried)))
        if len(choices) * len(bottoms) > MOST_ASSIGNMENTS:
            raise EngineUnavailableError("too-large", f"assignments: {len(choices)} > {MOST_ASSIGNMENTS}")
        settings = product((dict(zip(tried, classes, strict=True)) for classes in choices), bottoms)
        return self._any([self._flips_when(indicator, bottom, condition, below, fixed) for fixed, bottom in settings])

    def _flips_when(
        self,
        indicator: str,
        bottom: _Class | None,
        condition: Condition,
        below: Sequence[Condition],
        fixed: Mapping[str, _Class],
    ) -> T:
        """The same with some readings fixed; ``bottom`` is the lower level to compare, where that is not the lowest."""
        can = [self._within(name, levels) for name, levels in fixed.items()]
        settled = {name: levels.lowest for name, levels in fixed.items()}
        lower = None
        if bottom is not None:
            can.append(self._within(indicator, bottom))
            lower = bottom.lowest
            settled_below = {**settled, indicator: lower}
        else:
            settled_below = settled
        ways = self._ways(condition, indicator, lower, settled)
        can += [self._possible(part, settled_below) for part in below]
        return self._all([*can, ways.flips if ways.flips is not None else self.algebra.constant(False)])

    def _within(self, indicator: str, levels: _Class) -> T:
        """Whether the reading may have one of these levels."""
        reached = self.algebra.ceiling_reaches(indicator, levels.lowest)
        if levels.beyond is None:
            return reached
        return self._all([reached, self.algebra.negated(self.algebra.floor_reaches(indicator, levels.beyond))])

    def _possible(self, condition: Condition, fixed: Mapping[str, int]) -> T:
        """Whether a condition is true when every reading that is not fixed is as high as possible."""
        if self._inside(condition).isdisjoint(fixed) and (bits := self.algebra.bits(condition)):
            return bits[1]
        if isinstance(condition, Atom):
            if condition.indicator in fixed:
                return self.algebra.constant(fixed[condition.indicator] >= condition.level)
            return self.algebra.ceiling_reaches(condition.indicator, condition.level)
        if isinstance(condition, AtLeast):
            return self.algebra.at_least(condition.count, [self._possible(part, fixed) for part in condition.of])
        raise TypeError(f"only comparisons and counts can be in a gate: {condition}")

    def _ways(self, condition: Condition, indicator: str, lower: int | None, fixed: Mapping[str, int]) -> _Ways[T]:
        inside = self._inside(condition)
        if indicator not in inside and inside.isdisjoint(fixed) and (bits := self.algebra.bits(condition)):
            certain, possible = bits
            return _Ways(possible, self.algebra.negated(certain), None)
        if isinstance(condition, Atom):
            return self._atom_ways(condition, indicator, lower, fixed)
        if not isinstance(condition, AtLeast):
            raise TypeError(f"only comparisons and counts can be in a gate: {condition}")
        algebra, count = self.algebra, condition.count
        parts = [self._ways(part, indicator, lower, fixed) for part in condition.of]
        true = algebra.at_least(count, [part.true for part in parts])
        false = algebra.at_least(len(parts) - count + 1, [part.false for part in parts])
        flipping = [part.flips for part in parts if part.flips is not None]
        if not flipping:
            return _Ways(true, false, None)
        # Every part that can flip does; of the others too few must be true, and with the flipping ones enough.
        false_or_flips = [self._either(part.false, part.flips) for part in parts]
        true_or_flips = [self._either(part.true, part.flips) for part in parts]
        flips = self._all(
            [
                self._any(flipping),
                algebra.at_least(len(parts) - count + 1, false_or_flips),
                algebra.at_least(count, true_or_flips),
            ]
        )
        return _Ways(true, false, flips)

    def _inside(self, condition: Condition) -> frozenset[str]:
        """The indicators of an unfolded condition."""
        if id(condition) not in self._known_inside:
            self._known_inside[id(condition)] = condition, frozenset(_indicators([condition]))
        return self._known_inside[id(condition)][1]

    def _atom_ways(self, atom: Atom, indicator: str, lower: int | None, fixed: Mapping[str, int]) -> _Ways[T]:
        algebra, level = self.algebra, atom.level
        if atom.indicator in fixed:
            holds = fixed[atom.indicator] >= level
            return _Ways(algebra.constant(holds), algebra.constant(not holds), None)
        floor, ceiling = algebra.floor_reaches(atom.indicator, level), algebra.ceiling_reaches(atom.indicator, level)
        if atom.indicator != indicator:
            return _Ways(ceiling, algebra.negated(floor), None)
        at_bottom = floor if lower is None else algebra.constant(lower >= level)
        return _Ways(at_bottom, algebra.negated(ceiling), self._all([algebra.negated(at_bottom), ceiling]))

    # --- small words ---------------------------------------------------------------------------------------------

    def _all(self, values: Sequence[T]) -> T:
        return self.algebra.at_least(len(values), values)

    def _any(self, values: Sequence[T]) -> T:
        return self.algebra.at_least(1, values)

    def _either(self, first: T, second: T | None) -> T:
        return first if second is None else self._any([first, second])


@dataclass(frozen=True, slots=True)
class _Class:
    """Levels between which no condition tells: from ``lowest`` up to, but not with, ``beyond``."""

    lowest: int
    beyond: int | None


def _classes(indicator: str, conditions: Iterable[Condition]) -> list[_Class]:
    levels = sorted({0, *_levels(indicator, conditions)})
    return [_Class(lowest, beyond) for lowest, beyond in zip(levels, [*levels[1:], None], strict=True)]


def _levels(indicator: str, conditions: Iterable[Condition]) -> list[int]:
    """Every level that is asked of an indicator, as often as it is asked."""
    found = (leaf for condition in conditions for leaf in leaves(condition))
    return [leaf.level for leaf in found if isinstance(leaf, Atom) and leaf.indicator == indicator]


def _indicators(conditions: Iterable[Condition]) -> list[str]:
    found = (leaf.indicator for condition in conditions for leaf in leaves(condition) if isinstance(leaf, Atom))
    return list(dict.fromkeys(found))


def _mixed(condition: Condition, below: Sequence[Condition]) -> list[str]:
    """Indicators that stand in a condition more than once, or of which it asks a level not above those asked below."""
    found = []
    for indicator in _indicators([condition]):
        here, under = _levels(indicator, [condition]), _levels(indicator, below)
        if len(here) > 1 or (under and max(under) >= min(here)):
            found.append(indicator)
    return found


# --- single values -----------------------------------------------------------------------------------------------


class Pivotal:
    """The pivotal readings of a rule set's relations, one after the other; what they have in common is done once."""

    def __init__(self, ruleset: RuleSet) -> None:
        self._circuit = Circuit()
        self._nodes = Pivots(ruleset, self._circuit).pivotal()

    def __call__(self, readings: Mapping[str, Reading]) -> list[str]:
        """Those of one relation, in rule-set order; what does not apply cannot be answered."""
        values = self._circuit.values(readings)
        return [
            name
            for name, node in self._nodes.items()
            if values[node] and readings[name].status is not Status.NOT_APPLICABLE
        ]


@dataclass(frozen=True, slots=True)
class _OfOne:
    """The algebra of plain truths about one relation."""

    readings: Mapping[str, Reading]

    def constant(self, value: bool) -> bool:
        """True or false."""
        return value

    def floor_reaches(self, indicator: str, level: int) -> bool:
        """Whether the lowest possible level is at least ``level``."""
        return self.readings[indicator].floor >= level

    def ceiling_reaches(self, indicator: str, level: int) -> bool:
        """Whether the highest possible level is at least ``level``."""
        return self.readings[indicator].ceiling >= level

    def bits(self, condition: Condition) -> None:
        """Nothing has been worked out before."""
        return

    def negated(self, value: bool) -> bool:
        """Not."""
        return not value

    def at_least(self, count: int, values: Sequence[bool]) -> bool:
        """Whether at least ``count`` of these are true."""
        return sum(values) >= count


def pivotal(ruleset: RuleSet, readings: Mapping[str, Reading]) -> list[str]:
    """The pivotal readings of a single relation, without the circuit that only many relations are worth.

    A reading that is known cannot be pivotal, nor can a gate change the stage that holds or fails in any case.
    """
    stage = gates_of(ruleset).span(readings)
    unknown = {
        name
        for name, reading in readings.items()
        if reading.floor < reading.ceiling and reading.status is not Status.NOT_APPLICABLE
    }
    found = Pivots(ruleset, _OfOne(readings)).pivotal(unknown, range(stage.floor, stage.ceiling))
    return [name for name, value in found.items() if value]
