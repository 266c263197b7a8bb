"""The numbers of `assess` beside what they should reach, in one run; and the tables of README.md rewritten.

    uv run --group bench python -m benchmarks.table --write benchmarks/README.md

What is compared runs in turn, and the best of several rounds counts. The whole takes some seven minutes on two cores
and 3 GB of disk; ``--small`` tries every part with little data, for numbers that mean nothing.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from assess.content import content
from benchmarks.bulk import Bulk
from benchmarks.generate import Plan, make
from benchmarks.growth import Growth, measure, plot
from benchmarks.peers import Decision, measure_bulk, measure_decision
from benchmarks.terms import shipped
from benchmarks.timing import best_of, machine, process, table, write_between
from benchmarks.weasyprint import FASTER, SMALLER, MissingError, Printed
from benchmarks.weasyprint import measure as measure_printed

IMPORTS = "import pydantic, click, yaml, jinja2"
PYTHON = "python"  # how the tables write the interpreter


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is measured."""

    cases: int = 200
    rows: int = 3_000_000
    rounds: int = 5
    starts: int = 9
    prints: int = 5  # rounds of the PDFs by assess and by WeasyPrint
    relations: int = 607_000
    highest: int = 7  # the power of ten that growth is measured to


SMALL = Amount(cases=5, rows=2_000, rounds=1, starts=1, prints=1, relations=300, highest=3)


@dataclass(frozen=True, slots=True)
class Goal:
    """A number to reach, and what was measured."""

    what: str
    goal: str
    measured: str
    reached: bool
    command: str

    @property
    def row(self) -> tuple[str, ...]:
        """The line of the table."""
        return self.what, self.goal, self.measured, "yes" if self.reached else "**no**", f"`{self.command}`"


# --- processes ---------------------------------------------------------------------------------------------------


def starts(amount: Amount) -> list[Goal]:
    """`assess run` beside the bare imports, and the PDF of both languages."""
    example = content("examples") / "m-community" / "wave-3.yaml"
    assess = (sys.executable, "-m", "assess")
    with TemporaryDirectory() as folder:
        pdf = {language: Path(folder) / f"{language}.pdf" for language in ("zh", "en")}
        written = {
            language: process(*assess, "report", str(example), "-o", str(path), "--force", "--lang", language)
            for language, path in pdf.items()
        }
        times = best_of(
            amount.starts,
            {
                "imports": process(sys.executable, "-c", IMPORTS),
                "run": process(*assess, "run", str(example), "--json"),
                **written,
            },
        )
        size = sum(path.stat().st_size for path in pdf.values()) / 1000
    ratio, both = times["run"] / times["imports"], times["zh"] + times["en"]
    return [
        Goal(
            f"`assess run FILE --json` as a process, beside `{PYTHON} -c '{IMPORTS}'`",
            "at most 2.5 times",
            f"{ratio:.1f} times ({times['run']:.2f} s and {times['imports']:.2f} s)",
            ratio <= 2.5,
            "assess run wave-3.yaml --json",
        ),
        Goal(
            "PDF of M community, Chinese and English, two processes",
            "under 1.5 s",
            f"{both:.2f} s ({times['zh']:.2f} and {times['en']:.2f}), {size:,.0f} kB",
            both < 1.5,
            "assess report wave-3.yaml -o zh.pdf --lang zh",
        ),
    ]


def ratings(amount: Amount) -> Goal:
    """Readings of every community of the country from single ratings, in a process of its own."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "long.parquet"
        make(Plan(shipped(), amount.relations), path, wide=False)
        command = [sys.executable, "-m", "benchmarks.ratings", str(path)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"^([\d,]+) ratings.*: ([\d.]+) s, .*peak ([\d,]+) MiB", said)
    assert found is not None, said
    rows, seconds, peak = found[1], float(found[2]), int(found[3].replace(",", ""))
    return Goal(
        f"readings of {amount.relations:,} communities from {rows} ratings",
        "under 30 s within 4 GiB",
        f"{seconds:.1f} s, {peak:,} MiB",
        seconds < 30 and peak < 4096,
        f"{PYTHON} -m benchmarks.ratings LONG.parquet",
    )


def of_printed(found: Printed) -> list[Goal]:
    """The PDF of both languages beside WeasyPrint's of the same HTML."""
    command = f"{PYTHON} -m benchmarks.weasyprint"
    return [
        Goal(
            "the same two PDFs by WeasyPrint, from the ready HTML",
            f"{FASTER:.0f} times as long",
            f"{found.times_ours:.1f} times",
            found.times_ours >= FASTER,
            command,
        ),
        Goal(
            "bytes of ours beside WeasyPrint's",
            "a third",
            f"{found.share:.2f}",
            found.share <= SMALLER,
            command,
        ),
    ]


