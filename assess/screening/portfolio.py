"""A portfolio: what many relations come to together, and each of them with its reasons. Nothing here ranks.

Everything is counted in the same columns that a screening concludes; no relation is compared with another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from assess.catalogue import LANGUAGES
from assess.engines import Truth
from assess.engines.columnar import DECISIONS, FAILS, HOLDS, OPEN, Columnar, at_least
from assess.ruleset.conditions import All, AtLeast, Atom, Condition, unfold
from assess.ruleset.model import RuleSet
from assess.screening.screen import PORTFOLIO_LISTS, screened
from assess.screening.table import COMMUNITY, TYPE, WAVE

NAME = "name:"  # input columns with what a relation is called, one a language; only files have names
AT_ONCE = 2_000_000  # relations whose conclusions are kept in memory, where every pass would have to conclude them anew
COUNTED = ("ask:", "clash:", "pattern:", "check:", "next:")
_WORDED = {FAILS: Truth.FAILS, OPEN: Truth.OPEN, HOLDS: Truth.HOLDS}
_UNSETTLED = (Truth.FAILS, Truth.OPEN)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many relations a report lists one by one, and how many of each list where there are more."""

    shown: int
    first: int


ON_SCREEN, ON_PAPER = Limits(5_000, 500), Limits(1_000, 300)


@dataclass(frozen=True, slots=True)
class Tally:
    """Of so many relations, how many fail something and of how many it is open."""

    fails: int
    open: int
    of: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One relation with its reasons, as codes. Members of the next gate are counted from 0."""

    community: str
    wave: str
    names: Mapping[str, str]
    floor: int
    ceiling: int
    decision: str
    list: str
    asks: tuple[str, ...]
    clashes: tuple[str, ...]
    patterns: tuple[str, ...]
    checks: Mapping[str, Truth]
    lacking: Mapping[int, Truth]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Counts over all relations, and the relations that are listed, by community."""

    total: int
    spans: Mapping[tuple[int, int], int]
    lists: Mapping[str, int]
    decisions: Mapping[str, int]
    checks: Mapping[str, Tally]
    lacking: Mapping[tuple[int, int], Tally]  # by stage and member of its gate, of those who stand right below it
    asked: Mapping[str, int]
    clashing: Mapping[str, int]
    types: Mapping[str, int]  # relations by type, "" where it is not stated
    patterns: Mapping[str, Mapping[str, int]]  # by pattern and type, how many have it
    waves: tuple[str, str]
    entries: tuple[Entry, ...]

    def of(self, name: str) -> tuple[Entry, ...]:
        """The relations of one of the three lists that are listed."""
        return tuple(entry for entry in self.entries if entry.list == name)


def portfolio(inputs: pl.LazyFrame, columnar: Columnar, limits: Limits = ON_SCREEN) -> Portfolio:
    """The portfolio of these relations, ``inputs`` being their rows as the rules read them."""
    frame = _concluded(inputs, columnar)
    frame = frame.select(_needed(frame.collect_schema().names()))
    if frame.select(pl.len()).collect().item() <= AT_ONCE:
        frame = frame.collect().lazy()
    names = frame.collect_schema().names()
    kinds = frame.group_by("list", "stage_floor", "stage_ceiling", *_has(names, "decision")).len()
    by_type = frame.group_by(_text(TYPE, names).alias(TYPE)).agg(
        pl.len().alias("len"), **{name: (pl.col(name) == HOLDS).sum() for name in _with(names, "pattern:")}
    )
    counted = frame.select(**dict(_sums(names)), **_extremes(names))
    standing, types, sums = pl.collect_all([kinds, by_type, counted])
    total, row = int(standing["len"].sum()), sums.row(0, named=True)
    return Portfolio(
        total=total,
        spans=_spans(standing),
        lists=_by_name(standing, "list", PORTFOLIO_LISTS),
        decisions=_by_name(standing, "decision", DECISIONS) if "decision" in names else {},
        checks={name: _tally(row, f"check:{name}", total) for name in _ids(names, "check:")},
        lacking={place: _tally(row, f"next:{place[0]}:{place[1]}") for place in _places(columnar.ruleset)},
        asked={name: row[f"ask:{name}"] for name in _ids(names, "ask:")},
        clashing={name: row[f"clash:{name}"] for name in _ids(names, "clash:")},
        types=dict(sorted(zip(types[TYPE], types["len"], strict=True))),
        patterns={
            name: dict(zip(types[TYPE], types[f"pattern:{name}"], strict=True)) for name in _ids(names, "pattern:")
        },
        waves=(row["first"] or "", row["last"] or ""),
        entries=tuple(_entries(frame, names, total, limits)),
    )


