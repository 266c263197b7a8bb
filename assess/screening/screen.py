"""Many relations at once: every conclusion, the decision, and the three lists of a portfolio, as columns.

*Settled*: stage and decision are certain. *Sources contradict*: not settled, no pivotal reading is missing, and of some
the sources differ. *Needs answers*: the rest of what is not settled. Nothing here ranks communities.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any as Native

import narwhals as nw

from assess.engines.columnar import DECISIONS, LISTS, Columnar, at_least
from assess.engines.network import Compares
from assess.explain.pivots import Pivots
from assess.ruleset.conditions import AtLeast, Atom, Condition
from assess.ruleset.model import RuleSet

SETTLED, NEEDS_ANSWERS, CONTRADICT = "settled", "needs-answers", "sources-contradict"
PORTFOLIO_LISTS = (SETTLED, NEEDS_ANSWERS, CONTRADICT)
TRUTHS = ("fails", "open", "holds")
SHOWN = ("gate", "condition", "pattern", "check")
MISSING, DISPUTED = "missing:", "disputed:"  # input columns beside those of the rules, one an indicator


class _Columns:
    """The algebra of columns; what is known beforehand stays a plain truth value and disappears."""

    def __init__(self, columnar: Columnar) -> None:
        self.columnar = columnar

    def constant(self, value: bool) -> nw.Expr | bool:
        return value

    def floor_reaches(self, indicator: str, level: int) -> nw.Expr | bool:
        return level <= 0 or nw.col(self.columnar.variables[indicator].floor) >= level

    def ceiling_reaches(self, indicator: str, level: int) -> nw.Expr | bool:
        return level <= 0 or nw.col(self.columnar.variables[indicator].ceiling) >= level

    def bits(self, condition: Condition) -> tuple[nw.Expr | bool, nw.Expr | bool] | None:
        number = self._number(condition)
        return None if number is None else (nw.col(f"n{number}"), nw.col(f"p{number}"))

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

    def negated(self, value: nw.Expr | bool) -> nw.Expr | bool:
        return not value if isinstance(value, bool) else ~value

    def at_least(self, count: int, values: Sequence[nw.Expr | bool]) -> nw.Expr | bool:
        true = sum(value is True for value in values)
        unknown = [value for value in values if not isinstance(value, bool)]
        if true >= count:
            return True
        if true + len(unknown) < count:
            return False
        return unknown[0] if len(unknown) == 1 else at_least(count - true, unknown)


def pivotal_columns(columnar: Columnar) -> dict[str, nw.Expr | bool]:
    """For every indicator of a gate or a check whether its reading is pivotal, as columns."""
    return Pivots[nw.Expr | bool](columnar.ruleset, _Columns(columnar)).pivotal()


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
    pivots = {name: value for name, value in pivotal_columns(columnar).items() if value is not False}
    asked = {f"ask:{name}": _both(value, nw.col(f"{MISSING}{name}")) for name, value in pivots.items()}
    clashing = {f"clash:{name}": _both(value, nw.col(f"{DISPUTED}{name}")) for name, value in pivots.items()}
    frame = frame.with_columns(**asked, **clashing)
    contradict = _any_of(list(clashing)) & ~_any_of(list(asked))
    unsettled = nw.when(contradict).then(nw.lit(2)).otherwise(nw.lit(1))
    return frame.with_columns(list=nw.when(nw.col("settled")).then(nw.lit(0)).otherwise(unsettled).cast(nw.Int8))


def _both(first: nw.Expr | bool, second: nw.Expr) -> nw.Expr:
    return second if isinstance(first, bool) else first & second


def _any_of(names: Sequence[str]) -> nw.Expr:
    return nw.any_horizontal(*(nw.col(name) for name in names), ignore_nulls=False) if names else nw.lit(value=False)


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
