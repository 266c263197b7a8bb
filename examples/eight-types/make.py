"""The evidence of wave 1 as if the community were each of the eight types in turn: what differs, by which local fact.

``python examples/eight-types/make.py`` writes ``docs/eight-types.zh.md`` and ``docs/eight-types.en.md``;
with a folder after it, the eight reports in both languages as well.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from assess.catalogue import LANGUAGES, catalogue
from assess.evidence.load import load_assessment
from assess.evidence.model import Assessment
from assess.judge import judge
from assess.plan import Plan
from assess.report.here import adapted
from assess.report.render import EDITIONS, FORMATS, render
from assess.report.steps import doubts, planned
from assess.report.words import Subject
from assess.ruleset.load import load_ruleset
from assess.ruleset.model import RuleSet
from assess.situation import of_assessment
from assess.verdict import Advice, Verdict

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MARKS = {"consider": "○", "later": "△", "held_back": "×"}


@dataclass(frozen=True)
class Place:
    """Wave 1 in one type of community."""

    type: str
    assessment: Assessment
    verdict: Verdict

    def subject(self, ruleset: RuleSet, language: str) -> Subject:
        """What a report of it speaks of."""
        return Subject(self.verdict, self.assessment, ruleset, catalogue(language), EDITIONS["organization"], {})

    def entries(self) -> Iterator[tuple[str, str, Advice]]:
        """Every strategy with its list and its mark in the table."""
        for name in ("recommended", "consider", "later", "held_back"):
            for number, advice in enumerate(getattr(self.verdict.strategies, name), 1):
                yield name, MARKS.get(name, str(number)), advice


def rules() -> RuleSet:
    """The shipped rule set."""
    ruleset, problems = load_ruleset(ROOT / "rules")
    if ruleset is None:
        raise SystemExit(problems)
    return ruleset


def places(ruleset: RuleSet) -> list[Place]:
    """The same evidence in each type of community."""
    path = ROOT / "examples" / "m-community" / "wave-1.yaml"
    assessment, problems = load_assessment(path.read_bytes(), path.name, ruleset)
    if assessment is None:
        raise SystemExit(problems)
    found = []
    for kind in ruleset.types:
        community = assessment.community.model_copy(update={"type": kind.id})
        one = assessment.model_copy(update={"community": community})
        found.append(Place(kind.id, one, judge(ruleset, of_assessment(one, ruleset))))
    return found


def document(ruleset: RuleSet, found: Sequence[Place], language: str) -> str:
    """What differs between the types, as Markdown."""
    words = yaml.safe_load((HERE / "words.yaml").read_text(encoding="utf-8"))[language]
    subjects = [place.subject(ruleset, language) for place in found]
    plans = [planned(subject) for subject in subjects]
    lines = [f"# {words['title']}", words["intro"], words["made"]]
    lines += [f"## {words['lists']}", words["lists-note"], *_lists(ruleset, found, subjects, words)]
    lines += [f"## {words['plans']}", words["plans-note"], _plans(ruleset, subjects, plans, words)]
    lines += [f"## {words['here']}", words["here-note"], *_adapted(ruleset, found, subjects, plans, words)]
    return "\n\n".join(lines) + "\n"


def _name(ruleset: RuleSet, strategy: str, subject: Subject) -> str:
    return subject.text(ruleset.strategy[strategy].name)


def _types(subjects: Sequence[Subject]) -> list[str]:
    return [subject.community(subject.assessment.community.type or "") for subject in subjects]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    written = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in written)


def _lists(
    ruleset: RuleSet, found: Sequence[Place], subjects: Sequence[Subject], words: dict[str, str]
) -> Iterator[str]:
    """Where each strategy stands, for those that do not stand alike; then why, type by type."""
    standing = {place.type: {advice.id: (name, mark) for name, mark, advice in place.entries()} for place in found}
    differing = [
        one.id
        for one in ruleset.strategies
        if len({standing[place.type][one.id][0] for place in found if one.id in standing[place.type]}) > 1
    ]
    head = [words["strategy"], *_types(subjects)]
    rows = [
        [_name(ruleset, strategy, subjects[0]), *(standing[place.type][strategy][1] for place in found)]
        for strategy in differing
    ]
    yield _table(head, rows)
    yield f"### {words['why']}"
    for place, subject, kind in zip(found, subjects, _types(subjects), strict=True):
        told = [
            f"- {_name(ruleset, advice.id, subject)}{words['colon']}{''.join(doubts(subject, advice))}"
            for name, _, advice in place.entries()
            if advice.id in differing and name != "recommended"
        ]
        if told:
            yield f"**{kind}**\n\n" + "\n".join(told)


def _plans(ruleset: RuleSet, subjects: Sequence[Subject], plans: Sequence[Plan], words: dict[str, str]) -> str:
    rows = []
    for kind, subject, plan in zip(_types(subjects), subjects, plans, strict=True):
        cells = [
            f"{_name(ruleset, one.id, subject)} ({words['week'].format(start=one.weeks.from_)})"
            for one in plan.strategies
        ]
        rows.append([kind, *cells, *[""] * (5 - len(cells))])
    return _table(["", "1", "2", "3", "4", "5"], rows)


def _adapted(
    ruleset: RuleSet,
    found: Sequence[Place],
    subjects: Sequence[Subject],
    plans: Sequence[Plan],
    words: dict[str, str],
) -> Iterator[str]:
    """Of each strategy that a roadmap uses, what is done differently in each type, and in all of them."""
    used = {one.id for plan in plans for one in plan.strategies}
    for strategy in ruleset.strategies:
        if strategy.id not in used:
            continue
        told = []
        for place, subject in zip(found, subjects, strict=True):
            advice = next(advice for _, _, advice in place.entries() if advice.id == strategy.id)
            told.append([f"{one.text} *{one.because}*" for one in adapted(subject, strategy, advice)])
        shared = [text for text in told[0] if all(text in others for others in told)]
        lines = [f"### {subjects[0].text(strategy.name)}"]
        rows = [
            f"- **{kind}**{words['colon']}{' '.join(text for text in own if text not in shared) or words['nothing']}"
            for kind, own in zip(_types(subjects), told, strict=True)
        ]
        lines.append("\n".join(rows))
        if shared:
            lines.append(f"{words['shared']} {' '.join(shared)}")
        yield "\n\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    """Write the documents, and the reports into a folder where one is named."""
    ruleset = rules()
    found = places(ruleset)
    for language in LANGUAGES:
        path = ROOT / "docs" / f"eight-types.{language}.md"
        path.write_text(document(ruleset, found, language), encoding="utf-8")
    for folder in map(Path, arguments[:1]):
        folder.mkdir(parents=True, exist_ok=True)
        for place in found:
            for language in LANGUAGES:
                for name in FORMATS:
                    report = render(place.verdict, place.assessment, ruleset, name, language)
                    (folder / f"{place.type}.{language}.{name}").write_bytes(report)


if __name__ == "__main__":
    main(sys.argv[1:])
