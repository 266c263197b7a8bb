"""Several people's workbooks and files as one assessment: nothing is lost, nothing overwritten, nothing chosen.

Two statements about the same thing that say the same are one; two that differ are a contradiction, told with both
places. So the order in which the files are named does not matter.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath
from typing import Any

from assess.catalogue import Catalogue
from assess.evidence.load import load_assessment
from assess.evidence.model import FORMAT, last_day
from assess.evidence.workbook import read_workbook
from assess.evidence.written import as_yaml
from assess.inputs import read_file, wants_workbook
from assess.problems import Place, Problem
from assess.ruleset.model import RuleSet
from assess.validation import shown
from assess.yamlfile import Document, Path, read

# What an entry is about, by list: entries that are equal in these are about the same.
_ABOUT = {
    "evidence": ("indicator", "source", "respondent"),
    "events": ("type", "date"),
    "actions": ("strategy", "since", "state"),
}
# Remarks: two of them do not contradict each other, so both are kept.
_REMARKS = frozenset({"note", "ref"})
_DATES = frozenset({"date", "since", "until"})
_LEVELS = frozenset({"readings", "positions"})  # levels stated outright, which stay numbers


Respondent = tuple[str, str]  # a source and a code


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of merging: the assessment as plain data and as text, and what a summary says of it."""

    data: Mapping[str, Any]
    text: str
    files: int
    same: int  # entries that another file had as well
    repeated: Mapping[Respondent, Mapping[str, int]]  # whose ratings more than one file has, and how many in which


def merge_files(
    names: Sequence[str], output: str, ruleset: RuleSet, words: Catalogue
) -> tuple[Merged | None, list[Problem]]:
    """One assessment from these files, or everything that is wrong with them or between them.

    ``output`` is what the assessment is called where no file says it.
    """
    documents, problems = _documents(names, ruleset)
    if problems:
        return None, problems
    merger = _Merger()
    for document in documents:
        merger.add(document)
    if "date" not in merger.data.get("wave", {}):
        merger.problems.append(Problem("import-without-date", Place(documents[0].file)))
    if merger.problems:
        return None, merger.problems
    data = {"assess": FORMAT, "id": output or PurePath(names[0]).stem, **merger.merged(ruleset)}
    text = as_yaml(data, [PurePath(name).name for name in names], ruleset, words)
    return Merged(data, text, len(documents), merger.same, merger.repeated), []


def _documents(names: Sequence[str], ruleset: RuleSet) -> tuple[list[Document], list[Problem]]:
    """Every file read and checked, and what is wrong with any of them."""
    documents: list[Document] = []
    problems: list[Problem] = []
    first: dict[bytes, str] = {}
    for name in names:
        raw, wrong = read_file(name)
        digest = hashlib.sha256(raw).digest()
        if not wrong and digest in first:
            wrong = [Problem("same-file-twice", Place(name), value=name, also=(Place(first[digest]),))]
        if not wrong:
            first[digest] = name
            document, wrong = _document(raw, name, ruleset)
            documents += [document] if document else []
        problems += wrong
    return documents, problems


def _document(raw: bytes, name: str, ruleset: RuleSet) -> tuple[Document | None, list[Problem]]:
    if wants_workbook(raw, name):
        return read_workbook(raw, name, ruleset)
    _, problems = load_assessment(raw, name, ruleset)
    return (None, problems) if problems else (read(raw, name)[0], [])


@dataclass
class _Entry:
    """An entry of a list, with the places of its fields."""

    data: dict[str, Any]
    places: dict[str, Place]


