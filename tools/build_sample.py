"""Build the sample corpus: read ``corpus/source/*.toml`` and lay the texts out under ``corpus/sample``.

The output is deterministic: two runs give the same bytes. All dates inside the files are fixed.

Usage:
    python tools/build_sample.py [--source DIR] [--out DIR]
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import re
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph as WordParagraph
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

ROOT = Path(__file__).resolve().parent.parent
FIXED_DATE = dt.datetime(2025, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
OPERATIVE_VERBS = "resolves|decides|instructs|invites|requests|urges|encourages|calls upon|recommends|authorizes"
OPERATIVE = re.compile(rf"^(?:further\s+)?(?:{OPERATIVE_VERBS})\b")
ROMAN_ITEM = re.compile(r"^(?P<label>[ivx]+\))\s+(?P<text>.+)$")
# Letters of labels, and the stops between items, before the next section and at the end, where they are not English.
LETTERS = {"ar": "أبجدهوزحطي", "ru": "абвгдежзик"}
STOPS = {"ar": "؛،.", "zh": "；，。"}
EAST_ASIAN = {"zh": ("SimSun", "zh-CN")}
RIGHT_TO_LEFT = {"ar": "ar-EG"}
NUMBERED_PARAGRAPH = re.compile(r"^(?P<label>\d+(?:\.\d+)*)\t(?P<text>.+)$", re.S)
MARKS = re.compile(r"\{-(?P<old>.*?)-\}|\{\+(?P<new>.*?)\+\}|\[\^(?P<note>\d+)\]", re.S)

# Name, centred, bold, italic, indent in centimetres.
ITU_STYLES = (
    ("Res_No", True, False, False, 0.0),
    ("Res_title", True, True, False, 0.0),
    ("Res_ref", True, False, True, 0.0),
    ("Normalaftertitle", False, False, False, 0.0),
    ("Call", False, False, True, 0.0),
    ("enumlev1", False, False, False, 1.4),
    ("Annex_No", True, False, False, 0.0),
    ("Annex_title", True, True, False, 0.0),
    ("Tablehead", True, True, False, 0.0),
    ("Tabletext", False, False, False, 0.0),
    ("Proposal", False, True, False, 0.0),
    ("Reasons", False, False, False, 0.0),
    ("Source", True, True, False, 0.0),
    ("Title1", True, False, False, 0.0),
    ("Headingb", False, True, False, 0.0),
)
# Block kind: style of the ITU template; centred, bold, italic in the plain template.
WORD_FORMS = {
    "number": ("Res_No", True, False, False),
    "title": ("Res_title", True, True, False),
    "history": ("Res_ref", True, False, True),
    "enacting": ("Normalaftertitle", False, False, False),
    "call": ("Call", False, False, True),
    "annex_number": ("Annex_No", True, False, False),
    "annex_title": ("Annex_title", True, True, False),
    "doc_title": ("Title1", True, True, False),
    "box_heading": ("Headingb", False, True, False),
    "box": ("Normal", False, False, False),
    "heading": ("Headingb", False, True, False),
    "caption": ("Tablehead", True, True, False),
    "marker": ("Proposal", False, True, False),
    "rule": ("Res_No", True, False, False),
}
FOOTNOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
FOOTNOTES_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"

FONT, FONT_BOLD, FONT_ITALIC, FONT_SIZE = "Times-Roman", "Times-Bold", "Times-Italic", 11.5
PDF_MARGIN, FRAME_PADDING = 65.0, 6.0


def pdf_style(name: str, font: str = FONT, **changes: str | float) -> ParagraphStyle:
    """Make a paragraph style for PDF files."""
    given: dict[str, Any] = {
        "fontName": font,
        "fontSize": FONT_SIZE,
        "leading": 14,
        "spaceBefore": 6,
        "alignment": 4,
        "justifyBreaks": 1,
    }
    return ParagraphStyle(name, **(given | changes))


PDF_STYLES = {
    "number": pdf_style("number", alignment=1, spaceBefore=10, fontSize=13),
    "title": pdf_style("title", FONT_BOLD, alignment=1, spaceBefore=10, spaceAfter=4, fontSize=13, leading=16),
    "history": pdf_style("history", FONT_ITALIC, alignment=1),
    "enacting": pdf_style("enacting", spaceBefore=14),
    "call": pdf_style("call", FONT_ITALIC, leftIndent=28, spaceBefore=9, keepWithNext=1, alignment=0),
    "runon": pdf_style("runon"),
    "item": pdf_style("item", leftIndent=28, bulletIndent=0, bulletFontName=FONT, bulletFontSize=FONT_SIZE),
    "subitem": pdf_style("subitem", leftIndent=56, bulletIndent=28, bulletFontName=FONT, bulletFontSize=FONT_SIZE),
    "paragraph": pdf_style("paragraph"),
    "annex_number": pdf_style("annex_number", alignment=1, spaceBefore=24, fontSize=13, keepWithNext=1),
    "annex_title": pdf_style("annex_title", FONT_BOLD, alignment=1, spaceBefore=10, spaceAfter=4, keepWithNext=1),
}


@dataclass
class FileSpec:
    """One output file as described in ``layout.toml``.

    Attributes:
        name: file name; the ending decides the form.
        texts: canonical ids of the texts it holds.
        template: "itu" for ITU paragraph styles, "plain" for direct formatting.
        numbering: "typed" labels or Word's own "auto" numbering.
        nonbreaking: write ITU-T, ITU-R and ITU-D with a non-breaking hyphen.
        hyphenate: words which may be divided at line ends, with their division points (PDF).
        head: running head (PDF).
        bundle_title: cover title of a file which holds several texts.
        language: official language of the file.
        footnotes: filled from the texts.
    """

    name: str
    texts: list[str]
    template: str = "itu"
    numbering: str = "typed"
    nonbreaking: bool = False
    hyphenate: list[str] = field(default_factory=list)
    head: str = ""
    bundle_title: str = ""
    language: str = "en"
    footnotes: list[str] = field(default_factory=list)


@dataclass
class Block:
    """One paragraph or table of a laid-out text.

    Attributes:
        kind: what the block is, such as "call" or "item".
        text: its words, with marks for tracked changes and footnotes.
        label: "a)", "1" or empty.
        prefix: words set before the text in another face, such as a run-on call.
        operative: whether an item belongs to a numbered list (otherwise lettered).
        rows: the cells of a table.
        fields: the cover fields of a document.
    """

    kind: str
    text: str = ""
    label: str = ""
    prefix: str = ""
    operative: bool = False
    rows: list[list[str]] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass
class Run:
    """A stretch of text of one kind: "text", "ins", "del" or "note"."""

    kind: str
    text: str


def runs_of(text: str) -> list[Run]:
    """Cut a text at its marks for insertions, deletions and footnotes."""
    found = []
    position = 0
    for match in MARKS.finditer(text):
        if match.start() > position:
            found.append(Run("text", text[position : match.start()]))
        kind = "del" if match["old"] is not None else "ins" if match["new"] is not None else "note"
        found.append(Run(kind, match["old"] or match["new"] or match["note"]))
        position = match.end()
    if position < len(text):
        found.append(Run("text", text[position:]))
    return found


@dataclass
class Corpus:
    """Everything read from the source folder.

    Attributes:
        texts: instruments, documents and proposals by canonical id.
        files: the output files wanted.
    """

    texts: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: list[FileSpec] = field(default_factory=list)


def load(source: Path) -> Corpus:
    """Read all TOML files of a folder.

    Args:
        source: folder with the source files and ``layout.toml``.

    Returns:
        The corpus with ``based_on`` editions worked out.

    Raises:
        ValueError: if two texts have the same id.
    """
    corpus = Corpus()
    for path in sorted(source.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for kind in ("instrument", "document", "proposal"):
            for text in data.get(kind, []):
                if text["id"] in corpus.texts:
                    raise ValueError(f"{path.name}: duplicate id {text['id']}")
                corpus.texts[text["id"]] = derive(text, corpus.texts) | {"kind": kind}
        for text in data.get("translation", []):
            corpus.texts[f"{text['of']};lang={text['language']}"] = translated(text, corpus.texts[text["of"]])
        corpus.files += [FileSpec(**entry) for entry in data.get("file", [])]
    return corpus


def derive(text: dict[str, Any], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Work out an edition which is described as changes to an earlier one.

    Args:
        text: the entry as read; returned unchanged when it has no ``based_on``.
        known: the texts read so far.

    Returns:
        The full entry.

    Raises:
        ValueError: if a passage to be replaced is absent from the earlier edition.
    """
    if "based_on" not in text:
        return text
    raw = json.dumps(known[text["based_on"]], ensure_ascii=False)
    for old, new in text["replace"]:
        if old not in raw:
            raise ValueError(f"{text['id']}: passage not found: {old}")
        raw = raw.replace(old, new)
    merged: dict[str, Any] = json.loads(raw)
    merged.update({key: value for key, value in text.items() if key not in ("replace", "based_on")})
    return merged


