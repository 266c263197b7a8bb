"""Large tables in parts: bounded memory, and a run that was cut off goes on where it stopped.

The parts lie beside the output in a folder of their own, each written whole, under a fingerprint of the table, the
rules and the program; parts of another fingerprint are thrown away. When all are there they become the output, which is
the same to the last byte however often the run was cut off.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assess import __version__
from assess.engines.columnar import Columnar
from assess.screening.result import REJECTED, Screening, good_inputs, screen_wide, without_duplicates
from assess.screening.source import parts_of, scan
from assess.screening.table import Wide
from assess.writing import whole_file

ROWS_AT_ONCE = 500_000
Progress = Callable[[int, int], None]  # rows that are done, rows in all


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one screening: its folder and the rows that a part holds."""

    folder: Path
    rows_at_once: int

    def result(self, number: int) -> Path:
        """The result of a part."""
        return self.folder / f"result-{number:06}.parquet"

    def rejected(self, number: int) -> Path:
        """The rejected cells of a part."""
        return self.folder / f"rejected-{number:06}.parquet"

    def is_done(self, number: int) -> bool:
        """Whether a part has been written; its result comes last."""
        return self.result(number).exists()


def fingerprint(source: Path, columnar: Columnar, rows_at_once: int) -> str:
    """What parts must have in common to belong together."""
    files = parts_of(source) if source.is_dir() else [source]
    states = [(str(file.resolve()), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    said = (states, columnar.ruleset.digest, __version__, rows_at_once)
    return hashlib.sha256(repr(said).encode()).hexdigest()


def screen_in_parts(source: Path, wide: Wide, columnar: Columnar, parts: Parts, progress: Progress) -> Screening:
    """Screen a table part by part into ``parts``; what is there already is kept. Raises ``OSError``."""
    _prepare(parts, fingerprint(source, columnar, parts.rows_at_once))
    table = _as_parquet(source, parts)
    wide = without_duplicates(wide, table)
    rows = int(table.select(pl.len()).collect().item())
    numbers = range(-(-rows // parts.rows_at_once))
    for number in numbers:
        if not parts.is_done(number):
            start = number * parts.rows_at_once
            _write_part(screen_wide(table.slice(start, parts.rows_at_once), wide, columnar), parts, number)
        progress(min((number + 1) * parts.rows_at_once, rows), rows)
    result = pl.scan_parquet([parts.result(number) for number in numbers])
    rejected = pl.concat(_rejected(parts, numbers))
    return Screening(good_inputs(table, wide, all_good=not rejected.height), result, rejected)


def _prepare(parts: Parts, mark: str) -> None:
    """An empty folder, or one whose parts have this fingerprint."""
    file = parts.folder / "fingerprint"
    if parts.folder.exists() and not (file.exists() and file.read_text() == mark):
        shutil.rmtree(parts.folder)
    parts.folder.mkdir(exist_ok=True)
    if not file.exists():
        with whole_file(file) as part:
            part.write_text(mark)


def _as_parquet(source: Path, parts: Parts) -> pl.LazyFrame:
    """The table with its row numbers; a CSV is converted once, since only Parquet can be read from the middle."""
    first = parts_of(source)[0] if source.is_dir() else source
    if first.suffix.lower() == ".parquet":
        return scan(source)
    copy = parts.folder / "input.parquet"
    if not copy.exists():
        with whole_file(copy) as part:
            scan(source).sink_parquet(part)
    return pl.scan_parquet(copy)


def _write_part(screening: Screening, parts: Parts, number: int) -> None:
    with whole_file(parts.rejected(number)) as part:
        screening.rejected.write_parquet(part)
    with whole_file(parts.result(number)) as part:
        screening.result.sink_parquet(part)


def _rejected(parts: Parts, numbers: range) -> Iterator[pl.DataFrame]:
    yield pl.DataFrame(schema=REJECTED)
    for number in numbers:
        yield pl.read_parquet(parts.rejected(number))
