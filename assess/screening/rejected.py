"""The cells for which rows were left out, as a file: where each stands, and what is wrong in every language."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from assess.catalogue import LANGUAGES, catalogue
from assess.messages import message
from assess.problems import Place, Problem
from assess.screening.source import MORE
from assess.writing import whole_file

_SAID = ("code", "value", "expected")


def write_rejected(parts: Sequence[pl.DataFrame], path: Path) -> None:
    """Write rejected cells (``file``, ``row``, ``column``, ``value``, ``code``, ``expected``) with a sentence each."""
    rejected = pl.concat(parts).with_columns(pl.col("column").replace(MORE, ""))
    with whole_file(path) as part:
        in_words(rejected).write_csv(part, include_bom=True)


def in_words(rejected: pl.DataFrame) -> pl.DataFrame:
    """Rejected cells with what is wrong, in every language (``says_zh``, ``says_en``)."""
    kinds = rejected.select(_SAID).unique()
    problems = [
        Problem(code, Place(""), value=value or "", expected=tuple(expected.split()))
        for code, value, expected in kinds.iter_rows()
    ]
    sentences = [
        pl.Series(f"says_{language}", [message(problem, catalogue(language)) for problem in problems], dtype=pl.String)
        for language in LANGUAGES
    ]
    worded = kinds.with_columns(sentences)
    return rejected.join(worded, on=_SAID, how="left", nulls_equal=True, maintain_order="left")
