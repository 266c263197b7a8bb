"""Several people's workbooks and files as one assessment: nothing lost, nothing overwritten, contradictions told."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, meta

from assess.catalogue import catalogue
from assess.cli import run_command
from assess.evidence.importing import merge_files, summary
from assess.evidence.load import load_assessment
from assess.evidence.model import Assessment
from assess.evidence.written import as_yaml
from assess.problems import Problem
from assess.ruleset.model import RuleSet
from tests.conftest import EXAMPLES, shipped
from tests.evidence.conftest import SOURCES
from tests.evidence.spoiled import MERGING, at, filled, opened, saved

RULES = shipped()


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setattr(sys, "argv", ["assess"])


@pytest.fixture(scope="module")
def workbooks(form: bytes, wave: Assessment) -> dict[str, bytes]:
    """One workbook a source; only the first says what community and wave it is."""
    made = {}
    bare = wave.model_copy(update={"community": wave.community.model_copy(update={"type": None, "attributes": {}})})
    for number, source in enumerate(SOURCES):
        book = opened(filled(form, bare if number else wave, [source]))
        if number:
            at(book, "relation", "id", "value").value = None
            at(book, "relation", "wave.date", "value").value = None
        made[f"{source}.xlsx"] = saved(book)
    return made


@pytest.fixture
def parts(workbooks: dict[str, bytes]) -> list[str]:
    for name, raw in workbooks.items():
        Path(name).write_bytes(raw)
    return list(workbooks)


def change(name: str, sheet: str, row: str, column: str, value: Any) -> None:
    book = opened(Path(name).read_bytes())
    at(book, sheet, row, column).value = value
    Path(name).write_bytes(saved(book))


def merge(names: list[str], ruleset: RuleSet = RULES) -> tuple[Assessment | None, list[Problem]]:
    merged, problems = merge_files(names, "out", ruleset, catalogue("zh"))
    if merged is None:
        for problem in problems:
            for language in ("zh", "en"):
                sentence = catalogue(language).sentences[f"problems.{problem.code}"]
                named = meta.find_undeclared_variables(Environment().parse(sentence))
                assert named <= {"value", "field", "expected", "meant", *problem.more}
        return None, problems
    assessment, wrong = load_assessment(merged.text.encode(), "out.yaml", ruleset)
    assert assessment is not None, wrong
    return assessment, []


def test_the_parts_make_the_whole(parts: list[str], wave: Assessment) -> None:
    assessment, problems = merge(parts)
    assert problems == []
    assert assessment == wave


def test_the_order_of_the_files_leaves_no_trace(parts: list[str]) -> None:
    texts = set()
    for seed in range(4):
        random.Random(seed).shuffle(parts)
        merged, _ = merge_files(parts, "out", RULES, catalogue("en"))
        assert merged
        texts.add(merged.text)
    assert len(texts) == 1


def test_no_item_is_lost_and_what_says_the_same_is_one(parts: list[str], wave: Assessment) -> None:
    """Counted: ratings in equal ratings out and the same; a workbook, another that says a part of it, and YAML."""
    change("committee.xlsx", "swo", "#codes", "respondent", "S1")
    change("committee.xlsx", "swo", "emb.access", "respondent", "1 开放一类")
    change("committee.xlsx", "swo", "emb.access", "note", "乙说")
    change("swo.xlsx", "swo", "emb.access", "note", "甲说")
    Path("more.yaml").write_text(
        "assess: 1\nid: m-community-1\nwave: {date: 2016-09}\nevidence:\n"
        "  - {indicator: emb.access, source: observer, rating: 2}\n"
        "  - {indicator: emb.access, source: observer, rating: 2}\n"
        "  - {indicator: emb.access, source: swo, respondent: S1, rating: 1, ref: 记录}\n"
        "actions:\n  - {strategy: listening, state: done}\n",
        encoding="utf-8",
    )
    names = [*parts, "more.yaml"]
    merged, _ = merge_files(names, "out", RULES, catalogue("zh"))
    assert merged
    assert len(merged.data["evidence"]) == len(wave.evidence) + 2, "those without a code are two people's"
    assert merged.repeated == {("swo", "S1"): {"swo.xlsx": 2, "committee.xlsx": 1, "more.yaml": 1}}
    said = summary(merged, RULES, catalogue("zh"))
    assert said[-1].startswith("机构 S1：committee.xlsx、more.yaml和swo.xlsx中有 2 条相同")
    changes = 2 * len(wave.events)
    assert merged.same == 2 + changes, "two ratings of S1, and the changes that each of three workbooks names"
    assessment, _ = merge(names)
    assert assessment
    (item,) = [one for one in assessment.evidence if one.indicator == "emb.access" and one.respondent == "S1"]
    assert (item.note, item.ref, item.rating) == ("乙说 / 甲说", "记录", 1)
    assert assessment.actions[0].strategy == "listening"
    assert len(assessment.events) == len(wave.events)


@pytest.mark.parametrize(
    ("cell", "code", "place"),
    [
        (("swo", "emb.access", "respondent", 3), "rated-differently", "机构!D8"),
        (("relation", "wave.date", "value", "2017-01"), "import-contradiction", "社区!C5"),
        (("relation", "id", "value", "other"), "import-contradiction", "社区!C10"),
        (("relation", "community.type", "value", "commodity"), "import-contradiction", "社区!C12"),
        (("relation", "attribute:entry-path", "value", "foundation"), "import-contradiction", "社区!C13"),
        (("relation", "organization.name", "value", "B机构"), "import-contradiction", "社区!C8"),
    ],
)  # fmt: skip
def test_contradictions_name_both_places(
    parts: list[str], cell: tuple[str, str, str, object], code: str, place: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    places = f"committee.xlsx [{place}]", f"swo.xlsx [{place}]"
    change("swo.xlsx", "relation", "organization.name", "value", "A机构")
    if cell[0] == "swo":
        change("committee.xlsx", "swo", "#codes", "respondent", "S1")
    change("committee.xlsx", *cell)
    _, problems = merge(parts)
    assert [(problem.code, str(problem.place)) for problem in problems] == [(code, places[0])]
    assert [str(place) for place in problems[0].also] == [places[1]]
    assert code in MERGING
    assert run_command(["import", *parts, "-o", "out.yaml"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert all(place in shown.err for place in places)
    assert not Path("out.yaml").exists()


def test_what_keeps_from_merging(parts: list[str]) -> None:
    Path("copy.xlsx").write_bytes(Path("swo.xlsx").read_bytes())
    assert [one.code for one in merge([*parts, "copy.xlsx"])[1]] == ["same-file-twice"]
    assert [one.code for one in merge(parts[1:])[1]] == ["import-without-date"]
    assert [one.code for one in merge([*parts, "nowhere.xlsx"])[1]] == ["no-such-file"]
    change("committee.xlsx", "committee", "emb.access", "respondent", "很好")
    assert [one.code for one in merge([*parts, "nowhere.xlsx"])[1]] == ["rating", "no-such-file"], "all at once"


def test_a_code_in_other_letters_is_asked_about(parts: list[str]) -> None:
    change("committee.xlsx", "swo", "#codes", "respondent", "s1")
    change("committee.xlsx", "swo", "emb.access", "respondent", 1)
    (problem,) = merge(parts)[1]
    assert (problem.code, problem.value, problem.more["before"]) == ("import-contradiction", "s1", "S1")


def test_a_text_in_one_language_agrees_with_both(parts: list[str]) -> None:
    change("swo.xlsx", "relation", "organization.name", "value", "A机构")
    Path("both.yaml").write_text(
        "assess: 1\nid: m-community-1\nwave: {date: 2016-09-30}\norganization: {id: org-a, name: {zh: A机构, en: A}}\n",
        encoding="utf-8",
    )
    assessment, _ = merge([*parts, "both.yaml"])
    assert assessment
    assert assessment.organization
    assert (assessment.organization.id, assessment.organization.name) == ("org-a", {"zh": "A机构", "en": "A"})


def test_the_command(parts: list[str], wave: Assessment, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["import", *parts, "--dry-run"]) == 0
    dry = capsys.readouterr().out
    assert "3 份文件" in dry
    assert "S1 (" in dry
    assert not Path("all.yaml").exists()
    assert run_command(["import", *parts, "-o", "all.yaml"]) == 0
    assert capsys.readouterr().out.startswith(dry.splitlines()[0])
    text = Path("all.yaml").read_text(encoding="utf-8")
    assert "# 进入开放度\n" in text
    assert run_command(["import", *parts, "-o", "all.yaml"]) == 2
    assert "--force" in capsys.readouterr().err
    assert Path("all.yaml").read_text(encoding="utf-8") == text
    assert run_command(["import", *parts, "-o", "all.yaml", "--force"]) == 0
    assert run_command(["import", *parts, "-o", "all.xlsx"]) == 2
    assert run_command(["import", *parts]) == 2
    assert "--output" in capsys.readouterr().err
    assert run_command(["run", "all.yaml", "--engine", "reference"]) == 0


@pytest.mark.parametrize("name", ["wave-1", "wave-2", "wave-3", "sparse"])
def test_a_file_alone_stays_what_it_is(name: str, example: Callable[[str], Assessment]) -> None:
    known = example(name)
    assessment, _ = merge([str(EXAMPLES / f"{name}.yaml")])
    assert assessment
    assert assessment.model_copy(update={"evidence": ()}) == known.model_copy(update={"evidence": ()})
    assert sorted(map(repr, assessment.evidence)) == sorted(map(repr, known.evidence))


@settings(deadline=None)
@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=8), st.text(max_size=30))
def test_every_text_reads_back_as_it_was(title: str, code: str, note: str) -> None:
    item = {"indicator": "emb.access", "source": "swo", "respondent": code, "rating": 1, "note": note}
    data = {"assess": 1, "id": "x", "title": title, "wave": {"date": "2016-09"}, "evidence": [item]}
    text = as_yaml(data, [title], RULES, catalogue("zh"))
    assessment, problems = load_assessment(text.encode("utf-8", "surrogatepass"), "x.yaml", RULES)
    if assessment is None:  # what no YAML file can hold
        assert any(not letter.isprintable() for letter in title + code + note), (text, problems)
        return
    assert (assessment.title, assessment.evidence[0].respondent, assessment.evidence[0].note) == (title, code, note)
    assert yaml.safe_load(text)["evidence"][0]["note"] == note
