"""On small generated rule sets the solver says what trying every situation says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from assess.engines.reference import ReferenceEngine
from assess.judge import judge
from assess.ruleset.conditions import (
    All,
    Any,
    AtLeast,
    Atom,
    Attribute,
    Condition,
    Named,
    Not,
    leaves,
    signed_leaves,
    text,
)
from assess.ruleset.load import Located
from assess.ruleset.model import RuleSet, Strategy
from assess.situation import Situation
from assess.validation import Origins
from assess.verify.claims import Claims
from assess.verify.diff import compare
from assess.verify.logic import Partial, Space
from assess.verify.places import Places
from assess.verify.proofs import Proof, Proofs
from assess.verify.query import Prover
from assess.verify.thresholds import thresholds
from assess.verify.witness import smallest
from assess.yamlfile import Document
from tests.generated import ATTRIBUTES, TYPES, Generated, Valuation, is_true, rulesets, situations

MOST = 1500  # situations of one rule set that are tried
quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def _located(ruleset: RuleSet) -> Located:
    origins = Origins()
    origins.add((), Document("rules.yaml"), ())
    return Located(ruleset, origins, {})


@st.composite
def two_strategies(draw: st.DrawFn) -> RuleSet:
    """A generated rule set with a second strategy, so that there are two to be told apart."""
    ruleset, other = draw(rulesets()), draw(rulesets())
    parts = {name: getattr(ruleset, name) for name in RuleSet.model_fields}
    second = other.strategies[0].model_copy(update={"id": "rest", "here": None, "when": None, "unless": ()})
    second = second.model_copy(
        update={
            "stages": tuple(draw(st.sets(st.integers(0, ruleset.top), min_size=1))),
            "works_on": (ruleset.indicators[0].id,),
            "when": draw(st.sampled_from([None, Named("n0")])) if ruleset.named else None,
            "fits": draw(st.sampled_from([("any",), ("hill",)])),
        }
    )
    return RuleSet(**{**parts, "strategies": (*ruleset.strategies, second)})


def every(*known: RuleSet) -> Iterator[Valuation]:
    """Every situation, as far as something hangs on it."""
    ranges: dict[str, list[object]] = {"the type": [*TYPES]}
    for ruleset in known:
        for condition in ruleset.conclusions.values():
            for leaf, _ in signed_leaves(condition, ruleset.named):
                if isinstance(leaf, Atom):
                    ranges[leaf.variable] = list(range(ruleset.indicator[leaf.indicator].highest + 1))
                elif isinstance(leaf, Attribute):
                    ranges[leaf.name] = list(ATTRIBUTES[leaf.name])
    size = 1
    for levels in ranges.values():
        size *= len(levels)
    assume(size <= MOST)
    return (dict(zip(ranges, values, strict=True)) for values in product(*ranges.values()))


# --- the obvious meaning of a verdict ------------------------------------------------------------------------------


class Seen:
    """What is concluded of one situation."""

    def __init__(self, ruleset: RuleSet, situation: Valuation) -> None:
        self.ruleset = ruleset
        self.situation = situation
        self.truths = {key: is_true(c, situation, ruleset) for key, c in ruleset.conclusions.items()}
        self.stage = 0
        while self.stage < ruleset.top and self.truths[f"gate:{self.stage + 1}"]:
            self.stage += 1

    def placed(self, strategy: Strategy) -> str:
        if self.stage not in strategy.stages:
            return "none"
        if any(self.truths[f"unless:{strategy.id}:{index}"] for index in range(len(strategy.unless))):
            return "held back"
        if strategy.when is not None and not self.truths[f"when:{strategy.id}"]:
            return "later"
        fits = "any" in strategy.fits or self.situation["the type"] in strategy.fits
        return "recommended" if fits and self.situation["the type"] not in strategy.less_fit else "consider"

    def advised(self, name: str) -> bool:
        return self.placed(self.ruleset.strategy[name]) in {"recommended", "consider"}

    def shown(self) -> dict[str, object]:
        """Everything that a reader sees: stage, patterns, checks, lists, and adaptations of what is advised."""
        shown: dict[str, object] = {"stage": self.stage}
        shown |= {key: truth for key, truth in self.truths.items() if key.startswith(("pattern:", "check:"))}
        for strategy in self.ruleset.strategies:
            shown[strategy.id] = self.placed(strategy)
            for key in self.truths if self.advised(strategy.id) else ():
                if key.startswith(f"adaptation:{strategy.id}:"):
                    shown[key] = self.truths[key]
        return shown


def with_other(condition: Condition, leaf: Atom, other: Atom) -> Condition:
    """The same condition with another leaf in the place of one, known by its identity."""
    match condition:
        case Not(of):
            return Not(with_other(of, leaf, other))
        case All(of):
            return All(tuple(with_other(member, leaf, other) for member in of))
        case Any(of):
            return Any(tuple(with_other(member, leaf, other) for member in of))
        case AtLeast(count, of):
            return AtLeast(count, tuple(with_other(member, leaf, other) for member in of))
        case _:
            return other if condition is leaf else condition


def changed(ruleset: RuleSet, leaf: Atom, other: Atom) -> RuleSet:
    """The same rule set with one comparison changed, where it is written."""

    def new(part: object, field: str) -> dict[str, object]:
        value = getattr(part, field)
        return {} if value is None else {field: with_other(value, leaf, other)}

    strategies = []
    for strategy in ruleset.strategies:
        update = new(strategy, "when")
        update["unless"] = tuple(one.model_copy(update=new(one, "condition")) for one in strategy.unless)
        if strategy.here:
            adaptations = tuple(one.model_copy(update=new(one, "condition")) for one in strategy.here.adaptations)
            update["here"] = strategy.here.model_copy(update={"adaptations": adaptations})
        strategies.append(strategy.model_copy(update=update))
    parts = {name: getattr(ruleset, name) for name in RuleSet.model_fields}
    parts["strategies"] = tuple(strategies)
    parts["conditions"] = tuple(one.model_copy(update=new(one, "when")) for one in ruleset.conditions)
    parts["patterns"] = tuple(one.model_copy(update=new(one, "when")) for one in ruleset.patterns)
    parts["stages"] = tuple(one.model_copy(update=new(one, "gate")) for one in ruleset.stages)
    assert ruleset.screening
    checks = tuple(one.model_copy(update=new(one, "when")) for one in ruleset.screening.checks)
    parts["screening"] = ruleset.screening.model_copy(update={"checks": checks})
    return RuleSet.model_construct(**parts)


def _holds(proof: Proof, seen: list[Seen], ruleset: RuleSet) -> bool:  # noqa: C901 - one case a proof
    """Whether a proof should hold, from every situation."""
    about = proof.values
    strategy = ruleset.strategy.get(str(about.get("strategy")))
    within = [one for one in seen if strategy is None or one.stage in strategy.stages]
    match proof.code:
        case "stage-never":
            return any(one.stage == about["stage"] for one in seen)
        case "gate-redundant":
            return any(
                one.truths[f"gate:{about['higher']}"] and not one.truths[f"gate:{about['lower']}"] for one in seen
            )
        case "when-never" | "when-always":
            return any(one.truths[f"when:{about['strategy']}"] is (proof.code == "when-never") for one in within)
        case "unless-never" | "unless-always":
            key = f"unless:{about['strategy']}:{int(str(about['number'])) - 1}"
            return any(one.truths[key] is (proof.code == "unless-never") for one in within)
        case "never-recommended":
            assert strategy
            return any(one.placed(strategy) == "recommended" for one in within)
        case "same-list":
            first, second = (ruleset.strategy[str(about[key])] for key in ("first", "second"))
            return any(one.placed(first) != one.placed(second) for one in seen)
        case "adaptation-never" | "adaptation-always":
            assert strategy
            key, wanted = f"adaptation:{strategy.id}:{about['adaptation']}", proof.code == "adaptation-never"
            return any(one.advised(strategy.id) and one.truths[key] is wanted for one in within)
        case "uncovered":
            stage, working = int(str(about["stage"])), about["working"]
            gate = ruleset.gates[stage + 1]
            parts = gate.of if isinstance(gate, All) else (gate,)
            (part,) = {part for part in parts if text(part) == about["condition"]}
            at = [one for one in seen if one.stage == stage and not is_true(part, one.situation, ruleset)]
            assert isinstance(working, list)
            return all(any(map(one.advised, working)) for one in at)
        case "uncovered-top":
            at = [one for one in seen if one.stage == ruleset.top]
            return all(any(one.advised(s.id) for s in ruleset.strategies) for one in at)
        case "unanswered":
            key, stage = f"pattern:{about['pattern']}", int(str(about["stage"]))
            responses = ruleset.pattern[str(about["pattern"])].responses
            at = [one for one in seen if one.stage == stage and one.truths[key]]
            return all(any(map(one.advised, responses)) for one in at)
        case _:
            raise AssertionError(proof.code)


@quick
@given(two_strategies())
def test_proofs_say_what_every_situation_says(ruleset: RuleSet) -> None:
    seen = [Seen(ruleset, situation) for situation in every(ruleset)]
    for proof in Proofs(Prover(Places(_located(ruleset)))).all():
        if proof.code != "types-alike":
            assert (proof.run() is None) is _holds(proof, seen, ruleset), (proof.code, proof.values)


@quick
@given(two_strategies())
def test_thresholds_matter_where_moving_them_is_seen(ruleset: RuleSet) -> None:
    situations_tried = list(every(ruleset))
    before = [Seen(ruleset, situation).shown() for situation in situations_tried]
    prover = Prover(Places(_located(ruleset)))
    atoms = [leaf for leaf, _, _ in prover.places.leaves.values() if isinstance(leaf, Atom)]
    moved = [(leaf, level) for leaf in atoms for level in (leaf.level - 1, leaf.level + 1)]
    for (leaf, level), proof in zip(moved, thresholds(prover), strict=True):
        other = changed(ruleset, leaf, replace(leaf, level=level))
        after = [Seen(other, situation).shown() for situation in situations_tried]
        assert (proof.run() is None) is (before != after), (leaf, level)


@quick
@given(two_strategies(), st.data())
def test_two_rule_sets_differ_where_some_situation_does(ruleset: RuleSet, data: st.DataObject) -> None:
    atoms = [leaf for condition in ruleset.conclusions.values() for leaf in leaves(condition) if isinstance(leaf, Atom)]
    assume(atoms)
    leaf = data.draw(st.sampled_from(atoms))
    top = ruleset.indicator[leaf.indicator].highest
    level = data.draw(st.integers(1, top) if leaf.at_least else st.integers(0, top - 1))
    other = changed(ruleset, leaf, replace(leaf, level=level))
    compared = compare(_located(ruleset), _located(other))
    differing = [s for s in every(ruleset, other) if _concluded(ruleset, s) != _concluded(other, s)]
    assert compared.same is not bool(differing)
    assert {difference.kind.value for difference in compared.differences} <= _kinds(differing, ruleset, other)


def _concluded(ruleset: RuleSet, situation: Valuation) -> Mapping[str, object]:
    return Seen(ruleset, situation).shown()


def _kinds(differing: list[Valuation], old: RuleSet, new: RuleSet) -> set[str]:
    """The kinds of conclusion that some situation has otherwise."""
    names = {"stage": "stage", "pattern": "pattern", "check": "decision", "adaptation": "adaptation"}
    kinds = set()
    for situation in differing:
        one, other = _concluded(old, situation), _concluded(new, situation)
        kinds |= {names.get(k.partition(":")[0], "list") for k in one if one[k] != other.get(k, one[k])}
    return kinds


@quick
@given(situations())
def test_the_same_everywhere_is_the_same_where_something_is_unknown(known: Generated) -> None:
    """The rule set of the readings, written otherwise: every ``all`` as ``at_least``, every list turned round."""
    original = known.ruleset
    parts = {name: getattr(original, name) for name in RuleSet.model_fields}
    parts["stages"] = tuple(
        stage if stage.gate is None else stage.model_copy(update={"gate": _rewritten(stage.gate)})
        for stage in original.stages
    )
    parts["patterns"] = tuple(p.model_copy(update={"when": _rewritten(p.when)}) for p in original.patterns[::-1])
    rewritten = RuleSet.model_construct(**parts)
    compared = compare(_located(original), _located(rewritten))
    assert compared.same
    assert compared.unknown_too
    situation = Situation("x", known.readings, community_type=known.community_type, attributes=known.attributes)
    one, other = (judge(rules, situation, ReferenceEngine()) for rules in (original, rewritten))
    assert one.stage == other.stage
    assert one.strategies == other.strategies
    assert dict(one.patterns) == dict(other.patterns)


def _rewritten(condition: Condition) -> Condition:
    match condition:
        case All(of):
            return AtLeast(len(of), tuple(map(_rewritten, of[::-1])))
        case Any(of):
            return Not(All(tuple(Not(_rewritten(member)) for member in of)))
        case AtLeast(count, of):
            return AtLeast(count, tuple(map(_rewritten, of[::-1])))
        case _:
            return condition


@quick
@given(two_strategies(), st.data())
def test_witness_is_smallest(ruleset: RuleSet, data: st.DataObject) -> None:
    """No situation that states less makes the claim certain, and this one does."""
    space = Space(ruleset)
    stage = data.draw(st.integers(0, ruleset.top))
    witness = smallest(space, Claims(Partial(space, ruleset)).stage(stage))
    gates = [gate for key, gate in ruleset.conclusions.items() if key.startswith("gate:")]
    named = {
        leaf.variable for gate in gates for leaf, _ in signed_leaves(gate, ruleset.named) if isinstance(leaf, Atom)
    }
    tops = {name: ruleset.indicator[name.partition("@")[0]].highest for name in named}
    size = 1
    for top in tops.values():
        size *= top + 2
    assume(size <= MOST)
    found = []
    for levels in product(*([None, *range(top + 1)] for top in tops.values())):
        stated = {name: level for name, level in zip(tops, levels, strict=True) if level is not None}
        if _certain_stage(stated, tops, ruleset) == stage:
            found.append(len(stated))
    if witness is None:
        assert not found
    else:
        assert witness.size == min(found)
        assert judge(ruleset, witness.situation(ruleset)).stage.possible == (stage,)


def _certain_stage(stated: Mapping[str, int], tops: Mapping[str, int], ruleset: RuleSet) -> int | None:
    """The only stage whatever is left out; all gates look upwards, so the lowest and the highest levels decide."""
    ends = [{name: stated.get(name, free * top) for name, top in tops.items()} for free in (0, 1)]
    stages = set()
    for levels in ends:
        stage = 0
        while stage < ruleset.top and is_true(ruleset.gates[stage + 1], levels, ruleset):
            stage += 1
        stages.add(stage)
    return stages.pop() if len(stages) == 1 else None
