"""The command line: all commands, and what happens when one of them goes wrong.

Results go to standard output, messages to standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from assess import __version__
from assess.cli_help import Group, spoken, usage_message
from assess.commands import about, authoring, compare, evidence, mutating, plan, rules, screening, verdicts
from assess.commands.shared import BAD_INPUT, DEFECT, INTERRUPTED, say_error


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; whatever goes wrong is said in one line, never as a traceback."""
    words = spoken()
    try:
        code = assess.main(args=list(arguments), prog_name="assess", standalone_mode=False)
    except click.UsageError as error:
        return say_error(usage_message(error, words), BAD_INPUT)
    except (click.Abort, KeyboardInterrupt):
        return say_error(words.say("cli.interrupted"), INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone; what is left in the buffer must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("ASSESS_DEBUG"):
            raise
        return say_error(words.say("cli.defect", said=f"{type(error).__name__}: {error}"), DEFECT)
    return code if isinstance(code, int) else 0


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


for command in (
    verdicts.demo,
    verdicts.run,
    verdicts.report,
    compare.compare,
    plan.plan,
    evidence.form,
    evidence.import_,
    screening.screen,
    rules.rules,
    about.schema,
    about.completion,
):
    assess.add_command(command)
for command in (authoring.rules_test, authoring.rules_doc, authoring.rules_new, mutating.rules_mutate):
    rules.rules.add_command(command)