# --- columns -----------------------------------------------------------------------------------------------------


def _concluded(inputs: pl.LazyFrame, columnar: Columnar) -> pl.LazyFrame:
    """The conclusions of each row, and of the gate right above where it stands the truth of each member."""
    frame = screened(nw.from_native(inputs), columnar)
    members = {
        f"next:{stage}:{place}": _truth(member, columnar)
        for stage, place in _places(columnar.ruleset)
        for member in [gate_members(columnar.ruleset, stage)[place]]
    }
    native: pl.LazyFrame = frame.with_columns(**members).to_native()
    return native


def gate_members(ruleset: RuleSet, stage: int) -> tuple[Condition, ...]:
    """The conditions that a gate asks for together; a gate of one condition is its own only member."""
    gate = ruleset.gates[stage]
    return gate.of if isinstance(gate, All) else (gate,)


def _places(ruleset: RuleSet) -> Iterator[tuple[int, int]]:
    for stage in ruleset.gates:
        yield from ((stage, place) for place in range(len(gate_members(ruleset, stage))))


def _truth(condition: Condition, columnar: Columnar) -> nw.Expr:
    """0, 1 or 2 for fails, open or holds: a gate looks upwards, so its ends are its worst and its best case."""
    whole = unfold(condition, columnar.ruleset.named)
    return _case(whole, columnar, best=False).cast(nw.UInt8) + _case(whole, columnar, best=True).cast(nw.UInt8)


def _case(condition: Condition, columnar: Columnar, *, best: bool) -> nw.Expr:
    if isinstance(condition, Atom):
        variable = columnar.variables[condition.indicator]
        return nw.col(variable.ceiling if best else variable.floor) >= condition.level
    if isinstance(condition, AtLeast):
        return at_least(condition.count, [_case(part, columnar, best=best) for part in condition.of])
    raise TypeError(f"gates speak of indicators only: {condition}")


def _needed(names: Sequence[str]) -> list[str]:
    """The columns that are counted or listed, of the many that lead to them."""
    plain = _has(names, COMMUNITY, WAVE, TYPE, "stage_floor", "stage_ceiling", "list", "decision")
    return [*plain, *(name for prefix in (NAME, *COUNTED) for name in _with(names, prefix))]


def _with(names: Sequence[str], prefix: str) -> list[str]:
    return [name for name in names if name.startswith(prefix)]


def _ids(names: Sequence[str], prefix: str) -> list[str]:
    return [name.removeprefix(prefix) for name in _with(names, prefix)]


def _has(names: Sequence[str], *wanted: str) -> list[str]:
    return [name for name in wanted if name in names]


def _text(column: str, names: Sequence[str]) -> pl.Expr:
    """A column as text, empty where there is nothing, also where there is no such column."""
    return pl.col(column).cast(pl.String).fill_null("") if column in names else pl.lit("")


# --- counting ----------------------------------------------------------------------------------------------------


