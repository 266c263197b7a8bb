"""The command that compares the waves of one relation."""

from __future__ import annotations

from pathlib import Path

import click

from assess.cli_help import Command
from assess.commands.shared import BAD_INPUT, common, report_problems, stop, the_engine, the_language, the_ruleset


@click.command("compare", cls=Command)
@click.argument("files", nargs=-1, required=True, metavar="FILE FILE...")
@click.option("--json", "json", is_flag=True)
@click.option("--reading", type=click.Choice(["middle", "hull"]), default="middle")
@click.option("--force", is_flag=True)
@common
def compare(
    files: tuple[str, ...], *, json: bool, reading: str, force: bool, rules: Path | None, lang: str | None
) -> None:
    """What changed between waves."""
    from assess.explain import change
    from assess.explain.waves import not_comparable
    from assess.inputs import judge_files
    from assess.readings import Mode

    ruleset = the_ruleset(rules)
    judged, problems = judge_files(files, ruleset, the_engine(None, ruleset), Mode(reading))
    waves = [change.WaveJudged(one.assessment, one.verdict) for one in judged]
    problems += not_comparable([one.file for one in judged], waves, asked=len(files), force=force)
    if problems:
        report_problems(problems)
        stop(BAD_INPUT)
    comparison = change.compare(waves)
    if json:
        click.echo(comparison.model_dump_json(indent=2, by_alias=True))
        return
    from assess.terminal_explained import show_comparison

    show_comparison(comparison, change.in_order(waves), ruleset, the_language(lang))