def translated(text: dict[str, Any], original: dict[str, Any]) -> dict[str, Any]:
    """Give a translation the structure of its original.

    Args:
        text: the entry as read.
        original: the text which it translates.

    Returns:
        The full entry, each section knowing its language and its part.

    Raises:
        ValueError: if sections or items are missing.
    """
    sizes = [[len(section["items"]) for section in t["sections"]] for t in (text, original)]
    if sizes[0] != sizes[1]:
        raise ValueError(f"{text['of']} in {text['language']}: items {sizes[0]}, in the original {sizes[1]}")
    sections = [
        section | {"operative": is_operative(model), "language": text["language"]}
        for section, model in zip(text["sections"], original["sections"], strict=True)
    ]
    return text | {"sections": sections, "kind": "instrument"}


def is_operative(section: dict[str, Any]) -> bool:
    """Tell whether a section is operative: by its call in English, by its original in other languages."""
    return bool(section.get("operative", OPERATIVE.match(section["call"]) is not None))


def labels(section: dict[str, Any]) -> list[str]:
    """Give the label of each item of a section, empty for an unnumbered paragraph."""
    count = len(section["items"])
    if not section.get("numbered", count > 1):
        return [""] * count
    if is_operative(section):
        return [str(number + 1) for number in range(count)]
    letters = LETTERS.get(section.get("language", "en"), "abcdefghijklmnopqrstuvwxyz")
    return [f"{letters[number]})" for number in range(count)]


