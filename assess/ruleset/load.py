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
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from assess.problems import Place, Problem, in_order, nearest, unknown
from assess.ruleset import references
from assess.ruleset.conditions import Atom, Condition, OfType, circles, clashes, names, signed_leaves, text
from assess.ruleset.model import RuleSet
from assess.ruleset.parse import Reader, Vocabulary
from assess.validation import Origins, shown, validate, wrong_type
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


@dataclass(frozen=True, slots=True)
class Located:
    """A rule set with where everything in it stands: parts by their path, conditions by identity."""

    ruleset: RuleSet
    origins: Origins
    places: Mapping[int, Place]


def load_ruleset(folder: FilePath) -> tuple[RuleSet | None, list[Problem]]:
    """The rule set in ``folder``, or every problem of it, in file order."""
    located, problems = load_located(folder)
    return (located.ruleset if located else None), problems


def load_located(folder: FilePath) -> tuple[Located | None, list[Problem]]:
    """The rule set in ``folder`` with its places, or every problem of it, in file order."""
    if not folder.is_dir():
        return None, [Problem("no-such-folder", Place(str(folder)), value=str(folder))]
    documents, problems = _read_folder(folder)
    as_read = digest(documents)  # before the conditions in them are replaced by their parsed form
    assembly = _Assembly(folder)
    for name, document in _in_dimension_order(documents):
        assembly.take(name, document)
    problems += assembly.problems
    data, origins = assembly.data, assembly.origins
    unread = assembly.unread | _parts_of_missing(documents, folder)
    conditions = _Conditions(data, origins)
    conditions.read_all()
    references_and_shape = [*conditions.problems, *references.problems(data, origins)]
    data.pop("dimension_order", None)
    ruleset, wrong_shape = validate(RuleSet, data, origins, {"languages": _languages(data)})
    references_and_shape += wrong_shape
    problems += [problem for problem in references_and_shape if not _follows(problem, unread)]
    if problems or ruleset is None:
        return None, in_order(problems)
    return Located(ruleset.model_copy(update={"digest": as_read}), origins, conditions.places), []


