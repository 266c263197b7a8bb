"""Benchmark data at any size: wide tables of readings and long tables of single ratings, seeded, written in batches.

    python -m benchmarks.generate long LONG.parquet --relations 607000
    python -m benchmarks.generate long LONG.csv --relations 1000 --broken 0.01
    python -m benchmarks.generate wide WIDE.parquet --relations 10000000

How the numbers come about. A relation has one maturity, which grows a little from wave to wave. An indicator has a
difficulty, the same everywhere; its true level is maturity less difficulty with some noise, so that levels are
correlated within a community. A source sees all levels of a relation from its own side (a bias a relation and source),
so that sources disagree as a whole and not by chance alone; a respondent adds noise. Sources may be silent, respondents
leave indicators out or give a reason for having no rating, and attributes are stated for a part of the communities.

Relation number i is the same whatever the size of the table, for one seed, order and rule set. ``--broken SHARE``
spoils that share of the rows in ten ways and lists them in ``FILE.broken.csv``: row, column, value, code. A row is
numbered as a spreadsheet shows it, the first below the header is 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt
import polars as pl
from polars.io.plugins import register_io_source

from assess.content import content
from assess.engines.columnar import Columnar
from assess.ruleset.load import load_ruleset
from assess.ruleset.model import RuleSet, Source

BATCH = 2_000  # relations that are made at once: some 300,000 ratings with the shipped rules
SILENT = 0.12  # of a source in a relation
LEFT_OUT = 0.1  # of an indicator by a respondent
NO_RATING = 0.03  # given a reason in place of a level
STATED = 0.7  # of an attribute of a community
FIRST_ROW = 2  # as a spreadsheet numbers it
SOUND = -1  # the way in which a row is spoilt that is not

Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]


class Order(StrEnum):
    """How the rows of a long table lie: relation by relation, or as scattered as batches allow."""

    RELATION = "relation"
    SHUFFLED = "shuffled"


ORDERS = [order.value for order in Order]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be made. ``relations`` counts pairs of community and wave."""

    ruleset: RuleSet
    relations: int
    seed: int = 0
    waves: int = 1
    order: Order = Order.RELATION
    attributes: bool = False
    broken: float = 0.0


# --- relations ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Batch:
    """Some relations: their names, true levels (relation x indicator) and attributes as columns.

    All of them are drawn and the first ``kept`` are wanted, so that a table of another size begins the same way.
    """

    kept: int
    names: pl.DataFrame
    levels: Numbers
    stated: pl.DataFrame
    random: np.random.Generator


def batches(plan: Plan) -> Iterator[Batch]:
    """All relations of a plan, ``BATCH`` at a time."""
    difficulty = np.linspace(-0.9, 1.1, len(plan.ruleset.indicators))
    for number, start in enumerate(range(0, plan.relations, BATCH)):
        random = np.random.default_rng([plan.seed, number])
        places = np.arange(start, start + BATCH)
        maturity = random.beta(1.4, 1.6, BATCH) * 4.6 - 0.3 + 0.4 * (places % plan.waves)
        levels = maturity[:, None] - difficulty + random.normal(0, 0.6, (BATCH, len(difficulty)))
        stated = pl.DataFrame(_attributes(plan.ruleset, random))
        names = _names(_spread(places, plan), plan.waves)
        yield Batch(min(BATCH, plan.relations - start), names, levels, stated, random)


def _spread(places: Integers, plan: Plan) -> Integers:
    """For the shuffled order, numbers from all over the table in each batch: a step that has no part in its size."""
    if plan.order is Order.RELATION:
        return places
    step = int(plan.relations * 0.618) | 1
    while np.gcd(step, plan.relations) != 1:
        step += 2
    return places % plan.relations * step % plan.relations


def _names(numbers: Integers, waves: int) -> pl.DataFrame:
    """Community codes of twelve digits, as statistics offices have them (county, street, community), and waves."""
    number = pl.Series("number", numbers)
    place, wave = pl.col("number") // waves, pl.col("number") % waves
    county, street, last = 110_000 + place // 4000, place // 20 % 200 + 1, place % 20 + 1
    code = county * 1_000_000 + street * 1000 + last
    return number.to_frame().select(community=code.cast(pl.String), wave=(2024 + wave).cast(pl.String))


