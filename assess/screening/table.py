"""Tables with one relation a row: what their columns mean, and which rows cannot be read.

A wide table has the columns ``community``, ``wave`` and ``type``, attributes as ``attr:NAME``, and readings as
``emb.access`` or as ``emb.access.floor`` and ``emb.access.ceiling``; what a source says is ``emb.access@residents``, in
one or two columns likewise. An empty cell is missing, never 0. Rows with a mistake are left out and named; the others
go on. The expressions are those of narwhals, so that a table can lie in polars, DuckDB or Spark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw

from assess.engines.columnar import Columnar
from assess.engines.network import THE_TYPE
from assess.problems import Place, Problem, nearest
from assess.ruleset.model import RuleSet
from assess.screening.source import MORE

COMMUNITY, WAVE, TYPE, ATTRIBUTE = "community", "wave", "type", "attr:"
FLOOR, CEILING = ".floor", ".ceiling"

Schema = Mapping[str, nw.dtypes.DType]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A kind of mistake in a row: its code, its column, which rows have it, and what would be right.

    ``cell`` is what the column is called where the rows lie.
    """

    code: str
    column: str
    found: nw.Expr
    expected: tuple[str, ...] = ()
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Wide:
    """A wide table as the rules read it: input columns by their plain names, and the mistakes that a row can have.

    ``cells`` are columns to be added first: what stands in a cell as a level, and whether it is none.
    """

    cells: Mapping[str, nw.Expr]
    inputs: Mapping[str, nw.Expr]
    missing: Mapping[str, nw.Expr]  # which readings of gates and checks nobody gave, by indicator
    disputed: Mapping[str, nw.Expr]  # of which readings the sources differ
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


def wide(schema: Schema, columnar: Columnar, called: Mapping[str, str] | None = None) -> Wide:
    """How a table with these columns, each of its type, is read; ``called``: columns that have another name there."""
    return _Reading(schema, columnar, called or {}).wide()


class _Reading:
    """What is gathered while the columns of a table are gone through."""

    def __init__(self, schema: Schema, columnar: Columnar, called: Mapping[str, str]) -> None:
        self.schema = schema
        self.columnar = columnar
        self.called = called
        self.cells: dict[str, nw.Expr] = {}
        self.mistakes: list[Mistake] = []

    def wide(self) -> Wide:
        ruleset = self.columnar.ruleset
        inputs: dict[str, nw.Expr] = {}
        missing: dict[str, nw.Expr] = {}
        disputed: dict[str, nw.Expr] = {}
        self._rows()
        for name, variable in self.columnar.variables.items():
            floor, ceiling = self._interval(name, variable.highest)
            inputs[variable.floor] = _level(floor, 0)
            inputs[variable.ceiling] = _level(ceiling, variable.highest)
            if name in ruleset.indicator:
                missing[name] = nw.lit(value=True)
                if floor is not None and ceiling is not None:
                    missing[name] = floor.is_null() & ceiling.is_null()
                disputed[name] = ~missing[name] & (inputs[variable.floor] < inputs[variable.ceiling])
        for name, plain in self.columnar.stated.items():
            levels = [kind.id for kind in ruleset.types] if name == THE_TYPE else ruleset.attribute[name].level_ids
            inputs[plain] = self._stated(TYPE if name == THE_TYPE else f"{ATTRIBUTE}{name}", tuple(levels))
        for attribute in ruleset.attributes:
            if attribute.id not in self.columnar.stated:  # nothing depends on it, and yet it can be wrong
                self._stated(f"{ATTRIBUTE}{attribute.id}", attribute.level_ids)
        return Wide(self.cells, inputs, missing, disputed, tuple(self.mistakes))

    def _cell(self, column: str) -> str:
        return self.called.get(column, column)

    def _say(self, code: str, column: str, found: nw.Expr, expected: tuple[str, ...] = ()) -> None:
        self.mistakes.append(Mistake(code, column, found, expected, self._cell(column)))

    def _rows(self) -> None:
        """What can be wrong with a row as a whole."""
        self._say("row-no-community", COMMUNITY, _text(self._cell(COMMUNITY)).is_null())
        if MORE in self.schema:
            self._say("row-too-long", MORE, ~nw.col(MORE).is_null())

    def _interval(self, name: str, highest: int) -> tuple[nw.Expr | None, nw.Expr | None]:
        """The floor and the ceiling that a table gives for a variable."""
        ends = {end: name + end for end in (FLOOR, CEILING) if name + end in self.schema}
        if not ends and name in self.schema:
            ends = {FLOOR: name, CEILING: name}
        numbers = {column: self._number(column, highest) for column in dict.fromkeys(ends.values())}
        floor, ceiling = (numbers.get(ends.get(end, "")) for end in (FLOOR, CEILING))
        if floor is not None and ceiling is not None and ends[FLOOR] != ends[CEILING]:
            # Of a level that is none, it has been said already: its number is null.
            self._say("row-floor-above-ceiling", ends[FLOOR], floor > ceiling)
        return floor, ceiling

    def _number(self, column: str, highest: int) -> nw.Expr:
        """A cell as a level, null where it is none; that something stands there which is no level is a mistake."""
        number = len(self.cells)
        level, wrong = _number(self._cell(column), self.schema[column], highest)
        self.cells |= {f"__v{number}": level, f"__w{number}": wrong}
        self._say("row-rating", column, nw.col(f"__w{number}"), tuple(str(one) for one in range(highest + 1)))
        return nw.col(f"__v{number}")

    def _stated(self, column: str, levels: tuple[str, ...]) -> nw.Expr:
        """What is stated of a community, null where nothing is."""
        if column not in self.schema:
            return nw.lit(None, dtype=nw.String())
        name = f"__v{len(self.cells)}"
        self.cells[name] = _text(self._cell(column))
        self._say("row-unknown-level", column, ~nw.col(name).is_in(levels) & ~nw.col(name).is_null(), levels)
        return nw.col(name)


def _number(column: str, kind: nw.dtypes.DType, highest: int) -> tuple[nw.Expr, nw.Expr]:
    """A cell as a level, null where it is none; and whether something stands there that is no level."""
    cell = nw.col(column)
    if kind.is_integer():
        is_level = (cell >= 0) & (cell <= highest)
        return nw.when(is_level).then(cell.cast(nw.Int8())), ~cell.is_null() & ~is_level
    if kind.is_float():
        given = nw.when(~cell.is_nan()).then(cell)  # a data frame's way to leave a number out
        is_level = (given >= 0) & (given <= highest) & (given == given.floor())
        return nw.when(is_level).then(given.cast(nw.Int8())), ~given.is_null() & ~is_level
    text = _text(column)
    level = nw.lit(None, dtype=nw.Int8())
    for number in range(highest + 1):
        this = nw.lit(number, dtype=nw.Int8())
        level = nw.when(text.is_in([str(number), f"{number}.0"])).then(this).otherwise(level)
    words = [f"{number}{tail}" for number in range(highest + 1) for tail in ("", ".0")]
    return level, ~text.is_null() & ~text.is_in(words)


def _text(column: str) -> nw.Expr:
    """A cell as text without blanks around it, null where nothing stands there."""
    text = nw.col(column).cast(nw.String()).str.strip_chars()
    return nw.when(text != "").then(text)


def _level(number: nw.Expr | None, otherwise: int) -> nw.Expr:
    if number is None:
        return nw.lit(otherwise, dtype=nw.Int8())
    return number.fill_null(otherwise).cast(nw.Int8())
