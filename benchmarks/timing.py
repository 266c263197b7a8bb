"""Times side by side: everything that is compared runs in turn, round after round, and the best of each counts."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("polars", "narwhals", "duckdb", "durable-rules", "zen-engine", "clipspy", "typst", "weasyprint")


def best_of(rounds: int, runs: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """The shortest time of each run in seconds; what else the machine does can only lengthen one."""
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def over(run: Callable[[object], object], inputs: Sequence[object]) -> Callable[[], None]:
    """A run over several inputs, one after the other."""

    def all_of_them() -> None:
        for one in inputs:
            run(one)

    return all_of_them


def process(*command: str) -> Callable[[], None]:
    """A run that is a process of its own; it must succeed."""

    def run() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return run


def machine() -> str:
    """What was measured on, and how busy it was, in one line to stand below a table."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{_processor()}, {cores} cores; {python}, {versions}; load average {load}."


def _processor() -> str:
    """The model of the processor where Linux tells it, or the kind of machine."""
    told = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*: (.+)$", told.read_text(), re.MULTILINE) if told.exists() else None
    return found[1].strip() if found else platform.machine()


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; columns of numbers stand on the right."""
    right = ("---:" if re.fullmatch(r"[\d,.]+%?", cell) else "---" for cell in rows[0])
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join(right) + " |"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def write_between(path: Path, name: str, text: str) -> None:
    """Replace what stands between ``<!-- NAME -->`` and ``<!-- /NAME -->`` in a document."""
    before, mark, rest = path.read_text("utf-8").partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- /{name} -->")
    if not mark or not end:
        raise SystemExit(f"{path} has no place for {name}")
    path.write_text(f"{before}{mark}\n{text.strip()}\n\n{end}{after}", "utf-8")
