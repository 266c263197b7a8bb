"""Faults seeded into copies of the shipped rules: each is found, with every line that causes it and its witness."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from assess.catalogue import catalogue
from assess.cli import run_command
from assess.content import content
from assess.ruleset.load import load_located, load_ruleset
from assess.verify.check import Checked, Unproved, check
from assess.verify.said import Files

EMBEDDING, MUTUAL, EMPOWERMENT = (
    f"strategies/{part}.yaml" for part in ("embedding", "mutual-construction", "empowerment")
)
Edit = tuple[str, str, str]  # file, what stands there (a pattern where it begins with "re:"), what shall stand there


@dataclass(frozen=True)
class Fault:
    """One fault: the edits, the proof that must fail, what it is about, and the lines that must be shown."""

    edits: tuple[Edit, ...]
    code: str
    about: Mapping[str, object]
    lines: tuple[str, ...]
    others: frozenset[str] | None = frozenset()  # proofs that fail as well; nothing: many, because the fault is wide


def _in_strategy(strategy: str, old: str) -> str:
    """A pattern for an edit inside one strategy."""
    return rf"re:(- id: {strategy}\n(?:(?!^- id:).*\n)*?[^\n]*?){old}"


FAULTS: Mapping[str, Fault] = {
    "a gate that makes a lower one redundant": Fault(
        (("stages.yaml", "gate: {all: [door-open,", "gate: {all: [mandate-written, foothold, door-open,"),),
        "gate-redundant",
        {"higher": 2, "lower": 1},
        ("gate: {all: [mandate-written, foothold]}", "gate: {all: [mandate-written, foothold, door-open,"),
    ),
    "a gate that asks less than the one below it": Fault(
        (
            (
                "stages.yaml",
                "gate: {all: [door-kept-open, trust-firm,",
                "gate: {any: [door-open, door-kept-open, trust-firm,",
            ),
        ),
        "stage-never",
        {"stage": 2},
        ("gate: {all: [door-open,", "gate: {any: [door-open,"),
        others=None,
    ),
    "a threshold below what a lower gate asks": Fault(
        (
            (
                "conditions.yaml",
                "when: {all: [emb.access >= 3, emb.regard >= 3]}",
                "when: {all: [emb.access >= 2, emb.regard >= 3]}",
            ),
        ),
        "threshold-idle",
        {"leaf": "emb.access >= 2", "levels": ["1"]},
        (
            "when: {all: [emb.access >= 2, emb.regard >= 3]}",
            "when: {all: [emb.access >= 2, emb.regard >= 2, emb.contact >= 2]}",
        ),
    ),
    "a comparison that another one swallows": Fault(
        (("conditions.yaml", "{any: [mut.shaping >= 2,", "{any: [mut.shaping >= 2, mut.shaping >= 3,"),),
        "threshold-idle",
        {"leaf": "mut.shaping >= 3", "levels": ["2", "4"]},
        ("when: {any: [mut.shaping >= 2, mut.shaping >= 3,",),
    ),
    "a condition that nothing uses": Fault(
        (("stages.yaml", ", organization-growing]", "]"),),
        "threshold-idle",
        {"leaf": "emp.swo-growth >= 2", "levels": ["1", "3"]},
        ("when: emp.swo-growth >= 2",),
    ),
    "a when that always holds": Fault(
        (
            (
                MUTUAL,
                _in_strategy("joint-visits", r"when: \{all: \[emb.access >= 2, mut.trust-ability >= 1\]\}"),
                "when: emb.mandate >= 2",
            ),
        ),
        "when-always",
        {"strategy": "joint-visits"},
        ("when: emb.mandate >= 2", "stages: [1, 2]", "when: emb.mandate >= 2"),
    ),
    "a when that can never hold": Fault(
        ((EMBEDDING, _in_strategy("job-shadow", r"when: \{all: \[emb.access >= 1\]\}"), "when: emb.mandate <= 1"),),
        "when-never",
        {"strategy": "job-shadow"},
        ("when: emb.mandate <= 1", "stages: [1, 2]", "when: emb.mandate >= 2"),
    ),
    "an unless that can never hold": Fault(
        ((EMBEDDING, _in_strategy("boundary", "condition: emb.access <= 0"), "condition: emb.mandate <= 0"),),
        "unless-never",
        {"strategy": "boundary", "number": 1},
        ("- condition: emb.mandate <= 0", "stages: [1, 2]", "when: emb.mandate >= 2"),
        others=frozenset({"same-list"}),
    ),
    "an unless that always holds": Fault(
        ((EMBEDDING, "condition: emb.autonomy <= 0", "condition: {any: [emb.autonomy <= 0, emb.mandate >= 2]}"),),
        "unless-always",
        {"strategy": "small-win"},
        ("- condition: {any: [emb.autonomy <= 0, emb.mandate >= 2]}", "stages: [1]", "when: emb.mandate >= 2"),
    ),
    "a when and an unless that contradict each other": Fault(
        (
            (
                EMPOWERMENT,
                _in_strategy("coaching", r"- condition: emb.regard <= 1"),
                "- condition: mut.trust-ability >= 2",
            ),
        ),
        "never-recommended",
        {"strategy": "coaching"},
        ("- id: coaching", "when: {all: [mut.trust-ability >= 2]}", "- condition: mut.trust-ability >= 2"),
    ),
    "a strategy that fits only where it fits less": Fault(
        ((EMBEDDING, _in_strategy("tripartite", r"fits: \[any\]"), "fits: [new-town]"),),
        "never-recommended",
        {"strategy": "tripartite"},
        ("- id: tripartite", "fits: [new-town]", "new-town: {zh: 居委会还在筹备时"),
    ),
    "two strategies that are always in the same list": Fault(
        ((EMPOWERMENT, _in_strategy("swo-learning", r"stages: \[2, 3\]"), "stages: [1, 2, 3]"),),
        "same-list",
        {"first": "reflection", "second": "swo-learning"},
        ("- id: reflection", "stages: [1, 2, 3]", "fits: [any]", "- id: swo-learning"),
    ),
    "a condition that no strategy works on": Fault(
        (
            (
                EMPOWERMENT,
                "works_on: [emp.mobilise, emb.network, emp.swo-growth]",
                "works_on: [emp.mobilise, emb.network]",
            ),
            (
                EMPOWERMENT,
                "works_on: [emp.swo-growth, mut.reflection, emp.lead]",
                "works_on: [mut.reflection, emp.lead]",
            ),
        ),
        "uncovered",
        {"stage": 2, "condition": "organization-growing", "working": []},
        ("gate: {all: [door-kept-open, trust-firm,", "when: emp.swo-growth >= 2"),
    ),
    "a condition whose strategies may all have to wait": Fault(
        ((EMPOWERMENT, _in_strategy("swo-learning", r"fits: \[any\]"), "when: emb.network >= 2\n  fits: [any]"),),
        "uncovered",
        {"stage": 2, "condition": "organization-growing", "working": ["five-link", "swo-learning"]},
        (
            "gate: {all: [door-kept-open, trust-firm,",
            "when: emp.swo-growth >= 2",
            "when: {all: [emb.network >= 1]}",
            "when: emb.network >= 2",
        ),
    ),
    "nothing to do at the top": Fault(
        tuple((file, "re:(  stages: .*), 3]", "]") for file in (EMBEDDING, MUTUAL, EMPOWERMENT)),
        "uncovered-top",
        {"stage": 3, "working": ["micro-grants", "selforg"]},
        ("- stage: 3", "when: {all: [emp.leaders >= 1, mut.exchange >= 2]}", "when: {all: [emp.leaders >= 2]}"),
        others=frozenset({"unanswered", "same-list"}),
    ),
    "a pattern without a response": Fault(
        (("patterns.yaml", "responses: [tripartite, niche-list, small-win, street-coordination]", "responses: []"),),
        "unanswered",
        {"pattern": "exclusion", "stage": 1},
        ("- id: exclusion", "all:"),
    ),
    "a pattern whose responses serve other stages": Fault(
        (
            (
                "patterns.yaml",
                "responses: [listening, resident-first, joint-visits, building-heads]",
                "responses: [resident-first]",
            ),
        ),
        "unanswered",
        {"pattern": "suspension", "stage": 2, "serving": []},
        ("responses: [resident-first]", "all:"),
    ),
    "a pattern whose response may have to wait": Fault(
        (
            (
                "patterns.yaml",
                "responses: [tripartite, niche-list, small-win, street-coordination]",
                "responses: [niche-list]",
            ),
        ),
        "unanswered",
        {"pattern": "exclusion", "stage": 1, "serving": ["niche-list"]},
        ("responses: [niche-list]", "all:", "when: {all: [emb.contact >= 1]}"),
    ),
    "an adaptation that the strategy's own unless rules out": Fault(
        (
            (
                EMBEDDING,
                _in_strategy("boundary", r"for: \{condition: emb.autonomy <= 1\}"),
                "for: {condition: emb.access <= 0}",
            ),
        ),
        "adaptation-never",
        {"strategy": "boundary", "adaptation": "over-half"},
        ("- {id: over-half, for: {condition: emb.access <= 0}", "- condition: emb.access <= 0"),
    ),
    "an adaptation that always holds": Fault(
        (
            (
                EMBEDDING,
                _in_strategy("boundary", r"for: \{condition: emb.autonomy <= 1\}"),
                "for: {condition: emb.mandate >= 1}",
            ),
        ),
        "adaptation-always",
        {"strategy": "boundary", "adaptation": "over-half"},
        ("- {id: over-half, for: {condition: emb.mandate >= 1}", "stages: [1, 2]", "when: emb.mandate >= 2"),
    ),
    "two types that make no difference": Fault(
        (
            (
                "communities.yaml",
                "attributes:\n",
                (
                    "- {id: isle, name: {zh: 岛, en: isle}, description: {zh: 岛, en: isle}}\n"
                    "- {id: islet, name: {zh: 小岛, en: islet}, description: {zh: 小岛, en: islet}}\nattributes:\n"
                ),
            ),
        ),
        "types-alike",
        {"first": "isle", "second": "islet"},
        ("- {id: isle,", "- {id: islet,"),
    ),
}


def seeded(edits: tuple[Edit, ...], into: Path) -> Path:
    """A copy of the shipped rules with these edits."""
    folder = into / "rules"
    shutil.copytree(content("rules"), folder, ignore=shutil.ignore_patterns("cases"))
    for file, old, new in edits:
        path = folder / file
        before = path.read_text(encoding="utf-8")
        if old.startswith("re:"):
            pattern = re.compile(old[3:], re.MULTILINE)
            after = pattern.sub(lambda found, new=new: found[1] + new, before)  # type: ignore[misc]
        else:
            after = before.replace(old, new, 1)
        assert after != before, (file, old)
        path.write_text(after, encoding="utf-8")
    return folder


def _found(fault: Fault, checked: Checked) -> Unproved:
    found = [
        one
        for one in checked.unproved
        if one.code == fault.code and all(one.values[key] == value for key, value in fault.about.items())
    ]
    assert len(found) == 1, [(one.code, dict(one.values)) for one in checked.unproved]
    return found[0]


@pytest.mark.parametrize("title", FAULTS)
def test_fault_is_found_with_every_place_and_a_witness_that_runs(
    title: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = FAULTS[title]
    rules = seeded(fault.edits, tmp_path)
    located, problems = load_located(rules)
    assert located, problems
    checked = check(located)
    found = _found(fault, checked)
    shown = {Path(p.file).read_text(encoding="utf-8").splitlines()[p.line - 1].strip() for p in found.places}
    missing = [line for line in fault.lines if not any(known.startswith(line) for known in shown)]
    more = [known for known in shown if not any(known.startswith(line) for line in fault.lines)]
    assert (missing, more) == ([], [])
    if fault.others is not None:
        assert {one.code for one in checked.unproved} - {fault.code} == fault.others
    assert (found.witness is not None) is (fault.code in {"uncovered", "uncovered-top", "unanswered"})
    if found.witness:
        _confirm(fault, found, rules, capsys)


def _confirm(fault: Fault, found: Unproved, rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The witness as a file, which ``assess run`` judges as the proof says."""
    ruleset, _ = load_ruleset(rules)
    assert ruleset
    path = Files(rules.parent, ruleset, catalogue("en")).write(found)
    assert path
    assert run_command(["run", "--json", "--engine", "reference", "--rules", str(rules), str(path)]) == 0
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["stage"]["possible"] == [found.values["stage"]]
    if fault.code == "uncovered":
        assert verdict["conditions"][found.values["condition"]] == "fails"
    if fault.code == "unanswered":
        assert verdict["patterns"][found.values["pattern"]] == "holds"
    advised = {one["id"] for part in ("recommended", "consider") for one in verdict["strategies"][part]}
    waiting = {one["id"] for part in ("later", "held_back") for one in verdict["strategies"][part]}
    concerned = found.values["serving"] if fault.code == "unanswered" else found.values["working"]
    assert isinstance(concerned, list)
    assert advised.isdisjoint(concerned)
    assert waiting.issuperset(concerned)