def closed(text: str, stop: str) -> str:
    """Add the closing punctuation unless the text has one, keeping a tracked-change mark outside."""
    if text.endswith(("?", ".", ":", ";")):
        return text
    return text + stop


def section_items(section: dict[str, Any], last: bool) -> Iterator[tuple[str, int, str]]:
    """Yield label, level and punctuated text of each item and sub-item of a section.

    Args:
        section: the section as read.
        last: whether the section closes the text.
    """
    names = labels(section)
    between, comma, full = STOPS.get(section.get("language", "en"), ";,.")
    for index, (label, item) in enumerate(zip(names, section["items"], strict=True)):
        final = full if last else comma
        stop = final if index == len(names) - 1 else between
        head, *subs = item.split("\n")
        yield label, 1, head if subs else closed(head, stop)
        for number, sub in enumerate(subs):
            match = ROMAN_ITEM.match(sub)
            name, words = (match["label"], match["text"]) if match else ("", sub)
            text = words.rstrip(";")
            yield name, 2, closed(text, stop if number == len(subs) - 1 else between)


def instrument_blocks(text: dict[str, Any]) -> Iterator[Block]:
    """Lay out one instrument as a row of blocks."""
    question = text["label"].startswith("QUESTION")
    yield Block("number", text["label"])
    yield Block("title", text["title"])
    if text.get("history"):
        yield Block("history", text["history"])
    if "enacting" in text:
        yield Block("enacting", text["enacting"])
    sections = text.get("sections", [])
    for position, section in enumerate(sections):
        last = position == len(sections) - 1
        items = list(section_items(section, last))
        if section.get("runon"):
            label, level, words = items.pop(0)
            yield Block("runon", words, prefix=section["call"])
        else:
            comma = "," if question and not section["call"].startswith("decides") else ""
            yield Block("call", section["call"] + comma)
        for label, level, words in items:
            yield Block("item" if level == 1 else "subitem", words, label=label, operative=is_operative(section))
    for annex in text.get("annexes", []):
        yield Block("annex_number", annex["label"])
        yield Block("annex_title", annex["title"])
        for number, words in enumerate(annex["items"]):
            yield Block("item", words, label=str(number + 1), operative=True)
        if "table" in annex:
            yield Block("table", rows=annex["table"])
    if text.get("reasons"):
        yield Block("reasons", text["reasons"], prefix="Reasons:")