def _attributes(ruleset: RuleSet, random: np.random.Generator) -> Iterator[pl.Series]:
    choices = {f"attr:{attribute.id}": list(attribute.level_ids) for attribute in ruleset.attributes}
    if ruleset.types:
        choices = {"type": [kind.id for kind in ruleset.types], **choices}
    for name, levels in choices.items():
        drawn = random.integers(0, len(levels), BATCH)
        unknown = random.random(BATCH) > (0.95 if name == "type" else STATED)
        yield pl.Series(name, _chosen(levels, drawn)).zip_with(
            pl.Series(~unknown), pl.Series([None], dtype=pl.String).new_from_index(0, BATCH)
        )


def _chosen(words: Sequence[str], drawn: Integers) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather(drawn)


def _rounded(levels: Numbers, highest: Integers) -> Integers:
    return np.clip(np.rint(levels), 0, highest).astype(np.int64)


# --- long tables -------------------------------------------------------------------------------------------------


def long_tables(plan: Plan) -> Iterator[pl.DataFrame]:
    """Single ratings: community, wave, indicator, source, respondent, rating (text: a level or a reason)."""
    for batch in batches(plan):
        parts = [_ratings(batch, source, plan.ruleset) for source in plan.ruleset.sources]
        rows = np.concatenate(parts)
        rows = rows[rows[:, 0] < batch.kept]
        mixed = plan.order is Order.SHUFFLED
        rows = rows[batch.random.permutation(len(rows)) if mixed else np.argsort(rows[:, 0], kind="stable")]
        yield _as_table(rows, batch, plan)


def _ratings(batch: Batch, source: Source, ruleset: RuleSet) -> Integers:
    """What one source says, as rows of (relation, indicator, source, respondent, code); a code above the levels of
    the scale is a reason for having none.
    """
    random, count = batch.random, len(batch.levels)
    # Whoever may rate everything is an outsider and comes to few places.
    silent = random.random(count) < (0.9 if source.rates == "all" else SILENT)
    many = random.integers(source.quorum - 1, source.quorum + 3, count)
    respondents = np.where(silent, 0, many if source.quorum > 1 else random.choice([1, 2], count, p=[0.85, 0.15]))
    rated = [place for place, one in enumerate(ruleset.indicators) if ruleset.may_rate(source, one.id)]
    highest = np.array([ruleset.indicators[place].highest for place in rated])
    relation = np.repeat(np.arange(count), respondents)
    respondent = np.arange(len(relation)) - np.repeat(np.cumsum(respondents) - respondents, respondents)
    seen = batch.levels[:, rated] + random.normal(0, 0.5, (count, 1))
    levels = _rounded(seen[relation] + random.normal(0, 0.5, (len(relation), len(rated))), highest)
    top = max(ruleset.scale.levels)
    if ruleset.unrated:
        reasons = random.random(levels.shape) < NO_RATING
        levels[reasons] = top + 1 + random.integers(0, len(ruleset.unrated), int(reasons.sum()))
    person, indicator = np.nonzero(random.random(levels.shape) >= LEFT_OUT)
    place = ruleset.sources.index(source)
    return np.stack(
        [
            relation[person],
            np.array(rated)[indicator],
            np.full(len(person), place),
            respondent[person],
            levels[person, indicator],
        ],
        axis=1,
    )


def _as_table(rows: Integers, batch: Batch, plan: Plan) -> pl.DataFrame:
    ruleset = plan.ruleset
    indicators = [indicator.id for indicator in ruleset.indicators]
    sources = [source.id for source in ruleset.sources]
    words = [*(str(level) for level in range(max(ruleset.scale.levels) + 1)), *ruleset.unrated]
    relation, indicator, source, respondent, code = rows.T
    most = int(respondent.max(initial=0)) + 1
    people = [f"{name[0].upper()}{number + 1}" for name in sources for number in range(most)]
    table: pl.DataFrame = batch.names[relation].with_columns(
        indicator=_chosen(indicators, indicator),
        source=_chosen(sources, source),
        respondent=_chosen(people, source * most + respondent),
        rating=_chosen(words, code),
    )
    return table.hstack(batch.stated[relation]) if plan.attributes or plan.broken else table


