"""HTML: one file that needs no network and no script, folds on a screen and prints in full."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assess.content import content
from assess.report.charts import Charts, draw
from assess.report.page import Page, Section
from assess.report.roadmap import Roadmap
from assess.report.timeline import timelines


def write(page: Page) -> bytes:
    """The report as an HTML file."""
    charts = _trusted(draw(page.opening.profile, page.tag))
    return written("report.html.j2", page=page, charts=charts, timelines=_drawn(page.sections, page.tag))


def write_roadmap(roadmap: Roadmap) -> bytes:
    """A roadmap as an HTML file."""
    drawn = _drawn(roadmap.sections, roadmap.tag)
    return written("plan.html.j2", page=roadmap, charts={"truths": {}}, timelines=drawn)


def _drawn(sections: Iterable[Section], tag: str) -> dict[str, Markup]:
    """The timelines of a document, as the charts by templates that have escaped every text in them."""
    return {caption: Markup(svg) for caption, svg in timelines(sections, tag).items()}


def written(template: str, **values: object) -> bytes:
    """A template of ``templates/html`` with its values; every text among them is escaped."""
    return _environment().get_template(template).render(values).encode()


def _trusted(charts: Charts) -> dict[str, object]:
    """The charts as markup that needs no escaping: their own templates have escaped every text in them."""
    return {
        "panels": [Markup(svg) for svg in charts.panels],
        "shapes": [Markup(svg) for svg in charts.shapes],
        "band": Markup(charts.band),
        "unknown": Markup(charts.unknown),
        "truths": {truth: Markup(svg) for truth, svg in charts.truths.items()},
        "per_row": charts.per_row,
    }


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(content("templates") / "html"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
