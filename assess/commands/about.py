"""Commands for editors and shells."""

from __future__ import annotations

from pathlib import Path

import click

from assess.cli_help import Command
from assess.commands.shared import BAD_INPUT, common, stop, the_ruleset

_SCHEMAS = ("assessment", "verdict", "whatif", "comparison", "plan")


@click.command("schema", cls=Command)
@click.argument("schema", type=click.Choice(_SCHEMAS), metavar="|".join(_SCHEMAS))
@common
def schema(schema: str, *, rules: Path | None, lang: str | None) -> None:
    """The JSON Schemas."""
    from assess.schemas import assessment_schema, comparison_schema, plan_schema, verdict_schema, whatif_schema

    written = {"verdict": verdict_schema, "whatif": whatif_schema, "comparison": comparison_schema, "plan": plan_schema}
    click.echo(written[schema]() if schema in written else assessment_schema(the_ruleset(rules)), nl=False)


@click.command("completion", cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="bash|zsh|fish")
@click.option("--lang", type=click.Choice(["zh", "en"]))
def completion(shell: str, *, lang: str | None) -> None:
    """The script that completes commands."""
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    if complete is None:  # pragma: no cover - the choice admits only known shells
        stop(BAD_INPUT)
    click.echo(complete(click.get_current_context().find_root().command, {}, "assess", "_ASSESS_COMPLETE").source())