# --- wide tables -------------------------------------------------------------------------------------------------


def wide_tables(plan: Plan) -> Iterator[pl.DataFrame]:
    """Readings: community, wave, type, attr:NAME, and floor and ceiling of every variable that the rules compare."""
    ruleset = plan.ruleset
    variables = list(Columnar(ruleset).variables.values())
    places = [ruleset.order[variable.name.partition("@")[0]] for variable in variables]
    highest = np.array([variable.highest for variable in variables])
    for batch in batches(plan):
        shape = (len(batch.levels), len(variables))
        low, high = (_rounded(batch.levels[:, places] + batch.random.normal(0, 0.35, shape), highest) for _ in range(2))
        missing = batch.random.random(shape) < SILENT
        columns = {}
        for number, variable in enumerate(variables):
            known = pl.Series(~missing[:, number])
            nothing = pl.Series([None], dtype=pl.UInt8).new_from_index(0, len(known))
            ends = np.minimum(low, high)[:, number], np.maximum(low, high)[:, number]
            for end, level in zip((".floor", ".ceiling"), ends, strict=True):
                columns[variable.name + end] = pl.Series(level.astype(np.uint8)).zip_with(known, nothing)
        yield pl.concat([batch.names, batch.stated, pl.DataFrame(columns)], how="horizontal")[: batch.kept]


# --- broken rows -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Break:
    """A way to spoil a row: what is written into which column, and the code of the problem that should be said."""

    code: str
    column: str
    value: str | None
    twice: bool = False  # the row is written a second time, and both are wrong


def breaks(ruleset: RuleSet, columns: Sequence[str]) -> tuple[Break, ...]:
    """Ten ways to spoil a row of a long or of a wide table; fewer where the rule set has no types or attributes."""
    attribute = next((column for column in columns if column.startswith("attr:")), None)
    top = max(ruleset.scale.levels)
    rating = "rating" if "rating" in columns else next(column for column in columns if column.endswith(".floor"))
    found = [
        Break("row-no-community", "community", None),
        Break("row-rating", rating, str(top + 1)),
        Break("row-rating", rating, "-1"),
        Break("row-rating", rating, "2.5"),
        Break("row-rating", rating, "high"),
    ]
    if "type" in columns:
        found.append(Break("row-unknown-level", "type", "no such type"))
    if attribute:
        found.append(Break("row-unknown-level", attribute, "no such level"))
    if rating == "rating":
        found += [
            Break("row-unknown-indicator", "indicator", "no.such"),
            Break("row-unknown-source", "source", "nobody"),
            Break("row-rated-twice", "respondent", None, twice=True),
        ]
    else:
        ceiling = rating.replace(".floor", ".ceiling")
        found += [
            Break("row-rating", ceiling, str(top + 5)),
            Break("row-floor-above-ceiling", rating, str(top)),
            Break("row-duplicate", "community", None, twice=True),
        ]
    return tuple(found)


def spoilt(tables: Iterator[pl.DataFrame], plan: Plan, say: Callable[[pl.DataFrame], None]) -> Iterator[pl.DataFrame]:
    """The tables as text with a share of their rows spoilt; ``say`` is given the list of what was broken."""
    first = FIRST_ROW
    for number, made in enumerate(tables):
        random = np.random.default_rng([plan.seed, number, 1])
        ways = breaks(plan.ruleset, made.columns)
        way = np.where(random.random(len(made)) < plan.broken, random.integers(0, len(ways), len(made)), SOUND)
        table = _broken(made.cast(pl.String).with_columns(way=way), ways, first)
        say(table.filter(pl.col("code").is_not_null()).select("row", "column", "value", "code"))
        first += len(table)
        yield table.select(made.columns)


