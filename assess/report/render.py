"""One door to every report: a verdict in, the bytes of a file out. Same input, same bytes; no clock, no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from assess.evidence.model import Assessment
from assess.report import html, pdf, word
from assess.report.page import Page
from assess.report.roadmap import Roadmap
from assess.report.view import page_of
from assess.report.words import Edition
from assess.ruleset.model import RuleSet
from assess.verdict import Verdict

FORMATS: Mapping[str, Callable[[Page], bytes]] = {"html": html.write, "pdf": pdf.write, "docx": word.write}
ROADMAPS: Mapping[str, Callable[[Roadmap], bytes]] = {"html": html.write_roadmap, "pdf": pdf.write_roadmap}
EDITIONS: Mapping[str, Edition] = {"organization": Edition("organization")}


def render(
    verdict: Verdict,
    assessment: Assessment,
    ruleset: RuleSet,
    format: str,  # noqa: A002  (the word that the command line and the design use)
    language: str,
    *,
    edition: str = "organization",
) -> bytes:
    """The report on ``verdict`` as the bytes of a file.

    ``format`` is one of ``FORMATS``, ``edition`` one of ``EDITIONS``, ``language`` one that ``templates/locales`` has;
    anything else raises ``KeyError``. ``assessment`` is the one that was judged, under ``ruleset``.
    """
    return FORMATS[format](page_of(verdict, assessment, ruleset, language, EDITIONS[edition]))
