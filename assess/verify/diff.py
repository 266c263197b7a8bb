"""What differs between two rule sets: the smallest situations, each confirmed by running both; or that none differs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import z3

from assess.engines.reference import ReferenceEngine
from assess.judge import judge
from assess.problems import Place
from assess.ruleset.load import Located
from assess.ruleset.model import RuleSet
from assess.verdict import Strategies, Verdict
from assess.verify.claims import Claims, List
from assess.verify.differences import Asked, Kind, Two
from assess.verify.logic import Partial, Space, Whole
from assess.verify.places import Places
from assess.verify.witness import Witness, smallest


@dataclass(frozen=True, slots=True)
class ChangedRule:
    """A rule that is written differently: its key, and what stands where in the old and in the new rule set."""

    key: str
    old: str
    new: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that the two verdicts on a situation say differently."""

    kind: Kind
    id: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A kind of conclusion that some rules change: of what, the smallest situation, and all that differs in it."""

    kind: Kind
    subjects: tuple[str, ...]
    rules: tuple[ChangedRule, ...]
    witness: Witness
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of comparing: ids that only one has, and differences.

    ``unknown_too``: nothing differs, and nothing would where something is unknown.
    """

    removed: Mapping[str, tuple[str, ...]]
    added: Mapping[str, tuple[str, ...]]
    differences: tuple[Difference, ...]
    unknown_too: bool
    questions: int
    seconds: float

    @property
    def same(self) -> bool:
        """Whether every situation gets the same conclusions, by the same names."""
        concluding = ("stages", "patterns", "strategies", "checks", "adaptations")
        return not self.differences and not any(self.removed.get(k) or self.added.get(k) for k in concluding)


def compare(old: Located, new: Located, progress: Callable[[int, int], None] = lambda done, total: None) -> Compared:
    """Everything that differs, or the proof that nothing does."""
    start = time.monotonic()
    comparing = _Comparing(old, new)
    asked = list(comparing.two.asked())
    found: dict[tuple[tuple[str, ...], Kind], list[Asked]] = {}
    for number, question in enumerate(asked):
        if comparing.differs_somewhere(question):
            found.setdefault((question.rules, question.kind), []).append(question)
        progress(number + 1, len(asked))
    differences = tuple(comparing.difference(questions) for questions in found.values())
    unknown_too = not differences and comparing.same_everywhere()
    removed, added = (
        {kind: tuple(name for name in ids if name not in other[kind]) for kind, ids in one.items()}
        for one, other in (
            (_ids(old.ruleset), _ids(new.ruleset)),
            (_ids(new.ruleset), _ids(old.ruleset)),
        )
    )
    for ids, ruleset in ((removed, new.ruleset), (added, old.ruleset)):
        # Of a strategy that only one has, its adaptations go without saying.
        ids["adaptations"] = tuple(name for name in ids["adaptations"] if name.partition(":")[0] in ruleset.strategy)
    seconds = time.monotonic() - start
    return Compared(_some(removed), _some(added), differences, unknown_too, len(asked), seconds)