def document_blocks(text: dict[str, Any]) -> Iterator[Block]:
    """Lay out a meeting document: header, boxes, sections."""
    if text.get("symbol"):
        yield Block("cover", fields=text)
    for heading, words in text["boxes"]:
        yield Block("box_heading", heading)
        yield Block("box", words)
    yield Block("rule", "____________")
    for section in text.get("sections", []):
        yield Block("heading", section["heading"])
        for words in section["paragraphs"]:
            match = NUMBERED_PARAGRAPH.match(words)
            yield Block("paragraph", match["text"] if match else words, label=match["label"] if match else "")
        if "table" in section:
            yield Block("caption", section["table_caption"])
            yield Block("table", rows=section["table"])
    for item in text.get("items", []):
        yield Block("marker", item["marker"])
        yield from instrument_blocks(item)
    yield Block("rule", "______________")


def text_blocks(text: dict[str, Any]) -> list[Block]:
    """Lay out any text."""
    return list(instrument_blocks(text) if text["kind"] == "instrument" else document_blocks(text))


def write_txt(blocks: list[Block], path: Path) -> None:
    """Write blocks as plain UTF-8 text, one paragraph a line."""
    lines = []
    for block in blocks:
        words = "".join(run.text for run in runs_of(block.text) if run.kind in ("text", "ins"))
        if block.kind == "runon":
            words = f"{block.prefix} {words}"
        lines.append(f"{block.label}\t{words}" if block.label else words)
        if block.kind in ("number", "title", "enacting", "box", "rule"):
            lines.append("")
    path.write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def record(text: dict[str, Any]) -> dict[str, Any]:
    """Give one instrument in the form of the JSON Lines file."""
    work, _, edition = text["id"].partition("@")
    body, kind, number = work.split("/")
    sections = []
    for position, section in enumerate(text["sections"]):
        items = section_items(section, position == len(text["sections"]) - 1)
        part = "operative" if is_operative(section) else "preambular"
        clauses = [{"label": label, "text": words} for label, _, words in items]
        sections.append({"call": section["call"], "part": part, "clauses": clauses})
    head = {"id": text["id"], "body": body, "type": kind, "number": number, "edition": edition}
    return head | {"title": text["title"], "language": "en", "sections": sections}


def write_jsonl(texts: list[dict[str, Any]], path: Path) -> None:
    """Write instruments as one JSON object a line."""
    lines = [json.dumps(record(text), ensure_ascii=False) for text in texts]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


# ---------------------------------------------------------------------------------------------------------------- Word


