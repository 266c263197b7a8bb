"""Two rule sets: the situations that they judge differently, one question a conclusion, and which rules make them so.

A question is put together from claims about both, so that it can be asked of whole situations (is there one?) and of
partial ones (which is the smallest?). Conclusions that are written the same are the same; they are not asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any as Formula

from assess.ruleset.conditions import Condition, names, text, unfold
from assess.ruleset.model import RuleSet, Strategy
from assess.verdict import Decision
from assess.verify.claims import Claims, List
from assess.verify.logic import FALSE, all_of, any_of

Pair = Callable[[Claims, Claims], Formula]


class Kind(StrEnum):
    """What may differ."""

    STAGE = "stage"
    PATTERN = "pattern"
    DECISION = "decision"
    LIST = "list"
    ADAPTATION = "adaptation"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: whether a conclusion differs in some situation; and the changed rules that it hangs on."""

    kind: Kind
    subject: str
    rules: tuple[str, ...]
    differs: Pair


class Two:
    """An old and a new rule set, and everything that may differ between them."""

    def __init__(self, old: RuleSet, new: RuleSet) -> None:
        self.old = old
        self.new = new

    def asked(self) -> Iterator[Asked]:
        """Every question that could have another answer than "nowhere"."""
        yield from self._stages()
        for pattern in self.old.patterns:
            key = f"pattern:{pattern.id}"
            if pattern.id in self.new.pattern and not self._same(key):
                yield Asked(Kind.PATTERN, pattern.id, self._changed([key]), _conclusion_differs(key))
        yield from self._decision()
        for strategy in self.old.strategies:
            other = self.new.strategy.get(strategy.id)
            if other is not None:
                yield from self._list(strategy, other)
                yield from self._adaptations(strategy, other)

    def everywhere(self) -> Iterator[Pair]:
        """That a conclusion differs anywhere at all, also where nothing is seen of it."""
        for key in self.old.conclusions:
            if key in self.new.conclusions and not key.startswith("condition:") and not self._same(key):
                yield _conclusion_differs(key)

    @property
    def same_levels(self) -> bool:
        """Whether what is missing may stand at the same levels in both, and strategies are for the same places."""
        levels = [{i.id: i.highest for i in ruleset.indicators} for ruleset in (self.old, self.new)]
        gates = [len(ruleset.gates) for ruleset in (self.old, self.new)]
        return (
            levels[0] == levels[1]
            and gates[0] == gates[1]
            and all(
                s.id in self.new.strategy and _placing(s) == _placing(self.new.strategy[s.id])
                for s in self.old.strategies
            )
        )

    # --- questions -----------------------------------------------------------------------------------------------

    def _stages(self) -> Iterator[Asked]:
        for stage in range(1, max(len(self.old.gates), len(self.new.gates)) + 1):
            key = f"gate:{stage}"
            if not self._same(key):
                yield Asked(Kind.STAGE, str(stage), self._changed([key]), _stage_differs(stage))

    def _decision(self) -> Iterator[Asked]:
        """The decision, once for each check that changed and alone makes the difference, else once for all."""
        if self.old.screening is None or self.new.screening is None:
            return
        old, new = ({c.id: c for c in screening.checks} for screening in (self.old.screening, self.new.screening))
        changed = [
            name
            for name in dict.fromkeys([*old, *new])
            if name not in old
            or name not in new
            or old[name].required is not new[name].required
            or not self._same(f"check:{name}")
        ]
        for name in changed:
            others = [other for other in changed if other != name]
            rules = self._changed([f"check:{name}"]) or (f"check:{name}",)
            yield Asked(Kind.DECISION, name, rules, _decision_differs(others))
        if changed:
            rules = self._changed([f"check:{name}" for name in changed]) or tuple(f"check:{n}" for n in changed)
            yield Asked(Kind.DECISION, "", rules, _decision_differs([]))

    def _list(self, strategy: Strategy, other: Strategy) -> Iterator[Asked]:
        keys = [f"when:{strategy.id}"]
        keys += [f"unless:{strategy.id}:{index}" for index in range(max(len(strategy.unless), len(other.unless)))]
        placing, types = _placing(strategy) != _placing(other), self._types(self.old) != self._types(self.new)
        if placing or types or not all(self._same(key) for key in keys):
            own = [f"strategy:{strategy.id}"] if placing else []
            rules = (*own, *self._changed(keys)) or (f"strategy:{strategy.id}",)
            yield Asked(Kind.LIST, strategy.id, rules, _list_differs(strategy, other))

    def _adaptations(self, strategy: Strategy, other: Strategy) -> Iterator[Asked]:
        for adaptation in strategy.here.adaptations if strategy.here else ():
            key = f"adaptation:{strategy.id}:{adaptation.id}"
            if key in self.new.conclusions and not self._same(key):
                differs = _adaptation_differs(key, strategy, other)
                yield Asked(Kind.ADAPTATION, f"{strategy.id}:{adaptation.id}", self._changed([key]), differs)

    # --- what changed --------------------------------------------------------------------------------------------

    @staticmethod
    def _types(ruleset: RuleSet) -> tuple[str, ...]:
        return tuple(sorted(kind.id for kind in ruleset.types))

    def _same(self, key: str) -> bool:
        """Whether a conclusion comes down to the same, as it is written."""
        old, new = self.old.conclusions.get(key), self.new.conclusions.get(key)
        if old is None or new is None:
            return old is new
        return unfold(old, self.old.named) == unfold(new, self.new.named)

    def _changed(self, keys: Sequence[str]) -> tuple[str, ...]:
        """The rules below these conclusions that are written differently, the deepest ones only where they say all."""
        below: dict[str, None] = {}
        for key in keys:
            below[key] = None
            for ruleset in (self.old, self.new):
                if key in ruleset.conclusions:
                    below |= dict.fromkeys(_named_below(ruleset.conclusions[key], ruleset))
        return tuple(key for key in below if self.written(key, self.old) != self.written(key, self.new))

    @cached_property
    def _required(self) -> Mapping[int, Mapping[str, bool]]:
        return {
            id(ruleset): {c.id: c.required for c in ruleset.screening.checks} if ruleset.screening else {}
            for ruleset in (self.old, self.new)
        }

    def written(self, key: str, ruleset: RuleSet) -> str:
        """A rule in one line, as it is written, names not followed; nothing where there is no such rule."""
        kind, _, name = key.partition(":")
        if kind == "strategy":
            strategy = ruleset.strategy.get(name)
            return "" if strategy is None else _as_line(strategy)
        condition = ruleset.conclusions.get(key)
        required = self._required[id(ruleset)].get(name) if kind == "check" else None
        said = "" if condition is None else text(condition)
        return f"{said} (required)" if required else said


