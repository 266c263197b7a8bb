"""Screening where the rows lie: inside DuckDB, or on a Spark cluster, with the same expressions as in polars.

Both read wide tables in Parquet. DuckDB writes one file. Spark reads and writes what its cluster can reach
(``hdfs://``, ``s3a://``, a folder), in as many parts as it has tasks; its session is the one that surrounds us
(``spark-submit``), or a local one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any as Native
from typing import Protocol

import narwhals as nw

from assess.engines.columnar import Columnar
from assess.problems import Place, Problem
from assess.screening.command import Screened
from assess.screening.rejected import write_rejected
from assess.screening.result import Frame, counts, kept, named, worded
from assess.screening.source import FILE, FIRST_ROW, ROW
from assess.screening.table import COMMUNITY, WAVE, Mistake, Schema, Wide, header_problems, wide
from assess.writing import refusals, whole_file

ENGINES = ("duckdb", "spark")
_ENDING, _AGAIN = ".parquet", "__again"
# The rows, the columns that stand there with their types, and those that are called otherwise where the rows lie.
Read = tuple[Frame, Schema, Mapping[str, str]]


class Backend(Protocol):
    """Where rows lie and how they are read and written."""

    def read(self, source: str) -> Read:
        """A Parquet table with its row numbers."""

    def write(self, frame: Frame, output: str) -> Frame:
        """Write a result whole, and give it back as written."""


def screen_on(engine: str, source: str, output: str, columnar: Columnar, *, force: bool) -> Screened:
    """Screen a wide Parquet table on DuckDB or Spark. Raises ``ImportError`` where the package is not there."""
    # What is wrong is written here, even where the result is not.
    rejected_path = Path(f"{output.rpartition('/')[2] if '://' in output else output}.rejected.csv")
    problems = _problems(engine, source, output, rejected_path, force=force)
    if problems:
        return Screened(problems=problems)
    with _backend(engine, force=force) as backend:
        try:
            table, columns, called = backend.read(source)
        except Exception as error:  # each backend has its own kinds, and all mean that it cannot be read
            said = (str(error).splitlines() or [type(error).__name__])[0]
            return Screened(problems=[Problem("unreadable", Place(source), value=source, more={"said": said})])
        if problems := header_problems(list(columns), source, columnar.ruleset):
            return Screened(problems=problems)
        how = _once(wide(columns, columnar, called), columns)
        rejected = named(table, how)
        result = backend.write(_result(table, how, columnar, all_good=not rejected.height), output)
        if rejected.height:
            write_rejected([rejected], rejected_path)
        return Screened(list(counts(result)), rejected.height, rejected_path)


def _result(table: Frame, how: Wide, columnar: Columnar, *, all_good: bool) -> Frame:
    return worded(kept(table, how, all_good=all_good), columnar)


def _problems(engine: str, source: str, output: str, rejected: Path, *, force: bool) -> list[Problem]:
    found = []
    local = "://" not in source
    if local and not Path(source).exists():
        found.append(Problem("no-such-file", Place(source), value=source))
    elif local and Path(source).is_file() and not source.endswith(_ENDING):
        found.append(Problem("table-kind", Place(source), value=source, expected=(_ENDING,)))
    if not output.endswith(_ENDING):
        found.append(Problem("format-unknown", Place(output), value=output, expected=(_ENDING,)))
    if "://" in output:
        return found + refusals([rejected], force=force)
    if engine == "spark" and Path(output).is_dir():
        # What Spark writes is a folder.
        return found + ([] if force else [Problem("exists", Place(output), value=output)])
    return found + refusals([Path(output), rejected], force=force)


def _once(how: Wide, columns: Mapping[str, nw.dtypes.DType]) -> Wide:
    """The same reading, which knows the rows that stand there twice; a database counts them in windows."""
    names = [name for name in (COMMUNITY, WAVE) if name in columns]
    again = ~nw.col(COMMUNITY).is_null() & (nw.len().over(*names) > 1)
    twice = Mistake("row-duplicate", COMMUNITY, nw.col(_AGAIN), cell=COMMUNITY)
    return replace(how, cells={**how.cells, _AGAIN: again}, mistakes=(*how.mistakes, twice))


@contextmanager
def _backend(engine: str, *, force: bool) -> Iterator[Backend]:
    if engine == "duckdb":
        import duckdb

        with duckdb.connect() as connection:
            yield DuckDB(connection)
        return
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    session = running or SparkSession.builder.appName("assess").getOrCreate()
    try:
        yield Spark(session, force)
    finally:
        if running is None:
            session.stop()


@dataclass(frozen=True, slots=True)
class DuckDB:
    """Rows in a DuckDB connection."""

    connection: Native

    def read(self, source: str) -> Read:
        """One file, or a folder of them with Hive's names for columns."""
        where = f"{source}/**/*{_ENDING}" if Path(source).is_dir() else source
        folder = Path(source).is_dir()
        rows = self.connection.read_parquet(where, filename=True, file_row_number=True, hive_partitioning=folder)
        marks = {ROW: nw.col("file_row_number") + FIRST_ROW, FILE: nw.col("filename")}
        frame: Frame = nw.from_native(rows).with_columns(**marks).drop("file_row_number", "filename")
        return frame, _columns(frame), {}

    def write(self, frame: Frame, output: str) -> Frame:
        """One Parquet file."""
        with whole_file(Path(output)) as part:
            frame.to_native().write_parquet(str(part))
        written: Frame = nw.from_native(self.connection.read_parquet(output))
        return written


@dataclass(frozen=True, slots=True)
class Spark:
    """Rows on a Spark cluster; its own commit makes a result whole (``_SUCCESS``)."""

    session: Native
    force: bool

    def read(self, source: str) -> Read:
        """Everything below a path, with the row numbers of each file."""
        rows = self.session.read.parquet(source)
        file = rows["_metadata.file_path"].alias(FILE)
        numbered = rows.select("*", (rows["_metadata.row_index"] + FIRST_ROW).alias(ROW), file)
        columns = _columns(nw.from_native(numbered))
        # A point in a name means a field of a structure to Spark.
        called = {name: f"__c{place}" for place, name in enumerate(columns) if "." in name}
        frame: Frame = nw.from_native(numbered.toDF(*(called.get(name, name) for name in numbered.columns)))
        return frame, columns, called

    def write(self, frame: Frame, output: str) -> Frame:
        """A folder of Parquet files."""
        frame.to_native().write.mode("overwrite" if self.force else "error").parquet(output)
        written: Frame = nw.from_native(self.session.read.parquet(output))
        return written


def _columns(frame: Frame) -> Schema:
    return {name: kind for name, kind in frame.collect_schema().items() if name not in (ROW, FILE)}
