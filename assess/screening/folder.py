"""A folder of assessment files as a table: one row a file that is good, the problems of the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from assess.catalogue import LANGUAGES, catalogue
from assess.engines.columnar import Columnar, row_of
from assess.evidence.model import Assessment
from assess.inputs import read_assessment
from assess.problems import Problem
from assess.readings import Status, take_readings
from assess.screening.portfolio import NAME
from assess.screening.screen import DISPUTED, MISSING
from assess.screening.table import COMMUNITY, TYPE, WAVE

SUFFIXES = (".yaml", ".yml", ".xlsx")


def files_of(folder: Path) -> list[Path]:
    """The assessment files in a folder and below it, by name; temporary files of editors are passed over."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    return sorted(path for path in found if not path.name.startswith(("~$", ".")))


def screened_inputs(files: Sequence[Path], columnar: Columnar) -> tuple[pl.LazyFrame, list[Problem]]:
    """The rows that the rules read, from files, and what is wrong with the files that are left out."""
    problems: list[Problem] = []
    rows: list[dict[str, object]] = []
    for path in files:
        assessment, wrong = read_assessment(str(path), columnar.ruleset)
        problems += wrong
        if assessment is not None:
            rows.append(_row(assessment, columnar))
    return pl.LazyFrame(rows, schema=_schema(columnar)), problems


def _schema(columnar: Columnar) -> dict[str, type[pl.DataType]]:
    schema: dict[str, type[pl.DataType]] = dict.fromkeys((COMMUNITY, WAVE, TYPE), pl.String)
    for variable in columnar.variables.values():
        schema |= {variable.floor: pl.Int8, variable.ceiling: pl.Int8}
    schema |= dict.fromkeys(columnar.stated.values(), pl.String)
    schema |= dict.fromkeys((f"{NAME}{language}" for language in LANGUAGES), pl.String)
    for name in columnar.ruleset.indicator:
        schema |= {f"{MISSING}{name}": pl.Boolean, f"{DISPUTED}{name}": pl.Boolean}
    return schema


def _row(assessment: Assessment, columnar: Columnar) -> dict[str, object]:
    readings, _ = take_readings(assessment, columnar.ruleset)
    community = assessment.community
    values = row_of(columnar, readings, community.attributes, community.type)
    names = [name for variable in columnar.variables.values() for name in (variable.floor, variable.ceiling)]
    row: dict[str, object] = dict(zip([*names, *columnar.stated.values()], values, strict=True))
    row |= {COMMUNITY: assessment.id, WAVE: assessment.wave.date.isoformat(), TYPE: community.type}
    row |= {f"{NAME}{language}": _called(assessment, language) for language in LANGUAGES}
    for name, reading in readings.items():
        row[f"{MISSING}{name}"] = reading.status is Status.MISSING
        row[f"{DISPUTED}{name}"] = reading.status is Status.DISPUTED
    return row


def _called(assessment: Assessment, language: str) -> str:
    """What a relation is called: by its committee, else by the title of its file."""
    side = assessment.committee
    return catalogue(language).words(side.name if side else assessment.title)
