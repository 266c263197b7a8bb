"""Strategies: which serve a stage still possible, in which of four lists each stands, why, and in what order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assess.engines import Conclusions, Truth
from assess.engines.reference import Known, bits
from assess.explain.raises import Raises
from assess.ruleset.conditions import All, literals, text, variables
from assess.ruleset.model import RuleSet, Strategy
from assess.ruleset.references import ANY_TYPE
from assess.situation import Situation
from assess.verdict import Advice, Reason, ReasonCode, StageOut, Strategies


def advise(ruleset: RuleSet, situation: Situation, conclusions: Conclusions, stage: StageOut) -> Strategies:
    """The four lists, each in the order in which a reader should consider them."""
    context = _Context(ruleset, situation, conclusions, stage)
    lists: dict[str, list[Advice]] = {"recommended": [], "consider": [], "later": [], "held_back": []}
    for strategy in sorted(ruleset.strategies, key=context.order):
        if not set(strategy.stages).isdisjoint(stage.possible):
            name, reasons = context.placed(strategy)
            lists[name].append(
                Advice(
                    id=strategy.id,
                    reasons=tuple(reasons),
                    timely=tuple(context.timely(strategy)),
                    here=tuple(context.here(strategy)),
                )
            )
    return Strategies(**{name: tuple(entries) for name, entries in lists.items()})


@dataclass(frozen=True, slots=True)
class _Window:
    """The days before and after the wave that count as timely."""

    start: date
    today: date
    end: date


class _Context:
    """One situation, with what the order of its strategies needs, worked out once."""

    def __init__(self, ruleset: RuleSet, situation: Situation, conclusions: Conclusions, stage: StageOut) -> None:
        self.ruleset = ruleset
        self.situation = situation
        self.truths = conclusions.truths
        self.possible = stage.possible
        self.known = Known(ruleset, situation.readings, situation.attributes, situation.community_type)
        self.nearest, self.of_next_gate = self._next_gate(stage)
        self.answering = {
            response
            for pattern in ruleset.patterns
            if self.truths[f"pattern:{pattern.id}"] is Truth.HOLDS
            for response in pattern.responses
        }
        self.window = _window(situation.date, ruleset.window_months)

    def _next_gate(self, stage: StageOut) -> tuple[frozenset[str], frozenset[str]]:
        """The indicators of the nearest condition's least-cost raises, and of all conditions that do not hold."""
        gate = self.ruleset.gates.get(stage.floor + 1)
        if gate is None:
            return frozenset(), frozenset()
        parts = gate.of if isinstance(gate, All) else (gate,)
        missing = [part for part in parts if not bits(part, self.known).certain]
        used = frozenset(name for part in missing for name in variables(part, self.ruleset.named))
        return Raises(self.ruleset, self.situation.readings).nearest_indicators(gate), used

    # --- which list ----------------------------------------------------------------------------------------------

    def placed(self, strategy: Strategy) -> tuple[str, list[Reason]]:
        """The list that a strategy stands in, and the reasons."""
        held = list(self._unless(strategy, Truth.HOLDS, ReasonCode.UNLESS_HOLDS))
        if held:
            return "held_back", held
        if strategy.when is not None and self.truths[f"when:{strategy.id}"] is Truth.FAILS:
            return "later", list(self._atoms(strategy, Truth.FAILS, ReasonCode.WHEN_FAILS))
        doubts = [
            *self._atoms(strategy, Truth.OPEN, ReasonCode.WHEN_OPEN),
            *self._unless(strategy, Truth.OPEN, ReasonCode.UNLESS_OPEN),
            *(
                Reason(code=ReasonCode.STAGE_PARTLY, ref=str(number))
                for number in self.possible
                if number not in strategy.stages
            ),
            *self._type_doubt(strategy),
        ]
        return ("consider", doubts) if doubts else ("recommended", [])

    def _unless(self, strategy: Strategy, truth: Truth, code: ReasonCode) -> Iterator[Reason]:
        for index in range(len(strategy.unless)):
            if self.truths[f"unless:{strategy.id}:{index}"] is truth:
                yield Reason(code=code, ref=str(index))

    def _atoms(self, strategy: Strategy, truth: Truth, code: ReasonCode) -> Iterator[Reason]:
        """The leaves of ``when`` that keep it from holding: those that fail, or those that are open."""
        if strategy.when is None or self.truths[f"when:{strategy.id}"] is not truth:
            return
        wanting = (
            leaf for leaf in literals(strategy.when, self.ruleset.named) if bits(leaf, self.known).truth is truth
        )
        for written in dict.fromkeys(map(text, wanting)):
            yield Reason(code=code, ref=written)

    def _type_doubt(self, strategy: Strategy) -> Iterator[Reason]:
        anywhere = ANY_TYPE in strategy.fits
        here = self.situation.community_type
        if here is None:
            if not anywhere or strategy.less_fit:
                yield Reason(code=ReasonCode.TYPE_NOT_STATED, ref=None)
        elif here in strategy.less_fit:
            yield Reason(code=ReasonCode.LESS_FIT, ref=here)
        elif not anywhere and here not in strategy.fits:
            yield Reason(code=ReasonCode.NOT_TRIED_IN_TYPE, ref=here)

    # --- order ---------------------------------------------------------------------------------------------------

    def order(self, strategy: Strategy) -> tuple[bool, bool, bool, bool, int, str]:
        """What comes first: false sorts before true."""
        works_on = set(strategy.works_on)
        return (
            works_on.isdisjoint(self.nearest),
            works_on.isdisjoint(self.of_next_gate),
            strategy.id not in self.answering,
            not any(self.timely(strategy)),
            self.ruleset.least_effort(strategy.effort),
            strategy.id,
        )

    def timely(self, strategy: Strategy) -> Iterator[str]:
        """The event types of the strategy's windows that happened, or will, close enough to the wave."""
        happened: Mapping[str, Sequence[date]] = {
            name: [event.date for event in self.situation.events if event.type == name] for name in strategy.windows
        }
        for name, days in happened.items():
            if any(self._in_window(day, self.ruleset.event[name].when) for day in days):
                yield name

    def _in_window(self, day: date, when: str) -> bool:
        if self.window is None:
            return False
        behind = self.window.start <= day <= self.window.today
        ahead = self.window.today < day <= self.window.end
        return {"behind": behind, "ahead": ahead, "both": behind or ahead}[when]

    def here(self, strategy: Strategy) -> Iterator[str]:
        """The adaptations that hold in this place."""
        for adaptation in strategy.here.adaptations if strategy.here else ():
            if self.truths[f"adaptation:{strategy.id}:{adaptation.id}"] is Truth.HOLDS:
                yield adaptation.id


def _window(today: date | None, months: int) -> _Window | None:
    if today is None:
        return None
    return _Window(_months_away(today, -months), today, _months_away(today, months))


def _months_away(day: date, months: int) -> date:
    """The same day some months away, or the last day of that month where it has no such day."""
    from calendar import monthrange

    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    if not date.min.year <= year <= date.max.year:
        return date.min if months < 0 else date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))
