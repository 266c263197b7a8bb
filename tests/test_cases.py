"""Cases: what is wrong with a file of them, what is said of one that fails, and that pytest collects them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assess.cases import case_files, load_all, load_cases
from assess.content import content
from assess.expectations import PARTS, differences, found
from assess.judge import judge
from assess.ruleset.model import RuleSet
from assess.verdict import to_json
from tests.conftest import Run


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped rule set without its cases."""
    folder = tmp_path / "my-rules"
    shutil.copytree(content("rules"), folder, ignore=shutil.ignore_patterns("cases"))
    (folder / "cases").mkdir()
    return folder


def _write(folder: Path, cases: str) -> Path:
    path = folder / "cases" / "mine.yaml"
    path.write_text(cases, encoding="utf-8")
    return path


GOOD = """cases:
  - id: nothing
    says: {zh: 什么都没有, en: Nothing there}
    else: 0
    expect: {stage: {floor: 0}}
"""
FAILING = """cases:
  - id: nothing
    says: {zh: 什么都没有, en: Nothing there}
    else: 0
    expect: {stage: {floor: 2, possible: [0, 1]}, strategies: {recommended: {has: [{id: tripartite, timely: [x]}]}}}
"""


def test_only_what_is_asked_for_is_judged_and_it_is_the_same(ruleset: RuleSet) -> None:
    cases, problems = load_all(case_files(content("rules")), ruleset)
    assert not problems
    for case in cases[::40]:
        whole = json.loads(to_json(judge(ruleset, case.situation)))
        quick = ("conditions", "patterns", "stage", "strategies", "screening")
        assert json.loads(json.dumps(found(ruleset, case.situation, quick))) == {key: whole[key] for key in quick}
        assert set(PARTS) >= set(whole)


def test_differences_name_each_place() -> None:
    seen = {"stage": {"floor": 1}, "lists": [{"id": "a", "n": 1}, {"id": "b"}]}
    assert not list(differences({"stage": {"floor": 1}, "lists": {"has": [{"id": "b"}]}}, seen))
    said = [
        (one.path, one.kind)
        for one in differences({"stage": {"floor": 2, "top": 3}, "lists": {"has": [{"id": "a", "n": 2}]}}, seen)
    ]
    assert said == [("stage › floor", "other"), ("stage › top", "missing"), ("lists", "lacks")]
    assert [one.path for one in differences([{"id": "a"}, {"id": "c"}], seen["lists"])] == [" › 2 › id"]


BROKEN = {
    "cases:\n": [("wrong-type", "")],
    "case: []\n": [("unknown-field", "case")],
    "- id: x\n": [("wrong-type", "")],
    "cases: [x]\n": [("wrong-type", "x")],
    GOOD.replace("else: 0", "assessment: nowhere.yaml"): [("no-such-file", "nowhere.yaml")],
    GOOD.replace("else: 0", "assessment: '.'"): [("not-a-file", "")],
    GOOD.replace("else: 0", "readings: {emb.acces: 1}"): [("unknown-reference", "emb.acces")],
    GOOD.replace("else: 0", "positions: {emb.access: {swoo: 1}}"): [("unknown-reference", "swoo")],
    GOOD.replace("else: 0", "community: {type: danwei}"): [("unknown-reference", "danwei")],
    GOOD.replace("else: 0", "community: {attributes: {age: high}}"): [("unknown-reference", "age")],
    GOOD.replace("else: 0", "community: {attributes: {ageing: hihg}}"): [("unknown-level", "hihg")],
    GOOD.replace("else: 0", "events: [{type: vote, date: 2016-01}]"): [("unknown-reference", "vote")],
    GOOD.replace("{stage:", "{stages:"): [("unknown-field", "stages")],
    GOOD.replace("else: 0", "else: 7"): [("too-large", "7")],
    GOOD + GOOD.partition("\n")[2]: [("duplicate-id", "nothing")],
}


@pytest.mark.parametrize("written", BROKEN)
def test_what_is_wrong_with_a_file_of_cases(written: str, copy: Path, ruleset: RuleSet, run: Run) -> None:
    path = _write(copy, written)
    _, problems = load_cases(path, ruleset)
    assert [problem.code for problem in problems] == [code for code, _ in BROKEN[written]]
    for problem, (_, value) in zip(problems, BROKEN[written], strict=True):
        assert value in problem.value
        assert problem.place.file == str(path)
        assert problem.place.line
    exit_code, out, err = run("rules", "test", "--rules", str(copy))
    assert (exit_code, out) == (2, "")
    assert "Traceback" not in err


def test_a_case_that_fails_is_shown_with_all_that_differs(copy: Path, run: Run) -> None:
    path = _write(copy, FAILING)
    code, out, _ = run("rules", "test", "--rules", str(copy))
    assert code == 1
    lines = out.splitlines()
    assert lines[0] == f"{path}:2:5: nothing: Nothing there"
    assert lines[1:] == [
        "    stage › floor: expected 2, found 0",
        "    stage › possible: expected [0, 1], found [0]",
        "    strategies › recommended: expected among others {id: tripartite, timely: [x]}, found nothing",
        "1 of 1 cases fails.",
    ]


def test_cases_are_chosen_by_id_file_and_text(copy: Path, run: Run, tmp_path: Path) -> None:
    assert run("rules", "test", "--rules", str(copy))[0] == 2, "no cases at all"
    path = _write(copy, GOOD)
    rules = ("--rules", str(copy))
    assert run("rules", "test", *rules)[:2] == (0, "1 case holds.\n")
    assert run("rules", "test", "nothing", *rules)[0] == 0
    assert run("rules", "test", str(path))[:2] == (0, "1 case holds.\n"), "also under the shipped rules"
    assert run("rules", "test", "-k", "什么", *rules)[0] == 0
    code, _, err = run("rules", "test", "nothin", *rules)
    assert code == 2
    assert 'Did you mean "nothing"?' in err
    assert run("rules", "test", "-k", "elsewhere", *rules)[0] == 2
    assert run("rules", "test", str(tmp_path / "no.yaml"), *rules)[0] == 2


def _pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-c", "/dev/null"]
    return subprocess.run(
        [*command, "--rootdir", str(folder), *arguments],
        capture_output=True, text=True, encoding="utf-8", cwd=folder, check=False,
    )  # fmt: skip


def test_pytest_runs_the_cases_of_anybodys_rule_set(copy: Path) -> None:
    path = _write(copy, GOOD.replace("id: nothing", "id: just-nothing") + FAILING.partition("\n")[2])
    done = _pytest(copy, "cases", "-v")
    assert done.returncode == 1, done.stdout
    assert "cases/mine.yaml::just-nothing PASSED" in done.stdout
    assert "cases/mine.yaml::nothing FAILED" in done.stdout
    assert f"{path}:6:5: nothing: Nothing there\n    stage › floor: expected 2, found 0" in done.stdout
    only = _pytest(copy, "cases", "-k", "just")
    assert only.returncode == 0, only.stdout
    assert "1 passed, 1 deselected" in only.stdout
    _write(copy, "cases: [x]\n")
    assert "mine.yaml:1:9" in _pytest(copy, "cases").stdout
