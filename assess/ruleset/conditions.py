"""The condition language: its forms, how it is read, unfolded and written, and in which direction it looks.

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
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assess.problems import Place, Problem, nearest, unknown
from assess.yamlfile import Document, Path, field_name

NAME = re.compile(r"[a-z][a-z0-9-]*")
INDICATOR_ID = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9-]*)")
_COMPARISON = re.compile(
    r"\s*(?P<id>[^\s@<>=]+?)\s*(@\s*(?P<source>[^\s@<>=]+?)\s*)?(?P<op>>=|<=|==|=|>|<|≥|≤|=>|=<)\s*(?P<level>\S+)\s*"
)


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


def names(condition: Condition) -> Iterator[str]:
    """The names of conditions that this one uses directly."""
    if isinstance(condition, Named):
        yield condition.name
    for member in members(condition):
        yield from names(member)


def variables(condition: Condition, named: Mapping[str, Condition]) -> tuple[str, ...]:
    """The indicators that a condition looks at, names followed, each once, in the order of first use."""
    return tuple(dict.fromkeys(leaf.indicator for leaf, _ in signed_leaves(condition, named) if isinstance(leaf, Atom)))


# --- reading -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a condition may speak of: indicators with their highest level and sources, attributes, named conditions."""

    highest: Mapping[str, int]
    sources: Mapping[str, tuple[str, ...]]
    attributes: Mapping[str, tuple[str, ...]]
    named: tuple[str, ...]


