"""Bad input: every mistake in ``broken/`` is said in both languages, at its place, all at once, and nothing is written.

``broken/assessments`` holds one file a mistake, ``broken/assessments.yaml`` what is said of it; each file of
``broken/rules`` holds a mistake as a change of a good rule set, and what is said of that.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, meta

import assess
from assess.catalogue import catalogue
from assess.cli import run_command
from assess.content import content
from assess.evidence.load import load_assessment
from assess.messages import message
from assess.problems import Problem
from assess.ruleset import load
from assess.ruleset.load import load_ruleset
from assess.ruleset.model import RuleSet
from tests.conftest import ROOT
from tests.evidence.spoiled import PROVOKED

BROKEN = ROOT / "tests" / "broken"
FILES = BROKEN / "assessments"
TINY = ROOT / "tests" / "tiny"
RULES = {"tiny": TINY / "rules", "shipped": content("rules")}
LOCALE = {"zh": "zh_CN.UTF-8", "en": "en_US.UTF-8"}

# What no reader of a message should meet: Python, its types, our parser.
UNREADABLE = re.compile(
    r"Traceback|\w+Error\b|NoneType|\bNone\b|\bTrue\b|\bFalse\b|function-|pydantic|<class|\('|\['|\{'|\\x|PyYAML|libyaml"
)
Result = tuple[int, str, str]  # exit code, standard output, standard error
Say = Callable[..., Result]


def _table(path: Path) -> Any:
    return yaml.load(path.read_bytes(), yaml.BaseLoader)


ASSESSMENTS: Mapping[str, Mapping[str, Any]] = _table(BROKEN / "assessments.yaml")
CHANGES: Mapping[str, Mapping[str, Any]] = {
    path.stem: _table(path) for path in sorted((BROKEN / "rules").glob("*.yaml"))
}


@cache
def _ruleset(name: str) -> RuleSet:
    ruleset, problems = load_ruleset(RULES[name])
    assert ruleset is not None, problems
    return ruleset


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs the real command line in this process, in a language; within a test each rule set is read once."""

    @cache
    def once(folder: Path) -> tuple[RuleSet | None, list[Problem]]:
        good = [name for name, known in RULES.items() if folder == known]
        return (_ruleset(good[0]), []) if good else load_ruleset(folder)

    def run(language: str, *arguments: str) -> Result:
        monkeypatch.setattr(load, "load_ruleset", once)
        monkeypatch.setattr(sys, "argv", ["assess", *arguments])
        monkeypatch.setenv("LC_ALL", LOCALE[language])
        code = run_command(arguments)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def _check(result: Result, expected: Mapping[str, Any], language: str) -> None:
    """Exit code 2, no result, the first line, the number of problems, the words, and nothing of Python."""
    code, out, err = result
    said = [found for line in err.splitlines() if (found := re.match(r"[^ ]+?(?::(\d+):\d+)?: ", line))]
    assert code == 2, err
    assert not out
    assert len(said) == int(expected["problems"]), err
    assert int(said[0][1] or 0) == int(expected["line"]), err
    assert err.rstrip().splitlines()[-1].startswith(f"{expected['problems']} "), err
    assert [word for word in expected[language] if word not in err] == [], err
    assert not UNREADABLE.search(err), err


# --- assessments ---------------------------------------------------------------------------------------------------


def test_every_broken_file_is_in_the_table() -> None:
    assert sorted(ASSESSMENTS) == sorted(path.name for path in FILES.iterdir() if not path.name.startswith("."))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ASSESSMENTS)
def test_broken_assessment(name: str, language: str, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FILES)
    expected = ASSESSMENTS[name]
    rules = ["--rules", str(RULES[expected.get("rules", "shipped")])]
    _check(say(language, "run", "--json", "--engine", "reference", name, *rules), expected, language)
    _check(say(language, "report", name, "-o", str(tmp_path / "out.html"), *rules), expected, language)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "out.html").write_text("kept")
    _check(say(language, "report", name, "--force", "-o", str(tmp_path / "out.html"), *rules), expected, language)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"out.html": "kept"}


def test_a_good_file_beside_a_broken_one_is_judged(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FILES)
    good = str(content("examples") / "m-community" / "sparse.yaml")
    code, out, err = say("zh", "run", "--json", "--engine", "reference", "indicator-typo.yaml", good)
    assert code == 2
    assert [verdict["assessment"]["id"] for verdict in json.loads(out)] == ["m-community-sparse"]
    assert "emb.access（进入开放度）" in err
    assert "没有写出" not in err


# --- rule sets -----------------------------------------------------------------------------------------------------


