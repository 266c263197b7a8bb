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
# name: based on, what it says of paragraphs, what it says of characters; a style is followed by the body's.
PARAGRAPHS: dict[str, tuple[str, str, str]] = {
    "Title": ("Normal", '<w:keepNext/><w:spacing w:before="0" w:after="60" w:line="264" w:lineRule="auto"/>', "b 38"),
    "Subtitle": ("Normal", '<w:spacing w:before="0" w:after="160"/>', f"17 {GREY}"),
    "heading 1": (
        "Normal",
        f'<w:keepNext/><w:keepLines/><w:pBdr><w:bottom w:val="single" w:sz="5" w:space="3" w:color="{LINE}"/></w:pBdr>'
        '<w:spacing w:before="440" w:after="160"/><w:outlineLvl w:val="0"/>',
        f"b 29 {TEAL}",
    ),
    "heading 2": (
        "Normal",
        '<w:keepNext/><w:keepLines/><w:spacing w:before="280" w:after="100"/><w:outlineLvl w:val="1"/>',
        f"b 22 {TEAL}",
    ),
    "heading 3": (
        "Normal",
        f'<w:keepNext/><w:keepLines/><w:pBdr><w:top w:val="single" w:sz="4" w:space="5" w:color="{LINE}"/></w:pBdr>'
        '<w:spacing w:before="200" w:after="40"/><w:outlineLvl w:val="2"/>',
        "b 19",
    ),
    "Opening Heading": ("heading 1", '<w:spacing w:before="160" w:after="80"/>', f"b 21 {TEAL}"),
    "TOC Heading": ("Normal", '<w:keepNext/><w:spacing w:before="0" w:after="120"/>', f"b 29 {TEAL}"),
    "toc 1": ("Normal", '<w:spacing w:before="40" w:after="40"/>', ""),
    "header": (
        "Normal",
        f'<w:tabs><w:tab w:val="right" w:pos="{TEXT_WIDTH}"/></w:tabs><w:spacing w:before="0" w:after="0"/>',
        f"15 {GREY}",
    ),
    "footer": (
        "Normal",
        f'<w:tabs><w:tab w:val="right" w:pos="{TEXT_WIDTH}"/></w:tabs><w:spacing w:before="0" w:after="0"/>',
        f"15 {GREY}",
    ),
    "List Bullet": (
        "Normal",
        '<w:numPr><w:numId w:val="1"/></w:numPr><w:spacing w:before="40" w:after="40"/><w:ind w:left="284" w:hanging="284"/>',
        "",
    ),
    "Intro": ("Normal", '<w:keepNext/><w:spacing w:before="0" w:after="140"/>', GREY),
    "Note": ("Normal", '<w:keepNext/><w:spacing w:before="20" w:after="100"/>', f"17 {GREY}"),
    "Standing": (
        "Normal",
        f'<w:pBdr><w:left w:val="single" w:sz="16" w:space="8" w:color="{TEAL}"/></w:pBdr>'
        '<w:spacing w:before="0" w:after="0" w:line="300" w:lineRule="auto"/><w:ind w:left="227"/>',
        "",
    ),
    "Rung Label": ("Normal", '<w:keepNext/><w:spacing w:before="0" w:after="0"/>', "16"),
    "Rung Name": ("Normal", '<w:keepNext/><w:spacing w:before="0" w:after="0"/>', "b 24"),
    "Rung Note": ("Normal", '<w:spacing w:before="0" w:after="0"/>', "16"),
    "Act": (
        "Normal",
        '<w:keepNext/><w:keepLines/><w:numPr><w:numId w:val="2"/></w:numPr><w:spacing w:before="40" w:after="0"/>'
        '<w:ind w:left="340" w:hanging="340"/>',
        "b 19",
    ),
    "Act Text": ("Normal", '<w:keepLines/><w:spacing w:before="0" w:after="0"/><w:ind w:left="340"/>', "17"),
    "Act Why": ("Act Text", '<w:spacing w:before="0" w:after="60"/>', f"16 {GREY}"),
    "Opening Line": ("Normal", '<w:spacing w:before="0" w:after="70"/>', "18"),
    "Chart": ("Normal", '<w:keepNext/><w:spacing w:before="0" w:after="40" w:line="240" w:lineRule="auto"/>', ""),
    "Legend": ("Normal", '<w:spacing w:before="20" w:after="0"/>', f"15 {GREY}"),
    "Table Head": ("Normal", '<w:keepNext/><w:spacing w:before="0" w:after="0"/>', f"b 17 {TEAL}"),
    "Table Group": ("Normal", '<w:keepNext/><w:spacing w:before="0" w:after="0"/>', f"b 17 {TEAL}"),
    "Table Text": ("Normal", '<w:spacing w:before="0" w:after="0" w:line="264" w:lineRule="auto"/>', "17"),
    "Table Small": ("Table Text", "", f"15 {GREY}"),
    "Between": ("Normal", '<w:spacing w:before="0" w:after="0" w:line="120" w:lineRule="exact"/>', "8"),
    "Ground": (
        "Normal",
        f'<w:keepNext/><w:keepLines/><w:pBdr><w:left w:val="single" w:sz="8" w:space="6" w:color="{LINE}"/></w:pBdr>'
        '<w:spacing w:before="160" w:after="60"/><w:ind w:left="170"/>',
        "b 19",
    ),
    "Clause 1": ("Normal", '<w:keepLines/><w:spacing w:before="50" w:after="50"/><w:ind w:left="340"/>', "18"),
    "Clause 2": ("Clause 1", '<w:ind w:left="620"/>', ""),
    "Clause 3": ("Clause 1", '<w:ind w:left="900"/>', ""),
    "Clause 4": ("Clause 1", '<w:ind w:left="1180"/>', ""),
    "Card Note": ("Normal", '<w:keepNext/><w:spacing w:before="0" w:after="80"/>', f"16 {GREY}"),
    "Local Title": (
        "Normal",
        f'<w:keepNext/><w:shd w:val="clear" w:color="auto" w:fill="{PALE}"/><w:spacing w:before="120" w:after="0"/>',
        f"b 18 {TEAL}",
    ),
    "Local": (
        "Normal",
        f'<w:keepLines/><w:numPr><w:numId w:val="1"/></w:numPr><w:shd w:val="clear" w:color="auto" w:fill="{PALE}"/>'
        '<w:spacing w:before="0" w:after="0"/><w:ind w:left="284" w:hanging="284"/>',
        "18",
    ),
    "Small": ("Normal", '<w:spacing w:before="40" w:after="20"/>', f"15 {GREY}"),
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
    "On Dark": "FFFFFF",
    "Meta": f"n 16 {GREY}",
    "Who": TEAL,
    "Hyperlink": TEAL,
}


