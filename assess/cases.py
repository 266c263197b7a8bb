"""Cases: examples with expectations that people of the field can read, kept beside the rules (``rules/cases``).

A case gives an assessment file, or readings and positions outright, and ``expect``, any part of the verdict's JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Annotated, Any

from pydantic import Field

from assess.evidence.model import Community, Day, Event, Model, Text, Words
from assess.expectations import PARTS, Difference, differences, found
from assess.inputs import read_assessment, read_file
from assess.problems import Called, Place, Problem, in_order, unknown, unnamed
from assess.readings import Position, Reading, Status
from assess.ruleset.model import RuleSet
from assess.ruleset.references import entries
from assess.situation import Happened, Situation, of_assessment
from assess.validation import Origins, shown, validate, wrong_type
from assess.yamlfile import Document, Path, field_name, read

Level = Annotated[int, Field(ge=0, le=4)]
Interval = Level | tuple[Level, Level]


class CaseFile(Model):
    """One case as written."""

    id: Words
    says: Text
    assessment: str | None = None
    readings: Mapping[str, Interval] = {}
    positions: Mapping[str, Mapping[str, Interval]] = {}
    else_: Annotated[Level | None, Field(alias="else")] = None
    community: Community = Community()
    date: Day | None = None
    events: tuple[Event, ...] = ()
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A case ready to be judged."""

    id: str
    says: Text
    place: Place
    situation: Situation
    expect: Mapping[str, Any]

    def differences(self, ruleset: RuleSet) -> list[Difference]:
        """Where the verdict under a rule set is not as the case expects."""
        return list(differences(self.expect, found(ruleset, self.situation, self.expect)))


def case_files(folder: FilePath) -> list[FilePath]:
    """The files of cases of a rule set."""
    return [path for path in sorted((folder / "cases").glob("*.yaml")) if not path.name.startswith("_")]


def load_all(paths: Iterable[FilePath], ruleset: RuleSet) -> tuple[list[Case], list[Problem]]:
    """The cases of several files, and what is wrong with the others."""
    cases: list[Case] = []
    problems: list[Problem] = []
    for path in paths:
        some, wrong = load_cases(path, ruleset)
        cases += some
        problems += wrong
    return cases, problems


def load_cases(path: FilePath, ruleset: RuleSet) -> tuple[list[Case], list[Problem]]:
    """The cases of one file, and what is wrong with the others."""
    raw, problems = read_file(str(path))
    if problems:
        return [], problems
    document, problems = read(raw, str(path))
    problems += _shape(document) if not problems else []
    cases: list[Case] = []
    data = document.data if isinstance(document.data, dict) else {}
    seen: dict[str, Place] = {}
    for at, entry in entries(data, "cases"):
        case, wrong = _case(document, at, entry, path, ruleset)
        problems += wrong
        if case and case.id in seen:
            place, also = document.place((*at, "id")), (seen[case.id],)
            field = field_name((*at, "id"))
            problems.append(Problem("duplicate-id", place, field, case.id, also=also, more={"what": "cases"}))
        elif case:
            seen[case.id] = document.place((*at, "id"))
            cases.append(case)
    return cases, in_order(problems)


def _shape(document: Document) -> list[Problem]:
    """What is wrong with a file that holds no list of cases."""
    if not isinstance(document.data, dict):
        return [wrong_type(document.place(()), "", document.data, "mapping")]
    for key in document.data:
        if key != "cases":
            return [unknown("unknown-field", document.key_place((key,)), key, key, ["cases"])]
    if "cases" not in document.data:
        return [Problem("missing-field", document.place(()), value="cases")]
    cases = document.data["cases"]
    if not isinstance(cases, list):
        return [wrong_type(document.place(("cases",)), "cases", cases, "list")]
    return [
        wrong_type(document.place(("cases", index)), field_name(("cases", index)), entry, "mapping")
        for index, entry in enumerate(cases)
        if not isinstance(entry, dict)
    ]


