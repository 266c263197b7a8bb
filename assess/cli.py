"""The commands: parse, call, print. Results go to standard output, messages to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from assess import __version__
from assess.cli_help import Command, Group, language_of, spoken, usage_message

if TYPE_CHECKING:
    from assess.engines import Engine
    from assess.problems import Problem
    from assess.ruleset.model import RuleSet
    from assess.screening.command import Screened

BAD_INPUT = 2
DEFECT = 3
INTERRUPTED = 130

F = TypeVar("F", bound=Callable[..., Any])


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; whatever goes wrong is said in one line, never as a traceback."""
    words = spoken()
    try:
        code = assess.main(args=list(arguments), prog_name="assess", standalone_mode=False)
    except click.UsageError as error:
        return _say_error(usage_message(error, words), BAD_INPUT)
    except (click.Abort, KeyboardInterrupt):
        return _say_error(words.say("cli.interrupted"), INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone; what is left in the buffer must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("ASSESS_DEBUG"):
            raise
        return _say_error(words.say("cli.defect", said=f"{type(error).__name__}: {error}"), DEFECT)
    return code if isinstance(code, int) else 0


def _say_error(text: str, code: int) -> int:
    words = spoken()
    click.echo(click.style(f"{words.say('cli.error')}: ", fg="red", bold=True) + text, err=True)
    return code


def _notice(text: str) -> None:
    click.echo(click.style(f"{spoken().say('cli.notice')}: ", fg="yellow") + text, err=True)


def _stop(code: int) -> NoReturn:
    raise click.exceptions.Exit(code)


def _report(problems: Sequence[Problem], *, kept: bool = False) -> None:
    """Every problem with its place and line, and how many there are."""
    from assess.messages import located

    words = spoken()
    for problem in problems:
        click.echo(located(problem, words), err=True)
    click.echo(words.say("problems.count_kept" if kept else "problems.count", count=len(problems)), err=True)


# --- what commands share -----------------------------------------------------------------------------------------


def _common(function: F) -> F:
    for option in (
        click.option("--lang", type=click.Choice(["zh", "en"])),
        click.option("--rules", type=click.Path(path_type=Path), metavar="DIR"),
    ):
        function = option(function)
    return function


def _ruleset(folder: Path | None) -> RuleSet:
    from assess.content import content
    from assess.ruleset.load import load_ruleset

    ruleset, problems = load_ruleset(folder or content("rules"))
    if ruleset is None:
        _report(problems)
        _stop(BAD_INPUT)
    return ruleset


def _engine(wanted: str | None, ruleset: RuleSet) -> Engine:
    """The engine asked for; without a wish durable where it runs, else the reference engine and a notice."""
    from assess.engines import EngineUnavailableError, engine

    words = spoken()
    try:
        return engine(wanted or "durable", ruleset)
    except EngineUnavailableError as error:
        missing = error.reason == "not-installed"
        if wanted:
            text = words.say("cli.durable_missing" if missing else "cli.durable_refuses", reason=error.detail)
            _stop(_say_error(text, BAD_INPUT))
        _notice(words.say("cli.no_durable" if missing else "cli.durable_cannot", reason=error.detail))
        return engine("reference", ruleset)


def _language(lang: str | None) -> str:
    return lang or language_of((), os.environ)


# --- commands ----------------------------------------------------------------------------------------------------


@click.group(cls=Group, invoke_without_command=True)
@click.option("--version", is_flag=True)
@click.option("--lang", type=click.Choice(["zh", "en"]))
@click.pass_context
def assess(context: click.Context, *, version: bool, lang: str | None) -> None:
    """All commands; see ``cli.yaml``."""
    if version:
        click.echo(f"assess {__version__}")
    elif context.invoked_subcommand is None:
        click.echo(context.get_help())


@assess.command("run", cls=Command)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "json", is_flag=True)
@click.option("--engine", type=click.Choice(["reference", "durable", "columnar"]))
@click.option("--reading", type=click.Choice(["middle", "hull"]), default="middle")
@click.option("--trail", is_flag=True)
@_common
def run(
    files: tuple[str, ...],
    *,
    json: bool,
    engine: str | None,
    reading: str,
    trail: bool,
    rules: Path | None,
    lang: str | None,
) -> None:
    """Verdicts on the terminal or as JSON."""
    from assess.inputs import judge_files
    from assess.readings import Mode

    ruleset = _ruleset(rules)
    chosen = _engine(engine, ruleset)
    judged, problems = judge_files(files, ruleset, chosen, Mode(reading), trail=trail)
    if json:
        from assess.verdict import many_to_json, to_json

        verdicts = [one.verdict for one in judged]
        if len(files) == 1 and verdicts:
            click.echo(to_json(verdicts[0]))
        elif len(files) > 1:
            click.echo(many_to_json(verdicts))
    else:
        from assess.terminal import show_verdict

        for one in judged:
            show_verdict(one.verdict, one.assessment, ruleset, _language(lang))
        if trail and chosen.name == "reference":
            _notice(spoken().say("cli.trail_none"))
    if problems:
        _report(problems, kept=bool(judged))
        _stop(BAD_INPUT)


