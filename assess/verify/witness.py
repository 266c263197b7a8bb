"""The smallest situation that makes a claim true, as an assessment that can be run.

Smallest: the fewest readings, positions, attributes and types are stated, and whatever is left out makes no
difference. Among several of the same size it is the one that a reader would come to first: gone through in the order
of the rule set, each is left out where it can be, and else stands as low as it can. So the same claim has the same
witness on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any as Formula

import z3

from assess.engines.network import THE_TYPE
from assess.evidence.model import FORMAT
from assess.readings import Position, Reading, Status
from assess.ruleset.model import RuleSet
from assess.situation import Situation
from assess.verify.logic import Space, all_of, negated

_DAY = "2000-01-01"  # an assessment needs a day; nothing in a witness hangs on it
_MOST_QUESTIONS = 400  # beyond them a witness is small rather than smallest


@dataclass(frozen=True, slots=True)
class Witness:
    """What is stated of a situation; everything else is left out and makes no difference."""

    readings: Mapping[str, int]
    positions: Mapping[str, Mapping[str, int]]
    attributes: Mapping[str, str]
    community_type: str | None

    @property
    def size(self) -> int:
        """How many things it states."""
        positions = sum(len(sources) for sources in self.positions.values())
        return len(self.readings) + positions + len(self.attributes) + (self.community_type is not None)

    def situation(self, ruleset: RuleSet, name: str = "witness") -> Situation:
        """The situation, as far as a rule set knows what it states."""
        readings: dict[str, Reading] = {}
        for indicator in ruleset.indicators:
            positions = {
                source: Position(level, level, ruleset.source[source].quorum)
                for source, level in self.positions.get(indicator.id, {}).items()
                if source in ruleset.source
            }
            level = self.readings.get(indicator.id)
            readings[indicator.id] = (
                Reading(0, indicator.highest, Status.MISSING, positions, stated=True)
                if level is None
                else Reading(level, level, Status.SINGLE, positions, stated=True)
            )
        types = {kind.id for kind in ruleset.types}
        return Situation(
            id=name,
            readings=readings,
            community_type=self.community_type if self.community_type in types else None,
            attributes={key: level for key, level in self.attributes.items() if key in ruleset.attribute},
            has_sources=False,
        )

    def yaml(self, name: str, comments: Sequence[str] = ()) -> str:
        """The assessment file: what is not in it is not known."""
        lines = [*(f"# {line}" for text in comments for line in text.splitlines()), f"assess: {FORMAT}", f"id: {name}"]
        lines.append(f"wave: {{date: {_DAY}}}")
        lines += self.stated()
        return "\n".join(lines) + "\n"

    def stated(self) -> Iterator[str]:
        """What it states, a line of the file for the community, the readings and the positions."""
        community = [f"type: {self.community_type}"] if self.community_type else []
        if self.attributes:
            community.append(f"attributes: {_flow(self.attributes)}")
        if community:
            yield f"community: {{{', '.join(community)}}}"
        if self.readings:
            yield f"readings: {_flow(self.readings)}"
        if self.positions:
            yield f"positions: {_flow({name: _flow(sources) for name, sources in self.positions.items()})}"


def _flow(mapping: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in mapping.items()) + "}"


def smallest(space: Space, claim: Formula) -> Witness | None:
    """The smallest situation in which the claim, made in ``Partial`` views, is true; nothing where there is none."""
    solver = space.solver()
    solver.add(claim)
    if solver.check() != z3.sat:
        return None
    return _Search(space, solver).run()


class _Search:
    def __init__(self, space: Space, solver: z3.Solver) -> None:
        self.space = space
        self.solver = solver
        self.stated = list(space.stated.values())
        self.questions = 0

    def run(self) -> Witness:
        size = self._size()
        while size and self._possible([z3.AtMost(*self.stated, size - 1)]):
            size = self._size()
        self.solver.add(z3.AtMost(*self.stated, size))
        return self._lowest()

    def _possible(self, formulas: Sequence[Formula]) -> bool:
        """Whether the claim is possible with these as well; the solver then has a model of it."""
        self.questions += 1
        if self.questions > _MOST_QUESTIONS:
            self.solver.set("timeout", 100)
        self.solver.push()
        self.solver.add(*formulas)
        found = bool(self.solver.check() == z3.sat)
        if found:
            self.model = self.solver.model()
        self.solver.pop()
        return found

    def _size(self) -> int:
        if self.questions == 0:
            self.model = self.solver.model()
        return sum(z3.is_true(self.model.eval(stated, model_completion=True)) for stated in self.stated)

    def _lowest(self) -> Witness:
        """Settles one after the other in the order of the rule set: left out, else as low as can be."""
        readings: dict[str, int] = {}
        positions: dict[str, dict[str, int]] = {}
        attributes: dict[str, str] = {}
        for variable in self.space.variables:
            reached = [self.space.at_least(variable.name, level) for level in range(1, variable.highest + 1)]
            levels = [
                all_of([*reached[:level], negated(reached[level])]) if level < len(reached) else reached[-1]
                for level in range(len(reached) + 1)
            ]
            level = self._settle(variable.name, levels)
            if level is not None:
                name, _, source = variable.name.partition("@")
                if source:
                    positions.setdefault(name, {})[source] = level
                else:
                    readings[name] = level
        for attribute in self.space.attributes:
            levels = [self.space.stands[attribute.name, level] for level in attribute.levels]
            number = self._settle(attribute.name, levels)
            if number is not None:
                attributes[attribute.name] = attribute.levels[number]
        community_type = attributes.pop(THE_TYPE, None)
        return Witness(readings, positions, attributes, community_type)

    def _settle(self, name: str, levels: Sequence[Formula]) -> int | None:
        stated = self.space.stated[name]
        for number, formulas in self._choices(stated, levels):
            if self._holds_in_model(formulas) or self._possible(formulas):
                self.solver.add(*formulas)
                return number
        raise AssertionError("a satisfiable claim has a value for every variable")

    def _choices(self, stated: Formula, levels: Sequence[Formula]) -> Iterator[tuple[int | None, list[Formula]]]:
        yield None, [negated(stated)]
        for number, level in enumerate(levels):
            yield number, [stated, level]

    def _holds_in_model(self, formulas: Sequence[Formula]) -> bool:
        """Whether the last model already is as wanted, so that nothing need be asked."""
        return all(z3.is_true(self.model.eval(formula, model_completion=True)) for formula in formulas)
