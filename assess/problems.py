"""What is wrong with a user's file: values in a list, never exceptions.

Loaders collect every problem they meet and return them. A problem holds codes and values, no sentences: the
catalogues in ``templates/locales`` word it, so that one problem reads well in every language.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

Called = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file; lines and columns count from 1, 0 says "the file as a whole".

    In a workbook it is a ``cell`` with its sheet (``机构!C17``), or a sheet.
    """

    file: str
    line: int = 0
    column: int = 0
    cell: str = ""

    def __str__(self) -> str:
        if self.cell:
            return f"{self.file} [{self.cell}]"
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: its code, where it stands, and what would be right.

    ``field`` is the path inside the file (``evidence[3].rating``), ``value`` what was found there, ``expected`` the
    values that would be right, ``meant`` the nearest of them, ``more`` further values that the sentence of this code
    names, and ``also`` the other places that take part (the first of two duplicates, the rest of a circle). ``called``
    says what the values of ``expected`` are called, so that a reader need not know ids.
    """

    code: str
    place: Place
    field: str = ""
    value: str = ""
    expected: tuple[str, ...] = ()
    meant: str = ""
    also: tuple[Place, ...] = ()
    more: Mapping[str, str] = dataclasses.field(default_factory=dict)
    called: Mapping[str, Called] = dataclasses.field(default_factory=dict)


def unknown(code: str, place: Place, field: str, value: str, allowed: Iterable[str], **more: str) -> Problem:
    """A name that is not among ``allowed``, with the nearest one that is."""
    names = list(dict.fromkeys(allowed))
    return Problem(code, place, field, value, tuple(names), nearest(value, names), more=more)


def unnamed(code: str, place: Place, field: str, value: str, allowed: Mapping[str, Called], **more: str) -> Problem:
    """An id that is not among ``allowed``, ids with what they are called: a name in place of its id is understood."""
    return Problem(code, place, field, value, tuple(allowed), by_name(value, allowed), more=more, called=allowed)


def by_name(value: str, called: Mapping[str, Called]) -> str:
    """The id that was probably meant: by its name in any language, by its letters, or by a part of its name."""
    written = value.strip().lower()
    names = [
        (name.lower(), key)
        for key, words in called.items()
        for name in ([words] if isinstance(words, str) else words.values())
    ]
    exactly = [key for name, key in names if name == written]
    close = exactly[0] if exactly else nearest(value, list(called))
    parts = {key for name, key in names if len(written) > 1 and written in name}
    return close or (parts.pop() if len(parts) == 1 else "")


def nearest(value: str, names: Sequence[str]) -> str:
    """The name that was probably meant, or nothing.

    A wrong prefix is as common as a slip of the finger: ``access`` and ``mut.access`` both mean ``emb.access``.
    """
    written = unicodedata.normalize("NFKC", value).lower()
    close = get_close_matches(written, names, n=1, cutoff=0.6)
    if close:
        return close[0]
    last = written.rpartition(".")[2]
    by_last = [name for name in names if name.rpartition(".")[2] == last]
    return by_last[0] if len(by_last) == 1 else ""


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems in the order in which a reader meets them in the files, each once."""
    unique = {(p.code, p.place, p.field, p.value): p for p in problems}
    return sorted(unique.values(), key=lambda p: (p.place.file, p.place.line, p.place.column, p.code))
