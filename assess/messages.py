"""Problems in words: where, what is wrong, what would be right, and the line itself with a mark under the place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from unicodedata import east_asian_width

from assess.catalogue import Catalogue
from assess.problems import Problem
from assess.yamlfile import decode

_MOST_SHOWN = 12
_WIDEST = 100


def message(problem: Problem, catalogue: Catalogue) -> str:
    """One problem in one or two sentences, without its place."""
    values = {
        **problem.more,
        "value": problem.value,
        "field": problem.field,
        "expected": problem.expected,
        "meant": problem.meant,
    }
    said = [catalogue.say(f"problems.{problem.code}", **values)]
    if problem.meant:
        said.append(catalogue.say("problems.meant", meant=problem.meant))
    if problem.expected and problem.code in _WITH_ALLOWED:
        said.append(catalogue.say("problems.allowed", expected=_shortened(problem.expected)))
    if problem.also:
        said.append(catalogue.say("problems.also", also=[str(place) for place in problem.also]))
    return ("" if catalogue.language == "zh" else " ").join(said)


_WITH_ALLOWED = frozenset(
    {
        "rating", "unknown-reference", "unknown-field", "not-one-of", "unknown-condition", "unknown-level",
        "unknown-attribute", "unknown-indicator", "primary-source", "source-may-not-rate",
    }
)  # fmt: skip


def _shortened(expected: Sequence[str]) -> list[str]:
    return [*expected[:_MOST_SHOWN], "…"] if len(expected) > _MOST_SHOWN else list(expected)


def located(problem: Problem, catalogue: Catalogue) -> str:
    """The message behind its place, in the form that editors can jump to, and the line that it is about."""
    field = f" [{problem.field}]" if problem.field else ""
    first = f"{problem.place}:{field} {message(problem, catalogue)}"
    line = _line(problem)
    return f"{first}\n{line}" if line else first


def _line(problem: Problem) -> str:
    """The line of the file with a mark under the place, or nothing where there is none to show."""
    place = problem.place
    path = Path(place.file)
    if not place.line or not path.is_file():
        return ""
    text, _ = decode(path.read_bytes(), place.file)
    lines = text.splitlines()
    if place.line > len(lines):
        return ""
    line = lines[place.line - 1].replace("\t", " ")
    start = max(0, place.column - 1 - _WIDEST // 2)
    shown = line[start : start + _WIDEST]
    before = line[start : place.column - 1]
    indent = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in before)
    return f"    {shown}\n    {' ' * indent}^"
