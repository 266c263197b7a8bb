"""What a codebook shows, in the words of its language, and nothing about how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Piece:
    """Words, and the entry that they speak of: its anchor, or nothing."""

    text: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of words; ``depth`` is its place in a condition."""

    pieces: tuple[Piece, ...]
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """What is said of an entry under one label."""

    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with its anchor, name, id and rows."""

    anchor: str
    title: str
    id: str
    text: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Entries below a title; an empty title prints none."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of entry."""

    id: str
    title: str
    intro: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Codebook:
    """A whole codebook."""

    tag: str
    gap: str
    date: date
    title: str
    subtitle: str
    header: tuple[str, str]
    footer: tuple[str, str]
    contents: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
