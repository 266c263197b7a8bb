"""Files that a command names: read, checked, and judged; what is wrong with them comes back as problems."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assess.engines import Engine
from assess.evidence.layout import is_old, is_workbook
from assess.evidence.load import load_assessment
from assess.evidence.model import Assessment
from assess.judge import judge
from assess.problems import Place, Problem
from assess.readings import Mode
from assess.ruleset.model import RuleSet
from assess.situation import of_assessment
from assess.verdict import Verdict

STANDARD_INPUT = "-"
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".et"})


@dataclass(frozen=True, slots=True)
class Judged:
    """An assessment with its verdict."""

    file: str
    assessment: Assessment
    verdict: Verdict


def read_file(name: str) -> tuple[bytes, list[Problem]]:
    """The bytes of a file, or of standard input for ``-``."""
    if name == STANDARD_INPUT:
        return sys.stdin.buffer.read(), []
    path = Path(name)
    if path.is_dir():
        return b"", [Problem("not-a-file", Place(name), value=name)]
    try:
        return path.read_bytes(), []
    except FileNotFoundError:
        return b"", [Problem("no-such-file", Place(name), value=name)]
    except (OSError, ValueError) as error:
        return b"", [Problem("unreadable", Place(name), value=name, more={"said": str(error)})]


def read_assessment(name: str, ruleset: RuleSet) -> tuple[Assessment | None, list[Problem]]:
    """The assessment in a file, in YAML or in a workbook."""
    raw, problems = read_file(name)
    if problems:
        return None, problems
    if wants_workbook(raw, name):
        from assess.evidence.workbook import load_workbook

        return load_workbook(raw, name, ruleset)
    return load_assessment(raw, name, ruleset)


def wants_workbook(raw: bytes, name: str) -> bool:
    """Whether a file is a workbook by its content, or should be one by its name."""
    return is_old(raw) or is_workbook(raw) or Path(name).suffix.lower() in _WORKBOOKS


def judge_files(
    names: Sequence[str], ruleset: RuleSet, engine: Engine, mode: Mode, *, trail: bool = False
) -> tuple[list[Judged], list[Problem]]:
    """The verdicts on the files that are good, and the problems of the others."""
    judged: list[Judged] = []
    problems: list[Problem] = []
    for name in names:
        assessment, wrong = read_assessment(name, ruleset)
        problems += wrong
        if assessment is not None:
            verdict = judge(ruleset, of_assessment(assessment, ruleset, mode), engine, trail=trail)
            judged.append(Judged(name, assessment, verdict))
    return judged, problems
