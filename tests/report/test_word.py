"""The Word file, opened again: it says what the page model and the HTML say, and is made as Word wants it."""

from __future__ import annotations

import dataclasses
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from docx.oxml.ns import qn
from docxtpl import DocxTemplate

from assess.content import content
from assess.report import page as pages
from assess.report import word
from assess.report.page import Paragraphs, Table, Timeline
from assess.report.word import writer
from assess.report.word.template import TEMPLATE, built
from tests.report.conftest import Judged, rendered, wave
from tests.report.reading import html_text, pdf_pages, squeezed
from tests.report.test_sparse import EMPTY, SMALL
from tests.report.word_reading import (
    SIGNS,
    alternatives,
    headings,
    misplaced,
    opened,
    parts,
    roots,
    run_texts,
    said,
    shown,
    xml_parts,
)

CODES = {"kind", "truth", "id", "language", "tag", "gap", "axis", "anchor"}
DRAWN = (pages.ProfileRow, pages.Bar, pages.Flag)  # in a chart, whose alternative says it


def sentences(part: Any) -> Iterator[str]:
    """Every text of a page model, but for codes and what charts draw."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from sentences(one)
    elif isinstance(part, DRAWN) or not dataclasses.is_dataclass(part):
        return
    else:
        for field in dataclasses.fields(part):
            if field.name in CODES or (isinstance(part, Timeline) and field.name == "legend"):
                continue
            yield from sentences(getattr(part, field.name))


# --- the template ------------------------------------------------------------------------------------------------


def test_the_stored_template_is_what_the_script_builds() -> None:
    assert parts(TEMPLATE.read_bytes()) == parts(built())


def test_the_template_asks_for_nothing_unknown() -> None:
    template = DocxTemplate(TEMPLATE)
    template.init_docx()
    known = set(writer._context(wave("wave-1").page("en"), template))
    asked = DocxTemplate(TEMPLATE).get_undeclared_template_variables(writer._environment())
    assert asked <= known
    assert {"page", "sign", "led", "references", "unknown"} <= asked


def test_the_template_has_every_kind_of_block() -> None:
    text = said(TEMPLATE.read_bytes())
    for block in get_args(pages.Block):
        kind = next(field.default for field in dataclasses.fields(block) if field.name == "kind")
        assert f"macro {kind}(block)" in text
        assert f"block.kind == '{kind}'" in text


def test_a_block_that_it_does_not_have_is_an_error() -> None:
    page = wave("wave-1").page("en")
    odd = dataclasses.replace(page.sections[0], blocks=(Paragraphs((), kind="sculpture"),))
    with pytest.raises(ValueError, match="sculpture"):
        word.write(dataclasses.replace(page, sections=(odd,)))


# --- what it says ------------------------------------------------------------------------------------------------


def test_it_says_every_sentence_of_the_page_model(name: str, language: str) -> None:
    page, text = wave(name).page(language), squeezed(said(rendered(name, "docx", language)).translate(SIGNS))
    missing = [one for one in sentences(page) if squeezed(one) not in text and one != page.title]
    assert missing == []
    assert len(set(sentences(page))) > 200


def test_it_says_nothing_that_the_html_does_not(name: str, language: str) -> None:
    text = html_text(rendered(name, "html", language))
    pages_of = {"1", "/", "·", "[", "]", ","}
    extra = {one for one in run_texts(rendered(name, "docx", language)) if squeezed(one) not in text} - pages_of
    assert {squeezed(one) for one in extra} <= pages_of


def test_headings_are_those_of_the_html(name: str, language: str) -> None:
    page, document = wave(name).page(language), opened(rendered(name, "docx", language))
    found = headings(document)
    assert found[0] == ("Title", page.opening.title)
    assert [text for style, text in found if style == "Heading 1"] == [section.title for section in page.sections]
    source = rendered(name, "html", language).decode().replace(f"{page.contents}</h2>", "</h2>", 1)
    levels = {"2": {"Opening Heading", "Heading 1"}, "3": {"Heading 2"}, "4": {"Heading 3"}}
    for level, styles in levels.items():
        of_html = re.findall(
            rf"<h{level}[^>]*>(.*?)</h{level}>", source.replace(page.contents + "</h2>", "</h2>", 1), re.DOTALL
        )
        titles = [squeezed(html_text(f"<p>{one}</p>".encode())) for one in of_html]
        of_word = [squeezed(text) for style, text in found if style in styles]
        assert [one for one in titles if one] == of_word, level


def test_tables_have_the_rows_of_the_model(name: str, language: str) -> None:
    page, document = wave(name).page(language), opened(rendered(name, "docx", language))
    tables = [one for one in document.tables if one.style is not None and one.style.name == "Report Table"]
    models = [one for section in page.sections for one in section.blocks if isinstance(one, Table)]
    assert len(tables) == len(models)
    for table, model in zip(tables, models, strict=True):
        rows = [[shown(cell).translate(SIGNS).strip() for cell in row._tr.iter(qn("w:tc"))] for row in table.rows]
        assert rows[0] == [column.title for column in model.columns]
        wanted = []
        for group in model.groups:
            wanted += [1] if group.title else []
            wanted += [len(row.cells) for row in group.rows]
        assert [len(row) for row in rows[1:]] == wanted
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == model.caption
        marks = [row._tr.find(qn("w:trPr")) for row in table.rows]
        assert [index for index, one in enumerate(marks) if one.find(qn("w:tblHeader")) is not None] == [0]
        assert all(one.find(qn("w:cantSplit")) is not None for one in marks)


def test_ids_of_evidence_are_those_of_the_html(name: str, language: str) -> None:
    data = rendered(name, "docx", language)
    (body, *_) = (one for one in roots(data) if one.tag == qn("w:document"))
    bookmarks = [one.get(qn("w:name")) for one in body.iter(qn("w:bookmarkStart"))]
    numbers = [one.get(qn("w:id")) for one in body.iter(qn("w:bookmarkStart"))]
    links = [one.get(qn("w:anchor")) for one in body.iter(qn("w:hyperlink"))]
    assert len(set(bookmarks)) == len(bookmarks) == len(set(numbers))
    assert set(links) <= set(bookmarks)
    source = rendered(name, "html", language).decode()
    assert re.findall(r'<tr id="(e\d+)"', source) == [one for one in bookmarks if one.startswith("e")]
    assert re.findall(r'href="#(e\d+)"', source) == [one for one in links if one.startswith("e")]


def test_the_contents_are_filled_in_and_ask_for_no_update(language: str) -> None:
    data, page = rendered("wave-2", "docx", language), wave("wave-2").page(language)
    entries = [one for one in opened(data).paragraphs if one.style is not None and one.style.name == "toc 1"]
    assert [shown(one._p) for one in entries] == [section.title for section in page.sections]
    codes = [one.text for root in roots(data) for one in root.iter(qn("w:instrText"))]
    assert [code.split() for code in codes if "TOC" in code] == [["TOC", "\\o", '"1-1"', "\\n", "\\h", "\\z"]]
    assert {code.strip() for code in codes} >= {"PAGE", "NUMPAGES"}
    assert not any("updateFields" in str(one.tag) for part in xml_parts(data).values() for one in part.iter())


def test_heads_and_feet_run(language: str) -> None:
    data, page = rendered("wave-1", "docx", language), wave("wave-1").page(language)
    (section,) = opened(data).sections
    for text in page.header:
        assert text in shown(section.header._element)
    for text in page.footer:
        assert text in shown(section.footer._element)
    assert section.page_width is not None
    assert round(section.page_width.mm) == 210


# --- how it is made ----------------------------------------------------------------------------------------------


def test_charts_have_text_alternatives(name: str, language: str) -> None:
    page = wave(name).page(language)
    lines = [one for section in page.sections for one in section.blocks if isinstance(one, Timeline)]
    wanted = [panel.alt for panel in page.opening.profile.panels] + [one.alt for one in lines]
    assert alternatives(rendered(name, "docx", language)) == wanted


def test_the_language_is_marked(language: str) -> None:
    data = rendered("wave-1", "docx", language)
    tag = {"zh": "zh-CN", "en": "en"}[language]
    assert opened(data).core_properties.language == tag
    read = xml_parts(data)
    (spoken,) = read["word/styles.xml"].iter(qn("w:lang"))
    wanted = {"zh": ("en-US", "zh-CN"), "en": ("en", "zh-CN")}[language]
    assert (spoken.get(qn("w:val")), spoken.get(qn("w:eastAsia"))) == wanted
    quoted = [one for one in read["word/document.xml"].iter(qn("w:r")) if "“" in shown(one)]
    fonts = [one.find(f"{qn('w:rPr')}/{qn('w:rFonts')}") for one in quoted]
    assert quoted
    assert {None if one is None else one.get(qn("w:hint")) for one in fonts} == {
        {"zh": "eastAsia", "en": None}[language]
    }


def test_east_asian_fonts_are_named(language: str) -> None:
    data = rendered("wave-1", "docx", language)
    read = xml_parts(data)
    names = {one.get(qn("w:name")): one for one in read["word/fontTable.xml"].iter(qn("w:font"))}
    for fonts in read["word/styles.xml"].iter(qn("w:rFonts")):
        assert fonts.get(qn("w:eastAsia")) in {"Microsoft YaHei", "Segoe UI Symbol"}
        assert fonts.get(qn("w:ascii")) in names
    assert names["Microsoft YaHei"].find(qn("w:altName")).get(qn("w:val")).split(",")[0] == "微软雅黑"
    for name, part in parts(data).items():
        assert b"asciiTheme" not in part, name
        assert b"eastAsiaTheme" not in part, name


def test_everything_stands_where_word_wants_it(name: str, language: str) -> None:
    assert list(misplaced(rendered(name, "docx", language))) == []


def test_widths_add_up(name: str, language: str) -> None:
    for table in opened(rendered(name, "docx", language)).element.body.iter(qn("w:tbl")):
        grid = [int(one.get(qn("w:w"))) for one in table.find(qn("w:tblGrid"))]
        assert sum(grid) == 9626
        assert "tblDescription" not in {one.tag.rpartition("}")[2] for one in table.tblPr}
        for row in table.findall(qn("w:tr")):
            assert sum(int(one.find(f".//{qn('w:tcW')}").get(qn("w:w"))) for one in row.findall(qn("w:tc"))) == 9626
            spans = [one.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}") for one in row.findall(qn("w:tc"))]
            assert sum(1 if one is None else int(one.get(qn("w:val"))) for one in spans) == len(grid)


def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    out, example = tmp_path / "report.docx", content("examples") / "m-community" / "wave-1.yaml"
    code = "import sys; from assess.cli import run_command; sys.exit(run_command(sys.argv[1:]))"
    arguments = ["report", str(example), "-o", str(out), "--lang", "zh"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == rendered("wave-1", "docx", "zh")


def test_the_same_input_gives_the_same_bytes(language: str) -> None:
    data, page = wave("wave-1").render("docx", language), wave("wave-1").page(language)
    assert data == rendered("wave-1", "docx", language) == word.write(page)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert {one.date_time for one in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert file.namelist()[0] == "[Content_Types].xml"
    about, day = opened(data).core_properties, page.date
    assert about.created == about.modified
    assert about.created is not None
    assert about.created.replace(tzinfo=None) == datetime(day.year, day.month, day.day)
    assert about.title == page.title


def test_many_stages_stand_in_two_rows() -> None:
    page = wave("wave-2").page("en")
    rungs = (page.opening.rungs * 3)[:7]
    many = dataclasses.replace(page, opening=dataclasses.replace(page.opening, rungs=rungs))
    ladder = opened(word.write(many)).tables[0]
    assert [len(row._tr.findall(qn("w:tc"))) for row in ladder.rows] == [4, 3]


@pytest.mark.parametrize("text", [SMALL, EMPTY], ids=["some", "none"])
def test_another_rule_set_and_no_evidence(of_small: Callable[[str], Judged], language: str, text: str) -> None:
    judged = of_small(text)
    page, data = judged.page(language), judged.render("docx", language)
    found = squeezed(said(data).translate(SIGNS))
    unsaid = {page.title} if page.opening.profile.sources else {page.title, page.opening.profile.reading}
    assert [one for one in sentences(page) if squeezed(one) not in found and one not in unsaid] == []
    assert list(misplaced(data)) == []


# --- another program opens it ------------------------------------------------------------------------------------


def _writer() -> str | None:
    """LibreOffice, where it can read documents and not only workbooks."""
    found = shutil.which("soffice")
    return found if found and (Path(found).resolve().parent / "libswlo.so").exists() else None


@pytest.mark.skipif(not _writer(), reason="needs apt-get install --no-install-recommends libreoffice-writer")
def test_libreoffice_opens_it_and_page_one_is_one_page(tmp_path: Path, language: str) -> None:
    page = wave("wave-2").page(language)
    (tmp_path / "report.docx").write_bytes(rendered("wave-2", "docx", language))
    done = subprocess.run(
        [str(_writer()), "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(tmp_path / "report.docx")],
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert (tmp_path / "report.pdf").exists(), done.stderr
    sheets = [squeezed(one) for one in pdf_pages((tmp_path / "report.pdf").read_bytes())]
    assert squeezed(page.opening.profile.title) in sheets[0]
    assert squeezed(page.contents) in sheets[1]
    assert all(squeezed(page.footer[1]) in one for one in sheets)
    assert f"{len(sheets)}/{len(sheets)}" in sheets[-1]


def test_the_command_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assess.cli import run_command

    monkeypatch.setattr("sys.argv", ["assess"])
    example = content("examples") / "m-community" / "wave-1.yaml"
    out = tmp_path / "report.docx"
    assert run_command(["report", str(example), "-o", str(out), "--lang", "en"]) == 0
    assert out.read_bytes() == rendered("wave-1", "docx", "en")
    (tmp_path / "broken.yaml").write_text("assess: 1\n", encoding="utf-8")
    assert run_command(["report", str(tmp_path / "broken.yaml"), "-o", str(tmp_path / "none.docx")]) == 2
    assert not (tmp_path / "none.docx").exists()