class WordWriter:
    """Writes blocks into one Word file."""

    def __init__(self, spec: FileSpec) -> None:
        """Open an empty document with the styles of the template."""
        self.spec = spec
        self.document = docx.Document()
        self.changes = 100
        self.bookmarks = 0
        self.list_kind = ""
        self.list_id = 0
        self.styles()
        self.language()
        if spec.numbering == "auto":
            self.abstract_lists()

    def styles(self) -> None:
        """Set the page, the Normal style and, for the ITU template, the ITU styles."""
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.5)
        normal: Any = self.document.styles["Normal"]
        normal.font.name, normal.font.size = "Times New Roman", Pt(12)
        normal.paragraph_format.space_before, normal.paragraph_format.space_after = Pt(6), Pt(0)
        if self.spec.template == "plain":
            return
        for name, centred, bold, italic, indent in ITU_STYLES:
            style: Any = self.document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = normal
            style.font.bold, style.font.italic = bold, italic
            if centred:
                style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
                style.paragraph_format.space_before = Pt(12)
            if name in ("Call", "Headingb"):
                style.paragraph_format.space_before = Pt(8)
                style.paragraph_format.keep_with_next = True
            if name == "Call":
                style.paragraph_format.left_indent = Cm(1.27)
            if name in ("Tablehead", "Tabletext"):
                style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(2)
            if indent:
                style.paragraph_format.left_indent = Cm(indent)
                style.paragraph_format.first_line_indent = Cm(-0.7)

    def language(self) -> None:
        """Set the page and the styles for languages which are not written as English is."""
        if self.spec.language in RIGHT_TO_LEFT:
            properties: Any = self.document.sections[0]._sectPr
            properties.insert_element_before(parse_xml(f"<w:bidi {nsdecls('w')}/>"), "w:rtlGutter", "w:docGrid")
        if self.spec.language in EAST_ASIAN:
            font, _ = EAST_ASIAN[self.spec.language]
            normal: Any = self.document.styles["Normal"]
            normal.element.rPr.rFonts.set(qn("w:eastAsia"), font)

    def direct(self, target: WordParagraph) -> None:
        """Mark a paragraph and its runs with their direction and language; English needs no mark."""
        language = self.spec.language
        if language in RIGHT_TO_LEFT:
            target._p.get_or_add_pPr().insert_element_before(
                parse_xml(f"<w:bidi {nsdecls('w')}/>"), "w:adjustRightInd", "w:spacing", "w:ind", "w:jc", "w:rPr"
            )
        for run in target.runs if language in RIGHT_TO_LEFT or language in EAST_ASIAN else ():
            properties = run._r.get_or_add_rPr()
            if language in RIGHT_TO_LEFT:
                properties.append(parse_xml(f"<w:rtl {nsdecls('w')}/>"))
                if run.italic:
                    properties.insert_element_before(parse_xml(f"<w:iCs {nsdecls('w')}/>"), "w:rtl")
                properties.append(parse_xml(f'<w:lang {nsdecls("w")} w:bidi="{RIGHT_TO_LEFT[language]}"/>'))
            else:
                properties.append(parse_xml(f'<w:lang {nsdecls("w")} w:eastAsia="{EAST_ASIAN[language][1]}"/>'))

    def abstract_lists(self) -> None:
        """Define a lettered list (id 90) and a numbered list (id 91) with roman sub-items."""
        numbering = self.document.part.numbering_part.element
        first = next(iter(numbering.findall(qn("w:num"))), None)
        for ident, form, pattern in ((90, "lowerLetter", "%1)"), (91, "decimal", "%1")):
            xml = (
                f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{ident}"><w:multiLevelType w:val="multilevel"/>'
                f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{pattern}"/>'
                '<w:pPr><w:ind w:left="567" w:hanging="567"/></w:pPr></w:lvl>'
                '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="%2)"/>'
                '<w:pPr><w:ind w:left="1134" w:hanging="567"/></w:pPr></w:lvl></w:abstractNum>'
            )
            element = parse_xml(xml)
            if first is None:
                numbering.append(element)
            else:
                first.addprevious(element)

    def new_list(self, abstract: int) -> int:
        """Start a list of its own, so that each section counts from one."""
        numbering = self.document.part.numbering_part.element
        ident = 900 + len(numbering.findall(qn("w:num")))
        numbering.append(
            parse_xml(
                f'<w:num {nsdecls("w")} w:numId="{ident}"><w:abstractNumId w:val="{abstract}"/>'
                '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
            )
        )
        return ident

    def paragraph(self, style: str = "Normal", *, centred: bool = False) -> WordParagraph:
        """Add a paragraph; the plain template knows the style Normal only."""
        plain = self.spec.template == "plain"
        added = self.document.add_paragraph(style="Normal" if plain else style)
        if plain and centred:
            added.alignment = WD_ALIGN_PARAGRAPH.CENTER
        return added

    def fill(self, target: WordParagraph, text: str, *, bold: bool | None = None, italic: bool | None = None) -> None:
        """Write a text with its tracked changes and footnote references into a paragraph."""
        if self.spec.nonbreaking:
            text = re.sub(r"ITU-(?=[RTD]\b)", "ITU\u2011", text)
        for part in runs_of(text):
            run = target.add_run("" if part.kind == "note" else part.text)
            run.bold, run.italic = bold, italic
            if part.kind == "note":
                run.font.superscript = True
                run._r.append(parse_xml(f'<w:footnoteReference {nsdecls("w")} w:id="{part.text}"/>'))
            elif part.kind != "text":
                self.track(run._r, part.kind)

    def track(self, element: BaseOxmlElement, kind: str) -> None:
        """Wrap a run into an insertion or a deletion."""
        self.changes += 1
        wrapper = parse_xml(
            f'<w:{kind} {nsdecls("w")} w:id="{self.changes}" w:author="Proposal" w:date="2025-09-12T09:00:00Z"/>'
        )
        element.addprevious(wrapper)
        wrapper.append(element)
        if kind == "del":
            for words in element.findall(qn("w:t")):
                words.tag = qn("w:delText")
                words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")

    def write(self, block: Block) -> None:
        """Write one block."""
        if block.kind not in ("item", "subitem"):
            self.list_kind = ""
        if block.kind in ("item", "subitem"):
            self.item(block)
        elif block.kind == "table":
            self.table(block.rows)
        elif block.kind == "cover":
            self.cover(block.fields)
        elif block.kind in ("runon", "reasons"):
            target = self.paragraph("Reasons" if block.kind == "reasons" else "Normal")
            target.add_run(block.prefix).italic = block.kind == "runon"
            self.fill(target, "\t" + block.text if block.kind == "reasons" else " " + block.text)
        elif block.kind == "paragraph":
            self.fill(self.paragraph(), f"{block.label}\t{block.text}" if block.label else block.text)
        else:
            style, centred, bold, italic = WORD_FORMS[block.kind]
            target = self.paragraph(style, centred=centred)
            plain = self.spec.template == "plain"
            self.fill(
                target, block.text, bold=bold or None if plain else None, italic=italic or None if plain else None
            )

    def item(self, block: Block) -> None:
        """Write a numbered, lettered or unnumbered item."""
        sub = block.kind == "subitem"
        target = self.paragraph("enumlev1" if sub else "Normal")
        if block.label and self.spec.numbering == "auto":
            kind = "numbered" if block.operative else "lettered"
            if self.list_kind != kind:
                self.list_kind, self.list_id = kind, self.new_list(91 if block.operative else 90)
            level = 1 if sub else 0
            xml = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{self.list_id}"/></w:numPr>'
            target._p.get_or_add_pPr().append(parse_xml(xml))
        elif block.label:
            target.add_run(block.label).italic = True if block.label[0].isalpha() and not sub else None
            target.add_run("\t" if self.spec.template == "itu" else " ")
        self.fill(target, block.text)

    def table(self, rows: list[list[str]]) -> None:
        """Write a table with a header row."""
        table = self.document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
        plain = self.spec.template == "plain"
        for number, row in enumerate(rows):
            cells = table.add_row().cells
            for cell, words in zip(cells, row, strict=True):
                style = "Normal" if plain else "Tablehead" if number == 0 else "Tabletext"
                cell.paragraphs[0].style = self.document.styles[style]
                cell.paragraphs[0].add_run(words).bold = True if number == 0 else None

    def cover(self, fields: dict[str, Any]) -> None:
        """Write the header table of a meeting document, with a bookmark on each field."""
        table = self.document.add_table(rows=3, cols=2)
        place: Any = table.cell(0, 0).paragraphs[0]
        self.mark(place, "dmeeting", fields["meeting"])
        left = table.cell(1, 0).paragraphs[0]
        self.mark(left, "dagenda", fields.get("agenda", ""))
        for row, name, words in ((0, "dnum", "number"), (1, "ddate", "date"), (2, "dorlang", "original")):
            self.mark(table.cell(row, 1).paragraphs[0], name, fields[words])
        for name, key, style in (("dsource", "author", "Source"), ("dtitle1", "title", "Title1")):
            target = self.paragraph(style, centred=True)
            self.mark(target, name, fields[key])
        head = self.document.sections[0].header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        head.add_run(fields["symbol"] + "\n")
        for kind in ("begin", "PAGE", "end"):
            run: Any = head.add_run()
            if kind == "PAGE":
                run._r.append(parse_xml(f'<w:instrText {nsdecls("w")} xml:space="preserve">PAGE</w:instrText>'))
            else:
                run._r.append(parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="{kind}"/>'))

    def mark(self, target: WordParagraph, name: str, words: str) -> None:
        """Write words between the start and the end of a bookmark."""
        if not words:
            return
        self.bookmarks += 1
        ident = f'{nsdecls("w")} w:id="{self.bookmarks}"'
        target._p.append(parse_xml(f'<w:bookmarkStart {ident} w:name="{name}"/>'))
        target.add_run(words).bold = name in ("dmeeting", "dnum", "dtitle1", "dsource")
        target._p.append(parse_xml(f"<w:bookmarkEnd {ident}/>"))

    def footnotes(self) -> None:
        """Add the footnotes part of the package."""
        if not self.spec.footnotes:
            return
        notes = "".join(
            f'<w:footnote w:id="{number}"><w:p><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/>'
            f'</w:r><w:r><w:tab/><w:t xml:space="preserve">{escape(note)}</w:t></w:r></w:p></w:footnote>'
            for number, note in enumerate(self.spec.footnotes, start=1)
        )
        rules = "".join(
            f'<w:footnote w:type="{kind}" w:id="{ident}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'
            for ident, kind in ((-1, "separator"), (0, "continuationSeparator"))
        )
        declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        xml = f"{declaration}\n<w:footnotes {nsdecls('w')}>{rules}{notes}</w:footnotes>"
        owner = self.document.part
        part = Part(PackURI("/word/footnotes.xml"), FOOTNOTES_TYPE, xml.encode(), owner.package)
        owner.relate_to(part, FOOTNOTES_RELATION)

    def save(self, path: Path) -> None:
        """Save with fixed properties and with fixed dates in the package."""
        self.footnotes()
        properties = self.document.core_properties
        properties.title, properties.author, properties.last_modified_by = self.spec.name, "Overlap sample", ""
        properties.comments = "Invented text; see corpus/README.md"
        properties.created = properties.modified = FIXED_DATE
        buffer = io.BytesIO()
        self.document.save(buffer)
        with zipfile.ZipFile(buffer) as read, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            for name in sorted(read.namelist(), key=lambda entry: (entry != "[Content_Types].xml", entry)):
                entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
                entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 0
                made.writestr(entry, read.read(name))


def write_docx(groups: list[list[Block]], spec: FileSpec, path: Path) -> None:
    """Write texts into one Word file, each on a new page.

    Args:
        groups: the blocks of each text.
        spec: the layout of the file.
        path: where to write.
    """
    writer = WordWriter(spec)
    if spec.bundle_title:
        writer.write(Block("doc_title", spec.bundle_title))
        writer.write(Block("heading", "CONTENTS"))
        for group in groups:
            heads = [block.text for block in group if block.kind in ("number", "title")]
            writer.write(Block("paragraph", f"{heads[0].capitalize()}  {heads[1]} " + "." * 20 + " 1"))
    for number, group in enumerate(groups):
        if number or spec.bundle_title:
            writer.paragraph().add_run().add_break(WD_BREAK.PAGE)
        for block in group:
            writer.write(block)
    for paragraph in writer.document.paragraphs:
        writer.direct(paragraph)
    writer.save(path)


# ----------------------------------------------------------------------------------------------------------------- PDF


class Hyphenator:
    """Breaks text into lines and divides listed words at line ends."""

    def __init__(self, words: list[str]) -> None:
        """Take words with their division points, such as "net-work"."""
        self.points = {word.replace("-", "").lower(): word.split("-") for word in words}

    def division(self, word: str, room: float) -> tuple[str, str]:
        """Divide a word so that its first part and a hyphen fit into the room.

        Args:
            word: the word with its punctuation.
            room: free width of the line in points.

        Returns:
            The part for this line, empty if none fits, and the rest.
        """
        core = word.rstrip(",.;:")
        pieces = self.points.get(core.lower(), [])
        for count in range(len(pieces) - 1, 0, -1):
            size = sum(len(piece) for piece in pieces[:count])
            if stringWidth(word[:size] + "-", FONT, FONT_SIZE) <= room:
                return word[:size] + "-", word[size:]
        return "", word

    def lines(self, text: str, width: float) -> list[str]:
        """Break a text into lines of a width."""
        found: list[str] = []
        line = ""
        for word in text.split():
            trial = f"{line} {word}".strip()
            if stringWidth(trial, FONT, FONT_SIZE) <= width:
                line = trial
                continue
            head, rest = self.division(word, width - stringWidth(line + " ", FONT, FONT_SIZE))
            found.append(f"{line} {head}".strip())
            line = rest
        return [*found, line]


def pdf_text(text: str) -> str:
    """Turn a text into reportlab's markup: escaped, proposed view, footnote numbers raised."""
    shown = []
    for run in runs_of(text):
        if run.kind == "note":
            shown.append(f"<super size=7>{run.text}</super>")
        elif run.kind != "del":
            shown.append(escape(run.text))
    return "".join(shown)


def pdf_flowable(block: Block, hyphens: Hyphenator | None) -> Flowable:
    """Turn a block into a reportlab flowable.

    Args:
        block: the block.
        hyphens: divides words at line ends, if wanted.

    Returns:
        A paragraph or a table.
    """
    if block.kind == "table":
        cell = ParagraphStyle("cell", fontName=FONT, fontSize=9.5, leading=11.5)
        rows = [[Paragraph(escape(words), cell) for words in row] for row in block.rows]
        table = Table(rows, hAlign="CENTER", spaceBefore=8)
        table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)]))
        return table
    style = PDF_STYLES.get(block.kind, PDF_STYLES["paragraph"])
    words = pdf_text(block.text)
    if block.prefix:
        words = f"<i>{escape(block.prefix)}</i> {words}"
    label = block.label if block.kind != "paragraph" else ""
    if block.kind == "item" and not label:
        style = PDF_STYLES["paragraph"]
    if hyphens is not None and block.kind == "item":
        width = A4[0] - 2 * PDF_MARGIN - 2 * FRAME_PADDING - style.leftIndent - 0.5
        words = "<br/>".join(escape(line) for line in hyphens.lines(block.text, width))
    if label and label[0].isalpha():
        return Paragraph(words, ParagraphStyle("lettered", parent=style, bulletFontName=FONT_ITALIC), bulletText=label)
    return Paragraph(words, style, bulletText=label or None)


