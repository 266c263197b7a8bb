"""Readings and positions that are stated outright, in place of evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from assess.cli import run_command
from assess.evidence.load import load_assessment
from assess.judge import judge
from assess.readings import Status
from assess.ruleset.model import RuleSet
from assess.situation import of_assessment

HEAD = "assess: 1\nid: s\nwave: {date: 2020-01-01}\n"


def test_stated_is_known_and_the_rest_is_missing(ruleset: RuleSet) -> None:
    stated = "readings: {emb.mandate: 2, emb.contact: [1, 2]}\npositions: {emb.access: {committee: 1}}\n"
    assessment, problems = load_assessment((HEAD + stated).encode(), "s.yaml", ruleset)
    assert assessment, problems
    readings = of_assessment(assessment, ruleset).readings
    assert list(readings) == list(ruleset.indicator)
    assert (readings["emb.contact"].floor, readings["emb.contact"].ceiling) == (1, 2)
    access = readings["emb.access"]
    assert (access.floor, access.ceiling, access.status) == (0, 4, Status.MISSING)
    assert (access.positions["committee"].floor, access.positions["committee"].ceiling) == (1, 1)
    assert judge(ruleset, of_assessment(assessment, ruleset)).stage.floor == 0


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("readings: {emb.acces: 2}", "unknown-reference"),
        ("readings: {emb.access: [3, 2]}", "row-floor-above-ceiling"),
        ("readings: {emb.access: 5}", "too-large"),
        ("positions: {emb.access: {nobody: 1}}", "source-may-not-rate"),
        ("positions: {emb.access: 2}", "wrong-type"),
        ("evidence: [{indicator: emb.access, source: committee, rating: 1}]\nreadings: {emb.access: 1}",
         "stated-beside-evidence"),
    ],
)  # fmt: skip
def test_mistakes(stated: str, code: str, ruleset: RuleSet) -> None:
    assessment, problems = load_assessment(f"{HEAD}{stated}\n".encode(), "s.yaml", ruleset)
    assert assessment is None
    assert [problem.code for problem in problems] == [code]
    assert problems[0].place.line >= 4


def test_import_keeps_what_is_stated(tmp_path: Path, ruleset: RuleSet) -> None:
    (tmp_path / "in.yaml").write_text(
        HEAD + "readings: {emb.contact: [1, 2]}\npositions: {emb.access: {committee: 1}}\n"
    )
    assert run_command(["import", str(tmp_path / "in.yaml"), "-o", str(tmp_path / "out.yaml")]) == 0
    before, after = (load_assessment((tmp_path / f"{n}.yaml").read_bytes(), n, ruleset)[0] for n in ("in", "out"))
    assert before
    assert after
    assert (after.readings, after.positions) == (before.readings, before.positions)
