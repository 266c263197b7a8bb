"""Page one: where the relation stands, how sure that is, what to do next, what to talk about, what is not known."""

from __future__ import annotations

from collections.abc import Iterator

from assess.engines import Truth
from assess.judge import NO_PARTY
from assess.planning import FIRST
from assess.report.page import Bullets, Card, Cards, Dot, Key, Line, Opening, Panel, Profile, ProfileRow, Rung
from assess.report.steps import doubts, meta, purposes
from assess.report.words import Subject
from assess.ruleset.conditions import All, Atom
from assess.ruleset.model import Dimension, Indicator, Source, Stage
from assess.verdict import Advice, Node, ReadingOut, Span

TALKS, UNKNOWNS = 4, 4
UNRATED = {"missing", "not-applicable"}


def opening(subject: Subject) -> Opening:
    """Everything that page one shows."""
    say = subject.say
    return Opening(
        title=title(subject),
        subtitle=_community(subject),
        answered=_answered(subject),
        ladder=say("ladder.title"),
        rungs=tuple(_rungs(subject)),
        standing=tuple(_standing(subject)),
        acts=_acts(subject),
        talk=Bullets(say("talk.title"), tuple(_talk(subject))),
        unknown=Bullets(say("unknown.title"), tuple(_unknown(subject))),
        profile=profile(subject),
    )


def title(subject: Subject) -> str:
    """The names of the two sides; what is known of them where one is missing."""
    assessment = subject.assessment
    names = [subject.text(side.name) for side in (assessment.committee, assessment.organization) if side]
    if not names:
        return subject.text(assessment.title) or assessment.id
    return subject.say("title", names=names)


def _community(subject: Subject) -> str:
    kind = subject.assessment.community.type
    return subject.say("community.type", type=subject.community(kind)) if kind else ""


def _answered(subject: Subject) -> str:
    counts = [text for source in subject.ruleset.sources if (text := forms(subject, source))]
    return subject.say("answered.by", counts=counts) if counts else subject.say("answered.nobody")


def forms(subject: Subject, source: Source) -> str:
    """How many answered for a source; of one whose people are protected only where that may be said."""
    items = [item for item in subject.assessment.evidence if item.source == source.id]
    if not items:
        return ""
    name = subject.source(source.id)
    coded = {item.respondent for item in items if item.respondent is not None}
    anonymous = sum(item.respondent is None for item in items)
    least = subject.ruleset.disclosure.no_distribution_below
    if source.protect and len(coded) + anonymous < least:
        return subject.say("forms-few", source=name, least=least)
    if anonymous:
        return subject.say("ratings", source=name, n=len(items))
    return subject.say("forms", source=name, n=len(coded))


# --- the ladder --------------------------------------------------------------------------------------------------


def _rungs(subject: Subject) -> Iterator[Rung]:
    possible = subject.verdict.stage.possible
    for stage in subject.ruleset.stages:
        here = stage.stage in possible
        if stage.gate is None:
            if here:
                note = _here(subject)
                yield Rung(subject.say("ladder.before"), subject.text(stage.name), None, note, here)
            continue
        truth = subject.verdict.stage.gates[str(stage.stage)]
        yield Rung(
            label=subject.say("ladder.rung", number=stage.stage),
            name=subject.text(stage.name),
            mark=subject.mark(truth),
            note=_here(subject) if here else _rung_note(subject, stage, truth),
            here=here,
        )


def _here(subject: Subject) -> str:
    return subject.say("ladder.here" if len(subject.verdict.stage.possible) == 1 else "ladder.maybe")


def _rung_note(subject: Subject, stage: Stage, truth: Truth) -> str:
    if truth is Truth.HOLDS:
        return subject.say("ladder.passed")
    truths = [child.truth for child in gate_members(subject, stage.stage)]
    failing, unsettled = truths.count(Truth.FAILS), truths.count(Truth.OPEN)
    return subject.say("ladder.missing", n=len(truths), failing=failing, unsettled=unsettled)


def gate_members(subject: Subject, number: int) -> tuple[Node, ...]:
    """The conditions that a gate asks for together, as nodes of its why; a gate of one condition is its own."""
    root = subject.verdict.why[f"gate:{number}"].children[0]
    return root.children if isinstance(subject.ruleset.gates[number], All) else (root,)


# --- where it stands ---------------------------------------------------------------------------------------------


def _standing(subject: Subject) -> Iterator[Line]:
    yield from _one_sided(subject)
    stage, say = subject.verdict.stage, subject.say
    according = _according(subject)
    if len(stage.possible) == 1:
        found = next(one for one in subject.ruleset.stages if one.stage == stage.floor)
        lead = say("standing.certain", stage=subject.stage(stage.floor), according=according)
        yield Line(subject.describes(found), lead)
    else:
        names = [subject.stage(number) for number in stage.possible]
        gates = [subject.stage(int(number)) for number, truth in stage.gates.items() if truth is Truth.OPEN]
        lead = say("standing.several", stages=names, according=according)
        yield Line(say("standing.because-open", stages=gates), lead)
    if stage.out_of_order:
        names = [subject.stage(number) for number in stage.out_of_order]
        yield Line(say("standing.out-of-order", stages=names))
    yield Line(_why_sure(subject), say(f"sure.{sureness(subject)}"))


