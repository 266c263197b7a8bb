"""Inquiry: what to ask next, and whom first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assess.engines import EngineUnavailableError
from assess.explain.once import once
from assess.explain.pivots import Pivotal
from assess.explain.settling import Settling, TooEntangledError
from assess.readings import Reading
from assess.ruleset.model import RuleSet
from assess.verdict import Inquiry, ScreeningOut, Settles, StageOut


def inquiry(
    ruleset: RuleSet, readings: Mapping[str, Reading], stage: StageOut, screening: ScreeningOut | None
) -> Inquiry:
    """The pivotal readings, and the smallest sets that could settle each possible stage."""
    certain = len(stage.possible) == 1 and (screening is None or screening.certain)
    pivotal = () if certain else _pivotal(ruleset, readings)
    settles = tuple(_settles(ruleset, readings, stage))
    named = {*(pivotal or ()), *(name for one in settles for name in one.ask or ())}
    whom = {name: ruleset.indicator[name].primary_source for name in ruleset.order if name in named}
    return Inquiry(pivotal=pivotal, settles=settles, whom=whom)


def _pivotal(ruleset: RuleSet, readings: Mapping[str, Reading]) -> tuple[str, ...] | None:
    ask = _asker(ruleset)
    return None if ask is None else tuple(ask(readings))


@once
def _asker(ruleset: RuleSet) -> Pivotal | None:
    """What finds pivotal readings; nothing where a rule set's gates are too entangled for it."""
    try:
        return Pivotal(ruleset)
    except EngineUnavailableError:
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