def _placing(strategy: Strategy) -> tuple[object, ...]:
    """What decides the list of a strategy beside its conditions."""
    return frozenset(strategy.stages), frozenset(strategy.fits), frozenset(strategy.less_fit)


def _as_line(strategy: Strategy) -> str:
    less = f", less_fit: [{', '.join(strategy.less_fit)}]" if strategy.less_fit else ""
    return f"stages: {list(strategy.stages)}, fits: [{', '.join(strategy.fits)}]{less}"


def _named_below(condition: Condition, ruleset: RuleSet) -> Iterator[str]:
    for name in names(condition):
        yield f"condition:{name}"
        yield from _named_below(ruleset.named[name], ruleset)


# --- formulas ----------------------------------------------------------------------------------------------------


def _apart(old: tuple[Formula, Formula], new: tuple[Formula, Formula]) -> Formula:
    """That one holds and the other fails; each is (holds, fails)."""
    return any_of([all_of([old[0], new[1]]), all_of([old[1], new[0]])])


def _bits(claims: Claims, key: str) -> tuple[Formula, Formula]:
    condition = claims.ruleset.conclusions.get(key)
    if condition is None:
        return FALSE, all_of([])
    return claims.view.holds(condition), claims.view.fails(condition)


def _conclusion_differs(key: str) -> Pair:
    return lambda old, new: _apart(_bits(old, key), _bits(new, key))


def _stage_differs(stage: int) -> Pair:
    def differs(old: Claims, new: Claims) -> Formula:
        below = [old.reaches(stage - 1), new.reaches(stage - 1)]
        return all_of([*below, _apart(_bits(old, f"gate:{stage}"), _bits(new, f"gate:{stage}"))])

    return differs


def decision(claims: Claims, wanted: Decision) -> Formula:
    """That the decision is this one, whatever is left out."""
    checks = claims.ruleset.screening.checks if claims.ruleset.screening else ()
    holds, fails = claims.view.holds, claims.view.fails
    required = [check for check in checks if check.required]
    match wanted:
        case Decision.NOT_YET:
            return any_of([fails(check.when) for check in required])
        case Decision.READY:
            return all_of([holds(check.when) for check in checks])
        case Decision.READY_WITH_CONDITIONS:
            others = any_of([fails(check.when) for check in checks if not check.required])
            return all_of([*(holds(check.when) for check in required), others])
        case _:
            return FALSE  # what is open stays open only while something is unknown


def _decision_differs(others: Sequence[str]) -> Pair:
    """That the decisions differ, while these checks, which changed as well, hold where they are."""

    def differs(old: Claims, new: Claims) -> Formula:
        there = [(claims, f"check:{name}") for claims in (old, new) for name in others]
        holding = [_bits(claims, key)[0] for claims, key in there if key in claims.ruleset.conclusions]
        pairs = [
            all_of([decision(old, one), decision(new, other)]) for one in Decision for other in Decision if one != other
        ]
        return all_of([*holding, any_of(pairs)])

    return differs


def _list_differs(strategy: Strategy, other: Strategy) -> Pair:
    def differs(old: Claims, new: Claims) -> Formula:
        both = []
        for stage in range(min(len(old.gates), len(new.gates)) + 1):
            pairs = [
                all_of([_at(old, strategy, stage, one), _at(new, other, stage, second)])
                for one in List
                for second in List
                if one is not second
            ]
            both.append(all_of([old.stage(stage), new.stage(stage), any_of(pairs)]))
        return any_of(both)

    return differs


def _at(claims: Claims, strategy: Strategy, stage: int, where: List) -> Formula:
    """That a strategy stands in this list, or in none, where the stage is known."""
    if stage not in strategy.stages:
        return all_of([]) if where is List.NONE else FALSE
    return claims.placed_where_served(strategy, where)


def _adaptation_differs(key: str, strategy: Strategy, other: Strategy) -> Pair:
    def differs(old: Claims, new: Claims) -> Formula:
        seen = [
            old.stages(strategy.stages),
            new.stages(other.stages),
            old.advisable(strategy),
            new.advisable(other),
        ]
        return all_of([*seen, _apart(_bits(old, key), _bits(new, key))])

    return differs
