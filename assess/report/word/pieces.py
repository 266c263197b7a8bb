"""The pieces that the Word template is built of, as WordprocessingML."""

from __future__ import annotations

from assess.report.word.styles import TEXT_WIDTH, style_id


def run(text: str, style: str = "") -> str:
    """Text, in a character style."""
    looks = f'<w:rPr><w:rStyle w:val="{style_id(style)}"/></w:rPr>' if style else ""
    return f'<w:r>{looks}<w:t xml:space="preserve">{text}</w:t></w:r>'


def tab() -> str:
    """A tabulator."""
    return "<w:r><w:tab/></w:r>"


BEGIN, SEPARATE, END = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))


def code(words: str) -> str:
    """The beginning of a field that does what the words say."""
    return f'{BEGIN}<w:r><w:instrText xml:space="preserve"> {words} </w:instrText></w:r>{SEPARATE}'


def field(words: str, shown: str = "") -> str:
    """A field with what it shows until it is updated."""
    return f"{code(words)}{run(shown)}{END}"


def para(style: str, *runs: str) -> str:
    """A paragraph in a style; plain text is a run."""
    inside = "".join(one if one.startswith("<") else run(one) for one in runs)
    looks = "" if style == "Normal" else f'<w:pPr><w:pStyle w:val="{style_id(style)}"/></w:pPr>'
    return f"<w:p>{looks}{inside}</w:p>"


def tag(code: str) -> str:
    """A paragraph that holds nothing but a tag, and is gone when it is filled in."""
    return para("Template Note", f"{{%p {code} %}}")


def told(words: str) -> str:
    """A note to those who change the template; it is not printed."""
    return para("Template Note", f"{{#p {words} #}}")


def call(code: str) -> str:
    """A paragraph whose place a macro takes."""
    return para("Template Note", f"{{{{p {code} }}}}")


def macro(name: str, *inside: str) -> str:
    """A macro of whole paragraphs and tables."""
    return "".join((tag(f"macro {name}"), *inside, tag("endmacro")))


def cell(*paragraphs: str, fill: str = "", width: int = 0) -> str:
    """A cell of a table."""
    looks = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{looks}</w:tcPr>{"".join(paragraphs)}</w:tc>'


def switch(kind: str, code: str) -> str:
    """A cell or a row that holds nothing but a tag."""
    inside = cell(para("Template Note", f"{{%{kind} {code} %}}"))
    return f"<w:tr>{inside}</w:tr>" if kind == "tr" else inside


def row(*cells: str, head: bool = False) -> str:
    """A row that no page breaks; a head is repeated on every page."""
    repeated = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def table(style: str, shares: str, caption: str, *rows: str) -> str:
    """A table whose description says the shares of its columns, which the writer turns into widths."""
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style_id(style)}"/><w:tblW w:w="{TEXT_WIDTH}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblLook w:val="0020" w:firstRow="1" w:noHBand="1" w:noVBand="1"/>'
        f'<w:tblCaption w:val="{caption}"/><w:tblDescription w:val="{shares}"/></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{TEXT_WIDTH}"/></w:tblGrid>{"".join(rows)}</w:tbl>'
    )
