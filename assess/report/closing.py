"""What stands at the end: the checks for procurers, the method with its limits, and the list of evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assess.engines import Truth
from assess.evidence.model import Assessment, Evidence
from assess.report.page import Block, Bullets, Cell, Column, Group, Line, Paragraphs, Row, Section, Table
from assess.report.words import Subject
from assess.ruleset.model import Check, Indicator, RuleSet
from assess.verdict import NoticeOut


def screening(subject: Subject) -> Section | None:
    """The checks, what they come to, and what must be said beside them; nothing for a rule set without checks."""
    checks, found = subject.ruleset.screening, subject.verdict.screening
    if checks is None or found is None:
        return None
    say = subject.say
    columns = (
        Column(say("screening.check"), 37),
        Column(say("screening.result"), 17),
        Column(say("screening.kind"), 12),
        Column(say("screening.basis"), 34),
    )
    rows = tuple(_check(subject, check) for check in checks.checks)
    unsettled = Truth.OPEN in found.checks.values()
    certain = say(f"screening.{('certain' if found.certain else 'uncertain') if unsettled else 'settled'}")
    lines = (
        Line(certain, say(f"decision.{found.decision.value}")),
        Line(subject.text(checks.notice), say("screening.notice")),
    )
    table = Table(say("screening.caption"), columns, (Group("", rows),))
    return Section("screening", say("screening.title"), say("screening.intro"), (Paragraphs(lines), table))


def _check(subject: Subject, check: Check) -> Row:
    screening = subject.verdict.screening
    mark = subject.mark(screening.checks[check.id]) if screening else None
    kind = subject.say("screening.required" if check.required else "screening.optional")
    bases = subject.say("screening.bases", bases=subject.citations(check.basis))
    return Row((Cell(subject.text(check.name)), Cell("", mark), Cell(kind), Cell(bases)))


# --- the method --------------------------------------------------------------------------------------------------


def method(subject: Subject) -> Section:
    """How ratings became this result, and what the result may not be used for."""
    say, ruleset, verdict = subject.say, subject.ruleset, subject.verdict
    reading = [
        Line(say("method.scale", rule=subject.text(ruleset.scale.rule), window=subject.text(ruleset.scale.window))),
        Line(say(f"method.reading-{verdict.reading.value}")),
        Line(say("method.truths")),
        Line(say("method.quorum", sources=_quorums(subject))),
    ]
    limits = [Line(say(f"method.limit-{name}")) for name in ("relation", "proposals", "use")]
    if any(source.protect for source in ruleset.sources):
        limits.append(Line(_protection(subject)))
    blocks: list[Block] = [
        Bullets(say("method.how"), tuple(line for line in reading if line.text)),
        Bullets(say("method.limits"), tuple(limits)),
    ]
    if here := tuple(_place(subject)):
        blocks.append(Bullets(say("method.place"), here))
    blocks.append(Bullets(say("method.left-out"), tuple(_left_out(subject))))
    blocks.append(Bullets(say("method.ruleset"), (Line(_ruleset(subject)),)))
    return Section("method", say("method.title"), say("method.intro"), tuple(blocks))


def _quorums(subject: Subject) -> list[str]:
    """The sources that need more than one answer, each with how many."""
    return [
        subject.say("method.quorum-one", source=subject.text(source.name), n=source.quorum)
        for source in subject.ruleset.sources
        if source.quorum > 1
    ]


def _protection(subject: Subject) -> str:
    names = [subject.text(source.name) for source in subject.ruleset.sources if source.protect]
    return subject.say("method.protect", sources=names, least=subject.ruleset.disclosure.no_distribution_below)


def _place(subject: Subject) -> Iterator[Line]:
    """The community's type and local conditions as they were stated, and the events."""
    community = subject.assessment.community
    kind = next((one for one in subject.ruleset.types if one.id == community.type), None)
    if kind is not None:
        yield Line(subject.text(kind.description), subject.say("method.type", name=subject.text(kind.name)))
    stated = []
    for attribute in subject.ruleset.attributes:
        level = community.attributes.get(attribute.id)
        names = {one.id: subject.text(one.name) for one in attribute.levels}
        if level in names:
            stated.append(subject.say("method.stated", name=subject.text(attribute.name), level=names[level]))
    if stated:
        yield Line(subject.say("method.all-stated", stated=stated), subject.say("method.attributes"))
    events = [
        subject.say("method.event", name=subject.text(subject.ruleset.event[event.type].name), date=event.date)
        for event in subject.assessment.events
        if event.type in subject.ruleset.event
    ]
    if events:
        yield Line(subject.listed(events), subject.say("method.events"))


