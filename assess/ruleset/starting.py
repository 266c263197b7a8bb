"""Starts an entry of somebody's own rule set: a skeleton that loads, with a case that holds, to be written over.

Text is appended, so that comments and layout of the files stay; what would not become one more entry of the right list
is refused before anything is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assess.problems import nearest
from assess.ruleset.conditions import INDICATOR_ID, NAME
from assess.ruleset.model import RuleSet
from assess.yamlfile import decode, read

KINDS = ("indicator", "condition", "pattern", "strategy", "check")
OWN = "own.yaml"


class RefusedError(Exception):
    """Why an entry cannot be started: the code of a sentence, and its values."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values


@dataclass(frozen=True, slots=True)
class Started:
    """A file as it will be, and the line where the new entry begins."""

    path: Path
    text: str
    line: int


def started(kind: str, name: str, folder: Path, ruleset: RuleSet) -> tuple[Started, Started]:
    """The files with the new entry and with its case. Raises ``RefusedError``."""
    _free(kind, name, ruleset)
    writer = _Writer(name, ruleset)
    entry = {
        "indicator": writer.indicator, "condition": writer.condition, "pattern": writer.pattern,
        "strategy": writer.strategy, "check": writer.check,
    }[kind]()  # fmt: skip
    path, key = _where(kind, name, folder)
    head = {"condition": "conditions:\n", "strategy": "strategies:\n", "pattern": "patterns:\n"}.get(kind, "")
    first = _appended(path, key, entry, head)
    case = _appended(folder / "cases" / OWN, "cases", writer.case(kind), "cases:\n")
    return first, case


def _free(kind: str, name: str, ruleset: RuleSet) -> None:
    checks = [check.id for check in ruleset.screening.checks] if ruleset.screening else []
    taken: Mapping[str, Sequence[str]] = {
        "indicator": list(ruleset.indicator), "condition": list(ruleset.named), "pattern": list(ruleset.pattern),
        "strategy": list(ruleset.strategy), "check": checks,
    }  # fmt: skip
    if name in taken[kind]:
        raise RefusedError("taken", id=name)
    form = INDICATOR_ID if kind == "indicator" else NAME
    prefixes = [dimension.prefix for dimension in ruleset.dimensions]
    if not form.fullmatch(name):
        raise RefusedError("form", id=name, example=f"{prefixes[0]}.name" if kind == "indicator" else "new-name")
    if kind == "indicator" and name.partition(".")[0] not in prefixes:
        raise RefusedError("prefix", id=name, prefixes=prefixes, meant=nearest(name.partition(".")[0], prefixes))
    if kind == "check" and ruleset.screening is None:
        raise RefusedError("no-screening")


def _where(kind: str, name: str, folder: Path) -> tuple[Path, str]:
    match kind:
        case "indicator":
            for path in sorted((folder / "indicators").glob("*.yaml")):
                data = read(path.read_bytes(), str(path))[0].data
                if data.get("prefix") == name.partition(".")[0]:
                    return path, "indicators"
            raise RefusedError("no-file", id=name)  # pragma: no cover - a loaded rule set has the file of each prefix
        case "condition":
            return folder / "conditions.yaml", "conditions"
        case "pattern":
            return folder / "patterns.yaml", "patterns"
        case "strategy":
            return folder / "strategies" / OWN, "strategies"
        case _:
            return folder / "screening.yaml", "checks"


def _appended(path: Path, key: str, entry: str, head: str) -> Started:
    before = decode(path.read_bytes(), str(path))[0].replace("\r\n", "\n") if path.is_file() else head
    if not before.endswith("\n"):
        before += "\n"
    # Entries stand as deep as those that are there; what is new is as deep as the first one.
    indent = re.search(rf"^{key}:[^\n]*\n(?:\s*#[^\n]*\n)*( *)\S", before, re.MULTILINE)
    depth = indent[1] if indent else "  "
    text = before + "".join(f"{depth}{line}\n" if line else "\n" for line in entry.splitlines())
    old = read(before.encode(), str(path))[0].data or {}
    document, problems = read(text.encode(), str(path))
    new = document.data if isinstance(document.data, dict) else {}
    if problems or len(new.get(key) or ()) != len(old.get(key) or ()) + 1:
        raise RefusedError("layout", path=path, key=key)
    return Started(path, text, before.count("\n") + 1)


