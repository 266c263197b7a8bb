"""The command that changes a rule set a little, again and again, and says which changes no case notices."""

from __future__ import annotations

import json as json_format
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assess.cli_help import Command, spoken
from assess.commands.shared import (
    BAD_INPUT,
    FAILS,
    all_cases,
    common,
    notice,
    report_problems,
    say_error,
    stop,
    the_located,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assess.evidence.model import Text
    from assess.verify.mutation import Bench, Outcome, Result


@click.command("mutate", cls=Command)
@click.option("--at-least", type=click.FloatRange(0, 100), default=95.0, metavar="PERCENT")
@click.option("-k", "text", metavar="TEXT")
@click.option("--workers", type=click.IntRange(min=1), default=None, metavar="N")
@click.option("--json", "json", is_flag=True)
@common
def rules_mutate(
    *, at_least: float, text: str | None, workers: int | None, json: bool, rules: Path | None, lang: str | None
) -> None:
    """Change a rule set a little, and see whether its cases notice."""
    from assess.content import content
    from assess.terminal import bar
    from assess.verify.mutants import GROUPS
    from assess.verify.mutation import try_all
    from assess.verify.survivors import load_survivors

    words, folder = spoken(), rules or content("rules")
    bench = _bench(folder)
    reasons, problems = load_survivors(folder)
    if problems:
        report_problems(problems, kept=True)
        stop(BAD_INPUT)
    chosen = [index for index, one in enumerate(bench.mutants) if text is None or text in one.change]
    if not chosen:
        stop(say_error(words.say("mutation.none_match", text=text), BAD_INPUT))
    with bar(words.say("mutation.working")) as progress:
        result = try_all(bench, folder, chosen, workers or os.cpu_count() or 1, progress)
    survivors = {one.mutant.change: one for one in result.survivors}
    unlisted = [one for change, one in survivors.items() if change not in reasons]
    tried = {one.mutant.change for one in result.outcomes}
    stale = [change for change in reasons if (change in tried or text is None) and change not in survivors]
    groups = [group for group in GROUPS if any(one.mutant.group == group for one in result.outcomes)]
    low = [group for group in groups if result.share(group) < at_least]
    if json:
        click.echo(json_format.dumps(_data(result, reasons, stale, groups), ensure_ascii=False, indent=2))
    else:
        _show(result, reasons, groups)
    if not result.proved:
        notice(words.say("mutation.no_solver"))
    for group in low:
        say_error(words.say("mutation.low", group=words.say(f"mutation.group.{group}"), percent=at_least), FAILS)
    for change in stale:
        say_error(words.say("mutation.stale", change=change), FAILS)
    if unlisted:
        say_error(words.say("mutation.unlisted", n=len(unlisted)), FAILS)
    if low or stale or unlisted:
        stop(FAILS)


def _bench(folder: Path) -> Bench:
    """The rule set with its cases, all of which must hold as it is."""
    from assess.case_report import failure
    from assess.verify.mutation import Bench
    from assess.verify.places import Places

    words = spoken()
    located = the_located(folder)
    bench = Bench(Places(located), all_cases(folder, located.ruleset))
    for case in bench.failing:
        click.echo(failure(case, case.differences(located.ruleset), words))
    if bench.failing:
        stop(say_error(words.say("mutation.failing", n=len(bench.failing)), FAILS))
    return bench


def _show(result: Result, reasons: Mapping[str, Text], groups: list[str]) -> None:
    from assess.verify.mutation import Fate

    words = spoken()
    for group in (*groups, None):
        click.echo(
            words.say(
                "mutation.row",
                group=words.say(f"mutation.group.{group or 'all'}"),
                noticed=result.count(Fate.NOTICED, group),
                of=result.count(Fate.NOTICED, group) + result.count(Fate.SURVIVES, group),
                percent=f"{result.share(group):.1f}",
                equivalent=result.count(Fate.EQUIVALENT, group),
            )
        )
    for one in result.survivors:
        because = reasons.get(one.mutant.change)
        click.echo(
            words.say(
                "mutation.survivor",
                place=one.mutant.place,
                kind=words.say(f"mutation.kind.{one.mutant.kind}"),
                change=one.mutant.change,
                because=words.words(because) if because else words.say("mutation.no_reason"),
            )
        )


def _data(result: Result, reasons: Mapping[str, Text], stale: list[str], groups: list[str]) -> dict[str, Any]:
    from assess.verify.mutation import Fate

    return {
        "groups": {
            group: {
                **{fate.value: result.count(fate, group) for fate in Fate},
                "percent": round(result.share(group), 1),
            }
            for group in groups
        },
        "percent": round(result.share(), 1),
        "survivors": [_survivor(one, reasons) for one in result.survivors],
        "equivalent": [one.mutant.change for one in result.outcomes if one.fate is Fate.EQUIVALENT],
        "stale": stale,
        "solver": result.proved,
    }


def _survivor(one: Outcome, reasons: Mapping[str, Text]) -> dict[str, Any]:
    mutant = one.mutant
    place = mutant.place
    return {
        "change": mutant.change,
        "kind": mutant.kind,
        "file": place.file,
        "line": place.line,
        "because": reasons.get(mutant.change),
    }
