"""Requirements: what a verdict must come to, met only when it is certain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assess.engines import Truth
from assess.problems import Place, Problem, unknown
from assess.ruleset.model import RuleSet
from assess.verdict import Decision, Verdict

OPTION = "--require"
_STAGE = re.compile(r"\s*stage\s*(?P<sign>>=|<=|=)\s*(?P<number>\d+)\s*")
_TRUTH = re.compile(
    r"\s*(?P<kind>condition|gate|pattern|check)\s*:\s*(?P<ref>[a-z0-9-]+)\s*(?:=\s*(?P<truth>[a-z-]+))?\s*"
)
_DECISION = re.compile(r"\s*decision\s*=\s*(?P<decision>[a-z-]+)\s*")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement, as written and as understood: what of the verdict, how compared, with what."""

    written: str
    kind: str
    ref: str
    wanted: str

    def met(self, verdict: Verdict) -> bool:
        """Whether the verdict comes to it in any case; what is open does not meet a requirement."""
        if self.kind == "stage":
            low, high, number = verdict.stage.floor, verdict.stage.ceiling, int(self.wanted)
            return {">=": low >= number, "<=": high <= number, "=": low == high == number}[self.ref]
        if self.kind == "decision":
            screening = verdict.screening
            return screening is not None and screening.certain and screening.decision == self.wanted
        return self.found(verdict) == self.wanted

    def found(self, verdict: Verdict) -> str:
        """What the verdict comes to in this: a truth, a decision, or the possible stages."""
        if self.kind == "stage":
            return "/".join(map(str, verdict.stage.possible))
        if self.kind == "decision":
            return verdict.screening.decision if verdict.screening else ""
        return _truths(self.kind, verdict)[self.ref]


def _truths(kind: str, verdict: Verdict) -> Mapping[str, Truth]:
    if kind == "check":
        return verdict.screening.checks if verdict.screening else {}
    return {"condition": verdict.conditions, "gate": verdict.stage.gates, "pattern": verdict.patterns}[kind]


def parse(written: Sequence[str], ruleset: RuleSet) -> tuple[list[Requirement], list[Problem]]:
    """What ``stage>=2``, ``pattern:ID=fails``, ``check:ID``, ``condition:ID`` or ``decision=ready`` require."""
    found: list[Requirement] = []
    problems: list[Problem] = []
    for text in written:
        requirement = _understood(text)
        wrong = (
            [Problem("require-form", Place(OPTION), value=text)]
            if requirement is None
            else list(_wrong(requirement, ruleset))
        )
        problems += wrong
        if requirement is not None and not wrong:
            found.append(requirement)
    return found, problems


def _understood(text: str) -> Requirement | None:
    if match := _STAGE.fullmatch(text):
        return Requirement(text, "stage", match["sign"], match["number"])
    if match := _DECISION.fullmatch(text):
        return Requirement(text, "decision", "", match["decision"])
    if match := _TRUTH.fullmatch(text):
        return Requirement(text, match["kind"], match["ref"], match["truth"] or Truth.HOLDS)
    return None


def _wrong(requirement: Requirement, ruleset: RuleSet) -> Iterator[Problem]:
    place, kind = Place(OPTION), requirement.kind
    if kind == "stage":
        if int(requirement.wanted) > ruleset.top:
            stages = [str(stage.stage) for stage in ruleset.stages]
            yield unknown("require-unknown", place, "", requirement.wanted, stages, what=kind)
        return
    if kind == "decision":
        decisions = [str(decision) for decision in Decision] if ruleset.screening else []
        if requirement.wanted not in decisions:
            yield unknown("require-unknown", place, "", requirement.wanted, decisions, what=kind)
        return
    allowed = {
        "condition": list(ruleset.named),
        "gate": [str(number) for number in ruleset.gates],
        "pattern": list(ruleset.pattern),
        "check": [check.id for check in ruleset.screening.checks] if ruleset.screening else [],
    }[kind]
    if requirement.ref not in allowed:
        yield unknown("require-unknown", place, "", requirement.ref, allowed, what=kind)
    truths = [str(truth) for truth in Truth]
    if requirement.wanted not in truths:
        yield unknown("require-unknown", place, "", requirement.wanted, truths, what="truth")