def digest(documents: Mapping[str, Document]) -> str:
    """SHA-256 of the rule set as read: one JSON object of the files by name, keys sorted, no blanks, UTF-8."""
    merged = {name: document.data for name, document in documents.items()}
    written = json.dumps(merged, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


# What a reference names, by the part of the rule set that has it; without that part nothing can be said of it.
_PART_OF = {
    "source": "sources", "pattern-kind": "pattern_kinds", "strategy": "strategies", "indicator": "indicators",
    "stage": "stages", "event": "events", "type": "types", "type-or-any": "types", "role": "roles",
    "effort": "efforts", "evidence-level": "evidence_levels", "dimension": "dimensions",
}  # fmt: skip
_PARTS_OF_CODE = {
    "unknown-condition": ("conditions",), "unknown-indicator": ("indicators",), "unknown-attribute": ("attributes",),
    "unknown-level": ("attributes",), "source-may-not-rate": ("sources", "indicators"), "primary-source": ("sources",),
}  # fmt: skip


def _parts_of_missing(documents: Mapping[str, Document], folder: FilePath) -> set[str]:
    """The parts whose file is missing or could not be read at all."""
    unread: set[str] = set()
    there = {path.relative_to(folder).as_posix() for path in _yaml_files(folder)}
    for name in {*there, *(required for required in _REQUIRED if required not in _FOLDERS)} - set(documents):
        unread |= _parts(name)
    if not any(name.startswith("indicators/") for name in there):
        unread |= _parts("indicators/")
    return unread


def _parts(name: str) -> set[str]:
    """The parts of the rule set that a file holds."""
    match name.partition("/"):
        case "indicators", "/", _:
            return {"indicators", "dimensions"}
        case "strategies", "/", _:
            return {"strategies"}
        case "ruleset.yaml", _, _:
            return {*_FILES["ruleset.yaml"], "dimension_order"}
        case _:
            return set(_FILES[name])


def _follows(problem: Problem, unread: set[str]) -> bool:
    """Whether this is no mistake of its own: something is not found only because its file could not be read."""
    if problem.code == "unknown-reference":
        return _PART_OF.get(problem.more.get("what", "")) in unread
    if problem.code == "missing-field":
        return not problem.field and problem.value in unread
    return any(part in unread for part in _PARTS_OF_CODE.get(problem.code, ()))


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
    for name in (*_FOLDERS, CASES):
        for path in sorted((folder / name).glob("*")):
            if (path.is_dir() or path.suffix != ".yaml") and not path.name.startswith((".", "_")):
                yield Problem("unknown-file", Place(str(path)), "", path.name, (), _with_our_ending(path))


def _with_our_ending(path: FilePath) -> str:
    return f"{path.stem}.yaml" if path.suffix.lower() in {".yml", ".yaml"} else ""


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
        self.unread: set[str] = set()  # parts that are there but of a shape that cannot be read
        self.origins.add((), Document(str(folder / "ruleset.yaml")), ())

    def take(self, name: str, document: Document) -> None:
        folder = name.partition("/")[0]
        allowed = _FOLDERS.get(folder) if "/" in name else _FILES[name]
        if not isinstance(document.data, dict):
            self.problems.append(wrong_type(document.place(()), "", document.data, "mapping"))
            self.unread |= _parts(name)
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

    def _wants(self, kind: type, document: Document, key: str) -> bool:
        """Whether the part ``key`` of a document is of this kind; what is wrong otherwise is said."""
        found = document.data.get(key)
        if isinstance(found, kind):
            return True
        self.unread |= {key}
        if key in document.data:
            wanted = "list" if kind is list else "mapping"
            self.problems.append(wrong_type(document.place((key,)), field_name((key,)), found, wanted))
        elif not any(problem.meant == key for problem in self.problems):
            self.problems.append(Problem("missing-field", document.place(()), value=key))
        return False

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
        if "ruleset" not in document.data:
            more = {"example": f"ruleset: {FORMAT}"}
            self.problems.append(Problem("missing-field", document.place(()), value="ruleset", more=more))
        elif version != FORMAT or isinstance(version, bool):
            self._say("format-version", document, ("ruleset",), shown(version), wanted=str(FORMAT))
        if "dimensions" in document.data:
            self._wants(list, document, "dimensions")
            self.data["dimension_order"] = document.data["dimensions"]
            self.origins.add(("dimension_order",), document, ("dimensions",))

    def _conditions(self, document: Document) -> None:
        named = document.data.get("conditions")
        if not self._wants(dict, document, "conditions"):
            return
        self.data["conditions"] = []
        # The name of a condition is its key, and that is where a problem with it stands.
        at_keys: dict[Path, Place] = {
            ("conditions", name, "name"): document.key_place(("conditions", name)) for name in named
        }
        document = replace(document, values={**document.values, **at_keys})
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
        if not self._wants(list, document, key):
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
        # Leaves of which something has been said: many conclusions may come down to one.
        self._said: set[int] = set()
        self._clashed: set[tuple[str, str, int]] = set()

    def read_all(self) -> None:
        for path, entry in references.entries(self.data, "conditions"):
            condition = self._replace(entry, (*path, "when"))
            if condition is not None and isinstance(entry.get("name"), str):
                self.named[entry["name"]] = condition
        for path, entry, key in self._others():
            self._replace(entry, (*path, key))
        for circle in circles(self.named):
            self._circle(circle)
        for path, condition in self.conclusions:
            if self._whole(condition):
                self._check(path, condition)

    def _whole(self, condition: Condition, trail: tuple[str, ...] = ()) -> bool:
        """Whether every name below can be followed; the problem of one that cannot has been said where it stands."""
        return all(
            name in self.named and name not in trail and self._whole(self.named[name], (*trail, name))
            for name in names(condition)
        )

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
        if condition is not None:
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
        """Says once of each leaf what is wrong with it, in the first conclusion that comes down to it."""
        field = self.origins.field(path)
        for clash in clashes(condition, self.named):
            said = {(clash.code, clash.about, id(leaf)) for leaf in clash.leaves}
            if not self._clashed & said:
                places = [self.places.get(id(leaf), self.origins.place(path)) for leaf in clash.leaves]
                self.problems.append(Problem(clash.code, places[0], field, clash.about, also=(places[1],)))
            self._clashed |= said
            self._said |= {id(leaf) for leaf in clash.leaves}
        if path[0] in {"stages", "screening"}:
            self._upwards_only(condition, path, field)

    def _upwards_only(self, condition: Condition, path: Path, field: str) -> None:
        kind = "gate" if path[0] == "stages" else "check"
        for leaf, up in signed_leaves(condition, self.named):
            if (isinstance(leaf, Atom) and not leaf.source and up) or id(leaf) in self._said:
                continue
            self._said.add(id(leaf))
            place, used = self.places.get(id(leaf), self.origins.place(path)), self.origins.place(path)
            also = () if (used.file, used.line) == (place.file, place.line) else (used,)
            negated = "" if up or (isinstance(leaf, Atom) and not leaf.at_least) else "not "
            self.problems.append(
                Problem("upwards-only", place, field, negated + text(leaf), also=also, more={"kind": kind})
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
