"""All proofs of a rule set, done one after the other; what fails comes with its places and its smallest witness."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any as Formula
from typing import cast

import z3

from assess.engines.reference import Known, bits
from assess.problems import Place
from assess.ruleset.conditions import Condition
from assess.ruleset.load import Located
from assess.ruleset.model import RuleSet, Strategy
from assess.verify.claims import Claims
from assess.verify.logic import FALSE, TRUE, Partial, Space
from assess.verify.places import Places, in_order
from assess.verify.proofs import Failure, proofs
from assess.verify.witness import Witness, smallest


@dataclass(frozen=True, slots=True)
class Unproved:
    """A proof that fails, ready to be said: its code, the values of its sentence, every place, its witness."""

    code: str
    values: Mapping[str, object]
    places: tuple[Place, ...]
    witness: Witness | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of all proofs; ``absent``: the parts that the rule set does not have, of which nothing is proved."""

    count: int
    situations: int
    seconds: float
    unproved: tuple[Unproved, ...]
    failed: int
    follow: int  # fail only because of one that is shown
    absent: tuple[str, ...]


def check(located: Located, progress: Callable[[int, int], None] = lambda done, total: None) -> Checked:
    """Do every proof of a rule set."""
    start = time.monotonic()
    todo = proofs(located)
    found: list[Unproved] = []
    settled = _Settled(located.ruleset)
    failed = follow = 0
    for number, proof in enumerate(todo):
        failure = proof.run()
        if failure and settled.explains(failure):
            follow += 1
        elif failure:
            settled.add(failure)
            failed += 1
            shown = _shown(failure, located)
            one = _as_one(found[-1], shown) if found else None
            found[-1:] = [one] if one else [*found[-1:], shown]
        progress(number + 1, len(todo))
    seconds = time.monotonic() - start
    return Checked(
        len(todo),
        Space(located.ruleset).size,
        seconds,
        tuple(found),
        failed + follow,
        follow,
        tuple(_absent(located.ruleset)),
    )


class _Settled:
    """What is known to be wrong already, so that what only follows from it is not told as one more mistake."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        self.constant: set[str] = set()  # conclusions that are always, or never, so
        self.stages: set[int] = set()  # that are never the only possible one
        self.waiting: set[object] = set()  # strategies that are never advised

    def add(self, failure: Failure) -> None:
        """Keep what a failure says of others."""
        if failure.code == "stage-never":
            self.stages.add(int(str(failure.values["stage"])))
        if failure.code in {"when-never", "unless-always", "never-recommended"}:
            self.waiting.add(failure.values["strategy"])
        if failure.code != "threshold-idle":
            self.constant |= failure.keys

    def explains(self, failure: Failure) -> bool:
        """Whether a failure follows from a constant conclusion, a strategy that waits, or a stage that never is."""
        if failure.code == "threshold-idle":
            return all(key in self.constant or self._of_waiting(key) for key in failure.keys)
        strategy = self.ruleset.strategy.get(str(failure.values.get("strategy")))
        if strategy is None:
            return False
        of_advice = failure.code in {"never-recommended", "adaptation-never", "adaptation-always"}
        return (of_advice and strategy.id in self.waiting) or self.stages.issuperset(strategy.stages)

    def _of_waiting(self, key: str) -> bool:
        """Whether nothing is seen of a conclusion, because its strategy is never advised."""
        kind, _, name = key.partition(":")
        return kind in {"when", "unless", "adaptation"} and name.partition(":")[0] in self.waiting


def _absent(ruleset: RuleSet) -> Iterator[str]:
    parts: Mapping[str, Sequence[object]] = {
        "patterns": ruleset.patterns,
        "types": ruleset.types,
        "strategies": ruleset.strategies,
        "checks": ruleset.screening.checks if ruleset.screening else (),
    }
    return (name for name, part in parts.items() if not part)


def _as_one(first: Unproved, second: Unproved) -> Unproved | None:
    """Both neighbours of one threshold as one failure; nothing where these are two different things."""
    if second.code != "threshold-idle" or (first.code, first.places[0]) != (second.code, second.places[0]):
        return None
    edge = first.values["edge"] or second.values["edge"]
    levels = [level for one in (first, second) for level in cast("list[str]", one.values["levels"])]
    values = {**first.values, "edge": edge, "levels": levels}
    return Unproved(first.code, values, in_order([*first.places, *second.places]))


def _shown(failure: Failure, located: Located) -> Unproved:
    if failure.claim is None:
        return Unproved(failure.code, failure.values, failure.places)
    ruleset, space = located.ruleset, Space(located.ruleset)
    witness = smallest(space, failure.claim(Claims(Partial(space, ruleset))))
    if witness is None or not confirmed(failure, witness, ruleset):  # an engine and a proof that contradict each other
        raise AssertionError(f"no engine confirms the witness of {failure.code}")
    in_the_way = _in_the_way(failure.blocked, Judged.of(witness, ruleset), Places(located))
    return Unproved(failure.code, failure.values, in_order([*failure.places, *in_the_way]), witness)


class Judged:
    """Conditions of one situation, as the reference engine decides them."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.ruleset = known.ruleset

    @classmethod
    def of(cls, witness: Witness, ruleset: RuleSet) -> Judged:
        """The conditions in a witness."""
        situation = witness.situation(ruleset)
        return cls(Known(ruleset, situation.readings, situation.attributes, situation.community_type))

    def holds(self, condition: Condition) -> Formula:
        """Whether a condition holds, as a constant."""
        return TRUE if bits(condition, self.known).certain else FALSE

    def fails(self, condition: Condition) -> Formula:
        """Whether a condition fails, as a constant."""
        return FALSE if bits(condition, self.known).possible else TRUE


def confirmed(failure: Failure, witness: Witness, ruleset: RuleSet) -> bool:
    """Whether the reference engine says of the witness what the proof says of it."""
    assert failure.claim is not None
    return bool(z3.is_true(z3.simplify(failure.claim(Claims(Judged.of(witness, ruleset))))))


def _in_the_way(strategies: Sequence[Strategy], judged: Judged, places: Places) -> Iterator[Place]:
    """The places of the conditions that keep these strategies from being advised in the witness."""
    for strategy in strategies:
        for index, unless in enumerate(strategy.unless):
            if z3.is_true(judged.holds(unless.condition)):
                yield places.strategy(strategy.id, "unless", index, "condition")
        if strategy.when is not None and z3.is_true(judged.fails(strategy.when)):
            yield places.strategy(strategy.id, "when")
