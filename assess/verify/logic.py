"""A rule set in z3: thresholds of variables as Booleans, and conclusions over them.

A variable that stands at level L or above makes ``x >= 1`` to ``x >= L`` true; an attribute, and the type, has one
Boolean a level, of which exactly one is true. There are two views of a condition. ``Whole`` looks at a situation in
which everything is known. ``Partial`` looks at one in which something may be left out, and says of a condition what
an engine says of it: that it holds, or fails, whatever the rest is. The second is what a smallest witness is found
with; what has no witness in the first has none in the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any as Formula
from typing import Protocol

import z3

from assess.engines.network import THE_TYPE
from assess.ruleset.conditions import (
    All,
    Any,
    AtLeast,
    Atom,
    Attribute,
    Condition,
    Leaf,
    Named,
    Not,
    OfType,
    threshold,
)
from assess.ruleset.model import RuleSet

TRUE, FALSE = z3.BoolVal(val=True), z3.BoolVal(val=False)


@dataclass(frozen=True, slots=True)
class Levelled:
    """A variable with its highest level."""

    name: str
    highest: int


@dataclass(frozen=True, slots=True)
class Stated:
    """An attribute, or the type, with its levels."""

    name: str
    levels: tuple[str, ...]


class Space:
    """The situations of one rule set, or those that several have in common: its variables as Booleans."""

    def __init__(self, *rulesets: RuleSet) -> None:
        self.variables = tuple(Levelled(name, highest) for name, highest in _variables(rulesets).items())
        self.attributes = tuple(Stated(name, levels) for name, levels in _stated(rulesets).items())
        self.reaches = {
            (variable.name, level): z3.Bool(f"{variable.name}>={level}")
            for variable in self.variables
            for level in range(1, variable.highest + 1)
        }
        self.stands = {
            (attribute.name, level): z3.Bool(f"{attribute.name}={level}")
            for attribute in self.attributes
            for level in attribute.levels
        }
        names = [*(variable.name for variable in self.variables), *(attribute.name for attribute in self.attributes)]
        self.stated = {name: z3.Bool(f"stated {name}") for name in names}

    @property
    def size(self) -> int:
        """How many situations there are."""
        levels = [variable.highest + 1 for variable in self.variables]
        return prod([*levels, *(len(attribute.levels) for attribute in self.attributes)])

    def at_least(self, variable: str, level: int) -> Formula:
        """That a variable stands at this level or above; above the highest level that is common to all, nothing."""
        return TRUE if level < 1 else self.reaches.get((variable, level), FALSE)

    def one_of(self, attribute: str, levels: Sequence[str]) -> Formula:
        """That an attribute stands at one of these levels."""
        return any_of([self.stands[attribute, level] for level in levels if (attribute, level) in self.stands])

    def laws(self) -> Iterator[Formula]:
        """What makes the Booleans one level a variable and one an attribute."""
        for (name, level), reached in self.reaches.items():
            if level > 1:
                yield z3.Implies(reached, self.reaches[name, level - 1])
        for attribute in self.attributes:
            levels = [self.stands[attribute.name, level] for level in attribute.levels]
            yield any_of(levels)
            for index, level in enumerate(levels):
                for other in levels[index + 1 :]:
                    yield z3.Or(z3.Not(level), z3.Not(other))

    def solver(self) -> z3.Solver:
        """A solver that knows the laws of this space."""
        solver = z3.SolverFor("QF_FD")
        solver.add(*self.laws())
        return solver


def _variables(rulesets: Sequence[RuleSet]) -> dict[str, int]:
    """Every indicator, and every source's position that is compared, with the level that all rule sets word."""
    found: dict[str, int] = {}
    for ruleset in rulesets:
        names = {indicator.id: indicator.highest for indicator in ruleset.indicators}
        names |= {f"{name}@{source}": ruleset.indicator[name].highest for name, source in ruleset.source_variables}
        for name, highest in names.items():
            found[name] = min(highest, found.get(name, highest))
    return found


def _stated(rulesets: Sequence[RuleSet]) -> dict[str, tuple[str, ...]]:
    """Every attribute, and the type, with the levels that all rule sets know."""
    found: dict[str, tuple[str, ...]] = {}
    for ruleset in rulesets:
        names = {attribute.id: attribute.level_ids for attribute in ruleset.attributes}
        if ruleset.types:
            names[THE_TYPE] = tuple(kind.id for kind in ruleset.types)
        for name, levels in names.items():
            known = found.get(name, levels)
            found[name] = tuple(level for level in known if level in levels) or known
    return found


class View(Protocol):
    """Says of conditions that they hold or fail, as formulas; of the type, that it is or is not one of some."""

    ruleset: RuleSet

    def holds(self, condition: Condition) -> Formula:
        """That a condition holds."""
        ...

    def fails(self, condition: Condition) -> Formula:
        """That a condition fails."""
        ...


