"""Why: the tree from a gate, a pattern or a check down to the evidence, with the truth of every node.

A node *decides* when it is the root, or has the truth of a deciding parent: following the deciding nodes downwards
leads to the evidence on which the conclusion stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assess.engines import Conclusions, Truth
from assess.engines.reference import Known, bits
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
    members,
    text,
)
from assess.ruleset.model import RuleSet
from assess.situation import Situation
from assess.verdict import Node, NodeKind


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
            evidence=self._items(condition) if isinstance(condition, Atom) else (),
        )

    def _items(self, atom: Atom) -> tuple[int, ...]:
        """The evidence behind an atom: items that counted, of sources whose people need no protection."""
        ruleset, counted = self.known.ruleset, self.known.readings[atom.indicator].positions
        return tuple(
            index
            for index, source in self.evidence.get(atom.indicator, ())
            if source in counted and not ruleset.source[source].protect and atom.source in {None, source}
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