def test_witness_over_a_file_only_by_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = seeded(FAULTS["a pattern without a response"].edits, tmp_path)
    check_it = ["rules", "check", "--rules", str(rules), "--witness", str(tmp_path / "out")]
    assert run_command(check_it) == 2  # no such folder
    (tmp_path / "out").mkdir()
    assert run_command(check_it) == 1
    written = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert written
    capsys.readouterr()
    assert run_command(check_it) == 2
    assert "--force" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == written


# What no proof need say, because such a rule set is not even read: every place, all of them.
REFUSED: Mapping[str, tuple[tuple[Edit, ...], str, tuple[str, ...]]] = {
    "both directions": (
        (
            (
                "patterns.yaml",
                "- emb.access <= 1\n    - any:\n      - emb.regard <= 1",
                "- emb.access <= 1\n    - any:\n      - emb.access >= 1",
            ),
        ),
        "both-directions",
        ("- emb.access <= 1", "- emb.access >= 1"),
    ),
    "both directions through a name": (
        (
            (
                EMBEDDING,
                _in_strategy("job-shadow", r"when: \{all: \[emb.access >= 1\]\}"),
                "when: {all: [door-open, emb.access <= 3]}",
            ),
        ),
        "both-directions",
        (
            "when: {all: [emb.access >= 2, emb.regard >= 2, emb.contact >= 2]}",
            "when: {all: [door-open, emb.access <= 3]}",
        ),
    ),
    "circular names": (
        (
            (
                "conditions.yaml",
                "when: {all: [emb.access >= 3, emb.regard >= 3]}",
                "when: {all: [door-open, trust-firm]}",
            ),
            (
                "conditions.yaml",
                "when: {all: [mut.trust-ability >= 3, mut.trust-goodwill >= 3]}",
                "when: {all: [door-kept-open, mut.trust-ability >= 3]}",
            ),
        ),
        "circular",
        ("door-kept-open:", "trust-firm:"),
    ),
    "an attribute twice": (
        (
            (
                "patterns.yaml",
                "- attribute:\n        project-age:\n        - over-24-months",
                "- attribute: {project-age: [over-24-months]}\n    - attribute: {project-age: [6-to-24-months]}",
            ),
        ),
        "attribute-twice",
        ("- attribute: {project-age: [over-24-months]}", "- attribute: {project-age: [6-to-24-months]}"),
    ),
}


