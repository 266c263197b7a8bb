"""The sentences of reports: every language has the same ones, naming the same values, and every one is used."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, meta

import assess.report
from assess.catalogue import LANGUAGES, catalogue

PREFIX = "report."


def _sentences(language: str) -> dict[str, str]:
    return {key: text for key, text in catalogue(language).sentences.items() if key.startswith(PREFIX)}


def test_every_language_has_the_same_sentences() -> None:
    keys = [list(_sentences(language)) for language in LANGUAGES]
    assert all(found == keys[0] for found in keys)


def test_sentences_name_the_same_values() -> None:
    """A language may leave a value out that it has no use for, but none may name one that no other has."""
    environment = Environment(autoescape=True)
    environment.filters |= dict.fromkeys(("listed", "either", "day", "words"), str)
    for key in _sentences("zh"):
        values = [meta.find_undeclared_variables(environment.parse(_sentences(one)[key])) for one in LANGUAGES]
        assert values[0] == values[1], key


def test_every_sentence_is_used() -> None:
    """Each key stands in the code, whole or up to the part that a code fills in."""
    folder = Path(assess.report.__file__).parent
    code = "".join(path.read_text() for path in folder.glob("*.py"))
    for key in _sentences("zh"):
        name = key.removeprefix(PREFIX)
        stem = name.rpartition(".")[0]
        beginnings = [f'"{name}"', f'f"{stem}.{{', f'f"{name.rpartition("-")[0]}-{{']
        assert any(beginning in code for beginning in beginnings), key
