"""The brief on one relation, for those who buy the service: two pages, and nothing at the level of a source.

It says what was decided and what is open, in conditions and checks. It shows no reading, no position, no rating, no
note and no respondent, since a reading that only one source stands behind is what that source said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from assess.catalogue import catalogue
from assess.engines import Truth
from assess.evidence.model import Action, Assessment
from assess.readings import Status
from assess.report import pdf
from assess.report.opening import gate_members, opening, title
from assess.report.page import Bullets, Cell, Column, Group, Line, Mark, Row, Rung, Table
from assess.report.words import Edition, Subject
from assess.ruleset.conditions import All
from assess.ruleset.model import RuleSet
from assess.verdict import Verdict

SHORT_DIGEST = 8
MOST_ASKED = 10  # indicators of a kind that are named; the others are counted
MOST_ACTIONS = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition of a gate and whether it is met."""

    says: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate with its conditions."""

    title: str
    mark: Mark
    items: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything that a brief shows; ``key`` says what it was made from."""

    tag: str
    gap: str
    date: date
    key: str
    document: str
    header: tuple[str, str]
    footer: tuple[str, str]
    title: str
    subtitle: str
    decision_title: str
    decision: str
    certain: str
    stage_title: str
    rungs: tuple[Rung, ...]
    standing: tuple[Line, ...]
    ask: Bullets
    actions: Bullets
    gates_title: str
    gates_intro: str
    gates: tuple[Gate, ...]
    checks_title: str
    checks: tuple[Table, ...]
    limits: Bullets


def write(brief: Brief) -> bytes:
    """The brief as a PDF."""
    return pdf.typeset("brief.typ.j2", brief.date, brief=brief)[0]


def brief_of(
    verdict: Verdict,
    assessment: Assessment,
    ruleset: RuleSet,
    pivots: Sequence[str],
    language: str,
    *,
    key: str = "",
) -> Brief:
    """The brief on a verdict; ``pivots`` are the readings whose answer alone could still change it."""
    # Names without a judgement in them: a brief leaves the room in which the two sides can explain.
    edition = Edition("procurer", neutral=True)
    subject = Subject(verdict, assessment, ruleset, catalogue(language), edition, {})
    return _Teller(subject, pivots).brief(key)


