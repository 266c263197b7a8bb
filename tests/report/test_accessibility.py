"""The HTML in a real Chromium: axe-core finds nothing, a phone and a printer show all of it, and it keeps to itself."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from coloraide import Color
from playwright.sync_api import Browser, Page

from tests.report.browsing import DISTRICT, NONE, PHONE, ROADMAP, Opened, chromium, html_of, opened
from tests.report.conftest import WAVES
from tests.report.reading import pdf_text, squeezed

DOCUMENTS = (*WAVES, DISTRICT, ROADMAP)
LONG_WORD = "x" * 400

# Every rule of WCAG 2.2 A and AA, and axe's best practices. Beside them, what it leaves out unless asked.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {
        "target-size": {"enabled": True},
        "p-as-heading": {"enabled": True},
        "table-fake-caption": {"enabled": True},
    },
    "resultTypes": ["violations", "incomplete"],
    "elementRef": False,
}
AXE = """async rules => {
  const { passes, violations, incomplete } = await axe.run(document, rules);
  const told = found => found.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html.slice(0, 160)));
  return { passes: passes.length, violations: told(violations), incomplete: told(incomplete) };
}"""
# What axe leaves undecided and tests below decide: contrast in charts and behind pseudo-elements; whether a column has
# cells where a row that is one heading stands in between.
LEFT_TO_US = {"color-contrast", "th-has-data-cells"}

# The headings of columns that have nothing below them; a list of evidence may have no notes.
EMPTY = """() => [...document.querySelectorAll('table:not(details table)')].flatMap(table => {
  const rows = [...table.tBodies].flatMap(body => [...body.rows]).filter(({ cells }) => cells.length > 1);
  const full = cell => cell.textContent.trim() || cell.children.length;
  return [...(table.tHead?.rows[0].cells ?? [])]
    .filter((head, place) => !rows.some(({ cells }) => full(cells[place])))
    .map(head => head.textContent);
})"""

KEPT = """async () =>
  [localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length]"""

# Each text of the page with its colour, what is behind it, and whether it is large in the sense of WCAG.
PAINTED = """() => {
  const found = {};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const element = node.parentElement, box = element.getBoundingClientRect();
    if (!node.data.trim() || !element.checkVisibility() || box.width < 2) continue;
    const style = getComputedStyle(element), svg = element instanceof SVGElement;
    let behind = "rgba(0, 0, 0, 0)";
    for (let one = element; one && /, 0\\)$|transparent/.test(behind); one = one.parentElement)
      behind = getComputedStyle(one).backgroundColor;
    if (/, 0\\)$|transparent/.test(behind)) behind = "rgb(255, 255, 255)";
    const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
    const key = [svg ? style.fill : style.color, behind, size >= 24 || (bold && size >= 18.66)].join("|");
    (found[key] ??= []).push(node.data.trim().slice(0, 30));
  }
  return found;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        if one is None:
            pytest.skip(NONE)
        yield one


@pytest.fixture(params=DOCUMENTS)
def document(request: pytest.FixtureRequest, language: str, tmp_path: Path) -> Path:
    """Each document in each language as a file, named for both."""
    path = tmp_path / f"{request.param}.{language}.html"
    path.write_bytes(html_of(request.param, language))
    return path


def audited(page: Page) -> tuple[list[str], list[str]]:
    """What axe-core says breaks a rule, and what it says a person must look at."""
    page.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = page.evaluate(AXE, RULES)
    assert found["passes"] > 30, "axe looked at the page"
    return found["violations"], [one for one in found["incomplete"] if one.split(":")[0] not in LEFT_TO_US]


def test_axe_finds_nothing(browser: Browser, document: Path) -> None:
    with opened(browser, document, folds=True) as seen:
        assert audited(seen.page) == ([], [])


@pytest.mark.parametrize(("name", "language"), [("wave-1", "zh"), ("sparse", "en"), (DISTRICT, "zh"), (ROADMAP, "en")])
def test_axe_finds_nothing_on_a_phone(browser: Browser, tmp_path: Path, name: str, language: str) -> None:
    path = tmp_path / "phone.html"
    path.write_bytes(html_of(name, language))
    with opened(browser, path, PHONE, folds=True) as seen:
        assert audited(seen.page) == ([], [])


def test_axe_finds_what_is_wrong(browser: Browser, tmp_path: Path) -> None:
    text = html_of("sparse", "en").decode()
    path = tmp_path / "wrong.html"
    path.write_text(text.replace('lang="en"', "", 1).replace("<h1>", '<h1 style="color: #ccc">'), encoding="utf-8")
    with opened(browser, path) as seen:
        violations, _ = audited(seen.page)
    assert {"html-has-lang", "color-contrast"} <= {one.split(":")[0] for one in violations}


def test_every_column_has_cells(browser: Browser, document: Path) -> None:
    with opened(browser, document, folds=True) as seen:
        assert seen.page.evaluate(EMPTY) == []