def _one_sided(subject: Subject) -> Iterator[Line]:
    speaking = subject.verdict.one_sided
    if speaking is None:
        return
    if not _heard(subject):
        yield Line(subject.say("one-sided.nobody"), subject.say("one-sided.lead-nobody"))
        return
    silent = [subject.text(party.name) for party in subject.ruleset.parties if party.id != speaking]
    if speaking != NO_PARTY:
        text = subject.say("one-sided.one", silent=silent, speaking=subject.the(speaking))
    else:
        text = subject.say("one-sided.none", silent=silent)
    yield Line(text, subject.say("one-sided.lead-none" if speaking == NO_PARTY else "one-sided.lead-one"))


def _according(subject: Subject) -> str:
    """Whose word the stage rests on, where a side of the relation is silent."""
    speaking, heard = subject.verdict.one_sided, _heard(subject)
    if speaking is None or not heard:
        return ""
    parties = {source.id for source in subject.ruleset.parties}
    if speaking == NO_PARTY and heard & parties:
        return subject.say("standing.few")
    sources = [source.id for source in subject.ruleset.sources if source.id in heard - parties]
    named = [speaking] if speaking != NO_PARTY else sources
    return subject.say("standing.according", sources=[subject.the(source) for source in named])


def _heard(subject: Subject) -> set[str]:
    """The sources that say something of at least one indicator."""
    return {source for reading in subject.verdict.readings.values() for source in reading.positions}


def sureness(subject: Subject) -> str:
    """How sure the stage is: ``low`` where it is open, ``high`` where no single source could change it."""
    verdict = subject.verdict
    if verdict.stage.floor != verdict.stage.ceiling:
        return "low"
    depends = verdict.robustness.any_source != _standing_span(subject) or any(_changes(subject))
    return "moderate" if depends or verdict.one_sided is not None else "high"


def _standing_span(subject: Subject) -> Span:
    return Span(floor=subject.verdict.stage.floor, ceiling=subject.verdict.stage.ceiling)


def _changes(subject: Subject) -> Iterator[tuple[str, Span]]:
    """The sources without which the stage would be another, each with what it would be."""
    for source, span in subject.verdict.robustness.without.items():
        if span != _standing_span(subject):
            yield source, span


def _why_sure(subject: Subject) -> str:
    anyone = subject.verdict.robustness.any_source
    changes: dict[tuple[int, int], list[str]] = {}
    for source, span in _changes(subject):
        changes.setdefault((span.floor, span.ceiling), []).append(subject.the(source))
    settled = subject.verdict.stage.floor == subject.verdict.stage.ceiling
    return subject.say(
        "sure.why" if settled else "sure.why-open",
        heard=len(subject.verdict.robustness.without),
        anyone="" if anyone == _standing_span(subject) else subject.stages(anyone.floor, anyone.ceiling),
        without=[
            {"sources": sources, "stage": subject.stages(floor, ceiling), "settled": floor == ceiling}
            for (floor, ceiling), sources in changes.items()
        ],
    )


# --- what to do, to talk about, to find out ----------------------------------------------------------------------


def _acts(subject: Subject) -> Cards:
    lists = subject.verdict.strategies
    first = [(advice, False) for advice in lists.recommended] + [(advice, True) for advice in lists.consider]
    cards = tuple(_act(subject, advice, consider=consider) for advice, consider in first[:FIRST])
    note = "" if cards else subject.say("acts.none")
    return Cards(subject.say("acts.title", n=len(cards)), note, cards, numbered=True)


def _act(subject: Subject, advice: Advice, *, consider: bool) -> Card:
    strategy = subject.ruleset.strategy[advice.id]
    lines = [Line(purposes(subject, advice))]
    if consider:
        lines.append(Line(subject.listed(doubts(subject, advice)[:1]), subject.say("acts.consider")))
    return Card(
        title=subject.text(strategy.name),
        meta=meta(subject, strategy),
        text=subject.text(strategy.aim),
        lines=tuple(line for line in lines if line.text),
    )


def _talk(subject: Subject) -> Iterator[Line]:
    apart = _apart(subject)
    for indicator in list(apart)[:TALKS]:
        positions = subject.verdict.readings[indicator].positions
        sides = [
            subject.say("talk.side", source=subject.source(source), span=subject.span(one.floor, one.ceiling))
            for source, one in positions.items()
            if source in apart[indicator]
        ]
        lead = subject.say("talk.lead", name=subject.indicator(indicator))
        yield Line(subject.say("talk.sides", sides=sides), lead)
    if len(apart) > TALKS:
        yield Line(subject.say("talk.more-gaps", n=len(apart) - TALKS))
    if not apart:
        yield Line(no_gaps(subject))
    if subject.ruleset.patterns:
        yield from _patterns(subject)


