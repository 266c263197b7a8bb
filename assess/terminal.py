"""A verdict on the terminal: page one of the report and the way to the next stage, in colour where there is colour."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from assess.catalogue import Catalogue, catalogue
from assess.demo import Made
from assess.evidence.model import Assessment
from assess.explain.said import sureness
from assess.report.page import Bullets, Cards, Clause, Line, Opening, Page, ProfileRow
from assess.report.page import Panel as ProfilePanel
from assess.report.view import page_of
from assess.report.words import Edition, Subject
from assess.ruleset.model import RuleSet
from assess.ruleset.show import Entry
from assess.verdict import Verdict

if TYPE_CHECKING:  # the dataframe library is not needed to show a verdict
    from assess.screening.extras import Also

# Shapes carry the meaning, so that nothing is lost where there is no colour.
_SHAPES = "■●△◇✚▼✕"
_TRUTHS = {"holds": ("●", "green"), "open": ("◐", "yellow"), "fails": ("○", "red")}
_ACCENT = "cyan"
EDITION = Edition("organization")
_SECTIONS = ("patterns", "path")


def show_verdict(verdict: Verdict, assessment: Assessment, ruleset: RuleSet, language: str) -> None:
    """Print one verdict as a short report."""
    page = page_of(verdict, assessment, ruleset, language, EDITION)
    sure = sureness(subject_of(verdict, assessment, ruleset, language))
    console = Console(highlight=False, soft_wrap=False)
    console.print(Group(*_page(page, sure, console.width)))
    for rule in verdict.trail or ():
        console.print(Text(rule, style="dim"))


def subject_of(verdict: Verdict, assessment: Assessment, ruleset: RuleSet, language: str) -> Subject:
    """What the terminal speaks of."""
    return Subject(verdict, assessment, ruleset, catalogue(language), EDITION, numbers={})


def _page(page: Page, sure: Bullets, width: int) -> Iterator[RenderableType]:
    opening = page.opening
    yield Text()
    yield Text(opening.title, style=f"bold {_ACCENT}")
    for small in (" · ".join(filter(None, (page.header[1], opening.subtitle))), opening.answered):
        yield Text(small, style="dim")
    yield Text()
    yield _ladder(opening, width)
    for one in opening.standing:
        yield line(one, page.gap)
    yield from _cards(opening.acts, page)
    yield from _cards(_how(page), page)
    for some in (opening.talk, opening.unknown, sure):
        yield from bullets(some, page.gap)
    yield from _profile(opening, page.language)
    for section in page.sections:
        if section.id in _SECTIONS:
            yield heading(section.title)
            yield from _blocks(section.blocks, page)
    yield Text()
    yield Text(page.footer[0], style="dim")
    yield Text(page.footer[1], style="dim")


def _how(page: Page) -> Cards:
    """How the first things to do are done here: who, by when, what is different in this place, and the signs."""
    first = [card.title for card in page.opening.acts.cards]
    found = {
        card.title: card
        for section in page.sections
        for block in section.blocks
        if section.id == "strategies" and isinstance(block, Cards)
        for card in block.cards
        if card.steps
    }
    cards = tuple(
        replace(found[title], meta="", text="", lines=(), after=found[title].after[:2])
        for title in first
        if title in found
    )
    return Cards(catalogue(page.language).say("cli.done_here"), "", cards, numbered=True)


def heading(title: str) -> Group:
    """A heading with a rule behind it."""
    return Group(Text(), Rule(Text(title, style=f"bold {_ACCENT}"), align="left", style="dim"))


def mark(truth: str) -> Text:
    """The shape of a truth, in its colour."""
    shape, colour = _TRUTHS.get(truth, ("", ""))
    return Text(shape, style=colour)


def _ladder(opening: Opening, width: int) -> Columns:
    panels = []
    for rung in opening.rungs:
        said = Text.assemble(mark(rung.mark.truth), " ", rung.mark.word) if rung.mark else Text()
        body = Group(Text.assemble((rung.label, "dim"), "  ", said), Text(rung.name, style="bold"), Text(rung.note))
        panels.append(Panel(body, border_style=f"bold {_ACCENT}" if rung.here else "dim"))
    each = max((width - 2 * len(panels)) // max(len(panels), 1), 22)
    return Columns(panels, width=min(each, 40), padding=(0, 1))


def line(one: Line, gap: str) -> Text:
    """A line whose lead stands out."""
    return Text.assemble((one.lead, "bold"), gap if one.lead and one.text else "", one.text)


def bullets(some: Bullets, gap: str) -> Iterator[RenderableType]:
    """A list of lines below a heading; nothing where there are none."""
    if some.items:
        yield heading(some.title)
        for item in some.items:
            yield _hanging("·", line(item, gap))


def _hanging(mark: str | Text, body: Text | Group) -> Table:
    """A mark with a body that is indented behind it, line by line."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=2, justify="right")
    grid.add_column(overflow="fold")
    grid.add_row(mark, body)
    return grid


