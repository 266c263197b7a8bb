"""Pivotal readings are exact: equal to comparing every pair of valuations that differ in one reading."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, assume, given, settings

from assess.engines import EngineUnavailableError, Truth
from assess.evidence.model import Assessment
from assess.explain.pivots import Pivotal, pivotal
from assess.ruleset.conditions import Atom, signed_leaves
from assess.ruleset.model import RuleSet
from assess.screening.checks import decide
from assess.situation import of_assessment
from tests.generated import Generated, Valuation, is_true, situations, valuations

QUICK = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def outcome(known: Generated, valuation: Valuation) -> tuple[int, str]:
    """The stage and the decision when every reading has one value."""
    gates = list(known.ruleset.gates.values())
    stage = 0
    while stage < len(gates) and is_true(gates[stage], valuation, known.ruleset):
        stage += 1
    assert known.ruleset.screening
    checks = known.ruleset.screening.checks
    truths = {c.id: Truth.HOLDS if is_true(c.when, valuation, known.ruleset) else Truth.FAILS for c in checks}
    return stage, decide(checks, truths)


def enumerated(known: Generated) -> set[str]:
    assert known.ruleset.screening
    conditions = [*known.ruleset.gates.values(), *(check.when for check in known.ruleset.screening.checks)]
    outcomes = [(valuation, outcome(known, valuation)) for valuation in valuations(conditions, known)]
    names = {
        leaf.indicator
        for c in conditions
        for leaf, _ in signed_leaves(c, known.ruleset.named)
        if isinstance(leaf, Atom)
    }
    found = set()
    for name in names:
        seen: dict[tuple[object, ...], tuple[int, str]] = {}
        for valuation, result in outcomes:
            others = tuple(value for key, value in valuation.items() if key != name)
            if seen.setdefault(others, result) != result:
                found.add(name)
    return found


@QUICK
@given(situations())
def test_equals_enumeration(known: Generated) -> None:
    try:
        ask = Pivotal(known.ruleset)
    except EngineUnavailableError:
        assume(False)  # a rule set that would take too many assignments is refused, and said to be
    assert set(ask(known.readings)) == enumerated(known)
    assert pivotal(known.ruleset, known.readings) == ask(known.readings), "the way of a single relation"


def test_a_settled_relation_has_none(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    assert pivotal(ruleset, of_assessment(example("wave-3"), ruleset).readings) == []


def test_the_sparse_example(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    found = pivotal(ruleset, of_assessment(example("sparse"), ruleset).readings)
    assert "emb.access" in found
    assert "emb.mandate" not in found, "it is known"
    assert "mut.trust-ability" in found
    assert "emp.lead" not in found, "stage 3 is out of reach, whatever it is"


def test_one_relation_leaves_no_trace_in_the_next(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    waves = [of_assessment(example(name), ruleset).readings for name in ("sparse", "wave-1", "wave-3", "sparse")]
    ask = Pivotal(ruleset)
    assert [ask(readings) for readings in waves] == [Pivotal(ruleset)(readings) for readings in waves]
