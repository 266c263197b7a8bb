"""The command that plans the next half-year of one relation."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assess.cli_help import Command, spoken
from assess.commands.shared import (
    BAD_INPUT,
    common,
    report_problems,
    stop,
    the_engine,
    the_language,
    the_ruleset,
    wrong_ending,
)

if TYPE_CHECKING:
    from assess.problems import Problem


@click.command("plan", cls=Command)
@click.argument("file", metavar="FILE")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="OUT")
@click.option("--start", metavar="DATE")
@click.option("--json", "json", is_flag=True)
@click.option("--reading", type=click.Choice(["middle", "hull"]), default="middle")
@click.option("--force", is_flag=True)
@common
def plan(
    file: str,
    *,
    output: Path | None,
    start: str | None,
    json: bool,
    reading: str,
    force: bool,
    rules: Path | None,
    lang: str | None,
) -> None:
    """The half-year roadmap, on the terminal, as JSON, or as a document."""
    from assess.inputs import judge_files
    from assess.plan import to_json
    from assess.readings import Mode
    from assess.report.render import EDITIONS, ROADMAPS
    from assess.report.view import roadmap_of
    from assess.writing import refusals, write_whole

    ruleset, language = the_ruleset(rules), the_language(lang)
    judged, problems = judge_files([file], ruleset, the_engine("reference", ruleset), Mode(reading))
    first, wrong = _day(start)
    if output is not None:
        wrong = [
            *wrong,
            *wrong_ending(output, tuple(f".{name}" for name in ROADMAPS)),
            *refusals([output], force=force),
        ]
    if wrong or problems:
        report_problems([*wrong, *problems])
        stop(BAD_INPUT)
    (one,) = judged
    found, document = roadmap_of(one.verdict, one.assessment, ruleset, language, EDITIONS["organization"], start=first)
    if output is not None:
        write_whole(output, ROADMAPS[output.suffix.lower().removeprefix(".")](document))
        click.echo(spoken().say("cli.written", path=output), err=json)
    if json:
        click.echo(to_json(found))
    elif output is None:
        from assess.terminal_plan import show_roadmap

        show_roadmap(document)


def _day(written: str | None) -> tuple[date | None, list[Problem]]:
    """The first day of week 1; what is no day, or none that a half-year can follow, is a problem."""
    from assess.problems import Place, Problem

    if written is None:
        return None, []
    try:
        day = date.fromisoformat(written + "-01-01"[len(written) - 4 :] if len(written) in {4, 7} else written)
    except ValueError:
        day = date.max
    if day > date.max - timedelta(weeks=60):
        return None, [Problem("wrong-date", Place("--start"), value=written)]
    return day, []
