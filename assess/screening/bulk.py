"""From long tables of single ratings to one row a relation, streaming, in bounded memory.

``read_ratings`` means what ``assess.readings.take_readings`` means, for any number of communities and in any order of
rows. Rows are read batch by batch, numbered (``rating_rows``), counted (``rating_counts``) and, once all are counted,
turned into readings (``rating_medians``). Where the counts of all relations would take more memory than is allowed, the
table is read several times, each time for a share of the communities.

Rows with a mistake are named and left out; the others go on, and a relation is in the answer when it has one of them.
Where somebody rates an indicator twice, all of these ratings are left out, since nothing says which one is meant; where
rows state two types of one community, it has none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl

from assess.engines.columnar import Columnar
from assess.readings import Mode
from assess.ruleset.model import RuleSet
from assess.screening.rating_counts import Block, Layout, Tally
from assess.screening.rating_medians import STATUS_END, STATUSES, Levels, columns
from assess.screening.rating_rows import (
    COMMUNITY,
    RATED_TWICE,
    REJECTED,
    RESPONDENT,
    ROW,
    STATED_TWICE,
    UNSTATED,
    WAVE,
    Array,
    Coding,
    Rows,
    Table,
    rejected,
)
from assess.screening.relations import NO_COMMUNITY, Relations, Share, Stated

MEMORY = 2 << 30  # bytes for counts and dictionaries; the rows that are being read come on top of it
BATCH = 1 << 20  # rows
MOST_PARTS = 1 << 40  # communities that no number of parts sets apart share a hash
STATUS = pl.Enum([status.value for status in STATUSES])

T = TypeVar("T")
U = TypeVar("U")
Given = Path | pl.LazyFrame | pl.DataFrame


@dataclass(frozen=True, slots=True)
class Bulk:
    """Relations as a wide table, and what could not be read.

    ``frame``: ``community``, ``wave``, then ``type`` and ``attr:NAME`` where the table has them, ``{variable}.floor``
    and ``.ceiling`` (levels, never null) and ``{indicator}.status`` (an enumeration of ``assess.readings.Status``).
    ``rejected``: ``row`` (the first below the header is 2), ``column``, ``value``, ``code``, and ``highest``, the
    highest level that a rejected rating could have had.
    """

    frame: pl.DataFrame
    rejected: pl.DataFrame


def read_ratings(
    table: Given,
    ruleset: RuleSet,
    mode: Mode = Mode.MIDDLE,
    *,
    memory: int = MEMORY,
    variables: Sequence[str] | None = None,
) -> Bulk:
    """All relations of a long table, in the order of community and wave, and all rejected rows.

    ``variables`` (``emb.access``, ``emb.access@swo``) are those that get columns; by default those that the rules
    compare. ``memory`` is in bytes.
    """
    parts = list(read_in_parts(table, ruleset, mode, memory=memory, variables=variables))
    frame = pl.concat([part.frame for part in parts]).sort(COMMUNITY, WAVE)
    return Bulk(frame, rejected([part.rejected for part in parts]))


def read_in_parts(
    table: Given,
    ruleset: RuleSet,
    mode: Mode = Mode.MIDDLE,
    *,
    memory: int = MEMORY,
    variables: Sequence[str] | None = None,
) -> Iterator[Bulk]:
    """The same, a share of the communities at a time: for answers that do not fit into memory at once."""
    wanted = tuple(Columnar(ruleset).variables) if variables is None else tuple(variables)
    rows = Table(table)
    waiting = [Share()]
    while waiting:
        share = waiting.pop()
        reading = Reading(rows, share, ruleset, wanted)
        if reading.read(memory, alone=share.parts >= MOST_PARTS):
            yield reading.answer(mode)
        else:
            waiting += reversed(share.split(reading.shares(memory)))


@dataclass(frozen=True, slots=True)
class Good:
    """The rows of a batch that can be read: where they stand in it, and what they say."""

    places: Array | None  # None: all of them
    relation: Array
    code: Array
    respondent: Array | None
    stated: dict[str, Array]


class Reading:
    """One reading of the rows of a share."""

    def __init__(self, table: Table, share: Share, ruleset: RuleSet, variables: tuple[str, ...]) -> None:
        self._table = table
        self._share = share
        self._variables = variables
        self._coding = Coding(ruleset, table.schema)
        used = {name.partition("@")[0] for name in variables}
        indicators = tuple(indicator.id for indicator in ruleset.indicators if indicator.id in used)
        self._tally = Tally(Layout(ruleset, self._coding.words, indicators))
        self._relations = Relations()
        self._stated = Stated(self._coding.stated)
        self._rejected: list[pl.DataFrame] = []
        self._last_row = 0

    # --- reading -----------------------------------------------------------------------------------------------------

    def read(self, memory: int, *, alone: bool) -> bool:
        """Read all rows; false when they take more memory than that and could be fewer, unless ``alone``."""
        for rows in self._batches(self._share.where, memory):
            good = self._good(rows, self._rejected)
            self._tally.add(good.relation, good.code, good.respondent)
            self._stated.add(good.relation, good.stated)
            self._last_row = int(rows.table[ROW][-1])
            if self._room > memory and not alone and self._relations.several():
                return False
        _in_threads(Block.find_twice, [block for _, block in self._tally.blocks(self._relations.count)])
        self._look_again(memory)
        return True

    def _batches(self, where: pl.Expr, memory: int) -> Iterator[Rows]:
        columns = self._coding.columns()
        # A cell takes some 24 bytes in what is read and in what is made of it, and three batches are there at once.
        size = max(1000, min(BATCH, memory // (72 * len(columns))))
        for table in self._table.batches(columns, where, size):
            if len(table):
                yield Rows(table, self._coding)

    def _good(self, rows: Rows, say: list[pl.DataFrame]) -> Good:
        """The rows without a mistake; the mistakes of the others are said."""
        wrong = rows.wrong()
        say += [rows.named(column, np.flatnonzero(where)) for column, where in wrong.items()]
        places = np.flatnonzero(~np.logical_or.reduce(list(wrong.values()))) if wrong else None
        community, wave = _at(rows.numbers(COMMUNITY), places), _at(rows.numbers(WAVE), places)
        relation = self._relations.of(community, wave, lambda which: rows.names(_through(places, which)))
        nowhere = relation == NO_COMMUNITY
        if nowhere.any():
            before = np.arange(len(rows.code)) if places is None else places
            say.append(rows.named(COMMUNITY, before[nowhere]))
            places, relation = before[~nowhere], relation[~nowhere]
        respondent = _at(rows.numbers(RESPONDENT), places) if RESPONDENT in self._coding.schema else None
        stated = {name: _at(rows.numbers(name), places) for name in self._coding.stated}
        return Good(places, relation, _at(rows.code, places), respondent, stated)

    @property
    def _room(self) -> int:
        """Bytes that were taken so far, the answer included."""
        answer = self._relations.count * (3 * len(self._variables) + 20 * len(self._stated.levels))
        return self._tally.room + self._relations.room + self._stated.room + answer

    def shares(self, memory: int) -> int:
        """Into how many shares to split what did not fit: as many as it takes if the rest is like what was read."""
        whole = self._room * max(1.0, self._table.height() / max(1, self._last_row))
        return int(min(16, max(2, -(-whole * 1.1 // max(1, memory)))))

    # --- what only all rows together tell ----------------------------------------------------------------------------

    def _look_again(self, memory: int) -> None:
        """Name the ratings of those who rated twice and take them back, and name those who state two levels."""
        torn = self._stated.torn(self._relations.count)
        relations = np.unique(np.concatenate([self._tally.rated_twice(), *torn.values()]))
        if not len(relations):
            return
        communities = self._relations.names()[COMMUNITY].gather(relations).unique()
        of_these = pl.col(COMMUNITY).cast(pl.String).is_in(communities.implode())
        told: dict[str, list[pl.DataFrame]] = {name: [] for name in torn}
        for rows in self._batches(self._share.where & of_these, memory):
            good = self._good(rows, [])
            if good.respondent is not None:
                self._take_back(rows, good, good.respondent)
            for name, them in torn.items():
                told[name].append(_first_of_each_level(rows, good, name, them))
        for name, parts in told.items():
            self._rejected.append(_stated_twice(parts, name))

    def _take_back(self, rows: Rows, good: Good, respondent: Array) -> None:
        twice = np.flatnonzero(self._tally.is_twice(good.relation, good.code, respondent))
        places = _through(good.places, twice)
        # A respondent of blanks is none.
        somebody = (rows.cells(RESPONDENT, places).str.strip_chars() != "").to_numpy()
        twice, places = twice[somebody], places[somebody]
        if len(twice):
            self._rejected.append(rows.named(RESPONDENT, places, RATED_TWICE))
            self._tally.take_back(good.relation[twice], good.code[twice])

    # --- the answer --------------------------------------------------------------------------------------------------

    def answer(self, mode: Mode) -> Bulk:
        """Relations in the order in which they were met, and the rejected rows in their own."""
        relations = self._relations.count
        layout = self._tally.layout

        def of_block(numbered: tuple[int, Block]) -> pl.DataFrame:
            first, block = numbered
            counts = block.count().reshape(layout.relations, layout.width)[: relations - first]
            return _as_frame(columns(counts, layout, mode, self._variables))

        empty = np.zeros((0, layout.width), dtype=np.uint8)
        nothing = _as_frame(columns(empty, layout, mode, self._variables))
        levels = pl.concat([nothing, *_in_threads(of_block, self._tally.blocks(relations))])
        named = self._relations.names().with_columns(**self._stated.columns(relations))
        frame = pl.concat([named, levels], how="horizontal")
        return Bulk(frame, rejected(self._rejected))


def _as_frame(levels: dict[str, Levels]) -> pl.DataFrame:
    words = pl.Series(STATUS.categories).cast(STATUS)
    return pl.DataFrame(
        [
            words.gather(pl.Series(values)).alias(name) if name.endswith(STATUS_END) else pl.Series(name, values)
            for name, values in levels.items()
        ]
    )


def _first_of_each_level(rows: Rows, good: Good, name: str, relations: Array) -> pl.DataFrame:
    """The first row of this batch that states each level of these relations."""
    told = np.flatnonzero(np.isin(good.relation, relations) & (good.stated[name] != UNSTATED))
    places = _through(good.places, told)
    found = pl.DataFrame({"relation": good.relation[told], "level": good.stated[name][told]})
    found = found.with_columns(rows.table[ROW].gather(places), rows.cells(name, places).alias("value"))
    return found.group_by("relation", "level").agg(pl.all().sort_by(ROW).first())


def _stated_twice(found: Sequence[pl.DataFrame], name: str) -> pl.DataFrame:
    first = pl.concat(found).group_by("relation", "level").agg(pl.all().sort_by(ROW).first())
    said = first.select(ROW, column=pl.lit(name), value="value", code=pl.lit(STATED_TWICE), highest=pl.lit(None))
    return said.select(pl.col(column).cast(kind) for column, kind in REJECTED.items())


def _at(values: Array, places: Array | None) -> Array:
    return values if places is None else values[places]


def _through(places: Array | None, which: Array) -> Array:
    return which if places is None else places[which]


def _in_threads(do: Callable[[T], U], items: Sequence[T]) -> list[U]:
    """Do it to all items on every core; numpy works without the interpreter's lock."""
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(do, items))
