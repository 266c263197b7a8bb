"""Inquiry is exact: the smallest settling sets equal trying every set and every answer, and z3's optimum."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assess.engines.reference import ReferenceEngine
from assess.evidence.model import Assessment
from assess.explain.inquiry import inquiry
from assess.explain.settling import Settling
from assess.judge import judge
from assess.ladder import stage
from assess.readings import Reading, Status
from assess.ruleset.model import RuleSet
from assess.verdict import Inquiry
from tests.explain.halves import CASES, situation_of
from tests.explain.optimum import smallest_settling
from tests.generated import Generated, is_true, situations

QUICK = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
STATUSES = (Status.MISSING, Status.SPREAD, Status.DISPUTED, Status.NOT_APPLICABLE)


@st.composite
def relations(draw: st.DrawFn) -> Generated:
    """Relations with readings of every status that may be open."""
    known = draw(situations())
    readings = {name: replace(one, status=draw(st.sampled_from(STATUSES))) for name, one in known.readings.items()}
    return replace(known, readings=readings)


def settles(known: Generated, number: int, names: tuple[str, ...]) -> bool:
    """Whether some answers about these readings settle the stage, by trying all of them."""
    gates = list(known.ruleset.gates.values())
    low = {name: reading.floor for name, reading in known.readings.items()}
    high = {name: reading.ceiling for name, reading in known.readings.items()}
    for answers in product(*(range(low[name], high[name] + 1) for name in names)):
        given_ = dict(zip(names, answers, strict=True))
        if all(is_true(gate, {**low, **given_}, known.ruleset) for gate in gates[:number]) and not any(
            is_true(gate, {**high, **given_}, known.ruleset) for gate in gates[number : number + 1]
        ):
            return True
    return False


def sets(known: Generated) -> Iterator[tuple[str, ...]]:
    """All sets of readings that can be asked, smallest first, then missing before others, then rule-set order."""
    readings = known.readings
    askable = [name for name, reading in readings.items() if reading.status is not Status.NOT_APPLICABLE]
    for size in range(len(askable) + 1):
        yield from sorted(
            combinations(askable, size), key=lambda one: sum(readings[n].status is not Status.MISSING for n in one)
        )


@QUICK
@given(relations())
def test_smallest_sets_equal_enumeration(known: Generated) -> None:
    settling = Settling(known.ruleset, known.readings)
    for number in range(len(known.ruleset.gates) + 1):
        expected = next((names for names in sets(known) if settles(known, number, names)), None)
        assert settling.at(number) == expected


@QUICK
@given(relations())
def test_the_answers_that_are_shown_do_it(known: Generated) -> None:
    conclusions = ReferenceEngine()(known.ruleset, known.readings, {}, None)
    before = stage(conclusions.of("gate"), known.readings, known.ruleset)
    for one in inquiry(known.ruleset, known.readings, before, None).settles:
        assert set(one.answers) == set(one.ask or ())
        if one.ask is None:
            continue
        answered = dict(known.readings)
        for name, answer in one.answers.items():
            reading = known.readings[name]
            assert reading.floor <= answer.floor <= answer.ceiling <= reading.ceiling
            answered[name] = replace(reading, floor=answer.floor, ceiling=answer.ceiling)
        after = stage(ReferenceEngine()(known.ruleset, answered, {}, None).of("gate"), answered, known.ruleset)
        assert (after.floor, after.ceiling) == (one.stage, one.stage)


@pytest.mark.parametrize("name", CASES)
def test_shipped_rules_equal_z3(ruleset: RuleSet, example: Callable[[str], Assessment], name: str) -> None:
    situation = situation_of(name, ruleset, example)
    for one in judge(ruleset, situation).inquiry.settles:
        assert one.ask == smallest_settling(ruleset, situation.readings, one.stage), one.stage


def test_nothing_known_at_all_equals_z3(ruleset: RuleSet) -> None:
    readings = {one.id: Reading(0, one.highest, Status.MISSING, {}) for one in ruleset.indicators}
    settling = Settling(ruleset, readings)
    for number in range(ruleset.top + 1):
        assert settling.at(number) == smallest_settling(ruleset, readings, number)


def test_what_does_not_apply_is_not_asked(ruleset: RuleSet) -> None:
    readings = {one.id: Reading(0, one.highest, Status.MISSING, {}) for one in ruleset.indicators}
    readings["emb.mandate"] = replace(readings["emb.mandate"], status=Status.NOT_APPLICABLE)
    settling = Settling(ruleset, readings)
    assert settling.at(1) is None, "nobody can say that the first gate holds"
    assert settling.at(0) == ("emb.access", "emb.contact", "emb.ties", "emb.residents"), "four of five at 0"


def of(name: str, ruleset: RuleSet, example: Callable[[str], Assessment]) -> Inquiry:
    return judge(ruleset, situation_of(name, ruleset, example)).inquiry


def test_a_certain_stage_asks_nothing(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    found = of("wave-3", ruleset, example)
    assert (found.pivotal, found.whom) == ((), {})
    assert [(one.stage, one.ask) for one in found.settles] == [(3, ())]


def test_everything_named_has_somebody_to_ask_first(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    found = of("sparse", ruleset, example)
    assert found.pivotal
    named = {*found.pivotal, *(name for one in found.settles for name in one.ask or ())}
    assert set(found.whom) == named
    assert all(source == ruleset.indicator[name].primary_source for name, source in found.whom.items())


def test_an_open_decision_is_asked_about_although_the_stage_is_certain(
    ruleset: RuleSet, example: Callable[[str], Assessment]
) -> None:
    situation = situation_of("wave-2", ruleset, example)
    found = []
    for name in ruleset.indicator:
        missing = Reading(0, ruleset.indicator[name].highest, Status.MISSING, {})
        verdict = judge(ruleset, replace(situation, readings={**situation.readings, name: missing}))
        assert verdict.screening
        if len(verdict.stage.possible) == 1 and not verdict.screening.certain:
            found.append(name)
            assert verdict.inquiry.pivotal == (name,)
            assert verdict.inquiry.whom == {name: ruleset.indicator[name].primary_source}
    assert found
