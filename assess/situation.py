"""A situation: what is known of a relation when it is judged. An assessment, a case and a witness all become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from assess.evidence.model import Assessment
from assess.evidence.stated import with_stated
from assess.readings import (
    Mode,
    Notice,
    NoticeCode,
    Reading,
    Status,
    counts_without_rating,
    reading,
    take_readings,
)
from assess.ruleset.model import RuleSet


@dataclass(frozen=True, slots=True)
class Happened:
    """An event type and the day that it stands for."""

    type: str
    date: date


@dataclass(frozen=True, slots=True)
class Situation:
    """Readings, local conditions, events and date of one relation at one time.

    ``evidence`` lists, for each indicator, its items as (index in the file, source). ``has_sources`` is false where
    readings were stated without saying whose they are.
    """

    id: str
    readings: Mapping[str, Reading]
    mode: Mode = Mode.MIDDLE
    community_type: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    date: date | None = None
    events: Sequence[Happened] = ()
    evidence: Mapping[str, Sequence[tuple[int, str]]] = field(default_factory=dict)
    unrated: Mapping[str, int] = field(default_factory=dict)
    notices: Sequence[Notice] = ()
    has_sources: bool = True


def of_assessment(assessment: Assessment, ruleset: RuleSet, mode: Mode = Mode.MIDDLE) -> Situation:
    """The situation that an assessment describes."""
    taken, notices = take_readings(assessment, ruleset, mode)
    readings = with_stated(taken, assessment, ruleset)
    evidence: dict[str, list[tuple[int, str]]] = {}
    for index, item in enumerate(assessment.evidence):
        if isinstance(item.rating, int):
            evidence.setdefault(item.indicator, []).append((index, item.source))
    return Situation(
        id=assessment.id,
        readings=readings,
        mode=mode,
        community_type=assessment.community.type,
        attributes=assessment.community.attributes,
        date=assessment.wave.date,
        events=[Happened(event.type, event.date) for event in assessment.events],
        evidence=evidence,
        unrated=counts_without_rating(assessment, ruleset),
        notices=[*notices, *_unsettled(readings, ruleset)],
        has_sources=not assessment.readings,
    )


def _unsettled(readings: Mapping[str, Reading], ruleset: RuleSet) -> list[Notice]:
    """Indicators of gates that do not apply here: what hangs on them cannot be settled by asking."""
    return [
        Notice(NoticeCode.CANNOT_BE_SETTLED, indicator, None, None)
        for indicator in ruleset.gate_indicators
        if readings[indicator].status is Status.NOT_APPLICABLE
    ]


def under(situation: Situation, ruleset: RuleSet, mode: Mode, without: str | None = None) -> Mapping[str, Reading]:
    """The readings that the same positions give in another mode, or when one source is left out.

    A reading that was stated without positions stays as it is.
    """
    return {
        indicator: _retaken(taken, ruleset.indicator[indicator].highest, mode, without)
        for indicator, taken in situation.readings.items()
    }


def _retaken(taken: Reading, highest: int, mode: Mode, without: str | None) -> Reading:
    if not taken.positions or taken.stated:
        return taken
    positions = {source: position for source, position in taken.positions.items() if source != without}
    return reading(positions, highest, mode)
