"""How it is done here: which local facts a report names, what it leaves open, and what it keeps to itself."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from assess.catalogue import catalogue
from assess.judge import judge
from assess.report import here, html
from assess.report.page import Cards
from assess.report.render import EDITIONS
from assess.report.view import page_of
from assess.report.words import Edition, Subject
from assess.ruleset.conditions import All, Any, Atom, Attribute, Condition, Not, OfType
from assess.ruleset.model import Adaptation, Here, RuleSet, Strategy
from assess.situation import of_assessment
from tests.report.conftest import LANGUAGES, Judged, wave

RESIDENTS = "\n".join(
    f"  - {{indicator: emb.residents, source: residents, respondent: r{n}, rating: 3}}" for n in range(6)
)
PLACE = f"""
assess: 1
id: place
community: {{type: commodity, attributes: {{leadership-change: changed}}}}
wave: {{date: 2024-05-01}}
evidence:
  - {{indicator: emb.mandate, source: document, rating: 2}}
  - {{indicator: emb.contact, source: committee, rating: 1}}
  - {{indicator: emb.contact, source: swo, rating: 3}}
{RESIDENTS}
"""
ADAPTED: dict[str, Condition] = {
    "kind": OfType(("commodity",)),
    "other-kind": OfType(("urban-village",)),
    "head": Attribute("leadership-change", ("changed", "election-year")),
    "no-change": Not(Attribute("leadership-change", ("none",))),
    "load": Attribute("committee-load", ("heavy",)),
    "committee-says": Atom("emb.contact", at_least=False, level=1, source="committee"),
    "residents-say": Atom("emb.residents", at_least=True, level=2, source="residents"),
    "residents-say-not": Atom("emb.residents", at_least=False, level=1, source="residents"),
    "either": Any((Atom("emb.contact", at_least=True, level=4), Atom("emb.mandate", at_least=True, level=2))),
    "both": All((Atom("emb.mandate", at_least=True, level=2), Attribute("leadership-change", ("changed",)))),
    "unrated": Atom("mut.dialogue", at_least=True, level=2),
}


def _adapted(of_shipped: Callable[[str], Judged]) -> tuple[Judged, Strategy]:
    """The verdict on a place under rules whose first strategy has these adaptations."""
    rules = of_shipped(PLACE).ruleset
    adaptations = tuple(
        Adaptation.model_construct(id=name, condition=condition, text={"zh": f"改法{name}", "en": f"way {name}"})
        for name, condition in ADAPTED.items()
    )
    first = rules.strategies[0].model_copy(update={"here": Here.model_construct(adaptations=adaptations), "unless": ()})
    parts = {name: getattr(rules, name) for name in RuleSet.model_fields}
    changed = RuleSet(**{**parts, "strategies": (first, *rules.strategies[1:])})
    assessment = of_shipped(PLACE).assessment
    return Judged(judge(changed, of_assessment(assessment, changed)), assessment, changed), first


def _subject(judged: Judged, language: str, edition: Edition | None = None) -> Subject:
    chosen = edition or EDITIONS["organization"]
    return Subject(judged.verdict, judged.assessment, judged.ruleset, catalogue(language), chosen, {})


def _advice(judged: Judged, strategy: Strategy) -> object:
    lists = judged.verdict.strategies
    return next(one for one in (*lists.recommended, *lists.consider) if one.id == strategy.id)


def test_each_adaptation_names_the_fact_that_selected_it(of_shipped: Callable[[str], Judged]) -> None:
    judged, strategy = _adapted(of_shipped)
    told = list(here.adapted(_subject(judged, "zh"), strategy, _advice(judged, strategy)))  # type: ignore[arg-type]
    because = {one.text.removeprefix("改法"): one.because.removeprefix("因为：") for one in told}
    assert because == {
        "kind": "商品房小区",
        "head": "近一年居委会主要负责人变动为“有”",
        "no-change": "近一年居委会主要负责人变动为“有”",
        "committee-says": "日常往来按居委会的评定为1级",
        "residents-say": "各方对“居民认知”的说法",
        "either": "准入依据现为2级",
        "both": "准入依据现为2级；近一年居委会主要负责人变动为“有”",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_open_names_what_to_state(of_shipped: Callable[[str], Judged], language: str) -> None:
    judged, strategy = _adapted(of_shipped)
    subject = _subject(judged, language)
    text = here.unsettled(subject, strategy)
    for name in (subject.text(judged.ruleset.attribute["committee-load"].name), subject.indicator("mut.dialogue")):
        assert f"“{name}”" in text
    assert "2" in text


@pytest.mark.parametrize("edition", [EDITIONS["organization"], Edition("organization", neutral=True)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_can_tell_what_protected_people_say(
    of_shipped: Callable[[str], Judged], language: str, edition: Edition
) -> None:
    """Neither an adaptation that applies nor one that does not names a level of residents."""
    judged, strategy = _adapted(of_shipped)
    subject = _subject(judged, language, edition)
    told = [one.because for one in here.adapted(subject, strategy, _advice(judged, strategy))]  # type: ignore[arg-type]
    told += [here.elsewhere(subject, strategy), here.unsettled(subject, strategy)]
    residents = subject.indicator("emb.residents")
    for text in told:
        for part in re.split("[；;]", text):
            if residents in part:
                assert not re.search(r"\d级|level \d", part), part


def test_a_neutral_edition_does_not_say_which_party_said_it(of_shipped: Callable[[str], Judged]) -> None:
    judged, strategy = _adapted(of_shipped)
    subject = _subject(judged, "zh", Edition("organization", neutral=True))
    told = [one.because for one in here.adapted(subject, strategy, _advice(judged, strategy))]  # type: ignore[arg-type]
    assert "因为：各方对“日常往来”的说法" in told


def test_those_of_the_roadmap_are_told_in_full_and_no_others(name: str, language: str) -> None:
    judged = wave(name)
    page = judged.page(language)
    cards = [
        card
        for section in page.sections
        if section.id == "strategies"
        for block in section.blocks
        if isinstance(block, Cards)
        for card in block.cards
        if card.steps
    ]
    (timeline,) = [block for section in page.sections for block in section.blocks if block.kind == "timeline"]
    assert {card.title for card in cards} == {bar.name for bar in timeline.bars}  # type: ignore[union-attr]
    assert len(cards) <= 5
    first = {card.title for card in page.opening.acts.cards}
    assert first <= {card.title for card in cards}
    for card in cards:
        assert all(step.by and step.who and step.does for step in card.steps)
        assert all(one.text and one.because for one in card.local)
        assert len(card.after) >= 2


def test_held_back_names_the_fact_that_holds_it_back() -> None:
    page = wave("wave-1").page("zh")
    text = re.sub(r"<[^>]+>", "", html.write(page).decode())
    assert "现状：平等相待现为0至1级。" in text


def test_a_report_without_strategies_has_no_roadmap(of_small: Callable[[str], Judged]) -> None:
    judged = of_small("assess: 1\nid: small\nwave: {date: 2024-05-01}\nevidence: []\n")
    page = page_of(judged.verdict, judged.assessment, judged.ruleset, "en", EDITIONS["organization"])
    assert {"plan", "strategies"}.isdisjoint(section.id for section in page.sections)