def page_furniture(spec: FileSpec) -> Callable[[Canvas, BaseDocTemplate], None]:
    """Give the function which draws running head, page number and footnotes."""
    left, width = PDF_MARGIN + FRAME_PADDING, A4[0] - 2 * (PDF_MARGIN + FRAME_PADDING)

    def draw(canvas: Canvas, template: BaseDocTemplate) -> None:
        """Draw on one page."""
        canvas.saveState()
        canvas.setFont(FONT, 10)
        if spec.head:
            canvas.drawCentredString(A4[0] / 2, A4[1] - 40, f"\u2013 {template.page} \u2013")
            canvas.drawRightString(left + width, A4[1] - 40, spec.head)
        if spec.footnotes and template.page == 1:
            base = 84
            canvas.line(left, base, left + 140, base)
            for number, note in enumerate(spec.footnotes, start=1):
                style = ParagraphStyle("note", fontName=FONT, fontSize=9, leading=10.5)
                foot = Paragraph(f"<super size=6>{number}</super> {escape(note)}", style)
                _, height = foot.wrap(width, 60)
                base -= height + 3
                foot.drawOn(canvas, left, base)
        canvas.restoreState()

    return draw


def write_pdf(groups: list[list[Block]], spec: FileSpec, path: Path) -> None:
    """Write texts into one PDF file, each on a new page.

    Args:
        groups: the blocks of each text.
        spec: the layout of the file.
        path: where to write.
    """
    template = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        invariant=1,
        leftMargin=PDF_MARGIN,
        rightMargin=PDF_MARGIN,
        topMargin=64,
        bottomMargin=96 if spec.footnotes else 64,
        title=spec.name,
        author="Overlap sample",
        subject="Invented text; see corpus/README.md",
    )
    hyphens = Hyphenator(spec.hyphenate) if spec.hyphenate else None
    story: list[Any] = []
    for number, group in enumerate(groups):
        if number:
            story.append(PageBreak())
        story += [pdf_flowable(block, hyphens) for block in group]
    draw = page_furniture(spec)
    template.build(story, onFirstPage=draw, onLaterPages=draw)


