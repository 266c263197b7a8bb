"""The verdict: what every report and every client sees. Codes and ids, no sentences.

Its JSON (``docs/verdict.schema.json``) is stable: ``assess`` names its format, keys keep their names and meaning.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assess.engines import Truth
from assess.readings import Mode, NoticeCode, Status


class Model(BaseModel):
    """What all parts of a verdict share: frozen, and nothing beside what is named."""

    model_config = ConfigDict(
        defer_build=True, frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True
    )


class RuleSetName(Model):
    """Which rules gave this verdict: enough to repeat it years later."""

    name: str
    version: str
    digest: Annotated[str, Field(description="SHA-256 of the rule set as read, hexadecimal")]


class AssessmentName(Model):
    """Which assessment this is."""

    id: str
    wave: Annotated[str, Field(description="the day that the wave stands for, YYYY-MM-DD, or empty")]
    community: Annotated[str | None, Field(description="the community's type")]


class PositionOut(Model):
    """What one source says: the middle of its ratings."""

    floor: int
    ceiling: int
    n: Annotated[int | None, Field(description="number of ratings; null where that would say too much")]


class ReadingOut(Model):
    """What is taken to be known of an indicator."""

    floor: int
    ceiling: int
    status: Status
    positions: Mapping[str, PositionOut]


class StageOut(Model):
    """Where the relation stands: the lowest and the highest stage, and those that some valuation gives."""

    floor: int
    ceiling: int
    possible: tuple[int, ...]
    gates: Mapping[str, Truth]
    out_of_order: Annotated[tuple[int, ...], Field(description="stages whose gate holds above one that fails")]


class Gap(Model):
    """Two sources that stand far apart on an indicator; ``gap`` counts the levels between their nearer ends."""

    indicator: str
    sources: tuple[str, str]
    gap: int


class ReasonCode(StrEnum):
    """Why a strategy is in its list."""

    UNLESS_HOLDS = "unless-holds"
    WHEN_FAILS = "when-fails"
    WHEN_OPEN = "when-open"
    UNLESS_OPEN = "unless-open"
    STAGE_PARTLY = "stage-partly"
    LESS_FIT = "less-fit"
    NOT_TRIED_IN_TYPE = "not-tried-in-type"
    TYPE_NOT_STATED = "type-not-stated"


class Reason(Model):
    """One reason; ``ref`` is an atom, the index of an ``unless``, a stage or a type, as the code says."""

    code: ReasonCode
    ref: str | None


class Advice(Model):
    """A strategy in one of the four lists."""

    id: str
    reasons: tuple[Reason, ...]
    timely: Annotated[tuple[str, ...], Field(description="event types that make it timely now")]
    here: Annotated[tuple[str, ...], Field(description="adaptations that hold in this place")]


class Strategies(Model):
    """The strategies that serve a stage still possible, in four lists, each in the order of advice."""

    recommended: tuple[Advice, ...]
    consider: tuple[Advice, ...]
    later: tuple[Advice, ...]
    held_back: tuple[Advice, ...]


class Decision(StrEnum):
    """What the checks for procurers come to."""

    NOT_YET = "not-yet"
    INSUFFICIENT_EVIDENCE = "insufficient-evidence"
    READY_WITH_CONDITIONS = "ready-with-conditions"
    READY = "ready"


class ScreeningOut(Model):
    """The decision, whether it is the same however the open checks turn out, and the checks."""

    decision: Decision
    certain: bool
    checks: Mapping[str, Truth]


class NodeKind(StrEnum):
    """What a node of a why-tree stands for."""

    GATE = "gate"
    PATTERN = "pattern"
    CHECK = "check"
    CONDITION = "condition"
    ALL = "all"
    ANY = "any"
    AT_LEAST = "at-least"
    NOT = "not"
    ATOM = "atom"
    ATTRIBUTE = "attribute"


class Node(Model):
    """One step of a why: what it says, whether that is so, whether it decides, and what it stands on."""

    kind: NodeKind
    ref: str
    truth: Truth
    deciding: bool
    children: tuple[Node, ...]
    evidence: Annotated[tuple[int, ...], Field(description="indices into the file's evidence, from 0")]


class StepKind(StrEnum):
    """``show``: it may already be so, bring evidence; ``achieve``: the relation must change."""

    SHOW = "show"
    ACHIEVE = "achieve"


class RaiseStep(Model):
    """One floor to be raised, from a level to a level."""

    indicator: str
    from_: Annotated[int, Field(alias="from")]
    to: int
    kind: StepKind


class Raise(Model):
    """A smallest set of steps that makes the next gate, or one of its conditions, hold."""

    target: int
    steps: tuple[RaiseStep, ...]
    cost: Annotated[tuple[int, int], Field(description="levels to achieve, levels to show")]


class ConditionRaises(Model):
    """The cheapest raises of one condition of the next gate."""

    condition: str
    raises: tuple[Raise, ...]


class Span(Model):
    """A lowest and a highest stage."""

    floor: int
    ceiling: int


class LevelStep(Model):
    """A floor that is lower, or a ceiling that is higher, than it is taken to be."""

    indicator: str
    from_: Annotated[int, Field(alias="from")]
    to: int


class Threshold(Model):
    """A threshold of the gates that would change the stage if it were another, and where the relation would stand."""

    condition: Annotated[str, Field(description="a named condition, or gate:STAGE")]
    atom: Annotated[str, Field(description="the comparison, or 'at_least: K of N'")]
    to: Annotated[int, Field(description="the level or K by one more or less; beyond the grammar: true or false")]
    floor: int
    ceiling: int
    possible: tuple[int, ...]


class Robustness(Model):
    """How far the stage stands on single levels, sources and thresholds."""

    down: Annotated[int | None, Field(description="fewest levels of floors until the stage's floor falls; null at 0")]
    up: Annotated[int | None, Field(description="fewest levels of ceilings until its ceiling rises; null at the top")]
    down_by: Annotated[tuple[LevelStep, ...], Field(description="steps that do it: fewest indicators, first in order")]
    up_by: tuple[LevelStep, ...]
    any_source: Span
    without: Mapping[str, Span]
    thresholds: tuple[Threshold, ...]


class Answer(Model):
    """The levels that an answer would have to be of."""

    floor: int
    ceiling: int


class Settles(Model):
    """The smallest set of readings whose answers alone could settle the stage there, and answers that would do it."""

    stage: int
    ask: Annotated[
        tuple[str, ...] | None, Field(description="null where no answers can, since something of it does not apply")
    ]
    answers: Annotated[Mapping[str, Answer], Field(description="levels with which these readings settle it, one way")]


class Inquiry(Model):
    """What to ask next, and whom first."""

    pivotal: Annotated[
        tuple[str, ...] | None,
        Field(description="readings whose answer alone can change the stage or the decision; null: too many to tell"),
    ]
    settles: tuple[Settles, ...]
    whom: Annotated[Mapping[str, str], Field(description="the source to ask first, of every reading named here")]


class NoticeOut(Model):
    """Something that was left out or cannot be settled."""

    code: NoticeCode
    indicator: str
    source: str | None
    n: int | None


class Verdict(Model):
    """Readings, conclusions, stage, advice, explanation and notices of one situation under one rule set."""

    assess: Literal["verdict/1"] = "verdict/1"
    ruleset: RuleSetName
    engine: str
    reading: Mode
    assessment: AssessmentName
    readings: Mapping[str, ReadingOut]
    conditions: Mapping[str, Truth]
    patterns: Mapping[str, Truth]
    stage: StageOut
    perspective_gaps: tuple[Gap, ...]
    strategies: Strategies
    screening: ScreeningOut | None
    why: Mapping[str, Node]
    raises: tuple[Raise, ...]
    by_condition: tuple[ConditionRaises, ...]
    robustness: Robustness
    inquiry: Inquiry
    one_sided: str | None
    unrated: Mapping[str, int]
    notices: tuple[NoticeOut, ...]
    trail: tuple[str, ...] | None = None


def to_json(verdict: Verdict) -> str:
    """The verdict as indented JSON, the same bytes for the same verdict; the trail only where it was asked for."""
    return verdict.model_dump_json(indent=2, by_alias=True, exclude=_left_out(verdict))


def many_to_json(verdicts: Sequence[Verdict]) -> str:
    """Several verdicts as one JSON array."""
    shown = [verdict.model_dump(mode="json", by_alias=True, exclude=_left_out(verdict)) for verdict in verdicts]
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _left_out(verdict: Verdict) -> set[str] | None:
    return {"trail"} if verdict.trail is None else None
