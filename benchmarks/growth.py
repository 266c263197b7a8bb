"""How the time and the memory of `assess screen` grow with the number of relations, and where the time goes.

    uv run --group bench python -m benchmarks.growth --to 7 --plot benchmarks/growth.svg

Each size is a process of its own, from a wide Parquet table to a Parquet result with reasons in two languages; its
memory is the most that it held at once. The stages are those of one part of a table, as many rows as `screen` takes at
once. The largest table (10^7) and its result take 1 GB of disk.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import narwhals as nw
import polars as pl

from assess.engines.columnar import Columnar
from assess.screening.parts import ROWS_AT_ONCE
from assess.screening.result import good_inputs, named, result_of
from assess.screening.screen import result_columns, screened
from assess.screening.source import ROW, scan
from assess.screening.table import wide
from benchmarks.generate import Plan, make
from benchmarks.terms import shipped
from benchmarks.timing import best_of, machine, table

FIRST = 3  # the smallest table has 10^3 relations
# A process starts with the memory of the one that started it on its account, so a small one does.
LAUNCH = """
import os, subprocess, sys, time
start = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
print(time.perf_counter() - start, used.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True, slots=True)
class Size:
    """What a table of some size took."""

    relations: int
    seconds: float
    mebibytes: int


@dataclass(frozen=True, slots=True)
class Growth:
    """What every size took, and the seconds of each stage of one part of ``part`` relations."""

    sizes: list[Size]
    part: int
    stages: dict[str, float]

    def markdown(self) -> str:
        """Both tables."""
        sizes = [
            (
                f"{size.relations:,}",
                f"{size.seconds:.1f}",
                f"{size.relations / size.seconds:,.0f}",
                f"{size.mebibytes:,}",
            )
            for size in self.sizes
        ]
        whole = sum(self.stages.values())
        stages = [(name, f"{seconds:.2f}", f"{seconds / whole:.0%}") for name, seconds in self.stages.items()]
        by_size = table(("`assess screen`: relations", "s", "relations a second", "most memory, MiB"), sizes)
        return f"{by_size}\n\n{table((f'stage of a part of {self.part:,} relations', 's', 'share'), stages)}"


def measure(highest: int, folder: Path, part: int = ROWS_AT_ONCE) -> Growth:
    """Tables of 10^3 to 10^``highest`` relations, one after the other."""
    ruleset, sizes = shipped(), []
    path, output = folder / "relations.parquet", folder / "result.parquet"
    for power in range(FIRST, highest + 1):
        make(Plan(ruleset, 10**power), path, wide=True)
        sizes.append(screen(path, output, 10**power))
        output.unlink()
    part = min(part, 10**highest)
    stages = _stages(scan(path).slice(0, part), Columnar(ruleset), folder / "part.parquet")
    return Growth(sizes, part, stages)


def screen(path: Path, output: Path, relations: int) -> Size:
    """`assess screen` as a process: its time and the most memory that it held."""
    command = [sys.executable, "-m", "assess", "screen", str(path), "-o", str(output)]
    found = subprocess.run([sys.executable, "-c", LAUNCH, *command], capture_output=True, text=True, check=False)
    if found.returncode:
        raise SystemExit(f"assess screen failed at {relations:,} relations: {found.stderr}")
    seconds, most = found.stdout.split()
    return Size(relations, float(seconds), int(most) >> (20 if sys.platform == "darwin" else 10))


def _stages(rows: pl.LazyFrame, columnar: Columnar, output: Path) -> dict[str, float]:
    """Seconds of each stage: what a run takes that goes so far, less what one takes that goes less far."""
    frame = nw.from_native(rows)
    schema = {name: kind for name, kind in frame.collect_schema().items() if name != ROW}
    how = wide(schema, columnar)
    inputs = good_inputs(rows, how, all_good=True)
    columns = list(result_columns(columnar.ruleset))

    def decided(rows: pl.LazyFrame) -> Callable[[], object]:
        def run() -> object:
            concluded: pl.LazyFrame = screened(nw.from_native(rows), columnar).to_native()
            return concluded.select(columns).collect(engine="streaming")

        return run

    def worded(rows: pl.LazyFrame) -> Callable[[], object]:
        return lambda: result_of(rows, columnar).collect(engine="streaming")

    one = inputs.head(1)
    times = best_of(
        3,
        {
            "checking": lambda: named(frame, how),
            "reading": lambda: inputs.select(pl.all().null_count()).collect(engine="streaming"),
            "decided, one": decided(one),
            "decided": decided(inputs),
            "worded, one": worded(one),
            "worded": worded(inputs),
            "written": lambda: result_of(inputs, columnar).sink_parquet(output),
        },
    )
    deciding, wording = (times[what] - times[f"{what}, one"] for what in ("decided", "worded"))
    stages = {
        "looking for mistakes in the table": times["checking"],
        "planning the query, whatever the number of rows": times["worded, one"],
        "reading": times["reading"],
        "deciding, pivotal readings too": deciding - times["reading"],
        "reasons in words, two languages": wording - deciding,
        "writing": times["written"] - times["worded"],
    }
    return {name: max(seconds, 0.0) for name, seconds in stages.items()}


def plot(growth: Growth, path: Path) -> None:
    """Time and memory over the number of relations, both on logarithmic scales."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "assess", "svg.fonttype": "none", "font.size": 11}):
        figure = Figure(figsize=(9, 3.8), layout="constrained")
        axes = figure.subplots(1, 2)
        relations = [size.relations for size in growth.sizes]
        seconds, memory = [size.seconds for size in growth.sizes], [float(size.mebibytes) for size in growth.sizes]
        for axis, values, digits in zip(axes, (seconds, memory), (1, 0), strict=True):
            axis.loglog(relations, values, marker="o", color="#1f5fa8")
            for x, y in zip(relations, values, strict=True):
                axis.annotate(f"{y:,.{digits}f}", (x, y), xytext=(0, 8), textcoords="offset points", ha="center")
            axis.set_xlabel("relations")
            axis.grid(visible=True, which="major", color="#dddddd")
            axis.margins(x=0.12, y=0.2)
        axes[0].set_title("time of a run, seconds")
        axes[1].set_title("most memory held, MiB")
        axes[0].set_ylim(1, 1000)
        axes[1].set_ylim(100, 10_000)
        figure.savefig(path, metadata={"Date": None})


@click.command(help=__doc__)
@click.option("--to", "highest", type=click.IntRange(FIRST, 8), default=7, show_default=True, help="Power of ten.")
@click.option("--plot", "drawing", type=click.Path(dir_okay=False, path_type=Path), help="SVG file to write.")
@click.option("--folder", type=click.Path(file_okay=False, exists=True, path_type=Path), help="For the tables.")
def main(highest: int, drawing: Path | None, folder: Path | None) -> None:
    """Measure, print, draw."""
    before = machine()
    with TemporaryDirectory(dir=folder) as inside:
        growth = measure(highest, Path(inside))
    click.echo(f"{growth.markdown()}\n\n{before}")
    if drawing is not None:
        plot(growth, drawing)


if __name__ == "__main__":
    main()
