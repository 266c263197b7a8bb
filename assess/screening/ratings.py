"""Long tables of single ratings, as the rules read them: one row a relation, with what is missing and disputed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from assess.engines.columnar import Columnar
from assess.engines.network import THE_TYPE
from assess.problems import Place, Problem, nearest
from assess.readings import Mode, Status
from assess.screening.bulk import MEMORY, Bulk, read_ratings
from assess.screening.rating_rows import stated_columns
from assess.screening.result import REJECTED, Screening, result_of
from assess.screening.screen import DISPUTED, MISSING
from assess.screening.side_table import read_stated, with_stated
from assess.screening.source import KINDS, ROW, Files, columns_of, first_sheet, scan
from assess.screening.table import ATTRIBUTE, CEILING, COMMUNITY, FLOOR, TYPE, WAVE

MARKS = ("indicator", "source", "rating")  # what tells a long table from a wide one
KNOWN = (COMMUNITY, WAVE, *MARKS, "respondent", TYPE)


def is_long(columns: Sequence[str]) -> bool:
    """Whether a table with these columns has one rating a row."""
    return set(MARKS) <= set(columns)


def long_problems(columns: Sequence[str], file: str, columnar: Columnar) -> list[Problem]:
    """Columns that a long table should have, and those that nobody knows."""
    known = [*KNOWN, *(f"{ATTRIBUTE}{attribute.id}" for attribute in columnar.ruleset.attributes)]
    return _column_problems(columns, known, Place(file, 1, 1))


def _column_problems(columns: Sequence[str], known: Sequence[str], place: Place) -> list[Problem]:
    missing = [Problem("missing-column", place, value=COMMUNITY)] if COMMUNITY not in columns else []
    unknown = [name for name in columns if name not in known]
    return missing + [
        Problem("unknown-column", place, value=name, expected=(), meant=nearest(name, known)) for name in unknown
    ]


@dataclass(frozen=True, slots=True)
class Ratings:
    """How single ratings are read: to which readings, the bytes that counts may take, what states things of places."""

    mode: Mode = Mode.MIDDLE
    memory: int | None = None
    communities: Path | None = None

    @property
    def of_long_tables(self) -> bool:
        """Whether something is asked for that only a long table has."""
        return self.memory is not None or self.communities is not None


AS_USUAL = Ratings()


def communities_problems(path: Path, columnar: Columnar) -> list[Problem]:
    """What is wrong with a table of communities as a whole."""
    name = str(path)
    if not path.exists():
        return [Problem("no-such-file", Place(name), value=name)]
    if path.suffix.lower() not in KINDS:
        return [Problem("table-kind", Place(name), value=path.name, expected=KINDS)]
    try:
        columns = columns_of(scan(path))
    except ValueError as error:
        return [Problem("unreadable", Place(name), value=path.name, more={"said": str(error)})]
    known = [COMMUNITY, WAVE, *stated_columns(columnar.ruleset)]
    return _column_problems(columns, known, Place(name, 1, 1))


def screen_long(source: Path, columnar: Columnar, ratings: Ratings = AS_USUAL) -> Screening:
    """Screen a long table: readings first, then the rules. Rejected cells say which file they stand in."""
    ruleset = columnar.ruleset
    bulk = read_ratings(_given(source), ruleset, ratings.mode, memory=ratings.memory or MEMORY)
    rejected = [Files.of(source).located(_rejected(bulk))]
    if ratings.communities is not None:
        stated = read_stated(_given(ratings.communities), ruleset)
        bulk = replace(bulk, frame=with_stated(bulk.frame, stated.frame))
        rejected.append(Files.of(ratings.communities).located(_rejected(stated)))
    inputs = inputs_of(bulk, columnar).lazy()
    return Screening(inputs, result_of(inputs, columnar), pl.concat(rejected))


def _given(source: Path) -> Path | pl.LazyFrame | pl.DataFrame:
    """A table as it is read best: one Parquet or CSV file from the disk, a workbook or a folder as a frame."""
    if source.is_dir():
        return scan(source).drop(ROW)
    return first_sheet(source) if source.suffix.lower() == ".xlsx" else source


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
