"""Long tables of single ratings, row by row: which number each word has, and which rows cannot be read.

A row's indicator, source and rating become one small number, its *code*; everything that is to be known of a row is
then looked up by its code, a column at a time. Community, wave and respondent are numbered as they come.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from assess.readings import NOT_APPLICABLE
from assess.ruleset.model import RuleSet
from assess.screening.source import MORE, csv_rows

COMMUNITY, WAVE, TYPE, ATTRIBUTE = "community", "wave", "type", "attr:"
INDICATOR, SOURCE, RESPONDENT, RATING = "indicator", "source", "respondent", "rating"
REQUIRED = (COMMUNITY, INDICATOR, SOURCE, RATING)
ROW = "row"
FIRST_ROW = 2  # as a spreadsheet numbers it, below the header
REJECTED: Mapping[str, type[pl.DataType]] = {
    ROW: pl.UInt64,
    "column": pl.String,
    "value": pl.String,
    "code": pl.String,
    "highest": pl.UInt8,
}

Array = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
UNSTATED, UNKNOWN_LEVEL = 0, 255


def stated_columns(ruleset: RuleSet) -> dict[str, tuple[str, ...]]:
    """The columns that state a community's type and attributes, with the levels that each can have."""
    types = {TYPE: tuple(kind.id for kind in ruleset.types)} if ruleset.types else {}
    return types | {f"{ATTRIBUTE}{one.id}": tuple(one.level_ids) for one in ruleset.attributes}


class Table:
    """A table whose rows are numbered and read a few at a time. Text of a CSV file stays text."""

    def __init__(self, table: Path | pl.LazyFrame | pl.DataFrame) -> None:
        self._sliced = isinstance(table, pl.DataFrame) or (isinstance(table, Path) and _is_parquet(table))
        frame = table.lazy() if not isinstance(table, Path) else _scan(table)
        self._rows = frame.with_row_index(ROW, offset=FIRST_ROW)
        self.schema: Mapping[str, pl.DataType] = self._rows.collect_schema()

    def height(self) -> int:
        """How many rows there are."""
        return int(self._rows.select(pl.len()).collect().item())

    def batches(self, columns: Sequence[pl.Expr], where: pl.Expr, size: int) -> Iterator[pl.DataFrame]:
        """``columns`` of the rows of which ``where`` is true, from at most ``size`` rows at a time."""
        if not self._sliced:
            yield from self._rows.filter(where).select(columns).collect_batches(chunk_size=size, maintain_order=True)
            return
        # Slices, since a stream from Parquet decodes several whole row groups ahead, which may be the whole file.
        slices = [self._rows.slice(start, size) for start in range(0, self.height(), size)]
        with ThreadPoolExecutor(1) as ahead:
            waiting: deque[Future[pl.DataFrame]] = deque()
            for rows in slices:
                waiting.append(ahead.submit(rows.filter(where).select(columns).collect))
                if len(waiting) > 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() == ".parquet"


