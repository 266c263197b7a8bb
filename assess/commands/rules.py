"""Commands on rule sets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assess.cli_help import Command, Group, spoken
from assess.commands.shared import (
    BAD_INPUT,
    FAILS,
    common,
    notice,
    report_problems,
    say_error,
    stop,
    the_located,
    the_ruleset,
)

if TYPE_CHECKING:
    from assess.ruleset.load import Located
    from assess.ruleset.model import RuleSet


@click.group("rules", cls=Group)
def rules() -> None:
    """Rule sets: check them, show what is in them."""


@rules.command("check", cls=Command)
@click.option("--no-proofs", is_flag=True)
@click.option("--witness", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--force", is_flag=True)
@common
def rules_check(*, no_proofs: bool, witness: Path | None, force: bool, rules: Path | None, lang: str | None) -> None:
    """Check a rule set, and prove what must be so in every situation."""
    from assess import verify

    located = the_located(rules)
    _say_good(located.ruleset)
    if no_proofs:
        return
    if not verify.available():
        notice(spoken().say("verify.no_solver"))
        return
    if not _proved(located, witness, force=force):
        stop(FAILS)


def _proved(located: Located, folder: Path | None, *, force: bool) -> bool:
    """Do the proofs, say what fails, and write its witnesses where that is asked for."""
    from assess.terminal import bar
    from assess.verify import said
    from assess.verify.check import check

    words = spoken()
    files = said.Files(folder, located.ruleset, words)
    if folder and (wrong := files.refusals()):
        report_problems(wrong)
        stop(BAD_INPUT)
    with bar(words.say("verify.working")) as progress:
        checked = check(located, progress)
    if folder and (wrong := files.refusals(checked.unproved, force=force)):
        report_problems(wrong)
        stop(BAD_INPUT)
    for unproved in checked.unproved:
        for line in said.failure(unproved, words):
            click.echo(line)
        written = files.write(unproved)
        if written:
            click.echo(f"  {words.say('verify.witness_file', path=written)}")
        click.echo()
    for line in said.summary(checked, words):
        click.echo(line)
    return not checked.unproved


@rules.command("diff", cls=Command)
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW", type=click.Path(path_type=Path))
@click.option("--on", "table", type=click.Path(path_type=Path), metavar="TABLE")
@click.option("--json", "as_json", is_flag=True)
@click.option("--lang", type=click.Choice(["zh", "en"]))
def rules_diff(old: Path, new: Path, *, table: Path | None, as_json: bool, lang: str | None) -> None:
    """Say which situations two rule sets judge differently."""
    from assess import verify

    words = spoken()
    if not verify.available():
        stop(say_error(words.say("verify.diff.not_two"), BAD_INPUT))
    from assess.terminal import bar
    from assess.verify import diff_said
    from assess.verify.diff import compare
    from assess.verify.table import compare_on

    before, after = the_located(old), the_located(new)
    rows = None
    if table:
        rows, problems = compare_on(table, before.ruleset, after.ruleset)
        if rows is None:
            report_problems(problems)
            stop(BAD_INPUT)
    with bar(words.say("verify.working")) as progress:
        compared = compare(before, after, progress)
    if as_json:
        click.echo(diff_said.as_json(before.ruleset, after.ruleset, compared, rows))
    else:
        for line in diff_said.Said(before.ruleset, after.ruleset, words).all(compared, rows):
            click.echo(line)
    if not compared.same:
        stop(FAILS)


def _say_good(ruleset: RuleSet) -> None:
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
@common
def rules_show(id: str, *, rules: Path | None, lang: str | None) -> None:  # noqa: A002 - the argument's name
    """Show one entry of a rule set."""
    from assess.problems import nearest
    from assess.ruleset import show
    from assess.terminal import show_entry

    words = spoken()
    ruleset = the_ruleset(rules)
    found = show.entries(ruleset, id, words)
    if not found:
        meant = nearest(id, show.ids(ruleset))
        hint = " " + words.say("problems.meant", meant=meant) if meant else ""
        stop(say_error(words.say("cli.no_such_id", value=id) + hint, BAD_INPUT))
    for entry in found:
        show_entry(entry, words)
