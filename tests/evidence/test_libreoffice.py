"""A real LibreOffice opens the form, three sources are filled in, the verdict is that of the same ratings in YAML."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from assess.cli import run_command
from assess.evidence.model import Assessment
from assess.evidence.workbook import load_workbook
from assess.ruleset.model import RuleSet
from tests.evidence import libreoffice
from tests.evidence.conftest import SOURCES
from tests.evidence.spoiled import at, opened, sheet, typed

PYTHON = libreoffice.python_with_uno()
pytestmark = pytest.mark.skipif(
    not PYTHON, reason="needs LibreOffice: apt-get install --no-install-recommends libreoffice-calc python3-uno"
)


def _typed(form: bytes, wave: Assessment) -> list[tuple[str, str, str]]:
    """What is typed into which cell; every third rating is chosen from the drop-down instead, with its words."""
    book, cells = opened(form), []
    for number, (name, place, column, nth, value) in enumerate(typed(wave, SOURCES)):
        row, _, further = place.partition(" ")
        first, page = at(book, name, row, column, nth), sheet(book, name)
        cell = page.cell(first.row + int(further or 0), first.column)
        text = str(value)
        if column == "respondent" and row != "#codes" and number % 3 == 0 and isinstance(value, int):
            levels = str(page.cell(first.row, 3).value).split("\n")
            text = levels[value].replace("  ", " ")
        cells.append((str(page.title), str(cell.coordinate), text))
    return cells


def test_filled_in_by_libreoffice(  # noqa: PLR0917 - fixtures
    form: bytes, wave: Assessment, ruleset: RuleSet, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["assess"])
    (tmp_path / "form.xlsx").write_bytes(form)
    wanted = _typed(form, wave)
    begun = time.perf_counter()
    done = subprocess.run(
        [str(PYTHON), libreoffice.__file__, str(tmp_path / "form.xlsx"), str(tmp_path / "filled.xlsx")],
        input=json.dumps(wanted), capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert time.perf_counter() - begun < 240
    seen = json.loads(done.stdout)
    assert all(protected for sheet, protected in seen["protected"].items() if sheet != "lists")
    assert seen["locked"] == [], "every cell that is to be filled in can be typed into"
    ratings = [
        f"{sheet}!{cell}" for sheet, cell, _ in wanted if sheet in {"机构", "居委会", "居民"} and not cell.endswith("5")
    ]
    assert set(ratings) <= set(seen["choices"]), "every rating has a drop-down"
    assert "3 开放三类及以上，提前约定即可使用" in [one for options in seen["lists"].values() for one in options]

    data = wave.model_dump(mode="json", exclude_none=True)
    data = {key: value for key, value in data.items() if value}
    (tmp_path / "same.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    said = []
    for name in ("filled.xlsx", "same.yaml"):
        assert run_command(["run", "--json", "--engine", "reference", str(tmp_path / name)]) == 0
        said.append(json.loads(capsys.readouterr().out))
    assert said[0] == said[1]
    assert said[0]["stage"]["possible"]
    assert run_command(["report", str(tmp_path / "filled.xlsx"), "-o", str(tmp_path / "report.pdf")]) == 0

    _, problems = load_workbook((tmp_path / "old.xls").read_bytes(), "old.xls", ruleset)
    assert [problem.code for problem in problems] == ["workbook-old"]
