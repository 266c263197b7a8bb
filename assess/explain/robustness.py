"""Robustness: how far the stage stands on single levels, sources and thresholds.

A step is one level of one reading: of its floor downwards, of its ceiling upwards. The floor of the stage falls when
one of the gates up to it no longer holds; its ceiling rises when the next gate becomes possible. Gates look upwards
only, so both are least-cost raises: going up from the ceilings, or, on the scale turned round, from the floors. The
steps that are shown are of the fewest levels, then of the fewest indicators, then those first in the rule set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from assess.explain.raises import Raises
from assess.explain.thresholds import gates_of, moved
from assess.readings import Mode, Reading, Status
from assess.ruleset.conditions import AtLeast, Atom, Condition, unfold
from assess.ruleset.model import RuleSet
from assess.ruleset.once import once
from assess.situation import Situation, under
from assess.verdict import LevelStep, Robustness


def robustness(ruleset: RuleSet, situation: Situation) -> Robustness:
    """How far the stage of a situation would bear that something is otherwise than it is taken to be."""
    readings, gates = situation.readings, gates_of(ruleset)
    standing = gates.span(readings)
    down, up = _down(ruleset, readings, standing.floor), _up(ruleset, readings, standing.ceiling)
    sources = [one.id for one in ruleset.sources if any(one.id in reading.positions for reading in readings.values())]
    return Robustness(
        down=_steps(down),
        up=_steps(up),
        down_by=down or (),
        up_by=up or (),
        any_source=gates.span(under(situation, ruleset, Mode.HULL)),
        without={source: gates.span(under(situation, ruleset, situation.mode, source)) for source in sources},
        thresholds=tuple(moved(ruleset, readings)),
    )


def _steps(steps: Iterable[LevelStep] | None) -> int | None:
    return None if steps is None else sum(abs(step.to - step.from_) for step in steps)


def _up(ruleset: RuleSet, readings: Mapping[str, Reading], ceiling: int) -> tuple[LevelStep, ...] | None:
    """The fewest steps of ceilings until the next gate is possible; every gate below it already is."""
    if ceiling == len(ruleset.gates):
        return None
    raised = {name: _from(reading.ceiling, ruleset, name) for name, reading in readings.items()}
    levels = Raises(ruleset, raised).least(_turned(ruleset).gates[ceiling])
    return tuple(LevelStep(indicator=name, from_=readings[name].ceiling, to=level) for name, level in levels or ())


def _down(ruleset: RuleSet, readings: Mapping[str, Reading], floor: int) -> tuple[LevelStep, ...] | None:
    """The fewest steps of floors until one of the gates that the relation has passed no longer holds."""
    if floor == 0:
        return None
    highest = {indicator.id: indicator.highest for indicator in ruleset.indicators}
    turned = {name: _from(highest[name] - reading.floor, ruleset, name) for name, reading in readings.items()}
    raises = Raises(ruleset, turned)
    found = (raises.least(broken) for broken in _turned(ruleset).broken[:floor])
    steps = [
        tuple(LevelStep(indicator=name, from_=readings[name].floor, to=highest[name] - level) for name, level in levels)
        for levels in found
        if levels is not None
    ]
    return min(steps, key=lambda one: (_steps(one), len(one), [ruleset.order[step.indicator] for step in one]))


def _from(level: int, ruleset: RuleSet, indicator: str) -> Reading:
    """A reading that every level from this one on may be of, so that each step costs the same."""
    return Reading(level, ruleset.indicator[indicator].highest, Status.SPREAD, {})


@dataclass(frozen=True, slots=True)
class _Turned:
    """The gates without names, and what breaks each of them on the scale turned round."""

    gates: tuple[Condition, ...]
    broken: tuple[Condition, ...]


@once
def _turned(ruleset: RuleSet) -> _Turned:
    gates = tuple(unfold(gate, ruleset.named) for gate in ruleset.gates.values())
    return _Turned(gates, tuple(_around(gate, ruleset) for gate in gates))


def _around(condition: Condition, ruleset: RuleSet) -> Condition:
    """What makes an unfolded condition false, with level L as m - L: below L becomes at least m - L + 1."""
    if isinstance(condition, Atom):
        level = ruleset.indicator[condition.indicator].highest - condition.level + 1
        return Atom(condition.indicator, at_least=True, level=level)
    if isinstance(condition, AtLeast):
        parts = tuple(_members(condition, ruleset))
        return AtLeast(len(parts) - condition.count + 1, parts)
    raise TypeError(f"only comparisons and counts can be in a gate: {condition}")


def _members(condition: AtLeast, ruleset: RuleSet) -> Iterator[Condition]:
    return (_around(member, ruleset) for member in condition.of)