def _cards(cards: Cards, page: Page) -> Iterator[RenderableType]:
    if not cards.cards:
        return
    yield heading(cards.title) if cards.title else Text()
    if cards.note:
        yield Text(cards.note, style="dim")
    for number, card in enumerate(cards.cards, 1):
        head = Text.assemble((card.title, "bold"))
        if card.mark:
            head = Text.assemble(mark(card.mark.truth), " ", head, f" · {card.mark.word}")
        parts: list[RenderableType] = [Text.assemble(head, (f"  {card.meta}" if card.meta else "", "dim"))]
        parts += [Text(card.text)] if card.text else []
        parts += [line(one, page.gap) for one in card.lines]
        parts += [_clause(clause) for clause in card.clauses]
        say = catalogue(page.language).say
        parts += [
            Text.assemble((say("cli.here_step", by=step.by, who=step.who), _ACCENT), step.does) for step in card.steps
        ]
        parts += [Text(card.local_title, style="bold")] if card.local else []
        parts += [_hanging("·", Group(Text(item.text), Text(item.because, style="dim"))) for item in card.local]
        parts += [line(one, page.gap) for one in card.after]
        yield _hanging(f"{number}." if cards.numbered else "·", Group(*parts))


def _clause(clause: Clause) -> Text:
    shape = Text.assemble(mark(clause.mark.truth), " ") if clause.mark else Text()
    return Text.assemble("  " * clause.depth, shape, clause.text, (f"  {clause.aside}" if clause.aside else "", "dim"))


def _blocks(blocks: Sequence[object], page: Page) -> Iterator[RenderableType]:
    for block in blocks:
        match block:
            case Cards():
                yield from _cards(block, page)
            case Bullets():
                yield from bullets(block, page.gap)
            case _:
                for one in getattr(block, "lines", ()):
                    yield line(one, page.gap)


# --- the profile -------------------------------------------------------------------------------------------------


def _profile(opening: Opening, language: str) -> Iterator[RenderableType]:
    profile = opening.profile
    yield heading(profile.title)
    legend = "   ".join(f"{_SHAPES[key.shape % len(_SHAPES)]} {key.name}" for key in profile.sources)
    yield Text(f"{legend}   [ ] {catalogue(language).say('cli.brackets')}", style="dim")
    for panel in profile.panels:
        yield _profile_table(panel, profile.levels)


def _profile_table(panel: ProfilePanel, levels: Sequence[int]) -> Padding:
    table = Table(box=None, padding=(0, 0), show_edge=False, header_style="dim", pad_edge=False)
    names = [panel.name, *(row.name for row in panel.rows)]
    table.add_column(Text(panel.name, style="bold"), width=min(max(map(cell_len, names)) + 2, 44))
    for level in levels:
        table.add_column(str(level), width=6, justify="center")
    for row in panel.rows:
        table.add_row(row.name, *(_cell(row, level) for level in levels))
    return Padding(table, (1, 0, 0, 0))


