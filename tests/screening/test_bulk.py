"""Readings in bulk mean what ``take_readings`` means, in any order of rows and in however little memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest

from assess.evidence.model import Assessment, Evidence
from assess.readings import Mode, take_readings
from assess.ruleset.conditions import Atom
from assess.ruleset.model import Dimension, Indicator, Item, LocalAttribute, RuleSet, Scale, Source, Stage
from assess.screening import bulk, rating_counts
from assess.screening.bulk import Bulk, Given, read_in_parts, read_ratings
from assess.screening.rating_counts import Block
from assess.screening.rating_medians import positions
from assess.screening.side_table import read_stated, with_stated
from benchmarks.generate import Order, Plan, make

WORDS = {"en": "words"}
REASONS = ("unknown", "not-applicable", "refused")
Row = dict[str, Any]
Mistake = tuple[int, str, str | None, str]


# --- generated tables --------------------------------------------------------------------------------------------


def made_ruleset(random: Random) -> RuleSet:
    """Sources with quorums, some of which may rate everything; indicators with two to five levels."""
    sources = tuple(
        Source(id=f"s{place}", name=WORDS, quorum=random.choice([1, 1, 2, 3]), rates=random.choice(["all", "listed"]))
        for place in range(random.randint(1, 5))
    )
    indicators = tuple(_indicator(f"x.i{place}", random, sources) for place in range(random.randint(1, 6)))
    gate = Atom(indicators[0].id, at_least=True, level=1)
    return RuleSet(
        name="made",
        version="0",
        title=WORDS,
        languages=("en",),
        scale=Scale(levels=(0, 1, 2, 3, 4), rule=WORDS),
        unrated=dict.fromkeys(REASONS, WORDS),
        sources=sources,
        dimensions=(Dimension(id="x", prefix="x", name=WORDS),),
        indicators=indicators,
        attributes=(LocalAttribute(id="size", name=WORDS, levels=_items("small", "large")),),
        stages=(Stage(stage=0, name=WORDS, describes=WORDS), Stage(stage=1, name=WORDS, describes=WORDS, gate=gate)),
    )


def _items(*names: str) -> tuple[Item, ...]:
    return tuple(Item(id=name, name=WORDS) for name in names)


def _indicator(name: str, random: Random, sources: tuple[Source, ...]) -> Indicator:
    listed = tuple(source.id for source in random.sample(sources, random.randint(1, len(sources))))
    return Indicator(
        id=name,
        dimension="x",
        name=WORDS,
        definition=WORDS,
        sources=listed,
        primary_source=listed[0],
        levels=(WORDS,) * random.randint(2, 5),
    )


def made_rows(ruleset: RuleSet, random: Random, relations: int = 12) -> list[Row]:
    """Rows by named and unnamed respondents, few and many, with reasons and empty cells."""
    rows = []
    for relation in range(relations):
        names = {"community": f"c{relation % 7}", "wave": random.choice(["1", "2", None]), "attr:size": None}
        for indicator in ruleset.indicators:
            for source in ruleset.sources:
                for number in range(random.choice([0, 0, 1, 2, 3, 4, 9])):
                    level = str(random.randint(0, indicator.highest))
                    rating = random.choice([*[level] * 8, *REASONS, None])
                    who = random.choice([None, f"r{relation}-{number}"])
                    told = {"indicator": indicator.id, "source": source.id, "respondent": who, "rating": rating}
                    rows.append(names | told)
    random.shuffle(rows)
    return rows


def as_table(rows: list[Row]) -> pl.DataFrame:
    columns = ["community", "wave", "indicator", "source", "respondent", "rating", "attr:size"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))


def spoil(rows: list[Row], random: Random) -> None:
    """Every kind of mistake, somewhere."""
    ways: list[Row] = [
        {"community": None},
        {"community": "  "},
        {"indicator": "x.none"},
        {"indicator": None},
        {"source": "nobody"},
        {"rating": "5"},
        {"rating": "-1"},
        {"rating": "2.5"},
        {"rating": "high"},
        {"rating": "4"},
        {"attr:size": "huge"},
    ]
    for place in random.sample(range(len(rows)), min(len(rows), 25)):
        rows[place] |= random.choice(ways)
    rows += [dict(row) for row in random.sample(rows, min(len(rows), 5))]
    random.shuffle(rows)


# --- the slow, obvious meaning -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expected:
    frame: dict[tuple[str, str | None], dict[str, Any]]
    mistakes: Counter[Mistake]


def expected(table: pl.DataFrame, ruleset: RuleSet, mode: Mode) -> Expected:
    mistakes: Counter[Mistake] = Counter()
    good: list[tuple[int, Row]] = []
    for number, row in enumerate(table.iter_rows(named=True), 2):
        found = list(_mistakes(row, ruleset))
        mistakes.update((number, column, row[column], code) for column, code in found)
        if not found:
            good.append((number, row))
    twice = Counter(key for _, row in good if (key := _key(row)) is not None)
    relations: dict[tuple[str, str | None], list[Evidence]] = defaultdict(list)
    for number, row in good:
        relation = relations[row["community"], row["wave"]]
        key = _key(row)
        if key and twice[key] > 1:
            mistakes[number, "respondent", row["respondent"], "row-rated-twice"] += 1
        elif row["rating"] is not None:
            rating = row["rating"]
            given = int(float(rating)) if rating not in REASONS else rating
            relation.append(Evidence(indicator=row["indicator"], source=row["source"], rating=given))
    return Expected({name: _relation(items, ruleset, mode) for name, items in relations.items()}, mistakes)


def _key(row: Row) -> tuple[str, ...] | None:
    if row["respondent"] is None or row["rating"] is None:
        return None
    return tuple(str(row[name]) for name in ("community", "wave", "indicator", "source", "respondent"))


def _mistakes(row: Row, ruleset: RuleSet) -> Any:
    if not (row["community"] or "").strip():
        yield "community", "row-no-community"
    if row["indicator"] not in ruleset.indicator:
        yield "indicator", "row-unknown-indicator"
    if row["source"] not in ruleset.source:
        yield "source", "row-unknown-source"
    highest = max(one.highest for one in ruleset.indicators if row["indicator"] in {one.id, *_others(row, ruleset)})
    if row["rating"] not in {None, *REASONS, *(str(level) for level in range(highest + 1))}:
        yield "rating", "row-rating"
    if row["attr:size"] not in {None, "small", "large"}:
        yield "attr:size", "row-unknown-level"


def _others(row: Row, ruleset: RuleSet) -> list[str]:
    """Of an unknown indicator any level will do."""
    return [] if row["indicator"] in ruleset.indicator else [row["indicator"]]


def _relation(items: list[Evidence], ruleset: RuleSet, mode: Mode) -> dict[str, Any]:
    given = {"assess": 1, "id": "made", "wave": {"date": "2020"}, "evidence": tuple(items)}
    readings, _ = take_readings(Assessment.model_validate(given), ruleset, mode)
    found: dict[str, Any] = {}
    for name, reading in readings.items():
        ends = {name: (reading.floor, reading.ceiling)}
        for source in ruleset.sources:
            if ruleset.may_rate(source, name):
                position = reading.positions.get(source.id)
                missing = 0, ruleset.indicator[name].highest
                ends[f"{name}@{source.id}"] = (position.floor, position.ceiling) if position else missing
        for variable, (floor, ceiling) in ends.items():
            found |= {f"{variable}.floor": floor, f"{variable}.ceiling": ceiling}
        found[f"{name}.status"] = reading.status.value
    return found


def every_variable(ruleset: RuleSet) -> list[str]:
    names = [indicator.id for indicator in ruleset.indicators]
    return names + [f"{name}@{s.id}" for name in names for s in ruleset.sources if ruleset.may_rate(s, name)]


def taken(table: Given, ruleset: RuleSet, mode: Mode = Mode.MIDDLE, memory: int = bulk.MEMORY) -> Bulk:
    return read_ratings(table, ruleset, mode, memory=memory, variables=every_variable(ruleset))


def relations_of(frame: pl.DataFrame) -> Mapping[tuple[str, str | None], Row]:
    left_out = {"community", "wave", "type", "attr:size"}
    return {
        (row["community"], row["wave"]): {name: value for name, value in row.items() if name not in left_out}
        for row in frame.iter_rows(named=True)
    }


def mistakes_of(rejected: pl.DataFrame) -> Counter[Mistake]:
    return Counter(rejected.select("row", "column", "value", "code").iter_rows())


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few relations a block, so that small tables have several."""
    monkeypatch.setattr(rating_counts, "SLOTS_OF_A_BLOCK", 1000)


