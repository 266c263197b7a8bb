"""A rule set as a network of thresholds: numbered atoms, and nodes that are true when enough of their parts are.

``all``, ``any`` and ``at_least`` are one form with three counts, and ``not`` has gone into the atoms; so the network
has nothing but comparisons and counts, which is what a forward-chaining engine can carry. Parts have smaller numbers
than what they are part of, and equal parts are one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True)
class Compares:
    """An atom on a variable (``emb.access``, ``emb.access@swo``): at least, or at most, a level."""

    variable: str
    at_least: bool
    level: int


@dataclass(frozen=True, slots=True)
class Stands:
    """An attribute, or the community's type, stands at one of these levels, by their numbers."""

    attribute: str
    levels: frozenset[int]


Part = Compares | Stands
THE_TYPE = ""  # no attribute has this name


@dataclass(slots=True)
class Network:
    """Numbers of atoms, of counting nodes ``(count, parts)``, and of each conclusion."""

    atoms: dict[Part, int] = field(default_factory=dict)
    nodes: dict[tuple[int, tuple[int, ...]], int] = field(default_factory=dict)
    conclusions: dict[str, int] = field(default_factory=dict)
    levels: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def number(self) -> int:
        """The next free number."""
        return len(self.atoms) + len(self.nodes)


def network(ruleset: RuleSet) -> Network:
    """The network of a rule set's conclusions, in their order."""
    return _Lowering(ruleset).run()


class _Lowering:
    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        self.network = Network(
            levels={
                THE_TYPE: tuple(kind.id for kind in ruleset.types),
                **{attribute.id: attribute.level_ids for attribute in ruleset.attributes},
            }
        )
        self.named: dict[tuple[str, bool], int] = {}

    def run(self) -> Network:
        for key, condition in self.ruleset.conclusions.items():
            kind, _, name = key.partition(":")
            number = self._name(name, sign=True) if kind == "condition" else self._lower(condition, sign=True)
            self.network.conclusions[key] = number
        return self.network

    def _name(self, name: str, *, sign: bool) -> int:
        key = name, sign
        if key not in self.named:
            self.named[key] = self._lower(self.ruleset.named[name], sign=sign)
        return self.named[key]

    def _lower(self, condition: Condition, *, sign: bool) -> int:
        match condition:
            case Named(name):
                return self._name(name, sign=sign)
            case Not(of):
                return self._lower(of, sign=not sign)
            case Atom(level=level, at_least=at_least):
                bound = level if sign else level - 1 if at_least else level + 1
                return self._atom(Compares(condition.variable, at_least is sign, bound))
            case Attribute(name, wanted):
                return self._stands(name, wanted, sign=sign)
            case OfType(types):
                return self._stands(THE_TYPE, types, sign=sign)
            case All(of) | Any(of) | AtLeast(_, of):
                count = threshold(condition)
                parts = tuple(self._lower(member, sign=sign) for member in of)
                return self._node(count if sign else len(of) - count + 1, parts)

    def _stands(self, name: str, wanted: tuple[str, ...], *, sign: bool) -> int:
        numbers = [number for number, level in enumerate(self.network.levels[name]) if (level in wanted) is sign]
        return self._atom(Stands(name, frozenset(numbers)))

    def _node(self, count: int, parts: tuple[int, ...]) -> int:
        if len(parts) == 1:
            return parts[0]
        key = count, parts
        if key not in self.network.nodes:
            self.network.nodes[key] = self.network.number()
        return self.network.nodes[key]

    def _atom(self, atom: Part) -> int:
        if atom not in self.network.atoms:
            self.network.atoms[atom] = self.network.number()
        return self.network.atoms[atom]


def arcs(net: Network) -> list[tuple[int, int, int]]:
    """Every (part, node, place of the part in the node)."""
    return [(part, node, place) for (_, parts), node in net.nodes.items() for place, part in enumerate(parts)]


def names(net: Network) -> Mapping[int, tuple[str, ...]]:
    """What each number stands for: the comparison itself, the keys of conclusions, or a count of parts."""
    found: dict[int, list[str]] = {number: [_written(atom, net)] for atom, number in net.atoms.items()}
    found |= {number: [f"at-least:{count}/{len(parts)}:{number}"] for (count, parts), number in net.nodes.items()}
    conclusions: dict[int, list[str]] = {}
    for key, number in net.conclusions.items():
        conclusions.setdefault(number, []).append(key)
    for number, keys in conclusions.items():
        # A counting node is known by what it concludes; an atom is told before what follows from it.
        found[number] = [*(name for name in found[number] if not name.startswith("at-least:")), *keys]
    return {number: tuple(keys) for number, keys in found.items()}


def _written(atom: Part, net: Network) -> str:
    if isinstance(atom, Compares):
        return f"atom:{atom.variable}{'>=' if atom.at_least else '<='}{atom.level}"
    levels = [net.levels[atom.attribute][number] for number in sorted(atom.levels)]
    return f"attribute:{atom.attribute or 'type'}={'|'.join(levels)}"
