"""Word files as people and programs leave them: every part is read once, or a notice names what is not."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from lxml import etree

from pipeline.domain import BlockKind, Document
from pipeline.errors import UnreadableDocumentError
from pipeline.ingest.layout import Source
from pipeline.ingest.word import read_word

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SPACES = f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'

Read = Callable[..., Document]


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def boxed(inner: str) -> str:
    """A text box as Word writes it: one for newer programs, and its twin for older ones."""
    content = f"<w:txbxContent>{inner}</w:txbxContent>"
    return (
        "<w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing>{content}</w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict>{content}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads a Word file with this body; ``levels`` is the inside of its only list, ``prepare`` may add parts."""

    def reading(
        body: str, levels: str = "", prepare: Callable[[docx.document.Document], None] = lambda _: None
    ) -> Document:
        word = docx.Document()
        element = word.element.body
        wrapped = etree.fromstring(f"<w:body {SPACES}>{body}</w:body>")
        for place, child in enumerate(wrapped):
            element.insert(place, child)
        if levels:
            numbering = word.part.numbering_part.element
            numbering.clear()
            lists = f'<w:abstractNum w:abstractNumId="1">{levels}</w:abstractNum>'
            link = '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
            numbering.extend(etree.fromstring(f"<w:numbering {SPACES}>{lists}{link}</w:numbering>"))
        prepare(word)
        path = tmp_path / "text.docx"
        word.save(str(path))
        return read_word(Source.of(path, "text.docx"))

    return reading


def lines(document: Document) -> list[str]:
    return document.text.split("\n")


def codes(document: Document) -> list[str]:
    return [notice.code for notice in document.notices]


