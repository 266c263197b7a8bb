"""What all tests share: the shipped rule set and the examples."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assess.cli import run_command
from assess.content import content
from assess.evidence.load import load_assessment
from assess.evidence.model import Assessment
from assess.ruleset.load import load_ruleset
from assess.ruleset.model import RuleSet

Run = Callable[..., tuple[int, str, str]]
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


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in this process, in English: exit code, standard output, standard error."""

    def go(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["assess", *arguments])
        monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
        code = run_command(arguments)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return go