def style_id(name: str) -> str:
    """How a document refers to the style ``name``."""
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


def _styles() -> str:
    fonts = f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{CHINESE}" w:cs="{LATIN}"/>'
    language = '<w:lang w:val="en-GB" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
    body = f'<w:color w:val="{INK}"/><w:sz w:val="{BODY}"/><w:szCs w:val="{BODY}"/>'
    written = [
        HEAD, f"<w:styles {NAMES}><w:docDefaults><w:rPrDefault><w:rPr>{fonts}{body}{language}</w:rPr></w:rPrDefault>",
        '<w:pPrDefault><w:pPr><w:spacing w:before="80" w:after="80" w:line="288" w:lineRule="auto"/></w:pPr></w:pPrDefault>',
        '</w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>',
        f'<w:pPr><w:widowControl/></w:pPr><w:rPr>{fonts}</w:rPr></w:style>',
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">',
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>',
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>',
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>',
        '<w:top w:w="0" w:type="dxa"/><w:left w:w="0" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>',
        '<w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>',
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/><w:semiHidden/></w:style>',
    ]  # fmt: skip
    for name, (base, paragraph, characters) in PARAGRAPHS.items():
        written.append(
            f'<w:style w:type="paragraph" w:styleId="{style_id(name)}"><w:name w:val="{name}"/>'
            f'<w:basedOn w:val="{style_id(base)}"/><w:qFormat/><w:pPr>{paragraph}</w:pPr>{_characters(characters)}</w:style>'
        )
    for name, characters in CHARACTERS.items():
        written.append(
            f'<w:style w:type="character" w:styleId="{style_id(name)}"><w:name w:val="{name}"/><w:qFormat/>'
            f"{_characters(characters)}</w:style>"
        )
    written.append(_table_style("Report Table", f'<w:insideH w:val="single" w:sz="4" w:space="0" w:color="{LINE}"/>'
                               f'<w:bottom w:val="single" w:sz="4" w:space="0" w:color="{LINE}"/>', 60, 90))  # fmt: skip
    written.append(_table_style("Steps Table", "", 30, 80))
    edges = "".join(f'<w:{side} w:val="single" w:sz="8" w:space="0" w:color="{LINE}"/>'
                    for side in ("top", "left", "bottom", "right", "insideH", "insideV"))  # fmt: skip
    written.append(_table_style("Ladder", edges, 90, 130))
    written.append(_table_style("Layout", "", 0, 0))
    return "".join(written) + "</w:styles>"


