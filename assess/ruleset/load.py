"""From a folder of YAML files to one frozen rule set, or to everything that is wrong with it.

Reading goes in four steps: the files as data with positions; the conditions in them; the shape of all of it by the
models; and what shape cannot say, which are references, unique ids, the ladder of stages and the direction in which
conditions look. Each step adds to one list of problems, so that an author sees all of them at once.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from assess.problems import Place, Problem, in_order, nearest, unknown
from assess.ruleset import references
from assess.ruleset.conditions import (
    Atom,
    Condition,
    OfType,
    Reader,
    Vocabulary,
    circles,
    clashes,
    signed_leaves,
)
from assess.ruleset.model import RuleSet
from assess.validation import Origins, shown, validate
from assess.yamlfile import Document, Path, field_name, read

FORMAT = 1

# Each file of a rule set and the parts of it that the model takes over as they stand.
_FILES: Mapping[str, tuple[str, ...]] = {
    "ruleset.yaml": (
        "name", "version", "title", "languages", "scale", "unrated", "sources", "disclosure", "gaps_from",
        "silent_below", "efforts", "pattern_kinds", "roles",
    ),
    "conditions.yaml": ("conditions",),
    "stages.yaml": ("stages",),
    "patterns.yaml": ("patterns",),
    "communities.yaml": ("types", "attributes"),
    "events.yaml": ("window_months", "events"),
    "evidence-levels.yaml": ("evidence_levels",),
    "screening.yaml": ("notice", "checks"),
}  # fmt: skip
_FOLDERS = {"indicators": ("dimension", "prefix", "name", "indicators"), "strategies": ("strategies",)}
_REQUIRED = ("ruleset.yaml", "stages.yaml", "indicators")
CASES = "cases"


def load_ruleset(folder: FilePath) -> tuple[RuleSet | None, list[Problem]]:
    """The rule set in ``folder``, or every problem of it, in file order."""
    if not folder.is_dir():
        return None, [Problem("no-such-folder", Place(str(folder)), value=str(folder))]
    documents, problems = _read_folder(folder)
    as_read = digest(documents)  # before the conditions in them are replaced by their parsed form
    assembly = _Assembly(folder)
    for name, document in _in_dimension_order(documents):
        assembly.take(name, document)
    problems += assembly.problems
    data, origins = assembly.data, assembly.origins
    conditions = _Conditions(data, origins)
    conditions.read_all()
    problems += conditions.problems
    problems += references.problems(data, origins)
    data.pop("dimension_order", None)
    ruleset, wrong_shape = validate(RuleSet, data, origins, {"languages": _languages(data)})
    problems += wrong_shape
    if problems or ruleset is None:
        return None, in_order(problems)
    return ruleset.model_copy(update={"digest": as_read}), []


def digest(documents: Mapping[str, Document]) -> str:
    """SHA-256 of the rule set as read: one JSON object of the files by name, keys sorted, no blanks, UTF-8."""
    merged = {name: document.data for name, document in documents.items()}
    written = json.dumps(merged, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def _languages(data: Mapping[str, Any]) -> tuple[str, ...]:
    languages = data.get("languages")
    return tuple(languages) if isinstance(languages, list) and all(isinstance(x, str) for x in languages) else ()


# --- files -------------------------------------------------------------------------------------------------------


def _read_folder(folder: FilePath) -> tuple[dict[str, Document], list[Problem]]:
    documents: dict[str, Document] = {}
    problems: list[Problem] = []
    for path in _yaml_files(folder):
        name = path.relative_to(folder).as_posix()
        document, wrong = read(path.read_bytes(), str(path))
        problems += wrong
        if not wrong or document.data is not None:
            documents[name] = document
    there = {path.relative_to(folder).parts[0] for path in _yaml_files(folder)}
    problems += [
        Problem("missing-file", Place(str(folder / name)), value=name) for name in _REQUIRED if name not in there
    ]
    problems += _unknown_files(folder)
    return documents, problems


def _yaml_files(folder: FilePath) -> list[FilePath]:
    files = [folder / name for name in _FILES if (folder / name).is_file()]
    for name in _FOLDERS:
        files += sorted((folder / name).glob("*.yaml"))
    return files


def _unknown_files(folder: FilePath) -> Iterator[Problem]:
    known = [*_FILES, *_FOLDERS, CASES]
    for path in sorted(folder.iterdir()):
        is_content = path.is_dir() or path.suffix in {".yaml", ".yml"}
        if is_content and path.name not in known and not path.name.startswith((".", "_")):
            yield Problem("unknown-file", Place(str(path)), "", path.name, tuple(known), nearest(path.name, known))


def _in_dimension_order(documents: Mapping[str, Document]) -> list[tuple[str, Document]]:
    """The files, those of indicators in the order that ``ruleset.yaml`` gives their dimensions, else by name."""
    first = documents.get("ruleset.yaml")
    wanted = first.data.get("dimensions") if first and isinstance(first.data, dict) else None
    order = [str(name) for name in wanted] if isinstance(wanted, list) else []

    def rank(item: tuple[str, Document]) -> int:
        data = item[1].data
        dimension = str(data.get("dimension")) if isinstance(data, dict) else ""
        return order.index(dimension) if dimension in order else len(order)

    plain = [item for item in documents.items() if not item[0].startswith("indicators/")]
    dimensions = [item for item in documents.items() if item[0].startswith("indicators/")]
    return [*plain, *sorted(dimensions, key=rank)]


class _Assembly:
    """One data tree from many files, with the origin of each part."""

    def __init__(self, folder: FilePath) -> None:
        self.data: dict[str, Any] = {}
        self.origins = Origins()
        self.problems: list[Problem] = []
        self.origins.add((), Document(str(folder / "ruleset.yaml")), ())

    def take(self, name: str, document: Document) -> None:
        folder = name.partition("/")[0]
        allowed = _FOLDERS.get(folder) if "/" in name else _FILES[name]
        if not isinstance(document.data, dict):
            self._say("wrong-type", document, (), shown(document.data), wanted="mapping")
            return
        self._unknown_keys(document, (*(allowed or ()), *(("ruleset", "dimensions") if name == "ruleset.yaml" else ())))
        match name if "/" not in name else folder:
            case "ruleset.yaml":
                self._ruleset(document)
            case "conditions.yaml":
                self._conditions(document)
            case "screening.yaml":
                self.data["screening"] = dict(document.data)
                self.origins.add(("screening",), document, ())
            case "indicators":
                self._dimension(document)
            case "strategies":
                self._list(document, "strategies")
            case _:
                self._copy(document, allowed or ())

    def _say(self, code: str, document: Document, path: Path, value: str, **more: str) -> None:
        self.problems.append(Problem(code, document.place(path), field_name(path), value, more=more))

    def _unknown_keys(self, document: Document, allowed: tuple[str, ...]) -> None:
        for key in document.data:
            if key not in allowed:
                place = document.key_place((key,))
                self.problems.append(unknown("unknown-field", place, key, key, allowed))

    def _copy(self, document: Document, keys: Iterable[str]) -> None:
        for key in keys:
            if key in document.data:
                self.data[key] = document.data[key]
                self.origins.add((key,), document, (key,))

    def _ruleset(self, document: Document) -> None:
        self.origins.add((), document, ())
        self._copy(document, _FILES["ruleset.yaml"])
        version = document.data.get("ruleset")
        if version != FORMAT or isinstance(version, bool):
            self._say("format-version", document, ("ruleset",), shown(version), wanted=str(FORMAT))
        if "dimensions" in document.data:
            self.data["dimension_order"] = document.data["dimensions"]
            self.origins.add(("dimension_order",), document, ("dimensions",))

    def _conditions(self, document: Document) -> None:
        named = document.data.get("conditions")
        if not isinstance(named, dict):
            self._say("wrong-type", document, ("conditions",), shown(named), wanted="mapping")
            return
        self.data["conditions"] = []
        for index, (name, body) in enumerate(named.items()):
            entry = {"name": name, **body} if isinstance(body, dict) else body
            self.data["conditions"].append(entry)
            self.origins.add(("conditions", index), document, ("conditions", name))

    def _dimension(self, document: Document) -> None:
        dimensions = self.data.setdefault("dimensions", [])
        at = ("dimensions", len(dimensions))
        self.origins.add(at, document, ())
        renamed = {"id": "dimension", "prefix": "prefix", "name": "name"}
        dimensions.append({new: document.data[old] for new, old in renamed.items() if old in document.data})
        self.origins.add((*at, "id"), document, ("dimension",))
        self._list(document, "indicators", {"dimension": document.data.get("dimension")})

    def _list(self, document: Document, key: str, more: Mapping[str, Any] | None = None) -> None:
        items = document.data.get(key)
        if not isinstance(items, list):
            self._say("wrong-type", document, (key,), shown(items), wanted="list")
            return
        into = self.data.setdefault(key, [])
        for index, item in enumerate(items):
            self.origins.add((key, len(into)), document, (key, index))
            into.append({**item, **(more or {})} if isinstance(item, dict) else item)


# --- conditions --------------------------------------------------------------------------------------------------


class _Conditions:
    """Replaces every condition in the data by its parsed form, and checks what each conclusion comes down to."""

    def __init__(self, data: dict[str, Any], origins: Origins) -> None:
        self.data = data
        self.origins = origins
        self.problems: list[Problem] = []
        self.places: dict[int, Place] = {}
        self.named: dict[str, Condition] = {}
        self.vocabulary = vocabulary(data)
        self.conclusions: list[tuple[Path, Condition]] = []

    def read_all(self) -> None:
        for path, entry in references.entries(self.data, "conditions"):
            condition = self._replace(entry, (*path, "when"))
            if condition is not None and isinstance(entry.get("name"), str):
                self.named[entry["name"]] = condition
        for path, entry, key in self._others():
            self._replace(entry, (*path, key))
        circular = circles(self.named)
        for circle in circular:
            self._circle(circle)
        # A name that could not be read makes what uses it unreadable too; its own problem has been said.
        whole = set(self.named) == set(self.vocabulary.named)
        if not circular and whole:
            for path, condition in self.conclusions:
                self._check(path, condition)

    def _others(self) -> Iterator[tuple[Path, dict[str, Any], str]]:
        for path, entry in references.entries(self.data, "stages"):
            if entry.get("gate") is not None:
                yield path, entry, "gate"
        for path, entry in (
            *references.entries(self.data, "patterns"),
            *references.entries(self.data, "screening", "checks"),
        ):
            yield path, entry, "when"
        for path, entry in references.entries(self.data, "strategies"):
            if entry.get("when") is not None:
                yield path, entry, "when"
            for below, item in references.entries(entry, "unless", root=path):
                yield below, item, "condition"
            here = entry.get("here")
            if isinstance(here, dict):
                for below, item in references.entries(here, "adaptations", root=(*path, "here")):
                    yield below, item, "for"

    def _replace(self, entry: dict[str, Any], path: Path) -> Condition | None:
        key = str(path[-1])
        if key not in entry:
            return None  # the model says that it is missing
        document, inside = self.origins.find(path)
        reader = Reader(document, self.vocabulary)
        condition = self._adaptation(reader, entry[key], inside) if key == "for" else reader.read(entry[key], inside)
        entry[key] = condition
        self.problems += reader.problems
        self.places |= reader.places
        if condition is not None:
            self._keep(path, condition)
        return condition

    def _keep(self, path: Path, condition: Condition) -> None:
        self.conclusions.append((path, condition))

    def _adaptation(self, reader: Reader, data: Any, inside: Path) -> Condition | None:
        if isinstance(data, dict) and len(data) == 1:
            ((key, value),) = data.items()
            if key == "condition":
                return reader.read(value, (*inside, "condition"))
            if key == "attribute":
                return reader.read(data, inside)
            if key == "type" and isinstance(value, list) and value and all(isinstance(name, str) for name in value):
                return OfType(tuple(value))
        reader.problems.append(
            Problem("adaptation-form", reader.document.place(inside), field_name(inside), shown(data))
        )
        return None

    def _circle(self, circle: tuple[str, ...]) -> None:
        places = [self._named_place(name) for name in circle]
        shown_circle = " → ".join([*circle, circle[0]])
        self.problems.append(Problem("circular", places[0], "conditions", shown_circle, also=tuple(places[1:])))

    def _named_place(self, name: str) -> Place:
        index = [entry.get("name") for _, entry in references.entries(self.data, "conditions")].index(name)
        document, inside = self.origins.find(("conditions", index))
        return document.key_place(inside)

    def _check(self, path: Path, condition: Condition) -> None:
        field = self.origins.field(path)
        for clash in clashes(condition, self.named):
            places = [self.places.get(id(leaf), self.origins.place(path)) for leaf in clash.leaves]
            self.problems.append(Problem(clash.code, places[0], field, clash.about, also=(places[1],)))
        if path[0] in {"stages", "screening"}:
            self._upwards_only(condition, path, field)

    def _upwards_only(self, condition: Condition, path: Path, field: str) -> None:
        for leaf, up in signed_leaves(condition, self.named):
            if not isinstance(leaf, Atom) or leaf.source or not up:
                place = self.places.get(id(leaf), self.origins.place(path))
                shown_leaf = leaf.variable if isinstance(leaf, Atom) else getattr(leaf, "name", "")
                kind = "gate" if path[0] == "stages" else "check"
                self.problems.append(
                    Problem(
                        "upwards-only",
                        place,
                        field,
                        shown_leaf,
                        also=(self.origins.place(path),),
                        more={"kind": kind},
                    )
                )


def vocabulary(data: Mapping[str, Any]) -> Vocabulary:
    """What conditions may speak of, taken from data that may have mistakes elsewhere."""
    highest: dict[str, int] = {}
    sources: dict[str, tuple[str, ...]] = {}
    know_all = tuple(
        str(entry.get("id")) for _, entry in references.entries(data, "sources") if entry.get("rates") == "all"
    )
    for _, entry in references.entries(data, "indicators"):
        name, levels, listed = entry.get("id"), entry.get("levels"), entry.get("sources")
        if isinstance(name, str):
            highest[name] = len(levels) - 1 if isinstance(levels, list) else 4
            known = [source for source in listed if isinstance(source, str)] if isinstance(listed, list) else []
            sources[name] = (*known, *(source for source in know_all if source not in known))
    attributes: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for _, entry in references.entries(data, "attributes"):
        if isinstance(entry.get("id"), str):
            levels = [level for _, level in references.entries(entry, "levels")]
            attributes[entry["id"]] = tuple(str(level.get("id")) for level in levels)
    named = tuple(
        entry["name"] for _, entry in references.entries(data, "conditions") if isinstance(entry.get("name"), str)
    )
    return Vocabulary(highest, sources, dict(attributes), named)
