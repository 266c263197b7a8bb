"""How a strategy is done in this place: its steps, its signs, and the local facts that select or rule out advice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assess.engines import Truth
from assess.engines.reference import Known, bits
from assess.report.page import Line, Local, Step
from assess.report.words import Subject
from assess.ruleset.conditions import Atom, Attribute, Condition, Leaf, Not, OfType, literals
from assess.ruleset.model import Adaptation, Strategy
from assess.ruleset.references import ANY_TYPE
from assess.verdict import Advice, ReasonCode

_OF_TYPE = frozenset({ReasonCode.LESS_FIT, ReasonCode.NOT_TRIED_IN_TYPE, ReasonCode.TYPE_NOT_STATED})


def steps(subject: Subject, strategy: Strategy) -> Iterator[Step]:
    """Who does what by when."""
    for step in strategy.here.steps if strategy.here else ():
        who = subject.listed([subject.role(role) for role in step.who])
        yield Step(subject.say(f"by.{step.by}"), who, subject.text(step.does))


def signs(subject: Subject, strategy: Strategy) -> Iterator[Line]:
    """The sign that it works, and the sign to stop."""
    if strategy.here:
        yield Line(subject.text(strategy.here.works), subject.say("strategy.works"))
        yield Line(subject.text(strategy.here.stop), subject.say("strategy.stop"))


def has_passed(subject: Subject, event: str) -> bool:
    """Whether an event that makes something timely has come, or is still to come."""
    day = subject.assessment.wave.date
    return any(one.type == event and one.date <= day for one in subject.assessment.events)


# --- adaptations -------------------------------------------------------------------------------------------------


def adapted(subject: Subject, strategy: Strategy, advice: Advice) -> Iterator[Local]:
    """What is done differently here, each with the local facts that selected it."""
    for adaptation in strategy.here.adaptations if strategy.here else ():
        if adaptation.id in advice.here:
            yield Local(subject.text(adaptation.text), because(subject, adaptation.condition))


def because(subject: Subject, condition: Condition) -> str:
    """The facts that make a condition true."""
    return subject.say("because.all", facts=facts(subject, condition))


def facts(subject: Subject, condition: Condition) -> list[str]:
    """The facts that make a condition true, each in a few words."""
    return list(dict.fromkeys(fact(subject, leaf) for leaf in _leaves(subject, condition, Truth.HOLDS)))


def fact(subject: Subject, leaf: Leaf) -> str:
    """How things stand with what a leaf asks for; of protected people, not what they say but that they say it."""
    match leaf:
        case OfType():
            return subject.community(subject.assessment.community.type or "")
        case Attribute(name):
            attribute = subject.ruleset.attribute[name]
            stated = subject.assessment.community.attributes.get(name)
            level = next((subject.text(level.name) for level in attribute.levels if level.id == stated), "")
            return subject.say("because.attribute", name=subject.text(attribute.name), level=level)
        case Atom(indicator, _, _, None):
            reading = subject.verdict.readings[indicator]
            span = subject.span(reading.floor, reading.ceiling)
            return subject.say("because.stands", indicator=subject.indicator(indicator), span=span)
        case Atom(indicator, _, _, source):
            name = subject.indicator(indicator)
            if source is None or _is_guarded(subject, source):
                return subject.say("because.side", indicator=name)
            position = subject.verdict.readings[indicator].positions[source]
            span = subject.span(position.floor, position.ceiling)
            return subject.say("because.says", who=subject.the(source), indicator=name, span=span)
    raise TypeError(f"no leaf: {leaf}")


def unsettled(subject: Subject, strategy: Strategy) -> str:
    """The adaptations that hang on what nobody stated, and what to state; empty where there are none."""
    waiting = list(_with_truth(subject, strategy, Truth.OPEN))
    if not waiting:
        return ""
    leaves = [leaf for one in waiting for leaf in _leaves(subject, one.condition, Truth.OPEN)]
    asked = [name for leaf in leaves if (name := _asked(subject, leaf))]
    return subject.say("strategy.unsettled", n=len(waiting), names=list(dict.fromkeys(asked)))


def _asked(subject: Subject, leaf: Leaf) -> str:
    match leaf:
        case OfType():
            return subject.say("because.type-name")
        case Attribute(name):
            return subject.text(subject.ruleset.attribute[name].name)
        case Atom(indicator):
            return subject.indicator(indicator)
    raise TypeError(f"no leaf: {leaf}")


def elsewhere(subject: Subject, strategy: Strategy) -> str:
    """What the adaptations are for that do not apply here; empty where all apply."""
    other = list(_with_truth(subject, strategy, Truth.FAILS))
    if not other:
        return ""
    types = [
        subject.community(kind) for one in other if isinstance(one.condition, OfType) for kind in one.condition.types
    ]
    rest = [_asks(subject, one.condition) for one in other if not isinstance(one.condition, OfType)]
    items = [subject.listed(types), *rest] if types else rest
    return subject.say("strategy.elsewhere", n=len(other), items=items)


def _asks(subject: Subject, condition: Condition) -> str:
    """What a condition asks for; nothing that would tell what protected people say."""
    protected = [
        leaf
        for leaf in _leaves(subject, condition)
        if isinstance(leaf, Atom) and leaf.source and _is_guarded(subject, leaf.source)
    ]
    return subject.listed(fact(subject, leaf) for leaf in protected) if protected else subject.condition(condition)


def _is_guarded(subject: Subject, source: str) -> bool:
    """Whether an edition keeps to itself what this source says."""
    return subject.ruleset.source[source].protect or subject.edition.neutral


def _with_truth(subject: Subject, strategy: Strategy, truth: Truth) -> Iterator[Adaptation]:
    for adaptation in strategy.here.adaptations if strategy.here else ():
        if bits(adaptation.condition, known(subject)).truth is truth:
            yield adaptation


# --- whether it fits ---------------------------------------------------------------------------------------------


def fitting(subject: Subject, strategy: Strategy, advice: Advice) -> str:
    """Why it fits here: the type of the community, the conditions that hold, the reasons against it that do not."""
    say, told = subject.say, []
    kind = subject.assessment.community.type
    if kind and not any(reason.code in _OF_TYPE for reason in advice.reasons):
        anywhere = ANY_TYPE in strategy.fits
        told.append(say("fit.any" if anywhere else "fit.type", type=subject.community(kind)))
    if strategy.when is not None and bits(strategy.when, known(subject)).truth is Truth.HOLDS:
        told.append(say("fit.when", facts=facts(subject, strategy.when)))
    against = [fact(subject, leaf) for leaf in _kept_away(subject, strategy)]
    if against:
        told.append(say("fit.unless", facts=list(dict.fromkeys(against))))
    return say("fit.all", told=told) if told else ""


def _kept_away(subject: Subject, strategy: Strategy) -> Iterator[Leaf]:
    for unless in strategy.unless:
        if bits(unless.condition, known(subject)).truth is Truth.FAILS:
            yield from _leaves(subject, unless.condition, Truth.FAILS)


def known(subject: Subject) -> Known:
    """What is known of the relation, as conditions ask for it."""
    community = subject.assessment.community
    readings = subject.verdict.readings  # with the same floors, ceilings and positions as the readings they show
    return Known(subject.ruleset, readings, community.attributes, community.type)  # type: ignore[arg-type]


def _leaves(subject: Subject, condition: Condition, truth: Truth | None = None) -> Sequence[Leaf]:
    """The leaves that have a condition's truth and so decide it, without the ``not`` before them; or all of them."""
    found = []
    for literal in literals(condition, subject.ruleset.named):
        leaf = literal.of if isinstance(literal, Not) else literal
        if truth in {None, bits(literal, known(subject)).truth} and isinstance(leaf, Atom | Attribute | OfType):
            found.append(leaf)
    return found
