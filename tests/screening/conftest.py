"""What the tests of screening share: a district, its verdicts one by one, and its portfolio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl
import pytest

from assess.engines.columnar import Columnar
from assess.evidence.load import load_assessment
from assess.explain.pivots import pivotal
from assess.judge import judge
from assess.readings import Status
from assess.report.portfolio import Material, render
from assess.ruleset.model import RuleSet
from assess.screening.folder import screened_inputs
from assess.screening.portfolio import Portfolio, portfolio
from assess.situation import Situation, of_assessment
from assess.verdict import Verdict
from tests.conftest import shipped
from tests.screening.district import district

SIZE = 300


@dataclass(frozen=True)
class One:
    """A relation with its verdict, and the pivotal readings that are missing or disputed."""

    situation: Situation
    verdict: Verdict
    asks: tuple[str, ...]
    clashes: tuple[str, ...]

    @property
    def list(self) -> str:
        """The list of a portfolio, from the words of its definition."""
        screening, stage = self.verdict.screening, self.verdict.stage
        if stage.floor == stage.ceiling and (screening is None or screening.certain):
            return "settled"
        return "sources-contradict" if self.clashes and not self.asks else "needs-answers"


def judged(ruleset: RuleSet, situation: Situation) -> One:
    pivots = pivotal(ruleset, situation.readings)
    status = {name: situation.readings[name].status for name in pivots}
    asks = tuple(name for name in pivots if status[name] is Status.MISSING)
    clashes = tuple(name for name in pivots if status[name] is Status.DISPUTED)
    return One(situation, judge(ruleset, situation), asks, clashes)


@dataclass(frozen=True)
class District:
    """Files, the verdict on each, and what screening makes of all of them."""

    ruleset: RuleSet
    files: Sequence[Path]
    ones: Mapping[str, One]
    inputs: pl.LazyFrame
    portfolio: Portfolio

    def report(self, kind: str, language: str) -> bytes:
        return _rendered(self.portfolio.total, kind, language)


_made: dict[int, District] = {}


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> District:
    """Three hundred relations of a district."""
    ruleset = shipped()
    files = district(tmp_path_factory.mktemp("district"), SIZE, ruleset)
    ones = {}
    for path in files:
        assessment, problems = load_assessment(path.read_bytes(), str(path), ruleset)
        assert assessment is not None, problems
        ones[assessment.id] = judged(ruleset, of_assessment(assessment, ruleset))
    columnar = Columnar(ruleset)
    inputs, problems = screened_inputs(files, columnar)
    assert problems == []
    _made[SIZE] = District(ruleset, files, ones, inputs, portfolio(inputs, columnar))
    return _made[SIZE]


@lru_cache(maxsize=4)
def _rendered(size: int, kind: str, language: str) -> bytes:
    made = _made[size]
    return render(Material(made.portfolio, made.ruleset), kind, language)
