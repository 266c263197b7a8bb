"""Texts and charts are told from what is behind them and from each other: by any eye, on any copier."""

from __future__ import annotations

import ctypes
import io
import re

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from coloraide import Color

from assess.content import content
from tests.report.colours import (
    GRAPHICS,
    PAIRS,
    TEXTS,
    VISIONS,
    apart,
    bands,
    contrast,
    differing,
    palette,
    signs,
    symbols,
    typst_palette,
)
from tests.report.conftest import rendered

TEXT, GRAPHIC = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
AT_A_GLANCE = 10.0  # CIEDE2000
INK = 0.15  # the share of their ink in which two shapes differ at least
HALF = 0.5


def test_both_formats_have_one_palette() -> None:
    printed = {name.removesuffix("-grey"): value for name, value in typst_palette().items()}
    assert printed == {name: palette()[name] for name in printed}
    assert {"ink", "teal", "rust", "grey", "line", "pale"} <= set(printed)


@pytest.mark.parametrize(("one", "other"), TEXTS)
def test_text_can_be_read(one: str, other: str) -> None:
    assert contrast(one, other) >= TEXT


@pytest.mark.parametrize(("one", "other"), GRAPHICS)
def test_graphics_can_be_seen(one: str, other: str) -> None:
    assert contrast(one, other) >= GRAPHIC


def test_every_text_of_a_chart_can_be_read() -> None:
    found = set[str]()
    for path in (content("templates") / "charts").glob("*.svg.j2"):
        for text in re.findall(r"<text .*?>(?=\{)", path.read_text(encoding="utf-8")):
            found |= set(re.findall(r"#[0-9a-f]{6}", text))
    assert len(found) >= 3
    assert {one: Color(one).contrast("white", method="wcag21") for one in found if _on_white(one) < TEXT} == {}


def _on_white(colour: str) -> float:
    return Color(colour).contrast("white", method="wcag21")


@pytest.mark.parametrize("vision", VISIONS[:-1])
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_colours_differ_for_every_kind_of_eye(one: str, other: str, vision: str) -> None:
    """Protanopia, deuteranopia and tritanopia in full; grey is left to the shapes below."""
    assert apart(one, other, vision) >= AT_A_GLANCE


@pytest.mark.parametrize("threshold", [None, HALF], ids=["grey", "black-and-white"])
@pytest.mark.parametrize("drawn", [symbols, signs, bands], ids=["sources", "signs", "bands"])
def test_shapes_differ_without_colour(drawn: object, threshold: float | None) -> None:
    assert callable(drawn)
    pictures = drawn()
    assert all((picture < HALF).any() for picture in pictures.values()), "a copier keeps something of each"
    assert {(one, other): share for one, other, share in differing(pictures, threshold) if share < INK} == {}


def test_the_measure_finds_shapes_that_are_alike() -> None:
    one = symbols()["source 1"]
    assert next(differing({"one": one, "again": one}))[2] == 0


def test_every_text_of_the_pdf_stands_out_from_what_is_behind_it(name: str, language: str) -> None:
    pairs = dict(_painted(rendered(name, "pdf", language)))
    assert len(pairs) > 4
    assert ("#ffffff", palette()["teal"]) in pairs, "what is behind a text was found"
    weak = {pair: text for pair, text in pairs.items() if Color(pair[0]).contrast(pair[1], method="wcag21") < TEXT}
    assert weak == {}


def _painted(data: bytes) -> list[tuple[tuple[str, str], str]]:
    """The colour of each text with that of the last area drawn below it, and the number of its page."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(io.BytesIO(data)), 1):
        areas: list[tuple[tuple[float, float, float, float], str]] = []
        for one in page.get_objects(max_depth=1):
            left, low, right, high = one.get_bounds()
            if one.type == pdfium.FPDF_PAGEOBJ_PATH and _is_filled(one):
                areas.append(((left, low, right, high), _fill(one)))
            if one.type == pdfium.FPDF_PAGEOBJ_TEXT:
                x, y = (left + right) / 2, (low + high) / 2
                behind = [paint for (a, b, c, d), paint in areas if a <= x <= c and b <= y <= d]
                found.append(((_fill(one), behind[-1] if behind else "#ffffff"), f"page {number}"))
    return found


def _is_filled(one: pypdfium2.PdfObject) -> bool:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(one.raw, mode, stroke)
    return bool(mode.value != pdfium.FPDF_FILLMODE_NONE)


def _fill(one: pypdfium2.PdfObject) -> str:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    pdfium.FPDFPageObj_GetFillColor(one.raw, red, green, blue, alpha)
    return f"#{red.value:02x}{green.value:02x}{blue.value:02x}"
