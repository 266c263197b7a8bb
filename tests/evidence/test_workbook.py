"""Workbooks that come back: read rightly, or refused with the cell, in both languages."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from assess.catalogue import catalogue
from assess.cli import run_command
from assess.evidence.model import Assessment
from assess.evidence.workbook import load_workbook
from assess.evidence.written import as_yaml
from assess.messages import located, message
from assess.problems import Problem
from assess.ruleset.model import RuleSet
from tests.evidence.spoiled import CASES, MERGING, PROVOKED, REFUSALS, Case, spoilt

REFUSED = [case for case in CASES if case.name in REFUSALS]
UNDERSTOOD = [case for case in CASES if case.name not in REFUSALS]


def test_the_same_ratings_give_the_same_assessment(workbook: bytes, wave: Assessment, ruleset: RuleSet) -> None:
    assessment, problems = load_workbook(workbook, "form.xlsx", ruleset)
    assert not problems
    assert assessment == wave


def test_there_are_enough_ways_to_spoil_one() -> None:
    assert len(REFUSED) >= 30
    assert len({case.name for case in CASES}) == len(CASES)
    assert {case.name for case in REFUSED} == set(REFUSALS)
    assert {str(said["code"]) for said in REFUSALS.values()} >= PROVOKED - MERGING


@pytest.mark.parametrize("case", UNDERSTOOD, ids=lambda case: case.name)
def test_understood(case: Case, workbook: bytes, wave: Assessment, ruleset: RuleSet) -> None:
    assessment, problems = load_workbook(spoilt(case, workbook), "form.xlsx", ruleset)
    assert [located(problem, catalogue("en")) for problem in problems] == []
    assert assessment is not None
    added = [item for item in assessment.evidence if item not in wave.evidence and item.respondent in {"S7", "S9"}]
    assert len(added) == case.ratings
    assert all((item.indicator, item.rating) == ("emb.access", 3) for item in added)
    first = next(
        at for at, item in enumerate(wave.evidence) if (item.indicator, item.respondent) == ("emb.access", "S1")
    )
    expected = list(wave.evidence)
    if case.change:
        changed = [
            at for at, item in enumerate(wave.evidence) if item.indicator == "emb.access" and item.source == "swo"
        ]
        for at in changed if "note" in case.change else [first]:
            expected[at] = expected[at].model_copy(update=dict(case.change))
    assert [item for item in assessment.evidence if item not in added] == expected
    assert assessment.model_copy(update={"evidence": ()}) == wave.model_copy(update={"evidence": ()})


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_refused(case: Case, workbook: bytes, ruleset: RuleSet) -> None:
    expected = REFUSALS[case.name]
    begun = time.perf_counter()
    raw = spoilt(case, workbook)
    assessment, problems = load_workbook(raw, "form.xlsx", ruleset)
    assert time.perf_counter() - begun < 20
    assert assessment is None
    said = [located(problem, catalogue("en")) for problem in problems]
    assert len(problems) == 1, said
    problem = problems[0]
    assert problem.code == expected["code"], said
    assert str(problem.place) == (f"form.xlsx [{expected['cell']}]" if "cell" in expected else "form.xlsx")
    for language in ("zh", "en"):
        text = located(problem, catalogue(language))
        assert text.startswith(f"{problem.place}: ")
        assert [word for word in expected[language] if word not in text] == [], text
        _names_what_is_given(problem, language)


def _names_what_is_given(problem: Problem, language: str) -> None:
    words = catalogue(language)
    named = meta.find_undeclared_variables(Environment().parse(words.sentences[f"problems.{problem.code}"]))
    assert named <= {"value", "field", "expected", "meant", *problem.more}
    assert message(problem, words)


def test_several_problems_come_in_the_order_of_the_sheets(workbook: bytes, ruleset: RuleSet) -> None:
    by_name = {case.name: case for case in CASES}
    raw = workbook
    for name in ("no day", "an unknown change", "two levels"):
        raw = spoilt(by_name[name], raw)
    _, problems = load_workbook(raw, "form.xlsx", ruleset)
    assert [problem.place.cell for problem in problems] == ["社区!C5", "变化!B5", "机构!D8"]


# --- the commands --------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setattr(sys, "argv", ["assess"])
    monkeypatch.chdir(tmp_path)


def test_run_and_report_take_it(
    workbook: bytes, wave: Assessment, ruleset: RuleSet, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("form.xlsx").write_bytes(workbook)
    data = wave.model_dump(mode="json", exclude_none=True, exclude_defaults=False)
    data.pop("actions")
    Path("same.yaml").write_text(as_yaml(data, [], ruleset, catalogue("zh")), encoding="utf-8")
    said = []
    for name in ("form.xlsx", "same.yaml"):
        assert run_command(["run", "--json", "--engine", "reference", name]) == 0
        said.append(json.loads(capsys.readouterr().out))
    assert said[0] == said[1]
    for name in ("form.xlsx", "same.yaml"):
        assert run_command(["report", name, "-o", f"{name}.html"]) == 0
    assert Path("form.xlsx.html").read_bytes() == Path("same.yaml.html").read_bytes()


@pytest.mark.parametrize("name", ["two levels", "a password", "no day"])
def test_a_spoilt_one_is_refused_in_one_line(name: str, workbook: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    (case,) = [case for case in CASES if case.name == name]
    Path("form.xlsx").write_bytes(spoilt(case, workbook))
    for command in (
        ["run", "form.xlsx"],
        ["report", "form.xlsx", "-o", "out.pdf"],
        ["import", "form.xlsx", "-o", "o.yaml"],
    ):
        assert run_command(command) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err.startswith("form.xlsx")
        assert "Traceback" not in shown.err
        assert len(shown.err.splitlines()) == 2
    assert [path.name for path in Path().iterdir()] == ["form.xlsx"]


def test_a_workbook_is_known_by_its_content(workbook: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    Path("form.yaml").write_bytes(workbook)
    assert run_command(["run", "--json", "--engine", "reference", "form.yaml"]) == 0
    assert json.loads(capsys.readouterr().out)["assessment"]["id"] == "m-community-1"