def _some(ids: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {kind: names for kind, names in ids.items() if names}


def _ids(ruleset: RuleSet) -> dict[str, tuple[str, ...]]:
    """Every id of a rule set, by kind."""
    return {
        "indicators": tuple(ruleset.indicator),
        "conditions": tuple(ruleset.named),
        "stages": tuple(str(stage.stage) for stage in ruleset.stages),
        "patterns": tuple(ruleset.pattern),
        "types": tuple(kind.id for kind in ruleset.types),
        "attributes": tuple(ruleset.attribute),
        "strategies": tuple(ruleset.strategy),
        "checks": tuple(check.id for check in ruleset.screening.checks) if ruleset.screening else (),
        "adaptations": tuple(key.partition(":")[2] for key in ruleset.conclusions if key.startswith("adaptation:")),
    }


class _Comparing:
    def __init__(self, old: Located, new: Located) -> None:
        self.located = old, new
        self.two = Two(old.ruleset, new.ruleset)
        self.space = Space(old.ruleset, new.ruleset)
        self.solver = self.space.solver()
        self.whole = Claims(Whole(self.space, old.ruleset)), Claims(Whole(self.space, new.ruleset))
        self.partial = Claims(Partial(self.space, old.ruleset)), Claims(Partial(self.space, new.ruleset))
        self.seen_by_check = False

    def differs_somewhere(self, asked: Asked) -> bool:
        """Whether some situation answers the question; one on all checks only where none on a single check did."""
        if asked.kind is Kind.DECISION and not asked.subject and self.seen_by_check:
            return False
        differs = self._possible(asked.differs(*self.whole))
        self.seen_by_check |= differs and asked.kind is Kind.DECISION
        return differs

    def same_everywhere(self) -> bool:
        """Whether every conclusion is the same function, so that nothing that is unknown can make a difference."""
        return self.two.same_levels and not any(self._possible(pair(*self.whole)) for pair in self.two.everywhere())

    def _possible(self, formula: Any) -> bool:
        self.solver.push()
        self.solver.add(formula)
        found = bool(self.solver.check() == z3.sat)
        self.solver.pop()
        return found

    def difference(self, questions: list[Asked]) -> Difference:
        """The smallest situation of the first of these questions, confirmed by running both rule sets."""
        first = questions[0]
        witness = smallest(self.space, first.differs(*self.partial))
        effects = tuple(effects_of(witness, *(located.ruleset for located in self.located))) if witness else ()
        if witness is None or not any(_confirms(effect, first) for effect in effects):
            raise AssertionError(f"running both does not confirm that {first.kind} {first.subject} differs")
        rules = tuple(self._rule(key) for key in first.rules)
        return Difference(first.kind, tuple(q.subject for q in questions), rules, witness, effects)

    def _rule(self, key: str) -> ChangedRule:
        old, new = (self.two.written(key, located.ruleset) for located in self.located)
        places = [Places(located).rule(key) for located, said in zip(self.located, (old, new), strict=True) if said]
        return ChangedRule(key, old, new, tuple(places))


def _confirms(effect: Effect, asked: Asked) -> bool:
    by_name = asked.kind in {Kind.PATTERN, Kind.LIST, Kind.ADAPTATION}
    return effect.kind is asked.kind and (not by_name or effect.id == asked.subject)


def effects_of(witness: Witness, old: RuleSet, new: RuleSet) -> Iterator[Effect]:
    """What the verdicts of two rule sets on one situation say differently."""
    engine = ReferenceEngine()
    one, other = (judge(ruleset, witness.situation(ruleset), engine) for ruleset in (old, new))
    yield from _differing(Kind.STAGE, {"": _stages(one)}, {"": _stages(other)})
    yield from _differing(Kind.PATTERN, one.patterns, other.patterns)
    if one.screening and other.screening:
        yield from _differing(Kind.DECISION, {"": one.screening.decision}, {"": other.screening.decision})
    yield from _differing(Kind.LIST, lists(one.strategies, old), lists(other.strategies, new))
    yield from _differing(Kind.ADAPTATION, _here(one, old), _here(other, new))


def _differing(kind: Kind, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Effect]:
    for name in old:
        if name in new and old[name] != new[name]:
            yield Effect(kind, name, str(old[name]), str(new[name]))


def _stages(verdict: Verdict) -> str:
    return ", ".join(str(stage) for stage in verdict.stage.possible)


def lists(strategies: Strategies, ruleset: RuleSet) -> dict[str, str]:
    """The list of each strategy, in the rule set's order."""
    placed = {advice.id: name for name in strategies.__class__.model_fields for advice in getattr(strategies, name)}
    return {name: placed.get(name, List.NONE) for name in ruleset.strategy}


def _here(verdict: Verdict, ruleset: RuleSet) -> dict[str, str]:
    """Whether each adaptation holds, of strategies that are recommended or to consider."""
    advised = [*verdict.strategies.recommended, *verdict.strategies.consider]
    return {
        f"{advice.id}:{adaptation.id}": "holds" if adaptation.id in advice.here else "fails"
        for advice in advised
        for adaptation in _adaptations(ruleset, advice.id)
    }


def _adaptations(ruleset: RuleSet, strategy: str) -> tuple[Any, ...]:
    here = ruleset.strategy[strategy].here
    return here.adaptations if here else ()
