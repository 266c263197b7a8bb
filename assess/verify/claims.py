"""What can be claimed of a situation: its stage, the list of a strategy, what can be advised there.

Claims are put together from "holds" and "fails" only, never from "not holds". So the same claim means in a ``Whole``
view what is true, and in a ``Partial`` view what is certain whatever has been left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any as Formula

from assess.ruleset.conditions import All, Condition, OfType
from assess.ruleset.model import Pattern, Strategy
from assess.ruleset.references import ANY_TYPE
from assess.verify.logic import FALSE, TRUE, View, all_of, any_of


class List(StrEnum):
    """The lists of strategies; ``NONE``: the strategy serves no stage that is possible."""

    RECOMMENDED = "recommended"
    CONSIDER = "consider"
    LATER = "later"
    HELD_BACK = "held_back"
    NONE = "none"


class Claims:
    """The claims about one rule set, in one view of situations."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.ruleset = view.ruleset
        self.gates: Sequence[Condition] = tuple(view.ruleset.gates.values())
        self._types: dict[tuple[str, ...], OfType] = {}

    def reaches(self, stage: int) -> Formula:
        """That the gates up to this stage hold."""
        return all_of([self.view.holds(gate) for gate in self.gates[:stage]])

    def stage(self, stage: int) -> Formula:
        """That this is the only stage that is possible."""
        top = stage == len(self.gates)
        return self.reaches(stage) if top else all_of([self.reaches(stage), self.view.fails(self.gates[stage])])

    def stages(self, stages: Sequence[int]) -> Formula:
        """That the stage is one of these."""
        return any_of([self.stage(stage) for stage in stages])

    def parts(self, stage: int) -> tuple[Condition, ...]:
        """The conditions of the gate of a stage; a gate that is no ``all`` is its own single one."""
        gate = self.ruleset.gates[stage]
        return gate.of if isinstance(gate, All) else (gate,)

    # --- strategies, at a stage that they serve ------------------------------------------------------------------

    def held_back(self, strategy: Strategy) -> Formula:
        """That an ``unless`` holds."""
        return any_of([self.view.holds(unless.condition) for unless in strategy.unless])

    def not_held_back(self, strategy: Strategy) -> Formula:
        """That every ``unless`` fails."""
        return all_of([self.view.fails(unless.condition) for unless in strategy.unless])

    def when(self, strategy: Strategy) -> Formula:
        """That what must come first is there."""
        return TRUE if strategy.when is None else self.view.holds(strategy.when)

    def when_fails(self, strategy: Strategy) -> Formula:
        """That what must come first is not there."""
        return FALSE if strategy.when is None else self.view.fails(strategy.when)

    def advisable(self, strategy: Strategy) -> Formula:
        """That a strategy, at a stage that it serves, is recommended or to consider."""
        return all_of([self.not_held_back(strategy), self.when(strategy)])

    def not_advisable(self, strategy: Strategy) -> Formula:
        """That it is held back or for later."""
        return any_of([self.held_back(strategy), self.when_fails(strategy)])

    def fits(self, strategy: Strategy) -> Formula:
        """That nothing about the type stands against it."""
        anywhere = ANY_TYPE in strategy.fits
        if not self.ruleset.types:
            # No type can be stated, so it is to consider where it fits some types only.
            return TRUE if anywhere and not strategy.less_fit else FALSE
        if anywhere and not strategy.less_fit:
            return TRUE
        fit = [kind.id for kind in self.ruleset.types if anywhere or kind.id in strategy.fits]
        return self._type([name for name in fit if name not in strategy.less_fit])

    def fits_less(self, strategy: Strategy) -> Formula:
        """That the type is one that it fits less, or in which it has not been tried."""
        anywhere = ANY_TYPE in strategy.fits
        if not self.ruleset.types:
            return FALSE if anywhere and not strategy.less_fit else TRUE
        names = [kind.id for kind in self.ruleset.types]
        return self._type([n for n in names if n in strategy.less_fit or not (anywhere or n in strategy.fits)])

    def _type(self, names: Sequence[str]) -> Formula:
        if not names:
            return FALSE
        # The same object each time: views know conditions by their identity.
        return self.view.holds(self._types.setdefault(tuple(names), OfType(tuple(names))))

    def placed(self, strategy: Strategy, where: List) -> Formula:
        """That a strategy stands in a list, or in none, at the only stage that is possible."""
        others = [stage for stage in range(len(self.gates) + 1) if stage not in strategy.stages]
        if where is List.NONE:
            return self.stages(others)
        return all_of([self.stages(strategy.stages), self.placed_where_served(strategy, where)])

    def placed_where_served(self, strategy: Strategy, where: List) -> Formula:
        """The same, where it is known that the strategy serves the stage."""
        match where:
            case List.HELD_BACK:
                return self.held_back(strategy)
            case List.LATER:
                return all_of([self.not_held_back(strategy), self.when_fails(strategy)])
            case List.RECOMMENDED:
                return all_of([self.advisable(strategy), self.fits(strategy)])
            case List.CONSIDER:
                return all_of([self.advisable(strategy), self.fits_less(strategy)])
            case _:
                return FALSE

    def no_response(self, pattern: Pattern, stage: int) -> Formula:
        """That at this stage no response to the pattern is recommended or to consider."""
        responses = [self.ruleset.strategy[name] for name in pattern.responses]
        return self.none_advisable([response for response in responses if stage in response.stages])

    def none_advisable(self, strategies: Sequence[Strategy]) -> Formula:
        """That none of these is recommended or to consider."""
        return all_of([self.not_advisable(strategy) for strategy in strategies])
