"""Reports in a real Chromium, driven by Playwright: the machine's own browser, with the fonts of our package."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pylopdf_fonts_zh_cn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from assess.content import content
from assess.engines.columnar import Columnar
from assess.report import html
from assess.report.portfolio import Material, render
from assess.report.render import EDITIONS
from assess.report.roadmap import Roadmap
from assess.report.view import roadmap_of
from assess.screening.folder import screened_inputs
from assess.screening.portfolio import portfolio
from tests.report.conftest import rendered, rules, wave
from tests.screening.district import district

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
NONE = f"no browser: none of {', '.join(NAMES)} is on the path, and none was installed by `playwright install chromium`"
DESKTOP, PHONE = (1280, 900), (390, 844)
DISTRICT = "district"  # a portfolio, beside the reports on the waves
ROADMAP = "roadmap"  # of wave 2, a document of its own
SIZE = 48  # the relations in it


def executable(playwright: Playwright) -> Path | None:
    """The Chromium to drive, if there is one."""
    found = next((path for name in NAMES if (path := shutil.which(name))), playwright.chromium.executable_path)
    return Path(found) if Path(found).exists() else None


@contextmanager
def chromium() -> Iterator[Browser | None]:
    """A Chromium that sees one font, Noto Sans SC of our package, so that runs are alike on every machine."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        fonts = Path(folder) / "fonts.conf"
        place = Path(pylopdf_fonts_zh_cn.sans_path()).parent
        fonts.write_text(f"<fontconfig><dir>{place}</dir><cachedir>{folder}/cache</cachedir></fontconfig>")
        path = executable(playwright)
        if path is None:
            yield None
        else:
            browser = playwright.chromium.launch(
                executable_path=path, env={"HOME": folder, "FONTCONFIG_FILE": str(fonts)}
            )
            yield browser
            browser.close()


@dataclass
class Opened:
    """A page with everything that it asked for and said while it was open."""

    page: Page
    context: BrowserContext
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextmanager
def opened(
    browser: Browser, path: Path, size: tuple[int, int] = DESKTOP, *, script: bool = True, folds: bool = False
) -> Iterator[Opened]:
    """A file as a person opens it; with ``folds`` everything that can be unfolded is."""
    width, height = size
    phone = size == PHONE
    context = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=script, is_mobile=phone, has_touch=phone
    )
    page = context.new_page()
    seen = Opened(page, context)
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
    page.goto(path.as_uri())
    if folds:
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    yield seen
    context.close()


def html_of(name: str, language: str) -> bytes:
    """A report, the portfolio or the roadmap as HTML."""
    if name == ROADMAP:
        return html.write_roadmap(roadmap(language))
    return _portfolio(language) if name == DISTRICT else rendered(name, "html", language)


def roadmap(language: str) -> Roadmap:
    """The roadmap of wave 2."""
    one = wave("wave-2")
    return roadmap_of(one.verdict, one.assessment, one.ruleset, language, EDITIONS["organization"])[1]


@lru_cache(maxsize=2)
def _portfolio(language: str) -> bytes:
    return render(material(), "html", language)


@lru_cache(maxsize=1)
def material() -> Material:
    """What the portfolio of a district is made of."""
    ruleset = rules(content("rules"))
    columnar = Columnar(ruleset)
    with TemporaryDirectory() as folder:
        inputs, problems = screened_inputs(district(Path(folder), SIZE, ruleset), columnar)
        assert problems == []
        return Material(portfolio(inputs, columnar), ruleset)
