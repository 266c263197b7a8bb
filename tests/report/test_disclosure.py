"""What no report may give away: who answered, and what a protected person said."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.report.conftest import LANGUAGES, Judged, rendered, wave
from tests.report.reading import html_text, pdf_text

RESIDENTS = """
assess: 1
id: few
wave: {date: 2024-05-01}
evidence:
""" + "\n".join(
    f"  - {{indicator: emb.residents, source: residents, respondent: zeta{n}, rating: {n % 3}, note: 私下的话{n}}}"
    for n in range(4)
)


@pytest.mark.parametrize("format_", ["html", "pdf"])
def test_no_respondent_code_is_shown(name: str, language: str, format_: str) -> None:
    data = rendered(name, format_, language)
    text = html_text(data) if format_ == "html" else pdf_text(data)
    codes = {item.respondent for item in wave(name).assessment.evidence if item.respondent}
    assert codes
    for code in codes:
        assert not re.search(rf"(?<![A-Za-z0-9#]){code}(?![0-9A-Za-z])", text), code


def test_ratings_of_protected_sources_are_counted_only(name: str, language: str) -> None:
    judged = wave(name)
    page = judged.page(language)
    protected = [source for source in judged.ruleset.sources if source.protect]
    (evidence,) = [section for section in page.sections if section.id == "evidence"]
    rows = [row for block in evidence.blocks for group in getattr(block, "groups", ()) for row in group.rows]
    shown = {row.cells[1].text for row in rows}
    for source in protected:
        assert shown.isdisjoint(source.name.values())
    items = [item for item in judged.assessment.evidence if isinstance(item.rating, int)]
    names = {source.id for source in protected}
    assert len(rows) == sum(item.source not in names for item in items)
    assert [row.anchor for row in rows] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_few_protected_answers_are_not_even_counted(of_shipped: Callable[[str], Judged], language: str) -> None:
    judged = of_shipped(RESIDENTS)
    text = html_text(judged.render("html", language))
    assert pdf_text(judged.render("pdf", language))
    assert "zeta" not in text
    assert "私下的话" not in text
    few = {"zh": "居民少于5份", "en": "residentsfewerthan5"}[language]
    assert few in text
    assert {"zh": "居民4份", "en": "residents4"}[language] not in text
