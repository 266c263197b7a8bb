"""Raises: the smallest steps upwards that would make the next gate hold.

A raise lifts the floors of some readings; it is *minimal* when lifting any of them less would not do. Its cost is
(levels to achieve, levels to show), compared in this order: up to the ceiling a level may already be so and needs
evidence (``show``), above it the relation must change (``achieve``). Ties go to fewer indicators, then to those that
come first in the rule set.

Every form of the language is "at least k of these", and costs add up where members share no reading. So the cheapest
raises of a whole are composed from those of its parts, without enumerating all of them; where members do share
readings, the levels of the shared ones are tried in turn, and the rest is composed as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice, product
from typing import NamedTuple

from assess.readings import Reading, Status
from assess.ruleset.conditions import All, AtLeast, Atom, Condition, Named, signed_leaves, text, unfold
from assess.ruleset.model import RuleSet
from assess.verdict import ConditionRaises, Raise, RaiseStep, StepKind

SHOWN = 5


class Cost(NamedTuple):
    """What raises are compared by; costs of raises that share no reading add up component by component."""

    achieve: int
    show: int
    indicators: int
    order: int

    def plus(self, other: Cost) -> Cost:
        """The cost of both together."""
        return Cost(*(a + b for a, b in zip(self, other, strict=True)))


FREE = Cost(0, 0, 0, 0)
Levels = tuple[tuple[str, int], ...]  # the level that each raised indicator reaches, in rule-set order


@dataclass(frozen=True, slots=True)
class _Option:
    cost: Cost
    levels: Levels

    def __lt__(self, other: _Option) -> bool:
        return (self.cost, self.levels) < (other.cost, other.levels)


_NOTHING = _Option(FREE, ())


class Raises:
    """The raises of one situation."""

    def __init__(self, ruleset: RuleSet, readings: Mapping[str, Reading]) -> None:
        self.ruleset = ruleset
        self.readings = readings

    def cheapest(self, condition: Condition, target: int, count: int = SHOWN) -> tuple[Raise, ...]:
        """The ``count`` cheapest minimal raises that make ``condition`` hold; none where nothing can."""
        return tuple(self._shown(option, target) for option in self._minimal(condition, count))

    def by_condition(self, gate: Condition, target: int) -> tuple[ConditionRaises, ...]:
        """The same for each condition of a gate that does not hold yet, nearest first."""
        rows = []
        for index, member in enumerate(gate.of if isinstance(gate, All) else (gate,)):
            if self._holds(unfold(member, self.ruleset.named), ()):
                continue
            options = self._minimal(member, SHOWN)
            nearest = options[0].cost[:3] if options else (float("inf"),) * 3
            name = member.name if isinstance(member, Named) else text(member)
            shown = tuple(self._shown(option, target) for option in options)
            rows.append((nearest, index, ConditionRaises(condition=name, raises=shown)))
        return tuple(row for _, _, row in sorted(rows, key=lambda row: row[:2]))

    def nearest_indicators(self, gate: Condition) -> frozenset[str]:
        """The indicators of every least-cost raise of the nearest condition of a gate."""
        best: tuple[tuple[int, int, int], list[_Option]] | None = None
        for member in gate.of if isinstance(gate, All) else (gate,):
            if self._holds(unfold(member, self.ruleset.named), ()):
                continue
            options = self._least(member)
            if options and (best is None or options[0].cost[:3] < best[0]):
                best = options[0].cost[:3], options
        return frozenset(name for option in (best[1] if best else ()) for name, _ in option.levels)

    def least(self, unfolded: Condition) -> Levels | None:
        """The levels that one least-cost raise reaches, nothing where there is none; the condition has no names."""
        options = self._options(unfolded, 1, {})
        return options[0].levels if options else None

    # --- composing -----------------------------------------------------------------------------------------------

    def _minimal(self, condition: Condition, count: int) -> list[_Option]:
        """The ``count`` cheapest minimal raises.

        Options may contain smaller ones, which cost less; so enough are composed to be sure of ``count`` minimal ones.
        """
        unfolded = unfold(condition, self.ruleset.named)
        wanted = count
        while True:
            options = self._options(unfolded, wanted, {})
            minimal = [option for option in options if self._is_minimal(unfolded, option)]
            if len(minimal) >= count or len(options) < wanted:
                return minimal[:count]
            wanted *= 2

    def _least(self, condition: Condition) -> list[_Option]:
        """All raises of the least cost."""
        count = SHOWN
        while True:
            options = self._minimal(condition, count)
            least = [option for option in options if option.cost[:2] == options[0].cost[:2]]
            if len(least) < len(options) or len(options) < count:
                return least
            count *= 2

    def _options(self, condition: Condition, count: int, fixed: Mapping[str, int]) -> list[_Option]:
        """The cheapest raises of an unfolded condition, at most ``count``, distinct, cheapest first.

        ``fixed`` holds the levels of indicators that are settled outside of this condition.
        """
        match condition:
            case Atom(indicator, level=level):
                if max(self._floor(indicator), fixed.get(indicator, 0)) >= level:
                    return [_NOTHING]
                option = None if indicator in fixed else self._lift(indicator, level)
                return [option] if option else []
            case AtLeast(of=of):
                shared = self._shared(of, fixed)
                if not shared:
                    return self._choose(condition, count, fixed)
                choices = product(*(self._steps(indicator, condition) for indicator in shared))
                settled = (dict(zip(shared, levels, strict=True)) for levels in choices)
                return _distinct(merge(*(self._settle(condition, count, fixed, here) for here in settled)), count)
            case _:
                return []

    def _settle(
        self, condition: AtLeast, count: int, fixed: Mapping[str, int], here: Mapping[str, int]
    ) -> list[_Option]:
        """Options in which the indicators of ``here`` reach exactly these levels."""
        base = _NOTHING
        for indicator, level in here.items():
            option = self._lift(indicator, level)
            if option is None:
                return []
            base = self._join(base, option)
        return [self._join(base, option) for option in self._choose(condition, count, {**fixed, **here})]

    def _choose(self, condition: AtLeast, count: int, fixed: Mapping[str, int]) -> list[_Option]:
        """At least k members, none of which share a reading that is not fixed."""
        inside = [self._options(member, count, fixed) for member in condition.of]
        to_do = [options for options in inside if options[:1] != [_NOTHING]]
        needed = max(condition.count - (len(inside) - len(to_do)), 0)
        chosen: list[list[_Option]] = [[_NOTHING], *([] for _ in range(needed))]
        for options in to_do:
            for number in range(needed, 0, -1):
                joined = sorted(
                    self._join(first, second) for first, second in _pairs(chosen[number - 1], options, count)
                )
                chosen[number] = _distinct(merge(chosen[number], joined), count)
        return chosen[needed]

    def _shared(self, of: Sequence[Condition], fixed: Mapping[str, int]) -> list[str]:
        """The indicators that stand in more than one of these and are not fixed yet, in rule-set order."""
        seen: dict[str, int] = {}
        for member in of:
            for indicator in {leaf.indicator for leaf, _ in signed_leaves(member, {}) if isinstance(leaf, Atom)}:
                seen[indicator] = seen.get(indicator, 0) + 1
        shared = [indicator for indicator, times in seen.items() if times > 1 and indicator not in fixed]
        return sorted(shared, key=self.ruleset.order.__getitem__)

    def _steps(self, indicator: str, condition: Condition) -> list[int]:
        """The levels worth reaching: where it stands, and each level that the condition asks for above."""
        floor = self._floor(indicator)
        asked = {
            leaf.level
            for leaf, _ in signed_leaves(condition, {})
            if isinstance(leaf, Atom) and leaf.indicator == indicator and leaf.level > floor
        }
        return [floor, *sorted(asked)]

    # --- single options ------------------------------------------------------------------------------------------

    def _floor(self, indicator: str) -> int:
        return self.readings[indicator].floor

    def _lift(self, indicator: str, level: int) -> _Option | None:
        """Raising one floor to ``level``; nothing for an indicator that does not apply here."""
        reading = self.readings[indicator]
        if level <= reading.floor:
            return _NOTHING
        if reading.status is Status.NOT_APPLICABLE:
            return None
        show = min(level, reading.ceiling) - reading.floor
        place = len(self.ruleset.order) - self.ruleset.order[indicator]
        cost = Cost(level - reading.floor - show, show, 1, -(1 << place))
        return _Option(cost, ((indicator, level),))

    def _join(self, first: _Option, second: _Option) -> _Option:
        levels = sorted((*first.levels, *second.levels), key=lambda step: self.ruleset.order[step[0]])
        return _Option(first.cost.plus(second.cost), tuple(levels))

    def _holds(self, condition: Condition, levels: Levels) -> bool:
        """Whether an unfolded condition that looks upwards holds once the floors are lifted."""
        lifted = dict(levels)

        def holds(part: Condition) -> bool:
            if isinstance(part, Atom):
                return max(self._floor(part.indicator), lifted.get(part.indicator, 0)) >= part.level
            return isinstance(part, AtLeast) and sum(map(holds, part.of)) >= part.count

        return holds(condition)

    def _is_minimal(self, condition: Condition, option: _Option) -> bool:
        """Whether lifting any of its indicators one level less would not do."""
        return not any(
            self._holds(condition, tuple((name, to - (name == indicator)) for name, to in option.levels))
            for indicator, _ in option.levels
        )

    def _shown(self, option: _Option, target: int) -> Raise:
        steps: list[RaiseStep] = []
        for indicator, level in option.levels:
            reading = self.readings[indicator]
            edge = min(level, reading.ceiling)
            if edge > reading.floor:
                steps.append(RaiseStep(indicator=indicator, from_=reading.floor, to=edge, kind=StepKind.SHOW))
            if level > edge:
                start = max(reading.floor, edge)
                steps.append(RaiseStep(indicator=indicator, from_=start, to=level, kind=StepKind.ACHIEVE))
        return Raise(target=target, steps=tuple(steps), cost=(option.cost.achieve, option.cost.show))


def _pairs(first: list[_Option], second: list[_Option], count: int) -> Iterator[tuple[_Option, _Option]]:
    """Pairs that can be among the ``count`` cheapest sums of two sorted lists."""
    for i, one in enumerate(first):
        for two in second[: count // (i + 1)]:
            yield one, two


def _distinct(options: Iterable[_Option], count: int) -> list[_Option]:
    """The first ``count`` distinct options of a sorted stream."""

    def unique() -> Iterator[_Option]:
        last = None
        for option in options:
            if option != last:
                yield option
            last = option

    return list(islice(unique(), count))
