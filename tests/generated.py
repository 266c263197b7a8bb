"""Generated rule sets and readings, and the slow, obvious meaning that the engines are held against.

``enumerated`` decides a conclusion by trying every valuation of its variables. It shares no code with the engines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from hypothesis import strategies as st

from assess.engines import Truth
from assess.readings import Position, Reading, Status
from assess.ruleset.conditions import (
    All,
    Any,
    AtLeast,
    Atom,
    Attribute,
    Condition,
    Named,
    Not,
    OfType,
    clashes,
    signed_leaves,
)
from assess.ruleset.model import (
    Adaptation,
    Check,
    CommunityType,
    Dimension,
    Here,
    Indicator,
    Item,
    LocalAttribute,
    NamedCondition,
    Pattern,
    RuleSet,
    Scale,
    Screening,
    Source,
    Stage,
    Strategy,
    Unless,
)

WORDS = {"en": "words"}
SOURCES = ("left", "right", "paper")
ATTRIBUTES = {"size": ("small", "medium", "large"), "age": ("new", "old")}
TYPES = ("hill", "valley")


@dataclass(frozen=True)
class Generated:
    """A rule set with what is known of one relation."""

    ruleset: RuleSet
    readings: Mapping[str, Reading]
    attributes: Mapping[str, str]
    community_type: str | None


# --- rule sets ---------------------------------------------------------------------------------------------------


class _Conditions:
    """Draws conditions; direct recursion is ten times faster than nested strategies."""

    def __init__(self, draw: st.DrawFn, highest: Mapping[str, int], named: Mapping[str, Condition]) -> None:
        self.draw = draw
        self.highest = highest
        self.named = named

    def upwards(self, depth: int = 2) -> Condition:
        """A condition as gates have them."""
        return self._tree(depth, upwards_only=True)

    def exact(self) -> Condition:
        """Any condition that two passes decide."""
        condition = self._tree(2, upwards_only=False)
        while clashes(condition, self.named):
            condition = self._leaf(upwards_only=False)
        return condition

    def _tree(self, depth: int, *, upwards_only: bool) -> Condition:
        form = self.draw(st.integers(0, 4 if upwards_only else 5)) if depth else 0
        if form < 2:
            return self._leaf(upwards_only=upwards_only)
        if form == 5:
            return Not(self._tree(depth - 1, upwards_only=False))
        size = self.draw(st.integers(1, 4))
        members = tuple(self._tree(depth - 1, upwards_only=upwards_only) for _ in range(size))
        if form == 2:
            return All(members)
        return Any(members) if form == 3 else AtLeast(self.draw(st.integers(1, size)), members)

    def _leaf(self, *, upwards_only: bool) -> Condition:
        kind = self.draw(st.integers(0, 9))
        if kind < 2 and self.named:
            return Named(self.draw(st.sampled_from(sorted(self.named))))
        if kind == 2 and not upwards_only:
            return self._attribute()
        indicator = self.draw(st.sampled_from(sorted(self.highest)))
        top = self.highest[indicator]
        if upwards_only:
            return Atom(indicator, at_least=True, level=self.draw(st.integers(1, top)))
        source = self.draw(st.sampled_from([None, None, *SOURCES]))
        if self.draw(st.booleans()):
            return Atom(indicator, at_least=True, level=self.draw(st.integers(1, top)), source=source)
        return Atom(indicator, at_least=False, level=self.draw(st.integers(0, top - 1)), source=source)

    def _attribute(self) -> Condition:
        name = self.draw(st.sampled_from(sorted(ATTRIBUTES)))
        levels = ATTRIBUTES[name]
        left_out = self.draw(st.sampled_from(levels))
        return Attribute(name, tuple(level for level in levels if level != left_out))


@st.composite
def rulesets(draw: st.DrawFn) -> RuleSet:
    """Small rule sets with everything that an engine decides."""
    highest = {f"x.i{index}": draw(st.integers(1, 4)) for index in range(draw(st.integers(1, 5)))}
    named: dict[str, Condition] = {}
    conditions = _Conditions(draw, highest, named)
    for index in range(draw(st.integers(0, 3))):
        named[f"n{index}"] = conditions.upwards()
    stages = draw(st.integers(1, 4))
    return RuleSet(
        name="generated",
        version="0",
        title=WORDS,
        languages=("en",),
        scale=Scale(levels=(0, 1, 2, 3, 4), rule=WORDS),
        unrated={},
        sources=tuple(Source(id=source, name=WORDS, party=source != "paper") for source in SOURCES),
        efforts=(Item(id="light", name=WORDS), Item(id="heavy", name=WORDS)),
        pattern_kinds=(Item(id="risk", name=WORDS),),
        dimensions=(Dimension(id="x", prefix="x", name=WORDS),),
        indicators=tuple(_indicator(name, top) for name, top in highest.items()),
        conditions=tuple(NamedCondition(name=name, says=WORDS, when=when) for name, when in named.items()),
        stages=(
            Stage(stage=0, name=WORDS, describes=WORDS),
            *(
                Stage(stage=number, name=WORDS, describes=WORDS, gate=conditions.upwards())
                for number in range(1, stages + 1)
            ),
        ),
        patterns=tuple(_pattern(index, conditions.exact()) for index in range(draw(st.integers(0, 3)))),
        types=tuple(CommunityType(id=name, name=WORDS, description=WORDS) for name in TYPES),
        attributes=tuple(
            LocalAttribute(id=name, name=WORDS, levels=tuple(Item(id=level, name=WORDS) for level in levels))
            for name, levels in ATTRIBUTES.items()
        ),
        strategies=(_strategy(draw, conditions, sorted(highest)),),
        screening=Screening(
            notice=WORDS, checks=(Check(id="check", name=WORDS, required=True, when=conditions.upwards()),)
        ),
    )


def _indicator(name: str, top: int) -> Indicator:
    return Indicator(
        id=name,
        dimension="x",
        name=WORDS,
        definition=WORDS,
        sources=SOURCES,
        primary_source=SOURCES[0],
        levels=(WORDS,) * (top + 1),
    )


def _pattern(index: int, when: Condition) -> Pattern:
    return Pattern(
        id=f"p{index}", kind="risk", name=WORDS, describes=WORDS, when=when, counter_evidence=WORDS, responses=("do",)
    )


def _strategy(draw: st.DrawFn, conditions: _Conditions, indicators: list[str]) -> Strategy:
    wanted = draw(st.sampled_from([None, OfType(("hill",)), OfType(TYPES)])) or conditions.exact()
    return Strategy(
        id="do",
        name=WORDS,
        aim=WORDS,
        stages=(0, 1),
        works_on=(draw(st.sampled_from(indicators)),),
        when=conditions.exact() if draw(st.booleans()) else None,
        unless=(Unless(condition=conditions.exact(), because=WORDS),),
        effort="light",
        here=Here(adaptations=(Adaptation.model_validate({"id": "a", "for": wanted, "text": WORDS}),)),
    )


# --- what is known -----------------------------------------------------------------------------------------------


@st.composite
def intervals(draw: st.DrawFn, top: int) -> tuple[int, int]:
    """A floor and a ceiling, often all or one level."""
    kind = draw(st.sampled_from(["all", "point", "any"]))
    if kind == "all":
        return 0, top
    floor = draw(st.integers(0, top))
    return floor, floor if kind == "point" else draw(st.integers(floor, top))


@st.composite
def situations(draw: st.DrawFn) -> Generated:
    """A rule set with readings, positions, attributes and a type, each known, partly known or not at all."""
    ruleset = draw(rulesets())
    readings = {}
    for indicator in ruleset.indicators:
        floor, ceiling = draw(intervals(indicator.highest))
        heard = draw(st.lists(st.sampled_from(SOURCES), unique=True))
        positions = {source: Position(*draw(intervals(indicator.highest)), 1) for source in heard}
        readings[indicator.id] = Reading(floor, ceiling, Status.SPREAD, positions, stated=True)
    attributes = {name: draw(st.sampled_from(levels)) for name, levels in ATTRIBUTES.items() if draw(st.booleans())}
    return Generated(ruleset, readings, attributes, draw(st.sampled_from([None, *TYPES])))


# --- the obvious meaning -----------------------------------------------------------------------------------------

Valuation = Mapping[str, object]


def is_true(condition: Condition, valuation: Valuation, ruleset: RuleSet) -> bool:
    """Whether a condition is true when every variable has one value."""
    match condition:
        case Atom(at_least=at_least, level=level):
            value = valuation[condition.variable]
            assert isinstance(value, int)
            return value >= level if at_least else value <= level
        case Attribute(name, levels):
            return valuation[name] in levels
        case OfType(types):
            return valuation["the type"] in types
        case Named(name):
            return is_true(ruleset.named[name], valuation, ruleset)
        case Not(of):
            return not is_true(of, valuation, ruleset)
        case All(of):
            return all(is_true(member, valuation, ruleset) for member in of)
        case Any(of):
            return any(is_true(member, valuation, ruleset) for member in of)
        case AtLeast(count, of):
            return len([member for member in of if is_true(member, valuation, ruleset)]) >= count


def valuations(conditions: list[Condition], known: Generated) -> list[Valuation]:
    """Every way in which the variables of these conditions can stand."""
    ranges: dict[str, list[object]] = {}
    for condition in conditions:
        for leaf, _ in signed_leaves(condition, known.ruleset.named):
            if isinstance(leaf, Atom):
                ranges[leaf.variable] = _levels(leaf, known)
            elif isinstance(leaf, Attribute):
                stated = known.attributes.get(leaf.name)
                ranges[leaf.name] = [stated] if stated else list(ATTRIBUTES[leaf.name])
            else:
                elsewhere = "a type that no list names"
                ranges["the type"] = [known.community_type] if known.community_type else [*TYPES, elsewhere]
    return [dict(zip(ranges, values, strict=True)) for values in product(*ranges.values())]


def _levels(atom: Atom, known: Generated) -> list[object]:
    reading = known.readings[atom.indicator]
    if atom.source is None:
        return list(range(reading.floor, reading.ceiling + 1))
    position = reading.positions.get(atom.source)
    if position is None:
        return list(range(known.ruleset.indicator[atom.indicator].highest + 1))
    return list(range(position.floor, position.ceiling + 1))


def enumerated(known: Generated) -> dict[str, Truth]:
    """The truth of every conclusion, by trying all valuations."""
    truths = {}
    for key, condition in known.ruleset.conclusions.items():
        outcomes = {is_true(condition, v, known.ruleset) for v in valuations([condition], known)}
        truths[key] = Truth.OPEN if len(outcomes) == 2 else Truth.HOLDS if True in outcomes else Truth.FAILS
    return truths


def enumerated_stages(known: Generated) -> set[int]:
    """The stages that some valuation gives."""
    gates = list(known.ruleset.gates.values())
    found = set()
    for valuation in valuations(gates, known):
        stage = 0
        while stage < len(gates) and is_true(gates[stage], valuation, known.ruleset):
            stage += 1
        found.add(stage)
    return found
