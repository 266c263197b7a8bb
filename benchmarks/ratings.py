"""How long readings from single ratings take, and how much memory.

python -m benchmarks.generate long LONG.parquet --relations 607000
/usr/bin/time -v python -m benchmarks.ratings LONG.parquet
"""

from __future__ import annotations

import resource
import time
from pathlib import Path

import click

from assess.content import content
from assess.readings import Mode
from assess.ruleset.load import load_ruleset
from assess.screening.bulk import MEMORY, read_ratings
from assess.screening.rating_rows import Table


@click.command(help=__doc__)
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--memory", type=click.IntRange(1), default=MEMORY >> 20, show_default=True, help="MiB for counts.")
@click.option("--hull", is_flag=True, help="From the lowest floor to the highest ceiling.")
def main(table: Path, memory: int, hull: bool) -> None:
    """Read, take the time, say it."""
    ruleset, problems = load_ruleset(content("rules"))
    assert ruleset is not None, problems
    start = time.perf_counter()
    found = read_ratings(table, ruleset, Mode.HULL if hull else Mode.MIDDLE, memory=memory << 20)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    rows = Table(table).height()  # afterwards: to count the rows of a CSV file maps all of it
    click.echo(
        f"{rows:,} ratings, {len(found.frame):,} relations, {len(found.rejected):,} rejected: "
        f"{seconds:.1f} s, {rows / seconds:,.0f} ratings/s, peak {peak:,} MiB"
    )


if __name__ == "__main__":
    main()
