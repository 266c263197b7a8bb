"""Which relations a table speaks of, numbered as they are met, and what is stated of their communities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from assess.screening.rating_rows import COMMUNITY, UNSTATED, WAVE, Array, Booleans

NAME = 120  # bytes that a relation takes in dictionaries, about
NEW, NO_COMMUNITY = -1, -2


@dataclass(frozen=True, slots=True)
class Share:
    """The communities whose hash leaves ``rest`` when divided by ``parts``."""

    parts: int = 1
    rest: int = 0

    def split(self, into: int) -> list[Share]:
        """This share in smaller ones."""
        return [Share(self.parts * into, self.rest + self.parts * number) for number in range(into)]

    @property
    def where(self) -> pl.Expr:
        """Whether a row is of these communities. Rows without a community are in one share, too."""
        if self.parts == 1:
            return pl.lit(value=True)
        return pl.col(COMMUNITY).cast(pl.String).hash() % self.parts == self.rest


class Relations:
    """The numbers of relations, in the order in which they are met, and their names."""

    def __init__(self) -> None:
        self.count = 0
        self._numbers = np.full((1024, 4), NEW, dtype=np.int32)  # community x wave; community 0 is none
        self._numbers[0] = NO_COMMUNITY
        self._named: list[pl.DataFrame] = [pl.DataFrame(schema={COMMUNITY: pl.String, WAVE: pl.String})]

    @property
    def room(self) -> int:
        """Bytes, about."""
        return self._numbers.nbytes + self.count * NAME

    def several(self) -> bool:
        """Whether there is more than one community."""
        return bool(np.count_nonzero((self._numbers >= 0).any(axis=1)) > 1)

    def names(self) -> pl.DataFrame:
        """Community and wave of every relation, by number."""
        return pl.concat(self._named)

    def of(self, community: Array, wave: Array, names: Callable[[Array], pl.DataFrame]) -> Array:
        """The relation of each row; ``NO_COMMUNITY`` where its name is blank. ``names`` gives those of some rows."""
        self._make_room(int(community.max(initial=0)) + 1, int(wave.max(initial=0)) + 1)
        places = community * self._numbers.shape[1] + wave
        first = _changes([places])  # the rows of a relation mostly lie together
        found = self._numbers.ravel()[places[first]]
        new = first[found == NEW]
        if len(new):
            new = self._one_each(places, new)
            self._meet(places[new], names(new))
            found = self._numbers.ravel()[places[first]]
        relation: Array = np.repeat(found.astype(np.int64), np.diff(first, append=len(places)))
        return relation

    def _one_each(self, places: Array, rows: Array) -> Array:
        """Of these rows one for each place. Each writes its number at its place; one a place finds its own again."""
        numbers = self._numbers.ravel()
        marks = NEW - 2 - np.arange(len(rows), dtype=np.int32)
        numbers[places[rows]] = marks
        one_each: Array = rows[numbers[places[rows]] == marks]
        numbers[places[one_each]] = NEW
        return one_each

    def _meet(self, pairs: Array, names: pl.DataFrame) -> None:
        """Number new pairs of community and wave. A blank wave is none; without a community there is no relation."""
        numbers, waves = self._numbers.ravel(), self._numbers.shape[1]
        numbers[pairs[_blank(names[COMMUNITY])]] = NO_COMMUNITY
        no_wave = _blank(names[WAVE])
        meant = np.where(no_wave, pairs - pairs % waves, pairs)
        fresh, first = np.unique(meant, return_index=True)
        unknown = (numbers[fresh] == NEW) & (numbers[pairs[first]] == NEW)
        fresh, first = fresh[unknown], first[unknown]
        numbers[fresh] = np.arange(self.count, self.count + len(fresh))
        self.count += len(fresh)
        without = pl.Series(no_wave[first])
        met = names[first].with_columns(pl.when(~without).then(pl.col(WAVE)).alias(WAVE))
        self._named.append(met.cast({COMMUNITY: pl.String, WAVE: pl.String}))
        left = pairs[numbers[pairs] == NEW]
        numbers[left] = numbers[left - left % waves]

    def _make_room(self, communities: int, waves: int) -> None:
        have = self._numbers.shape
        if communities <= have[0] and waves <= have[1]:
            return
        rows, columns = (
            size if need <= size else max(need, 2 * size) for need, size in zip((communities, waves), have, strict=True)
        )
        numbers = np.full((rows, columns), NEW, dtype=np.int32)
        numbers[0] = NO_COMMUNITY
        numbers[: have[0], : have[1]] = self._numbers
        self._numbers = numbers


def _blank(words: pl.Series) -> Booleans:
    blank: Booleans = (words.str.strip_chars() == "").fill_null(value=True).to_numpy()
    return blank


class Stated:
    """What rows state of a relation: its community's type and attributes, each with its levels."""

    def __init__(self, levels: Mapping[str, tuple[str, ...]]) -> None:
        self.levels = levels
        ends = np.cumsum([0, *(len(words) for words in levels.values())]).tolist()
        self._places = {name: slice(start, stop) for name, start, stop in zip(levels, ends, ends[1:], strict=False)}
        self._seen = np.zeros((0, ends[-1]), dtype=np.bool_)  # relation x level

    @property
    def room(self) -> int:
        """Bytes."""
        return self._seen.nbytes

    def add(self, relation: Array, stated: Mapping[str, Array]) -> None:
        """Rows that state these levels, each numbered from 1; ``UNSTATED`` where a cell is empty."""
        if not stated or not len(relation):
            return
        self._make_room(int(relation.max()) + 1)
        told = _changes([relation, *stated.values()])  # most tables repeat the same on every row
        for name, numbers in stated.items():
            level = numbers[told].astype(np.int64)
            some = level != UNSTATED
            self._seen[relation[told[some]], self._places[name].start + level[some] - 1] = True

    def _make_room(self, relations: int) -> None:
        have = len(self._seen)
        if relations > have:
            more = max(relations, 2 * have) - have
            self._seen = np.concatenate([self._seen, np.zeros((more, self._seen.shape[1]), dtype=np.bool_)])

    def columns(self, relations: int) -> dict[str, pl.Series]:
        """The level of every relation, as text; null where nothing is stated or more than one level is."""
        self._make_room(relations)
        found = {}
        for name, words in self.levels.items():
            seen = self._seen[:relations, self._places[name]]
            place = pl.Series(name, np.where(seen.sum(axis=1) == 1, seen.argmax(axis=1), len(words)))
            found[name] = pl.Series(name, [*words, None], dtype=pl.String).gather(place)
        return found

    def torn(self, relations: int) -> dict[str, Array]:
        """By column, the relations of which more than one level is stated; columns without any are left out."""
        self._make_room(relations)
        many = {
            name: np.flatnonzero(self._seen[:relations, place].sum(axis=1) > 1) for name, place in self._places.items()
        }
        return {name: found for name, found in many.items() if len(found)}


def _changes(columns: list[Array]) -> Array:
    """The rows that differ from the one before in any column, and the first."""
    changed = np.ones(len(columns[0]), dtype=np.bool_)
    changed[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return np.flatnonzero(changed)
