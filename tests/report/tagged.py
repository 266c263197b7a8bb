"""A tagged PDF taken apart: what its structure tree says, what its pages paint, and how they belong together."""

from __future__ import annotations

import ctypes
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

PAINTS = {"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "Do", "Tj", "TJ", "'", '"', "EI"}
# The types of PDF 1.7, 14.8.4; another one must be mapped to one of these.
STANDARD = re.compile(
    "Document|Part|Art|Sect|Div|BlockQuote|Caption|TOC|TOCI|Index|NonStruct|Private|P|H[1-6]?|L|LI|Lbl|LBody|Table|TR|TH|TD|"
    "THead|TBody|TFoot|Span|Quote|Note|Reference|BibEntry|Code|Link|Annot|Ruby|RB|RT|RP|Warichu|WT|WP|Figure|Formula|Form"
)

Spot = tuple[int, int]  # page and number of the marked content on it


@dataclass
class Element:
    """An element of the structure tree, with the content and the annotations that are its own."""

    kind: str
    attributes: Mapping[str, Any]
    values: Mapping[str, str]
    kids: list[Element] = field(default_factory=list)
    content: list[Spot] = field(default_factory=list)
    annotations: list[Any] = field(default_factory=list)
    order: list[Element | Spot] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """It and all below it, as they are read."""
        yield self
        for kid in self.kids:
            yield from kid.walk()

    def spots(self) -> Iterator[Spot]:
        """All content in it, as it is read."""
        for one in self.order:
            if isinstance(one, Element):
                yield from one.spots()
            else:
                yield one


class Tagged:
    """A PDF with its structure tree."""

    def __init__(self, data: bytes) -> None:
        self.pdf = pikepdf.open(io.BytesIO(data))
        self.pages = {page.obj.objgen: number for number, page in enumerate(self.pdf.pages)}
        tree = self.pdf.Root.StructTreeRoot
        self.roles = {str(key): str(value) for key, value in tree.get("/RoleMap", {}).items()}
        self.root = self._element(tree, None)
        self.texts = _texts(data)

    def text(self, element: Element) -> str:
        """The words in an element, as they are read."""
        return "".join(self.texts.get(spot, "") for spot in element.spots())

    def outside(self) -> Counter[str]:
        """Paint operators that are neither content nor declared to be decoration."""
        found: Counter[str] = Counter()
        for page in self.pdf.pages:
            depth: list[bool] = []
            for operands, name in _instructions(page):
                if name in {"BDC", "BMC"}:
                    said = operands[1] if len(operands) > 1 else {}
                    depth.append(str(operands[0]) == "/Artifact" or "/MCID" in said)
                elif name == "EMC":
                    depth.pop()
                elif name in PAINTS and not any(depth):
                    found[name] += 1
            assert depth == []
        return found

    def painted(self) -> Counter[Spot]:
        """Every marked content that the pages have."""
        found: Counter[Spot] = Counter()
        for number, page in enumerate(self.pdf.pages):
            for operands, name in _instructions(page):
                if name == "BDC" and "/MCID" in operands[1]:
                    found[number, int(operands[1]["/MCID"])] += 1
        return found

    def _element(self, at: Any, page: Any) -> Element:
        page = at.get("/Pg", page)
        kind = str(at.get("/S", "/Root")).lstrip("/")
        values = {key: str(at[key]) for key in ("/Alt", "/ID", "/T", "/Lang", "/ActualText") if key in at}
        found = Element(kind, _attributes(at), values)
        for kid in _listed(at.get("/K", [])):
            if isinstance(kid, int):
                found.order.append((self.pages[page.objgen], kid))
            elif "/S" in kid:
                found.order.append(self._element(kid, page))
            elif str(kid.Type) == "/MCR":
                found.order.append((self.pages[kid.get("/Pg", page).objgen], int(kid.MCID)))
            else:
                found.annotations.append(kid.Obj)
        found.kids = [one for one in found.order if isinstance(one, Element)]
        found.content = [one for one in found.order if not isinstance(one, Element)]
        return found


def _instructions(page: pikepdf.Page) -> Iterator[tuple[Any, str]]:
    for one in pikepdf.parse_content_stream(page):
        yield one.operands, str(one.operator)


def _attributes(element: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in _listed(element.get("/A", [])):
        found |= {str(key): value for key, value in one.items()}
    return found


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (pikepdf.Array, list)) else [value]


def _texts(data: bytes) -> dict[Spot, str]:
    """The words of each marked content, by another reader of PDF."""
    found: dict[Spot, str] = {}
    for number, page in enumerate(pypdfium2.PdfDocument(io.BytesIO(data))):
        words = page.get_textpage()
        for one in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=1):
            spot = number, pdfium.FPDFPageObj_GetMarkedContentID(one.raw)
            size = pdfium.FPDFTextObj_GetText(one.raw, words.raw, None, 0)
            buffer = (ctypes.c_ushort * (size // 2))()
            pdfium.FPDFTextObj_GetText(one.raw, words.raw, buffer, size)
            found[spot] = found.get(spot, "") + bytes(buffer).decode("utf-16-le").rstrip("\0")
    return found
