"""From a verdict to the page model: which sections a report has, and in what order."""

from __future__ import annotations

from datetime import date

from assess.catalogue import catalogue
from assess.evidence.model import Assessment
from assess.plan import Plan
from assess.report.closing import evidence, method, numbers, screening
from assess.report.grounds import gaps, gates, levels, patterns
from assess.report.opening import opening, title
from assess.report.page import Page
from assess.report.roadmap import Roadmap, document, plan
from assess.report.steps import path, planned, strategies
from assess.report.words import Edition, Subject
from assess.ruleset.model import RuleSet
from assess.verdict import Verdict

SHORT_DIGEST = 8
# Each part returns its section, or nothing where the rule set has none of its kind.
SECTIONS = (levels, gates, gaps, patterns, strategies, path, plan, screening, method, evidence)


def page_of(verdict: Verdict, assessment: Assessment, ruleset: RuleSet, language: str, edition: Edition) -> Page:
    """The report on a verdict, in the words of ``language``."""
    subject = Subject(verdict, assessment, ruleset, catalogue(language), edition, numbers(assessment, ruleset))
    sections = [section for part in SECTIONS if (section := part(subject)) is not None]
    say, wave = subject.say, _wave(subject)
    return Page(
        language=language,
        tag=say("language-tag"),
        gap=say("lead-gap"),
        date=assessment.wave.date,
        title=say("document-title", title=title(subject), wave=wave),
        header=(_edition(subject), wave),
        footer=_footer(subject),
        contents=say("contents"),
        opening=opening(subject),
        sections=tuple(sections),
    )


def roadmap_of(
    verdict: Verdict,
    assessment: Assessment,
    ruleset: RuleSet,
    language: str,
    edition: Edition,
    *,
    start: date | None = None,
) -> tuple[Plan, Roadmap]:
    """The roadmap that a verdict leads to, and its document in the words of ``language``."""
    subject = Subject(verdict, assessment, ruleset, catalogue(language), edition, {})
    found = planned(subject, start)
    return found, document(subject, found, title(subject), (_edition(subject), _wave(subject)), _footer(subject))


def _wave(subject: Subject) -> str:
    wave = subject.assessment.wave
    return subject.say("header.wave", date=wave.date, label=subject.text(wave.label))


def _edition(subject: Subject) -> str:
    edition = subject.say(f"edition.{subject.edition.name}")
    return subject.say("header.report", title=subject.text(subject.ruleset.title), edition=edition)


def _footer(subject: Subject) -> tuple[str, str]:
    named = subject.verdict.ruleset
    rules = subject.say("footer.rules", version=named.version, digest=named.digest[:SHORT_DIGEST])
    return subject.say("footer.limits"), rules
