"""Whether some situation tells a mutant from its rule set; where none does, the mutant is equivalent, which is proved.

Told apart means: another truth of a named condition, gate, pattern or check, another list of a strategy at a stage
that is reached, or an adaptation that is added or left out where its strategy is in a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any as Formula

import z3

from assess.ruleset.model import RuleSet
from assess.ruleset.references import ANY_TYPE
from assess.verify.claims import Claims, List
from assess.verify.logic import Space, Whole, all_of, any_of, differ, negated
from assess.verify.mutants import Mutant
from assess.verify.places import Places


class Telling:
    """One rule set in the solver, to be compared with its mutants."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.ruleset: RuleSet = places.ruleset
        self.space = Space(self.ruleset)
        self.solver = self.space.solver()
        self.claims = Claims(Whole(self.space, self.ruleset))

    def tells_apart(self, mutant: Mutant) -> bool:
        """Whether some situation has another conclusion under the mutant."""
        if mutant.kind == "required":
            return True
        changed = mutant.made(self.ruleset)
        if mutant.of.startswith("strategy:") and self._asks_for_type(changed, mutant) != self._asks_for_type(
            self.ruleset, mutant
        ):
            return True  # where the type is not stated, one of the two says so
        others = Claims(Whole(self.space, changed))
        self.solver.push()
        try:
            self.solver.add(any_of(list(self._differing(mutant, others))))
            return bool(self.solver.check() != z3.unsat)
        finally:
            self.solver.pop()

    @staticmethod
    def _asks_for_type(ruleset: RuleSet, mutant: Mutant) -> bool:
        strategy = ruleset.strategy[mutant.of.partition(":")[2]]
        return ANY_TYPE not in strategy.fits or bool(strategy.less_fit)

    def _differing(self, mutant: Mutant, others: Claims) -> Iterator[Formula]:
        kind, _, name = mutant.of.partition(":")
        if kind == "strategy":
            yield self._lists(name, others)
            return
        for key in self.places.users[mutant.of]:
            kind, _, name = key.partition(":")
            strategy = name.partition(":")[0]
            if kind in {"when", "unless"}:
                yield self._lists(strategy, others)
            else:
                one = self.claims.view.holds(self.ruleset.conclusions[key])
                other = others.view.holds(others.ruleset.conclusions[key])
                shown = self._shown(strategy, self.claims) if kind == "adaptation" else z3.BoolVal(val=True)
                yield all_of([shown, differ(one, other)])

    def _lists(self, name: str, others: Claims) -> Formula:
        one, other = self.ruleset.strategy[name], others.ruleset.strategy[name]
        return any_of([differ(self.claims.placed(one, where), others.placed(other, where)) for where in List])

    def _shown(self, name: str, claims: Claims) -> Formula:
        return negated(claims.placed(self.ruleset.strategy[name], List.NONE))
