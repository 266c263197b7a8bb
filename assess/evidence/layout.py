"""What makes a workbook ours: the marks and ids in its hidden cells, which forms are written with and read by.

Every sheet carries one marked cell. Below it stand the ids of the rows, beside it those of the columns, so that
sheets, rows and columns are known by what they are, wherever they stand and whatever they are called.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

FORM = 1

# Sheets; that of a source is ``source:ID``.
START = "start"
RELATION = "relation"
EVENTS = "events"
LISTS = "lists"
_SOURCE = "source:"

# Columns.
QUESTION = "question"
RESPONDENT = "respondent"
NOTE = "note"
REF = "ref"
DATE = "date"
VALUE = "value"
TYPE = "type"
ABOUT_THE_ROW = (NOTE, REF, DATE)

# Rows that hold no answers begin with this sign; the row of respondent codes is the only one of them that is read.
APART = "#"
CODES = "#codes"
EVENT = "event"

# Rows of the sheet about the relation, as paths of the assessment file; a local attribute is ``attribute:ID``.
ATTRIBUTE = "attribute:"
FIELDS = {
    "wave.date": ("wave", "date"),
    "wave.label": ("wave", "label"),
    "title": ("title",),
    "organization.name": ("organization", "name"),
    "committee.name": ("committee", "name"),
    "id": ("id",),
    "community.type": ("community", "type"),
}

_ZIP = b"PK\x03\x04"
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, .doc, WPS's own formats, and whatever has a password
_MARK = re.compile(r"assess-form/(?P<form>\d+) sheet=(?P<sheet>\S+) rules=(?P<rules>\S+) version=(?P<version>.*)")


@dataclass(frozen=True, slots=True)
class Mark:
    """What the marked cell of a sheet says: its form, which sheet it is, and the rule set that it was made from."""

    sheet: str
    rules: str
    version: str
    form: int = FORM

    def __str__(self) -> str:
        return f"assess-form/{self.form} sheet={self.sheet} rules={self.rules} version={self.version}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The mark in a cell, or nothing where the cell is no mark."""
        found = _MARK.fullmatch(text.strip())
        return cls(found["sheet"], found["rules"], found["version"], int(found["form"])) if found else None

    @property
    def source(self) -> str:
        """The source whose answers the sheet takes, or nothing."""
        return self.sheet.removeprefix(_SOURCE) if self.sheet.startswith(_SOURCE) else ""


def is_workbook(raw: bytes) -> bool:
    """Whether these bytes are a workbook of today, whatever the file is called."""
    return raw.startswith(_ZIP) and b"xl/workbook" in raw


def is_old(raw: bytes) -> bool:
    """Whether these bytes are an office file of an old format, or one with a password."""
    return raw.startswith(_OLD)


def source_sheet(source: str) -> str:
    """The id of a source's sheet."""
    return f"{_SOURCE}{source}"


def column_letters(column: int) -> str:
    """The letters of a column that is counted from 0."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


_PLAIN_NAME = re.compile(r"[^\W\d][\w.]*")


def cell_name(sheet: str, row: int, column: int) -> str:
    """A cell as a workbook's own formulas name it: ``机构!C17``, ``'Outside observer'!C17``."""
    name = sheet if _PLAIN_NAME.fullmatch(sheet) else "'" + sheet.replace("'", "''") + "'"
    return f"{name}!{column_letters(column)}{row + 1}"
