"""The stage: the highest rung whose gate, and every gate below it, is true; and the stages that are still possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from assess.engines import Truth
from assess.engines.reference import Known, bits
from assess.readings import Reading
from assess.ruleset.conditions import All, Condition, levels_asked
from assess.ruleset.model import RuleSet
from assess.verdict import Span, StageOut


def span(gates: Mapping[str, Truth]) -> Span:
    """The lowest and the highest stage: the gates that hold, and those that do not fail, from the first upwards."""
    holding = list(gates.values())
    floor = next((index for index, truth in enumerate(holding) if truth is not Truth.HOLDS), len(holding))
    ceiling = next((index for index, truth in enumerate(holding) if truth is Truth.FAILS), len(holding))
    return Span(floor=floor, ceiling=ceiling)


def stage(gates: Mapping[str, Truth], readings: Mapping[str, Reading], ruleset: RuleSet) -> StageOut:
    """The stage with everything that is to be said of it."""
    between = span(gates)
    possible = [
        number
        for number in range(between.floor, between.ceiling + 1)
        if number == between.floor or _some_valuation_stops_at(number, readings, ruleset)
    ]
    failing = [int(number) for number, truth in gates.items() if truth is Truth.FAILS]
    return StageOut(
        floor=between.floor,
        ceiling=between.ceiling,
        possible=tuple(possible),
        gates=gates,
        out_of_order=tuple(
            int(number)
            for number, truth in gates.items()
            if truth is Truth.HOLDS and any(int(number) > f for f in failing)
        ),
    )


def _some_valuation_stops_at(number: int, readings: Mapping[str, Reading], ruleset: RuleSet) -> bool:
    """Whether the gates up to ``number`` can be true while the next one is false."""
    gates = list(ruleset.gates.values())
    below = All(tuple(gates[:number]))
    if number == len(gates):
        return bits(below, Known(ruleset, readings, {}, None)).possible
    return can_part(below, gates[number], readings, ruleset)


def can_part(true: Condition, false: Condition, readings: Mapping[str, Reading], ruleset: RuleSet) -> bool:
    """Whether one valuation makes ``true`` true and ``false`` false; both look upwards only.

    Raising a reading helps ``true`` and hurts ``false``. So a reading that only one of them looks at takes its best
    value for it, and one whose levels are all needed below the levels to be avoided takes the highest harmless value.
    What is left, readings whose levels interleave, is searched by halving intervals, cut off as soon as the best case
    of either condition decides.
    """
    wanted, avoided = (levels_asked(condition, ruleset.named) for condition in (true, false))
    narrowed = dict(readings)
    for indicator, reading in readings.items():
        needed = [level for level in wanted.get(indicator, ()) if reading.floor < level <= reading.ceiling]
        harmful = [level for level in avoided.get(indicator, ()) if reading.floor < level <= reading.ceiling]
        if not harmful:
            narrowed[indicator] = replace(reading, floor=reading.ceiling)
        elif not needed:
            narrowed[indicator] = replace(reading, ceiling=reading.floor)
        elif max(needed) < min(harmful):
            settled = min(harmful) - 1
            narrowed[indicator] = replace(reading, floor=settled, ceiling=settled)
    return _search(true, false, narrowed, ruleset)


def _search(true: Condition, false: Condition, readings: Mapping[str, Reading], ruleset: RuleSet) -> bool:
    known = Known(ruleset, readings, {}, None)
    first, second = bits(true, known), bits(false, known)
    if not first.possible or second.certain:
        return False
    if first.certain or not second.possible:
        # All at the floor keeps ``false`` false, all at the ceiling keeps ``true`` true.
        return True
    return any(_search(true, false, half, ruleset) for half in _halves(readings))


def _halves(readings: Mapping[str, Reading]) -> Iterator[Mapping[str, Reading]]:
    indicator = next(name for name, reading in readings.items() if reading.floor < reading.ceiling)
    reading = readings[indicator]
    middle = (reading.floor + reading.ceiling) // 2
    yield {**readings, indicator: replace(reading, ceiling=middle)}
    yield {**readings, indicator: replace(reading, floor=middle + 1)}
