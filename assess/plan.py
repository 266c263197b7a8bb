"""The roadmap as frozen models: which strategies, in which weeks, towards what. Codes and ids, no sentences.

Its JSON is stable, as a verdict's is. Weeks count from 1; nothing in it is a promise.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from assess.verdict import AssessmentName, Model, RaiseStep, RuleSetName

ListName = Literal["recommended", "consider", "later"]


class Weeks(Model):
    """From a week to a week, both counted from 1; without an end it goes on beyond what is planned."""

    from_: Annotated[int, Field(alias="from")]
    to: int | None


class PlannedStep(Model):
    """A step of a strategy, by its index in the rule set, and when."""

    step: int
    who: tuple[str, ...]
    weeks: Weeks


class Towards(Model):
    """A condition of the next gate, and the steps of its nearest raise that a strategy works on."""

    condition: str
    steps: tuple[RaiseStep, ...]


class Planned(Model):
    """A strategy in the roadmap."""

    id: str
    list: ListName
    weeks: Weeks
    sure: Annotated[
        int, Field(description="the week in which it may be done; of what goes on, the week in which it is set up")
    ]
    after: Annotated[tuple[str, ...], Field(description="strategies that come first")]
    needs: Annotated[tuple[str, ...], Field(description="atoms that must hold before it begins")]
    towards: tuple[Towards, ...]
    answers: Annotated[tuple[str, ...], Field(description="patterns that hold")]
    timely: tuple[str, ...]
    here: tuple[str, ...]
    steps: tuple[PlannedStep, ...]


class Milestone(Model):
    """An event that falls into the half-year."""

    type: str
    week: int
    date: date


class Plan(Model):
    """A roadmap in codes, weeks and ids."""

    assess: Literal["plan/1"] = "plan/1"
    ruleset: RuleSetName
    assessment: AssessmentName
    start: Annotated[date | None, Field(description="the first day of week 1, where one was given")]
    weeks: int
    reviews: tuple[int, ...]
    target: Annotated[int | None, Field(description="the next stage; null at the top")]
    strategies: tuple[Planned, ...]
    events: tuple[Milestone, ...]
    untouched: Annotated[tuple[str, ...], Field(description="conditions of the next gate that nothing here works on")]
    unserved: Annotated[tuple[str, ...], Field(description="indicators that the gate needs and nothing here works on")]


def to_json(plan: Plan) -> str:
    """The roadmap as indented JSON."""
    return plan.model_dump_json(indent=2, by_alias=True)
