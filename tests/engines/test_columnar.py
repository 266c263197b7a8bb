"""The columnar engine: equal to the reference engine, and to the verdict where it decides more."""

from __future__ import annotations

import random

import narwhals as nw
import pytest
from hypothesis import HealthCheck, given, settings

from assess.engines.columnar import DECISIONS, LISTS, Columnar, ColumnarEngine, Row, row_of, table
from assess.engines.reference import ReferenceEngine
from assess.judge import judge
from assess.readings import Position, Reading, Status
from assess.ruleset.model import RuleSet
from assess.situation import Situation
from assess.verdict import Verdict
from tests.generated import Generated, situations

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FEW
@given(situations())
def test_generated_rule_sets(known: Generated) -> None:
    arguments = known.ruleset, known.readings, known.attributes, known.community_type
    assert ColumnarEngine(known.ruleset)(*arguments).truths == ReferenceEngine()(*arguments).truths


def relation(ruleset: RuleSet, choose: random.Random) -> Situation:
    """A relation with missing, certain and disputed readings, sources that are silent, and attributes not stated."""
    known, level = choose.random(), choose.randint(0, 4)

    def interval(highest: int) -> tuple[int, int]:
        if choose.random() > known:
            return 0, highest
        floor = min(max(level + choose.choice((-2, -1, 0, 0, 1, 2)), 0), highest)
        return floor, min(floor + choose.choice((0, 0, 0, 0, 1, 2)), highest)

    readings = {}
    for indicator in ruleset.indicators:
        heard = [source.id for source in ruleset.sources if choose.random() < 0.4]
        positions = {source: Position(*interval(indicator.highest), 5) for source in heard}
        readings[indicator.id] = Reading(*interval(indicator.highest), Status.SPREAD, positions, stated=True)
    attributes = {a.id: choose.choice(a.level_ids) for a in ruleset.attributes if choose.random() < 0.5}
    kind = choose.choice([None, *(kind.id for kind in ruleset.types)])
    return Situation(id="made", readings=readings, attributes=attributes, community_type=kind, has_sources=False)


def rows_of(columnar: Columnar, relations: list[Situation]) -> list[Row]:
    return [row_of(columnar, one.readings, one.attributes, one.community_type) for one in relations]


def decided(columnar: Columnar, relations: list[Situation]) -> list[dict[str, object]]:
    """Everything that the columns say of each relation."""
    wanted = {**columnar.truths(), **columnar.decision(), **columnar.strategies()}
    names = {f"k{place}": expression for place, expression in enumerate(wanted.values())}
    stages = [f"possible_{stage}" for stage in range(columnar.ruleset.top + 1)]
    frame = columnar.stage(columnar.bits(table(columnar, rows_of(columnar, relations))))
    found = frame.with_columns(**names).select("stage_floor", "stage_ceiling", *stages, *names).collect()
    columns = ["stage_floor", "stage_ceiling", *stages, *wanted]
    return [dict(zip(columns, row, strict=True)) for row in nw.from_native(found).iter_rows()]


def same(columns: dict[str, object], verdict: Verdict, ruleset: RuleSet) -> None:
    truths = {"fails": 0, "open": 1, "holds": 2}
    for name, truth in verdict.conditions.items():
        assert columns[f"condition:{name}"] == truths[truth]
    for name, truth in verdict.patterns.items():
        assert columns[f"pattern:{name}"] == truths[truth]
    for stage, truth in verdict.stage.gates.items():
        assert columns[f"gate:{stage}"] == truths[truth]
    assert (columns["stage_floor"], columns["stage_ceiling"]) == (verdict.stage.floor, verdict.stage.ceiling)
    assert [n for n in range(ruleset.top + 1) if columns[f"possible_{n}"]] == list(verdict.stage.possible)
    assert verdict.screening
    for name, truth in verdict.screening.checks.items():
        assert columns[f"check:{name}"] == truths[truth]
    number = columns["decision"]
    assert isinstance(number, int)
    assert DECISIONS[number] == verdict.screening.decision
    assert columns["decision_certain"] == verdict.screening.certain
    placed = {one.id: name for name in LISTS[1:] for one in getattr(verdict.strategies, name)}
    for strategy in ruleset.strategies:
        place = columns[f"strategy:{strategy.id}"]
        assert isinstance(place, int)
        assert LISTS[place] == placed.get(strategy.id, ""), strategy.id


@pytest.mark.parametrize("size", [400, pytest.param(10_000, marks=pytest.mark.long)])
def test_everything_equals_the_verdict(ruleset: RuleSet, size: int) -> None:
    choose = random.Random(7)
    relations = [relation(ruleset, choose) for _ in range(size)]
    found = decided(Columnar(ruleset), relations)
    for columns, one in zip(found, relations, strict=True):
        same(columns, judge(ruleset, one), ruleset)
    assert len({columns["stage_floor"] for columns in found}) == ruleset.top + 1, "every stage was met"


@FEW
@given(situations())
def test_generated_verdicts(known: Generated) -> None:
    one = Situation(
        id="made",
        readings=known.readings,
        attributes=known.attributes,
        community_type=known.community_type,
        has_sources=False,
    )
    (columns,) = decided(Columnar(known.ruleset), [one])
    same(columns, judge(known.ruleset, one), known.ruleset)
