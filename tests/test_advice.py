"""Strategies: the parts of the advice that cases on the shipped rules cannot reach."""

from __future__ import annotations

from datetime import date

import pytest

from assess.advice import _months_away
from assess.judge import judge
from assess.readings import Reading, Status
from assess.ruleset.conditions import All, Any, Atom, Attribute, Condition, Not
from assess.ruleset.model import RuleSet
from assess.situation import Situation
from assess.verdict import Reason, ReasonCode

LOW = Atom("emb.access", at_least=False, level=1)
HIGH = Atom("emb.access", at_least=True, level=2)
AGEING = Attribute("ageing", ("high",))


def reasons(
    ruleset: RuleSet, when: Condition, access: tuple[int, int], ageing: str | None = None
) -> tuple[str, list[Reason]]:
    """The list that a strategy with this ``when`` stands in, and its reasons about ``when``."""
    strategy = ruleset.strategies[0].model_copy(update={"when": when, "stages": (0, 1, 2, 3)})
    parts = {name: getattr(ruleset, name) for name in RuleSet.model_fields}
    rules = RuleSet(**{**parts, "strategies": (strategy,), "patterns": ()})
    readings = {i.id: Reading(0, 0, Status.SINGLE, {}) for i in rules.indicators}
    readings["emb.access"] = Reading(*access, Status.SPREAD, {})
    attributes = {"ageing": ageing} if ageing else {}
    verdict = judge(rules, Situation(id="made", readings=readings, community_type="old-danwei", attributes=attributes))
    for name in ("recommended", "consider", "later", "held_back"):
        for advice in getattr(verdict.strategies, name):
            return name, list(advice.reasons)
    raise AssertionError("in no list")


@pytest.mark.parametrize(
    ("when", "access", "expected"),
    [
        (LOW, (3, 3), [Reason(code=ReasonCode.WHEN_FAILS, ref="emb.access <= 1")]),
        (Not(HIGH), (3, 3), [Reason(code=ReasonCode.WHEN_FAILS, ref="emb.access <= 1")]),
        (Not(LOW), (1, 1), [Reason(code=ReasonCode.WHEN_FAILS, ref="emb.access >= 2")]),
        (Any((LOW, All((LOW, AGEING)))), (3, 3), [Reason(code=ReasonCode.WHEN_FAILS, ref="emb.access <= 1")]),
    ],
)  # fmt: skip
def test_what_fails_is_said_as_the_condition_needs_it(
    ruleset: RuleSet, when: Condition, access: tuple[int, int], expected: list[Reason]
) -> None:
    assert reasons(ruleset, when, access) == ("later", expected)


def test_what_is_open_is_said_as_the_condition_needs_it(ruleset: RuleSet) -> None:
    expected = [
        Reason(code=ReasonCode.WHEN_OPEN, ref="emb.access <= 1"),
        Reason(code=ReasonCode.WHEN_OPEN, ref="{not: {attribute: {ageing: [high]}}}"),
    ]
    assert reasons(ruleset, All((Not(HIGH), Not(AGEING))), (0, 4)) == ("consider", expected)
    assert reasons(ruleset, All((Not(HIGH), Not(AGEING))), (0, 1), "low") == ("recommended", [])


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2020, 2, 29), -12, date(2019, 2, 28)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2019, 12, 31), 2, date(2020, 2, 29)),
        (date(2020, 1, 31), -1, date(2019, 12, 31)),
        (date(1, 1, 1), -12, date.min),
        (date(9999, 12, 31), 12, date.max),
    ],
)
def test_months_away(day: date, months: int, expected: date) -> None:
    assert _months_away(day, months) == expected