class Reader:
    """Reads conditions out of a document; what is wrong with them is collected in ``problems``."""

    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self.document = document
        self.vocabulary = vocabulary
        self.problems: list[Problem] = []
        self.places: dict[int, Place] = {}  # of each node read, by identity: equal leaves may stand in two places
        self._kept: list[Condition] = []

    def read(self, data: typing.Any, path: Path) -> Condition | None:
        """The condition at ``path``, or nothing when any part of it is wrong."""
        condition = self._read(data, path)
        if condition is not None:
            self.places[id(condition)] = self.document.place(path)
            self._kept.append(condition)
        return condition

    def _read(self, data: typing.Any, path: Path) -> Condition | None:
        if isinstance(data, str):
            return self._comparison(data, path) if re.search(r"[<>=≥≤]", data) else self._name(data, path)
        if isinstance(data, dict):
            return self._mapping(data, path)
        self._say("condition-form", path, _shown(data))
        return None

    def _say(self, code: str, path: Path, value: str = "", expected: tuple[str, ...] = (), **more: str) -> None:
        place = self.document.place(path)
        meant = nearest(value, expected) if expected else ""
        self.problems.append(Problem(code, place, field_name(path), value, expected, meant, more=more))

    def _name(self, name: str, path: Path) -> Condition | None:
        if name in self.vocabulary.named:
            return Named(name)
        if name in self.vocabulary.highest:
            self._say("condition-no-comparison", path, name, (f"{name} >= 2",))
        else:
            self.problems.append(
                unknown(
                    "unknown-condition",
                    self.document.place(path),
                    field_name(path),
                    name,
                    self.vocabulary.named,
                )
            )
        return None

    def _comparison(self, written: str, path: Path) -> Condition | None:
        found = _COMPARISON.fullmatch(written)
        if not found or found["op"] not in {">=", "<="}:
            self._say("comparison-form", path, written, self._repaired(found))
            return None
        indicator, source, at_least = found["id"], found["source"], found["op"] == ">="
        if indicator not in self.vocabulary.highest:
            column = written.index(indicator)
            place = self.document.place(path)
            there = Place(place.file, place.line, place.column + column)
            self.problems.append(
                unknown("unknown-indicator", there, field_name(path), indicator, self.vocabulary.highest)
            )
            return None
        if source and source not in self.vocabulary.sources[indicator]:
            self._say("source-may-not-rate", path, source, self.vocabulary.sources[indicator], indicator=indicator)
            return None
        top = self.vocabulary.highest[indicator]
        lowest, highest = (1, top) if at_least else (0, top - 1)
        digits = found["level"]
        if not (digits.isascii() and digits.isdigit() and lowest <= int(digits) <= highest):
            allowed = tuple(str(level) for level in range(lowest, highest + 1))
            self._say("level-out-of-range", path, digits, allowed, indicator=indicator, comparison=found["op"])
            return None
        return Atom(indicator, at_least, int(digits), source)

    @staticmethod
    def _repaired(found: re.Match[str] | None) -> tuple[str, ...]:
        if not found:
            return ("emb.access >= 2",)
        subject = f"{found['id']}@{found['source']}" if found["source"] else found["id"]
        level = found["level"]
        if found["op"] in {"=>", "≥"}:
            return (f"{subject} >= {level}",)
        if found["op"] in {"=<", "≤"}:
            return (f"{subject} <= {level}",)
        if level.isdigit():
            number = int(level)
            options = {">": (f"{subject} >= {number + 1}",), "<": (f"{subject} <= {max(number - 1, 0)}",)}
            return options.get(found["op"], (f"{subject} >= {number}", f"{subject} <= {number}"))
        return (f"{subject} >= 2",)

    def _mapping(self, data: dict[str, typing.Any], path: Path) -> Condition | None:
        keys = set(data)
        if keys == {"attribute"}:
            return self._attribute(data["attribute"], (*path, "attribute"))
        if keys == {"not"}:
            inner = self.read(data["not"], (*path, "not"))
            return Not(inner) if inner else None
        if keys == {"at_least", "of"}:
            return self._at_least(data, path)
        if keys in ({"all"}, {"any"}):
            (word,) = keys
            inner_members = self._members(data[word], (*path, word))
            if inner_members is None:
                return None
            return All(inner_members) if word == "all" else Any(inner_members)
        self._say("condition-form", path, _shown(data))
        return None

    def _members(self, data: typing.Any, path: Path) -> tuple[Condition, ...] | None:
        if not isinstance(data, list) or not data:
            self._say("condition-empty", path, _shown(data))
            return None
        read = [self.read(member, (*path, index)) for index, member in enumerate(data)]
        good = tuple(member for member in read if member is not None)
        return good if len(good) == len(read) else None

    def _at_least(self, data: dict[str, typing.Any], path: Path) -> Condition | None:
        inner = self._members(data["of"], (*path, "of"))
        count, size = data["at_least"], len(data["of"]) if isinstance(data["of"], list) else 0
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= max(size, 1):
            allowed = tuple(str(number) for number in range(1, size + 1))
            self._say("count-out-of-range", (*path, "at_least"), _shown(count), allowed)
            return None
        return AtLeast(int(count), inner) if inner else None

    def _attribute(self, data: typing.Any, path: Path) -> Condition | None:
        if not isinstance(data, dict) or len(data) != 1:
            self._say("attribute-form", path, _shown(data))
            return None
        ((name, wanted),) = data.items()
        known = self.vocabulary.attributes.get(name)
        if known is None:
            place = self.document.key_place((*path, name))
            self.problems.append(
                unknown("unknown-attribute", place, field_name(path), name, self.vocabulary.attributes)
            )
            return None
        if not isinstance(wanted, list) or not wanted:
            self._say("attribute-form", (*path, name), _shown(wanted))
            return None
        wrong = [(index, level) for index, level in enumerate(wanted) if level not in known]
        for index, level in wrong:
            self._say("unknown-level", (*path, name, index), _shown(level), known, attribute=name)
        if not wrong and set(wanted) == set(known):
            self._say("attribute-all-levels", (*path, name), ", ".join(wanted), attribute=name)
            return None
        return None if wrong else Attribute(name, tuple(dict.fromkeys(wanted)))


def _shown(data: typing.Any) -> str:
    if data is None:
        return ""
    shown = str(data)
    return shown if len(shown) <= 80 else shown[:77] + "..."


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