# --- the decision and bulk ---------------------------------------------------------------------------------------


def of_decision(found: Decision) -> Goal:
    """One decision beside zen-engine."""
    times = found.times_ours("zen-engine")
    return Goal(
        "one decision, every conclusion, both passes: zen-engine beside the reference engine",
        "50 times as long",
        f"{times:.0f} times",
        times >= 50,
        f"{PYTHON} -m benchmarks.peers decision",
    )


def of_bulk(found: Bulk) -> list[Goal]:
    """Relations a second, beside the bare scan and beside others."""
    command = f"{PYTHON} -m benchmarks.peers bulk --rows {found.rows}"
    goals = [
        Goal(
            "all that `screen` computes, from Parquet",
            "over 5,000,000 relations a second",
            f"{found.per_second:,.0f}",
            found.per_second > 5_000_000,
            command,
        ),
        Goal(
            "the same, beside the bare scan and sum of the same file",
            "at most 3 times",
            f"{found.to_scan:.1f} times",
            found.to_scan <= 3,
            command,
        ),
    ]
    peers = (("zen-engine", 500), ("durable-rules, our adapter", 1000), ("CLIPS", 500), ("DuckDB SQL", 3))
    for name, goal in peers:
        times = found.times_ours(name)
        goals.append(Goal(f"bulk: {name}", f"{goal:,} times as long", f"{times:,.0f} times", times >= goal, command))
    return goals


# --- all of it ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of README.md by the names of their places, and what is drawn."""

    texts: dict[str, str]
    growth: Growth


def measured(amount: Amount, say: Callable[[str], None] = lambda what: None) -> Tables:
    """Everything, part by part, each with the machine as it was just before."""
    texts, first = {}, machine()
    say("one decision")
    decision = measure_decision(amount.cases, amount.rounds)
    texts["decision"] = f"{decision.markdown()}\n\n{first}"
    say("processes")
    goals = [of_decision(decision), *starts(amount)]
    say("WeasyPrint")
    before = machine()
    try:
        printed = measure_printed(amount.prints)
        texts["weasyprint"] = f"{printed.markdown()}\n\n{before}"
        goals += of_printed(printed)
    except MissingError as missing:
        texts["weasyprint"] = str(missing)
    say("bulk")
    before = machine()
    bulk = measure_bulk(amount.rows, amount.cases, amount.rounds)
    texts["bulk"] = f"{bulk.markdown()}\n\n{before}"
    goals += of_bulk(bulk)
    say("ratings")
    goals.append(ratings(amount))
    header = ("what", "goal", "measured", "reached", "command")
    texts["goals"] = f"{table(header, [goal.row for goal in goals])}\n\n{first}"
    say("growth")
    before = machine()
    with TemporaryDirectory() as folder:
        growth = measure(amount.highest, Path(folder))
    texts["growth"] = f"{growth.markdown()}\n\n{before}"
    return Tables(texts, growth)


@click.command(help=__doc__)
@click.option("--write", "document", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Document.")
@click.option("--small", is_flag=True, help="Little data.")
def main(document: Path | None, small: bool) -> None:
    """Measure, print, and rewrite the document and the plot beside it."""
    tables = measured(SMALL if small else Amount(), lambda what: click.echo(f"... {what}", err=True))
    for name in ("goals", "decision", "weasyprint", "bulk", "growth"):
        click.echo(f"{tables.texts[name]}\n")
        if document is not None:
            write_between(document, name, tables.texts[name])
    if document is not None:
        plot(tables.growth, document.with_name("growth.svg"))


if __name__ == "__main__":
    main()
