"""The charts: well-formed, plain, inside their frame, for any number of dimensions and sources."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from assess.report import pdf
from assess.report.charts import draw
from assess.report.page import Dot, Key, Panel, Profile, ProfileRow
from tests.report.conftest import wave
from tests.report.reading import pdf_pages, squeezed

NUMBER = re.compile(r'\s(?:x|y|cx|cy|r|width|height|font-size)="([^"]+)"')


def _profile(panels: int, sources: int, name: str = "某项<指标> & more") -> Profile:
    dots = tuple(Dot(shape, shape % 4, min(shape % 4 + shape % 2, 4)) for shape in range(sources))
    row = ProfileRow(name, 0, 3, 4, True, dots)
    unknown = ProfileRow(name * 4, 0, 4, 4, False, ())
    panel = Panel("维度 " + name, "alt & <text>", (row, unknown))
    keys = tuple(Key(shape, f"s{shape}") for shape in range(sources))
    return Profile("title", (panel,) * panels, keys, "reading", "unknown", "note", (0, 1, 2, 3, 4))


@pytest.mark.parametrize("panels", range(1, 7))
@pytest.mark.parametrize("sources", [0, 1, 4, 7, 9])
def test_they_are_plain_and_inside_their_frame(panels: int, sources: int) -> None:
    charts = draw(_profile(panels, sources), "zh-CN")
    assert len(charts.panels) == panels
    for svg in (*charts.panels, *charts.shapes, charts.band, charts.unknown, *charts.truths.values()):
        root = ElementTree.fromstring(svg)
        assert "class=" not in svg
        assert "<style" not in svg
        width, height = float(root.attrib["width"]), float(root.attrib["height"])
        for element in root.iter():
            for attribute, end in (("cx", width), ("cy", height), ("x", width), ("y", height)):
                if attribute in element.attrib:
                    assert -0.1 <= float(element.attrib[attribute]) <= end + 0.1
    for svg in charts.panels:
        root = ElementTree.fromstring(svg)
        assert root.attrib["role"] == "img"
        assert root[0].text == "alt & <text>"
        assert all(re.fullmatch(r"-?\d+(\.\d+)?", number) for number in NUMBER.findall(svg))


def test_sources_differ_in_shape_not_only_in_colour() -> None:
    shapes = [re.sub(r"#[0-9a-f]{6}", "", svg) for svg in draw(_profile(1, 8), "en").shapes]
    assert len(set(shapes)) == 8


@pytest.mark.parametrize("panels", [1, 2, 4, 6])
@pytest.mark.parametrize("stages", [1, 5, 8])
def test_page_one_holds_more_stages_and_dimensions(panels: int, stages: int) -> None:
    page = wave("wave-2").page("en")
    first = page.opening
    rungs = tuple(first.rungs[index % len(first.rungs)] for index in range(stages))
    profile = replace(first.profile, panels=tuple(first.profile.panels[index % 3] for index in range(panels)))
    if panels > 3:
        profile = replace(profile, panels=tuple(replace(panel, rows=panel.rows[:6]) for panel in profile.panels))
    page = replace(page, opening=replace(first, rungs=rungs, profile=profile), sections=page.sections[-1:])
    data, warnings = pdf.compiled(page)
    assert warnings == []
    assert squeezed(page.opening.profile.note) in squeezed(pdf_pages(data)[0])
