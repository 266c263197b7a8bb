"""The rule set run by durable-rules: thresholds and conclusions derived by forward chaining over facts.

Each reading's and position's floor and ceiling go in as one fact. A rule an atom and bit (*certain*, *possible*)
compares it; a rule a counting node and bit fires when enough facts about its parts are there, and asserts one fact
for each node that it is part of. What has fired in the end are the bits, and their order is the audit trail.

durable-rules 2.0.28 has traps, and each is closed here:

- it starts background threads that may return a call half done: ``_QuietHost`` starts none;
- its engine is not thread-safe: one lock, one live session at a time, deleted after each case;
- it swallows exceptions of actions: they are kept and raised again, and a last rule tells that the agenda is empty;
- it knows facts only by a 32-bit hash of their ids: ids are ours and checked to be distinct, and all else is small
  integers, which it compares by value;
- it hangs, crashes or falls silent beyond fixed sizes: a rule set is measured before it is handed over, and lookups
  go through buckets;
- deleting a session in which no action ever ran frees a wild pointer: one runs at once, and one in every case;
- a clock that jumps stops it in the middle of an agenda, which the last rule tells too;
- ``none`` is not negation, and null matches nothing: neither is ever used.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assess.engines import Conclusions, EngineUnavailableError, truth
from assess.engines.network import THE_TYPE, Compares, Network, Part, Stands, arcs, names, network
from assess.readings import Reading
from assess.ruleset.model import RuleSet

if TYPE_CHECKING:
    from durable.engine import Host

# Limits of durable-rules 2.0.28, measured; beyond them it hangs, crashes or loses rules.
MOST_RULES = 4000  # 4096 actions fit
MOST_BUCKETS = 480  # a table of 512 slots under a node; a full one is searched for ever
MOST_COUNT = 4096  # tried up to 5000; held as an unsigned short
BUCKET = 64

SESSION = "case"
CERTAIN, POSSIBLE = 0, 1
BITS = ("certain", "possible")
Fact = dict[str, int | str]
_serial = itertools.count()
_lock = threading.Lock()  # one for all: nothing is known of what the engine shares between rule sets


class EngineError(RuntimeError):
    """durable-rules misbehaved in the middle of a case, so there is no answer; a defect, never bad input."""


class DurableEngine:
    """The engine for one rule set."""

    name = "durable"
    _built: tuple[RuleSet, DurableEngine] | None = None

    @classmethod
    def ready_for(cls, ruleset: RuleSet) -> DurableEngine:
        """An engine with this rule set in it; the last one built is kept, and the one before it is closed.

        Raises ``EngineUnavailableError`` where durable-rules cannot be imported or cannot carry the rule set.
        """
        if cls._built is None or cls._built[0] is not ruleset:
            if cls._built is not None:
                cls._built[1].close()
            cls._built = None
            cls._built = ruleset, cls(ruleset)
        return cls._built[1]

    def __init__(self, ruleset: RuleSet) -> None:
        self.network = network(ruleset)
        self.ruleset = ruleset
        rules = _Rules(self.network)
        rules.check()
        self._session = _Session(rules)

    def __call__(
        self,
        ruleset: RuleSet,
        readings: Mapping[str, Reading],
        attributes: Mapping[str, str],
        community_type: str | None,
    ) -> Conclusions:
        """Decide every conclusion of ``ruleset``. Raises ``EngineError`` where the library misbehaves."""
        if ruleset is not self.ruleset:
            return type(self).ready_for(ruleset)(ruleset, readings, attributes, community_type)
        subjects = [atoms[0] for atoms in self._session.rules.inputs]
        fired, trail = self._session.run(
            [
                self._stated(subject, attributes, community_type)
                if isinstance(subject, Stands)
                else self._interval(subject.variable, readings)
                for subject in subjects
            ]
        )
        truths = {
            key: truth(2 * number + CERTAIN in fired, 2 * number + POSSIBLE in fired)
            for key, number in self.network.conclusions.items()
        }
        return Conclusions(truths, trail)

    def close(self) -> None:
        """Give the rule set's memory back, about 10 kB a rule. The engine decides nothing afterwards."""
        self._session.close()

    def _interval(self, variable: str, readings: Mapping[str, Reading]) -> Fact:
        indicator, _, source = variable.partition("@")
        reading = readings[indicator]
        if not source:
            return {"lo": reading.floor, "hi": reading.ceiling}
        position = reading.positions.get(source)
        if position is None:
            return {"lo": 0, "hi": self.ruleset.indicator[indicator].highest}
        return {"lo": position.floor, "hi": position.ceiling}

    def _stated(self, atom: Stands, attributes: Mapping[str, str], community_type: str | None) -> Fact:
        value = community_type if atom.attribute == THE_TYPE else attributes.get(atom.attribute)
        if value is None:
            return {"open": 1}
        levels = self.network.levels[atom.attribute]
        # A level that no rule names matches none of them.
        return {"is": levels.index(value) if value in levels else len(levels)}


