"""What ``run`` can be asked beside the verdict: what if, why, requirements; and what is said of bad questions."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jsonschema
import pytest

from assess.cli import run_command
from assess.evidence.model import Assessment
from assess.explain.change import difference
from assess.explain.require import Requirement
from assess.explain.require import parse as required
from assess.explain.whatif import overridden, parse
from assess.explain.why import askable, asked, why_of
from assess.judge import judge
from assess.ruleset.model import RuleSet
from assess.schemas import whatif_schema
from assess.situation import of_assessment
from assess.verdict import Node
from tests.conftest import EXAMPLES

WAVE = {number: str(EXAMPLES / f"wave-{number}.yaml") for number in (1, 2, 3)}
SPARSE = str(EXAMPLES / "sparse.yaml")
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs the command line in English or, with ``zh`` first, in Chinese."""

    def run(*arguments: str) -> tuple[int, str, str]:
        language, *rest = arguments if arguments[0] in {"zh", "en"} else ("en", *arguments)
        monkeypatch.setattr(sys, "argv", ["assess"])
        monkeypatch.setenv("LC_ALL", {"zh": "zh_CN.UTF-8", "en": "en_US.UTF-8"}[language])
        code = run_command(["run", "--engine", "reference", *rest])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


# --- what if -----------------------------------------------------------------------------------------------------


def test_what_if_parses_levels_and_intervals(ruleset: RuleSet) -> None:
    found, problems = parse(["emb.access=3, mut.goal=[1,2]", "emb.regard = 0"], ruleset)
    assert not problems
    assert found == {"emb.access": (3, 3), "mut.goal": (1, 2), "emb.regard": (0, 0)}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("emb.access", "whatif-form"),
        ("emb.access=", "whatif-form"),
        ("emb.access=1-3", "whatif-form"),
        ("emb.access=[1,3", "whatif-form"),
        ("emb.access>=2", "unknown-reference"),
        ("emb.acess=2", "unknown-reference"),
        ("emb.access=5", "whatif-level"),
        ("emb.access=[1,5]", "whatif-level"),
        ("emb.access=[3,1]", "whatif-upside-down"),
        ("emb.access=1,emb.access=2", "whatif-twice"),
    ],
)
def test_what_if_gone_wrong(ruleset: RuleSet, say: Say, written: str, code: str) -> None:
    assert code in [problem.code for problem in parse([written], ruleset)[1]]
    for language in ("zh", "en"):
        status, out, err = say(language, SPARSE, "--whatif", written)
        assert (status, out) == (2, "")
        assert err.startswith("--whatif: ")
        assert "Traceback" not in err


def test_what_if_overrides_the_reading_and_nothing_else(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    situation = of_assessment(example("wave-1"), ruleset)
    other = overridden(situation, {"emb.access": (2, 3)})
    changed = other.readings["emb.access"]
    assert (changed.floor, changed.ceiling) == (2, 3)
    assert changed.positions == situation.readings["emb.access"].positions
    assert {**other.readings, "emb.access": None} == {**situation.readings, "emb.access": None}
    assert overridden(situation, {}) == situation


def test_what_if_beside_the_verdict(say: Say) -> None:
    _, plain, _ = say("--json", WAVE[2])
    code, out, _ = say("--json", WAVE[2], "--whatif", "emb.access=1,mut.goal=[1,2]")
    both = json.loads(out)
    assert code == 0
    assert both["verdict"] == json.loads(plain)
    assert both["whatif"]["readings"] == {
        "emb.access": {"floor": 1, "ceiling": 1},
        "mut.goal": {"floor": 1, "ceiling": 2},
    }
    assert both["verdict"]["stage"]["floor"] == 2
    assert both["whatif"]["verdict"]["stage"]["floor"] == 1
    jsonschema.validate(both, json.loads(whatif_schema()))
    _, several, _ = say("--json", WAVE[2], SPARSE, "--whatif", "emb.access=1,mut.goal=[1,2]")
    assert json.loads(several)[0] == both


SAID = {
    "zh": ["假如进入开放度是1级", "阶段：第二阶段“双向互构”→第一阶段“关系嵌入”", "进入开放度：2至3级→1级"],
    "en": ["WhatifOpennessofaccesswereat1?", "Stage:stage2(“Mutualconstruction”)→stage1", "Opennessofaccess:2–3→1"],
}


@pytest.mark.parametrize("language", SAID)
def test_what_if_says_what_changes(say: Say, language: str) -> None:
    code, out, _ = say(language, WAVE[2], "--whatif", "emb.access=1")
    assert code == 0
    shown = "".join(out.split())
    assert [words for words in SAID[language] if words not in shown] == []


def test_what_if_of_what_is_known_changes_nothing(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    situation = of_assessment(example("wave-3"), ruleset)
    same = {name: (reading.floor, reading.ceiling) for name, reading in situation.readings.items()}
    found = difference(judge(ruleset, situation), judge(ruleset, overridden(situation, same)))
    assert (found.before, found.readings, found.flips, found.strategies) == (found.after, (), (), ())


# --- requirements ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "written", "met"),
    [
        (WAVE[2], "stage>=2", True),
        (WAVE[2], "stage >= 3", False),
        (WAVE[2], "stage=2", True),
        (WAVE[2], "stage<=1", False),
        (SPARSE, "stage>=1", True),
        (SPARSE, "stage>=2", False),  # it may be at 2, which is not enough
        (SPARSE, "stage<=1", False),
        (SPARSE, "stage=1", False),
        (WAVE[1], "pattern:absorption=fails", True),
        (WAVE[1], "pattern:absorption", False),
        (WAVE[1], "pattern:exclusion", True),
        (WAVE[1], "condition:door-open=fails", True),
        (WAVE[1], "gate:1", True),
        (WAVE[1], "check:access-secured=holds", False),
        (WAVE[1], "decision=not-yet", True),
        (WAVE[1], "decision=ready", False),
    ],
)
def test_requirements(say: Say, file: str, written: str, met: bool) -> None:
    code, out, err = say("--json", file, "--require", written)
    assert code == (0 if met else 1)
    assert json.loads(out)["assess"] == "verdict/1", "the verdict is printed in any case"
    assert (written in err) is not met


def test_an_open_truth_meets_no_requirement(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    verdict = judge(ruleset, of_assessment(example("sparse"), ruleset))
    opened = [name for name, truth in verdict.patterns.items() if truth == "open"]
    assert opened
    for wanted in ("holds", "fails"):
        assert not Requirement("", "pattern", opened[0], wanted).met(verdict)


def test_requirements_are_asked_of_the_overridden_readings(say: Say) -> None:
    code, _, err = say("--json", WAVE[2], "--whatif", "emb.access=1", "--require", "stage>=2")
    assert code == 1
    assert "--whatif" in err


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("stage>9", "cannot be understood"),
        ("stage>=9", 'no stage "9"'),
        ("absorption", "cannot be understood"),
        ("pattern:absorbtion", 'Did you mean "absorption"?'),
        ("pattern:absorption=true", "holds, fails or open"),
        ("check:acess-secured", "access-secured"),
        ("condition:dor-open", "door-open"),
        ("gate:7", "1, 2 or 3"),
        ("decision=redy", 'Did you mean "ready"?'),
    ],
)
def test_requirements_gone_wrong(ruleset: RuleSet, say: Say, written: str, words: str) -> None:
    assert {problem.code for problem in required([written], ruleset)[1]} <= {"require-form", "require-unknown"}
    code, out, err = say(SPARSE, "--require", written)
    assert (code, out) == (2, "")
    assert words in err
    assert say("zh", SPARSE, "--require", written)[0] == 2


