"""From counts per level to readings, for thousands of relations at once: ``assess.readings`` on columns.

A lower median is the number of levels up to which at most ``(n - 1) // 2`` of the ratings lie, an upper one the same
with ``n // 2``; so medians come from running sums of counts, and medians of medians from counting sources in the same
way. Arrays have one row a level or source and one column a relation: what is added up lies side by side in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.readings import Mode, Status
from assess.ruleset.model import RuleSet
from assess.screening.rating_counts import Layout
from assess.screening.rating_rows import Booleans

Levels = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.unsignedinteger]
STATUSES = tuple(Status)
FLOOR_END, CEILING_END, STATUS_END = ".floor", ".ceiling", ".status"
NEVER = 255  # above every level


@dataclass(frozen=True, slots=True)
class Positions:
    """What one source says of an indicator in many relations; ``present`` where it has a position at all."""

    floor: Levels
    ceiling: Levels
    present: Booleans
    n: Counts


def positions(counts: Counts, quorum: int) -> Positions:
    """Positions from counts, levels x relations."""
    wide = {1: np.uint16, 2: np.uint32}.get(counts.itemsize, np.uint64)
    upto = np.cumsum(counts, axis=0, dtype=wide)
    n = upto[-1]
    # Of n ratings in order, number (n-1)//2 has level l when the ratings up to l are the first to be more than that.
    floor = _levels_below(upto, (n + wide(1)) // wide(2))
    ceiling = _levels_below(upto, n // wide(2) + wide(1))
    return Positions(floor, ceiling, n >= quorum, n)


def _levels_below(upto: Counts, wanted: Counts) -> Levels:
    """How many levels there are up to which fewer than ``wanted`` lie; the last level always reaches it."""
    found = np.zeros(upto.shape[1], dtype=np.uint8)
    for level in upto[:-1]:
        found += level < wanted
    return found


@dataclass(frozen=True, slots=True)
class Read:
    """Readings of one indicator in many relations; ``status`` by place in ``STATUSES``."""

    floor: Levels
    ceiling: Levels
    status: Levels


def reading(said: Sequence[Positions], highest: int, mode: Mode, *, applies: Booleans) -> Read:
    """Readings from the positions of all sources; ``applies`` is false where it was said not to and nobody rated."""
    relations = len(applies)
    heard = np.zeros(relations, dtype=np.uint16)
    top, bottom = np.zeros(relations, dtype=np.uint8), np.full(relations, NEVER, dtype=np.uint8)
    low, high = bottom.copy(), top.copy()
    for one in said:
        heard += one.present
        np.maximum(top, one.floor, out=top, where=one.present)
        np.minimum(low, one.floor, out=low, where=one.present)
        np.minimum(bottom, one.ceiling, out=bottom, where=one.present)
        np.maximum(high, one.ceiling, out=high, where=one.present)
    floor, ceiling = (low, high) if mode is Mode.HULL else _middles(said, heard, highest)
    missing = heard == 0
    floor[missing], ceiling[missing] = 0, highest
    apart, point = top > bottom, floor == ceiling
    # `top` is the highest floor and `bottom` the lowest ceiling: a point between them lies in every position.
    kinds = [
        (missing & ~applies, Status.NOT_APPLICABLE),
        (missing, Status.MISSING),
        (~point & apart, Status.DISPUTED),
        (~point, Status.SPREAD),
        (heard == 1, Status.SINGLE),
        ((top <= floor) & (floor <= bottom), Status.AGREED),
    ]
    status = np.full(relations, STATUSES.index(Status.OUTVOTED), dtype=np.uint8)
    for where, kind in reversed(kinds):
        status[where] = STATUSES.index(kind)
    return Read(floor, ceiling, status)


def _middles(said: Sequence[Positions], heard: npt.NDArray[np.uint16], highest: int) -> tuple[Levels, Levels]:
    """The lower median of the floors and the upper median of the ceilings."""
    relations = len(heard)
    floor, ceiling = np.zeros(relations, dtype=np.uint8), np.zeros(relations, dtype=np.uint8)
    for level in range(highest):
        floors, ceilings = np.zeros(relations, dtype=np.uint16), np.zeros(relations, dtype=np.uint16)
        for one in said:
            floors += one.present & (one.floor <= level)
            ceilings += one.present & (one.ceiling <= level)
        floor += floors < (heard + 1) // 2
        ceiling += ceilings < heard // 2 + 1
    return floor, ceiling


def columns(
    counts: Counts, layout: Layout, ruleset: RuleSet, mode: Mode, variables: Sequence[str]
) -> dict[str, Levels]:
    """The columns of ``variables`` from counts, ``relations x width``.

    They are ``{variable}.floor`` and ``.ceiling``, and for an indicator ``.status``; ``[0, m]`` where it is missing.
    """
    slots = np.ascontiguousarray(counts.T)
    levels = layout.words.levels
    said: dict[str, dict[str, Positions]] = {indicator: {} for indicator in layout.indicators}
    for (indicator, source), cell in layout.cells.items():
        told = slots[cell * levels : (cell + 1) * levels]
        said[indicator][source] = positions(told, ruleset.source[source].quorum)
    found: dict[str, Levels] = {}
    for name in variables:
        indicator, _, source = name.partition("@")
        highest = ruleset.indicator[indicator].highest
        if source:
            one = said[indicator].get(source)
            nobody = np.zeros(slots.shape[1], dtype=np.bool_)
            present = one.present if one else nobody
            found[name + FLOOR_END] = np.where(present, one.floor if one else 0, 0).astype(np.uint8)
            found[name + CEILING_END] = np.where(present, one.ceiling if one else 0, highest).astype(np.uint8)
        else:
            place = layout.indicators.index(indicator)
            rated = slots[layout.left_out + place] > 0
            for one in said[indicator].values():
                rated |= one.n > 0
            applies = rated | (slots[layout.not_applicable + place] == 0)
            taken = reading(list(said[indicator].values()), highest, mode, applies=applies)
            found[name + FLOOR_END], found[name + CEILING_END] = taken.floor, taken.ceiling
            found[name + STATUS_END] = taken.status
    return found
