"""The condition language: its forms, how they are written and unfolded, and in which direction they look.

::

    condition := "ID >= L" | "ID <= L"               a reading reaches, or stays at or below, a level
               | "ID@source >= L" | "ID@source <= L"   what one source says
               | name                                  a named condition
               | {attribute: {name: [level, ...]}}     a local condition of the community
               | {all: [...]} | {any: [...]} | {at_least: K, of: [...]} | {not: condition}

Everything that can be true or false of a relation is one of these forms, and nothing else in the program knows how
they are written in YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

NAME = re.compile(r"[a-z][a-z0-9-]*")
INDICATOR_ID = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9-]*)")


@dataclass(frozen=True, slots=True)
class Atom:
    """A reading, or one source's position, compared with a level; ``at_least`` tells ``>=`` from ``<=``."""

    indicator: str
    at_least: bool
    level: int
    source: str | None = None

    @property
    def variable(self) -> str:
        """What is compared: ``emb.access`` or ``emb.access@swo``."""
        return f"{self.indicator}@{self.source}" if self.source else self.indicator


@dataclass(frozen=True, slots=True)
class Named:
    """A condition of ``conditions.yaml``, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A local condition: the attribute stands at one of these levels."""

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfType:
    """The community is of one of these types. Only an adaptation's ``for`` says so; the language has no such form."""

    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every member is true."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one member is true."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``count`` members are true."""

    count: int
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The member is false."""

    of: Condition


Condition = Atom | Named | Attribute | OfType | All | Any | AtLeast | Not
Leaf = Atom | Attribute | OfType


def text(condition: Condition) -> str:
    """A condition in one line, as it may be written in YAML's flow style."""
    match condition:
        case Atom(at_least=at_least, level=level):
            return f"{condition.variable} {'>=' if at_least else '<='} {level}"
        case Named(name):
            return name
        case Attribute(name, levels):
            return f"{{attribute: {{{name}: [{', '.join(levels)}]}}}}"
        case OfType(types):
            return f"{{type: [{', '.join(types)}]}}"
        case All(of):
            return f"{{all: [{', '.join(map(text, of))}]}}"
        case Any(of):
            return f"{{any: [{', '.join(map(text, of))}]}}"
        case AtLeast(count, of):
            return f"{{at_least: {count}, of: [{', '.join(map(text, of))}]}}"
        case Not(of):
            return f"{{not: {text(of)}}}"


