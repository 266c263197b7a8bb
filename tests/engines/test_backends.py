"""The columns on other machines' terms: DuckDB and Spark conclude the same as polars, column by column.

The long run takes the 10,000 relations of which ``test_columnar`` says in its own that polars equals the reference:
``pytest -m long -n 0 tests/engines``.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from assess.engines.columnar import Columnar, table
from assess.ruleset.model import RuleSet
from tests.engines.test_columnar import relation, rows_of

MANY = pytest.param(10_000, marks=pytest.mark.long)


def inputs(columnar: Columnar, count: int) -> pl.LazyFrame:
    choose = random.Random(7)
    relations = [relation(columnar.ruleset, choose) for _ in range(count)]
    frame: pl.LazyFrame = table(columnar, rows_of(columnar, relations)).to_native()
    return frame.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))


def concluded(frame: nw.LazyFrame[Any], columnar: Columnar) -> tuple[nw.LazyFrame[Any], list[str]]:
    """Every conclusion, the stage, the decision and the lists under plain names, in the order of the rows."""
    wanted = {**columnar.truths(), **columnar.decision(), **columnar.strategies()}
    names = {f"k{place}": expression for place, expression in enumerate(wanted.values())}
    shown = ["place", "stage_floor", "stage_ceiling", *names]
    return columnar.stage(columnar.bits(frame)).with_columns(**names).select(*shown), shown


def expected(columnar: Columnar, frame: pl.LazyFrame) -> list[tuple[object, ...]]:
    found, _ = concluded(nw.from_native(frame), columnar)
    native: pl.LazyFrame = found.to_native()
    return sorted(native.collect().rows())


@pytest.mark.parametrize("size", [500, MANY])
def test_duckdb(ruleset: RuleSet, tmp_path: Path, size: int) -> None:
    duckdb = pytest.importorskip("duckdb")
    columnar = Columnar(ruleset)
    frame = inputs(columnar, size)
    file = tmp_path / "rows.parquet"
    frame.collect().write_parquet(file)
    with duckdb.connect() as connection:
        found, _ = concluded(nw.from_native(connection.read_parquet(str(file))), columnar)
        rows = sorted(found.to_native().fetchall())
    assert rows == expected(columnar, frame)


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
@pytest.mark.parametrize("size", [60, MANY])
def test_spark(ruleset: RuleSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    sql = pytest.importorskip("pyspark.sql", reason="uv sync --group spark installs PySpark")
    columnar = Columnar(ruleset)
    frame = inputs(columnar, size)
    file = tmp_path / "rows.parquet"
    frame.collect().write_parquet(file)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    builder = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.sql.warehouse.dir", str(tmp_path / "warehouse")).getOrCreate()
    try:
        found, _ = concluded(nw.from_native(spark.read.parquet(str(file))), columnar)
        rows = sorted(tuple(row) for row in found.to_native().collect())
    finally:
        spark.stop()
    assert rows == expected(columnar, frame)