# --- rules -------------------------------------------------------------------------------------------------------


class _Rules:
    """The network written as rules, in the order in which they are to fire.

    Of the rules that may fire the library takes the first. Nodes stand before inputs, so that what follows from one
    fact is drawn before the next is looked at, and ``done`` stands last, so that it fires when nothing else can.
    """

    def __init__(self, net: Network) -> None:
        self.network = net
        self.written: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, tuple[int, ...]] = {}
        self.inputs = _by_subject(net.atoms)
        for bit in (CERTAIN, POSSIBLE):
            for (count, _), number in reversed(net.nodes.items()):
                key = 2 * number + bit
                self._add(f"n{key}", _lead("t", key), count, [key])
            for place, atoms in enumerate(self.inputs):
                self._inputs(place, atoms, bit)
        self._add("done", [{"go": 1}], 1, [])

    def _inputs(self, place: int, atoms: Sequence[Part], bit: int) -> None:
        head = _lead("x", place)
        for atom in atoms:
            key = 2 * self.network.atoms[atom] + bit
            if isinstance(atom, Compares):
                bound = "lo" if atom.at_least is (bit == CERTAIN) else "hi"
                test = {"$gte" if atom.at_least else "$lte": {bound: atom.level}}
                self._add(f"a{key}", [*head, test], 1, [key])
                continue
            for level in sorted(atom.levels):
                self._add(f"a{key}.{level}", [*head, {"is": level}], 1, [key])
            if bit == POSSIBLE and atom.levels:
                self._add(f"a{key}.open", [*head, {"open": 1}], 1, [key])

    def _add(self, name: str, tests: list[dict[str, Any]], count: int, keys: Iterable[int]) -> None:
        condition = {"$and": tests} if len(tests) > 1 else tests[0]
        self.written[name] = {"all": [{"m": condition}], "count": count}
        self.keys[name] = tuple(keys)

    def check(self) -> None:
        """Refuse what the library would answer with a hang, a crash or silence."""
        heads = {str(rule["all"][0]["m"].get("$and", ["go"])[0]) for rule in self.written.values()}
        largest = max((len(parts) for _, parts in self.network.nodes), default=0)
        per_fact = 2 * max(map(len, self.inputs), default=0)  # both bits of each atom, when one fact meets them all
        for what, found, most in (
            ("rules", len(self.written), MOST_RULES),
            ("buckets", len(heads), MOST_BUCKETS),
            ("parts", largest, MOST_COUNT),
            ("branches", per_fact, BUCKET),
        ):
            if found > most:
                raise EngineUnavailableError("too-large", f"{what}: {found} > {most}")


def _by_subject(atoms: Iterable[Part]) -> list[list[Part]]:
    """The atoms of each input fact."""
    found: dict[str, list[Part]] = defaultdict(list)
    for atom in atoms:
        found[f"v:{atom.variable}" if isinstance(atom, Compares) else f"a:{atom.attribute}"].append(atom)
    return list(found.values())