def _scan(path: Path) -> pl.LazyFrame:
    return pl.scan_parquet(path) if _is_parquet(path) else csv_rows(path)


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary of a rule set, numbered: a code is (indicator, source, rating), each in its own range.

    The number after the last of each range stands for "none that is known"; ratings have one more for "left empty".
    """

    ruleset: RuleSet
    indicators: tuple[str, ...]
    sources: tuple[str, ...]
    ratings: tuple[str, ...]  # the levels of the highest indicator, then the reasons for having no rating
    levels: int  # how many of these are levels

    @classmethod
    def of(cls, ruleset: RuleSet) -> Words:
        """The words of a rule set."""
        levels = 1 + max(indicator.highest for indicator in ruleset.indicators)
        ratings = (*(str(level) for level in range(levels)), *ruleset.unrated)
        indicators = tuple(indicator.id for indicator in ruleset.indicators)
        return cls(ruleset, indicators, tuple(source.id for source in ruleset.sources), ratings, levels)

    @property
    def empty(self) -> int:
        """The rating of a row that leaves it empty."""
        return len(self.ratings)

    @property
    def unreadable(self) -> int:
        """The rating of a row whose rating is no word of the rule set."""
        return len(self.ratings) + 1

    @property
    def shape(self) -> tuple[int, int, int]:
        """The ranges of indicator, source and rating in a code."""
        return len(self.indicators) + 1, len(self.sources) + 1, len(self.ratings) + 2

    @property
    def not_applicable(self) -> int | None:
        """The rating that says that an indicator does not apply, where the rule set knows it."""
        return self.ratings.index(NOT_APPLICABLE) if NOT_APPLICABLE in self.ratings else None

    def grid(self) -> tuple[Array, Array, Array]:
        """Indicator, source and rating of every code, each of length ``prod(shape)``."""
        indicator, source, rating = np.indices(self.shape).reshape(3, -1)
        return indicator, source, rating

    def highest(self) -> Array:
        """The highest worded level by indicator; for an unknown one, that of the scale."""
        return np.array([*(one.highest for one in self.ruleset.indicators), self.levels - 1])

    def rating(self, written: str) -> int:
        """The rating that was meant by a word that is not in the list as it stands: ``3.0``, `` 3``, ``３``."""
        text = unicodedata.normalize("NFKC", written).strip()
        if not text:
            return self.empty
        if text in self.ratings:
            return self.ratings.index(text)
        whole = re.fullmatch(r"0*([0-9]{1,3})(\.0*)?", text)
        return int(whole[1]) if whole and int(whole[1]) < self.levels else self.unreadable


class Coding:
    """How the columns of one table become numbers. Columns that it lacks are as if left empty.

    The dictionaries of communities, waves and respondents grow with the rows that are read, and go with this object.
    """

    def __init__(self, ruleset: RuleSet, schema: Mapping[str, pl.DataType]) -> None:
        self.words = Words.of(ruleset)
        self.schema = schema
        self.stated = {name: levels for name, levels in stated_columns(ruleset).items() if name in schema}
        kinds = {name: pl.Categorical(pl.Categories.random(name)) for name in (COMMUNITY, WAVE, RESPONDENT)}
        # Polars forgets a dictionary as soon as no column uses it, and would number its words anew.
        self._known = {name: pl.Series(name, [], dtype=kind) for name, kind in kinds.items()}

    def columns(self) -> list[pl.Expr]:
        """What is read of every row: its number, its raw cells, and their numbers under ``#`` and the name."""
        raw = [as_text(name, self.schema[name]).alias(name) for name in self._raw()]
        known = [self._numbered(name) for name in (COMMUNITY, WAVE, RESPONDENT)]
        stated = [self._level(name, levels) for name, levels in self.stated.items()]
        return [pl.col(ROW), *raw, *known, self._code(), *stated]

    def _raw(self) -> list[str]:
        return [*REQUIRED, *(name for name in (WAVE, RESPONDENT, *self.stated, MORE) if name in self.schema)]

    def _numbered(self, name: str) -> pl.Expr:
        """A number from 1 for every word of a column; 0 for none."""
        if name not in self.schema:
            return pl.lit(0, dtype=pl.Int64).alias(f"#{name}")
        number = as_text(name, self.schema[name]).cast(self._known[name].dtype).to_physical()
        return (number.cast(pl.Int64) + 1).fill_null(0).alias(f"#{name}")

    def _code(self) -> pl.Expr:
        words = self.words
        indicator = self._place(INDICATOR, words.indicators, len(words.indicators))
        source = self._place(SOURCE, words.sources, len(words.sources))
        rating = (
            pl.when(as_text(RATING, self.schema[RATING]).is_null())
            .then(words.empty)
            .otherwise(self._place(RATING, words.ratings, words.unreadable))
        )
        _, sources, ratings = words.shape
        return ((indicator * sources + source) * ratings + rating).cast(pl.UInt32).alias("#code")

    def _place(self, name: str, words: Sequence[str], otherwise: int) -> pl.Expr:
        place = as_text(name, self.schema[name]).cast(pl.Enum(words), strict=False).to_physical()
        return place.cast(pl.UInt32).fill_null(otherwise)

    def _level(self, name: str, levels: Sequence[str]) -> pl.Expr:
        text = as_text(name, self.schema[name])
        place = text.cast(pl.Enum(levels), strict=False).to_physical().cast(pl.UInt8) + 1
        stated = text.is_not_null() & (text.str.strip_chars() != "")
        return pl.when(stated).then(place.fill_null(UNKNOWN_LEVEL)).otherwise(UNSTATED).alias(f"#{name}")


