"""Workbooks that come back: read rightly, or refused with the cell, in both languages."""

from __future__ import annotations

import io
import json
import sys
import time
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, meta

from assess.catalogue import catalogue
from assess.cli import run_command
from assess.evidence.forms import write_form
from assess.evidence.model import Assessment
from assess.evidence.sheets import read_grids
from assess.evidence.workbook import load_workbook
from assess.evidence.written import as_yaml
from assess.messages import located, message
from assess.problems import Problem
from assess.ruleset.model import RuleSet
from tests.conftest import shipped
from tests.evidence.spoiled import CASES, MERGING, PROVOKED, REFUSALS, Case, spoilt, with_part

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


# --- any damage ----------------------------------------------------------------------------------------------------

RULES = shipped()
FEW = settings(max_examples=60, deadline=None)


@cache
def _form() -> bytes:
    return write_form(RULES, RULES.sources, catalogue("zh"))


_ANY = st.one_of(
    st.text(max_size=12), st.integers(-9, 99999), st.floats(), st.booleans(),
    st.datetimes(), st.times(), st.timedeltas(),
    st.sampled_from(["", "3", "3分", "2-3", "#codes", "#band", "respondent", "note", "emb.access", "source:swo", "S1"]),
)  # fmt: skip


@FEW
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 60), st.integers(0, 14), _ANY), min_size=1, max_size=5))
def test_whatever_stands_in_whichever_cell_is_read_or_refused(changes: list[tuple[int, int, int, Any]]) -> None:
    grids = read_grids(_form())
    for sheet, row, column, value in changes:
        rows = grids[sheet].rows
        rows += [[] for _ in range(row + 1 - len(rows))]
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = value
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("assess.evidence.workbook.read_grids", lambda _: grids)
        assessment, problems = load_workbook(b"", "form.xlsx", RULES)
    assert (assessment is None) == bool(problems)
    for problem in problems:
        for language in ("zh", "en"):
            assert "\x1b" not in located(problem, catalogue(language))


@FEW
@given(st.lists(st.tuples(st.integers(0), st.binary(max_size=4)), min_size=1, max_size=6), st.booleans())
def test_no_damage_of_the_file_is_a_defect(damages: list[tuple[int, bytes]], whole: bool) -> None:
    raw = bytearray(_form())
    for at, scrap in damages:
        start = at % len(raw)
        raw[start : start + len(scrap)] = scrap
    if not whole:
        raw = raw[: damages[0][0] % len(raw)]
    for content in (bytes(raw), _packed_again(bytes(raw), damages)):
        assessment, problems = load_workbook(content, "form.xlsx", RULES)
        assert (assessment is None) == bool(problems)


def _packed_again(raw: bytes, damages: list[tuple[int, bytes]]) -> bytes:
    """Damage inside the parts, with checksums that fit it."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(raw)).namelist()
        part = parts[damages[0][0] % len(parts)]

        def change(content: bytes) -> bytes:
            start = damages[-1][0] % max(len(content), 1)
            return content[:start] + damages[-1][1] + content[start + 1 :]

        return with_part(raw, part, change)
    except Exception:  # what is not even an archive is tested as it is
        return raw


# --- the commands --------------------------------------------------------------------------------------------------


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setattr(sys, "argv", ["assess"])
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("chinese")
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


@pytest.mark.usefixtures("chinese")
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


@pytest.mark.usefixtures("chinese")
def test_a_workbook_is_known_by_its_content(workbook: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    Path("form.yaml").write_bytes(workbook)
    assert run_command(["run", "--json", "--engine", "reference", "form.yaml"]) == 0
    assert json.loads(capsys.readouterr().out)["assessment"]["id"] == "m-community-1"
