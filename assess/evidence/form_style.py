"""How the workbook looks: its formats, and how high a row must be for its text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from unicodedata import east_asian_width

_FONT = {"zh": "Microsoft YaHei", "en": "Calibri"}
_DARK, _BAND, _LINE, _TYPED = "#1F4E5F", "#E3EEF1", "#B8C7CC", "#FFFBE6"
_LINE_HEIGHT = 12.2  # of 9 points
_LATIN = 0.92  # how wide a Latin letter is on average, in the width that columns are counted in
_HIGHEST = 400.0  # Excel ends at 409


class Style:
    """The formats of one workbook. Cells to type in are pale yellow and not locked."""

    def __init__(self, book: Any, language: str) -> None:
        base = {"font_name": _FONT[language], "font_size": 10, "valign": "vcenter"}
        boxed = {"border": 1, "border_color": _LINE, "align": "left", "indent": 1}
        top = {"text_wrap": True, "valign": "top"}
        typed = {**boxed, "bg_color": _TYPED, "locked": False, "text_wrap": True}
        heading = {**boxed, "bold": True, "font_color": "white", "bg_color": _DARK, "text_wrap": True}
        right = {**heading, "align": "right"}

        def make(**more: Any) -> Any:
            return book.add_format({**base, **more})

        self.id = make(font_color="#888888")
        self.locked = make()
        self.title = make(bold=True, font_size=16, font_color=_DARK)
        self.quiet = make(font_color="#666666")
        self.strong = make(bold=True, font_size=12, font_color=_DARK)
        self.plain = make()
        self.number = make(align="center", valign="top", font_color=_DARK, bold=True)
        self.text = make(**top)
        self.boxed = make(**boxed, text_wrap=True)
        self.link = make(**boxed, font_color="#0563C1", underline=1)
        self.heading = make(**heading)
        self.heading_right = make(**right)
        self.band = make(bold=True, font_color=_DARK, bg_color=_BAND)
        self.name = make(**boxed, **top)
        self.levels = make(**boxed, **top, font_size=9)
        self.help = make(**boxed, text_wrap=True, font_size=9, font_color="#666666")
        # As text, so that 2026-06 or the code 01 stay what was typed.
        self.typed = make(**typed, num_format="@")
        self.rating = make(**typed, font_size=9)
        self.code = make(**typed, num_format="@", bold=True)
        self.red = book.add_format({"bg_color": "#F8CBAD", "font_color": "#9C0006"})
        # Parts of a cell's text.
        self.bold = make(bold=True)
        self.small = make(font_size=9)
        self.small_grey = make(font_size=9, font_color="#777777")


def row_height(cells: Iterable[tuple[str, float]], line_height: float = _LINE_HEIGHT) -> float:
    """The height that the longest of these texts takes, each in a column that is so many letters wide."""
    most = max(sum(_lines(line, width) for line in text.split("\n")) for text, width in cells)
    return min(most * line_height + 8, _HIGHEST)


def _lines(line: str, width: float) -> int:
    letters = sum(2 if east_asian_width(letter) in "WF" else _LATIN for letter in line)
    return max(1, -int(-letters // (width - 1)))
