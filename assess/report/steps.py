"""What can be done: strategies in their four lists, and the way to the next stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from datetime import date

from assess.engines import Truth
from assess.plan import Plan
from assess.planning import roadmap
from assess.report import here
from assess.report.page import (
    Block,
    Card,
    Cards,
    Cell,
    Clause,
    Column,
    Group,
    Line,
    Paragraphs,
    Row,
    Section,
    Table,
)
from assess.report.words import Subject
from assess.ruleset.conditions import (
    All,
    Atom,
    Attribute,
    Condition,
    Leaf,
    Named,
    Not,
    OfType,
    literals,
    text,
    variables,
)
from assess.ruleset.model import Strategy
from assess.situation import Happened
from assess.verdict import Advice, ConditionRaises, Raise, RaiseStep, Reason, ReasonCode, StepKind

OPTIONS = 3


def planned(subject: Subject, start: date | None = None) -> Plan:
    """The roadmap that the verdict leads to."""
    assessment = subject.assessment
    events = [Happened(event.type, event.date) for event in assessment.events]
    return roadmap(subject.ruleset, subject.verdict, events, assessment.wave.date, start)


# --- strategies --------------------------------------------------------------------------------------------------


def strategies(subject: Subject) -> Section | None:
    """The four lists; nothing for a rule set without strategies."""
    if not subject.ruleset.strategies:
        return None
    lists, say = subject.verdict.strategies, subject.say
    full = {one.id for one in planned(subject).strategies}
    blocks = [*_worked_out(subject, "recommended", lists.recommended, full)]
    blocks += _worked_out(subject, "consider", lists.consider, full)
    if lists.later:
        cards = tuple((_card if advice.id in full else _waiting)(subject, advice) for advice in lists.later)
        blocks.append(Cards(say("strategies.later", n=len(cards)), say("strategies.later-note"), cards))
    if lists.held_back:
        cards = tuple(_waiting(subject, advice) for advice in lists.held_back)
        blocks.append(Cards(say("strategies.held-back", n=len(cards)), say("strategies.held-back-note"), cards))
    if not blocks:
        blocks.append(Paragraphs((Line(say("strategies.none")),)))
    return Section("strategies", say("strategies.title"), say("strategies.intro"), tuple(blocks))


def _worked_out(subject: Subject, name: str, listed: Sequence[Advice], full: Set[str]) -> Iterator[Block]:
    """Those of the roadmap as cards, since nobody starts more than a handful; the others as rows, in the same order."""
    if not listed:
        return
    say = subject.say
    cards = tuple(_card(subject, advice) for advice in listed if advice.id in full)
    yield Cards(say(f"strategies.{name}", n=len(listed)), say(f"strategies.{name}-note"), cards)
    if others := [advice for advice in listed if advice.id not in full]:
        columns: tuple[Column, ...] = (
            Column(say("strategies.name"), 6),
            Column(say("strategies.aim"), 5),
            Column(say(f"strategies.{name}-why"), 6),
        )
        rows = tuple(_brief(subject, advice) for advice in others)
        if not any(row.cells[-1].text or row.cells[-1].small for row in rows):
            columns, rows = columns[:-1], tuple(Row(row.cells[:-1]) for row in rows)
        title = say(f"strategies.{name}-others", n=len(others))
        yield Table(title, columns, (Group(title, tuple(_filled(subject, row) for row in rows)),))


def _filled(subject: Subject, row: Row) -> Row:
    """A row whose empty cells have a dash."""
    dash = Cell(subject.say("strategies.no-why"))
    return Row(tuple(cell if cell.text or cell.small else dash for cell in row.cells))


def _brief(subject: Subject, advice: Advice) -> Row:
    strategy = subject.ruleset.strategy[advice.id]
    reservations = subject.say("strategies.reservations", reasons=doubts(subject, advice))
    return Row(
        (
            Cell(subject.text(strategy.name), small=meta(subject, strategy)),
            Cell(subject.text(strategy.aim)),
            Cell(purposes(subject, advice), small=reservations),
        )
    )


def meta(subject: Subject, strategy: Strategy) -> str:
    """Who acts, how long it takes and how much effort, in one line."""
    effort = next(item.name for item in subject.ruleset.efforts if item.id == strategy.effort)
    return subject.say(
        "strategy.meta",
        roles=[subject.role(role) for role in strategy.roles],
        duration=subject.text(strategy.duration),
        effort=subject.text(effort),
    )


def purposes(subject: Subject, advice: Advice) -> str:
    """Why now: the condition that it works towards, the pattern that it answers, the event that makes it timely."""
    strategy, say = subject.ruleset.strategy[advice.id], subject.say
    reasons = []
    if towards := _towards(subject, strategy):
        reasons.append(say("why-now.towards", condition=towards))
    answered = [
        subject.pattern(one)
        for one in subject.ruleset.patterns
        if subject.verdict.patterns[one.id] is Truth.HOLDS and strategy.id in one.responses
    ]
    if answered:
        reasons.append(say("why-now.answers", patterns=answered))
    for key, passed in (("timely", True), ("coming", False)):
        events = [
            subject.text(subject.ruleset.event[event].name)
            for event in advice.timely
            if here.has_passed(subject, event) is passed
        ]
        if events:
            reasons.append(say(f"why-now.{key}", events=events))
    return say("why-now.all", reasons=reasons) if reasons else ""


def _towards(subject: Subject, strategy: Strategy) -> str:
    """The nearest condition of the next gate that the strategy works on."""
    for row in subject.verdict.by_condition:
        condition = member(subject, row.condition)
        if not set(strategy.works_on).isdisjoint(variables(condition, subject.ruleset.named)):
            return subject.condition(condition)
    return ""


def _card(subject: Subject, advice: Advice) -> Card:
    """A strategy in full: why now, why here, how it is done here, how one can tell."""
    strategy, say = subject.ruleset.strategy[advice.id], subject.say
    lines = [
        Line(purposes(subject, advice), say("strategy.why-now")),
        Line(here.fitting(subject, strategy, advice), say("strategy.fits")),
    ]
    lines += [Line(reason, say("strategy.first")) for reason in doubts(subject, advice)]
    steps = tuple(here.steps(subject, strategy))
    if not steps:
        lines += [
            Line(subject.text(does), say("strategy.role", role=subject.role(role)))
            for role, does in strategy.roles.items()
        ]
    local = tuple(here.adapted(subject, strategy, advice))
    after = [
        *here.signs(subject, strategy),
        Line(subject.text(strategy.caution), say("strategy.caution")),
        Line(subject.text(strategy.outputs), say("strategy.outputs")),
    ]
    small = (here.unsettled(subject, strategy), here.elsewhere(subject, strategy), *_support(subject, strategy))
    return Card(
        title=subject.text(strategy.name),
        meta=meta(subject, strategy),
        text=subject.text(strategy.aim),
        lines=tuple(line for line in lines if line.text),
        steps=steps,
        local_title=say("strategy.adapted") if local else "",
        local=local,
        after=tuple(line for line in after if line.text),
        small=tuple(text for text in small if text),
    )


def _support(subject: Subject, strategy: Strategy) -> Iterator[str]:
    """How well the strategy is supported, and by what."""
    levels = {item.id: subject.text(item.name) for item in subject.ruleset.evidence_levels}
    level = levels.get(strategy.evidence_level or "", "")
    basis = subject.citations(strategy.basis)
    if level or basis:
        yield subject.say("strategy.support", level=level, basis=basis)


def _waiting(subject: Subject, advice: Advice) -> Card:
    strategy = subject.ruleset.strategy[advice.id]
    return Card(
        title=subject.text(strategy.name),
        text=subject.text(strategy.aim),
        lines=tuple(Line(reason) for reason in doubts(subject, advice)),
    )


def doubts(subject: Subject, advice: Advice) -> list[str]:
    """Why a strategy is not simply recommended, a sentence a reason; leaves of one kind share one, and so do stages."""
    strategy = subject.ruleset.strategy[advice.id]
    sentences: list[str] = []
    for code in dict.fromkeys(reason.code for reason in advice.reasons):
        reasons = [reason for reason in advice.reasons if reason.code is code]
        if code in {ReasonCode.WHEN_FAILS, ReasonCode.WHEN_OPEN}:
            told = [needed(subject, strategy, reason.ref or "") for reason in reasons]
            sentences.append(subject.say(f"reason.{code.value}", leaves=told))
        elif code is ReasonCode.STAGE_PARTLY:
            stages = [subject.stage(int(reason.ref or 0)) for reason in reasons]
            sentences.append(subject.say(f"reason.{code.value}", stages=stages))
        else:
            sentences += [_doubt(subject, strategy, reason) for reason in reasons]
    return sentences


def _told(subject: Subject, literal: Leaf | Not) -> str:
    leaf = literal.of if isinstance(literal, Not) else literal
    if isinstance(leaf, Atom | Attribute | OfType):
        said = subject.leaf(leaf, up=not isinstance(literal, Not))
        return subject.say("reason.leaf", leaf=said, now=subject.now(leaf))
    raise TypeError(f"no leaf: {leaf}")


def needed(subject: Subject, strategy: Strategy, ref: str) -> str:
    """What a reason about ``when`` refers to, as it must be, with how things stand."""
    return _told(subject, _literals(subject, strategy)[ref])


def _literals(subject: Subject, strategy: Strategy) -> dict[str, Leaf | Not]:
    """The leaves of ``when`` as they must be so, by the text that a reason refers to them with."""
    if strategy.when is None:
        return {}
    return {text(literal): literal for literal in literals(strategy.when, subject.ruleset.named)}


def _doubt(subject: Subject, strategy: Strategy, reason: Reason) -> str:
    ref = reason.ref or ""
    match reason.code:
        case ReasonCode.UNLESS_HOLDS:
            unless = strategy.unless[int(ref)]
            told = here.facts(subject, unless.condition)
            return subject.say("reason.unless-holds", because=subject.text(unless.because), facts=told)
        case ReasonCode.UNLESS_OPEN:
            return subject.say("reason.unless-open", because=subject.text(strategy.unless[int(ref)].because))
        case ReasonCode.LESS_FIT:
            because = subject.text(strategy.less_fit[ref])
            return subject.say("reason.less-fit", type=subject.community(ref), because=because)
        case ReasonCode.NOT_TRIED_IN_TYPE:
            return subject.say("reason.not-tried-in-type", type=subject.community(ref))
        case _:
            return subject.say(f"reason.{reason.code.value}")


# --- the way up --------------------------------------------------------------------------------------------------


def path(subject: Subject) -> Section:
    """What would make the next gate hold, condition by condition, nearest first."""
    verdict, say = subject.verdict, subject.say
    target = verdict.stage.floor + 1
    if target not in subject.ruleset.gates:
        lines = (Line(say("path.top", stage=subject.stage(verdict.stage.floor))),)
        return Section("path", say("path.title"), "", (Paragraphs(lines),))
    cards = tuple(_condition(subject, row) for row in verdict.by_condition)
    title = say("path.missing", stage=subject.stage(target), n=len(cards))
    return Section(
        "path", say("path.title"), say("path.intro"), (Cards(title, say("path.note"), cards, numbered=True),)
    )


def member(subject: Subject, name: str) -> Condition:
    """The condition of the next gate that raises name so."""
    gate = subject.ruleset.gates[subject.verdict.stage.floor + 1]
    parts: Sequence[Condition] = gate.of if isinstance(gate, All) else (gate,)
    return next(part for part in parts if (part.name if isinstance(part, Named) else text(part)) == name)


def _condition(subject: Subject, row: ConditionRaises) -> Card:
    title = subject.condition(member(subject, row.condition))
    if not row.raises:
        return Card(title, lines=(Line(subject.say("path.no-way")),))
    shown = row.raises[:OPTIONS]
    clauses: list[Clause] = []
    for index, option in enumerate(shown):
        if len(shown) > 1:
            clauses.append(Clause(subject.say("path.option", n=index + 1)))
        clauses += [_step(subject, step, depth=int(len(shown) > 1)) for step in option.steps]
    more = len(row.raises) - len(shown)
    lines = (Line(subject.say("path.more", n=more)),) if more else ()
    return Card(title, meta=_cost(subject, row.raises[0]), clauses=tuple(clauses), lines=lines)


def _cost(subject: Subject, option: Raise) -> str:
    achieve, show = option.cost
    return subject.say("path.cost", achieve=achieve, show=show)


def _step(subject: Subject, step: RaiseStep, depth: int) -> Clause:
    key = "show" if step.kind is StepKind.SHOW else "achieve"
    return Clause(
        subject.say(
            f"path.step-{key}",
            indicator=subject.indicator(step.indicator),
            start=step.from_,
            to=step.to,
            worded=subject.worded(step.indicator, step.to, step.to),
        ),
        lead=subject.say(f"path.{key}"),
        depth=depth,
    )
