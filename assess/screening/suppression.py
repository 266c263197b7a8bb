"""Small counts are not shown, nor can they be worked out from the totals beside them.

A count below ``LEAST`` is hidden. Where the row's total and the counts that are still shown would leave a hidden one no
room, further counts are withheld, and where that is not enough, the whole row. Columns with few relations are put
together first, so that the totals of columns may always be shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

LEAST = 5


class Hidden(Enum):
    """Why a count is not shown: it is small, or others could be worked out from it."""

    FEW = "few"
    WITHHELD = "withheld"


Shown = int | Hidden


@dataclass(frozen=True, slots=True)
class Crossed:
    """A table of counts that may be shown: columns with the names that they put together, bases, and rows."""

    columns: tuple[tuple[str, ...], ...]
    bases: tuple[int, ...]
    rows: Mapping[str, tuple[Shown, ...]]
    totals: Mapping[str, Shown]


def crossed(bases: Mapping[str, int], rows: Mapping[str, Mapping[str, int]]) -> Crossed | None:
    """Rows of counts by column, safe to be shown; nothing where there are too few relations for any table."""
    if sum(bases.values()) < LEAST:
        return None
    columns = _columns(bases)
    sizes = tuple(sum(bases[name] for name in column) for column in columns)
    counts = {key: [sum(row.get(name, 0) for name in column) for column in columns] for key, row in rows.items()}
    shown = {key: hide(row, sizes) for key, row in counts.items()}
    return Crossed(
        columns,
        sizes,
        {key: cells for key, (cells, _) in shown.items()},
        {key: total for key, (_, total) in shown.items()},
    )


def _columns(bases: Mapping[str, int]) -> tuple[tuple[str, ...], ...]:
    """Large columns one by one; the small ones together, with as many of the next larger as they need."""
    present = {name: size for name, size in bases.items() if size}
    small = [name for name, size in present.items() if size < LEAST]
    large = [name for name in present if name not in small]
    while small and sum(present[name] for name in small) < LEAST:
        smallest = min(large, key=lambda name: present[name])
        large.remove(smallest)
        small.append(smallest)
    return (*((name,) for name in large), *((tuple(small),) if small else ()))


def hide(counts: Sequence[int], sizes: Sequence[int]) -> tuple[tuple[Shown, ...], Shown]:
    """The counts and the total of a row as they may be shown; ``sizes`` is the most that each count could be.

    Each hidden small count can then still be anything from 0 to ``LEAST - 1``, for all that is shown.
    """
    total = sum(counts)
    few = [place for place, count in enumerate(counts) if count < LEAST]
    if total < LEAST:
        return tuple(Hidden.FEW for _ in counts), Hidden.FEW
    if not few:
        return tuple(counts), total
    # By size, which is shown: the order in which counts are withheld must not tell anything about them.
    others = sorted((place for place in range(len(counts)) if place not in few), key=lambda place: -sizes[place])
    for number in range(len(others) + 1):
        withheld = others[:number]
        if _has_room(counts, sizes, few, withheld):
            return tuple(_shown(place, counts, few, withheld) for place in range(len(counts))), total
    return tuple(Hidden.WITHHELD for _ in counts), Hidden.WITHHELD


def _has_room(counts: Sequence[int], sizes: Sequence[int], few: Sequence[int], withheld: Sequence[int]) -> bool:
    """Whether the sum of what is hidden leaves every small count all its values, knowing which ones are small."""
    below = sum(counts[place] for place in few) + sum(counts[place] - LEAST for place in withheld)
    above = sum(LEAST - 1 - counts[place] for place in few) + sum(sizes[place] - counts[place] for place in withheld)
    return below >= LEAST - 1 <= above


def _shown(place: int, counts: Sequence[int], few: Sequence[int], withheld: Sequence[int]) -> Shown:
    if place in few:
        return Hidden.FEW
    return Hidden.WITHHELD if place in withheld else counts[place]
