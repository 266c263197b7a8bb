"""Many relations at once: every conclusion, the decision, and the three lists of a portfolio, as columns.

*Settled*: stage and decision are certain. *Sources contradict*: not settled, no pivotal reading is missing, and of some
the sources differ. *Needs answers*: the rest of what is not settled. Nothing here ranks communities.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any as Native

import narwhals as nw

from assess.engines.columnar import DECISIONS, LISTS, Columnar, at_least
from assess.engines.expressions import any_of
from assess.engines.network import Compares
from assess.explain.pivots import Pivots
from assess.ruleset.conditions import AtLeast, Atom, Condition
from assess.ruleset.model import RuleSet

SETTLED, NEEDS_ANSWERS, CONTRADICT = "settled", "needs-answers", "sources-contradict"
PORTFOLIO_LISTS = (SETTLED, NEEDS_ANSWERS, CONTRADICT)
TRUTHS = ("fails", "open", "holds")
SHOWN = ("gate", "condition", "pattern", "check")
ASK, CLASH = "ask:", "clash:"
MISSING, DISPUTED = "missing:", "disputed:"  # input columns beside those of the rules, one an indicator


Value = str | bool  # the name of a column, or what is known beforehand and needs none


class _Columns:
    """The algebra of columns: a value is the name of one (``~`` before it: negated), or known beforehand.

    Equal parts are one, and what several parts use is a column. Written out as one expression, the pivotal readings
    would have some ten thousand terms, and take longer to plan than a hundred thousand rows to decide.
    """

    def __init__(self, columnar: Columnar) -> None:
        self.columnar = columnar
        self._names: dict[tuple[int, tuple[str, ...]], str] = {}
        self._nodes: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._shared: list[list[str]] = []  # by depth

    def share(self, results: Iterable[Value]) -> None:
        """Find out which nodes must be columns for these results: those that are used more than once."""
        uses = Counter(_plain(value) for value in results if not isinstance(value, bool))
        for name, (_, parts) in reversed(self._nodes.items()):  # parts come before what uses them
            if uses[name]:
                uses.update(map(_plain, parts))
        depth: dict[str, int] = {}
        for name, (_, parts) in self._nodes.items():
            if not uses[name]:
                continue
            depth[name] = max((depth.get(_plain(part), 0) for part in parts), default=0)
            if uses[name] > 1:
                if depth[name] == len(self._shared):
                    self._shared.append([])
                self._shared[depth[name]].append(name)
                depth[name] += 1

    def add_to(self, frame: nw.LazyFrame[Native]) -> nw.LazyFrame[Native]:
        """Add the columns that are shared, those first that others use."""
        for names in self._shared:
            frame = frame.with_columns(**{name: self._count(name) for name in names})
        return frame

    def expression(self, value: str) -> nw.Expr:
        """A value in terms of columns that are there."""
        if value.startswith("~"):
            return ~self.expression(value[1:])
        if value in self._nodes and not any(value in names for names in self._shared):
            return self._count(value)
        return nw.col(value)

    def _count(self, name: str) -> nw.Expr:
        count, parts = self._nodes[name]
        return at_least(count, [self.expression(part) for part in parts])

    def constant(self, value: bool) -> Value:
        return value

    def floor_reaches(self, indicator: str, level: int) -> Value:
        return level <= 0 or f"n{self.columnar.network.atoms[Compares(indicator, True, level)]}"

    def ceiling_reaches(self, indicator: str, level: int) -> Value:
        return level <= 0 or f"p{self.columnar.network.atoms[Compares(indicator, True, level)]}"

    def bits(self, condition: Condition) -> tuple[Value, Value] | None:
        number = self._number(condition)
        return None if number is None else (f"n{number}", f"p{number}")

    def _number(self, condition: Condition) -> int | None:
        """The number of an unfolded condition in the network, where it is there."""
        net = self.columnar.network
        if isinstance(condition, Atom):
            return net.atoms.get(Compares(condition.variable, condition.at_least, condition.level))
        if not isinstance(condition, AtLeast):
            return None
        parts = tuple(self._number(part) for part in condition.of)
        if len(parts) == 1:
            return parts[0]
        known = tuple(part for part in parts if part is not None)
        return net.nodes.get((condition.count, known)) if len(known) == len(parts) else None

    def negated(self, value: Value) -> Value:
        if isinstance(value, bool):
            return not value
        return value[1:] if value.startswith("~") else f"~{value}"

    def at_least(self, count: int, values: Sequence[Value]) -> Value:
        true = sum(value is True for value in values)
        unknown = sorted(value for value in values if not isinstance(value, bool))
        if true >= count:
            return True
        if true + len(unknown) < count:
            return False
        needed = count - true
        if needed in (1, len(unknown)):  # of equal parts one will do
            distinct = sorted(set(unknown))
            needed, unknown = (1 if needed == 1 else len(distinct)), distinct
        if len(unknown) == 1:
            return unknown[0]
        node = needed, tuple(unknown)
        if node not in self._names:
            self._names[node] = name = f"q{len(self._names)}"
            self._nodes[name] = node
        return self._names[node]


def _plain(value: str) -> str:
    return value.removeprefix("~")


@lru_cache(maxsize=4)
def _pivotal(columnar: Columnar) -> tuple[_Columns, dict[str, Value]]:
    """Whether the reading of each indicator can be pivotal, and the columns that say so; once for all parts."""
    columns = _Columns(columnar)
    pivotal = Pivots[Value](columnar.ruleset, columns).pivotal()
    columns.share(pivotal.values())
    return columns, {name: value for name, value in pivotal.items() if value is not False}


def screened(frame: nw.LazyFrame[Native], columnar: Columnar) -> nw.LazyFrame[Native]:
    """Add everything that is concluded of each row.

    ``frame`` has the columns that ``columnar`` reads, and ``missing:ID`` and ``disputed:ID`` for each indicator of a
    gate or check. Added are truths as ``gate:1`` and so on (0 fails, 1 open, 2 holds), ``stage_floor`` and
    ``stage_ceiling``, ``decision`` and ``strategy:ID`` as numbers (``DECISIONS``, ``LISTS``), ``ask:ID`` and
    ``clash:ID`` for pivotal readings that are missing or disputed, and ``list`` as a number (``PORTFOLIO_LISTS``).
    """
    frame = columnar.stage(columnar.bits(frame))
    decision = columnar.decision()
    certain = nw.col("stage_floor") == nw.col("stage_ceiling")
    settled = certain & decision["decision_certain"] if decision else certain
    shown = [key for key in columnar.network.conclusions if key.partition(":")[0] in SHOWN]
    frame = frame.with_columns(**columnar.truths(shown), **decision, **columnar.strategies(), settled=settled)
    columns, pivots = _pivotal(columnar)
    frame = columns.add_to(frame)
    decides = {
        name: nw.lit(value=True) if value is True else columns.expression(str(value)) for name, value in pivots.items()
    }
    names = Flags.of(frame)
    asked = {names(ASK, name): value & nw.col(names(MISSING, name)) for name, value in decides.items()}
    clashing = {names(CLASH, name): value & nw.col(names(DISPUTED, name)) for name, value in decides.items()}
    frame = frame.with_columns(**asked, **clashing)
    contradict = any_of(list(map(nw.col, clashing))) & ~any_of(list(map(nw.col, asked)))
    unsettled = nw.when(contradict).then(nw.lit(2)).otherwise(nw.lit(1))
    return frame.with_columns(list=nw.when(nw.col("settled")).then(nw.lit(0)).otherwise(unsettled).cast(nw.Int8))


@dataclass(frozen=True, slots=True)
class Flags:
    """What columns of single indicators are called where the rows lie: a point means something else to Spark."""

    dot: str

    @classmethod
    def of(cls, frame: nw.LazyFrame[Native]) -> Flags:
        """The names that a frame can have."""
        return cls(":" if frame.implementation.is_spark_like() else ".")

    def __call__(self, prefix: str, indicator: str) -> str:
        """The column of an indicator."""
        return prefix + indicator.replace(".", self.dot)


def result_columns(ruleset: RuleSet) -> dict[str, tuple[str, ...]]:
    """The columns of the result, in order, with what their numbers stand for; nothing where they are numbers."""
    columns: dict[str, tuple[str, ...]] = {"stage_floor": (), "stage_ceiling": ()}
    columns |= {f"gate:{stage}": TRUTHS for stage in ruleset.gates}
    columns |= {f"condition:{name}": TRUTHS for name in ruleset.named}
    columns |= {f"pattern:{pattern.id}": TRUTHS for pattern in ruleset.patterns}
    if ruleset.screening:
        columns |= {f"check:{check.id}": TRUTHS for check in ruleset.screening.checks}
        columns["decision"] = DECISIONS
    columns["list"] = PORTFOLIO_LISTS
    return columns | {f"strategy:{strategy.id}": LISTS for strategy in ruleset.strategies}
