"""One entry of a rule set in words, and what uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from assess.catalogue import Catalogue
from assess.ruleset.conditions import Condition, leaves, names, text
from assess.ruleset.model import (
    Check,
    CommunityType,
    EventType,
    Indicator,
    Model,
    Pattern,
    RuleSet,
    Source,
    Stage,
    Strategy,
)

Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry to be shown: its kind, id and name, its parts by label, and the ids of what uses it."""

    kind: str
    id: str
    name: str
    rows: tuple[Row, ...]
    used_by: tuple[str, ...]


def ids(ruleset: RuleSet) -> list[str]:
    """Every id that can be shown."""
    return [
        *ruleset.indicator, *ruleset.named, *(str(stage.stage) for stage in ruleset.stages), *ruleset.pattern,
        *ruleset.strategy, *(check.id for check in _checks(ruleset)), *(kind.id for kind in ruleset.types),
        *ruleset.attribute, *ruleset.event, *ruleset.source,
    ]  # fmt: skip


def entries(ruleset: RuleSet, wanted: str, words: Catalogue) -> list[Entry]:
    """The entries with this id, most often one; none when there is no such id."""
    writer = _Writer(ruleset, words)
    found = [entry for entry in writer.all() if entry.id == wanted]
    return [Entry(e.kind, e.id, e.name, e.rows, tuple(used_by(ruleset, e.kind, e.id))) for e in found]


def _checks(ruleset: RuleSet) -> tuple[Check, ...]:
    return ruleset.screening.checks if ruleset.screening else ()


def used_by(ruleset: RuleSet, kind: str, wanted: str) -> Iterator[str]:
    """The keys of conclusions, and the strategies, patterns and types, that speak of an entry."""
    uses: Mapping[str, Callable[[Condition], bool]] = {
        "indicator": lambda c: any(getattr(leaf, "indicator", None) == wanted for leaf in leaves(c)),
        "source": lambda c: any(getattr(leaf, "source", None) == wanted for leaf in leaves(c)),
        "attribute": lambda c: any(getattr(leaf, "name", None) == wanted for leaf in leaves(c)),
        "condition": lambda c: wanted in names(c),
    }
    if kind in uses:
        yield from (key for key, condition in ruleset.conclusions.items() if uses[kind](condition))
    for strategy in ruleset.strategies:
        related = {
            "indicator": strategy.works_on,
            "event": strategy.windows,
            "type": (*strategy.fits, *strategy.less_fit),
        }
        if wanted in related.get(kind, ()):
            yield f"strategy:{strategy.id}"
    if kind == "strategy":
        yield from (f"pattern:{pattern.id}" for pattern in ruleset.patterns if wanted in pattern.responses)
    if kind == "indicator":
        yield from (f"type:{community.id}" for community in ruleset.types if wanted in community.watch)


class _Writer:
    def __init__(self, ruleset: RuleSet, words: Catalogue) -> None:
        self.ruleset = ruleset
        self.words = words

    def all(self) -> Iterator[Entry]:
        ruleset, words = self.ruleset, self.words.words
        for indicator in ruleset.indicators:
            yield self._entry("indicator", indicator.id, words(indicator.name), self._indicator(indicator))
        for condition in ruleset.conditions:
            rows = [("when", text(condition.when))]
            yield self._entry("condition", condition.name, words(condition.says), rows)
        for stage in ruleset.stages:
            yield self._entry("stage", str(stage.stage), words(stage.name), self._stage(stage))
        for pattern in ruleset.patterns:
            yield self._entry("pattern", pattern.id, words(pattern.name), self._pattern(pattern))
        for strategy in ruleset.strategies:
            yield self._entry("strategy", strategy.id, words(strategy.name), self._strategy(strategy))
        for check in _checks(ruleset):
            rows = [("when", text(check.when)), ("basis", self._citations(check.basis))]
            yield self._entry("check", check.id, words(check.name), rows)
        for kind in ruleset.types:
            yield self._entry("type", kind.id, words(kind.name), self._type(kind))
        for attribute in ruleset.attributes:
            levels = "; ".join(f"{level.id} ({words(level.name)})" for level in attribute.levels)
            yield self._entry("attribute", attribute.id, words(attribute.name), [("levels", levels)])
        plain: list[EventType | Source] = [*ruleset.events, *ruleset.sources]
        for named in plain:
            kind_of = "event" if named.id in ruleset.event else "source"
            yield self._entry(kind_of, named.id, words(named.name), [])

    def _entry(self, kind: str, wanted: str, name: str, rows: list[Row]) -> Entry:
        shown = [(label if label.startswith("=") else self.words.say(f"show.{label}"), value) for label, value in rows]
        return Entry(kind, wanted, name, tuple((label.lstrip("="), value) for label, value in shown if value), ())

    def _texts(self, model: Model, *fields: str) -> list[Row]:
        return [(field, self.words.words(getattr(model, field))) for field in fields]

    def _citations(self, citations: tuple[str | Mapping[str, str], ...]) -> str:
        return "; ".join(self.words.words(citation) for citation in citations)

    def _indicator(self, indicator: Indicator) -> list[Row]:
        levels = [
            (f"={self.words.say('show.level', level=number)}", self.words.words(level))
            for number, level in enumerate(indicator.levels)
        ]
        return [
            *self._texts(indicator, "definition", "observe"),
            ("sources", ", ".join(indicator.sources)),
            ("primary_source", indicator.primary_source),
            *levels,
            *self._texts(indicator, "rating_note"),
            ("theory", self._citations(indicator.theory)),
        ]

    def _stage(self, stage: Stage) -> list[Row]:
        return [*self._texts(stage, "describes"), ("gate", text(stage.gate) if stage.gate else "")]

    def _pattern(self, pattern: Pattern) -> list[Row]:
        return [
            *self._texts(pattern, "describes"),
            ("when", text(pattern.when)),
            *self._texts(pattern, "counter_evidence"),
            ("responses", ", ".join(pattern.responses)),
            ("literature", self._citations(pattern.literature)),
        ]

    def _strategy(self, strategy: Strategy) -> list[Row]:
        unless = "; ".join(f"{text(u.condition)}: {self.words.words(u.because)}" for u in strategy.unless)
        less_fit = "; ".join(f"{name}: {self.words.words(why)}" for name, why in strategy.less_fit.items())
        return [
            *self._texts(strategy, "aim"),
            ("stages", ", ".join(map(str, strategy.stages))),
            ("works_on", ", ".join(strategy.works_on)),
            ("when", text(strategy.when) if strategy.when else ""),
            ("unless", unless),
            ("windows", ", ".join(strategy.windows)),
            ("fits", ", ".join(strategy.fits)),
            ("less_fit", less_fit),
            *self._texts(strategy, "caution", "duration"),
            ("effort", strategy.effort),
            ("basis", self._citations(strategy.basis)),
        ]

    def _type(self, kind: CommunityType) -> list[Row]:
        texts = self._texts(kind, "actors", "entry", "first_moves")
        return [("describes", self.words.words(kind.description)), *texts, ("watch", ", ".join(kind.watch))]
