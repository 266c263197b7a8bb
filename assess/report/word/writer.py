"""Word by docxtpl: an ordinary document with real headings, tables and fields, the same bytes every time.

``templates/word/report.docx`` says how it looks and in which order; here is only what a template cannot say: text made
safe, pictures with their alternatives, links inside the document, widths of columns.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from assess.content import content
from assess.report.page import Clause, Line, Page, Rung
from assess.report.word.pictures import Picture, Pictures
from assess.report.word.text import GAP, after, legal, link, run, safe, sign

if TYPE_CHECKING:
    from docxtpl import DocxTemplate

MOST_RUNGS = 5  # in a row of the ladder
BEGINNING = (1980, 1, 1, 0, 0, 0)
DECORATION = (
    '<a:extLst xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}"><d:decorative val="1" '
    'xmlns:d="http://schemas.microsoft.com/office/drawing/2017/decorative"/></a:ext></a:extLst>'
)


def write(page: Page) -> bytes:
    """The report as a Word file."""
    from docxtpl import DocxTemplate

    from assess.report.word.finish import finished

    template = DocxTemplate(content("templates") / "word" / "report.docx")
    template.init_docx()
    template.render(_context(page, template), _environment(), autoescape=True)
    finished(template.docx, page)
    saved = io.BytesIO()
    template.docx.save(saved)
    return packed(saved.getvalue())


def packed(data: bytes) -> bytes:
    """A zip file with its parts in order and without the time of writing; what says what is in it comes first."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as parts, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name in sorted(parts.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            file.writestr(zipfile.ZipInfo(name, BEGINNING), parts.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _environment() -> Environment:
    return Environment(undefined=StrictUndefined, autoescape=True, finalize=safe)


class _Words:
    """The functions of the template that need the words of the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.ids = count(1)

    def led(self, line: Line | Clause, style: str = "Strong") -> Markup:
        """A line with its lead; a clause that only leads on to others is set back."""
        gap = self.page.gap if line.lead and line.text else ""
        aside = isinstance(line, Clause) and line.mark is None and not line.lead
        return run(line.lead, style) + run(gap + line.text, "Back" if aside else "")

    def references(self, clause: Clause) -> Markup:
        """Links to the evidence that a clause stands on, and what is said of answers that are not listed."""
        links = Markup(run(", ", "Aside")).join(link(f"e{n}", f"E{n}", "Reference") for n in clause.refs)
        shown = run(" [", "Aside") + links + run("]", "Aside") if clause.refs else Markup()
        return shown + (run(f" [{clause.aside}]", "Aside") if clause.aside else Markup())

    def bookmark(self, name: str) -> Markup:
        """A place that links lead to."""
        number = next(self.ids)
        mark = '<w:bookmarkStart w:id="{}" w:name="{}"/><w:bookmarkEnd w:id="{}"/>'
        return Markup(mark).format(number, name, number)

    def anchor(self, number: int, first: bool) -> Markup:
        """The place of a piece of evidence, in the first cell of its row."""
        return self.bookmark(f"e{number}") if number and first else Markup()

    def heading_anchor(self, index: int) -> Markup:
        """The place of a section."""
        return self.bookmark(_section(index))

    def entry(self, index: int, title: str) -> Markup:
        """A section in the contents."""
        return link(_section(index), title, "")


def _section(index: int) -> str:
    return f"_Toc{index:06}"


# --- what the template is given ----------------------------------------------------------------------------------


def _context(page: Page, template: DocxTemplate) -> dict[str, Any]:
    words, pictures = _Words(page), Pictures(page)
    return {
        "page": page,
        "ladder": _ladder(page.opening.rungs),
        "panels": [[drawing(template, one) for one in row] for row in pictures.panels],
        "legend": lambda: _legend(template, pictures, page.opening.profile.note),
        "timeline_chart": lambda block: drawing(template, pictures.timelines[block.caption]),
        "sign": sign,
        "led": words.led,
        "references": words.references,
        "anchor": words.anchor,
        "heading_anchor": words.heading_anchor,
        "entry": words.entry,
        "after": after,
        "beside": lambda first, second: GAP.join(filter(None, (first, second))),
        "numbered": lambda number: f"{number}{GAP}" if number else "",
        "shares": lambda block: " ".join(str(column.share) for column in block.columns),
        "unknown": _unknown,
    }


def _ladder(rungs: Sequence[Rung]) -> list[Sequence[Rung]]:
    """The stages in one row, or in two where there are many."""
    most = len(rungs) if len(rungs) <= MOST_RUNGS else (len(rungs) + 1) // 2
    return [rungs[start : start + most] for start in range(0, len(rungs), most)]


def _legend(template: DocxTemplate, pictures: Pictures, note: str) -> Markup:
    keys = (drawing(template, picture) + run(f"\u00a0{words}{GAP}") for picture, words in pictures.legend)
    return Markup().join(keys) + run(note)


def _unknown(kind: str) -> str:
    raise ValueError(f"templates/word/report.docx has nothing for a block of the kind {kind}")


def drawing(template: DocxTemplate, picture: Picture) -> Markup:
    """A picture in a line of text, with its alternative; one without an alternative is marked as decoration."""
    from docx.oxml.parser import parse_xml
    from docx.shared import Pt
    from lxml import etree

    inline = template.docx.part.new_pic_inline(io.BytesIO(picture.png), width=Pt(picture.width))
    for side in ("distT", "distB", "distL", "distR"):
        inline.set(side, "0")
    about = inline.docPr
    about.set("name", "chart" if picture.alt else "sign")
    about.set("title", legal(picture.title))
    about.set("descr", legal(picture.alt))
    if not picture.alt:
        about.append(parse_xml(DECORATION))
    return Markup("<w:r><w:drawing>{}</w:drawing></w:r>").format(Markup(etree.tostring(inline, encoding="unicode")))
