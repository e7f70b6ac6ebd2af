"""Word files made of pieces of their own XML, for tests of what readers see of them."""

from collections.abc import Callable
from pathlib import Path

import docx
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from lxml import etree

from pipeline.domain import Document, View
from pipeline.ingest.layout import Source
from pipeline.ingest.word import read_word

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SPACES = f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'

Read = Callable[..., Document]
Prepare = Callable[[docx.document.Document], None]


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text) if text else ''}</w:p>"


def boxed(inner: str) -> str:
    """A text box as Word writes it: one for newer programs, and its twin for older ones."""
    content = f"<w:txbxContent>{inner}</w:txbxContent>"
    return (
        "<w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing>{content}</w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict>{content}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def level(kind: str, start: str, depth: str = "0", pattern: str = "%1)", more: str = "") -> str:
    inner = f'<w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>{more}<w:lvlText w:val="{pattern}"/>'
    return f'<w:lvl w:ilvl="{depth}">{inner}</w:lvl>'


def listed(text: str, depth: str = "0", list_id: str = "1") -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>')


def style(style_id: str, name: str, properties: str = "", based: str = "", kind: str = "paragraph") -> str:
    base = f'<w:basedOn w:val="{based}"/>' if based else ""
    return f'<w:style w:type="{kind}" w:styleId="{style_id}"><w:name w:val="{name}"/>{base}{properties}</w:style>'


def note_call(note_id: str, kind: str = "footnote") -> str:
    return f'<w:r><w:{kind}Reference w:id="{note_id}"/></w:r>'


def notes_part(kind: str, notes: dict[str, str]) -> Prepare:
    """Adds a part of notes, after the rule that stands above them."""

    def add(word: docx.document.Document) -> None:
        inner = f'<w:{kind} w:type="separator" w:id="-1">{p("_____")}</w:{kind}>'
        inner += "".join(f'<w:{kind} w:id="{key}">{body}</w:{kind}>' for key, body in notes.items())
        blob = f"<w:{kind}s {SPACES}>{inner}</w:{kind}s>".encode()
        content, relation = {
            "footnote": (CONTENT_TYPE.WML_FOOTNOTES, RELATIONSHIP_TYPE.FOOTNOTES),
            "endnote": (CONTENT_TYPE.WML_ENDNOTES, RELATIONSHIP_TYPE.ENDNOTES),
        }[kind]
        part = Part(PackURI(f"/word/{kind}s.xml"), content, blob, word.part.package)
        word.part.relate_to(part, relation)

    return add


def save(
    path: Path, body: str, levels: str = "", styles: str = "", lists: str = "", prepare: Prepare = lambda _: None
) -> Path:
    """A Word file with this body; ``levels`` is the inside of its first list, ``lists`` are further ones."""
    word = docx.Document()
    wrapped = etree.fromstring(f"<w:body {SPACES}>{body}</w:body>")
    for place, child in enumerate(wrapped):
        word.element.body.insert(place, child)
    if levels:
        numbering = word.part.numbering_part.element
        numbering.clear()
        inner = f'<w:abstractNum w:abstractNumId="1">{levels}</w:abstractNum>'
        inner += f'<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>{lists}'
        numbering.extend(etree.fromstring(f"<w:numbering {SPACES}>{inner}</w:numbering>"))
    if styles:
        known = {e.get(f"{{{W}}}styleId"): e for e in word.styles.element}
        for made in etree.fromstring(f"<w:styles {SPACES}>{styles}</w:styles>"):
            old = known.get(made.get(f"{{{W}}}styleId"))
            if old is not None:
                word.styles.element.remove(old)
            word.styles.element.append(made)
    prepare(word)
    word.save(str(path))
    return path


def reader(folder: Path, name: str = "text.docx") -> Read:
    """Reads a file that is made as by ``save``."""

    def read(body: str, *parts: str, view: View = View.PROPOSED, name: str = name, **more: object) -> Document:
        path = save(folder / "made.docx", body, *parts, **more)  # type: ignore[arg-type]
        return read_word(Source.of(path, name), view)

    return read


def lines(document: Document) -> list[str]:
    return document.text.split("\n")


def codes(document: Document) -> list[str]:
    return [notice.code for notice in document.notices]
