"""What all tests share: the shipped rule set and the examples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assess.content import content
from assess.evidence.load import load_assessment
from assess.evidence.model import Assessment
from assess.ruleset.load import load_ruleset
from assess.ruleset.model import RuleSet

ROOT = Path(__file__).parent.parent
EXAMPLES = content("examples") / "m-community"


def shipped() -> RuleSet:
    ruleset, problems = load_ruleset(content("rules"))
    assert ruleset is not None, problems
    return ruleset


@pytest.fixture(scope="session")
def ruleset() -> RuleSet:
    return shipped()


@pytest.fixture(scope="session")
def example(ruleset: RuleSet) -> Callable[[str], Assessment]:
    """The assessments of M community by name: ``wave-1`` to ``wave-3``, ``sparse``."""

    def load(name: str) -> Assessment:
        path = EXAMPLES / f"{name}.yaml"
        assessment, problems = load_assessment(path.read_bytes(), str(path), ruleset)
        assert assessment is not None, problems
        return assessment

    return load