def _cell(row: ProfileRow, level: int) -> Text:
    """What sources say at this level, in brackets where the reading begins and ends."""
    if level > row.highest:
        return Text()
    said = "".join(_SHAPES[dot.shape % len(_SHAPES)] for dot in row.dots if dot.floor <= level <= dot.ceiling) or "·"
    inside = row.known and row.floor <= level <= row.ceiling
    opened = "[" if row.known and level == row.floor else " "
    closed = "]" if row.known and level == row.ceiling else " "
    return Text.assemble(opened, (said, "bold" if inside else "dim" if said == "·" else ""), closed)


# --- the demo ----------------------------------------------------------------------------------------------------


def show_made(made: Made, ruleset: RuleSet, words: Catalogue) -> None:
    """Print one wave of the demo: its stage, the patterns that hold, and the reports that were written."""
    console = Console(highlight=False, soft_wrap=True)
    names = [words.words(ruleset.stages[number].name) for number in made.verdict.stage.possible]
    numbers = [str(number) for number in made.verdict.stage.possible]
    stage = words.say("cli.demo_row", id=made.name, stage=words.either(numbers), name=words.either(names))
    console.print(Text(stage, style=f"bold {_ACCENT}"))
    holding = [words.words(p.name) for p in ruleset.patterns if made.verdict.patterns[p.id] == "holds"]
    if holding:
        console.print(Text(f"  {words.say('cli.demo_patterns', names=holding)}"))
    for path in made.reports:
        console.print(Text(f"  {path}", style="dim"))


# --- progress ----------------------------------------------------------------------------------------------------


@contextmanager
def bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error with what is done, in all, and a rate; nothing where nobody watches."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="dim")

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


# --- screening ---------------------------------------------------------------------------------------------------


def show_counts(rows: Sequence[Mapping[str, int | str]], ruleset: RuleSet, words: Catalogue) -> None:
    """Print how many relations stand in each list, and at which stages."""
    console = Console(highlight=False, soft_wrap=True)
    totals: dict[str, int] = {}
    for row in rows:
        totals[str(row["list"])] = totals.get(str(row["list"]), 0) + int(row["len"])
    lists = [words.say("screen.count", n=n, name=words.say(f"screen.list.{name}")) for name, n in totals.items()]
    console.print(Text(words.say("screen.summary", rows=sum(totals.values()), lists=lists), style="bold"))
    for row in rows:
        floor, ceiling = int(row["stage_floor"]), int(row["stage_ceiling"])
        stage = words.say("screen.stage" if floor == ceiling else "screen.stages", floor=floor, ceiling=ceiling)
        console.print(words.say("screen.row", list=words.say(f"screen.list.{row['list']}"), stage=stage, n=row["len"]))
    console.print(Text(words.say("screen.notice"), style="dim"))


def show_extras(also: Also, briefs: Path | None, words: Catalogue) -> None:
    """Print what a screening made beside its table."""
    console = Console(highlight=False, soft_wrap=True)
    if also.briefs is not None:
        counts = {"written": also.briefs.written, "kept": also.briefs.kept}
        console.print(Text(words.say("screen.briefs", path=briefs, **counts)))
    if also.moved is not None:
        console.print(Text(words.say("screen.moved", n=also.moved)))
    for path in also.written:
        console.print(Text(words.say("cli.written", path=path)))


# --- rule sets ---------------------------------------------------------------------------------------------------


def show_entry(entry: Entry, words: Catalogue) -> None:
    """Print one entry of a rule set."""
    console = Console(highlight=False)
    kind = words.say(f"show.{entry.kind}")
    console.print(Text.assemble((entry.name, f"bold {_ACCENT}"), (f"  {kind} {entry.id}", "dim")))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in entry.rows:
        grid.add_row(label, Text(value))
    if entry.used_by:
        grid.add_row(words.say("show.used_by"), Text(", ".join(entry.used_by)))
    console.print(grid)
