"""Raises are exact: equal to the enumeration of all level vectors, and to z3's optimum on the shipped rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings

from assess.evidence.model import Assessment
from assess.explain.raises import Raises
from assess.readings import Reading, Status
from assess.ruleset.conditions import All, Any, AtLeast, Atom, Condition, Named, Not, threshold
from assess.ruleset.model import RuleSet
from assess.situation import of_assessment
from assess.verdict import Raise, StepKind
from tests.explain.halves import CASES, situation_of
from tests.generated import Generated, is_true, situations

QUICK = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def levels_of(found: Raise) -> dict[str, int]:
    return {step.indicator: step.to for step in found.steps}


def key(target: dict[str, int], known: Generated) -> tuple[int, int, int]:
    """What a raise costs: levels to achieve, levels to show, indicators."""
    achieve = show = 0
    for name, level in target.items():
        reading = known.readings[name]
        show += max(0, min(level, reading.ceiling) - reading.floor)
        achieve += max(0, level - max(reading.floor, reading.ceiling))
    return achieve, show, len(target)


def all_minimal(condition: Condition, known: Generated) -> list[dict[str, int]]:
    """Every pointwise minimal raise, by trying all vectors of floors."""
    names = list(known.readings)
    floors = [known.readings[name].floor for name in names]
    tops = [known.ruleset.indicator[name].highest for name in names]
    good = [
        vector
        for vector in product(*(range(floor, top + 1) for floor, top in zip(floors, tops, strict=True)))
        if is_true(condition, dict(zip(names, vector, strict=True)), known.ruleset)
    ]
    minimal = [v for v in good if not any(w != v and all(a <= b for a, b in zip(w, v, strict=True)) for w in good)]
    return [
        {name: level for name, level, floor in zip(names, vector, floors, strict=True) if level > floor}
        for vector in minimal
    ]


@QUICK
@given(situations())
def test_cheapest_equals_enumeration(known: Generated) -> None:
    raises = Raises(known.ruleset, known.readings)
    order = known.ruleset.order
    for number, gate in known.ruleset.gates.items():
        expected = sorted(
            all_minimal(gate, known), key=lambda t: (*key(t, known), sorted((order[name], t[name]) for name in t))
        )
        found = raises.cheapest(gate, number)
        assert [levels_of(one) for one in found] == expected[:5]
        assert [one.cost for one in found] == [key(target, known)[:2] for target in expected[:5]]


@QUICK
@given(situations())
def test_nearest_indicators_are_those_of_every_least_cost_raise(known: Generated) -> None:
    raises = Raises(known.ruleset, known.readings)
    for gate in known.ruleset.gates.values():
        best: tuple[tuple[int, int, int], set[str]] | None = None
        for member in gate.of if isinstance(gate, All) else (gate,):
            minimal = [target for target in all_minimal(member, known) if target]
            if not minimal:
                continue
            nearest = min(key(target, known) for target in minimal)
            names = {name for target in minimal if key(target, known)[:2] == nearest[:2] for name in target}
            if best is None or nearest < best[0]:
                best = nearest, names
        assert raises.nearest_indicators(gate) == (best[1] if best else set())


def test_steps_tell_what_to_show_from_what_to_achieve(ruleset: RuleSet) -> None:
    readings = {i.id: Reading(0, 0, Status.SINGLE, {}) for i in ruleset.indicators}
    readings["emb.access"] = Reading(1, 2, Status.DISPUTED, {})
    (found,) = Raises(ruleset, readings).cheapest(Atom("emb.access", at_least=True, level=3), 1)
    steps = [(step.kind, step.from_, step.to) for step in found.steps]
    assert steps == [(StepKind.SHOW, 1, 2), (StepKind.ACHIEVE, 2, 3)]
    assert found.cost == (1, 1)


def test_what_does_not_apply_cannot_be_raised(ruleset: RuleSet) -> None:
    readings = {i.id: Reading(0, 0, Status.SINGLE, {}) for i in ruleset.indicators}
    readings["emb.access"] = Reading(0, 4, Status.NOT_APPLICABLE, {})
    atom = Atom("emb.access", at_least=True, level=2)
    other = Atom("emb.contact", at_least=True, level=2)
    assert Raises(ruleset, readings).cheapest(atom, 1) == ()
    (found,) = Raises(ruleset, readings).cheapest(Any((atom, other)), 1)
    assert levels_of(found) == {"emb.contact": 2}


# --- against z3 ---------------------------------------------------------------------------------------------------


def optimum(ruleset: RuleSet, readings: dict[str, Reading], condition: Condition) -> tuple[int, int]:
    """The least (achieve, show) that z3 finds for making ``condition`` hold."""
    import z3

    variables = {name: z3.Int(name) for name in readings}

    def written(part: Condition) -> z3.BoolRef:
        match part:
            case Atom(indicator, at_least, level):
                return variables[indicator] >= level if at_least else variables[indicator] <= level
            case Named(name):
                return written(ruleset.named[name])
            case Not(of):
                return z3.Not(written(of))
            case All(of) | Any(of) | AtLeast(_, of):
                return z3.Sum([z3.If(written(member), 1, 0) for member in of]) >= threshold(part)
            case _:
                raise AssertionError(part)

    solver = z3.Optimize()
    solver.add(written(condition))
    for name, variable in variables.items():
        solver.add(variable >= readings[name].floor, variable <= ruleset.indicator[name].highest)
    above = [z3.If(variables[n] > r.ceiling, variables[n] - r.ceiling, 0) for n, r in readings.items()]
    below = [z3.If(variables[n] > r.ceiling, r.ceiling - r.floor, variables[n] - r.floor) for n, r in readings.items()]
    achieve, show = solver.minimize(z3.Sum(above)), solver.minimize(z3.Sum(below))
    assert solver.check() == z3.sat
    return achieve.value().as_long(), show.value().as_long()


@pytest.mark.parametrize("name", CASES)
def test_shipped_rules_equal_z3(ruleset: RuleSet, example: Callable[[str], Assessment], name: str) -> None:
    readings = dict(situation_of(name, ruleset, example).readings)
    raises = Raises(ruleset, readings)
    for number, gate in ruleset.gates.items():
        assert isinstance(gate, All)
        found = raises.cheapest(gate, number)
        assert found[0].cost == optimum(ruleset, readings, gate)
        for row in raises.by_condition(gate, number):
            assert row.raises[0].cost == optimum(ruleset, readings, Named(row.condition))


def test_half_unknown_equals_z3(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    readings = dict(of_assessment(example("wave-1"), ruleset).readings)
    for index, name in enumerate(readings):
        if index % 2:
            readings[name] = replace(readings[name], floor=0, ceiling=4, status=Status.MISSING)
    for number, gate in ruleset.gates.items():
        assert Raises(ruleset, readings).cheapest(gate, number)[0].cost == optimum(ruleset, readings, gate)
