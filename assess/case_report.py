"""What is said of cases that fail: where they stand, what they say, and what was expected and found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assess.cases import Case
from assess.catalogue import Catalogue
from assess.expectations import Difference


def failure(case: Case, differing: Sequence[Difference], words: Catalogue) -> str:
    """A case that fails: a line that editors can jump to, and a line for each place that differs."""
    first = words.say("cases.failed", place=case.place, id=case.id, says=words.words(case.says))
    return "\n".join([first, *(f"    {_said(one, words)}" for one in differing)])


def _said(one: Difference, words: Catalogue) -> str:
    expected, found = (written(value) or words.say("cases.nothing") for value in (one.expected, one.found))
    if one.kind == "missing":
        return words.say("cases.missing", path=one.path, expected=expected)
    return words.say(f"cases.{one.kind}", path=one.path, expected=expected, found=found)


def written(value: Any) -> str:
    """A value as YAML's flow style has it; nothing for an empty list."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{key}: {written(inner) or '[]'}" for key, inner in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(written(inner) or "[]" for inner in value) + "]" if value else ""
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case _:
            return str(value)
