"""What became of relations since an earlier screening: who stands elsewhere, is decided otherwise or changed lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assess.problems import Place, Problem
from assess.screening.source import KINDS, MORE, ROW, scan
from assess.screening.table import COMMUNITY, WAVE

STAGE = ("stage_floor", "stage_ceiling")
COMPARED = (*STAGE, "decision", "list")
NEEDED = (COMMUNITY, *STAGE, "list")
NEW, GONE = "new", "gone"
OLD = "_old"
MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One relation then and now; ``moved`` says in which respects it differs, or that it is new or gone."""

    community: str
    wave: tuple[str, str]
    stage: tuple[tuple[int, int] | None, tuple[int, int] | None]
    decision: tuple[str, str]
    list: tuple[str, str]
    moved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The result of an earlier screening, one row a community: its latest wave."""

    path: Path
    rows: pl.LazyFrame


def earlier(path: Path) -> tuple[Earlier | None, list[Problem]]:
    """Read the result of an earlier screening, or say why this is none."""
    place = Place(str(path))
    if not path.exists():
        return None, [Problem("no-such-file", place, value=str(path))]
    if path.suffix.lower() not in KINDS:
        return None, [Problem("table-kind", place, value=path.name, expected=KINDS)]
    try:
        table = scan(path)
    except ValueError as error:
        return None, [Problem("unreadable", place, value=path.name, more={"said": str(error)})]
    names = table.collect_schema().names()
    problems = [Problem("missing-column", Place(str(path), 1, 1), value=name) for name in NEEDED if name not in names]
    if problems:
        return None, problems
    rows = _plain(table.drop(ROW, MORE, strict=False), names)
    wrong = rows.filter(pl.any_horizontal(pl.col(column).is_null() for column in (*STAGE, COMMUNITY))).head(1)
    if wrong.collect().height:
        return None, [Problem("no-result", place, value=path.name)]
    return Earlier(path, rows), []


def changes(now: pl.LazyFrame, then: Earlier) -> pl.DataFrame:
    """Every community that stands otherwise than in the earlier result, is new or is gone, by community.

    Columns are the old ones, ending in ``_old``, beside the new ones, and ``moved``. A community with several waves is
    taken at its latest, then and now.
    """
    old = then.rows.rename(lambda name: name if name == COMMUNITY else f"{name}{OLD}")
    new = _plain(now, now.collect_schema().names())
    both = new.join(old, on=COMMUNITY, how="full", coalesce=True)
    appeared, left = pl.col(f"list{OLD}").is_null(), pl.col("list").is_null()
    stage = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}{OLD}")) for name in STAGE)
    parts = [pl.when(stage).then(pl.lit("stage"))]
    parts += [pl.when(pl.col(n).ne_missing(pl.col(f"{n}{OLD}"))).then(pl.lit(n)) for n in ("decision", "list")]
    moved = pl.concat_str(parts, separator=" ", ignore_nulls=True)
    told = pl.when(appeared).then(pl.lit(NEW)).when(left).then(pl.lit(GONE)).otherwise(moved)
    order = [f"{name}{end}" for name in (WAVE, *COMPARED) for end in (OLD, "")]
    found = both.with_columns(told.alias(MOVED)).filter(pl.col(MOVED) != "")
    return found.select(COMMUNITY, *order, MOVED).sort(COMMUNITY).collect()


def listed(frame: pl.DataFrame) -> list[Change]:
    """The rows of ``changes`` one by one."""
    return [_change(row) for row in frame.iter_rows(named=True)]


def in_common(now: pl.LazyFrame, then: Earlier) -> bool:
    """Whether any community stands in both results; if none does, their ids are probably not the same."""
    new = _plain(now, now.collect_schema().names())
    return new.join(then.rows, on=COMMUNITY, how="semi").head(1).collect().height > 0


def _plain(table: pl.LazyFrame, names: Sequence[str]) -> pl.LazyFrame:
    """The compared columns of a result, whatever its file kept of their types, and of each community the latest."""
    numbers = [pl.col(name).cast(pl.String).cast(pl.Int64, strict=False) for name in STAGE]
    words = [
        (pl.col(name).cast(pl.String).fill_null("") if name in names else pl.lit("")).alias(name)
        for name in (WAVE, "decision", "list")
    ]
    plain = table.select(pl.col(COMMUNITY).cast(pl.String), *numbers, *words)
    return plain.sort(COMMUNITY, WAVE, maintain_order=True).unique(COMMUNITY, keep="last", maintain_order=True)


def _change(row: dict[str, object]) -> Change:
    spans = [
        None
        if row[f"stage_floor{end}"] is None
        else (_number(row[f"stage_floor{end}"]), _number(row[f"stage_ceiling{end}"]))
        for end in (OLD, "")
    ]
    pairs = {name: (str(row[f"{name}{OLD}"] or ""), str(row[name] or "")) for name in (WAVE, "decision", "list")}
    moved = tuple(str(row[MOVED]).split())
    return Change(str(row[COMMUNITY]), pairs[WAVE], (spans[0], spans[1]), pairs["decision"], pairs["list"], moved)


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
