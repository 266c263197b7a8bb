"""Reports where much is missing: no evidence, no names, another field's rule set."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assess.judge import judge
from assess.report import pdf
from assess.ruleset.model import Here, RuleSet, Step
from assess.situation import of_assessment
from tests.report.conftest import LANGUAGES, Judged
from tests.report.reading import html_text, pdf_text, squeezed

EMPTY = "assess: 1\nid: nothing-yet\nwave: {date: 2024-05-01}\n"
SMALL = """
assess: 1
id: school-7
wave: {date: 2024-05-01}
evidence:
  - {indicator: visit.seen, source: nurses, rating: 2}
  - {indicator: visit.calls, source: nurses, rating: 0}
  - {indicator: visit.calls, source: teachers, rating: 2}
  - {indicator: care.shared, source: nurses, rating: 1}
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_evidence_it_says_so(of_shipped: Callable[[str], Judged], language: str) -> None:
    judged = of_shipped(EMPTY)
    page = judged.page(language)
    assert page.opening.title == "nothing-yet"
    assert pdf.compiled(page)[1] == []
    nobody = {"zh": "还没有任何一方作答", "en": "Nobodyhasansweredyet"}[language]
    assert nobody in html_text(judged.render("html", language))
    assert nobody in pdf_text(judged.render("pdf", language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", [SMALL, EMPTY])
def test_another_rule_set(of_small: Callable[[str], Judged], language: str, text: str) -> None:
    judged = of_small(text)
    page = judged.page(language)
    data, warnings = pdf.compiled(page)
    assert warnings == []
    assert squeezed(page.opening.title) in pdf_text(data)
    assert [section.id for section in page.sections] == ["levels", "gates", "gaps", "path", "method", "evidence"]
    assert len(page.opening.profile.panels) == 2
    assert len([rung for rung in page.opening.rungs if rung.mark]) == 4


def test_another_rule_set_has_none_of_our_words(of_small: Callable[[str], Judged]) -> None:
    text = html_text(of_small(SMALL).render("html", "zh"))
    for word in ("居委会", "机构", "居民", "社工", "街道"):
        assert word not in text.replace("机构版", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_unverified_citations_are_not_printed(of_shipped: Callable[[str], Judged], language: str) -> None:
    for data in (of_shipped(EMPTY).render("html", language),):
        assert "待核" not in data.decode()
        assert "to be verified" not in data.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_steps_worked_out_for_a_place_are_shown(of_shipped: Callable[[str], Judged], language: str) -> None:
    judged = of_shipped(EMPTY)
    here = Here(
        steps=(Step(who=("swo", "committee"), by="first-week", does={"zh": "先见面", "en": "Meet first"}),),
        works={"zh": "对方回电", "en": "They call back"},
        stop={"zh": "对方不接", "en": "They do not answer"},
        adaptations=(),
    )
    chosen = judged.verdict.strategies.consider[0].id
    strategies = tuple(
        strategy.model_copy(update={"here": here}) if strategy.id == chosen else strategy
        for strategy in judged.ruleset.strategies
    )
    parts = {name: getattr(judged.ruleset, name) for name in RuleSet.model_fields}
    ruleset = RuleSet.model_construct(**parts | {"strategies": strategies})
    changed = Judged(judge(ruleset, of_assessment(judged.assessment, ruleset)), judged.assessment, ruleset)
    text = html_text(changed.render("html", language))
    for words in (here.steps[0].does, here.works, here.stop):
        assert words is not None
        assert squeezed(words[language]) in text
