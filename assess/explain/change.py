"""Change: what differs between two verdicts, and between the waves of one relation.

What moved is told with the sources that moved it; what follows from it (conditions, gates, patterns, checks, stage,
decision, lists) is told beside it. That one caused the other is not claimed: events and actions in between stand
there as dates, for both sides to talk about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from assess.engines import Truth
from assess.evidence.model import Assessment, Organization
from assess.verdict import (
    AssessmentName,
    Decision,
    Model,
    PositionOut,
    ReadingOut,
    RuleSetName,
    Strategies,
    Verdict,
)

Interval = tuple[int, int]
LISTS = ("recommended", "consider", "later", "held_back")


class SourceMove(Model):
    """A source whose position moved, came or went; intervals are (floor, ceiling)."""

    source: str
    before: Interval | None
    after: Interval | None


class Moved(Model):
    """A reading that moved, and by which sources."""

    indicator: str
    before: Interval
    after: Interval
    by: tuple[SourceMove, ...]


class Flip(Model):
    """A condition, gate, pattern or check whose truth is another, by its key."""

    key: Annotated[str, Field(description="condition:NAME, gate:STAGE, pattern:ID or check:ID")]
    before: Truth
    after: Truth


class Relisted(Model):
    """A strategy that stands in another list, or came or went."""

    id: str
    before: Literal["recommended", "consider", "later", "held_back"] | None
    after: Literal["recommended", "consider", "later", "held_back"] | None


class Stands(Model):
    """The stages that are possible, and the decision of the checks where there are any."""

    possible: tuple[int, ...]
    decision: Decision | None


class Difference(Model):
    """What differs between two verdicts."""

    before: Stands
    after: Stands
    readings: tuple[Moved, ...]
    flips: tuple[Flip, ...]
    strategies: tuple[Relisted, ...]


class Restated(Model):
    """The community's type (``type``) or a local attribute that is stated otherwise."""

    name: str
    before: str | None
    after: str | None


class Between(Model):
    """An event after the first of two waves and not after the second."""

    type: str
    date: str


class Advised(Model):
    """A strategy that the first of two waves advised, or that the second records, and what was done of it."""

    id: str
    advised: Annotated[Literal["recommended", "consider"] | None, Field(description="its list in the first wave")]
    state: Annotated[
        Literal["planned", "under-way", "done", "dropped"] | None, Field(description="null: nothing is recorded")
    ]
    since: str | None
    until: str | None


class Change(Model):
    """From one wave to the next."""

    from_: Annotated[str, Field(alias="from", description="id of the earlier assessment")]
    to: str
    difference: Difference
    community: tuple[Restated, ...]
    events: tuple[Between, ...]
    advised: tuple[Advised, ...]


class Differs(StrEnum):
    """What says that two files are not of one relation, or may not be."""

    ORGANIZATION = "organization"
    COMMITTEE = "committee"
    ORGANIZATION_NOT_STATED = "organization-not-stated"
    COMMITTEE_NOT_STATED = "committee-not-stated"


class Comparison(Model):
    """Two or more waves of one relation, earliest first."""

    assess: Literal["comparison/1"] = "comparison/1"
    ruleset: RuleSetName
    waves: tuple[AssessmentName, ...]
    differs: Annotated[tuple[Differs, ...], Field(description="what says that these may not be one relation")]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class WaveJudged:
    """An assessment with its verdict."""

    assessment: Assessment
    verdict: Verdict


def difference(before: Verdict, after: Verdict) -> Difference:
    """What differs between two verdicts under one rule set."""
    return Difference(
        before=_stands(before),
        after=_stands(after),
        readings=tuple(_moved(before.readings, after.readings)),
        flips=tuple(_flips(before, after)),
        strategies=tuple(_relisted(before.strategies, after.strategies)),
    )


def _stands(verdict: Verdict) -> Stands:
    decision = verdict.screening.decision if verdict.screening else None
    return Stands(possible=verdict.stage.possible, decision=decision)


def _moved(before: Mapping[str, ReadingOut], after: Mapping[str, ReadingOut]) -> Iterator[Moved]:
    for name, first in before.items():
        second = after[name]
        by = tuple(_by(first.positions, second.positions))
        if (first.floor, first.ceiling) != (second.floor, second.ceiling):
            yield Moved(
                indicator=name, before=(first.floor, first.ceiling), after=(second.floor, second.ceiling), by=by
            )


def _by(before: Mapping[str, PositionOut], after: Mapping[str, PositionOut]) -> Iterator[SourceMove]:
    for source in dict.fromkeys((*before, *after)):
        first, second = (_interval(positions.get(source)) for positions in (before, after))
        if first != second:
            yield SourceMove(source=source, before=first, after=second)


