"""durable-rules behind its adapter: every trap that the library has, sprung and seen to be closed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from assess.engines import EngineUnavailableError, Truth, engine
from assess.engines.durable import MOST_RULES, DurableEngine, EngineError, distinct_ids, fnv1a
from assess.engines.reference import ReferenceEngine
from assess.evidence.model import Assessment
from assess.judge import judge
from assess.readings import Reading, Status
from assess.ruleset.conditions import All, Any, AtLeast, Atom, Condition, Not
from assess.ruleset.model import RuleSet
from assess.situation import Situation, of_assessment
from assess.verdict import to_json
from tests.conftest import EXAMPLES, ROOT
from tests.generated import WORDS

pytest.importorskip("durable", reason="durable-rules cannot be built on this machine")

Known = tuple[RuleSet, dict[str, Reading], dict[str, str], str | None]


def with_patterns(ruleset: RuleSet, *conditions: Condition) -> RuleSet:
    """The shipped rule set with these conditions as its only patterns."""
    template = ruleset.patterns[0]
    patterns = tuple(
        template.model_copy(update={"id": f"p{index}", "when": condition, "name": WORDS})
        for index, condition in enumerate(conditions)
    )
    parts = {name: getattr(ruleset, name) for name in RuleSet.model_fields}
    return RuleSet(**{**parts, "patterns": patterns, "strategies": (), "screening": None})


def decide(ruleset: RuleSet, **levels: int | tuple[int, int]) -> dict[str, Truth]:
    """The truths of patterns when every other reading is 0, by both engines, which must agree."""
    readings = {indicator.id: Reading(0, 0, Status.SINGLE, {}) for indicator in ruleset.indicators}
    for name, level in levels.items():
        floor, ceiling = level if isinstance(level, tuple) else (level, level)
        readings[name.replace("_", ".", 1)] = Reading(floor, ceiling, Status.SINGLE, {})
    found = DurableEngine.ready_for(ruleset)(ruleset, readings, {}, None)
    assert found.truths == ReferenceEngine()(ruleset, readings, {}, None).truths
    return found.of("pattern")


@pytest.mark.parametrize("name", ["wave-1", "wave-2", "wave-3", "sparse"])
def test_the_examples_get_the_same_verdict(ruleset: RuleSet, example: Callable[[str], Assessment], name: str) -> None:
    situation = of_assessment(example(name), ruleset)
    by_reference = json.loads(to_json(judge(ruleset, situation)))
    by_durable = json.loads(to_json(judge(ruleset, situation, engine("durable", ruleset))))
    assert by_reference.pop("engine") == "reference"
    assert by_durable.pop("engine") == "durable"
    assert by_durable == by_reference


def test_negation_is_complement_and_not_the_librarys_none(ruleset: RuleSet) -> None:
    """The library's ``none`` fires although the fact is there, depending on the order of facts."""
    access, contact = Atom("emb.access", at_least=True, level=2), Atom("emb.contact", at_least=True, level=2)
    rules = with_patterns(ruleset, All((access, Not(contact))), Not(All((access, contact))))
    assert decide(rules, emb_access=2, emb_contact=2) == {"p0": "fails", "p1": "fails"}
    assert decide(rules, emb_access=2, emb_contact=1) == {"p0": "holds", "p1": "holds"}
    assert decide(rules, emb_access=2, emb_contact=(1, 2)) == {"p0": "open", "p1": "open"}


def test_counting_nodes_of_many_parts(ruleset: RuleSet) -> None:
    """A join of 17 facts never fires in the library; a count of facts does."""
    atoms = tuple(Atom(i.id, at_least=True, level=level) for i in ruleset.indicators for level in (1, 2, 3, 4))
    rules = with_patterns(ruleset, All(atoms), AtLeast(4, atoms), AtLeast(5, atoms), Any(atoms))
    assert decide(rules, emb_access=4) == {"p0": "fails", "p1": "holds", "p2": "fails", "p3": "holds"}
    everything = {indicator.id.replace(".", "_", 1): 4 for indicator in ruleset.indicators}
    assert set(decide(rules, **everything).values()) == {"holds"}


def test_a_branch_that_is_true_twice_counts_once(ruleset: RuleSet) -> None:
    """The library fires a rule once for each true branch."""
    access, contact = Atom("emb.access", at_least=True, level=1), Atom("emb.contact", at_least=True, level=1)
    either, ties = Any((access, contact)), Atom("emb.ties", at_least=True, level=1)
    rules = with_patterns(ruleset, AtLeast(2, (either, ties, Any((contact, access)))))
    assert decide(rules, emb_access=1, emb_contact=1) == {"p0": "holds"}
    rules = with_patterns(ruleset, AtLeast(2, (either, ties)))
    assert decide(rules, emb_access=1, emb_contact=1) == {"p0": "fails"}


def test_a_case_on_which_nothing_fires_is_no_error(ruleset: RuleSet) -> None:
    rules = with_patterns(ruleset, Atom("emb.access", at_least=True, level=4))
    assert decide(rules) == {"p0": "fails"}


