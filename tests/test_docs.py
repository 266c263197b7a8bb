"""What the documents say is so: schemas are current, codes are listed, the README's commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from assess import __version__
from assess.catalogue import catalogue
from assess.cli import assess
from assess.content import content
from assess.engines import Truth
from assess.readings import Mode, NoticeCode, Status
from assess.ruleset.model import RuleSet
from assess.schemas import assessment_schema, verdict_schema
from assess.verdict import Decision, NodeKind, ReasonCode, StepKind
from tests.conftest import ROOT

DOCS = ROOT / "docs"


def test_schemas_are_current(ruleset: RuleSet) -> None:
    """``assess schema assessment > docs/assessment.schema.json``, and the same for ``verdict``."""
    assert (DOCS / "assessment.schema.json").read_text(encoding="utf-8") == assessment_schema(ruleset)
    assert (DOCS / "verdict.schema.json").read_text(encoding="utf-8") == verdict_schema()


def test_every_code_is_listed() -> None:
    listed = set(re.findall(r"`([a-z-]+)`", (DOCS / "codes.md").read_text(encoding="utf-8")))
    for enumeration in (Truth, Status, Mode, ReasonCode, Decision, NodeKind, StepKind, NoticeCode):
        assert {str(code) for code in enumeration} <= listed, enumeration


def test_readme_names_only_commands_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for line in re.findall(r"(?:uv run |`)assess ([a-z]+(?: [a-z]+)?)", text):
        name, *rest = line.split()
        command = assess.commands[name]
        if isinstance(command, click.Group) and rest:
            assert rest[0] in command.commands


def test_readme_links_resolve() -> None:
    for document in [ROOT / "README.md", *DOCS.glob("*.md"), *ROOT.glob("examples/**/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document}: {target}"


def test_changelog_has_this_version() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def names_in(sentence: str) -> set[str]:
    """The values that a sentence asks for."""
    from jinja2 import Environment, meta

    environment = Environment(autoescape=False)
    environment.filters |= dict.fromkeys(("listed", "either", "day", "words"), str)
    return meta.find_undeclared_variables(environment.parse(sentence))


@pytest.mark.parametrize("path", sorted((content("templates") / "locales" / "zh").glob("*.yaml")), ids=lambda p: p.stem)
def test_both_languages_have_the_same_sentences(path: Path) -> None:
    zh, en = (
        {key: text for key, text in catalogue(language).sentences.items() if key.startswith(path.stem + ".")}
        for language in ("zh", "en")
    )
    assert set(zh) - set(en) == set()
    assert set(en) - set(zh) <= {"language.months"}, "Chinese months are numbers"
    for key, text in zh.items():
        assert names_in(text) - {"month"} == names_in(en[key]) - {"month"} or key.startswith("report."), key


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_sentence_is_empty_or_left_in_the_other_language(language: str) -> None:
    for key, text in catalogue(language).sentences.items():
        assert text.strip() or key.endswith("gap"), key
        if language == "en" and not key.startswith("cli."):
            plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text)
            assert not re.search(r"[\u4e00-\u9fff]", plain.replace("待核", "")), key