def test_every_text_stands_out_from_what_is_behind_it(browser: Browser, document: Path) -> None:
    """In the charts, too, and where axe cannot tell: 4.5 to 1, or 3 to 1 for large text, as WCAG counts it."""
    with opened(browser, document, folds=True) as seen:
        painted: dict[str, list[str]] = seen.page.evaluate(PAINTED)
    assert len(painted) > 4
    for key, texts in painted.items():
        text, behind, large = key.split("|")
        assert Color(text).contrast(behind, method="wcag21") >= (3 if large == "true" else 4.5), (key, texts[:3])


# --- a phone -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [390, 320])
def test_nothing_scrolls_sideways(browser: Browser, document: Path, width: int) -> None:
    """At the width of a phone, and at 320 pixels, which is WCAG's reflow."""
    with opened(browser, document, (width, 844), folds=True) as seen:
        assert sideways(seen) == []


@pytest.mark.parametrize("width", [390, 320])
def test_a_word_without_end_does_not_scroll_either(browser: Browser, tmp_path: Path, width: int) -> None:
    text = html_of("wave-1", "zh").decode()
    path = tmp_path / "long.html"
    for tag in ("h1", "td", "summary"):
        text = re.sub(rf"(<{tag}\b[^>]*>)", rf"\1{LONG_WORD}", text)
    path.write_text(text, encoding="utf-8")
    with opened(browser, path, (width, 844), folds=True) as seen:
        assert sideways(seen) == []


def sideways(seen: Opened) -> list[str]:
    """The elements that stick out of the window, outermost first; what scrolls inside itself may be wider."""
    script = """() => {
      const scrolls = one => one && (/auto|scroll/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
      return [...document.body.querySelectorAll('*')]
        .filter(one => one.checkVisibility() && !one.closest('.unseen') && !scrolls(one.parentElement))
        .map(one => [one.getBoundingClientRect(), one.outerHTML.slice(0, 120)])
        .filter(([box]) => box.right > innerWidth + 0.5 || box.left < -0.5)
        .map(([box, markup]) => markup);
    }"""
    wide = "[document.documentElement.scrollWidth - innerWidth, document.body.scrollWidth - innerWidth]"
    out: list[str] = seen.page.evaluate(script)
    return out or [f"{beyond} px" for beyond in seen.page.evaluate(wide) if beyond > 0]


# --- without script, without network, without memory -------------------------------------------------------------


def test_reasons_open_without_script(browser: Browser, document: Path) -> None:
    with opened(browser, document, script=False) as seen:
        closed = seen.page.locator("details:not([open])")
        count = closed.count()
        if document.stem.startswith(ROADMAP):  # it folds nothing
            assert seen.page.locator("details").count() == 0
            return
        assert count > 3
        one = closed.first
        inside = seen.page.locator("details").nth(_place(seen, one)).locator(":scope > :not(summary)").first
        assert not inside.is_visible()
        summary = one.locator("summary").first
        summary.focus()
        seen.page.keyboard.press("Enter")
        assert inside.is_visible()
        assert closed.count() == count - 1


def _place(seen: Opened, one: Any) -> int:
    handle = one.element_handle()
    everything = seen.page.locator("details").element_handles()
    return next(place for place, other in enumerate(everything) if other.evaluate("(a, b) => a === b", handle))


def test_it_asks_for_nothing_and_keeps_nothing(browser: Browser, document: Path) -> None:
    with opened(browser, document, folds=True) as seen:
        filters = seen.page.locator("form.filters input[type=search]")
        for box in filters.all():
            box.fill("no such community")
        seen.page.wait_for_timeout(300)
        for link in seen.page.locator("nav a").all()[:3]:
            link.click()
        assert seen.page.evaluate(KEPT) == [0, 0, "", 0]
        state = seen.context.storage_state()
        assert (state["cookies"], state["origins"]) == ([], [])
        seen.page.goto("about:blank")
        seen.page.goto(document.as_uri())
        assert [box.input_value() for box in filters.all()] == [""] * filters.count()
        unfolded = re.findall(rb"<details\b[^>]*\sopen\b", document.read_bytes())
        assert seen.page.locator("details[open]").count() == len(unfolded)
        assert {url.partition("#")[0] for url in seen.requests} <= {document.as_uri(), "about:blank"}
        assert seen.errors == []


# --- paper -------------------------------------------------------------------------------------------------------


def test_it_prints_in_full(browser: Browser, document: Path) -> None:
    """A4 sheets with every word, also of what is folded on a screen; only the contents and the filters stay away."""
    with opened(browser, document) as seen:
        data = seen.page.pdf(prefer_css_page_size=True, tagged=True)
    sheets = pypdfium2.PdfDocument(io.BytesIO(data))
    assert {tuple(round(side) for side in sheet.get_size()) for sheet in sheets} == {(595, 842)}
    printed, text = pdf_text(data), document.read_text(encoding="utf-8")
    text = re.sub(r"<(head|nav|form|script|title)\b.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(r'<(\w+) class="unseen">.*?</\1>', "", text)
    words = [unescape(one) for one in re.findall(r">([^<]{4,})<", text) if one.strip()]
    assert len(words) > 50
    assert [one for one in words if squeezed(one) not in printed] == []