def _changed(name: str, into: Path) -> Path:
    """The rule set of a change, in a folder of its own."""
    change, folder = CHANGES[name], into / "rules"
    shutil.copytree(RULES[change["base"]], folder, ignore=shutil.ignore_patterns("cases"))
    for part in [change, *change.get("more", [])]:
        if "file" in part:
            path = folder / part["file"]
            written = path.read_text(encoding="utf-8")
            assert part["old"] in written, (name, part["old"])
            path.write_text(written.replace(part["old"], part["new"], 1), encoding="utf-8")
    if "add" in change:
        (folder / change["add"]).parent.mkdir(exist_ok=True)
        (folder / change["add"]).write_text(change["text"], encoding="utf-8")
    if "remove" in change:
        gone = folder / change["remove"]
        for path in [gone] if gone.is_file() else [*gone.iterdir()]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return folder


@pytest.mark.parametrize("name", CHANGES)
def test_broken_rules(name: str, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _changed(name, tmp_path)
    monkeypatch.chdir(tmp_path)
    for language in ("zh", "en"):
        _check(say(language, "rules", "check", "--rules", "rules"), CHANGES[name], language)
    good = str(TINY / "assessment.yaml")
    _check(say("zh", "report", good, "-o", "out.html", "--rules", "rules"), CHANGES[name], "zh")
    assert not Path("out.html").exists()


# --- as a process --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["several.yaml", "gb18030.yaml", "workbook.xlsx", "very-deep.yaml"])
def test_broken_assessment_as_a_process(name: str) -> None:
    _check(_process(["run", "--json", "--engine", "reference", name], FILES), ASSESSMENTS[name], "zh")


def test_broken_rules_as_a_process(tmp_path: Path) -> None:
    _changed("syntax-and-more", tmp_path)
    _check(_process(["rules", "check", "--rules", "rules"], tmp_path), CHANGES["syntax-and-more"], "zh")


@pytest.mark.parametrize("text", ["[" * 300_000, "- " * 300_000 + "x", "a: " + "{b: " * 300_000])
def test_nesting_cannot_overflow_the_stack_of_the_parser(text: str, tmp_path: Path) -> None:
    (tmp_path / "deep.yaml").write_text(text)
    code, _, err = _process(["run", "--json", "--engine", "reference", "deep.yaml"], tmp_path)
    assert code == 2
    assert "层级套得太多" in err


def _process(arguments: Sequence[str], folder: Path) -> Result:
    environment = {**os.environ, "LC_ALL": LOCALE["zh"], "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "assess", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


# --- a rule set of another field -----------------------------------------------------------------------------------


def test_a_rule_set_of_another_field_runs_unchanged(say: Say) -> None:
    file, rules = str(TINY / "assessment.yaml"), str(TINY / "rules")
    code, out, err = say("zh", "run", "--json", "--engine", "reference", file, "--rules", rules)
    assert (code, err) == (0, "")
    verdict = json.loads(out)
    assert verdict["ruleset"]["name"] == "school-library"
    assert verdict["stage"]["possible"] == [2, 3, 4]
    assert verdict["readings"]["shelf.choice"] == {
        "floor": 1, "ceiling": 2, "status": "disputed",
        "positions": {"teachers": {"floor": 2, "ceiling": 2, "n": 1}, "library": {"floor": 1, "ceiling": 1, "n": 1}},
    }  # fmt: skip
    assert verdict["screening"] is None
    assert verdict["strategies"] == {"recommended": [], "consider": [], "later": [], "held_back": []}


# --- sentences -----------------------------------------------------------------------------------------------------

# Parts of messages and closing lines, which are not said of one mistake.
PARTS = {
    "allowed", "also", "called", "count", "count_kept", "example", "fields", "invisible", "meant", "nothing_allowed",
}  # fmt: skip
# What no assessment and no rule set can provoke: why, or which other test does (of tables, workbooks, ...).
ELSEWHERE = {
    "no-such-file": "the file is not there",
    "not-a-file": "a folder is named where a file is needed",
    "unreadable": "the system does not let us read",
    "no-such-folder": "the folder of --rules is not there",
    "exists": "the file to write is there",
    "format-unknown": "the ending of the file to write",
    "no-such-output-folder": "the folder to write into is not there",
    "wrong-value": "for checks of pydantic that no model of ours uses; it keeps a new one from being said in its words",
    **dict.fromkeys(("missing-column", "unknown-column", "no-readings", "table-kind"), "screening/test_screen"),
    **dict.fromkeys(("row-no-community", "row-rating", "row-unknown-level"), "cells of a table: screening/test_screen"),
    "row-floor-above-ceiling": "cells of a table: screening/test_screen",
    **dict.fromkeys(("row-unknown-indicator", "row-unknown-source", "row-rated-twice"), "screening/test_bulk"),
    **dict.fromkeys(("row-stated-twice", "row-duplicate", "row-too-long"), "cells of a table: screening/test_tables"),
    **dict.fromkeys(("only-of-long", "readings-are-given"), "what a table cannot have: screening/test_tables"),
    "no-assessments": "the folder to screen is empty: screening/test_screen",
    **dict.fromkeys(("not-a-folder", "briefs-of-table"), "what is asked for beside a table: screening/test_briefs"),
    "same-id": "two files of a folder with one id contradict each other: screening/test_folder",
    "no-result": "the earlier result of --since is none: screening/test_changes",
    **dict.fromkeys(
        (
            "whatif-form",
            "whatif-level",
            "whatif-upside-down",
            "whatif-twice",
            "why-unknown",
            "require-form",
            "require-unknown",
        ),
        "questions on the command line: explain/test_asking",
    ),
    **dict.fromkeys(("one-wave", "same-day", "other-side"), "files that are no waves: explain/test_compare"),
    **dict.fromkeys(PROVOKED, "only a workbook, or several files that are merged: tests/evidence"),
}
# Functions whose first argument is the code of a problem.
_SAYERS = {"Problem", "unknown", "unnamed", "_say", "_break", "Clash"}


def _used_codes() -> set[str]:
    """The codes that stand in the program: given to what makes problems, or in the tables of the loaders."""
    sentences = {key.partition(".")[2] for key in catalogue("en").sentences if key.startswith("problems.")}
    calls: set[str] = set()
    words: set[str] = set()
    for path in Path(assess.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in _SAYERS:
                    calls.add(str(node.args[0].value))
    return calls | (words & sentences - PARTS)


def _provoked() -> tuple[Problem, ...]:
    """Everything that the broken files provoke."""
    found: list[Problem] = []
    for name, expected in ASSESSMENTS.items():
        found += load_assessment((FILES / name).read_bytes(), name, _ruleset(expected.get("rules", "shipped")))[1]
    for name in CHANGES:
        with tempfile.TemporaryDirectory() as folder:
            found += load_ruleset(_changed(name, Path(folder)))[1]
    return tuple(found)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_code_has_a_sentence_and_every_sentence_a_code(language: str) -> None:
    sentences = {key.partition(".")[2] for key in catalogue(language).sentences if key.startswith("problems.")}
    assert sentences - PARTS == _used_codes()


def test_every_code_is_provoked_and_every_value_that_its_sentence_names_is_supplied() -> None:
    """The values also in the branches of a sentence that no broken file takes."""
    provoked = _provoked()
    assert _used_codes() - {problem.code for problem in provoked} == set(ELSEWHERE)
    for words in (catalogue("zh"), catalogue("en")):
        for problem in provoked:
            named = meta.find_undeclared_variables(Environment().parse(words.sentences[f"problems.{problem.code}"]))
            assert named <= {"value", "field", "expected", "meant", *problem.more}, problem
            assert message(problem, words)


def test_what_no_file_provokes(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.html").write_text("kept")
    good = str(content("examples") / "m-community" / "sparse.yaml")
    run = ("run", "--json", "--engine", "reference")
    for arguments, words in (
        ((*run, "nowhere.yaml"), ("nowhere.yaml", "找不到")),
        ((*run, "."), ("文件夹",)),
        ((*run, "a\0b"), ("打不开",)),
        ((*run, good, "--rules", "nowhere"), ("nowhere", "规则集")),
        (("report", good, "-o", "there.html"), ("there.html", "--force")),
        (("report", good, "-o", "out.odt"), ("out.odt", ".pdf")),
        (("report", good, "-o", "nowhere/out.html"), ("nowhere", "先建立")),
    ):
        code, out, err = say("zh", *arguments)
        assert (code, out) == (2, ""), err
        assert [word for word in words if word not in err] == [], err
        assert not UNREADABLE.search(err), err
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"there.html": "kept"}


# --- any damage ----------------------------------------------------------------------------------------------------

_GOOD = (content("examples") / "m-community" / "wave-1.yaml").read_text(encoding="utf-8")
_SCRAPS = [
    "", " ", "\t", "\n", ":", "：", ",", "，", "-", "- ", "{", "}", "[", "]", '"', "'", "“", "&a ", "*a ", "!x ", "|",
    ">", "#", "%", "@", "`", "\\", "?", "~", "3", "null", "\u3000", "\u200b", "\x00", "\x1b", "\ufeff", "---\n", "<<: ",
]  # fmt: skip


def _damages() -> Iterator[st.SearchStrategy[tuple[int, int, str]]]:
    position = st.integers(0, len(_GOOD))
    yield st.tuples(position, st.integers(0, 12), st.sampled_from(_SCRAPS))
    yield st.tuples(position, st.just(0), st.text(max_size=3))


@given(st.lists(st.one_of(*_damages()), min_size=1, max_size=4))
def test_no_damage_is_a_defect(damages: list[tuple[int, int, str]]) -> None:
    """Whatever is cut out of a file or put in, it is read, or what is said of it can be read."""
    text = _GOOD
    for at, length, scrap in damages:
        text = text[:at] + scrap + text[at + length :]
    raw = text.encode("utf-8", "surrogatepass")
    assessment, problems = load_assessment(raw, "damaged.yaml", _ruleset("shipped"))
    assert (assessment is None) == bool(problems)
    for problem in problems:
        for language in ("zh", "en"):
            assert "\x1b" not in message(problem, catalogue(language))