class Whole:
    """Conditions of a situation in which everything is known: what does not hold fails.

    ``leaf`` may say something else of some leaves; what it answers nothing of is read as it stands.
    """

    def __init__(self, space: Space, ruleset: RuleSet, leaves: Mapping[int, Formula] | None = None) -> None:
        self.space = space
        self.ruleset = ruleset
        self.leaves = leaves or {}
        self._made: dict[int, Formula] = {}
        self._kept: list[Condition] = []

    def holds(self, condition: Condition) -> Formula:
        """That a condition is true."""
        if id(condition) not in self._made:
            self._kept.append(condition)  # its identity must not go to another one
            self._made[id(condition)] = self._make(condition)
        return self._made[id(condition)]

    def fails(self, condition: Condition) -> Formula:
        """That a condition is false."""
        return negated(self.holds(condition))

    def _make(self, condition: Condition) -> Formula:
        match condition:
            case Named(name):
                return self.holds(self.ruleset.named[name])
            case Not(of):
                return negated(self.holds(of))
            case All(of) | Any(of) | AtLeast(_, of):
                return count_of(threshold(condition), [self.holds(member) for member in of])
            case Atom() | Attribute() | OfType():
                other = self.leaves.get(id(condition))
                return leaf_of(self.space, condition) if other is None else other


def leaf_of(space: Space, leaf: Leaf) -> Formula:
    """What a leaf says of a situation."""
    match leaf:
        case Atom(at_least=True, level=level):
            return space.at_least(leaf.variable, level)
        case Atom(level=level):
            return negated(space.at_least(leaf.variable, level + 1))
        case Attribute(name, levels):
            return space.one_of(name, levels)
        case OfType(types):
            return space.one_of(THE_TYPE, types)


class Partial:
    """Conditions of a situation in which something may be left out: certain and possible, as the engines have them."""

    def __init__(self, space: Space, ruleset: RuleSet) -> None:
        self.space = space
        self.ruleset = ruleset
        self._made: dict[int, tuple[Formula, Formula]] = {}
        self._kept: list[Condition] = []

    def holds(self, condition: Condition) -> Formula:
        """That a condition is true whatever is left out."""
        return self._bits(condition)[0]

    def fails(self, condition: Condition) -> Formula:
        """That a condition is false whatever is left out."""
        return negated(self._bits(condition)[1])

    def _bits(self, condition: Condition) -> tuple[Formula, Formula]:
        if id(condition) not in self._made:
            self._kept.append(condition)
            self._made[id(condition)] = self._make(condition)
        return self._made[id(condition)]

    def _make(self, condition: Condition) -> tuple[Formula, Formula]:
        match condition:
            case Named(name):
                return self._bits(self.ruleset.named[name])
            case Not(of):
                certain, possible = self._bits(of)
                return negated(possible), negated(certain)
            case All(of) | Any(of) | AtLeast(_, of):
                inside = [self._bits(member) for member in of]
                needed = threshold(condition)
                return count_of(needed, [bit[0] for bit in inside]), count_of(needed, [bit[1] for bit in inside])
            case Atom() | Attribute() | OfType():
                value, stated = leaf_of(self.space, condition), self.space.stated[about(condition)]
                return all_of([stated, value]), any_of([negated(stated), value])


def about(leaf: Leaf) -> str:
    """The variable, attribute or type that a leaf looks at."""
    match leaf:
        case Atom():
            return leaf.variable
        case Attribute(name):
            return name
        case OfType():
            return THE_TYPE


# --- formulas ----------------------------------------------------------------------------------------------------


def negated(formula: Formula) -> Formula:
    """Not, where constants and a double not go away."""
    if z3.is_true(formula):
        return FALSE
    if z3.is_false(formula):
        return TRUE
    return formula.arg(0) if z3.is_not(formula) else z3.Not(formula)


def all_of(parts: Sequence[Formula]) -> Formula:
    """And, where constants go away."""
    left = [part for part in parts if not z3.is_true(part)]
    if any(z3.is_false(part) for part in left):
        return FALSE
    return TRUE if not left else left[0] if len(left) == 1 else z3.And(left)


def any_of(parts: Sequence[Formula]) -> Formula:
    """Or, where constants go away."""
    left = [part for part in parts if not z3.is_false(part)]
    if any(z3.is_true(part) for part in left):
        return TRUE
    return FALSE if not left else left[0] if len(left) == 1 else z3.Or(left)


def count_of(needed: int, parts: Sequence[Formula]) -> Formula:
    """That at least so many parts are true."""
    if needed <= 1:
        return any_of(parts) if needed == 1 else TRUE
    if needed >= len(parts):
        return all_of(parts) if needed == len(parts) else FALSE
    left = [part for part in parts if not z3.is_false(part) and not z3.is_true(part)]
    certain = sum(z3.is_true(part) for part in parts)
    if certain or len(left) < len(parts):
        return count_of(needed - certain, left)
    return z3.AtLeast(*left, needed)


def differ(one: Formula, other: Formula) -> Formula:
    """That exactly one of two is true."""
    if z3.is_true(one) or z3.is_false(one):
        one, other = other, one
    if z3.is_true(other):
        return negated(one)
    if z3.is_false(other):
        return one
    return FALSE if one.eq(other) else z3.Xor(one, other)