def build(corpus: Corpus, out: Path) -> list[Path]:
    """Write all files of the layout.

    Args:
        corpus: the texts and the layout.
        out: the folder to write to; files of earlier runs are removed.

    Returns:
        The paths written.
    """
    out.mkdir(parents=True, exist_ok=True)
    for old in out.iterdir():
        old.unlink()
    paths = []
    for spec in corpus.files:
        path = out / spec.name
        texts = [corpus.texts[name] for name in spec.texts]
        spec.footnotes = [note for text in texts for note in text.get("footnotes", [])]
        groups = [text_blocks(text) for text in texts]
        if path.suffix == ".docx":
            write_docx(groups, spec, path)
        elif path.suffix == ".pdf":
            write_pdf(groups, spec, path)
        elif path.suffix == ".jsonl":
            write_jsonl(texts, path)
        else:
            write_txt([block for group in groups for block in group], path)
        paths.append(path)
    return paths


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Build the sample corpus from its TOML sources.")
    parser.add_argument("--source", type=Path, default=ROOT / "corpus" / "source")
    parser.add_argument("--out", type=Path, default=ROOT / "corpus" / "sample")
    options = parser.parse_args()
    paths = build(load(options.source), options.out)
    print(f"{len(paths)} files written to {options.out}")


if __name__ == "__main__":
    main()
