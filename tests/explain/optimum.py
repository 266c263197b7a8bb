"""What z3 finds to be the least: an independent check of what is composed by hand."""

from __future__ import annotations

from collections.abc import Mapping

import z3

from assess.readings import Reading, Status
from assess.ruleset.conditions import All, Any, AtLeast, Atom, Condition, Named, Not, threshold
from assess.ruleset.model import RuleSet

Levels = Mapping[str, z3.ArithRef]


def written(condition: Condition, levels: Levels, ruleset: RuleSet) -> z3.BoolRef:
    """A condition of gates over the level of each indicator."""
    match condition:
        case Atom(indicator, at_least, level):
            return levels[indicator] >= level if at_least else levels[indicator] <= level
        case Named(name):
            return written(ruleset.named[name], levels, ruleset)
        case Not(of):
            return z3.Not(written(of, levels, ruleset))
        case All(of) | Any(of) | AtLeast(_, of):
            members = [z3.If(written(member, levels, ruleset), 1, 0) for member in of]
            return z3.Sum(members) >= threshold(condition)
        case _:
            raise AssertionError(condition)


def fewest_steps(ruleset: RuleSet, readings: Mapping[str, Reading], *, up: bool) -> int | None:
    """The fewest levels by which floors must fall, or ceilings rise, to change that end of the stage."""
    levels = {name: z3.Int(name) for name in readings}
    ends = {name: reading.ceiling if up else reading.floor for name, reading in readings.items()}
    standing = _standing(ruleset, ends)
    if standing == (len(ruleset.gates) if up else 0):
        return None
    solver = z3.Optimize()
    gates = list(ruleset.gates.values())
    reached = z3.And([written(gate, levels, ruleset) for gate in gates[: standing + up]])
    solver.add(reached if up else z3.Not(reached))
    for name, level in levels.items():
        solver.add(level >= (ends[name] if up else 0), level <= (ruleset.indicator[name].highest if up else ends[name]))
    steps = solver.minimize(
        z3.Sum([level - ends[name] if up else ends[name] - level for name, level in levels.items()])
    )
    assert solver.check() == z3.sat
    found: int = steps.value().as_long()
    return found


def _standing(ruleset: RuleSet, ends: Mapping[str, int]) -> int:
    number = 0
    for gate in ruleset.gates.values():
        if not z3.is_true(z3.simplify(written(gate, {name: z3.IntVal(end) for name, end in ends.items()}, ruleset))):
            break
        number += 1
    return number


def smallest_settling(ruleset: RuleSet, readings: Mapping[str, Reading], stage: int) -> tuple[str, ...] | None:
    """The smallest set whose answers could settle the stage: fewest, then missing ones, then first in the rule set."""
    asked = {name: z3.Bool(f"ask {name}") for name in readings}
    answers = {name: z3.Int(f"answer {name}") for name in readings}
    low = {name: z3.If(asked[name], answers[name], reading.floor) for name, reading in readings.items()}
    high = {name: z3.If(asked[name], answers[name], reading.ceiling) for name, reading in readings.items()}
    gates = list(ruleset.gates.values())
    solver = z3.Optimize()
    solver.set(priority="lex")
    solver.add([written(gate, low, ruleset) for gate in gates[:stage]])
    solver.add([z3.Not(written(gate, high, ruleset)) for gate in gates[stage : stage + 1]])
    for name, reading in readings.items():
        solver.add(answers[name] >= reading.floor, answers[name] <= reading.ceiling)
        if reading.status is Status.NOT_APPLICABLE:
            solver.add(z3.Not(asked[name]))
    solver.minimize(z3.Sum([z3.If(ask, 1, 0) for ask in asked.values()]))
    known = [asked[name] for name, reading in readings.items() if reading.status is not Status.MISSING]
    solver.minimize(z3.Sum([z3.If(ask, 1, 0) for ask in known]) if known else z3.IntVal(0))
    place = {name: len(asked) - index for index, name in enumerate(ruleset.order)}
    solver.maximize(z3.Sum([z3.If(ask, z3.IntVal(1 << place[name]), 0) for name, ask in asked.items()]))
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    return tuple(name for name in ruleset.order if z3.is_true(model.eval(asked[name], model_completion=True)))
