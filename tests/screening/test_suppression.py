"""Small counts: none is shown, and none can be worked out, whatever else is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from assess.screening.suppression import LEAST, Hidden, Shown, crossed, hide

Row = tuple[tuple[Shown, ...], Shown]


@st.composite
def rows(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """A row of counts with the size of each column."""
    sizes = draw(st.lists(st.integers(LEAST, 12), min_size=1, max_size=4))
    return [draw(st.integers(0, size)) for size in sizes], sizes


def possible(shown: Row, sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every row of counts that could be behind what is shown, for somebody who knows what the marks mean."""
    cells, total = shown
    withheld_total = total is Hidden.WITHHELD
    ranges = []
    for cell, size in zip(cells, sizes, strict=True):
        if cell is Hidden.FEW:
            ranges.append(range(LEAST))
        elif cell is Hidden.WITHHELD:
            ranges.append(range(0 if withheld_total else LEAST, size + 1))
        else:
            assert isinstance(cell, int)
            ranges.append(range(cell, cell + 1))
    for counts in product(*ranges):
        if isinstance(total, int) and sum(counts) != total:
            continue
        if total is Hidden.FEW and sum(counts) >= LEAST:
            continue
        yield counts


@settings(max_examples=300, deadline=None)
@given(rows())
def test_every_hidden_small_count_can_be_anything(drawn: tuple[list[int], list[int]]) -> None:
    counts, sizes = drawn
    shown = hide(counts, sizes)
    behind = list(possible(shown, sizes))
    assert tuple(counts) in behind
    for place, cell in enumerate(shown[0]):
        if cell is Hidden.FEW:
            assert {row[place] for row in behind} == set(range(LEAST))
        if isinstance(cell, int):
            assert cell == counts[place] >= LEAST


@settings(max_examples=150, deadline=None)
@given(rows())
def test_knowing_the_method_does_not_help(drawn: tuple[list[int], list[int]]) -> None:
    """Of the rows that would be shown in just this way, more than one value is left for every small count."""
    counts, sizes = drawn
    shown = hide(counts, sizes)
    same = [row for row in possible(shown, sizes) if hide(row, sizes) == shown]
    for place, cell in enumerate(shown[0]):
        if cell is Hidden.FEW:
            assert len({row[place] for row in same}) > 1, (counts, sizes, shown)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 30), max_size=7))
def test_small_types_are_put_together(bases: dict[str, int]) -> None:
    found = crossed(bases, {"pattern": {name: size // 2 for name, size in bases.items()}})
    if found is None:
        assert sum(bases.values()) < LEAST
        return
    assert all(size >= LEAST for size in found.bases)
    assert sum(found.bases) == sum(bases.values())
    assert sorted(name for column in found.columns for name in column) == sorted(n for n, size in bases.items() if size)


def test_what_is_shown() -> None:
    assert hide([12, 3], [30, 30]) == ((Hidden.WITHHELD, Hidden.FEW), 15)
    assert hide([12, 3, 20], [30, 30, 40]) == ((12, Hidden.FEW, Hidden.WITHHELD), 35)
    assert hide([2, 1], [30, 30]) == ((Hidden.FEW, Hidden.FEW), Hidden.FEW)
    assert hide([9, 8], [30, 30]) == ((9, 8), 17)
    assert hide([0, 5], [5, 5]) == ((Hidden.WITHHELD, Hidden.WITHHELD), Hidden.WITHHELD)
