"""What the conclusions stand on: the profile in words, the gates, the perspective gaps and the patterns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assess.engines import Truth
from assess.report.opening import UNRATED, gate_members, no_gaps
from assess.report.page import (
    Block,
    Card,
    Cards,
    Cell,
    Clause,
    Column,
    Ground,
    Grounds,
    Group,
    Line,
    Paragraphs,
    Row,
    Section,
    Table,
)
from assess.report.words import Subject
from assess.ruleset.conditions import All, Atom
from assess.ruleset.model import Indicator, Pattern
from assess.verdict import Gap

# --- the profile -------------------------------------------------------------------------------------------------


def levels(subject: Subject) -> Section:
    """Every indicator with the level at which it stands, in words, and what each source says."""
    say = subject.say
    columns = (
        Column(say("levels.indicator"), 22),
        Column(say("levels.stands"), 16),
        Column(say("levels.worded"), 34),
        Column(say("levels.sources"), 28),
    )
    groups = tuple(
        Group(
            subject.text(dimension.name),
            tuple(_level(subject, one) for one in subject.ruleset.indicators if one.dimension == dimension.id),
        )
        for dimension in subject.ruleset.dimensions
    )
    table = Table(say("levels.caption"), columns, groups)
    return Section("levels", say("levels.title"), say("levels.intro"), (table,))


def _level(subject: Subject, indicator: Indicator) -> Row:
    reading = subject.verdict.readings[indicator.id]
    said = [
        subject.say("levels.said", source=subject.source(source), span=subject.span(one.floor, one.ceiling))
        for source, one in reading.positions.items()
    ]
    status = subject.say(f"status.{reading.status.value}")
    if reading.status in UNRATED:
        return Row((Cell(subject.text(indicator.name)), Cell(status), Cell(subject.say("levels.unknown")), Cell("")))
    return Row(
        (
            Cell(subject.text(indicator.name)),
            Cell(subject.span(reading.floor, reading.ceiling), small=status),
            Cell(subject.worded(indicator.id, reading.floor, reading.ceiling)),
            Cell(subject.say("levels.all-said", said=said)),
        )
    )


# --- the gates ---------------------------------------------------------------------------------------------------


def gates(subject: Subject) -> Section:
    """Every gate with its conditions, and why each holds, fails or is open."""
    blocks: list[Block] = [_gate(subject, number) for number in subject.ruleset.gates]
    if not blocks:
        blocks.append(Paragraphs((Line(subject.say("gates.none")),)))
    return Section("gates", subject.say("gates.title"), subject.say("gates.intro"), tuple(blocks))


def _gate(subject: Subject, number: int) -> Grounds:
    gate, truth = subject.ruleset.gates[number], subject.verdict.stage.gates[str(number)]
    parts = gate.of if isinstance(gate, All) else (gate,)
    nodes = gate_members(subject, number)
    truths = [node.truth for node in nodes]
    items = []
    for part, node in zip(parts, nodes, strict=True):
        clauses = tuple(subject.clauses(part, node, wanted=True))
        says = subject.condition(part, wanted=True)
        if isinstance(part, Atom):
            clauses = (replace(clauses[0], text=subject.say("gates.now", now=subject.now(part))),)
        items.append(Ground(says, subject.mark(node.truth), clauses))
    note = subject.say(
        "gates.note", n=len(truths), holding=truths.count(Truth.HOLDS), unsettled=truths.count(Truth.OPEN)
    )
    return Grounds(subject.stage_title(number), subject.mark(truth), note, tuple(items))


# --- perspective gaps --------------------------------------------------------------------------------------------


def gaps(subject: Subject) -> Section:
    """The indicators on which two sources stand far apart."""
    say, found = subject.say, subject.verdict.perspective_gaps
    steps = subject.ruleset.gaps_from
    if not found:
        nothing = Paragraphs((Line(no_gaps(subject)),))
        return Section("gaps", say("gaps.title"), "", (nothing,))
    columns = (
        Column(say("gaps.indicator"), 22),
        Column(say("gaps.one"), 34),
        Column(say("gaps.other"), 34),
        Column(say("gaps.apart"), 10),
    )
    table = Table(say("gaps.caption"), columns, (Group("", tuple(_gap(subject, gap) for gap in found)),))
    return Section("gaps", say("gaps.title"), say("gaps.intro", steps=steps), (table,))


def _gap(subject: Subject, gap: Gap) -> Row:
    positions = subject.verdict.readings[gap.indicator].positions
    sides = []
    for source in gap.sources:
        floor, ceiling = positions[source].floor, positions[source].ceiling
        said = subject.say("gaps.side", source=subject.source(source), span=subject.span(floor, ceiling))
        sides.append(Cell(said, small=subject.worded(gap.indicator, floor, ceiling)))
    return Row((Cell(subject.indicator(gap.indicator)), *sides, Cell(subject.say("gaps.steps", n=gap.gap))))


# --- patterns ----------------------------------------------------------------------------------------------------


def patterns(subject: Subject) -> Section | None:
    """Patterns that hold, then those that are open, then the names of the others; nothing without patterns."""
    if not subject.ruleset.patterns:
        return None
    say = subject.say
    by_truth = {
        truth: [one for one in subject.ruleset.patterns if subject.verdict.patterns[one.id] is truth] for truth in Truth
    }
    blocks: list[Block] = []
    for truth in (Truth.HOLDS, Truth.OPEN):
        if found := by_truth[truth]:
            cards = tuple(_pattern(subject, one) for one in found)
            title = say(f"patterns.{truth.value}", n=len(cards))
            blocks.append(Cards(title, say(f"patterns.{truth.value}-note"), cards))
    if not by_truth[Truth.HOLDS]:
        blocks.insert(0, Paragraphs((Line(say("patterns.none")),)))
    if found := by_truth[Truth.FAILS]:
        names = [subject.pattern(one) for one in found]
        text, lead = say("patterns.failing", names=names), say("patterns.fails", n=len(names))
        blocks.append(Paragraphs((Line(text, lead),)))
    return Section("patterns", say("patterns.title"), say("patterns.intro"), tuple(blocks))


def _pattern(subject: Subject, pattern: Pattern) -> Card:
    say, truth = subject.say, subject.verdict.patterns[pattern.id]
    kind = next((subject.text(item.name) for item in subject.ruleset.pattern_kinds if item.id == pattern.kind), "")
    responses = [subject.text(subject.ruleset.strategy[one].name) for one in pattern.responses]
    lines = [Line(subject.text(pattern.counter_evidence), say("patterns.counter"))]
    if responses:
        lines.append(Line(subject.names(responses), say("patterns.responses")))
    literature = subject.citations(pattern.literature)
    return Card(
        title=subject.pattern(pattern),
        meta=kind,
        mark=subject.mark(truth),
        text=subject.text(pattern.describes),
        clauses=tuple(_pattern_clauses(subject, pattern)),
        lines=tuple(lines),
        small=(say("patterns.literature", literature=literature),) if literature else (),
    )


def _pattern_clauses(subject: Subject, pattern: Pattern) -> Iterator[Clause]:
    root = subject.verdict.why[f"pattern:{pattern.id}"]
    yield from subject.clauses(pattern.when, root.children[0])
