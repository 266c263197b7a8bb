"""The roadmap as a chart: a bar for each strategy over the weeks, with steps, events and reviews on the line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assess.report.charts import FULL_WIDTH, fitted, measure, svg
from assess.report.page import Bar, Flag, Section, Timeline

LABELS = 122.0  # the width of the names on the left
RIGHT = 8.0
ROW = 23.0
FLAG_ROW = 11.0
AXIS = 15.0
FLAG_FONT, LEGEND_FONT = 6.8, 6.8
STEP = 4  # weeks between two numbers on the axis


@dataclass(frozen=True, slots=True)
class Label:
    """A flag with its line and its words: on the left of its line where it would run off the chart."""

    x: float
    y: float
    anchor: str
    name: str
    ground: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar with everything worked out."""

    label: tuple[str, ...]
    font: float
    y: float
    x: float
    sure: float
    end: float
    goes_on: bool
    reach: float
    marks: tuple[tuple[int, float], ...]


def timelines(sections: Iterable[Section], language: str) -> dict[str, str]:
    """The timelines of a document as SVG text, by their captions."""
    return {
        block.caption: timeline(block, language)
        for section in sections
        for block in section.blocks
        if isinstance(block, Timeline)
    }


def timeline(data: Timeline, language: str) -> str:
    """One timeline as SVG text."""
    flags = sorted((*data.events, *data.reviews), key=lambda flag: (flag.week, flag.name))
    rows = _rows(data, flags)
    top = (max(rows) + 1 if rows else 0) * FLAG_ROW + AXIS
    bars = [_bar(data, bar, top + ROW * (index + 0.5)) for index, bar in enumerate(data.bars)]
    bottom = top + ROW * len(bars)
    legend = list(_legend(data.legend, bottom + 12.0))
    labels = [_label(data, flag, row) for flag, row in zip(flags, rows, strict=True)]
    return svg(
        "timeline.svg.j2",
        lang=language,
        title=data.alt,
        width=FULL_WIDTH,
        height=(legend[-1][2] if legend else bottom) + 6.0,
        top=top,
        bottom=bottom,
        axis=data.axis,
        left=_x(data, 1),
        right=_x(data, data.weeks + 1),
        ticks=[(week, _middle(data, week)) for week in range(1, data.weeks + 1, STEP)],
        edges=[_x(data, week) for week in range(1, data.weeks + 2, STEP)],
        bars=bars,
        flags=[(label, flag in data.events) for label, flag in zip(labels, flags, strict=True)],
        legend=legend,
    )


def _x(data: Timeline, week: float) -> float:
    """Where a week begins."""
    return LABELS + (FULL_WIDTH - LABELS - RIGHT) * (week - 1) / data.weeks


def _middle(data: Timeline, week: int) -> float:
    return _x(data, week + 0.5)


def _bar(data: Timeline, bar: Bar, y: float) -> Drawn:
    label, font = fitted(bar.name, LABELS - 8.0)
    end = _x(data, min(bar.end, data.weeks) + 1)
    marks = tuple((kind, _middle(data, min(week, data.weeks))) for kind, week in bar.marks)
    return Drawn(
        label=label,
        font=font,
        y=y,
        x=_x(data, bar.start),
        sure=_x(data, min(bar.sure, data.weeks) + 1),
        end=end,
        goes_on=bar.goes_on,
        reach=max((x for _, x in marks), default=end),
        marks=marks,
    )


def _rows(data: Timeline, flags: list[Flag]) -> list[int]:
    """The row of each flag above the axis, so that no two words run into each other."""
    ends: list[float] = []
    rows = []
    for flag in flags:
        width = measure(flag.name, FLAG_FONT) + 8.0
        x = _middle(data, flag.week)
        begin = x - width if _runs_off(data, flag) else x
        row = next((index for index, end in enumerate(ends) if end <= begin), len(ends))
        ends[row : row + 1] = [begin + width]
        rows.append(row)
    return rows


def _runs_off(data: Timeline, flag: Flag) -> bool:
    return _middle(data, flag.week) + measure(flag.name, FLAG_FONT) + 8.0 > FULL_WIDTH


def _label(data: Timeline, flag: Flag, row: int) -> Label:
    x, width = _middle(data, flag.week), measure(flag.name, FLAG_FONT) + 3.0
    anchor, begin = ("end", x - 3.0 - width) if _runs_off(data, flag) else ("start", x + 3.0)
    return Label(x, FLAG_ROW * row + 7.5, anchor, flag.name, (begin, width))


def _legend(words: tuple[str, ...], y: float) -> Iterator[tuple[float, str, float]]:
    """Where each entry of the legend stands; a new line where one is full."""
    x = 0.0
    for word in words:
        width = 20.0 + measure(word, LEGEND_FONT) + 10.0
        if x + width > FULL_WIDTH and x:
            x, y = 0.0, y + 10.0
        yield x, word, y
        x += width
