"""Forms filled in by code, and what other hands and programs do to a workbook before it comes back."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Mapping
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from assess.catalogue import Catalogue
from assess.evidence.forms import write_form
from assess.evidence.layout import ATTRIBUTE, CODES, EVENTS, FIELDS, RELATION, RESPONDENT, VALUE, Mark, source_sheet
from assess.ruleset.model import RuleSet

Ids = dict[str, int]
_TYPED = ("{}", "{}分", "{}级", " {} ", "{}.0")
_FULL_WIDTH = {ord(str(digit)): chr(ord("０") + digit) for digit in range(10)}


class Forms:
    """The forms of a rule set, written once and filled in many times."""

    def __init__(self, ruleset: RuleSet, words: Catalogue) -> None:
        self.ruleset = ruleset
        self.words = words
        self._empty: dict[str, bytes] = {}

    def filled(self, data: Mapping[str, Any], source: str = "") -> bytes:
        """A form with everything typed in that ``data`` states; ``source`` is the only one that it asks."""
        return _saved(self.book(data, source))

    def book(self, data: Mapping[str, Any], source: str = "") -> Workbook:
        """The same, not yet saved."""
        if source not in self._empty:
            sources = [self.ruleset.source[source]] if source else self.ruleset.sources
            self._empty[source] = write_form(self.ruleset, sources, self.words)
        book = openpyxl.load_workbook(io.BytesIO(self._empty[source]))
        sheets = dict(_sheets(book))
        _relation(sheets[RELATION], dict(self._stated(data)))
        _events(sheets[EVENTS], data["events"])
        for name in {item["source"] for item in data["evidence"]}:
            own = [item for item in data["evidence"] if item["source"] == name]
            _answers(sheets[source_sheet(name)], own)
        return book

    def _stated(self, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """What stands on the sheet about the relation, as its drop-downs put it in."""
        for row, path in FIELDS.items():
            value: Any = data
            for key in path:
                value = value.get(key) if value else None
            if value and row == "community.type":
                value = next(one.name["zh"] for one in self.ruleset.types if one.id == value)
            if value:
                yield row, value
        for name, level in data["community"]["attributes"].items():
            levels = {one.id: one.name["zh"] for one in self.ruleset.attribute[name].levels}
            yield f"{ATTRIBUTE}{name}", levels[level]

    def stranger(self) -> bytes:
        """A workbook that is no form of ours."""
        book = Workbook()
        page = book.worksheets[0]
        page.title = "通讯录"
        for row in (("单位", "联系人", "电话"), ("同行社工", "张三", "000-0000"), ("春泥社工", "李四", "000-0001")):
            page.append(row)
        return _saved(book)


def hand_on(book: Workbook, choose: random.Random) -> bytes:
    """A filled form after it went through other hands: ratings typed in many ways, rows moved, sheets renamed."""
    for name, page in _sheets(book):
        if not name.startswith("source:"):
            continue
        rows, _ = _ids(page)
        respondents = [column for column in range(1, page.max_column + 1) if page.cell(1, column).value == RESPONDENT]
        for row_id, row in rows.items():
            for column in respondents if not row_id.startswith("#") else ():
                cell = page.cell(row, column)
                if isinstance(cell.value, int) and choose.random() < 0.5:
                    cell.value = _typed(cell.value, choose)
        if choose.random() < 0.5:
            _turn_over(page, rows[CODES] + 1)
        if choose.random() < 0.5:
            page.insert_rows(3, 2)
        page.protection.disable()
        page.title = f"{page.title} 汇总"
    book.create_sheet("我的笔记").append(["开会记录", 3, "七月再补"])
    return _saved(book)


def broken_rating(book: Workbook) -> bytes:
    """A filled form with a rating that the scale does not have."""
    for name, page in _sheets(book):
        if name.startswith("source:"):
            for row in page.iter_rows(min_row=6, min_col=4):
                for cell in row:
                    if isinstance(cell.value, int):
                        cell.value = 7
                        return _saved(book)
    raise ValueError("nobody has rated anything")


def _typed(rating: int, choose: random.Random) -> str:
    written = choose.choice(_TYPED).format(rating)
    return written.translate(_FULL_WIDTH) if choose.random() < 0.4 else written


def _turn_over(page: Worksheet, first: int) -> None:
    """The rows upside down, as sorting leaves them."""
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=first)]
    for above, row in enumerate(reversed(rows), first):
        for column, value in enumerate(row, 1):
            page.cell(above, column).value = value


def _sheets(book: Workbook) -> Iterator[tuple[str, Worksheet]]:
    for page in book.worksheets:
        mark = Mark.read(str(page.cell(1, 1).value or ""))
        if mark:
            yield mark.sheet, page


def _ids(page: Worksheet) -> tuple[Ids, Ids]:
    """The first row and the first column of each id."""
    rows, columns = Ids(), Ids()
    for row in range(2, page.max_row + 1):
        rows.setdefault(str(page.cell(row, 1).value or ""), row)
    for column in range(2, page.max_column + 1):
        columns.setdefault(str(page.cell(1, column).value or ""), column)
    return rows, columns


def _relation(page: Worksheet, stated: Mapping[str, str]) -> None:
    rows, columns = _ids(page)
    for name, value in stated.items():
        page.cell(rows[name], columns[VALUE]).value = value


def _events(page: Worksheet, events: list[Mapping[str, str]]) -> None:
    rows, columns = _ids(page)
    for place, event in enumerate(events):
        for name, value in event.items():
            page.cell(rows["event"] + place, columns[name]).value = value


def _answers(page: Worksheet, items: list[Mapping[str, Any]]) -> None:
    rows, columns = _ids(page)
    codes = {
        code: columns[RESPONDENT] + at for at, code in enumerate(dict.fromkeys(one["respondent"] for one in items))
    }
    for code, column in codes.items():
        page.cell(rows[CODES], column).value = code
    for item in items:
        page.cell(rows[item["indicator"]], codes[item["respondent"]]).value = item["rating"]


def _saved(book: Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
