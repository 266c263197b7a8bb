"""From one assessment file to a frozen assessment, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assess.evidence.model import FORMAT, Assessment
from assess.problems import Place, Problem, in_order, nearest, unknown
from assess.ruleset.model import RuleSet
from assess.ruleset.references import entries
from assess.validation import Origins, shown, validate
from assess.yamlfile import Document, Path, read


def load_assessment(raw: bytes, file: str, ruleset: RuleSet) -> tuple[Assessment | None, list[Problem]]:
    """The assessment in these bytes, or every problem of it, in the order of the file."""
    document, problems = read(raw, file)
    if document.data is None:
        return None, in_order(problems)
    if not isinstance(document.data, dict):
        return None, [Problem("not-an-assessment", document.place(()), value=shown(document.data))]
    origins = Origins()
    origins.add((), document, ())
    assessment, wrong_shape = validate(Assessment, document.data, origins)
    problems += _better_said(document, wrong_shape)
    problems += _Content(document, ruleset).problems()
    if problems or assessment is None:
        return None, in_order(problems)
    return assessment, []


def _better_said(document: Document, problems: Sequence[Problem]) -> Iterator[Problem]:
    """Shape problems, but for those that the checks of content say better."""
    for problem in problems:
        of_rating = problem.field.startswith("evidence") and problem.field.endswith("rating")
        of_format = problem.field == "assess"
        if not (of_rating and problem.code != "missing-field") and not of_format:
            yield problem


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
            *self._known("events", "type", list(self.ruleset.event), "event"),
            *self._known("actions", "strategy", list(self.ruleset.strategy), "strategy"),
        ]

    def _unknown(self, path: Path, value: Any, allowed: Sequence[str], what: str) -> Problem:
        place = self.document.place(path)
        return unknown("unknown-reference", place, self._field(path), shown(value), allowed, what=what)

    @staticmethod
    def _field(path: Path) -> str:
        from assess.yamlfile import field_name

        return field_name(path)

    def _format(self) -> Iterator[Problem]:
        version = self.data.get("assess")
        if version != FORMAT or isinstance(version, bool):
            place = self.document.place(("assess",))
            yield Problem("format-version", place, "assess", shown(version), more={"wanted": str(FORMAT)})

    def _known(self, key: str, field: str, allowed: list[str], what: str) -> Iterator[Problem]:
        for path, item in entries(self.data, key):
            if isinstance(item.get(field), str) and item[field] not in allowed:
                yield self._unknown((*path, field), item[field], allowed, what)

    def _community(self) -> Iterator[Problem]:
        community = self.data.get("community")
        if not isinstance(community, dict):
            return
        types = [kind.id for kind in self.ruleset.types]
        if isinstance(community.get("type"), str) and community["type"] not in types:
            yield self._unknown(("community", "type"), community["type"], types, "type")
        attributes = community.get("attributes")
        for name, level in attributes.items() if isinstance(attributes, dict) else ():
            path = ("community", "attributes", name)
            attribute = self.ruleset.attribute.get(name)
            if attribute is None:
                place = self.document.key_place(path)
                yield unknown(
                    "unknown-reference",
                    place,
                    "community › attributes",
                    name,
                    list(self.ruleset.attribute),
                    what="attribute",
                )
            elif isinstance(level, str) and level not in attribute.level_ids:
                yield self._unknown(path, level, attribute.level_ids, "level")

    def _evidence(self) -> Iterator[Problem]:
        for path, item in entries(self.data, "evidence"):
            indicator, source = item.get("indicator"), item.get("source")
            if isinstance(indicator, str) and indicator not in self.ruleset.indicator:
                yield self._unknown((*path, "indicator"), indicator, list(self.ruleset.indicator), "indicator")
            if isinstance(source, str) and source not in self.ruleset.source:
                yield self._unknown((*path, "source"), source, list(self.ruleset.source), "source")
            if "rating" in item:
                yield from self._rating((*path, "rating"), item["rating"], indicator)

    def _rating(self, path: Path, rating: Any, indicator: Any) -> Iterator[Problem]:
        known = self.ruleset.indicator.get(indicator) if isinstance(indicator, str) else None
        highest = known.highest if known else max(self.ruleset.scale.levels)
        allowed = [*(str(level) for level in range(highest + 1)), *self.ruleset.unrated]
        whole = isinstance(rating, int) and not isinstance(rating, bool)
        if (whole and 0 <= rating <= highest) or (isinstance(rating, str) and rating in self.ruleset.unrated):
            return
        value = shown(rating)
        meant = _as_digit(rating, allowed) or nearest(value, list(self.ruleset.unrated))
        more = {"indicator": str(indicator), "highest": str(highest)}
        yield Problem("rating", self.document.place(path), self._field(path), value, tuple(allowed), meant, more=more)

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
                yield Problem("rated-twice", place, self._field(path), key[2], also=(seen[key],), more=more)
            seen.setdefault(key, place)


def _as_digit(rating: Any, allowed: Sequence[str]) -> str:
    """The level that was probably meant by a quoted, full-width or worded number (``３``, ``3分``, ``3.0``)."""
    import unicodedata

    written = unicodedata.normalize("NFKC", shown(rating)).strip()
    digits = written[:1]
    rest = written[1:].lstrip(".0").strip()
    return digits if digits in allowed and digits.isdigit() and not rest[:1].isdigit() else ""
