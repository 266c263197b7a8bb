"""The HTML: one file, no network, no script, and the same words as the PDF."""

from __future__ import annotations

import re

import pytest

from tests.report.conftest import LANGUAGES, rendered, wave
from tests.report.reading import html_tags, html_text, pdf_text, squeezed

VOID = {"meta", "col", "br", "img", "hr", "link", "input"}


def test_it_needs_no_network_and_no_script(name: str, language: str) -> None:
    data = rendered(name, "html", language)
    text = data.decode().replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|//\w|url\(|@import", text)
    tags = html_tags(data)
    assert {"script", "link", "img", "iframe", "object"}.isdisjoint(tag for tag, _ in tags)
    assert not any(attribute.startswith("on") for _, attributes in tags for attribute in attributes)
    links = [attributes["href"] or "" for tag, attributes in tags if tag == "a"]
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_its_language_and_has_a_contents(language: str) -> None:
    tags = html_tags(rendered("wave-2", "html", language))
    page = wave("wave-2").page(language)
    assert ("html", {"lang": page.tag}) in tags
    links = [attributes["href"] for tag, attributes in tags if tag == "a"]
    assert links[: len(page.sections)] == [f"#{section.id}" for section in page.sections]
    charts = [attributes for tag, attributes in tags if tag == "svg" and attributes.get("role") == "img"]
    timelines = [block for section in page.sections for block in section.blocks if block.kind == "timeline"]
    assert len(timelines) == 1
    assert len(charts) == len(page.opening.profile.panels) + len(timelines)


def test_both_formats_say_the_same(name: str, language: str) -> None:
    """What stands in the page model stands in both; only what is drawn twice or once differs."""
    html, pdf = html_text(rendered(name, "html", language)), pdf_text(rendered(name, "pdf", language))
    for section in wave(name).page(language).sections:
        for block in section.blocks:
            for text in _texts(block):
                assert squeezed(text) in html
                assert squeezed(text) in pdf


def _texts(block: object) -> list[str]:
    cards = getattr(block, "cards", ())
    items = getattr(block, "items", ())
    found = [card.title for card in cards] + [card.text for card in cards]
    found += [item.says for item in items if hasattr(item, "says")]
    found += [clause.text for item in items if hasattr(item, "says") for clause in item.clauses]
    for card in cards:
        found += [line.text for line in (*card.lines, *card.after)] + [step.does for step in card.steps]
        found += [text for one in card.local for text in (one.text, one.because)] + list(card.small)
    found += [bar.name for bar in getattr(block, "bars", ())]
    return found


def test_the_same_input_gives_the_same_bytes(language: str) -> None:
    assert wave("sparse").render("html", language) == wave("sparse").render("html", language)


def test_every_element_is_closed() -> None:
    text = rendered("wave-1", "html", "zh").decode()
    for tag in {tag for tag, _ in html_tags(text.encode())} - VOID:
        opened = len(re.findall(rf"<{tag}[\s>]", text))
        closed = len(re.findall(rf"</{tag}>", text)) + len(re.findall(rf"<{tag}\s[^>]*/>", text))
        assert opened == closed, tag
