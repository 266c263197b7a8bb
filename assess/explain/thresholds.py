"""Thresholds: which of them, moved by one, would change the stage.

A threshold is the level of an atom of the gates, or the K of an "at least K of these". The gates are written out once
a rule set as Python functions of the levels *and* of the thresholds; so a moved threshold is one number in a list,
and beyond the grammar (``>= 0``, ``>= 5``, none of n, n+1 of n) it is true or false of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assess.readings import Reading
from assess.ruleset.conditions import All, Any, AtLeast, Atom, Condition, Named, Not, names, text
from assess.ruleset.model import RuleSet
from assess.ruleset.once import once
from assess.verdict import Span, Threshold

Levels = Sequence[int]
Gate = Callable[[Levels, Levels], bool]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a threshold stands; of an atom also which reading it is about."""

    condition: str
    written: str
    indicator: int | None
    at_least: bool = True


@dataclass(frozen=True, slots=True)
class _Asked:
    """A level that a gate asks of a reading: the threshold's number, and 1 for ``not (x <= L)``, which needs L+1."""

    threshold: int
    more: int


@dataclass(frozen=True, slots=True)
class Gates:
    """The gates of a rule set as functions of levels and thresholds, lowest first."""

    indicators: tuple[str, ...]
    functions: tuple[Gate, ...]
    asked: tuple[Mapping[int, tuple[_Asked, ...]], ...]  # a gate each, by indicator
    thresholds: tuple[int, ...]
    places: tuple[_Place, ...]

    def bounds(self, readings: Mapping[str, Reading]) -> tuple[list[int], list[int]]:
        """The floors and the ceilings of readings, as the functions want them."""
        taken = [readings[name] for name in self.indicators]
        return [reading.floor for reading in taken], [reading.ceiling for reading in taken]

    def stage(self, levels: Levels, thresholds: Levels) -> int:
        """The stage when every reading has one level."""
        for number, gate in enumerate(self.functions):
            if not gate(levels, thresholds):
                return number
        return len(self.functions)

    def span(self, readings: Mapping[str, Reading]) -> Span:
        """The lowest and the highest stage."""
        floors, ceilings = self.bounds(readings)
        return Span(floor=self.stage(floors, self.thresholds), ceiling=self.stage(ceilings, self.thresholds))

    def possible(self, floors: Levels, ceilings: Levels, thresholds: Levels) -> tuple[int, ...]:
        """The stages that some valuation gives, lowest first."""
        lowest, highest = self.stage(floors, thresholds), self.stage(ceilings, thresholds)
        between = range(lowest + 1, highest + 1)
        return (lowest, *(k for k in between if self._stops_at(k, floors, ceilings, thresholds)))

    def _stops_at(self, number: int, floors: Levels, ceilings: Levels, thresholds: Levels) -> bool:
        """Whether the gates up to ``number`` can be true while the next one is false; see ``ladder.can_part``."""
        below = self.functions[:number]
        if number == len(self.functions):
            return all(gate(ceilings, thresholds) for gate in below)
        above = self.functions[number]
        low, high = list(floors), list(ceilings)
        for index in range(len(self.indicators)):
            if floors[index] == ceilings[index]:
                continue
            needed = self._levels(self.asked[:number], index, floors, ceilings, thresholds)
            harmful = self._levels(self.asked[number : number + 1], index, floors, ceilings, thresholds)
            if not harmful:
                low[index] = ceilings[index]
            elif not needed:
                high[index] = floors[index]
            elif max(needed) < min(harmful):
                low[index] = high[index] = min(harmful) - 1
        return _search(below, above, low, high, thresholds)

    @staticmethod
    def _levels(
        gates: Sequence[Mapping[int, tuple[_Asked, ...]]],
        index: int,
        floors: Levels,
        ceilings: Levels,
        thresholds: Levels,
    ) -> list[int]:
        """The levels within a reading that these gates ask of it."""
        asked = (thresholds[one.threshold] + one.more for gate in gates for one in gate.get(index, ()))
        return [level for level in asked if floors[index] < level <= ceilings[index]]


def _search(below: Sequence[Gate], above: Gate, low: list[int], high: list[int], thresholds: Levels) -> bool:
    if above(low, thresholds) or not all(gate(high, thresholds) for gate in below):
        return False
    if not above(high, thresholds) or all(gate(low, thresholds) for gate in below):
        return True
    index = next(i for i, (floor, ceiling) in enumerate(zip(low, high, strict=True)) if floor < ceiling)
    middle = (low[index] + high[index]) // 2
    lower, upper = list(high), list(low)
    lower[index], upper[index] = middle, middle + 1
    return _search(below, above, low, lower, thresholds) or _search(below, above, upper, high, thresholds)


