"""The same decision by other engines: every conclusion of the shipped rules, certain and possible, checked equal.

    uv run --group bench python -m benchmarks.peers decision
    uv run --group bench python -m benchmarks.peers bulk --rows 3000000

Every answer of every engine is compared before any time is taken. All run in turn in one process, and the best of
several rounds counts; ratios hold for this rule set and this machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from assess.engines import engine
from assess.engines.columnar import Columnar
from benchmarks.bulk import Bulk, measure
from benchmarks.others import clips, zen
from benchmarks.terms import Terms, cases, check, expected, shipped
from benchmarks.timing import best_of, machine, over, table

REFERENCE = "assess, reference"


@dataclass(frozen=True, slots=True)
class Decision:
    """Microseconds a case of each engine."""

    conclusions: int
    count: int
    microseconds: dict[str, float]

    def times_ours(self, name: str) -> float:
        """How many times as long as the reference engine another takes."""
        return self.microseconds[name] / self.microseconds[REFERENCE]

    def markdown(self) -> str:
        """The table."""
        header = ("one decision at a time", "µs a case", f"times *{REFERENCE}*")
        rows = [(name, f"{value:,.1f}", f"{self.times_ours(name):,.1f}") for name, value in self.microseconds.items()]
        said = f"{self.conclusions} conclusions, certain and possible, of {self.count} cases; all answers are equal."
        return f"{table(header, rows)}\n\n{said}"


def measure_decision(count: int, rounds: int) -> Decision:
    """One decision at a time by each engine, in turn."""
    ruleset = shipped()
    terms, found = Terms(Columnar(ruleset)), cases(ruleset, count)
    wanted, inputs = expected(ruleset, found), [terms.inputs(case) for case in found]
    reference, durable = engine("reference", ruleset), engine("durable", ruleset)
    for case, truths in zip(found, wanted, strict=True):
        if dict(durable(ruleset, *case).truths) != truths:
            raise SystemExit("durable-rules differs")
    runs: dict[str, Callable[[], object]] = {
        REFERENCE: over(lambda case: reference(ruleset, *case), found),  # type: ignore[misc]
        "durable-rules, our adapter": over(lambda case: durable(ruleset, *case), found),  # type: ignore[misc]
    }
    for name, build in (("zen-engine", zen), ("CLIPS", clips)):
        run = build(terms)
        check(name, terms, [run(one) for one in inputs], wanted)
        runs[name] = over(run, inputs)  # type: ignore[arg-type]
    times = best_of(rounds, runs)
    return Decision(len(terms.keys()), count, {name: seconds / count * 1e6 for name, seconds in times.items()})


def measure_bulk(rows: int, sample: int, rounds: int) -> Bulk:
    """Many relations by each engine, in turn, from a file that is gone afterwards."""
    with TemporaryDirectory() as folder:
        return measure(Columnar(shipped()), rows, sample, rounds, Path(folder))


@click.group()
def main() -> None:
    """Benchmarks against named peers, on the same decision."""


@main.command()
@click.option("--count", default=200, help="Cases.")
@click.option("--rounds", default=5, help="Rounds; the best counts.")
def decision(count: int, rounds: int) -> None:
    """One decision at a time: readings in, every conclusion out, both bits."""
    before = machine()
    click.echo(f"{measure_decision(count, rounds).markdown()}\n\n{before}")


@main.command()
@click.option("--rows", default=3_000_000, help="Relations.")
@click.option("--sample", default=200, help="Relations for engines that decide one at a time.")
@click.option("--rounds", default=5, help="Rounds; the best counts.")
def bulk(rows: int, sample: int, rounds: int) -> None:
    """Many relations: every conclusion as a column, from Parquet; and all that `screen` computes beside a bare scan."""
    before = machine()
    click.echo(f"{measure_bulk(rows, sample, rounds).markdown()}\n\n{before}")


if __name__ == "__main__":
    main()
