"""Builds ``templates/word/report.docx``: ``python -m assess.report.word.template``.

The template is an ordinary document that Word opens and a translator restyles. Its text is Jinja2 as docxtpl reads it:
a tag that begins with ``p``, ``tr``, ``tc`` or ``r`` takes the place of its whole paragraph, row, cell or run. A macro
stands for each kind of block of the page model. This script is the template's readable form; a test holds both equal.
"""

from __future__ import annotations

from assess.content import content
from assess.report.word.pieces import END, call, cell, code, field, macro, para, row, run, switch, tab, table, tag, told
from assess.report.word.styles import PALE, TEAL, packed

TEMPLATE = content("templates") / "word" / "report.docx"
DEPTHS = 4


# --- blocks ------------------------------------------------------------------------------------------------------

SIGN = "{{r sign(%s) }}"
LED = "{{r led(%s) }}"


def _line(item: str = "line") -> str:
    return LED % item


def _clauses() -> str:
    """A clause in the style of its depth, with the sign and the word of its truth before it."""
    said = (SIGN % "one.mark", LED % "one", "{{r references(one) }}")
    inside = [tag("for one in items")]
    for depth in range(DEPTHS):
        last = depth == DEPTHS - 1
        inside.append(tag(f"{'if' if depth == 0 else 'elif'} one.depth {'>=' if last else '=='} {depth}"))
        inside.append(para(f"Clause {depth + 1}", *said))
    return macro("clauses(items)", *inside, tag("endif"), tag("endfor"))


def _blocks() -> str:
    table_row = row(
        switch("tc", "for one in row.cells"),
        cell(
            tag("if one.text or one.mark or not one.small"),
            para("Table Text", "{{r anchor(row.anchor, loop.first) }}", SIGN % "one.mark", "{{ one.text }}"),
            tag("endif"),
            tag("if one.small"),
            para("Table Small", "{{ one.small }}"),
            tag("endif"),
        ),
        switch("tc", "endfor"),
    )
    return "".join(
        (
            macro("paragraphs(block)", tag("for line in block.lines"), para("Normal", _line()), tag("endfor")),
            macro(
                "bullets(block)",
                tag("if block.title"),
                para("heading 2", "{{ block.title }}"),
                tag("endif"),
                tag("for line in block['items']"),
                para("List Bullet", _line()),
                tag("endfor"),
            ),
            macro(
                "table(block)",
                para("Between"),
                table(
                    "Report Table",
                    "{{ shares(block) }}",
                    "{{ block.caption }}",
                    row(
                        switch("tc", "for column in block.columns"),
                        cell(para("Table Head", "{{ column.title }}")),
                        switch("tc", "endfor"),
                        head=True,
                    ),
                    switch("tr", "for group in block.groups"),
                    switch("tr", "if group.title"),
                    row(
                        cell(
                            para("Table Group", "{{ group.title }}", run("{{ after(group.note) }}", "Aside")), fill=PALE
                        )
                    ),
                    switch("tr", "endif"),
                    switch("tr", "for row in group.rows"),
                    table_row,
                    switch("tr", "endfor"),
                    switch("tr", "endfor"),
                ),
                para("Between"),
            ),
            macro(
                "grounds(block)",
                para("heading 2", "{{ block.title }}"),
                para("Note", SIGN % "block.mark", "{{ block.note }}"),
                tag("for item in block['items']"),
                para("Ground", "{{ item.says }}", "{{r sign(item.mark, true) }}"),
                call("clauses(item.clauses)"),
                tag("endfor"),
            ),
            _cards(),
            macro("timeline(block)", para("Chart", "{{r timeline_chart(block) }}")),
        )
    )


def _cards() -> str:
    steps = table(
        "Steps Table",
        "13 20 67",
        "{{ one.title }}",
        switch("tr", "for step in one.steps"),
        row(
            cell(para("Table Small", "{{ step.by }}")),
            cell(para("Table Text", run("{{ step.who }}", "Who"))),
            cell(para("Table Text", "{{ step.does }}")),
        ),
        switch("tr", "endfor"),
    )
    card = macro(
        "card(one, number)",
        para("heading 3", run("{{ numbered(number) }}", "Who"), "{{ one.title }}", "{{r sign(one.mark, true) }}"),
        tag("if one.meta"),
        para("Card Note", "{{ one.meta }}"),
        tag("endif"),
        tag("if one.text"),
        para("Normal", "{{ one.text }}"),
        tag("endif"),
        call("clauses(one.clauses)"),
        tag("for line in one.lines"),
        para("Normal", _line()),
        tag("endfor"),
        tag("if one.steps"),
        steps,
        para("Between"),
        tag("endif"),
        tag("if one.local"),
        para("Local Title", "{{ one.local_title }}"),
        tag("for item in one.local"),
        para("Local", "{{ item.text }}", run("{{ after(item.because) }}", "Aside")),
        tag("endfor"),
        para("Between"),
        tag("endif"),
        tag("for line in one.after"),
        para("Normal", _line()),
        tag("endfor"),
        tag("for text in one.small"),
        para("Small", "{{ text }}"),
        tag("endfor"),
    )
    return card + macro(
        "cards(block)",
        tag("if block.title"),
        para("heading 2", "{{ block.title }}"),
        tag("endif"),
        tag("if block.note"),
        para("Note", "{{ block.note }}"),
        tag("endif"),
        tag("for one in block.cards"),
        call("card(one, loop.index if block.numbered else 0)"),
        tag("endfor"),
    )


