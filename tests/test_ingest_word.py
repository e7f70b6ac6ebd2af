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
from word_fixture import Prepare, Read, boxed, codes, level, lines, listed, note_call, notes_part, p, reader, run, style

from pipeline.domain import BlockKind
from pipeline.errors import UnreadableDocumentError
from pipeline.ingest.layout import Source
from pipeline.ingest.word import read_word


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return reader(tmp_path)


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

    def test_levels_count_below_each_other(self, read: Read) -> None:
        levels = level("decimal", "1", pattern="%1") + level("lowerLetter", "1", "1", pattern="%1.%2)")
        body = listed("a") + listed("b", "1") + listed("c", "1") + listed("d") + listed("e", "1")
        assert lines(read(body, levels)) == ["1\ta", "1.a)\tb", "1.b)\tc", "2\td", "2.a)\te"]

    def test_an_empty_paragraph_uses_up_its_number_as_in_word(self, read: Read) -> None:
        assert lines(read(listed("a") + listed("") + listed("c"), level("decimal", "1"))) == ["1)\ta", "3)\tc"]

    def test_list_zero_takes_a_paragraph_out_of_the_list_of_its_style(self, read: Read) -> None:
        styles = style("Item", "Item", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>')
        off = p("annex", '<w:pStyle w:val="Item"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr>')
        body = p("one", '<w:pStyle w:val="Item"/>') + off + p("two", '<w:pStyle w:val="Item"/>')
        assert lines(read(body, level("decimal", "1"), styles=styles)) == ["1)\tone", "annex", "2)\ttwo"]

    def test_a_style_inherits_its_list_and_states_its_own_level(self, read: Read) -> None:
        styles = style("H1", "heading 1", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>')
        styles += style("H2", "heading 2", '<w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr>', based="H1")
        levels = level("decimal", "6", pattern="%1") + level("decimal", "1", "1", pattern="%1.%2")
        body = p("Corrections", '<w:pStyle w:val="H1"/>') + p("Section 3.1", '<w:pStyle w:val="H2"/>')
        assert lines(read(body, levels, styles=styles)) == ["6\tCorrections", "6.1\tSection 3.1"]

    def test_lists_of_one_definition_count_on_and_an_override_begins_again(self, read: Read) -> None:
        more = '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
        more += '<w:num w:numId="3"><w:abstractNumId w:val="1"/>'
        more += '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        body = listed("a") + listed("b", list_id="2") + listed("c", list_id="3") + listed("d", list_id="3")
        assert lines(read(body, level("decimal", "1"), lists=more)) == ["1)\ta", "2)\tb", "1)\tc", "2)\td"]

    def test_a_level_that_never_restarts_counts_on(self, read: Read) -> None:
        levels = level("decimal", "1") + level("decimal", "1", "1", pattern="%2.", more='<w:lvlRestart w:val="0"/>')
        body = listed("a") + listed("b", "1") + listed("c") + listed("d", "1")
        assert lines(read(body, levels)) == ["1)\ta", "1.\tb", "2)\tc", "2.\td"]

    def test_a_legal_level_shows_the_numbers_above_it_as_digits(self, read: Read) -> None:
        levels = level("upperRoman", "4", pattern="%1") + level("decimal", "1", "1", pattern="%1.%2", more="<w:isLgl/>")
        assert lines(read(listed("a") + listed("b", "1"), levels)) == ["IV\ta", "4.1\tb"]

    @pytest.mark.parametrize(
        ("kind", "start", "label"), [("russianLower", "10", "к)"), ("decimalZero", "3", "03)"), ("none", "1", ")")]
    )
    def test_other_formats(self, read: Read, kind: str, start: str, label: str) -> None:
        assert lines(read(listed("text"), level(kind, start))) == [f"{label}\ttext"]


Damage = Callable[[docx.document.Document, str, str], None]


def removed(word: docx.document.Document, kind: str, name: str) -> None:
    for key in [key for key, rel in word.part.rels.items() if rel.reltype == kind]:
        del word.part.rels[key]


def blob_of(word: docx.document.Document, kind: str) -> bytes:
    return word.part.part_related_by(kind).blob


def twice(word: docx.document.Document, kind: str, name: str) -> None:
    known = word.part.part_related_by(kind)
    second = Part(PackURI(f"/word/{name}2.xml"), known.content_type, known.blob, word.part.package)
    word.part.relate_to(second, kind)


def elsewhere(word: docx.document.Document, kind: str, name: str) -> None:
    removed(word, kind, name)
    word.part.relate_to(f"https://example.org/{name}.xml", kind, is_external=True)


def of_no_known_type(word: docx.document.Document, kind: str, name: str) -> None:
    blob = blob_of(word, kind)
    removed(word, kind, name)
    word.part.relate_to(Part(PackURI(f"/word/{name}.xml"), "application/octet-stream", blob, word.part.package), kind)


def of_another_kind(word: docx.document.Document, kind: str, name: str) -> None:
    content_type = word.part.part_related_by(kind).content_type
    removed(word, kind, name)
    other = b'<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'
    word.part.relate_to(Part(PackURI(f"/word/{name}.xml"), content_type, other, word.part.package), kind)


def done_to(kind: str, name: str, damage: Damage) -> Prepare:
    return lambda word: damage(word, kind, name)


DAMAGES = [twice, elsewhere, of_no_known_type, of_another_kind]


class TestDamagedParts:
    """Any of these had the whole file rejected, or what the part tells left out without a word."""

    NUMBERING = (RELATIONSHIP_TYPE.NUMBERING, "numbering")

    @pytest.mark.parametrize("damage", DAMAGES)
    def test_definitions_of_lists(self, read: Read, damage: Damage) -> None:
        styles = style("Item", "Item", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>')
        body = p("The Council,") + listed("one;") + listed("two;", "1") + p("three.", '<w:pStyle w:val="Item"/>')
        whole = read(body, level("decimal", "1"), styles=styles)
        assert lines(whole)[:2] == ["The Council,", "1)\tone;"]
        assert codes(whole) == []
        damaged = read(body, level("decimal", "1"), styles=styles, prepare=done_to(*self.NUMBERING, damage))
        assert lines(damaged) == ["The Council,", "one;", "two;", "three."]
        assert codes(damaged) == ["numbers-unread"]
        assert damaged.notices[0].message.startswith("3 paragraphs in lists have no number, ")

    def test_a_file_without_definitions_has_no_numbers_and_nothing_to_tell(self, read: Read) -> None:
        document = read(listed("one;"), level("decimal", "1"), prepare=done_to(*self.NUMBERING, removed))
        assert (lines(document), codes(document)) == (["one;"], [])

    def test_damage_that_no_paragraph_feels_is_not_told(self, read: Read) -> None:
        document = read(p("The Council."), level("decimal", "1"), prepare=done_to(*self.NUMBERING, twice))
        assert codes(document) == []

    @pytest.mark.parametrize("damage", DAMAGES)
    def test_styles(self, read: Read, damage: Damage) -> None:
        hidden = style("Hidden", "Hidden", "<w:rPr><w:vanish/></w:rPr>")
        body = p("The Council.") + p("unseen", '<w:pStyle w:val="Hidden"/>')
        assert lines(read(body, styles=hidden)) == ["The Council."]
        damaged = read(body, styles=hidden, prepare=done_to(RELATIONSHIP_TYPE.STYLES, "styles", damage))
        assert lines(damaged) == ["The Council.", "unseen"]
        assert codes(damaged) == ["styles-unread"]

    def test_a_file_without_styles_is_read_and_nothing_told(self, read: Read) -> None:
        document = read(p("The Council."), prepare=done_to(RELATIONSHIP_TYPE.STYLES, "styles", removed))
        assert (lines(document), codes(document)) == (["The Council."], [])

    @pytest.mark.parametrize("damage", DAMAGES)
    def test_settings_that_say_how_notes_are_numbered(self, read: Read, damage: Damage) -> None:
        body = f"<w:p>{run('Academia')}{note_call('4')}</w:p>"
        spoil = done_to(RELATIONSHIP_TYPE.SETTINGS, "settings", damage)

        def with_note(word: docx.document.Document) -> None:
            notes_part("footnote", {"4": p("First.")})(word)
            spoil(word)

        damaged = read(body, prepare=with_note)
        assert lines(damaged) == ["Academia", "1\tFirst."]
        assert codes(damaged) == ["note-numbers-unread"]
        assert codes(read(p("The Council."), prepare=spoil)) == []


class TestNotes:
    def test_notes_come_in_the_order_of_their_calls_and_leave_no_digit_in_the_text(self, read: Read) -> None:
        notes = notes_part("footnote", {"7": p("Second."), "4": p("First.")})
        body = f"<w:p>{run('Academia')}{note_call('4')}{run(', ')}{run('regions')}{note_call('7')}{run('.')}</w:p>"
        document = read(body, prepare=notes)
        assert lines(document) == ["Academia, regions.", "1\tFirst.", "2\tSecond."]
        assert [b.kind for b in document.blocks[1:]] == [BlockKind.FOOTNOTE] * 2

    def test_a_mark_of_its_own_is_the_mark_of_its_note_and_uses_up_no_number(self, read: Read) -> None:
        marks = style("Mark", "footnote reference", "", kind="character")
        own = '<w:r><w:rPr><w:rStyle w:val="Mark"/></w:rPr><w:footnoteReference w:customMarkFollows="1" w:id="1"/>'
        body = f"<w:p>{run('Title')}{own}<w:t>*</w:t></w:r>{run(' of a text')}{note_call('2')}"
        behind = '<w:r><w:rPr><w:rStyle w:val="Mark"/></w:rPr><w:t>bis</w:t></w:r>'
        notes = notes_part("footnote", {"1": p("* Starred."), "2": p("bis Numbered.")})
        document = read(body + behind + "</w:p>", styles=marks, prepare=notes)
        assert lines(document) == ["Title of a text", "*\tStarred.", "1bis\tNumbered."]

    def test_a_raised_number_of_a_note_behind_a_word_is_no_part_of_the_word(self, read: Read) -> None:
        def raised(number: str) -> str:
            return f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>{number}</w:t></w:r>'

        body = f"<w:p>{run('countries')}{note_call('1')}{run(' and countries')}{raised('1')}{run(', 5 m')}{raised('2')}"
        body += f"{run(' times 10')}{raised('1')}{run(' volumes')}{raised('9')}</w:p>"
        document = read(body, prepare=notes_part("footnote", {"1": p("These include islands.")}))
        assert lines(document)[0] == "countries and countries, 5 m2 times 101 volumes9"

    def test_endnotes_are_read_as_footnotes_with_small_roman_numbers(self, read: Read) -> None:
        notes = notes_part("endnote", {"1": p("See Article 5."), "2": p("One.") + p("Two.")})
        document = read(
            f"<w:p>{run('text')}{note_call('1', 'endnote')}{note_call('2', 'endnote')}</w:p>", prepare=notes
        )
        assert lines(document) == ["text", "i\tSee Article 5.", "ii\tOne. Two."]
        assert document.blocks[1].kind is BlockKind.FOOTNOTE

    def test_a_note_that_nothing_calls_is_left_out_and_told(self, read: Read) -> None:
        document = read(p("text"), prepare=notes_part("footnote", {"1": p("Forgotten.")}))
        assert lines(document) == ["text"]
        assert codes(document) == ["notes-uncalled"]

    def test_tables_and_boxes_in_notes_are_read(self, read: Read) -> None:
        table = f"<w:tbl><w:tr><w:tc>{p('in a cell')}</w:tc></w:tr></w:tbl>"
        notes = notes_part("footnote", {"1": p("Note") + table})
        assert lines(read(f"<w:p>{run('text')}{note_call('1')}</w:p>", prepare=notes))[1] == "1\tNote in a cell"


def field(instruction: str, result: str) -> str:
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    instructed = f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    return char.format("begin") + instructed + char.format("separate") + run(result) + char.format("end")


class TestFields:
    def test_the_result_of_a_field_is_text_and_its_instruction_is_not(self, read: Read) -> None:
        body = f"<w:p>{run('see ')}{field(' REF _Ref9 ', 'clause 4')}{run('.')}</w:p>"
        assert lines(read(body)) == ["see clause 4."]

    @pytest.mark.parametrize("instruction", [" PAGE ", "NUMPAGES", r" FILENAME \p ", r"page \* MERGEFORMAT"])
    def test_numbers_of_pages_and_names_of_files_are_no_text(self, read: Read, instruction: str) -> None:
        simple = f'<w:fldSimple w:instr="{instruction}">{run("12")}</w:fldSimple>'
        assert lines(read(f"<w:p>{run('text')}{field(instruction, '12')}{simple}</w:p>")) == ["text"]

    def test_a_field_within_an_instruction_shows_nothing(self, read: Read) -> None:
        begin, separate, end = (
            f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
        )
        outer = f"{begin}<w:r><w:instrText>IF </w:instrText></w:r>{field('PAGE', '1')}{run(' = 1')}{separate}"
        assert lines(read(f"<w:p>{outer}{run('first')}{end}{run(' page')}</w:p>")) == ["first page"]

    def test_a_field_without_end_hides_its_own_paragraph_alone(self, read: Read) -> None:
        open_ = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF</w:instrText></w:r>'
        assert lines(read(f"<w:p>{run('text')}{open_}</w:p>{p('next')}")) == ["text", "next"]


class TestCharacters:
    @pytest.mark.parametrize(
        ("run_", "text"),
        [
            ('<w:r><w:sym w:font="Symbol" w:char="F0D3"/></w:r>', "©"),
            ('<w:r><w:sym w:font="Symbol" w:char="F0B7"/></w:r>', "•"),
            ('<w:r><w:sym w:font="Wingdings" w:char="F0A7"/></w:r>', "•"),
            ('<w:r><w:sym w:font="Symbol" w:char="nonsense"/></w:r>', "•"),
            ('<w:r><w:rPr><w:rFonts w:ascii="Symbol"/></w:rPr><w:t>\u00e3</w:t></w:r>', "©"),
            ("<w:r><w:t>\uf061 and \uf0b3</w:t></w:r>", "α and ≥"),
            ("<w:r><w:t>ITU</w:t><w:noBreakHyphen/><w:t>T</w:t></w:r>", "ITU-T"),
            ("<w:r><w:t>stand</w:t><w:softHyphen/><w:t>ards</w:t></w:r>", "standards"),
            (
                "<w:r><w:ruby><w:rt>guo</w:rt><w:rubyBase><w:r><w:t>国</w:t></w:r></w:rubyBase></w:ruby></w:r>",
                "国",
            ),
        ],
    )
    def test_characters_are_what_a_reader_sees(self, read: Read, run_: str, text: str) -> None:
        assert lines(read(f"<w:p>{run_}</w:p>")) == [text]

    def test_formulae_are_read(self, read: Read) -> None:
        maths = "http://schemas.openxmlformats.org/officeDocument/2006/math"
        formula = f'<m:oMath xmlns:m="{maths}"><m:r><m:t>E=mc</m:t></m:r></m:oMath>'
        assert lines(read(f"<w:p>{run('where ')}{formula}</w:p>")) == ["where E=mc"]

    def test_hidden_words_are_no_text_whether_by_hand_or_by_style(self, read: Read) -> None:
        hidden = style("Ghost", "Ghost", "<w:rPr><w:vanish/></w:rPr>", kind="character")
        by_style = '<w:r><w:rPr><w:rStyle w:val="Ghost"/></w:rPr><w:t>unseen</w:t></w:r>'
        by_hand = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>unseen</w:t></w:r>"
        shown = '<w:r><w:rPr><w:rStyle w:val="Ghost"/><w:vanish w:val="0"/></w:rPr><w:t>seen</w:t></w:r>'
        assert lines(read(f"<w:p>{by_style}{by_hand}{shown}</w:p>", styles=hidden)) == ["seen"]

    def test_the_hint_of_an_empty_content_control_is_no_text(self, read: Read) -> None:
        def control(properties: str, text: str) -> str:
            return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{run(text)}</w:sdtContent></w:sdt>"

        body = f"<w:p>{control('<w:showingPlcHdr/>', 'Click here')}{control('', 'filled in')}</w:p>"
        assert lines(read(body)) == ["filled in"]

    def test_index_entries_of_word_2_are_no_text(self, read: Read) -> None:
        assert lines(read(p("waiting signalXE &quot;waiting signal&quot;§ should"))) == ["waiting signal should"]


class TestStyles:
    def test_the_name_counts_and_not_the_identifier_of_the_language(self, read: Read) -> None:
        document = read(p("text", '<w:pStyle w:val="Titre1"/>'), styles=style("Titre1", "heading 1"))
        assert document.blocks[0].style == "heading 1"

    def test_a_style_of_ones_own_is_read_as_the_known_one_that_it_is_based_on(self, read: Read) -> None:
        styles = style("Call", "Call") + style("Mine", "Mon appel", based="Call") + style("Far", "Far", based="Mine")
        styles += style("Round", "Round", based="Trip") + style("Trip", "Trip", based="Round")
        body = "".join(p(name, f'<w:pStyle w:val="{name}"/>') for name in ("Mine", "Far", "Round", "Unknown"))
        assert [b.style for b in read(body, styles=styles).blocks] == ["call", "call", "round", "unknown"]

    def test_a_known_style_keeps_its_own_name(self, read: Read) -> None:
        styles = style("H1", "heading 1") + style("No", "Res_No,old name", based="H1")
        assert read(p("text", '<w:pStyle w:val="No"/>'), styles=styles).blocks[0].style == "res_no"

    def test_italics_of_a_style_count_and_can_be_cancelled(self, read: Read) -> None:
        slanted = "<w:rPr><w:i/></w:rPr>"
        styles = style("Call", "Call", slanted) + style("Em", "Emphasis", slanted, kind="character")
        upright = '<w:r><w:rPr><w:rStyle w:val="Em"/></w:rPr><w:t>both</w:t></w:r>'
        body = (
            p("resolves", '<w:pStyle w:val="Call"/>') + f'<w:p><w:pPr><w:pStyle w:val="Call"/></w:pPr>{upright}</w:p>'
        )
        assert [b.italic for b in read(body, styles=styles).blocks] == [True, False]


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


@pytest.mark.parametrize(
    "content_type",
    [
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    ],
)
def test_files_with_macros_and_templates_are_read(tmp_path: Path, content_type: str) -> None:
    stream = io.BytesIO()
    word = docx.Document()
    word.add_paragraph("The Council was invited.")
    word.save(stream)
    path = tmp_path / "text.docm"
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "[Content_Types].xml":
                content = content.replace(CONTENT_TYPE.WML_DOCUMENT_MAIN.encode(), content_type.encode())
            target.writestr(name, content)
    assert read_word(Source.of(path, "text.docm")).text == "The Council was invited."
