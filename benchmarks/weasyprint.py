"""The PDF of a report by `assess` and by WeasyPrint, which prints the HTML of the same report: time and bytes.

    uv run --group bench python -m benchmarks.weasyprint

Each PDF is written by a process of its own, Chinese and English; all processes run in turn, and the best of several
rounds counts. WeasyPrint gets the HTML ready-made and the same font, and needs Pango on the machine.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from assess.content import content
from benchmarks.timing import best_of, machine, process, table

LANGUAGES = ("zh", "en")
OURS, THEIRS = "assess, typst", "WeasyPrint"
FASTER, SMALLER = 5.0, 1 / 3

# A page of HTML to a PDF as anyone would: the font of our package for the names that the style sheet asks for, tagged.
PRINT = """
import sys, weasyprint
from weasyprint.text.fonts import FontConfiguration
page, pdf, font = sys.argv[1:]
fonts = FontConfiguration()
face = "@font-face { font-family: 'Noto Sans SC'; src: url('file://%s') }" % font
face += "body { font-family: 'Noto Sans SC' !important }"
style = weasyprint.CSS(string=face, font_config=fonts)
weasyprint.HTML(page).write_pdf(pdf, stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1")
"""


class MissingError(Exception):
    """WeasyPrint or a library that it loads is not on this machine."""


@dataclass(frozen=True, slots=True)
class Printed:
    """Seconds and bytes of each PDF by its maker and language."""

    seconds: dict[tuple[str, str], float]
    sizes: dict[tuple[str, str], int]

    def total(self, maker: str) -> float:
        """Seconds for both languages."""
        return sum(self.seconds[maker, language] for language in LANGUAGES)

    def size(self, maker: str) -> int:
        """Bytes of both languages."""
        return sum(self.sizes[maker, language] for language in LANGUAGES)

    @property
    def times_ours(self) -> float:
        """How many times as long as ours WeasyPrint takes."""
        return self.total(THEIRS) / self.total(OURS)

    @property
    def share(self) -> float:
        """How large ours are, of what WeasyPrint's are."""
        return self.size(OURS) / self.size(THEIRS)

    def markdown(self) -> str:
        """The table."""
        parts = ("both, s", "zh, s", "en, s", "both, kB", "zh, kB", "en, kB")
        header = ("two PDFs, two processes", *parts, "time, times ours", "bytes, times ours")
        rows = []
        for maker in (OURS, THEIRS):
            seconds = [f"{self.seconds[maker, language]:.2f}" for language in LANGUAGES]
            sizes = [f"{self.sizes[maker, language] / 1000:,.0f}" for language in LANGUAGES]
            ratios = f"{self.total(maker) / self.total(OURS):.1f}", f"{self.size(maker) / self.size(OURS):.1f}"
            sums = f"{self.total(maker):.2f}", f"{self.size(maker) / 1000:,.0f}"
            rows.append((maker, sums[0], *seconds, sums[1], *sizes, *ratios))
        return table(header, rows)


def measure(rounds: int) -> Printed:
    """Both makers, both languages, in turn."""
    import pylopdf_fonts_zh_cn

    example, font = content("examples") / "m-community" / "wave-3.yaml", str(pylopdf_fonts_zh_cn.sans_path())
    runs, pdfs = {}, {}
    with TemporaryDirectory() as name:
        for language in LANGUAGES:
            ours, page, theirs = (str(Path(name) / f"{language}{end}") for end in (".pdf", ".html", ".weasy.pdf"))
            report = (sys.executable, "-m", "assess", "report", str(example), "--force", "--lang", language, "-o")
            process(*report, page)()
            prints = (sys.executable, "-c", PRINT, page, theirs, font)
            require(prints)
            runs[f"{OURS} {language}"], runs[f"{THEIRS} {language}"] = process(*report, ours), process(*prints)
            pdfs[OURS, language], pdfs[THEIRS, language] = Path(ours), Path(theirs)
        best = best_of(rounds, runs)
        seconds = {(maker, language): best[f"{maker} {language}"] for maker, language in pdfs}
        return Printed(seconds, {key: path.stat().st_size for key, path in pdfs.items()})


def require(command: tuple[str, ...]) -> None:
    """Print once outside the measured time, and say what is missing where it cannot be."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no word of it"
        raise MissingError(f"WeasyPrint cannot run here: {said}. It needs Pango: apt-get install libpangoft2-1.0-0")


@click.command(help=__doc__)
@click.option("--rounds", default=5, help="Rounds; the best counts.")
def main(rounds: int) -> None:
    """Measure and print."""
    before = machine()
    try:
        found = measure(rounds)
    except MissingError as missing:
        raise SystemExit(str(missing)) from None
    click.echo(f"{found.markdown()}\n\n{before}")


if __name__ == "__main__":
    main()
