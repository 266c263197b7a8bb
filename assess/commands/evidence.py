"""Commands on evidence: empty forms, and several people's answers put together."""

from __future__ import annotations

from pathlib import Path

import click

from assess.cli_help import Command, spoken
from assess.commands.shared import (
    BAD_INPUT,
    common,
    report_problems,
    say_error,
    stop,
    the_language,
    the_ruleset,
    wrong_ending,
)


@click.command("form", cls=Command)
@click.option("-o", "--output", "form_output", required=True, type=click.Path(path_type=Path), metavar="OUT")
@click.option("--source", "sources", multiple=True, metavar="SOURCE")
@click.option("--force", is_flag=True)
@common
def form(form_output: Path, *, sources: tuple[str, ...], force: bool, rules: Path | None, lang: str | None) -> None:
    """A workbook to fill in."""
    from assess.catalogue import catalogue
    from assess.evidence.forms import write_form
    from assess.problems import nearest
    from assess.writing import refusals, write_whole

    words, ruleset = spoken(), the_ruleset(rules)
    known = list(ruleset.source)
    for source in sources:
        if source not in (*known, "all"):
            meant = nearest(source, known)
            hint = words.say("problems.meant", meant=meant) if meant else ""
            allowed = words.say("problems.allowed", expected=[*known, "all"])
            said = [words.say("cli.not_one_of", name="--source", value=source), hint, allowed]
            stop(say_error(" ".join(filter(None, said)), BAD_INPUT))
    problems = [*wrong_ending(form_output, (".xlsx",)), *refusals([form_output], force=force)]
    if problems:
        report_problems(problems)
        stop(BAD_INPUT)
    chosen = [one for one in ruleset.sources if not sources or "all" in sources or one.id in sources]
    write_whole(form_output, write_form(ruleset, chosen, catalogue(the_language(lang))))
    click.echo(words.say("cli.form_written", path=form_output))


@click.command("import", cls=Command)
@click.argument("parts", nargs=-1, required=True, metavar="FILE...")
@click.option("-o", "--output", "import_output", type=click.Path(path_type=Path), metavar="OUT")
@click.option("--dry-run", is_flag=True)
@click.option("--force", is_flag=True)
@common
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
    ruleset = the_ruleset(rules)
    wrong = []
    if import_output is not None:
        wrong = [*wrong_ending(import_output, (".yaml", ".yml")), *refusals([import_output], force=force)]
    name = import_output.stem if import_output else ""
    merged, problems = merge_files(parts, name, ruleset, catalogue(the_language(lang)))
    if merged is None or wrong:
        report_problems([*wrong, *problems])
        stop(BAD_INPUT)
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
