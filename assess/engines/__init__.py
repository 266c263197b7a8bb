"""The engines: different ways to the same conclusions.

An engine gets a rule set, the readings, the stated attributes and the community's type, and returns the truth of
every conclusion of the rule set. All engines mean the same; tests hold them against each other and against the
enumeration of every valuation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from assess.readings import Reading
from assess.ruleset.model import RuleSet


class Truth(StrEnum):
    """``holds``: true whatever the unknown turns out to be; ``fails``: false whatever; ``open``: it depends."""

    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"


def truth(certain: bool, possible: bool) -> Truth:
    """The truth of a conclusion from its two bits."""
    if certain:
        return Truth.HOLDS
    return Truth.OPEN if possible else Truth.FAILS


@dataclass(frozen=True, slots=True)
class Conclusions:
    """What an engine returns: the truth of each conclusion by its key, and the rules that fired, where it knows."""

    truths: Mapping[str, Truth]
    trail: tuple[str, ...] | None = None

    def of(self, kind: str) -> dict[str, Truth]:
        """The truths of one kind, by what follows ``kind:`` in the key."""
        prefix = kind + ":"
        return {key.removeprefix(prefix): truth for key, truth in self.truths.items() if key.startswith(prefix)}


class Engine(Protocol):
    """The contract: readings in, every conclusion out."""

    name: str

    def __call__(
        self,
        ruleset: RuleSet,
        readings: Mapping[str, Reading],
        attributes: Mapping[str, str],
        community_type: str | None,
    ) -> Conclusions:
        """Decide every conclusion of ``ruleset``."""
        ...


class EngineUnavailableError(Exception):
    """An engine that cannot run here (``not-installed``), or cannot carry this rule set (``too-large``)."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason = reason
        self.detail = detail


def engine(name: str, ruleset: RuleSet) -> Engine:
    """The engine of that name, ready for this rule set.

    Raises ``EngineUnavailableError`` where what it stands on is not installed, or cannot carry the rule set.
    """
    if name == "durable":
        from assess.engines.durable import DurableEngine

        return DurableEngine.ready_for(ruleset)
    if name == "columnar":
        from assess.engines.columnar import ColumnarEngine

        return ColumnarEngine(ruleset)
    from assess.engines.reference import ReferenceEngine

    return ReferenceEngine()
