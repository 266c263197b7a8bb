"""The PDF, opened again: its words, its structure, its one first page, its bytes."""

from __future__ import annotations

import io

import pikepdf
import pytest

from assess.report import pdf
from tests.report.conftest import LANGUAGES, rendered, wave
from tests.report.reading import pdf_pages, pdf_text, squeezed, structure


def test_typst_warns_of_nothing(name: str, language: str) -> None:
    assert pdf.compiled(wave(name).page(language))[1] == []


def test_the_words_of_the_page_model_are_in_the_pdf(name: str, language: str) -> None:
    page, text = wave(name).page(language), pdf_text(rendered(name, "pdf", language))
    for section in page.sections:
        assert squeezed(section.title) in text
    for rung in page.opening.rungs:
        assert squeezed(rung.name) in text
    for line in page.opening.standing:
        assert squeezed(line.text) in text


def test_page_one_is_one_page(name: str, language: str) -> None:
    page, pages = wave(name).page(language), pdf_pages(rendered(name, "pdf", language))
    assert squeezed(page.opening.profile.note) in squeezed(pages[0])
    assert squeezed(page.sections[0].title) in squeezed(pages[1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_tagged_and_says_its_language(language: str) -> None:
    data = rendered("wave-2", "pdf", language)
    with pikepdf.open(io.BytesIO(data)) as document:
        assert str(document.Root.Lang).startswith({"zh": "zh", "en": "en"}[language])
        assert bool(document.Root.MarkInfo.Marked)
        assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
        assert str(document.docinfo["/Title"]) == wave("wave-2").page(language).title
        metadata = document.Root.Metadata.read_bytes().decode()
        assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
        assert "<pdfaid:part>2</pdfaid:part>" in metadata
    found = list(structure(data))
    kinds = {kind for kind, _ in found}
    assert {"/Title", "/H1", "/H2", "/Table", "/TH", "/TD", "/Figure"} <= kinds
    figures = [alt for kind, alt in found if kind == "/Figure"]
    panels = wave("wave-2").page(language).opening.profile.panels
    assert [panel.alt for panel in panels] == [alt for alt in figures if alt][: len(panels)]


def test_the_same_input_gives_the_same_bytes(language: str) -> None:
    assert wave("wave-1").render("pdf", language) == wave("wave-1").render("pdf", language)


def test_a_page_prints_with_the_fonts_of_its_package_only() -> None:
    with pikepdf.open(io.BytesIO(rendered("wave-1", "pdf", "en"))) as document:
        fonts = {str(font.BaseFont) for page in document.pages for font in page.Resources.get("/Font", {}).values()}
    assert fonts
    assert all("NotoSansSC" in font for font in fonts)
