"""The palette and the charts measured: contrast, what the colour-blind and a black-and-white copier leave of them.

    uv run python -m tests.report.colours

prints every figure; ``test_colours.py`` holds them to WCAG 2.2 and to what tells shapes apart.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations

import numpy as np
from coloraide import Color
from numpy.typing import NDArray
from PIL import Image

from assess.content import content
from assess.report.charts import SHAPES, TRUTHS, svg

Picture = NDArray[np.float64]

VISIONS = ("normal", "protan", "deutan", "tritan", "grey")
# What carries meaning by its colour in the report, the portfolio and the charts, and on what it stands.
TEXTS = (
    ("ink", "white"),
    ("teal", "white"),
    ("rust", "white"),
    ("grey", "white"),
    ("ink", "pale"),
    ("teal", "pale"),
    ("grey", "pale"),
    ("white", "teal"),
    ("axis", "white"),
)
GRAPHICS = (
    ("ink", "white"),
    ("teal", "white"),
    ("rust", "white"),
    ("white", "teal"),
    ("edge", "white"),
    ("dash", "white"),
    ("teal", "band"),
    ("rust", "band"),
    ("ink", "band"),
)
PAIRS = (("teal", "rust"), ("ink", "rust"), ("ink", "teal"), ("teal", "band"), ("rust", "band"))


@lru_cache(maxsize=1)
def palette() -> Mapping[str, str]:
    """The colours by their names: those of the page from the style sheet, those of the charts from their templates."""
    folder = content("templates")
    css = (folder / "html" / "report.css").read_text(encoding="utf-8")
    found = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", css)) | {"white": "#ffffff"}
    profile = (folder / "charts" / "profile.svg.j2").read_text(encoding="utf-8")
    for name, pattern in (
        ("axis", r'<text[^>]*fill="(#\w+)" text-anchor'),
        ("band", r'<rect[^>]*fill="(#\w+)"'),
        ("edge", r'<rect[^>]*fill="#\w+" stroke="(#\w+)"'),
        ("dash", r'<rect[^>]*fill="none" stroke="(#\w+)"'),
    ):
        match = re.search(pattern, profile)
        found[name] = match[1] if match else found["band"]
    return found


def typst_palette() -> Mapping[str, str]:
    """The same names in the style of the PDF."""
    text = (content("templates") / "typst" / "report.typ").read_text(encoding="utf-8")
    return dict(re.findall(r'#let ([\w-]+) = rgb\("(#[0-9a-f]{6})"\)', text))


def contrast(one: str, other: str) -> float:
    """How much two colours of the palette differ in luminance, as WCAG counts it."""
    return Color(palette()[one]).contrast(palette()[other], method="wcag21")


def seen(name: str, vision: str) -> Color:
    """A colour of the palette as an eye sees it, or a grey copy shows it."""
    colour = Color(palette()[name])
    if vision == "normal":
        return colour
    return colour.filter("grayscale" if vision == "grey" else vision)


def apart(one: str, other: str, vision: str) -> float:
    """How far apart two colours look (CIEDE2000): below 2 they look alike, above 10 they differ at a glance."""
    return seen(one, vision).delta_e(seen(other, vision), method="2000")


# --- shapes ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def symbols() -> Mapping[str, Picture]:
    """What the legends explain, each drawn by its template, as a black-and-white copier sees it: 0 black, 1 white."""
    drawn = {f"source {shape + 1}": svg("shape.svg.j2", shape=shape) for shape in range(SHAPES)}
    return {name: copied(one) for name, one in drawn.items()}


@lru_cache(maxsize=1)
def signs() -> Mapping[str, Picture]:
    """Holds, open, fails."""
    return {truth: copied(svg("truth.svg.j2", truth=truth)) for truth in TRUTHS}


@lru_cache(maxsize=1)
def bands() -> Mapping[str, Picture]:
    """The band of a reading and that of an unknown one."""
    drawn = {"known": svg("band.svg.j2", known=True), "unknown": svg("band.svg.j2", known=False)}
    return {name: copied(one) for name, one in drawn.items()}


def copied(drawing: str) -> Picture:
    """A drawing at 600 dots an inch in luminance; what is lighter than half grey a copier leaves white."""
    import typst

    escaped = drawing.replace('"', r"\"")
    source = f'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes("{escaped}"), format: "svg")'
    data = typst.compile(source.encode(), format="png", ppi=600)
    assert isinstance(data, bytes)
    linear = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=np.float64) / 255
    linear = np.where(linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4)
    luminance: Picture = linear @ np.array([0.2126, 0.7152, 0.0722])
    return luminance


def differing(pictures: Mapping[str, Picture], threshold: float | None = None) -> Iterator[tuple[str, str, float]]:
    """Of each two drawings, the share of what either inks that differs; with ``threshold`` as a copier would see it."""
    for (one, left), (other, right) in combinations(pictures.items(), 2):
        a, b = (1 - left, 1 - right) if threshold is None else ((left < threshold) * 1.0, (right < threshold) * 1.0)
        yield one, other, float(np.abs(a - b).sum() / np.maximum(a, b).sum())


# --- printed -----------------------------------------------------------------------------------------------------


def main() -> None:
    """Every figure."""
    for title, pairs in (("text", TEXTS), ("graphics", GRAPHICS)):
        print(f"\n| {title} | on | contrast |\n| --- | --- | ---: |")
        for one, other in pairs:
            print(f"| {one} {palette()[one]} | {other} {palette()[other]} | {contrast(one, other):.1f} |")
    print(f"\n| colours, ΔE2000 | {' | '.join(VISIONS)} |\n| --- | {' | '.join('---:' for _ in VISIONS)} |")
    for one, other in PAIRS:
        print(f"| {one}, {other} | {' | '.join(f'{apart(one, other, vision):.0f}' for vision in VISIONS)} |")
    for title, pictures in (("sources", symbols()), ("signs", signs()), ("bands", bands())):
        for copy, threshold in (("grey", None), ("black and white", 0.5)):
            least = min(differing(pictures, threshold), key=lambda found: found[2])
            print(f"\n{title}, {copy}: most alike are {least[0]} and {least[1]}; {least[2]:.0%} of their ink differs")


if __name__ == "__main__":
    main()
