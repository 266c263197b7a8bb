"""What a screening makes beside its table: the portfolio report, a brief a project, and who moved since last time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assess.engines.columnar import Columnar
from assess.problems import Place, Problem
from assess.readings import Mode
from assess.screening.briefs import Briefs, Progress, refused, targets, tasks, write_briefs
from assess.screening.changes import changes, earlier, in_common, listed
from assess.screening.folder import FILES, Source, files_of, latest, sources_of
from assess.screening.result import Screening
from assess.writing import refusals, sweep, whole_file, write_whole

REPORTS = (".html", ".pdf")


@dataclass(frozen=True, slots=True)
class Also:
    """What was made beside the table; ``strangers``: nobody in the earlier result has an id of this one."""

    written: tuple[Path, ...] = ()
    briefs: Briefs | None = None
    moved: int | None = None
    strangers: bool = False


@dataclass(frozen=True, slots=True)
class Extras:
    """What is wanted beside the table; ``rules`` is the folder that the rule set came from."""

    report: Path | None = None
    briefs: Path | None = None
    since: Path | None = None
    workers: int | None = None
    language: str = "en"
    rules: Path = Path()
    mode: Mode = Mode.MIDDLE

    def problems(self, source: Path, output: Path, *, force: bool) -> list[Problem]:
        """Everything that keeps it from being made."""
        found: list[Problem] = []
        if self.report is not None:
            if self.report.suffix.lower() not in REPORTS:
                found.append(
                    Problem("format-unknown", Place(str(self.report)), value=self.report.name, expected=REPORTS)
                )
            found += refusals([self.report], force=force)
        if self.since is not None:
            found += [*earlier(self.since)[1], *refusals([changes_path(output)], force=force)]
        if self.briefs is not None and source.is_dir():
            each = [Source((file,), "") for file in files_of(source)]
            found += refused(targets(each, source, self.briefs).values(), self.briefs, force=force)
        elif self.briefs is not None and source.exists():
            found.append(Problem("briefs-of-table", Place(str(source)), value=source.name))
        return found

    def write(
        self,
        source: Path,
        output: Path,
        screening: Screening,
        wrong: Sequence[Problem],
        columnar: Columnar,
        *,
        progress: Progress,
    ) -> Also:
        """Make what is wanted; problems of single files have been found already. Raises ``OSError``."""
        broken_files = len({problem.place.file for problem in wrong})
        briefs = None
        if self.briefs is not None:
            where = targets(sources_of(screening.inputs), source, self.briefs)
            wanted = tasks(where, columnar.ruleset, self.language, self.mode)
            briefs = write_briefs(
                wanted, columnar.ruleset, self.rules, self.language, workers=self.workers, progress=progress
            )
        then = earlier(self.since)[0] if self.since is not None else None
        moved = changes(screening.result, then) if then is not None else None
        strangers = then is not None and not in_common(screening.result, then)
        written = []
        if moved is not None:
            written.append(_write_changes(moved, changes_path(output)))
        if self.report is not None:
            self._write_report(self.report, screening, columnar, moved=moved, output=output, broken_files=broken_files)
            written.append(self.report)
        return Also(tuple(written), briefs, None if moved is None else moved.height, strangers)

    def _write_report(
        self,
        path: Path,
        screening: Screening,
        columnar: Columnar,
        *,
        moved: pl.DataFrame | None,
        output: Path,
        broken_files: int,
    ) -> None:
        from assess.report.portfolio import Material, render
        from assess.screening.portfolio import ON_PAPER, ON_SCREEN, portfolio

        kind = path.suffix.lower().removeprefix(".")
        counted, earlier_waves = screening.inputs, 0
        if FILES in counted.collect_schema().names():
            counted = latest(screening.inputs)
            earlier_waves = _height(screening.inputs) - _height(counted)
        material = Material(
            portfolio=portfolio(counted, columnar, ON_PAPER if kind == "pdf" else ON_SCREEN),
            ruleset=columnar.ruleset,
            changes=None if moved is None else listed(moved),
            changes_file=changes_path(output).name,
            broken_files=broken_files,
            earlier_waves=earlier_waves,
            wrong_cells=screening.rejected.height,
        )
        sweep(path)
        write_whole(path, render(material, kind, self.language))


def _height(rows: pl.LazyFrame) -> int:
    return int(rows.select(pl.len()).collect().item())


def changes_path(output: Path) -> Path:
    """Where the changes since an earlier result go."""
    return output.with_name(f"{output.name}.changes.csv")


def _write_changes(moved: pl.DataFrame, path: Path) -> Path:
    sweep(path)
    with whole_file(path) as part:
        moved.write_csv(part, include_bom=True)
    return path


NO_EXTRAS, NOTHING_ELSE = Extras(), Also()