def moved(ruleset: RuleSet, readings: Mapping[str, Reading]) -> Iterator[Threshold]:
    """The thresholds that change the floor, the ceiling or the possible stages when moved by one."""
    gates = gates_of(ruleset)
    floors, ceilings = gates.bounds(readings)
    before = gates.possible(floors, ceilings, gates.thresholds)
    for number, (place, now) in enumerate(zip(gates.places, gates.thresholds, strict=True)):
        for to in (now - 1, now + 1):
            if place.indicator is not None and _same(place, floors, ceilings, now, to):
                continue
            thresholds = list(gates.thresholds)
            thresholds[number] = to
            after = gates.possible(floors, ceilings, thresholds)
            if after != before:
                yield Threshold(
                    condition=place.condition,
                    atom=place.written,
                    to=to,
                    floor=after[0],
                    ceiling=after[-1],
                    possible=after,
                )


def _same(place: _Place, floors: Levels, ceilings: Levels, now: int, to: int) -> bool:
    """Whether an atom is decided, and the same, with either level."""
    index = place.indicator
    assert index is not None
    ends = (floors[index], ceilings[index])
    truths = {end >= level if place.at_least else end <= level for end in ends for level in (now, to)}
    return len(truths) == 1


# --- compiling ---------------------------------------------------------------------------------------------------


@once
def gates_of(ruleset: RuleSet) -> Gates:
    """The gates of a rule set, compiled."""
    writer = _Writer(ruleset)
    sources = [writer.function(number, gate) for number, gate in ruleset.gates.items()]
    namespace: dict[str, Gate] = {}
    # The source consists of numbers and operators of a checked rule set, written by this module.
    exec(compile("\n".join(sources), f"<gates {ruleset.name}>", "exec"), namespace)
    return Gates(
        indicators=tuple(ruleset.indicator),
        functions=tuple(namespace[f"gate_{number}"] for number in ruleset.gates),
        asked=tuple(writer.asked(number, gate) for number, gate in ruleset.gates.items()),
        thresholds=tuple(writer.thresholds),
        places=tuple(writer.places),
    )


@dataclass(slots=True)
class _Writer:
    """Writes gates over ``x`` (levels) and ``t`` (thresholds); a named condition has its thresholds once."""

    ruleset: RuleSet
    thresholds: list[int] = field(default_factory=list)
    places: list[_Place] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)

    def function(self, number: int, gate: Condition) -> str:
        """The source of one gate, behind the named conditions that it uses."""
        used = dict.fromkeys(_named_in(gate, self.ruleset))
        for name in used:
            if name not in self.written:
                self.written[name] = self._write(self.ruleset.named[name], name)
        lines = [f"    {_variable(name)} = {self.written[name]}" for name in used]
        return "\n".join([f"def gate_{number}(x, t):", *lines, f"    return {self._write(gate, f'gate:{number}')}"])

    def asked(self, number: int, gate: Condition) -> dict[int, tuple[_Asked, ...]]:
        """What a gate asks of each indicator, in numbers of thresholds."""
        homes = {f"gate:{number}", *_named_in(gate, self.ruleset)}
        found: dict[int, list[_Asked]] = {}
        for threshold, place in enumerate(self.places):
            if place.indicator is not None and place.condition in homes:
                found.setdefault(place.indicator, []).append(_Asked(threshold, 0 if place.at_least else 1))
        return {index: tuple(levels) for index, levels in found.items()}

    def _write(self, condition: Condition, home: str) -> str:
        match condition:
            case Atom(indicator, at_least, level):
                index = self.ruleset.order[indicator]
                number = self._number(level, _Place(home, text(condition), index, at_least))
                return f"x[{index}] {'>=' if at_least else '<='} t[{number}]"
            case Named(name):
                return _variable(name)
            case Not(of):
                return f"(not {self._write(of, home)})"
            case All(of) | Any(of):
                word = " and " if isinstance(condition, All) else " or "
                return f"({word.join(self._write(member, home) for member in of)})"
            case AtLeast(count, of):
                number = self._number(count, _Place(home, f"at_least: {count} of {len(of)}", None))
                return f"({' + '.join(f'({self._write(member, home)})' for member in of)} >= t[{number}])"
            case _:
                raise TypeError(f"only comparisons and counts can be in a gate: {condition}")

    def _number(self, threshold: int, place: _Place) -> int:
        self.thresholds.append(threshold)
        self.places.append(place)
        return len(self.thresholds) - 1


def _named_in(condition: Condition, ruleset: RuleSet) -> Iterator[str]:
    """The names of conditions that one comes down to, each after those that it uses itself."""
    for name in names(condition):
        yield from _named_in(ruleset.named[name], ruleset)
        yield name


def _variable(name: str) -> str:
    return "n_" + name.replace("-", "_")
