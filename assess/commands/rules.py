"""Commands on rule sets."""

from __future__ import annotations

from pathlib import Path

import click

from assess.cli_help import Command, Group, spoken
from assess.commands.shared import BAD_INPUT, common, say_error, stop, the_ruleset


@click.group("rules", cls=Group)
def rules() -> None:
    """Rule sets: check them, show what is in them."""


@rules.command("check", cls=Command)
@common
def rules_check(*, rules: Path | None, lang: str | None) -> None:
    """Check a rule set."""
    ruleset = the_ruleset(rules)
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
