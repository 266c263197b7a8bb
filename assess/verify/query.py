"""Questions to the solver: whether some situation makes claims true, which places forbid it, and a situation itself.

A question is asked of a ``Whole`` view. Only when there is no such situation it is asked once more with a switch on
every leaf and on every fact that has a place of its own: the switches that cannot be left out are the cause, and their
places are all the places that a reader has to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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
    also: tuple[Place, ...] = ()  # what else of it stands elsewhere
    again: bool = False  # many questions are about this, so the solver keeps it


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
        self.kept: dict[int, tuple[Formula, Formula]] = {}

    def reread(self, leaves: Mapping[int, Formula]) -> Claims:
        """The claims where some leaves say something else."""
        return Claims(Whole(self.space, self.ruleset, leaves)) if leaves else self.claims

    def possible(self, question: Question) -> bool:
        """Whether some situation makes all facts of the question true."""
        formulas = [self._kept(fact.formula) if fact.again else fact.formula for fact in question(self.reread)]
        self.solver.push()
        try:
            self.solver.add(*formulas)
            return bool(self.solver.check() == z3.sat)
        finally:
            self.solver.pop()

    def _kept(self, formula: Formula) -> Formula:
        """A name for a formula, defined in the solver once."""
        key = formula.get_id()
        if key not in self.kept:
            name = z3.FreshBool("kept")
            self.solver.add(name == formula)
            self.kept[key] = name, formula  # the formula stays, so that no other one gets its number
        return self.kept[key][0]

    @cached_property
    def _switched(self) -> _Switched:
        return _Switched(self.places, self.space)

    def causes(self, question: Question, first: Place) -> tuple[Place, ...]:
        """The places that together forbid what the question asks for; ``first`` stands before them."""
        leaves, facts = self._switched.core(question)
        lines = {(place.file, place.line) for place in leaves}
        # A leaf says more than the condition around it that begins on the same line.
        around = [place for place in facts if (place.file, place.line) not in lines]
        is_leaf = any(place == first for _, place, _ in self.places.leaves.values())
        own = [place for place in leaves if (place.file, place.line) == (first.file, first.line)]
        return in_order([*([first] if is_leaf or not own else own), *leaves, *around])


class _Switched:
    """The same rule set with a switch on every leaf."""

    def __init__(self, places: Places, space: Space) -> None:
        self.places = places
        self.space = space
        self.solver = space.solver()
        self.switches: dict[str, tuple[Formula, tuple[Place, ...], bool]] = {}
        self.said: dict[int, Formula] = {}
        for leaf, place, _ in places.leaves.values():
            self.said[id(leaf)] = self._switched(leaf, place)

    def _switched(self, leaf: Leaf, place: Place) -> Formula:
        said = z3.FreshBool("leaf")
        self._switch(said == leaf_of(self.space, leaf), place, is_leaf=True)
        return said

    def _switch(self, formula: Formula, place: Place, also: tuple[Place, ...] = (), *, is_leaf: bool = False) -> None:
        switch = z3.FreshBool("on")
        self.switches[str(switch)] = switch, (place, *also), is_leaf
        self.solver.add(z3.Implies(switch, formula))

    def reread(self, leaves: Mapping[int, Formula]) -> Claims:
        return Claims(Whole(self.space, self.places.ruleset, {**self.said, **leaves}))

    def core(self, question: Question) -> tuple[list[Place], list[Place]]:
        """The places of the leaves, and of the facts, none of which can be left out."""
        of_leaves = dict(self.switches)
        self.solver.push()
        try:
            return self._core(question)
        finally:
            self.solver.pop()
            self.switches = of_leaves

    def _core(self, question: Question) -> tuple[list[Place], list[Place]]:
        for fact in question(self.reread):
            if fact.place is None:
                self.solver.add(fact.formula)
            else:
                self._switch(fact.formula, fact.place, fact.also)
        needed = self._forbidding([switch for switch, _, _ in self.switches.values()])
        for switch in list(needed):
            if any(other.eq(switch) for other in needed):
                without = self._forbidding([other for other in needed if not other.eq(switch)])
                needed = without or needed
        parts = [self.switches[str(switch)] for switch in needed]
        leaves, facts = (
            [place for _, places, is_leaf in parts if is_leaf is kind for place in places] for kind in (True, False)
        )
        return leaves, facts

    def _forbidding(self, switches: Sequence[Formula]) -> list[Formula]:
        """Of these switches, some that forbid what is asked for; none where they do not."""
        return list(self.solver.unsat_core()) if self.solver.check(*switches) == z3.unsat else []