def members(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly inside this one; a name is not looked into."""
    match condition:
        case All(of) | Any(of) | AtLeast(_, of):
            return of
        case Not(of):
            return (of,)
        case _:
            return ()


def threshold(condition: All | Any | AtLeast) -> int:
    """How many members must be true: all, one, or K. The three forms are one form with three counts."""
    match condition:
        case All(of):
            return len(of)
        case Any():
            return 1
        case AtLeast(count):
            return count


def unfold(condition: Condition, named: Mapping[str, Condition], *, negated: bool = False) -> Condition:
    """The same condition without names, and with ``not`` pushed into the leaves.

    ``not (x >= L)`` is ``x <= L-1``; ``not (at least K of n)`` is "at least n-K+1 of the negations". An attribute
    stays under its ``not``: what its other levels are, the rule set knows.
    """
    match condition:
        case Named(name):
            return unfold(named[name], named, negated=negated)
        case Not(of):
            return unfold(of, named, negated=not negated)
        case Atom(indicator, at_least, level, source) if negated:
            return Atom(indicator, not at_least, level - 1 if at_least else level + 1, source)
        case Atom():
            return condition
        case Attribute() | OfType():
            return Not(condition) if negated else condition
        case All(of) | Any(of) | AtLeast(_, of):
            count = threshold(condition)
            inner = tuple(unfold(member, named, negated=negated) for member in of)
            return AtLeast(len(of) - count + 1 if negated else count, inner)


def leaves(condition: Condition) -> Iterator[Leaf]:
    """The leaves of a condition, in the order in which they are written, names not looked into."""
    if isinstance(condition, Atom | Attribute | OfType):
        yield condition
    for member in members(condition):
        yield from leaves(member)


def signed_leaves(
    condition: Condition, named: Mapping[str, Condition], *, negated: bool = False
) -> Iterator[tuple[Leaf, bool]]:
    """The leaves that a condition comes down to, names followed, each with whether it is looked at upwards."""
    match condition:
        case Atom(at_least=at_least):
            yield condition, at_least is not negated
        case Attribute() | OfType():
            yield condition, not negated
        case Named(name):
            yield from signed_leaves(named[name], named, negated=negated)
        case Not(of):
            yield from signed_leaves(of, named, negated=not negated)
        case All(of) | Any(of) | AtLeast(_, of):
            for member in of:
                yield from signed_leaves(member, named, negated=negated)


def levels_asked(condition: Condition, named: Mapping[str, Condition]) -> dict[str, list[int]]:
    """The levels that a condition which looks upwards asks of each indicator, as often as it asks them."""
    found: dict[str, list[int]] = {}
    for leaf, _ in signed_leaves(condition, named):
        if isinstance(leaf, Atom):
            # A gate may say ``not (x <= 1)``, which needs level 2.
            found.setdefault(leaf.indicator, []).append(leaf.level if leaf.at_least else leaf.level + 1)
    return found


def literals(condition: Condition, named: Mapping[str, Condition]) -> Iterator[Leaf | Not]:
    """The leaves as the condition needs them: negated atoms turned round, other negated leaves under a ``not``."""

    def walk(part: Condition) -> Iterator[Leaf | Not]:
        if isinstance(part, Atom | Attribute | OfType | Not):
            yield part
        else:
            for member in members(part):
                yield from walk(member)

    yield from walk(unfold(condition, named))


def names(condition: Condition) -> Iterator[str]:
    """The names of conditions that this one uses directly."""
    if isinstance(condition, Named):
        yield condition.name
    for member in members(condition):
        yield from names(member)


def variables(condition: Condition, named: Mapping[str, Condition]) -> tuple[str, ...]:
    """The indicators that a condition looks at, names followed, each once, in the order of first use."""
    return tuple(dict.fromkeys(leaf.indicator for leaf, _ in signed_leaves(condition, named) if isinstance(leaf, Atom)))


# --- direction ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Clash:
    """Why two passes would not be exact for a conclusion: a code, what it is about, and the two leaves that clash."""

    code: str
    about: str
    leaves: tuple[Leaf, Leaf]


def circles(named: Mapping[str, Condition]) -> list[tuple[str, ...]]:
    """Circular names, each circle once, starting at its first name."""
    found: dict[frozenset[str], tuple[str, ...]] = {}

    def follow(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            circle = trail[trail.index(name) :]
            found.setdefault(frozenset(circle), circle)
            return
        for below in names(named[name]):
            if below in named:
                follow(below, (*trail, name))

    for name in named:
        follow(name, ())
    return list(found.values())


def clashes(condition: Condition, named: Mapping[str, Condition]) -> list[Clash]:
    """What makes a conclusion inexact: a variable in both directions, an attribute twice, a reading beside a source.

    With none of these every variable can take its best or its worst value on its own, so that one pass with the
    certain and one with the possible bits decides a conclusion exactly, however much is missing.
    """
    signed = list(signed_leaves(condition, named))
    found: dict[tuple[str, str], Clash] = {}
    for index, (first, first_up) in enumerate(signed):
        for second, second_up in signed[index + 1 :]:
            clash = _clash(first, first_up, second, second_up)
            if clash:
                found.setdefault((clash.code, clash.about), clash)
    return list(found.values())


def _clash(first: Leaf, first_up: bool, second: Leaf, second_up: bool) -> Clash | None:
    match first, second:
        case Atom(), Atom() if first.variable == second.variable and first_up is not second_up:
            return Clash("both-directions", first.variable, (first, second))
        case Atom(), Atom() if first.indicator == second.indicator and (first.source is None) is not (
            second.source is None
        ):
            return Clash("overall-and-by-source", first.indicator, (first, second))
        case Attribute(), Attribute() if first.name == second.name:
            return Clash("attribute-twice", first.name, (first, second))
        case _:
            return None
