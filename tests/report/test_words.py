"""How names, quotation marks and long words come out in a report."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2
import pytest

from assess.report.words import typeset
from tests.report.conftest import LANGUAGES, Judged, wave
from tests.report.reading import pdf_text, squeezed

LONG = """
assess: 1
id: long
organization: {id: a, name: ANAMEWITHNOBLANK_ANAMEWITHNOBLANK_ANAMEWITHNOBLANK_ANAMEWITHNOBLANK_ANAMEWITHNOBLANK}
committee: {id: b, name: 某某社区居民委员会}
wave: {date: 2024-05-01}
evidence:
  - {indicator: emb.access, source: swo, rating: 1, ref: 'https://example.org/LONGADDRESSLONGADDRESSLONGADDRESSLONGADDRESS'}
"""


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("the two sides' duties", "the two sides’ duties"),
        ("one's word", "one’s word"),
        ('Turn "sent" into "agreed".', "Turn “sent” into “agreed”."),
        ("(a \"small\" 'win')", "(a “small” ‘win’)"),
        ("没有引号", "没有引号"),
    ],
)
def test_quotation_marks_are_those_of_print(typed: str, printed: str) -> None:
    assert typeset(typed) == printed


def test_a_name_with_a_comma_reads_as_one_name() -> None:
    talk = " ".join(line.lead for line in wave("wave-1").page("en").opening.talk.items)
    assert "“Exclusion”, “Pushed from above, resisted below” and “Suspension”" in talk


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_word_stays_on_the_page(of_shipped: Callable[[str], Judged], language: str) -> None:
    data = of_shipped(LONG).render("pdf", language)
    assert squeezed("LONGADDRESSLONGADDRESSLONGADDRESSLONGADDRESS") in pdf_text(data)
    for page in pypdfium2.PdfDocument(data):
        text = page.get_textpage()
        boxes = [text.get_charbox(n) for n in range(text.count_chars())]
        assert max(right for _, _, right, _ in boxes) <= page.get_width() - 50
