"""What the tests of reports share: verdicts on the examples, rendered once each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from assess.content import content
from assess.evidence.load import load_assessment
from assess.evidence.model import Assessment
from assess.judge import judge
from assess.report import render
from assess.report.page import Page
from assess.report.render import EDITIONS
from assess.report.view import page_of
from assess.ruleset.load import load_ruleset
from assess.ruleset.model import RuleSet
from assess.situation import of_assessment
from assess.verdict import Verdict

WAVES = ("wave-1", "wave-2", "wave-3", "sparse")
LANGUAGES = ("zh", "en")
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Judged:
    """A verdict with what a report of it needs."""

    verdict: Verdict
    assessment: Assessment
    ruleset: RuleSet

    def page(self, language: str) -> Page:
        return page_of(self.verdict, self.assessment, self.ruleset, language, EDITIONS["organization"])

    def render(self, format_: str, language: str) -> bytes:
        return render(self.verdict, self.assessment, self.ruleset, format_, language)


@lru_cache(maxsize=4)
def rules(folder: Path) -> RuleSet:
    ruleset, problems = load_ruleset(folder)
    assert ruleset is not None, problems
    return ruleset


def judged(text: bytes, ruleset: RuleSet) -> Judged:
    assessment, problems = load_assessment(text, "assessment.yaml", ruleset)
    assert assessment is not None, problems
    return Judged(judge(ruleset, of_assessment(assessment, ruleset)), assessment, ruleset)


@lru_cache(maxsize=8)
def wave(name: str) -> Judged:
    path = content("examples") / "m-community" / f"{name}.yaml"
    return judged(path.read_bytes(), rules(content("rules")))


@lru_cache(maxsize=32)
def rendered(name: str, format_: str, language: str) -> bytes:
    return wave(name).render(format_, language)


@pytest.fixture(params=WAVES)
def name(request: pytest.FixtureRequest) -> str:
    """Each example in turn."""
    return str(request.param)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Each language in turn."""
    return str(request.param)


@pytest.fixture
def of_shipped() -> Callable[[str], Judged]:
    """The verdict on an assessment that a test writes, under the shipped rules."""
    return lambda text: judged(text.encode(), rules(content("rules")))


@pytest.fixture
def of_small() -> Callable[[str], Judged]:
    """The same under a rule set of another field that has nothing it could do without."""
    return lambda text: judged(text.encode(), rules(HERE / "small"))
