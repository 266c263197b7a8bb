"""An assessment as a YAML file that people can read and go on with: one line a rating, under the indicator's name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from assess.catalogue import Catalogue
from assess.ruleset.model import RuleSet

# What needs no quotation marks anywhere, also between braces: words of letters, Chinese or Latin, and plain marks.
_PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff](?:[\w\u4e00-\u9fff （）、。；！？“”/.-]*[\w\u4e00-\u9fff）。；！？”])?")
_DAY = re.compile(r"\d{4}(?:-\d\d)?(?:-\d\d)?")
_NO_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"})
_LONGEST = 118
_ORDER = ("assess", "id", "title", "organization", "committee", "community", "wave", "readings", "positions")
_IN_ITEM = ("indicator", "source", "type", "strategy", "respondent", "rating", "since", "until", "state", "date")
_DATES = frozenset({"date", "since", "until"})


def as_yaml(data: Mapping[str, Any], files: Sequence[str], ruleset: RuleSet, words: Catalogue) -> str:
    """The file's text. ``files`` are those that it was made from."""
    lines = [f"# {words.say('cli.import_made_from', files=[_one_line(name) for name in sorted(files)])}"]
    lines += [f"{key}: {_value(data[key], key)}" for key in _ORDER if key in data]
    if "evidence" in data:
        lines.append("evidence:")
        lines += _evidence(data["evidence"], ruleset, words)
    for key in ("events", "actions"):
        if key in data:
            lines += [f"{key}:", *(f"  - {_value(item, key)}" for item in data[key])]
    return "\n".join(lines) + "\n"


def _evidence(items: Sequence[Mapping[str, Any]], ruleset: RuleSet, words: Catalogue) -> Iterator[str]:
    indicator = ""
    for item in items:
        if item["indicator"] != indicator:
            indicator = item["indicator"]
            known = ruleset.indicator.get(indicator)
            yield f"  # {_one_line(words.words(known.name) if known else indicator)}"
        line = f"  - {_value(item, '')}"
        remarks = {name: text for name, text in item.items() if name not in _IN_ITEM}
        if len(line) > _LONGEST and remarks:  # the remark on a line of its own
            short = {name: value for name, value in item.items() if name in _IN_ITEM}
            line = f"  - {_value(short, '')[:-1]},\n     {_value(remarks, '')[1:]}"
        yield line


def _value(value: Any, key: str) -> str:
    if isinstance(value, Mapping):
        names = sorted(value, key=lambda name: _IN_ITEM.index(name) if name in _IN_ITEM else len(_IN_ITEM))
        return "{" + ", ".join(f"{_text(str(name))}: {_value(value[name], name)}" for name in names) + "}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(_value(item, key) for item in value)}]"
    if key in _DATES and _DAY.fullmatch(str(value)):
        return str(value)
    return _text(str(value))


def _text(text: str) -> str:
    """A text without quotation marks where it reads back as it is, else between double ones."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NO_WORDS:
        return text
    written: str = yaml.dump(text, default_style='"', allow_unicode=True, width=10**9)
    return written.rstrip("\n")


def _one_line(text: str) -> str:
    """A text that can stand in a comment."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
