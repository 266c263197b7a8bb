"""All explanations of one relation, each timed: ``python -m benchmarks.explanations``.

Why, raises, robustness and inquiry of the three waves of M community, of its sparse file, and of two assessments of
which every second reading is missing. The rule set has been compiled before (warm): that is done once a process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from assess.content import content
from assess.engines.reference import ReferenceEngine
from assess.evidence.load import load_assessment
from assess.explain.inquiry import inquiry
from assess.explain.pivots import pivotal
from assess.explain.raises import Raises
from assess.explain.robustness import robustness
from assess.explain.why import why
from assess.judge import judge
from assess.readings import Reading, Status
from assess.ruleset.load import load_ruleset
from assess.ruleset.model import RuleSet
from assess.situation import Situation, of_assessment
from benchmarks.timing import best_of, machine

ROUNDS = 20
GOAL = 0.050
WHOLE = ("wave-1", "wave-2", "wave-3", "sparse")
HALVES = ("wave-2", "wave-3")
COLUMNS = ("why", "raises", "robustness", "inquiry", "pivotal, first")


def halved(situation: Situation, ruleset: RuleSet) -> Situation:
    """The same relation with every second reading missing."""
    readings = dict(situation.readings)
    for name in list(readings)[::2]:
        readings[name] = Reading(0, ruleset.indicator[name].highest, Status.MISSING, {})
    return replace(situation, readings=readings)


def relations(ruleset: RuleSet) -> dict[str, Situation]:
    """What is explained, by name."""
    found = {}
    for name in WHOLE:
        path = content("examples") / "m-community" / f"{name}.yaml"
        assessment, problems = load_assessment(path.read_bytes(), str(path), ruleset)
        if assessment is None:
            raise ValueError(problems)
        found[name] = of_assessment(assessment, ruleset)
    return found | {f"half of {name}": halved(found[name], ruleset) for name in HALVES}


def explanations(ruleset: RuleSet, situation: Situation) -> Mapping[str, Callable[[], object]]:
    """Each explanation of a relation, to be run and timed."""
    readings = situation.readings
    verdict = judge(ruleset, situation)
    conclusions = ReferenceEngine()(ruleset, readings, situation.attributes, situation.community_type)
    gate, target = ruleset.gates.get(verdict.stage.floor + 1), verdict.stage.floor + 1

    def raises() -> None:
        if gate is not None:
            Raises(ruleset, readings).cheapest(gate, target)
            Raises(ruleset, readings).by_condition(gate, target)

    return {
        "why": partial(why, ruleset, situation, conclusions),
        "raises": raises,
        "robustness": partial(robustness, ruleset, situation),
        "inquiry": partial(inquiry, ruleset, readings, verdict.stage, verdict.screening),
        "pivotal, first": partial(pivotal, ruleset, readings),
    }


def table(ruleset: RuleSet, rounds: int = ROUNDS) -> tuple[list[str], float]:
    """A row a relation, in milliseconds, and the longest time that all explanations of one took, in seconds."""
    rows = [
        f"| relation | {' | '.join((*COLUMNS[:-1], 'all', COLUMNS[-1]))} |",
        f"| --- |{' ---: |' * (len(COLUMNS) + 1)}",
    ]
    longest = 0.0
    for name, situation in relations(ruleset).items():
        times = best_of(rounds, explanations(ruleset, situation))
        every = sum(times[column] for column in COLUMNS[:-1])
        longest = max(longest, every)
        shown = [f"{1000 * time:.2f}" for time in (*map(times.__getitem__, COLUMNS[:-1]), every, times[COLUMNS[-1]])]
        rows.append(f"| {name} | {' | '.join(shown)} |")
    return rows, longest


def main() -> None:
    """Print the table, whether the goal is reached, and what was measured on."""
    ruleset, problems = load_ruleset(content("rules"))
    if ruleset is None:
        raise SystemExit(str(problems))
    rows, longest = table(ruleset)
    print("Milliseconds, the best of several rounds each.\n")
    print("\n".join(rows))
    reached = "reached" if longest < GOAL else "not reached"
    print(f"\nGoal: all of one relation under {1000 * GOAL:.0f} ms; at most {1000 * longest:.1f} ms, {reached}.\n")
    print(machine())


if __name__ == "__main__":
    main()
