"""Commands on single relations: the verdict, its report, the demonstration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assess.cli_help import Command, spoken
from assess.commands.shared import (
    BAD_INPUT,
    FAILS,
    common,
    notice,
    report_problems,
    say_error,
    stop,
    the_engine,
    the_language,
    the_ruleset,
    wrong_ending,
)

if TYPE_CHECKING:
    from assess.engines import Engine
    from assess.ruleset.model import RuleSet


@click.command("run", cls=Command)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "json", is_flag=True)
@click.option("--engine", type=click.Choice(["reference", "durable", "columnar"]))
@click.option("--reading", type=click.Choice(["middle", "hull"]), default="middle")
@click.option("--trail", is_flag=True)
@click.option("--whatif", multiple=True, metavar="ID=LEVEL")
@click.option("--why", metavar="ID")
@click.option("--require", multiple=True, metavar="WHAT")
@common
def run(
    files: tuple[str, ...],
    *,
    json: bool,
    engine: str | None,
    reading: str,
    trail: bool,
    whatif: tuple[str, ...],
    why: str | None,
    require: tuple[str, ...],
    rules: Path | None,
    lang: str | None,
) -> None:
    """Verdicts on the terminal or as JSON."""
    from assess.commands.asking import Asking
    from assess.inputs import judge_files
    from assess.readings import Mode

    ruleset = the_ruleset(rules)
    asking = Asking.understood(whatif, why, require, ruleset)
    chosen = the_engine(engine, ruleset)
    judged, problems = judge_files(files, ruleset, chosen, Mode(reading), trail=trail)
    answers = [asking.answer(one, ruleset, chosen, Mode(reading), trail=trail) for one in judged]
    if json:
        from assess.commands.asking import as_json

        if len(files) > 1 or answers:
            click.echo(as_json(answers, several=len(files) > 1))
    else:
        for answer in answers:
            answer.show(ruleset, the_language(lang))
        if trail and chosen.name == "reference":
            notice(spoken().say("cli.trail_none"))
    unmet = [sentence for answer in answers for sentence in answer.unmet(spoken())]
    for sentence in unmet:
        notice(sentence)
    if problems:
        report_problems(problems, kept=bool(judged))
        stop(BAD_INPUT)
    if unmet:
        stop(FAILS)


@click.command("report", cls=Command)
@click.argument("file", metavar="FILE")
@click.option("-o", "--output", "report_output", required=True, type=click.Path(path_type=Path), metavar="OUT")
@click.option("--reading", type=click.Choice(["middle", "hull"]), default="middle")
@click.option("--force", is_flag=True)
@common
def report(file: str, *, report_output: Path, reading: str, force: bool, rules: Path | None, lang: str | None) -> None:
    """A report, as PDF, Word or HTML."""
    from assess.inputs import judge_files
    from assess.readings import Mode
    from assess.report.render import FORMATS, render
    from assess.writing import refusals, write_whole

    kind = report_output.suffix.lower().removeprefix(".")
    wrong = wrong_ending(report_output, tuple(f".{name}" for name in FORMATS))
    ruleset = the_ruleset(rules)
    judged, problems = judge_files([file], ruleset, _reference(ruleset), Mode(reading))
    problems = [*wrong, *refusals([report_output], force=force), *problems]
    if problems:
        report_problems(problems)
        stop(BAD_INPUT)
    (one,) = judged
    write_whole(report_output, render(one.verdict, one.assessment, ruleset, kind, the_language(lang)))
    click.echo(spoken().say("cli.written", path=report_output))


def _reference(ruleset: RuleSet) -> Engine:
    from assess.engines import engine

    return engine("reference", ruleset)


@click.command("demo", cls=Command)
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.option("--force", is_flag=True)
@common
def demo(folder: Path | None, *, force: bool, rules: Path | None, lang: str | None) -> None:
    """The three waves of M community, judged and reported."""
    from assess.demo import DemoFolderError, free_folder, write_demo
    from assess.terminal import show_made

    words, language = spoken(), the_language(lang)
    ruleset = the_ruleset(rules)
    engine = the_engine(None, ruleset)
    try:
        target = free_folder(folder, force=force)
    except DemoFolderError as error:
        stop(say_error(words.say("cli.demo_exists", path=error.folder), BAD_INPUT))
    made = []
    for one in write_demo(target, ruleset, engine):
        show_made(one, ruleset, words)
        made.append(one)
    report = next(path for path in made[0].reports if path.name.endswith(f"{language}.pdf"))
    click.echo(words.say("cli.demo_done", path=report, example=made[0].file))
