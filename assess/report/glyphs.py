"""Which characters the report's font can show, read from the font file itself."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache


@lru_cache(maxsize=1)
def covered() -> frozenset[str]:
    """Every character that the report's font has a shape for."""
    from pylopdf_fonts_zh_cn import sans_path

    return frozenset(map(chr, code_points(sans_path().read_bytes())))


def code_points(font: bytes) -> Iterator[int]:
    """The code points in an OpenType font's character map (its table of format 12, which covers all planes)."""
    (count,) = struct.unpack_from(">H", font, 4)
    tables = {
        tag: offset for tag, _, offset, _ in (struct.unpack_from(">4sIII", font, 12 + 16 * i) for i in range(count))
    }
    start = tables[b"cmap"]
    (subtables,) = struct.unpack_from(">H", font, start + 2)
    for index in range(subtables):
        _, _, offset = struct.unpack_from(">HHI", font, start + 4 + 8 * index)
        (form,) = struct.unpack_from(">H", font, start + offset)
        if form == 12:
            (groups,) = struct.unpack_from(">I", font, start + offset + 12)
            for first, last, glyph in struct.iter_unpack(
                ">III", font[start + offset + 16 : start + offset + 16 + 12 * groups]
            ):
                yield from range(first + (glyph == 0), last + 1)
            return
