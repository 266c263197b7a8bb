"""What came of proofs, in words: what fails, every line of the YAML that causes it, and its witness."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from assess.catalogue import Catalogue
from assess.messages import marked_line
from assess.problems import Place, Problem
from assess.ruleset.model import RuleSet
from assess.verify.check import Checked, Unproved
from assess.writing import refusals, write_whole

_MOST_LINES = 8  # of the places of one failure; the others are named without their line


def summary(checked: Checked, words: Catalogue) -> Iterator[str]:
    """How many proofs hold, and of what nothing could be proved."""
    seconds = f"{checked.seconds:.1f}"
    key = "verify.proofs_fail" if checked.failed else "verify.proofs_hold"
    power = len(str(checked.situations)) - 1
    yield words.say(
        key, count=checked.count, failed=checked.failed, follow=checked.follow, power=power, seconds=seconds
    )
    if checked.absent:
        yield words.say("verify.absent", kinds=[words.say(f"verify.kind.{name}") for name in checked.absent])


def failure(unproved: Unproved, words: Catalogue) -> Iterator[str]:
    """One failure: its first place and its sentence, the lines of all places, and the witness."""
    yield f"{unproved.places[0]}: {sentence(unproved, words)}"
    yield from marked(unproved.places, words)
    if unproved.witness:
        yield f"  {words.say('verify.witness', size=unproved.witness.size)}"
        yield from (f"    {line}" for line in unproved.witness.stated())


class Files:
    """Witnesses as files of a folder, one a failure that has one; without a folder nothing is written."""

    def __init__(self, folder: Path | None, ruleset: RuleSet, words: Catalogue) -> None:
        self.folder = folder
        self.ruleset = ruleset
        self.words = words

    def refusals(self, unproved: Sequence[Unproved] = (), *, force: bool = False) -> list[Problem]:
        """Why these witnesses cannot be written: no such folder, or a file is there already."""
        if self.folder is None:
            return []
        if not self.folder.is_dir():
            return [Problem("no-such-output-folder", Place(str(self.folder)), value=str(self.folder))]
        return refusals([self.folder / f"{name(one)}.yaml" for one in unproved if one.witness], force=force)

    def write(self, unproved: Unproved) -> Path | None:
        """Write the witness of a failure."""
        if self.folder is None or unproved.witness is None:
            return None
        path = self.folder / f"{name(unproved)}.yaml"
        said = self.words.say("verify.witness_comment", name=self.ruleset.name, version=self.ruleset.version)
        text = unproved.witness.yaml(name(unproved), [said, sentence(unproved, self.words)])
        write_whole(path, text.encode())
        return path


def name(unproved: Unproved) -> str:
    """What a witness is called: the proof, and what it is about."""
    about = [str(unproved.values[key]) for key in ("pattern", "stage", "condition") if key in unproved.values]
    return re.sub(r"[^a-z0-9.]+", "-", "-".join([unproved.code, *about])).strip("-.")[:80]


def sentence(unproved: Unproved, words: Catalogue) -> str:
    """What fails, in one sentence."""
    return words.say(f"verify.fails.{unproved.code}", **unproved.values)


def marked(places: Sequence[Place], words: Catalogue) -> Iterator[str]:
    """Each place with its line and a mark; those beyond a screenful by their place only."""
    for number, place in enumerate(places[:_MOST_LINES]):
        if number:
            yield f"  {place}"
        line = marked_line(place)
        if line:
            yield line
    if len(places) > _MOST_LINES:
        yield f"  {words.say('verify.more_places', places=[str(place) for place in places[_MOST_LINES:]])}"
