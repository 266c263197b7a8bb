"""A workbook's sheets as grids of cells, and which of them are ours, by the marks and ids in their hidden cells."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from assess.evidence import cells, layout
from assess.evidence.layout import Mark
from assess.evidence.xlsx_survey import NotReadableError, look


@dataclass(eq=False)
class Grid:
    """One sheet: its cells, what is merged, and which formulas failed."""

    name: str
    rows: list[list[Any]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]
    failed: Mapping[tuple[int, int], str]

    def value(self, row: int, column: int) -> Any:
        """A cell's value; nothing beyond the last one."""
        cells_ = self.rows[row] if row < len(self.rows) else []
        return cells_[column] if column < len(cells_) else ""

    def filled(self, row: int, column: int) -> bool:
        """Whether anything stands in a cell, a failed formula included."""
        return bool(cells.text(self.value(row, column))) or (row, column) in self.failed

    def find_mark(self) -> tuple[Mark, int, int] | None:
        """The mark and its row and column, wherever sorting or new columns have moved it."""
        for at, row in enumerate(self.rows):
            for column, value in enumerate(row):
                mark = Mark.read(value) if isinstance(value, str) and value.startswith("assess-form/") else None
                if mark:
                    return mark, at, column
        return None


def read_grids(raw: bytes) -> list[Grid]:
    """Every sheet of a workbook, hidden ones too. Raises ``NotReadableError``."""
    from python_calamine import CalamineError, CalamineWorkbook

    looked = look(raw)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        sheets = [book.get_sheet_by_name(name) for name in looked]
        return [
            Grid(one.name, one.to_python(skip_empty_area=False), one.merged_cell_ranges or (), looked[one.name].failed)
            for one in sheets
        ]
    except (CalamineError, OSError, ValueError) as error:
        raise NotReadableError("not-a-workbook") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a fault in a library written in Rust becomes
            raise
        raise NotReadableError("not-a-workbook") from error


@dataclass(eq=False)
class Sheet:
    """A sheet of ours: its mark, and the ids of its rows and columns."""

    grid: Grid
    mark: Mark
    mark_row: int
    id_column: int

    @cached_property
    def width(self) -> int:
        """How many columns the widest row has."""
        return max((len(row) for row in self.grid.rows), default=0)

    def column_id(self, column: int) -> str:
        """The id of a column, or nothing for one that somebody put in."""
        return cells.plain(self.grid.value(self.mark_row, column)) if column != self.id_column else ""

    def columns(self, id_: str) -> list[int]:
        """The columns with this id."""
        return [column for column in range(self.width) if self.column_id(column) == id_]

    def row_id(self, row: int) -> str:
        """The id of a row, or nothing for one that somebody put in."""
        return cells.plain(self.grid.value(row, self.id_column))

    def row_ids(self) -> Iterator[tuple[int, str]]:
        """Every row but the mark's, with its id or nothing."""
        for row in range(len(self.grid.rows)):
            if row != self.mark_row:
                yield row, self.row_id(row)

    @cached_property
    def codes_row(self) -> int | None:
        """The row of respondent codes."""
        return next((row for row, id_ in self.row_ids() if id_ == layout.CODES), None)
