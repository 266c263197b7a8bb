"""A table in, a table out: rows are read, mistakes put aside, the rest concluded and put into words.

``kept`` and ``worded`` say what is done, in the expressions of narwhals, wherever the rows lie; the other functions do
it with polars.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any as Native

import narwhals as nw
import polars as pl

from assess.catalogue import LANGUAGES, Catalogue, catalogue
from assess.engines.columnar import Columnar
from assess.engines.expressions import any_of
from assess.ruleset.model import RuleSet
from assess.screening.screen import ASK, CLASH, DISPUTED, MISSING, PORTFOLIO_LISTS, Flags, result_columns, screened
from assess.screening.source import FILE, ROW
from assess.screening.table import COMMUNITY, TYPE, WAVE, Mistake, Wide

FORMATS = ("parquet", "csv", "xlsx")
REJECTED = {"row": pl.Int64, "column": pl.String, "value": pl.String, "code": pl.String, "expected": pl.String}
_MARK = "\x00"

Frame = nw.LazyFrame[Native]


@dataclass(frozen=True, slots=True)
class Screening:
    """What becomes of a table: its good rows as the rules read them, their result, and the mistakes of the others."""

    inputs: pl.LazyFrame
    result: pl.LazyFrame
    rejected: pl.DataFrame


def screen_wide(table: pl.LazyFrame, wide: Wide, columnar: Columnar) -> Screening:
    """Screen a wide table. Reading is lazy, and nothing is kept in memory but the rejected rows."""
    rejected = named(nw.from_native(table), wide)
    inputs = good_inputs(table, wide, all_good=not rejected.height)
    return Screening(inputs, result_of(inputs, columnar), rejected)


def good_inputs(table: pl.LazyFrame, wide: Wide, *, all_good: bool) -> pl.LazyFrame:
    """The rows without a mistake, as the rules read them."""
    inputs: pl.LazyFrame = kept(nw.from_native(table), wide, all_good=all_good).to_native()
    return inputs


def named(table: Frame, wide: Wide) -> pl.DataFrame:
    """Every mistake with its row, column and value; one pass to see whether there is any, one to name them.

    Where rows say which file they stand in (``FILE``), so do their mistakes.
    """
    file = {"file": nw.col(FILE)} if FILE in table.collect_schema().names() else {}
    mistakes, table = wide.mistakes, table.with_columns(**wide.cells)
    flags = {f"m{place}": _found(mistake).cast(nw.Int64()).sum() for place, mistake in enumerate(mistakes)}
    counts = collected(table.select(**flags)).row(0)
    found = [
        collected(
            table.filter(_found(mistake)).select(
                **file,
                row=nw.col(ROW).cast(nw.Int64()),
                column=nw.lit(mistake.column),
                value=nw.col(mistake.cell).cast(nw.String()),
                code=nw.lit(mistake.code),
                expected=nw.lit(" ".join(mistake.expected)),
            )
        )
        for mistake, count in zip(mistakes, counts, strict=True)
        if count
    ]
    nothing = pl.DataFrame(schema={**dict.fromkeys(file, pl.String), **REJECTED})
    return pl.concat([nothing, *found]).sort(*file, "row", "column", "code")


def _found(mistake: Mistake) -> nw.Expr:
    return mistake.found.fill_null(value=False)


def collected(frame: Frame) -> pl.DataFrame:
    """A frame in memory, wherever its rows lie."""
    if frame.implementation.is_polars():
        lazy: pl.LazyFrame = frame.to_native()
        return lazy.collect(engine="streaming")
    found: pl.DataFrame = frame.collect("polars").to_native()
    return found


def kept(table: Frame, wide: Wide, *, all_good: bool) -> Frame:
    """The rows without a mistake: the columns that the rules read, and those that say whose row it is."""
    table = table.with_columns(**wide.cells)
    if not all_good:
        table = table.filter(~any_of(list(map(_found, wide.mistakes))))
    columns = table.collect_schema().names()
    names = [name for name in (COMMUNITY, WAVE, TYPE) if name in columns]
    flags = Flags.of(table)
    return table.select(
        *names,
        **wide.inputs,
        **{flags(MISSING, name): expression for name, expression in wide.missing.items()},
        **{flags(DISPUTED, name): expression for name, expression in wide.disputed.items()},
    )


def result_of(inputs: pl.LazyFrame, columnar: Columnar) -> pl.LazyFrame:
    """The result of rows as the rules read them: words instead of numbers, and the reasons in every language."""
    result: pl.LazyFrame = worded(nw.from_native(inputs), columnar).to_native()
    return result


def worded(inputs: Frame, columnar: Columnar) -> Frame:
    """The same, wherever the rows lie."""
    concluded = screened(inputs, columnar)
    columns = inputs.collect_schema().names()
    names = [name for name in (COMMUNITY, WAVE, TYPE) if name in columns]
    shown = [
        _in_words(name, words, as_enum=inputs.implementation.is_polars())
        for name, words in result_columns(columnar.ruleset).items()
    ]
    known = set(concluded.collect_schema().names())
    reasons = [
        _reasons(columnar.ruleset, Flags.of(inputs), known, catalogue(language)).alias(f"reasons_{language}")
        for language in LANGUAGES
    ]
    return concluded.select(*names, *shown, *reasons)


def _in_words(column: str, words: Sequence[str], *, as_enum: bool) -> nw.Expr:
    """A column of numbers as the words that they stand for; where there are enumerations, these take less room."""
    expression = nw.col(column)
    if words and as_enum:
        numbers = list(range(len(words)))
        expression = expression.replace_strict(numbers, list(words), return_dtype=nw.Enum(list(words)))
    elif words:
        expression = nw.lit(words[-1])
        for number, word in enumerate(words[:-1]):
            expression = nw.when(nw.col(column) == number).then(nw.lit(word)).otherwise(expression)
    return expression.alias(column.replace("gate:", "gate_"))


def _reasons(ruleset: RuleSet, flags: Flags, names: set[str], words: Catalogue) -> nw.Expr:
    """Why a row stands in its list: nothing left open, what to ask, or where the sources differ."""
    called = {one.id: words.words(one.name) for one in ruleset.indicators}
    any_asked, asked = _listed({flags(ASK, name): said for name, said in called.items()}, names, words)
    _, clashing = _listed({flags(CLASH, name): said for name, said in called.items()}, names, words)
    to_ask = nw.when(any_asked).then(_sentence("needs", asked, words))
    needs = to_ask.otherwise(_sentence("unclear", None, words))
    contradict = nw.when(nw.col("list") == 2).then(_sentence("contradict", clashing, words)).otherwise(needs)
    return nw.when(nw.col("list") == 0).then(_sentence("settled", None, words)).otherwise(contradict)


def _listed(called: Mapping[str, str], names: set[str], words: Catalogue) -> tuple[nw.Expr, nw.Expr]:
    """Whether any of these columns is true, and what those that are true are called."""
    there = {name: said for name, said in called.items() if name in names}
    if not there:
        return any_of([]), nw.lit("")
    parts = [nw.when(nw.col(name)).then(nw.lit(said)) for name, said in there.items()]
    listed = nw.concat_str(*parts, separator=words.say("language.comma"), ignore_nulls=True)
    return any_of(list(map(nw.col, there))), listed


def _sentence(key: str, inside: nw.Expr | None, words: Catalogue) -> nw.Expr:
    """A sentence of the catalogue with a column in the place of its list of indicators."""
    written = words.say(f"screen.reason.{key}", indicators=_MARK)
    before, _, after = written.partition(_MARK)
    return nw.lit(written) if inside is None else nw.concat_str(nw.lit(before), inside, nw.lit(after))


def write_result(result: pl.LazyFrame, path: Path) -> None:
    """Write a result whole, as its name's ending says: Parquet and CSV in a stream, a workbook from memory."""
    from assess.writing import whole_file

    with whole_file(path) as part:
        match path.suffix.lower():
            case ".parquet":
                result.sink_parquet(part)
            case ".csv":
                result.sink_csv(part, include_bom=True)
            case _:
                result.collect(engine="streaming").write_excel(part, autofit=False, freeze_panes=(1, 1))


