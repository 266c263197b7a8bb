"""What differs between two rule sets, in words and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assess.catalogue import Catalogue
from assess.ruleset.model import RuleSet
from assess.verify.diff import ChangedRule, Compared, Difference, Effect
from assess.verify.differences import Kind
from assess.verify.table import Rows

FORMAT = "rules-diff/1"
_MOST_EFFECTS = 8
_MOST_ROWS = 20


class Said:
    """Words for what differs between an old and a new rule set."""

    def __init__(self, old: RuleSet, new: RuleSet, words: Catalogue) -> None:
        self.old = old
        self.new = new
        self.words = words

    def all(self, compared: Compared, rows: Rows | None) -> Iterator[str]:
        """Everything, a line at a time."""
        say = self.words.say
        for key, ids in (("removed", compared.removed), ("added", compared.added)):
            for kind, names in ids.items():
                yield say(f"verify.diff.{key}", kind=say(f"verify.diff.kind.{kind}"), names=names)
        for number, difference in enumerate(compared.differences, 1):
            if number > 1 or compared.removed or compared.added:
                yield ""
            yield from self._difference(number, difference)
        if compared.differences or compared.removed or compared.added:
            yield ""
        yield self.verdict(compared)
        if rows is not None:
            yield from self._rows(rows)

    def verdict(self, compared: Compared) -> str:
        """How many kinds of conclusion change, or that none does."""
        seconds = f"{compared.seconds:.1f}"
        count = len(compared.differences)
        key = "differ" if count else "same" if compared.unknown_too else "same_where_known"
        return self.words.say(f"verify.diff.{key}", count=count, seconds=seconds)

    def _difference(self, number: int, difference: Difference) -> Iterator[str]:
        say = self.words.say
        subjects = [self._subject(difference.kind, name) for name in difference.subjects if name]
        yield f"{number}. {say(f'verify.diff.changes.{difference.kind}', subjects=subjects)}"
        for rule in difference.rules:
            yield from self._rule(rule)
        yield f"   {say('verify.witness', size=difference.witness.size)}"
        yield from (f"     {line}" for line in difference.witness.stated())
        yield f"   {say('verify.diff.both')}"
        first = [effect for effect in difference.effects if effect.kind is difference.kind]
        others = [effect for effect in difference.effects if effect.kind is not difference.kind]
        yield from (f"     {line}" for line in self._effects([*first, *others]))

    def _rule(self, rule: ChangedRule) -> Iterator[str]:
        kind, _, name = rule.key.partition(":")
        nothing = self.words.say("verify.diff.nothing")
        yield f"   {self.words.say(f'verify.diff.rule.{kind}', name=name)}  {', '.join(map(str, rule.places))}"
        yield f"     - {rule.old or nothing}"
        yield f"     + {rule.new or nothing}"

    def _effects(self, effects: Sequence[Effect]) -> Iterator[str]:
        yield from (self._effect(effect) for effect in effects[:_MOST_EFFECTS])
        if len(effects) > _MOST_EFFECTS:
            yield self.words.say("verify.diff.more", count=len(effects) - _MOST_EFFECTS)

    def _effect(self, effect: Effect) -> str:
        old, new = (self._value(effect.kind, value) for value in (effect.old, effect.new))
        subject = self._subject(effect.kind, effect.id) if effect.id else ""
        return self.words.say(f"verify.diff.effect.{effect.kind}", subject=subject, old=old, new=new)

    def _value(self, kind: Kind, value: str) -> str:
        known = f"verify.diff.value.{value}"
        return self.words.say(known) if kind is not Kind.STAGE and self.words.has(known) else value

    def _subject(self, kind: Kind, name: str) -> str:
        """An id with what it is called, where it is called something."""
        called = None
        if kind is Kind.PATTERN and name in self.old.pattern:
            called = self.old.pattern[name].name
        elif kind is Kind.LIST and name in self.old.strategy:
            called = self.old.strategy[name].name
        return self.words.say("problems.called", id=name, name=self.words.words(called)) if called else name

    def _rows(self, rows: Rows) -> Iterator[str]:
        say = self.words.say
        yield ""
        yield say("verify.diff.rows", relations=rows.relations, changed=len(rows.changed))
        for row in rows.changed[:_MOST_ROWS]:
            stages = [effect for effect in row.effects if effect.kind in {Kind.STAGE, Kind.DECISION}]
            others = [effect for effect in row.effects if effect.kind not in {Kind.STAGE, Kind.DECISION}]
            shown = [self._effect(effect) for effect in [*stages, *others][:3]]
            if len(row.effects) > len(shown):
                shown.append(say("verify.diff.more", count=len(row.effects) - len(shown)))
            yield f"  {' '.join(filter(None, (row.community, row.wave)))}: {'; '.join(shown)}"
        if len(rows.changed) > _MOST_ROWS:
            yield f"  {say('verify.diff.more', count=len(rows.changed) - _MOST_ROWS)}"


def as_json(old: RuleSet, new: RuleSet, compared: Compared, rows: Rows | None) -> str:
    """The same as one JSON object: ids and codes, no sentences."""
    data: dict[str, Any] = {
        "assess": FORMAT,
        "old": _name(old),
        "new": _name(new),
        "removed": compared.removed,
        "added": compared.added,
        "differences": [_difference(difference) for difference in compared.differences],
        "same": compared.same,
        "proved_where_unknown": compared.unknown_too,
        "table": None,
    }
    if rows is not None:
        changed = [
            {"community": row.community, "wave": row.wave, "effects": [_effect(effect) for effect in row.effects]}
            for row in rows.changed
        ]
        data["table"] = {"relations": rows.relations, "changed": changed}
    return json.dumps(data, ensure_ascii=False, indent=2)


def _name(ruleset: RuleSet) -> Mapping[str, str]:
    return {"name": ruleset.name, "version": ruleset.version, "digest": ruleset.digest}


def _difference(difference: Difference) -> Mapping[str, Any]:
    witness = difference.witness
    return {
        "kind": difference.kind,
        "subjects": difference.subjects,
        "rules": [
            {
                "rule": rule.key,
                "old": rule.old or None,
                "new": rule.new or None,
                "places": [str(p) for p in rule.places],
            }
            for rule in difference.rules
        ],
        "witness": {
            "readings": witness.readings,
            "positions": witness.positions,
            "community": {"type": witness.community_type, "attributes": witness.attributes},
        },
        "effects": [_effect(effect) for effect in difference.effects],
    }


def _effect(effect: Effect) -> Mapping[str, str]:
    return {"kind": effect.kind, "id": effect.id, "old": effect.old, "new": effect.new}
