"""What a YAML parser's complaint most likely means: which slip was made, and where it was made.

A parser says where it could not go on, which is often a line or a page after the mistake, and in its own terms. Here
the lines around that place are looked at for the slips that people make: full-width punctuation, a missing blank, a
bracket or quotation mark that was never closed, a text with a colon.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from assess.problems import Place, Problem

FULL_WIDTH = {
    "：": ":", "，": ",", "｛": "{", "｝": "}", "［": "[", "］": "]", "－": "-", "＂": '"', "“": '"', "”": '"',
    "‘": "'", "’": "'", "、": ",",
}  # fmt: skip

# Where full-width marks stand for YAML's own, and not in somebody's sentence.
_AS_SYNTAX = (
    re.compile(r"^\s*(?:-\s+)?(?P<mark>[｛［])"),
    re.compile(r"^\s*(?P<mark>－)"),
    re.compile(r"(?:^\s*(?:-\s*)?|[{,，｛]\s*)[A-Za-z][\w-]*\s*(?P<mark>：)"),
    re.compile(r"(?P<mark>[，、])\s*[A-Za-z][\w-]*\s*[:：]"),
    re.compile(r":\s+(?P<mark>[｛［“‘＂])"),
    re.compile(r"(?P<mark>[｝］])\s*$"),
)
_WIDE_BLANK = re.compile(r"^[ \t]*(?:-[ \t]*)?(?P<mark>[\u3000\u00a0])|[:,-](?P<after>[\u3000\u00a0])")
_NO_BLANK = re.compile(r"^\s*(?:-\s+)?(?P<key>[A-Za-z][\w-]*):(?=[^\s:/\\])")
_GLUED_HYPHEN = re.compile(r"^\s*-(?=[^\s-])")
_OPEN_QUOTE = re.compile(r"""(?:[:,\[{]|^\s*-)\s+(?P<mark>"[^"]*|'[^']*)$""")


@dataclass(frozen=True, slots=True)
class _Complaint:
    """What the parser said, where it stopped, and where it had begun what it could not finish."""

    said: str
    at: Place
    begun: Place
    lines: Sequence[str]

    def line(self, number: int) -> str:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def before(self, number: int) -> int:
        """The number of the last line above with something in it."""
        for above in range(number - 1, 0, -1):
            if self.line(above).strip() and not self.line(above).lstrip().startswith("#"):
                return above
        return 0


def syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """The parser's complaint as a problem that names the slip and its place."""
    lines = text.splitlines()
    mark, begun = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    at = Place(file, mark.line + 1, mark.column + 1) if mark else _character_place(error, text, file)
    parts = (getattr(error, name, "") for name in ("context", "problem", "reason"))
    said = " ".join(str(part) for part in parts if part)
    complaint = _Complaint(said, at, Place(file, begun.line + 1, begun.column + 1) if begun else at, lines)
    found = _character(complaint) or _slip(complaint) or _never_closed(complaint) or _by_words(complaint)
    code, place, value = found
    return Problem(code, place, value=value, more={"instead": FULL_WIDTH.get(value, "")})


_Found = tuple[str, Place, str]


def _character_place(error: yaml.YAMLError, text: str, file: str) -> Place:
    index = getattr(error, "position", None)
    if not isinstance(index, int):
        return Place(file)
    before = text[:index]
    return Place(file, before.count("\n") + 1, index - before.rfind("\n"))


def _character(complaint: _Complaint) -> _Found | None:
    """Characters that may stand nowhere."""
    line = complaint.line(complaint.at.line)
    indentation = line[: len(line) - len(line.lstrip())]
    if "special characters are not allowed" in complaint.said:
        return "syntax-character", complaint.at, ""
    if "\t" in indentation or "'\\t'" in complaint.said:
        column = line.index("\t") + 1 if "\t" in line else complaint.at.column
        return "syntax-tab", Place(complaint.at.file, complaint.at.line, column), ""
    return None


def _slip(complaint: _Complaint) -> _Found | None:
    """A slip in the line where the parser stopped, where it had begun, or just above."""
    at, begun = complaint.at.line, complaint.begun.line
    for number in dict.fromkeys((begun, at, complaint.before(at))):
        found = _slip_in(complaint.line(number))
        if found:
            code, column, value = found
            return code, Place(complaint.at.file, number, column + 1), value
    return None


