"""The parts of the Word template that are not its text: styles, fonts, lists, settings, and how they are packed.

Sizes are half points, measures twentieths of a point, as Word counts. Every style names its east-Asian font itself:
there is no theme, so nothing can put a Japanese or a Latin face in the place of the Chinese one.
"""

from __future__ import annotations

import io
import zipfile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NAMES = f'xmlns:w="{W}" xmlns:r="{R}"'

INK, TEAL, RUST, GREY, LINE, PALE = "1F2933", "0F5C63", "A8471F", "55616B", "C3CBD1", "EEF4F4"
LATIN, CHINESE, SIGNS = "Arial", "Microsoft YaHei", "Segoe UI Symbol"
TEXT_WIDTH = 9626  # A4 less two margins of 57 points

BODY = 19
NEXT, LINES, ONE_PAGE = "<w:keepNext/>", "<w:keepLines/>", "<w:keepNext/><w:keepLines/>"


def _space(before: int, after: int, line: int = 0, rule: str = "auto") -> str:
    """Room above and below; ``line`` in 240ths of a line, or exact."""
    lines = f' w:line="{line}" w:lineRule="{rule}"' if line else ""
    return f'<w:spacing w:before="{before}" w:after="{after}"{lines}/>'


def _edge(side: str, size: int, space: int, colour: str = LINE) -> str:
    return f'<w:pBdr><w:{side} w:val="single" w:sz="{size}" w:space="{space}" w:color="{colour}"/></w:pBdr>'


def _indent(left: int, hanging: int = 0) -> str:
    return f'<w:ind w:left="{left}" w:hanging="{hanging}"/>' if hanging else f'<w:ind w:left="{left}"/>'


def _listed(number: int) -> str:
    return f'<w:numPr><w:numId w:val="{number}"/></w:numPr>'


def _outline(level: int) -> str:
    return f'<w:outlineLvl w:val="{level}"/>'


GROUND = f'<w:shd w:val="clear" w:color="auto" w:fill="{PALE}"/>'
RIGHT = f'<w:tabs><w:tab w:val="right" w:pos="{TEXT_WIDTH}"/></w:tabs>'

