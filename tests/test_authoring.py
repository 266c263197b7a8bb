"""Starting entries of one's own rule set, and its codebook."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from assess.cases import case_files, load_all
from assess.codebook.build import codebook
from assess.codebook.write import compiled, write
from assess.commands import authoring
from assess.content import content
from assess.ruleset.load import load_ruleset
from assess.ruleset.model import RuleSet
from assess.ruleset.starting import KINDS
from tests.conftest import Run

IDS = {"indicator": "emb.phone", "condition": "reachable", "pattern": "overload", "strategy": "call", "check": "phone"}


@pytest.fixture
def own(tmp_path: Path, run: Run) -> Path:
    folder = tmp_path / "my-rules"
    assert run("rules", "new", "set", str(folder))[0] == 0
    return folder


def test_the_command_offers_what_can_be_started() -> None:
    assert authoring.KINDS == KINDS


def _files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*.yaml")}


def test_a_copied_rule_set_is_the_same_and_its_cases_hold(own: Path, run: Run, ruleset: RuleSet) -> None:
    mine, problems = load_ruleset(own)
    assert mine is not None, problems
    assert mine.digest == ruleset.digest
    assert run("rules", "test", "--rules", str(own))[0] == 0
    code, _, err = run("rules", "new", "set", str(own))
    assert code == 2
    assert "already there" in err


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_entry_loads_with_a_case_that_holds_and_nothing_else_changes(kind: str, own: Path, run: Run) -> None:
    before = _files(own)
    code, out, err = run("rules", "new", kind, IDS[kind], "--into", str(own))
    assert code == 0, err
    after = _files(own)
    changed = [name for name in after if after[name] != before.get(name)]
    assert len(changed) == 2
    assert "cases/own.yaml" in changed
    assert all(after[name].startswith(before.get(name, "")) for name in changed), "comments and layout stay"
    mine, problems = load_ruleset(own)
    assert mine is not None, problems
    cases, problems = load_all([path for path in case_files(own) if path.name == "own.yaml"], mine)
    assert not problems
    assert [case.differences(mine) for case in cases] == [[]]
    for file, line in re.findall(r"(\S+\.yaml):(\d+)", out):
        begins = Path(file).read_text("utf-8").splitlines()[int(line) - 1]
        assert IDS[kind].replace(".", "-") in begins.replace(".", "-")
    code, _, err = run("rules", "new", kind, IDS[kind], "--into", str(own))
    assert code == 2
    assert "already" in err
    assert _files(own) == after


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pattern", "exclusion"), "already"),
        (("pattern", "Bad Name"), "small letters"),
        (("indicator", "phone"), "emb.name"),
        (("indicator", "emp2.phone"), 'Did you mean "emp"'),
        (("patern", "x"), "pattern"),
    ],
)
def test_what_cannot_be_started(arguments: tuple[str, str], said: str, own: Path, run: Run) -> None:
    before = _files(own)
    code, _, err = run("rules", "new", *arguments, "--into", str(own))
    assert code == 2
    assert said in err
    assert _files(own) == before


def test_the_shipped_rules_are_never_written_to(own: Path, run: Run) -> None:
    before = _files(content("rules"))
    assert run("rules", "new", "pattern", "overload")[0] == 2
    assert run("rules", "new", "pattern", "overload", "--into", str(content("rules")))[0] == 2
    assert _files(content("rules")) == before
    (own / "patterns.yaml").write_text("patterns: []\n", encoding="utf-8")
    code, _, err = run("rules", "new", "pattern", "overload", "--into", str(own))
    assert code == 2, "an empty list in brackets cannot be appended to"
    assert "patterns" in err


# --- the codebook ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_codebook_has_everything_and_its_links_lead_somewhere(language: str, ruleset: RuleSet) -> None:
    page = codebook(ruleset, language)
    entries = [entry for section in page.sections for group in section.groups for entry in group.entries]
    ids = [entry.id for entry in entries]
    checks = [check.id for check in ruleset.screening.checks] if ruleset.screening else []
    for known in (ruleset.indicator, ruleset.named, ruleset.pattern, ruleset.strategy, ruleset.attribute, checks):
        assert set(known) <= set(ids)
    anchors = [entry.anchor for entry in entries]
    assert len(set(anchors)) == len(anchors)
    links = {p.to for e in entries for row in e.rows for line in row.lines for p in line.pieces if p.to}
    assert links <= set(anchors)
    words = str(entries)
    for indicator in ruleset.indicators:
        assert all(level[language].strip()[:8].replace("'", "")[:4] in words for level in indicator.levels)
    html = write(ruleset, "html", language).decode()
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(re.findall(r'id="([^"]+)"', html))
    assert ruleset.digest in html
    assert "<script" not in html
    assert write(ruleset, "html", language).decode() == html


def test_what_uses_an_indicator_is_named(ruleset: RuleSet) -> None:
    page = codebook(ruleset, "en")
    entry = next(e for s in page.sections for g in s.groups for e in g.entries if e.id == "emb.mandate")
    used = next(row for row in entry.rows if row.label == "Used by")
    targets = {piece.to for line in used.lines for piece in line.pieces if piece.to}
    assert {
        "condition-mandate-written",
        "pattern-forced-entry",
        "check-written-basis",
        "strategy-tripartite",
    } <= targets


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_codebook_on_paper(language: str, ruleset: RuleSet) -> None:
    data, warnings = compiled(ruleset, language)
    assert not warnings
    with pikepdf.open(BytesIO(data)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith(language)
        assert len(pdf.open_outline().root) >= 10
        assert "pdfuaid" in bytes(pdf.Root.Metadata.read_bytes()).decode()
    paper = pypdfium2.PdfDocument(data)
    last = paper[len(paper) - 1].get_textpage().get_text_range()
    assert f"{len(paper)} / {len(paper)}" in last
    first = paper[0].get_textpage().get_text_range()
    assert ruleset.digest[:20] in first.replace("\r\n", "")


def test_a_rule_set_of_another_field_has_a_codebook_too(tmp_path: Path, run: Run) -> None:
    tiny = Path(__file__).parent / "tiny" / "rules"
    for name in ("book.html", "book.pdf"):
        code, _, err = run("rules", "doc", "-o", str(tmp_path / name), "--rules", str(tiny))
        assert code == 0, err
        assert (tmp_path / name).stat().st_size > 10_000
    assert run("rules", "doc", "-o", str(tmp_path / "book.html"), "--rules", str(tiny))[0] == 2, "it is there"
    assert run("rules", "doc", "-o", str(tmp_path / "book.txt"))[0] == 2
