"""From a situation to its verdict: one engine decides the conclusions, everything after that is the same for all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from assess.advice import advise
from assess.engines import Engine
from assess.engines.reference import ReferenceEngine
from assess.explain.inquiry import inquiry
from assess.explain.raises import Raises
from assess.explain.robustness import robustness
from assess.explain.why import why
from assess.ladder import stage
from assess.readings import Position, Reading
from assess.ruleset.model import RuleSet
from assess.screening.checks import screen
from assess.situation import Situation
from assess.verdict import (
    AssessmentName,
    Gap,
    NoticeOut,
    PositionOut,
    ReadingOut,
    RuleSetName,
    Verdict,
)

NO_PARTY = "none"
_reference = ReferenceEngine()


def judge(ruleset: RuleSet, situation: Situation, engine: Engine = _reference, *, trail: bool = False) -> Verdict:
    """The verdict on a situation.

    Raises ``EngineUnavailableError`` where the engine cannot carry the rule set.
    """
    conclusions = engine(ruleset, situation.readings, situation.attributes, situation.community_type)
    standing = stage(conclusions.of("gate"), situation.readings, ruleset)
    gate = ruleset.gates.get(standing.floor + 1)
    raises = Raises(ruleset, situation.readings)
    checks = screen(ruleset.screening, conclusions.of("check")) if ruleset.screening else None
    return Verdict(
        ruleset=RuleSetName(name=ruleset.name, version=ruleset.version, digest=ruleset.digest),
        engine=engine.name,
        reading=situation.mode,
        assessment=AssessmentName(
            id=situation.id,
            wave=situation.date.isoformat() if situation.date else "",
            community=situation.community_type,
        ),
        readings={indicator: _reading(ruleset, reading) for indicator, reading in situation.readings.items()},
        conditions=conclusions.of("condition"),
        patterns=conclusions.of("pattern"),
        stage=standing,
        perspective_gaps=tuple(_gaps(ruleset, situation.readings)),
        strategies=advise(ruleset, situation, conclusions, standing),
        screening=checks,
        why=why(ruleset, situation, conclusions),
        raises=raises.cheapest(gate, standing.floor + 1) if gate is not None else (),
        by_condition=raises.by_condition(gate, standing.floor + 1) if gate is not None else (),
        robustness=robustness(ruleset, situation),
        inquiry=inquiry(ruleset, situation.readings, standing, checks),
        one_sided=_one_sided(ruleset, situation),
        unrated=situation.unrated,
        notices=tuple(
            NoticeOut(code=notice.code, indicator=notice.indicator, source=notice.source, n=notice.n)
            for notice in situation.notices
        ),
        trail=conclusions.trail if trail else None,
    )


def _reading(ruleset: RuleSet, reading: Reading) -> ReadingOut:
    return ReadingOut(
        floor=reading.floor,
        ceiling=reading.ceiling,
        status=reading.status,
        positions={source: _position(ruleset, source, position) for source, position in reading.positions.items()},
    )


def _position(ruleset: RuleSet, source: str, position: Position) -> PositionOut:
    hidden = ruleset.source[source].protect and position.n < ruleset.disclosure.nothing_below
    return PositionOut(floor=position.floor, ceiling=position.ceiling, n=None if hidden else position.n)


def _gaps(ruleset: RuleSet, readings: Mapping[str, Reading]) -> Iterator[Gap]:
    """Pairs of sources whose nearer ends are far enough apart to be worth a talk."""
    for indicator, reading in readings.items():
        for (first, one), (second, two) in combinations(reading.positions.items(), 2):
            gap = max(one.floor - two.ceiling, two.floor - one.ceiling)
            if gap >= ruleset.gaps_from:
                yield Gap(indicator=indicator, sources=(first, second), gap=gap)


def _one_sided(ruleset: RuleSet, situation: Situation) -> str | None:
    """The party that alone speaks, ``none`` where neither does, nothing where both do or nobody can tell."""
    if len(ruleset.parties) != 2 or not situation.has_sources:
        return None
    speaking = [party.id for party in ruleset.parties if not _is_silent(ruleset, situation, party.id)]
    if len(speaking) == 2:
        return None
    return speaking[0] if speaking else NO_PARTY


def _is_silent(ruleset: RuleSet, situation: Situation, party: str) -> bool:
    may_rate = [name for name in ruleset.gate_indicators if ruleset.may_rate(ruleset.source[party], name)]
    heard = sum(party in situation.readings[name].positions for name in may_rate)
    return heard < ruleset.silent_below * len(may_rate)
