"""What every engine is given in a comparison: the shipped rules, seeded relations, and what must come out."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assess.content import content
from assess.engines import Truth, engine
from assess.engines.columnar import Columnar, row_of
from assess.engines.network import Compares, Network
from assess.readings import Position, Reading, Status
from assess.ruleset.load import load_ruleset
from assess.ruleset.model import RuleSet

SEED = 20261124
Case = tuple[Mapping[str, Reading], Mapping[str, str], str | None]
Bits = dict[int, bool]  # key 2n: certain, 2n+1: possible


def shipped() -> RuleSet:
    """The shipped rule set."""
    ruleset, problems = load_ruleset(content("rules"))
    if ruleset is None:
        raise SystemExit(f"the shipped rules have {len(problems)} problems")
    return ruleset


def cases(ruleset: RuleSet, count: int) -> list[Case]:
    """Seeded relations: a level a relation, sources around it, a third of the readings uncertain or missing."""
    choose = random.Random(SEED)
    found: list[Case] = []
    for _ in range(count):
        level = choose.randint(0, 4)

        def interval(highest: int, level: int = level) -> tuple[int, int]:
            if choose.random() < 0.15:
                return 0, highest
            floor = min(max(level + choose.choice((-1, 0, 0, 1)), 0), highest)
            return floor, min(floor + choose.choice((0, 0, 0, 0, 1)), highest)

        readings = {}
        for indicator in ruleset.indicators:
            heard = [source.id for source in ruleset.sources if choose.random() < 0.5]
            positions = {source: Position(*interval(indicator.highest), 5) for source in heard}
            readings[indicator.id] = Reading(*interval(indicator.highest), Status.SPREAD, positions, stated=True)
        attributes = {a.id: choose.choice(a.level_ids) for a in ruleset.attributes if choose.random() < 0.6}
        found.append((readings, attributes, choose.choice([kind.id for kind in ruleset.types])))
    return found


# --- what peers are given ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """The network in a language with infix comparisons: how atoms are asked, in the order of their numbers."""

    columnar: Columnar

    @property
    def network(self) -> Network:
        """The rule set as comparisons and counts."""
        return self.columnar.network

    def atom(self, bit: str, atom: object, equal: str = "==") -> str:
        """A comparison over the inputs ``f1``, ``c1``, ``a1``; a level that is not stated is -1."""
        if isinstance(atom, Compares):
            variable = self.columnar.variables[atom.variable]
            bound = variable.floor if atom.at_least is (bit == "n") else variable.ceiling
            return f"{bound} {'>=' if atom.at_least else '<='} {atom.level}"
        column = self.columnar.stated[atom.attribute]  # type: ignore[attr-defined]
        levels = sorted(atom.levels)  # type: ignore[attr-defined]
        tests = [f"{column} {equal} {level}" for level in (levels if bit == "n" else [*levels, -1])]
        return " or ".join(tests)

    def inputs(self, case: Case) -> dict[str, int]:
        """The inputs of one case as small numbers."""
        row = row_of(self.columnar, *case)
        names = [name for variable in self.columnar.variables.values() for name in (variable.floor, variable.ceiling)]
        numbers = dict(zip(names, row, strict=False))
        for (attribute, column), value in zip(self.columnar.stated.items(), row[len(names) :], strict=True):
            levels = self.network.levels[attribute]
            numbers[column] = levels.index(str(value)) if value is not None else -1
        return numbers  # type: ignore[return-value]

    def keys(self) -> dict[str, int]:
        """The conclusions by their number."""
        return self.network.conclusions


def expected(ruleset: RuleSet, found: Sequence[Case]) -> list[dict[str, Truth]]:
    """What the reference engine says."""
    decide = engine("reference", ruleset)
    return [dict(decide(ruleset, *case).truths) for case in found]


def check(name: str, terms: Terms, answers: Sequence[Bits], wanted: Sequence[dict[str, Truth]]) -> None:
    """Every conclusion of every case, or the end of the benchmark."""
    for bits, truths in zip(answers, wanted, strict=True):
        for key, number in terms.keys().items():
            truth = Truth.HOLDS if bits[2 * number] else Truth.OPEN if bits[2 * number + 1] else Truth.FAILS
            if truth is not truths[key]:
                raise SystemExit(f"{name} differs at {key}: {truth}, not {truths[key]}")
