"""A Word file read again: its words with those of its pictures and captions, its tables, its links."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.document import Document
from docx.oxml.ns import qn
from lxml import etree

SIGNS = str.maketrans("", "", "●◐○▲")
# The order in which Word wants what is inside; it calls a file broken where the order is another.
ORDER = {
    "w:rPr": "rStyle rFonts b bCs i iCs color sz szCs lang",
    "w:pPr": "pStyle keepNext keepLines pageBreakBefore widowControl numPr pBdr shd tabs spacing ind jc outlineLvl rPr",
    "w:tcPr": "tcW gridSpan vMerge tcBorders shd vAlign",
    "w:trPr": "cantSplit tblHeader",
    "w:tblPr": "tblStyle tblW tblInd tblBorders tblLayout tblCellMar tblLook tblCaption tblDescription",
    "w:style": "name basedOn next uiPriority semiHidden qFormat pPr rPr tblPr",
    "w:settings": "zoom defaultTabStop characterSpacingControl compat themeFontLang",
    "w:tc": "tcPr p tbl",
    "w:tbl": "tblPr tblGrid tr",
}


def opened(data: bytes) -> Document:
    return docx.Document(io.BytesIO(data))


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def xml_parts(data: bytes) -> dict[str, Any]:
    texts = {name: part for name, part in parts(data).items() if name.startswith("word/") and name.endswith(".xml")}
    return {name: etree.fromstring(part) for name, part in texts.items()}


def roots(data: bytes) -> list[Any]:
    """The body, the header and the footer."""
    return [
        part for name, part in xml_parts(data).items() if name.rpartition("/")[2][:6] in {"docume", "header", "footer"}
    ]


def shown(element: Any) -> str:
    """What an element shows; a line end and a tabulator are blanks."""
    blank = {qn("w:br"), qn("w:tab")}
    return "".join(one.text or "" if one.tag == qn("w:t") else " " for one in element.iter(qn("w:t"), *blank))


def run_texts(data: bytes) -> Iterator[str]:
    for root in roots(data):
        for run in root.iter(qn("w:r")):
            yield shown(run).translate(SIGNS)


def said(data: bytes) -> str:
    """Everything that is read out: text, captions of tables, alternatives of pictures."""
    words = []
    for root in roots(data):
        for one in root.iter():
            if one.tag == qn("w:p"):
                words.append("\n")
            elif one.tag == qn("w:t"):
                words.append(one.text or "")
            elif one.tag == qn("w:tblCaption"):
                words.append(one.get(qn("w:val")))
            elif one.tag == qn("wp:docPr"):
                words += [one.get("title", ""), one.get("descr", "")]
            elif one.tag in {qn("w:br"), qn("w:tab")}:
                words.append(" ")
    return "".join(words)


def headings(document: Document) -> list[tuple[str, str]]:
    """The headings with the names of their styles."""
    named = {one.style_id: str(one.name) for one in document.styles}
    found = []
    for paragraph in document.element.body.iter(qn("w:p")):
        style = named.get(paragraph.style or "", "")
        if style.startswith(("Heading", "Opening Heading", "Title")):
            found.append((style, shown(paragraph).translate(SIGNS)))
    return found


def alternatives(data: bytes) -> list[str]:
    """The alternatives of the pictures that are not decoration."""
    about = [one for root in roots(data) for one in root.iter(qn("wp:docPr"))]
    decorated = "http://schemas.microsoft.com/office/drawing/2017/decorative"
    for one in about:
        assert bool(one.get("descr")) is (one.find(f".//{{{decorated}}}decorative") is None)
    return [one.get("descr") for one in about if one.get("descr")]


def misplaced(data: bytes) -> Iterator[str]:
    """What stands where Word does not want it."""
    for name, part in xml_parts(data).items():
        for element, words in ORDER.items():
            order = [qn(f"w:{word}") for word in words.split()]
            for one in part.iter(qn(element)):
                tags = [child.tag for child in one]
                if unknown := set(tags) - set(order):
                    yield f"{name}: {element} has {unknown}"
                elif element in {"w:tc", "w:tbl"}:
                    if tags[0] != order[0] or (element == "w:tc" and tags[-1] != qn("w:p")):
                        yield f"{name}: {element} begins with {tags[0]} and ends with {tags[-1]}"
                elif tags != sorted(set(tags), key=order.index):
                    yield f"{name}: {element} is in the order {tags}"
