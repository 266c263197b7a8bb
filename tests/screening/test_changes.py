"""Who moved since an earlier result: in the table of changes, in the report, and told from who did not."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from assess.cli import run_command
from assess.screening.changes import changes, earlier, in_common, listed
from tests.report.reading import html_text, pdf_text

OLD: list[dict[str, object]] = [
    {"community": "a", "wave": "2025", "stage_floor": 1, "stage_ceiling": 1, "decision": "ready", "list": "settled"},
    {"community": "b", "wave": "2025", "stage_floor": 1, "stage_ceiling": 2, "decision": "ready", "list": "settled"},
    {"community": "c", "wave": "2024", "stage_floor": 3, "stage_ceiling": 3, "decision": "ready", "list": "settled"},
    {"community": "c", "wave": "2025", "stage_floor": 0, "stage_ceiling": 3, "decision": "ready", "list": "settled"},
    {"community": "d", "wave": "2025", "stage_floor": 2, "stage_ceiling": 2, "decision": "ready", "list": "settled"},
]
MOVED: dict[str, dict[str, object]] = {
    "b": {"stage_floor": 2, "decision": "not-yet"},
    "c": {"list": "needs-answers"},
}
COLUMNS = (
    "community,wave_old,wave,stage_floor_old,stage_floor,stage_ceiling_old,stage_ceiling,"
    "decision_old,decision,list_old,list,moved"
)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


def now() -> pl.LazyFrame:
    rows = [{**row, "wave": "2026", **MOVED.get(str(row["community"]), {})} for row in OLD[:2] + OLD[3:4]]
    rows.append({**OLD[0], "community": "e", "wave": "2026"})
    return pl.LazyFrame(rows)


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_who_moved_from_any_kind_of_result(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"old.{kind}"
    frame = pl.DataFrame(OLD)
    {"csv": frame.write_csv, "parquet": frame.write_parquet, "xlsx": frame.write_excel}[kind](path)  # type: ignore[operator]
    then, problems = earlier(path)
    assert problems == []
    assert then is not None
    found = changes(now(), then)
    assert ",".join(found.columns) == COLUMNS
    moved = {change.community: change for change in listed(found)}
    assert {name: change.moved for name, change in moved.items()} == {
        "b": ("stage", "decision"),
        "c": ("list",),
        "d": ("gone",),
        "e": ("new",),
    }
    assert moved["b"].stage == ((1, 2), (2, 2))
    assert moved["b"].decision == ("ready", "not-yet")
    assert moved["c"].wave == ("2025", "2026"), "the latest of two earlier waves"
    assert moved["d"].stage == ((2, 2), None)
    assert moved["e"].stage == (None, (1, 1))
    assert in_common(now(), then)
    assert not in_common(now().with_columns(community=pl.lit("x")), then)


def _screen(folder: Path, *options: str) -> int:
    return run_command(["screen", str(folder / "table.csv"), "-o", str(folder / "new.csv"), *options])


def _table(folder: Path, *rows: str) -> None:
    (folder / "table.csv").write_text("community,wave,emb.mandate,emb.access,emb.contact\n" + "\n".join(rows) + "\n")


@pytest.mark.parametrize(("kind", "language"), [("html", "en"), ("pdf", "zh"), ("pdf", "en")])
def test_since_in_the_report_and_as_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, language: str
) -> None:
    _table(tmp_path, "a,2025-06-30,2,0,0", "b,2025-06-30,2,2,2", "c,2025-06-30,3,,")
    assert _screen(tmp_path) == 0
    (tmp_path / "new.csv").rename(tmp_path / "old.csv")
    _table(tmp_path, "a,2026-06-30,2,1,1", "b,2026-06-30,2,2,2", "d,2026-06-30,0,0,0")
    report = tmp_path / f"report.{kind}"
    assert _screen(tmp_path, "--since", str(tmp_path / "old.csv"), "--report", str(report), "--lang", language) == 0
    assert "3 relations moved" in capsys.readouterr().out
    with (tmp_path / "new.csv.changes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["community"] for row in rows] == ["a", "c", "d"]
    assert [row["moved"] for row in rows] == ["stage list", "gone", "new"]
    text = html_text(report.read_bytes()) if kind == "html" else pdf_text(report.read_bytes())
    told = {"en": "3communitiesmoved", "zh": "3个社区有变化"}[language]
    assert told in text


def test_ids_that_have_nothing_in_common_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _table(tmp_path, "x,2025-06-30,2,0,0")
    assert _screen(tmp_path) == 0
    (tmp_path / "new.csv").rename(tmp_path / "old.csv")
    _table(tmp_path, "y,2026-06-30,2,1,1")
    assert _screen(tmp_path, "--since", str(tmp_path / "old.csv")) == 0
    assert "nothing to compare" in capsys.readouterr().err


def test_an_earlier_result_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """no-such-file, table-kind, unreadable, missing-column, no-result: one message, exit 2, nothing written."""
    _table(tmp_path, "a,2026-06-30,2,1,1")
    (tmp_path / "old.ods").write_text("x")
    (tmp_path / "broken.parquet").write_text("x")
    (tmp_path / "other.csv").write_text("community,list\na,settled\n")
    (tmp_path / "half.csv").write_text("community,stage_floor,stage_ceiling,list\na,one,2,settled\n")
    before = {path.name for path in tmp_path.iterdir()}
    for name, said in (
        ("none.csv", "There is no file"),
        ("old.ods", "a table should be"),
        ("broken.parquet", "cannot be opened"),
        ("other.csv", 'no column "stage_floor"'),
        ("half.csv", "is no result of a screening"),
    ):
        assert _screen(tmp_path, "--since", str(tmp_path / name)) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert said in shown.err
        assert {path.name for path in tmp_path.iterdir()} == before
