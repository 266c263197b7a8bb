"""A rule set as frozen models: the content of ``rules/``, read, checked and ready to be asked.

Field names are those of the YAML files. Texts are mappings from language to words; citations are printed as they
stand or, where the rule set gives them, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from assess.ruleset.conditions import NAME, Atom, Condition, leaves, variables

WINDOW_MONTHS = 12


def _as_typed(value: Any) -> Any:
    """A plain number where text is wanted keeps the letters that were typed: ``010`` stays ``010``."""
    return getattr(value, "text", value)


Words = Annotated[str, BeforeValidator(_as_typed), Field(min_length=1)]


def _in_every_language(words: Mapping[str, str], info: ValidationInfo) -> Mapping[str, str]:
    wanted: tuple[str, ...] = (info.context or {}).get("languages", ())
    missing = [language for language in wanted if language not in words]
    if wanted and missing:
        raise PydanticCustomError("missing-language", "{missing}", {"missing": ", ".join(missing)})
    unknown = [language for language in words if wanted and language not in wanted]
    if unknown:
        raise PydanticCustomError("unknown-language", "{unknown}", {"unknown": ", ".join(unknown)})
    return words


def _by_language(words: Any) -> Any:
    if not isinstance(words, Mapping):
        raise PydanticCustomError("text-by-language", "not by language")
    return words


# One text in every language that the rule set declares.
Text = Annotated[Mapping[str, Words], BeforeValidator(_by_language), AfterValidator(_in_every_language)]
Name = Annotated[str, BeforeValidator(_as_typed), Field(pattern=rf"^{NAME.pattern}$")]
Citation = Words | Text


def _forwards(weeks: tuple[int, int]) -> tuple[int, int]:
    if weeks[0] > weeks[1]:
        raise PydanticCustomError("weeks-backwards", "backwards")
    return weeks


# The fewest and the most weeks that something takes.
Weeks = Annotated[tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]], AfterValidator(_forwards)]
# Conditions arrive parsed: their form is checked by the condition reader, which knows where every part stands.
Parsed = Annotated[Condition, PlainValidator(lambda value: value)]


class Model(BaseModel):
    """What all models of a rule set share: frozen, and no field that nobody knows."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", strict=True)


class Scale(Model):
    """The rating scale, and how a level is chosen."""

    levels: tuple[int, ...]
    rule: Text
    window: Text | None = None


class Source(Model):
    """Who can give evidence. ``party``: one of the two sides of the relation; ``protect``: its people are protected."""

    id: Name
    name: Text
    quorum: Annotated[int, Field(ge=1)] = 1
    party: bool = False
    protect: bool = False
    rates: Literal["all", "listed"] = "listed"


class Disclosure(Model):
    """Below how many respondents a protected source shows no distribution, and nothing at all."""

    no_distribution_below: Annotated[int, Field(ge=1)] = 5
    nothing_below: Annotated[int, Field(ge=1)] = 3


