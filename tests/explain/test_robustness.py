"""Robustness is exact: equal to trying every vector of levels and every moved threshold, and to z3's optimum."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings

from assess.engines.reference import ReferenceEngine
from assess.evidence.model import Assessment
from assess.explain.robustness import robustness
from assess.explain.thresholds import gates_of
from assess.ladder import stage
from assess.readings import Mode, Reading
from assess.ruleset.conditions import All, Any, AtLeast, Atom, Condition, Named, Not, text
from assess.ruleset.model import RuleSet
from assess.situation import Situation, of_assessment, under
from assess.verdict import Span
from tests.explain.halves import CASES, situation_of
from tests.explain.optimum import fewest_steps
from tests.generated import Generated, is_true, situations, valuations

QUICK = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def situation(known: Generated) -> Situation:
    return Situation(id="x", readings=known.readings)


def stage_of(levels: Mapping[str, object], ruleset: RuleSet) -> int:
    number = 0
    for gate in ruleset.gates.values():
        if not is_true(gate, levels, ruleset):
            return number
        number += 1
    return number


def enumerated_steps(known: Generated, *, up: bool) -> int | None:
    """The fewest steps, by trying all vectors of ceilings above, or of floors below, what is known."""
    names = list(known.readings)
    ends = [known.readings[name].ceiling if up else known.readings[name].floor for name in names]
    tops = [known.ruleset.indicator[name].highest for name in names]
    start = stage_of(dict(zip(names, ends, strict=True)), known.ruleset)
    ranges = [range(end, top + 1) if up else range(end + 1) for end, top in zip(ends, tops, strict=True)]
    found = [
        sum(abs(level - end) for level, end in zip(vector, ends, strict=True))
        for vector in product(*ranges)
        if (stage_of(dict(zip(names, vector, strict=True)), known.ruleset) - start) * (1 if up else -1) > 0
    ]
    return min(found, default=None)


@QUICK
@given(situations())
def test_down_and_up_equal_enumeration(known: Generated) -> None:
    found = robustness(known.ruleset, situation(known))
    assert found.down == enumerated_steps(known, up=False)
    assert found.up == enumerated_steps(known, up=True)


@QUICK
@given(situations())
def test_the_steps_shown_do_it(known: Generated) -> None:
    found = robustness(known.ruleset, situation(known))
    floors = {name: reading.floor for name, reading in known.readings.items()}
    ceilings = {name: reading.ceiling for name, reading in known.readings.items()}
    lower = {**floors, **{step.indicator: step.to for step in found.down_by}}
    higher = {**ceilings, **{step.indicator: step.to for step in found.up_by}}
    if found.down is not None:
        assert stage_of(lower, known.ruleset) < stage_of(floors, known.ruleset)
    if found.up is not None:
        assert stage_of(higher, known.ruleset) > stage_of(ceilings, known.ruleset)


# --- thresholds --------------------------------------------------------------------------------------------------


def moved(condition: Condition, home: str) -> Iterator[tuple[tuple[str, str, int], Condition]]:
    """A condition with each of its thresholds moved by one, beyond the grammar, too."""
    match condition:
        case Atom(level=level):
            for to in (level - 1, level + 1):
                yield (home, text(condition), to), replace(condition, level=to)
        case Not(of):
            for key, inner in moved(of, home):
                yield key, Not(inner)
        case All(of) | Any(of) | AtLeast(_, of):
            if isinstance(condition, AtLeast):
                for to in (condition.count - 1, condition.count + 1):
                    yield (home, f"at_least: {condition.count} of {len(of)}", to), AtLeast(to, of)
            for index, member in enumerate(of):
                for key, inner in moved(member, home):
                    yield key, replace(condition, of=(*of[:index], inner, *of[index + 1 :]))
        case _:
            return


def with_moved(ruleset: RuleSet) -> Iterator[tuple[tuple[str, str, int], RuleSet]]:
    """Rule sets with one threshold of their gates moved."""
    parts = {name: getattr(ruleset, name) for name in RuleSet.model_fields}

    def used(condition: Condition) -> Iterator[str]:
        match condition:
            case Named(name):
                yield name
                yield from used(ruleset.named[name])
            case Not(of):
                yield from used(of)
            case All(of) | Any(of) | AtLeast(_, of):
                for member in of:
                    yield from used(member)

    for name in dict.fromkeys(name for gate in ruleset.gates.values() for name in used(gate)):
        for key, condition in moved(ruleset.named[name], name):
            conditions = tuple(
                one.model_copy(update={"when": condition}) if one.name == name else one for one in ruleset.conditions
            )
            yield key, RuleSet.model_construct(**{**parts, "conditions": conditions})
    for number, gate in ruleset.gates.items():
        for key, condition in moved(gate, f"gate:{number}"):
            stages = tuple(
                one.model_copy(update={"gate": condition}) if one.stage == number else one for one in ruleset.stages
            )
            yield key, RuleSet.model_construct(**{**parts, "stages": stages})


def possible(known: Generated, ruleset: RuleSet) -> tuple[int, ...]:
    """By trying all valuations; the gates as they were say which variables there are."""
    gates = [*known.ruleset.gates.values(), *ruleset.gates.values()]
    return tuple(sorted({stage_of(valuation, ruleset) for valuation in valuations(gates, known)}))


@settings(QUICK, max_examples=60)
@given(situations())
def test_thresholds_equal_enumeration(known: Generated) -> None:
    before = possible(known, known.ruleset)
    expected = []
    for (home, atom, to), ruleset in with_moved(known.ruleset):
        after = possible(known, ruleset)
        if after != before:
            expected.append((home, atom, to, after))
    found = robustness(known.ruleset, situation(known)).thresholds
    assert sorted((one.condition, one.atom, one.to, one.possible) for one in found) == sorted(expected)
    assert all((one.floor, one.ceiling) == (one.possible[0], one.possible[-1]) for one in found)


@QUICK
@given(situations())
def test_compiled_gates_say_what_the_engine_and_the_ladder_say(known: Generated) -> None:
    gates = gates_of(known.ruleset)
    conclusions = ReferenceEngine()(known.ruleset, known.readings, known.attributes, known.community_type)
    standing = stage(conclusions.of("gate"), known.readings, known.ruleset)
    assert gates.span(known.readings) == Span(floor=standing.floor, ceiling=standing.ceiling)
    assert gates.possible(*gates.bounds(known.readings), gates.thresholds) == standing.possible


# --- the shipped rules -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_shipped_rules_equal_z3(ruleset: RuleSet, example: Callable[[str], Assessment], name: str) -> None:
    one = situation_of(name, ruleset, example)
    found = robustness(ruleset, one)
    assert found.down == fewest_steps(ruleset, one.readings, up=False)
    assert found.up == fewest_steps(ruleset, one.readings, up=True)


@pytest.mark.parametrize("name", CASES)
def test_shipped_thresholds_equal_changed_rule_sets(
    ruleset: RuleSet, example: Callable[[str], Assessment], name: str
) -> None:
    one = situation_of(name, ruleset, example)

    def stands(rules: RuleSet) -> tuple[int, ...]:
        # What is beyond the grammar is decided by the ladder like any other comparison.
        truths = ReferenceEngine()(rules, one.readings, {}, None)
        return stage(truths.of("gate"), one.readings, rules).possible

    before = stands(ruleset)
    changed = ((key, stands(rules)) for key, rules in with_moved(ruleset))
    expected = sorted((*key, after) for key, after in changed if after != before)
    found = robustness(ruleset, one).thresholds
    assert sorted((t.condition, t.atom, t.to, t.possible) for t in found) == expected


def test_sources(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    one = of_assessment(example("wave-1"), ruleset)

    def span(readings: Mapping[str, Reading]) -> Span:
        standing = stage(ReferenceEngine()(ruleset, readings, {}, None).of("gate"), readings, ruleset)
        return Span(floor=standing.floor, ceiling=standing.ceiling)

    found = robustness(ruleset, one)
    assert found.any_source == span(under(one, ruleset, Mode.HULL)) == Span(floor=0, ceiling=1)
    assert found.without == {
        source: span(under(one, ruleset, Mode.MIDDLE, source))
        for source in ("swo", "committee", "residents", "document")
    }
