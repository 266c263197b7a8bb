"""Problems in words: where, what is wrong, what would be right, and the line itself with a mark under the place."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from unicodedata import category, east_asian_width

from assess.catalogue import Catalogue
from assess.problems import Place, Problem
from assess.yamlfile import decode

_MOST_SHOWN = 12
_WIDEST = 100


def message(problem: Problem, catalogue: Catalogue) -> str:
    """One problem in one or a few sentences, without its place."""
    values = {
        **problem.more,
        "value": problem.value,
        "field": problem.field,
        "expected": problem.expected,
        "meant": problem.meant,
    }
    said = [catalogue.say(f"problems.{problem.code}", **values)]
    if any(category(letter) in _INVISIBLE for letter in problem.value):
        said.append(catalogue.say("problems.invisible"))
    if problem.meant and problem.meant != problem.value:
        said.append(catalogue.say("problems.meant", meant=_called(problem.meant, problem, catalogue)))
    if problem.code in _WITH_ALLOWED:
        said += _allowed(problem, catalogue)
    if "example" in problem.more:
        said.append(catalogue.say("problems.example", example=problem.more["example"]))
    if problem.also:
        said.append(catalogue.say("problems.also", also=[str(place) for place in problem.also]))
    return _printable(("" if catalogue.language == "zh" else " ").join(said))


def _printable(text: str) -> str:
    """Text in which nothing moves the cursor or changes the terminal, whatever a file holds."""
    return "".join(" " if category(letter) == "Cc" else letter for letter in text)


_INVISIBLE = frozenset({"Cf", "Cc", "Co"})
_WITH_ALLOWED = frozenset(
    {
        "rating", "unknown-reference", "unknown-field", "not-one-of", "unknown-condition", "unknown-level",
        "unknown-attribute", "unknown-indicator", "primary-source", "source-may-not-rate", "unknown-file",
    }
)  # fmt: skip


def _called(name: str, problem: Problem, catalogue: Catalogue) -> str:
    """An id with what it is called, where that says more than the id."""
    called = catalogue.words(problem.called.get(name))
    return catalogue.say("problems.called", id=name, name=called) if called and called != name else name


def _allowed(problem: Problem, catalogue: Catalogue) -> list[str]:
    """What may stand there; of a long list nothing where one of it was recognised, else all of it."""
    if not problem.expected:
        return [catalogue.say("problems.nothing_allowed")] if problem.code == "unknown-reference" else []
    if len(problem.expected) > _MOST_SHOWN and problem.meant:
        return []
    expected = [_called(name, problem, catalogue) for name in problem.expected]
    key = "problems.fields" if problem.code == "unknown-field" else "problems.allowed"
    return [catalogue.say(key, expected=expected)]


def located(problem: Problem, catalogue: Catalogue) -> str:
    """The message behind its place, in the form that editors can jump to, and the line that it is about."""
    field = f" [{_printable(problem.field)}]" if problem.field and not problem.place.cell else ""
    first = f"{_printable(str(problem.place))}:{field} {message(problem, catalogue)}"
    line = marked_line(problem.place)
    return f"{first}\n{line}" if line else first


def marked_line(place: Place) -> str:
    """The line of the file with a mark under the place, or nothing where there is none to show."""
    path = Path(place.file)
    if not place.line or not path.is_file():
        return ""
    stat = path.stat()
    lines = _lines(place.file, stat.st_mtime_ns, stat.st_size)
    if place.line > len(lines):
        return ""
    line = _printable(lines[place.line - 1])
    start = max(0, place.column - 1 - _WIDEST // 2)
    cut = "…" if start else ""
    shown = cut + line[start : start + _WIDEST]
    before = cut + line[start : place.column - 1]
    indent = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in before)
    return f"    {shown}\n    {' ' * indent}^"


@lru_cache(maxsize=4)
def _lines(file: str, changed: int, size: int) -> tuple[str, ...]:
    # When it changed and how long it is are asked for only so that a file that was mended is read again.
    return tuple(decode(Path(file).read_bytes(), file)[0].splitlines())
