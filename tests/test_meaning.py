"""One meaning: the engines agree with each other and with the enumeration of every valuation.

The long run (``pytest -m long -n 0 tests/test_meaning.py``) tries over 20,000 pairs of rule set and readings.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assess.engines import Conclusions, engine
from assess.engines.reference import Known, bits
from assess.ladder import stage
from tests.generated import Generated, enumerated, enumerated_stages, situations

LONG = 21_000
QUICK = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
THOROUGH = settings(
    max_examples=LONG,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def decide(known: Generated, name: str = "reference") -> Conclusions:
    chosen = engine(name, known.ruleset)
    return chosen(known.ruleset, known.readings, known.attributes, known.community_type)


def check_engines(known: Generated) -> None:
    expected = enumerated(known)
    assert decide(known).truths == expected
    assert decide(known, "durable").truths == expected


@QUICK
@given(situations())
def test_engines_equal_enumeration(known: Generated) -> None:
    check_engines(known)


@pytest.mark.long
@THOROUGH
@given(situations())
def test_engines_equal_enumeration_in_the_long_run(known: Generated) -> None:
    check_engines(known)


@QUICK
@given(situations())
def test_explanations_see_what_the_engine_sees(known: Generated) -> None:
    state = Known(known.ruleset, known.readings, known.attributes, known.community_type)
    truths = {key: bits(condition, state).truth for key, condition in known.ruleset.conclusions.items()}
    assert truths == decide(known).truths


@QUICK
@given(situations())
def test_possible_stages_equal_enumeration(known: Generated) -> None:
    found = stage(decide(known).of("gate"), known.readings, known.ruleset)
    expected = enumerated_stages(known)
    assert set(found.possible) == expected
    assert (found.floor, found.ceiling) == (min(expected), max(expected))


@QUICK
@given(situations(), st.data())
def test_raising_a_reading_never_lowers_the_stage(known: Generated, data: st.DataObject) -> None:
    before = stage(decide(known).of("gate"), known.readings, known.ruleset)
    name = data.draw(st.sampled_from(sorted(known.readings)))
    reading, top = known.readings[name], known.ruleset.indicator[name].highest
    floor = data.draw(st.integers(reading.floor, top))
    ceiling = data.draw(st.integers(max(floor, reading.ceiling), top))
    raised = replace(known, readings={**known.readings, name: replace(reading, floor=floor, ceiling=ceiling)})
    after = stage(decide(raised).of("gate"), raised.readings, raised.ruleset)
    assert after.floor >= before.floor
    assert after.ceiling >= before.ceiling
