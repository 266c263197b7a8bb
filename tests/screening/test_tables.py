"""Tables as they come: in several files, in another encoding, with rows too many, beside another table, elsewhere."""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

from assess.cli import run_command
from assess.engines.columnar import Columnar
from assess.evidence.model import Assessment
from assess.judge import judge
from assess.readings import Mode
from assess.ruleset.model import RuleSet
from assess.screening.backends import screen_on
from assess.screening.command import screen_file
from assess.screening.ratings import Ratings
from assess.situation import of_assessment
from benchmarks.generate import Plan, make
from tests.conftest import ROOT
from tests.screening.test_ratings import NAMES, written
from tests.screening.test_screen import relations, write

Rejected = list[tuple[str, str, str, str, str]]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


def rejected(output: Path) -> Rejected:
    with output.with_name(f"{output.name}.rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["says_zh"] and row["says_en"] for row in rows)
    return [(row["file"], row["row"], row["column"], row["value"], row["code"]) for row in rows]


def communities(output: Path) -> list[str]:
    return pl.read_parquet(output)["community"].to_list()


# --- wide --------------------------------------------------------------------------------------------------------


def test_rows_that_speak_of_the_same_community_and_wave(ruleset: RuleSet, tmp_path: Path) -> None:
    rows, _ = relations(ruleset, 30, 1)
    rows.append({**rows[4], "emb.access": ""})
    rows.append({**rows[9], "wave": "2025-06-30"})
    rows += [{**rows[20], "wave": ""}, {**rows[21], "wave": ""}, {**rows[21], "wave": ""}]
    for rows_at_once in (7, 1000):
        output = tmp_path / f"{rows_at_once}.parquet"
        screen_file(write(rows, tmp_path / "table.csv"), output, ruleset, force=True, rows_at_once=rows_at_once)
        found = rejected(output)
        assert [one[1:] for one in found] == [
            (str(row), "community", name, "row-duplicate")
            for row, name in ((6, "r004"), (32, "r004"), (35, "r021"), (36, "r021"))
        ]
        assert len(communities(output)) == 35 - 4


def test_a_row_that_goes_on_beyond_the_header(
    ruleset: RuleSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "table.csv"
    table.write_text("community,emb.access,emb.mandate\na,1,2\nb,1,2,and more\nc,1\n", encoding="utf-8")
    output = tmp_path / "out.parquet"
    assert run_command(["screen", str(table), "-o", str(output)]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert rejected(output) == [("table.csv", "3", "", "and more", "row-too-long")]
    assert communities(output) == ["a", "c"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_what_a_spreadsheet_in_china_writes(ruleset: RuleSet, tmp_path: Path, encoding: str) -> None:
    table = tmp_path / "表.csv"
    table.write_text("community,emb.access,emb.mandate\n幸福里社区,1,2\n𠮷祥社区,3,5\n", encoding=encoding)
    output = tmp_path / "out.parquet"
    screen_file(table, output, ruleset, force=False)
    assert communities(output) == ["幸福里社区"]
    assert rejected(output) == [("表.csv", "3", "emb.mandate", "5", "row-rating")]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_in_several_files(ruleset: RuleSet, tmp_path: Path, kind: str) -> None:
    rows, _ = relations(ruleset, 40, 2)
    whole = tmp_path / "whole.parquet"
    screen_file(write(rows, tmp_path / f"table.{kind}"), whole, ruleset, force=False)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    folder = tmp_path / "parts"
    (folder / "deep").mkdir(parents=True)
    padded = [{name: row.get(name, "") for name in columns} for row in rows]
    write(padded[:15], folder / f"a.{kind}")
    broken = {**padded[0], "community": "x", "emb.access.floor": "7"}
    write([*padded[15:], broken], folder / "deep" / f"b.{kind}")
    output = tmp_path / "out.parquet"
    screen_file(folder, output, ruleset, force=False, rows_at_once=13)
    assert rejected(output) == [(f"deep/b.{kind}", "27", "emb.access.floor", "7", "row-rating")]
    assert pl.read_parquet(output).equals(pl.read_parquet(whole))


def test_parts_that_do_not_fit_together(ruleset: RuleSet, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    write([{"community": "a", "emb.access": "1"}], folder / "a.parquet")
    write([{"community": "b", "emb.mandate": "1"}], folder / "b.parquet")
    done = screen_file(folder, tmp_path / "out.parquet", ruleset, force=False)
    assert [problem.code for problem in done.problems] == ["unreadable"]
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt8, pl.Int64, pl.Float32, pl.Float64, pl.String])
def test_numbers_of_every_type(ruleset: RuleSet, tmp_path: Path, dtype: type[pl.DataType]) -> None:
    frame = pl.DataFrame({"community": list("abcde"), "emb.access": [0, 4, None, 3, 9]})
    table, output = tmp_path / "table.parquet", tmp_path / "out.parquet"
    frame.with_columns(pl.col("emb.access").cast(dtype)).write_parquet(table)
    screen_file(table, output, ruleset, force=False)
    assert communities(output) == list("abcd")
    assert [(row, code) for _, row, _, _, code in rejected(output)] == [("6", "row-rating")]


def test_what_is_no_number_is_missing_or_told(ruleset: RuleSet, tmp_path: Path) -> None:
    frame = pl.DataFrame({"community": list("abc"), "emb.access": [float("nan"), 2.5, 2.0]})
    table, output = tmp_path / "table.parquet", tmp_path / "out.parquet"
    frame.write_parquet(table)
    screen_file(table, output, ruleset, force=False)
    assert communities(output) == ["a", "c"]
    assert [(row, value) for _, row, _, value, _ in rejected(output)] == [("3", "2.5")]


# --- long --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx", "folder"])
@pytest.mark.parametrize("mode", Mode)
def test_ratings_from_everywhere(
    ruleset: RuleSet, example: Callable[[str], Assessment], tmp_path: Path, kind: str, mode: Mode
) -> None:
    assessments = {name: example(name) for name in NAMES}
    source = tmp_path / "ratings.csv"
    written(source, assessments)
    frame = pl.read_csv(source, infer_schema=False)
    match kind:
        case "parquet":
            frame.write_parquet(source := tmp_path / "ratings.parquet")
        case "xlsx":
            frame.write_excel(source := tmp_path / "ratings.xlsx")
        case "folder":
            source = tmp_path / "ratings"
            source.mkdir()
            for number in range(3):
                frame[number::3].write_csv(source / f"{number}.csv")
    output = tmp_path / "out.parquet"
    done = screen_file(source, output, ruleset, force=False, ratings=Ratings(mode, memory=1 << 20))
    assert not done.problems
    assert done.rejected == 0
    for row in pl.read_parquet(output).iter_rows(named=True):
        verdict = judge(ruleset, of_assessment(assessments[row["community"]], ruleset, mode))
        assert (row["stage_floor"], row["stage_ceiling"]) == (verdict.stage.floor, verdict.stage.ceiling)
        assert {key: row[f"condition:{key}"] for key in verdict.conditions} == verdict.conditions
        assert row["type"] == assessments[row["community"]].community.type


def test_communities_beside_ratings(
    ruleset: RuleSet, example: Callable[[str], Assessment], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ratings = tmp_path / "ratings.csv"
    written(ratings, {name: example(name) for name in NAMES})
    frame = pl.read_csv(ratings, infer_schema=False).drop("type")
    frame.write_csv(ratings)
    beside = tmp_path / "communities.csv"
    lines = ["community,type,attr:contract-left"]
    lines += ["wave-1,mixed,under-6-months", "wave-2,castle,", "wave-3,mixed,", "wave-3,commodity,", ",mixed,"]
    beside.write_text("\n".join([*lines, ""]), encoding="utf-8")
    output = tmp_path / "out.parquet"
    arguments = ["screen", str(ratings), "-o", str(output), "--communities", str(beside)]
    assert run_command(arguments) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert sorted(rejected(output)) == [
        ("communities.csv", "3", "type", "castle", "row-unknown-level"),
        ("communities.csv", "4", "type", "mixed", "row-stated-twice"),
        ("communities.csv", "5", "type", "commodity", "row-stated-twice"),
        ("communities.csv", "6", "community", "", "row-no-community"),
    ]
    types = {row["community"]: row["type"] for row in pl.read_parquet(output).iter_rows(named=True)}
    assert types == {"wave-1": "mixed", "wave-2": None, "wave-3": None, "sparse": None}


def test_options_that_a_table_cannot_have(ruleset: RuleSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, _ = relations(ruleset, 3, 4)
    table = str(write(rows, tmp_path / "table.csv"))
    output = tmp_path / "out.csv"
    options = {
        ("--memory", "100"): "--memory",
        ("--reading", "hull"): "--reading",
        ("--communities", "none.csv"): "--communities",
        ("--engine", "duckdb", "--report", "r.html"): "--engine polars only",
        ("--engine", "duckdb"): "should end in .parquet",
    }
    for option, said in options.items():
        assert run_command(["screen", table, "-o", str(output), *option]) == 2
        shown = capsys.readouterr()
        assert said in shown.err
        assert "Traceback" not in shown.err
        assert not output.exists()


# --- elsewhere ---------------------------------------------------------------------------------------------------


def spoilt_rows(ruleset: RuleSet, size: int) -> list[dict[str, str]]:
    """Relations of which every twentieth has a mistake of some kind."""
    rows, _ = relations(ruleset, size, 11)
    choose = random.Random(3)
    wrong = [("type", "castle"), ("emb.access.floor", "7"), ("emb.access.floor", "two"), ("community", "")]
    for row in rows[::20]:
        row |= [choose.choice(wrong)]
    return [*rows, dict(rows[1])]


def compare_with_polars(engine: str, ruleset: RuleSet, folder: Path, size: int) -> None:
    table = write(spoilt_rows(ruleset, size), folder / "table.parquet")
    here, there = folder / "polars.parquet", folder / f"{engine}.parquet"
    expected = screen_file(table, here, ruleset, force=False)
    done = screen_on(engine, str(table), str(there), Columnar(ruleset), force=False)
    assert not done.problems
    assert done.rejected == expected.rejected > size // 20
    assert sorted(one[1:] for one in rejected(there)) == sorted(one[1:] for one in rejected(here))
    assert all(one[0].endswith("table.parquet") for one in rejected(there))
    assert list(done.counts) == list(expected.counts)
    assert plain(there) == plain(here)


def plain(path: Path) -> Sequence[tuple[object, ...]]:
    frame = pl.read_parquet(path / "*.parquet" if path.is_dir() else path)
    return sorted(frame.with_columns(pl.col(pl.Enum, pl.Categorical).cast(pl.String)).rows())


def test_inside_duckdb(ruleset: RuleSet, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    compare_with_polars("duckdb", ruleset, tmp_path, 400)


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
def test_on_spark(ruleset: RuleSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sql = pytest.importorskip("pyspark.sql", reason="uv sync --group spark installs PySpark")
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    builder = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "1").getOrCreate()
    try:
        compare_with_polars("spark", ruleset, tmp_path, 60)
        refused = screen_on(
            "spark", str(tmp_path / "table.parquet"), str(tmp_path / "spark.parquet"), Columnar(ruleset), force=False
        )
        assert [problem.code for problem in refused.problems] == ["exists"]
    finally:
        session.stop()


def test_a_table_that_no_engine_can_read(ruleset: RuleSet, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    (tmp_path / "table.parquet").write_text("no table")
    done = screen_on(
        "duckdb", str(tmp_path / "table.parquet"), str(tmp_path / "o.parquet"), Columnar(ruleset), force=False
    )
    assert [problem.code for problem in done.problems] == ["unreadable"]
    missing = screen_on("duckdb", "none.parquet", str(tmp_path / "o.parquet"), Columnar(ruleset), force=False)
    assert [problem.code for problem in missing.problems] == ["no-such-file"]


# --- spoilt tables -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wide", [True, False])
def test_one_row_in_a_hundred_is_spoilt_in_ten_ways(ruleset: RuleSet, tmp_path: Path, wide: bool) -> None:
    """Every mistake is named where the generator put it, and the other rows come out as they do without it."""
    relations_made = 4000 if wide else 120
    spoilt, sound = tmp_path / "spoilt.csv", tmp_path / "sound.csv"
    make(Plan(ruleset, relations_made, seed=3, broken=0.01), spoilt, wide=wide)
    make(Plan(ruleset, relations_made, seed=3, attributes=True), sound, wide=wide)
    output, expected = tmp_path / "out.parquet", tmp_path / "expected.parquet"
    assert run_command(["screen", str(spoilt), "-o", str(output), "--rows-at-once", "1500"]) == 2
    assert run_command(["screen", str(sound), "-o", str(expected)]) == 0
    listed = pl.read_csv(f"{spoilt}.broken.csv", infer_schema=False).fill_null("")
    assert sorted(one[1:] for one in rejected(output)) == sorted(listed.rows())
    assert len({(one[2], one[4], one[3]) for one in rejected(output) if one[4] != "row-duplicate"}) >= 9
    if wide:
        kept, whole = pl.read_parquet(output), pl.read_parquet(expected)
        assert kept.height == pl.read_csv(spoilt, infer_schema=False).height - listed["row"].n_unique()
        assert kept.equals(whole.filter(pl.col("community").is_in(kept["community"].implode())))


# --- killed ------------------------------------------------------------------------------------------------------


def test_a_table_killed_five_times_and_finished(ruleset: RuleSet, tmp_path: Path) -> None:
    """What is done is kept, nothing is half-written under the name of the result, and the bytes are the same."""
    table = tmp_path / "table.csv"
    make(Plan(ruleset, 4000, seed=9, broken=0.01), table, wide=True)
    undisturbed, killed = tmp_path / "undisturbed.parquet", tmp_path / "killed.parquet"
    assert start(table, undisturbed).wait(timeout=300) == 2
    choose, parts = random.Random(5), tmp_path / ".killed.parquet.parts"
    for done_before in range(5):
        process = start(table, killed)
        wait_for(parts, done_before + 1, process)
        time.sleep(choose.uniform(0, 0.3))
        assert process.poll() is None, "it is killed before it is done"
        process.kill()
        process.wait()
        assert not killed.exists()
        assert len(list(parts.glob("result-*.parquet"))) > done_before, "what was done is still there"
    assert start(table, killed).wait(timeout=300) == 2
    assert killed.read_bytes() == undisturbed.read_bytes()
    assert rejected(killed) == rejected(undisturbed)
    assert not parts.exists()
    assert not list(tmp_path.glob("*.part"))


def start(table: Path, output: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "assess", "screen", str(table), "-o", str(output), "--rows-at-once", "400"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for(parts: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    patience = time.monotonic() + 120
    while len(list(parts.glob("result-*.parquet"))) < count:
        assert time.monotonic() < patience
        assert process.poll() is None
        time.sleep(0.01)
