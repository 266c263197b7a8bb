"""What ``assess screen`` does: a table or a folder is read, screened and written, and what went wrong is gathered."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assess.engines.columnar import Columnar
from assess.problems import Place, Problem
from assess.ruleset.model import RuleSet
from assess.screening.extras import NO_EXTRAS, NOTHING_ELSE, Also, Extras
from assess.screening.folder import files_of, screened_inputs
from assess.screening.parts import ROWS_AT_ONCE, Parts, Progress, screen_in_parts
from assess.screening.ratings import is_long, long_problems, screen_long
from assess.screening.result import FORMATS, Screening, counts, result_of, screen_wide, write_result
from assess.screening.table import KINDS, ROW, header_problems, scan, wide
from assess.writing import refusals, sweep, whole_file


@dataclass(frozen=True, slots=True)
class Screened:
    """What a screening came to: rows by list and stage, rejected cells, and the problems of whole files."""

    counts: Sequence[Mapping[str, int | str]] = ()
    rejected: int = 0
    rejected_path: Path | None = None
    problems: Sequence[Problem] = ()
    also: Also = NOTHING_ELSE


def screen_file(
    source: Path,
    output: Path,
    ruleset: RuleSet,
    *,
    force: bool,
    rows_at_once: int = ROWS_AT_ONCE,
    progress: Progress = lambda done, rows: None,
    extras: Extras = NO_EXTRAS,
) -> Screened:
    """Screen ``source`` into ``output``; what is wrong with either comes back, and then nothing is written."""
    rejected_path = output.with_name(f"{output.name}.rejected.csv")
    problems = [*_wrong_output(output), *refusals([output, rejected_path], force=force)]
    problems += extras.problems(source, output, force=force)
    columnar = Columnar(ruleset)
    parts = Parts(output.with_name(f".{output.name}.parts"), rows_at_once)
    if problems:
        _, wrong = _screening(source, columnar, None, progress)
        return Screened(problems=[*problems, *wrong])
    screening, wrong = _screening(source, columnar, parts, progress)
    if screening is None:
        return Screened(problems=wrong)
    # Briefs first: the result is the sign that all is done, and a run that was cut off has none yet.
    also = extras.write(source, output, screening, wrong, columnar, progress=progress)
    sweep(output)
    write_result(screening.result, output)
    if screening.rejected.height:
        with whole_file(rejected_path) as part:
            screening.rejected.write_csv(part, include_bom=True)
    elif force and rejected_path.exists():
        rejected_path.unlink()
    counted = list(counts(_read_back(output, screening)))
    shutil.rmtree(parts.folder, ignore_errors=True)
    return Screened(counted, screening.rejected.height, rejected_path, wrong, also)


def _read_back(output: Path, screening: Screening) -> pl.LazyFrame:
    """The result as written, which is cheaper than to conclude everything once more; a workbook is small."""
    if output.suffix.lower() == ".xlsx":
        return screening.result
    return scan(output).with_columns(pl.col("stage_floor", "stage_ceiling").cast(pl.Int64))


def _wrong_output(output: Path) -> list[Problem]:
    expected = tuple(f".{name}" for name in FORMATS)
    if output.suffix.lower() in expected:
        return []
    return [Problem("format-unknown", Place(str(output)), value=output.name, expected=expected)]


def _screening(
    source: Path, columnar: Columnar, parts: Parts | None, progress: Progress
) -> tuple[Screening | None, list[Problem]]:
    """The screening of a source, or what is wrong with it; without ``parts`` only the latter is looked for."""
    name = str(source)
    if source.is_dir():
        files = files_of(source)
        if not files:
            return None, [Problem("no-assessments", Place(name), value=name)]
        inputs, problems = screened_inputs(files, columnar)
        if len({problem.place.file for problem in problems}) == len(files):
            return None, problems
        return Screening(inputs, result_of(inputs, columnar), pl.DataFrame()), problems
    if not source.exists():
        return None, [Problem("no-such-file", Place(name), value=name)]
    if source.suffix.lower() not in KINDS:
        return None, [Problem("table-kind", Place(name), value=source.name, expected=KINDS)]
    try:
        table = scan(source)
    except ValueError as error:
        return None, [Problem("unreadable", Place(name), value=source.name, more={"said": str(error)})]
    columns = [column for column in table.collect_schema().names() if column != ROW]
    if is_long(columns):
        problems = long_problems(columns, name, columnar)
        return (None, problems) if problems or parts is None else (screen_long(source, columnar), [])
    problems = header_problems(columns, name, columnar.ruleset)
    if problems or parts is None:
        return None, problems
    how = wide(columns, columnar)
    if source.suffix.lower() == ".xlsx":
        return screen_wide(table, how, columnar), []
    return screen_in_parts(source, how, columnar, parts, progress), []
