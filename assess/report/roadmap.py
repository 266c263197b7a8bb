"""The roadmap in words: as a section of a report, and as a document of its own that a team hangs on the wall."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from assess.plan import Plan, Planned, Towards, Weeks
from assess.planning import MONTHS
from assess.report import here
from assess.report.opening import open_indicators
from assess.report.page import (
    Bar,
    Block,
    Card,
    Cards,
    Cell,
    Column,
    Flag,
    Group,
    Line,
    Paragraphs,
    Row,
    Section,
    Table,
    Timeline,
)
from assess.report.steps import doubts, member, meta, needed, planned
from assess.report.words import Subject
from assess.ruleset.model import Strategy
from assess.verdict import RaiseStep, StepKind

NAMED = 8  # indicators to be rated again that a review names; the others are counted
KINDS = {"first-week": 0, "first-month": 1, "later": 2}


@dataclass(frozen=True, slots=True)
class Roadmap:
    """The document: a heading with a few lines, and sections of the same blocks as a report."""

    language: str
    tag: str
    gap: str
    date: date
    title: str
    header: tuple[str, str]
    footer: tuple[str, str]
    heading: str
    subtitle: str
    lines: tuple[Line, ...]
    sections: tuple[Section, ...]


def plan(subject: Subject) -> Section | None:
    """The roadmap as a section of a report: its chart and its table; nothing for a rule set without strategies."""
    if not subject.ruleset.strategies:
        return None
    found = planned(subject)
    blocks: tuple[Block, ...] = (Paragraphs((Line(_say(subject, "nothing")),)),)
    if found.strategies:
        blocks = (_timeline(subject, found), _overview(subject, found), Paragraphs(tuple(_remarks(subject, found))))
    return Section("plan", _say(subject, "title"), _say(subject, "intro"), blocks)


def document(subject: Subject, found: Plan, heading: str, header: tuple[str, str], footer: tuple[str, str]) -> Roadmap:
    """The roadmap as a document of its own."""
    sections = []
    if found.strategies:
        overview: tuple[Block, ...] = (_timeline(subject, found), _overview(subject, found))
        sections.append(Section("overview", _say(subject, "overview"), _say(subject, "intro"), overview))
        calendar = (_calendar(subject, found),)
        sections.append(Section("calendar", _say(subject, "calendar"), _say(subject, "calendar-intro"), calendar))
        each = tuple(_card(subject, one) for one in found.strategies)
        cards = (Cards(_say(subject, "cards", n=len(each)), "", each, numbered=True),)
        sections.append(Section("each", _say(subject, "each"), _say(subject, "each-intro"), cards))
    lines = tuple(_remarks(subject, found)) if found.strategies else (Line(_say(subject, "nothing")),)
    wave = subject.assessment.wave
    return Roadmap(
        language=subject.catalogue.language,
        tag=subject.say("language-tag"),
        gap=subject.say("lead-gap"),
        date=found.start or wave.date,
        title=subject.say("document-title", title=heading, wave=_say(subject, "title")),
        header=header,
        footer=footer,
        heading=_say(subject, "heading", title=heading),
        subtitle=_standing(subject, found),
        lines=lines,
        sections=tuple(sections),
    )


def _say(subject: Subject, key: str, **values: Any) -> str:
    return subject.catalogue.say(f"plan.{key}", **values)


def _standing(subject: Subject, found: Plan) -> str:
    possible = [subject.stage(number) for number in subject.verdict.stage.possible]
    target = subject.stage(found.target) if found.target is not None else ""
    return _say(subject, "standing", possible=possible, target=target)


# --- weeks -------------------------------------------------------------------------------------------------------


def _weeks(subject: Subject, weeks: Weeks) -> str:
    key = "from" if weeks.to is None else "one" if weeks.to == weeks.from_ else "span"
    return _say(subject, f"weeks.{key}", start=weeks.from_, end=weeks.to)


def _dates(subject: Subject, found: Plan, weeks: Weeks) -> str:
    """The days of some weeks, where a first day was given."""
    if found.start is None:
        return ""
    begin = found.start + timedelta(weeks=weeks.from_ - 1)
    end = found.start + timedelta(weeks=weeks.to, days=-1) if weeks.to else None
    return _say(subject, "dates", begin=begin, end=end or "")


# --- chart and table ---------------------------------------------------------------------------------------------


def _timeline(subject: Subject, found: Plan) -> Timeline:
    told = [
        _say(subject, "alt-one", name=_name(subject, one), weeks=_weeks(subject, one.weeks)) for one in found.strategies
    ]
    events = tuple(Flag(one.week, subject.text(subject.ruleset.event[one.type].name)) for one in found.events)
    told += [_say(subject, "alt-one", name=flag.name, weeks=_week(subject, flag.week)) for flag in events]
    return Timeline(
        caption=_say(subject, "chart", weeks=found.weeks),
        alt=_say(subject, "alt", items=told),
        axis=_say(subject, "axis"),
        weeks=found.weeks,
        bars=tuple(_bar(subject, one, found.weeks) for one in found.strategies),
        events=events,
        reviews=tuple(Flag(week, _say(subject, "review")) for week in found.reviews),
        legend=tuple(_say(subject, f"legend.{name}") for name in ("least", "most", "on", "week", "month", "later")),
    )


def _week(subject: Subject, week: int) -> str:
    return _weeks(subject, Weeks(from_=week, to=week))


def _bar(subject: Subject, one: Planned, last: int) -> Bar:
    strategy = subject.ruleset.strategy[one.id]
    times = dict.fromkeys(KINDS[step.by] for step in strategy.here.steps) if strategy.here else {}
    weeks = {0: one.weeks.from_, 1: one.weeks.from_ + 3, 2: one.weeks.from_ + 5}
    return Bar(
        name=_name(subject, one),
        start=one.weeks.from_,
        sure=one.sure,
        end=one.weeks.to or last,
        goes_on=one.weeks.to is None,
        marks=tuple((kind, weeks[kind]) for kind in times if weeks[kind] <= last),
    )


def _name(subject: Subject, one: Planned) -> str:
    return subject.text(subject.ruleset.strategy[one.id].name)


def _overview(subject: Subject, found: Plan) -> Table:
    columns = (
        Column(_say(subject, "column.when"), 13),
        Column(_say(subject, "column.what"), 24),
        Column(_say(subject, "column.towards"), 38),
        Column(_say(subject, "column.order"), 25),
    )
    rows = []
    for one in found.strategies:
        strategy = subject.ruleset.strategy[one.id]
        towards = [_towards(subject, each) for each in one.towards] or [_say(subject, "keeping")]
        answers = [subject.pattern(subject.ruleset.pattern[name]) for name in one.answers]
        cells = (
            Cell(_weeks(subject, one.weeks), small=_dates(subject, found, one.weeks)),
            Cell(_name(subject, one), small=meta(subject, strategy)),
            Cell(_say(subject, "towards", items=towards), small=_answers(subject, answers)),
            Cell(_say(subject, "order.all", reasons=list(_order(subject, found, one)))),
        )
        rows.append(Row(cells))
    return Table(_say(subject, "table"), columns, (Group("", tuple(rows)),))


def _answers(subject: Subject, patterns: Sequence[str]) -> str:
    return subject.say("why-now.answers", patterns=patterns) if patterns else ""


def _towards(subject: Subject, towards: Towards) -> str:
    condition = subject.condition(member(subject, towards.condition))
    steps = [
        _say(
            subject,
            f"step.{step.kind.value}",
            indicator=subject.indicator(step.indicator),
            start=step.from_,
            to=step.to,
        )
        for step in _main(towards)
    ]
    return _say(subject, "towards-one", condition=condition, steps=steps)


def _main(towards: Towards) -> Iterator[RaiseStep]:
    """The steps that a reader looks at: of an indicator that is to change, the change alone."""
    changing = {step.indicator for step in towards.steps if step.kind is StepKind.ACHIEVE}
    for step in towards.steps:
        if step.kind is StepKind.ACHIEVE or step.indicator not in changing:
            yield step


def _order(subject: Subject, found: Plan, one: Planned) -> Iterator[str]:
    """Why a strategy stands where it stands."""
    strategy = subject.ruleset.strategy[one.id]
    coming = {event.type: event for event in found.events if event.type in one.timely}
    passed = [name for name in one.timely if here.has_passed(subject, name)]
    if one.after:
        names = [subject.text(subject.ruleset.strategy[name].name) for name in one.after]
        leaves = [needed(subject, strategy, need) for need in one.needs]
        yield _say(subject, "order.after", names=names, leaves=leaves, week=found.reviews[0])
    if passed:
        yield _say(subject, "order.passed", events=_events(subject, passed))
    for name, event in coming.items():
        if not passed:
            yield _say(subject, "order.coming", event=_events(subject, [name])[0], week=event.week)
    if far := [name for name in one.timely if name not in passed and name not in coming]:
        yield _say(subject, "order.far", events=_events(subject, far))
    if strategy.windows and not one.timely:
        yield _say(subject, "order.windows", events=_events(subject, strategy.windows))
    if one.list == "consider":
        advice = next(each for each in subject.verdict.strategies.consider if each.id == one.id)
        yield from (_say(subject, "order.doubt", doubt=doubt.rstrip("。.")) for doubt in doubts(subject, advice)[:1])
    if not one.after and not passed and not coming and one.list != "consider":
        light = not subject.ruleset.least_effort(strategy.effort)
        yield _say(subject, "order.light" if light else "order.advice")


def _events(subject: Subject, names: Sequence[str]) -> list[str]:
    return [subject.text(subject.ruleset.event[name].name) for name in names]


def _remarks(subject: Subject, found: Plan) -> Iterator[Line]:
    """From when weeks count, what nobody works on yet, when to look again, and what a roadmap is not."""
    if found.start:
        yield Line(_say(subject, "started", day=found.start), _say(subject, "start"))
    else:
        yield Line(_say(subject, "not-started", day=subject.assessment.wave.date), _say(subject, "start"))
    if len(subject.verdict.stage.possible) > 1 and (asked := open_indicators(subject)):
        names = [subject.indicator(name) for name in asked]
        yield Line(_say(subject, "asking", names=names[:NAMED], more=max(0, len(names) - NAMED)), _say(subject, "ask"))
    yield Line(_say(subject, "reviewing", weeks=[str(week) for week in found.reviews]), _say(subject, "reviews"))
    conditions = [subject.condition(member(subject, name)) for name in found.untouched]
    indicators = [subject.indicator(name) for name in found.unserved]
    if conditions or indicators:
        text = _say(subject, "left-out", conditions=conditions, indicators=indicators, week=found.reviews[0])
        yield Line(text, _say(subject, "left"))
    yield Line(_say(subject, "no-promise"), _say(subject, "limits"))


# --- who does what when ------------------------------------------------------------------------------------------


def _calendar(subject: Subject, found: Plan) -> Table:
    columns = (
        Column(_say(subject, "column.week"), 15),
        Column(_say(subject, "column.what"), 22),
        Column(_say(subject, "column.who"), 17),
        Column(_say(subject, "column.does"), 46),
    )
    entries = sorted((*_steps(subject, found), *_milestones(subject, found)), key=lambda entry: entry[:2])
    groups = []
    for begin, end in zip(MONTHS, (*(month - 1 for month in MONTHS[1:]), found.weeks), strict=True):
        weeks = Weeks(from_=begin, to=end)
        rows = tuple(row for week, _, row in entries if begin <= week <= end)
        if rows:
            groups.append(Group(_weeks(subject, weeks), rows, _dates(subject, found, weeks)))
    return Table(_say(subject, "calendar-table"), columns, tuple(groups))


Entry = tuple[int, int, Row]  # the week, what comes first within it, the row


def _steps(subject: Subject, found: Plan) -> Iterator[Entry]:
    for place, one in enumerate(found.strategies):
        strategy = subject.ruleset.strategy[one.id]
        for index, step in enumerate(one.steps):
            if strategy.here and step.weeks.from_ <= found.weeks:
                does = subject.text(strategy.here.steps[step.step].does)
                who = subject.listed([subject.role(role) for role in step.who])
                cells = (Cell(_weeks(subject, step.weeks)), Cell(_name(subject, one)), Cell(who), Cell(does))
                yield step.weeks.from_, place * 100 + index, Row(cells)


def _milestones(subject: Subject, found: Plan) -> Iterator[Entry]:
    for event in found.events:
        timely = [
            _name(subject, one)
            for one in found.strategies
            if event.type in one.timely and (one.weeks.to is None or one.weeks.to >= event.week)
        ]
        name = _events(subject, [event.type])[0]
        does = _say(subject, "event", names=timely)
        dated = subject.catalogue.day(event.date)
        cells = (Cell(_week(subject, event.week), small=dated), Cell(name), Cell(_say(subject, "nobody")), Cell(does))
        yield event.week, 0, Row(cells)
    towards = [each for one in found.strategies for each in one.towards]
    names = [
        subject.indicator(name) for name in dict.fromkeys(step.indicator for each in towards for step in each.steps)
    ]
    parties = [subject.text(party.name) for party in subject.ruleset.parties]
    for week in found.reviews:
        does = _say(subject, "look", names=names[:NAMED], more=max(0, len(names) - NAMED), last=week == found.weeks)
        cells = (Cell(_week(subject, week)), Cell(_say(subject, "review")), Cell(subject.listed(parties)), Cell(does))
        yield week, 10_000, Row(cells)


# --- each strategy -----------------------------------------------------------------------------------------------


def _card(subject: Subject, one: Planned) -> Card:
    strategy = subject.ruleset.strategy[one.id]
    lists = subject.verdict.strategies
    advice = next(each for each in (*lists.recommended, *lists.consider, *lists.later) if each.id == one.id)
    local = tuple(here.adapted(subject, strategy, advice))
    lines = [Line(_detailed(subject, each), _say(subject, "toward")) for each in one.towards]
    lines += [Line(reason, subject.say("strategy.first")) for reason in doubts(subject, advice)]
    after = (*here.signs(subject, strategy), Line(subject.text(strategy.caution), subject.say("strategy.caution")))
    return Card(
        title=_name(subject, one),
        meta=_when(subject, one, strategy),
        text=subject.text(strategy.aim),
        lines=tuple(lines),
        local_title=subject.say("strategy.adapted") if local else "",
        local=local,
        after=tuple(line for line in after if line.text),
        small=tuple(text for text in (here.unsettled(subject, strategy),) if text),
    )


def _when(subject: Subject, one: Planned, strategy: Strategy) -> str:
    return _say(subject, "when", weeks=_weeks(subject, one.weeks), duration=subject.text(strategy.duration))


def _detailed(subject: Subject, towards: Towards) -> str:
    """A condition, and what the levels look like that a strategy works towards."""
    steps = [
        _say(
            subject,
            f"detail.{step.kind.value}",
            indicator=subject.indicator(step.indicator),
            start=step.from_,
            to=step.to,
            worded=subject.worded(step.indicator, step.to, step.to),
        )
        for step in _main(towards)
    ]
    return _say(subject, "towards-one", condition=subject.condition(member(subject, towards.condition)), steps=steps)
