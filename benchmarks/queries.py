"""The rules as a query that one would write by hand: in SQL, and in polars.

Named conditions are columns, conclusions come after them, and ``at_least`` is a sum of booleans. Both have one column
for each conclusion: 0 fails, 1 open, 2 holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

import polars as pl

from assess.engines.columnar import Columnar
from assess.engines.network import THE_TYPE
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
    names,
    threshold,
)

T = TypeVar("T")


class Language(Protocol[T]):
    """A query language: how comparisons and their combinations are written."""

    def compare(self, column: str, operator: str, level: int) -> T: ...  # noqa: D102
    def stated(self, column: str, wanted: tuple[str, ...], *, certain: bool) -> T: ...  # noqa: D102
    def column(self, name: str) -> T: ...  # noqa: D102
    def negated(self, value: T) -> T: ...  # noqa: D102
    def at_least(self, count: int, values: list[T]) -> T: ...  # noqa: D102


def written(condition: Condition, columnar: Columnar, language: Language[T], *, certain: bool) -> T:
    """A condition in a language, in its worst or in its best case."""
    match condition:
        case Atom(level=level, at_least=at_least):
            variable = columnar.variables[condition.variable]
            bound = variable.floor if at_least is certain else variable.ceiling
            return language.compare(bound, ">=" if at_least else "<=", level)
        case Attribute(name, levels):
            return language.stated(columnar.stated[name], levels, certain=certain)
        case OfType(types):
            return language.stated(columnar.stated[THE_TYPE], types, certain=certain)
        case Named(name):
            return language.column(column_of(name, certain=certain))
        case Not(of):
            return language.negated(written(of, columnar, language, certain=not certain))
        case All(of) | Any(of) | AtLeast(_, of):
            inside = [written(member, columnar, language, certain=certain) for member in of]
            return language.at_least(threshold(condition), inside)


def column_of(name: str, *, certain: bool) -> str:
    """The column of a named condition."""
    return f"{name}_{'certain' if certain else 'possible'}"


def by_use(columnar: Columnar) -> Iterator[str]:
    """The named conditions, each after those that it uses."""
    named, done = columnar.ruleset.named, set[str]()

    def visit(name: str) -> Iterator[str]:
        if name not in done:
            done.add(name)
            for below in names(named[name]):
                yield from visit(below)
            yield name

    for name in named:
        yield from visit(name)


def codes(columnar: Columnar) -> Iterator[tuple[str, Condition]]:
    """The columns of the answer, ``k0`` and so on, with the conclusion of each."""
    for place, (key, condition) in enumerate(columnar.ruleset.conclusions.items()):
        kind, _, name = key.partition(":")
        yield f"k{place}", Named(name) if kind == "condition" else condition


class _SQL:
    def compare(self, column: str, operator: str, level: int) -> str:
        return f"{column} {operator} {level}"

    def stated(self, column: str, wanted: tuple[str, ...], *, certain: bool) -> str:
        listed = ", ".join(f"'{word}'" for word in wanted)
        return f"coalesce({column} IN ({listed}), {'false' if certain else 'true'})"

    def column(self, name: str) -> str:
        return f'"{name}"'

    def negated(self, value: str) -> str:
        return f"NOT ({value})"

    def at_least(self, count: int, values: list[str]) -> str:
        if count in (1, len(values)):
            return (" OR " if count == 1 else " AND ").join(f"({value})" for value in values)
        return f"{' + '.join(f'({value})::TINYINT' for value in values)} >= {count}"


def sql(columnar: Columnar, table: str) -> str:
    """The rules as one SQL query."""
    language, bits = _SQL(), (True, False)
    asked = [
        f'{written(columnar.ruleset.named[name], columnar, language, certain=bit)} AS "{column_of(name, certain=bit)}"'
        for name in by_use(columnar)
        for bit in bits
    ]
    for column, condition in codes(columnar):
        certain, possible = (written(condition, columnar, language, certain=bit) for bit in bits)
        asked.append(f"CASE WHEN {certain} THEN 2 WHEN {possible} THEN 1 ELSE 0 END::TINYINT AS {column}")
    shown = ", ".join(column for column, _ in codes(columnar))
    return f"SELECT {shown} FROM (SELECT {', '.join(asked)} FROM {table})"


class _Polars:
    def compare(self, column: str, operator: str, level: int) -> pl.Expr:
        return pl.col(column) >= level if operator == ">=" else pl.col(column) <= level

    def stated(self, column: str, wanted: tuple[str, ...], *, certain: bool) -> pl.Expr:
        return pl.col(column).is_in(wanted).fill_null(not certain)

    def column(self, name: str) -> pl.Expr:
        return pl.col(name)

    def negated(self, value: pl.Expr) -> pl.Expr:
        return ~value

    def at_least(self, count: int, values: list[pl.Expr]) -> pl.Expr:
        if count in (1, len(values)):
            return pl.any_horizontal(values) if count == 1 else pl.all_horizontal(values)
        return pl.sum_horizontal(values) >= count


def polars(columnar: Columnar, frame: pl.LazyFrame) -> pl.LazyFrame:
    """The rules as a polars query."""
    language, bits = _Polars(), (True, False)
    for name in by_use(columnar):
        condition = columnar.ruleset.named[name]
        frame = frame.with_columns(
            **{column_of(name, certain=bit): written(condition, columnar, language, certain=bit) for bit in bits}
        )
    asked = {}
    for column, condition in codes(columnar):
        certain, possible = (written(condition, columnar, language, certain=bit) for bit in bits)
        asked[column] = pl.when(certain).then(2).when(possible).then(1).otherwise(0).cast(pl.Int8)
    return frame.select(**asked)
