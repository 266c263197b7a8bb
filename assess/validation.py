"""From plain data to frozen models: pydantic's errors become problems with file, line and column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from assess.problems import Place, Problem, nearest
from assess.yaml_mistakes import swallowed_colon
from assess.yamlfile import Document, Path, field_name, similar_key

M = TypeVar("M", bound=BaseModel)


@dataclass(slots=True)
class Origins:
    """Where the parts of assembled data came from: a prefix of the data's path, a document, a prefix of its path."""

    parts: dict[Path, tuple[Document, Path]] = field(default_factory=dict)

    def add(self, path: Path, document: Document, inside: Path) -> None:
        """Data at ``path`` was read from ``document`` at ``inside``."""
        self.parts[path] = document, inside

    def find(self, path: Path) -> tuple[Document, Path]:
        """The document and the path in it that ``path`` stands for."""
        for length in range(len(path), -1, -1):
            part = self.parts.get(path[:length])
            if part:
                document, inside = part
                return document, (*inside, *path[length:])
        raise KeyError(path)

    def place(self, path: Path) -> Place:
        """Where the value at ``path`` stands in its file."""
        document, inside = self.find(path)
        return document.place(inside)

    def key_place(self, path: Path) -> Place:
        """Where the key at ``path`` stands in its file."""
        document, inside = self.find(path)
        return document.key_place(inside)

    def said(self, path: Path) -> bool:
        """Whether reading has already said what is wrong at ``path``, inside it, or around it."""
        document, inside = self.find(path)
        return any(inside[: len(at)] == at or at[: len(inside)] == inside for at in document.broken)

    def field(self, path: Path) -> str:
        """The path as users read it, inside its own file."""
        return field_name(self.find(path)[1])


def with_tuples(data: Any) -> Any:
    """The same data with tuples for lists, which is what frozen models hold."""
    if isinstance(data, dict):
        return {key: with_tuples(value) for key, value in data.items()}
    if isinstance(data, list):
        return tuple(with_tuples(item) for item in data)
    return data


def validate(
    model: type[M], data: Any, origins: Origins, context: Mapping[str, Any] | None = None
) -> tuple[M | None, list[Problem]]:
    """The model of this data, or everything that is wrong with its shape."""
    try:
        return model.model_validate(with_tuples(data), context=context), []
    except ValidationError as error:
        found = [_problem(dict(details), model, data, origins) for details in error.errors(include_url=False)]
        return None, [problem for path, problem in _best(found) if not origins.said(path)]


def _best(found: Sequence[tuple[Path, Problem]]) -> list[tuple[Path, Problem]]:
    """One problem a mistake: the branch of a union that says most, and no field both misspelt and missing."""
    chosen: dict[Path, Problem] = {}
    for path, problem in found:
        before = chosen.get(path)
        if before and {before.more.get("wanted"), problem.more.get("wanted")} == {"text", "mapping"}:
            chosen[path] = replace(problem, more={**problem.more, "wanted": "words"})
        elif before is None or before.code == "wrong-type":
            chosen[path] = problem
    misspelt = {(path[:-1], problem.meant) for path, problem in found if problem.code == "unknown-field"}
    return [
        (path, problem)
        for path, problem in chosen.items()
        if not any(other != path and other[: len(path)] == path for other in chosen)
        and not (problem.code == "missing-field" and (path[:-1], problem.value) in misspelt)
    ]


# pydantic's error types, and what they are called here.
_TYPES = {
    "string_type": "text", "int_type": "whole-number", "float_type": "number", "bool_type": "true-false",
    "tuple_type": "list", "mapping_type": "mapping", "model_type": "mapping", "dict_type": "mapping",
    "model_attributes_type": "mapping", "date_type": "date",
}  # fmt: skip
_CODES = {
    "string_pattern_mismatch": "wrong-form", "string_too_short": "empty-text", "too_short": "too-few",
    "too_long": "too-many", "greater_than_equal": "too-small", "less_than_equal": "too-large",
    "missing-language": "missing-language", "unknown-language": "unknown-language",
    "text-by-language": "text-by-language", "weeks-backwards": "weeks-backwards",
}  # fmt: skip


