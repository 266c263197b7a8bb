"""Text of a report as text of a Word file: made safe, in a character style, with links and signs."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape

from assess.report.page import Mark
from assess.report.word.styles import style_id

SIGNS = {"holds": "●", "open": "◐", "fails": "○"}
GAP = "\u2003"  # between a name and what belongs to it
_ILLEGAL = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")


def legal(text: str) -> str:
    """Text without what XML cannot hold, with one kind of line end."""
    return _ILLEGAL.sub("", _BREAK.sub("\n", text))


def safe(value: Any) -> Any:
    """Text of users as text of a document: nothing in it is markup, a tag of a template, or illegal in XML.

    docxtpl turns ``{_{`` into ``{{`` after the template is filled in, so braces leave as character references.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return Markup(str(escape(legal(value))).replace("{", "&#123;").replace("}", "&#125;"))


def run(text: str, style: str = "") -> Markup:
    """Text in a character style."""
    if not text:
        return Markup()
    looks = Markup('<w:rPr><w:rStyle w:val="{}"/></w:rPr>').format(style_id(style)) if style else Markup()
    return Markup('<w:r>{}<w:t xml:space="preserve">{}</w:t></w:r>').format(looks, safe(text))


def link(to: str, text: str, style: str) -> Markup:
    """A link to a place in the document."""
    return Markup('<w:hyperlink w:anchor="{}" w:history="1">{}</w:hyperlink>').format(to, run(text, style))


def after(text: str) -> str:
    """What stands behind a name, at a distance."""
    return f"{GAP}{text}" if text else ""


def sign(mark: Mark | None, behind: bool = False, dark: bool = False) -> Markup:
    """The shape of a truth and its word, before a text or behind it; on a dark ground in the colour of the text."""
    if mark is None:
        return Markup()
    looks = "" if dark else mark.truth.title()
    shown = run(SIGNS[mark.truth], "Sign") + run(f"\u00a0{mark.word}", looks)
    return run(GAP) + shown if behind else shown + run(GAP)