# --- the same as one by one --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("seed", range(100))
def test_bulk_is_take_readings(seed: int, mode: Mode) -> None:
    random = Random(seed)
    ruleset = made_ruleset(random)
    rows = made_rows(ruleset, random)
    if seed % 2:
        spoil(rows, random)
    table = as_table(rows)
    wanted = expected(table, ruleset, mode)
    found = taken(table, ruleset, mode)
    assert mistakes_of(found.rejected) == wanted.mistakes
    assert relations_of(found.frame) == wanted.frame
    assert len(found.frame) == len(wanted.frame)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("memory", [1, 20_000, 200_000])
def test_memory_and_the_order_of_rows_change_nothing(seed: int, memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(seed)
    ruleset = made_ruleset(random)
    rows = made_rows(ruleset, random)
    spoil(rows, random)
    first = taken(as_table(rows), ruleset)
    monkeypatch.setattr(bulk, "BATCH", 37)
    assert_same(taken(as_table(rows), ruleset, memory=memory), first)
    random.shuffle(rows)
    second = taken(as_table(rows), ruleset, memory=memory)
    assert second.frame.equals(first.frame)
    columns = ["column", "value", "code"]
    assert Counter(second.rejected[columns].iter_rows()) == Counter(first.rejected[columns].iter_rows())


def assert_same(found: Bulk, wanted: Bulk) -> None:
    assert found.frame.equals(wanted.frame)
    assert found.rejected.equals(wanted.rejected)


def test_parts_are_shares_of_the_communities(ruleset: RuleSet) -> None:
    random = Random(3)
    made = made_ruleset(random)
    table = as_table(made_rows(made, random))
    parts = list(read_in_parts(table, made, memory=1))
    assert len(parts) > 3
    found = [set(part.frame["community"]) for part in parts]
    assert sum(map(len, found)) == len(set().union(*found)) == 7


def test_files_and_frames_are_read_alike(ruleset: RuleSet, tmp_path: Path) -> None:
    make(Plan(ruleset, 40, order=Order.SHUFFLED, attributes=True), tmp_path / "long.parquet", wide=False)
    table = pl.read_parquet(tmp_path / "long.parquet")
    table.write_csv(tmp_path / "long.csv")
    wanted = read_ratings(tmp_path / "long.parquet", ruleset)
    assert_same(read_ratings(tmp_path / "long.csv", ruleset), wanted)
    assert_same(read_ratings(table.lazy(), ruleset), wanted)
    kinds = pl.Categorical, pl.Enum(table["indicator"].unique())
    as_categories = table.with_columns(pl.col("community", "rating").cast(kinds[0]), pl.col("indicator").cast(kinds[1]))
    assert_same(read_ratings(as_categories, ruleset), wanted)
    assert wanted.rejected.is_empty()
    assert wanted.frame["type"].null_count() < len(wanted.frame)


# --- what cells may hold -----------------------------------------------------------------------------------------


def one(ruleset: RuleSet, **columns: list[Any]) -> Bulk:
    length = len(next(iter(columns.values())))
    given = {"community": ["a"] * length, "indicator": ["emb.access"] * length, "source": ["swo"] * length} | columns
    return read_ratings(pl.DataFrame(given), ruleset)


@pytest.mark.parametrize("written", [3, 3.0, "3", "3.0", " 3 ", "３", np.uint8(3)])
def test_a_rating_is_understood_however_it_is_written(ruleset: RuleSet, written: object) -> None:
    found = one(ruleset, rating=[written])
    assert found.rejected.is_empty()
    assert found.frame[["emb.access.floor", "emb.access.ceiling", "emb.access.status"]].row(0) == (3, 3, "single")


@pytest.mark.parametrize(
    "written", ["3分", "2.5", "-1", "5", 5, -1, 2.5, "nan", "inf", "1e400", "True", "0x1", "1e0", "0_1"]
)
def test_what_is_no_level_is_named(ruleset: RuleSet, written: object) -> None:
    found = one(ruleset, rating=[written])
    assert found.rejected.row(0) == (2, "rating", str(written), "row-rating", 4)
    assert found.frame.is_empty()


@pytest.mark.parametrize("empty", ["", " ", None, float("nan")])
def test_an_empty_rating_says_nothing(ruleset: RuleSet, empty: object) -> None:
    found = one(ruleset, rating=[empty, empty], respondent=["J1", "J1"])
    assert found.rejected.is_empty()
    assert found.frame["emb.access.status"].to_list() == ["missing"]


def test_respondents_that_are_blank_are_nobody(ruleset: RuleSet) -> None:
    found = one(ruleset, rating=[1, 1, 3, 3], respondent=["", "", " ", " "])
    assert found.rejected.is_empty()
    assert found.frame[["emb.access.floor", "emb.access.ceiling"]].row(0) == (1, 3)


def test_waves_that_are_blank_are_one_wave(ruleset: RuleSet) -> None:
    found = one(ruleset, rating=[1, 1, 1, 2], wave=[None, "", " ", "2"])
    assert found.frame[["community", "wave"]].rows() == [("a", None), ("a", "2")]
    assert one(ruleset, rating=[1, 2, 1, 1], wave=[" ", "2", "", None]).frame.equals(found.frame)


def test_names_may_be_numbers_and_dates(ruleset: RuleSet) -> None:
    found = read_ratings(
        pl.DataFrame(
            {
                "community": [7, 7],
                "wave": [2, 1],
                "indicator": ["emb.access"] * 2,
                "source": ["swo"] * 2,
                "rating": [1, 2],
            }
        ),
        ruleset,
    )
    assert found.frame[["community", "wave", "emb.access.floor"]].rows() == [("7", "1", 2), ("7", "2", 1)]


def test_two_types_of_a_community_are_none_and_both_are_named(ruleset: RuleSet) -> None:
    types = [kind.id for kind in ruleset.types][:2]
    found = one(ruleset, rating=[1, 1, 1, 1], type=[types[0], None, types[1], types[1]])
    assert found.frame["type"].to_list() == [None]
    assert found.rejected.select("row", "column", "value", "code").rows() == [
        (2, "type", types[0], "row-stated-twice"),
        (4, "type", types[1], "row-stated-twice"),
    ]


def test_an_empty_table_is_an_empty_answer(ruleset: RuleSet) -> None:
    found = read_ratings(
        pl.DataFrame(schema=dict.fromkeys(["community", "indicator", "source", "rating"], pl.String)), ruleset
    )
    assert found.frame.is_empty()
    assert "emb.access.status" in found.frame.columns
    assert found.rejected.is_empty()


def test_rules_that_compare_nothing_have_relations_all_the_same(ruleset: RuleSet) -> None:
    table = pl.DataFrame({"community": ["a"], "indicator": ["emb.access"], "source": ["swo"], "rating": [1]})
    assert read_ratings(table, ruleset, variables=[]).frame.rows() == [("a", None)]


def test_what_nobody_may_rate_is_missing(ruleset: RuleSet) -> None:
    made = made_ruleset(Random(0))
    listed = tuple(source.model_copy(update={"rates": "listed"}) for source in made.sources)
    unrateable = made.indicators[0].model_copy(update={"sources": ()})
    made = made.model_copy(update={"sources": listed, "indicators": (unrateable, *made.indicators[1:])})
    table = as_table(made_rows(made, Random(0)))
    assert relations_of(taken(table, made).frame) == expected(table, made, Mode.MIDDLE).frame


# --- counts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ratings", [255, 256, 70_000])
def test_counts_widen_before_they_wrap_around(ruleset: RuleSet, ratings: int) -> None:
    # One more of the high level than of the low: with one count lost, the low one would be the median.
    table = {"rating": [0] * ratings + [4] * (ratings + 1)}
    found = one(ruleset, **table)
    assert found.frame[["emb.access.floor", "emb.access.ceiling"]].row(0) == (4, 4)


def test_a_block_holds_any_count() -> None:
    block = Block(4)
    for _ in range(3):
        block.add(np.repeat([0, 2], [200, 40_000]))
    assert block.count().tolist() == [600, 0, 120_000, 0]
    block.take_back(np.repeat([2], [120_000]))
    assert block.count().tolist() == [600, 0, 0, 0]
    assert block.count().dtype == np.uint16


def test_sums_of_counts_do_not_wrap_around_either() -> None:
    counts = np.full((1, 5, 1), 255, dtype=np.uint8)
    found = positions(counts, np.array([1276], dtype=np.uint64))
    assert (found.floor.item(), found.ceiling.item(), found.present.item()) == (2, 2, False)


def test_more_respondents_than_fit_a_narrow_key(ruleset: RuleSet) -> None:
    people = [f"P{number}" for number in range(70_000)]
    found = one(ruleset, rating=[2] * 70_001, respondent=[*people, people[-1]])
    assert found.rejected["row"].to_list() == [70_001, 70_002]
    assert found.frame["emb.access.status"].to_list() == ["single"]


# --- broken tables -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_all_broken_rows_are_named_and_the_others_are_right(ruleset: RuleSet, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"long{suffix}"
    make(Plan(ruleset, 200, seed=5, broken=0.01), path, wide=False)
    broken = pl.read_csv(f"{path}.broken.csv", infer_schema=False)
    found = read_ratings(path, ruleset)
    named = found.rejected.select("row", "column", "value", "code").cast(pl.String)
    assert sorted(named.rows(), key=str) == sorted(broken.rows(), key=str)
    assert set(broken["code"]) == {
        "row-no-community", "row-rating", "row-unknown-level", "row-unknown-indicator", "row-unknown-source",
        "row-rated-twice",
    }  # fmt: skip
    table = pl.read_parquet(path) if suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
    good = np.ones(len(table), dtype=np.bool_)
    good[found.rejected["row"].to_numpy() - 2] = False
    assert found.frame.equals(read_ratings(table.filter(good), ruleset).frame)


def test_generated_relations_do_not_depend_on_the_size_of_the_table(ruleset: RuleSet, tmp_path: Path) -> None:
    for relations in (30, 50):
        make(Plan(ruleset, relations), tmp_path / f"{relations}.parquet", wide=False)
    small, large = (pl.read_parquet(tmp_path / f"{relations}.parquet") for relations in (30, 50))
    assert large[: len(small)].equals(small)


# --- a table beside the ratings ----------------------------------------------------------------------------------


def test_types_and_attributes_may_stand_in_a_table_of_their_own(ruleset: RuleSet, tmp_path: Path) -> None:
    make(Plan(ruleset, 40, waves=2, attributes=True), tmp_path / "long.parquet", wide=False)
    whole = pl.read_parquet(tmp_path / "long.parquet")
    stated = [name for name in whole.columns if name == "type" or name.startswith("attr:")]
    side = whole.select("community", "wave", *stated).unique()
    side.write_csv(tmp_path / "side.csv")
    read = read_stated(tmp_path / "side.csv", ruleset)
    assert read.rejected.is_empty()
    found = with_stated(read_ratings(whole.drop(stated), ruleset).frame, read.frame)
    wanted = read_ratings(whole, ruleset).frame
    assert found.equals(wanted.select(found.columns))


def test_a_side_table_without_waves_holds_for_all_and_rows_of_the_ratings_come_first(ruleset: RuleSet) -> None:
    first, second = [kind.id for kind in ruleset.types][:2]
    found = one(
        ruleset,
        community=["a", "a", "b", "c"],
        wave=["1", "2", "1", "1"],
        rating=[1] * 4,
        type=[None, first, None, None],
    )
    side = pl.DataFrame({"community": ["a", "b"], "type": [second, second]})
    assert with_stated(found.frame, side)["type"].to_list() == [second, first, second, None]


def test_mistakes_in_a_side_table_are_named(ruleset: RuleSet) -> None:
    first, second = [kind.id for kind in ruleset.types][:2]
    names = ["a", "b", None, "c", "c", "d", "d", "d", "e"]
    types = [first, "no", first, first, second, first, first, None, " "]
    found = read_stated(pl.DataFrame({"community": names, "type": types}), ruleset)
    assert found.frame.rows() == [("a", first), ("c", None), ("d", first), ("e", None)]
    assert found.rejected.select("row", "column", "value", "code").rows() == [
        (3, "type", "no", "row-unknown-level"),
        (4, "community", None, "row-no-community"),
        (5, "type", first, "row-stated-twice"),
        (6, "type", second, "row-stated-twice"),
    ]