@dataclass
class _Merger:
    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)
    lists: dict[str, dict[tuple[Any, ...], _Entry]] = field(default_factory=lambda: {key: {} for key in _ABOUT})
    problems: list[Problem] = field(default_factory=list)
    same: int = 0
    repeated: dict[Respondent, Counter[str]] = field(default_factory=dict)

    def add(self, document: Document) -> None:
        """Take in what one file states."""
        for path, value in _statements(document.data):
            if path == ("id",) and path not in document.values:
                continue  # it is only the name of a file
            self._state(path, value if path[0] in _LEVELS else _plain(value, path[-1]), document.place(path))
        for key, about in _ABOUT.items():
            for index, item in enumerate(document.data.get(key) or ()):
                self._entry(key, about, document, (key, index), item)

    def _state(self, path: Path, value: Any, place: Place) -> None:
        inside = self.data
        for part in path[:-1]:
            inside = inside.setdefault(str(part), {})
        key = str(path[-1])
        if key not in inside:
            inside[key] = value
            self.places[path] = place
            return
        both = _agreed(inside[key], value, key)
        if both is None:
            self._contradiction("import-contradiction", place, shown(value), shown(inside[key]), self.places[path])
        else:
            inside[key] = both

    def _entry(self, key: str, about: Sequence[str], document: Document, path: Path, item: Mapping[str, Any]) -> None:
        data = {name: _plain(value, name) for name, value in item.items() if value is not None}
        places = {name: document.place((*path, name)) for name in data}
        known = self.lists[key]
        identity: tuple[Any, ...] = tuple(_identity(data.get(name), name) for name in about)
        if key == "evidence" and "respondent" not in data:
            identity = (*identity, len(known))  # nobody can tell whether two of these are one person's
        if identity not in known:
            known[identity] = _Entry(data, places)
            return
        self.same += 1
        if key == "evidence":
            seen = self.repeated.setdefault((data["source"], known[identity].data["respondent"]), Counter())
            seen.update({known[identity].places["rating"].file, places["rating"].file})
        self._combine(known[identity], data, places)

    def _combine(self, entry: _Entry, data: Mapping[str, Any], places: Mapping[str, Place]) -> None:
        """Put together two entries about the same."""
        for name, value in data.items():
            if name not in entry.data:
                entry.data[name], entry.places[name] = value, places[name]
                continue
            before = entry.data[name]
            both = _agreed(before, value, name)
            if both is None and name in _REMARKS:
                both = _joined(before, value)
            if both is None:
                code = "rated-differently" if name == "rating" else "import-contradiction"
                who = shown(entry.data.get("respondent", ""))
                more = {"indicator": str(entry.data.get("indicator", "")), "respondent": who}
                self._contradiction(code, places[name], shown(value), shown(before), entry.places[name], **more)
            else:
                entry.data[name] = both

    def _contradiction(self, code: str, place: Place, value: str, before: str, first: Place, **more: str) -> None:
        self.problems.append(Problem(code, place, value=value, also=(first,), more={"before": before, **more}))

    def merged(self, ruleset: RuleSet) -> dict[str, Any]:
        """Everything, in the order of the rule set, so that the order of the files leaves no trace."""
        keys: dict[str, Mapping[str, int]] = {
            "indicator": ruleset.order,
            "source": {source.id: at for at, source in enumerate(ruleset.sources)},
            "type": {event.id: at for at, event in enumerate(ruleset.events)},
        }

        def order(entry: _Entry) -> tuple[Any, ...]:
            data = entry.data
            place = [keys[name].get(str(data.get(name)), -1) for name in ("indicator", "source")]
            who = shown(data.get("respondent", ""))
            dates = [str(data.get(name, "")) for name in ("date", "since", "until")]
            kind = keys["type"].get(str(data.get("type")), -1)
            return (*place, len(who), who, *dates, kind, str(sorted(data.items())))

        lists = {
            key: [entry.data for entry in sorted(entries.values(), key=order)] for key, entries in self.lists.items()
        }
        return {**self.data, **{key: entries for key, entries in lists.items() if entries}}


def _statements(data: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every single statement of a file outside its lists, with its path; a text in several languages is one."""
    for key, value in data.items():
        here = (*path, key)
        if here[0] in _ABOUT or here == ("assess",) or value is None:
            continue
        if isinstance(value, Mapping) and key not in {"title", "name", "label", "note"}:
            yield from _statements(value, here)
        else:
            yield here, value


def _plain(value: Any, name: object) -> Any:
    """A value as it was typed, and a text in several languages as a plain mapping."""
    if isinstance(value, Mapping):
        return {key: str(getattr(text, "text", text)) for key, text in value.items()}
    if name == "rating":
        return int(value) if isinstance(value, int) else value
    return str(getattr(value, "text", value))


def _identity(value: Any, name: str) -> Any:
    """What makes two values the same: a day, however it is written, and a code, in capitals or not."""
    if name == "respondent" and value is not None:
        return unicodedata.normalize("NFKC", value).casefold().strip()
    return _day(value) if name in _DATES and value is not None else str(value)


def _day(value: Any) -> date:
    return last_day(value)


def _agreed(one: Any, other: Any, name: str) -> Any:
    """What both say, the fuller of the two; nothing where they differ."""
    if one == other:
        return one
    if isinstance(one, Mapping) or isinstance(other, Mapping):
        fuller, single = (one, other) if isinstance(one, Mapping) else (other, one)
        if isinstance(single, Mapping):
            common = set(one) & set(other)
            return {**one, **other} if common and all(one[key] == other[key] for key in common) else None
        return fuller if single in fuller.values() else None
    if name in _DATES and _day(one) == _day(other):
        return max(str(one), str(other), key=len)
    return None


def _joined(one: Any, other: Any) -> Any:
    """Two remarks as one, in an order that does not depend on which came first."""
    if isinstance(one, Mapping) or isinstance(other, Mapping):
        languages = [*one] if isinstance(one, Mapping) else [*other]
        by_language = [part if isinstance(part, Mapping) else dict.fromkeys(languages, part) for part in (one, other)]
        keys = dict.fromkeys(key for part in by_language for key in part)
        return {key: _joined_texts([part[key] for part in by_language if key in part]) for key in keys}
    return _joined_texts([one, other])


def _joined_texts(texts: Sequence[str]) -> str:
    parts = {part for text in texts for part in text.split(" / ")}
    return " / ".join(sorted(parts))


def summary(merged: Merged, ruleset: RuleSet, words: Catalogue) -> list[str]:
    """What came of merging, in a line, and in one for each source: how many ratings, and whose."""
    evidence = merged.data.get("evidence", ())
    counts = {"files": merged.files, "ratings": len(evidence), "same": merged.same}
    lines = [words.say("cli.import_files", events=len(merged.data.get("events", ())), **counts)]
    for source in ruleset.sources:
        who = Counter(shown(item.get("respondent", "")) for item in evidence if item["source"] == source.id)
        if who:
            named = [f"{code} ({n})" for code, n in who.items() if code]
            nameless = [words.say("cli.import_anonymous", n=who[""])] if who[""] else []
            values = {"name": words.words(source.name), "ratings": who.total(), "respondents": [*named, *nameless]}
            lines.append(words.say("cli.import_source", **values))
    for (source_id, code), files in sorted(merged.repeated.items()):
        source_name = words.words(ruleset.source[source_id].name)
        values = {"name": source_name, "respondent": code, "n": max(files.values()), "files": sorted(files)}
        lines.append(words.say("cli.import_repeated", **values))
    return lines
