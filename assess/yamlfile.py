"""YAML with positions, read by the core schema of YAML 1.2, with YAML 1.1's traps closed.

``no`` stays a word, ``010`` is ten, ``12:30:00`` and ``2016-09-30`` stay text, a key that stands twice is a problem,
and so are anchors, tags and a second document: none of our files needs them. Files may be UTF-8, UTF-16 with its
mark, or GB18030, which many Chinese editors still write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from assess.problems import Place, Problem, nearest

Path = tuple[str | int, ...]

# The same parser twice: libyaml is ten times faster, the Python one is there on every machine.
_FastLoader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_LONGEST_NUMBER = 18  # digits; beyond it a "number" is a code that somebody forgot to quote
_DEEPEST = 60


class PlainInt(int):
    """A whole number that remembers how it was typed, for fields that want text (``010``)."""

    text: str

    def __new__(cls, text: str) -> PlainInt:
        """Read the number from ``text``."""
        number = super().__new__(cls, text)
        number.text = text
        return number


class PlainFloat(float):
    """A number that remembers how it was typed, for fields that want text (``1.10``)."""

    text: str

    def __new__(cls, text: str) -> PlainFloat:
        """Read the number from ``text``."""
        number = super().__new__(cls, text)
        number.text = text
        return number


@dataclass(frozen=True, slots=True)
class Document:
    """A file as plain data, with the place of every value and of every key."""

    file: str
    data: Any = None
    values: Mapping[Path, Place] = field(default_factory=dict)
    keys: Mapping[Path, Place] = field(default_factory=dict)

    def place(self, path: Path) -> Place:
        """Where the value at ``path`` stands, or the nearest value around it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place(self.file))

    def key_place(self, path: Path) -> Place:
        """Where the key that leads to ``path`` stands."""
        return self.keys.get(path) or self.place(path)


def field_name(path: Path) -> str:
    """A path as users read it, list items counted from 1: ``evidence › 4 › rating``."""
    return " › ".join(str(part + 1) if isinstance(part, int) else part for part in path)


def decode(raw: bytes, file: str) -> tuple[str, list[Problem]]:
    """The text of a file, whichever of our users' encodings it is in; never a wrong character."""
    has_utf16_mark = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if has_utf16_mark else ["utf-8-sig", "gb18030"]:
        try:
            return raw.decode(encoding), []
        except UnicodeDecodeError:
            continue
    good = raw.decode("utf-8", "replace")
    line = good.count("\n", 0, good.find("\ufffd")) + 1
    return "", [Problem("encoding", Place(file, line, 1))]


def read(raw: bytes, file: str) -> tuple[Document, list[Problem]]:
    """Read one file. What is wrong comes as problems; the document then holds what could be read."""
    text, problems = decode(raw, file)
    if problems:
        return Document(file), problems
    try:
        node, problem = _compose(text, file)
    except RecursionError:
        node, problem = None, Problem("too-deep", Place(file))
    if problem:
        return Document(file), [problem]
    if node is None:
        return Document(file), [Problem("empty-file", Place(file))]
    builder = _Builder(file)
    data = builder.build(node, ())
    return Document(file, data, builder.values, builder.keys), builder.problems


def _compose(text: str, file: str) -> tuple[yaml.Node | None, Problem | None]:
    try:
        node = _single_node(_FastLoader, text)
    except yaml.YAMLError:
        # libyaml words its errors differently from place to place; the Python parser decides what is said.
        try:
            node = _single_node(yaml.BaseLoader, text)
        except yaml.YAMLError as error:
            return None, _syntax_problem(error, text, file)
    return node, None


def _single_node(loader_class: Callable[[str], Any], text: str) -> yaml.Node | None:
    loader = loader_class(text)
    try:
        return cast("yaml.Node | None", loader.get_single_node())
    finally:
        loader.dispose()


# What PyYAML says, and what the user most likely did. The first that fits decides.
_SYNTAX = (
    ("'\\t'", "syntax-tab"),
    ("special characters are not allowed", "syntax-character"),
    ("but found another document", "syntax-two-documents"),
    ("mapping values are not allowed", "syntax-colon"),
    ("could not find expected ':'", "syntax-no-colon"),
    ("found undefined alias", "syntax-alias"),
    ("found unexpected end of stream", "syntax-unclosed"),
    ("expected ',' or", "syntax-unclosed"),
    ("expected <block end>", "syntax-indent"),
    ("found unknown escape character", "syntax-escape"),
)


def _syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    place = Place(file, mark.line + 1, mark.column + 1) if mark else _character_place(error, text, file)
    said = " ".join(str(part) for part in (getattr(error, "problem", ""), getattr(error, "reason", "")) if part)
    line = text.splitlines()[place.line - 1] if 0 < place.line <= len(text.splitlines()) else ""
    code = next((code for words, code in _SYNTAX if words in said), "syntax")
    if "\t" in line[: len(line) - len(line.lstrip())]:
        code = "syntax-tab"
    return Problem(code, place, value=line.strip()[:80], more={"said": said})


def _character_place(error: yaml.YAMLError, text: str, file: str) -> Place:
    index = getattr(error, "position", None)
    if not isinstance(index, int):
        return Place(file)
    before = text[:index]
    return Place(file, before.count("\n") + 1, index - before.rfind("\n"))


class _Builder:
    """Turns nodes into plain data and notes where everything stands."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def build(self, node: yaml.Node, path: Path) -> Any:
        place = self._place(node)
        self.values[path] = place
        if id(node) in self._seen:
            self._say("syntax-alias", place, path)
            return None
        self._seen.add(id(node))
        if len(path) > _DEEPEST:
            self._say("too-deep", place, path)
            return None
        if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.endswith(("binary", "set", "omap", "float")):
            self._say("syntax-tag", place, path, node.tag)
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(cast("yaml.ScalarNode", node))

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self._say("key-not-a-word", place, path)
                continue
            key = str(key_node.value)
            below = (*path, key)
            if key in result:
                self.problems.append(Problem("duplicate-key", place, field_name(below), key, also=(self.keys[below],)))
                continue
            self.keys[below] = place
            result[key] = self.build(value_node, below)
        return result

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def _say(self, code: str, place: Place, path: Path, value: str = "") -> None:
        self.problems.append(Problem(code, place, field_name(path), value))


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style in {"'", '"', "|", ">"}:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= _LONGEST_NUMBER and text.isascii():
        if _INT.fullmatch(text):
            return PlainInt(text)
        if _FLOAT.fullmatch(text):
            return PlainFloat(text)
    return text


def similar_key(key: str, allowed: list[str]) -> str:
    """The key that was probably meant: full-width colons glued to it are the commonest slip."""
    return nearest(key.partition("：")[0].strip(), allowed)
