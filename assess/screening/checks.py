"""The decision that a relation's checks come to, and whether it can still change."""

from __future__ import annotations

from collections.abc import Mapping

from assess.engines import Truth
from assess.ruleset.model import Check, Screening
from assess.verdict import Decision, ScreeningOut


def screen(screening: Screening, checks: Mapping[str, Truth]) -> ScreeningOut:
    """The decision; it is certain when reading every open check as failing and as holding gives the same."""
    if_failing = {name: Truth.FAILS if truth is Truth.OPEN else truth for name, truth in checks.items()}
    if_holding = {name: Truth.HOLDS if truth is Truth.OPEN else truth for name, truth in checks.items()}
    return ScreeningOut(
        decision=decide(screening.checks, checks),
        certain=decide(screening.checks, if_failing) is decide(screening.checks, if_holding),
        checks=checks,
    )


def decide(checks: tuple[Check, ...], truths: Mapping[str, Truth]) -> Decision:
    """What the truths of the checks come to."""
    required = {truths[check.id] for check in checks if check.required}
    if Truth.FAILS in required:
        return Decision.NOT_YET
    if Truth.OPEN in required:
        return Decision.INSUFFICIENT_EVIDENCE
    if any(truths[check.id] is not Truth.HOLDS for check in checks):
        return Decision.READY_WITH_CONDITIONS
    return Decision.READY