class _Writer:
    """The skeletons, with words to write over in every language of the rule set."""

    def __init__(self, name: str, ruleset: RuleSet) -> None:
        self.name = name
        self.ruleset = ruleset
        self.first, *others = [indicator.id for indicator in ruleset.indicators]
        self.second = others[0] if others else ""

    def _words(self, what: str, chinese: str) -> str:
        to_write = {"zh": f"（待写：{chinese}）"}
        words = [f"{one}: {to_write.get(one, f'(to write: {what})')!r}" for one in self.ruleset.languages]
        return "{" + ", ".join(words) + "}"

    def indicator(self) -> str:
        source = self.ruleset.sources[0].id
        levels = [f"  - {self._words(f'level {n}', f'第{n}级')}" for n in range(5)]
        return "\n".join([
            f"- id: {self.name}",
            f"  name: {self._words('name', '名称')}",
            f"  definition: {self._words('what is rated', '评什么')}",
            f"  sources: [{source}]",
            f"  primary_source: {source}",
            "  levels:",
            *levels,
        ])  # fmt: skip

    def condition(self) -> str:
        says = self._words("what is so when it holds", "成立时是怎样")
        return f"{self.name}:\n  says: {says}\n  when: {self.first} >= 2"

    def pattern(self) -> str:
        kinds = [kind.id for kind in self.ruleset.pattern_kinds]
        return "\n".join([
            f"- id: {self.name}",
            f"  kind: {kinds[0] if kinds else 'risk'}",
            f"  name: {self._words('name', '名称')}",
            f"  describes: {self._words('what it looks like', '是什么样子')}",
            f"  when: {{all: [{', '.join(self._both())}]}}",
            f"  counter_evidence: {self._words('what would speak against it', '什么能说明并非如此')}",
            "  responses: []",
        ])  # fmt: skip

    def _both(self) -> list[str]:
        return [f"{self.first} >= 2", *([f"{self.second} <= 1"] if self.second else [])]

    def strategy(self) -> str:
        stages = [stage.stage for stage in self.ruleset.stages]
        efforts = [effort.id for effort in self.ruleset.efforts]
        return "\n".join([
            f"- id: {self.name}",
            f"  name: {self._words('name', '名称')}",
            f"  aim: {self._words('what it is for', '为了什么')}",
            f"  stages: {stages}",
            f"  works_on: [{self.first}]",
            f"  when: {self.first} >= 1",
            "  fits: [any]",
            f"  effort: {efforts[0] if efforts else 'light'}",
        ])  # fmt: skip

    def check(self) -> str:
        return "\n".join([
            f"- id: {self.name}",
            "  required: false",
            f"  when: {self.first} >= 2",
            f"  name: {self._words('what must be so', '应当怎样')}",
        ])  # fmt: skip

    def case(self, kind: str) -> str:
        """A case of the new entry, where it just holds."""
        readings = {
            "indicator": f"{{{self.name}: 2}}", "condition": f"{{{self.first}: 2}}", "check": f"{{{self.first}: 2}}",
            "pattern": f"{{{self.first}: 2{f', {self.second}: 1' if self.second else ''}}}",
            "strategy": f"{{{self.first}: 1}}",
        }[kind]  # fmt: skip
        expect = {
            "indicator": f"{{readings: {{{self.name}: {{floor: 2, ceiling: 2}}}}}}",
            "condition": f"{{conditions: {{{self.name}: holds}}}}",
            "pattern": f"{{patterns: {{{self.name}: holds}}}}",
            "strategy": f"{{strategies: {{recommended: {{has: [{{id: {self.name}}}]}}}}}}",
            "check": f"{{screening: {{checks: {{{self.name}: holds}}}}}}",
        }[kind]
        return "\n".join([
            f"- id: {self.name.replace('.', '-')}-just",
            f"  says: {self._words('what this case shows', '这个案例说明什么')}",
            f"  readings: {readings}",
            "  else: 0",
            f"  expect: {expect}",
        ])  # fmt: skip
