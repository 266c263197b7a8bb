"""Conditions in words, each part with a link to what it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from assess.catalogue import Catalogue, Words
from assess.codebook.page import Line, Piece
from assess.report.words import typeset
from assess.ruleset.conditions import (
    Atom,
    Attribute,
    Condition,
    Leaf,
    Named,
    Not,
    OfType,
    members,
    threshold,
)
from assess.ruleset.model import RuleSet


def anchor(kind: str, name: str | int) -> str:
    """The anchor of an entry."""
    return f"{kind}-{name}".replace(".", "-")


class Wording:
    """A rule set in one language."""

    def __init__(self, ruleset: RuleSet, catalogue: Catalogue) -> None:
        self.ruleset = ruleset
        self.catalogue = catalogue

    def say(self, key: str, /, **values: object) -> str:
        """A sentence of the codebook."""
        return self.catalogue.say(f"codebook.{key}", **values)

    def text(self, words: Words | None) -> str:
        """A text of the rule set, as it is printed."""
        return typeset(self.catalogue.words(words))

    @cached_property
    def names(self) -> dict[tuple[str, str], str]:
        """What every entry is called, by kind and id."""
        rules = self.ruleset
        found: dict[tuple[str, str], Words] = {("indicator", one.id): one.name for one in rules.indicators}
        found |= {("condition", one.name): one.says for one in rules.conditions}
        found |= {("pattern", one.id): one.name for one in rules.patterns}
        found |= {("strategy", one.id): one.name for one in rules.strategies}
        found |= {("check", one.id): one.name for one in (rules.screening.checks if rules.screening else ())}
        found |= {("type", one.id): one.name for one in rules.types}
        found |= {("attribute", one.id): one.name for one in rules.attributes}
        found |= {("event", one.id): one.name for one in rules.events}
        found |= {("source", one.id): one.name for one in rules.sources}
        named = {key: self.text(words) for key, words in found.items()}
        stages = {
            ("stage", str(one.stage)): self.say("stage", number=one.stage, name=self.text(one.name))
            for one in rules.stages
        }
        return named | stages

    def link(self, kind: str, name: str) -> Piece:
        """The name of an entry, with a link to it."""
        return Piece(self.names[kind, name], anchor(kind, name))

    def links(self, kind: str, names: tuple[str, ...]) -> Line:
        """Several entries of one kind in a line."""
        pieces: list[Piece] = []
        for index, name in enumerate(names):
            pieces += [Piece(self.say("comma"))] if index else []
            pieces.append(self.link(kind, name) if (kind, name) in self.names else Piece(name))
        return Line(tuple(pieces))

    # --- conditions ----------------------------------------------------------------------------------------------

    def condition(self, condition: Condition, depth: int = 0) -> Iterator[Line]:
        """A condition line by line; what belongs to a count stands below it."""
        match condition:
            case Named(name):
                yield Line((self.link("condition", name),), depth)
            case Atom() | Attribute() | OfType():
                yield Line((self._leaf(condition),), depth)
            case Not(of):
                yield Line((Piece(self.say("not")),), depth)
                yield from self.condition(of, depth + 1)
            case _:
                inner = members(condition)
                if len(inner) == 1:
                    yield from self.condition(inner[0], depth)
                    return
                count = threshold(condition)
                yield Line((Piece(self.say("count", count=count, of=len(inner))),), depth)
                for member in inner:
                    yield from self.condition(member, depth + 1)

    def _leaf(self, leaf: Leaf) -> Piece:
        say = self.catalogue.say
        match leaf:
            case Atom(indicator, at_least, level, source):
                who = say("report.the", name=self.names["source", source]) if source else ""
                name = self.names["indicator", indicator]
                said = say("report.leaf.atom", indicator=name, at_least=at_least, level=level, who=who)
                return Piece(said, anchor("indicator", indicator))
            case Attribute(name, levels):
                attribute = self.ruleset.attribute[name]
                called = [self.text(level.name) for level in attribute.levels if level.id in levels]
                said = say("report.leaf.attribute", name=self.names["attribute", name], levels=called)
                return Piece(said, anchor("attribute", name))
            case OfType(types):
                named = self.catalogue.either(self.names["type", one] for one in types)
                return Piece(named, anchor("type", types[0]))
