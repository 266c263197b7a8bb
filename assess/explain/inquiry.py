"""Inquiry: what to ask next, and whom first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assess.engines import EngineUnavailableError
from assess.explain.pivots import pivotal
from assess.explain.settling import Settling, TooEntangledError
from assess.readings import Reading
from assess.ruleset.model import RuleSet
from assess.verdict import Inquiry, ScreeningOut, Settles, StageOut


def inquiry(
    ruleset: RuleSet, readings: Mapping[str, Reading], stage: StageOut, screening: ScreeningOut | None
) -> Inquiry:
    """The pivotal readings, and the smallest sets that could settle each possible stage."""
    certain = len(stage.possible) == 1 and (screening is None or screening.certain)
    changing = () if certain else _pivotal(ruleset, readings)
    settles = tuple(_settles(ruleset, readings, stage))
    named = {*(changing or ()), *(name for one in settles for name in one.ask or ())}
    whom = {name: ruleset.indicator[name].primary_source for name in ruleset.order if name in named}
    return Inquiry(pivotal=changing, settles=settles, whom=whom)


def _pivotal(ruleset: RuleSet, readings: Mapping[str, Reading]) -> tuple[str, ...] | None:
    try:
        return tuple(pivotal(ruleset, readings))
    except EngineUnavailableError:  # too many assignments to try
        return None


def _settles(ruleset: RuleSet, readings: Mapping[str, Reading], stage: StageOut) -> Iterator[Settles]:
    """One entry a possible stage; a stage whose smallest set would take too long to find has none."""
    if len(stage.possible) == 1:
        yield Settles(stage=stage.floor, ask=())
        return
    settling = Settling(ruleset, readings)
    for number in stage.possible:
        try:
            yield Settles(stage=number, ask=settling.at(number))
        except TooEntangledError:
            continue
