"""Text of users comes out as itself, whatever markup it looks like."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.content import content
from assess.report.pdf import literal
from tests.report.conftest import LANGUAGES, Judged, judged, rules
from tests.report.reading import html_tags, html_text, pdf_text, squeezed

HOSTILE = '#read("/etc/passwd") *b* $x$ @ref <lab> \\ // <script>alert(1)</script> {{ 7*7 }} {% raw %} `c` _u_ ~ -- "q"'


def _assessment(text: str) -> str:
    return yaml.safe_dump(
        {
            "assess": 1,
            "id": "hostile",
            "organization": {"name": text},
            "committee": {"name": text},
            "wave": {"date": "2024-05-01", "label": text},
            "evidence": [
                {"indicator": "emb.access", "source": "swo", "rating": 2, "note": text, "ref": text},
                {"indicator": "emb.contact", "source": "swo", "rating": 1, "note": text},
            ],
        },
        allow_unicode=True,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_text_is_printed(of_shipped: Callable[[str], Judged], language: str) -> None:
    hostile = of_shipped(_assessment(HOSTILE))
    html, pdf = hostile.render("html", language), hostile.render("pdf", language)
    assert "script" not in {tag for tag, _ in html_tags(html)}
    assert html_text(html).count(squeezed(HOSTILE)) >= 4
    assert pdf_text(pdf).count(squeezed(HOSTILE)) >= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_characters_that_the_font_lacks_leave_a_box(of_shipped: Callable[[str], Judged], language: str) -> None:
    rare = of_shipped(_assessment("好👍🏽 नमस्ते a\u200bb \ufeff𠮷 z"))
    text = pdf_text(rare.render("pdf", language))
    assert "好□" in text
    assert squeezed("ab") in text


ALPHABET = st.one_of(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
    st.sampled_from("，。、；：？！（）《》"),
)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.text(ALPHABET, min_size=1, max_size=30), min_size=1, max_size=25))
def test_what_is_typed_can_be_read_back(texts: list[str]) -> None:
    evidence = [{"indicator": "emb.access", "source": "swo", "rating": 2, "note": text} for text in texts]
    written = {"assess": 1, "id": "typed", "wave": {"date": "2024-05-01"}, "evidence": evidence}
    of_typed = judged(yaml.safe_dump(written, allow_unicode=True).encode(), rules(content("rules")))
    shown = pdf_text(of_typed.render("pdf", "en"))
    for text in texts:
        assert squeezed(text) in shown


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_a_literal_is_one_string(text: str) -> None:
    """Between its quotation marks a literal has none that is not escaped, and no backslash that escapes nothing."""
    written = literal(text)
    assert written[0] == written[-1] == '"'
    inside = written[1:-1]
    for escape in ("\\\\", '\\"', "\\n", "\\t"):
        inside = inside.replace(escape, "")
    assert '"' not in inside
    assert "\\" not in inside


def test_values_become_literals() -> None:
    assert literal({"a": (1, 2.5, True, None), "b-c": ["x"]}) == '("a": (1,2.5,true,none,),"b-c": ("x",),)'
    assert literal(()) == "()"
    assert literal({}) == "(:)"