# name: based on, what it says of paragraphs in the order that Word wants, what it says of characters.
PARAGRAPHS: dict[str, tuple[str, str, str]] = {
    "Title": ("Normal", NEXT + _space(0, 60, 264), "b 38"),
    "Subtitle": ("Normal", _space(0, 160), f"17 {GREY}"),
    "heading 1": ("Normal", ONE_PAGE + _edge("bottom", 5, 3) + _space(440, 160) + _outline(0), f"b 29 {TEAL}"),
    "heading 2": ("Normal", ONE_PAGE + _space(280, 100) + _outline(1), f"b 22 {TEAL}"),
    "heading 3": ("Normal", ONE_PAGE + _edge("top", 4, 5) + _space(200, 40) + _outline(2), "b 19"),
    "Opening Heading": ("heading 1", _space(160, 80), f"b 21 {TEAL}"),
    "TOC Heading": ("Normal", NEXT + "<w:pageBreakBefore/>" + _space(0, 120), f"b 29 {TEAL}"),
    "toc 1": ("Normal", _space(40, 40), ""),
    "header": ("Normal", RIGHT + _space(0, 0), f"15 {GREY}"),
    "footer": ("Normal", RIGHT + _space(0, 0), f"15 {GREY}"),
    "List Bullet": ("Normal", _listed(1) + _space(40, 40) + _indent(284, 284), ""),
    "Intro": ("Normal", NEXT + _space(0, 140), GREY),
    "Note": ("Normal", NEXT + _space(20, 100), f"17 {GREY}"),
    "Standing": ("Normal", _edge("left", 16, 8, TEAL) + _space(0, 0, 300) + _indent(227), ""),
    "Rung Label": ("Normal", NEXT + _space(0, 0), "16"),
    "Rung Name": ("Normal", NEXT + _space(0, 0), "b 24"),
    "Rung Note": ("Normal", _space(0, 0), "16"),
    "Rung Label Held": ("Rung Label", "", "FFFFFF"),
    "Rung Name Held": ("Rung Name", "", "FFFFFF"),
    "Rung Note Held": ("Rung Note", "", "FFFFFF"),
    "Act": ("Normal", ONE_PAGE + _listed(2) + _space(40, 0) + _indent(340, 340), "b 19"),
    "Act Text": ("Normal", LINES + _space(0, 0) + _indent(340), "17"),
    "Act Why": ("Act Text", _space(0, 60), f"16 {GREY}"),
    "Opening Line": ("Normal", _space(0, 70), "18"),
    "Chart": ("Normal", NEXT + _space(0, 40, 240), ""),
    "Legend": ("Normal", _space(20, 0), f"15 {GREY}"),
    "Table Head": ("Normal", NEXT + _space(0, 0), f"b 17 {TEAL}"),
    "Table Group": ("Normal", NEXT + _space(0, 0), f"b 17 {TEAL}"),
    "Table Text": ("Normal", _space(0, 0, 264), "17"),
    "Table Small": ("Table Text", "", f"15 {GREY}"),
    "Between": ("Normal", _space(0, 0, 120, "exact"), "8"),
    "Ground": ("Normal", ONE_PAGE + _edge("left", 8, 6) + _space(160, 60) + _indent(170), "b 19"),
    "Clause 1": ("Normal", LINES + _space(50, 50) + _indent(340), "18"),
    "Clause 2": ("Clause 1", _indent(620), ""),
    "Clause 3": ("Clause 1", _indent(900), ""),
    "Clause 4": ("Clause 1", _indent(1180), ""),
    "Card Note": ("Normal", NEXT + _space(0, 80), f"16 {GREY}"),
    "Local Title": ("Normal", NEXT + GROUND + _space(120, 0), f"b 18 {TEAL}"),
    "Local": ("Normal", LINES + _listed(1) + GROUND + _space(0, 0) + _indent(284, 284), "18"),
    "Small": ("Normal", _space(40, 20), f"15 {GREY}"),
    "Template Note": ("Normal", '<w:shd w:val="clear" w:color="auto" w:fill="FFF4CC"/>', "16"),
}
CHARACTERS = {
    "Strong": "b",
    "Why": f"b {RUST}",
    "Aside": f"n 15 {GREY}",
    "Sign": "n signs",
    "Holds": f"n {TEAL}",
    "Open": f"n {TEAL}",
    "Fails": f"n {RUST}",
    "Meta": f"n 16 {GREY}",
    "Who": TEAL,
    "Back": GREY,
    "Reference": f"n 15 {TEAL}",
    "Hyperlink": TEAL,
}


def style_id(name: str) -> str:
    """How a document refers to the style ``name``."""
    if name == "Normal Table":
        return "TableNormal"
    return name.title().replace(" ", "") if name.islower() else name.replace(" ", "")


def _characters(words: str) -> str:
    """Run properties from words: ``b`` bold, ``n`` not bold, ``signs`` the font of shapes, a size, a colour."""
    parts = words.split()
    found = ""
    if "signs" in parts:
        found += f'<w:rFonts w:ascii="{SIGNS}" w:hAnsi="{SIGNS}" w:eastAsia="{SIGNS}" w:cs="{SIGNS}"/>'
    if "b" in parts:
        found += "<w:b/><w:bCs/>"
    if "n" in parts:
        found += '<w:b w:val="0"/><w:bCs w:val="0"/>'
    found += "".join(f'<w:color w:val="{one}"/>' for one in parts if len(one) == 6)
    found += "".join(f'<w:sz w:val="{one}"/><w:szCs w:val="{one}"/>' for one in parts if one.isdigit() and len(one) < 3)
    return f"<w:rPr>{found}</w:rPr>" if found else ""


def _style(kind: str, name: str, base: str, looks: str) -> str:
    based = f'<w:basedOn w:val="{style_id(base)}"/>' if base else ""
    start = f'<w:style w:type="{kind}" w:styleId="{style_id(name)}"><w:name w:val="{name}"/>'
    return f"{start}{based}<w:qFormat/>{looks}</w:style>"


