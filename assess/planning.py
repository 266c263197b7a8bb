"""The half-year roadmap: a handful of strategies, in an order that respects what must come first.

Which: the three that advice puts first, and at most two more that fill what these leave: recommended ones before those
to consider, and only then those that must wait; among these, first whatever works on most conditions of the next gate
that nothing chosen works on yet; then on most indicators that the gate cannot do without; then on the nearest raises;
then whatever answers a pattern that holds; ties in the order of advice. At the top there is nothing to fill. A strategy
that is held back never enters; one whose ``when`` fails enters only behind those that work on what fails.

When: each month at most one light strategy and one that takes more begin, the light one first, and within these the
timely one. What is timely because of an event to come begins a month before it; what must wait begins after the
review in the middle, and after those that come first. Weeks count from the start; nothing here is a promise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from assess.engines import Truth
from assess.engines.reference import Known, bits
from assess.plan import ListName, Milestone, Plan, Planned, PlannedStep, Towards, Weeks
from assess.readings import Reading, Status
from assess.ruleset.conditions import All, Atom, Condition, Named, Not, literals, text, variables
from assess.ruleset.model import RuleSet, Strategy
from assess.situation import Happened
from assess.verdict import Advice, ReasonCode, Strategies, Verdict

WEEKS = 26
REVIEWS = (13, 26)
MONTHS = (1, 5, 9, 14, 18, 22)  # the weeks in which something may begin: two quarters of four, four and five weeks
MOST = 5
FIRST = 3  # of these, how many advice alone decides; page one of a report shows the same
BEFORE_EVENT = 4
FIRST_MONTH = 4


def roadmap(
    ruleset: RuleSet,
    verdict: Verdict,
    events: Sequence[Happened] = (),
    today: date | None = None,
    start: date | None = None,
) -> Plan:
    """The roadmap that a verdict leads to; ``today`` is the day of the wave, from which weeks count without a start."""
    first = start or today
    passed = {event.type for event in events if first is None or event.date <= first}
    planner = _Planner(ruleset, verdict, tuple(_milestones(events, first)), passed)
    chosen = planner.scheduled(planner.chosen())
    served = {indicator for one in chosen for indicator in ruleset.strategy[one.id].works_on}
    return Plan(
        ruleset=verdict.ruleset,
        assessment=verdict.assessment,
        start=start,
        weeks=WEEKS,
        reviews=REVIEWS,
        target=planner.target,
        strategies=chosen,
        events=planner.milestones,
        untouched=tuple(name for name, touched in planner.conditions.items() if touched.isdisjoint(served)),
        unserved=tuple(name for name in ruleset.order if name in planner.essential - served),
    )


def _milestones(events: Sequence[Happened], first: date | None) -> Iterator[Milestone]:
    """The events of the half-year that begins on a day, in the order of time."""
    for event in sorted(events, key=lambda event: (event.date, event.type)):
        week = (event.date - first).days // 7 + 1 if first else 0
        if first and event.date > first and week <= WEEKS:
            yield Milestone(type=event.type, week=week, date=event.date)


class _Gain(NamedTuple):
    """What a strategy adds to those chosen: more is better, in this order."""

    conditions: int
    essential: int
    raises: int
    patterns: int


class _Candidate(NamedTuple):
    """A strategy that may be chosen: its list, and its place in the order of advice."""

    list: ListName
    place: int
    advice: Advice
    strategy: Strategy


@dataclass
class _Left:
    """What nothing chosen works on yet."""

    conditions: dict[str, frozenset[str]]
    essential: set[str]
    raises: set[str]
    patterns: set[str]

    def gain(self, strategy: Strategy, ruleset: RuleSet) -> _Gain:
        works_on = set(strategy.works_on)
        return _Gain(
            sum(not works_on.isdisjoint(touched) for touched in self.conditions.values()),
            len(works_on & self.essential),
            len(works_on & self.raises),
            sum(strategy.id in ruleset.pattern[name].responses for name in self.patterns),
        )

    def without(self, strategy: Strategy, ruleset: RuleSet) -> _Left:
        works_on = set(strategy.works_on)
        return _Left(
            {name: touched for name, touched in self.conditions.items() if works_on.isdisjoint(touched)},
            self.essential - works_on,
            self.raises - works_on,
            {name for name in self.patterns if strategy.id not in ruleset.pattern[name].responses},
        )


class _Planner:
    """One verdict, with what choosing and ordering need, worked out once."""

    def __init__(self, ruleset: RuleSet, verdict: Verdict, milestones: tuple[Milestone, ...], passed: Set[str]) -> None:
        self.ruleset = ruleset
        self.verdict = verdict
        self.milestones = milestones
        self.passed = passed
        following = verdict.stage.floor + 1
        self.target = following if following in ruleset.gates else None
        rows = {row.condition: row.raises for row in verdict.by_condition if row.raises}
        self.nearest = {name: tuple(step.indicator for step in options[0].steps) for name, options in rows.items()}
        self.conditions = {
            name: frozenset(
                step.indicator for option in options if option.cost == options[0].cost for step in option.steps
            )
            for name, options in rows.items()
        }
        self.essential = {
            indicator for name in rows for indicator in self._essential(_member(ruleset, following, name))
        }
        self.patterns = {
            name for name, truth in verdict.patterns.items() if truth is Truth.HOLDS and ruleset.pattern[name].responses
        }

    def _essential(self, condition: Condition) -> Iterator[str]:
        """The indicators without which a condition cannot hold, whatever the others do."""
        at_best: Mapping[str, Reading] = {
            one.id: Reading(one.highest, one.highest, Status.SINGLE, {}) for one in self.ruleset.indicators
        }
        for name in variables(condition, self.ruleset.named):
            floor = self.verdict.readings[name].floor
            readings = {**at_best, name: Reading(floor, floor, Status.SINGLE, {})}
            if not bits(condition, Known(self.ruleset, readings, {}, None)).certain:
                yield name

    # --- which ---------------------------------------------------------------------------------------------------

    def chosen(self) -> list[_Candidate]:
        """At most five strategies, in the order in which they were chosen."""
        lists = self.verdict.strategies
        waiting = [
            _Candidate(name, place, advice, self.ruleset.strategy[advice.id])
            for name, listed in _listed(lists)
            for place, advice in enumerate(listed)
        ]
        nearest = {indicator for indicators in self.nearest.values() for indicator in indicators}
        left = _Left(dict(self.conditions), set(self.essential), nearest, set(self.patterns))
        found: list[_Candidate] = []
        while len(found) < MOST and (len(found) < FIRST or self.target is not None):
            ready = next((one for one in waiting if one.list != "later"), None)
            best = (ready if len(found) < FIRST else None) or self._next(waiting, found, left)
            if best is None:
                break
            found.append(best)
            waiting.remove(best)
            left = left.without(best.strategy, self.ruleset)
        return found

    def _next(self, waiting: Sequence[_Candidate], found: Sequence[_Candidate], left: _Left) -> _Candidate | None:
        """The one that adds most; what the gate needs comes before raises and patterns, whatever its list."""
        able = [one for one in waiting if one.list != "later" or self._first(one, found)]
        gains = [left.gain(one.strategy, self.ruleset) for one in able]
        needed = [bool(gain.conditions or gain.essential) for gain in gains]
        useful = [bool(gain.raises or gain.patterns) for gain in gains]
        for adds in (needed, useful):
            for name in ("recommended", "consider", "later"):
                places = [place for place, one in enumerate(able) if one.list == name and adds[place]]
                if places:
                    return able[max(places, key=lambda place: (gains[place], -place))]
        return None

    def _needs(self, candidate: _Candidate) -> list[str]:
        """The atoms that fail and must hold before a strategy begins."""
        return [one.ref for one in candidate.advice.reasons if one.code is ReasonCode.WHEN_FAILS and one.ref]

    def _first(self, candidate: _Candidate, found: Sequence[_Candidate]) -> tuple[str, ...]:
        """Those that work on what a strategy must wait for; none where one of its needs has nobody."""
        when = candidate.strategy.when
        leaves = {text(leaf): leaf for leaf in literals(when, self.ruleset.named)} if when is not None else {}
        first: dict[str, None] = {}
        for need in self._needs(candidate):
            leaf = leaves.get(need)
            working = [
                one.strategy.id
                for one in found
                if isinstance(leaf, Atom) and leaf.at_least and leaf.indicator in one.strategy.works_on
            ]
            if not working or isinstance(leaf, Not):
                return ()
            first |= dict.fromkeys(working)
        return tuple(first)

    # --- when ----------------------------------------------------------------------------------------------------

    def scheduled(self, chosen: Sequence[_Candidate]) -> tuple[Planned, ...]:
        """When each begins and ends, in the order of time; what cannot begin in this half-year is left out."""
        begins: dict[str, int] = {}
        now = [one for one in chosen if one.list != "later"]
        for one in now:
            if week := self._before_event(one):
                begins[one.strategy.id] = week
        others = sorted((one for one in now if one.strategy.id not in begins), key=self._order)
        light = [one for one in others if not self.ruleset.least_effort(one.strategy.effort)]
        heavier = [one for one in others if self.ruleset.least_effort(one.strategy.effort)]
        for month, one in zip(MONTHS, light, strict=False):
            begins[one.strategy.id] = month
        for place, (month, one) in enumerate(zip(MONTHS, heavier, strict=False)):
            begins[one.strategy.id] = month + 2 * (place < len(light))
        for one in chosen:
            if one.list == "later" and (week := self._after(one, chosen, begins)):
                begins[one.strategy.id] = week
        placed = [
            (begins[one.strategy.id], place, one) for place, one in enumerate(chosen) if one.strategy.id in begins
        ]
        return tuple(self._planned(one, week, chosen) for week, _, one in sorted(placed, key=lambda found: found[:2]))

    def _order(self, candidate: _Candidate) -> tuple[bool, bool, int]:
        """What has become possible by an event first; then as advised."""
        late = candidate.list != "recommended"
        return self.passed.isdisjoint(candidate.advice.timely), late, candidate.place

    def _before_event(self, candidate: _Candidate) -> int | None:
        """A month before the first event of its windows, where only events to come make it timely."""
        timely = candidate.advice.timely
        coming = [one.week for one in self.milestones if one.type in timely]
        return max(1, min(coming) - BEFORE_EVENT) if coming and self.passed.isdisjoint(timely) else None

    def _after(self, candidate: _Candidate, chosen: Sequence[_Candidate], begins: Mapping[str, int]) -> int | None:
        """The first month after the review and after those that come first; none in this half-year where too late."""
        earliest = REVIEWS[0] + 1
        for name in self._first(candidate, chosen):
            if name not in begins:
                return None
            weeks = self.ruleset.strategy[name].weeks
            earliest = max(earliest, begins[name] + weeks[1] if weeks else 0)
        taken = set(begins.values())
        return next((month for month in MONTHS if month >= earliest and month not in taken), None)

    def _planned(self, candidate: _Candidate, week: int, chosen: Sequence[_Candidate]) -> Planned:
        strategy, advice = candidate.strategy, candidate.advice
        shortest, longest = strategy.weeks or (FIRST_MONTH, WEEKS + 1)
        end = week + longest - 1
        return Planned(
            id=strategy.id,
            list=candidate.list,
            weeks=Weeks(from_=week, to=end if end <= WEEKS else None),
            sure=min(week + shortest - 1, WEEKS),
            after=self._first(candidate, chosen) if candidate.list == "later" else (),
            needs=tuple(self._needs(candidate)),
            towards=tuple(self._towards(strategy)),
            answers=tuple(
                one.id for one in self.ruleset.patterns if one.id in self.patterns and strategy.id in one.responses
            ),
            timely=advice.timely,
            here=advice.here,
            steps=tuple(_steps(strategy, week)),
        )

    def _towards(self, strategy: Strategy) -> Iterator[Towards]:
        """Of each condition, the first raise that the strategy works on, as far as it works on it."""
        for row in self.verdict.by_condition:
            for option in row.raises:
                steps = tuple(step for step in option.steps if step.indicator in strategy.works_on)
                if steps:
                    yield Towards(condition=row.condition, steps=steps)
                    break


def _listed(lists: Strategies) -> Iterator[tuple[ListName, Sequence[Advice]]]:
    """The lists from which a roadmap may choose; what is held back is in none of them."""
    yield "recommended", lists.recommended
    yield "consider", lists.consider
    yield "later", lists.later


def _steps(strategy: Strategy, week: int) -> Iterator[PlannedStep]:
    times = {
        "first-week": Weeks(from_=week, to=week),
        "first-month": Weeks(from_=week, to=min(week + FIRST_MONTH - 1, WEEKS)),
        "later": Weeks(from_=week + FIRST_MONTH, to=None),
    }
    for index, step in enumerate(strategy.here.steps if strategy.here else ()):
        yield PlannedStep(step=index, who=step.who, weeks=times[step.by])


def _member(ruleset: RuleSet, number: int, name: str) -> Condition:
    """The condition of a gate that a row of raises is about."""
    gate = ruleset.gates[number]
    parts: Sequence[Condition] = gate.of if isinstance(gate, All) else (gate,)
    return next(part for part in parts if (part.name if isinstance(part, Named) else text(part)) == name)
