"""The times are taken of every explanation, of every relation, and of the real thing."""

from __future__ import annotations

from assess.judge import judge
from assess.ruleset.model import RuleSet
from benchmarks.explanations import COLUMNS, explanations, relations, table
from tests.explain.halves import CASES


def test_what_is_timed_is_what_a_verdict_has(ruleset: RuleSet) -> None:
    for situation in relations(ruleset).values():
        timed, verdict = explanations(ruleset, situation), judge(ruleset, situation)
        assert timed["why"]() == verdict.why
        assert timed["robustness"]() == verdict.robustness
        assert timed["inquiry"]() == verdict.inquiry


def test_a_row_a_relation(ruleset: RuleSet) -> None:
    rows, longest = table(ruleset, rounds=1)
    assert [row.split("|")[1].strip() for row in rows[2:]] == list(CASES)
    assert all(row.count("|") == len(COLUMNS) + 3 for row in rows)
    assert longest > 0
