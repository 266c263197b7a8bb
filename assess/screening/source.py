"""Where the rows of a table come from: a CSV or Parquet file, the first sheet of a workbook, or a folder of parts.

Rows are numbered as a spreadsheet shows them, from 2 below the header; a table in several files has one row of numbers,
and ``Files`` tells which file and row a number is.
"""

from __future__ import annotations

import codecs
import csv
import io
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

# A row's number; what stands to the right of the last column of a CSV file; where a row's number is that of its file.
ROW, MORE, FILE = "__row", "__more", "__file"
FIRST_ROW = 2
KINDS = (".csv", ".parquet", ".xlsx")
PARTS = (".parquet", ".csv")  # of a table that is a folder
_LOOKED_AT = 16 << 20  # bytes in which a file that is no UTF-8 shows it


def parts_of(folder: Path) -> list[Path]:
    """The files of a table that lies in a folder: all Parquet files in and below it, else all CSV files."""
    for kind in PARTS:
        found = [path for path in folder.rglob(f"*{kind}") if path.is_file() and not path.name.startswith((".", "_"))]
        if found:
            return sorted(found)
    return []


def scan(path: Path) -> pl.LazyFrame:
    """A table as a lazy frame, text as text, with the rows' numbers.

    Raises ``ValueError`` with a sentence of the library for a file that is no such table.
    """
    try:
        table = _scan(path)
        table.collect_schema()
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as error:
        raise ValueError(str(error).splitlines()[0]) from error
    return table


def _scan(path: Path) -> pl.LazyFrame:
    if path.is_dir():
        files = parts_of(path)
        if files[0].suffix == ".csv":
            frames = [csv_rows(file) for file in files]
            return pl.concat(frames).with_row_index(ROW, offset=FIRST_ROW)
        return pl.scan_parquet(files, hive_partitioning=True, row_index_name=ROW, row_index_offset=FIRST_ROW)
    match path.suffix.lower():
        case ".parquet":
            return pl.scan_parquet(path, row_index_name=ROW, row_index_offset=FIRST_ROW)
        case ".csv":
            return csv_rows(path).with_row_index(ROW, offset=FIRST_ROW)
        case _:
            return first_sheet(path).lazy().with_row_index(ROW, offset=FIRST_ROW)


def csv_rows(path: Path) -> pl.LazyFrame:
    """A CSV file as text, with what is too much in a row as ``MORE``.

    Spreadsheets in China write GB18030 unless asked for UTF-8; both are understood.
    """
    encoding = _encoding(path)
    given = path if encoding == "utf-8" else io.BytesIO(path.read_bytes().decode(encoding).encode())
    with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as file:
        header = next(csv.reader(file), [])
    if not any(header) or len(set(header)) < len(header):
        return pl.scan_csv(path, infer_schema=False)  # whose complaint says what is wrong
    schema = dict.fromkeys([*header, MORE], pl.String)
    return pl.scan_csv(given, schema=schema, missing_columns="insert", truncate_ragged_lines=True)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(_LOOKED_AT)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def first_sheet(path: Path) -> pl.DataFrame:
    """The first sheet of a workbook as text. Raises ``ValueError`` for a file that is no workbook."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise ValueError(str(error)) from error
    header, *body = rows or [[]]
    columns = {str(name): [_as_text(row[place]) for row in body] for place, name in enumerate(header) if name != ""}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _as_text(value: object) -> str | None:
    """A cell as it would be typed: whole numbers without a point, an empty cell as nothing."""
    if value in ("", None):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def columns_of(table: pl.LazyFrame) -> list[str]:
    """The columns that stand in a table, without the marks of this module."""
    return [name for name in table.collect_schema().names() if name not in (ROW, MORE)]


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a table, and how many rows lie before each."""

    names: Sequence[str]
    before: Sequence[int]

    @classmethod
    def of(cls, source: Path) -> Files:
        """The files of a table that is a file or a folder of parts."""
        if not source.is_dir():
            return cls([source.name], [0])
        files, before, rows = parts_of(source), [], 0
        for file in files:
            before.append(rows)
            frame = pl.scan_parquet(file) if file.suffix == ".parquet" else csv_rows(file)
            rows += int(frame.select(pl.len()).collect().item())
        return cls([file.relative_to(source).as_posix() for file in files], before)

    def located(self, rejected: pl.DataFrame) -> pl.DataFrame:
        """Rejected cells with the file that each stands in and its row there."""
        numbers = rejected["row"].to_list()
        places = [bisect_right(self.before, number - FIRST_ROW) - 1 for number in numbers]
        file = pl.Series("file", [self.names[place] for place in places], dtype=pl.String)
        rows = [number - self.before[place] for number, place in zip(numbers, places, strict=True)]
        row = pl.Series("row", rows, dtype=pl.Int64)
        return rejected.select(file, row, pl.exclude("row", "file"))
