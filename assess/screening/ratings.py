"""Long tables of single ratings, as the rules read them: one row a relation, with what is missing and disputed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from assess.engines.columnar import Columnar
from assess.engines.network import THE_TYPE
from assess.problems import Place, Problem
from assess.readings import Status
from assess.screening.bulk import Bulk, read_ratings
from assess.screening.result import REJECTED, Screening, result_of
from assess.screening.screen import DISPUTED, MISSING
from assess.screening.table import ATTRIBUTE, CEILING, COMMUNITY, FLOOR, TYPE, WAVE

MARKS = ("indicator", "source", "rating")  # what tells a long table from a wide one
KNOWN = (COMMUNITY, WAVE, *MARKS, "respondent", TYPE)


def is_long(columns: Sequence[str]) -> bool:
    """Whether a table with these columns has one rating a row."""
    return set(MARKS) <= set(columns)


def long_problems(columns: Sequence[str], file: str, columnar: Columnar) -> list[Problem]:
    """Columns that a long table should have, and those that nobody knows."""
    place = Place(file, 1, 1)
    known = [*KNOWN, *(f"{ATTRIBUTE}{attribute.id}" for attribute in columnar.ruleset.attributes)]
    missing = [Problem("missing-column", place, value=name) for name in (COMMUNITY,) if name not in columns]
    return missing + [Problem("unknown-column", place, value=name) for name in columns if name not in known]


def screen_long(source: Path, columnar: Columnar) -> Screening:
    """Screen a long table: readings first, then the rules."""
    bulk = read_ratings(source, columnar.ruleset)
    inputs = inputs_of(bulk, columnar).lazy()
    return Screening(inputs, result_of(inputs, columnar), _rejected(bulk))


def inputs_of(bulk: Bulk, columnar: Columnar) -> pl.DataFrame:
    """The columns that the rules read, and for each indicator of a gate or check what is missing or disputed."""
    frame, columns = bulk.frame, set(bulk.frame.columns)
    inputs: dict[str, pl.Expr] = {}
    for name, variable in columnar.variables.items():
        inputs[variable.floor] = pl.col(f"{name}{FLOOR}").cast(pl.Int8)
        inputs[variable.ceiling] = pl.col(f"{name}{CEILING}").cast(pl.Int8)
        if f"{name}.status" in columns:
            status = pl.col(f"{name}.status").cast(pl.String)
            inputs[f"{MISSING}{name}"] = status == Status.MISSING.value
            inputs[f"{DISPUTED}{name}"] = status == Status.DISPUTED.value
    for name, plain in columnar.stated.items():
        column = TYPE if name == THE_TYPE else f"{ATTRIBUTE}{name}"
        inputs[plain] = pl.col(column).cast(pl.String) if column in columns else pl.lit(None, dtype=pl.String)
    kept = [name for name in (COMMUNITY, WAVE, TYPE) if name in columns]
    return frame.select(*kept, **inputs)


def _rejected(bulk: Bulk) -> pl.DataFrame:
    """The rejected rows in the shape that all screenings have."""
    if not bulk.rejected.height:
        return pl.DataFrame(schema=REJECTED)
    levels = pl.int_ranges(0, pl.col("highest").cast(pl.Int64) + 1).cast(pl.List(pl.String)).list.join(" ")
    return bulk.rejected.select(
        pl.col("row").cast(pl.Int64),
        pl.col("column").cast(pl.String),
        pl.col("value").cast(pl.String),
        pl.col("code").cast(pl.String),
        expected=levels.fill_null(""),
    )
