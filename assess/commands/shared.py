"""What commands share: options, the rule set, the engine, exit codes, and how problems are said."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from assess.cli_help import language_of, spoken

if TYPE_CHECKING:
    from assess.cases import Case
    from assess.engines import Engine
    from assess.problems import Problem
    from assess.ruleset.load import Located
    from assess.ruleset.model import RuleSet

FAILS = 1  # done, and what was asked about does not hold
BAD_INPUT = 2
DEFECT = 3
INTERRUPTED = 130

F = TypeVar("F", bound=Callable[..., Any])


def say_error(text: str, code: int) -> int:
    """Say on standard error what went wrong, and give back the exit code."""
    words = spoken()
    click.echo(click.style(f"{words.say('cli.error')}: ", fg="red", bold=True) + text, err=True)
    return code


def notice(text: str) -> None:
    """Say on standard error what a user should know beside the result."""
    click.echo(click.style(f"{spoken().say('cli.notice')}: ", fg="yellow") + text, err=True)


def stop(code: int) -> NoReturn:
    """Leave the command with an exit code."""
    raise click.exceptions.Exit(code)


def report_problems(problems: Sequence[Problem], *, kept: bool = False) -> None:
    """Every problem with its place and line, and how many there are."""
    from assess.messages import located

    words = spoken()
    for problem in problems:
        click.echo(located(problem, words), err=True)
    click.echo(words.say("problems.count_kept" if kept else "problems.count", count=len(problems)), err=True)


def common(function: F) -> F:
    """The options of every command."""
    for option in (
        click.option("--lang", type=click.Choice(["zh", "en"])),
        click.option("--rules", type=click.Path(path_type=Path), metavar="DIR"),
    ):
        function = option(function)
    return function


def the_ruleset(folder: Path | None) -> RuleSet:
    """The rule set of a folder, or the one that comes with assess; what is wrong with it ends the command."""
    return the_located(folder).ruleset


def the_located(folder: Path | None) -> Located:
    """The same with the places of its parts."""
    from assess.content import content
    from assess.ruleset.load import load_located

    located, problems = load_located(folder or content("rules"))
    if located is None:
        report_problems(problems)
        stop(BAD_INPUT)
    return located


def the_cases(files: Sequence[Path], ruleset: RuleSet) -> list[Case]:
    """The cases of these files; one that is broken ends the command."""
    from assess.cases import load_all

    cases, problems = load_all(files, ruleset)
    if problems:
        report_problems(problems, kept=True)
        stop(BAD_INPUT)
    return cases


def all_cases(folder: Path, ruleset: RuleSet) -> list[Case]:
    """The cases of a rule set's folder; that there are none ends the command, too."""
    from assess.cases import case_files

    cases = the_cases(case_files(folder), ruleset)
    if not cases:
        stop(say_error(spoken().say("cases.none"), BAD_INPUT))
    return cases


def the_engine(wanted: str | None, ruleset: RuleSet) -> Engine:
    """The engine asked for; without a wish durable where it runs, else the reference engine and a notice."""
    from assess.engines import EngineUnavailableError, engine

    words = spoken()
    try:
        return engine(wanted or "durable", ruleset)
    except EngineUnavailableError as error:
        missing = error.reason == "not-installed"
        if wanted:
            text = words.say("cli.durable_missing" if missing else "cli.durable_refuses", reason=error.detail)
            stop(say_error(text, BAD_INPUT))
        notice(words.say("cli.no_durable" if missing else "cli.durable_cannot", reason=error.detail))
        return engine("reference", ruleset)


def the_language(lang: str | None) -> str:
    """The language that was asked for, else that of the system."""
    return lang or language_of((), os.environ)


def wrong_ending(path: Path, endings: tuple[str, ...]) -> list[Problem]:
    """What is said of a file to write whose name does not say what it will hold."""
    from assess.problems import Place, Problem

    if path.suffix.lower() in endings:
        return []
    return [Problem("format-unknown", Place(str(path)), value=path.name, expected=endings)]
