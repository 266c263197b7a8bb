"""Mutation: what counts as a mutant, that cases notice what they say, and that equivalence is proved, not guessed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from assess.content import content
from assess.expectations import differences
from assess.judge import judge
from assess.ruleset.conditions import clashes, signed_leaves, text
from assess.ruleset.load import Located, load_located
from assess.verify.equivalence import Telling
from assess.verify.mutants import GROUPS, Mutant, mutants
from assess.verify.mutation import Bench, Fate, bench_of, try_all
from tests.conftest import Run


@pytest.fixture(scope="module")
def located() -> Located:
    found, problems = load_located(content("rules"))
    assert found is not None, problems
    return found


@pytest.fixture(scope="module")
def bench(located: Located) -> Bench:
    return bench_of(located, content("rules"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "my-rules"
    shutil.copytree(content("rules"), folder, ignore=shutil.ignore_patterns("m-community.yaml"))
    return folder


def _of(bench: Bench, change: str) -> Mutant:
    return next(mutant for mutant in bench.mutants if mutant.change == change)


def test_every_mutant_differs_in_one_thing_and_would_be_loaded(bench: Bench) -> None:
    ruleset = bench.places.ruleset
    assert len({mutant.change for mutant in bench.mutants}) == len(bench.mutants)
    assert {mutant.group for mutant in bench.mutants} == set(GROUPS)
    for mutant in bench.mutants[::7]:
        changed = mutant.made(ruleset)
        assert mutant.place.line, mutant.change
        changed_keys = [
            key
            for key, condition in changed.conclusions.items()
            if key in ruleset.conclusions and text(condition) != text(ruleset.conclusions[key])
        ]
        if not mutant.of.startswith("strategy:") and mutant.kind != "required":
            assert changed_keys == [mutant.of]
        for key in (key for one in changed_keys for key in bench.places.users[one]):
            assert not clashes(changed.conclusions[key], changed.named), mutant.change
            if key.startswith(("gate:", "check:")):
                assert all(up for _, up in signed_leaves(changed.conclusions[key], changed.named)), mutant.change


def test_thresholds_operators_counts_and_lists_are_changed(bench: Bench) -> None:
    changes = {mutant.change for mutant in bench.mutants}
    assert {
        "condition:mandate-written: emb.mandate >= 2 → emb.mandate >= 1",
        "condition:mandate-written: emb.mandate >= 2 → emb.mandate >= 3",
        "condition:foothold: at_least: 2 → at_least: 3",
        "condition:door-open: all → any",
        "gate:1: all → any",
        "pattern:exclusion 1: emb.access <= 1 → emb.access >= 1",
        "pattern:involution 5: [over-24-months] → [under-6-months, over-24-months]",
        "strategy:tripartite stages: [0, 1] → [0, 1, 2]",
    } <= changes
    assert not any("mandate-written: emb.mandate >= 2 → emb.mandate <= 2" in change for change in changes), "a gate"


def test_a_quick_look_says_the_same_as_judging_everything(bench: Bench) -> None:
    """Which case notices is found with short cuts; here every case is judged in full under some mutants."""
    ruleset = bench.places.ruleset
    for mutant in (*bench.mutants[5::400], _of(bench, "gate:1: all → any")):
        changed = mutant.made(ruleset)
        noticing = {
            case.id
            for case in bench.cases[::6]
            if any(differences(case.expect, judge(changed, case.situation).model_dump(mode="json", by_alias=True)))
        }
        some = Bench(bench.places, bench.cases[::6])
        assert (some.notices(mutant) is not None) == bool(noticing), mutant.change
        assert not noticing or some.notices(mutant) in noticing


def test_mutants_of_gates_conditions_and_patterns_are_noticed(bench: Bench) -> None:
    chosen = [index for index, one in enumerate(bench.mutants) if one.group in {"gates", "patterns"}][::3]
    result = try_all(bench, content("rules"), chosen, 1, lambda *_: None)
    assert not bench.failing
    assert [one.mutant.change for one in result.survivors] == []
    assert result.share() == 100


@pytest.mark.long
def test_every_mutant_of_the_shipped_rules_is_noticed(bench: Bench) -> None:
    result = try_all(bench, content("rules"), range(len(bench.mutants)), 2, lambda *_: None)
    assert min(result.share(group) for group in GROUPS) >= 95


def test_equivalence_is_told_from_difference(bench: Bench) -> None:
    telling = Telling(bench.places)
    # A type in which a strategy fits less is said to be so whether or not it is among those that it fits.
    strategy = next(one for one in bench.places.ruleset.strategies if one.less_fit and "any" in one.fits)
    name = next(iter(strategy.less_fit))
    assert not telling.tells_apart(_of(bench, f"strategy:{strategy.id} fits: [any] → any − {name}"))
    assert telling.tells_apart(_of(bench, "gate:1: all → any"))
    assert telling.tells_apart(_of(bench, "strategy:tripartite stages: [0, 1] → [0, 1, 2]"))


def test_what_no_case_notices_is_printed_and_fails_unless_it_is_listed(copy: Path, run: Run) -> None:
    for path in (copy / "cases").glob("*.yaml"):
        if path.name != "screening.yaml":
            path.unlink()
    mutate = ("rules", "mutate", "--rules", str(copy), "-k", "condition:trust-firm", "--workers", "1")
    code, out, err = run(*mutate)
    assert code == 1
    assert "conditions.yaml:32" in out
    assert "not noticed" in out
    assert "listed with a reason" in err
    changes = json.loads(run(*mutate, "--json")[1])["survivors"]
    assert changes[0]["line"] == 32
    assert changes[0]["because"] is None
    listed = [f"  - change: '{one['change']}'\n    because: {{zh: 试, en: a trial}}\n" for one in changes]
    file = copy / "cases" / "_survivors.yaml"
    file.write_text("survivors:\n" + "".join(listed), encoding="utf-8")
    code, out, err = run(*mutate, "--at-least", "0")
    assert code == 0, err
    assert "a trial" in out
    assert run(*mutate)[0] == 1, "listed, but too few are noticed"
    file.write_text("survivors:\n  - {change: 'gate:9: x → y', because: {zh: 无, en: none}}\n", encoding="utf-8")
    code, _, err = run("rules", "mutate", "--rules", str(copy), "--at-least", "0", "-k", "check:lasting")
    assert code == 0, "what was not tried is not judged"
    file.write_text("survivors: none\n", encoding="utf-8")
    assert run(*mutate)[0] == 2
    assert run("rules", "mutate", "-k", "nothing-like-this")[0] == 2


def test_cases_that_fail_already_are_mended_first(copy: Path, run: Run) -> None:
    conditions = copy / "conditions.yaml"
    conditions.write_text(conditions.read_text("utf-8").replace("emb.mandate >= 2", "emb.mandate >= 3"), "utf-8")
    code, out, err = run("rules", "mutate", "--rules", str(copy), "-k", "gate:1")
    assert code == 1
    assert "stage-1-just" in out
    assert "mend that first" in err


def test_processes_give_the_same_as_one(bench: Bench) -> None:
    chosen = range(0, len(bench.mutants), 30)
    one, two = (try_all(bench, content("rules"), chosen, workers, lambda *_: None) for workers in (1, 2))
    assert [(o.mutant.change, o.fate) for o in one.outcomes] == [(o.mutant.change, o.fate) for o in two.outcomes]
    assert one.count(Fate.SURVIVES) == 0
    assert next(mutants(bench.places)).change == bench.mutants[0].change