def _interval(position: PositionOut | None) -> Interval | None:
    return (position.floor, position.ceiling) if position else None


def _flips(before: Verdict, after: Verdict) -> Iterator[Flip]:
    pairs = [
        ("condition", before.conditions, after.conditions),
        ("gate", before.stage.gates, after.stage.gates),
        ("pattern", before.patterns, after.patterns),
    ]
    if before.screening and after.screening:
        pairs.append(("check", before.screening.checks, after.screening.checks))
    for kind, first, second in pairs:
        for name, truth in first.items():
            if truth is not second[name]:
                yield Flip(key=f"{kind}:{name}", before=truth, after=second[name])


def _relisted(before: Strategies, after: Strategies) -> Iterator[Relisted]:
    first, second = lists(before), lists(after)
    for name in dict.fromkeys((*first, *second)):
        if first.get(name) != second.get(name):
            yield Relisted.model_validate({"id": name, "before": first.get(name), "after": second.get(name)})


def lists(strategies: Strategies) -> dict[str, str]:
    """The list that each strategy stands in, in the order of advice."""
    return {advice.id: name for name in LISTS for advice in getattr(strategies, name)}


# --- waves -------------------------------------------------------------------------------------------------------


def compare(waves: Sequence[WaveJudged]) -> Comparison:
    """The waves in the order of their dates, and what changed from each to the next."""
    ordered = in_order(waves)
    return Comparison(
        ruleset=ordered[0].verdict.ruleset,
        waves=tuple(one.verdict.assessment for one in ordered),
        differs=tuple(differing([one.assessment for one in ordered])),
        changes=tuple(_change(first, second) for first, second in pairwise(ordered)),
    )


def in_order(waves: Sequence[WaveJudged]) -> list[WaveJudged]:
    """The earliest wave first."""
    return sorted(waves, key=lambda one: one.assessment.wave.date)


def differing(assessments: Sequence[Assessment]) -> Iterator[Differs]:
    """Whether these are of different sides, or do not all say of which."""
    for sides, other, unstated in (
        ([one.organization for one in assessments], Differs.ORGANIZATION, Differs.ORGANIZATION_NOT_STATED),
        ([one.committee for one in assessments], Differs.COMMITTEE, Differs.COMMITTEE_NOT_STATED),
    ):
        stated = [side for side in sides if side is not None]
        if any(not _same(stated[0], side) for side in stated[1:]):
            yield other
        elif len(stated) < len(sides):
            yield unstated


def _same(first: Organization, second: Organization) -> bool:
    """By their ids where both have one, else by a name that they have in common."""
    if first.id and second.id:
        return first.id == second.id
    return not _names(first).isdisjoint(_names(second))


def _names(side: Organization) -> set[str]:
    return {side.name} if isinstance(side.name, str) else set(side.name.values())


def _change(first: WaveJudged, second: WaveJudged) -> Change:
    return Change.model_validate(
        {
            "from": first.assessment.id,
            "to": second.assessment.id,
            "difference": difference(first.verdict, second.verdict),
            "community": tuple(_restated(first.assessment, second.assessment)),
            "events": tuple(_between(first.assessment, second.assessment)),
            "advised": tuple(_advised(first, second)),
        }
    )


def _restated(first: Assessment, second: Assessment) -> Iterator[Restated]:
    if first.community.type != second.community.type:
        yield Restated(name="type", before=first.community.type, after=second.community.type)
    before, after = first.community.attributes, second.community.attributes
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield Restated(name=name, before=before.get(name), after=after.get(name))


def _between(first: Assessment, second: Assessment) -> Iterator[Between]:
    """Events that either file tells of, each once, earliest first."""
    told = {
        (event.date, event.type)
        for event in (*first.events, *second.events)
        if first.wave.date < event.date <= second.wave.date
    }
    for day, kind in sorted(told):
        yield Between(type=kind, date=day.isoformat())


def _advised(first: WaveJudged, second: WaveJudged) -> Iterator[Advised]:
    """What was recommended, in the order of advice, then what else the later file records, with what was done."""
    listed = {name: where for name, where in lists(first.verdict.strategies).items() if where in LISTS[:2]}
    recorded: dict[str, list[tuple[str | None, date | None, date | None]]] = {}
    for action in second.assessment.actions:
        recorded.setdefault(action.strategy, []).append((action.state, action.since, action.until))
    recommended = [name for name, where in listed.items() if where == LISTS[0]]
    for name in dict.fromkeys((*recommended, *(name for name in listed if name in recorded), *recorded)):
        for state, since, until in recorded.get(name) or [(None, None, None)]:
            yield Advised.model_validate(
                {
                    "id": name,
                    "advised": listed.get(name),
                    "state": state,
                    "since": since.isoformat() if since else None,
                    "until": until.isoformat() if until else None,
                }
            )
