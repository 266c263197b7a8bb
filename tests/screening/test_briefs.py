"""Briefs: two pages, nothing at the level of a source, none written twice, and none lost when a run is killed."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from assess.catalogue import catalogue
from assess.cli import run_command
from assess.evidence.load import load_assessment
from assess.explain.pivots import pivotal
from assess.judge import judge
from assess.report import pdf
from assess.report.brief import Brief, brief_of, write
from assess.report.words import typeset
from assess.ruleset.load import load_ruleset
from assess.ruleset.model import RuleSet
from assess.screening.briefs import is_done, targets, tasks
from assess.screening.folder import Source
from assess.situation import of_assessment
from tests.conftest import EXAMPLES, ROOT
from tests.report.reading import pdf_pages, pdf_text, squeezed
from tests.screening.district import FILES, GOOD, district

LANGUAGES = ("zh", "en")
NAMED = [path.stem for path in GOOD[:7]]
RATED = re.compile(r"\d\s*级|level\s*\d|E\d+\b")
TINY = ROOT / "tests" / "tiny"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


def brief(text: str, ruleset: RuleSet, language: str) -> Brief:
    assessment, problems = load_assessment(text.encode(), "assessment.yaml", ruleset)
    assert assessment is not None, problems
    situation = of_assessment(assessment, ruleset)
    pivots = pivotal(ruleset, situation.readings)
    return brief_of(judge(ruleset, situation), assessment, ruleset, pivots, language)


def named(name: str) -> str:
    folder = EXAMPLES if (EXAMPLES / f"{name}.yaml").exists() else FILES[0].parent
    return (folder / f"{name}.yaml").read_text(encoding="utf-8")


# --- what a brief shows ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["wave-1", "wave-3", "sparse", *NAMED])
def test_two_pages_that_say_what_was_decided(ruleset: RuleSet, name: str, language: str) -> None:
    made = brief(named(name), ruleset, language)
    data, warnings = pdf.typeset("brief.typ.j2", made.date, brief=made)
    assert warnings == []
    pages = [squeezed(page) for page in pdf_pages(data)]
    assert len(pages) == 2
    for words in (made.title, made.decision, made.certain, *(rung.name for rung in made.rungs)):
        assert squeezed(words) in pages[0]
    for bullets in (made.ask, made.actions, made.limits):
        assert squeezed(bullets.title) in pages[0]
        assert all(squeezed(line.text) in pages[0] for line in bullets.items)
    for gate in made.gates:
        # Its beginning: a mark beside a second line may be read between the two.
        assert all(squeezed(item.says)[:20] in pages[1] for item in gate.items)
    assert ruleset.screening is not None
    for check in ruleset.screening.checks:
        assert squeezed(typeset(check.name[language])) in pages[1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["wave-1", "wave-2", "sparse", *NAMED])
def test_nothing_at_the_level_of_a_source(ruleset: RuleSet, name: str, language: str) -> None:
    text = named(name)
    made = brief(text, ruleset, language)
    shown = pdf_text(write(made))
    assert not RATED.search(shown)
    assessment, _ = load_assessment(text.encode(), "a.yaml", ruleset)
    assert assessment is not None
    words = catalogue(language)
    for item in assessment.evidence:
        for told in (item.note, item.ref):
            assert not told or squeezed(words.words(told)) not in shown
        if item.respondent:
            assert not re.search(rf"(?<![A-Za-z0-9]){re.escape(item.respondent)}(?![A-Za-z0-9])", shown)
    assert ruleset.screening is not None
    named_anyhow = squeezed("".join(one.name[language] for one in ruleset.screening.checks))
    worded = {squeezed(level[language]) for indicator in ruleset.indicators for level in indicator.levels}
    assert not [level for level in worded if level in shown and level not in named_anyhow]


@pytest.mark.parametrize("name", NAMED)
def test_who_said_what_cannot_matter(ruleset: RuleSet, name: str) -> None:
    """Other codes, notes and references, and levels above every threshold, give the same brief."""
    text = named(name)
    other = re.sub(r"respondent: ([A-Z])(\d)", r"respondent: Zeta\1\2, note: 私下的话, ref: 第9页", text)
    assert other != text
    assert brief(other, ruleset, "zh") == brief(text, ruleset, "zh")
    higher = text.replace("rating: 3}", "rating: 4}")
    before, after = brief(text, ruleset, "zh"), brief(higher, ruleset, "zh")
    if before.gates == after.gates and before.checks == after.checks and before.ask == after.ask:
        assert before == after


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rule_set_of_another_field(language: str) -> None:
    ruleset, problems = load_ruleset(TINY / "rules")
    assert ruleset is not None, problems
    data = write(brief((TINY / "assessment.yaml").read_text(encoding="utf-8"), ruleset, language))
    assert len(pdf_pages(data)) == 2
    assert squeezed(catalogue(language).say("portfolio.brief.undecided")) in pdf_text(data)


def test_very_much_still_fits_two_pages(ruleset: RuleSet) -> None:
    actions = "".join(f"  - {{strategy: {one.id}, since: 2026-01, state: under-way}}\n" for one in ruleset.strategies)
    text = named("wave-1").replace("M社区居委会", "很长的名字" * 12)
    made = brief(re.sub(r"(?s)\nactions:.*?(?=\n\S|\Z)", "", text) + f"\nactions:\n{actions}", ruleset, "en")
    assert len(pdf_pages(write(made))) == 2


# --- written once, and kept --------------------------------------------------------------------------------------


def contents(folder: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_there_is_kept(ruleset: RuleSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = district(tmp_path / "in", 3, ruleset)
    command = ["screen", str(tmp_path / "in"), "-o", str(tmp_path / "out.csv"), "--briefs", str(tmp_path / "briefs")]
    assert run_command([*command, "--workers", "1"]) == 0
    first = contents(tmp_path / "briefs")
    assert sorted(first) == [f"{path.stem}.pdf" for path in files]
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "briefs").iterdir()}
    capsys.readouterr()
    files[1].write_text(files[1].read_text(encoding="utf-8").replace("rating: 2", "rating: 3", 9), encoding="utf-8")
    (tmp_path / "briefs" / ".0001.pdf.x1.part").write_text("of a run that was killed")
    assert run_command([*command, "--force"]) == 0
    assert "3 briefs in" in (shown := capsys.readouterr().out)
    assert "2 of them were there" in shown
    again = contents(tmp_path / "briefs")
    assert sorted(again) == sorted(first), "nothing is left behind"
    changed = {path.name for path, then in times.items() if path.stat().st_mtime_ns != then}
    assert changed == {"0001.pdf"}
    assert again["0001.pdf"] != first["0001.pdf"]


def test_a_brief_is_of_its_input_rules_language_and_program(
    ruleset: RuleSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file,) = district(tmp_path / "in", 1, ruleset)
    where = targets([Source((file,), "c0000")], tmp_path / "in", tmp_path)

    def key(rules: RuleSet, language: str) -> str:
        (task,) = tasks(where, rules, language)
        return task.key

    keys = [key(ruleset, "zh"), key(ruleset, "en"), key(ruleset.model_copy(update={"digest": "other"}), "zh")]
    monkeypatch.setattr("assess.screening.briefs.__version__", "0.0.0")
    keys.append(key(ruleset, "zh"))
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    keys.append(key(ruleset, "zh"))
    assert len(set(keys)) == len(keys)
    assert not any(is_done(task) for task in tasks(where, ruleset, "zh"))


def test_names_of_briefs(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.yaml", "b.yaml", "b.xlsx", "sub/a.yaml", "sub-a.yaml", "c.d.yml")]
    sources = [Source((file,), "c1") for file in files]
    names = [str(path) for path in targets(sources, tmp_path, Path("to")).values()]
    assert names == ["to/a.pdf", "to/b.yaml.pdf", "to/b.xlsx.pdf", "to/sub/a.pdf", "to/sub-a.pdf", "to/c.d.pdf"]


def test_names_of_briefs_on_what_several_files_came_to(tmp_path: Path) -> None:
    project = [tmp_path / "street" / "榆园社区" / name for name in ("机构.xlsx", "居委会.xlsx")]
    sources = [
        Source(tuple(project), "榆园社区"),
        Source((project[0].with_name("居民.xlsx"),), "榆园社区"),
        Source((tmp_path / "a.xlsx", tmp_path / "street" / "b.xlsx"), "one: two/three"),
        Source((tmp_path / "street" / "c.xlsx", tmp_path / "street" / "d.xlsx"), "c-3"),
    ]
    names = [str(path) for path in targets(sources, tmp_path, Path("to")).values()]
    assert names == [
        "to/street/榆园社区.pdf", "to/street/榆园社区 (2).pdf", "to/one-two-three.pdf", "to/street/c-3.pdf",
    ]  # fmt: skip


def test_briefs_that_cannot_be_written(ruleset: RuleSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """briefs-of-table, not-a-folder, exists, no-such-output-folder, format-unknown: nothing is written."""
    district(tmp_path / "in", 1, ruleset)
    (tmp_path / "table.csv").write_text("community,emb.access\na,1\n")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "0000.pdf").write_text("mine")
    before = contents(tmp_path)
    for source, options, said in (
        ("table.csv", ["--briefs", "briefs"], "Briefs are written from assessment files"),
        ("in", ["--briefs", "file"], "a folder is needed"),
        ("in", ["--briefs", "mine"], "already there"),
        ("in", ["--briefs", "no/where"], "does not exist"),
        ("in", ["--report", "report.docx"], "should end in .html or .pdf"),
        ("in", ["--report", "no/report.pdf"], "does not exist"),
    ):
        paths = [option if option.startswith("--") else str(tmp_path / option) for option in options]
        assert run_command(["screen", str(tmp_path / source), "-o", str(tmp_path / "out.csv"), *paths]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert said in shown.err
        assert contents(tmp_path) == before


# --- killed ------------------------------------------------------------------------------------------------------


def test_killed_five_times_and_finished(ruleset: RuleSet, tmp_path: Path) -> None:
    """Whole files only, the same set and the same bytes in the end, and no process that outlives the killed one."""
    district(tmp_path / "in", 16, ruleset, seed=3)
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    for folder in (undisturbed, killed):
        folder.mkdir()
    assert _start(tmp_path / "in", undisturbed).wait(timeout=300) == 0
    whole = contents(undisturbed)
    assert len(whole) == 18
    choose, kills = random.Random(8), 0
    for _ in range(5):
        process = _start(tmp_path / "in", killed)
        there = len(list(killed.rglob("*.pdf")))
        enough, patience = there + choose.randint(0, 3), time.monotonic() + 120
        while process.poll() is None and time.monotonic() < patience and len(list(killed.rglob("*.pdf"))) < enough:
            time.sleep(0.01)
        time.sleep(choose.uniform(0, 1.5 if enough == there else 0.1))
        kills += process.poll() is None
        process.kill()
        process.wait()
        _all_gone(process.pid)
        left = contents(killed)
        assert {name: data for name, data in left.items() if not name.endswith(".part")}.items() <= whole.items()
    assert kills == 5, "every kill hit a run that was not done"
    assert _start(tmp_path / "in", killed).wait(timeout=300) == 0
    assert contents(killed) == whole


def _start(source: Path, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "assess", "screen", str(source), "-o", str(folder / "out.csv"), "--force"]
    command += ["--report", str(folder / "report.html"), "--briefs", str(folder / "briefs"), "--workers", "2"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet, start_new_session=True)


def _all_gone(group: int) -> None:
    """Wait until every process of a session has ended; the workers notice by themselves that their parent has."""
    patience = time.monotonic() + 30
    while time.monotonic() < patience:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    os.killpg(group, signal.SIGKILL)
    pytest.fail("a worker outlived its parent")
