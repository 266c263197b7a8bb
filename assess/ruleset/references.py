"""What the shape of a rule set cannot say: ids that stand once, references that resolve, a ladder without gaps.

The checks look at the data as read, so that they still speak when some other part has a mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assess.problems import Place, Problem, unknown
from assess.ruleset.conditions import INDICATOR_ID, OfType
from assess.validation import Origins, shown
from assess.yamlfile import Path

ANY_TYPE = "any"


def entries(data: Mapping[str, Any], *keys: str, root: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The mappings in a list below ``data``, each with its path; anything of another shape is passed over."""
    found: Any = data
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    for index, item in enumerate(found if isinstance(found, list) else ()):
        if isinstance(item, dict):
            yield (*root, *keys, index), item


def ids(data: Mapping[str, Any], *keys: str, field: str = "id") -> list[str]:
    """The ids in a list below ``data``."""
    return [item[field] for _, item in entries(data, *keys) if isinstance(item.get(field), str)]


@dataclass(frozen=True, slots=True)
class _Reference:
    """A field whose values must be ids of something else."""

    of: tuple[str, ...]  # the list that has the field
    field: str
    to: str  # what it names, as the message calls it


_REFERENCES = (
    _Reference(("indicators",), "sources", "source"),
    _Reference(("indicators",), "primary_source", "source"),
    _Reference(("patterns",), "kind", "pattern-kind"),
    _Reference(("patterns",), "responses", "strategy"),
    _Reference(("types",), "watch", "indicator"),
    _Reference(("strategies",), "stages", "stage"),
    _Reference(("strategies",), "works_on", "indicator"),
    _Reference(("strategies",), "windows", "event"),
    _Reference(("strategies",), "fits", "type-or-any"),
    _Reference(("strategies",), "less_fit", "type"),
    _Reference(("strategies",), "roles", "role"),
    _Reference(("strategies",), "effort", "effort"),
    _Reference(("strategies",), "evidence_level", "evidence-level"),
)
_ONCE = (
    ("sources",), ("indicators",), ("dimensions",), ("patterns",), ("types",), ("attributes",), ("events",),
    ("strategies",), ("screening", "checks"), ("efforts",), ("roles",), ("pattern_kinds",), ("evidence_levels",),
)  # fmt: skip


def problems(data: Mapping[str, Any], origins: Origins) -> list[Problem]:
    """Everything that the shape of this data leaves to say."""
    return [
        *_once(data, origins),
        *_resolved(data, origins),
        *_steps_and_adaptations(data, origins),
        *_indicators(data, origins),
        *_stages(data, origins),
        *_protection(data, origins),
        *_dimension_order(data, origins),
    ]


def _targets(data: Mapping[str, Any]) -> dict[str, list[str]]:
    types = ids(data, "types")
    return {
        "source": ids(data, "sources"),
        "pattern-kind": ids(data, "pattern_kinds"),
        "strategy": ids(data, "strategies"),
        "indicator": ids(data, "indicators"),
        "stage": [str(item.get("stage")) for _, item in entries(data, "stages")],
        "event": ids(data, "events"),
        "type": types,
        "type-or-any": [ANY_TYPE, *types],
        "role": ids(data, "roles"),
        "effort": ids(data, "efforts"),
        "evidence-level": ids(data, "evidence_levels"),
    }


