"""A codebook as a file: HTML or PDF, the same bytes for the same rule set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assess.codebook.build import codebook
from assess.report.html import written
from assess.report.pdf import typeset
from assess.ruleset.model import RuleSet

if TYPE_CHECKING:
    from typst import TypstWarning

FORMATS = ("html", "pdf")


def write(ruleset: RuleSet, kind: str, language: str) -> bytes:
    """The codebook of a rule set as the bytes of a file."""
    if kind == "html":
        return written("codebook.html.j2", page=codebook(ruleset, language), charts={})
    return compiled(ruleset, language)[0]


def compiled(ruleset: RuleSet, language: str) -> tuple[bytes, Sequence[TypstWarning]]:
    """The PDF and what typst warned of; a test holds that to be nothing."""
    page = codebook(ruleset, language)
    return typeset("codebook.typ.j2", page.date, page=page)
