"""Tables with one relation a row: what their columns mean, and which rows cannot be read.

A wide table has the columns ``community``, ``wave`` and ``type``, attributes as ``attr:NAME``, and readings as
``emb.access`` or as ``emb.access.floor`` and ``emb.access.ceiling``; what a source says is ``emb.access@residents``, in
one or two columns likewise. An empty cell is missing, never 0. Rows with a mistake are left out and named; the others
go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assess.engines.columnar import Columnar
from assess.engines.network import THE_TYPE
from assess.problems import Place, Problem, nearest
from assess.ruleset.model import RuleSet

COMMUNITY, WAVE, TYPE, ATTRIBUTE = "community", "wave", "type", "attr:"
FLOOR, CEILING = ".floor", ".ceiling"
ROW = "__row"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A kind of mistake in a row: its code, its column, which rows have it, and what would be right."""

    code: str
    column: str
    found: pl.Expr
    expected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wide:
    """A wide table as the rules read it: input columns by their plain names, and the mistakes that a row can have."""

    inputs: Mapping[str, pl.Expr]
    missing: Mapping[str, pl.Expr]  # which readings of gates and checks nobody gave, by indicator
    disputed: Mapping[str, pl.Expr]  # of which readings the sources differ
    mistakes: tuple[Mistake, ...]


def header_problems(columns: Sequence[str], file: str, ruleset: RuleSet) -> list[Problem]:
    """Columns that the table should have, and those that nobody knows."""
    place = Place(file, 1, 1)
    problems = []
    if COMMUNITY not in columns:
        problems.append(Problem("missing-column", place, value=COMMUNITY))
    known = list(known_columns(ruleset))
    for column in columns:
        if column not in known:
            meant = nearest(column, known)
            problems.append(Problem("unknown-column", place, value=column, expected=(), meant=meant))
    if not any(
        column.partition("@")[0].removesuffix(FLOOR).removesuffix(CEILING) in ruleset.indicator for column in columns
    ):
        problems.append(Problem("no-readings", place))
    return problems


def known_columns(ruleset: RuleSet) -> Iterator[str]:
    """Every column that a wide table may have."""
    yield from (COMMUNITY, WAVE, TYPE)
    yield from (f"{ATTRIBUTE}{attribute.id}" for attribute in ruleset.attributes)
    for indicator in ruleset.indicators:
        subjects = [indicator.id]
        subjects += [f"{indicator.id}@{s.id}" for s in ruleset.sources if ruleset.may_rate(s, indicator.id)]
        for subject in subjects:
            yield from (subject, subject + FLOOR, subject + CEILING)


def wide(columns: Sequence[str], columnar: Columnar) -> Wide:
    """How a table with these columns is read."""
    ruleset = columnar.ruleset
    inputs: dict[str, pl.Expr] = {}
    missing: dict[str, pl.Expr] = {}
    disputed: dict[str, pl.Expr] = {}
    mistakes: list[Mistake] = [Mistake("row-no-community", COMMUNITY, pl.col(COMMUNITY).is_null())]
    for name, variable in columnar.variables.items():
        floor, ceiling, wrong = _interval(name, variable.highest, columns)
        mistakes += wrong
        inputs[variable.floor] = _level(floor, 0)
        inputs[variable.ceiling] = _level(ceiling, variable.highest)
        if name in ruleset.indicator:
            missing[name] = (
                floor.is_null() & ceiling.is_null() if floor is not None and ceiling is not None else pl.lit(value=True)
            )
            disputed[name] = ~missing[name] & (inputs[variable.floor] < inputs[variable.ceiling])
    for name, plain in columnar.stated.items():
        column = TYPE if name == THE_TYPE else f"{ATTRIBUTE}{name}"
        if column not in columns:
            inputs[plain] = pl.lit(None, dtype=pl.String)
            continue
        levels = [kind.id for kind in ruleset.types] if name == THE_TYPE else list(ruleset.attribute[name].level_ids)
        stated = pl.col(column).cast(pl.String)
        inputs[plain] = stated
        mistakes.append(
            Mistake("row-unknown-level", column, ~stated.is_in(levels) & stated.is_not_null(), tuple(levels))
        )
    return Wide(inputs, missing, disputed, tuple(mistakes))


def _interval(name: str, highest: int, columns: Sequence[str]) -> tuple[pl.Expr | None, pl.Expr | None, list[Mistake]]:
    """The floor and the ceiling that a table gives for a variable, and what can be wrong with them."""
    ends = {end: name + end for end in (FLOOR, CEILING) if name + end in columns}
    if not ends and name in columns:
        ends = {FLOOR: name, CEILING: name}
    numbers = {end: _number(column) for end, column in ends.items()}
    mistakes = []
    allowed = tuple(str(level) for level in range(highest + 1))
    for end, column in dict.fromkeys((column, column) for column in ends.values()):
        number, written = _number(column), pl.col(column)
        wrong = written.is_not_null() & (number.is_null() | (number < 0) | (number > highest))
        mistakes.append(Mistake("row-rating", end, wrong, allowed))
    floor, ceiling = numbers.get(FLOOR), numbers.get(CEILING)
    if floor is not None and ceiling is not None and ends[FLOOR] != ends[CEILING]:
        # Of a level that is none, it has been said already.
        levels = floor.is_between(0, highest) & ceiling.is_between(0, highest)
        mistakes.append(Mistake("row-floor-above-ceiling", ends[FLOOR], levels & (floor > ceiling)))
    return floor, ceiling, mistakes


def _number(column: str) -> pl.Expr:
    """A cell as a whole number; null where it is none."""
    as_float = pl.col(column).cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
    return pl.when(as_float == as_float.floor()).then(as_float.cast(pl.Int64, strict=False))


def _null(number: pl.Expr | None) -> pl.Expr:
    return pl.lit(value=True) if number is None else number.is_null()


def _level(number: pl.Expr | None, otherwise: int) -> pl.Expr:
    if number is None:
        return pl.lit(otherwise, dtype=pl.Int8)
    return number.fill_null(otherwise).cast(pl.Int8, strict=False)


KINDS = (".csv", ".parquet", ".xlsx")


def scan(path: Path) -> pl.LazyFrame:
    """A table as a lazy frame, text as text; rows are numbered as a spreadsheet shows them, from 2 below the header.

    Raises ``ValueError`` with a sentence of the library for a file that is no such table.
    """
    try:
        match path.suffix.lower():
            case ".parquet":
                table = pl.scan_parquet(path, row_index_name=ROW, row_index_offset=2)
            case ".csv":
                table = pl.scan_csv(path, infer_schema=False)
            case _:
                table = _first_sheet(path).lazy()
        numbered = ROW in table.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ValueError(str(error).splitlines()[0]) from error
    return table if numbered else table.with_row_index(ROW, offset=2)


def _first_sheet(path: Path) -> pl.DataFrame:
    """The first sheet of a workbook as text. Raises ``ValueError`` for a file that is no workbook."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise ValueError(str(error)) from error
    header, *body = rows or [[]]
    columns = {str(name): [_as_text(row[place]) for row in body] for place, name in enumerate(header) if name != ""}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _as_text(value: object) -> str | None:
    """A cell as it would be typed: whole numbers without a point, an empty cell as nothing."""
    if value in ("", None):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
