"""Mutants of a rule set: one threshold, operator, count or list changed at a time, as the loader would still accept it.

A mutant is a change to the model, never to a file. What the loader would refuse (a gate that looks downwards, an
indicator in both directions, an attribute at all of its levels) is no mutant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from assess.problems import Place
from assess.ruleset.conditions import (
    All,
    Any,
    AtLeast,
    Atom,
    Attribute,
    Condition,
    Not,
    OfType,
    clashes,
    signed_leaves,
    text,
)
from assess.ruleset.model import Check, RuleSet, Strategy
from assess.ruleset.references import ANY_TYPE
from assess.verify.places import Places

GROUPS = ("gates", "patterns", "checks", "strategies", "adaptations")
_GROUP_OF = {
    "condition": "gates", "gate": "gates", "pattern": "patterns", "check": "checks", "when": "strategies",
    "unless": "strategies", "strategy": "strategies", "adaptation": "adaptations",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule set with one thing changed: of what (a conclusion's key, ``strategy:ID``), where, and what became what."""

    of: str
    kind: str
    at: str
    before: str
    after: str
    place: Place
    made: Callable[[RuleSet], RuleSet]

    @property
    def change(self) -> str:
        """The change in one line, the same as long as the rules around it are the same."""
        inside = f" {self.at}" if self.at else ""
        return f"{self.of}{inside}: {self.before} → {self.after}"

    @property
    def group(self) -> str:
        """Which part of the rule set it is about."""
        return _GROUP_OF[self.of.partition(":")[0]]


def mutants(places: Places) -> Iterator[Mutant]:
    """Every mutant of a rule set, in the order of its conclusions."""
    ruleset = places.ruleset
    maker = _Conditions(places)
    for key, condition in ruleset.conclusions.items():
        yield from maker.of(key, condition)
    for index, check in enumerate(ruleset.screening.checks if ruleset.screening else ()):
        yield _required(check, places.at("screening", "checks", index, "required"))
    for strategy in ruleset.strategies:
        yield from _strategy(strategy, places)


# --- conditions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Variant:
    """A condition with one node changed: the node, the path to it, and what became what."""

    whole: Condition
    node: Condition
    kind: str
    before: str
    after: str
    path: tuple[int, ...] = ()


class _Conditions:
    def __init__(self, places: Places) -> None:
        self.places = places
        self.ruleset: RuleSet = places.ruleset

    def of(self, key: str, condition: Condition) -> Iterator[Mutant]:
        around = self.places.of(key)
        for variant in self._variants(condition):
            if self._accepted(key, variant.whole):
                yield Mutant(
                    of=key,
                    kind=variant.kind,
                    at="›".join(str(step + 1) for step in variant.path),
                    before=variant.before,
                    after=variant.after,
                    place=self.places.condition(variant.node, around),
                    made=_Put(key, variant.whole),
                )

    def _accepted(self, key: str, whole: Condition) -> bool:
        kind, _, name = key.partition(":")
        named = {**self.ruleset.named, name: whole} if kind == "condition" else self.ruleset.named
        for user in self.places.users[key]:
            condition = whole if user == key else self.ruleset.conclusions[user]
            if clashes(condition, named):
                return False
            upwards_only = user.startswith(("gate:", "check:"))
            if upwards_only and not all(up and isinstance(leaf, Atom) for leaf, up in signed_leaves(condition, named)):
                return False
        return True

    def _variants(self, condition: Condition) -> Iterator[_Variant]:
        for changed, kind, before, after in self._changed(condition):
            yield _Variant(changed, condition, kind, before, after)
        if isinstance(condition, Not):
            yield from (replace(one, whole=Not(one.whole), path=(0, *one.path)) for one in self._variants(condition.of))
        elif isinstance(condition, All | Any | AtLeast):
            for index, member in enumerate(condition.of):
                for one in self._variants(member):
                    inner = (*condition.of[:index], one.whole, *condition.of[index + 1 :])
                    yield replace(one, whole=replace(condition, of=inner), path=(index, *one.path))

    def _changed(self, condition: Condition) -> Iterator[tuple[Condition, str, str, str]]:
        match condition:
            case Atom():
                yield from ((changed, kind, text(condition), text(changed)) for kind, changed in self._atom(condition))
            case Attribute(name, levels):
                known = self.ruleset.attribute[name].level_ids
                lists = [wanted for wanted in _toggled(levels, known) if len(wanted) < len(known)]
                yield from ((Attribute(name, wanted), "levels", _list(levels), _list(wanted)) for wanted in lists)
            case OfType(types):
                lists = list(_toggled(types, tuple(kind.id for kind in self.ruleset.types)))
                yield from ((OfType(wanted), "types", _list(types), _list(wanted)) for wanted in lists)
            case _:
                yield from _counted(condition)
        # Of a comparison, the operator turned round says as much; of a type, the language has no "not".
        if isinstance(condition, Not):
            yield condition.of, "not", f"not {_word(condition.of)}", _word(condition.of)
        elif not isinstance(condition, Atom | OfType):
            yield Not(condition), "not", _word(condition), f"not {_word(condition)}"

    def _atom(self, atom: Atom) -> Iterator[tuple[str, Atom]]:
        top = self.ruleset.indicator[atom.indicator].highest
        for level in (atom.level - 1, atom.level + 1):
            if (1 <= level <= top) if atom.at_least else (0 <= level < top):
                yield "level", replace(atom, level=level)
        turned = replace(atom, at_least=not atom.at_least)
        if (1 <= turned.level <= top) if turned.at_least else (0 <= turned.level < top):
            yield "operator", turned


