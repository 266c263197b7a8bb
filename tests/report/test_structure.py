"""What PDF/UA-1 and PDF/A-2a ask of a file, read from it: tags, languages, headings, tables, figures, links, order.

The checks are those of the Matterhorn Protocol that a program can decide. They stand in for veraPDF, which no registry
has that the project may use.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import pikepdf
import pytest

from assess.content import content
from assess.explain.pivots import pivotal
from assess.report import pdf
from assess.report.brief import brief_of
from assess.report.brief import write as write_brief
from assess.report.portfolio import render as render_portfolio
from assess.situation import of_assessment
from tests.report.browsing import DISTRICT, ROADMAP, material, roadmap
from tests.report.conftest import LANGUAGES, WAVES, rendered, rules, wave
from tests.report.reading import squeezed
from tests.report.tagged import STANDARD, Element, Tagged

BRIEF = "brief"


@lru_cache(maxsize=16)
def tagged(name: str, language: str) -> Tagged:
    if name == DISTRICT:
        return Tagged(render_portfolio(material(), "pdf", language))
    if name == ROADMAP:
        return Tagged(pdf.write_roadmap(roadmap(language)))
    if name == BRIEF:
        one, ruleset = wave("wave-2"), rules(content("rules"))
        pivots = pivotal(ruleset, of_assessment(one.assessment, ruleset).readings)
        return Tagged(write_brief(brief_of(one.verdict, one.assessment, ruleset, pivots, language)))
    return Tagged(rendered(name, "pdf", language))


@pytest.fixture(params=[*WAVES, BRIEF, DISTRICT, ROADMAP])
def document(request: pytest.FixtureRequest, language: str) -> Tagged:
    """Each kind of report in each language."""
    return tagged(request.param, language)


def of_kind(document: Tagged, *kinds: str) -> list[Element]:
    return [one for one in document.root.walk() if one.kind in kinds]


def test_it_declares_what_it_is(document: Tagged, language: str) -> None:
    root = document.pdf.Root
    assert bool(root.MarkInfo.Marked)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert str(root.Lang).split("-")[0] == language
    assert len(root.OutputIntents) == 1
    assert not {"/AF", "/Names", "/OpenAction", "/AA", "/AcroForm"} & set(root.keys())
    assert not document.pdf.is_encrypted
    with document.pdf.open_metadata() as said:
        assert (said["pdfuaid:part"], said["pdfaid:part"], said["pdfaid:conformance"]) == ("1", "2", "A")
        assert said["dc:title"] == str(document.pdf.docinfo["/Title"])
        assert said["dc:title"]


def test_everything_on_a_page_is_content_or_decoration(document: Tagged) -> None:
    assert document.outside() == {}


def test_all_content_is_in_the_tree_once_and_is_found_from_the_page(document: Tagged) -> None:
    painted, told = document.painted(), list(document.root.spots())
    assert set(painted.values()) == {1}
    assert len(told) == len(set(told))
    assert set(told) == set(painted)
    numbers = dict(_numbers(document.pdf.Root.StructTreeRoot.ParentTree))
    for page_number, page in enumerate(document.pdf.pages):
        assert str(page.Tabs) == "/S"
        owners = numbers[int(page.StructParents)]
        assert {number for place, number in painted if place == page_number} == set(range(len(owners)))


def _numbers(node: pikepdf.Object) -> list[tuple[int, pikepdf.Object]]:
    below = [pair for kid in node.get("/Kids", []) for pair in _numbers(kid)]
    nums = list(node.get("/Nums", []))
    return below + [(int(key), value) for key, value in zip(nums[::2], nums[1::2], strict=True)]


def test_its_tags_are_standard_ones(document: Tagged) -> None:
    kinds = {one.kind for one in document.root.walk()} - {"Root"}
    assert {f"/{kind}" for kind in kinds if not STANDARD.fullmatch(kind)} <= set(document.roles)
    assert all(STANDARD.fullmatch(role.lstrip("/")) for role in document.roles.values())
    assert [one.kind for one in document.root.kids] == ["Document"]


def test_headings_go_down_one_level_at_a_time(document: Tagged) -> None:
    heads = of_kind(document, "H1", "H2", "H3", "H4", "H5", "H6")
    levels = [int(one.kind[1]) for one in heads]
    assert levels[0] == 1
    assert [(one, other) for one, other in pairwise(levels) if other > one + 1] == []
    assert all(document.text(one).strip() for one in heads)
    titles = of_kind(document, "Title")
    assert len(titles) == 1
    title = squeezed(str(document.pdf.docinfo["/Title"])).casefold()
    assert title.startswith(squeezed(document.text(titles[0])).casefold())


def test_a_table_is_whole_and_each_cell_has_its_headers(document: Tagged) -> None:
    for table in of_kind(document, "Table"):
        assert {one.kind for one in table.kids} <= {"THead", "TBody", "TFoot", "TR", "Caption"}
        rows = [row for part in table.kids for row in ([part] if part.kind == "TR" else part.kids)]
        assert {row.kind for row in rows} == {"TR"}
        assert {cell.kind for row in rows for cell in row.kids} == {"TH", "TD"}
        assert len({_width(row) for row in rows}) == 1
        heads = {cell.values["/ID"]: cell for row in rows for cell in row.kids if cell.kind == "TH"}
        for head in heads.values():
            assert str(head.attributes["/Scope"]) in {"/Column", "/Row", "/Both"}
        for row in rows:
            for cell in row.kids:
                reached, new = set[str](), {str(one) for one in cell.attributes.get("/Headers", [])}
                while new - reached:
                    reached |= new
                    new = {str(one) for head in reached for one in heads[head].attributes.get("/Headers", [])}
                assert reached <= set(heads)
                assert cell.kind == "TH" or reached, document.text(cell)


def _width(row: Element) -> int:
    return sum(int(cell.attributes.get("/ColSpan", 1)) for cell in row.kids)


def test_a_figure_says_what_it_shows_and_where_it_is(document: Tagged) -> None:
    for figure in of_kind(document, "Figure", "Formula"):
        assert len(figure.values["/Alt"]) > 20
        assert len(figure.attributes["/BBox"]) == 4


def test_a_link_is_read_as_one_and_leads_somewhere(document: Tagged) -> None:
    links = of_kind(document, "Link")
    annotations = [one for page in document.pdf.pages for one in page.get("/Annots", [])]
    assert sum(len(link.annotations) for link in links) == len(annotations)
    for link in links:
        assert link.annotations
        assert all(str(one.Subtype) == "/Link" and str(one.Contents) for one in link.annotations)
        assert all("/Dest" in one or "/A" in one for one in link.annotations)


def test_every_font_is_in_the_file_and_its_characters_can_be_read(document: Tagged) -> None:
    fonts = [
        one
        for one in document.pdf.objects
        if isinstance(one, pikepdf.Dictionary) and str(one.get("/Type")) == "/Font" and "/DescendantFonts" in one
    ]
    assert fonts
    for font in fonts:
        assert "/ToUnicode" in font
        descriptor = font.DescendantFonts[0].FontDescriptor
        assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys())
        assert "+" in str(font.BaseFont), "a part of the font, named for it"


@pytest.mark.parametrize("name", WAVES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_read_in_the_order_of_the_page_model(name: str, language: str) -> None:
    document, page = tagged(name, language), wave(name).page(language)
    words = squeezed(document.text(document.root))
    opening = page.opening
    wanted = [opening.title, *(rung.name for rung in opening.rungs), *(line.text for line in opening.standing)]
    for card in opening.acts.cards:
        wanted += [card.title, card.text]
    for listed in (opening.talk, opening.unknown):
        wanted += [listed.title, *(line.text for line in listed.items)]
    wanted += [opening.profile.title, opening.profile.note]
    for section in page.sections:
        wanted += [section.title, *(getattr(block, "title", "") for block in section.blocks)]
    at = 0
    for text in wanted:
        found = words.find(squeezed(text), at)
        assert found >= 0, text
        at = found
    heads = [document.text(one) for one in document.root.walk() if one.kind == "H1"]
    assert [squeezed(one) for one in heads[-len(page.sections) :]] == [squeezed(one.title) for one in page.sections]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_read_goes_forward_through_the_pages(language: str) -> None:
    document = tagged("wave-2", language)
    pages = [page for page, _ in document.root.spots()]
    assert pages == sorted(pages)
