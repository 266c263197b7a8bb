"""The same decision by other engines: every conclusion of the shipped rules, certain and possible, checked equal.

    uv run --group bench python -m benchmarks.peers decision
    uv run --group bench python -m benchmarks.peers bulk --rows 1000000

Every peer gets the same network of comparisons and counts (``assess.engines.network``) in its own language, and every
answer of every peer is compared with the reference engine's before any time is taken. Times are medians of several
rounds in one process; ratios hold for this rule set and this machine.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import click
import polars as pl

from assess.content import content
from assess.engines import Truth, engine
from assess.engines.columnar import Columnar, row_of
from assess.engines.network import Compares, Network
from assess.readings import Position, Reading, Status
from assess.ruleset.load import load_ruleset
from assess.ruleset.model import RuleSet

SEED = 20261124
Case = tuple[Mapping[str, Reading], Mapping[str, str], str | None]
Bits = dict[int, bool]  # key 2n: certain, 2n+1: possible


def shipped() -> RuleSet:
    """The shipped rule set."""
    ruleset, problems = load_ruleset(content("rules"))
    if ruleset is None:
        raise SystemExit(f"the shipped rules have {len(problems)} problems")
    return ruleset


def cases(ruleset: RuleSet, count: int) -> list[Case]:
    """Seeded relations: a level a relation, sources around it, a third of the readings uncertain or missing."""
    choose = random.Random(SEED)
    found: list[Case] = []
    for _ in range(count):
        level = choose.randint(0, 4)

        def interval(highest: int, level: int = level) -> tuple[int, int]:
            if choose.random() < 0.15:
                return 0, highest
            floor = min(max(level + choose.choice((-1, 0, 0, 1)), 0), highest)
            return floor, min(floor + choose.choice((0, 0, 0, 0, 1)), highest)

        readings = {}
        for indicator in ruleset.indicators:
            heard = [source.id for source in ruleset.sources if choose.random() < 0.5]
            positions = {source: Position(*interval(indicator.highest), 5) for source in heard}
            readings[indicator.id] = Reading(*interval(indicator.highest), Status.SPREAD, positions, stated=True)
        attributes = {a.id: choose.choice(a.level_ids) for a in ruleset.attributes if choose.random() < 0.6}
        found.append((readings, attributes, choose.choice([kind.id for kind in ruleset.types])))
    return found


# --- what peers are given ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """The network in a language with infix comparisons: how atoms are asked, in the order of their numbers."""

    columnar: Columnar

    @property
    def network(self) -> Network:
        """The rule set as comparisons and counts."""
        return self.columnar.network

    def atom(self, bit: str, atom: object, equal: str = "==") -> str:
        """A comparison over the inputs ``f1``, ``c1``, ``a1``; a level that is not stated is -1."""
        if isinstance(atom, Compares):
            variable = self.columnar.variables[atom.variable]
            bound = variable.floor if atom.at_least is (bit == "n") else variable.ceiling
            return f"{bound} {'>=' if atom.at_least else '<='} {atom.level}"
        column = self.columnar.stated[atom.attribute]  # type: ignore[attr-defined]
        levels = sorted(atom.levels)  # type: ignore[attr-defined]
        tests = [f"{column} {equal} {level}" for level in (levels if bit == "n" else [*levels, -1])]
        return " or ".join(tests)

    def inputs(self, case: Case) -> dict[str, int]:
        """The inputs of one case as small numbers."""
        row = row_of(self.columnar, *case)
        names = [name for variable in self.columnar.variables.values() for name in (variable.floor, variable.ceiling)]
        numbers = dict(zip(names, row, strict=False))
        for (attribute, column), value in zip(self.columnar.stated.items(), row[len(names) :], strict=True):
            levels = self.network.levels[attribute]
            numbers[column] = levels.index(str(value)) if value is not None else -1
        return numbers  # type: ignore[return-value]

    def keys(self) -> dict[str, int]:
        """The conclusions by their number."""
        return self.network.conclusions


def expected(ruleset: RuleSet, found: Sequence[Case]) -> list[dict[str, Truth]]:
    """What the reference engine says."""
    decide = engine("reference", ruleset)
    return [dict(decide(ruleset, *case).truths) for case in found]


def check(name: str, terms: Terms, answers: Sequence[Bits], wanted: Sequence[dict[str, Truth]]) -> None:
    """Every conclusion of every case, or the end of the benchmark."""
    for bits, truths in zip(answers, wanted, strict=True):
        for key, number in terms.keys().items():
            truth = Truth.HOLDS if bits[2 * number] else Truth.OPEN if bits[2 * number + 1] else Truth.FAILS
            if truth is not truths[key]:
                raise SystemExit(f"{name} differs at {key}: {truth}, not {truths[key]}")


# --- zen-engine --------------------------------------------------------------------------------------------------


def zen(terms: Terms) -> Callable[[dict[str, int]], Bits]:
    """zen-engine: one expression node with every atom, count and conclusion, in order."""
    import zen as library

    expressions = []
    for bit in "np":
        for atom, number in terms.network.atoms.items():
            expressions.append({"id": f"{bit}{number}", "key": f"{bit}{number}", "value": terms.atom(bit, atom)})
        for (count, parts), number in terms.network.nodes.items():
            names = [f"$.{bit}{part}" for part in parts]
            if count == len(parts):
                value = " and ".join(names)
            elif count == 1:
                value = " or ".join(names)
            else:
                value = f"({' + '.join(f'({name} ? 1 : 0)' for name in names)}) >= {count}"
            expressions.append({"id": f"{bit}{number}", "key": f"{bit}{number}", "value": value})
    place = {"x": 0, "y": 0}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": place},
        {
            "id": "rules",
            "type": "expressionNode",
            "name": "rules",
            "position": place,
            "content": {"expressions": expressions},
        },
        {"id": "out", "type": "outputNode", "name": "out", "position": place},
    ]
    edges = [{"id": "1", "sourceId": "in", "targetId": "rules", "type": "edge"}]
    edges.append({"id": "2", "sourceId": "rules", "targetId": "out", "type": "edge"})
    graph = json.dumps({"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges})
    decision = library.ZenEngine().create_decision(graph)
    numbers = sorted(set(terms.keys().values()))

    def run(inputs: dict[str, int]) -> Bits:
        result: dict[str, bool] = decision.evaluate(inputs)["result"]
        return {2 * n + place: result[f"{bit}{n}"] for n in numbers for place, bit in enumerate("np")}

    return run


# --- CLIPS -------------------------------------------------------------------------------------------------------


def clips(terms: Terms) -> Callable[[dict[str, int]], Bits]:
    """CLIPS: one fact a case, one rule a conclusion and bit, which asserts that it is so."""
    import clips as library

    environment = library.Environment()
    slots = sorted(terms.inputs(cases(terms.columnar.ruleset, 1)[0]))
    environment.build(f"(deftemplate case {' '.join(f'(slot {slot})' for slot in slots)})")
    environment.build("(deftemplate so (slot key))")
    written = {number: atom for atom, number in terms.network.atoms.items()}
    nodes = {number: key for key, number in terms.network.nodes.items()}

    def ask(number: int, bit: str) -> str:
        if number in written:
            tests = [part.split() for part in terms.atom(bit, written[number]).split(" or ")]
            asked = [f"({'=' if operator == '==' else operator} ?{name} {level})" for name, operator, level in tests]
            return asked[0] if len(asked) == 1 else f"(or {' '.join(asked)})"
        count, parts = nodes[number]
        inside = [ask(part, bit) for part in parts]
        if count == len(parts):
            return f"(and {' '.join(inside)})"
        if count == 1:
            return f"(or {' '.join(inside)})"
        return f"(>= (+ {' '.join(f'(if {part} then 1 else 0)' for part in inside)}) {count})"

    used = " ".join(f"({slot} ?{slot})" for slot in slots)
    for number in sorted(set(terms.keys().values())):
        for place, bit in enumerate("np"):
            key = 2 * number + place
            environment.build(f"(defrule r{key} (case {used}) (test {ask(number, bit)}) => (assert (so (key {key}))))")
    template, so = environment.find_template("case"), environment.find_template("so")
    numbers = sorted(set(terms.keys().values()))

    def run(inputs: dict[str, int]) -> Bits:
        environment.reset()
        template.assert_fact(**inputs)
        environment.run()
        fired = {int(fact["key"]) for fact in so.facts()}
        return {key: key in fired for n in numbers for key in (2 * n, 2 * n + 1)}

    return run


# --- one decision ------------------------------------------------------------------------------------------------


def timed(run: Callable[[Any], object], inputs: Sequence[Any], rounds: int) -> float:
    """Microseconds a case, the median of several rounds."""
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        for one in inputs:
            run(one)
        found.append((time.perf_counter() - start) / len(inputs) * 1e6)
    return median(found)


@click.group()
def main() -> None:
    """Benchmarks against named peers, on the same decision."""


@main.command()
@click.option("--count", default=200, help="Cases.")
@click.option("--rounds", default=5, help="Rounds; the median counts.")
def decision(count: int, rounds: int) -> None:
    """One decision at a time: readings in, every conclusion out, both bits."""
    ruleset = shipped()
    terms, found = Terms(Columnar(ruleset)), cases(ruleset, count)
    wanted, inputs = expected(ruleset, found), [terms.inputs(case) for case in found]
    reference, durable = engine("reference", ruleset), engine("durable", ruleset)
    runs: dict[str, tuple[Callable[[Any], object], Sequence[Any]]] = {
        "assess reference": (lambda case: reference(ruleset, *case), found),
        "assess durable": (lambda case: durable(ruleset, *case), found),
    }
    for name, build in (("zen-engine", zen), ("CLIPS", clips)):
        run = build(terms)
        check(name, terms, [run(one) for one in inputs], wanted)
        runs[name] = run, inputs
    times = {name: timed(run, given, rounds) for name, (run, given) in runs.items()}
    click.echo(f"{len(terms.keys())} conclusions, both bits, {count} cases, all answers equal\n")
    click.echo("| engine | µs a case | ratio |\n| --- | ---: | ---: |")
    for name, value in times.items():
        click.echo(f"| {name} | {value:,.1f} | {value / times['assess reference']:,.1f} |")


# --- bulk --------------------------------------------------------------------------------------------------------


def bulk_table(columnar: Columnar, rows: int, path: Path) -> None:
    """Seeded readings of many relations as the rules read them, in Parquet."""
    import numpy as np

    choose = np.random.default_rng(SEED)
    columns: dict[str, Any] = {}
    level = choose.integers(0, 5, rows)
    for variable in columnar.variables.values():
        floor = np.clip(level + choose.choice([-1, 0, 0, 1], rows), 0, variable.highest)
        ceiling = np.clip(floor + choose.choice([0, 0, 0, 0, 1], rows), 0, variable.highest)
        missing = choose.random(rows) < 0.15
        columns[variable.floor] = np.where(missing, 0, floor).astype(np.int8)
        columns[variable.ceiling] = np.where(missing, variable.highest, ceiling).astype(np.int8)
    frame = pl.DataFrame(columns)
    for name, column in columnar.stated.items():
        levels = [*columnar.network.levels[name], None]
        numbers = pl.Series(column, choose.integers(0, len(levels), rows))
        frame = frame.with_columns(numbers.replace_strict(list(range(len(levels))), levels, return_dtype=pl.String))
    frame.write_parquet(path)


def decided(frame: Any, columnar: Columnar) -> Any:
    """Gates, stage, checks, decision, patterns and lists as columns."""
    kinds = {"gate", "check", "pattern"}
    shown = [key for key in columnar.network.conclusions if key.partition(":")[0] in kinds]
    wanted = {**columnar.truths(shown), **columnar.decision(), **columnar.strategies()}
    names = {f"k{place}": expression for place, expression in enumerate(wanted.values())}
    return columnar.stage(columnar.bits(frame)).with_columns(**names).select("stage_floor", "stage_ceiling", *names)


@main.command()
@click.option("--rows", default=1_000_000, help="Relations.")
@click.option("--rounds", default=3, help="Rounds; the median counts.")
def bulk(rows: int, rounds: int) -> None:
    """Many relations: gates, stage, checks, decision, patterns and lists as columns, from Parquet."""
    import duckdb
    import narwhals as nw

    columnar = Columnar(shipped())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "readings.parquet"
        bulk_table(columnar, rows, path)
        scan = pl.scan_parquet(path)
        results: dict[str, pl.DataFrame] = {}

        def polars(_: None) -> None:
            results["polars"] = decided(nw.from_native(scan), columnar).to_native().collect(engine="streaming")

        def duck(_: None) -> None:
            with duckdb.connect() as connection:
                relation = decided(nw.from_native(connection.read_parquet(str(path))), columnar).to_native()
                results["duckdb"] = relation.pl()

        def bare(_: None) -> None:
            scan.select(pl.selectors.numeric().cast(pl.Int64).sum()).collect(engine="streaming")

        times = {}
        for name, run in (
            ("bare scan and sum", bare),
            ("assess columnar, polars", polars),
            ("assess columnar, DuckDB", duck),
        ):
            run(None)
            times[name] = timed(run, [None], rounds) / 1e6
        same = (
            results["polars"]
            .select(pl.all().cast(pl.Int64).sum())
            .equals(results["duckdb"].select(pl.all().cast(pl.Int64).sum()))
        )
    click.echo(f"{rows:,} relations, {results['polars'].width} columns out, sums of all columns equal: {same}\n")
    click.echo("| what | s | relations a second | ratio to the scan |\n| --- | ---: | ---: | ---: |")
    for name, value in times.items():
        click.echo(f"| {name} | {value:.2f} | {rows / value:,.0f} | {value / times['bare scan and sum']:.1f} |")


if __name__ == "__main__":
    main()
