"""A brief a project, for a folder of assessments: in parallel, each written whole, and none twice.

Every brief carries a key of what it was made from: the assessment, the rules, the language and the program. A brief
whose key is right is kept, so that a run which was cut off goes on where it stopped, and ends with the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assess import __version__
from assess.catalogue import catalogue
from assess.content import content
from assess.problems import Place, Problem
from assess.readings import Mode
from assess.ruleset.model import RuleSet
from assess.screening.folder import Source, put_together
from assess.writing import sweep, write_whole

SUFFIX = ".pdf"
KEY = "assess-brief-1 "
AT_ONCE = 4  # briefs that a process is handed together
_NO_NAME = re.compile(r'[\\/:*?"<>|\s]+')  # what no file may be called by, on any system
_TEMPLATES = ("brief.typ.j2", "brief.typ", "report.typ")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Task:
    """A brief to be written."""

    source: Source
    target: Path
    key: str
    mode: Mode = Mode.MIDDLE


@dataclass(frozen=True, slots=True)
class Briefs:
    """What a folder of briefs came to: how many are there, and how many of them were there before."""

    written: int
    kept: int


def targets(sources: Sequence[Source], folder: Path, into: Path) -> dict[Source, Path]:
    """Where each brief goes: the path of its file below ``into``; files that differ by their ending keep it.

    What several files came to is called by its name, and a folder that is one project by the folder's.
    """
    stems = Counter(source.files[0].with_suffix("") for source in sources if len(source.files) == 1)
    found: dict[Source, Path] = {}
    taken: set[Path] = set()
    for source in sources:
        path = source.files[0]
        if len(source.files) > 1 or path.parent.name == source.called:
            within = Path(os.path.commonpath([file.parent for file in source.files])).relative_to(folder)
            name = _NO_NAME.sub("-", source.called)
            place = within if within.name == source.called else within / name
        else:
            named = path.with_suffix("") if stems[path.with_suffix("")] == 1 else path
            place = named.relative_to(folder)
        target, number = into / place.with_name(f"{place.name}{SUFFIX}"), 2
        while target in taken:
            target, number = into / place.with_name(f"{place.name} ({number}){SUFFIX}"), number + 1
        taken.add(target)
        found[source] = target
    return found


def tasks(wanted: Mapping[Source, Path], ruleset: RuleSet, language: str, mode: Mode = Mode.MIDDLE) -> list[Task]:
    """The briefs of these assessments, each with its key."""
    rules = _rules_key(ruleset, language) + mode.value.encode()
    return [
        Task(source, target, KEY + hashlib.sha256(rules + _contents(source)).hexdigest(), mode)
        for source, target in wanted.items()
    ]


def _contents(source: Source) -> bytes:
    """What an assessment is read from; of several files, each by what it is, so that none runs into the next."""
    contents = [file.read_bytes() for file in source.files]
    return contents[0] if len(contents) == 1 else b"".join(hashlib.sha256(one).digest() for one in contents)


def _rules_key(ruleset: RuleSet, language: str) -> bytes:
    """What all briefs of a run have in common: rules, program, templates and sentences."""
    said = hashlib.sha256(repr((__version__, ruleset.digest, language)).encode())
    for name in _TEMPLATES:
        said.update((content("templates") / "typst" / name).read_bytes())
    said.update(repr(sorted(catalogue(language).sentences.items())).encode())
    return said.digest()


def refused(wanted: Iterable[Path], into: Path, *, force: bool) -> list[Problem]:
    """Why briefs cannot be written: no folder can be there, or a file of that name is there that is no brief."""
    place = Place(str(into))
    if into.exists() and not into.is_dir():
        return [Problem("not-a-folder", place, value=str(into))]
    if not into.parent.is_dir():
        return [Problem("no-such-output-folder", place, value=str(into.parent))]
    others = [path for path in wanted if path.exists() and not force and not _is_brief(path)]
    return [Problem("exists", Place(str(path)), value=str(path)) for path in others]


def _is_brief(path: Path) -> bool:
    return path.is_file() and KEY.encode() in path.read_bytes()


def is_done(task: Task) -> bool:
    """Whether this very brief is there already."""
    try:
        return task.key.encode() in task.target.read_bytes()
    except OSError:
        return False


def write_briefs(
    wanted: Sequence[Task], ruleset: RuleSet, rules: Path, language: str, *, workers: int | None, progress: Progress
) -> Briefs:
    """Write the briefs that are not there yet. ``rules`` is the folder of the rule set. Raises ``OSError``."""
    for folder in {task.target.parent for task in wanted}:
        folder.mkdir(parents=True, exist_ok=True)
    for task in wanted:
        sweep(task.target)
    to_do = [task for task in wanted if not is_done(task)]
    kept = len(wanted) - len(to_do)
    progress(kept, len(wanted))
    processes = min(workers or os.cpu_count() or 1, -(-len(to_do) // AT_ONCE))
    if processes <= 1:
        writer = _Writer(ruleset, language)
        for number, task in enumerate(to_do, kept + 1):
            writer.write(task)
            progress(number, len(wanted))
    else:
        _write_in_parallel(to_do, rules, language, processes, lambda n: progress(kept + n, len(wanted)))
    return Briefs(len(to_do), kept)


def _write_in_parallel(
    to_do: Sequence[Task], rules: Path, language: str, processes: int, done: Callable[[int], None]
) -> None:
    import multiprocessing

    # Not forked: the threads of the dataframe library would be gone in a fork, and their locks held for ever.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_begin)
    try:
        jobs = ((task, rules, language) for task in to_do)
        for number, _ in enumerate(pool.map(_write_from, jobs, chunksize=AT_ONCE), 1):
            done(number)
    finally:
        pool.shutdown(cancel_futures=True)


# --- in a process of its own -------------------------------------------------------------------------------------


def _begin() -> None:
    """Leave interrupts to the parent, and end with it, so that nobody goes on writing after it was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        with suppress(KeyboardInterrupt):
            parent.join()
        os._exit(1)


def _write_from(job: tuple[Task, Path, str]) -> None:
    task, rules, language = job
    _writer(rules, language).write(task)


@lru_cache(maxsize=1)
def _writer(rules: Path, language: str) -> _Writer:
    from assess.ruleset.load import load_ruleset

    ruleset, problems = load_ruleset(rules)
    if ruleset is None:
        raise ValueError(problems)
    return _Writer(ruleset, language)


class _Writer:
    """Writes briefs, one after the other; what they have in common is done once."""

    def __init__(self, ruleset: RuleSet, language: str) -> None:
        from assess.explain.pivots import Pivotal

        self.ruleset = ruleset
        self.language = language
        self.pivotal = Pivotal(ruleset)

    def write(self, task: Task) -> None:
        from assess.judge import judge
        from assess.report.brief import brief_of, write
        from assess.situation import of_assessment

        assessment = put_together(task.source, self.ruleset)
        if assessment is None:
            raise ValueError(task.source)
        situation = of_assessment(assessment, self.ruleset, task.mode)
        verdict, pivots = judge(self.ruleset, situation), self.pivotal(situation.readings)
        brief = brief_of(verdict, assessment, self.ruleset, pivots, self.language, key=task.key)
        write_whole(task.target, write(brief))