class Item(Model):
    """An id with a name: an effort, a role, a kind of pattern, a level of an attribute or of evidence."""

    id: Annotated[str, BeforeValidator(_as_typed), Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    name: Text


class Indicator(Model):
    """One thing that is rated, with its levels in words; more is always nearer to a mature relation."""

    id: str
    dimension: str
    name: Text
    definition: Text
    observe: Text | None = None
    sources: tuple[str, ...]
    primary_source: str
    theory: tuple[Citation, ...] = ()
    levels: Annotated[tuple[Text, ...], Field(min_length=2, max_length=5)]
    rating_note: Text | None = None

    @property
    def highest(self) -> int:
        """The highest level that is worded."""
        return len(self.levels) - 1


class Dimension(Model):
    """A group of indicators that one file holds."""

    id: Name
    prefix: str
    name: Text


class NamedCondition(Model):
    """A condition with a sentence: what gates and strategies speak of."""

    name: Name
    says: Text
    when: Parsed


class Stage(Model):
    """A rung of the ladder; the lowest has no gate."""

    stage: Annotated[int, Field(ge=0)]
    name: Text
    describes: Text
    neutral_describes: Text | None = None
    gate: Parsed | None = None


class Pattern(Model):
    """A recurring shape of a relation: a question for a joint talk, never a verdict."""

    id: Name
    kind: str
    name: Text
    neutral_name: Text | None = None
    describes: Text
    when: Parsed
    counter_evidence: Text
    responses: tuple[str, ...] = ()
    literature: tuple[Citation, ...] = ()


class CommunityType(Model):
    """A kind of community and what matters there."""

    id: Name
    name: Text
    description: Text
    actors: Text | None = None
    entry: Text | None = None
    watch: tuple[str, ...] = ()
    first_moves: Text | None = None


class LocalAttribute(Model):
    """A local condition that is stated as one of a few levels."""

    id: Name
    name: Text
    levels: Annotated[tuple[Item, ...], Field(min_length=2)]

    @property
    def level_ids(self) -> tuple[str, ...]:
        """The ids of its levels, in order."""
        return tuple(level.id for level in self.levels)


class EventType(Model):
    """A kind of change in or around the community, and from which side of it a strategy is timely."""

    id: Name
    name: Text
    when: Literal["behind", "ahead", "both"] = "behind"


class Step(Model):
    """One step of a strategy: who does what by when."""

    who: tuple[str, ...]
    by: Literal["first-week", "first-month", "later"]
    does: Text


class Adaptation(Model):
    """What is done differently where ``for`` is true of the place or of the relation."""

    id: Name
    condition: Annotated[Parsed, Field(alias="for")]
    text: Text


class Here(Model):
    """How a strategy is done in this place: its steps, the signs that it works and to stop, its adaptations."""

    steps: tuple[Step, ...] = ()
    works: Text | None = None
    stop: Text | None = None
    adaptations: tuple[Adaptation, ...] = ()


class Unless(Model):
    """A condition under which a strategy is held back, and why."""

    condition: Parsed
    because: Text


class Strategy(Model):
    """Something the two sides can do next."""

    id: Name
    name: Text
    aim: Text
    stages: Annotated[tuple[int, ...], Field(min_length=1)]
    works_on: Annotated[tuple[str, ...], Field(min_length=1)]
    when: Parsed | None = None
    unless: tuple[Unless, ...] = ()
    windows: tuple[str, ...] = ()
    fits: Annotated[tuple[str, ...], Field(min_length=1)] = ("any",)
    less_fit: Mapping[str, Text] = {}
    caution: Text | None = None
    roles: Mapping[str, Text] = {}
    duration: Text | None = None
    weeks: Weeks | None = None  # how long ``duration`` is; without it, what is begun goes on
    effort: str
    outputs: Text | None = None
    basis: tuple[Citation, ...] = ()
    evidence_level: str | None = None
    here: Here | None = None


class Check(Model):
    """What an officer who buys the service may ask of the relation."""

    id: Name
    name: Text
    required: bool
    when: Parsed
    basis: tuple[Citation, ...] = ()


class Screening(Model):
    """The checks for procurers, and what must be said beside them."""

    notice: Text
    checks: tuple[Check, ...]


class RuleSet(Model):
    """All content of a rule set. Every reference in it resolves, every condition is parsed, every text is complete."""

    name: Name
    version: str
    title: Text
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    scale: Scale
    unrated: Mapping[str, Text] = {}
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    disclosure: Disclosure = Disclosure()
    gaps_from: Annotated[int, Field(ge=1)] = 2
    silent_below: Annotated[float, Field(ge=0, le=1)] = 0.25
    efforts: tuple[Item, ...] = ()
    pattern_kinds: tuple[Item, ...] = ()
    roles: tuple[Item, ...] = ()
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1)]
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1)]
    conditions: tuple[NamedCondition, ...] = ()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    patterns: tuple[Pattern, ...] = ()
    types: tuple[CommunityType, ...] = ()
    attributes: tuple[LocalAttribute, ...] = ()
    window_months: Annotated[int, Field(ge=1)] = WINDOW_MONTHS
    events: tuple[EventType, ...] = ()
    evidence_levels: tuple[Item, ...] = ()
    strategies: tuple[Strategy, ...] = ()
    screening: Screening | None = None
    digest: str = ""

    @cached_property
    def indicator(self) -> Mapping[str, Indicator]:
        """Indicators by id."""
        return {indicator.id: indicator for indicator in self.indicators}

    @cached_property
    def source(self) -> Mapping[str, Source]:
        """Sources by id."""
        return {source.id: source for source in self.sources}

    @cached_property
    def named(self) -> Mapping[str, Condition]:
        """Named conditions by name."""
        return {condition.name: condition.when for condition in self.conditions}

    @cached_property
    def pattern(self) -> Mapping[str, Pattern]:
        """Patterns by id."""
        return {pattern.id: pattern for pattern in self.patterns}

    @cached_property
    def strategy(self) -> Mapping[str, Strategy]:
        """Strategies by id."""
        return {strategy.id: strategy for strategy in self.strategies}

    @cached_property
    def attribute(self) -> Mapping[str, LocalAttribute]:
        """Local attributes by id."""
        return {attribute.id: attribute for attribute in self.attributes}

    @cached_property
    def event(self) -> Mapping[str, EventType]:
        """Event types by id."""
        return {event.id: event for event in self.events}

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each indicator in the rule set, which settles every tie."""
        return {indicator.id: index for index, indicator in enumerate(self.indicators)}

    @cached_property
    def gates(self) -> Mapping[int, Condition]:
        """The gates from the lowest stage that has one upwards."""
        return {stage.stage: stage.gate for stage in self.stages if stage.gate is not None}

    @property
    def top(self) -> int:
        """The highest stage."""
        return self.stages[-1].stage

    @cached_property
    def parties(self) -> tuple[Source, ...]:
        """The sources that speak for a side of the relation."""
        return tuple(source for source in self.sources if source.party)

    @cached_property
    def gate_indicators(self) -> tuple[str, ...]:
        """The indicators that any gate looks at, in rule-set order."""
        used = {name for gate in self.gates.values() for name in variables(gate, self.named)}
        return tuple(indicator.id for indicator in self.indicators if indicator.id in used)

    def may_rate(self, source: Source, indicator: str) -> bool:
        """Whether this source can know this indicator."""
        return source.rates == "all" or source.id in self.indicator[indicator].sources

    def least_effort(self, effort: str) -> int:
        """The place of an effort from light to heavy."""
        return [item.id for item in self.efforts].index(effort)

    @cached_property
    def conclusions(self) -> Mapping[str, Condition]:
        """Everything that an engine decides, by key, in the order of the pipeline.

        Keys are ``condition:NAME``, ``gate:STAGE``, ``pattern:ID``, ``check:ID``, ``when:STRATEGY``,
        ``unless:STRATEGY:INDEX`` and ``adaptation:STRATEGY:ID``.
        """
        return dict(self._conclusions())

    def _conclusions(self) -> Iterator[tuple[str, Condition]]:
        for name, condition in self.named.items():
            yield f"condition:{name}", condition
        for stage, gate in self.gates.items():
            yield f"gate:{stage}", gate
        for pattern in self.patterns:
            yield f"pattern:{pattern.id}", pattern.when
        for check in self.screening.checks if self.screening else ():
            yield f"check:{check.id}", check.when
        for strategy in self.strategies:
            yield from strategy_conclusions(strategy)

    @cached_property
    def source_variables(self) -> tuple[tuple[str, str], ...]:
        """Every (indicator, source) pair that some conclusion compares, in order of first use."""
        pairs = (
            (leaf.indicator, leaf.source)
            for condition in self.conclusions.values()
            for leaf in leaves(condition)
            if isinstance(leaf, Atom) and leaf.source
        )
        return tuple(dict.fromkeys(pairs))


def strategy_conclusions(strategy: Strategy) -> Iterator[tuple[str, Condition]]:
    """The conditions of one strategy with their keys."""
    if strategy.when is not None:
        yield f"when:{strategy.id}", strategy.when
    for index, unless in enumerate(strategy.unless):
        yield f"unless:{strategy.id}:{index}", unless.condition
    for adaptation in strategy.here.adaptations if strategy.here else ():
        yield f"adaptation:{strategy.id}:{adaptation.id}", adaptation.condition
