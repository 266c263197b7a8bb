"""From single ratings to one interval an indicator.

The scale is ordinal, so only order is used: minimum, maximum and the middle of a sorted list, never a sum or a mean.
A source's *position* runs from the lower to the upper median of its ratings; a *reading* applies the same rule once
more, to the positions, so that neither many raters of one side nor one extreme source decides.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assess.evidence.model import Assessment, Evidence
from assess.ruleset.model import RuleSet

NOT_APPLICABLE = "not-applicable"


class Status(StrEnum):
    """How a reading came about."""

    MISSING = "missing"
    NOT_APPLICABLE = "not-applicable"
    SINGLE = "single"
    AGREED = "agreed"
    OUTVOTED = "outvoted"
    SPREAD = "spread"
    DISPUTED = "disputed"


class Mode(StrEnum):
    """How positions become a reading: by their middle, or by everything that any source says."""

    MIDDLE = "middle"
    HULL = "hull"


@dataclass(frozen=True, slots=True)
class Position:
    """What one source says: the middle of its ``n`` ratings, as an interval of levels."""

    floor: int
    ceiling: int
    n: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What is taken to be known of an indicator: an interval of levels, how it came about, and who said what.

    ``stated`` marks a reading that a case gives beside its positions, so that it is not taken from them anew.
    """

    floor: int
    ceiling: int
    status: Status
    positions: Mapping[str, Position]
    stated: bool = False


class NoticeCode(StrEnum):
    """What a reader must be told of the evidence or of its reading."""

    SOURCE_MAY_NOT_RATE = "source-may-not-rate"
    BELOW_QUORUM = "below-quorum"
    CANNOT_BE_SETTLED = "cannot-be-settled"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was left out or cannot be settled, and how many ratings it concerns."""

    code: NoticeCode
    indicator: str
    source: str | None
    n: int | None


Readings = Mapping[str, Reading]


def middle(levels: Iterable[int]) -> tuple[int, int]:
    """The lower and the upper median of at least one level; for an odd count both are the same."""
    ordered = sorted(levels)
    return ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]


def position(ratings: Sequence[int]) -> Position:
    """The position of a source that gave at least one rating."""
    floor, ceiling = middle(ratings)
    return Position(floor, ceiling, len(ratings))


def reading(positions: Mapping[str, Position], highest: int, mode: Mode = Mode.MIDDLE) -> Reading:
    """One reading from the positions of the sources; without any, everything from 0 to ``highest`` is possible."""
    if not positions:
        return Reading(0, highest, Status.MISSING, {})
    floors = [p.floor for p in positions.values()]
    ceilings = [p.ceiling for p in positions.values()]
    if mode is Mode.HULL:
        floor, ceiling = min(floors), max(ceilings)
    else:
        floor, ceiling = middle(floors)[0], middle(ceilings)[1]
    return Reading(floor, ceiling, _status(floor, ceiling, positions), positions)


def _status(floor: int, ceiling: int, positions: Mapping[str, Position]) -> Status:
    if floor < ceiling:
        # Intervals on a line have a common point exactly when the highest floor is not above the lowest ceiling.
        common = max(p.floor for p in positions.values()) <= min(p.ceiling for p in positions.values())
        return Status.SPREAD if common else Status.DISPUTED
    if len(positions) == 1:
        return Status.SINGLE
    agreed = all(p.floor <= floor <= p.ceiling for p in positions.values())
    return Status.AGREED if agreed else Status.OUTVOTED


def take_readings(
    assessment: Assessment, ruleset: RuleSet, mode: Mode = Mode.MIDDLE
) -> tuple[dict[str, Reading], list[Notice]]:
    """Every indicator's reading, in rule-set order, and what was left out on the way."""
    by_indicator: dict[str, list[Evidence]] = defaultdict(list)
    for item in assessment.evidence:
        by_indicator[item.indicator].append(item)
    readings: dict[str, Reading] = {}
    notices: list[Notice] = []
    for indicator in ruleset.indicators:
        items = by_indicator[indicator.id]
        positions, left_out = take_positions(items, ruleset, indicator.id)
        taken = reading(positions, indicator.highest, mode)
        if taken.status is Status.MISSING and _said_not_applicable(items):
            taken = Reading(0, indicator.highest, Status.NOT_APPLICABLE, {})
        readings[indicator.id] = taken
        notices += left_out
    return readings, notices


def take_positions(
    items: Sequence[Evidence], ruleset: RuleSet, indicator: str
) -> tuple[dict[str, Position], list[Notice]]:
    """The positions on one indicator, in the order of the rule set's sources, and the ratings left out."""
    ratings: dict[str, list[int]] = defaultdict(list)
    for item in items:
        if isinstance(item.rating, int):
            ratings[item.source].append(item.rating)
    positions: dict[str, Position] = {}
    notices: list[Notice] = []
    for source in ruleset.sources:
        given = ratings.get(source.id)
        if not given:
            continue
        if not ruleset.may_rate(source, indicator):
            notices.append(_left_out(NoticeCode.SOURCE_MAY_NOT_RATE, indicator, source.id, len(given), ruleset))
        elif len(given) < source.quorum:
            notices.append(_left_out(NoticeCode.BELOW_QUORUM, indicator, source.id, len(given), ruleset))
        else:
            positions[source.id] = position(given)
    return positions, notices


def _said_not_applicable(items: Sequence[Evidence]) -> bool:
    return any(item.rating == NOT_APPLICABLE for item in items) and not any(
        isinstance(item.rating, int) for item in items
    )


def _left_out(code: NoticeCode, indicator: str, source: str, n: int, ruleset: RuleSet) -> Notice:
    hidden = ruleset.source[source].protect and n < ruleset.disclosure.nothing_below
    return Notice(code, indicator, source, None if hidden else n)


def counts_without_rating(assessment: Assessment, ruleset: RuleSet) -> dict[str, int]:
    """How many items give no rating, by reason."""
    counted = Counter(item.rating for item in assessment.evidence if isinstance(item.rating, str))
    return {reason: counted.get(reason, 0) for reason in ruleset.unrated}