def _broken(table: pl.DataFrame, ways: Sequence[Break], first: int) -> pl.DataFrame:
    """A batch with its broken rows, and beside each what is wrong with it."""
    column, code = pl.lit(None, dtype=pl.String), pl.lit(None, dtype=pl.String)
    value = pl.lit(None, dtype=pl.String)
    writes: dict[str, pl.Expr] = {}
    for number, way in enumerate(ways):
        hit = pl.col("way") == number
        if way.code == "row-floor-above-ceiling":
            # It is wrong only where the ceiling says something lower.
            hit &= pl.col(way.column.replace(".floor", ".ceiling")).cast(pl.Int64) < int(way.value or 0)
        if way.twice:
            hit &= pl.col(way.column).is_not_null()
            value = pl.when(hit).then(pl.col(way.column)).otherwise(value)
        else:
            value = pl.when(hit).then(pl.lit(way.value)).otherwise(value)
            before = writes.get(way.column, pl.col(way.column))
            writes[way.column] = pl.when(hit).then(pl.lit(way.value, dtype=pl.String)).otherwise(before)
        column = pl.when(hit).then(pl.lit(way.column)).otherwise(column)
        code = pl.when(hit).then(pl.lit(way.code)).otherwise(code)
    twice = [number for number, way in enumerate(ways) if way.twice]
    copies = pl.when(pl.col("way").is_in(twice)).then(2).otherwise(1)
    marked = table.with_columns(column=column, code=code, value=value, **writes)
    doubled = marked.with_columns(copies=copies)
    again = doubled.select(pl.exclude("copies").repeat_by("copies").list.explode())
    return again.with_row_index("row", offset=first)


# --- writing -----------------------------------------------------------------------------------------------------


def write(tables: Callable[[], Iterator[pl.DataFrame]], schema: Mapping[str, pl.DataType], path: Path) -> None:
    """Write tables one after the other to a CSV or Parquet file; only a few are in memory at once."""

    def source(
        columns: list[str] | None, predicate: pl.Expr | None, _rows: int | None, _size: int | None
    ) -> Iterator[pl.DataFrame]:
        for table in tables():
            chosen = table if columns is None else table.select(columns)
            yield chosen if predicate is None else chosen.filter(predicate)

    frame = register_io_source(source, schema=schema, is_pure=True)
    if path.suffix.lower() == ".csv":
        frame.sink_csv(path)
    else:
        frame.sink_parquet(path, compression="zstd", row_group_size=1 << 20)


def make(plan: Plan, path: Path, *, wide: bool) -> None:
    """Write a table, and beside it what was broken."""
    said: list[pl.DataFrame] = []

    def tables() -> Iterator[pl.DataFrame]:
        made = wide_tables(plan) if wide else long_tables(plan)
        return spoilt(made, plan, said.append) if plan.broken else made

    schema = next(tables()).schema
    said.clear()
    write(tables, schema, path)
    if plan.broken:
        pl.concat(said).sort("row").write_csv(path.with_name(path.name + ".broken.csv"))


@click.command(help=__doc__.split("\n\n")[0] if __doc__ else None)
@click.argument("kind", type=click.Choice(["long", "wide"]))
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--relations", type=click.IntRange(1), default=1000, show_default=True, help="Communities times waves.")
@click.option("--waves", type=click.IntRange(1), default=1, show_default=True, help="Waves of each community.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--order", type=click.Choice(ORDERS), default=ORDERS[0], show_default=True, help="Of a long table.")
@click.option("--attributes", is_flag=True, help="Repeat type and attributes on every row of a long table.")
@click.option("--broken", type=click.FloatRange(0, 1), default=0.0, show_default=True, help="Share of spoilt rows.")
@click.option("--rules", type=click.Path(file_okay=False, path_type=Path), default=None, help="Another rule set.")
def main(kind: str, path: Path, rules: Path | None, **options: Any) -> None:
    """Parse, make, write."""
    ruleset, problems = load_ruleset(rules or content("rules"))
    if ruleset is None:
        raise click.ClickException(f"{len(problems)} problems in the rule set; run `assess rules check` on it")
    make(Plan(ruleset, **options | {"order": Order(options["order"])}), path, wide=kind == "wide")


if __name__ == "__main__":
    main()
