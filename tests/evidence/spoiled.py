"""Workbooks as people send them back: filled in by code, and the ways in which they come to be spoilt."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import yaml
from openpyxl.cell.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from assess.evidence.layout import Mark
from assess.evidence.model import Assessment

# What only workbooks, or several files that are merged, can have wrong; the tests of this folder provoke each of them.
MERGING = frozenset({"import-contradiction", "import-without-date", "rated-differently", "same-file-twice"})
PROVOKED = MERGING | {
    "cell-error", "code-missing", "code-twice", "column-unknown", "event-without-date", "event-without-type",
    "form-not-ours", "form-of-other-rules", "form-version", "form-without-date", "merged-cells", "not-a-workbook",
    "note-without-rating", "rating-with-remark", "row-twice", "row-unknown", "row-without-id", "sheet-incomplete",
    "sheet-without-ids", "two-levels", "workbook-encrypted", "workbook-old", "workbook-too-large",
}  # fmt: skip


def opened(raw: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(raw))


def saved(book: Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def sheet(book: Workbook, id_: str) -> Worksheet:
    """The sheet with this id."""
    for page in book.worksheets:
        mark = Mark.read(str(page.cell(1, 1).value or ""))
        if mark and mark.sheet in {id_, f"source:{id_}"}:
            return page
    raise KeyError(id_)


def at(book: Workbook, sheet_id: str, row_id: str, column_id: str, nth: int = 0) -> Cell:
    """The cell in the row and column with these ids; of several columns the nth."""
    page = sheet(book, sheet_id)
    row = next(row for row in range(1, page.max_row + 1) if page.cell(row, 1).value == row_id)
    columns = [column for column in range(1, page.max_column + 1) if page.cell(1, column).value == column_id]
    cell = page.cell(row, columns[nth])
    assert isinstance(cell, Cell)
    return cell


def typed(assessment: Assessment, sources: Sequence[str]) -> Iterator[tuple[str, str, str, int, Any]]:
    """What somebody types to state this assessment: sheet, row, column, which of several columns, and the value."""
    fields = {
        "id": assessment.id,
        "wave.date": assessment.wave.date.isoformat(),
        "community.type": assessment.community.type,
        **{f"attribute:{name}": level for name, level in assessment.community.attributes.items()},
    }
    for row, value in fields.items():
        if value:
            yield "relation", row, "value", 0, value
    for source in sources:
        items = [item for item in assessment.evidence if item.source == source]
        codes = list(dict.fromkeys(item.respondent or "" for item in items))
        for nth, code in enumerate(codes):
            yield source, "#codes", "respondent", nth, code
        for item in items:
            yield source, item.indicator, "respondent", codes.index(item.respondent or ""), item.rating
    for nth, event in enumerate(assessment.events):
        for column, value in (("type", event.type), ("date", event.date.isoformat())):
            yield "events", f"event {nth}", column, 0, value


def filled(form: bytes, assessment: Assessment, sources: Sequence[str]) -> bytes:
    """The form with everything typed in that the assessment states of these sources."""
    book = opened(form)
    for sheet_id, row, column, nth, value in typed(assessment, sources):
        cell = at(book, sheet_id, row.partition(" ")[0], column, nth)
        moved = int(row.partition(" ")[2] or 0)
        sheet(book, sheet_id).cell(cell.row + moved, cell.column).value = value
    return saved(book)


# --- ways to spoil -------------------------------------------------------------------------------------------------

Spoil = Callable[[Workbook], None]


@dataclass(frozen=True)
class Case:
    """A way to spoil a workbook; ``spoiled.yaml`` has what is said of it, if it is not understood."""

    name: str
    spoil: Spoil | None = None
    raw: Callable[[bytes], bytes] | None = None  # spoils the file instead
    change: Mapping[str, Any] = field(default_factory=dict)  # what is then different in the first rating
    ratings: int = 0  # how many ratings more there are


def put(value: Any, row: str = "emb.access", nth: int = 0, source: str = "swo") -> Spoil:
    """Type this instead of a rating; the one of S1 on emb.access is a 1, that on emb.mandate a 2."""

    def spoil(book: Workbook) -> None:
        at(book, source, row, "respondent", nth).value = value

    return spoil


def about(column: str, value: Any, row: str = "emb.access") -> Spoil:
    def spoil(book: Workbook) -> None:
        at(book, "swo", row, column).value = value

    return spoil


def field_(row: str, value: Any, number_format: str = "") -> Spoil:
    def spoil(book: Workbook) -> None:
        cell = at(book, "relation", row, "value")
        cell.value = value
        cell.number_format = number_format or cell.number_format

    return spoil


def event(type_: Any, day: Any) -> Spoil:
    def spoil(book: Workbook) -> None:
        cell = at(book, "events", "event", "type")
        cell.offset(1, 0).value = type_
        cell.offset(1, 1).value = day

    return spoil


def code(value: Any, nth: int = 0) -> Spoil:
    return put(value, "#codes", nth)


def mark(**more: Any) -> Spoil:
    """Change what the marks of all sheets say."""

    def spoil(book: Workbook) -> None:
        for page in book.worksheets:
            known = Mark.read(str(page.cell(1, 1).value))
            assert known
            values = {"sheet": known.sheet, "rules": known.rules, "version": known.version, "form": known.form}
            page.cell(1, 1).value = str(Mark(**{**values, **more}))

    return spoil


def sort_rows(book: Workbook) -> None:
    """The indicators upside down, as sorting by another column leaves them."""
    page = sheet(book, "swo")
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=6)]
    for above, row in enumerate(reversed(rows), 6):
        for column, value in enumerate(row, 1):
            page.cell(above, column).value = value


def sort_everything(book: Workbook) -> None:
    """The whole sheet, ids and codes too, by column A."""
    page = sheet(book, "swo")
    rows = sorted(([cell.value for cell in row] for row in page.iter_rows()), key=lambda row: str(row[0]))
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            page.cell(number, column).value = value


def insert_rows(book: Workbook) -> None:
    for source in ("swo", "residents", "relation", "events"):
        sheet(book, source).insert_rows(4, 2)
        sheet(book, source).insert_rows(9)


def insert_column(before: int, *, heading: Any = None, value: Any = None, row: str = "emb.access") -> Spoil:
    def spoil(book: Workbook) -> None:
        page = sheet(book, "swo")
        codes, target = at(book, "swo", "#codes", "respondent").row, at(book, "swo", row, "respondent").row
        page.insert_cols(before)
        page.cell(codes, before).value = heading
        page.cell(target, before).value = value

    return spoil


def reorder(book: Workbook) -> None:
    book._sheets.reverse()  # type: ignore[attr-defined]


def hide(book: Workbook) -> None:
    for page in book.worksheets[1:]:
        page.sheet_state = "hidden"


def rename(book: Workbook) -> None:
    for number, page in enumerate(book.worksheets):
        page.title = f"Sheet{number} 张三"


def delete_unused(book: Workbook) -> None:
    for id_ in ("start", "document", "observer", "lists"):
        book.remove(sheet(book, id_))


def own_sheet(book: Workbook) -> None:
    page = book.create_sheet("我的笔记", 0)
    page.append(["开会记录", 3, "进入开放度"])


def unprotect(book: Workbook) -> None:
    for page in book.worksheets:
        page.protection.disable()
        page.column_dimensions["A"].hidden = False
        page.row_dimensions[1].hidden = False


def copy_sheet(book: Workbook) -> None:
    page = book.copy_worksheet(sheet(book, "swo"))
    for row in page.iter_rows(min_row=5, min_col=4):
        for cell in row:
            if isinstance(cell, Cell):
                cell.value = None
    page["D5"].value, page["D8"].value = "S9", 3


def unknown_row(book: Workbook) -> None:
    sheet(book, "swo").cell(at(book, "swo", "emb.access", "respondent").row, 1).value = "emb.acces"


def lost_row_id(book: Workbook) -> None:
    sheet(book, "swo").cell(at(book, "swo", "emb.access", "respondent").row, 1).value = None


def same_row_twice(book: Workbook) -> None:
    sheet(book, "swo").cell(at(book, "swo", "emb.regard", "respondent").row, 1).value = "emb.access"


def field_twice(book: Workbook) -> None:
    at(book, "relation", "title", "value").value = "甲"
    row = at(book, "relation", "committee.name", "value").row
    sheet(book, "relation").cell(row, 1).value = "title"
    sheet(book, "relation").cell(row, 3).value = "乙"


def unknown_field(book: Workbook) -> None:
    row = at(book, "relation", "title", "value").row
    sheet(book, "relation").cell(row, 1).value = "titel"
    sheet(book, "relation").cell(row, 3).value = "甲"


def merge(cells: str, source: str = "swo") -> Spoil:
    return lambda book: sheet(book, source).merge_cells(cells)


def delete_column(column: int, source: str = "swo", count: int = 1) -> Spoil:
    return lambda book: sheet(book, source).delete_cols(column, count)


def delete_row(row: int) -> Spoil:
    return lambda book: sheet(book, "swo").delete_rows(row)


def no_marks(book: Workbook) -> None:
    for page in list(book.worksheets):
        book.remove(page)
    book.create_sheet("Sheet1").append(["月份", "金额"])


def far_away(book: Workbook) -> None:
    sheet(book, "swo").cell(1_048_576, 16_384).value = "x"


def in_sheet(cell: str, value: Any) -> Spoil:
    def spoil(book: Workbook) -> None:
        sheet(book, "swo")[cell] = value

    return spoil


def last_sheet(cell: str, value: Any) -> Spoil:
    def spoil(book: Workbook) -> None:
        book.worksheets[-1][cell] = value

    return spoil


def both(*spoils: Spoil) -> Spoil:
    def spoil(book: Workbook) -> None:
        for one in spoils:
            one(book)

    return spoil


def old_format(_: bytes) -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + struct.pack("<I", 9) * 128 + "Workbook".encode("utf-16-le")
    )


def encrypted(raw: bytes) -> bytes:
    return old_format(raw) + "EncryptedPackage".encode("utf-16-le")


def with_part(raw: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The file with one of its parts changed."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
    return written.getvalue()


def entities(raw: bytes) -> bytes:
    """A part that grows without end when it is read."""
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><worksheet><a>&b;</a></worksheet>'
    return with_part(raw, "xl/worksheets/sheet4.xml", lambda _: bomb)


def no_rule_of_xml(raw: bytes) -> bytes:
    return with_part(raw, "xl/worksheets/sheet4.xml", lambda part: part[: len(part) // 2])


def lost_value(raw: bytes) -> bytes:
    """A formula that nobody has calculated, as programs write it."""
    pattern = re.compile(rb'(<c r="D8"[^>]*?)(?: t="\w+")?>(<v>.*?</v>)?</c>|<c r="D8"([^>]*)/>')
    return with_part(
        raw, "xl/worksheets/sheet4.xml", lambda part: pattern.sub(rb'<c r="D8"><f>SUM(1,1)</f><v></v></c>', part)
    )


def _letter(_: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        file.writestr("word/document.xml", "<w/>")
    return written.getvalue()


CASES = [
    # understood
    Case("nothing", lambda _: None),
    Case("full-width digit", put("１")),
    Case("with its unit", put("1分")),
    Case("with another unit", put(" 1 级 ")),
    Case("as the drop-down says it", put("1 开放一类")),
    Case("as the drop-down says it in English", put("1 One is open")),
    Case("the beginning of the level's words", put("2 有书面通知", "emb.mandate")),
    Case("the level's words with other punctuation", put("2、有书面通知,未写明居委会的职责", "emb.mandate")),
    Case("blanks around", put("  1 ")),
    Case("a wide blank", put("1\u3000")),
    Case("an invisible letter", put("\u200b1")),
    Case("a number with a point", put(1.0)),
    Case("a number with a point as text", put("1.0")),
    Case("a number as text", put("1")),
    Case("a number as a formula's text", put("level 1")),
    Case("a reason by its name", put("不适用"), change={"rating": "not-applicable"}),
    Case("a reason by its code", put("Not-Applicable"), change={"rating": "not-applicable"}),
    Case("a reason as the drop-down says it", put("不适用（not-applicable）"), change={"rating": "not-applicable"}),
    Case("a code in full width", code("Ｓ１ ")),
    Case("note, reference and date", both(about("note", " 说明 "), about("ref", 3.0), about("date", "2016/9")),
         change={"note": "说明", "ref": "3", "date": date(2016, 9, 30)}),
    Case("sorted rows", sort_rows),
    Case("everything sorted", sort_everything),
    Case("inserted rows", insert_rows),
    Case("an inserted column", insert_column(5)),
    Case("an inserted column before the ids", insert_column(1)),
    Case("an inserted column with a respondent", insert_column(6, heading="S7", value="３分"), ratings=1),
    Case("a copied sheet with another respondent", copy_sheet, ratings=1),
    Case("reordered sheets", reorder),
    Case("hidden sheets", hide),
    Case("renamed sheets", rename),
    Case("deleted sheets", delete_unused),
    Case("a sheet of one's own", own_sheet),
    Case("no protection, ids in sight", unprotect),
    Case("a day as a date", field_("wave.date", date(2016, 9, 30), "yyyy-mm-dd")),
    Case("a day as a date with time", field_("wave.date", datetime(2016, 9, 30, 8, 30), "yyyy-mm-dd hh:mm")),
    Case("a day as a number", field_("wave.date", 42643, "0")),
    Case("a day as a number as text", field_("wave.date", "42643")),
    Case("a day in Chinese", field_("wave.date", "2016年9月30日")),
    Case("a day with slashes in full width", field_("wave.date", "２０１６／９／３０")),
    Case("a day without marks", field_("wave.date", 20160930)),
    Case("a day with the time of midnight", field_("wave.date", "2016-09-30 00:00:00")),
    Case("a month", field_("wave.date", "2016.9")),
    Case("a type by its name", field_("community.type", "单位型老旧小区")),
    Case("a type as the drop-down says it", field_("community.type", "Old work-unit compound (old-danwei)")),
    Case("a level by its name", field_("attribute:entry-path", "市级项目 ")),
    # refused
    Case("a row with an unknown id", unknown_row),
    Case("a rating above the scale", put(7)),
    Case("a rating below the scale", put(-1)),
    Case("two digits", put(34)),
    Case("between two levels", put(3.5)),
    Case("between two levels as text", put("3.5分")),
    Case("words for a rating", put("很好")),
    Case("a worded number", put("三")),
    Case("a letter for a zero", put("O")),
    Case("true", put(True)),
    Case("what a spreadsheet makes of 3-4", put(date(2026, 3, 4))),
    Case("two levels", put("2或3")),
    Case("two levels with a mark", put("2-3")),
    Case("two levels with units", put("2分、3分")),
    Case("two levels with a blank", put("2 3")),
    Case("the number of one level, the words of another", put("3 开放一类")),
    Case("a remark behind a rating", put("1 但最近好多了，可能会变")),
    Case("a formula that failed", put("#N/A")),
    Case("a formula that nobody calculated", raw=lost_value),
    Case("a code twice", code("S1", 1)),
    Case("a code twice, in small letters", code("ｓ1", 1)),
    Case("a code in two copies of a sheet", both(copy_sheet, last_sheet("D5", "S1"))),
    Case("no code", code(None)),
    Case("a row twice", same_row_twice),
    Case("a field twice", field_twice),
    Case("an unknown field", unknown_field),
    Case("a row that lost its id", lost_row_id),
    Case("an answer in a heading", in_sheet("D6", 3)),
    Case("a column of one's own", insert_column(7, value="平均 1.5")),
    Case("a note without a rating", both(put(None), put(None, nth=1), about("note", "没有问到"))),
    Case("merged ratings", merge("D8:D9")),
    Case("merged respondents", merge("D8:E8")),
    Case("merged ids", merge("A8:A9")),
    Case("no column of ids", delete_column(1)),
    Case("no row of ids", delete_row(1)),
    Case("no row of codes", delete_row(5)),
    Case("no columns of ratings", delete_column(4, count=3)),
    Case("no column of answers", delete_column(3, "relation")),
    Case("no column of changes", delete_column(2, "events")),
    Case("no such day", field_("wave.date", "2016-02-31")),
    Case("words for a day", field_("wave.date", "上周")),
    Case("a day that can be read in two ways", field_("wave.date", "9/8/2016")),
    Case("no day", field_("wave.date", None)),
    Case("a wrong day beside a rating", about("date", "前天")),
    Case("an unknown type", field_("community.type", "别墅区")),
    Case("an unknown level", field_("attribute:entry-path", "省级项目")),
    Case("an unknown change", event("下雨", "2016-05")),
    Case("a change without a day", event("committee-election", None)),
    Case("a day without a change", event(None, "2016-05")),
    Case("an unknown source", in_sheet("A1", str(Mark("source:swoo", "m-community", "1")))),
    Case("another rule set", mark(rules="school-library")),
    Case("a newer form", mark(form=9)),
    Case("somebody else's workbook", no_marks),
    Case("a value far away", far_away),
    Case("an old format", raw=old_format),
    Case("a password", raw=encrypted),
    Case("a table of text that was renamed", raw=lambda _: "指标,评分\n进入开放度,3\n".encode()),
    Case("nothing in it", raw=lambda _: b""),
    Case("half of the file", raw=lambda raw: raw[: len(raw) // 2]),
    Case("a sheet cut off", raw=no_rule_of_xml),
    Case("a sheet that grows without end", raw=entities),
    Case("a letter's file with another name", raw=_letter),
]  # fmt: skip


REFUSALS: Mapping[str, Mapping[str, Any]] = yaml.load(
    Path(__file__).with_name("spoiled.yaml").read_bytes(), yaml.BaseLoader
)


def spoilt(case: Case, raw: bytes) -> bytes:
    """The workbook after what the case does to it."""
    if case.raw:
        return case.raw(raw)
    assert case.spoil
    book = opened(raw)
    case.spoil(book)
    return saved(book)
