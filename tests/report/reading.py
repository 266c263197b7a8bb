"""Reports read again by other people's programs: the words of a PDF, its structure, the words of an HTML file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pikepdf
import pypdfium2


def pdf_text(data: bytes) -> str:
    """The words of a PDF, without blanks and line ends, since a line may break anywhere in Chinese."""
    return squeezed("".join(pdf_pages(data)))


def pdf_pages(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    return [page.get_textpage().get_text_bounded() for page in document]


def squeezed(text: str) -> str:
    """Text without blanks and hyphens: a PDF reader takes a hyphen at the end of a line for a broken word."""
    return re.sub(r"[-\s\x02\u00ad\ufffe\u200b]+", "", text)


def structure(data: bytes) -> Iterator[Any]:
    """Every element of the structure tree of a PDF."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        yield from _below(pdf.Root.StructTreeRoot)


def _below(element: Any) -> Iterator[Any]:
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield str(kid.S), str(kid.get("/Alt", ""))
            yield from _below(kid)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.skip = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.skip = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.skip = self.skip and tag != "style"

    def handle_data(self, data: str) -> None:
        if not self.skip:
            self.words.append(data)


def html_text(data: bytes) -> str:
    """The words of an HTML file, without blanks."""
    return squeezed("".join(_parsed(data).words))


def html_tags(data: bytes) -> list[tuple[str, dict[str, str | None]]]:
    """Every element of an HTML file with its attributes."""
    return _parsed(data).tags


def _parsed(data: bytes) -> _Text:
    parser = _Text()
    parser.feed(data.decode())
    return parser
