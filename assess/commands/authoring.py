"""Commands for who writes a rule set: test its cases, see what they would miss, start an entry, write the codebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assess.cli_help import Command, spoken
from assess.commands.shared import (
    BAD_INPUT,
    FAILS,
    all_cases,
    common,
    report_problems,
    say_error,
    stop,
    the_cases,
    the_language,
    the_ruleset,
    wrong_ending,
)

if TYPE_CHECKING:
    from assess.cases import Case
    from assess.ruleset.model import RuleSet

KINDS = ("indicator", "condition", "pattern", "strategy", "check")  # those of ruleset.starting, which is heavy


@click.command("test", cls=Command)
@click.argument("names", nargs=-1, metavar="[CASE|FILE]...")
@click.option("-k", "text", metavar="TEXT")
@common
def rules_test(names: tuple[str, ...], *, text: str | None, rules: Path | None, lang: str | None) -> None:
    """Test the cases of a rule set."""
    from assess.case_report import failure
    from assess.terminal import bar

    words, ruleset = spoken(), the_ruleset(rules)
    cases = _matching(_chosen(names, ruleset, rules), text)
    failed = 0
    with bar(words.say("cases.testing")) as progress:
        for done, case in enumerate(cases, 1):
            differing = case.differences(ruleset)
            if differing:
                failed += 1
                click.echo(failure(case, differing, words))
            progress(done, len(cases))
    if failed:
        click.echo(words.say("cases.some_fail", n=failed, total=len(cases)))
        stop(FAILS)
    click.echo(words.say("cases.all_hold", n=len(cases)))


def _chosen(names: tuple[str, ...], ruleset: RuleSet, rules: Path | None) -> list[Case]:
    """All cases of the rule set, or those that are named by their id or by their file."""
    from assess.content import content
    from assess.problems import nearest

    words, folder = spoken(), rules or content("rules")
    files = [name for name in names if "/" in name or name.endswith((".yaml", ".yml"))]
    chosen = the_cases([Path(name) for name in files], ruleset)
    if names and len(files) == len(names):
        return chosen
    cases = all_cases(folder, ruleset)
    known = [case.id for case in cases]
    for name in names:
        if name not in files and name not in known:
            meant = nearest(name, known)
            hint = " " + words.say("problems.meant", meant=meant) if meant else ""
            stop(say_error(words.say("cases.no_such_case", value=name) + hint, BAD_INPUT))
    return [*chosen, *(case for case in cases if not names or case.id in names)]


def _matching(cases: list[Case], text: str | None) -> list[Case]:
    """The cases whose id or sentence has this text."""
    if text is None:
        return cases
    wanted = text.casefold()
    found = [case for case in cases if any(wanted in said.casefold() for said in _said(case))]
    if not found:
        stop(say_error(spoken().say("cases.none_match", text=text), BAD_INPUT))
    return found


def _said(case: Case) -> tuple[str, ...]:
    """The id of a case and what it says, in every language."""
    return case.id, *((case.says,) if isinstance(case.says, str) else case.says.values())


@click.command("doc", cls=Command)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="OUT")
@click.option("--force", is_flag=True)
@common
def rules_doc(*, output: Path, force: bool, rules: Path | None, lang: str | None) -> None:
    """The codebook of a rule set."""
    from assess.codebook.write import FORMATS, write
    from assess.terminal import bar
    from assess.writing import refusals, write_whole

    ruleset = the_ruleset(rules)
    problems = [*wrong_ending(output, tuple(f".{name}" for name in FORMATS)), *refusals([output], force=force)]
    if problems:
        report_problems(problems)
        stop(BAD_INPUT)
    with bar(spoken().say("cli.doc_working")):
        data = write(ruleset, output.suffix.lower().removeprefix("."), the_language(lang))
    write_whole(output, data)
    click.echo(spoken().say("cli.written", path=output))


@click.command("new", cls=Command)
@click.argument("kind", type=click.Choice(["set", *KINDS]), metavar="set|" + "|".join(KINDS))
@click.argument("name", metavar="ID|DIR")
@click.option("--into", type=click.Path(path_type=Path), metavar="DIR")
@common
def rules_new(kind: str, name: str, *, into: Path | None, rules: Path | None, lang: str | None) -> None:
    """Start a rule set of one's own, or an entry of it."""
    from assess.content import content
    from assess.ruleset.starting import RefusedError, started
    from assess.writing import write_whole

    words = spoken()
    if kind == "set":
        _copy(rules or content("rules"), Path(name))
        return
    folder = into or rules
    if folder is None or folder.resolve() == content("rules").resolve():
        stop(say_error(words.say("new.into"), BAD_INPUT))
    try:
        files = started(kind, name, folder, the_ruleset(folder))
    except RefusedError as error:
        meant = str(error.values.get("meant", ""))
        hint = " " + words.say("problems.meant", meant=meant) if meant else ""
        stop(say_error(words.say(f"new.{error.code}", **error.values) + hint, BAD_INPUT))
    for one in files:
        one.path.parent.mkdir(exist_ok=True)
        write_whole(one.path, one.text.encode())
    entry, case = files
    click.echo(words.say("new.started", entry=f"{entry.path}:{entry.line}", case=f"{case.path}:{case.line}"))
    click.echo(words.say("new.next", folder=folder))


def _copy(source: Path, target: Path) -> None:
    """A copy of a rule set, its cases too, in a new folder."""
    import shutil
    import tempfile

    words = spoken()
    the_ruleset(source)
    if target.exists():
        stop(say_error(words.say("new.exists", path=target), BAD_INPUT))
    if not target.parent.is_dir():
        stop(say_error(words.say("new.no_parent", path=target.parent), BAD_INPUT))
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as beside:
        whole = Path(beside) / target.name
        shutil.copytree(source, whole, ignore=shutil.ignore_patterns("m-community.yaml", ".*"))
        whole.rename(target)
    click.echo(words.say("new.copied", path=target))
