"""From plain data to frozen models: pydantic's errors become problems with file, line and column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from assess.problems import Place, Problem, nearest
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
        return None, _best(found)


def _best(found: Sequence[tuple[Path, Problem]]) -> list[Problem]:
    """One problem a place: of a union's branches the one that says most."""
    chosen: dict[Path, Problem] = {}
    for path, problem in found:
        if path not in chosen or chosen[path].code == "wrong-type":
            chosen[path] = problem
    deepest = [path for path in chosen if not any(other != path and other[: len(path)] == path for other in chosen)]
    return [chosen[path] for path in deepest]


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
}  # fmt: skip


def _problem(details: dict[str, Any], model: type[BaseModel], data: Any, origins: Origins) -> tuple[Path, Problem]:
    kind, context = details["type"], details.get("ctx", {})
    path = _real_path(details["loc"], data)
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
    if (kind == "value_error" and str(context.get("error")) == "date") or (
        kind == "value_error" and "day" in str(context)
    ):
        return path, Problem("wrong-date", place, name, value)
    if kind in _TYPES:
        return path, Problem("wrong-type", place, name, value, more={"wanted": _TYPES[kind]})
    more = {key: str(item) for key, item in context.items()}
    return path, Problem(_CODES.get(kind, "wrong-value"), place, name, value, more={**more, "said": details["msg"]})


def _real_path(loc: tuple[str | int, ...], data: Any) -> Path:
    """pydantic's location without the names of union branches: steps that the data has, and a last missing key."""
    path: list[str | int] = []
    for index, step in enumerate(loc):
        if isinstance(data, dict) and (step in data or (index == len(loc) - 1 and isinstance(step, str))):
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


def shown(value: Any) -> str:
    """A value as a message quotes it: short, and as it was typed where that is known."""
    if value is None:
        return ""
    written = str(getattr(value, "text", value))
    return written if len(written) <= 80 else written[:77] + "..."
