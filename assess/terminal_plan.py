"""A roadmap on the terminal: bars over weeks, what each strategy works towards, and who does what when."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from assess.report.page import Bar, Block, Timeline
from assess.report.page import Table as Rows
from assess.report.roadmap import Roadmap
from assess.terminal import heading, line

ACCENT = "cyan"
SHORT = 40  # letters of a cell that stand beside a name
AT_LEAST, AT_MOST, ON, EVENT, REVIEW = "█", "░", "▶", "▼", "┊"


def show_roadmap(roadmap: Roadmap) -> None:
    """Print a roadmap."""
    Console(highlight=False, soft_wrap=False).print(Group(*_roadmap(roadmap)))


def _roadmap(roadmap: Roadmap) -> Iterator[RenderableType]:
    yield Text()
    yield Text(roadmap.heading, style=f"bold {ACCENT}")
    yield Text(roadmap.subtitle, style="dim")
    yield Text()
    for one in roadmap.lines:
        yield line(one, roadmap.gap)
    for section in roadmap.sections:
        if section.id != "each":
            yield heading(section.title)
            yield Text(section.intro, style="dim")
            for block in section.blocks:
                yield from _block(block)
    yield Text()
    yield Text(roadmap.footer[0], style="dim")
    yield Text(roadmap.footer[1], style="dim")


def _block(block: Block) -> Iterator[RenderableType]:
    match block:
        case Timeline():
            yield from _timeline(block)
        case Rows():
            yield _rows(block)


def _timeline(data: Timeline) -> Iterator[RenderableType]:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(overflow="fold", max_width=34)
    grid.add_column(no_wrap=True)
    ruler = "".join(f"{week:<4}" for week in range(1, data.weeks + 1, 4))[: data.weeks]
    grid.add_row(Text(data.axis, style="dim"), Text(ruler, style="dim"))
    for bar in data.bars:
        grid.add_row(bar.name, Text(_bar(bar, data), style=ACCENT))
    flags = [" "] * data.weeks
    for flag in (*data.reviews, *data.events):
        flags[flag.week - 1] = EVENT if flag in data.events else REVIEW
    grid.add_row("", Text("".join(flags), style="yellow"))
    yield grid
    signs = (f"{AT_LEAST} {data.legend[0]}", f"{AT_MOST} {data.legend[1]}", f"{ON} {data.legend[2]}")
    names = (f"{EVENT} {flag.name}" for flag in data.events)
    reviews = dict.fromkeys(f"{REVIEW} {flag.name}" for flag in data.reviews)
    yield Text("   ".join((*signs, *names, *reviews)), style="dim")
    yield Text()


def _bar(bar: Bar, data: Timeline) -> str:
    sure = min(bar.sure, data.weeks)
    drawn = " " * (bar.start - 1) + AT_LEAST * (sure - bar.start + 1) + AT_MOST * (min(bar.end, data.weeks) - sure)
    return drawn + (ON if bar.goes_on else "")


def _rows(data: Rows) -> Table:
    """A table as one entry a row: its first cells in one line, the others below."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style=ACCENT)
    grid.add_column(overflow="fold")
    for group in data.groups:
        if group.title:
            grid.add_row(Text(group.title, style="bold"), Text(group.note, style="dim"))
        for row in group.rows:
            first, name, *others = row.cells
            told = [Text.assemble((name.text, "bold"))]
            if others and len(others[0].text) <= SHORT:
                told = [Text.assemble((name.text, "bold"), "  ", (others[0].text, ACCENT))]
                others = others[1:]
            told += [Text(cell.text) for cell in others if cell.text]
            told += [Text(cell.small, style="dim") for cell in others if cell.small]
            grid.add_row("\n".join(filter(None, (first.text, first.small))), Group(*told))
    return grid
