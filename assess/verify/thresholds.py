"""That every threshold matters: with the level above or below it, some situation is judged otherwise.

Moving ``x >= L`` to the level below changes what it says only where x stands exactly at L - 1, and to the level above
only where x stands at L. So a neighbour matters if, with x there, something hangs on whether this one comparison, as
it is written in this place, is true. A level beyond the scale stands for "always" or "never".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any as Formula

from assess.problems import Place
from assess.ruleset.conditions import Atom, text
from assess.ruleset.model import Strategy
from assess.verify.claims import Claims
from assess.verify.logic import FALSE, TRUE, all_of, any_of, differ, negated
from assess.verify.proofs import Failure, Proof
from assess.verify.query import Fact, Prover, Question, Reread


def thresholds(prover: Prover) -> Iterator[Proof]:
    """Two proofs for each comparison as it is written: one a neighbour."""
    for leaf, place, key in prover.places.leaves.values():
        if isinstance(leaf, Atom):
            for neighbour in (leaf.level - 1, leaf.level + 1):
                yield _Moved(prover, leaf, place, key, neighbour).proof()


class _Moved:
    """One comparison with another level."""

    def __init__(self, prover: Prover, leaf: Atom, place: Place, key: str, neighbour: int) -> None:
        self.prover = prover
        self.ruleset = prover.ruleset
        self.leaf = leaf
        self.place = place
        self.key = key
        self.neighbour = neighbour
        self.users = prover.places.users[key]

    @property
    def _edge(self) -> str:
        """Whether with its neighbour the comparison would be always, or never, so."""
        highest = self.ruleset.indicator[self.leaf.indicator].highest
        always, never = (0, highest + 1) if self.leaf.at_least else (highest, -1)
        return "always" if self.neighbour == always else "never" if self.neighbour == never else ""

    def proof(self) -> Proof:
        values = {"leaf": text(self.leaf), "edge": self._edge, "levels": [] if self._edge else [str(self.neighbour)]}

        def run() -> Failure | None:
            for question in self._questions():
                if self.prover.possible(question):
                    return None
            places = self.prover.causes(self._any, self.place)
            return Failure("threshold-idle", values, places, keys=frozenset(self.users))

        return Proof("threshold-idle", run, values)

    def _questions(self) -> Iterator[Question]:
        """One question a conclusion, those that say most first: most are answered by the first."""
        rank = {"gate": 0, "check": 1, "pattern": 2, "when": 3, "unless": 4, "adaptation": 5}
        for user in sorted(self.users, key=lambda key: rank.get(key.partition(":")[0], 9)):
            if not user.startswith("condition:"):
                yield lambda reread, user=user: self._facts(reread, [user])  # type: ignore[misc]

    def _any(self, reread: Reread) -> Iterator[Fact]:
        return self._facts(reread, self.users)

    def _facts(self, reread: Reread, users: Sequence[str]) -> Iterator[Fact]:
        true, false = reread({id(self.leaf): TRUE}), reread({id(self.leaf): FALSE})
        yield Fact(self._stands_between())
        yield Fact(any_of([self._changed(user, true, false, reread({})) for user in users]))

    def _stands_between(self) -> Formula:
        """That the variable stands at the one level where the neighbour says something else."""
        level = max(self.leaf.level, self.neighbour)
        # ``>=`` differs at the lower of the two levels, ``<=`` at the higher one.
        at = level - 1 if self.leaf.at_least else level
        space = self.prover.space
        return all_of([space.at_least(self.leaf.variable, at), negated(space.at_least(self.leaf.variable, at + 1))])

    def _changed(self, key: str, true: Claims, false: Claims, known: Claims) -> Formula:
        """That a conclusion, and what is seen of it in a verdict, hangs on the comparison."""
        kind, _, name = key.partition(":")
        match kind:
            case "gate":
                gate = self.ruleset.gates[int(name)]
                below = int(name) - 1
                return all_of([true.reaches(below), false.reaches(below), _differs(gate, true, false)])
            case "pattern":
                return _differs(self.ruleset.pattern[name].when, true, false)
            case "check":
                return _differs(self.ruleset.conclusions[key], true, false)
            case "when" | "unless":
                return _list_changes(self.ruleset.strategy[name.partition(":")[0]], true, false, known)
            case "adaptation":
                strategy = self.ruleset.strategy[name.partition(":")[0]]
                seen = [known.stages(strategy.stages), known.advisable(strategy)]
                return all_of([*seen, _differs(self.ruleset.conclusions[key], true, false)])
            case _:
                return FALSE


def _differs(condition: object, true: Claims, false: Claims) -> Formula:
    return differ(true.view.holds(condition), false.view.holds(condition))  # type: ignore[arg-type]


def _list_changes(strategy: Strategy, true: Claims, false: Claims, known: Claims) -> Formula:
    """That the strategy serves the stage, and it is held back, or for later, in one case only."""
    held = differ(true.held_back(strategy), false.held_back(strategy))
    free = [true.not_held_back(strategy), false.not_held_back(strategy)]
    later = all_of([*free, differ(true.when(strategy), false.when(strategy))])
    return all_of([known.stages(strategy.stages), any_of([held, later])])
