"""What if: readings overridden, and the verdict beside the verdict.

Only readings are overridden. What single sources say (``x@source``, gaps between perspectives) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from assess.problems import Place, Problem, unnamed
from assess.readings import Reading, Status
from assess.ruleset.model import RuleSet
from assess.situation import Situation
from assess.verdict import Model, Verdict

OPTION = "--whatif"
_ONE = re.compile(r"\s*(?P<name>[^=\s]+)\s*=\s*(?:(?P<level>\d+)|\[\s*(?P<floor>\d+)\s*,\s*(?P<ceiling>\d+)\s*\])\s*")
_COMMA = re.compile(r",(?![^\[]*\])")  # no comma inside brackets

Overrides = Mapping[str, tuple[int, int]]


class Override(Model):
    """The interval that a reading is taken to be."""

    floor: int
    ceiling: int


class WhatIf(Model):
    """The readings that were overridden, and the verdict that they give."""

    readings: Mapping[str, Override]
    verdict: Verdict


class VerdictAndWhatIf(Model):
    """A verdict, and beside it the verdict with some readings overridden."""

    verdict: Verdict
    whatif: WhatIf


def parse(written: Sequence[str], ruleset: RuleSet) -> tuple[dict[str, tuple[int, int]], list[Problem]]:
    """What ``emb.access=3``, ``emb.access=[1,3]`` or several of these, divided by commas, override."""
    found: dict[str, tuple[int, int]] = {}
    problems: list[Problem] = []
    for part in (part for text in written for part in _COMMA.split(text)):
        match = _ONE.fullmatch(part)
        wrong = list(_wrong(part, match, ruleset))
        if match and match["name"] in found:
            wrong.append(Problem("whatif-twice", Place(OPTION), value=match["name"]))
        if match and not wrong:
            low, high = match["level"] or match["floor"], match["level"] or match["ceiling"]
            found[match["name"]] = (int(low), int(high))
        problems += wrong
    return found, problems


def _wrong(part: str, match: re.Match[str] | None, ruleset: RuleSet) -> Iterator[Problem]:
    place = Place(OPTION)
    if match is None:
        example = next(iter(ruleset.indicator))
        yield Problem("whatif-form", place, value=part.strip(), more={"indicator": example})
        return
    name = match["name"]
    if name not in ruleset.indicator:
        called = {one.id: one.name for one in ruleset.indicators}
        yield unnamed("unknown-reference", place, "", name, called, what="indicator")
        return
    levels = [int(level) for level in (match["level"], match["floor"], match["ceiling"]) if level is not None]
    highest = ruleset.indicator[name].highest
    if max(levels) > highest:
        yield Problem("whatif-level", place, value=part.strip(), more={"indicator": name, "highest": str(highest)})
    elif levels != sorted(levels):
        yield Problem("whatif-upside-down", place, value=part.strip())


def overridden(situation: Situation, overrides: Overrides) -> Situation:
    """The same situation with some readings set, beside which the positions stay as they are."""
    changed = {name: _set(situation.readings[name], *interval) for name, interval in overrides.items()}
    return replace(situation, readings={**situation.readings, **changed})


def _set(reading: Reading, floor: int, ceiling: int) -> Reading:
    status = Status.SINGLE if floor == ceiling else Status.SPREAD
    return Reading(floor, ceiling, status, reading.positions, stated=True)


def beside(verdict: Verdict, other: Verdict, overrides: Overrides) -> VerdictAndWhatIf:
    """Both verdicts, as they are printed."""
    readings = {name: Override(floor=floor, ceiling=ceiling) for name, (floor, ceiling) in overrides.items()}
    return VerdictAndWhatIf(verdict=verdict, whatif=WhatIf(readings=readings, verdict=other))