def _default(kind: str, identity: str, name: str, looks: str = "") -> str:
    start = f'<w:style w:type="{kind}" w:default="1" w:styleId="{identity}"><w:name w:val="{name}"/>'
    return f"{start}{looks}</w:style>"


def _styles() -> str:
    fonts = f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{CHINESE}" w:cs="{LATIN}"/>'
    language = '<w:lang w:val="en-GB" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
    body = f'<w:color w:val="{INK}"/><w:sz w:val="{BODY}"/><w:szCs w:val="{BODY}"/>'
    everywhere = f"<w:rPrDefault><w:rPr>{fonts}{body}{language}</w:rPr></w:rPrDefault>"
    paragraphs = f"<w:pPrDefault><w:pPr>{_space(80, 80, 288)}</w:pPr></w:pPrDefault>"
    normal = f"<w:qFormat/><w:pPr><w:widowControl/></w:pPr><w:rPr>{fonts}</w:rPr>"
    lines = "".join(_drawn(side, 4) for side in ("bottom", "insideH"))
    box = "".join(_drawn(side, 8) for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    return "".join(
        (
            f"{HEAD}<w:styles {NAMES}><w:docDefaults>{everywhere}{paragraphs}</w:docDefaults>",
            _default("paragraph", "Normal", "Normal", normal),
            _default("character", "DefaultParagraphFont", "Default Paragraph Font", "<w:semiHidden/>"),
            _default("table", "TableNormal", "Normal Table", f"<w:semiHidden/><w:tblPr>{_room(0, 0)}</w:tblPr>"),
            _default("numbering", "NoList", "No List", "<w:semiHidden/>"),
            *(
                _style("paragraph", name, base, f"<w:pPr>{paragraph}</w:pPr>{_characters(characters)}")
                for name, (base, paragraph, characters) in PARAGRAPHS.items()
            ),
            *(_style("character", name, "", _characters(looks)) for name, looks in CHARACTERS.items()),
            _table_style("Report Table", lines, 60, 90),
            _table_style("Steps Table", "", 30, 80),
            _table_style("Ladder", box, 90, 130),
            _table_style("Layout", "", 0, 0),
            "</w:styles>",
        )
    )


def _drawn(side: str, size: int) -> str:
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{LINE}"/>'


def _room(above: int, beside: int) -> str:
    """Room inside of cells."""
    sides = {"top": above, "left": beside, "bottom": above, "right": beside}
    found = "".join(f'<w:{side} w:w="{room}" w:type="dxa"/>' for side, room in sides.items())
    return f"<w:tblCellMar>{found}</w:tblCellMar>"


def _table_style(name: str, borders: str, above: int, beside: int) -> str:
    drawn = f"<w:tblBorders>{borders}</w:tblBorders>" if borders else ""
    return _style("table", name, "Normal Table", f"<w:tblPr>{drawn}{_room(above, beside)}</w:tblPr>")


# Other machines' names for the same face, and what stands in for it where it is missing.
FONTS = {
    CHINESE: ("微软雅黑,PingFang SC,Noto Sans CJK SC,Noto Sans SC,SimSun", "020B0503020204020204", "86", "swiss"),
    LATIN: ("Helvetica,Liberation Sans", "020B0604020202020204", "00", "swiss"),
    SIGNS: ("Apple Symbols,DejaVu Sans,Noto Sans Symbols2", "020B0502040204020203", "00", "swiss"),
}


def _fonts() -> str:
    found = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:panose1 w:val="{panose}"/>'
        f'<w:charset w:val="{charset}"/><w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
        for name, (other, panose, charset, family) in FONTS.items()
    )
    return f"{HEAD}<w:fonts {NAMES}>{found}</w:fonts>"


