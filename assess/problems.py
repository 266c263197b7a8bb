"""What is wrong with a user's file: values in a list, never exceptions.

Loaders collect every problem they meet and return them. A problem holds codes and values, no sentences: the
catalogues in ``templates/locales`` word it, so that one problem reads well in every language.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file; lines and columns count from 1, 0 says "the file as a whole"."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: its code, where it stands, and what would be right.

    ``field`` is the path inside the file (``evidence[3].rating``), ``value`` what was found there, ``expected`` the
    values that would be right, ``meant`` the nearest of them, ``more`` further values that the sentence of this code
    names, and ``also`` the other places that take part (the first of two duplicates, the rest of a circle).
    """

    code: str
    place: Place
    field: str = ""
    value: str = ""
    expected: tuple[str, ...] = ()
    meant: str = ""
    also: tuple[Place, ...] = ()
    more: Mapping[str, str] = dataclasses.field(default_factory=dict)


def unknown(code: str, place: Place, field: str, value: str, allowed: Iterable[str], **more: str) -> Problem:
    """A name that is not among ``allowed``, with the nearest one that is."""
    names = list(allowed)
    return Problem(code, place, field, value, tuple(names), nearest(value, names), more=more)


def nearest(value: str, names: Sequence[str]) -> str:
    """The name that was probably meant, or nothing.

    A wrong prefix is as common as a slip of the finger: ``access`` and ``mut.access`` both mean ``emb.access``.
    """
    close = get_close_matches(value.lower(), names, n=1, cutoff=0.6)
    if close:
        return close[0]
    last = value.lower().rpartition(".")[2]
    by_last = [name for name in names if name.rpartition(".")[2] == last]
    return by_last[0] if len(by_last) == 1 else ""


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems in the order in which a reader meets them in the files, each once."""
    unique = {(p.code, p.place, p.field, p.value): p for p in problems}
    return sorted(unique.values(), key=lambda p: (p.place.file, p.place.line, p.place.column, p.code))
