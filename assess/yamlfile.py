"""YAML with positions, read by the core schema of YAML 1.2, with YAML 1.1's traps closed.

``no`` stays a word, ``010`` is ten, ``12:30:00`` and ``2016-09-30`` stay text, a key that stands twice is a problem,
and so are anchors, tags and a second document: none of our files needs them. Files may be UTF-8, UTF-16, or
GB18030, which many Chinese editors still write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from assess.problems import Place, Problem, nearest
from assess.yaml_mistakes import FULL_WIDTH, swallowed_colon, syntax_problem

Path = tuple[str | int, ...]


class _FastLoader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    """libyaml where it is at hand, ten times faster than Python. What a word means is none of its business."""

    def resolve(self, kind: type[yaml.Node], value: str, implicit: tuple[bool, bool]) -> str:
        """No tag: nobody asks for it here."""
        return ""


_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_LONGEST_NUMBER = 18  # digits; beyond it a "number" is a code that somebody forgot to quote
_DEEPEST = 60  # what we read; no file of ours needs a tenth of it
_LONGEST_FIELD = 4
_STACK = 1000  # what the parser survives
_NESTS = re.compile(r"[\[\]{}]|^[-? ]{1000,}", re.MULTILINE)
_SIGN = re.compile(r"[&!]\S*")


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
    broken: frozenset[Path] = frozenset()  # what could not be read; its problem has been said

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


# What files begin with that are no text, and what the message calls them.
_NO_TEXT = ((b"PK\x03\x04", "office"), (b"\xd0\xcf\x11\xe0", "office"), (b"%PDF", "pdf"))
_TEXT_PER_ZERO = 100  # a zero among so many bytes is a slip in a text; more of them are no text
_CHINESE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


def decode(raw: bytes, file: str) -> tuple[str, list[Problem]]:
    """The text of a file, whichever of our users' encodings it is in; rather a problem than wrong letters."""
    for beginning, kind in _NO_TEXT:
        if raw.startswith(beginning):
            return "", [Problem("not-text", Place(file), more={"kind": kind})]
    wide = _wide_encoding(raw)
    if wide:
        return _decoded(raw, wide, file)
    if raw.count(b"\0") * _TEXT_PER_ZERO > len(raw):
        return "", [Problem("not-text", Place(file), more={"kind": "other"})]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        # GB18030 reads almost anything, so a UTF-8 text with a broken letter must not come here and turn to nonsense.
        as_utf8 = raw.decode("utf-8", "replace")
        damaged = len(_CHINESE.findall(as_utf8)) >= as_utf8.count("\ufffd")
        return _decoded(raw, "utf-8-sig" if damaged else "gb18030", file)


