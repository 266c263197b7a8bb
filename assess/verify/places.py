"""Where the parts of a rule set stand: gates, leaves of conditions, strategies, their stages, their conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from assess.problems import Place
from assess.ruleset.conditions import Condition, Leaf, leaves, names
from assess.ruleset.load import Located
from assess.ruleset.model import RuleSet
from assess.yamlfile import Path


class Places:
    """The places of one rule set, asked for by what stands there."""

    def __init__(self, located: Located) -> None:
        self.located = located
        self.ruleset: RuleSet = located.ruleset

    def at(self, *path: str | int) -> Place:
        """The place of a part by its path in the rule set's data, such as ``strategies, 3, stages``."""
        return self.located.origins.place(tuple(path))

    def key(self, *path: str | int) -> Place:
        """The place of a key."""
        return self.located.origins.key_place(tuple(path))

    def strategy(self, name: str, *inside: str | int) -> Place:
        """The place of a strategy, or of something in it."""
        return self.at("strategies", self._order["strategies"][name], *(inside or ("id",)))

    def pattern(self, name: str, *inside: str | int) -> Place:
        """The place of a pattern, or of something in it."""
        return self.at("patterns", self._order["patterns"][name], *(inside or ("id",)))

    def gate(self, stage: int) -> Place:
        """The place of a gate."""
        return self.at("stages", stage, "gate")

    def condition(self, condition: Condition, otherwise: Place) -> Place:
        """The place of a condition, or of a part of one."""
        return self.located.places.get(id(condition), otherwise)

    def leaf(self, leaf: Leaf) -> Place:
        """The place of a leaf."""
        return self.leaves[id(leaf)][1]

    def of(self, key: str) -> Place:
        """The place of a conclusion by its key, such as ``unless:boundary:0``."""
        return self.at(*self._paths[key])

    def rule(self, key: str) -> Place:
        """The place of a conclusion, or of what decides the list of ``strategy:ID`` beside its conditions."""
        kind, _, name = key.partition(":")
        return self.strategy(name, "stages") if kind == "strategy" else self.of(key)

    @cached_property
    def leaves(self) -> Mapping[int, tuple[Leaf, Place, str]]:
        """Every leaf as it is written, by identity: itself, its place, and the conclusion that it is written in."""
        return {
            id(leaf): (leaf, self.condition(leaf, self.of(key)), key)
            for key, condition in self.ruleset.conclusions.items()
            for leaf in leaves(condition)
        }

    @cached_property
    def users(self) -> Mapping[str, tuple[str, ...]]:
        """For each conclusion those that come down to it: itself, and for a named condition whatever names it."""
        conclusions, named = self.ruleset.conclusions, self.ruleset.named
        found: dict[str, list[str]] = {key: [] for key in conclusions}

        def follow(condition: Condition) -> Iterator[str]:
            for name in names(condition):
                yield f"condition:{name}"
                yield from follow(named[name])

        for key, condition in conclusions.items():
            for below in dict.fromkeys([key, *follow(condition)]):
                found[below].append(key)
        return {key: tuple(users) for key, users in found.items()}

    @cached_property
    def _order(self) -> Mapping[str, Mapping[str, int]]:
        return {
            "strategies": {strategy.id: index for index, strategy in enumerate(self.ruleset.strategies)},
            "patterns": {pattern.id: index for index, pattern in enumerate(self.ruleset.patterns)},
        }

    @cached_property
    def _paths(self) -> Mapping[str, Path]:
        paths: dict[str, Path] = {}
        for index, condition in enumerate(self.ruleset.conditions):
            paths[f"condition:{condition.name}"] = ("conditions", index, "when")
        for stage in self.ruleset.gates:
            paths[f"gate:{stage}"] = ("stages", stage, "gate")
        for index, pattern in enumerate(self.ruleset.patterns):
            paths[f"pattern:{pattern.id}"] = ("patterns", index, "when")
        for index, check in enumerate(self.ruleset.screening.checks if self.ruleset.screening else ()):
            paths[f"check:{check.id}"] = ("screening", "checks", index, "when")
        for index, strategy in enumerate(self.ruleset.strategies):
            at: Path = ("strategies", index)
            paths[f"when:{strategy.id}"] = (*at, "when")
            for number in range(len(strategy.unless)):
                paths[f"unless:{strategy.id}:{number}"] = (*at, "unless", number, "condition")
            for number, adaptation in enumerate(strategy.here.adaptations if strategy.here else ()):
                paths[f"adaptation:{strategy.id}:{adaptation.id}"] = (*at, "here", "adaptations", number, "for")
        return paths


def in_order(places: Iterable[Place]) -> tuple[Place, ...]:
    """Each place once, the first one first, the others as a reader meets them in the files."""
    first, *others = dict.fromkeys(places)
    return (first, *sorted(others, key=lambda place: (place.file, place.line, place.column)))
