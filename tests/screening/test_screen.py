"""``assess screen``: every column is what ``judge`` says, broken rows are named, and formats say the same."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import narwhals as nw
import polars as pl
import pytest

from assess.cli import run_command
from assess.engines import Truth
from assess.engines.columnar import DECISIONS, LISTS, Columnar
from assess.readings import Position, Reading, Status
from assess.ruleset.model import RuleSet
from assess.screening.command import screen_file
from assess.screening.result import FORMATS, good_inputs, result_of
from assess.screening.screen import PORTFOLIO_LISTS, screened
from assess.screening.source import scan
from assess.screening.table import wide
from assess.situation import Situation
from tests.screening.conftest import District, One, judged

NUMBER = {Truth.FAILS: 0, Truth.OPEN: 1, Truth.HOLDS: 2}
Cells = dict[str, str]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


# --- random relations, as rows and as situations -----------------------------------------------------------------


def relations(ruleset: RuleSet, size: int, seed: int) -> tuple[list[Cells], dict[str, Situation]]:
    """Rows of a wide table, and the same relations as situations: the one is written, the other judged."""
    columnar, rows, situations = Columnar(ruleset), [], {}
    for number in range(size):
        choose = random.Random(f"{seed}-{number}")
        name, known, level = f"r{number:03}", choose.uniform(0.3, 1.0), choose.uniform(0, 4)
        row: Cells = {"community": name, "wave": "2026-06-30"}
        readings = {}
        for indicator in ruleset.indicators:
            floor, ceiling, status = _reading(choose, known, level, indicator.highest)
            if status is not Status.MISSING:
                row |= {f"{indicator.id}.floor": str(floor), f"{indicator.id}.ceiling": str(ceiling)}
            readings[indicator.id] = Reading(floor, ceiling, status, {}, stated=True)
        for variable in (name for name in columnar.variables if "@" in name):
            indicator_id, source = variable.split("@")
            if choose.random() < known:
                said = choose.randint(0, ruleset.indicator[indicator_id].highest)
                row[variable] = str(said)
                taken = readings[indicator_id]
                positions = {**taken.positions, source: Position(said, said, 5)}
                readings[indicator_id] = Reading(taken.floor, taken.ceiling, taken.status, positions, stated=True)
        attributes = {a.id: choose.choice(a.level_ids) for a in ruleset.attributes if choose.random() < 0.7}
        kind = choose.choice([None, *(kind.id for kind in ruleset.types)])
        row |= {"type": kind or "", **{f"attr:{key}": value for key, value in attributes.items()}}
        rows.append(row)
        situations[name] = Situation(
            id=name, readings=readings, attributes=attributes, community_type=kind, has_sources=False
        )
    return rows, situations


def _reading(choose: random.Random, known: float, level: float, highest: int) -> tuple[int, int, Status]:
    if choose.random() > known:
        return 0, highest, Status.MISSING
    floor = min(max(round(level + choose.uniform(-1, 1)), 0), highest)
    ceiling = min(floor + choose.choice((0, 0, 0, 1, 2)), highest)
    return floor, ceiling, Status.DISPUTED if floor < ceiling else Status.SINGLE


def write(rows: Sequence[Mapping[str, str]], path: Path) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    frame = pl.DataFrame([{name: row.get(name) or None for name in columns} for row in rows], infer_schema_length=None)
    match path.suffix:
        case ".parquet":
            frame.write_parquet(path)
        case ".xlsx":
            frame.write_excel(path)
        case _:
            frame.write_csv(path)
    return path


def expected(one: One, ruleset: RuleSet) -> dict[str, object]:
    """What the columns of ``screened`` should be for a relation."""
    verdict = one.verdict
    found: dict[str, object] = {"stage_floor": verdict.stage.floor, "stage_ceiling": verdict.stage.ceiling}
    found |= {f"gate:{stage}": NUMBER[truth] for stage, truth in verdict.stage.gates.items()}
    found |= {f"condition:{name}": NUMBER[truth] for name, truth in verdict.conditions.items()}
    found |= {f"pattern:{name}": NUMBER[truth] for name, truth in verdict.patterns.items()}
    if verdict.screening is not None:
        found |= {f"check:{name}": NUMBER[truth] for name, truth in verdict.screening.checks.items()}
        found |= {"decision": DECISIONS.index(verdict.screening.decision.value)}
        found |= {"decision_certain": verdict.screening.certain}
    placed = {advice.id: LISTS.index(name) for name in LISTS[1:] for advice in getattr(verdict.strategies, name)}
    found |= {f"strategy:{strategy.id}": placed.get(strategy.id, 0) for strategy in ruleset.strategies}
    found |= {"list": PORTFOLIO_LISTS.index(one.list), "settled": one.list == "settled"}
    return found


def same(columns: Mapping[str, object], one: One, ruleset: RuleSet) -> None:
    wanted = expected(one, ruleset)
    assert {name: columns[name] for name in wanted} == wanted
    for prefix, names in (("ask:", one.asks), ("clash:", one.clashes)):
        true = {name.removeprefix(prefix) for name in columns if name.startswith(prefix) and columns[name]}
        assert true == set(names)


# --- every column ------------------------------------------------------------------------------------------------


def test_columns_of_a_wide_table(ruleset: RuleSet, tmp_path: Path) -> None:
    rows, situations = relations(ruleset, 300, 7)
    columnar = Columnar(ruleset)
    table = scan(write(rows, tmp_path / "table.csv"))
    inputs = good_inputs(table, wide(nw.from_native(table).collect_schema(), columnar), all_good=True)
    found = screened(nw.from_native(inputs), columnar).to_native().collect()
    lists = set()
    for row in found.iter_rows(named=True):
        one = judged(ruleset, situations[row["community"]])
        same(row, one, ruleset)
        lists.add(one.list)
    assert found.height == 300
    assert lists == set(PORTFOLIO_LISTS), "every list was met"


def test_columns_of_a_folder(whole: District) -> None:
    found = screened(nw.from_native(whole.inputs), Columnar(whole.ruleset)).to_native().collect()
    for row in found.iter_rows(named=True):
        same(row, whole.ones[row["community"]], whole.ruleset)


def test_reasons_name_what_is_asked_and_what_is_disputed(whole: District) -> None:
    names = {one.id: one.name["en"] for one in whole.ruleset.indicators}
    found = result_of(whole.inputs, Columnar(whole.ruleset)).collect()
    for row in found.iter_rows(named=True):
        one = whole.ones[row["community"]]
        assert row["list"] == one.list
        told = {"settled": (), "sources-contradict": one.clashes, "needs-answers": one.asks}[one.list]
        for name in told:
            assert names[name] in row["reasons_en"]
        assert row["reasons_zh"]


# --- formats -----------------------------------------------------------------------------------------------------


def read(path: Path) -> list[tuple[str, ...]]:
    frame = scan(path).drop("__row", "__more", strict=False).collect()
    return [tuple(frame.columns), *(tuple("" if v is None else str(v) for v in row) for row in frame.iter_rows())]


def test_formats_in_and_out_say_the_same(ruleset: RuleSet, tmp_path: Path) -> None:
    rows, _ = relations(ruleset, 40, 3)
    results = []
    for kind in FORMATS:
        table = write(rows, tmp_path / f"table.{kind}")
        for out in FORMATS:
            target = tmp_path / f"{kind}-to.{out}"
            done = screen_file(table, target, ruleset, force=False)
            assert not done.problems
            assert done.rejected == 0
            results.append(read(target))
    assert len(results[0]) == 41
    assert all(result == results[0] for result in results[1:])


# --- what is wrong -----------------------------------------------------------------------------------------------

WRONG = {
    "row-no-community": ("community", ""),
    "row-rating": ("emb.access.floor", "7"),
    "row-floor-above-ceiling": ("emb.access.floor", "4"),
    "row-unknown-level": ("type", "castle"),
}


def test_broken_rows_are_named_and_the_others_go_on(
    ruleset: RuleSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, situations = relations(ruleset, 60, 5)
    good = write(rows, tmp_path / "good.csv")
    broken = [dict(row) for row in rows]
    wanted = []
    for place, (code, (column, value)) in enumerate(WRONG.items()):
        number = 9 + 11 * place
        broken[number] |= {"emb.access.floor": "1", "emb.access.ceiling": "2"} | {column: value}
        wanted.append({"row": str(number + 2), "column": column, "value": value, "code": code})
    numbers = [9 + 11 * place for place in range(len(WRONG))]
    more = {"emb.access.floor": "two", "emb.access.ceiling": "1.5", "attr:contract-left": "soon"}
    broken[55] |= more
    wanted += [
        {"row": "57", "column": name, "value": value, "code": "row-unknown-level" if ":" in name else "row-rating"}
        for name, value in more.items()
    ]
    assert run_command(["screen", str(good), "-o", str(tmp_path / "good-out.csv")]) == 0
    capsys.readouterr()
    out = tmp_path / "out.csv"
    assert run_command(["screen", str(write(broken, tmp_path / "broken.csv")), "-o", str(out)]) == 2
    assert "out.csv.rejected.csv" in capsys.readouterr().err
    with (tmp_path / "out.csv.rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        rejected = [{name: row[name] for name in ("row", "column", "value", "code")} for row in csv.DictReader(file)]
    key = [(one["row"], one["column"]) for one in rejected]
    assert sorted(key) == sorted((one["row"], one["column"]) for one in wanted)
    assert all(one in rejected for one in wanted)
    kept = [row for row in read(tmp_path / "good-out.csv") if row[0] not in {f"r{n:03}" for n in (*numbers, 55)}]
    assert read(out) == kept
    assert len(situations) - len(kept) + 1 == 5


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("table.csv", "name,emb.access\na,1\n", 'no column "community"'),  # missing-column, unknown-column
        ("table.csv", "community,emb.acess\na,1\n", 'column "emb.acess" is not known'),  # unknown-column
        ("table.csv", "community,type\na,mixed\n", "no column of an indicator"),  # no-readings
        ("table.ods", "", "a table should be"),  # table-kind
        ("table.parquet", "no table", "cannot be opened"),  # unreadable
        ("table.csv", "", "The file is empty"),  # empty-file
    ],
)
def test_a_table_that_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text)
    _refused(["screen", str(tmp_path / name), "-o", str(tmp_path / "out.csv")], said, tmp_path, capsys, {name})


def test_folders_that_cannot_be_screened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """no-assessments, no-such-output-folder, no-such-file, format-unknown, and files of which none is good."""
    (tmp_path / "empty").mkdir()
    out = str(tmp_path / "out.csv")
    _refused(["screen", str(tmp_path / "empty"), "-o", out], "no assessment file", tmp_path, capsys, {"empty"})
    _refused(["screen", str(tmp_path / "none.csv"), "-o", out], "There is no file", tmp_path, capsys, {"empty"})
    elsewhere = str(tmp_path / "nowhere" / "out.csv")
    _refused(["screen", str(tmp_path / "empty"), "-o", elsewhere], "does not exist", tmp_path, capsys, {"empty"})
    odd = str(tmp_path / "out.ods")
    _refused(["screen", str(tmp_path / "empty"), "-o", odd], "should end in", tmp_path, capsys, {"empty"})
    (tmp_path / "empty" / "broken.yaml").write_text("assess: 1\nid: x\n")
    _refused(["screen", str(tmp_path / "empty"), "-o", out], "broken.yaml", tmp_path, capsys, {"empty"})


def _refused(arguments: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str], left: set[str]) -> None:
    assert run_command(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert "Traceback" not in shown.err
    assert {path.name for path in folder.iterdir()} == left
