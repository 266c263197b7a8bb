"""A pytest plugin: each case of a rule set is one test, ``cases/FILE.yaml::ID``; ``pytest my-rules/cases -k name``.

It looks only at YAML files in a folder ``cases`` that stands beside a ``ruleset.yaml``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from assess.cases import Case
    from assess.catalogue import Catalogue
    from assess.expectations import Difference
    from assess.problems import Problem
    from assess.ruleset.model import RuleSet


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take the files of cases."""
    named = file_path.suffix == ".yaml" and not file_path.name.startswith("_")
    is_cases = named and file_path.parent.name == "cases"
    if is_cases and (file_path.parent.parent / "ruleset.yaml").is_file():
        return CaseFile.from_parent(parent, path=file_path)
    return None


def _words() -> Catalogue:
    from assess.catalogue import catalogue
    from assess.cli_help import language_of

    return catalogue(language_of((), os.environ))


@lru_cache(maxsize=4)
def _ruleset(folder: Path) -> tuple[RuleSet | None, list[Problem]]:
    from assess.ruleset.load import load_ruleset

    return load_ruleset(folder)


class CaseFile(pytest.File):
    """A file of cases; what is wrong with it, or with its rule set, is an error of collection."""

    def collect(self) -> Iterator[pytest.Item]:
        """The cases of the file."""
        from assess.cases import load_cases
        from assess.messages import located

        ruleset, problems = _ruleset(self.path.parent.parent)
        cases: list[Case] = []
        if ruleset is not None:
            cases, problems = load_cases(self.path, ruleset)
        if problems or ruleset is None:
            raise self.CollectError("\n".join(located(problem, _words()) for problem in problems))
        for case in cases:
            yield CaseItem.from_parent(self, name=case.id, case=case, ruleset=ruleset)


class CaseFails(Exception):  # noqa: N818 - a case that fails is no error of the program
    """A case whose verdict is not as it expects."""

    def __init__(self, differing: list[Difference]) -> None:
        super().__init__(differing)
        self.differing = differing


class CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, case: Case, ruleset: RuleSet, **more: Any) -> None:
        super().__init__(**more)
        self.case = case
        self.ruleset = ruleset

    def runtest(self) -> None:
        """Judge the situation of the case and compare."""
        differing = self.case.differences(self.ruleset)
        if differing:
            raise CaseFails(differing)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The case, what it says, where, and each part that differs."""
        if isinstance(excinfo.value, CaseFails):
            from assess.case_report import failure

            return failure(self.case, excinfo.value.differing, _words())
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the case stands, for editors."""
        return self.path, self.case.place.line - 1, f"{self.path.stem}::{self.name}"
