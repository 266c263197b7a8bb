"""The same evidence in eight types of community: the document is current, and advice differs where the types differ."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from types import ModuleType

import pytest

from assess.report.steps import planned
from assess.ruleset.conditions import OfType
from assess.ruleset.model import RuleSet
from tests.conftest import ROOT


@cache
def _made() -> ModuleType:
    path = ROOT / "examples" / "eight-types" / "make.py"
    spec = importlib.util.spec_from_file_location("eight_types", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["eight_types"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_document_is_current(ruleset: RuleSet, language: str) -> None:
    """``python examples/eight-types/make.py`` writes it."""
    written = (ROOT / "docs" / f"eight-types.{language}.md").read_text(encoding="utf-8")
    assert written == _made().document(ruleset, _made().places(ruleset), language)


def test_the_type_changes_the_advice_and_nothing_else(ruleset: RuleSet) -> None:
    found = _made().places(ruleset)
    assert len(found) == len(ruleset.types) == 8
    first = found[0].verdict
    for place in found[1:]:
        for part in (
            "readings",
            "conditions",
            "patterns",
            "stage",
            "raises",
            "by_condition",
            "robustness",
            "screening",
        ):
            assert getattr(place.verdict, part) == getattr(first, part), part
    advice = {tuple((name, one.id, one.reasons, one.here) for name, _, one in place.entries()) for place in found}
    assert len(advice) == 8


def test_what_is_said_of_a_type_is_said_there_alone(ruleset: RuleSet) -> None:
    """Of two adaptations for types, a reader in one community is told the one that is written for it."""
    for place in _made().places(ruleset):
        for _, _, advice in place.entries():
            here = ruleset.strategy[advice.id].here
            assert here is not None
            for adaptation in here.adaptations:
                if isinstance(adaptation.condition, OfType):
                    assert (adaptation.id in advice.here) is (place.type in adaptation.condition.types)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_adaptation_in_a_report_names_its_local_fact(ruleset: RuleSet, language: str) -> None:
    for place in _made().places(ruleset):
        subject = place.subject(ruleset, language)
        kind = subject.community(place.type)
        for one in planned(subject).strategies:
            advice = next(advice for _, _, advice in place.entries() if advice.id == one.id)
            here = ruleset.strategy[one.id].here
            assert here is not None
            told = list(_made().adapted(subject, ruleset.strategy[one.id], advice))
            assert len(told) == len(advice.here)
            by_id = {adaptation.id: adaptation for adaptation in here.adaptations}
            for local, name in zip(told, advice.here, strict=True):
                assert local.because
                assert (kind in local.because) is isinstance(by_id[name].condition, OfType)


def test_the_reports_of_two_types_differ(ruleset: RuleSet) -> None:
    from assess.report.render import render

    reports = {render(place.verdict, place.assessment, ruleset, "html", "zh") for place in _made().places(ruleset)}
    assert len(reports) == 8