def _sums(names: Sequence[str]) -> Iterator[tuple[str, pl.Expr]]:
    for name in _with(names, "check:"):
        yield f"{name}|fails", (pl.col(name) == FAILS).sum()
        yield f"{name}|open", (pl.col(name) == OPEN).sum()
    for name in _with(names, "next:"):
        here = pl.col("stage_floor") == int(name.split(":")[1]) - 1
        yield f"{name}|fails", (here & (pl.col(name) == FAILS)).sum()
        yield f"{name}|open", (here & (pl.col(name) == OPEN)).sum()
        yield f"{name}|of", here.sum()
    for name in (*_with(names, "ask:"), *_with(names, "clash:")):
        yield name, pl.col(name).sum()


def _extremes(names: Sequence[str]) -> dict[str, pl.Expr]:
    """The first and the last wave; a table may have none."""
    wave = pl.when(_text(WAVE, names) != "").then(_text(WAVE, names))
    return {"first": wave.min(), "last": wave.max()}


def _counts(standing: pl.DataFrame, columns: Sequence[str]) -> dict[tuple[int, ...], int]:
    found: dict[tuple[int, ...], int] = {}
    for row in standing.select(*columns, "len").iter_rows():
        found[row[:-1]] = found.get(row[:-1], 0) + row[-1]
    return found


def _spans(standing: pl.DataFrame) -> dict[tuple[int, int], int]:
    found = _counts(standing, ("stage_floor", "stage_ceiling"))
    return {(floor, ceiling): found[floor, ceiling] for floor, ceiling in sorted(found)}


def _by_name(standing: pl.DataFrame, column: str, words: Sequence[str]) -> dict[str, int]:
    found = _counts(standing, (column,))
    return {word: found.get((number,), 0) for number, word in enumerate(words)}


def _tally(row: Mapping[str, int], name: str, of: int | None = None) -> Tally:
    return Tally(row[f"{name}|fails"], row[f"{name}|open"], row[f"{name}|of"] if of is None else of)


# --- the relations one by one ------------------------------------------------------------------------------------


def _entries(frame: pl.LazyFrame, names: Sequence[str], total: int, limits: Limits) -> list[Entry]:
    """All relations by community, or the first of each list where there are too many to read."""
    rows = frame
    if total > limits.shown:
        by_community = [COMMUNITY, *_has(names, WAVE)]
        parts = [rows.filter(pl.col("list") == place).sort(by_community).head(limits.first) for place in range(3)]
        rows = pl.concat(parts)
    entries = [_entry(row) for row in rows.collect().iter_rows(named=True)]
    return sorted(entries, key=lambda entry: (_natural(entry.community), entry.wave))


def _entry(row: Mapping[str, object]) -> Entry:
    floor = _number(row["stage_floor"])
    truths = {name: _WORDED[_number(row[name])] for name in row if name.startswith(("check:", "next:", "pattern:"))}
    unsettled = {name: truth for name, truth in truths.items() if truth in _UNSETTLED}
    upwards = f"next:{floor + 1}:"
    decision = row.get("decision")
    return Entry(
        community=str(row[COMMUNITY]),
        wave=str(row.get(WAVE) or ""),
        names={language: str(row.get(f"{NAME}{language}") or "") for language in LANGUAGES},
        floor=floor,
        ceiling=_number(row["stage_ceiling"]),
        decision="" if decision is None else DECISIONS[_number(decision)],
        list=PORTFOLIO_LISTS[_number(row["list"])],
        asks=tuple(name.removeprefix("ask:") for name in row if name.startswith("ask:") and row[name]),
        clashes=tuple(name.removeprefix("clash:") for name in row if name.startswith("clash:") and row[name]),
        patterns=tuple(_ids([name for name, truth in truths.items() if truth is Truth.HOLDS], "pattern:")),
        checks={name: unsettled[f"check:{name}"] for name in _ids(list(unsettled), "check:")},
        lacking={
            int(name.removeprefix(upwards)): truth for name, truth in unsettled.items() if name.startswith(upwards)
        },
    )


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value


def _natural(text: str) -> list[tuple[bool, int, str]]:
    """``c2`` before ``c10``, as people list things."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"([0-9]+)", text)]
