"""From counts per level to readings, for thousands of relations at once: ``assess.readings`` on columns.

A lower median is the number of levels up to which fewer than ``(n + 1) // 2`` of the n ratings lie, an upper one the
same with ``n // 2 + 1``; so medians come from running sums of counts, and medians of medians from counting sources in
the same way. The last axis of every array is relations, so that what is added up lies side by side in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assess.readings import Mode, Status
from assess.screening.rating_counts import Layout
from assess.screening.rating_rows import Booleans

Levels = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.unsignedinteger]
STATUSES = tuple(Status)
FLOOR_END, CEILING_END, STATUS_END = ".floor", ".ceiling", ".status"
NEVER = 255  # above every level


@dataclass(frozen=True, slots=True)
class Positions:
    """What sources say, cells x relations: floors, ceilings, and whether there is a position at all."""

    floor: Levels
    ceiling: Levels
    present: Booleans


def positions(counts: Counts, quorum: npt.NDArray[np.uint64]) -> Positions:
    """Positions from counts, cells x levels x relations; ``quorum`` by cell."""
    wide = {1: np.uint16, 2: np.uint32}.get(counts.itemsize, np.uint64)
    n = counts.sum(axis=1, dtype=wide)
    lower, upper = (n + wide(1)) // wide(2), n // wide(2) + wide(1)
    upto = np.zeros_like(n)
    floor, ceiling = np.zeros(n.shape, dtype=np.uint8), np.zeros(n.shape, dtype=np.uint8)
    for level in range(counts.shape[1] - 1):
        upto += counts[:, level]
        floor += upto < lower
        ceiling += upto < upper
    return Positions(floor, ceiling, n >= quorum[:, None])


@dataclass(frozen=True, slots=True)
class Read:
    """Readings, indicators x relations; ``status`` by place in ``STATUSES``."""

    floor: Levels
    ceiling: Levels
    status: Levels


def readings(said: Positions, starts: Sequence[int], highest: Levels, applies: Booleans, mode: Mode) -> Read:
    """Readings from positions.

    ``starts`` has the first cell of each indicator, ``highest`` its highest level; ``applies`` (indicators x relations)
    is false where somebody said that it does not and nobody rated.
    """
    heard = _together(np.add, said.present, starts, np.uint16)
    highest_floor = _together(np.maximum, np.where(said.present, said.floor, 0), starts)
    lowest_ceiling = _together(np.minimum, np.where(said.present, said.ceiling, NEVER), starts)
    if mode is Mode.HULL:
        floor = _together(np.minimum, np.where(said.present, said.floor, NEVER), starts)
        ceiling = _together(np.maximum, np.where(said.present, said.ceiling, 0), starts)
    else:
        floor, ceiling = _middles(said, starts, heard, int(highest.max(initial=0)))
    missing = heard == 0
    floor = np.where(missing, 0, floor).astype(np.uint8)
    ceiling = np.where(missing, highest[:, None], ceiling).astype(np.uint8)
    point = floor == ceiling
    inside = (highest_floor <= floor) & (floor <= lowest_ceiling)  # of a point: whether every position contains it
    # The first kind that fits. Intervals have a common point exactly when no floor is above any ceiling.
    kinds = {
        Status.NOT_APPLICABLE: missing & ~applies,
        Status.MISSING: missing,
        Status.DISPUTED: ~point & (highest_floor > lowest_ceiling),
        Status.SPREAD: ~point,
        Status.SINGLE: heard == 1,
        Status.AGREED: inside,
    }
    status = np.full(heard.shape, STATUSES.index(Status.OUTVOTED), dtype=np.uint8)
    for kind in reversed(kinds):
        status[kinds[kind]] = STATUSES.index(kind)
    return Read(floor, ceiling, status)


def _middles(
    said: Positions, starts: Sequence[int], heard: npt.NDArray[np.uint16], highest: int
) -> tuple[Levels, Levels]:
    """The lower median of the floors and the upper median of the ceilings, indicators x relations."""
    floor, ceiling = np.zeros(heard.shape, dtype=np.uint8), np.zeros(heard.shape, dtype=np.uint8)
    lower, upper = (heard + 1) // 2, heard // 2 + 1
    for level in range(highest):
        floor += _together(np.add, said.present & (said.floor <= level), starts, np.uint16) < lower
        ceiling += _together(np.add, said.present & (said.ceiling <= level), starts, np.uint16) < upper
    return floor, ceiling


def _together(
    ufunc: np.ufunc, cells: npt.NDArray[Any], starts: Sequence[int], kind: type[np.generic] | None = None
) -> npt.NDArray[Any]:
    """The cells of each indicator combined; a loop over rows, since ``ufunc.reduceat`` takes thirty times as long."""
    found = np.empty((len(starts), cells.shape[1]), dtype=kind or cells.dtype)
    for place, (start, stop) in enumerate(zip(starts, [*starts[1:], len(cells)], strict=True)):
        ufunc.reduce(cells[start:stop], axis=0, dtype=found.dtype, out=found[place])
    return found


def columns(counts: Counts, layout: Layout, mode: Mode, variables: Sequence[str]) -> dict[str, Levels]:
    """The columns of ``variables`` from counts, ``relations x width``.

    They are ``{variable}.floor`` and ``.ceiling``, and for an indicator ``.status``; ``[0, m]`` where it is missing.
    """
    if not variables:
        return {}
    slots = np.ascontiguousarray(counts.T)
    relations = slots.shape[1]
    cells = slots[: layout.left_out].reshape(len(layout.cells), layout.words.levels, relations)
    said = positions(cells, layout.quorum)
    rated = _together(np.maximum, np.logical_or.reduce(cells, axis=1), layout.starts)
    rated |= slots[layout.left_out : layout.not_applicable] > 0
    applies = rated | (slots[layout.not_applicable :] == 0)
    read = readings(said, layout.starts, layout.highest, applies, mode)
    found: dict[str, Levels] = {}
    for name in variables:
        indicator, _, source = name.partition("@")
        place = layout.indicators.index(indicator)
        floor, ceiling = read.floor[place], read.ceiling[place]
        if source:
            cell = layout.cells.get((indicator, source))
            present = said.present[cell] if cell is not None else np.zeros(relations, dtype=np.bool_)
            floor = np.where(present, said.floor[cell or 0], 0).astype(np.uint8)
            ceiling = np.where(present, said.ceiling[cell or 0], layout.highest[place]).astype(np.uint8)
        else:
            found[name + STATUS_END] = read.status[place]
        found |= {name + FLOOR_END: floor, name + CEILING_END: ceiling}
    return found
