"""The page model: everything a report shows, in the words of its language, and nothing about how it looks.

Every format draws the same few kinds of block, so HTML and PDF say the same because they are given the same, and a
new section is written once. Truth codes and numbers stay beside the words for shapes and charts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Mark:
    """A truth, as a code for its shape and as the word that is printed beside it."""

    truth: str
    word: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; its lead stands out."""

    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """One reason of a conclusion: its depth in the tree, and the numbers of the evidence that it stands on."""

    text: str
    mark: Mark | None = None
    refs: tuple[int, ...] = ()
    aside: str = ""
    depth: int = 0
    lead: str = ""


# --- blocks ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """Plain paragraphs."""

    lines: tuple[Line, ...]
    kind: str = "paragraphs"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of lines below a title."""

    title: str
    items: tuple[Line, ...]
    kind: str = "bullets"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: words, a mark before them, smaller words below."""

    text: str
    mark: Mark | None = None
    small: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; ``anchor`` is the number of the evidence that it shows, 0 for none."""

    cells: tuple[Cell, ...]
    anchor: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together below a title; an empty title prints none."""

    title: str
    rows: tuple[Row, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading and its share of the width."""

    title: str
    share: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption, columns and groups of rows. ``fold``: on a screen, groups are closed at first."""

    caption: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    fold: bool = False
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Ground:
    """A condition of a conclusion, whether it is so, and why."""

    says: str
    mark: Mark
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Grounds:
    """A conclusion with the conditions that it stands on."""

    title: str
    mark: Mark
    note: str
    items: tuple[Ground, ...]
    kind: str = "grounds"


@dataclass(frozen=True, slots=True)
class Step:
    """A step: by when, who, and what they do."""

    by: str
    who: str
    does: str


@dataclass(frozen=True, slots=True)
class Local:
    """What is done differently in this place, and the local facts that selected it."""

    text: str
    because: str


@dataclass(frozen=True, slots=True)
class Card:
    """Something with a name and several things to say of it; ``after`` comes below the steps and what is local."""

    title: str
    meta: str = ""
    mark: Mark | None = None
    text: str = ""
    lines: tuple[Line, ...] = ()
    clauses: tuple[Clause, ...] = ()
    steps: tuple[Step, ...] = ()
    local_title: str = ""
    local: tuple[Local, ...] = ()
    after: tuple[Line, ...] = ()
    small: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cards:
    """Cards below a title. ``numbered``: their order says which comes first."""

    title: str
    note: str
    cards: tuple[Card, ...]
    numbered: bool = False
    kind: str = "cards"


@dataclass(frozen=True, slots=True)
class Bar:
    """A strategy on the line: the weeks that it takes at least and at most, and what is done when.

    ``marks``: 0 for a step of the first week, 1 of the first month, 2 of later, each with its week.
    """

    name: str
    start: int
    sure: int
    end: int
    goes_on: bool
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that falls into a week: an event, a review."""

    week: int
    name: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars over weeks with a text alternative; ``legend`` names what is drawn, in the order of drawing."""

    caption: str
    alt: str
    axis: str
    weeks: int
    bars: tuple[Bar, ...]
    events: tuple[Flag, ...]
    reviews: tuple[Flag, ...]
    legend: tuple[str, ...]
    kind: str = "timeline"


Block = Paragraphs | Bullets | Table | Grounds | Cards | Timeline


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its id for links, its title, a sentence on what it shows, and its blocks."""

    id: str
    title: str
    intro: str
    blocks: tuple[Block, ...]


# --- page one ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rung:
    """A stage of the ladder; ``here``: the relation stands there, or may."""

    label: str
    name: str
    mark: Mark | None
    note: str
    here: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """What one source says, as an interval; ``shape`` is the place of the source in the rule set."""

    shape: int
    floor: int
    ceiling: int


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """An indicator of the profile: its reading as an interval, its highest level, and what each source says."""

    name: str
    floor: int
    ceiling: int
    highest: int
    known: bool
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """A dimension of the profile with its text alternative."""

    name: str
    alt: str
    rows: tuple[ProfileRow, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of the legend: a source and its shape, which is the same in every report under a rule set."""

    shape: int
    name: str


@dataclass(frozen=True, slots=True)
class Profile:
    """The profile by source: one panel a dimension, one shape a source; words that nothing needs are empty."""

    title: str
    panels: tuple[Panel, ...]
    sources: tuple[Key, ...]
    reading: str
    unknown: str
    note: str
    levels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """The page that a busy official reads."""

    title: str
    subtitle: str
    answered: str
    ladder: str
    rungs: tuple[Rung, ...]
    standing: tuple[Line, ...]
    acts: Cards
    talk: Bullets
    unknown: Bullets
    profile: Profile


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report."""

    language: str
    tag: str
    gap: str  # what stands between a lead and its text
    date: date
    title: str
    header: tuple[str, str]
    footer: tuple[str, str]
    contents: str
    opening: Opening
    sections: tuple[Section, ...]
