"""The charts of a report as pictures for Word, which reads no SVG of ours alike on every machine: drawn by typst."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assess.report import pdf
from assess.report.charts import draw
from assess.report.page import Page, Timeline
from assess.report.timeline import timelines

DOTS_PER_INCH = 240
POINTS_PER_INCH = 72
SHEET = "#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with its width in points and its text alternative; one without is decoration."""

    png: bytes
    width: float
    alt: str = ""
    title: str = ""


class Pictures:
    """The pictures of a report, each drawn once."""

    def __init__(self, page: Page) -> None:
        profile = page.opening.profile
        charts = draw(profile, page.tag)
        lines = [block for section in page.sections for block in section.blocks if isinstance(block, Timeline)]
        drawn = timelines(page.sections, page.tag)
        icons = [*charts.shapes, charts.band, charts.unknown]
        pngs = iter(raster([*charts.panels, *icons, *(drawn[one.caption] for one in lines)]))
        panels = [_picture(next(pngs), panel.alt, panel.name) for panel in profile.panels]
        self.panels = [panels[start : start + charts.per_row] for start in range(0, len(panels), charts.per_row)]
        *shapes, band, unknown = [_picture(next(pngs)) for _ in icons]
        self.legend = [(shape, key.name) for shape, key in zip(shapes, profile.sources, strict=True)]
        self.legend += [(band, profile.reading)] if profile.sources else []
        self.legend += [(unknown, profile.unknown)] if profile.unknown else []
        self.timelines = {one.caption: _picture(next(pngs), one.alt, one.caption) for one in lines}


def raster(charts: Sequence[str]) -> Iterator[bytes]:
    """Charts in SVG as PNGs, with the font of all reports."""
    pages = "\n#pagebreak()\n".join(
        f'#image(bytes({pdf.literal(chart)}), format: "svg", width: {width(chart)}pt)' for chart in charts
    )
    made = pdf._compiler().compile((SHEET + pages).encode(), format="png", ppi=DOTS_PER_INCH)
    for png in made if isinstance(made, list) else [made]:
        assert isinstance(png, bytes)
        yield png


def width(chart: str) -> float:
    """The width of a chart in SVG, in points, as its template gives it."""
    found = re.search(r'<svg [^>]*?\bwidth="([\d.]+)"', chart)
    assert found is not None, chart[:200]
    return float(found.group(1))


def _picture(png: bytes, alt: str = "", title: str = "") -> Picture:
    (width,) = struct.unpack_from(">I", png, 16)
    return Picture(png, width * POINTS_PER_INCH / DOTS_PER_INCH, alt, title)
