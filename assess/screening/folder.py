"""A folder of assessment files as a table: one row an assessment that is good, the problems of the other files.

Files with the same id and date are one assessment, put together as ``assess import`` does it. A workbook without an id
is called by its name, or, where it is named by a source (``居委会.xlsx``), by its folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assess.catalogue import LANGUAGES, catalogue
from assess.engines.columnar import Columnar, row_of
from assess.evidence.model import Assessment
from assess.evidence.stated import with_stated
from assess.inputs import read_assessment
from assess.problems import Place, Problem
from assess.readings import Mode, Status, take_readings
from assess.ruleset.model import RuleSet
from assess.screening.portfolio import NAME
from assess.screening.screen import DISPUTED, MISSING
from assess.screening.table import COMMUNITY, TYPE, WAVE

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et")  # those that cannot be read are named, not passed over
SUFFIXES = (".yaml", ".yml", ".json", *WORKBOOKS)
FILES = "files:"  # the input column with the files of an assessment, one a line

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Source:
    """The files of an assessment, and the name that they share."""

    files: tuple[Path, ...]
    called: str


@dataclass(frozen=True, slots=True)
class Read:
    """A file that is good, and what it is called: by itself, by its name or by its folder."""

    path: Path
    assessment: Assessment
    called: str


def files_of(folder: Path) -> list[Path]:
    """The assessment files in a folder and below it, by name; hidden ones and those of editors are passed over."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    return sorted(path for path in found if not _is_hidden(path.relative_to(folder)))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$", "__MACOSX", "_delta_log")) for part in path.parts)


def screened_inputs(
    files: Sequence[Path],
    columnar: Columnar,
    progress: Progress = lambda done, files: None,
    mode: Mode = Mode.MIDDLE,
) -> tuple[pl.LazyFrame, list[Problem]]:
    """The rows that the rules read, from files, and what is wrong with the files that are left out."""
    read, problems = _read(files, columnar.ruleset, progress)
    groups: dict[tuple[str, object], list[Read]] = {}
    for one in read:
        groups.setdefault((one.called, one.assessment.wave.date), []).append(one)
    rows: list[dict[str, object]] = []
    for (called, _), group in groups.items():
        source = Source(tuple(one.path for one in group), called)
        alone = _named(group[0].assessment, called) if len(group) == 1 else None
        assessment = alone or put_together(source, columnar.ruleset)
        if assessment is None:
            problems += _contradicting(group)
        else:
            rows.append({FILES: "\n".join(map(str, source.files)), **_row(assessment, columnar, mode)})
    return pl.LazyFrame(rows, schema=_schema(columnar)), problems


def put_together(source: Source, ruleset: RuleSet) -> Assessment | None:
    """The assessment that good files come to, under the name that they share; nothing where they contradict."""
    files, called = source.files, source.called
    if len(files) == 1:
        assessment, _ = read_assessment(str(files[0]), ruleset)
        return None if assessment is None else _named(assessment, called)
    from assess.evidence.importing import merge_files
    from assess.evidence.load import load_assessment

    merged, _ = merge_files([str(file) for file in files], called, ruleset, catalogue("en"))
    if merged is None:
        return None
    assessment, _ = load_assessment(merged.text.encode(), called, ruleset)
    return None if assessment is None else _named(assessment, called)


def sources_of(inputs: pl.LazyFrame) -> list[Source]:
    """What each assessment of a folder was read from."""
    rows = inputs.select(FILES, COMMUNITY).collect().iter_rows()
    return [Source(tuple(map(Path, files.split("\n"))), called) for files, called in rows]


def latest(inputs: pl.LazyFrame) -> pl.LazyFrame:
    """Of each community the rows of its latest wave."""
    return inputs.filter(pl.col(WAVE) == pl.col(WAVE).max().over(COMMUNITY))


# --- reading -----------------------------------------------------------------------------------------------------


def _read(files: Sequence[Path], ruleset: RuleSet, progress: Progress) -> tuple[list[Read], list[Problem]]:
    """Every good file with what it is called; of files that are the same to the letter only the first."""
    good: list[tuple[Path, Assessment]] = []
    problems: list[Problem] = []
    for number, path in enumerate(files, 1):
        assessment, wrong = read_assessment(str(path), ruleset)
        problems += wrong
        if assessment is not None:
            good.append((path, assessment))
        progress(number, len(files))
    sources = {name.casefold() for one in ruleset.sources for name in (one.id, *one.name.values())}
    read: dict[tuple[bytes, str], Read] = {}
    for path, assessment in good:
        by_folder = not _states_id(path, assessment) and path.stem.casefold() in sources
        called = path.absolute().parent.name if by_folder else assessment.id
        # Two projects may have sent the same answers in folders of their own.
        key = hashlib.sha256(path.read_bytes()).digest(), called if by_folder else ""
        if key in read:
            also = (Place(str(read[key].path)),)
            problems.append(Problem("same-file-twice", Place(str(path)), value=path.name, also=also))
        else:
            read[key] = Read(path, assessment, called)
    return list(read.values()), problems


def _states_id(path: Path, assessment: Assessment) -> bool:
    """Whether a file says what it is called; a workbook need not."""
    return path.suffix.lower() not in WORKBOOKS or assessment.id != path.stem


def _named(assessment: Assessment, called: str) -> Assessment:
    return assessment if assessment.id == called else assessment.model_copy(update={"id": called})


def _contradicting(group: Sequence[Read]) -> Iterator[Problem]:
    for one in group:
        also = tuple(Place(str(other.path)) for other in group if other is not one)
        more = {"date": one.assessment.wave.date.isoformat()}
        yield Problem("same-id", Place(str(one.path)), value=one.called, also=also, more=more)


# --- rows --------------------------------------------------------------------------------------------------------


def _schema(columnar: Columnar) -> dict[str, type[pl.DataType]]:
    schema: dict[str, type[pl.DataType]] = dict.fromkeys((FILES, COMMUNITY, WAVE, TYPE), pl.String)
    for variable in columnar.variables.values():
        schema |= {variable.floor: pl.Int8, variable.ceiling: pl.Int8}
    schema |= dict.fromkeys(columnar.stated.values(), pl.String)
    schema |= dict.fromkeys((f"{NAME}{language}" for language in LANGUAGES), pl.String)
    for name in columnar.ruleset.indicator:
        schema |= {f"{MISSING}{name}": pl.Boolean, f"{DISPUTED}{name}": pl.Boolean}
    return schema


def _row(assessment: Assessment, columnar: Columnar, mode: Mode) -> dict[str, object]:
    taken, _ = take_readings(assessment, columnar.ruleset, mode)
    readings = with_stated(taken, assessment, columnar.ruleset)
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
