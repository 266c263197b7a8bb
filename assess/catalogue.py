"""Sentences: one catalogue a language, so that terminal, HTML, PDF and messages say the same.

A catalogue is a folder of YAML files under ``templates/locales``; the sentence ``may`` of ``report.yaml`` has the key
``report.may``. Sentences are Jinja2, run in its sandbox, and every value that they name must be given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assess.content import content
from assess.yamlfile import read

if TYPE_CHECKING:
    from jinja2 import Environment, Template

LANGUAGES = ("zh", "en")
Words = str | Mapping[str, str]


class Catalogue:
    """The sentences of one language, and how that language writes lists and dates."""

    def __init__(self, language: str, sentences: Mapping[str, str]) -> None:
        self.language = language
        self.sentences = sentences
        self._templates: dict[str, Template] = {}

    @cached_property
    def environment(self) -> Environment:
        """The Jinja2 sandbox of the sentences; made when first needed, so that ``--help`` does without it."""
        from jinja2 import StrictUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        environment.filters |= {"listed": self.listed, "either": self.either, "day": self.day, "words": self.words}
        return environment

    def say(self, key: str, /, **values: Any) -> str:
        """The sentence ``key`` with its values filled in. Raises ``KeyError`` for a key that no file has."""
        sentence = self.sentences[key]
        if "{" not in sentence:
            return sentence
        template = self._templates.get(key)
        if template is None:
            template = self._templates[key] = self.environment.from_string(sentence)
        return template.render(values)

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in self.sentences

    def words(self, text: Words | None) -> str:
        """A text of a rule set or an assessment in this language; one that is plain is printed as typed."""
        if text is None:
            return ""
        if isinstance(text, str):
            return text
        return text.get(self.language) or next(iter(text.values()), "")

    def listed(self, items: Iterable[str]) -> str:
        """Items as the language lists them: ``甲、乙、丙``; ``a, b and c``."""
        return self._joined(list(items), "and")

    def either(self, items: Iterable[str]) -> str:
        """Items as alternatives: ``甲、乙或丙``; ``a, b or c``."""
        return self._joined(list(items), "or")

    def _joined(self, items: list[str], word: str) -> str:
        if len(items) < 2:
            return "".join(items)
        last = self.sentences[f"language.{word}"]
        return self.sentences["language.comma"].join(items[:-1]) + last + items[-1]

    def day(self, day: date) -> str:
        """A day as the language writes it."""
        months = self.sentences.get("language.months", "").split()
        month = months[day.month - 1] if months else str(day.month)
        return self.say("language.day", year=day.year, month=month, day=day.day)


@lru_cache(maxsize=8)
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language that ``templates/locales`` has."""
    return Catalogue(language, sentences(content("templates") / "locales" / language))


def sentences(folder: Path) -> dict[str, str]:
    """Every sentence below a catalogue folder by its key. Raises ``ValueError`` for a catalogue that is broken."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        document, problems = read(path.read_bytes(), str(path))
        if problems:
            raise ValueError(problems)
        found |= dict(_flat(document.data, (path.stem,)))
    return found


def _flat(data: Any, path: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _flat(value, (*path, key))
    else:
        yield ".".join(path), str(getattr(data, "text", data))
