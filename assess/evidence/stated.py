"""Readings and positions that an assessment states outright in place of evidence, as a witness does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assess.evidence.model import Assessment, Interval
from assess.problems import Problem, unnamed
from assess.readings import Position, Reading, Status
from assess.ruleset.model import RuleSet
from assess.ruleset.references import entries
from assess.validation import shown
from assess.yamlfile import Document, Path, field_name


def with_stated(readings: Mapping[str, Reading], assessment: Assessment, ruleset: RuleSet) -> dict[str, Reading]:
    """The readings of the evidence, with those that the assessment states in their place."""
    taken = dict(readings)
    for indicator in dict.fromkeys([*assessment.positions, *assessment.readings]):
        positions = {
            source: Position(*_ends(interval), ruleset.source[source].quorum)
            for source, interval in assessment.positions.get(indicator, {}).items()
        }
        given = assessment.readings.get(indicator)
        if given is None:
            highest = ruleset.indicator[indicator].highest
            taken[indicator] = Reading(0, highest, Status.MISSING, positions, stated=True)
        else:
            floor, ceiling = _ends(given)
            status = Status.SINGLE if floor == ceiling else Status.SPREAD
            taken[indicator] = Reading(floor, ceiling, status, positions, stated=True)
    return {indicator.id: taken[indicator.id] for indicator in ruleset.indicators}


def _ends(given: Interval) -> tuple[int, int]:
    return given if isinstance(given, tuple) else (given, given)


def problems(document: Document, ruleset: RuleSet) -> Iterator[Problem]:
    """What is wrong with the readings and positions that a document states."""
    data: Mapping[str, Any] = document.data
    rated = {item.get("indicator"): path for path, item in entries(data, "evidence")}
    for part in ("readings", "positions"):
        stated = data.get(part)
        for name, value in stated.items() if isinstance(stated, dict) else ():
            path: Path = (part, name)
            if name not in ruleset.indicator:
                called = {indicator.id: indicator.name for indicator in ruleset.indicators}
                place, field = document.key_place(path), field_name((part,))
                yield unnamed("unknown-reference", place, field, name, called, what="indicator")
                continue
            if name in rated:
                also = (document.place(rated[name]),)
                yield Problem("stated-beside-evidence", document.key_place(path), field_name(path), name, also=also)
            if part == "readings":
                yield from _interval(document, path, value, name, ruleset)
            else:
                yield from _positions(document, path, value, name, ruleset)


def _positions(document: Document, path: Path, value: Any, name: str, ruleset: RuleSet) -> Iterator[Problem]:
    for source, interval in value.items() if isinstance(value, dict) else ():
        at = (*path, source)
        allowed = [known.id for known in ruleset.sources if ruleset.may_rate(known, name)]
        if source not in allowed:
            place, field, more = document.key_place(at), field_name(path), {"indicator": name}
            yield Problem("source-may-not-rate", place, field, source, tuple(allowed), more=more)
        yield from _interval(document, at, interval, name, ruleset)


def _interval(document: Document, path: Path, value: Any, name: str, ruleset: RuleSet) -> Iterator[Problem]:
    """A level that the indicator does not word, or a floor above its ceiling; other shapes are the shape's matter."""
    highest, top = ruleset.indicator[name].highest, max(ruleset.scale.levels)
    ends = value if isinstance(value, list) else [value]
    if not all(isinstance(end, int) and not isinstance(end, bool) for end in ends):
        return
    place, field = document.place(path), field_name(path)
    for end in ends:
        if highest < end <= top:
            levels = tuple(str(level) for level in range(highest + 1))
            more = {"indicator": name, "highest": str(highest), "top": str(top)}
            yield Problem("rating", place, field, shown(end), levels, more=more)
    if len(ends) == 2 and ends[0] > ends[1]:
        yield Problem("row-floor-above-ceiling", place, field, shown(ends[0]))