@assess.command("report", cls=Command)
@click.argument("file", metavar="FILE")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="OUT")
@click.option("--reading", type=click.Choice(["middle", "hull"]), default="middle")
@click.option("--force", is_flag=True)
@_common
def report(file: str, *, output: Path, reading: str, force: bool, rules: Path | None, lang: str | None) -> None:
    """A report, as PDF or HTML."""
    from assess.inputs import judge_files
    from assess.readings import Mode
    from assess.report.render import FORMATS, render
    from assess.writing import refusals, write_whole

    kind = output.suffix.lower().removeprefix(".")
    wrong = _wrong_ending(output, tuple(f".{name}" for name in FORMATS))
    ruleset = _ruleset(rules)
    judged, problems = judge_files([file], ruleset, _reference(ruleset), Mode(reading))
    problems = [*wrong, *refusals([output], force=force), *problems]
    if problems:
        _report(problems)
        _stop(BAD_INPUT)
    (one,) = judged
    write_whole(output, render(one.verdict, one.assessment, ruleset, kind, _language(lang)))
    click.echo(spoken().say("cli.written", path=output))


@assess.command("form", cls=Command)
@click.option("-o", "--output", "form_output", required=True, type=click.Path(path_type=Path), metavar="OUT")
@click.option("--source", "sources", multiple=True, metavar="SOURCE")
@click.option("--force", is_flag=True)
@_common
def form(form_output: Path, *, sources: tuple[str, ...], force: bool, rules: Path | None, lang: str | None) -> None:
    """A workbook to fill in."""
    from assess.catalogue import catalogue
    from assess.evidence.forms import write_form
    from assess.problems import nearest
    from assess.writing import refusals, write_whole

    words, ruleset = spoken(), _ruleset(rules)
    known = list(ruleset.source)
    for source in sources:
        if source not in (*known, "all"):
            meant = nearest(source, known)
            hint = words.say("problems.meant", meant=meant) if meant else ""
            allowed = words.say("problems.allowed", expected=[*known, "all"])
            said = [words.say("cli.not_one_of", name="--source", value=source), hint, allowed]
            _stop(_say_error(" ".join(filter(None, said)), BAD_INPUT))
    problems = [*_wrong_ending(form_output, (".xlsx",)), *refusals([form_output], force=force)]
    if problems:
        _report(problems)
        _stop(BAD_INPUT)
    chosen = [one for one in ruleset.sources if not sources or "all" in sources or one.id in sources]
    write_whole(form_output, write_form(ruleset, chosen, catalogue(_language(lang))))
    click.echo(words.say("cli.form_written", path=form_output))


@assess.command("import", cls=Command)
@click.argument("parts", nargs=-1, required=True, metavar="FILE...")
@click.option("-o", "--output", "import_output", type=click.Path(path_type=Path), metavar="OUT")
@click.option("--dry-run", is_flag=True)
@click.option("--force", is_flag=True)
@_common
def import_(
    parts: tuple[str, ...],
    *,
    import_output: Path | None,
    dry_run: bool,
    force: bool,
    rules: Path | None,
    lang: str | None,
) -> None:
    """Several people's workbooks and files as one assessment."""
    from assess.catalogue import catalogue
    from assess.evidence.importing import merge_files, summary
    from assess.writing import refusals, write_whole

    if import_output is None and not dry_run:
        raise click.MissingParameter(param=_parameter("import_output"), ctx=click.get_current_context())
    ruleset = _ruleset(rules)
    wrong = []
    if import_output is not None:
        wrong = [*_wrong_ending(import_output, (".yaml", ".yml")), *refusals([import_output], force=force)]
    name = import_output.stem if import_output else ""
    merged, problems = merge_files(parts, name, ruleset, catalogue(_language(lang)))
    if merged is None or wrong:
        _report([*wrong, *problems])
        _stop(BAD_INPUT)
    for line in summary(merged, ruleset, spoken()):
        click.echo(line)
    if import_output is not None and not dry_run:
        write_whole(import_output, merged.text.encode())
        click.echo(spoken().say("cli.import_written", path=import_output))
    else:
        click.echo(spoken().say("cli.import_dry"))


def _parameter(name: str) -> click.Parameter:
    """A parameter of the command that runs."""
    return next(one for one in click.get_current_context().command.params if one.name == name)


def _wrong_ending(path: Path, endings: tuple[str, ...]) -> list[Problem]:
    """What is said of a file to write whose name does not say what it will hold."""
    from assess.problems import Place, Problem

    if path.suffix.lower() in endings:
        return []
    return [Problem("format-unknown", Place(str(path)), value=path.name, expected=endings)]


def _reference(ruleset: RuleSet) -> Engine:
    from assess.engines import engine

    return engine("reference", ruleset)