def _left_out(subject: Subject) -> Iterator[Line]:
    """What was answered without a rating, by reason, and the notices; a sentence where there is nothing."""
    reasons = [
        subject.say("method.unrated-one", reason=subject.text(subject.ruleset.unrated[reason]), n=n)
        for reason, n in subject.verdict.unrated.items()
        if n
    ]
    if reasons:
        yield Line(subject.say("method.unrated", reasons=reasons))
    for notice in subject.verdict.notices:
        yield Line(_notice(subject, notice))
    if not reasons and not subject.verdict.notices:
        yield Line(subject.say("method.nothing-left-out" if subject.assessment.evidence else "evidence.none"))


def _notice(subject: Subject, notice: NoticeOut) -> str:
    source = subject.ruleset.source.get(notice.source or "")
    least = subject.ruleset.disclosure.no_distribution_below
    hidden = source is not None and source.protect and (notice.n is None or notice.n < least)
    return subject.say(
        f"notice.{notice.code.value}",
        indicator=subject.indicator(notice.indicator) if notice.indicator in subject.ruleset.indicator else "",
        source=subject.text(source.name) if source else "",
        n=0 if hidden or notice.n is None else notice.n,
        least=least,
        quorum=source.quorum if source else 0,
    )


def _ruleset(subject: Subject) -> str:
    named = subject.verdict.ruleset
    title = subject.text(subject.ruleset.title)
    return subject.say("method.repeat", title=title, name=named.name, version=named.version, digest=named.digest)


# --- the evidence ------------------------------------------------------------------------------------------------


def numbers(assessment: Assessment, ruleset: RuleSet) -> Mapping[int, int]:
    """The number of each piece of evidence that is listed, by its index in the file, in the order of the list.

    Ratings of sources whose people are protected are never listed, and have no number.
    """
    found: dict[int, int] = {}
    for _, items in _by_indicator(assessment, ruleset):
        for index, item in items:
            if not ruleset.source[item.source].protect:
                found[index] = len(found) + 1
    return found


def _by_indicator(assessment: Assessment, ruleset: RuleSet) -> Iterator[tuple[Indicator, list[tuple[int, Evidence]]]]:
    rated = [(index, item) for index, item in enumerate(assessment.evidence) if isinstance(item.rating, int)]
    places = {source.id: place for place, source in enumerate(ruleset.sources)}
    for indicator in ruleset.indicators:
        items = [(index, item) for index, item in rated if item.indicator == indicator.id]
        if items:
            yield indicator, sorted(items, key=lambda pair: (places[pair[1].source], pair[0]))


def evidence(subject: Subject) -> Section:
    """Every rating that may be shown, with its words, note and reference; of protected sources only counts."""
    say = subject.say
    columns = (
        Column(say("evidence.number"), 7),
        Column(say("evidence.source"), 16),
        Column(say("evidence.rating"), 51),
        Column(say("evidence.note"), 26),
    )
    groups = tuple(
        _evidence_group(subject, indicator, items)
        for indicator, items in _by_indicator(subject.assessment, subject.ruleset)
    )
    if not groups:
        return Section("evidence", say("evidence.title"), "", (Paragraphs((Line(say("evidence.none")),)),))
    table = Table(say("evidence.caption"), columns, groups, fold=True)
    return Section("evidence", say("evidence.title"), say("evidence.intro"), (table,))


def _evidence_group(subject: Subject, indicator: Indicator, items: list[tuple[int, Evidence]]) -> Group:
    rows = tuple(_item(subject, index, item) for index, item in items if index in subject.numbers)
    hidden = []
    for source in subject.ruleset.sources:
        n = sum(item.source == source.id for _, item in items)
        if source.protect and n:
            least = subject.ruleset.disclosure.no_distribution_below
            key = "evidence.counted" if n >= least else "evidence.counted-few"
            hidden.append(subject.say(key, source=subject.text(source.name), n=n, least=least))
    return Group(subject.text(indicator.name), rows, subject.listed(hidden))


def _item(subject: Subject, index: int, item: Evidence) -> Row:
    number, level = subject.numbers[index], item.rating
    used = item.source in subject.verdict.readings[item.indicator].positions
    worded = subject.worded(item.indicator, level, level) if isinstance(level, int) else ""
    rating = subject.say("evidence.rated", level=level, worded=worded)
    note = subject.say("evidence.noted", note=subject.text(item.note), ref=subject.text(item.ref), date=item.date or "")
    small = "" if used else subject.say("evidence.unused")
    cells = (
        Cell(subject.say("evidence.ref", n=number)),
        Cell(subject.source(item.source)),
        Cell(rating, small=small),
        Cell(note),
    )
    return Row(cells, anchor=number)
