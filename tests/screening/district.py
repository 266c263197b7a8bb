"""A district of any size: the assessments of ``examples/district``, varied."""

from __future__ import annotations

import random
import re
from pathlib import Path

from assess.content import content
from assess.ruleset.model import RuleSet

FILES = sorted((content("examples") / "district").glob("*.yaml"))
BROKEN = ("08-one-sided", "16-complete", "23-not-applicable")
GOOD = [path for path in FILES if path.stem not in BROKEN]
_RATED = re.compile(r"(  - \{indicator: )([a-z.-]+)(, source: .*, rating: )([0-4])\}")
_TYPE = re.compile(r"type: [a-z-]+")


def district(folder: Path, size: int, ruleset: RuleSet, *, seed: int = 1, broken: int = 0) -> list[Path]:
    """Write ``size`` assessments into ``folder``, the last of them ``broken``: ratings move, are lost, types differ."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number in range(size):
        choose = random.Random(f"{seed}-{number}")
        is_broken = number >= size - broken
        text = choose.choice(GOOD).read_text(encoding="utf-8")
        text = re.sub(r"^id: .*$", f"id: c{number:04}", text, count=1, flags=re.MULTILINE)
        kinds = [kind.id for kind in ruleset.types]
        kind = choose.choices(kinds, [2 ** (len(kinds) - place) for place in range(len(kinds))])[0]
        text = _TYPE.sub(f"type: {kind}", text, count=1)
        lost, shift = choose.choice((0.0, 0.0, 0.02, 0.1)), choose.choice((-1, 0, 0, 1))
        text = "\n".join(_lines(text.splitlines(), choose, lost, shift, ruleset)) + "\n"
        if is_broken:
            text = text.replace("rating: 2", "rating: two", 1).replace("rating: 1", "rating: 9", 1)
        path = folder / f"{number:04}.yaml"
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _lines(lines: list[str], choose: random.Random, lost: float, shift: int, ruleset: RuleSet) -> list[str]:
    found = []
    for line in lines:
        rated = _RATED.fullmatch(line)
        if rated is None:
            found.append(line)
        elif choose.random() >= lost:
            highest = ruleset.indicator[rated[2]].highest
            step = shift if choose.random() < 0.6 else choose.choice((-1, 0, 0, 0, 1))
            found.append(f"{rated[1]}{rated[2]}{rated[3]}{min(max(int(rated[4]) + step, 0), highest)}}}")
    return found
