"""A first look into a workbook's file: whether it is one, how large its sheets are, and what its cells hide.

The reader of cells gives nothing for a formula that failed and makes room for every cell up to the farthest one, so
both are looked for here, in the sheets' XML, before it is asked.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from assess.evidence.layout import is_old

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MOST_BYTES = 300_000_000  # unpacked; a form that is filled in has a thousandth of it
_MOST_CELLS = 4_000_000
_FORMULA_OR_ERROR = re.compile(rb"""[<:]f[\s/>]|["']e["']""")
_ANY_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
Cell = tuple[int, int]
# What the readers of archives and of XML raise when bytes are not what they should be.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, ElementTree.ParseError, EOFError, OSError, ValueError,
    KeyError, IndexError, OverflowError, RuntimeError,
)  # fmt: skip


class NotReadableError(Exception):
    """The file is no workbook that can be read; ``code`` says what it is, ``value`` which part of it."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.value = value


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen in one sheet: formulas without a value, by cell, as a message shows them."""

    failed: Mapping[Cell, str]


def look(raw: bytes) -> dict[str, Looked]:
    """Every sheet by its name. Raises ``NotReadableError``."""
    if is_old(raw):
        raise NotReadableError("workbook-encrypted" if _ENCRYPTED in raw else "workbook-old")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise NotReadableError("not-a-workbook")
            if sum(part.file_size for part in archive.infolist()) > _MOST_BYTES:
                raise NotReadableError("workbook-too-large")
            if archive.testzip():
                raise NotReadableError("not-a-workbook")
            return {name: _look_into(archive, path, name) for name, path in _sheets(archive)}
    except _BROKEN as error:
        raise NotReadableError("not-a-workbook") from error


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The names of the sheets and where their XML stands in the file."""
    targets = {
        part.get("Id", ""): part.get("Target", "")
        for part in _elements(archive, "xl/_rels/workbook.xml.rels")
        if part.get("Type", "").endswith("/worksheet")  # and no sheet that is a chart
    }
    for element in _elements(archive, "xl/workbook.xml"):
        if _local(element.tag) == "sheet":
            reference = next((value for key, value in element.items() if _local(key) == "id"), "")
            target = targets.get(reference, "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            if path in archive.namelist():
                yield element.get("name", ""), path


def _elements(archive: zipfile.ZipFile, path: str) -> Iterator[ElementTree.Element]:
    return ElementTree.fromstring(_part(archive, path)).iter()


def _part(archive: zipfile.ZipFile, path: str) -> bytes:
    data = archive.read(path)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:  # no workbook has them, and they can grow without end
        raise NotReadableError("not-a-workbook")
    return data


def _look_into(archive: zipfile.ZipFile, path: str, name: str) -> Looked:
    data = _part(archive, path)
    if _is_plain(data):
        return Looked({})
    failed: dict[Cell, str] = {}
    rows = columns = 0
    for element in ElementTree.fromstring(data).iter():
        if _local(element.tag) != "c":
            continue
        children = {_local(child.tag): child.text or "" for child in element}
        at = _cell(element.get("r", ""))
        if at is None or not children:
            continue
        rows, columns = max(rows, at[0] + 1), max(columns, at[1] + 1)
        if element.get("t") == "e":
            failed[at] = children.get("v", "")
        elif "f" in children and not children.get("v") and element.get("t") != "str":
            failed[at] = f"={children['f']}"
    if rows * columns > _MOST_CELLS:
        raise NotReadableError("workbook-too-large", name)
    return Looked(failed)


def _is_plain(data: bytes) -> bool:
    """Whether a sheet has no formula, no error, and no cell far away, at a glance: nine of ten need no more."""
    if _FORMULA_OR_ERROR.search(data):
        return False
    references = _ANY_REFERENCE.findall(data)
    widest = max((len(letters) for letters, _ in references), default=0)
    lowest = max((int(row) for _, row in references), default=0)
    return widest < 3 and lowest * 26 * 27 < _MOST_CELLS


def _cell(reference: str) -> Cell | None:
    found = _REFERENCE.fullmatch(reference)
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
