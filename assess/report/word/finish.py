"""What is done to a Word report after its template is filled in: widths of columns, language, properties."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement

from assess.report.page import Page
from assess.report.word.styles import TEXT_WIDTH
from assess.report.word.text import legal

if TYPE_CHECKING:
    from docx.document import Document

LONGEST = 255  # characters of a property
MANY = 14  # reasons of one conclusion that may go on to the next page
LONG = 900  # characters of a cell that may be too tall for a page: such a row may break across pages


def finished(document: Document, page: Page) -> None:
    """The last changes to a report."""
    body = document.element.body
    for run in list(body.iter(qn("w:r"))):
        if all(not child.text for child in run.iter(qn("w:t"))) and {one.tag for one in run} <= _EMPTY:
            run.getparent().remove(run)
    for table in body.iter(qn("w:tbl")):
        _measured(table)
        if table.tblPr.style == "StepsTable":
            _on_one_page(table)
        if table.tblPr.style == "ReportTable":
            _led_to(table)
    _kept_together(body)
    _spoken(document, page)
    _described(document, page)


_EMPTY = {qn("w:rPr"), qn("w:t")}


def _led_to(table: Any) -> None:
    """Text between a heading and a table is on the page of the table's first row; a chart may stand on its own."""
    gap = table.getprevious()
    before = gap.getprevious()
    while before is not None and before.tag == qn("w:p") and before.style is None:
        for paragraph in (before, gap):
            paragraph.get_or_add_pPr().get_or_add_keepNext()
        before = before.getprevious()


def _on_one_page(table: Any) -> None:
    for row in table.findall(qn("w:tr"))[:-1]:
        for paragraph in row.iter(qn("w:p")):
            paragraph.get_or_add_pPr().get_or_add_keepNext()


def _kept_together(body: Any) -> None:
    """The reasons of a conclusion stay on one page; of very many, those that only lead on stay with the next."""
    for found, together in groupby(body, key=_is_clause):
        clauses = list(together)
        for clause in clauses[:-1] if found else ():
            if len(clauses) <= MANY or clause.find(f".//{qn('w:rStyle')}[@{qn('w:val')}='Back']") is not None:
                clause.get_or_add_pPr().get_or_add_keepNext()


def _is_clause(block: Any) -> bool:
    return block.tag == qn("w:p") and (block.style or "").startswith("Clause")


# --- tables ------------------------------------------------------------------------------------------------------


def _measured(table: Any) -> None:
    """Widths by the shares that the template left in the table's description; what is missing in a row is spanned."""
    looks = table.tblPr
    about = looks.find(qn("w:tblDescription"))
    looks.remove(about)
    caption = looks.find(qn("w:tblCaption"))
    if not caption.get(qn("w:val")):
        looks.remove(caption)
    rows = table.findall(qn("w:tr"))
    said = about.get(qn("w:val"))
    most = max(len(row.findall(qn("w:tc"))) for row in rows)
    shares = [1] * most if said == "equal" else [int(share) for share in said.split()]
    edges = [round(TEXT_WIDTH * sum(shares[:index]) / sum(shares)) for index in range(len(shares) + 1)]
    grid = table.find(qn("w:tblGrid"))
    for column in list(grid):
        grid.remove(column)
    for left, right in pairwise(edges):
        grid.append(_element("w:gridCol", w=right - left))
    for row in rows:
        _fitted(row, edges)


def _fitted(row: Any, edges: list[int]) -> None:
    cells = row.findall(qn("w:tc"))
    for index, cell in enumerate(cells):
        last = index == len(cells) - 1
        end = len(edges) - 1 if last else index + 1
        looks = cell.find(qn("w:tcPr"))
        width = looks.find(qn("w:tcW"))
        width.set(qn("w:w"), str(edges[end] - edges[index]))
        if end > index + 1:
            width.addnext(_element("w:gridSpan", val=end - index))
    if max(sum(len(text.text or "") for text in cell.iter(qn("w:t"))) for cell in cells) > LONG:
        looks = row.find(qn("w:trPr"))
        for whole in looks.findall(qn("w:cantSplit")):
            looks.remove(whole)


def _element(name: str, **values: int | str) -> Any:
    made = OxmlElement(name)
    for key, value in values.items():
        made.set(qn(f"w:{key}"), str(value))
    return made


# --- language and properties -------------------------------------------------------------------------------------


def _spoken(document: Document, page: Page) -> None:
    """The language, for spelling and for reading aloud."""
    styles, settings = document.styles.element, document.settings.element
    chinese = page.tag.startswith("zh")
    latin = "en-US" if chinese else page.tag
    for place in (*styles.iter(qn("w:lang")), *settings.iter(qn("w:themeFontLang"))):
        place.set(qn("w:val"), latin)
        place.set(qn("w:eastAsia"), page.tag if chinese else "zh-CN")
    if chinese:
        parts = [
            document.element.body,
            *(part._element for one in document.sections for part in (one.header, one.footer)),
        ]
        for run in (run for part in parts for run in part.iter(qn("w:r"))):
            if not "".join(text.text or "" for text in run.iter(qn("w:t"))).isascii():
                _hinted(run)


def _hinted(run: Any) -> None:
    """What both scripts have, such as quotation marks, is of the Chinese font: Word asks for it run by run."""
    looks = run.get_or_add_rPr()
    fonts = looks.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        style = looks.find(qn("w:rStyle"))
        looks.insert(0, fonts) if style is None else style.addnext(fonts)
    fonts.set(qn("w:hint"), "eastAsia")


def _described(document: Document, page: Page) -> None:
    """Properties from the page and never from the clock."""
    about, day = document.core_properties, datetime(page.date.year, page.date.month, page.date.day)
    about.title, about.subject, about.language = legal(page.title)[:LONGEST], page.footer[1], page.tag
    about.author = about.last_modified_by = "assess"
    about.created = about.modified = day
    about.revision = 1
