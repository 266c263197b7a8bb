"""How a report words what a verdict has as codes: levels, stages, conditions, citations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assess.catalogue import Catalogue
from assess.engines import Truth
from assess.evidence.model import Assessment
from assess.report.page import Clause, Mark
from assess.ruleset.conditions import (
    All,
    Atom,
    Attribute,
    Condition,
    Leaf,
    Named,
    Not,
    OfType,
    members,
    threshold,
)
from assess.ruleset.model import Citation, Pattern, RuleSet, Stage, Text
from assess.verdict import Node, Verdict

UNVERIFIED = ("待核", "to be verified")
_OPPOSITE = {Truth.HOLDS: Truth.FAILS, Truth.FAILS: Truth.HOLDS, Truth.OPEN: Truth.OPEN}


@dataclass(frozen=True, slots=True)
class Edition:
    """Whom a report is for: whether names and descriptions are the neutral ones, and unverified citations printed."""

    name: str
    neutral: bool = False
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is of, and in which words: the one thing that every part of a report is made from."""

    verdict: Verdict
    assessment: Assessment
    ruleset: RuleSet
    catalogue: Catalogue
    edition: Edition
    numbers: Mapping[int, int]  # of the evidence that is listed, by its index in the file

    # --- plain words ---------------------------------------------------------------------------------------------

    def say(self, key: str, /, **values: Any) -> str:
        """The sentence ``key`` of the report's catalogue."""
        return self.catalogue.say(f"report.{key}", **values)

    def text(self, words: str | Mapping[str, str] | None) -> str:
        """A text in the report's language."""
        text = self.catalogue.words(words)
        return text if isinstance(words, str) else typeset(text)

    def listed(self, items: Iterable[str]) -> str:
        """Items as a list in a sentence."""
        return self.catalogue.listed(items)

    def some(self, items: Sequence[str], most: int) -> str:
        """The first items as a sentence, and how many more there are."""
        return self.say("some", items=list(items[:most]), more=max(0, len(items) - most))

    def names(self, names: Sequence[str], most: int | None = None) -> str:
        """Names in quotation marks, since a name may have a comma or an *and* of its own; the first of many."""
        shown = list(names[:most])
        return self.say("names", names=shown, more=len(names) - len(shown))

    def the(self, source: str) -> str:
        """The name of a source as a sentence has it: ``the committee``."""
        return self.say("the", name=self.source(source))

    def mark(self, truth: Truth) -> Mark:
        """A truth with its word."""
        return Mark(truth.value, self.say(f"truth.{truth.value}"))

    def indicator(self, indicator: str) -> str:
        """The name of an indicator."""
        return self.text(self.ruleset.indicator[indicator].name)

    def source(self, source: str) -> str:
        """The name of a source."""
        return self.text(self.ruleset.source[source].name)

    def pattern(self, pattern: Pattern) -> str:
        """The name of a pattern, the neutral one where the edition asks for it."""
        return self.text((self.edition.neutral and pattern.neutral_name) or pattern.name)

    def describes(self, stage: Stage) -> str:
        """What a stage is like."""
        return self.text((self.edition.neutral and stage.neutral_describes) or stage.describes)

    def community(self, type_id: str) -> str:
        """The name of a community type."""
        return next((self.text(kind.name) for kind in self.ruleset.types if kind.id == type_id), type_id)

    def role(self, role: str) -> str:
        """The name of a role."""
        return next((self.text(item.name) for item in self.ruleset.roles if item.id == role), role)

    def citations(self, citations: Iterable[Citation]) -> tuple[str, ...]:
        """Citations as they are printed; unverified ones only where the edition asks for them."""
        return tuple(self.text(one) for one in citations if self.edition.unverified or not _unverified(one))

    # --- levels and stages ---------------------------------------------------------------------------------------

    def span(self, floor: int, ceiling: int) -> str:
        """An interval of levels: ``2级``, ``2至3级``."""
        return self.say("span", floor=floor, ceiling=ceiling)

    def worded(self, indicator: str, floor: int, ceiling: int) -> str:
        """What the levels of an interval look like; of a wide one, its two ends."""
        levels = self.ruleset.indicator[indicator].levels
        if floor == ceiling:
            return self.text(levels[floor])
        return self.say(
            "worded", floor=floor, ceiling=ceiling, low=self.text(levels[floor]), high=self.text(levels[ceiling])
        )

    def stage(self, number: int) -> str:
        """A stage by number and name; one without a gate by its name."""
        stage = next(stage for stage in self.ruleset.stages if stage.stage == number)
        key = "stage.entered" if stage.gate is not None else "stage.before"
        return self.say(key, number=number, name=self.text(stage.name))

    def stage_title(self, number: int) -> str:
        """A stage by number and name, as a heading writes it."""
        stage = next(stage for stage in self.ruleset.stages if stage.stage == number)
        return self.say("stage.title", number=number, name=self.text(stage.name))

    def stages(self, floor: int, ceiling: int) -> str:
        """A span of stages in words."""
        if floor == ceiling:
            return self.stage(floor)
        key = "stage.either" if ceiling == floor + 1 else "stage.between"
        return self.say(key, low=self.stage(floor), high=self.stage(ceiling))

    # --- conditions ----------------------------------------------------------------------------------------------

    def condition(self, condition: Condition, *, wanted: bool = False) -> str:
        """A condition in words: its sentence where it has a name, otherwise what its leaves ask for."""
        match condition:
            case Named(name):
                return self.text(next(one.says for one in self.ruleset.conditions if one.name == name))
            case Atom() | Attribute() | OfType():
                return self.leaf(condition, wanted=wanted)
            case Not(of):
                return self.say("condition.not", condition=self.condition(of))
            case _:
                inner = [self.condition(member) for member in members(condition)]
                count = threshold(condition)
                key = "condition.all" if count == len(inner) else "condition.of"
                return self.say(key, count=count, items=inner)

    def leaf(self, leaf: Leaf, *, up: bool = True, wanted: bool = False) -> str:
        """What a leaf says, without how things stand; ``wanted``: as something to be reached."""
        match leaf:
            case Atom(indicator, at_least, level, source):
                who = self.the(source) if source else ""
                key = "leaf.wanted" if wanted else "leaf.atom"
                return self.say(key, indicator=self.indicator(indicator), at_least=at_least, level=level, who=who)
            case Attribute(name, levels):
                attribute = self.ruleset.attribute[name]
                names = [self.text(level.name) for level in attribute.levels if (level.id in levels) is up]
                return self.say("leaf.attribute", name=self.text(attribute.name), levels=names)
            case OfType(types):
                return self.say("leaf.type", types=[self.community(one) for one in types], up=up)

    def now(self, leaf: Leaf) -> str:
        """How things stand with what a leaf asks for."""
        if isinstance(leaf, Attribute):
            stated = self.assessment.community.attributes.get(leaf.name)
            names = {level.id: self.text(level.name) for level in self.ruleset.attribute[leaf.name].levels}
            return self.say("now.stated", level=names[stated]) if stated in names else self.say("now.not-stated")
        if isinstance(leaf, OfType):
            return ""
        reading = self.verdict.readings[leaf.indicator]
        if leaf.source:
            position = reading.positions.get(leaf.source)
            if position is None:
                return self.say("now.silent")
            return self.say("now.says", span=self.span(position.floor, position.ceiling))
        if reading.status in {"missing", "not-applicable"}:
            return self.say(f"now.{reading.status}")
        return self.say("now.stands", span=self.span(reading.floor, reading.ceiling))

    def clauses(self, condition: Condition, node: Node, *, wanted: bool = False, depth: int = 0) -> Iterator[Clause]:
        """Why a condition has its truth: the leaves that decide it, each with how things stand.

        ``wanted``: the condition is something to be reached, and its leaves are worded so.
        """
        match condition:
            case Atom() | Attribute() | OfType():
                wanted = wanted and node.truth is not Truth.HOLDS
                key = "clause.wanted" if wanted and isinstance(condition, Atom) else "clause.fact"
                yield Clause(
                    text=self.say(key, leaf=self.leaf(condition, wanted=wanted), now=self.now(condition)),
                    mark=self.mark(node.truth),
                    refs=tuple(sorted(self.numbers[index] for index in node.evidence if index in self.numbers)),
                    aside=self._protected(condition),
                    depth=depth,
                )
            case Named(name):
                yield from self.clauses(self.ruleset.named[name], node.children[0], wanted=wanted, depth=depth)
            case Not(of):
                yield Clause(self.say("clause.not"), depth=depth)
                yield from self.clauses(of, node.children[0], wanted=False, depth=depth + 1)
            case _:
                yield from self._group(condition, node, wanted=wanted, depth=depth)

    def _group(self, condition: Condition, node: Node, *, wanted: bool, depth: int) -> Iterator[Clause]:
        inner = members(condition)
        if len(inner) > 1 and not isinstance(condition, All):
            truths = [child.truth for child in node.children]
            yield Clause(
                self.say(
                    "clause.of",
                    count=threshold(condition),  # type: ignore[arg-type]
                    n=len(inner),
                    holding=truths.count(Truth.HOLDS),
                    unsettled=truths.count(Truth.OPEN),
                    shown=truths.count(node.truth),
                    truth=node.truth.value,
                ),
                depth=depth,
            )
            depth += 1
        for member, child in zip(inner, node.children, strict=True):
            if child.truth is not node.truth:
                continue
            below = sum(one.truth is child.truth for one in child.children)
            together = isinstance(member, All) and below > 1 and not isinstance(condition, All)
            if together:
                yield Clause(self.say("clause.together"), depth=depth)
            yield from self.clauses(member, child, wanted=wanted, depth=depth + together)

    def leaves(self, condition: Condition, node: Node) -> Iterator[tuple[Leaf, Node]]:
        """The leaves of a condition with their nodes, names followed."""
        if isinstance(condition, Atom | Attribute | OfType):
            yield condition, node
        inside = (self.ruleset.named[condition.name],) if isinstance(condition, Named) else members(condition)
        for member, child in zip(inside, node.children, strict=True):
            yield from self.leaves(member, child)

    def _protected(self, leaf: Leaf) -> str:
        """How many answers of protected sources stand behind a reading, where that may be said."""
        if not isinstance(leaf, Atom):
            return ""
        counts = [
            self.say("forms", source=self.source(source), n=position.n)
            for source, position in self.verdict.readings[leaf.indicator].positions.items()
            if self.ruleset.source[source].protect
            and leaf.source in {None, source}
            and position.n is not None
            and position.n >= self.ruleset.disclosure.no_distribution_below
        ]
        return self.listed(counts)


def typeset(text: str) -> str:
    """A text of a rule set with the quotation marks of print in place of those of a keyboard."""
    return re.sub(r'(?<![^\s(“‘])"', "“", re.sub(r"(?<![^\s(“])'(?=\w)", "‘", text)).replace('"', "”").replace("'", "’")


def _unverified(citation: str | Text) -> bool:
    written = (citation,) if isinstance(citation, str) else citation.values()
    return any(word in text for text in written for word in UNVERIFIED)
