"""Many relations at once, from Parquet: what `screen` computes, and the same conclusions by other engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from assess.engines import engine
from assess.engines.columnar import Columnar
from assess.engines.network import THE_TYPE
from assess.readings import Position, Reading, Status
from benchmarks import queries
from benchmarks.others import clips, zen
from benchmarks.terms import SEED, Bits, Case, Terms, expected
from benchmarks.timing import best_of, over, table

OURS = "assess, polars"
SCAN = "bare scan and sum"
SCREEN = "assess, polars, all that `screen` computes"


@dataclass(frozen=True, slots=True)
class Bulk:
    """Relations a second of each way, and the way in which each was measured."""

    rows: int
    sample: int
    seconds: dict[str, float]  # for all rows, measured
    extrapolated: dict[str, float]  # for all rows, from the sample

    @property
    def to_scan(self) -> float:
        """How many times the bare scan all that `screen` computes takes."""
        return self.seconds[SCREEN] / self.seconds[SCAN]

    @property
    def per_second(self) -> float:
        """Relations a second with all that `screen` computes."""
        return self.rows / self.seconds[SCREEN]

    def times_ours(self, name: str) -> float:
        """How many times as long as our engine with polars another takes for the same conclusions."""
        return (self.seconds | self.extrapolated)[name] / self.seconds[OURS]

    def markdown(self) -> str:
        """The table."""
        header = ("every conclusion of each relation", "rows", "s", "relations a second", f"times *{OURS}*")
        rows = [
            (name, f"{self.rows:,}", f"{seconds:.2f}", f"{self.rows / seconds:,.0f}", f"{self.times_ours(name):,.1f}")
            for name, seconds in self.seconds.items()
        ]
        for name, seconds in self.extrapolated.items():
            mine = seconds * self.sample / self.rows
            rows.append(
                (
                    f"{name} (sample)",
                    f"{self.sample:,}",
                    f"{mine:.2f}",
                    f"{self.rows / seconds:,.0f}",
                    f"{self.times_ours(name):,.0f}",
                )
            )
        said = f"All that `screen` computes takes {self.to_scan:.1f} times the bare scan and sum of the same file."
        return f"{table(header, rows)}\n\n{said}"


def write_readings(columnar: Columnar, rows: int, path: Path) -> None:
    """Seeded readings of many relations as the rules read them, in Parquet."""
    import numpy as np

    choose = np.random.default_rng(SEED)
    columns: dict[str, Any] = {}
    level = choose.integers(0, 5, rows)
    for variable in columnar.variables.values():
        floor = np.clip(level + choose.choice([-1, 0, 0, 1], rows), 0, variable.highest)
        ceiling = np.clip(floor + choose.choice([0, 0, 0, 0, 1], rows), 0, variable.highest)
        missing = choose.random(rows) < 0.15
        columns[variable.floor] = np.where(missing, 0, floor).astype(np.int8)
        columns[variable.ceiling] = np.where(missing, variable.highest, ceiling).astype(np.int8)
    frame = pl.DataFrame(columns)
    for name, column in columnar.stated.items():
        levels = [*columnar.network.levels[name], None]
        numbers = pl.Series(column, choose.integers(0, len(levels), rows))
        frame = frame.with_columns(numbers.replace_strict(list(range(len(levels))), levels, return_dtype=pl.String))
    frame.write_parquet(path)


def case_of(columnar: Columnar, row: dict[str, Any]) -> Case:
    """A row of that table as readings, for engines that decide one case at a time."""
    ruleset, positions = columnar.ruleset, dict[str, dict[str, Position]]()
    stands = {indicator.id: (0, indicator.highest) for indicator in ruleset.indicators}
    for name, variable in columnar.variables.items():
        indicator, _, source = name.partition("@")
        ends = row[variable.floor], row[variable.ceiling]
        if source:
            positions.setdefault(indicator, {})[source] = Position(*ends, 1)
        else:
            stands[indicator] = ends
    readings = {
        name: Reading(*ends, Status.SPREAD, positions.get(name, {}), stated=True) for name, ends in stands.items()
    }
    attributes = {name: row[column] for name, column in columnar.stated.items() if name != THE_TYPE and row[column]}
    return readings, attributes, row[columnar.stated[THE_TYPE]]


def conclusions(frame: Any, columnar: Columnar) -> Any:
    """Every conclusion as a column, by our engine."""
    named = {f"k{place}": expression for place, expression in enumerate(columnar.truths().values())}
    return columnar.bits(frame).select(**named).to_native()


def screen_columns(frame: Any, columnar: Columnar) -> Any:
    """What `screen` computes: gates, stage, checks, decision, patterns and lists as columns."""
    kinds = {"gate", "check", "pattern"}
    shown = [key for key in columnar.network.conclusions if key.partition(":")[0] in kinds]
    wanted = {**columnar.truths(shown), **columnar.decision(), **columnar.strategies()}
    named = {f"k{place}": expression for place, expression in enumerate(wanted.values())}
    return columnar.stage(columnar.bits(frame)).with_columns(**named).select("stage_floor", "stage_ceiling", *named)


def measure(columnar: Columnar, rows: int, sample: int, rounds: int, folder: Path) -> Bulk:
    """All ways in turn, every answer compared with ours first."""
    import duckdb
    import narwhals as nw

    path = folder / "readings.parquet"
    write_readings(columnar, rows, path)
    scan = pl.scan_parquet(path)
    query = queries.sql(columnar, f"read_parquet('{path}')")

    def duck() -> pl.DataFrame:
        with duckdb.connect() as connection:
            found: pl.DataFrame = connection.sql(query).pl()
            return found

    def duck_ours() -> pl.DataFrame:
        with duckdb.connect() as connection:
            found: pl.DataFrame = conclusions(nw.from_native(connection.read_parquet(str(path))), columnar).pl()
            return found

    whole: dict[str, Callable[[], pl.DataFrame]] = {
        OURS: lambda: conclusions(nw.from_native(scan), columnar).collect(engine="streaming"),
        "polars query": lambda: queries.polars(columnar, scan).collect(engine="streaming"),
        "DuckDB SQL": duck,
        "assess, DuckDB": duck_ours,
    }
    answer = whole[OURS]()
    for name, run in whole.items():
        if not run().equals(answer):
            raise SystemExit(f"{name} differs from {OURS}")
    screen = screen_columns(nw.from_native(scan), columnar).to_native()
    runs: dict[str, Callable[[], object]] = {
        SCAN: lambda: scan.select(pl.selectors.numeric().cast(pl.Int64).sum()).collect(engine="streaming"),
        SCREEN: lambda: screen.collect(engine="streaming"),
        **whole,
    }
    found = [case_of(columnar, row) for row in scan.head(sample).collect().iter_rows(named=True)]
    one_by_one = _one_by_one(columnar, found, answer.head(sample))
    times = best_of(rounds, runs | one_by_one)
    return Bulk(
        rows,
        len(found),
        {name: times[name] for name in runs},
        {name: times[name] * rows / len(found) for name in one_by_one},
    )


def _one_by_one(columnar: Columnar, found: Sequence[Case], answer: pl.DataFrame) -> dict[str, Callable[[], object]]:
    """Engines that decide one case at a time, on cases that lie ready in memory."""
    ruleset, terms = columnar.ruleset, Terms(columnar)
    wanted = expected(ruleset, found)
    codes = {"fails": 0, "open": 1, "holds": 2}
    reference, durable = engine("reference", ruleset), engine("durable", ruleset)
    same("reference", columnar, [{key: codes[truth] for key, truth in one.items()} for one in wanted], answer)
    by_durable = [durable(ruleset, *case).truths for case in found]
    same("durable-rules", columnar, [{key: codes[truth] for key, truth in one.items()} for one in by_durable], answer)
    runs: dict[str, Callable[[], object]] = {
        "assess, reference": over(lambda case: reference(ruleset, *case), found),  # type: ignore[misc]
        "durable-rules, our adapter": over(lambda case: durable(ruleset, *case), found),  # type: ignore[misc]
    }
    inputs = [terms.inputs(case) for case in found]
    for name, build in (("zen-engine", zen), ("CLIPS", clips)):
        run = build(terms)
        same(name, columnar, [_codes(run(one), terms) for one in inputs], answer)
        runs[name] = over(run, inputs)  # type: ignore[arg-type]
    return runs


def _codes(bits: Bits, terms: Terms) -> dict[str, int]:
    return {key: 2 if bits[2 * number] else int(bits[2 * number + 1]) for key, number in terms.keys().items()}


def same(name: str, columnar: Columnar, answers: Sequence[dict[str, int]], wanted: pl.DataFrame) -> None:
    """Every conclusion of every case is that of the columns, or the benchmark ends."""
    keys = list(columnar.network.conclusions)
    for answer, row in zip(answers, wanted.iter_rows(), strict=True):
        for key, code in zip(keys, row, strict=True):
            if answer[key] != code:
                raise SystemExit(f"{name} differs at {key}: {answer[key]}, not {code}")
