"""The roadmap: what holds of every one, whatever the relation, and what the four examples lead to."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from assess.catalogue import LANGUAGES, catalogue
from assess.evidence.model import Assessment
from assess.judge import judge
from assess.plan import Plan, to_json
from assess.planning import BEFORE_EVENT, FIRST, MONTHS, MOST, REVIEWS, WEEKS, roadmap
from assess.readings import Reading, Status
from assess.report import html, pdf
from assess.report.render import EDITIONS
from assess.report.view import page_of, roadmap_of
from assess.ruleset.conditions import Atom, literals, text
from assess.ruleset.model import RuleSet, Strategy
from assess.schemas import plan_schema
from assess.situation import Happened, Situation, of_assessment
from assess.verdict import ReasonCode, StepKind, Verdict
from tests.conftest import ROOT, shipped
from tests.report.reading import html_text, pdf_text, squeezed

RULES = shipped()
TODAY = date(2024, 6, 30)
NAMES = ("wave-1", "wave-2", "wave-3", "sparse")


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """A relation under the shipped rules: any readings, mostly near each other, any place, any events."""
    low, high = sorted((draw(st.integers(0, 4)), draw(st.integers(0, 4))))
    readings = {}
    for indicator in RULES.indicators:
        level = st.integers(min(low, indicator.highest), min(high, indicator.highest))
        floor, ceiling = sorted((draw(level), draw(level)))
        readings[indicator.id] = Reading(floor, ceiling, Status.SPREAD, {})
    kind = draw(st.sampled_from([None, *(kind.id for kind in RULES.types)]))
    attributes = {
        one.id: level
        for one in RULES.attributes
        if (level := draw(st.sampled_from([None, *one.level_ids]))) is not None
    }
    events = draw(st.lists(st.tuples(st.sampled_from(list(RULES.event)), st.integers(-400, 400)), max_size=3))
    happened = [Happened(name, TODAY + timedelta(days=days)) for name, days in events]
    return Situation(
        id="made", readings=readings, community_type=kind, attributes=attributes, date=TODAY, events=happened
    )


def planned(situation: Situation) -> tuple[Verdict, Plan]:
    verdict = judge(RULES, situation)
    return verdict, roadmap(RULES, verdict, situation.events, situation.date)


@given(situations())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_the_relation(situation: Situation) -> None:
    verdict, plan = planned(situation)
    _holds_a_handful(verdict, plan)
    _respects_what_comes_first(verdict, plan)
    _keeps_to_the_weeks(plan)
    _works_towards_what_the_verdict_names(verdict, plan)
    assert to_json(plan) == to_json(planned(situation)[1])


def _holds_a_handful(verdict: Verdict, plan: Plan) -> None:
    """At most five, each once, never one that is held back; the first three that advice names among them."""
    lists = verdict.strategies
    ids = [one.id for one in plan.strategies]
    assert len(ids) == len(set(ids)) <= MOST
    assert set(ids).isdisjoint(advice.id for advice in lists.held_back)
    for one in plan.strategies:
        assert one.id in {advice.id for advice in getattr(lists, one.list)}
    first = [advice.id for advice in (*lists.recommended, *lists.consider)][:FIRST]
    assert set(first) <= set(ids)


def _respects_what_comes_first(verdict: Verdict, plan: Plan) -> None:
    """What must wait stands behind those that work on each thing that fails, and behind the review."""
    by_id = {one.id: one for one in plan.strategies}
    for one in plan.strategies:
        failing = [
            reason.ref
            for advice in verdict.strategies.later
            if advice.id == one.id
            for reason in advice.reasons
            if reason.code is ReasonCode.WHEN_FAILS
        ]
        assert list(one.needs) == failing
        assert bool(one.after) is (one.list == "later")
        if one.list != "later":
            continue
        assert one.weeks.from_ > REVIEWS[0]
        leaves = {text(leaf): leaf for leaf in literals(RULES.strategy[one.id].when, RULES.named)}  # type: ignore[arg-type]
        for need in one.needs:
            leaf = leaves[need]
            assert isinstance(leaf, Atom)
            assert leaf.at_least
            assert any(leaf.indicator in RULES.strategy[name].works_on for name in one.after)
        for name in one.after:
            before = by_id[name]
            weeks = RULES.strategy[name].weeks
            assert before.weeks.from_ + (weeks[1] if weeks else 0) <= one.weeks.from_


def _keeps_to_the_weeks(plan: Plan) -> None:
    """Everything begins within the half-year; each month at most one light strategy and one that takes more begin."""
    roles = {role.id for role in RULES.roles}
    starts = [one.weeks.from_ for one in plan.strategies]
    assert starts == sorted(starts)
    coming = {event.type: event.week for event in plan.events}
    begun: list[tuple[int, bool]] = []
    for one in plan.strategies:
        assert 1 <= one.weeks.from_ <= one.sure <= WEEKS
        assert one.weeks.to is None or one.sure <= one.weeks.to <= WEEKS
        here = RULES.strategy[one.id].here
        assert here is not None
        assert [step.step for step in one.steps] == list(range(len(here.steps)))
        for step in one.steps:
            assert step.who
            assert roles.issuperset(step.who)
            assert step.weeks.from_ >= one.weeks.from_
        before = {max(1, week - BEFORE_EVENT) for name, week in coming.items() if name in one.timely}
        if one.list != "later" and one.weeks.from_ not in before:
            light = not RULES.least_effort(RULES.strategy[one.id].effort)
            begun.append((max(month for month in MONTHS if month <= one.weeks.from_), light))
    assert len(begun) == len(set(begun))


def _works_towards_what_the_verdict_names(verdict: Verdict, plan: Plan) -> None:
    rows = {row.condition: row.raises for row in verdict.by_condition}
    served: set[str] = set()
    for one in plan.strategies:
        works_on = set(RULES.strategy[one.id].works_on)
        served |= works_on
        for towards in one.towards:
            options = [set(option.steps) for option in rows[towards.condition]]
            assert towards.steps
            assert any(set(towards.steps) <= option for option in options)
            assert {step.indicator for step in towards.steps} <= works_on
    assert set(plan.unserved).isdisjoint(served)
    for name in plan.untouched:
        cheapest = rows[name][0].steps
        assert served.isdisjoint(step.indicator for step in cheapest)


# --- events ------------------------------------------------------------------------------------------------------


def _with_events(example: Callable[[str], Assessment], *events: tuple[str, str]) -> Plan:
    assessment = example("wave-1")
    situation = of_assessment(assessment, RULES)
    happened = [Happened(name, date.fromisoformat(day)) for name, day in events]
    situation = Situation(
        id="wave-1",
        readings=situation.readings,
        community_type=situation.community_type,
        attributes=situation.attributes,
        date=situation.date,
        events=happened,
        evidence=situation.evidence,
    )
    return planned(situation)[1]


def _start(plan: Plan, name: str) -> int | None:
    return next((one.weeks.from_ for one in plan.strategies if one.id == name), None)


def test_an_election_ahead_is_prepared_a_month_before(example: Callable[[str], Assessment]) -> None:
    plan = _with_events(example, ("committee-election", "2017-03-15"))
    assert [(event.type, event.week) for event in plan.events] == [("committee-election", 24)]
    assert _start(plan, "window") == 20


def test_what_has_become_possible_is_begun_at_once(example: Callable[[str], Assessment]) -> None:
    plan = _with_events(example, ("renewal-works", "2016-09-01"))
    starts = {one.id: one.weeks.from_ for one in plan.strategies if RULES.least_effort(RULES.strategy[one.id].effort)}
    assert min(starts.values()) in {starts["small-win"], starts["window"]}


def test_the_case_study_finds_its_second_stage(example: Callable[[str], Assessment]) -> None:
    """Election and works seized, reflection, trust by small steps that the committee chooses: from the rules alone."""
    situation = of_assessment(example("wave-1"), RULES)
    plan = planned(situation)[1]
    found = {one.id: one for one in plan.strategies}
    assert set(found) == {"tripartite", "listening", "reflection", "small-win", "window"}
    assert set(found["window"].timely) == {"committee-election", "renewal-works"}
    towards = {step.indicator for one in plan.strategies for each in one.towards for step in each.steps}
    assert {"mut.opportunity", "mut.reflection", "mut.trust-ability", "mut.shaping"} <= towards
    assert plan.untouched == ()


def test_it_says_who_has_nobody(example: Callable[[str], Assessment]) -> None:
    plan = planned(of_assessment(example("wave-1"), RULES))[1]
    assert plan.unserved == ("mut.trust-goodwill",)


def test_a_strategy_that_waits_enters_behind_what_it_waits_for(example: Callable[[str], Assessment]) -> None:
    """With nothing but these three, the last enters after the first two reach what it needs."""
    keep = ("window", "reflection", "shared-credit")
    parts = {name: getattr(RULES, name) for name in RuleSet.model_fields}
    left = tuple(one for one in RULES.strategies if one.id in keep)
    rules = RuleSet(**{**parts, "strategies": left, "patterns": ()})
    verdict = judge(rules, of_assessment(example("wave-1"), rules))
    assert [one.id for one in verdict.strategies.later] == ["shared-credit"]
    plan = roadmap(rules, verdict, (), date(2016, 9, 30))
    last = plan.strategies[-1]
    assert (last.id, last.list, last.after, last.needs) == (
        "shared-credit",
        "later",
        ("window",),
        ("mut.coaction >= 1",),
    )
    (window,) = (one for one in plan.strategies if one.id == "window")
    assert last.weeks.from_ > max(REVIEWS[0], window.weeks.to or 0)
    alone = RuleSet(**{**parts, "strategies": tuple(one for one in left if one.id != "window"), "patterns": ()})
    verdict = judge(alone, of_assessment(example("wave-1"), alone))
    assert [one.id for one in roadmap(alone, verdict).strategies] == ["reflection"]


# --- words -------------------------------------------------------------------------------------------------------

_PERIOD = re.compile(r"(\d+)(?:(?:至|–)(\d+))?\s*(个月|周|months?|weeks?|-month)")
ROUNDED = {1: 4, 2: 9, 3: 13, 4: 17, 6: 26, 9: 39, 12: 52, 18: 78}


def _weeks_in(words: str) -> tuple[int, int] | None:
    """The first period that a duration names, in weeks; a month is a quarter's third, rounded."""
    found = _PERIOD.search(words)
    if found is None:
        return None
    low, high = int(found[1]), int(found[2] or found[1])
    if found[3].startswith(("个月", "month", "-month")):
        return ROUNDED[low], ROUNDED[high]
    return low, high


