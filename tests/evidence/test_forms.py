"""The form: what stands in it, read by someone else's code; what can be typed into; and the same bytes twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from assess.catalogue import LANGUAGES, catalogue
from assess.cli import run_command
from assess.evidence.forms import write_form
from assess.evidence.layout import Mark
from assess.evidence.workbook import load_workbook, read_workbook
from assess.ruleset.load import load_ruleset
from assess.ruleset.model import RuleSet
from tests.conftest import ROOT
from tests.evidence.spoiled import at, opened, sheet


@pytest.fixture(scope="module", params=LANGUAGES)
def book(request: pytest.FixtureRequest, ruleset: RuleSet) -> Workbook:
    return opened(write_form(ruleset, ruleset.sources, catalogue(request.param)))


def test_the_same_bytes_in_another_process(form: bytes, tmp_path: Path) -> None:
    for name, seed in (("a.xlsx", "1"), ("b.xlsx", "2")):
        command = [sys.executable, "-m", "assess", "form", "--lang", "zh", "-o", str(tmp_path / name)]
        subprocess.run(
            command, cwd=ROOT, env={"PYTHONHASHSEED": seed, "TZ": f"UTC-{seed}"}, check=True, capture_output=True
        )
        assert (tmp_path / name).read_bytes() == form


def test_each_source_is_asked_what_it_can_know(book: Workbook, ruleset: RuleSet) -> None:
    for source in ruleset.sources:
        page = sheet(book, source.id)
        ids = [str(cell.value) for cell in page["A"] if cell.value and not str(cell.value).startswith(("#", "assess"))]
        assert ids == [one.id for one in ruleset.indicators if ruleset.may_rate(source, one.id)]
        columns = [cell.value for cell in page[1]]
        assert columns.count("respondent") >= max(3, source.quorum)
        assert columns[-3:] == ["note", "ref", "date"]


def test_every_indicator_has_its_words_and_its_drop_down(book: Workbook, ruleset: RuleSet) -> None:
    language = next(one for one in LANGUAGES if catalogue(one).say("form.sheet.start") == book.sheetnames[0])
    words = catalogue(language)
    for source in ruleset.sources:
        page = sheet(book, source.id)
        offered: dict[str, list[Any]] = {}
        for validation in page.data_validations.dataValidation:
            if validation.type == "list":
                name = str(validation.formula1).lstrip("=")
                destinations = list(book.defined_names[name].destinations)
                ((title, cells),) = destinations
                options = [cell.value for row in book[title][cells.replace("$", "")] for cell in row]
                assert not validation.showErrorMessage, "a plain number may be typed, too"
                offered |= {str(reference): options for reference in str(validation.sqref).split()}
        for indicator in ruleset.indicators:
            if not ruleset.may_rate(source, indicator.id):
                continue
            cell = at(book, source.id, indicator.id, "respondent")
            options = next(found for cells, found in offered.items() if cells.startswith(f"{cell.coordinate}:"))
            levels = [f"{level} {words.words(text)}" for level, text in enumerate(indicator.levels)]
            assert options[: len(levels)] == levels
            assert [
                option
                for option, reason in zip(options[len(levels) :], ruleset.unrated, strict=True)
                if reason not in option
            ] == []
            about = str(page.cell(cell.row, 2).value)
            assert about.startswith(f"{words.words(indicator.name)}\n{words.words(indicator.definition)}")
            assert [
                level for level in levels if level.replace(" ", "  ", 1) not in str(page.cell(cell.row, 3).value)
            ] == []


def test_only_what_is_to_be_filled_in_can_be_typed_into(book: Workbook, ruleset: RuleSet) -> None:
    for page in book.worksheets:
        mark = Mark.read(str(page["A1"].value))
        assert mark
        if mark.sheet == "lists":
            assert page.sheet_state == "hidden"
            continue
        assert page.protection.sheet
        assert page.protection.password is None
        assert page.column_dimensions["A"].hidden
        assert page.row_dimensions[1].hidden
        open_cells = {cell.coordinate for row in page.iter_rows() for cell in row if not cell.protection.locked}
        columns = {cell.column_letter: cell.value for cell in page[1] if cell.value}
        answers = {
            f"{letter}{row}"
            for letter, id_ in columns.items()
            if id_ not in {"question"} and letter != "A"
            for row in range(2, page.max_row + 1)
            if (str(page[f"A{row}"].value or "#")[0] != "#" and mark.sheet != "start")
            or (page[f"A{row}"].value == "#codes" and id_ == "respondent")
        }
        assert open_cells == answers, mark.sheet


def test_it_prints_on_a4_with_its_headings(book: Workbook, ruleset: RuleSet) -> None:
    for source in ruleset.sources:
        page = sheet(book, source.id)
        assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
        assert page.sheet_properties.pageSetUpPr
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.page_setup.fitToHeight == 0, "one page wide, and as long as it takes"
        assert page.print_title_rows == "$2:$5"
        assert page.freeze_panes == "D6"


def test_drop_downs_of_the_relation(book: Workbook, ruleset: RuleSet) -> None:
    page = sheet(book, "relation")
    validations = {str(one.sqref): one for one in page.data_validations.dataValidation}
    for row in ["community.type", *(f"attribute:{attribute.id}" for attribute in ruleset.attributes)]:
        cell = at(book, "relation", row, "value")
        assert validations[cell.coordinate].type == "list"
        assert validations[cell.coordinate].promptTitle


def test_messages_fit_what_excel_takes(book: Workbook) -> None:
    for page in book.worksheets:
        assert len(page.title) <= 31
        for one in page.data_validations.dataValidation:
            assert len(one.promptTitle or "") <= 32
            assert len(one.prompt or "") <= 255


def test_names_of_sources_become_names_of_sheets(ruleset: RuleSet) -> None:
    """Whatever a source is called, Excel takes it, and the sheet is found by its id."""
    names = ["lists", "A/B: [c]*?", "a b  c", "O'Neill's", "居" * 40, "说明", "'"]
    sources = [
        source.model_copy(update={"name": {"zh": name, "en": name}})
        for source, name in zip([*ruleset.sources, *ruleset.sources[:2]], names, strict=True)
    ]
    raw = write_form(ruleset, sources[:5], catalogue("zh"))
    assert len(opened(raw).sheetnames) == 9
    raw = write_form(ruleset, sources[5:], catalogue("zh"))
    assert opened(raw).sheetnames == ["说明", "社区", "变化", "说明 2", "_", "lists"]
    assert read_workbook(raw, "form.xlsx", ruleset)[1] == []


def test_a_rule_set_of_another_field(tmp_path: Path) -> None:
    tiny, problems = load_ruleset(ROOT / "tests" / "tiny" / "rules")
    assert tiny, problems
    raw = write_form(tiny, tiny.sources, catalogue("zh"))
    document, problems = read_workbook(raw, "form.xlsx", tiny)
    assert document
    assert problems == []
    assert document.data == {"assess": 1, "id": "form"}
    _, problems = load_workbook(raw, "form.xlsx", tiny)
    assert [problem.code for problem in problems] == ["form-without-date"]


def test_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    monkeypatch.setattr(sys, "argv", ["assess"])
    assert run_command(["form", "-o", "f.xlsx", "--source", "residents", "--source", "swo"]) == 0
    assert opened(Path("f.xlsx").read_bytes()).sheetnames == [
        "Start here", "Community", "Changes", "Organization", "Residents", "lists",
    ]  # fmt: skip
    assert "f.xlsx" in capsys.readouterr().out
    for arguments, words in (
        (["form", "-o", "f.xlsx"], "--force"),
        (["form", "-o", "f.xls"], ".xlsx"),
        (["form", "-o", "nowhere/f.xlsx"], "nowhere"),
        (["form", "-o", "g.xlsx", "--source", "resident"], 'Did you mean "residents"?'),
        (["form"], "--output"),
    ):
        assert run_command(arguments) == 2
        assert words in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["f.xlsx"]
    assert run_command(["form", "-o", "f.xlsx", "--source", "all", "--force"]) == 0
