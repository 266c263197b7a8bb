"""Which mutants of a rule set its cases notice: each is judged on the cases that it can touch, until one differs.

Only what can have changed is decided anew. What no case notices is put to the solver, where it is installed: a mutant
that no situation tells from the rule set is *equivalent* and counts for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from assess.cases import Case, case_files, load_all
from assess.engines import Conclusions
from assess.engines.reference import Known, ReferenceEngine, bits
from assess.expectations import differences, found, found_of
from assess.ladder import stage
from assess.ruleset.load import Located, load_located
from assess.ruleset.model import RuleSet, Strategy
from assess.ruleset.references import ANY_TYPE
from assess.verify.mutants import Mutant, mutants
from assess.verify.places import Places

_reference = ReferenceEngine()
_AT_ONCE = 40  # mutants that a process takes at a time
_BY_TRUTHS = frozenset({"conditions", "patterns", "stage", "strategies", "screening"})
_EXPLAINS = ("gate:", "pattern:", "check:")


class Fate(StrEnum):
    """What became of a mutant."""

    NOTICED = "noticed"
    EQUIVALENT = "equivalent"
    SURVIVES = "survives"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A mutant and what became of it; ``by`` is the case that noticed it."""

    mutant: Mutant
    fate: Fate
    by: str = ""