@assess.command("demo", cls=Command)
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.option("--force", is_flag=True)
@_common
def demo(folder: Path | None, *, force: bool, rules: Path | None, lang: str | None) -> None:
    """The three waves of M community, judged and reported."""
    from assess.demo import DemoFolderError, free_folder, write_demo
    from assess.terminal import show_made

    words, language = spoken(), _language(lang)
    ruleset = _ruleset(rules)
    engine = _engine(None, ruleset)
    try:
        target = free_folder(folder, force=force)
    except DemoFolderError as error:
        _stop(_say_error(words.say("cli.demo_exists", path=error.folder), BAD_INPUT))
    made = []
    for one in write_demo(target, ruleset, engine):
        show_made(one, ruleset, words)
        made.append(one)
    report = next(path for path in made[0].reports if path.name.endswith(f"{language}.pdf"))
    click.echo(words.say("cli.demo_done", path=report, example=made[0].file))


@assess.command("screen", cls=Command)
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
@_common
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

    ruleset = _ruleset(rules)
    if backend != "polars":
        if portfolio or briefs or since or communities or memory or reading != "middle":
            raise click.UsageError(spoken().say("screen.only_polars"), click.get_current_context())
        _screen_elsewhere(backend, table, output, ruleset, force=force)
        return
    extras = Extras(portfolio, briefs, since, workers, _language(lang), rules or content("rules"), Mode(reading))
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
        _notice(spoken().say("portfolio.changes.none-in-common", path=since))
    _show_screened(done, output, ruleset, briefs)


def _show_screened(done: Screened, output: str, ruleset: RuleSet, briefs: Path | None = None) -> None:
    from assess.terminal import show_counts, show_extras

    if done.counts:
        show_counts(done.counts, ruleset, spoken())
        click.echo(spoken().say("cli.written", path=output))
        show_extras(done.also, briefs, spoken())
    if done.rejected:
        _notice(spoken().say("screen.rejected", n=done.rejected, path=done.rejected_path))
    if done.problems:
        _report(done.problems, kept=bool(done.counts))
    if done.problems or done.rejected:
        _stop(BAD_INPUT)


def _screen_elsewhere(backend: str, table: str, output: str, ruleset: RuleSet, *, force: bool) -> None:
    from assess.engines.columnar import Columnar
    from assess.screening.backends import screen_on
    from assess.terminal import bar

    try:
        with bar(spoken().say("screen.working")):
            done = screen_on(backend, table, output, Columnar(ruleset), force=force)
    except ImportError:
        _stop(_say_error(spoken().say("screen.no_backend", name=backend), BAD_INPUT))
    _show_screened(done, output, ruleset)


@assess.group("rules", cls=Group)
def rules() -> None:
    """Rule sets: check them, show what is in them."""


@rules.command("check", cls=Command)
@_common
def rules_check(*, rules: Path | None, lang: str | None) -> None:
    """Check a rule set."""
    ruleset = _ruleset(rules)
    checks = ruleset.screening.checks if ruleset.screening else ()
    click.echo(
        spoken().say(
            "cli.rules_good",
            name=ruleset.name,
            version=ruleset.version,
            indicators=len(ruleset.indicators),
            conditions=len(ruleset.conditions),
            stages=len(ruleset.stages),
            patterns=len(ruleset.patterns),
            types=len(ruleset.types),
            strategies=len(ruleset.strategies),
            checks=len(checks),
        )
    )


@rules.command("show", cls=Command)
@click.argument("id", metavar="ID")
@_common
def rules_show(id: str, *, rules: Path | None, lang: str | None) -> None:  # noqa: A002 - the argument's name
    """Show one entry of a rule set."""
    from assess.problems import nearest
    from assess.ruleset import show
    from assess.terminal import show_entry

    words = spoken()
    ruleset = _ruleset(rules)
    found = show.entries(ruleset, id, words)
    if not found:
        meant = nearest(id, show.ids(ruleset))
        hint = " " + words.say("problems.meant", meant=meant) if meant else ""
        _stop(_say_error(words.say("cli.no_such_id", value=id) + hint, BAD_INPUT))
    for entry in found:
        show_entry(entry, words)


@assess.command("schema", cls=Command)
@click.argument("schema", type=click.Choice(["assessment", "verdict"]), metavar="assessment|verdict")
@_common
def schema(schema: str, *, rules: Path | None, lang: str | None) -> None:
    """The JSON Schemas."""
    from assess.schemas import assessment_schema, verdict_schema

    click.echo(assessment_schema(_ruleset(rules)) if schema == "assessment" else verdict_schema(), nl=False)


@assess.command("completion", cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="bash|zsh|fish")
@click.option("--lang", type=click.Choice(["zh", "en"]))
def completion(shell: str, *, lang: str | None) -> None:
    """The script that completes commands."""
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    if complete is None:  # pragma: no cover - the choice admits only known shells
        _stop(BAD_INPUT)
    click.echo(complete(assess, {}, "assess", "_ASSESS_COMPLETE").source())
