"""A portfolio counts what the verdicts say one by one, shows it in both languages, and gives nothing away."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from assess.catalogue import catalogue
from assess.engines import Truth
from assess.engines.columnar import Columnar
from assess.report import pdf
from assess.report.portfolio import Material, page_of, render
from assess.report.words import typeset
from assess.ruleset.conditions import All
from assess.screening import portfolio as counting
from assess.screening.changes import Change
from assess.screening.suppression import LEAST
from tests.report.reading import html_tags, html_text, pdf_text, squeezed
from tests.screening.conftest import District

CHROMIUM = Path("/usr/bin/chromium")
LANGUAGES = ("zh", "en")


# --- the counts --------------------------------------------------------------------------------------------------


def test_stages_lists_and_decisions_are_those_of_the_verdicts(whole: District) -> None:
    portfolio, ones = whole.portfolio, whole.ones.values()
    assert portfolio.total == len(whole.ones) == 300
    assert portfolio.spans == Counter((one.verdict.stage.floor, one.verdict.stage.ceiling) for one in ones)
    assert {name: n for name, n in portfolio.lists.items() if n} == Counter(one.list for one in ones)
    decisions = Counter(str(one.verdict.screening.decision) for one in ones if one.verdict.screening)
    assert {name: n for name, n in portfolio.decisions.items() if n} == decisions
    assert all(portfolio.lists.values()), "every list was met"


def test_checks_and_answers_are_those_of_the_verdicts(whole: District) -> None:
    portfolio, ones = whole.portfolio, whole.ones.values()
    for name, tally in portfolio.checks.items():
        truths = Counter(one.verdict.screening.checks[name] for one in ones if one.verdict.screening)
        assert (tally.fails, tally.open, tally.of) == (truths[Truth.FAILS], truths[Truth.OPEN], 300)
    asked, clashing = Counter[str](), Counter[str]()
    for one in ones:
        asked.update(one.asks)
        clashing.update(one.clashes)
    assert {name: n for name, n in portfolio.asked.items() if n} == asked
    assert {name: n for name, n in portfolio.clashing.items() if n} == clashing


def test_what_the_next_gate_lacks_is_what_the_verdicts_say(whole: District) -> None:
    for (stage, place), tally in whole.portfolio.lacking.items():
        gate = whole.ruleset.gates[stage]
        below = [one.verdict for one in whole.ones.values() if one.verdict.stage.floor == stage - 1]
        roots = [verdict.why[f"gate:{stage}"].children[0] for verdict in below]
        nodes = [root.children[place] if isinstance(gate, All) else root for root in roots]
        truths = Counter(node.truth for node in nodes)
        assert (tally.fails, tally.open, tally.of) == (truths[Truth.FAILS], truths[Truth.OPEN], len(below))


def test_patterns_are_counted_by_type(whole: District) -> None:
    expected = Counter(
        (pattern, one.verdict.assessment.community or "")
        for one in whole.ones.values()
        for pattern, truth in one.verdict.patterns.items()
        if truth is Truth.HOLDS
    )
    found = {(p, kind): n for p, kinds in whole.portfolio.patterns.items() for kind, n in kinds.items() if n}
    assert found == expected
    assert whole.portfolio.types == Counter(one.verdict.assessment.community for one in whole.ones.values())


def test_every_relation_is_listed_with_its_reasons_and_by_its_id(whole: District) -> None:
    entries = whole.portfolio.entries
    assert [entry.community for entry in entries] == sorted(whole.ones)
    for entry in entries:
        one = whole.ones[entry.community]
        verdict = one.verdict
        assert (entry.floor, entry.ceiling, entry.list) == (verdict.stage.floor, verdict.stage.ceiling, one.list)
        assert (entry.asks, entry.clashes) == (one.asks, one.clashes)
        assert set(entry.patterns) == {name for name, truth in verdict.patterns.items() if truth is Truth.HOLDS}
        assert verdict.screening is not None
        unsettled = {name: truth for name, truth in verdict.screening.checks.items() if truth is not Truth.HOLDS}
        assert entry.checks == unsettled


def test_of_too_many_only_the_first_are_listed(whole: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "AT_ONCE", 0)
    few = counting.portfolio(whole.inputs, Columnar(whole.ruleset), counting.Limits(100, 7))
    assert replace(few, entries=()) == replace(whole.portfolio, entries=())
    for name in few.lists:
        assert [one.community for one in few.of(name)] == [one.community for one in whole.portfolio.of(name)][:7]
    text = html_text(render(Material(few, whole.ruleset), "html", "en"))
    assert "thefirst7byid" in text


# --- what is shown -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_html_needs_nothing_but_itself(whole: District, language: str) -> None:
    data = whole.report("html", language)
    assert not re.search(r"https?:|//\w|url\(|@import|\bfetch\(|XMLHttp|import\(", data.decode().replace("// Filt", ""))
    tags = html_tags(data)
    assert {"link", "img", "iframe", "object", "base"}.isdisjoint(tag for tag, _ in tags)
    assert not any("src" in attributes or "action" in attributes for _, attributes in tags)
    assert not any(name.startswith("on") for _, attributes in tags for name in attributes)
    ids = {attributes["id"] for _, attributes in tags if "id" in attributes}
    assert {(attributes["href"] or "")[1:] for tag, attributes in tags if tag == "a"} <= ids
    rows = [attributes for tag, attributes in tags if tag == "details"]
    assert len(rows) == 300
    assert len(data) < 600_000
    assert ("html", {"lang": catalogue(language).say("report.language-tag")}) in tags


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_formats_say_everything(whole: District, language: str) -> None:
    page = page_of(Material(whole.portfolio, whole.ruleset), language)
    html, paper = html_text(whole.report("html", language)), pdf_text(whole.report("pdf", language))
    for text in (html, paper):
        assert squeezed(page.title) in text
        for step in page.ladder.steps:
            assert squeezed(step.label) in text
        for section in (*page.sections, page.closing):
            assert squeezed(section.title) in text
            assert squeezed(section.intro) in text
        for listing in page.lists:
            assert squeezed(listing.title) in text
        for row in page.lists[1].rows[:40]:
            assert squeezed(row.title) in text
            for fact in row.facts:
                assert squeezed(fact.lead) in text
                assert squeezed(fact.text)[:20] in text
        assert squeezed(typeset(whole.ruleset.screening.notice[language])) in text  # type: ignore[union-attr]


@pytest.mark.parametrize("language", LANGUAGES)
def test_typst_warns_of_nothing(whole: District, language: str) -> None:
    page = page_of(Material(whole.portfolio, whole.ruleset), language)
    assert pdf.typeset("portfolio.typ.j2", page.date, page=page)[1] == []


def test_the_same_portfolio_gives_the_same_bytes(whole: District) -> None:
    for kind in ("html", "pdf"):
        assert render(Material(whole.portfolio, whole.ruleset), kind, "zh") == whole.report(kind, "zh")


def test_rows_do_not_say_what_the_table_of_patterns_hides(whole: District) -> None:
    """Rows name no type, so that nobody can count a small number out of them."""
    names = [kind.name["zh"] for kind in whole.ruleset.types]
    page = page_of(Material(whole.portfolio, whole.ruleset), "zh")
    shown = [row for listing in page.lists for row in listing.rows]
    assert len(shown) == 300
    for row in shown:
        words = (row.title, row.stage, row.decision, *(fact.text for fact in row.facts))
        assert not [name for name in names for word in words if name in word]
    (table,) = [section.blocks[0] for section in page.sections if section.id == "patterns"]
    numbers = [cell.text for row in table.groups[0].rows for cell in row.cells[1:]]  # type: ignore[union-attr]
    assert f"<{LEAST}" in numbers
    assert all(int(number) >= LEAST for number in numbers if number.isdigit())


def test_nothing_of_a_user_becomes_markup(whole: District) -> None:
    nasty = '<script>alert("x")</script> #read("/etc/passwd") & \u0007 "quoted" \U0001f600'
    first = whole.portfolio.entries[0]
    entries = (replace(first, community=nasty, names=dict.fromkeys(LANGUAGES, nasty)), *whole.portfolio.entries[1:3])
    change = Change(nasty, ("", ""), (None, (0, 1)), ("", "ready"), ("", "settled"), ("new",))
    material = Material(replace(whole.portfolio, entries=entries), whole.ruleset, changes=[change])
    data = render(material, "html", "en")
    assert len([tag for tag, _ in html_tags(data) if tag == "script"]) == 1
    assert squeezed('#read("/etc/passwd") &') in html_text(data)
    assert squeezed('#read("/etc/passwd") &') in pdf_text(render(material, "pdf", "en"))


# --- the filters, in a real browser ------------------------------------------------------------------------------


@pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium at /usr/bin/chromium")
@pytest.mark.parametrize(
    ("setting", "shown"),
    [
        ("", lambda one, name: True),
        ("form.elements.list.value = 'settled'", lambda one, name: one.list == "settled"),
        (
            "form.elements.stage.value = '2'",
            lambda one, name: one.verdict.stage.floor <= 2 <= one.verdict.stage.ceiling,
        ),
        (
            "form.elements.decision.value = 'ready'; form.elements.list.value = 'settled'",
            lambda one, name: one.verdict.screening.decision == "ready" and one.list == "settled",
        ),
        (
            "form.elements.pattern.value = 'exclusion'",
            lambda one, name: one.verdict.patterns["exclusion"] is Truth.HOLDS,
        ),
        ("form.elements.search.value = 'C0123'", lambda one, name: name == "c0123"),
        ("form.elements.search.value = 'no such community'", lambda one, name: False),
    ],
)
def test_filters(whole: District, tmp_path: Path, setting: str, shown: object) -> None:
    """Chromium opens the file, a filter is set, and what it then shows is read from its document."""
    assert callable(shown)
    script = f"const form = document.querySelector('form'); {setting}; form.dispatchEvent(new Event('input'));"
    text = whole.report("html", "en").decode().replace("</body>", f"<script>{{{script}}}</script></body>")
    path = tmp_path / "report.html"
    path.write_text(text, encoding="utf-8")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--virtual-time-budget=3000", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    shutil.rmtree(tmp_path / "profile", ignore_errors=True)
    rows = re.findall(r"<details class=\"row\"([^>]*)><summary><b>[^<]*\((c\d{4})\)", done.stdout.decode())
    assert len(rows) == 300
    visible = {name for attributes, name in rows if "hidden" not in attributes}
    assert visible == {name for name, one in whole.ones.items() if shown(one, name)}
    assert (f"Showing {len(visible)} of 300" if visible else "No community matches") in done.stdout.decode()


# --- sentences ---------------------------------------------------------------------------------------------------


def test_both_languages_have_the_same_sentences_and_all_are_used() -> None:
    keys = [[key for key in catalogue(one).sentences if key.startswith("portfolio.")] for one in LANGUAGES]
    assert keys[0] == keys[1]
    folder = Path(pdf.__file__).parent
    code = "".join((folder / name).read_text(encoding="utf-8") for name in ("portfolio.py", "brief.py"))
    code += (folder.parent / "commands" / "screening.py").read_text(encoding="utf-8")
    for key in keys[0]:
        name = key.removeprefix("portfolio.").removeprefix("brief.")
        stem, _, last = name.rpartition(".")
        begun = [f'"{name}"', f'"{key}"', f'f"{stem}.{{', f'f"{name.rpartition("-")[0]}-{{']
        assert any(beginning in code for beginning in begun), (key, last)
