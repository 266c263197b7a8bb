"""Explanations on the terminal: the tree of why, the verdict beside the verdict, what changed between waves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from rich.console import Console, RenderableType
from rich.text import Text
from rich.tree import Tree

from assess.engines import Truth
from assess.explain.change import Advised, Change, Comparison, Difference, Interval, WaveJudged, lists
from assess.explain.said import difference, name_of, standing, supposed, sureness
from assess.explain.why import Why
from assess.report.page import Bullets, Line
from assess.report.words import Subject
from assess.ruleset.conditions import All, Any, AtLeast, Atom, Condition, Named, Not, members
from assess.ruleset.model import RuleSet
from assess.terminal import bullets, heading, line, mark, subject_of
from assess.verdict import Node, Verdict

_ACCENT = "bold cyan"
_DECIDES = "◆ "


def _say(subject: Subject, key: str, /, **values: object) -> str:
    return subject.catalogue.say(f"explain.{key}", **values)


def _print(parts: Iterator[RenderableType]) -> None:
    console = Console(highlight=False, soft_wrap=False)
    for part in parts:
        console.print(part)


# --- what if -----------------------------------------------------------------------------------------------------


def show_whatif(before: Verdict, found: Difference, overrides: Mapping[str, Interval], subject: Subject) -> None:
    """Print what the overridden readings change; ``subject`` has the verdict that they give."""
    _print(_whatif(before, found, overrides, subject))


def _whatif(
    before: Verdict, found: Difference, overrides: Mapping[str, Interval], subject: Subject
) -> Iterator[RenderableType]:
    gap = subject.say("lead-gap")
    yield Text()
    yield Text(supposed(subject, overrides), style=_ACCENT)
    for one in standing(subject, found):
        yield line(one, gap)
    for some in difference(subject, found, before):
        yield from bullets(some, gap)
    if not found.readings and not found.flips and not found.strategies:
        yield Text(_say(subject, "difference.nothing"))
    yield from bullets(sureness(subject), gap)


# --- waves -------------------------------------------------------------------------------------------------------


def show_comparison(comparison: Comparison, waves: Sequence[WaveJudged], ruleset: RuleSet, language: str) -> None:
    """Print what changed from each wave to the next; ``waves`` stand in the order of the comparison."""
    subjects = [subject_of(one.verdict, one.assessment, ruleset, language) for one in waves]
    _print(_comparison(comparison, subjects))


def _comparison(comparison: Comparison, subjects: Sequence[Subject]) -> Iterator[RenderableType]:
    for code in comparison.differs:
        yield Text(_say(subjects[0], f"compare.differs.{code}"), style="yellow")
    for change, first, second in zip(comparison.changes, subjects, subjects[1:], strict=False):
        yield from _change(change, first, second)
    yield Text()
    yield Text(_say(subjects[0], "compare.no-cause"), style="dim")
    yield Text(subjects[0].say("footer.limits"), style="dim")


def _change(change: Change, first: Subject, second: Subject) -> Iterator[RenderableType]:
    gap = second.say("lead-gap")
    yield heading(_say(second, "compare.title", first=_wave(first), second=_wave(second)))
    for one in standing(second, change.difference):
        yield line(one, gap)
    for some in _around(change, second):
        yield from bullets(some, gap)
    # Lists of strategies follow from the rest and are many; what had been advised stands above.
    without = change.difference.model_copy(update={"strategies": ()})
    for some in difference(second, without, first.verdict):
        yield from bullets(some, gap)


def _wave(subject: Subject) -> str:
    wave = subject.assessment.wave
    return _say(subject, "compare.wave", date=wave.date, label=subject.text(wave.label))


def _around(change: Change, subject: Subject) -> Iterator[Bullets]:
    """What lies between two waves: events, actions on advice, and a community that is stated otherwise."""
    ruleset = subject.ruleset
    events = tuple(
        Line(
            _say(
                subject,
                "compare.event",
                date=date.fromisoformat(one.date),
                name=subject.text(ruleset.event[one.type].name),
            )
        )
        for one in change.events
    )
    none = (Line(_say(subject, "compare.no-events")),)
    if ruleset.events:
        yield Bullets(_say(subject, "compare.events"), events or none)
    yield Bullets(_say(subject, "compare.advised"), tuple(_advised(one, subject) for one in change.advised))
    restated = tuple(
        Line(
            _say(
                subject,
                "difference.moved",
                before=_stated(subject, one.name, one.before),
                after=_stated(subject, one.name, one.after),
            ),
            _say(subject, "compare.community-lead", name=_fact(subject, one.name)),
        )
        for one in change.community
    )
    yield Bullets(_say(subject, "compare.community"), restated)


def _advised(one: Advised, subject: Subject) -> Line:
    listed = f"difference.list.{one.advised}" if one.advised else "compare.not-advised"
    text = _say(
        subject,
        "compare.action",
        advised=_say(subject, listed),
        state=_say(subject, f"compare.state.{one.state or 'none'}"),
        since=date.fromisoformat(one.since) if one.since else None,
        until=date.fromisoformat(one.until) if one.until else None,
    )
    return Line(text, _say(subject, "compare.action-lead", name=name_of(subject, f"strategy:{one.id}")))


def _fact(subject: Subject, name: str) -> str:
    if name == "type":
        return _say(subject, "compare.type")
    return subject.text(subject.ruleset.attribute[name].name)


def _stated(subject: Subject, name: str, value: str | None) -> str:
    if value is None:
        return _say(subject, "compare.not-stated")
    if name == "type":
        return subject.community(value)
    levels = {level.id: subject.text(level.name) for level in subject.ruleset.attribute[name].levels}
    return levels.get(value, value)


# --- why ---------------------------------------------------------------------------------------------------------


def show_why(asked_about: str, found: Why, subject: Subject) -> None:
    """Print the trees of one entry, down to the evidence, with what decides marked."""
    _print(_why(asked_about, found, subject))


def _why(asked_about: str, found: Why, subject: Subject) -> Iterator[RenderableType]:
    kind, _, ref = asked_about.partition(":")
    yield heading(_say(subject, "why.title", name=name_of(subject, asked_about)))
    yield Text(f"{_say(subject, f'why.kind.{kind}')} {ref}", style="dim")
    if kind == "strategy":
        where = lists(subject.verdict.strategies).get(ref)
        stands = _say(subject, "why.stands", list=_say(subject, f"difference.list.{where}")) if where else ""
        yield Text(stands or _say(subject, "why.serves-not"))
    if kind == "indicator":
        yield from _reading(ref, found, subject)
    if not found.trees:
        yield Text(_say(subject, "why.nothing"))
        return
    for key, node in found.trees.items():
        if kind == "strategy" and key.startswith("adaptation:") and node.truth is Truth.FAILS:
            continue  # for other places and relations; there are many
        condition = subject.ruleset.conclusions[key]
        head = _head(key, subject, used=kind == "indicator")
        tree = Tree(Text.assemble(mark(node.truth), " ", (head, "bold")), guide_style="dim")
        root = node.children[0] if key.partition(":")[0] in {"gate", "pattern", "check", "condition"} else node
        _grow(tree, condition, root, subject)
        yield tree
    yield Text(_say(subject, "why.legend"), style="dim")


def _head(key: str, subject: Subject, *, used: bool) -> str:
    """What a tree is about."""
    kind, _, ref = key.partition(":")
    strategy, _, part = ref.partition(":")
    if kind in {"gate", "pattern", "check", "condition"}:
        return name_of(subject, key)
    known = subject.ruleset.strategy[strategy]
    if kind == "when":
        told = _say(subject, "why.when")
    elif kind == "unless":
        told = _say(subject, "why.unless", because=subject.text(known.unless[int(part)].because))
    else:
        adaptations = known.here.adaptations if known.here else ()
        text = next(subject.text(one.text) for one in adaptations if one.id == part)
        told = _say(subject, "why.adaptation", text=text)
    return f"{subject.text(known.name)} · {told}" if used else told


def _reading(indicator: str, found: Why, subject: Subject) -> Iterator[RenderableType]:
    """What is taken to be known of an indicator, what each source says, and the evidence."""
    if found.reading is None:
        return
    reading = found.reading
    status = subject.say(f"status.{reading.status}")
    told = _say(subject, "why.reading", span=subject.span(reading.floor, reading.ceiling), status=status)
    tree = Tree(Text(told, style="bold"), guide_style="dim")
    for source, position in reading.positions.items():
        span = subject.span(position.floor, position.ceiling)
        branch = tree.add(Text(_say(subject, "why.position", source=subject.source(source), span=span)))
        own = [index for index in found.evidence if subject.assessment.evidence[index].source == source]
        _evidence(branch, own, indicator, source, subject)
    yield tree
    yield heading(_say(subject, "why.used"))


def _grow(tree: Tree, condition: Condition, node: Node, subject: Subject) -> None:
    """Add a condition below a tree, node by node."""
    decides = _DECIDES if node.deciding else ""
    style = "" if node.deciding else "dim"
    branch = tree.add(Text.assemble(mark(node.truth), f" {decides}", (_says(condition, node, subject), style)))
    if isinstance(condition, Atom):
        _evidence(branch, node.evidence, condition.indicator, condition.source, subject)
    inside = (subject.ruleset.named[condition.name],) if isinstance(condition, Named) else members(condition)
    for member, child in zip(inside, node.children, strict=True):
        _grow(branch, member, child, subject)


def _says(condition: Condition, node: Node, subject: Subject) -> str:
    match condition:
        case Named(name):
            return name_of(subject, f"condition:{name}")
        case All(of):
            return _say(subject, "why.all", n=len(of))
        case Any(of):
            return _say(subject, "why.any", n=len(of))
        case AtLeast(count, of):
            return _say(subject, "why.at-least", count=count, n=len(of))
        case Not():
            return _say(subject, "why.not")
        case _:
            return _say(subject, "why.fact", leaf=subject.leaf(condition), now=subject.now(condition))


def _evidence(tree: Tree, indexes: Sequence[int], indicator: str, source: str | None, subject: Subject) -> None:
    """Add the evidence behind a level; that of protected sources is counted only, and only where that may be said."""
    for index in indexes:
        tree.add(Text(_item(subject, index), style="dim"))
    for name, position in subject.verdict.readings[indicator].positions.items():
        protected, least = subject.ruleset.source[name].protect, subject.ruleset.disclosure.no_distribution_below
        if protected and source in {None, name} and position.n is not None and position.n >= least:
            tree.add(Text(_say(subject, "why.counted", source=subject.source(name), n=position.n), style="dim"))


def _item(subject: Subject, index: int) -> str:
    item = subject.assessment.evidence[index]
    level = int(item.rating)
    return _say(
        subject,
        "why.evidence",
        number=index + 1,
        source=subject.source(item.source),
        rating=level,
        worded=subject.text(subject.ruleset.indicator[item.indicator].levels[level]),
        note=subject.text(item.note),
        ref=subject.text(item.ref),
    )