def _slip_in(line: str) -> tuple[str, int, str] | None:
    for pattern in _AS_SYNTAX:
        found = pattern.search(line)
        if found:
            return "syntax-full-width", found.start("mark"), found["mark"]
    found = _WIDE_BLANK.search(line)
    if found:
        return "syntax-blank", found.start("mark" if found["mark"] else "after"), ""
    found = _NO_BLANK.search(line)
    if found:
        return "syntax-no-blank", found.end("key"), found["key"]
    found = _GLUED_HYPHEN.search(line)
    if found:
        return "syntax-hyphen", found.end() - 1, ""
    return None


def _never_closed(complaint: _Complaint) -> _Found | None:
    """A bracket or quotation mark that was opened, and after which the parser read on too far."""
    at, begun, file = complaint.at, complaint.begun, complaint.at.file
    after_quote = complaint.line(at.line)[: at.column - 1].rstrip()[-1:] in {"'", '"'}
    if "quoted scalar" in complaint.said or after_quote:
        for number in range(1, at.line):
            found = _OPEN_QUOTE.search(complaint.line(number))
            if found:
                return "syntax-quote", Place(file, number, found.start("mark") + 1), found["mark"][:1]
        if "unexpected end of stream" in complaint.said:
            return "syntax-quote", begun, complaint.line(begun.line)[begun.column - 1 : begun.column]
        if after_quote and "quoted scalar" not in complaint.said:
            return "syntax-after-quote", at, ""
    if "expected ',' or" in complaint.said or ("flow" in complaint.said and "stream end" in complaint.said):
        further = at.line > begun.line and _indent(complaint.line(at.line)) <= _indent(complaint.line(begun.line))
        if further or "stream end" in complaint.said or at.line > len(complaint.lines):
            return "syntax-bracket", begun, complaint.line(begun.line)[begun.column - 1 : begun.column]
        return "syntax-comma", at, ""
    return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


# What the parser says, what was done, whether that is where it stopped or where it had begun, and whether the message
# shows the sign that stands there.
_BY_WORDS = (
    ("scanning an alias", "syntax-sign", "begun", "sign"),
    ("scanning an anchor", "syntax-sign", "begun", "sign"),
    ("a tag", "syntax-sign", "begun", "sign"),
    ("cannot start any token", "syntax-sign", "at", "sign"),
    ("block scalar", "syntax-sign", "begun", "sign"),
    ("scanning a directive", "syntax-sign", "begun", "sign"),
    ("undefined alias", "syntax-sign", "at", "sign"),
    ("another document", "syntax-two-documents", "at", ""),
    ("could not find expected ':'", "syntax-no-colon", "begun", ""),
    ("escape", "syntax-escape", "at", ""),
    ("expected the node content", "syntax-value", "at", "sign"),
    ("sequence entries are not allowed", "syntax-indent", "at", ""),
)  # fmt: skip


def _by_words(complaint: _Complaint) -> _Found:
    """What is left, by what the parser says."""
    said, at = complaint.said, complaint.at
    for words, code, where, sign in _BY_WORDS:
        if words in said:
            place = at if where == "at" else complaint.begun
            return code, place, complaint.line(place.line)[place.column - 1 : place.column] if sign else ""
    if "mapping values are not allowed" in said:
        line = complaint.line(at.line)
        in_text = re.search(r":\s", line[: at.column - 1])
        start = Place(at.file, at.line, _indent(line) + 1)
        return ("syntax-colon", at, "") if in_text else ("syntax-indent", start, "")
    if "expected <block end>" in said:
        return _block_end(complaint)
    return "syntax", at, ""


def _block_end(complaint: _Complaint) -> _Found:
    """Something that does not belong to the fields or the list above it."""
    at, above = complaint.at, complaint.before(complaint.at.line)
    sign, before = complaint.line(at.line)[at.column - 1 : at.column], complaint.line(above)
    if sign in {"}", "]"}:
        return "syntax-extra", at, sign
    if sign == "-" and _indent(before) == at.column - 1 and not before.lstrip().startswith("-"):
        return "syntax-no-hyphen", Place(at.file, above, at.column), ""
    return "syntax-indent", at, ""


# --- keys and texts that swallowed their colon ---------------------------------------------------------------------

_SWALLOWED = re.compile(r"\s*(?P<key>[A-Za-z][\w-]*)\s*(?P<colon>[:：])\s*(?P<value>.*)", re.DOTALL)


def swallowed_colon(text: str) -> tuple[str, str, str] | None:
    """The key, the colon and the value of ``rating：1`` or ``rating:1``, which YAML reads as one word."""
    found = _SWALLOWED.fullmatch(text)
    return (found["key"], found["colon"], found["value"].strip()) if found else None
