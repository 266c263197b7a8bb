"""The survivors that an author has looked at: ``cases/_survivors.yaml`` lists each change with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from assess.evidence.model import Model, Text, Words
from assess.inputs import read_file
from assess.problems import Problem
from assess.ruleset.references import entries
from assess.validation import Origins, validate, wrong_type
from assess.yamlfile import field_name, read

FILE = "_survivors.yaml"


class Survivor(Model):
    """A change that no case needs to notice, and why."""

    change: Annotated[Words, Field(min_length=1)]
    because: Text


def load_survivors(folder: Path) -> tuple[Mapping[str, Text], list[Problem]]:
    """The reasons of a rule set by change; none where it has no such file."""
    path = folder / "cases" / FILE
    if not path.is_file():
        return {}, []
    raw, problems = read_file(str(path))
    if problems:
        return {}, problems
    document, problems = read(raw, str(path))
    if problems:
        return {}, problems
    data: Any = document.data
    if not isinstance(data, dict) or not isinstance(data.get("survivors"), list):
        return {}, [wrong_type(document.place(("survivors",)), field_name(("survivors",)), data, "list")]
    reasons: dict[str, Text] = {}
    for at, entry in entries(data, "survivors"):
        origins = Origins()
        origins.add((), document, at)
        survivor, wrong = validate(Survivor, entry, origins)
        problems += wrong
        if survivor is not None:
            reasons[survivor.change] = survivor.because
    return reasons, problems
