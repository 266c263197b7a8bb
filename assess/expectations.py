"""What a case expects of a verdict, and where the verdict is otherwise.

Objects match as subsets, lists exactly, and ``{has: [...]}`` asks that a list contains a match of each entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assess.advice import advise
from assess.engines import Conclusions
from assess.engines.reference import ReferenceEngine
from assess.judge import judge
from assess.ladder import stage
from assess.ruleset.model import RuleSet
from assess.screening.checks import screen
from assess.situation import Situation
from assess.verdict import StageOut, Verdict

PARTS = tuple(field.alias or name for name, field in Verdict.model_fields.items())
_reference = ReferenceEngine()


@dataclass(frozen=True, slots=True)
class Difference:
    """A place in the verdict that is not as expected; ``kind`` is other, missing, or lacks: no entry matches."""

    path: str
    kind: str
    expected: Any = None
    found: Any = None


def found(ruleset: RuleSet, situation: Situation, parts: Iterable[str]) -> dict[str, Any]:
    """These parts of the verdict on a situation, as its JSON has them; explanations are made only where asked for."""
    conclusions = _reference(ruleset, situation.readings, situation.attributes, situation.community_type)
    return found_of(ruleset, situation, conclusions, parts)


def found_of(ruleset: RuleSet, situation: Situation, conclusions: Conclusions, parts: Iterable[str]) -> dict[str, Any]:
    """The same, where the conclusions are known."""
    wanted = set(parts)
    if wanted - set(_MAKERS):
        data: dict[str, Any] = judge(ruleset, situation).model_dump(mode="json", by_alias=True)
        return data
    return {part: _MAKERS[part](ruleset, situation, conclusions) for part in _MAKERS if part in wanted}


def _stage(ruleset: RuleSet, situation: Situation, conclusions: Conclusions) -> StageOut:
    return stage(conclusions.of("gate"), situation.readings, ruleset)


def _strategies(ruleset: RuleSet, situation: Situation, conclusions: Conclusions) -> Any:
    standing = _stage(ruleset, situation, conclusions)
    return advise(ruleset, situation, conclusions, standing).model_dump(mode="json")


def _screening(ruleset: RuleSet, situation: Situation, conclusions: Conclusions) -> Any:
    if ruleset.screening is None:
        return None
    return screen(ruleset.screening, conclusions.of("check")).model_dump(mode="json")


_MAKERS: Mapping[str, Callable[[RuleSet, Situation, Conclusions], Any]] = {
    "conditions": lambda _, __, conclusions: {name: str(truth) for name, truth in conclusions.of("condition").items()},
    "patterns": lambda _, __, conclusions: {name: str(truth) for name, truth in conclusions.of("pattern").items()},
    "stage": lambda *known: _stage(*known).model_dump(mode="json"),
    "strategies": _strategies,
    "screening": _screening,
}


def differences(expected: Any, seen: Any, path: str = "") -> Iterator[Difference]:
    """Where what was found is not as expected."""
    if isinstance(expected, Mapping) and set(expected) == {"has"} and isinstance(seen, Sequence):
        for wanted in expected["has"]:
            if all(any(differences(wanted, item)) for item in seen):
                yield Difference(path, "lacks", wanted, _nearest(wanted, seen))
    elif isinstance(expected, Mapping):
        yield from _missing_keys(expected, seen, path)
    elif isinstance(expected, list | tuple):
        yield from _other_items(expected, seen, path)
    elif expected != seen:
        yield Difference(path, "other", expected, seen)


def _missing_keys(expected: Mapping[Any, Any], seen: Any, path: str) -> Iterator[Difference]:
    for key, wanted in expected.items():
        below = f"{path} › {key}" if path else str(key)
        if not isinstance(seen, Mapping) or str(key) not in seen:
            yield Difference(below, "missing", wanted)
        else:
            yield from differences(wanted, seen[str(key)], below)


def _other_items(expected: Sequence[Any], seen: Any, path: str) -> Iterator[Difference]:
    if not isinstance(seen, list | tuple) or len(seen) != len(expected):
        yield Difference(path, "other", short(expected), short(seen))
        return
    for index, (wanted, item) in enumerate(zip(expected, seen, strict=True), 1):
        yield from differences(wanted, item, f"{path} › {index}")


def short(item: Any) -> Any:
    """What was found, an entry of a list by its id."""
    if isinstance(item, list | tuple):
        return [short(one) for one in item]
    return item.get("id", item) if isinstance(item, Mapping) else item


def _nearest(wanted: Any, seen: Sequence[Any]) -> Any:
    """The entry with the id that is wanted, else the ids of all."""
    name = wanted.get("id") if isinstance(wanted, Mapping) else None
    same = [item for item in seen if name is not None and isinstance(item, Mapping) and item.get("id") == name]
    if not same:
        return short(seen)
    return {key: same[0].get(key) for key in wanted}
