"""What is proved of a rule set, one proof at a time; what fails comes back with its places and, if any, a claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any as Formula

from assess.problems import Place
from assess.ruleset.conditions import Condition, Named, OfType, text, variables
from assess.ruleset.load import Located
from assess.ruleset.model import Adaptation, Strategy
from assess.ruleset.references import ANY_TYPE
from assess.verify.claims import Claims, List
from assess.verify.logic import differ
from assess.verify.places import Places, in_order
from assess.verify.query import Fact, Prover, Question, Reread

Claim = Callable[[Claims], Formula]  # what must not be; its smallest situation is the witness


@dataclass(frozen=True, slots=True)
class Failure:
    """A proof that fails: its code, what its sentence names, every place that causes it, and what its witness shows."""

    code: str
    values: Mapping[str, object]
    places: tuple[Place, ...]
    claim: Claim | None = None
    blocked: tuple[Strategy, ...] = ()  # the strategies whose conditions stand in the way, in the witness
    keys: frozenset[str] = frozenset()  # conclusions of which now is known that they are always, or never, so


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof: its code, and how it is done; nothing comes back where it holds."""

    code: str
    run: Callable[[], Failure | None]
    values: Mapping[str, object] = field(default_factory=dict)


def proofs(located: Located) -> list[Proof]:
    """Every proof of a rule set, in the order of the ladder: stages, patterns, strategies, advice, thresholds."""
    from assess.verify.thresholds import thresholds

    making = Proofs(Prover(Places(located)))
    return [*making.all(), *thresholds(making.prover)]


