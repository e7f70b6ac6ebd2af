"""Parts of a Word document that python-docx does not make by itself: styles, fields, marked heads, fixed bytes."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT, WD_UNDERLINE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from pipeline.report.characters import printable
from pipeline.report.model import Segment, SegmentKind

__all__ = ["add_bullets", "add_clause", "add_footer", "add_table", "add_text", "new_document", "save_fixed"]

_FONT = "Calibri"
_INK = RGBColor(0x1D, 0x3F, 0x63)
_GREY = RGBColor(0x55, 0x5F, 0x6B)

_TEXT_WIDTH = Cm(16.6)

# Our paragraph styles: name, size in points, space after in points.
_PARAGRAPHS = (
    ("Table text", 9, 0),
    ("Table head", 9, 0),
    ("Clause", 10, 4),
    ("Clause place", 9, 2),
    ("Lead-in", 10.5, 6),
    ("Note", 9, 4),
)

_STYLE_OF = {
    SegmentKind.SAME: "Matched words",
    SegmentKind.REWORDED: "Reworded words",
    SegmentKind.MOVED: "Moved words",
    SegmentKind.FORMULA: "Formula words",
    SegmentKind.PLAIN: None,
}

# Language tags as Word wants them, with the attribute that holds them.
_LANGUAGES = {
    "en": ("val", "en-GB"),
    "fr": ("val", "fr-FR"),
    "es": ("val", "es-ES"),
    "ru": ("val", "ru-RU"),
    "ar": ("bidi", "ar-SA"),
    "zh": ("eastAsia", "zh-CN"),
}

_TABLE_STYLE = """
<w:style {ns} w:type="table" w:customStyle="1" w:styleId="OverlapTable">
  <w:name w:val="Overlap Table"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/>
  <w:tblPr>
    <w:tblBorders>
      <w:top w:val="single" w:sz="8" w:space="0" w:color="1D3F63"/>
      <w:bottom w:val="single" w:sz="8" w:space="0" w:color="1D3F63"/>
      <w:insideH w:val="single" w:sz="4" w:space="0" w:color="C3CAD2"/>
    </w:tblBorders>
    <w:tblCellMar>
      <w:top w:w="50" w:type="dxa"/><w:left w:w="90" w:type="dxa"/>
      <w:bottom w:w="50" w:type="dxa"/><w:right w:w="90" w:type="dxa"/>
    </w:tblCellMar>
  </w:tblPr>
  <w:tblStylePr w:type="firstRow">
    <w:rPr><w:b/></w:rPr><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="E7EDF3"/></w:tcPr>
  </w:tblStylePr>
  <w:tblStylePr w:type="firstCol"><w:rPr><w:b/></w:rPr></w:tblStylePr>
</w:style>
"""


def new_document(title: str, subject: str, made: datetime) -> Document:
    """An A4 document in British English with the styles of the reports and its properties set."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2)
    _make_styles(document)
    _set_language(document)
    properties = document.core_properties
    properties.title, properties.subject = printable(title), printable(subject)
    properties.author = properties.last_modified_by = "Overlap"
    properties.comments, properties.keywords = "", "overlap; coordination; resolutions"
    properties.language, properties.revision = "en-GB", 1
    properties.created = properties.modified = made.replace(tzinfo=None)
    return document


def _make_styles(document: Document) -> None:
    styles = document.styles
    _shape(styles["Normal"], 10.5, after=6)
    styles["Normal"].paragraph_format.line_spacing = 1.08
    _shape(styles["Title"], 20, after=10, bold=True, colour=_INK)
    _drop_border(styles["Title"])
    for level, size, before in ((1, 14, 16), (2, 12, 14), (3, 10.5, 8)):
        _shape(styles[f"Heading {level}"], size, before=before, after=4, bold=True, colour=_INK)
    footer = styles["Footer"]
    _shape(footer, 8.5, after=0, colour=_GREY)
    for tabs in footer.element.get_or_add_pPr().findall(qn("w:tabs")):
        footer.element.pPr.remove(tabs)
    footer.paragraph_format.tab_stops.add_tab_stop(_TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    for name in ("List Bullet", "List Number"):
        styles[name].paragraph_format.space_after = Pt(3)
    for name, size, after in _PARAGRAPHS:
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _shape(style, size, after=after, colour=_GREY if name in ("Clause place", "Note") else None)
    # Never "Clause place": inside a table it would tie whole rows to one another, and leave pages half empty.
    for name in ("Table head", "Lead-in"):
        styles[name].paragraph_format.keep_with_next = True
    matched = styles.add_style("Matched words", WD_STYLE_TYPE.CHARACTER)
    matched.font.bold, matched.font.underline = True, True
    for name, line in (("Reworded words", WD_UNDERLINE.WAVY), ("Moved words", WD_UNDERLINE.DOUBLE)):
        styles.add_style(name, WD_STYLE_TYPE.CHARACTER).font.underline = line
    formula = styles.add_style("Formula words", WD_STYLE_TYPE.CHARACTER)
    formula.font.underline, formula.font.color.rgb = WD_UNDERLINE.DOTTED, _GREY
    styles.element.append(parse_xml(_TABLE_STYLE.format(ns=nsdecls("w"))))


def _shape(
    style: ParagraphStyle,
    size: float,
    after: float,
    before: float = 0,
    bold: bool | None = None,
    colour: RGBColor | None = None,
) -> None:
    style.font.name, style.font.size, style.font.bold = _FONT, Pt(size), bold
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    if colour is not None:
        style.font.color.rgb = colour
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)