class _Teller:
    """Says everything of a brief."""

    def __init__(self, subject: Subject, pivots: Sequence[str]) -> None:
        self.subject = subject
        self.verdict = subject.verdict
        self.ruleset = subject.ruleset
        self.pivots = pivots

    def say(self, key: str, /, **values: Any) -> str:
        """The sentence ``key`` of the briefs."""
        return self.subject.catalogue.say(f"portfolio.brief.{key}", **values)

    def brief(self, key: str) -> Brief:
        """The whole brief."""
        subject, say = self.subject, self.say
        shown = opening(subject)
        wave = subject.say("header.wave", date=subject.assessment.wave.date, label="")
        kind = subject.assessment.community.type
        return Brief(
            tag=subject.say("language-tag"),
            gap=subject.say("lead-gap"),
            date=subject.assessment.wave.date,
            key=key,
            document=say("document-title", title=title(subject)),
            header=(say("header", title=subject.text(self.ruleset.title)), wave),
            footer=(
                subject.say("footer.limits"),
                subject.say("footer.rules", version=self.ruleset.version, digest=self.ruleset.digest[:SHORT_DIGEST]),
            ),
            title=title(subject),
            subtitle=subject.community(kind) if kind else "",
            decision_title=say("decision"),
            decision=self._decision(),
            certain=self._certain(),
            stage_title=say("stage"),
            rungs=shown.rungs,
            standing=tuple(self._standing()),
            ask=Bullets(say("ask"), tuple(self._ask())),
            actions=Bullets(say("actions"), tuple(self._actions())),
            gates_title=say("gates"),
            gates_intro=say("gates-intro"),
            gates=tuple(self._gate(number) for number in self.ruleset.gates),
            checks_title=say("checks"),
            checks=tuple(self._checks()),
            limits=Bullets(say("limits"), tuple(self._limits())),
        )

    # --- page one ------------------------------------------------------------------------------------------------

    def _decision(self) -> str:
        found = self.verdict.screening
        return self.subject.say(f"decision.{found.decision.value}") if found else self.say("undecided")

    def _certain(self) -> str:
        found = self.verdict.screening
        if found is None:
            return ""
        if Truth.OPEN not in found.checks.values():
            return self.say("all-settled")
        return self.say("certain" if found.certain else "uncertain")

    def _standing(self) -> Iterator[Line]:
        possible = self.verdict.stage.possible
        if len(possible) == 1:
            stage = next(one for one in self.ruleset.stages if one.stage == possible[0])
            lead = self.say("stands", stage=self.subject.stage(possible[0]))
            yield Line(self.subject.describes(stage), lead)
        else:
            yield Line(self.say("may", stages=[self.subject.stage(number) for number in possible]))
        if self.verdict.one_sided is not None:
            yield Line(self.say("one-sided"))

    def _ask(self) -> Iterator[Line]:
        kinds: dict[str, list[str]] = {"missing": [], "apart": [], "spread": []}
        for name in self.pivots:
            status = self.verdict.readings[name].status
            kind = {Status.MISSING: "missing", Status.DISPUTED: "apart"}.get(status, "spread")
            kinds[kind].append(self.subject.indicator(name))
        for kind, names in kinds.items():
            if names:
                yield Line(self.subject.some(names, MOST_ASKED), self.say(f"ask-{kind}", n=len(names)))
        if not self.pivots:
            settled = self.verdict.stage.floor == self.verdict.stage.ceiling
            settled = settled and (self.verdict.screening is None or self.verdict.screening.certain)
            yield Line(self.say("ask-none" if settled else "ask-cannot"))

    def _actions(self) -> Iterator[Line]:
        known = [action for action in self.subject.assessment.actions if action.strategy in self.ruleset.strategy]
        for action in known[:MOST_ACTIONS]:
            name = self.subject.text(self.ruleset.strategy[action.strategy].name)
            yield Line(self._dates(action), self.say("action", name=name))
        if len(known) > MOST_ACTIONS:
            yield Line(self.say("more-actions", n=len(known) - MOST_ACTIONS))
        if not known:
            yield Line(self.say("no-actions"))

    def _dates(self, action: Action) -> str:
        return self.say("dates", state=self.say(f"state.{action.state}"), since=action.since, until=action.until)

    # --- page two ------------------------------------------------------------------------------------------------

    def _gate(self, number: int) -> Gate:
        gate, subject = self.ruleset.gates[number], self.subject
        parts = gate.of if isinstance(gate, All) else (gate,)
        items = tuple(
            Asked(subject.condition(part, wanted=True), subject.mark(node.truth))
            for part, node in zip(parts, gate_members(subject, number), strict=True)
        )
        return Gate(subject.stage_title(number), subject.mark(self.verdict.stage.gates[str(number)]), items)

    def _checks(self) -> Iterator[Table]:
        screening, found, subject = self.ruleset.screening, self.verdict.screening, self.subject
        if screening is None or found is None:
            return
        columns = tuple(
            Column(subject.say(f"screening.{name}"), share)
            for name, share in (("check", 40), ("result", 14), ("kind", 10), ("basis", 36))
        )
        rows = tuple(
            Row(
                (
                    Cell(subject.text(check.name)),
                    Cell("", subject.mark(found.checks[check.id])),
                    Cell(subject.say("screening.required" if check.required else "screening.optional")),
                    Cell(subject.listed(subject.citations(check.basis))),
                )
            )
            for check in screening.checks
        )
        yield Table(subject.say("screening.caption"), columns, (Group("", rows),))

    def _limits(self) -> Iterator[Line]:
        if self.ruleset.screening:
            yield Line(self.subject.text(self.ruleset.screening.notice))
        yield Line(self.subject.say("method.limit-proposals"))
        yield Line(self.say("source-level"))
