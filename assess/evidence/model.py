"""An assessment: one wave of one relation, with its evidence, events and actions, as frozen models.

Field names are those of the YAML file (``docs/assessment.schema.json``). Texts are a string, printed as typed, or
one string a language.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

FORMAT = 1


def _as_typed(value: Any) -> Any:
    return getattr(value, "text", value)


def last_day(written: Any) -> date:
    """The day that a date stands for; a year or a month stands for its last day.

    Raises ``ValueError`` for anything that is no date.
    """
    found = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", str(_as_typed(written)))
    if isinstance(written, date):
        return written
    if not found:
        raise ValueError("date")
    year, month, day = int(found[1]), int(found[2] or 12), int(found[3] or 0)
    if not 1 <= month <= 12 or year < 1:
        raise ValueError("date")
    return date(year, month, day or calendar.monthrange(year, month)[1])


# A number where text is wanted is taken as it was typed, so the schema admits it too.
Words = Annotated[str, BeforeValidator(_as_typed), WithJsonSchema({"type": ["string", "number"]})]
Text = Words | Mapping[str, Words]
Day = Annotated[
    date,
    BeforeValidator(last_day),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^\d{4}(-\d{1,2}(-\d{1,2})?)?$"},
                {"type": "integer", "minimum": 1, "maximum": 9999},
            ],
            "description": "2017, 2017-03 or 2017-03-31; a year or a month stands for its last day",
        }
    ),
]


Level = Annotated[int, Field(ge=0, le=4)]
Interval = Level | tuple[Level, Level]


class Model(BaseModel):
    """What all models of an assessment share: frozen, and no field that nobody knows."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", strict=True)


class Organization(Model):
    """The social work organization, or the committee: an id and a name."""

    id: Words | None = None
    name: Text


class Community(Model):
    """The community: its type and what is known of its local conditions."""

    type: str | None = None
    attributes: Mapping[str, str] = {}


class Wave(Model):
    """Which assessment of the relation this is, and the day that it stands for."""

    label: Text | None = None
    date: Day


class Evidence(Model):
    """One rating of one indicator by one respondent, or the reason for having none."""

    indicator: str
    source: str
    respondent: Words | None = None
    rating: int | str
    date: Day | None = None
    note: Text | None = None
    ref: Text | None = None


class Event(Model):
    """A change in or around the community."""

    type: str
    date: Day
    note: Text | None = None


class Action(Model):
    """What was done of what had been advised."""

    strategy: str
    since: Day | None = None
    until: Day | None = None
    state: Literal["planned", "under-way", "done", "dropped"]
    note: Text | None = None


class Assessment(Model):
    """One wave of one relation."""

    assess: Literal[1]
    id: Annotated[Words, Field(min_length=1)]
    title: Text | None = None
    organization: Organization | None = None
    committee: Organization | None = None
    community: Community = Community()
    wave: Wave
    evidence: tuple[Evidence, ...] = ()
    readings: Annotated[
        Mapping[str, Interval],
        Field(description="readings stated outright, in place of evidence: a level, or [floor, ceiling]"),
    ] = {}
    positions: Annotated[
        Mapping[str, Mapping[str, Interval]], Field(description="likewise what single sources say, by indicator")
    ] = {}
    events: tuple[Event, ...] = ()
    actions: tuple[Action, ...] = ()