@pytest.mark.parametrize("title", REFUSED)
def test_fault_is_refused_with_every_place(title: str, tmp_path: Path) -> None:
    edits, code, lines = REFUSED[title]
    ruleset, problems = load_ruleset(seeded(edits, tmp_path))
    assert ruleset is None
    (problem,) = [problem for problem in problems if problem.code == code]
    places = [problem.place, *problem.also]
    shown = {Path(p.file).read_text(encoding="utf-8").splitlines()[p.line - 1].strip() for p in places}
    assert [line for line in lines if not any(known.startswith(line) for known in shown)] == []


def test_the_shipped_rules_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["rules", "check", "--lang", "en"]) == 0
    assert re.search(r"\d{4} proofs hold", capsys.readouterr().out)


def test_without_the_solver_the_rest_is_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    find: Callable[[str], object] = lambda _: None  # noqa: E731
    monkeypatch.setattr("assess.verify.find_spec", find)
    assert run_command(["rules", "check", "--lang", "en"]) == 0
    printed = capsys.readouterr()
    assert "No problems" in printed.out
    assert "z3 is not installed" in printed.err
    assert run_command(["rules", "diff", str(content("rules")), str(content("rules"))]) == 2


def test_no_proofs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["rules", "check", "--lang", "en", "--no-proofs"]) == 0
    assert "proofs" not in capsys.readouterr().out
