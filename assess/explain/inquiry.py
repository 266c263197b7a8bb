"""Inquiry: what to ask next, and whom first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from assess.engines import EngineUnavailableError
from assess.explain.pivots import Pivotal, pivotal
from assess.explain.settling import Settling, TooEntangledError
from assess.explain.thresholds import gates_of
from assess.readings import Reading
from assess.ruleset.model import RuleSet
from assess.ruleset.once import once
from assess.verdict import Answer, Inquiry, ScreeningOut, Settles, StageOut


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
        return tuple(_asker(ruleset)(readings))
    except EngineUnavailableError:  # too many assignments to try
        return None


@dataclass(slots=True)
class _Asker:
    """Finds pivotal readings: of the first relation directly, of all others by a circuit, which takes long to make.

    A rule set that is too entangled for a circuit is asked directly each time, where less has to be tried.
    """

    ruleset: RuleSet
    asked: int = 0
    circuit: Pivotal | None = None

    def __call__(self, readings: Mapping[str, Reading]) -> list[str]:
        self.asked += 1
        if self.asked == 2:
            with suppress(EngineUnavailableError):
                self.circuit = Pivotal(self.ruleset)
        return self.circuit(readings) if self.circuit else pivotal(self.ruleset, readings)


_asker = once(_Asker)


def _settles(ruleset: RuleSet, readings: Mapping[str, Reading], stage: StageOut) -> Iterator[Settles]:
    """One entry a possible stage; a stage whose smallest set would take too long to find has none."""
    if len(stage.possible) == 1:
        yield Settles(stage=stage.floor, ask=(), answers={})
        return
    settling = Settling(ruleset, readings)
    for number in stage.possible:
        try:
            ask = settling.at(number)
        except TooEntangledError:
            continue
        levels = settling.answers(number, ask) if ask else {}
        yield Settles(stage=number, ask=ask, answers=_widened(ruleset, readings, number, levels))


def _widened(
    ruleset: RuleSet, readings: Mapping[str, Reading], stage: int, levels: Mapping[str, int]
) -> dict[str, Answer]:
    """The same answers, each as wide as it may be when those before it are."""
    gates = gates_of(ruleset)
    lowest, highest = gates.bounds(readings)
    for name, level in levels.items():
        lowest[ruleset.order[name]] = highest[ruleset.order[name]] = level
    found = {}
    for name in levels:
        index, reading = ruleset.order[name], readings[name]
        for bound, end, step in ((lowest, reading.floor, -1), (highest, reading.ceiling, 1)):
            while bound[index] != end:
                bound[index] += step
                if gates.stage(bound, gates.thresholds) != stage:
                    bound[index] -= step
                    break
        found[name] = Answer(floor=lowest[index], ceiling=highest[index])
    return found
