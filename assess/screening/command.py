"""What ``assess screen`` does: a table or a folder is read, screened and written, and what went wrong is gathered."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import narwhals as nw
import polars as pl

from assess.engines.columnar import Columnar
from assess.problems import Place, Problem
from assess.readings import Mode
from assess.ruleset.model import RuleSet
from assess.screening.extras import NO_EXTRAS, NOTHING_ELSE, Also, Extras
from assess.screening.folder import files_of, screened_inputs
from assess.screening.parts import ROWS_AT_ONCE, Parts, Progress, screen_in_parts
from assess.screening.ratings import AS_USUAL, Ratings, communities_problems, is_long, long_problems, screen_long
from assess.screening.rejected import write_rejected
from assess.screening.result import (
    FORMATS,
    Screening,
    counts,
    result_of,
    screen_wide,
    without_duplicates,
    write_result,
)
from assess.screening.source import KINDS, ROW, Files, columns_of, parts_of, scan
from assess.screening.table import header_problems, wide
from assess.writing import refusals, sweep


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
    ratings: Ratings = AS_USUAL,
) -> Screened:
    """Screen ``source`` into ``output``; what is wrong with either comes back, and then nothing is written."""
    rejected_path = output.with_name(f"{output.name}.rejected.csv")
    problems = [*_wrong_output(output), *refusals([output, rejected_path], force=force)]
    problems += extras.problems(source, output, force=force)
    columnar = Columnar(ruleset)
    parts = Parts(output.with_name(f".{output.name}.parts"), rows_at_once)
    if problems:
        _, wrong = _screening(source, columnar, None, progress, ratings)
        return Screened(problems=[*problems, *wrong])
    screening, wrong = _screening(source, columnar, parts, progress, ratings)
    if screening is None:
        return Screened(problems=wrong)
    # Briefs first: the result is the sign that all is done, and a run that was cut off has none yet.
    also = extras.write(source, output, screening, wrong, columnar, progress=progress)
    sweep(output)
    write_result(screening.result, output)
    if screening.rejected.height:
        write_rejected([screening.rejected], rejected_path)
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


Attempt = tuple[Screening | None, list[Problem]]


def _screening(source: Path, columnar: Columnar, parts: Parts | None, progress: Progress, ratings: Ratings) -> Attempt:
    """The screening of a source, or what is wrong with it; without ``parts`` only the latter is looked for."""
    name = str(source)
    if source.is_dir() and (files := files_of(source)):
        return _of_assessments(files, columnar, name, progress, ratings)
    if source.is_dir() and not parts_of(source):
        return None, [Problem("no-assessments", Place(name), value=name)]
    if not source.exists():
        return None, [Problem("no-such-file", Place(name), value=name)]
    if source.is_file() and source.suffix.lower() not in KINDS:
        return None, [Problem("table-kind", Place(name), value=source.name, expected=KINDS)]
    if source.is_file() and not source.stat().st_size:
        return None, [Problem("empty-file", Place(name))]
    try:
        return _of_table(source, columnar, parts, progress, ratings)
    except (ValueError, pl.exceptions.PolarsError) as error:
        said = str(error).splitlines()[0]
        return None, [Problem("unreadable", Place(name), value=source.name, more={"said": said})]


def _of_assessments(
    files: Sequence[Path], columnar: Columnar, name: str, progress: Progress, ratings: Ratings
) -> Attempt:
    if ratings.of_long_tables:
        return None, [Problem("only-of-long", Place(name), value=name)]
    inputs, problems = screened_inputs(files, columnar, progress, ratings.mode)
    if len({problem.place.file for problem in problems}) == len(files):
        return None, problems
    return Screening(inputs, result_of(inputs, columnar), pl.DataFrame()), problems


def _of_table(source: Path, columnar: Columnar, parts: Parts | None, progress: Progress, ratings: Ratings) -> Attempt:
    """The screening of a table. Raises ``ValueError`` and polars' errors for one that cannot be read."""
    name = str(source)
    table = scan(source)
    columns = columns_of(table)
    if is_long(columns):
        problems = long_problems(columns, name, columnar)
        if ratings.communities is not None:
            problems += communities_problems(ratings.communities, columnar)
        if problems or parts is None:
            return None, problems
        return screen_long(source, columnar, ratings), []
    problems = header_problems(columns, name, columnar.ruleset)
    if ratings.of_long_tables:
        problems.append(Problem("only-of-long", Place(name), value=name))
    if ratings.mode is not Mode.MIDDLE:
        problems.append(Problem("readings-are-given", Place(name), value=name))
    if problems or parts is None:
        return None, problems
    schema = {column: kind for column, kind in nw.from_native(table).collect_schema().items() if column != ROW}
    how = wide(schema, columnar)
    if source.suffix.lower() == ".xlsx":
        screening = screen_wide(table, without_duplicates(how, table), columnar)
    else:
        screening = screen_in_parts(source, how, columnar, parts, progress)
    return replace(screening, rejected=Files.of(source).located(screening.rejected)), []
