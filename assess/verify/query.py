"""Questions to the solver: whether some situation makes claims true, which places forbid it, and a situation itself.

A question is asked of a ``Whole`` view. Only when there is no such situation it is asked once more with a switch on
every leaf and on every fact that has a place of its own: the switches that cannot be left out are the cause, and their
places are all the places that a reader has to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any as Formula

import z3

from assess.problems import Place
from assess.ruleset.conditions import Leaf
from assess.ruleset.model import RuleSet
from assess.verify.claims import Claims
from assess.verify.logic import Space, Whole, leaf_of
from assess.verify.places import Places, in_order


@dataclass(frozen=True, slots=True)
class Fact:
    """A formula that must be true, and where it is written, if it is written in one place."""

    formula: Formula
    place: Place | None = None


# A question: given claims for leaves read otherwise (none: as written), the facts that must be true together.
Reread = Callable[[Mapping[int, Formula]], Claims]
Question = Callable[[Reread], Iterable[Fact]]


class Prover:
    """One rule set in the solver; every question is asked on top of the laws of its situations."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.ruleset: RuleSet = places.ruleset
        self.space = Space(self.ruleset)
        self.claims = Claims(Whole(self.space, self.ruleset))
        self.solver = self.space.solver()

    def reread(self, leaves: Mapping[int, Formula]) -> Claims:
        """The claims where some leaves say something else."""
        return Claims(Whole(self.space, self.ruleset, leaves)) if leaves else self.claims

    def possible(self, question: Question) -> bool:
        """Whether some situation makes all facts of the question true."""
        self.solver.push()
        try:
            self.solver.add(*(fact.formula for fact in question(self.reread)))
            return bool(self.solver.check() == z3.sat)
        finally:
            self.solver.pop()

    def causes(self, question: Question, first: Place) -> tuple[Place, ...]:
        """The places that together forbid what the question asks for; ``first`` stands before them."""
        leaves, facts = _Switched(self.places, self.space).core(question)
        lines = {(place.file, place.line) for place in leaves}
        # A leaf says more than the condition around it that begins on the same line.
        around = [place for place in facts if (place.file, place.line) not in lines]
        own = [place for place in leaves if (place.file, place.line) == (first.file, first.line)]
        return in_order([*(own or [first]), *leaves, *around])


class _Switched:
    """The same rule set with a switch on every leaf."""

    def __init__(self, places: Places, space: Space) -> None:
        self.places = places
        self.space = space
        self.solver = space.solver()
        self.switches: dict[str, tuple[Formula, Place, bool]] = {}
        self.said: dict[int, Formula] = {}
        for leaf, place, _ in places.leaves.values():
            self.said[id(leaf)] = self._switched(leaf, place)

    def _switched(self, leaf: Leaf, place: Place) -> Formula:
        said = z3.FreshBool("leaf")
        self._switch(said == leaf_of(self.space, leaf), place, is_leaf=True)
        return said

    def _switch(self, formula: Formula, place: Place, *, is_leaf: bool = False) -> None:
        switch = z3.FreshBool("on")
        self.switches[str(switch)] = switch, place, is_leaf
        self.solver.add(z3.Implies(switch, formula))

    def reread(self, leaves: Mapping[int, Formula]) -> Claims:
        return Claims(Whole(self.space, self.places.ruleset, {**self.said, **leaves}))

    def core(self, question: Question) -> tuple[list[Place], list[Place]]:
        """The places of the leaves, and of the facts, none of which can be left out."""
        for fact in question(self.reread):
            if fact.place is None:
                self.solver.add(fact.formula)
            else:
                self._switch(fact.formula, fact.place)
        needed = self._forbidding([switch for switch, _, _ in self.switches.values()])
        for switch in list(needed):
            if any(other.eq(switch) for other in needed):
                without = self._forbidding([other for other in needed if not other.eq(switch)])
                needed = without or needed
        parts = [self.switches[str(switch)] for switch in needed]
        return [place for _, place, is_leaf in parts if is_leaf], [place for _, place, is_leaf in parts if not is_leaf]

    def _forbidding(self, switches: Sequence[Formula]) -> list[Formula]:
        """Of these switches, some that forbid what is asked for; none where they do not."""
        return list(self.solver.unsat_core()) if self.solver.check(*switches) == z3.unsat else []