@pytest.mark.parametrize("strategy", RULES.strategies, ids=lambda one: one.id)
def test_weeks_say_what_the_duration_says(strategy: Strategy) -> None:
    """Where a duration names no length but how often something is done, it goes on, and there are no weeks."""
    assert strategy.duration is not None
    words = strategy.duration["en"].replace("a week", "1 week")
    expected = _weeks_in(strategy.duration["zh"])
    if "一年" in strategy.duration["zh"] or expected is None:
        assert strategy.weeks is None, strategy.id
    else:
        assert strategy.weeks == expected, strategy.id
        assert _weeks_in(words) == expected, strategy.id


PROMISES = {
    "zh": re.compile(r"必将|必定|一定会|肯定会|保证能|确保能|就能(提升|进入|改善)|关系(将|会)|必然"),
    "en": re.compile(r"relation(ship)?s? will|trust will|stage will|guarantees|is sure to|certain to|inevitabl", re.I),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_promised(example: Callable[[str], Assessment], name: str, language: str) -> None:
    assessment = example(name)
    verdict = judge(RULES, of_assessment(assessment, RULES))
    _, document = roadmap_of(verdict, assessment, RULES, language, EDITIONS["organization"])
    report = html.write(page_of(verdict, assessment, RULES, language, EDITIONS["organization"]))
    for written in (html.write_roadmap(document), report):
        assert not PROMISES[language].search(re.sub(r"<[^>]+>", " ", written.decode()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_the_strategies_promises(language: str) -> None:
    for strategy in RULES.strategies:
        here = strategy.here
        assert here is not None
        texts = [strategy.aim, here.works, here.stop, *(step.does for step in here.steps)]
        for words in (*texts, *(adaptation.text for adaptation in here.adaptations)):
            assert words is not None
            assert not PROMISES[language].search(words[language])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_both_formats_say_the_same(example: Callable[[str], Assessment], name: str, language: str) -> None:
    assessment = example(name)
    verdict = judge(RULES, of_assessment(assessment, RULES))
    start = date(2016, 10, 10)
    plan, document = roadmap_of(verdict, assessment, RULES, language, EDITIONS["organization"], start=start)
    data, warnings = pdf.compiled_roadmap(document)
    assert warnings == []
    assert data == pdf.write_roadmap(document)
    in_pdf, in_html = pdf_text(data), html_text(html.write_roadmap(document))
    for text_ in (in_pdf, in_html):
        assert squeezed(catalogue(language).day(start)) in text_
        for one in plan.strategies:
            here = RULES.strategy[one.id].here
            assert here is not None
            assert squeezed(catalogue(language).words(here.works).replace("'", "’")) in text_.replace("“", '"').replace(
                "”", '"'
            )


def test_every_sentence_is_used() -> None:
    folder = ROOT / "assess" / "report"
    code = (folder / "roadmap.py").read_text(encoding="utf-8")
    for key in catalogue("zh").sentences:
        if key.startswith("plan."):
            name = key.removeprefix("plan.")
            stem = name.rpartition(".")[0]
            assert f'"{name}"' in code or f'f"{stem}.{{' in code, key


def test_the_json_has_its_schema(example: Callable[[str], Assessment]) -> None:
    """``assess schema plan > docs/plan.schema.json``."""
    import json

    assert (ROOT / "docs" / "plan.schema.json").read_text(encoding="utf-8") == plan_schema()
    validator = Draft202012Validator(json.loads(plan_schema()))
    for name in NAMES:
        written = to_json(planned(of_assessment(example(name), RULES))[1])
        validator.validate(json.loads(written))


def test_levels_to_show_are_evidence_and_no_change(example: Callable[[str], Assessment]) -> None:
    """What may already be so is asked for as evidence in words of its own."""
    assessment = example("sparse")
    verdict = judge(RULES, of_assessment(assessment, RULES))
    plan, document = roadmap_of(verdict, assessment, RULES, "en", EDITIONS["organization"])
    kinds = {step.kind for one in plan.strategies for each in one.towards for step in each.steps}
    assert StepKind.SHOW in kinds
    assert "evidence that" in re.sub(r"<[^>]+>", " ", html.write_roadmap(document).decode())