def _numbering() -> str:
    bullet = f'<w:rPr><w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:hint="default"/><w:color w:val="{TEAL}"/></w:rPr>'
    number = f'<w:rPr><w:b/><w:color w:val="{TEAL}"/></w:rPr>'
    kinds = (("bullet", "•", 284, bullet), ("decimal", "%1", 340, number))
    lists = "".join(
        f'<w:abstractNum w:abstractNumId="{index}"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">'
        f'<w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{indent}" w:hanging="{indent}"/></w:pPr>{looks}</w:lvl></w:abstractNum>'
        for index, (kind, text, indent, looks) in enumerate(kinds, start=1)
    )
    used = "".join(f'<w:num w:numId="{index}"><w:abstractNumId w:val="{index}"/></w:num>' for index in (1, 2))
    return f"{HEAD}<w:numbering {NAMES}>{lists}{used}</w:numbering>"


def _settings() -> str:
    return (
        f'{HEAD}<w:settings {NAMES}><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/><w:compat><w:compatSetting '
        'w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        '<w:themeFontLang w:val="en-GB" w:eastAsia="zh-CN"/></w:settings>'
    )


OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
RELATIONS = {
    "styles": ("styles", f"{OFFICE}.styles+xml", _styles),
    "settings": ("settings", f"{OFFICE}.settings+xml", _settings),
    "fontTable": ("fontTable", f"{OFFICE}.fontTable+xml", _fonts),
    "numbering": ("numbering", f"{OFFICE}.numbering+xml", _numbering),
}


PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CORE = "application/vnd.openxmlformats-package.core-properties+xml"
PAGE = (
    '<w:headerReference w:type="default" r:id="rId5"/><w:footerReference w:type="default" r:id="rId6"/>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1300" w:right="1140" w:bottom="1240" w:left="1140" '
    'w:header="680" w:footer="560" w:gutter="0"/>'
)


def packed(document: str, header: str, footer: str) -> bytes:
    """A .docx of these parts; the same bytes for the same parts."""
    parts = {name: (content_type, build()) for name, (_, content_type, build) in RELATIONS.items()}
    parts["header1"] = (f"{OFFICE}.header+xml", f"{HEAD}<w:hdr {NAMES}>{header}</w:hdr>")
    parts["footer1"] = (f"{OFFICE}.footer+xml", f"{HEAD}<w:ftr {NAMES}>{footer}</w:ftr>")
    kinds = [(kind, name) for name, (kind, _, _) in RELATIONS.items()]
    relations = [
        (f"{R}/{kind}", f"{name}.xml") for kind, name in (*kinds, ("header", "header1"), ("footer", "footer1"))
    ]
    body = f"<w:body>{document}<w:sectPr>{PAGE}</w:sectPr></w:body>"
    parts["document"] = (f"{OFFICE}.document.main+xml", f"{HEAD}<w:document {NAMES}>{body}</w:document>")
    root = [(f"{R}/officeDocument", "word/document.xml")]
    root.append((f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"))
    named = f'xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    files = {
        "[Content_Types].xml": _content_types({name: content_type for name, (content_type, _) in parts.items()}),
        "_rels/.rels": _relations(root),
        "docProps/core.xml": f"{HEAD}<cp:coreProperties {named}><dc:title>report</dc:title></cp:coreProperties>",
        "word/_rels/document.xml.rels": _relations(relations),
        **{f"word/{name}.xml": text for name, (_, text) in parts.items()},
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in files.items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _relations(pairs: list[tuple[str, str]]) -> str:
    found = "".join(
        f'<Relationship Id="rId{index}" Type="{kind}" Target="{target}"/>'
        for index, (kind, target) in enumerate(pairs, start=1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{found}</Relationships>'


def _content_types(parts: dict[str, str]) -> str:
    known = {"rels": f"{CORE.partition('.core')[0]}.relationships+xml", "xml": "application/xml", "png": "image/png"}
    kinds = "".join(f'<Default Extension="{ending}" ContentType="{kind}"/>' for ending, kind in known.items())
    named = {**{f"/word/{name}.xml": kind for name, kind in parts.items()}, "/docProps/core.xml": CORE}
    kinds += "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in named.items())
    return f'{HEAD}<Types xmlns="{PACKAGE}/content-types">{kinds}</Types>'