def counts(result: pl.LazyFrame | Frame) -> Iterator[Mapping[str, int | str]]:
    """How many rows stand in each list, and at each stage."""
    frame: Frame = nw.from_native(result, pass_through=False)
    by = ("list", "stage_floor", "stage_ceiling")
    grouped = collected(frame.group_by(*by).agg(len=nw.len()))
    in_order = pl.col("list").cast(pl.String).cast(pl.Enum(PORTFOLIO_LISTS))
    yield from grouped.with_columns(in_order).sort(*by).iter_rows(named=True)


def duplicates(table: pl.LazyFrame) -> tuple[Mistake, ...]:
    """Rows that speak of a community and wave of which another row speaks, too: nobody can tell which one counts.

    Names are held as hashes of eight bytes until there is a suspicion.
    """
    names = [name for name in (COMMUNITY, WAVE) if name in table.collect_schema()]
    relation = pl.struct(pl.col(name).cast(pl.String) for name in names)
    rows = table.filter(pl.col(COMMUNITY).is_not_null())
    hashes = rows.select(relation.hash().alias("hash")).collect(engine="streaming")["hash"].sort()
    suspect = hashes.filter(hashes == hashes.shift(1)).unique()
    if suspect.is_empty():
        return ()
    again = rows.select(ROW, *names).filter(relation.hash().is_in(suspect.implode())).collect(engine="streaming")
    twice = again.filter(pl.struct(names).is_duplicated())[ROW].cast(pl.Int64).to_list()
    return (Mistake("row-duplicate", COMMUNITY, nw.col(ROW).cast(nw.Int64()).is_in(twice), cell=COMMUNITY),)


def without_duplicates(wide: Wide, table: pl.LazyFrame) -> Wide:
    """The same reading of a table, which knows its rows that stand there twice."""
    return replace(wide, mistakes=(*wide.mistakes, *duplicates(table)))
