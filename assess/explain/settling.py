"""The fewest readings whose answers alone could settle the stage, exactly.

The stage is settled at k when the gates up to k hold and the next one fails, whatever the unasked readings turn out
to be. So a set of readings settles it when there are levels for them such that the gates hold with all others at
their floors, and the next gate fails with all others at their ceilings. Turned into one list of demands, all of which
must be met by answers ("at least L", "below L"), this is a smallest-set problem, solved by branch and bound:

- what is known is put in, so that most demands disappear;
- a demand that is a single comparison must be asked for, which decides others in turn;
- an answer that only demands upwards (only downwards) look at is as high (as low) as it can be;
- demands that share no reading are solved apart, and a tree in which no reading stands twice takes its cheapest parts;
- else the search branches, on an alternative or on the answer to one reading, and leaves out what cannot be better:
  the bound spreads the cost of a reading over the places where it stands and takes the cheapest parts everywhere.

A set's cost is one integer that orders sets by size, then by how many of them are not missing, then by the rule-set
order; so ties are settled by the same search, and the set can be read off its cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assess.readings import Reading, Status
from assess.ruleset.conditions import AtLeast, Atom, Condition, unfold
from assess.ruleset.model import RuleSet
from assess.ruleset.once import once

MOST_NODES = 200_000


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A demand on one reading: at least a level, or at most one."""

    index: int
    up: bool
    level: int


@dataclass(frozen=True, slots=True)
class _Count:
    """At least ``count`` of these demands."""

    count: int
    of: tuple[_Demand, ...]


_Demand = _Leaf | _Count
_Answers = Mapping[int, tuple[int, int]]  # the levels that the answer about an asked reading may still be of
_Spans = Sequence[tuple[int, int]]


class TooEntangledError(Exception):
    """Gates that share so many readings that the smallest set would take too long to find."""


@dataclass(frozen=True, slots=True)
class _Demands:
    """What makes each gate hold, and what makes it fail."""

    true: tuple[_Demand, ...]
    false: tuple[_Demand, ...]


@once
def _demands(ruleset: RuleSet) -> _Demands:
    gates = ruleset.gates.values()
    return _Demands(
        tuple(_demand(unfold(gate, ruleset.named), ruleset) for gate in gates),
        tuple(_demand(unfold(gate, ruleset.named, negated=True), ruleset) for gate in gates),
    )


def _demand(condition: Condition, ruleset: RuleSet) -> _Demand:
    if isinstance(condition, Atom):
        return _Leaf(ruleset.order[condition.indicator], condition.at_least, condition.level)
    if isinstance(condition, AtLeast):
        return _Count(condition.count, tuple(_demand(member, ruleset) for member in condition.of))
    raise TypeError(f"only comparisons and counts can be in a gate: {condition}")


