"""The demo: the examples that come with assess, judged and reported into a folder of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assess.catalogue import LANGUAGES
from assess.content import content
from assess.engines import Engine
from assess.inputs import judge_files
from assess.readings import Mode
from assess.report.render import FORMATS, render
from assess.ruleset.model import RuleSet
from assess.verdict import Verdict
from assess.writing import write_whole

EXAMPLE = "m-community"
WAVES = ("wave-1", "wave-2", "wave-3")
DEFAULT_FOLDER = Path("assess-demo")


class DemoFolderError(Exception):
    """The folder is there already and nobody said that it may be overwritten."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.folder = folder


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of one wave: its verdict, and the files in the order in which they were written."""

    name: str
    file: Path
    verdict: Verdict
    reports: tuple[Path, ...]


def free_folder(wanted: Path | None, *, force: bool) -> Path:
    """The folder to write to: the one that was named, or the first free name after the default.

    Raises ``DemoFolderError`` where a named folder holds files and ``force`` was not given.
    """
    if wanted is None:
        numbers = iter(range(2, 10_000))
        folder = DEFAULT_FOLDER
        while folder.exists() and not force:
            folder = DEFAULT_FOLDER.with_name(f"{DEFAULT_FOLDER.name}-{next(numbers)}")
        return folder
    if wanted.exists() and not force and (not wanted.is_dir() or any(wanted.iterdir())):
        raise DemoFolderError(wanted)
    return wanted


def write_demo(folder: Path, ruleset: RuleSet, engine: Engine) -> Iterator[Made]:
    """Copy each wave's file into ``folder``, judge it and write its reports, wave by wave."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in WAVES:
        file = folder / f"{name}.yaml"
        write_whole(file, (content("examples") / EXAMPLE / file.name).read_bytes())
        judged, problems = judge_files([str(file)], ruleset, engine, Mode.MIDDLE)
        if problems:
            raise ValueError(problems)
        (one,) = judged
        reports = []
        for language in LANGUAGES:
            for kind in FORMATS:
                path = folder / f"{name}.{language}.{kind}"
                write_whole(path, render(one.verdict, one.assessment, ruleset, kind, language))
                reports.append(path)
        yield Made(name, file, one.verdict, tuple(reports))
