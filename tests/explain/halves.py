"""The relations that explanations of the shipped rules are tried on: the three waves, a sparse one, two halves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from assess.evidence.model import Assessment
from assess.readings import Reading, Status
from assess.ruleset.model import RuleSet
from assess.situation import Situation, of_assessment

CASES = ("wave-1", "wave-2", "wave-3", "sparse", "half of wave-2", "half of wave-3")


def situation_of(name: str, ruleset: RuleSet, example: Callable[[str], Assessment]) -> Situation:
    """One of them; in a half every second reading is missing."""
    whole, half = name.removeprefix("half of "), name.startswith("half of ")
    situation = of_assessment(example(whole), ruleset)
    return halved(situation, ruleset) if half else situation


def halved(situation: Situation, ruleset: RuleSet) -> Situation:
    """The same relation with every second reading missing."""
    readings = dict(situation.readings)
    for name in list(readings)[::2]:
        readings[name] = Reading(0, ruleset.indicator[name].highest, Status.MISSING, {})
    return replace(situation, readings=readings)