def _table_style(name: str, borders: str, above: int, beside: int) -> str:
    order = ("top", "left", "bottom", "right", "insideH", "insideV")
    sides = sorted(borders.split("/>")[:-1], key=lambda one: order.index(one.split()[0].removeprefix("<w:")))
    drawn = "".join(f"{one}/>" for one in sides)
    return (
        f'<w:style w:type="table" w:styleId="{style_id(name)}"><w:name w:val="{name}"/><w:basedOn w:val="TableNormal"/>'
        f"<w:tblPr>{f'<w:tblBorders>{drawn}</w:tblBorders>' if drawn else ''}<w:tblCellMar>"
        f'<w:top w:w="{above}" w:type="dxa"/><w:left w:w="{beside}" w:type="dxa"/>'
        f'<w:bottom w:w="{above}" w:type="dxa"/><w:right w:w="{beside}" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    )


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


def packed(document: str, header: str, footer: str) -> bytes:
    """A .docx of these parts; the same bytes for the same parts."""
    package = "http://schemas.openxmlformats.org/package/2006"
    core = "application/vnd.openxmlformats-package.core-properties+xml"
    written = {name: (content_type, build()) for name, (_, content_type, build) in RELATIONS.items()}
    written["header1"] = (f"{OFFICE}.header+xml", f"{HEAD}<w:hdr {NAMES}>{header}</w:hdr>")
    written["footer1"] = (f"{OFFICE}.footer+xml", f"{HEAD}<w:ftr {NAMES}>{footer}</w:ftr>")
    written["document"] = (
        f"{OFFICE}.document.main+xml",
        f"{HEAD}<w:document {NAMES}><w:body>{document}<w:sectPr>"
        '<w:headerReference w:type="default" r:id="rId5"/><w:footerReference w:type="default" r:id="rId6"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1300" w:right="1140" w:bottom="1240" w:left="1140" '
        'w:header="680" w:footer="560" w:gutter="0"/></w:sectPr></w:body></w:document>',
    )
    kinds = [*(kind for kind, _, _ in RELATIONS.values()), "header", "footer"]
    names = [*RELATIONS, "header1", "footer1"]
    relations = "".join(
        f'<Relationship Id="rId{index}" Type="{R}/{kind}" Target="{name}.xml"/>'
        for index, (kind, name) in enumerate(zip(kinds, names, strict=True), start=1)
    )
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{content_type}"/>'
        for name, (content_type, _) in written.items()
    )
    parts = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        f'{types}<Override PartName="/docProps/core.xml" ContentType="{core}"/></Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{R}/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" '
        f'Type="{package}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>',
        "docProps/core.xml": f'{HEAD}<cp:coreProperties xmlns:cp="{package}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>report</dc:title></cp:coreProperties>',
        "word/_rels/document.xml.rels": f'{HEAD}<Relationships xmlns="{package}/relationships">{relations}</Relationships>',
        **{f"word/{name}.xml": text for name, (_, text) in written.items()},
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return made.getvalue()