def _drop_border(style: ParagraphStyle) -> None:
    properties = style.element.get_or_add_pPr()
    for border in properties.findall(qn("w:pBdr")):
        properties.remove(border)


def _set_language(document: Document) -> None:
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")


def add_footer(document: Document, text: str) -> None:
    """A footer with a text and the page number as a field that Word keeps up to date."""
    footer = document.sections[0].footer
    paragraph = footer.paragraphs[0]
    paragraph.style = document.styles["Footer"]
    paragraph.add_run(f"{printable(text)}\tPage ")
    _add_field(paragraph, "PAGE")
    paragraph.add_run(" of ")
    _add_field(paragraph, "NUMPAGES")


def _add_field(paragraph: Paragraph, code: str) -> None:
    for kind, content in (("begin", None), (None, code), ("separate", None), ("text", "1"), ("end", None)):
        run = paragraph.add_run("1" if kind == "text" else "")
        if kind == "text":
            continue
        element = OxmlElement("w:instrText" if kind is None else "w:fldChar")
        if kind is None:
            element.text = content
        else:
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def add_text(holder: Document | _Cell, text: str, style: str = "Normal") -> Paragraph:
    """A paragraph of our own or of corpus text, without characters that Word refuses."""
    return holder.add_paragraph(printable(text), style=style)


def add_bullets(document: Document, sentences: Iterable[str], style: str = "List Bullet") -> None:
    """One list item for each sentence."""
    for sentence in sentences:
        add_text(document, sentence, style)


def add_clause(
    paragraph: Paragraph, segments: Sequence[Segment], language: str, direction: str, label: str = ""
) -> None:
    """The words of a clause in its own language, matched ones in bold and underlined."""
    if direction == "rtl":
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
    runs = ([(f"{label}\u2002", None)] if label else []) + [(part.text, _STYLE_OF[part.kind]) for part in segments]
    attribute, tag = _LANGUAGES.get(language.partition("-")[0].casefold(), ("val", language))
    for text, style in runs:
        run = paragraph.add_run(printable(text), style=style)
        properties = run._r.get_or_add_rPr()
        if direction == "rtl":
            properties.append(OxmlElement("w:rtl"))
        mark = OxmlElement("w:lang")
        mark.set(qn(f"w:{attribute}"), tag)
        properties.append(mark)


def add_table(
    document: Document,
    title: str,
    head: Sequence[str],
    widths: Sequence[float],
    rows: Iterable[Sequence[str]],
    *,
    breakable: bool = False,
) -> Table:
    """A table whose head row is marked and repeated on every page; ``title`` is its description for screen readers.

    Args:
        document: where the table is added at the end.
        title: says in a few words what the table shows.
        head: names of the columns.
        widths: of the columns, in centimetres.
        rows: texts of the cells.
        breakable: whether a row may run over to the next page, as long ones should.
    """
    texts = list(rows)
    table: Table = document.add_table(rows=1 + len(texts), cols=len(head))
    table.style = document.styles["Overlap Table"]
    table.autofit = False
    _describe(table, title)
    _fill(table, 0, head, "Table head")
    marks = table.rows[0]._tr.get_or_add_trPr()
    marks.append(OxmlElement("w:cantSplit"))
    marks.append(OxmlElement("w:tblHeader"))
    for position, row in enumerate(texts, start=1):
        if not breakable:
            table.rows[position]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        _fill(table, position, row)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    return table


def _describe(table: Table, title: str) -> None:
    properties = table._tbl.tblPr
    for look in properties.findall(qn("w:tblLook")):
        for name, value in (("firstRow", "1"), ("firstColumn", "0"), ("noHBand", "1"), ("noVBand", "1")):
            look.set(qn(f"w:{name}"), value)
        look.set(qn("w:val"), "0620")
    for tag in ("w:tblCaption", "w:tblDescription"):
        element = OxmlElement(tag)
        element.set(qn("w:val"), title)
        properties.append(element)


def _fill(table: Table, row: int, texts: Sequence[str], style: str = "Table text") -> None:
    for cell, text in zip(table.rows[row].cells, texts, strict=True):
        cell.paragraphs[0].style = style
        cell.paragraphs[0].add_run(printable(text))


def save_fixed(document: Document, path: Path, made: datetime) -> None:
    """Write the document with the time of the run in every part, so that equal contents give equal bytes."""
    draft = io.BytesIO()
    document.save(draft)
    stamp = max(made.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(path, "w") as target:
        for part in source.infolist():
            fixed = zipfile.ZipInfo(part.filename, date_time=stamp)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            fixed.create_system = 0
            target.writestr(fixed, source.read(part))
