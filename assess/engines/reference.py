"""The meaning of a rule set, to the letter, compiled once into Python.

Every atom has two bits. *Certain* takes the worst of what is known (``>= L``: the floor; ``<= L``: the ceiling),
*possible* the best. A conclusion is evaluated once with each. Because a variable appears in a conclusion in one
direction only, the two passes are exact: certain means true in every valuation, possible means true in some.

The conditions are written out as one Python function, since a decision that costs microseconds can be taken for
every community of a province; ``bits`` is the same meaning for one condition, for explanations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from assess.engines import Conclusions, Truth, truth
from assess.readings import Reading
from assess.ruleset.conditions import (
    All,
    Any,
    AtLeast,
    Atom,
    Attribute,
    Condition,
    Named,
    Not,
    OfType,
    threshold,
)
from assess.ruleset.model import RuleSet
from assess.ruleset.once import once


class Bits(NamedTuple):
    """Whether a condition is true in every valuation, and whether it is true in some."""

    certain: bool
    possible: bool

    @property
    def truth(self) -> Truth:
        """The same as one word."""
        return truth(self.certain, self.possible)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a relation: an interval a reading and a position, the stated attributes, the type."""

    ruleset: RuleSet
    readings: Mapping[str, Reading]
    attributes: Mapping[str, str]
    community_type: str | None

    def interval(self, indicator: str, source: str | None) -> tuple[int, int]:
        """The levels that an indicator, or one source's position on it, may stand at."""
        reading = self.readings[indicator]
        if source is None:
            return reading.floor, reading.ceiling
        position = reading.positions.get(source)
        return (position.floor, position.ceiling) if position else (0, self.ruleset.indicator[indicator].highest)


def bits(condition: Condition, known: Known) -> Bits:
    """The two bits of one condition."""
    match condition:
        case Atom(indicator, at_least, level, source):
            floor, ceiling = known.interval(indicator, source)
            return Bits(floor >= level, ceiling >= level) if at_least else Bits(ceiling <= level, floor <= level)
        case Attribute(name, levels):
            return _stated(known.attributes.get(name), levels)
        case OfType(types):
            return _stated(known.community_type, types)
        case Named(name):
            return bits(known.ruleset.named[name], known)
        case Not(of):
            inner = bits(of, known)
            return Bits(not inner.possible, not inner.certain)
        case All(of) | Any(of) | AtLeast(_, of):
            needed = threshold(condition)
            inside = [bits(member, known) for member in of]
            certain = sum(member.certain for member in inside) >= needed
            return Bits(certain, sum(member.possible for member in inside) >= needed)


def _stated(value: str | None, wanted: tuple[str, ...]) -> Bits:
    if value is None:
        return Bits(certain=False, possible=True)
    return Bits(value in wanted, value in wanted)


class ReferenceEngine:
    """The engine that defines what the others must say."""

    name = "reference"

    def __call__(
        self,
        ruleset: RuleSet,
        readings: Mapping[str, Reading],
        attributes: Mapping[str, str],
        community_type: str | None,
    ) -> Conclusions:
        """Decide every conclusion of ``ruleset``."""
        compiled = _compiled(ruleset)
        taken = [readings[name] for name in compiled.indicators]
        floors = [reading.floor for reading in taken]
        ceilings = [reading.ceiling for reading in taken]
        for name, source, highest in compiled.positions:
            position = readings[name].positions.get(source)
            floors.append(position.floor if position else 0)
            ceilings.append(position.ceiling if position else highest)
        stated = {**attributes, "": community_type} if community_type else attributes
        return Conclusions(dict(zip(compiled.keys, compiled.decide(floors, ceilings, stated), strict=True)))


Decide = Callable[[list[int], list[int], Mapping[str, str]], tuple[Truth, ...]]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A rule set as a function, with the order of what goes in and comes out."""

    decide: Decide
    indicators: tuple[str, ...]
    positions: tuple[tuple[str, str, int], ...]  # indicator, source, highest level
    keys: tuple[str, ...]


@once
def _compiled(ruleset: RuleSet) -> _Compiled:
    namespace: dict[str, object] = {"HOLDS": Truth.HOLDS, "FAILS": Truth.FAILS, "OPEN": Truth.OPEN}
    # The source consists of numbers, operators and quoted ids of a checked rule set, written by this module.
    exec(compile(python_source(ruleset), f"<rules {ruleset.name}>", "exec"), namespace)
    decide: Decide = namespace["decide"]  # type: ignore[assignment]
    positions = ((name, source, ruleset.indicator[name].highest) for name, source in ruleset.source_variables)
    return _Compiled(decide, tuple(ruleset.indicator), tuple(positions), tuple(ruleset.conclusions))


def python_source(ruleset: RuleSet) -> str:
    """The Python function that decides a rule set: floors, ceilings, stated attributes in; truths out."""
    writer = _Writer(ruleset)
    lines, results = ["def decide(f, c, a):", "    get = a.get"], []
    names = {f"condition:{name}": name for name in ruleset.named}
    order = [*_by_use(ruleset), *(key for key in ruleset.conclusions if key not in names)]
    for key in order:
        condition = ruleset.conclusions[key]
        number = writer.numbers.setdefault(names.get(key, key), len(writer.numbers))
        lines.append(f"    n{number} = {writer.write(condition, certain=True)}")
        lines.append(f"    p{number} = {writer.write(condition, certain=False)}")
    for key in ruleset.conclusions:
        number = writer.numbers[names.get(key, key)]
        results.append(f"HOLDS if n{number} else OPEN if p{number} else FAILS")
    return "\n".join([*lines, f"    return ({', '.join(results)}{',' if results else ''})"])


def _by_use(ruleset: RuleSet) -> list[str]:
    """The named conditions, each after those that it uses."""
    from assess.ruleset.conditions import names

    done: dict[str, None] = {}

    def visit(name: str) -> None:
        for below in names(ruleset.named[name]):
            visit(below)
        done[f"condition:{name}"] = None

    for name in ruleset.named:
        visit(name)
    return list(done)


class _Writer:
    """Writes conditions as Python expressions over ``f`` (floors), ``c`` (ceilings) and ``get`` (attributes)."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.numbers: dict[str, int] = {}
        first = len(ruleset.indicators)
        self.columns: dict[tuple[str, str | None], int] = {
            (indicator.id, None): index for index, indicator in enumerate(ruleset.indicators)
        }
        for index, (indicator, source) in enumerate(ruleset.source_variables):
            self.columns[indicator, source] = first + index

    def write(self, condition: Condition, *, certain: bool) -> str:
        match condition:
            case Atom(indicator, at_least, level, source):
                column = self.columns[indicator, source]
                bound = "f" if at_least is certain else "c"
                return f"{bound}[{column}] {'>=' if at_least else '<='} {level}"
            case Attribute(name, levels):
                return self._stated(name, levels, certain=certain)
            case OfType(types):
                return self._stated("", types, certain=certain)
            case Named(name):
                return f"{'n' if certain else 'p'}{self.numbers[name]}"
            case Not(of):
                return f"not ({self.write(of, certain=not certain)})"
            case All(of):
                return " and ".join(f"({self.write(member, certain=certain)})" for member in of)
            case Any(of):
                return " or ".join(f"({self.write(member, certain=certain)})" for member in of)
            case AtLeast(count, of):
                return " + ".join(f"({self.write(member, certain=certain)})" for member in of) + f" >= {count}"

    @staticmethod
    def _stated(name: str, wanted: tuple[str, ...], *, certain: bool) -> str:
        values = wanted if certain else (*wanted, None)
        return f"get({name!r}) in {values!r}"