class TestTextBoxes:
    def test_nested_text_boxes_are_each_read_once(self, read: Read) -> None:
        body = p("innermost")
        for depth in range(20, 0, -1):
            box = f"<w:r><w:pict><w:txbxContent>{body}</w:txbxContent></w:pict></w:r>"
            body = f"<w:p><w:r><w:t>level {depth}</w:t></w:r>{box}</w:p>"
        began = time.monotonic()
        assert lines(read(body)) == [*(f"level {depth}" for depth in range(1, 21)), "innermost"]
        assert time.monotonic() - began < 10

    def test_the_twin_of_a_text_box_for_older_programs_is_not_read(self, read: Read) -> None:
        inner = f"<w:p><w:r><w:t>outer</w:t></w:r>{boxed(p('inner'))}</w:p>"
        assert lines(read(f"<w:p><w:r><w:t>text</w:t></w:r>{boxed(inner)}</w:p>")) == ["text", "outer", "inner"]

    def test_boxes_nested_too_deeply_are_refused_with_a_reason(self, read: Read) -> None:
        body = p("innermost")
        for _ in range(40):
            body = f"<w:p><w:r><w:txbxContent>{body}</w:txbxContent></w:r></w:p>"
        with pytest.raises(UnreadableDocumentError, match="nested more than 30 deep"):
            read(body)

    def test_too_many_paragraphs_are_refused_with_a_reason(self, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("pipeline.ingest.word._MAX_BLOCKS", 50)
        assert len(lines(read(p("text") * 50))) == 50
        with pytest.raises(UnreadableDocumentError, match="more than 50 paragraphs"):
            read(p("text") * 51)


def level(kind: str, start: str, depth: str = "0", pattern: str = "%1)") -> str:
    inner = f'<w:start w:val="{start}"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{pattern}"/>'
    return f'<w:lvl w:ilvl="{depth}">{inner}</w:lvl>'


def listed(text: str, depth: str = "0") -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="1"/></w:numPr>')


class TestNumbering:
    @pytest.mark.parametrize(
        ("kind", "start", "line"),
        [
            ("lowerLetter", "3", "c)\ttext"),
            ("lowerLetter", "2147483647", "text"),
            ("lowerRoman", "2147483647", f"{'m' * 32}dcclxvii)\ttext"),
            ("decimal", "9" * 5000, "1)\ttext"),
            ("decimal", "many", "1)\ttext"),
            ("lowerLetter", "-5", "text"),
            ("decimal", "0", "0)\ttext"),
        ],
    )
    def test_a_monstrous_first_number_makes_no_monstrous_label(
        self, read: Read, kind: str, start: str, line: str
    ) -> None:
        assert lines(read(listed("text"), level(kind, start))) == [line]

    @pytest.mark.parametrize("depth", ["many", "9", "-1", "2147483647"])
    def test_a_level_that_word_does_not_know_has_no_label(self, read: Read, depth: str) -> None:
        levels = level("decimal", "1") + level("decimal", "1", depth)
        assert lines(read(listed("text", depth) + listed("next"), levels)) == ["text", "1)\tnext"]

    def test_a_monstrous_pattern_makes_no_label(self, read: Read) -> None:
        assert lines(read(listed("text"), level("decimal", "1", pattern="%1" * 500))) == ["text"]


class TestPartsThatWereLost:
    def test_paragraphs_in_alternatives_are_read_once(self, read: Read) -> None:
        choices = f'<mc:Choice Requires="w14">{p("new")}</mc:Choice><mc:Fallback>{p("old")}</mc:Fallback>'
        body = f"{p('first')}<mc:AlternateContent>{choices}</mc:AlternateContent>{p('last')}"
        assert lines(read(body)) == ["first", "new", "last"]

    @pytest.mark.parametrize("tag", ["smartTag", "customXml", "hyperlink", "fldSimple", "ins"])
    def test_paragraphs_in_wrappers_are_read(self, read: Read, tag: str) -> None:
        inline = f"<w:p><w:{tag}><w:r><w:t>inside</w:t></w:r></w:{tag}></w:p>"
        assert lines(read(f"<w:{tag}>{p('around')}</w:{tag}>{inline}")) == ["around", "inside"]

    def test_rows_and_cells_in_content_controls_are_read(self, read: Read) -> None:
        def cell(text: str) -> str:
            return f"<w:tc>{p(text)}</w:tc>"

        def control(inner: str) -> str:
            return f"<w:sdt><w:sdtContent>{inner}</w:sdtContent></w:sdt>"

        rows = f"<w:tr>{cell('a')}{cell('b')}{cell('c')}</w:tr>"
        rows += control(f"<w:tr>{cell('d')}{control(cell('e'))}{cell('f')}</w:tr>")
        document = read(f"<w:tbl>{rows}</w:tbl>")
        assert lines(document) == ["a | b | c", "d | e | f"]
        assert {block.kind for block in document.blocks} == {BlockKind.TABLE}

    def test_endnotes_are_read_as_footnotes(self, read: Read) -> None:
        def add(word: docx.document.Document) -> None:
            notes = f'<w:endnote w:type="separator">{p("")}</w:endnote><w:endnote>{p("See Article 5.")}</w:endnote>'
            blob = f"<w:endnotes {SPACES}>{notes}</w:endnotes>".encode()
            part = Part(PackURI("/word/endnotes.xml"), CONTENT_TYPE.WML_ENDNOTES, blob, word.part.package)
            word.part.relate_to(part, RELATIONSHIP_TYPE.ENDNOTES)

        document = read(p("text"), prepare=add)
        assert lines(document) == ["text", "1\tSee Article 5."]
        assert document.blocks[1].kind is BlockKind.FOOTNOTE

    def test_an_embedded_document_is_told(self, read: Read) -> None:
        document = read(p("text") + "<w:altChunk/>")
        assert codes(document) == ["embedded-document"]
        assert "an embedded document was not read" in document.notices[0].message

    def test_words_that_stand_in_headers_alone_are_told(self, read: Read) -> None:
        def head(word: docx.document.Document) -> None:
            word.sections[0].header.paragraphs[0].text = "Text 12 of the Council"
            word.sections[0].footer.paragraphs[0].text = r"P:\ENG\SG\CONSEIL\001E.DOCX (1234)"

        document = read(p("The Council: text."), prepare=head)
        assert codes(document) == ["headers-unread"]
        assert "1 word that occurs nowhere else" in document.notices[0].message
        assert codes(read(p("The text of the Council."), prepare=head)) == []


class TestTrackedChanges:
    MARK = "<w:rPr><w:del/></w:rPr>"

    def test_a_struck_paragraph_mark_joins_two_paragraphs(self, read: Read) -> None:
        body = p("invites the ", self.MARK) + p("Director") + p("next")
        assert lines(read(body)) == ["invites the Director", "next"]

    def test_a_struck_paragraph_leaves_nothing(self, read: Read) -> None:
        struck = f"<w:p><w:pPr>{self.MARK}</w:pPr><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
        assert lines(read(p("first") + struck + p("last"))) == ["first", "last"]

    def test_a_struck_mark_before_a_table_keeps_its_words(self, read: Read) -> None:
        table = f"<w:tbl><w:tr><w:tc>{p('cell')}</w:tc></w:tr></w:tbl>"
        assert lines(read(p("before", self.MARK) + table + p("after", self.MARK))) == ["before", "cell", "after"]


def test_broken_notes_are_a_plain_reason(tmp_path: Path) -> None:
    word = docx.Document()
    part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, b"<w:footnotes>", word.part.package)
    word.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    stream = io.BytesIO()
    word.save(stream)
    assert zipfile.is_zipfile(stream)
    path = tmp_path / "text.docx"
    path.write_bytes(stream.getvalue())
    with pytest.raises(UnreadableDocumentError, match="damaged"):
        read_word(Source.of(path, "text.docx"))
