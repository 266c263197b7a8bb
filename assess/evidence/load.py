"""From one assessment file to a frozen assessment, or to everything that is wrong with it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from assess.evidence import stated
from assess.evidence.model import FORMAT, Assessment
from assess.problems import Called, Place, Problem, by_name, in_order, unnamed
from assess.ruleset.model import RuleSet
from assess.ruleset.references import entries
from assess.validation import Origins, shown, validate, wrong_type
from assess.yaml_mistakes import swallowed_colon
from assess.yamlfile import Document, Path, field_name, read

_EMPTY = {"empty-file": "empty-assessment"}  # with a word on where to find an example
# Without any of these a file is something else, and to list what it lacks would help nobody.
_TELLING = frozenset({"assess", "wave", "evidence"})


def load_assessment(raw: bytes, file: str, ruleset: RuleSet) -> tuple[Assessment | None, list[Problem]]:
    """The assessment in these bytes, or every problem of it, in the order of the file."""
    document, problems = read(raw, file)
    if document.data is None:
        return None, [replace(problem, code=_EMPTY.get(problem.code, problem.code)) for problem in in_order(problems)]
    other = _something_else(document)
    if other:
        return None, in_order([*problems, other])
    assessment, wrong = check(document, ruleset)
    return (None, in_order([*problems, *wrong])) if problems or wrong else (assessment, [])


def check(document: Document, ruleset: RuleSet) -> tuple[Assessment | None, list[Problem]]:
    """The assessment that a document holds, or every problem of it, wherever its data were read from."""
    origins = Origins()
    origins.add((), document, ())
    assessment, wrong_shape = validate(Assessment, document.data, origins)
    problems = [*_better_said(wrong_shape, _examples(ruleset)), *_Content(document, ruleset).problems()]
    return (None, problems) if problems or assessment is None else (assessment, [])


def _something_else(document: Document) -> Problem | None:
    """What is said of a file that is no assessment at all."""
    data, place = document.data, document.place(())
    first = data[0] if isinstance(data, list) and data else data
    if isinstance(first, dict) and str(first.get("assess", "")).startswith("verdict/"):
        return Problem("verdict-given", place)
    if isinstance(data, str) and swallowed_colon(data):
        return wrong_type(place, "", data, "mapping")
    if not isinstance(data, dict) or not _TELLING & {key.lower() for key in data}:
        return Problem("not-an-assessment", place, value=shown(data))
    return None


def _examples(ruleset: RuleSet) -> Mapping[str, str]:
    """What a field that is missing or has another shape looks like when it is right."""
    examples = {
        "assess": f"assess: {FORMAT}",
        "id": "id: community-1",
        "wave": "wave: {date: 2017-09-30}",
        "date": "date: 2017-09-30",
        "organization": "organization: {name: …}",
        "committee": "committee: {name: …}",
        "rating": "rating: 2",
        "indicator": f"indicator: {ruleset.indicators[0].id}",
        "source": f"source: {ruleset.sources[0].id}",
        "evidence": f"- {{indicator: {ruleset.indicators[0].id}, source: {ruleset.sources[0].id}, rating: 2}}",
        "state": "state: done",
    }
    if ruleset.types:
        examples["community"] = f"community: {{type: {ruleset.types[0].id}}}"
    return examples


def _better_said(problems: Sequence[Problem], examples: Mapping[str, str]) -> Iterator[Problem]:
    """Shape problems with an example, but for those that the checks of content say better."""
    for problem in problems:
        *around, last = problem.field.split(" › ")
        is_name = (last in {"indicator", "source", "type", "strategy"} and around) or around[-1:] == ["attributes"]
        is_rating = last == "rating" and around[:1] == ["evidence"]
        if problem.code == "missing-field":
            yield _with_example(problem, examples.get(problem.value))
        elif problem.code == "wrong-type":
            if not is_rating and not (is_name and problem.more["kind"] == "word") and problem.field != "assess":
                yield _with_example(problem, examples.get("evidence" if around[-1:] == ["evidence"] else last))
        elif problem.field != "assess" and not is_rating:
            yield problem


def _with_example(problem: Problem, example: str | None) -> Problem:
    return replace(problem, more={**problem.more, "example": example}) if example else problem


class _Content:
    """What the shape cannot say: whether ids exist in this rule set, ratings are worded, respondents rate once."""

    def __init__(self, document: Document, ruleset: RuleSet) -> None:
        self.document = document
        self.data: Mapping[str, Any] = document.data
        self.ruleset = ruleset

    def problems(self) -> list[Problem]:
        return [
            *self._format(),
            *self._community(),
            *self._evidence(),
            *self._twice(),
            *stated.problems(self.document, self.ruleset),
            *self._known("events", "type", {event.id: event.name for event in self.ruleset.events}, "event"),
            *self._known("actions", "strategy", {item.id: item.name for item in self.ruleset.strategies}, "strategy"),
        ]

    def _format(self) -> Iterator[Problem]:
        version = self.data.get("assess", FORMAT)
        if version != FORMAT or isinstance(version, bool):
            place, more = self.document.place(("assess",)), {"wanted": str(FORMAT)}
            yield Problem("format-version", place, "assess", shown(version), more=more)

    def _known(self, key: str, field: str, allowed: Mapping[str, Called], what: str) -> Iterator[Problem]:
        for path, item in entries(self.data, key):
            yield from self._reference((*path, field), item.get(field), allowed, what)

    def _reference(self, path: Path, value: Any, allowed: Mapping[str, Called], what: str) -> Iterator[Problem]:
        """What is said of an id that the rule set does not have. Things that are no word are the shape's matter."""
        if isinstance(value, str | int | float) and value not in allowed:
            place = self.document.place(path)
            yield unnamed("unknown-reference", place, field_name(path), shown(value), allowed, what=what)

    def _community(self) -> Iterator[Problem]:
        community = self.data.get("community")
        if not isinstance(community, dict):
            return
        types = {kind.id: kind.name for kind in self.ruleset.types}
        yield from self._reference(("community", "type"), community.get("type"), types, "type")
        attributes = community.get("attributes")
        for name, level in attributes.items() if isinstance(attributes, dict) else ():
            yield from self._attribute(("community", "attributes", name), name, level)

    def _attribute(self, path: Path, name: str, level: Any) -> Iterator[Problem]:
        attribute = self.ruleset.attribute.get(name)
        if attribute is None:
            place, field = self.document.key_place(path), field_name(path[:-1])
            called = {known.id: known.name for known in self.ruleset.attributes}
            yield unnamed("unknown-reference", place, field, name, called, what="attribute")
        elif isinstance(level, str | int | float) and level not in attribute.level_ids:
            place, field = self.document.place(path), field_name(path)
            called = {known.id: known.name for known in attribute.levels}
            yield unnamed("unknown-level", place, field, shown(level), called, attribute=name)

    def _evidence(self) -> Iterator[Problem]:
        indicators = {indicator.id: indicator.name for indicator in self.ruleset.indicators}
        sources = {source.id: source.name for source in self.ruleset.sources}
        for path, item in entries(self.data, "evidence"):
            yield from self._reference((*path, "indicator"), item.get("indicator"), indicators, "indicator")
            yield from self._reference((*path, "source"), item.get("source"), sources, "source")
            if "rating" in item and (*path, "rating") not in self.document.broken:
                yield from self._rating((*path, "rating"), item["rating"], item.get("indicator"))

    def _rating(self, path: Path, rating: Any, indicator: Any) -> Iterator[Problem]:
        known = self.ruleset.indicator.get(indicator) if isinstance(indicator, str) else None
        top = max(self.ruleset.scale.levels)
        highest = known.highest if known else top
        reasons = self.ruleset.unrated
        levels = [str(level) for level in range(highest + 1)]
        whole = isinstance(rating, int) and not isinstance(rating, bool)
        if (whole and 0 <= rating <= highest) or (isinstance(rating, str) and rating in reasons):
            return
        value = shown(rating)
        code = "rating-quoted" if isinstance(rating, str) and value in levels else "rating"
        meant = _as_digit(rating, levels) or by_name(value, reasons)
        more = {"indicator": known.id if known else "", "highest": str(highest), "top": str(top)}
        place, field = self.document.place(path), field_name(path)
        yield Problem(code, place, field, value, (*levels, *reasons), meant, more=more, called=reasons)

    def _twice(self) -> Iterator[Problem]:
        seen: dict[tuple[str, str, str], Place] = {}
        for path, item in entries(self.data, "evidence"):
            who = item.get("respondent")
            if who is None or not all(isinstance(item.get(key), str) for key in ("indicator", "source")):
                continue
            key = (item["indicator"], item["source"], shown(who))
            place = self.document.place(path)
            if key in seen:
                more = {"indicator": key[0], "source": key[1]}
                yield Problem("rated-twice", place, field_name(path), key[2], also=(seen[key],), more=more)
            seen.setdefault(key, place)


def _as_digit(rating: Any, levels: Sequence[str]) -> str:
    """The level that was probably meant by a full-width or worded number (``３``, ``3分``, ``三``, ``3.0``)."""
    written = unicodedata.normalize("NFKC", shown(rating)).strip()
    if written.upper() == "O" and "0" in levels:
        return "0"
    number = unicodedata.numeric(written[0], -1.0) if written else -1.0
    rest = written[1:].removeprefix(".0")
    level = str(int(number)) if number.is_integer() else ""
    return level if level in levels and not any(letter.isnumeric() for letter in rest) else ""