def _once(data: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    lists: list[tuple[str, Iterator[tuple[Path, dict[str, Any]]]]] = [
        (keys[-1], entries(data, *keys)) for keys in _ONCE
    ]
    for path, attribute in entries(data, "attributes"):
        lists.append(("levels", entries(attribute, "levels", root=path)))
    for path, strategy in entries(data, "strategies"):
        here = strategy.get("here")
        if isinstance(here, dict):
            lists.append(("adaptations", entries(here, "adaptations", root=(*path, "here"))))
    for what, items in lists:
        seen: dict[str, Place] = {}
        for path, item in items:
            name = item.get("id")
            if not isinstance(name, str):
                continue
            place = origins.place((*path, "id"))
            if name in seen:
                yield Problem(
                    "duplicate-id",
                    place,
                    origins.field((*path, "id")),
                    name,
                    also=(seen[name],),
                    more={"what": what},
                )
            seen.setdefault(name, place)


def _resolved(data: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    targets = _targets(data)
    for reference in _REFERENCES:
        for path, item in entries(data, *reference.of):
            written = item.get(reference.field)
            at = (*path, reference.field)
            for step, value in _values(written):
                allowed = targets[reference.to]
                if str(value) not in allowed and isinstance(value, str | int) and not isinstance(value, bool):
                    place = (
                        origins.key_place((*at, *step)) if isinstance(written, dict) else origins.place((*at, *step))
                    )
                    yield unknown("unknown-reference", place, origins.field(at), str(value), allowed, what=reference.to)


def _values(written: Any) -> list[tuple[Path, Any]]:
    if isinstance(written, dict):
        return [((key,), key) for key in written]
    if isinstance(written, list):
        return [((index,), value) for index, value in enumerate(written)]
    return [] if written is None else [((), written)]


def _steps_and_adaptations(data: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    targets = _targets(data)
    for path, strategy in entries(data, "strategies"):
        here = strategy.get("here")
        if not isinstance(here, dict):
            continue
        root = (*path, "here")
        for at, step in entries(here, "steps", root=root):
            yield from _names(step.get("who"), (*at, "who"), targets["role"], "role", origins)
        for at, adaptation in entries(here, "adaptations", root=root):
            condition = adaptation.get("for")
            if isinstance(condition, OfType):
                yield from _names(list(condition.types), (*at, "for", "type"), targets["type"], "type", origins)


def _names(values: Any, path: Path, allowed: Sequence[str], what: str, origins: Origins) -> Iterator[Problem]:
    for index, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, str) and value not in allowed:
            yield unknown(
                "unknown-reference",
                origins.place((*path, index)),
                origins.field(path),
                value,
                allowed,
                what=what,
            )


def _indicators(data: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    prefixes = {item.get("id"): item.get("prefix") for _, item in entries(data, "dimensions")}
    known = ids(data, "sources")
    know_all = [item.get("id") for _, item in entries(data, "sources") if item.get("rates") == "all"]
    for path, item in entries(data, "indicators"):
        name, prefix = item.get("id"), prefixes.get(item.get("dimension"))
        if isinstance(name, str):
            yield from _indicator_id((*path, "id"), name, prefix, origins)
        sources, primary = item.get("sources"), item.get("primary_source")
        listed = [str(source) for source in sources] if isinstance(sources, list) else [str(primary)]
        # A source that the rule set does not have is said to be unknown; that it is not listed would say it twice.
        if primary in known and all(source in known for source in listed) and primary not in [*listed, *know_all]:
            at = (*path, "primary_source")
            yield unknown("primary-source", origins.place(at), origins.field(at), str(primary), listed)


def _indicator_id(at: Path, name: str, prefix: Any, origins: Origins) -> Iterator[Problem]:
    if not isinstance(prefix, str):
        return  # that the prefix is missing is said where it should stand
    meant = f"{prefix}.{name.partition('.')[2] or name}".lower().replace("_", "-")
    repaired = meant if INDICATOR_ID.fullmatch(meant) else ""
    if not INDICATOR_ID.fullmatch(name):
        yield Problem("indicator-id", origins.place(at), origins.field(at), name, (f"{prefix}.name",), repaired)
    elif not name.startswith(prefix + "."):
        more = {"prefix": prefix}
        yield Problem("indicator-prefix", origins.place(at), origins.field(at), name, (meant,), meant, more=more)


def _stages(data: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    for index, (path, item) in enumerate(entries(data, "stages")):
        number = item.get("stage")
        if isinstance(number, int) and number != index:
            at = (*path, "stage")
            yield Problem("stage-number", origins.place(at), origins.field(at), shown(number), (str(index),))
        if index == 0 and item.get("gate") is not None:
            yield Problem("gate-of-lowest", origins.place((*path, "gate")), origins.field((*path, "gate")))
        if index > 0 and item.get("gate") is None:
            yield Problem("missing-field", origins.place(path), origins.field(path), "gate")


def _protection(data: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    disclosure = data.get("disclosure")
    least = disclosure.get("no_distribution_below", 5) if isinstance(disclosure, dict) else 5
    for path, item in entries(data, "sources"):
        quorum = item.get("quorum", 1)
        if item.get("protect") is True and isinstance(quorum, int) and isinstance(least, int) and quorum < least:
            at = (*path, "quorum")
            yield Problem(
                "quorum-too-small",
                origins.place(at),
                origins.field(at),
                shown(quorum),
                more={"least": str(least)},
            )


def _dimension_order(data: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    order = data.get("dimension_order")
    known = ids(data, "dimensions")
    if order is None:
        return
    at = ("dimension_order",)
    yield from _names(order, at, known, "dimension", origins)
    missing = [name for name in known if isinstance(order, list) and name not in order]
    for name in missing:
        yield Problem("dimension-not-listed", origins.place(at), origins.field(at), name, tuple(known))
