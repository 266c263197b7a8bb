"""Booleans and small codes as dataframe expressions, in the forms that are fast and that every backend reads alike."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw


def is_one_of(column: nw.Expr, words: Sequence[str]) -> nw.Expr:
    """Whether a text is one of these words. Polars compares with a few words faster than it looks into a set."""
    return any_of([(column == word).fill_null(value=False) for word in words])


def any_of(parts: Sequence[nw.Expr]) -> nw.Expr:
    """Whether one of these booleans is true."""
    return nw.any_horizontal(*parts, ignore_nulls=False) if parts else nw.lit(value=False)


def all_of(parts: Sequence[nw.Expr]) -> nw.Expr:
    """Whether all of these booleans are true."""
    return nw.all_horizontal(*parts, ignore_nulls=False) if parts else nw.lit(value=True)


def chosen(choices: Sequence[tuple[nw.Expr, int]], otherwise: int) -> nw.Expr:
    """The code of the first of these conditions that is true."""
    found = code(otherwise)
    for condition, value in reversed(choices):
        found = nw.when(condition).then(code(value)).otherwise(found)
    return found


def code(value: int) -> nw.Expr:
    """A small number in a small type (signed, since Spark has no other): big tables are bound by memory."""
    return nw.lit(value, dtype=nw.Int8())


def number(boolean: nw.Expr) -> nw.Expr:
    """1 or 0. Polars chooses between two constants four times faster than it casts."""
    return chosen([(boolean, 1)], 0)


def count_of(booleans: Sequence[nw.Expr]) -> nw.Expr:
    """How many of these are true."""
    total = number(booleans[0])
    for boolean in booleans[1:]:
        total = total + number(boolean)
    return total


def prefixes(name: str, parts: Sequence[nw.Expr]) -> dict[str, nw.Expr]:
    """``{name}{k}``: whether the first k of these are true."""
    return {f"{name}{count}": all_of(parts[:count]) for count in range(1, len(parts) + 1)}