def _problem(details: dict[str, Any], model: type[BaseModel], data: Any, origins: Origins) -> tuple[Path, Problem]:
    kind, context = details["type"], details.get("ctx", {})
    path = _real_path(details["loc"], data, may_end_outside=kind == "missing")
    if kind == "missing":
        owner = path[:-1]
        return path, Problem("missing-field", origins.place(owner), origins.field(owner), str(path[-1]))
    if kind == "extra_forbidden":
        key = str(path[-1])
        allowed = sorted(_fields(model, path[:-1]))
        meant = similar_key(key, allowed)
        place, name = origins.key_place(path), origins.field(path)
        return path, Problem("unknown-field", place, name, key, tuple(allowed), meant)
    place, name, value = origins.place(path), origins.field(path), shown(details["input"])
    if kind == "literal_error":
        allowed = _literals(str(context["expected"]))
        return path, Problem("not-one-of", place, name, value, tuple(allowed), nearest(value, allowed))
    if kind == "value_error":  # the only check of a model that raises one is that of dates
        return path, _date_problem(place, name, value)
    if kind in _TYPES:
        return path, wrong_type(place, name, details["input"], _TYPES[kind])
    if kind == "too_short" and isinstance(details["input"], str):
        return path, Problem("empty-text", place, name)
    more = {key: f"{item:g}" if isinstance(item, float) else str(item) for key, item in context.items()}
    return path, Problem(_CODES.get(kind, "wrong-value"), place, name, value, more=more)


def wrong_type(place: Place, field: str, found: Any, wanted: str) -> Problem:
    """Something of another kind than is wanted: a word for a list, a list for text."""
    swallowed = swallowed_colon(found) if wanted == "mapping" and isinstance(found, str) else None
    if swallowed and swallowed[1] == "：":
        return Problem("syntax-full-width", place, field, "：", more={"instead": ":"})
    if swallowed:
        return Problem("syntax-no-blank", place, field, swallowed[0])
    given = "none" if found is None else "list" if isinstance(found, list | tuple) else "word"
    kind = "mapping" if isinstance(found, Mapping) else given
    return Problem("wrong-type", place, field, shown(found), more={"wanted": wanted, "kind": kind})


_DATE_PARTS = (
    re.compile(r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})(?:\s*[-/.月]\s*(?P<day>\d{1,2}))?\s*[日号月]?"),
    re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"),
    re.compile(r"(?P<day>\d{1,2})\.\s*(?P<month>\d{1,2})\.\s*(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})\s*年"),
)


def _date_problem(place: Place, field: str, value: str) -> Problem:
    """A day that no calendar has, or a date in another form, with the form that is meant."""
    written = unicodedata.normalize("NFKC", value).strip()
    for pattern in _DATE_PARTS:
        found = pattern.fullmatch(written)
        if found:
            given = [part for part in ("year", "month", "day") if found.groupdict().get(part)]
            numbers = [int(found[part]) for part in given]
            if not _exists(*numbers):
                return Problem("no-such-day", place, field, value)
            meant = "-".join(f"{number:04}" if index == 0 else f"{number:02}" for index, number in enumerate(numbers))
            return Problem("wrong-date", place, field, value, meant=meant)
    return Problem("wrong-date", place, field, value)


def _exists(year: int, month: int = 1, day: int = 1) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _real_path(loc: tuple[str | int, ...], data: Any, *, may_end_outside: bool) -> Path:
    """pydantic's location without the names of union branches: steps that the data has, and a last missing key."""
    path: list[str | int] = []
    for index, step in enumerate(loc):
        is_missing_key = may_end_outside and index == len(loc) - 1 and isinstance(step, str)
        if isinstance(data, dict) and (step in data or is_missing_key):
            data = data.get(step)
            path.append(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
            path.append(step)
    return tuple(path)


def _literals(expected: str) -> list[str]:
    return [part.strip().strip("'") for part in expected.replace(" or ", ", ").split(",")]


def _fields(model: type[BaseModel], path: Path) -> list[str]:
    """The fields that may stand at ``path``."""
    current: type[BaseModel] | None = model
    for step in path:
        if isinstance(step, int) or current is None:
            continue
        named = {(info.alias or name): info for name, info in current.model_fields.items()}
        info = named.get(step)
        current = _inner_model(info.annotation) if info else None
    if current is None:
        return []
    return [info.alias or name for name, info in current.model_fields.items()]


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        inner = _inner_model(argument)
        if inner:
            return inner
    return None


_LONGEST = 80


def shown(value: Any) -> str:
    """A value as a message quotes it: short, and as it is typed in YAML."""
    written = _written(value, 3)
    return written if len(written) <= _LONGEST else written[: _LONGEST - 1] + "…"


def _written(value: Any, depth: int) -> str:
    if isinstance(value, Mapping | list | tuple) and not depth:
        return "…"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_written(item, depth - 1)}' for key, item in islice(value.items(), 9))}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_written(item, depth - 1) for item in value[:9])}]"
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(getattr(value, "text", value))