@dataclass(frozen=True)
class _Example:
    """A case with what is needed to see quickly whether a mutant touches it."""

    case: Case
    truths: Conclusions

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of what is expected."""
        return frozenset(_words(self.case.expect))

    @cached_property
    def whole_lists(self) -> bool:
        """Whether a list of strategies is expected entry by entry, so that every strategy counts."""
        expected = self.case.expect.get("strategies")
        return isinstance(expected, Mapping) and any(isinstance(one, list | tuple) for one in expected.values())

    def possible(self, ruleset: RuleSet) -> tuple[int, ...]:
        """The stages that are possible under the rule set as it is."""
        return stage(self.truths.of("gate"), self.case.situation.readings, ruleset).possible


def _words(expected: Any) -> Iterator[str]:
    if isinstance(expected, Mapping):
        for key, value in expected.items():
            yield str(key)
            yield from _words(value)
    elif isinstance(expected, list | tuple):
        for item in expected:
            yield from _words(item)
    else:
        yield str(expected)


@dataclass(frozen=True)
class Bench:
    """A rule set with its cases, ready to try mutants on."""

    places: Places
    cases: Sequence[Case]

    @cached_property
    def mutants(self) -> Sequence[Mutant]:
        """All mutants, in their order."""
        return tuple(mutants(self.places))

    @cached_property
    def failing(self) -> Sequence[Case]:
        """The cases that fail as it is; they would seem to notice everything."""
        return [case for case in self.cases if case.differences(self.places.ruleset)]

    @cached_property
    def _examples(self) -> Sequence[_Example]:
        ruleset = self.places.ruleset
        failing = {id(case) for case in self.failing}
        return [
            _Example(
                case,
                _reference(ruleset, case.situation.readings, case.situation.attributes, case.situation.community_type),
            )
            for case in self.cases
            if id(case) not in failing
        ]

    def notices(self, mutant: Mutant) -> str | None:
        """The id of the first case that a mutant makes fail, or nothing."""
        changed = mutant.made(self.places.ruleset)
        affected = self._affected(mutant)
        spoken_of = {name for key in affected for name in key.split(":")[1:2]} | {mutant.of.split(":")[1]}
        # Cases that name what is changed come first: they are the ones that notice.
        for example in sorted(self._examples, key=lambda one: one.words.isdisjoint(spoken_of)):
            if self._differs(example, changed, affected, mutant, spoken_of):
                return example.case.id
        return None

    def _affected(self, mutant: Mutant) -> tuple[str, ...]:
        if mutant.kind == "required":
            return (mutant.of,)
        return self.places.users.get(mutant.of, ())

    def _differs(
        self, example: _Example, changed: RuleSet, affected: Sequence[str], mutant: Mutant, spoken_of: set[str]
    ) -> bool:
        case = example.case
        parts = [part for part in case.expect if _touches(part, example, affected, mutant, spoken_of)]
        if not parts:
            return False
        truths = dict(example.truths.truths)
        situation = case.situation
        known = Known(changed, situation.readings, situation.attributes, situation.community_type)
        for key in affected:
            truths[key] = bits(changed.conclusions[key], known).truth
        if truths == example.truths.truths and not self._may_differ(example, changed, affected, mutant):
            return False
        quick = [part for part in parts if part in _BY_TRUTHS]
        seen = found_of(changed, situation, Conclusions(truths), quick)
        if any(any(differences(case.expect[part], seen[part])) for part in quick):
            return True
        slow = [part for part in parts if part not in _BY_TRUTHS]
        whole = found(changed, situation, slow) if slow else {}
        return any(any(differences(case.expect[part], whole.get(part))) for part in slow)

    def _may_differ(self, example: _Example, changed: RuleSet, affected: Sequence[str], mutant: Mutant) -> bool:
        """Whether a verdict can be another one although every conclusion is as before."""
        kind, _, name = mutant.of.partition(":")
        if mutant.kind in {"fits", "less_fit"}:
            here = example.case.situation.community_type
            return _type_doubt(changed.strategy[name], here) != _type_doubt(self.places.ruleset.strategy[name], here)
        if mutant.kind == "stages":
            toggled = set(changed.strategy[name].stages) ^ set(self.places.ruleset.strategy[name].stages)
            return not toggled.isdisjoint(example.possible(self.places.ruleset))
        if kind == "adaptation":
            return False
        # What is nearest, and which stages are possible, hangs on more than the truth of a gate.
        of_gate = any(key.startswith("gate:") for key in affected)
        return of_gate or kind == "strategy" or mutant.kind == "required" or "reasons" in example.words


def _type_doubt(strategy: Strategy, here: str | None) -> object:
    """What is said of a strategy and a type of community, as far as it can differ."""
    anywhere = ANY_TYPE in strategy.fits
    if here is None:
        return not anywhere or bool(strategy.less_fit)
    return "less" if here in strategy.less_fit else anywhere or here in strategy.fits


def _touches(part: str, example: _Example, affected: Sequence[str], mutant: Mutant, spoken_of: set[str]) -> bool:
    """Whether a mutant can change a part of the verdict in a way that a case would see."""
    gates = any(key.startswith("gate:") for key in affected)
    match part:
        case "conditions" | "patterns" | "screening":
            kind = {"conditions": "condition:", "patterns": "pattern:", "screening": "check:"}[part]
            return any(key.startswith(kind) for key in affected)
        case "stage":
            return gates
        case "strategies":
            if mutant.of.startswith("check:"):
                return False
            return gates or example.whole_lists or not example.words.isdisjoint(spoken_of)
        case _:
            return any(key.startswith(_EXPLAINS) for key in affected)


# --- all of them -------------------------------------------------------------------------------------------------


@dataclass
class Result:
    """What became of all mutants."""

    outcomes: list[Outcome] = field(default_factory=list)
    proved: bool = True  # whether the solver was there to tell equivalent mutants apart

    def count(self, fate: Fate, group: str | None = None) -> int:
        """How many mutants of a group, or of all, have this fate."""
        return sum(one.fate is fate for one in self.outcomes if group in {None, one.mutant.group})

    def share(self, group: str | None = None) -> float:
        """The percentage noticed of those that some situation tells apart."""
        noticed, survive = self.count(Fate.NOTICED, group), self.count(Fate.SURVIVES, group)
        return 100 * noticed / (noticed + survive) if noticed + survive else 100.0

    @property
    def survivors(self) -> list[Outcome]:
        """The mutants that no case notices though some situation tells them apart."""
        return [one for one in self.outcomes if one.fate is Fate.SURVIVES]


def try_all(
    bench: Bench, folder: Path, chosen: Sequence[int], workers: int, progress: Callable[[int, int], None]
) -> Result:
    """What becomes of the chosen mutants, by their place among all."""
    from assess.verify import available

    noticed: dict[int, str | None] = {}
    for some in _tried(bench, folder, chosen, workers):
        noticed |= some
        progress(len(noticed), len(chosen))
    result = Result(proved=available())
    unlike = _tells_apart(bench) if result.proved else lambda _: True
    for index in chosen:
        mutant, by = bench.mutants[index], noticed[index]
        fate = Fate.NOTICED if by is not None else Fate.SURVIVES if unlike(mutant) else Fate.EQUIVALENT
        result.outcomes.append(Outcome(mutant, fate, by or ""))
    return result


def _tells_apart(bench: Bench) -> Callable[[Mutant], bool]:
    from assess.verify.equivalence import Telling

    telling = Telling(bench.places)
    return telling.tells_apart


def _tried(bench: Bench, folder: Path, chosen: Sequence[int], workers: int) -> Iterator[dict[int, str | None]]:
    chunks = [chosen[start : start + _AT_ONCE] for start in range(0, len(chosen), _AT_ONCE)]
    if workers < 2 or len(chunks) < 2:
        for chunk in chunks:
            yield {index: bench.notices(bench.mutants[index]) for index in chunk}
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed

    with ProcessPoolExecutor(min(workers, len(chunks)), initializer=_open, initargs=(folder,)) as pool:
        for done in as_completed([pool.submit(_try_chunk, chunk) for chunk in chunks]):
            yield done.result()


_here: dict[str, Bench] = {}  # the bench of a worker process


def _open(folder: Path) -> None:
    located, _ = load_located(folder)
    assert located is not None
    _here["bench"] = bench_of(located, folder)


def _try_chunk(chunk: Sequence[int]) -> dict[int, str | None]:
    bench = _here["bench"]
    return {index: bench.notices(bench.mutants[index]) for index in chunk}


def bench_of(located: Located, folder: Path) -> Bench:
    """The bench of a rule set whose cases are good."""
    cases, _ = load_all(case_files(folder), located.ruleset)
    return Bench(Places(located), cases)
