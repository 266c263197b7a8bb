"""Reads conditions out of YAML data: what is wrong in them comes back as problems with file, line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any as Data

from assess.problems import Place, Problem, nearest, unknown
from assess.ruleset.conditions import All, Any, AtLeast, Atom, Attribute, Condition, Named, Not
from assess.validation import shown
from assess.yamlfile import Document, Path, field_name

_FORMS = ("all", "any", "at_least", "of", "not", "attribute")
_COMPARISON = re.compile(
    r"\s*(?P<id>[^\s@<>=]+?)\s*(@\s*(?P<source>[^\s@<>=]+?)\s*)?(?P<op>>=|<=|==|=|>|<|≥|≤|=>|=<)\s*(?P<level>\S+)\s*"
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a condition may speak of: indicators with their highest level and sources, attributes, named conditions."""

    highest: Mapping[str, int]
    sources: Mapping[str, tuple[str, ...]]
    attributes: Mapping[str, tuple[str, ...]]
    named: tuple[str, ...]


class Reader:
    """Reads conditions out of a document; what is wrong with them is collected in ``problems``."""

    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self.document = document
        self.vocabulary = vocabulary
        self.problems: list[Problem] = []
        self.places: dict[int, Place] = {}  # of each node read, by identity: equal leaves may stand in two places
        self._kept: list[Condition] = []

    def read(self, data: Data, path: Path) -> Condition | None:
        """The condition at ``path``, or nothing when any part of it is wrong."""
        condition = self._read(data, path)
        if condition is not None:
            self.places[id(condition)] = self.document.place(path)
            self._kept.append(condition)
        return condition

    def _read(self, data: Data, path: Path) -> Condition | None:
        if isinstance(data, str):
            return self._comparison(data, path) if re.search(r"[<>=≥≤]", data) else self._name(data, path)
        if isinstance(data, dict):
            return self._mapping(data, path)
        self._form(data, path)
        return None

    def _form(self, data: Data, path: Path) -> None:
        """Says that this is no condition, and which form its field was probably meant to begin."""
        fields = [str(key) for key in data] if isinstance(data, dict) else []
        meant = next(filter(None, (nearest(key, _FORMS) for key in fields if key not in _FORMS)), "")
        place = self.document.place(path)
        self.problems.append(Problem("condition-form", place, field_name(path), shown(data), _FORMS, meant))

    def _say(self, code: str, path: Path, value: str = "", expected: tuple[str, ...] = (), **more: str) -> None:
        place = self.document.place(path)
        meant = nearest(value, expected) if expected else ""
        self.problems.append(Problem(code, place, field_name(path), value, expected, meant, more=more))

    def _name(self, name: str, path: Path) -> Condition | None:
        if name in self.vocabulary.named:
            return Named(name)
        if name in self.vocabulary.highest:
            self._say("condition-no-comparison", path, name, (f"{name} >= 2",))
        else:
            self.problems.append(
                unknown(
                    "unknown-condition",
                    self.document.place(path),
                    field_name(path),
                    name,
                    self.vocabulary.named,
                )
            )
        return None

    def _comparison(self, written: str, path: Path) -> Condition | None:
        found = _COMPARISON.fullmatch(written)
        if not found and len(re.findall(r"[<>=≥≤]+", written)) > 1:
            self._say("condition-joined", path, written)
            return None
        if not found or found["op"] not in {">=", "<="}:
            self._say("comparison-form", path, written, self._repaired(found))
            return None
        indicator, source, at_least = found["id"], found["source"], found["op"] == ">="
        if indicator not in self.vocabulary.highest:
            column = written.index(indicator)
            place = self.document.place(path)
            there = Place(place.file, place.line, place.column + column)
            self.problems.append(
                unknown("unknown-indicator", there, field_name(path), indicator, self.vocabulary.highest)
            )
            return None
        if source and source not in self.vocabulary.sources[indicator]:
            self._say("source-may-not-rate", path, source, self.vocabulary.sources[indicator], indicator=indicator)
            return None
        top = self.vocabulary.highest[indicator]
        lowest, highest = (1, top) if at_least else (0, top - 1)
        digits = found["level"]
        if top < 1:  # too few levels are worded, which is said where they stand
            return None
        if not (digits.isascii() and digits.isdigit() and lowest <= int(digits) <= highest):
            allowed = tuple(str(level) for level in range(lowest, highest + 1))
            self._say("level-out-of-range", path, digits, allowed, indicator=indicator, comparison=found["op"])
            return None
        return Atom(indicator, at_least, int(digits), source)

    @staticmethod
    def _repaired(found: re.Match[str] | None) -> tuple[str, ...]:
        if not found:
            return ()
        subject = f"{found['id']}@{found['source']}" if found["source"] else found["id"]
        level = found["level"]
        if found["op"] in {"=>", "≥"}:
            return (f"{subject} >= {level}",)
        if found["op"] in {"=<", "≤"}:
            return (f"{subject} <= {level}",)
        if level.isdigit():
            number = int(level)
            options = {">": (f"{subject} >= {number + 1}",), "<": (f"{subject} <= {max(number - 1, 0)}",)}
            return options.get(found["op"], (f"{subject} >= {number}", f"{subject} <= {number}"))
        return (f"{subject} >= 2",)

    def _mapping(self, data: dict[str, Data], path: Path) -> Condition | None:
        keys = set(data)
        if keys == {"attribute"}:
            return self._attribute(data["attribute"], (*path, "attribute"))
        if keys == {"not"}:
            inner = self.read(data["not"], (*path, "not"))
            return Not(inner) if inner else None
        if keys == {"at_least", "of"}:
            return self._at_least(data, path)
        if keys in ({"all"}, {"any"}):
            (word,) = keys
            inner_members = self._members(data[word], (*path, word))
            if inner_members is None:
                return None
            return All(inner_members) if word == "all" else Any(inner_members)
        self._form(data, path)
        return None

    def _members(self, data: Data, path: Path) -> tuple[Condition, ...] | None:
        if not isinstance(data, list) or not data:
            self._say("condition-empty", path, shown(data))
            return None
        read = [self.read(member, (*path, index)) for index, member in enumerate(data)]
        good = tuple(member for member in read if member is not None)
        return good if len(good) == len(read) else None

    def _at_least(self, data: dict[str, Data], path: Path) -> Condition | None:
        inner = self._members(data["of"], (*path, "of"))
        count, size = data["at_least"], len(data["of"]) if isinstance(data["of"], list) else 0
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= max(size, 1):
            allowed = tuple(str(number) for number in range(1, size + 1))
            if size:
                self._say("count-out-of-range", (*path, "at_least"), shown(count), allowed, size=str(size))
            return None
        return AtLeast(int(count), inner) if inner else None

    def _attribute(self, data: Data, path: Path) -> Condition | None:
        if not isinstance(data, dict) or len(data) != 1:
            self._say("attribute-form", path, shown(data))
            return None
        ((name, wanted),) = data.items()
        known = self.vocabulary.attributes.get(name)
        if known is None:
            place = self.document.key_place((*path, name))
            self.problems.append(
                unknown("unknown-attribute", place, field_name(path), name, self.vocabulary.attributes)
            )
            return None
        if not isinstance(wanted, list) or not wanted:
            self._say("attribute-form", (*path, name), shown(wanted))
            return None
        wrong = [(index, level) for index, level in enumerate(wanted) if level not in known]
        for index, level in wrong:
            self._say("unknown-level", (*path, name, index), shown(level), known, attribute=name)
        if not wrong and set(wanted) == set(known):
            self._say("attribute-all-levels", (*path, name), ", ".join(wanted), attribute=name)
            return None
        return None if wrong else Attribute(name, tuple(dict.fromkeys(wanted)))
