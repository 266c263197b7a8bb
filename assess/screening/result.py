"""A table in, a table out: rows are read, mistakes put aside, the rest concluded and put into words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import narwhals as nw
import polars as pl

from assess.catalogue import LANGUAGES, Catalogue, catalogue
from assess.engines.columnar import Columnar
from assess.ruleset.model import RuleSet
from assess.screening.screen import DISPUTED, MISSING, result_columns, screened
from assess.screening.table import COMMUNITY, ROW, TYPE, WAVE, Mistake, Wide

FORMATS = ("parquet", "csv", "xlsx")
REJECTED = {"row": pl.Int64, "column": pl.String, "value": pl.String, "code": pl.String, "expected": pl.String}
_MARK = "\x00"


@dataclass(frozen=True, slots=True)
class Screening:
    """What becomes of a table: its good rows as the rules read them, their result, and the mistakes of the others."""

    inputs: pl.LazyFrame
    result: pl.LazyFrame
    rejected: pl.DataFrame


def screen_wide(table: pl.LazyFrame, wide: Wide, columnar: Columnar) -> Screening:
    """Screen a wide table. Reading is lazy, and nothing is kept in memory but the rejected rows."""
    rejected = _rejected(table, wide.mistakes)
    inputs = good_inputs(table, wide, all_good=not rejected.height)
    return Screening(inputs, result_of(inputs, columnar), rejected)


def good_inputs(table: pl.LazyFrame, wide: Wide, *, all_good: bool) -> pl.LazyFrame:
    """The rows without a mistake, as the rules read them."""
    if not all_good:
        table = table.filter(~pl.any_horizontal([mistake.found.fill_null(value=False) for mistake in wide.mistakes]))
    return _inputs(table, wide)


def _rejected(table: pl.LazyFrame, mistakes: Sequence[Mistake]) -> pl.DataFrame:
    """Every mistake with its row, column and value; one pass to see whether there is any, one to name them."""
    flags = {f"m{place}": mistake.found.fill_null(value=False) for place, mistake in enumerate(mistakes)}
    counts = table.select(**{name: flag.sum() for name, flag in flags.items()}).collect(engine="streaming").row(0)
    found = [
        table.filter(mistake.found).select(
            row=pl.col(ROW).cast(pl.Int64),
            column=pl.lit(mistake.column),
            value=pl.col(mistake.column).cast(pl.String),
            code=pl.lit(mistake.code),
            expected=pl.lit(" ".join(mistake.expected)),
        )
        for mistake, count in zip(mistakes, counts, strict=True)
        if count
    ]
    if not found:
        return pl.DataFrame(schema=REJECTED)
    return pl.concat(found).collect(engine="streaming").sort("row", "column")


def _inputs(table: pl.LazyFrame, wide: Wide) -> pl.LazyFrame:
    """The columns that the rules read, and those that say whose row it is."""
    columns = table.collect_schema().names()
    kept = [name for name in (COMMUNITY, WAVE, TYPE) if name in columns]
    return table.select(
        *kept,
        **wide.inputs,
        **{f"{MISSING}{name}": expression for name, expression in wide.missing.items()},
        **{f"{DISPUTED}{name}": expression for name, expression in wide.disputed.items()},
    )


def result_of(inputs: pl.LazyFrame, columnar: Columnar) -> pl.LazyFrame:
    """The result of rows as the rules read them: words instead of numbers, and the reasons in every language."""
    concluded: pl.LazyFrame = screened(nw.from_native(inputs), columnar).to_native()
    columns = result_columns(columnar.ruleset)
    kept = [name for name in (COMMUNITY, WAVE, TYPE) if name in inputs.collect_schema().names()]
    shown = [_worded(name, words) for name, words in columns.items()]
    names = set(concluded.collect_schema().names())
    reasons = [
        _reasons(columnar.ruleset, names, catalogue(language)).alias(f"reasons_{language}") for language in LANGUAGES
    ]
    return concluded.select(*kept, *shown, *reasons)


def _worded(column: str, words: Sequence[str]) -> pl.Expr:
    expression = pl.col(column)
    if words:
        expression = expression.replace_strict(list(range(len(words))), list(words), return_dtype=pl.Enum(words))
    return expression.alias(column.replace("gate:", "gate_"))


def _reasons(ruleset: RuleSet, names: set[str], words: Catalogue) -> pl.Expr:
    """Why a row stands in its list: nothing left open, what to ask, or where the sources differ."""
    asked = _listed("ask:", ruleset, names, words)
    clashing = _listed("clash:", ruleset, names, words)
    to_ask = pl.when(asked.str.len_bytes() > 0).then(_sentence("needs", asked, words))
    needs = to_ask.otherwise(_sentence("unclear", None, words))
    return (
        pl.when(pl.col("list") == 0)
        .then(_sentence("settled", None, words))
        .when(pl.col("list") == 2)
        .then(_sentence("contradict", clashing, words))
        .otherwise(needs)
    )


def _listed(prefix: str, ruleset: RuleSet, names: set[str], words: Catalogue) -> pl.Expr:
    comma = words.say("language.comma")
    parts = [
        pl.when(pl.col(f"{prefix}{indicator.id}")).then(pl.lit(words.words(indicator.name)))
        for indicator in ruleset.indicators
        if f"{prefix}{indicator.id}" in names
    ]
    return pl.concat_str(parts, separator=comma, ignore_nulls=True) if parts else pl.lit("")


def _sentence(key: str, inside: pl.Expr | None, words: Catalogue) -> pl.Expr:
    """A sentence of the catalogue with a column in the place of its list of indicators."""
    written = words.say(f"screen.reason.{key}", indicators=_MARK)
    before, _, after = written.partition(_MARK)
    return pl.lit(written) if inside is None else pl.concat_str([pl.lit(before), inside, pl.lit(after)])


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


def counts(result: pl.LazyFrame) -> Iterator[Mapping[str, int | str]]:
    """How many rows stand in each list, and at each stage."""
    grouped = result.group_by("list", "stage_floor", "stage_ceiling").len().collect(engine="streaming")
    yield from grouped.sort("list", "stage_floor", "stage_ceiling").iter_rows(named=True)
