"""A folder as an officer gets it: five shapes of files, three of them broken, and the verdicts that YAML would give."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from assess.catalogue import catalogue
from assess.cli import run_command
from assess.engines.columnar import Columnar
from assess.evidence.load import load_assessment
from assess.ruleset.model import RuleSet
from assess.screening.folder import FILES, files_of, latest, screened_inputs
from assess.situation import of_assessment
from benchmarks.folder import BROKEN, Written, write_folder
from benchmarks.workbooks import Forms
from tests.conftest import shipped
from tests.report.reading import html_tags, html_text
from tests.screening.conftest import judged

PROJECTS = 18
REJECTED = {"truncated": "damaged", "rating": '"7" is no rating of', "stranger": "was not made by"}


@dataclass(frozen=True)
class Sent:
    """The folder, what is in it, and what screening made of it."""

    folder: Path
    written: Sequence[Written]
    out: Path
    code: int

    @property
    def good(self) -> list[Written]:
        return [one for one in self.written if not one.broken]

    def rows(self) -> dict[tuple[str, str], dict[str, str]]:
        with (self.out / "result.csv").open(encoding="utf-8-sig") as file:
            return {(row["community"], row["wave"]): row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    folder, out = tmp_path_factory.mktemp("in") / "街道", tmp_path_factory.mktemp("out")
    written = write_folder(folder, PROJECTS, shipped(), seed=4)
    files = ("-o", out / "result.csv", "--report", out / "portfolio.html", "--briefs", out / "briefs")
    code = run_command(["screen", str(folder), *map(str, files), "--workers", "1", "--lang", "en"])
    return Sent(folder, written, out, code)


def test_the_folder_has_what_it_should(sent: Sent) -> None:
    assert [one.broken for one in sent.written if one.broken] == list(BROKEN)
    endings = {file.suffix for one in sent.good for file in one.files}
    assert endings == {".xlsx", ".yaml", ".json"}
    assert any(len(one.files) > 1 for one in sent.good)
    assert len({one.called for one in sent.good}) < len(sent.good), "some project has two waves"


def test_every_verdict_is_that_of_the_same_ratings_in_yaml(sent: Sent, ruleset: RuleSet) -> None:
    rows = sent.rows()
    assert set(rows) == {(one.called, one.data["wave"]["date"]) for one in sent.good}
    for written in sent.good:
        row = rows[written.called, written.data["wave"]["date"]]
        text = yaml.safe_dump({**written.data, "id": written.called}, allow_unicode=True)
        assessment, problems = load_assessment(text.encode(), "plain.yaml", ruleset)
        assert assessment is not None, problems
        one = judged(ruleset, of_assessment(assessment, ruleset))
        verdict = one.verdict
        assert verdict.screening is not None
        stage = (str(verdict.stage.floor), str(verdict.stage.ceiling))
        assert (row["stage_floor"], row["stage_ceiling"], row["list"]) == (*stage, one.list), written.files
        assert row["decision"] == str(verdict.screening.decision)
        for name, truth in verdict.patterns.items():
            assert row[f"pattern:{name}"] == truth.value


def test_the_broken_ones_are_named_and_the_others_go_on(sent: Sent, capsys: pytest.CaptureFixture[str]) -> None:
    assert sent.code == 2
    command = ["screen", str(sent.folder), "-o", str(sent.out / "again.csv"), "--lang", "en"]
    assert run_command(command) == 2
    shown = capsys.readouterr()
    lines = shown.err.splitlines()
    for one in sent.written:
        about = [line for line in lines if any(str(file) in line for file in one.files)]
        assert len(about) == bool(one.broken), about
        assert not one.broken or REJECTED[one.broken] in about[0]
    assert "[机构!D" in shown.err
    assert f"{len(sent.good)} relations" in shown.out


def test_a_brief_for_each_that_is_good(sent: Sent) -> None:
    briefs = {str(path.relative_to(sent.out / "briefs")) for path in (sent.out / "briefs").rglob("*.pdf")}
    assert len(briefs) == len(sent.good)
    for one in sent.good:
        alone = len(one.files) == 1 and one.files[0].parent == sent.folder
        assert f"{one.files[0].stem if alone else one.called}.pdf" in briefs


def test_the_report_counts_each_community_once(sent: Sent) -> None:
    data = (sent.out / "portfolio.html").read_bytes()
    communities = {one.called for one in sent.good}
    assert sum(tag == "details" for tag, _ in html_tags(data)) == len(communities)
    text = html_text(data)
    by_folder = next(one.called for one in sent.good if len(one.files) > 1)
    assert f"{by_folder}居委会" in text
    assert f"{by_folder}居委会({by_folder})" not in text
    assert f"{len(sent.good) - len(communities)}earlier" in text
    assert f"{len(BROKEN)}fileswithamistake" in text


def test_of_two_waves_the_later_counts(sent: Sent, ruleset: RuleSet) -> None:
    inputs, _ = screened_inputs(files_of(sent.folder), Columnar(ruleset))
    last: dict[str, str] = {}
    for one in sent.good:
        last[one.called] = max(last.get(one.called, ""), one.data["wave"]["date"])
    counted = latest(inputs).select("community", "wave").collect()
    assert dict(counted.iter_rows()) == last


# --- several files, one name -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def forms(ruleset: RuleSet) -> Forms:
    return Forms(ruleset, catalogue("zh"))


@pytest.fixture(scope="module")
def project(sent: Sent) -> Written:
    return next(one for one in sent.good if len(one.files) > 1)


def screened(folder: Path, ruleset: RuleSet) -> tuple[list[tuple[str, ...]], list[tuple[str, str]]]:
    """The assessments, each with its community and its files, and the problems with their files."""
    inputs, problems = screened_inputs(files_of(folder), Columnar(ruleset))
    rows = [
        (community, *(str(Path(file).relative_to(folder)) for file in files.split("\n")))
        for community, files in inputs.select("community", FILES).collect().iter_rows()
    ]
    return rows, [(one.code, str(Path(one.place.file).relative_to(folder))) for one in problems]


def test_files_with_one_id_and_date_are_one(project: Written, forms: Forms, ruleset: RuleSet, tmp_path: Path) -> None:
    for source in ("swo", "committee"):
        own = [item for item in project.data["evidence"] if item["source"] == source]
        data = {**project.data, "id": "c-7", "evidence": own}
        (tmp_path / f"{source}.xlsx").write_bytes(forms.filled(data, source))
    assert screened(tmp_path, ruleset) == ([("c-7", "committee.xlsx", "swo.xlsx")], [])


def test_an_id_that_was_copied_with_the_file_is_said(
    project: Written, forms: Forms, ruleset: RuleSet, tmp_path: Path
) -> None:
    """same-id: two communities under one id are not mixed, and neither is dropped in silence."""
    other = {**project.data, "id": "c-7", "committee": {"name": "另一个社区居委会"}}
    (tmp_path / "a.xlsx").write_bytes(forms.filled({**project.data, "id": "c-7"}))
    (tmp_path / "b.xlsx").write_bytes(forms.filled(other))
    assert screened(tmp_path, ruleset) == ([], [("same-id", "a.xlsx"), ("same-id", "b.xlsx")])
    assert run_command(["screen", str(tmp_path), "-o", str(tmp_path / "out.csv")]) == 2
    assert not (tmp_path / "out.csv").exists()


def test_a_copy_of_a_file_does_not_count_twice(sent: Sent, ruleset: RuleSet, tmp_path: Path) -> None:
    one = next(one for one in sent.good if one.files[0].name.endswith("（已填）.xlsx"))
    shutil.copy(one.files[0], tmp_path / "a.xlsx")
    shutil.copy(one.files[0], tmp_path / "b.xlsx")
    assert screened(tmp_path, ruleset) == ([("a", "a.xlsx")], [("same-file-twice", "b.xlsx")])


def test_workbooks_named_by_their_sources_are_the_project_of_their_folder(
    project: Written, forms: Forms, ruleset: RuleSet, tmp_path: Path
) -> None:
    without = replace(project, data={**project.data, "id": None})
    for place in ("榆园社区", "石桥社区"):
        (tmp_path / place).mkdir()
        for source, name in (("swo", "机构"), ("committee", "Committee")):
            own = [item for item in without.data["evidence"] if item["source"] == source]
            path = tmp_path / place / f"{name}.xlsx"
            path.write_bytes(forms.filled({**without.data, "evidence": own}, source))
    files = [(place, f"{place}/Committee.xlsx", f"{place}/机构.xlsx") for place in ("榆园社区", "石桥社区")]
    rows, problems = screened(tmp_path, ruleset)
    assert (sorted(rows), problems) == (sorted(files), [])


def test_a_folder_a_year_keeps_its_projects_apart(
    project: Written, forms: Forms, ruleset: RuleSet, tmp_path: Path
) -> None:
    for year in ("2025", "2026"):
        (tmp_path / year).mkdir()
        for place in ("榆园", "石桥"):
            data = {**project.data, "id": None, "committee": {"name": place}, "wave": {"date": f"{year}-06-30"}}
            (tmp_path / year / f"{place}.xlsx").write_bytes(forms.filled(data))
    rows, problems = screened(tmp_path, ruleset)
    assert rows == [(place, f"{year}/{place}.xlsx") for year in ("2025", "2026") for place in ("榆园", "石桥")]
    assert problems == []


def test_what_cannot_be_read_is_named_and_what_is_hidden_is_not_seen(ruleset: RuleSet, tmp_path: Path) -> None:
    for name in ("~$open.xlsx", ".hidden.yaml", "notes.docx", "photo.jpg"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "a.xlsx").write_bytes(b"x")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert screened(tmp_path, ruleset) == ([], [("workbook-old", "old.xls")])
