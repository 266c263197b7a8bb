"""Cases: examples with expectations that people of the field can read, kept beside the rules (``rules/cases``).

A case gives an assessment file, or readings and positions outright, and ``expect``, any part of the verdict's JSON:
objects match as subsets, lists exactly, and ``{has: [...]}`` asks that a list contains a match of each entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Annotated, Any

from pydantic import Field

from assess.evidence.load import load_assessment
from assess.evidence.model import Community, Day, Event, Model, Text, Words
from assess.problems import Place, Problem, in_order, unknown
from assess.readings import Position, Reading, Status
from assess.ruleset.model import RuleSet
from assess.ruleset.references import entries
from assess.situation import Happened, Situation, of_assessment
from assess.validation import Origins, validate
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


def load_cases(path: FilePath, ruleset: RuleSet) -> tuple[list[Case], list[Problem]]:
    """The cases of one file, and what is wrong with the others."""
    document, problems = read(path.read_bytes(), str(path))
    cases: list[Case] = []
    for at, entry in entries(document.data if isinstance(document.data, dict) else {}, "cases"):
        case, wrong = _case(document, at, entry, path, ruleset)
        problems += wrong
        if case and not wrong:
            cases.append(case)
    return cases, in_order(problems)


def _case(
    document: Document, at: Path, entry: dict[str, Any], path: FilePath, ruleset: RuleSet
) -> tuple[Case | None, list[Problem]]:
    origins = Origins()
    origins.add((), document, at)
    written, problems = validate(CaseFile, entry, origins)
    problems += _unknown_names(document, at, entry, ruleset)
    if written is None or problems:
        return None, problems
    if written.assessment is None:
        situation = stated(written, ruleset)
    else:
        file = path.parent / written.assessment
        assessment, problems = load_assessment(file.read_bytes(), str(file), ruleset)
        if assessment is None:
            return None, problems
        situation = of_assessment(assessment, ruleset)
    return Case(written.id, written.says, document.place(at), situation, written.expect), problems


def _unknown_names(document: Document, at: Path, entry: dict[str, Any], ruleset: RuleSet) -> Iterator[Problem]:
    for key in ("readings", "positions"):
        stated_here = entry.get(key)
        for name in stated_here if isinstance(stated_here, dict) else ():
            if name not in ruleset.indicator:
                path = (*at, key, name)
                place, field = document.key_place(path), field_name((*at, key))
                yield unknown("unknown-reference", place, field, name, list(ruleset.indicator), what="indicator")


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


def differences(expected: Any, found: Any, path: str = "") -> Iterator[str]:
    """Where ``found`` is not as expected, each place in one line."""
    if isinstance(expected, Mapping) and set(expected) == {"has"} and isinstance(found, Sequence):
        for wanted in expected["has"]:
            if all(any(differences(wanted, item)) for item in found):
                yield f"{path}: nothing in it matches {wanted}, only {[_short(item) for item in found]}"
    elif isinstance(expected, Mapping):
        yield from _missing_keys(expected, found, path)
    elif isinstance(expected, list | tuple):
        yield from _other_items(expected, found, path)
    elif expected != found:
        yield f"{path}: expected {expected}, found {found}"


def _missing_keys(expected: Mapping[Any, Any], found: Any, path: str) -> Iterator[str]:
    for key, wanted in expected.items():
        below = f"{path} › {key}" if path else str(key)
        if not isinstance(found, Mapping) or str(key) not in found:
            yield f"{below}: not there"
        else:
            yield from differences(wanted, found[str(key)], below)


def _other_items(expected: Sequence[Any], found: Any, path: str) -> Iterator[str]:
    if not isinstance(found, list) or len(found) != len(expected):
        yield f"{path}: expected {list(expected)}, found {found}"
        return
    for index, (wanted, item) in enumerate(zip(expected, found, strict=True)):
        yield from differences(wanted, item, f"{path}[{index}]")


def _short(item: Any) -> Any:
    return item.get("id", item) if isinstance(item, Mapping) else item
