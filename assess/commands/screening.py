"""The command for many relations at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assess.cli_help import Command, spoken
from assess.commands.shared import (
    BAD_INPUT,
    common,
    notice,
    report_problems,
    say_error,
    stop,
    the_language,
    the_ruleset,
)

if TYPE_CHECKING:
    from assess.ruleset.model import RuleSet
    from assess.screening.command import Screened


@click.command("screen", cls=Command)
@click.argument("table", metavar="TABLE|DIR")
@click.option("-o", "--output", required=True, metavar="OUT")
@click.option("--report", "portfolio", type=click.Path(path_type=Path), metavar="REPORT")
@click.option("--briefs", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--since", type=click.Path(path_type=Path), metavar="OLD")
@click.option("--communities", type=click.Path(path_type=Path), metavar="TABLE")
@click.option("--reading", type=click.Choice(["middle", "hull"]), default="middle")
@click.option("--engine", "backend", type=click.Choice(["polars", "duckdb", "spark"]), default="polars")
@click.option("--workers", type=click.IntRange(min=1), metavar="N")
@click.option("--rows-at-once", type=click.IntRange(min=1), default=500_000, metavar="N")
@click.option("--memory", type=click.IntRange(min=1), metavar="MIB")
@click.option("--force", is_flag=True)
@common
def screen(
    table: str,
    *,
    output: str,
    portfolio: Path | None,
    briefs: Path | None,
    since: Path | None,
    communities: Path | None,
    reading: str,
    backend: str,
    workers: int | None,
    rows_at_once: int,
    memory: int | None,
    force: bool,
    rules: Path | None,
    lang: str | None,
) -> None:
    """Many relations at once."""
    from assess.content import content
    from assess.readings import Mode
    from assess.screening.command import screen_file
    from assess.screening.extras import Extras
    from assess.screening.ratings import Ratings
    from assess.terminal import bar

    ruleset = the_ruleset(rules)
    if backend != "polars":
        if portfolio or briefs or since or communities or memory or reading != "middle":
            raise click.UsageError(spoken().say("screen.only_polars"), click.get_current_context())
        _screen_elsewhere(backend, table, output, ruleset, force=force)
        return
    extras = Extras(portfolio, briefs, since, workers, the_language(lang), rules or content("rules"), Mode(reading))
    ratings = Ratings(Mode(reading), memory and memory << 20, communities)
    with bar(spoken().say("screen.working-briefs" if briefs else "screen.working")) as progress:
        done = screen_file(
            Path(table),
            Path(output),
            ruleset,
            force=force,
            rows_at_once=rows_at_once,
            progress=progress,
            extras=extras,
            ratings=ratings,
        )
    if done.also.strangers:
        notice(spoken().say("portfolio.changes.none-in-common", path=since))
    _show_screened(done, output, ruleset, briefs)


def _show_screened(done: Screened, output: str, ruleset: RuleSet, briefs: Path | None = None) -> None:
    from assess.terminal import show_counts, show_extras

    if done.counts:
        show_counts(done.counts, ruleset, spoken())
        click.echo(spoken().say("cli.written", path=output))
        show_extras(done.also, briefs, spoken())
    if done.rejected:
        notice(spoken().say("screen.rejected", n=done.rejected, path=done.rejected_path))
    if done.problems:
        report_problems(done.problems, kept=bool(done.counts))
    if done.problems or done.rejected:
        stop(BAD_INPUT)


def _screen_elsewhere(backend: str, table: str, output: str, ruleset: RuleSet, *, force: bool) -> None:
    from assess.engines.columnar import Columnar
    from assess.screening.backends import screen_on
    from assess.terminal import bar

    try:
        with bar(spoken().say("screen.working")):
            done = screen_on(backend, table, output, Columnar(ruleset), force=force)
    except ImportError:
        stop(say_error(spoken().say("screen.no_backend", name=backend), BAD_INPUT))
    _show_screened(done, output, ruleset)
