"""Text of users in a Word file comes out as itself, whatever markup, tag or script it is."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import pytest
import yaml
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.report import page as pages
from assess.report import word
from assess.report.page import Line, Page, Paragraphs, Section, Table
from tests.report.conftest import Judged, wave
from tests.report.reading import squeezed
from tests.report.word_reading import misplaced, opened, said

HOSTILE = [
    '#read("/etc/passwd") *b* $x$ <w:t>&amp;</w:t> ]]> <!-- {{ 7*7 }} {% raw %} {# c #} {{r x }} {%p if %} \\ "q" \'',
    "{_{ 7 }_} {_% x %_}",
    "好👍🏽 नमस्ते 𠮷野家 㐂 مرحبا بالعالم שלום e\u0301",
    "first\nsecond\tthird",
    "a" * 10_000,
    "字" * 10_000,
]


def _with(text: str) -> Page:
    """A page with a text wherever people may type one, and in every kind of place."""
    page = wave("sparse").page("en")
    columns = (pages.Column(text, 1), pages.Column(text, 2))
    row = pages.Row((pages.Cell(text, small=text), pages.Cell(text)))
    card = pages.Card(text, text, None, text, (Line(text, text),), (pages.Clause(text, None, (), text),), small=(text,))
    blocks = (
        Paragraphs((Line(text),)),
        Table(text, columns, (pages.Group(text, (row,), text),)),
        pages.Cards(text, text, (card,)),
    )
    return dataclasses.replace(
        page,
        title=text,
        header=(text[:60], text[:60]),
        opening=dataclasses.replace(page.opening, title=text, standing=(Line(text, text),)),
        sections=(Section("x", text, text, blocks),),
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_printed(text: str) -> None:
    data = word.write(_with(text))
    found = squeezed(said(data))
    assert found.count(squeezed(text)) >= 17
    assert list(misplaced(data)) == []


def test_a_row_that_may_be_taller_than_a_page_may_break() -> None:
    table = opened(word.write(_with("字" * 10_000))).tables[-1]
    whole = [row._tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in table.rows]
    assert whole == [False, False, False]


def test_what_has_no_place_in_xml_is_left_out() -> None:
    data = word.write(_with("a\x00b\x07c\x0bd\ud800e\ufffef\u2028g"))
    assert "abc def g" in " ".join(said(data).split())


@settings(max_examples=12, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_what_is_typed_can_be_read_back(text: str) -> None:
    page = wave("sparse").page("en")
    section = Section("x", "x", "", (Paragraphs((Line(f"<{text}>"),)),))
    data = word.write(dataclasses.replace(page, sections=(section,)))
    typed = " ".join(re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85\n\t]", " ", f"<{text}>").split())
    printable = re.sub("[\x00-\x08\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]", "", typed)
    assert squeezed(printable) in squeezed(said(data))


def test_hostile_text_from_a_file(of_shipped: Callable[[str], Judged]) -> None:
    evidence = [{"indicator": "emb.access", "source": "swo", "rating": 2, "note": HOSTILE[0], "ref": HOSTILE[1]}]
    written = {"assess": 1, "id": "x", "organization": {"name": HOSTILE[2]}, "committee": {"name": HOSTILE[0]},
               "wave": {"date": "2024-05-01", "label": HOSTILE[1]}, "evidence": evidence}  # fmt: skip
    data = of_shipped(yaml.safe_dump(written, allow_unicode=True)).render("docx", "zh")
    for text in HOSTILE[:3]:
        assert squeezed(text) in squeezed(said(data))
