"""Which relations of a table two rule sets judge differently: both screen it, and the results are held side by side."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assess.problems import Problem
from assess.ruleset.model import RuleSet
from assess.screening.command import screen_file
from assess.screening.table import COMMUNITY, WAVE
from assess.verify.claims import List
from assess.verify.diff import Effect
from assess.verify.differences import Kind

_KINDS = {"pattern:": Kind.PATTERN, "strategy:": Kind.LIST}


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation that changes, and what changes of it."""

    community: str
    wave: str
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """What came of a table: how many relations were judged by both, and those that change."""

    relations: int
    changed: tuple[Relation, ...]


def compare_on(table: Path, old: RuleSet, new: RuleSet) -> tuple[Rows | None, list[Problem]]:
    """The relations of a table that change, or what is wrong with the table."""
    with tempfile.TemporaryDirectory() as folder:
        results = []
        for name, ruleset in (("old", old), ("new", new)):
            output = Path(folder) / f"{name}.parquet"
            screened = screen_file(table, output, ruleset, force=True)
            if not output.exists():
                return None, list(screened.problems)
            results.append(pl.read_parquet(output))
    return _side_by_side(*results), []


def _side_by_side(old: pl.DataFrame, new: pl.DataFrame) -> Rows:
    """Rows of both by community and wave; one that a rule set cannot read is in neither count."""
    keys = [name for name in (COMMUNITY, WAVE) if name in old.columns and name in new.columns]
    shared = [name for name in old.columns if name in new.columns and _is_shown(name)]
    both = old.select(*keys, *shared).join(new.select(*keys, *shared), on=keys, suffix=" new", nulls_equal=True)
    differing = both.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name} new")) for name in shared))
    changed = [_relation(row, shared) for row in differing.iter_rows(named=True)]
    return Rows(both.height, tuple(changed))


def _is_shown(column: str) -> bool:
    return column in {"stage_floor", "stage_ceiling", "decision"} or column.startswith(tuple(_KINDS))


def _relation(row: Mapping[str, object], shared: list[str]) -> Relation:
    return Relation(str(row[COMMUNITY]), str(row.get(WAVE) or ""), tuple(_effects(row, shared)))


def _effects(row: Mapping[str, object], shared: list[str]) -> Iterator[Effect]:
    stages = [_stages(row, suffix) for suffix in ("", " new")]
    if stages[0] != stages[1]:
        yield Effect(Kind.STAGE, "", *stages)
    for column in shared:
        before, after = row[column], row[f"{column} new"]
        prefix = next((prefix for prefix in _KINDS if column.startswith(prefix)), "")
        kind = _KINDS.get(prefix, Kind.DECISION if column == "decision" else None)
        if kind and before != after:
            yield Effect(kind, column.removeprefix(prefix) if prefix else "", _word(before), _word(after))


def _stages(row: Mapping[str, object], suffix: str) -> str:
    floor, ceiling = row[f"stage_floor{suffix}"], row[f"stage_ceiling{suffix}"]
    return str(floor) if floor == ceiling else f"{floor}-{ceiling}"


def _word(value: object) -> str:
    return str(value or List.NONE)