class Settling:
    """The smallest settling sets of one situation."""

    def __init__(self, ruleset: RuleSet, readings: Mapping[str, Reading]) -> None:
        self.ruleset = ruleset
        self.names = tuple(ruleset.indicator)
        taken = [readings[name] for name in self.names]
        self.spans = [(reading.floor, reading.ceiling) for reading in taken]
        count = len(taken)
        # Sizes are counted in steps of ``unit``; the last bits tell which readings, the first of the rule set highest.
        self.unit = 1 << (2 * count + 2)
        self.costs = [
            self.unit + (0 if reading.status is Status.MISSING else 1 << (count + 2)) - (1 << (count - 1 - index))
            for index, reading in enumerate(taken)
        ]
        self.never = self.unit * (count + 1)
        self.applies = [reading.status is not Status.NOT_APPLICABLE for reading in taken]
        self.nodes = 0

    def at(self, stage: int) -> tuple[str, ...] | None:
        """The smallest set that could settle the stage there; nothing where no answers could.

        Raises ``TooEntangledError`` where that cannot be found in reasonable time.
        """
        demands = _demands(self.ruleset)
        wanted = [*demands.true[:stage], *demands.false[stage : stage + 1]]
        self.nodes = 0
        found = self._solve(wanted, {}, frozenset(), self.never)
        return None if found >= self.never else self._names(found)

    def answers(self, stage: int, names: Sequence[str]) -> dict[str, int]:
        """Levels of these readings with which they settle the stage there, which some do."""
        demands = _demands(self.ruleset)
        wanted = [*demands.true[:stage], *demands.false[stage : stage + 1]]
        asked = [self.ruleset.order[name] for name in names]
        unasked = frozenset(range(len(self.names))) - set(asked)
        ways = _ways(wanted)
        known: dict[int, tuple[int, int]] = {}
        for index in asked:
            low, high = self.spans[index]
            for level in range(high, low - 1, -1) if True in ways[index] else range(low, high + 1):
                self.nodes = 0
                if self._solve(wanted, {**known, index: (level, level)}, unasked, self.never) < self.never:
                    known[index] = (level, level)
                    break
        return {self.names[index]: level for index, (level, _) in known.items()}

    def _names(self, cost: int) -> tuple[str, ...]:
        """The readings of a set, read off its cost."""
        count = len(self.names)
        members = -cost & ((1 << (count + 2)) - 1)
        return tuple(name for index, name in enumerate(self.names) if members >> (count - 1 - index) & 1)

    # --- branch and bound ----------------------------------------------------------------------------------------

    def _solve(self, wanted: Sequence[_Demand], answers: _Answers, unasked: frozenset[int], bound: int) -> int:
        """The least cost of meeting these demands, or ``never`` where that is not below ``bound``."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise TooEntangledError
        spent, left, known = self._forced(wanted, answers, unasked)
        if left is None or spent >= bound:
            return self.never
        for part in _apart(left):
            spent += self._part(part, known, unasked, bound - spent)
            if spent >= bound:
                return self.never
        return spent

    def _forced(
        self, wanted: Sequence[_Demand], answers: _Answers, unasked: frozenset[int]
    ) -> tuple[int, list[_Demand] | None, _Answers]:
        """What must be asked in any case: its cost, the demands that are left (none: they cannot be met), answers."""
        spent, known = 0, dict(answers)
        left: list[_Demand] | None = list(wanted)
        while True:
            left = self._simplified(left or (), known, unasked)
            if left is None:
                return spent, None, known
            single = [demand for demand in left if isinstance(demand, _Leaf)]
            for leaf in single:
                if leaf.index not in known:
                    spent += self.costs[leaf.index]
                low, high = known.get(leaf.index, self.spans[leaf.index])
                known[leaf.index] = (max(low, leaf.level), high) if leaf.up else (low, min(high, leaf.level))
                if known[leaf.index][0] > known[leaf.index][1]:
                    return spent, None, known
            if not single and not self._extremes(left, known):
                return spent, left, known

    def _extremes(self, left: Sequence[_Demand], known: dict[int, tuple[int, int]]) -> bool:
        """Settle the answers that are looked at in one direction only; whether there were any."""
        ways = _ways(left)
        found = False
        for index, (low, high) in known.items():
            if low < high and len(ways.get(index, ())) == 1:
                known[index] = (high, high) if True in ways[index] else (low, low)
                found = True
        return found

    def _part(self, part: Sequence[_Demand], known: _Answers, unasked: frozenset[int], bound: int) -> int:
        """Demands that hang together."""
        times = _times(part)
        least = sum(self._least(demand, times, known) for demand in part)
        if all(count == 1 for count in times.values()) and not any(index in known for index in times):
            return least
        if self._rounded(least) >= bound:
            return self.never
        return min(self.never, *self._branches(part, times, known, unasked, bound))

    def _branches(
        self, part: Sequence[_Demand], times: Mapping[int, int], known: _Answers, unasked: frozenset[int], bound: int
    ) -> Iterator[int]:
        alternatives = next((one for one in part if isinstance(one, _Count) and one.count == 1), None)
        if alternatives is not None:
            rest = [demand for demand in part if demand is not alternatives]
            for one in sorted(alternatives.of, key=lambda member: self._least(member, times, known)):
                found = self._solve([*rest, one], known, unasked, bound)
                bound = min(bound, found)
                yield found
            return
        index = max(times, key=lambda one: (times[one], one in known, -one))
        cost = 0 if index in known else self.costs[index]
        for answer in self._answers(index, part, known.get(index, self.spans[index])):
            found = cost + self._solve(part, {**known, index: (answer, answer)}, unasked, bound - cost)
            bound = min(bound, found)
            yield found
        if index not in known:
            yield self._solve(part, known, unasked | {index}, bound)

    def _answers(self, index: int, part: Sequence[_Demand], span: tuple[int, int]) -> list[int]:
        """The levels between which the demands tell; where they look in one direction only, the best one."""
        low, high = span
        ways = _ways(part)[index]
        if len(ways) == 1:
            return [high if True in ways else low]
        edges = {leaf.level + (not leaf.up) for demand in part for leaf in _leaves(demand) if leaf.index == index}
        return sorted({low, *(edge for edge in edges if low < edge <= high)})

    def _least(self, demand: _Demand, times: Mapping[int, int], known: _Answers) -> int:
        """What meeting a demand costs at least, when the cost of a reading is spread over the places it stands at."""
        if isinstance(demand, _Leaf):
            return 0 if demand.index in known else self.costs[demand.index] // times[demand.index]
        return sum(sorted(self._least(member, times, known) for member in demand.of)[: demand.count])

    def _rounded(self, least: int) -> int:
        """A lower bound in whole readings: a cost between two sizes is at least that of the larger."""
        size, more = divmod(least, self.unit)
        small = 1 << (len(self.names) + 1)  # by as much a cost may lie below its size
        whole = (size + 1) * self.unit - small
        most = (len(self.names) + 1) << (len(self.names) + 2)  # by as much a cost may lie above its size
        return max(least, whole) if most < more else least

    # --- putting in what is known --------------------------------------------------------------------------------

    def _simplified(self, wanted: Iterable[_Demand], known: _Answers, unasked: frozenset[int]) -> list[_Demand] | None:
        """The demands that are left, conjunctions taken apart; nothing where one of them cannot be met."""
        left: list[_Demand] = []
        for demand in wanted:
            found = self._put_in(demand, known, unasked)
            if found is False:
                return None
            if found is not True:
                left += found.of if isinstance(found, _Count) and found.count == len(found.of) else (found,)
        return left

    def _put_in(self, demand: _Demand, known: _Answers, unasked: frozenset[int]) -> _Demand | bool:
        if isinstance(demand, _Leaf):
            return self._decided(demand, known, unasked)
        needed, parts = demand.count, []
        for member in demand.of:
            found = self._put_in(member, known, unasked)
            if found is True:
                needed -= 1
                if not needed:
                    return True
            elif found is not False:
                parts.append(found)
        if needed > len(parts):
            return False
        return parts[0] if len(parts) == 1 else _flat(parts, needed)

    def _decided(self, leaf: _Leaf, known: _Answers, unasked: frozenset[int]) -> _Leaf | bool:
        low, high = known.get(leaf.index, self.spans[leaf.index])
        if (low >= leaf.level) if leaf.up else (high <= leaf.level):
            return True
        if (high < leaf.level) if leaf.up else (low > leaf.level):
            return False
        can_ask = leaf.index in known or (self.applies[leaf.index] and leaf.index not in unasked)
        return leaf if can_ask else False


def _flat(parts: Sequence[_Demand], needed: int) -> _Count:
    """At least so many of these, alternatives in alternatives and conjunctions in conjunctions taken apart."""
    if 1 < needed < len(parts):
        return _Count(needed, tuple(parts))
    every = needed == len(parts)
    found: list[_Demand] = []
    for part in parts:
        same = isinstance(part, _Count) and part.count == (len(part.of) if every else 1)
        found += part.of if same and isinstance(part, _Count) else (part,)
    return _Count(len(found) if every else 1, tuple(found))


def _leaves(demand: _Demand) -> Iterator[_Leaf]:
    if isinstance(demand, _Leaf):
        yield demand
    else:
        for member in demand.of:
            yield from _leaves(member)


def _times(part: Iterable[_Demand]) -> dict[int, int]:
    """How often each reading stands in these demands."""
    found: dict[int, int] = {}
    for demand in part:
        for leaf in _leaves(demand):
            found[leaf.index] = found.get(leaf.index, 0) + 1
    return found


def _ways(part: Iterable[_Demand]) -> dict[int, set[bool]]:
    """In which directions each reading is looked at."""
    found: dict[int, set[bool]] = {}
    for demand in part:
        for leaf in _leaves(demand):
            found.setdefault(leaf.index, set()).add(leaf.up)
    return found


def _apart(left: Sequence[_Demand]) -> Iterator[list[_Demand]]:
    """Groups of demands that share no reading with each other."""
    groups: list[tuple[set[int], list[_Demand]]] = []
    for demand in left:
        inside, together = {leaf.index for leaf in _leaves(demand)}, [demand]
        apart = []
        for indexes, group in groups:
            if indexes.isdisjoint(inside):
                apart.append((indexes, group))
            else:
                inside |= indexes
                together = [*group, *together]
        groups = [*apart, (inside, together)]
    return (group for _, group in groups)
