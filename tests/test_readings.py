"""The laws of positions and readings (docs/meaning.md), each a property over generated ratings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assess.evidence.model import Assessment, Evidence
from assess.readings import (
    Mode,
    Notice,
    NoticeCode,
    Position,
    Reading,
    Status,
    middle,
    position,
    reading,
    take_readings,
)
from assess.ruleset.model import RuleSet

levels = st.integers(0, 4)
ratings = st.lists(levels, min_size=1, max_size=9)
by_source = st.dictionaries(st.sampled_from(["swo", "committee", "document", "observer"]), ratings, max_size=4)


def taken(given_ratings: dict[str, list[int]], mode: Mode = Mode.MIDDLE) -> Reading:
    return reading({source: position(values) for source, values in given_ratings.items()}, 4, mode)


@given(by_source)
def test_floor_is_never_above_ceiling_and_middle_lies_inside_hull(given_ratings: dict[str, list[int]]) -> None:
    inner, outer = taken(given_ratings), taken(given_ratings, Mode.HULL)
    assert 0 <= outer.floor <= inner.floor <= inner.ceiling <= outer.ceiling <= 4


@given(by_source, st.randoms())
def test_the_order_of_evidence_does_not_matter(given_ratings: dict[str, list[int]], random: st.DataObject) -> None:
    shuffled = {}
    for source in sorted(given_ratings, key=lambda _: random.random()):  # type: ignore[attr-defined]
        values = list(given_ratings[source])
        random.shuffle(values)  # type: ignore[attr-defined]
        shuffled[source] = values
    first, second = taken(given_ratings), taken(shuffled)
    assert (first.floor, first.ceiling, first.status) == (second.floor, second.ceiling, second.status)


@given(by_source, st.data())
def test_a_rating_inside_the_reading_never_widens_it(given_ratings: dict[str, list[int]], data: st.DataObject) -> None:
    assume(given_ratings)
    before = taken(given_ratings)
    source = data.draw(st.sampled_from(sorted(given_ratings)))
    added = data.draw(st.integers(before.floor, before.ceiling))
    after = taken({**given_ratings, source: [*given_ratings[source], added]})
    assert before.floor <= after.floor
    assert after.ceiling <= before.ceiling


@given(by_source, st.data(), st.sampled_from(list(Mode)))
def test_raising_a_rating_never_lowers_a_floor_or_a_ceiling(
    given_ratings: dict[str, list[int]], data: st.DataObject, mode: Mode
) -> None:
    assume(given_ratings)
    before = taken(given_ratings, mode)
    source = data.draw(st.sampled_from(sorted(given_ratings)))
    values = list(given_ratings[source])
    index = data.draw(st.integers(0, len(values) - 1))
    values[index] = data.draw(st.integers(values[index], 4))
    after = taken({**given_ratings, source: values}, mode)
    assert after.floor >= before.floor
    assert after.ceiling >= before.ceiling


@given(ratings)
def test_a_position_is_the_middle_and_never_an_average(values: list[int]) -> None:
    floor, ceiling = middle(values)
    assert floor in values
    assert ceiling in values
    half = len(values) / 2
    assert sum(value <= floor for value in values) >= half
    assert sum(value >= ceiling for value in values) >= half
    if len(values) % 2:
        assert floor == ceiling


@pytest.mark.parametrize(
    ("positions", "expected", "status"),
    [
        ({}, (0, 4), Status.MISSING),
        ({"swo": [2]}, (2, 2), Status.SINGLE),
        ({"swo": [2, 3]}, (2, 3), Status.SPREAD),
        ({"swo": [2], "committee": [2]}, (2, 2), Status.AGREED),
        ({"swo": [1], "committee": [3]}, (1, 3), Status.DISPUTED),
        ({"swo": [2, 3], "committee": [3]}, (2, 3), Status.SPREAD),
        ({"swo": [0], "committee": [3], "document": [4]}, (3, 3), Status.OUTVOTED),
        ({"swo": [3], "committee": [2, 3], "document": [3]}, (3, 3), Status.AGREED),
        ({"swo": [0] * 9, "committee": [4], "document": [4]}, (4, 4), Status.OUTVOTED),
    ],
)
def test_statuses(positions: dict[str, list[int]], expected: tuple[int, int], status: Status) -> None:
    found = taken(positions)
    assert ((found.floor, found.ceiling), found.status) == (expected, status)


# --- from evidence -----------------------------------------------------------------------------------------------


def assessment(*items: tuple[str, str, int | str]) -> Assessment:
    return Assessment.model_validate(
        {
            "assess": 1,
            "id": "made",
            "wave": {"date": "2020"},
            "evidence": tuple(Evidence(indicator=i, source=s, rating=r) for i, s, r in items),
        }
    )


def read(ruleset: RuleSet, items: Sequence[tuple[str, str, int | str]], indicator: str) -> tuple[Reading, list[Notice]]:
    readings, notices = take_readings(assessment(*items), ruleset)
    return readings[indicator], notices


def test_a_source_below_its_quorum_is_left_out_with_a_notice(ruleset: RuleSet) -> None:
    four = [("emb.residents", "residents", 3)] * 4
    found, notices = read(ruleset, four, "emb.residents")
    assert found.status is Status.MISSING
    assert notices == [Notice(NoticeCode.BELOW_QUORUM, "emb.residents", "residents", 4)]
    found, notices = read(ruleset, [*four, ("emb.residents", "residents", 1)], "emb.residents")
    assert found.positions == {"residents": Position(3, 3, 5)}
    assert notices == []


def test_the_number_of_few_protected_respondents_is_not_said(ruleset: RuleSet) -> None:
    _, notices = read(ruleset, [("emb.residents", "residents", 3)] * 2, "emb.residents")
    assert notices == [Notice(NoticeCode.BELOW_QUORUM, "emb.residents", "residents", None)]


def test_a_source_that_cannot_know_is_left_out_with_a_notice(ruleset: RuleSet) -> None:
    items: list[tuple[str, str, int | str]] = [("emb.regard", "committee", 4), ("emb.regard", "observer", 1)]
    found, notices = read(ruleset, items, "emb.regard")
    assert found.positions == {"observer": Position(1, 1, 1)}
    assert notices == [Notice(NoticeCode.SOURCE_MAY_NOT_RATE, "emb.regard", "committee", 1)]


def test_a_reason_for_no_rating_is_never_a_zero(ruleset: RuleSet) -> None:
    for reason in ruleset.unrated:
        found, _ = read(ruleset, [("emb.access", "swo", reason)], "emb.access")
        assert (found.floor, found.ceiling) == (0, 4)
    assert found.status is Status.MISSING


def test_not_applicable_counts_only_where_nobody_rated(ruleset: RuleSet) -> None:
    found, _ = read(ruleset, [("mut.opportunity", "swo", "not-applicable")], "mut.opportunity")
    assert found.status is Status.NOT_APPLICABLE
    rated: list[tuple[str, str, int | str]] = [
        ("mut.opportunity", "swo", "not-applicable"),
        ("mut.opportunity", "document", 2),
    ]
    found, _ = read(ruleset, rated, "mut.opportunity")
    assert found.status is Status.SINGLE


def test_missing_is_never_zero_in_the_examples(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    readings, _ = take_readings(example("sparse"), ruleset)
    missing = [found for found in readings.values() if found.status is Status.MISSING]
    assert len(missing) == 30
    assert all((found.floor, found.ceiling) == (0, 4) for found in missing)
