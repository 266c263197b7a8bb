"""The benchmarks run, at sizes whose times mean nothing, and an engine that says something else ends them."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from assess.engines.columnar import Columnar
from benchmarks import bulk, growth, peers, queries, table, terms, timing, weasyprint

COMPARED = ("zen", "clips", "duckdb", "pyarrow", "matplotlib", "durable", "weasyprint")
pytestmark = pytest.mark.skipif(
    any(find_spec(package) is None for package in COMPARED),
    reason="uv sync --group bench installs what is compared",
)


def run(command: object, *arguments: str) -> str:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)  # type: ignore[arg-type]
    assert result.exit_code == 0, result.output
    return result.output


def test_decision() -> None:
    said = run(peers.main, "decision", "--count", "4", "--rounds", "1")
    for name in ("assess, reference", "durable-rules", "zen-engine", "CLIPS"):
        assert f"| {name}" in said
    assert "all answers are equal" in said


def test_bulk(tmp_path: Path) -> None:
    columnar = Columnar(terms.shipped())
    found = bulk.measure(columnar, rows=400, sample=20, rounds=1, folder=tmp_path)
    assert set(found.extrapolated) == {"assess, reference", "durable-rules, our adapter", "zen-engine", "CLIPS"}
    assert {bulk.SCAN, bulk.SCREEN, bulk.OURS, "DuckDB SQL", "assess, DuckDB", "polars query"} == set(found.seconds)
    assert "relations a second" in found.markdown()


def test_a_wrong_answer_ends_the_benchmark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columnar = Columnar(terms.shipped())
    found = queries.sql
    monkeypatch.setattr(queries, "sql", lambda *given: found(*given).replace(">= 2", ">= 1"))
    with pytest.raises(SystemExit, match="DuckDB SQL differs"):
        bulk.measure(columnar, rows=400, sample=2, rounds=1, folder=tmp_path)


def test_a_wrong_single_answer_ends_the_benchmark() -> None:
    ruleset = terms.shipped()
    columnar, given = Columnar(ruleset), terms.cases(ruleset, 2)
    said, other = terms.expected(ruleset, given)
    asked = terms.Terms(columnar)
    right = [{2 * n: said[key] == "holds", 2 * n + 1: said[key] != "fails"} for key, n in asked.keys().items()]
    bits = {bit: value for one in right for bit, value in one.items()}
    terms.check("itself", asked, [bits], [said])
    with pytest.raises(SystemExit, match="itself differs at"):
        terms.check("itself", asked, [bits], [other])


def test_growth(tmp_path: Path) -> None:
    said = run(growth.main, "--to", "3", "--plot", str(tmp_path / "growth.svg"), "--folder", str(tmp_path))
    assert "| 1,000 |" in said
    assert "reasons in words" in said
    assert "most memory held" in (tmp_path / "growth.svg").read_text()


def test_ratings() -> None:
    goal = table.ratings(table.SMALL)
    assert goal.reached
    assert "MiB" in goal.measured


def test_weasyprint() -> None:
    try:
        found = weasyprint.measure(rounds=1)
    except weasyprint.MissingError as missing:
        pytest.skip(str(missing))
    said = found.markdown()
    assert f"| {weasyprint.OURS} |" in said
    assert f"| {weasyprint.THEIRS} |" in said
    assert min(found.sizes.values()) > 50_000
    goals = table.of_printed(found)
    assert [goal.reached for goal in goals] == [found.times_ours >= 5, found.share <= 1 / 3]


def test_weasyprint_says_what_it_lacks() -> None:
    with pytest.raises(weasyprint.MissingError, match=r"cannot run here: .*libpango.*needs Pango"):
        weasyprint.require((sys.executable, "-c", "import ctypes; ctypes.CDLL('libpango-none.so')"))


def test_tables_are_written_between_their_marks(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text("before\n<!-- goals -->\nold\n<!-- /goals -->\nafter\n")
    timing.write_between(document, "goals", timing.table(("what", "s"), [("run", "1.5")]))
    assert document.read_text() == (
        "before\n<!-- goals -->\n\n| what | s |\n| --- | ---: |\n| run | 1.5 |\n\n<!-- /goals -->\nafter\n"
    )
    with pytest.raises(SystemExit, match="no place for bulk"):
        timing.write_between(document, "bulk", "")


def test_the_document_has_a_place_for_every_table() -> None:
    text = (Path(__file__).parents[1] / "benchmarks" / "README.md").read_text("utf-8")
    for name in ("goals", "decision", "weasyprint", "bulk", "growth"):
        assert f"<!-- {name} -->\n" in text
        assert f"<!-- /{name} -->" in text
    assert "growth.svg" in text