# --- page one, contents, sections --------------------------------------------------------------------------------


def _rung(fill: str, held: str = "") -> str:
    return cell(
        para(f"Rung Label{held}", "{{ rung.label }}", "{{r sign(rung.mark, true, " + str(bool(held)).lower() + ") }}"),
        para(f"Rung Name{held}", "{{ rung.name }}"),
        para(f"Rung Note{held}", "{{ '▲ ' if rung.here else '' }}{{ rung.note }}"),
        fill=fill,
    )


def _opening() -> str:
    ladder = table(
        "Ladder",
        "equal",
        "{{ page.opening.ladder }}",
        switch("tr", "for rungs in ladder"),
        row(
            switch("tc", "for rung in rungs"),
            switch("tc", "if rung.mark and rung.mark.truth == 'holds'"),
            _rung(TEAL, " Held"),
            switch("tc", "elif rung.mark and rung.mark.truth == 'open'"),
            _rung(PALE),
            switch("tc", "else"),
            _rung(""),
            switch("tc", "endif"),
            switch("tc", "endfor"),
        ),
        switch("tr", "endfor"),
    )
    acts = (
        para("Opening Heading", "{{ page.opening.acts.title }}"),
        tag("if page.opening.acts.note"),
        para("Note", "{{ page.opening.acts.note }}"),
        tag("endif"),
        tag("for act in page.opening.acts.cards"),
        para("Act", "{{ act.title }}", run("{{ after(act.meta) }}", "Meta")),
        tag("if act.text"),
        para("Act Text", "{{ act.text }}"),
        tag("endif"),
        tag("for line in act.lines"),
        para("Act Why", "{{r led(line, 'Why') }}"),
        tag("endfor"),
        tag("endfor"),
    )
    lists = (
        tag("for list in (page.opening.talk, page.opening.unknown)"),
        para("Opening Heading", "{{ list.title }}"),
        tag("for line in list['items']"),
        para("Opening Line", _line()),
        tag("endfor"),
        tag("endfor"),
    )
    side_by_side = table("Layout", "57 3 40", "", row(cell(*acts), cell(para("Between")), cell(*lists)))
    panels = table(
        "Layout",
        "equal",
        "{{ page.opening.profile.title }}",
        switch("tr", "for pictures in panels"),
        row(
            switch("tc", "for picture in pictures"),
            cell(para("Chart", "{{r picture }}")),
            switch("tc", "endfor"),
        ),
        switch("tr", "endfor"),
    )
    return "".join(
        (
            para("Title", "{{ page.opening.title }}"),
            para("Subtitle", "{{ beside(page.opening.subtitle, page.opening.answered) }}"),
            ladder,
            para("Between"),
            tag("for line in page.opening.standing"),
            para("Standing", _line()),
            tag("endfor"),
            side_by_side,
            para("Opening Heading", "{{ page.opening.profile.title }}"),
            panels,
            para("Legend", "{{r legend() }}"),
        )
    )  # fmt: skip


def _contents() -> str:
    """A field of links that needs no update: it shows no page numbers, which only Word could know."""
    return "".join(
        (
            para("TOC Heading", "{{ page.contents }}"),
            tag("for section in page.sections"),
            para(
                "toc 1",
                run("{%r if loop.first %}"), code(r'TOC \o "1-1" \n \h \z'), run("{%r endif %}"),
                "{{r entry(loop.index, section.title) }}",
                run("{%r if loop.last %}"), END, run("{%r endif %}"),
            ),
            tag("endfor"),
        )
    )  # fmt: skip


def _sections() -> str:
    kinds = ("paragraphs", "bullets", "table", "grounds", "cards", "timeline")
    dispatch = [
        tag(f"{'if' if index == 0 else 'elif'} block.kind == '{kind}'") + call(f"{kind}(block)")
        for index, kind in enumerate(kinds)
    ]
    return "".join(
        (
            tag("for section in page.sections"),
            para("heading 1", "{{r heading_anchor(loop.index) }}", "{{ section.title }}"),
            tag("if section.intro"),
            para("Intro", "{{ section.intro }}"),
            tag("endif"),
            tag("for block in section.blocks"),
            *dispatch,
            tag("else"),
            call("unknown(block.kind)"),
            tag("endif"),
            tag("endfor"),
            tag("endfor"),
        )
    )


def built() -> bytes:
    """The template as a .docx."""
    document = "".join(
        (
            told("Text between braces is filled in; a yellow line is an instruction and leaves nothing behind."),
            told("Styles, page, margins, header and footer may be changed freely in Word."),
            _clauses(),
            _blocks(),
            _opening(),
            _contents(),
            _sections(),
        )
    )
    header = para("header", "{{ page.header[0] }}", tab(), "{{ page.header[1] }}")
    numbers = (run(" · "), field("PAGE", "1"), run(" / "), field("NUMPAGES", "1"))
    footer = para("footer", "{{ page.footer[0] }}", tab(), "{{ page.footer[1] }}", *numbers)
    return packed(document, header, footer)


if __name__ == "__main__":
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(built())
