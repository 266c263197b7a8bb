"""Why: the tree from a gate, a pattern or a check down to the evidence, with the truth of every node.

A node *decides* when it is the root, or has the truth of a deciding parent: following the deciding nodes downwards
leads to the evidence on which the conclusion stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from assess.engines import Conclusions, Truth
from assess.engines.reference import Known, bits
from assess.problems import Called
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
    leaves,
    members,
    text,
)
from assess.ruleset.model import RuleSet
from assess.situation import Situation
from assess.verdict import Model, Node, NodeKind, ReadingOut


def why(ruleset: RuleSet, situation: Situation, conclusions: Conclusions) -> dict[str, Node]:
    """The trees of every gate, and of each pattern and check that does not fail, by their key."""
    known = Known(ruleset, situation.readings, situation.attributes, situation.community_type)
    trees: dict[str, Node] = {}
    for key, truth in conclusions.truths.items():
        kind, _, ref = key.partition(":")
        if kind == "gate" or (kind in {"pattern", "check"} and truth is not Truth.FAILS):
            writer = _Tree(known, situation.evidence)
            child = writer.node(ruleset.conclusions[key], truth, deciding=True)
            trees[key] = Node(kind=NodeKind(kind), ref=ref, truth=truth, deciding=True, children=(child,), evidence=())
    return trees


class Why(Model):
    """What is asked about: its trees by their key; of an indicator also its reading and its evidence."""

    trees: Mapping[str, Node]
    reading: ReadingOut | None = None
    evidence: Annotated[tuple[int, ...], Field(description="indices into the file's evidence, from 0")] = ()


def askable(ruleset: RuleSet) -> dict[str, Called]:
    """Everything that can be asked about, ``kind:ID``, with what it is called."""
    found: dict[str, Called] = {f"condition:{one.name}": one.says for one in ruleset.conditions}
    found |= {f"gate:{one.stage}": one.name for one in ruleset.stages if one.gate is not None}
    found |= {f"pattern:{one.id}": one.name for one in ruleset.patterns}
    found |= {f"check:{one.id}": one.name for one in (ruleset.screening.checks if ruleset.screening else ())}
    found |= {f"strategy:{one.id}": one.name for one in ruleset.strategies}
    found |= {f"indicator:{one.id}": one.name for one in ruleset.indicators}
    return found


def asked(wanted: str, ruleset: RuleSet) -> list[str]:
    """The entries that an id means, with its kind before it or without."""
    return [key for key in askable(ruleset) if wanted in {key, key.partition(":")[2]}]


def why_of(asked_about: str, ruleset: RuleSet, situation: Situation, reading: ReadingOut | None = None) -> Why:
    """The trees of one entry, ``kind:ID``, whatever their truth."""
    known = Known(ruleset, situation.readings, situation.attributes, situation.community_type)
    writer = _Tree(known, situation.evidence)
    kind, _, ref = asked_about.partition(":")
    trees = {key: _root(key, ruleset.conclusions[key], known, writer) for key in _keys(kind, ref, ruleset)}
    items = writer.items(ref, None) if kind == "indicator" else ()
    return Why(trees=trees, reading=reading if kind == "indicator" else None, evidence=items)


def _keys(kind: str, ref: str, ruleset: RuleSet) -> list[str]:
    """The conclusions that an entry comes down to; of an indicator those that compare it themselves."""
    if kind == "strategy":
        heads = (f"when:{ref}", f"unless:{ref}:", f"adaptation:{ref}:")
        return [key for key in ruleset.conclusions if key == heads[0] or key.startswith(heads[1:])]
    if kind == "indicator":
        return [
            key
            for key, condition in ruleset.conclusions.items()
            if any(isinstance(leaf, Atom) and leaf.indicator == ref for leaf in leaves(condition))
        ]
    return [f"{kind}:{ref}"]


def _root(key: str, condition: Condition, known: Known, writer: _Tree) -> Node:
    truth = bits(condition, known).truth
    child = writer.node(condition, truth, deciding=True)
    kind, _, ref = key.partition(":")
    if kind not in {"gate", "pattern", "check", "condition"}:
        return child
    return Node(kind=NodeKind(kind), ref=ref, truth=truth, deciding=True, children=(child,), evidence=())


class _Tree:
    def __init__(self, known: Known, evidence: Mapping[str, Sequence[tuple[int, str]]]) -> None:
        self.known = known
        self.evidence = evidence

    def node(self, condition: Condition, parent: Truth, *, deciding: bool) -> Node:
        truth = bits(condition, self.known).truth
        deciding = deciding and truth is parent
        inside = (self.known.ruleset.named[condition.name],) if isinstance(condition, Named) else members(condition)
        kind, ref = _named(condition)
        return Node(
            kind=kind,
            ref=ref,
            truth=truth,
            deciding=deciding,
            children=tuple(self.node(member, truth, deciding=deciding) for member in inside),
            evidence=self.items(condition.indicator, condition.source) if isinstance(condition, Atom) else (),
        )

    def items(self, indicator: str, said_by: str | None) -> tuple[int, ...]:
        """The evidence behind a level: items that counted, of sources whose people need no protection."""
        ruleset, counted = self.known.ruleset, self.known.readings[indicator].positions
        return tuple(
            index
            for index, source in self.evidence.get(indicator, ())
            if source in counted and not ruleset.source[source].protect and said_by in {None, source}
        )


def _named(condition: Condition) -> tuple[NodeKind, str]:
    match condition:
        case Atom() | OfType():
            return NodeKind.ATOM, text(condition)
        case Attribute(name, levels):
            return NodeKind.ATTRIBUTE, f"{name}: {', '.join(levels)}"
        case Named(name):
            return NodeKind.CONDITION, name
        case All():
            return NodeKind.ALL, ""
        case Any():
            return NodeKind.ANY, ""
        case AtLeast(count):
            return NodeKind.AT_LEAST, str(count)
        case Not():
            return NodeKind.NOT, ""