def as_text(name: str, kind: pl.DataType) -> pl.Expr:
    """A column as text; what is no number in a column of numbers is empty."""
    column = pl.col(name)
    if kind == pl.String:
        return column
    return (column.fill_nan(None) if kind.is_float() else column).cast(pl.String)


class Rows:
    """Some rows of a long table, read: which are good, and what is wrong with the others."""

    def __init__(self, table: pl.DataFrame, coding: Coding) -> None:
        self.table = table
        self.coding = coding
        self.words = coding.words
        self.code = self._codes()

    def _codes(self) -> Array:
        """The codes, with ratings that are written in another way (``3.0``) understood."""
        codes = self.table["#code"].to_numpy().astype(np.int64)
        rating = codes % self.words.shape[2]
        odd = np.flatnonzero(rating == self.words.unreadable)
        if len(odd):
            written = self.table[RATING].gather(odd)
            meant = {word: self.words.rating(word) for word in written.unique().to_list()}
            codes[odd] += np.array([meant[word] for word in written.to_list()]) - self.words.unreadable
        return codes

    def numbers(self, name: str) -> Array:
        """The numbers of a column: of communities, waves and respondents, or of a stated level."""
        return self.table[f"#{name}"].to_numpy()

    def cells(self, name: str, rows: Array) -> pl.Series:
        """What stands in a column in these rows, to be kept; null where the table has no such column.

        The words are copied: polars shares them, and a few that are kept would hold the text of the whole batch.
        """
        words = self.table[name].gather(rows).to_list() if name in self.table.columns else [None] * len(rows)
        return pl.Series(name, words, dtype=pl.String)

    def names(self, rows: Array) -> pl.DataFrame:
        """Community and wave of these rows."""
        return pl.DataFrame([self.cells(COMMUNITY, rows), self.cells(WAVE, rows)])

    def wrong(self) -> dict[str, Booleans]:
        """By column, which rows have a mistake in it; columns without one are left out."""
        indicator, source, rating = self._grid
        lacks = self.words
        unworded = (rating < lacks.levels) & (rating > lacks.highest()[indicator])
        by_code = {
            INDICATOR: indicator == len(lacks.indicators),
            SOURCE: source == len(lacks.sources),
            RATING: unworded | (rating == lacks.unreadable),
        }
        good = ~np.logical_or.reduce(list(by_code.values()))
        found = {} if good[self.code].all() else {name: wrong[self.code] for name, wrong in by_code.items()}
        found[COMMUNITY] = self.numbers(COMMUNITY) == 0
        found |= {name: self.numbers(name) == UNKNOWN_LEVEL for name in self.coding.stated}
        if MORE in self.coding.schema:
            found[MORE] = self.table[MORE].is_not_null().to_numpy()
        return {name: rows for name, rows in found.items() if rows.any()}

    @cached_property
    def _grid(self) -> tuple[Array, Array, Array]:
        return self.words.grid()

    def named(self, column: str, rows: Array, code: str | None = None) -> pl.DataFrame:
        """The mistakes of these rows in a column, as ``REJECTED``."""
        highest = self.words.highest()[self._grid[0][self.code[rows]]] if column == RATING else None
        found = {
            ROW: self.table[ROW].gather(rows),
            "column": pl.repeat(column, len(rows), eager=True),
            "value": self.cells(column, rows),
            "code": pl.repeat(code or CODES.get(column, "row-unknown-level"), len(rows), eager=True),
            "highest": highest if highest is not None else pl.repeat(None, len(rows), eager=True),
        }
        return pl.DataFrame(found, schema_overrides=REJECTED)


CODES = {
    COMMUNITY: "row-no-community",
    INDICATOR: "row-unknown-indicator",
    SOURCE: "row-unknown-source",
    RATING: "row-rating",
    MORE: "row-too-long",
}
RATED_TWICE = "row-rated-twice"
STATED_TWICE = "row-stated-twice"


def rejected(parts: Iterator[pl.DataFrame] | Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Mistakes in the order of the table."""
    mistakes: pl.DataFrame = pl.concat([pl.DataFrame(schema=REJECTED), *parts])
    return mistakes.sort(ROW, "column", "value")
