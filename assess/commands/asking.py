"""What ``run`` can be asked beside the verdict: what if, why, and whether a requirement is met."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assess.catalogue import Catalogue
from assess.commands.shared import BAD_INPUT, report_problems, stop
from assess.engines import Engine
from assess.explain import require as required
from assess.explain import whatif as supposed
from assess.explain.why import Why, askable, asked, why_of
from assess.inputs import Judged
from assess.judge import judge
from assess.problems import Place, unnamed
from assess.readings import Mode
from assess.ruleset.model import RuleSet
from assess.situation import of_assessment
from assess.verdict import Verdict, many_to_json, to_json


@dataclass(frozen=True, slots=True)
class Asking:
    """The questions of one command line, understood."""

    overrides: supposed.Overrides
    about: tuple[str, ...]
    requirements: tuple[required.Requirement, ...]

    @classmethod
    def understood(cls, whatif: Sequence[str], why: str | None, require: Sequence[str], ruleset: RuleSet) -> Asking:
        """The questions; what is wrong with them ends the command, with all of it said."""
        overrides, problems = supposed.parse(whatif, ruleset)
        requirements, wrong = required.parse(require, ruleset)
        problems += wrong
        about = asked(why, ruleset) if why is not None else []
        if why is not None and not about:
            called = {key.partition(":")[2]: words for key, words in askable(ruleset).items()}
            problems.append(unnamed("why-unknown", Place("--why"), "", why, called))
        if problems:
            report_problems(problems)
            stop(BAD_INPUT)
        return cls(overrides, tuple(about), tuple(requirements))

    def answer(self, one: Judged, ruleset: RuleSet, engine: Engine, mode: Mode, *, trail: bool) -> Answer:
        """The answers for one assessment; with overridden readings, why and what is required are asked of these."""
        if not self.overrides and not self.about:
            return Answer(self, one, one.verdict, {})
        situation = of_assessment(one.assessment, ruleset, mode)
        verdict = one.verdict
        if self.overrides:
            situation = supposed.overridden(situation, self.overrides)
            verdict = judge(ruleset, situation, engine, trail=trail)
        trees = {
            key: why_of(key, ruleset, situation, verdict.readings.get(key.removeprefix("indicator:")))
            for key in self.about
        }
        return Answer(self, one, verdict, trees)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked about one assessment, answered. ``verdict``: with the overridden readings, where there are any."""

    asking: Asking
    judged: Judged
    verdict: Verdict
    trees: dict[str, Why]

    def show(self, ruleset: RuleSet, language: str) -> None:
        """Print the page, or what was asked for in its place."""
        from assess.terminal import show_verdict, subject_of
        from assess.terminal_explained import show_whatif, show_why

        subject = subject_of(self.verdict, self.judged.assessment, ruleset, language)
        if self.asking.overrides:
            from assess.explain.change import difference

            found = difference(self.judged.verdict, self.verdict)
            show_whatif(self.judged.verdict, found, self.asking.overrides, subject)
        elif not self.trees:
            show_verdict(self.verdict, self.judged.assessment, ruleset, language)
        for key, tree in self.trees.items():
            show_why(key, tree, subject)

    def json(self) -> Any:
        """What is printed of it as JSON, where that is not the plain verdict."""
        if self.trees:
            return {key: tree.model_dump(mode="json", by_alias=True) for key, tree in self.trees.items()}
        both = supposed.beside(self.judged.verdict, self.verdict, self.asking.overrides)
        left_out = {"trail"} if self.verdict.trail is None else set()
        return both.model_dump(
            mode="json", by_alias=True, exclude={"verdict": left_out, "whatif": {"verdict": left_out}}
        )

    def unmet(self, words: Catalogue) -> Iterator[str]:
        """A sentence for each requirement that is not met."""
        key = "not-met-whatif" if self.asking.overrides else "not-met"
        for one in self.asking.requirements:
            if not one.met(self.verdict):
                said = {"id": self.verdict.assessment.id, "written": one.written, "found": one.found(self.verdict)}
                yield words.say(f"explain.require.{key}", **said)


def as_json(answers: Sequence[Answer], *, several: bool) -> str:
    """One object a file, an array for several."""
    if all(not answer.trees and not answer.asking.overrides for answer in answers):
        verdicts = [answer.verdict for answer in answers]
        return many_to_json(verdicts) if several else to_json(verdicts[0])
    shown = [answer.json() for answer in answers]
    return json.dumps(shown if several else shown[0], indent=2, ensure_ascii=False)