# --- why ---------------------------------------------------------------------------------------------------------


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from nodes(child)


@pytest.mark.parametrize("name", ["wave-1", "wave-3", "sparse"])
def test_every_entry_has_its_why(ruleset: RuleSet, example: Callable[[str], Assessment], name: str) -> None:
    situation = of_assessment(example(name), ruleset)
    verdict = judge(ruleset, situation)
    truths: Mapping[str, Any] = {
        "condition": verdict.conditions,
        "gate": verdict.stage.gates,
        "pattern": verdict.patterns,
        "check": verdict.screening.checks if verdict.screening else {},
    }
    for key in askable(ruleset):
        kind, _, ref = key.partition(":")
        found = why_of(key, ruleset, situation, verdict.readings.get(ref))
        if kind in truths:
            (tree,) = found.trees.values()
            assert tree.truth is truths[kind][ref]
            assert key not in verdict.why or tree == verdict.why[key], "the same tree as in the verdict"
        if kind == "indicator":
            assert found.reading == verdict.readings[ref]
        for node in (inner for tree in found.trees.values() for inner in nodes(tree)):
            protected = {ruleset.source[example(name).evidence[index].source].protect for index in node.evidence}
            assert protected <= {False}


def test_deciding_nodes_have_the_truth_of_the_root(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    situation = of_assessment(example("wave-2"), ruleset)
    (tree,) = why_of("gate:3", ruleset, situation).trees.values()
    deciding = [node for node in nodes(tree) if node.deciding]
    assert {node.truth for node in deciding} == {tree.truth}
    assert any(node.evidence for node in deciding), "down to the evidence"
    assert any(not node.deciding for node in nodes(tree))


def test_an_id_is_found_with_and_without_its_kind(ruleset: RuleSet) -> None:
    assert asked("absorption", ruleset) == ["pattern:absorption"]
    assert asked("pattern:absorption", ruleset) == ["pattern:absorption"]
    assert asked("2", ruleset) == ["gate:2"]
    assert asked("emb.access", ruleset) == ["indicator:emb.access"]
    assert asked("absorbtion", ruleset) == []


@pytest.mark.parametrize("wanted", ["door-open", "2", "absorption", "access-secured", "tripartite", "emb.residents"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_why_on_the_terminal(say: Say, wanted: str, language: str) -> None:
    code, out, _ = say(language, WAVE[1], "--why", wanted)
    assert code == 0
    assert "◆" in out
    assert "How sure" not in out


def test_why_shows_the_evidence_and_counts_the_protected(say: Say) -> None:
    _, out, _ = say("zh", WAVE[1], "--why", "emb.residents")
    assert "第23条：文件核查评1级" in out
    assert "居民7份，只计份数" in out
    assert "居民评" not in out


def test_why_as_json(say: Say) -> None:
    code, out, _ = say("--json", WAVE[1], "--why", "absorption")
    found = json.loads(out)
    assert code == 0
    assert list(found) == ["pattern:absorption"]
    assert found["pattern:absorption"]["trees"]["pattern:absorption"]["truth"] == "fails"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_why_gone_wrong(say: Say, language: str) -> None:
    code, out, err = say(language, WAVE[1], "--why", "absorbtion")
    assert (code, out) == (2, "")
    assert "absorption" in err