def _wide_encoding(raw: bytes) -> str:
    """UTF-16 by its mark, or by the zeros beside the Latin letters that every file of ours begins with."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if len(raw) >= 4 and raw[0] and raw[1] == 0 == raw[3]:
        return "utf-16-le"
    if len(raw) >= 4 and raw[1] and raw[0] == 0 == raw[2]:
        return "utf-16-be"
    return ""


def _decoded(raw: bytes, encoding: str, file: str) -> tuple[str, list[Problem]]:
    try:
        return raw.decode(encoding), []
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode(encoding, "ignore")
        return "", [Problem("encoding", Place(file, before.count("\n") + 1, len(before) - before.rfind("\n")))]


def read(raw: bytes, file: str) -> tuple[Document, list[Problem]]:
    """Read one file. What is wrong comes as problems; the document then holds what could be read."""
    text, problems = decode(raw, file)
    if problems:
        return Document(file), problems
    too_deep = _nesting(text, file)
    if too_deep:
        return Document(file), [too_deep]
    try:
        node, problem = _compose(text, file)
    except RecursionError:
        node, problem = None, Problem("too-deep", Place(file))
    if problem:
        return Document(file), [problem]
    builder = _Builder(file, text)
    data = builder.build(node, ()) if node else None
    if data is None and not builder.problems:
        return Document(file), [Problem("empty-file", Place(file))]
    return Document(file, data, builder.values, builder.keys, frozenset(builder.broken)), builder.problems


def _nesting(text: str, file: str) -> Problem | None:
    """Nesting that would overflow the stack of the parser, which is C and would take the whole process with it."""
    depth = 0
    for found in _NESTS.finditer(text):
        bracket = found[0]
        depth += (bracket in "[{") - (bracket in "]}")
        if depth > _STACK or len(bracket) > 1:
            before = text[: found.start()]
            return Problem("too-deep", Place(file, before.count("\n") + 1, len(before) - before.rfind("\n")))
    return None


def _compose(text: str, file: str) -> tuple[yaml.Node | None, Problem | None]:
    try:
        node = _single_node(_FastLoader, text)
    except yaml.YAMLError:
        # libyaml words its errors differently from place to place; the Python parser decides what is said.
        try:
            node = _single_node(yaml.BaseLoader, text)
        except yaml.YAMLError as error:
            return None, syntax_problem(error, text, file)
    return node, None


def _single_node(loader_class: Callable[[str], Any], text: str) -> yaml.Node | None:
    loader = loader_class(text)
    try:
        return cast("yaml.Node | None", loader.get_single_node())
    finally:
        loader.dispose()


class _Builder:
    """Turns nodes into plain data and notes where everything stands, and which places could not be read."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.values: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}
        self.broken: set[Path] = set()
        self.problems: list[Problem] = []
        self._seen: set[int] = set()
        self._lines = text.splitlines() if re.search(r"[&!]", text) else []

    def build(self, node: yaml.Node, path: Path) -> Any:
        place = self._place(node)
        self.values[path] = place
        if id(node) in self._seen:  # a reference; where its anchor stands it has been said
            self.broken.add(path)
            return None
        self._seen.add(id(node))
        if len(path) > _DEEPEST:
            self._break("too-deep", place, path)
            return None
        sign = self._sign(place)
        if sign.startswith("!"):
            self._break("syntax-tag", place, path, sign)
            return None
        if sign:
            self._break("syntax-alias", place, path, sign)
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(cast("yaml.ScalarNode", node))

    def _sign(self, place: Place) -> str:
        """The anchor (``&here``) or tag (``!!int``) that a value begins with, or nothing."""
        if not self._lines or place.line > len(self._lines):
            return ""
        found = _SIGN.match(self._lines[place.line - 1], place.column - 1)
        return found[0] if found else ""

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem("key-not-a-word", place, field_name(path)))
                continue
            if key_node.value == "<<" and not key_node.style:  # "merge what the reference holds"
                self._break("syntax-alias", place, path)
                continue
            key, repaired = self._key(key_node, value_node, path)
            below = (*path, key)
            if key in result:
                self.problems.append(Problem("duplicate-key", place, field_name(below), key, also=(self.keys[below],)))
                continue
            self.keys[below] = place
            if repaired is None:
                result[key] = self.build(value_node, below)
            else:
                self.values[below] = place
                result[key] = repaired
        return result

    def _key(self, key_node: yaml.ScalarNode, value_node: yaml.Node, path: Path) -> tuple[str, Any]:
        """A key, and its value where a colon without its blank made both one word: said once, and read as meant."""
        written = str(key_node.value)
        empty = isinstance(value_node, yaml.ScalarNode) and not value_node.style and not value_node.value
        swallowed = swallowed_colon(written) if empty and not key_node.style else None
        if not swallowed:
            return written, None
        key, colon, value = swallowed
        code = "syntax-no-blank" if colon == ":" else "syntax-full-width"
        more = {"instead": FULL_WIDTH.get(colon, "")}
        shown = key if colon == ":" else colon
        place = self._place(key_node)
        column = place.column + written.index(colon)
        there = Place(place.file, place.line, column)
        self.problems.append(Problem(code, there, field_name((*path, key)), shown, more=more))
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
        return key, value[1:-1] if quoted else _plain(value)

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def _break(self, code: str, place: Place, path: Path, value: str = "") -> None:
        self.broken.add(path)
        self.problems.append(Problem(code, place, field_name(path[:_LONGEST_FIELD]), value))


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    return text if node.style in {"'", '"', "|", ">"} else _plain(text)


def _plain(text: str) -> Any:
    """What a word without quotation marks means."""
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
