"""The relations that explanations of the shipped rules are tried on: the three waves, a sparse one, two halves."""

from __future__ import annotations

from collections.abc import Callable

from assess.evidence.model import Assessment
from assess.ruleset.model import RuleSet
from assess.situation import Situation, of_assessment
from benchmarks.explanations import halved

CASES = ("wave-1", "wave-2", "wave-3", "sparse", "half of wave-2", "half of wave-3")


def situation_of(name: str, ruleset: RuleSet, example: Callable[[str], Assessment]) -> Situation:
    """One of them; in a half every second reading is missing."""
    situation = of_assessment(example(name.removeprefix("half of ")), ruleset)
    return halved(situation, ruleset) if name.startswith("half of ") else situation