class Proofs:
    """Makes the proofs of one rule set."""

    def __init__(self, prover: Prover) -> None:
        self.prover = prover
        self.places = prover.places
        self.ruleset = prover.ruleset
        self.top = len(self.ruleset.gates)

    def all(self) -> Iterator[Proof]:
        """Every proof but those of single thresholds."""
        yield from self._stages()
        for strategy in self.ruleset.strategies:
            yield from self._strategy(strategy)
        yield from self._apart()
        yield from self._types()
        yield from self._covered()
        yield from self._answered()
        for strategy in self.ruleset.strategies:
            for adaptation in strategy.here.adaptations if strategy.here else ():
                yield from self._adaptation(strategy, adaptation)

    # --- what must be possible -----------------------------------------------------------------------------------

    def _can(self, code: str, place: Place, question: Question, values: Mapping[str, object], key: str = "") -> Proof:
        """A proof that some situation answers the question."""

        def run() -> Failure | None:
            if self.prover.possible(question):
                return None
            places = self.prover.causes(question, place)
            return Failure(code, values, places, keys=frozenset([key] if key else []))

        return Proof(code, run, values)

    def _stages(self) -> Iterator[Proof]:
        gates = self.ruleset.gates
        for stage in range(self.top + 1):
            place = self.places.gate(stage + 1) if stage < self.top else self.places.at("stages", stage)

            def only(reread: Reread, stage: int = stage) -> Iterator[Fact]:
                claims = reread({})
                for below in range(1, stage + 1):
                    yield from self._gate(claims, below)
                if stage < self.top:
                    yield Fact(claims.view.fails(gates[stage + 1]), self.places.gate(stage + 1))

            yield self._can("stage-never", place, only, {"stage": stage, "top": self.top})
        for higher in gates:
            for lower in range(1, higher):

                def apart(reread: Reread, higher: int = higher, lower: int = lower) -> Iterator[Fact]:
                    claims = reread({})
                    yield from self._gate(claims, higher)
                    yield Fact(claims.view.fails(gates[lower]), self.places.gate(lower))

                yield self._can("gate-redundant", self.places.gate(lower), apart, {"higher": higher, "lower": lower})

    def _gate(self, claims: Claims, stage: int) -> Iterator[Fact]:
        """That a gate holds: each of its conditions, which have places of their own."""
        for part in claims.parts(stage):
            yield Fact(claims.view.holds(part), self.places.condition(part, self.places.gate(stage)))

    # --- strategies within their stages --------------------------------------------------------------------------

    def _within(self, strategy: Strategy, facts: Callable[[Claims], Iterator[Fact]]) -> Question:
        """A question about a stage that the strategy serves."""
        place = self.places.strategy(strategy.id, "stages")

        def question(reread: Reread) -> Iterator[Fact]:
            claims = reread({})
            yield Fact(claims.stages(strategy.stages), place, again=True)
            yield from facts(claims)

        return question

    def _strategy(self, strategy: Strategy) -> Iterator[Proof]:
        about: dict[str, object] = {"strategy": strategy.id, "name": strategy.name}
        if strategy.when is not None:
            yield from self._both_ways(strategy, "when", strategy.when, self.places.strategy(strategy.id, "when"))
        for index, unless in enumerate(strategy.unless):
            place = self.places.strategy(strategy.id, "unless", index, "condition")
            yield from self._both_ways(strategy, f"unless:{index}", unless.condition, place)

        def recommended(claims: Claims) -> Iterator[Fact]:
            yield Fact(claims.advisable(strategy), again=True)
            written: list[str] = [part for part in ("fits", "less_fit") if part in strategy.model_fields_set]
            first, *others = [self.places.strategy(strategy.id, part) for part in (written or ["id"])]
            yield Fact(claims.fits(strategy), first, tuple(others))

        place = self.places.strategy(strategy.id)
        yield self._can("never-recommended", place, self._within(strategy, recommended), about)

    def _both_ways(self, strategy: Strategy, part: str, condition: Condition, place: Place) -> Iterator[Proof]:
        kind, _, number = part.partition(":")
        about = {"strategy": strategy.id, "name": strategy.name, "number": int(number or 0) + 1}
        key = f"{kind}:{strategy.id}" + (f":{number}" if number else "")

        def holds(claims: Claims) -> Iterator[Fact]:
            yield Fact(claims.view.holds(condition))

        def fails(claims: Claims) -> Iterator[Fact]:
            yield Fact(claims.view.fails(condition))

        yield self._can(f"{kind}-never", place, self._within(strategy, holds), about, key)
        yield self._can(f"{kind}-always", place, self._within(strategy, fails), about, key)

    def _adaptation(self, strategy: Strategy, adaptation: Adaptation) -> Iterator[Proof]:
        key = f"adaptation:{strategy.id}:{adaptation.id}"
        about = {"strategy": strategy.id, "name": strategy.name, "adaptation": adaptation.id}

        def holds(claims: Claims) -> Iterator[Fact]:
            yield Fact(claims.advisable(strategy), again=True)
            yield Fact(claims.view.holds(adaptation.condition))

        def fails(claims: Claims) -> Iterator[Fact]:
            yield Fact(claims.advisable(strategy), again=True)
            yield Fact(claims.view.fails(adaptation.condition))

        place = self.places.of(key)
        yield self._can("adaptation-never", place, self._within(strategy, holds), about, key)
        yield self._can("adaptation-always", place, self._within(strategy, fails), about, key)

    # --- strategies apart from each other ------------------------------------------------------------------------

    def _apart(self) -> Iterator[Proof]:
        strategies = self.ruleset.strategies
        signatures = [tuple(self.prover.claims.placed(strategy, where) for where in List) for strategy in strategies]
        told: set[tuple[int, int]] = set()
        for one in range(len(strategies)):
            for other in range(one + 1, len(strategies)):
                first, second = strategies[one], strategies[other]

                def run(
                    first: Strategy = first, second: Strategy = second, pair: tuple[int, int] = (one, other)
                ) -> Failure | None:
                    if pair in told:
                        return None
                    return self._same(first, second, pair, signatures, told)

                values = {"first": first.id, "second": second.id}
                yield Proof("same-list", run, values)

    def _same(
        self,
        first: Strategy,
        second: Strategy,
        pair: tuple[int, int],
        signatures: Sequence[tuple[Formula, ...]],
        told: set[tuple[int, int]],
    ) -> Failure | None:
        """Looks for a situation in which the lists of two differ, and notes every pair that differs there."""
        import z3

        solver = self.prover.solver
        one, other = (signatures[number] for number in pair)
        solver.push()
        try:
            solver.add(z3.Or([differ(a, b) for a, b in zip(one, other, strict=True)]))
            if solver.check() == z3.sat:
                model = solver.model()
                lists = [
                    [z3.is_true(model.eval(f, model_completion=True)) for f in signature] for signature in signatures
                ]
                told.update((a, b) for a in range(len(lists)) for b in range(a + 1, len(lists)) if lists[a] != lists[b])
                return None
        finally:
            solver.pop()
        names = {"first": first.id, "second": second.id, "first_name": first.name, "second_name": second.name}
        ruling = [place for strategy in (first, second) for place in self._ruling(strategy)]
        return Failure("same-list", names, in_order(ruling))

    def _types(self) -> Iterator[Proof]:
        """That some strategy, or an adaptation of one, is for one of two types only."""
        strategies = self.ruleset.strategies
        for index, first in enumerate(self.ruleset.types if strategies else ()):
            for other, second in enumerate(self.ruleset.types[index + 1 :], index + 1):
                names = {"first": first.id, "second": second.id}
                names_said = {**names, "first_name": first.name, "second_name": second.name}
                places = (self.places.at("types", index, "id"), self.places.at("types", other, "id"))

                def run(
                    pair: tuple[str, str] = (first.id, second.id),
                    said: Mapping[str, object] = names_said,
                    places: tuple[Place, ...] = places,
                ) -> Failure | None:
                    apart = any(_told_apart(*pair, strategy) for strategy in strategies)
                    return None if apart else Failure("types-alike", said, places)

                yield Proof("types-alike", run, names)

    def _ruling(self, strategy: Strategy) -> Iterator[Place]:
        """The places of what decides the list of a strategy."""
        yield self.places.strategy(strategy.id)
        for part in ("stages", "when", "unless", "fits", "less_fit"):
            if part in strategy.model_fields_set and getattr(strategy, part):
                yield self.places.strategy(strategy.id, part)

    # --- what must not be ----------------------------------------------------------------------------------------

    def _never(
        self,
        code: str,
        claim: Claim,
        places: Sequence[Place],
        blocked: Sequence[Strategy],
        values: Mapping[str, object],
    ) -> Proof:
        """A proof that no situation makes the claim true; else such a situation is the witness."""

        def question(reread: Reread) -> Iterator[Fact]:
            yield Fact(claim(reread({})))

        def run() -> Failure | None:
            if not self.prover.possible(question):
                return None
            return Failure(code, values, in_order(places), claim, tuple(blocked))

        return Proof(code, run, values)

    def _covered(self) -> Iterator[Proof]:
        """Nobody is left in a dead end: whatever is missing for the next stage, something can be done about it."""
        strategies = self.ruleset.strategies
        if not strategies:
            return
        for stage in range(self.top):
            for part in self.prover.claims.parts(stage + 1):
                used = set(variables(part, self.ruleset.named))
                working = [s for s in strategies if stage in s.stages and not used.isdisjoint(s.works_on)]

                def dead_end(
                    claims: Claims,
                    stage: int = stage,
                    part: Condition = part,
                    working: Sequence[Strategy] = working,
                ) -> Formula:
                    import z3

                    missing = claims.view.fails(part)
                    return z3.And(claims.stage(stage), missing, claims.none_advisable(working))

                places = [self.places.condition(part, self.places.gate(stage + 1))]
                if isinstance(part, Named):
                    places.append(self.places.of(f"condition:{part.name}"))
                names = {"stage": stage, "condition": text(part), "working": [s.id for s in working]}
                yield self._never("uncovered", dead_end, places, working, names)
        at_top = [strategy for strategy in strategies if self.top in strategy.stages]

        def nothing(claims: Claims) -> Formula:
            import z3

            return z3.And(claims.stage(self.top), claims.none_advisable(at_top))

        place = self.places.at("stages", self.top)
        yield self._never(
            "uncovered-top", nothing, [place], at_top, {"stage": self.top, "working": [s.id for s in at_top]}
        )

    def _answered(self) -> Iterator[Proof]:
        if not self.ruleset.strategies:
            return
        for pattern in self.ruleset.patterns:
            for stage in range(1, self.top + 1):
                responses = [self.ruleset.strategy[name] for name in pattern.responses]
                serving = [response for response in responses if stage in response.stages]

                def unanswered(
                    claims: Claims,
                    stage: int = stage,
                    when: Condition = pattern.when,
                    serving: Sequence[Strategy] = serving,
                ) -> Formula:
                    import z3

                    return z3.And(claims.stage(stage), claims.view.holds(when), claims.none_advisable(serving))

                part = "responses" if pattern.responses else "id"
                places = [self.places.pattern(pattern.id, part), self.places.pattern(pattern.id, "when")]
                names = {"pattern": pattern.id, "name": pattern.name, "stage": stage}
                names |= {"responses": list(pattern.responses), "serving": [s.id for s in serving]}
                yield self._never("unanswered", unanswered, places, serving, names)


def _told_apart(first: str, second: str, strategy: Strategy) -> bool:
    """Whether a strategy is placed, or done, in another way in one of two types."""
    lists = [
        (kind in strategy.less_fit, ANY_TYPE in strategy.fits or kind in strategy.fits) for kind in (first, second)
    ]
    adaptations = strategy.here.adaptations if strategy.here else ()
    wanted = [adaptation.condition.types for adaptation in adaptations if isinstance(adaptation.condition, OfType)]
    return lists[0] != lists[1] or any((first in types) is not (second in types) for types in wanted)