def _counted(condition: Condition) -> Iterator[tuple[Condition, str, str, str]]:
    match condition:
        case All(of) | Any(of) if len(of) > 1:
            other: Condition = Any(of) if isinstance(condition, All) else All(of)
            yield other, "quantifier", _word(condition), _word(other)
        case AtLeast(count, of):
            for moved in (count - 1, count + 1):
                if 1 <= moved <= len(of):
                    yield AtLeast(moved, of), "count", f"at_least: {count}", f"at_least: {moved}"


def _toggled(chosen: tuple[str, ...], known: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The list with one member more or less; never an empty one."""
    for name in known:
        wanted = tuple(one for one in known if (one in chosen) is not (one == name))
        if wanted:
            yield wanted


def _word(condition: Condition) -> str:
    match condition:
        case All():
            return "all"
        case Any():
            return "any"
        case AtLeast(count):
            return f"at_least: {count}"
        case _:
            return text(condition)


def _list(names: tuple[str, ...]) -> str:
    return f"[{', '.join(names)}]"


@dataclass(frozen=True, slots=True)
class _Put:
    """Puts another condition in the place of a conclusion."""

    key: str
    condition: Condition

    def __call__(self, ruleset: RuleSet) -> RuleSet:
        kind, _, name = self.key.partition(":")
        to = self.condition
        match kind:
            case "condition":
                conditions = [
                    one.model_copy(update={"when": to}) if one.name == name else one for one in ruleset.conditions
                ]
                return rebuilt(ruleset, conditions=tuple(conditions))
            case "gate":
                stages = [
                    one.model_copy(update={"gate": to}) if str(one.stage) == name else one for one in ruleset.stages
                ]
                return rebuilt(ruleset, stages=tuple(stages))
            case "pattern":
                patterns = [one.model_copy(update={"when": to}) if one.id == name else one for one in ruleset.patterns]
                return rebuilt(ruleset, patterns=tuple(patterns))
            case "check":
                return _with_check(ruleset, name, when=to)
            case _:
                strategy, _, inside = name.partition(":")
                changed = _with_condition(ruleset.strategy[strategy], kind, inside, to)
                return with_strategy(ruleset, changed)


def rebuilt(ruleset: RuleSet, **parts: object) -> RuleSet:
    """The rule set with other parts; nothing that was worked out of the old ones stays."""
    return RuleSet.model_construct(**{**{name: getattr(ruleset, name) for name in RuleSet.model_fields}, **parts})


def with_strategy(ruleset: RuleSet, changed: Strategy) -> RuleSet:
    """The rule set with another strategy of the same id."""
    strategies = tuple(changed if one.id == changed.id else one for one in ruleset.strategies)
    return rebuilt(ruleset, strategies=strategies)


def _with_condition(strategy: Strategy, kind: str, inside: str, to: Condition) -> Strategy:
    if kind == "when":
        return strategy.model_copy(update={"when": to})
    if kind == "unless":
        unless = [
            one.model_copy(update={"condition": to}) if str(index) == inside else one
            for index, one in enumerate(strategy.unless)
        ]
        return strategy.model_copy(update={"unless": tuple(unless)})
    assert strategy.here is not None
    adaptations = [
        one.model_copy(update={"condition": to}) if one.id == inside else one for one in strategy.here.adaptations
    ]
    return strategy.model_copy(update={"here": strategy.here.model_copy(update={"adaptations": tuple(adaptations)})})


# --- checks and strategies ---------------------------------------------------------------------------------------


def _with_check(ruleset: RuleSet, name: str, **changed: object) -> RuleSet:
    assert ruleset.screening is not None
    checks = [one.model_copy(update=changed) if one.id == name else one for one in ruleset.screening.checks]
    return rebuilt(ruleset, screening=ruleset.screening.model_copy(update={"checks": tuple(checks)}))


def _required(check: Check, place: Place) -> Mutant:
    words = {True: "true", False: "false"}

    def made(ruleset: RuleSet) -> RuleSet:
        return _with_check(ruleset, check.id, required=not check.required)

    now = words[check.required]
    return Mutant(f"check:{check.id}", "required", "required", now, words[not check.required], place, made)


def _strategy(strategy: Strategy, places: Places) -> Iterator[Mutant]:
    for field, kind, before, after, inside, value in _parts(strategy, places.ruleset):
        yield Mutant(
            of=f"strategy:{strategy.id}",
            kind=kind,
            at=field,
            before=before,
            after=after,
            place=places.strategy(strategy.id, field, *inside),
            made=_Changed(strategy.id, {field: value}),
        )


@dataclass(frozen=True, slots=True)
class _Changed:
    """Gives a strategy another field."""

    strategy: str
    changed: Mapping[str, object]

    def __call__(self, ruleset: RuleSet) -> RuleSet:
        return with_strategy(ruleset, ruleset.strategy[self.strategy].model_copy(update=dict(self.changed)))


_Part = tuple[str, str, str, str, tuple[str | int, ...], object]


def _parts(strategy: Strategy, ruleset: RuleSet) -> Iterator[_Part]:
    """Every change of a strategy that is no change within a condition."""
    numbers = tuple(str(stage.stage) for stage in ruleset.stages)
    written = tuple(str(stage) for stage in strategy.stages)
    for wanted in _toggled(written, numbers):
        yield "stages", "stages", _list(written), _list(wanted), (), tuple(map(int, wanted))
    types = tuple(kind.id for kind in ruleset.types)
    if ANY_TYPE not in strategy.fits:
        for wanted in _toggled(strategy.fits, types):
            yield "fits", "fits", _list(strategy.fits), _list(wanted), (), wanted
    elif types:
        # Where a strategy fits anywhere, one type is taken out of that.
        for index, name in enumerate(types):
            others = (*types[:index], *types[index + 1 :])
            yield "fits", "fits", f"[{ANY_TYPE}]", f"{ANY_TYPE} − {name}", (), others
    for name in strategy.less_fit:
        left = {other: why for other, why in strategy.less_fit.items() if other != name}
        yield "less_fit", "less_fit", name, "−", (name,), left
    if strategy.when is not None:
        yield "when", "when", "when", "−", (), None
    for index, one in enumerate(strategy.unless):
        rest = (*strategy.unless[:index], *strategy.unless[index + 1 :])
        yield "unless", "unless", text(one.condition), "−", (index,), rest
