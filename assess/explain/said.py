"""Explanations in sentences: how sure a stage is, what would settle it, and what differs between two verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from assess.catalogue import Catalogue
from assess.explain.change import Difference, Flip, Interval, Moved, SourceMove
from assess.report.page import Bullets, Line
from assess.report.words import Subject
from assess.verdict import LevelStep, Settles, Threshold, Verdict

MOST = 3
MOST_PIVOTAL = 6
_COUNT = re.compile(r"at_least: (\d+) of \d+")
_LEVEL = re.compile(r"(?P<indicator>\S+) [<>]= (?P<level>\d+)")


def sureness(subject: Subject) -> Bullets:
    """How sure the stage is, and what would settle it; every number can be checked by hand against the profile."""
    return Bullets(_say(subject, "sure.title"), tuple(_sure(subject)))


def _say(subject: Subject, key: str, /, **values: object) -> str:
    return subject.catalogue.say(f"explain.{key}", **values)


def _sure(subject: Subject) -> Iterator[Line]:
    robustness, inquiry, stage = subject.verdict.robustness, subject.verdict.inquiry, subject.verdict.stage
    if robustness.down is not None:
        steps = _steps(subject, robustness.down_by)
        text = _say(subject, "sure.down", n=robustness.down, stage=subject.stage(stage.floor), steps=steps)
        yield Line(text, _say(subject, "sure.down-lead"))
    if robustness.up is not None:
        key = "sure.up-one" if robustness.up == 1 else "sure.up"
        steps = _steps(subject, robustness.up_by)
        text = _say(subject, key, n=robustness.up, stage=subject.stage(stage.ceiling + 1), steps=steps)
        yield Line(text, _say(subject, "sure.up-lead"))
    if subject.ruleset.gates:
        yield Line(_thresholds(subject, robustness.thresholds), _say(subject, "sure.thresholds-lead"))
    if len(stage.possible) > 1:
        for one in inquiry.settles:
            yield Line(_settles(subject, one), _say(subject, "sure.settles-lead", stage=subject.stage(one.stage)))
    if inquiry.pivotal:
        names = _some(subject, [subject.indicator(name) for name in inquiry.pivotal], MOST_PIVOTAL, "more-indicators")
        lead = _say(subject, "sure.pivotal-lead", n=len(inquiry.pivotal))
        yield Line(_say(subject, "sure.pivotal", indicators=names), lead)


def _some(subject: Subject, items: Sequence[str], most: int, more: str = "more") -> list[str]:
    """The first items, and how many more there are; never "and one more" where it could be named."""
    if len(items) <= most + 1:
        return list(items)
    return [*items[:most], _say(subject, f"sure.{more}", n=len(items) - most)]


def _steps(subject: Subject, steps: Sequence[LevelStep]) -> list[str]:
    told = [
        _say(subject, "sure.step", indicator=subject.indicator(step.indicator), start=step.from_, to=step.to)
        for step in steps
    ]
    return _some(subject, told, MOST)


def _thresholds(subject: Subject, thresholds: Sequence[Threshold]) -> str:
    if not thresholds:
        return _say(subject, "sure.thresholds-none")
    items = _some(subject, [_threshold(subject, one) for one in thresholds], MOST)
    return _say(subject, "sure.thresholds", n=len(thresholds), items=items)


def _threshold(subject: Subject, one: Threshold) -> str:
    told: dict[str, object] = {
        "condition": _home(subject, one.condition),
        "to": one.to,
        "stages": [subject.stage(number) for number in one.possible],
    }
    if count := _COUNT.fullmatch(one.atom):
        return _say(subject, "sure.threshold-count", count=count[1], **told)
    level = _LEVEL.fullmatch(one.atom)
    assert level is not None
    return _say(
        subject, "sure.threshold-level", indicator=subject.indicator(level["indicator"]), level=level["level"], **told
    )


def _home(subject: Subject, home: str) -> str:
    """A named condition by its sentence, or the gate that a threshold stands in."""
    if home.startswith("gate:"):
        return _say(subject, "sure.gate", number=home.removeprefix("gate:"))
    return name_of(subject, f"condition:{home}")


def _settles(subject: Subject, one: Settles) -> str:
    if one.ask is None:
        return _say(subject, "sure.settles-never")
    if not one.ask:
        return _say(subject, "sure.settles-nothing")
    groups: dict[str, list[str]] = {}
    for name in one.ask:
        answer = one.answers[name]
        span = _span(subject, (answer.floor, answer.ceiling))
        told = _say(subject, "sure.answer", indicator=subject.indicator(name), span=span)
        groups.setdefault(subject.verdict.inquiry.whom[name], []).append(told)
    asked = [
        _say(subject, "sure.ask", source=subject.the(source), indicators=indicators)
        for source, indicators in groups.items()
    ]
    return _say(subject, "sure.settles", n=len(one.ask), groups=asked)


def name_of(subject: Subject, key: str) -> str:
    """What an entry is called: ``condition:NAME``, ``gate:STAGE``, ``pattern:ID``, ``check:ID``, ``strategy:ID``."""
    kind, _, ref = key.partition(":")
    ruleset = subject.ruleset
    match kind:
        case "condition":
            return subject.text(next(one.says for one in ruleset.conditions if one.name == ref))
        case "gate":
            return _say(subject, "difference.gate-name", stage=subject.stage(int(ref)))
        case "pattern":
            return subject.pattern(ruleset.pattern[ref])
        case "check":
            assert ruleset.screening is not None
            return subject.text(next(one.name for one in ruleset.screening.checks if one.id == ref))
        case "strategy":
            return subject.text(ruleset.strategy[ref].name)
        case _:
            return subject.indicator(ref)


# --- what differs ------------------------------------------------------------------------------------------------


def standing(subject: Subject, found: Difference) -> Iterator[Line]:
    """The stage and the decision, before and after."""
    before, after = ([subject.stage(n) for n in one.possible] for one in (found.before, found.after))
    words = subject.catalogue
    yield Line(_pair(words, words.either(before), words.either(after)), _say(subject, "difference.stage-lead"))
    if found.before.decision and found.after.decision:
        told = (subject.say(f"decision.{one}").rstrip(".。") for one in (found.before.decision, found.after.decision))
        yield Line(_pair(words, *told), _say(subject, "difference.decision-lead"))


def _pair(words: Catalogue, before: str, after: str) -> str:
    if before == after:
        return words.say("explain.difference.same", value=before)
    return words.say("explain.difference.moved", before=before, after=after)


def difference(subject: Subject, found: Difference, before: Verdict, *, readings: bool = True) -> Iterator[Bullets]:
    """What differs: readings, conditions, gates, patterns, checks, and the lists of strategies."""
    if readings and found.readings:
        items = tuple(_reading(subject, one, before) for one in found.readings)
        yield Bullets(_say(subject, "difference.readings", n=len(items)), items)
    for kind in ("gate", "condition", "pattern", "check"):
        flips = [flip for flip in found.flips if flip.key.startswith(f"{kind}:")]
        if flips:
            yield Bullets(
                _say(subject, f"difference.{kind}", n=len(flips)), tuple(_flip(subject, flip) for flip in flips)
            )
    if found.strategies:
        items = tuple(
            Line(
                _moved(subject, _list(subject, one.before), _list(subject, one.after)),
                _say(subject, "difference.flip-lead", name=name_of(subject, f"strategy:{one.id}")),
            )
            for one in found.strategies
        )
        yield Bullets(_say(subject, "difference.strategies", n=len(items)), items)


def _moved(subject: Subject, before: str, after: str) -> str:
    return _say(subject, "difference.moved", before=before, after=after)


def _list(subject: Subject, name: str | None) -> str:
    return _say(subject, f"difference.list.{name or 'none'}")


def _flip(subject: Subject, flip: Flip) -> Line:
    before, after = (subject.say(f"truth.{truth}") for truth in (flip.before, flip.after))
    lead = _say(subject, "difference.flip-lead", name=name_of(subject, flip.key))
    return Line(_moved(subject, before, after), lead)


def _reading(subject: Subject, one: Moved, before: Verdict) -> Line:
    first = _span(subject, one.before, known=_rated(before, one.indicator))
    second = _span(subject, one.after, known=_rated(subject.verdict, one.indicator))
    by = [_source(subject, move) for move in one.by]
    lead = _say(subject, "difference.reading-lead", indicator=subject.indicator(one.indicator))
    return Line(_say(subject, "difference.by", moved=_moved(subject, first, second), by=by), lead)


def _rated(verdict: Verdict, indicator: str) -> bool:
    return verdict.readings[indicator].status not in {"missing", "not-applicable"}


def _source(subject: Subject, move: SourceMove) -> str:
    silent = _say(subject, "difference.silent")
    before, after = (_span(subject, one) if one else silent for one in (move.before, move.after))
    return _say(subject, "difference.source", source=subject.source(move.source), moved=_moved(subject, before, after))


def _span(subject: Subject, interval: Interval, *, known: bool = True) -> str:
    if not known:
        return _say(subject, "difference.unknown")
    return _say(subject, "difference.span", floor=interval[0], ceiling=interval[1])


def supposed(subject: Subject, overrides: Mapping[str, Interval]) -> str:
    """The question of a what-if."""
    told: Iterable[str] = [
        _say(subject, "whatif.reading", indicator=subject.indicator(name), span=_span(subject, interval))
        for name, interval in overrides.items()
    ]
    return _say(subject, "whatif.title", readings=told)
