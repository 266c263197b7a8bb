"""A long table of single ratings is screened like the assessments that it holds."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import polars as pl

from assess.evidence.model import Assessment
from assess.judge import judge
from assess.ruleset.model import RuleSet
from assess.screening.command import screen_file
from assess.situation import of_assessment

NAMES = ("wave-1", "wave-2", "wave-3", "sparse")


def written(path: Path, assessments: dict[str, Assessment], *, broken: bool = False) -> None:
    """The evidence of assessments as one long table."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["community", "wave", "type", "indicator", "source", "respondent", "rating"])
        for name, assessment in assessments.items():
            about = [name, assessment.wave.date.isoformat(), assessment.community.type]
            for item in assessment.evidence:
                table.writerow([*about, item.indicator, item.source, item.respondent, item.rating])
        if broken:
            table.writerow(["x", "2020", "", "emb.acess", "swo", "S1", 2])
            table.writerow(["x", "2020", "", "emb.access", "swo", "S1", 9])


def test_the_examples(ruleset: RuleSet, example: Callable[[str], Assessment], tmp_path: Path) -> None:
    assessments = {name: example(name) for name in NAMES}
    source, output = tmp_path / "ratings.csv", tmp_path / "result.parquet"
    written(source, assessments, broken=True)
    done = screen_file(source, output, ruleset, force=False)
    assert done.problems == []
    assert done.rejected == 2
    rejected = pl.read_csv(tmp_path / "result.parquet.rejected.csv")
    assert set(rejected["code"]) == {"row-unknown-indicator", "row-rating"}
    rows = {row["community"]: row for row in pl.read_parquet(output).iter_rows(named=True)}
    assert sorted(rows) == sorted(NAMES)
    for name, assessment in assessments.items():
        situation = of_assessment(assessment, ruleset)
        verdict = judge(ruleset, situation)
        row = rows[name]
        assert (row["stage_floor"], row["stage_ceiling"]) == (verdict.stage.floor, verdict.stage.ceiling)
        assert {key: row[f"gate_{key}"] for key in verdict.stage.gates} == verdict.stage.gates
        assert {key: row[f"condition:{key}"] for key in verdict.conditions} == verdict.conditions
        assert verdict.screening
        assert {key: row[f"check:{key}"] for key in verdict.screening.checks} == verdict.screening.checks
        assert row["decision"] == verdict.screening.decision


def test_columns_that_nobody_knows_are_told(ruleset: RuleSet, tmp_path: Path) -> None:
    source = tmp_path / "ratings.csv"
    source.write_text("wave,indicator,source,rating,colour\n2020,emb.access,swo,1,red\n", encoding="utf-8")
    done = screen_file(source, tmp_path / "result.csv", ruleset, force=False)
    assert [(problem.code, problem.value) for problem in done.problems] == [
        ("missing-column", "community"),
        ("unknown-column", "colour"),
    ]
    assert not (tmp_path / "result.csv").exists()