def _apart(subject: Subject) -> dict[str, set[str]]:
    """The indicators with a gap, the widest first, each with the sources that stand apart."""
    found: dict[str, set[str]] = {}
    for gap in sorted(subject.verdict.perspective_gaps, key=lambda gap: -gap.gap):
        found.setdefault(gap.indicator, set()).update(gap.sources)
    return found


def no_gaps(subject: Subject) -> str:
    """That no two sources are far apart; or that no two sources rated the same indicator."""
    comparable = any(len(reading.positions) > 1 for reading in subject.verdict.readings.values())
    return subject.say("talk.no-gaps" if comparable else "talk.no-pairs", steps=subject.ruleset.gaps_from)


def _patterns(subject: Subject) -> Iterator[Line]:
    found = {
        truth: [subject.pattern(one) for one in subject.ruleset.patterns if subject.verdict.patterns[one.id] is truth]
        for truth in Truth
    }
    if names := found[Truth.HOLDS]:
        lead = subject.say("talk.patterns", names=subject.names(names))
        yield Line(subject.say("talk.patterns-ask", n=len(names)), lead)
    else:
        yield Line(subject.say("talk.no-patterns"))
    if names := found[Truth.OPEN]:
        yield Line(subject.say("talk.open-patterns", names=subject.names(names, TALKS), n=len(names)))


def _unknown(subject: Subject) -> Iterator[Line]:
    verdict, say = subject.verdict, subject.say
    waiting = open_indicators(subject)
    missing = [name for name in waiting if verdict.readings[name].status in UNRATED]
    apart = [name for name in waiting if name not in missing]
    if missing:
        names = subject.some([subject.indicator(name) for name in missing], UNKNOWNS)
        yield Line(names, say("unknown.missing", n=len(missing)))
    if apart:
        told = [
            say("unknown.apart-one", name=subject.indicator(name), span=_reading_span(subject, verdict.readings[name]))
            for name in apart
        ]
        yield Line(subject.some(told, UNKNOWNS), say("unknown.apart", n=len(apart)))
    if not waiting:
        yield Line(say("unknown.nothing"))
    unrated = sum(reading.status in UNRATED for reading in verdict.readings.values())
    yield Line(say("unknown.count", n=len(verdict.readings), unrated=unrated))


def _reading_span(subject: Subject, reading: ReadingOut) -> str:
    return subject.span(reading.floor, reading.ceiling)


def open_indicators(subject: Subject) -> list[str]:
    """The indicators that keep a condition of the gates from being settled, in rule-set order."""
    found: set[str] = set()
    for number, gate in subject.ruleset.gates.items():
        parts = gate.of if isinstance(gate, All) else (gate,)
        for part, node in zip(parts, gate_members(subject, number), strict=True):
            if node.truth is Truth.OPEN:
                found |= {
                    leaf.indicator
                    for leaf, below in subject.leaves(part, node)
                    if isinstance(leaf, Atom) and below.truth is Truth.OPEN
                }
    return [name for name in subject.ruleset.order if name in found]


# --- the profile -------------------------------------------------------------------------------------------------


def profile(subject: Subject) -> Profile:
    """What every source says of every indicator, and what is taken to be known."""
    shapes = {source.id: index for index, source in enumerate(subject.ruleset.sources)}
    heard = [source for source in shapes if source in _heard(subject)]
    unrated = any(reading.status in UNRATED for reading in subject.verdict.readings.values())
    panels = tuple(_panel(subject, dimension, shapes) for dimension in subject.ruleset.dimensions)
    return Profile(
        title=subject.say("profile.short", n=len(panels)),
        panels=panels,
        sources=tuple(Key(shapes[source], subject.source(source)) for source in heard),
        reading=subject.say("profile.reading"),
        unknown=subject.say("profile.unknown") if unrated else "",
        note=subject.say("profile.more"),
        levels=subject.ruleset.scale.levels,
    )


def _panel(subject: Subject, dimension: Dimension, shapes: dict[str, int]) -> Panel:
    indicators = [one for one in subject.ruleset.indicators if one.dimension == dimension.id]
    told = [_told(subject, indicator) for indicator in indicators]
    return Panel(
        name=subject.text(dimension.name),
        alt=subject.say("profile.alt", name=subject.text(dimension.name), items=told),
        rows=tuple(_profile_row(subject, indicator, shapes) for indicator in indicators),
    )


def _profile_row(subject: Subject, indicator: Indicator, shapes: dict[str, int]) -> ProfileRow:
    reading = subject.verdict.readings[indicator.id]
    return ProfileRow(
        name=subject.text(indicator.name),
        floor=reading.floor,
        ceiling=reading.ceiling,
        highest=indicator.highest,
        known=reading.status not in UNRATED,
        dots=tuple(Dot(shapes[source], one.floor, one.ceiling) for source, one in reading.positions.items()),
    )


def _told(subject: Subject, indicator: Indicator) -> str:
    reading = subject.verdict.readings[indicator.id]
    if reading.status in UNRATED:
        return subject.say("profile.alt-unknown", name=subject.text(indicator.name))
    return subject.say(
        "profile.alt-one", name=subject.text(indicator.name), span=subject.span(reading.floor, reading.ceiling)
    )