def _case(
    document: Document, at: Path, entry: dict[str, Any], path: FilePath, ruleset: RuleSet
) -> tuple[Case | None, list[Problem]]:
    origins = Origins()
    origins.add((), document, at)
    written, problems = validate(CaseFile, entry, origins)
    problems += _Names(document, at, entry, ruleset).problems()
    if written is None or problems:
        return None, problems
    if written.assessment is None:
        situation = stated(written, ruleset)
    else:
        assessment, problems = read_assessment(str(path.parent / written.assessment), ruleset)
        if assessment is None:
            # What is wrong with a file that is not there stands where the case names it.
            place, field = document.place((*at, "assessment")), field_name((*at, "assessment"))
            gone = {"no-such-file", "not-a-file", "unreadable"}
            return None, [
                Problem(p.code, place, field, p.value, more=p.more) if p.code in gone else p for p in problems
            ]
        situation = of_assessment(assessment, ruleset)
    return Case(written.id, written.says, document.place(at), situation, written.expect), problems


class _Names:
    """The names in one case that its rule set must have."""

    def __init__(self, document: Document, at: Path, entry: dict[str, Any], ruleset: RuleSet) -> None:
        self.document = document
        self.at = at
        self.entry = entry
        self.ruleset = ruleset

    def problems(self) -> Iterator[Problem]:
        for key in ("readings", "positions"):
            for name, value in self._mapping(key).items():
                yield from self._key((key, name), name, list(self.ruleset.indicator), "indicator")
                for source in value if key == "positions" and isinstance(value, dict) else ():
                    yield from self._key((key, name, source), source, list(self.ruleset.source), "source")
        yield from self._community(self._mapping("community"))
        events = {event.id: event.name for event in self.ruleset.events}
        for path, event in entries(self.entry, "events"):
            yield from self._value((*path, "type"), event.get("type"), events, "event")
        for name in self._mapping("expect"):
            if name not in PARTS:
                path = (*self.at, "expect", name)
                place = self.document.key_place(path)
                yield unknown("unknown-field", place, field_name(path[:-1]), name, PARTS)

    def _mapping(self, key: str) -> dict[str, Any]:
        value = self.entry.get(key)
        return value if isinstance(value, dict) else {}

    def _community(self, community: Mapping[str, Any]) -> Iterator[Problem]:
        types = {kind.id: kind.name for kind in self.ruleset.types}
        yield from self._value(("community", "type"), community.get("type"), types, "type")
        attributes = community.get("attributes")
        for name, level in attributes.items() if isinstance(attributes, dict) else ():
            known = self.ruleset.attribute.get(name)
            path = ("community", "attributes", name)
            yield from self._key(path, name, list(self.ruleset.attribute), "attribute")
            if known and isinstance(level, str | int) and level not in known.level_ids:
                place, called = self.document.place((*self.at, *path)), {one.id: one.name for one in known.levels}
                yield unnamed(
                    "unknown-level", place, field_name((*self.at, *path)), shown(level), called, attribute=name
                )

    def _key(self, path: Path, name: str, allowed: Sequence[str], what: str) -> Iterator[Problem]:
        if name not in allowed:
            place = self.document.key_place((*self.at, *path))
            yield unknown("unknown-reference", place, field_name((*self.at, *path[:-1])), name, allowed, what=what)

    def _value(self, path: Path, value: Any, allowed: Mapping[str, Called], what: str) -> Iterator[Problem]:
        if isinstance(value, str | int | float) and value not in allowed:
            place, field = self.document.place((*self.at, *path)), field_name((*self.at, *path))
            yield unnamed("unknown-reference", place, field, shown(value), allowed, what=what)


def stated(case: CaseFile, ruleset: RuleSet) -> Situation:
    """The situation of a case that states its readings."""
    readings: dict[str, Reading] = {}
    for indicator in ruleset.indicators:
        given = case.readings.get(indicator.id, case.else_)
        positions = {
            source: Position(*_interval(interval), ruleset.source[source].quorum)
            for source, interval in case.positions.get(indicator.id, {}).items()
        }
        if given is None:
            readings[indicator.id] = Reading(0, indicator.highest, Status.MISSING, positions, stated=True)
            continue
        floor, ceiling = _interval(given)
        status = Status.SINGLE if floor == ceiling else Status.SPREAD
        readings[indicator.id] = Reading(
            min(floor, indicator.highest), min(ceiling, indicator.highest), status, positions, stated=True
        )
    return Situation(
        id=case.id,
        readings=readings,
        community_type=case.community.type,
        attributes=case.community.attributes,
        date=case.date,
        events=[Happened(event.type, event.date) for event in case.events],
        has_sources=False,
    )


def _interval(given: Interval) -> tuple[int, int]:
    return given if isinstance(given, tuple) else (given, given)
