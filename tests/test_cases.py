"""Runs ``rules/cases/*.yaml``: each case is one test, named by its file and id."""

from __future__ import annotations

import json

import pytest

from assess.cases import Case, differences, load_cases
from assess.content import content
from assess.judge import judge
from assess.ruleset.model import RuleSet
from assess.verdict import to_json
from tests.conftest import shipped


def _cases() -> list[object]:
    ruleset = shipped()
    found: list[object] = []
    for path in sorted((content("rules") / "cases").glob("*.yaml")):
        cases, problems = load_cases(path, ruleset)
        assert not problems, problems
        found += [pytest.param(case, id=f"{path.stem}-{case.id}") for case in cases]
    return found


@pytest.mark.parametrize("case", _cases())
def test_case(case: Case, ruleset: RuleSet) -> None:
    verdict = json.loads(to_json(judge(ruleset, case.situation)))
    found = list(differences(case.expect, verdict))
    assert not found, "\n".join([f"{case.place}: {case.says}", *found])