def _lead(prefix: str, number: int) -> list[dict[str, Any]]:
    """Two equalities, bucket and number, so that no node of the library has too many branches."""
    return [{f"{prefix}b": number // BUCKET}, {prefix: number}]


# --- sessions ----------------------------------------------------------------------------------------------------


class _Session:
    """The one live session in which case after case is run."""

    def __init__(self, rules: _Rules) -> None:
        self.rules = rules
        self._names = names(rules.network)
        self._error: BaseException | None = None
        self._broken = False
        self._number_facts()
        self._start()
        self._ruleset_name = f"rules{next(_serial)}"
        with _lock:
            self._register()

    def _number_facts(self) -> None:
        """Every fact that can ever be asserted, with an id of its own."""
        edges = arcs(self.rules.network)
        ids = iter(distinct_ids(2 * len(edges) + len(self.rules.inputs) + 1))
        self._go: Fact = {"id": next(ids), "sid": SESSION, "go": 1}
        self._input_heads: list[Fact] = [
            {"id": next(ids), "sid": SESSION, "xb": place // BUCKET, "x": place}
            for place in range(len(self.rules.inputs))
        ]
        self._follows: dict[int, list[Fact]] = defaultdict(list)
        for part, node, place in edges:
            for bit in (CERTAIN, POSSIBLE):
                up = 2 * node + bit
                fact: Fact = {"id": next(ids), "sid": SESSION, "tb": up // BUCKET, "t": up, "n": place}
                self._follows[2 * part + bit].append(fact)

    def _register(self) -> None:
        try:
            host = _quiet_host()
        except ImportError as error:
            raise EngineUnavailableError("not-installed", str(error)) from error
        for name, rule in self.rules.written.items():
            rule["run"] = self._finish if name == "done" else self._action(self.rules.keys[name])
        self._host = host
        self._host.set_rulesets({self._ruleset_name: self.rules.written})
        self._ruleset = self._host.get_ruleset(self._ruleset_name)
        # Deleting a session in which no action ever ran frees a wild pointer, so the first one runs an empty case.
        self._evaluate([])

    # Actions run inside the library, which swallows whatever they raise.

    def _action(self, keys: Sequence[int]) -> Callable[[Any], None]:
        def run(context: Any) -> None:
            try:
                for key in keys:
                    self._fire(context, key)
            except BaseException as error:
                self._error = error

        return run

    def _fire(self, context: Any, key: int) -> None:
        if key in self._fired:
            return
        self._fired.add(key)
        self._trail += [f"{name}:{BITS[key % 2]}" for name in self._names.get(key // 2, ())]
        for fact in self._follows.get(key, ()):
            if fact["t"] not in self._fired:  # a node that has fired needs no further premise
                context.assert_fact(fact)

    def _finish(self, context: Any) -> None:
        del context
        self._done = True

    # One case.

    def run(self, inputs: Sequence[Fact]) -> tuple[frozenset[int], tuple[str, ...]]:
        """The keys that fired for these inputs, and the rules in the order of their firing."""
        facts = [{**head, **values} for head, values in zip(self._input_heads, inputs, strict=True)]
        with _lock:
            if self._broken:
                raise EngineError("closed, or left in an unknown state by an earlier case")
            self._start()
            self._evaluate(facts)
            return frozenset(self._fired), tuple(self._trail)

    def close(self) -> None:
        """Delete the rule set; the library's Python layer has no call for it, its C layer has."""
        import durable_rules_engine

        with _lock:
            if not self._broken:
                self._broken = True
                durable_rules_engine.delete_ruleset(self._ruleset._handle)

    def _start(self) -> None:
        self._fired: set[int] = set()
        self._trail: list[str] = []
        self._error = None
        self._done = False
        self._broken = False

    def _evaluate(self, facts: Iterable[Fact]) -> None:
        """Assert all inputs, then let one last fact run the whole agenda; the session goes in any case."""
        from durable.engine import MessageNotHandledException, MessageObservedException

        self._broken = True
        try:
            for fact in facts:
                with contextlib.suppress(MessageNotHandledException):  # no threshold met
                    self._ruleset.assert_fact(fact)  # stores and matches; runs no action yet
            state = self._host.assert_fact(self._ruleset_name, dict(self._go))
        except (MessageObservedException, MessageNotHandledException) as error:
            raise EngineError(str(error.message)) from error
        finally:
            self._host.delete_state(self._ruleset_name, SESSION)
        self._broken = False
        self._check(state)

    def _check(self, state: Mapping[str, Any] | None) -> None:
        if self._error is not None:
            raise self._error
        if state is None or not self._done:
            raise EngineError("the engine stopped before its agenda was empty")
        if "exception" in state:
            raise EngineError(str(state["exception"]))


def _quiet_host() -> Host:
    """A host without the background timers. Raises ``ImportError`` where durable-rules is not installed."""
    from durable.engine import Host

    class QuietHost(Host):  # type: ignore[misc]
        def _run(self) -> None:
            self._d_timer = self._t_timer = None

    return QuietHost()


def fnv1a(text: str) -> int:
    """The 32-bit hash by which durable-rules tells the facts of one session apart (Fowler, Noll and Vo, FNV-1a)."""
    value = 2166136261
    for byte in text.encode("ascii"):
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value


def distinct_ids(count: int) -> list[str]:
    """Fact ids whose hashes differ from each other and from that of the session's own state."""
    for salt in "abcdefghijklmnopqrstuvwxyz":
        ids = [f"{salt}{number}" for number in range(count)]
        if len({fnv1a(text) for text in (f"sid-{SESSION}", *ids)}) == count + 1:
            return ids
    raise EngineUnavailableError("too-large", f"facts: {count}")
