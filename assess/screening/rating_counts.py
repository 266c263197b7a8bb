"""How often each level was given: counts in bounded memory, whatever the order of the rows.

Relations are numbered as they come and lie in blocks of a few thousand. What a block is told is kept as it comes until
it takes more room than the counts would, and then is counted. Counts start in one byte and widen where they must.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from assess.ruleset.model import RuleSet
from assess.screening.rating_rows import Array, Booleans, Words

SLOTS_OF_A_BLOCK = 1 << 22  # counting a block takes some twenty bytes a slot for a moment
NOT_COUNTED = -1
NO_SOURCE = ""
NOBODY = 0  # the key of a rating without a respondent; the others are above it

Unsigned = npt.NDArray[np.unsignedinteger]


class Layout:
    """Where ratings are counted. A relation has ``width`` counts, its *slots*.

    A *cell* is an indicator with a source that may rate it; it has one slot a level, and the cells of an indicator lie
    together. After the cells come, for each indicator, how many ratings are by sources that may not rate it, and how
    often it was said not to apply.
    """

    def __init__(self, ruleset: RuleSet, words: Words, indicators: tuple[str, ...]) -> None:
        self.words = words
        self.indicators = indicators
        self.highest = np.array([ruleset.indicator[name].highest for name in indicators], dtype=np.uint8)
        pairs = []
        for name in indicators:
            # An indicator that nobody may rate has one cell all the same, which nobody fills.
            may = [source.id for source in ruleset.sources if ruleset.may_rate(source, name)]
            pairs += [(name, source) for source in may or [NO_SOURCE]]
        self.cells = {pair: place for place, pair in enumerate(pairs)}
        self.starts = [place for place, pair in enumerate(pairs) if not place or pairs[place - 1][0] != pair[0]]
        quorum = {source.id: source.quorum for source in ruleset.sources}
        self.quorum = np.array([quorum.get(source, 1) for _, source in pairs], dtype=np.uint64)
        self.left_out = len(self.cells) * words.levels
        self.not_applicable = self.left_out + len(indicators)
        self.width = self.not_applicable + len(indicators)
        # A power of two, so that the block of a relation is a shift away.
        self.relations = 1 << max(1, SLOTS_OF_A_BLOCK // max(1, self.width)).bit_length() - 1

    def slots(self) -> Array:
        """The slot of every code; ``NOT_COUNTED`` for what changes no reading."""
        indicator, source, rating = self.words.grid()
        slots = np.full(len(rating), NOT_COUNTED, dtype=np.int64)
        is_level = rating < self.words.levels
        for place, name in enumerate(self.indicators):
            here = indicator == self.words.indicators.index(name)
            slots[here & is_level] = self.left_out + place
            if self.words.not_applicable is not None:
                slots[here & (rating == self.words.not_applicable)] = self.not_applicable + place
        for (name, by), cell in self.cells.items():
            if by == NO_SOURCE:
                continue
            of_cell = (indicator == self.words.indicators.index(name)) & (source == self.words.sources.index(by))
            slots[of_cell & is_level] = cell * self.words.levels + rating[of_cell & is_level]
        return slots


class Block:
    """The counts of some relations, ``relations x width``, and who has rated what in them."""

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.counts: Unsigned | None = None
        self.twice: Unsigned | None = None
        self._told: list[npt.NDArray[np.uint32]] = []
        self._who: list[Unsigned] = []

    @property
    def room(self) -> int:
        """Bytes."""
        counted = 0 if self.counts is None else self.counts.nbytes
        return counted + _room(self._told) + _room(self._who)

    def add(self, places: Array) -> None:
        """One more rating at each of these places in ``relations x width``."""
        self._told.append(places.astype(np.uint32))
        if _room(self._told) > self.slots:
            self.count()

    def count(self) -> Unsigned:
        """Count what was told, and give the counts so far."""
        if self._told:
            told = np.bincount(np.concatenate(self._told), minlength=self.slots)
            self._told = []
            if self.counts is not None:
                told += self.counts.astype(np.int64)
            self.counts = _narrow(told)
        if self.counts is None:
            self.counts = np.zeros(self.slots, dtype=np.uint8)
        return self.counts

    def take_back(self, places: Array) -> None:
        """These ratings do not count after all."""
        self.counts = _narrow(self.count() - np.bincount(places, minlength=self.slots))

    def remember(self, keys: Array) -> None:
        """Keep these keys, each of who rated what."""
        self._who.append(_narrow(keys, np.uint32))

    def find_twice(self) -> None:
        """Find the keys that came more than once, in ``twice``, sorted; the others are forgotten."""
        if self._who:
            keys = np.concatenate(self._who)
            self._who = []
            keys.sort()
            again = np.unique(keys[1:][keys[1:] == keys[:-1]])
            self.twice = again if len(again) else None

    def is_twice(self, keys: Array) -> Booleans:
        """Which of these keys came more than once."""
        if self.twice is None:
            return np.zeros(len(keys), dtype=np.bool_)
        place = np.minimum(np.searchsorted(self.twice, keys), len(self.twice) - 1)
        same: Booleans = self.twice[place] == keys
        return same


class Tally:
    """The counts of all relations, by blocks. Codes are those of ``Words``, respondents numbers from 1, or 0."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._blocks: dict[int, Block] = {}
        self._slots = layout.slots()
        _, sources, ratings = layout.words.shape
        indicator, source, rating = layout.words.grid()
        self._pairs = len(layout.words.indicators) * sources
        self._pair = indicator * sources + source
        self._says_something = rating != ratings - 2

    @property
    def room(self) -> int:
        """Bytes."""
        return sum(block.room for block in self._blocks.values())

    def blocks(self, relations: int) -> list[tuple[int, Block]]:
        """The blocks of this many relations, each with the number of its first relation."""
        size = self.layout.relations
        return [(number * size, self._block(number)) for number in range(-(-relations // size))]

    def add(self, relation: Array, code: Array, respondent: Array | None) -> None:
        """Count these ratings, and remember who gave them; ``respondent`` is None when no table has one."""
        for number, block, here in self._spread(relation):
            local = relation[here] - number * self.layout.relations
            block.add(self._places(local, code[here]))
            if respondent is not None:
                keys = self._keys(local, code[here], respondent[here])
                block.remember(keys[keys != NOBODY])

    def is_twice(self, relation: Array, code: Array, respondent: Array) -> Booleans:
        """Which of these ratings are by somebody who rated the same twice; once ``find_twice`` was called."""
        found = np.zeros(len(relation), dtype=np.bool_)
        for number, block, here in self._spread(relation):
            if block.twice is not None:
                local = relation[here] - number * self.layout.relations
                found[here] = block.is_twice(self._keys(local, code[here], respondent[here]))
        return found

    def take_back(self, relation: Array, code: Array) -> None:
        """These ratings do not count after all."""
        for number, block, here in self._spread(relation):
            block.take_back(self._places(relation[here] - number * self.layout.relations, code[here]))

    def rated_twice(self) -> Array:
        """The relations in which somebody rated the same twice; once ``find_twice`` was called."""
        found = [np.zeros(0, dtype=np.int64)]
        for number, block in self._blocks.items():
            if block.twice is not None:
                local = block.twice.astype(np.int64) // self._pairs % self.layout.relations
                found.append(np.unique(local) + number * self.layout.relations)
        return np.concatenate(found)

    def _block(self, number: int) -> Block:
        if number not in self._blocks:
            self._blocks[number] = Block(self.layout.relations * self.layout.width)
        return self._blocks[number]

    def _places(self, local: Array, code: Array) -> Array:
        slot = self._slots[code]
        places: Array = local * self.layout.width + slot
        counted = slot != NOT_COUNTED
        return places if counted.all() else places[counted]

    def _keys(self, local: Array, code: Array, respondent: Array) -> Array:
        """A number for each (respondent, relation, indicator, source); ``NOBODY`` where none of them rated."""
        keys = (respondent * self.layout.relations + local) * self._pairs + self._pair[code]
        keys *= (respondent > 0) & self._says_something[code]
        return keys

    def _spread(self, relation: Array) -> Iterator[tuple[int, Block, slice | Array]]:
        """The rows of each block, as what indexes them. Rows that lie relation by relation cost next to nothing."""
        if not len(relation):
            return
        block = relation >> (self.layout.relations.bit_length() - 1)
        first, last = int(block.min()), int(block.max())
        if first == last:
            yield first, self._block(first), slice(None)
            return
        order: Array | None = None
        if not (block[1:] >= block[:-1]).all():
            # A stable sort of 16-bit integers is a radix sort, a tenth of the time of any other.
            narrow = np.uint16 if last - first < 1 << 16 else np.uint32
            order = np.argsort((block - first).astype(narrow), kind="stable")
        ends = np.cumsum(np.bincount(block - first))
        for number, stop in enumerate(ends.tolist()):
            start = int(ends[number - 1]) if number else 0
            if start < stop:
                rows = slice(start, stop) if order is None else order[start:stop]
                yield first + number, self._block(first + number), rows


def _room(arrays: list[npt.NDArray[np.uint32]] | list[Unsigned]) -> int:
    return sum(array.nbytes for array in arrays)


def _narrow(numbers: Array, at_least: type[np.unsignedinteger] = np.uint8) -> Unsigned:
    """Numbers in the narrowest type that holds the highest: one that wrapped around would be a wrong count."""
    highest = int(numbers.max(initial=0))
    kinds: list[type[np.unsignedinteger]] = [np.uint8, np.uint16, np.uint32, np.uint64]
    fitting = next(kind for kind in kinds if highest <= np.iinfo(kind).max and kind(0).itemsize >= at_least(0).itemsize)
    return numbers.astype(fitting)
