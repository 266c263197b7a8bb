"""A table beside the ratings, one row a community (and wave): its type and its attributes."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from assess.ruleset.model import RuleSet
from assess.screening.bulk import Bulk
from assess.screening.rating_rows import (
    COMMUNITY,
    REJECTED,
    ROW,
    STATED_TWICE,
    WAVE,
    Table,
    as_text,
    rejected,
    stated_columns,
)


def read_stated(table: Path | pl.LazyFrame | pl.DataFrame, ruleset: RuleSet) -> Bulk:
    """Communities (with ``wave`` where the table has it) with what is stated of them, and the rejected rows.

    A row with an unknown level is left out. A community may stand there several times; where its rows state different
    levels of one thing, it has none of them and these rows are named.
    """
    rows = Table(table)
    stated = {name: levels for name, levels in stated_columns(ruleset).items() if name in rows.schema}
    names = [COMMUNITY, *([WAVE] if WAVE in rows.schema else [])]
    cells = [_cell(name, rows.schema[name]) for name in [*names, *stated]]
    (whole,) = rows.batches([pl.col(ROW), *cells], pl.lit(value=True), max(1, rows.height()))
    mistakes = [(COMMUNITY, "row-no-community", pl.col(COMMUNITY).is_null())]
    mistakes += [
        (name, "row-unknown-level", pl.col(name).is_not_null() & ~pl.col(name).is_in(levels))
        for name, levels in stated.items()
    ]
    found = [_named(whole.filter(wrong), column, code) for column, code, wrong in mistakes]
    good = whole.filter(~pl.any_horizontal(wrong for _, _, wrong in mistakes))
    levels = {name: pl.col(name).drop_nulls() for name in stated}
    for name, said in levels.items():
        torn = pl.col(name).is_not_null() & (said.n_unique().over(names) > 1)
        found.append(_named(good.filter(torn), name, STATED_TWICE))
    agreed = [pl.when(said.n_unique() == 1).then(said.first()).alias(name) for name, said in levels.items()]
    return Bulk(good.group_by(names, maintain_order=True).agg(agreed), rejected(found))


def with_stated(frame: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """A wide table with what is stated of its communities; what its own rows state comes first."""
    names = [name for name in (COMMUNITY, WAVE) if name in stated.columns]
    told = [name for name in stated.columns if name not in names]
    joined = frame.join(stated, on=names, how="left", nulls_equal=True, suffix=" stated", maintain_order="left")
    both = [name for name in told if name in frame.columns]
    joined = joined.with_columns(pl.coalesce(name, f"{name} stated") for name in both)
    joined = joined.drop(f"{name} stated" for name in both)
    before = [COMMUNITY, WAVE, *told]
    return joined.select(*before, pl.exclude(before))


def _cell(name: str, kind: pl.DataType) -> pl.Expr:
    text = as_text(name, kind)
    return pl.when(text.str.strip_chars() != "").then(text).alias(name)


def _named(rows: pl.DataFrame, column: str, code: str) -> pl.DataFrame:
    found = rows.select(ROW, column=pl.lit(column), value=column, code=pl.lit(code), highest=pl.lit(None))
    return found.select(pl.col(name).cast(kind) for name, kind in REJECTED.items())
