"""Charts as small SVGs from ``templates/charts``, the same in every format.

A chart is drawn by a Jinja2 template: plain attributes and no style sheet, so that browsers and typst draw it alike;
shapes and outlines rather than colours tell things apart, so that it survives a black-and-white printer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from assess.content import content
from assess.report.page import Dot, Panel, Profile, ProfileRow

SHAPES = 8  # that ``symbols.j2`` can draw; a ninth source begins again
TRUTHS = ("holds", "open", "fails")
FULL_WIDTH = 481.0  # the width of the text on an A4 page, in points
GUTTER = 15.0
NAME_FONT, FONT = 8.6, 7.4
APOSTROPHE = "'"  # the font draws the printed one as wide as a character of Chinese, and SVG cannot tell it otherwise
SMALL_FONTS = (6.7, 6.3, 5.9)  # for labels that need two lines
MARGIN = 7.0  # room for half a shape beyond the first and the last level
HEAD = 21.0  # room for the heading of a panel
DODGE = 5.4  # how far shapes on the same level stand apart


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a shape is drawn, and how far to the right its source's interval runs; 0 for a single level."""

    shape: int
    x: float
    y: float
    run: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """A row of a panel with everything worked out."""

    label: tuple[str, ...]
    font: float
    y: float
    band: tuple[float, float]
    known: bool
    ticks: tuple[float, ...]
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Charts:
    """The charts of a report, as SVG text."""

    panels: tuple[str, ...]
    shapes: tuple[str, ...]
    band: str
    unknown: str
    truths: Mapping[str, str]
    per_row: int


def draw(profile: Profile, language: str) -> Charts:
    """All charts of a report."""
    per_row = min(len(profile.panels), 3)
    if len(profile.panels) == 4:
        per_row = 2
    width = (FULL_WIDTH - GUTTER * (per_row - 1)) / per_row
    plan = _Plan(profile, width)
    return Charts(
        panels=tuple(svg("profile.svg.j2", lang=language, **plan.panel(panel)) for panel in profile.panels),
        shapes=tuple(svg("shape.svg.j2", shape=key.shape % SHAPES) for key in profile.sources),
        band=svg("band.svg.j2", known=True),
        unknown=svg("band.svg.j2", known=False),
        truths={truth: svg("truth.svg.j2", truth=truth) for truth in TRUTHS},
        per_row=per_row,
    )


class _Plan:
    """The measures that all panels of a profile share, so that their rows stand side by side."""

    def __init__(self, profile: Profile, width: float) -> None:
        self.levels = profile.levels
        self.width = width
        names = [row.name for panel in profile.panels for row in panel.rows]
        longest = max(measure(name, FONT) for name in names)
        self.label_width = min(max(longest, width * 0.36) + 2.0, width * 0.52)
        self.left, self.right = self.label_width + MARGIN, width - MARGIN
        self.wraps = longest > self.label_width
        self.row_height = 15.6 if self.wraps else 15.2

    def x(self, level: float) -> float:
        """Where a level stands."""
        top = max(self.levels[-1], 1)
        return self.left + (self.right - self.left) * level / top

    def panel(self, panel: Panel) -> dict[str, object]:
        """What the template of a panel needs."""
        rows = [self._row(row, HEAD + self.row_height * (index + 0.5)) for index, row in enumerate(panel.rows)]
        return {
            "title": panel.alt,
            "name": panel.name,
            "name_font": min(NAME_FONT, NAME_FONT * self.label_width * 0.94 / max(measure(panel.name, NAME_FONT), 1.0)),
            "scale": [(level, self.x(level)) for level in self.levels],
            "rows": rows,
            "width": self.width,
            "height": HEAD + self.row_height * len(rows) + 2.0,
            "head": HEAD,
        }

    def _row(self, row: ProfileRow, y: float) -> Drawn:
        label, font = fitted(row.name.replace("’", APOSTROPHE), self.label_width)
        return Drawn(
            label=label,
            font=font,
            y=y,
            band=(self.x(row.floor) - 4.5, self.x(row.ceiling) + 4.5),
            known=row.known,
            ticks=tuple(self.x(level) for level in range(row.highest + 1)),
            spots=tuple(self._spots(row.dots, y)),
        )

    def _spots(self, dots: tuple[Dot, ...], y: float) -> Iterator[Spot]:
        """Shapes at the lower end of each source's interval; those on the same level stand side by side."""
        step = (self.x(1) - self.x(0)) * 0.9
        for dot in dots:
            beside = [other for other in dots if other.floor == dot.floor]
            dodge = min(DODGE, step / len(beside))
            shift = (beside.index(dot) - (len(beside) - 1) / 2) * dodge
            x = self.x(dot.floor) + shift
            run = self.x(dot.ceiling) - x if dot.ceiling > dot.floor else 0.0
            yield Spot(dot.shape % SHAPES, x, y, run)


def measure(text: str, font: float) -> float:
    """About how wide a text is: full-width characters count one em, others a little over half."""
    return sum(font if unicodedata.east_asian_width(char) in "WF" else font * 0.53 for char in text)


def fitted(text: str, width: float) -> tuple[tuple[str, ...], float]:
    """A label and its font: in one line, or in two smaller ones; what still does not fit ends with an ellipsis."""
    if measure(text, FONT) <= width:
        return (text,), FONT
    for font in SMALL_FONTS:
        first, rest = _broken(text, font, width)
        if measure(rest, font) <= width:
            return ((first, rest) if rest else (first,)), font
    while len(rest) > 1 and measure(rest + "…", font) > width:
        rest = rest[:-1]
    return (first, rest + "…"), font


def _broken(text: str, font: float, width: float) -> tuple[str, str]:
    """The longest beginning of a text that fits a line, up to a blank where there is one, and what is left."""
    end = len(text)
    while end > 1 and measure(text[:end], font) > width:
        end -= 1
    if end < len(text) and (blank := text.rfind(" ", 0, end + 1)) > 0:
        end = blank
    return text[:end].rstrip(), text[end:].lstrip()


def svg(template: str, **values: object) -> str:
    """A template of ``templates/charts`` with its values."""
    return _environment().get_template(template).render(values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(content("templates") / "charts"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["n"] = lambda number: f"{number:.2f}"
    return environment
