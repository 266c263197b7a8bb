"""From a verdict to the page model: which sections a report has, and in what order."""

from __future__ import annotations

from assess.catalogue import catalogue
from assess.evidence.model import Assessment
from assess.report.closing import evidence, method, numbers, screening
from assess.report.grounds import gaps, gates, levels, patterns
from assess.report.opening import opening, title
from assess.report.page import Page
from assess.report.roadmap import plan
from assess.report.steps import path, strategies
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
    say = subject.say
    wave = say("header.wave", date=assessment.wave.date, label=subject.text(assessment.wave.label))
    digest = verdict.ruleset.digest[:SHORT_DIGEST]
    return Page(
        language=language,
        tag=say("language-tag"),
        gap=say("lead-gap"),
        date=assessment.wave.date,
        title=say("document-title", title=title(subject), wave=wave),
        header=(say("header.report", title=subject.text(ruleset.title), edition=say(f"edition.{edition.name}")), wave),
        footer=(say("footer.limits"), say("footer.rules", version=verdict.ruleset.version, digest=digest)),
        contents=say("contents"),
        opening=opening(subject),
        sections=tuple(sections),
    )