def test_too_many_rules_are_refused_before_the_library_sees_them(ruleset: RuleSet) -> None:
    atoms = [Atom(i.id, at_least=True, level=level) for i in ruleset.indicators for level in (1, 2, 3, 4)]
    pairs = [All((first, second)) for index, first in enumerate(atoms) for second in atoms[index + 1 :]]
    rules = with_patterns(ruleset, *pairs[: MOST_RULES // 2])
    with pytest.raises(EngineUnavailableError, match="too-large rules"):
        DurableEngine.ready_for(rules)


def test_an_exception_inside_the_library_comes_out(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    """The library swallows what its actions raise; a swallowed one would be a wrong verdict."""
    rules = with_patterns(ruleset, Atom("emb.access", at_least=True, level=1))
    durable = DurableEngine(rules)
    durable._session._names = None  # type: ignore[assignment]
    situation = of_assessment(example("wave-2"), rules)
    with pytest.raises(AttributeError):
        durable(rules, situation.readings, {}, None)


def test_an_agenda_that_did_not_end_is_no_verdict(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    durable = DurableEngine(with_patterns(ruleset, Atom("emb.access", at_least=True, level=1)))
    durable._session._go = {**durable._session._go, "go": 2}
    situation = of_assessment(example("wave-2"), durable.ruleset)
    with pytest.raises(EngineError):
        durable(durable.ruleset, situation.readings, {}, None)


def test_no_session_outlives_its_case(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    durable = DurableEngine(ruleset)
    situation = of_assessment(example("wave-2"), ruleset)
    durable(ruleset, situation.readings, {}, None)
    with pytest.raises(Exception, match="309"):
        durable._session._host.get_facts(durable._session._ruleset_name, "case")


def test_a_closed_engine_decides_nothing(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    durable = DurableEngine(with_patterns(ruleset, Atom("emb.access", at_least=True, level=1)))
    durable.close()
    durable.close()
    situation = of_assessment(example("wave-2"), durable.ruleset)
    with pytest.raises(EngineError, match="closed"):
        durable(durable.ruleset, situation.readings, {}, None)


def test_a_clock_that_jumps_gives_no_half_verdict(
    ruleset: RuleSet, example: Callable[[str], Assessment], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library stops its agenda in silence when an action seems to have taken over ten seconds."""
    import durable.engine as library

    class Jumping(library.datetime.datetime):  # type: ignore[misc]
        calls = 0

        @classmethod
        def now(cls, tz: object = None) -> library.datetime.datetime:
            cls.calls += 1
            return super().now() + library.datetime.timedelta(seconds=60 * cls.calls)

    durable = DurableEngine(ruleset)
    situation = of_assessment(example("wave-2"), ruleset)
    known = ruleset, situation.readings, situation.attributes, situation.community_type
    with monkeypatch.context() as patched:
        patched.setattr(library.datetime, "datetime", Jumping)
        with pytest.raises(EngineError, match="agenda"):
            durable(*known)
    assert durable(*known).truths == ReferenceEngine()(*known).truths


def test_fact_ids_are_told_apart_by_the_librarys_hash() -> None:
    assert fnv1a("b170538") == fnv1a("d248004"), "a pair that the library takes for one"
    ids = distinct_ids(20_000)
    assert len({fnv1a(name) for name in ids}) == 20_000


def test_threads_share_the_engine(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    """Without a lock two threads crash the process."""
    situations = [of_assessment(example(name), ruleset) for name in ("wave-1", "wave-2", "wave-3", "sparse")]
    durable, reference = DurableEngine.ready_for(ruleset), ReferenceEngine()

    def same(situation: Situation) -> bool:
        known = ruleset, situation.readings, situation.attributes, situation.community_type
        return durable(*known).truths == reference(*known).truths

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(same, situations * 25))


def run(*arguments: str, seed: str = "0", hide: bool = False) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, with or without durable-rules to be found."""
    hidden = "import sys; sys.modules['durable'] = None; " if hide else ""
    code = f"{hidden}import sys; from assess.cli import run_command; sys.exit(run_command(sys.argv[1:]))"
    environment = {**os.environ, "PYTHONHASHSEED": seed, "LANG": "en_US.UTF-8", "PYTHONPATH": str(ROOT)}
    environment.pop("LC_ALL", None)
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120)


WAVE = str(EXAMPLES / "wave-1.yaml")


def test_the_trail_is_the_same_in_every_process() -> None:
    first, second = (run("run", "--json", "--trail", "--engine", "durable", WAVE, seed=seed) for seed in ("1", "2"))
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    trail = json.loads(first.stdout)["trail"]
    assert "atom:emb.mandate>=2:certain" in trail
    assert trail.index("atom:emb.mandate>=2:certain") < trail.index("gate:1:certain")
    assert "pattern:exclusion:certain" in trail


def test_without_the_package_everything_else_works() -> None:
    shown = run("run", "--json", WAVE, hide=True)
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["engine"] == "reference"
    assert len(shown.stderr.strip().splitlines()) == 1
    assert "durable-rules is not installed" in shown.stderr
    plain = run("run", "--json", "--engine", "reference", WAVE, hide=True)
    assert (plain.returncode, plain.stderr, plain.stdout) == (0, "", shown.stdout)


def test_asking_for_the_engine_that_is_not_there_is_said() -> None:
    refused = run("run", "--engine", "durable", WAVE, hide=True)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert "Traceback" not in refused.stderr
    assert "assess[durable]" in refused.stderr
