"""PDF by typst: tagged, archivable, the same bytes every time.

Jinja2 writes nothing but data calls: each value that it fills in leaves as a typst literal, so text of users is never
typst markup. All drawing is in ``templates/typst/report.typ``. Under PDF/UA-1 a missing glyph is an error; characters
that the font lacks are shown as ``□`` instead.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from assess.content import content
from assess.report.charts import draw
from assess.report.glyphs import covered
from assess.report.page import Page
from assess.report.roadmap import Roadmap
from assess.report.timeline import timelines

if TYPE_CHECKING:
    from typst import Compiler, Fonts, TypstWarning

LACKING = "□"


def write(page: Page) -> bytes:
    """The report as a PDF."""
    return compiled(page)[0]


def compiled(page: Page) -> tuple[bytes, Sequence[TypstWarning]]:
    """The PDF and what typst warned of; a test holds that to be nothing."""
    charts = draw(page.opening.profile, page.tag)
    drawn = timelines(page.sections, page.tag)
    return typeset("report.typ.j2", page.date, page=page, charts=charts, timelines=drawn)


def write_roadmap(roadmap: Roadmap) -> bytes:
    """A roadmap as a PDF."""
    return compiled_roadmap(roadmap)[0]


def compiled_roadmap(roadmap: Roadmap) -> tuple[bytes, Sequence[TypstWarning]]:
    """The PDF of a roadmap and what typst warned of."""
    drawn = timelines(roadmap.sections, roadmap.tag)
    return typeset("plan.typ.j2", roadmap.date, page=roadmap, timelines=drawn)


def typeset(template: str, day: date, **values: Any) -> tuple[bytes, Sequence[TypstWarning]]:
    """A template of ``templates/typst`` with its values as a PDF that is dated ``day``, and what typst warned of."""
    source = _environment().get_template(template).render(values)
    data, warnings = _compiler().compile_with_warnings(
        source.encode(),
        format="pdf",
        pdf_standards=["ua-1", "a-2a"],
        timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )
    assert isinstance(data, bytes)
    return data, warnings


def _compiler() -> Compiler:
    """A compiler that sees our templates and nothing else; a new one each time, since threads must not share one."""
    from typst import Compiler

    return Compiler(root=str(content("templates") / "typst"), font_paths=_fonts(), ignore_system_fonts=True)


@lru_cache(maxsize=1)
def _fonts() -> Fonts:
    """The one font of every report, from its package: what a machine has installed does not matter."""
    from pylopdf_fonts_zh_cn import sans_path
    from typst import Fonts

    return Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(sans_path().parent)])


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(content("templates") / "typst"),
        undefined=StrictUndefined,
        finalize=literal,
        autoescape=False,
    )


def literal(value: Any) -> str:
    """A value as a typst literal: text as an escaped string, a dataclass as a dictionary of its fields."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return f'"{_escaped(value)}"'
    if isinstance(value, date):
        return f"datetime(year: {value.year}, month: {value.month}, day: {value.day})"
    if isinstance(value, Mapping):
        return _dictionary(value)
    if isinstance(value, Sequence):
        return "(" + "".join(literal(item) + "," for item in value) + ")"
    return _dictionary({field.name: getattr(value, field.name) for field in dataclasses.fields(value)})


def _dictionary(pairs: Mapping[str, Any]) -> str:
    if not pairs:
        return "(:)"
    return "(" + "".join(f"{literal(key)}: {literal(value)}," for key, value in pairs.items()) + ")"


def _escaped(text: str) -> str:
    shown = _printable(text)
    return shown.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")


def _printable(text: str) -> str:
    """Text without what cannot be printed; a character that the font lacks leaves a box, so that it is not lost."""
    text = unicodedata.normalize("NFC", text)
    if text.isascii() and text.isprintable():
        return text
    lines = re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", text)
    return "".join(_shown(char) for char in lines)


def _shown(char: str) -> str:
    if char in "\n\t" or char in covered():
        return char
    category = unicodedata.category(char)
    if category.startswith("Z"):
        return " "
    # Controls, joiners and variation selectors have no shape of their own.
    return "" if category in {"Cc", "Cf", "Mn", "Me", "Cs"} else LACKING
