"""Tracked changes: two readings of one file, and what leads from one to the other."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner
from word_fixture import Read, codes, lines, listed, note_call, notes_part, p, reader, run, save, style

from flows.cli.app import app
from pipeline.domain import BlockKind, Document, DocumentKind, Revision, RevisionKind, Span, View, unrevised
from pipeline.ingest import read_file
from pipeline.store.rows import document_from_row, document_to_row

WHO = 'w:author="Jane Roe" w:date="2026-11-23T10:00:00Z"'
STRUCK, NEW = f"<w:rPr><w:del {WHO}/></w:rPr>", f"<w:rPr><w:ins {WHO}/></w:rPr>"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return reader(tmp_path)


def ins(text: str) -> str:
    return f"<w:ins {WHO}>{run(text)}</w:ins>"


def gone(text: str) -> str:
    return f'<w:del {WHO}><w:r><w:delText xml:space="preserve">{text}</w:delText></w:r></w:del>'


def moved(text: str, where: str) -> str:
    return f"<w:move{where} {WHO}>{run(text)}</w:move{where}>"


def par(*content: str, mark: str = "") -> str:
    return f"<w:p><w:pPr>{mark}</w:pPr>{''.join(content)}</w:p>"


def both(read: Read, body: str, **more: object) -> tuple[Document, Document]:
    return read(body, **more), read(body, view=View.ORIGINAL, **more)


def before(document: Document) -> str:
    return unrevised(document.text, document.revisions, Span(0, len(document.text)))


class TestWords:
    def test_both_readings_and_the_way_between_them(self, read: Read) -> None:
        body = par(run("to report "), gone("every two years"), ins("annually"), run(" to the Council"))
        proposed, original = both(read, body)
        assert proposed.text == "to report annually to the Council"
        assert original.text == "to report every two years to the Council"
        assert proposed.revisions == (
            Revision(RevisionKind.DELETE, Span(10, 10), "every two years"),
            Revision(RevisionKind.INSERT, Span(10, 18), "annually"),
        )
        assert before(proposed) == original.text
        assert original.revisions == ()
        assert codes(proposed) == codes(original) == ["tracked-changes"]

    def test_a_range_of_the_text_can_be_shown_as_it_was(self, read: Read) -> None:
        body = par(run("1 to keep "), gone("a list "), ins("a register "), run("of sites;")) + p("2 to report")
        document = read(body)
        clause = Span(2, document.text.index(";") + 1)
        assert unrevised(document.text, document.revisions, clause) == "to keep a list of sites;"

    def test_neighbouring_pieces_of_one_change_are_one_revision(self, read: Read) -> None:
        document = read(par(ins("to "), ins("act "), run("now"), gone("a"), gone("b")))
        assert [(r.kind.value, r.text) for r in document.revisions] == [("insert", "to act "), ("delete", "ab")]

    def test_words_put_in_and_struck_out_again_stand_in_no_reading(self, read: Read) -> None:
        proposed, original = both(read, par(run("text"), f"<w:ins {WHO}>{gone(' never')}</w:ins>"))
        assert proposed.text == original.text == "text"
        assert proposed.revisions == ()

    def test_words_struck_out_around_new_ones_were_never_new(self, read: Read) -> None:
        proposed, original = both(read, par(run("text"), f"<w:del {WHO}>{ins(' never')}</w:del>"))
        assert proposed.text == original.text == "text"
        assert proposed.revisions == ()

    def test_a_move_stands_at_both_places(self, read: Read) -> None:
        body = par(run("one "), moved("two ", "From"), run("three ")) + par(moved("two", "To"))
        proposed, original = both(read, body)
        assert lines(proposed) == ["one three", "two"]
        assert lines(original) == ["one two three"]
        assert [(r.kind, r.added, r.text) for r in proposed.revisions] == [
            (RevisionKind.MOVE, False, "two "),
            (RevisionKind.MOVE, True, "two"),
        ]

    def test_spaces_that_cleaning_folds_do_not_shift_the_places(self, read: Read) -> None:
        document = read(par(run("  the   Director \t "), ins("of  the Bureau"), run("  reports")))
        (revision,) = document.revisions
        assert revision.span.of(document.text) == revision.text == "of the Bureau"

    def test_what_was_struck_out_of_a_field_is_its_result(self, read: Read) -> None:
        field = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:delInstrText>REF x</w:delInstrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:delText>clause 4</w:delText></w:r>'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )
        proposed, original = both(read, par(run("see "), f"<w:del {WHO}>{field}</w:del>", ins("below")))
        assert (proposed.text, original.text) == ("see below", "see clause 4")

    def test_who_made_a_change_and_when_is_not_kept(self, read: Read) -> None:
        proposed, original = both(read, par(ins("new"), gone("old"), mark=NEW) + p("text"))
        assert not re.search("Jane|Roe|2026-11", f"{proposed!r}{original!r}".replace(str(proposed.path), ""))


class TestParagraphs:
    def test_a_struck_paragraph_mark_joins_two_paragraphs(self, read: Read) -> None:
        body = p("invites the ", STRUCK) + p("Director") + p("next")
        proposed, original = both(read, body)
        assert lines(proposed) == ["invites the Director", "next"]
        assert lines(original) == ["invites the", "Director", "next"]
        assert proposed.revisions == (Revision(RevisionKind.DELETE, Span(12, 12), "\n"),)

    def test_a_new_paragraph_mark_divides_one_paragraph(self, read: Read) -> None:
        proposed, original = both(read, p("invites ", NEW) + p("the Director") + p("next"))
        assert lines(proposed) == ["invites", "the Director", "next"]
        assert lines(original) == ["invites the Director", "next"]
        assert before(proposed) == original.text

    def test_a_struck_paragraph_leaves_nothing_but_its_words_in_the_changes(self, read: Read) -> None:
        proposed, original = both(read, p("first") + par(gone("gone"), mark=STRUCK) + p("last"))
        assert lines(proposed) == ["first", "last"]
        assert lines(original) == ["first", "gone", "last"]
        assert proposed.revisions == (Revision(RevisionKind.DELETE, Span(6, 6), "gone\n"),)
        assert before(proposed) == original.text

    def test_a_new_paragraph_of_a_list_is_new_with_its_label(self, read: Read) -> None:
        levels = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1"/></w:lvl>'
        number = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
        body = listed("to act;") + par(ins("to report;"), mark=number + NEW) + listed("to end,")
        proposed, original = both(read, body, levels=levels)
        assert lines(proposed) == ["1\tto act;", "2\tto report;", "3\tto end,"]
        assert lines(original) == ["1\tto act;", "2\tto end,"]
        assert [r.text for r in proposed.revisions] == ["2\tto report;\n"]

    def test_a_struck_mark_before_a_table_keeps_its_words(self, read: Read) -> None:
        table = f"<w:tbl><w:tr><w:tc>{p('cell')}</w:tc></w:tr></w:tbl>"
        assert lines(read(p("before", STRUCK) + table + p("after", STRUCK))) == ["before", "cell", "after"]

    def test_the_original_has_its_former_style_and_list(self, read: Read) -> None:
        former = f'<w:pPrChange {WHO}><w:pPr><w:pStyle w:val="Call"/></w:pPr></w:pPrChange>'
        levels = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1"/></w:lvl>'
        body = p("resolves", f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>{former}')
        upright = f"<w:r><w:rPr><w:rPrChange {WHO}><w:rPr><w:i/></w:rPr></w:rPrChange></w:rPr><w:t>noting</w:t></w:r>"
        proposed, original = both(read, body + par(upright), levels=levels, styles=style("Call", "Call"))
        assert lines(proposed) == ["1\tresolves", "noting"]
        assert lines(original) == ["resolves", "noting"]
        assert [b.style for b in original.blocks] == ["call", ""]
        assert ([b.italic for b in proposed.blocks], [b.italic for b in original.blocks]) == (
            [False, False],
            [False, True],
        )

    def test_a_list_that_was_put_on_is_not_in_the_original(self, read: Read) -> None:
        levels = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1"/></w:lvl>'
        number = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/><w:ins {WHO}/></w:numPr>'
        proposed, original = both(read, p("text", number), levels=levels)
        assert (proposed.text, original.text) == ("1\ttext", "text")


class TestTables:
    @staticmethod
    def row(*cells: str, mark: str = "") -> str:
        return f"<w:tr><w:trPr>{mark}</w:trPr>{''.join(f'<w:tc>{c}</w:tc>' for c in cells)}</w:tr>"

    def test_rows_that_were_put_in_or_struck_out(self, read: Read) -> None:
        rows = self.row(p("a"), p("b"), p("c")) + self.row(p("d"), p("e"), p("f"), mark=f"<w:del {WHO}/>")
        rows += self.row(par(ins("g")), par(ins("h")), par(ins("i")), mark=f"<w:ins {WHO}/>")
        proposed, original = both(read, f"<w:tbl>{rows}</w:tbl>{p('after')}")
        assert lines(proposed) == ["a | b | c", "g | h | i", "after"]
        assert lines(original) == ["a | b | c", "d | e | f", "after"]
        assert {b.kind for b in proposed.blocks[:2]} == {BlockKind.TABLE}
        assert proposed.revisions[0] == Revision(RevisionKind.DELETE, Span(10, 10), "d | e | f\n")
        assert [r.text for r in proposed.revisions if r.added] == ["g", "h", "i"]

    def test_cells_that_were_put_in_or_struck_out(self, read: Read) -> None:
        def cell(text: str, mark: str) -> str:
            return f"<w:tcPr><w:{mark} {WHO}/></w:tcPr>{p(text)}"

        rows = self.row(p("a"), p("b"), p("c"), cell("old", "cellDel"), cell("new", "cellIns"))
        proposed, original = both(read, f"<w:tbl>{rows}</w:tbl>")
        assert (proposed.text, original.text) == ("a | b | c | new", "a | b | c | old")

    def test_the_mark_of_a_cell_in_a_wrong_place_changes_nothing(self, read: Read) -> None:
        proposed, original = both(read, f"<w:cellIns/><w:p><w:cellIns/>{run('text')}</w:p>{p('next')}")
        assert lines(proposed) == lines(original) == ["text", "next"]


class TestNotes:
    def test_changes_in_notes_have_two_readings(self, read: Read) -> None:
        notes = notes_part("footnote", {"1": par(run("States "), gone("Members"), ins("Parties"))})
        proposed, original = both(read, par(run("text"), note_call("1")), prepare=notes)
        assert (lines(proposed)[1], lines(original)[1]) == ("1\tStates Parties", "1\tStates Members")
        assert before(proposed) == original.text
        assert "tracked-changes" in codes(proposed)

    def test_a_note_whose_call_was_struck_out_is_in_the_original_alone(self, read: Read) -> None:
        notes = notes_part("footnote", {"1": p("Old."), "2": p("Kept.")})
        struck = f"<w:del {WHO}>{note_call('1')}</w:del>"
        proposed, original = both(read, par(run("a"), struck, run("b"), note_call("2")), prepare=notes)
        assert lines(proposed) == ["ab", "1\tKept."]
        assert lines(original) == ["ab", "1\tOld.", "2\tKept."]
        assert [r.text for r in proposed.revisions] == ["Old."]

    def test_a_note_whose_call_is_new_is_in_the_proposal_alone(self, read: Read) -> None:
        notes = notes_part("footnote", {"1": par(ins("New."))})
        proposed, original = both(read, par(run("a"), f"<w:ins {WHO}>{note_call('1')}</w:ins>"), prepare=notes)
        assert lines(proposed) == ["a", "1\tNew."]
        assert lines(original) == ["a"]


_WORDS = st.text(alphabet="ab é\u00a0", min_size=1, max_size=6)
_PIECES = st.lists(st.tuples(st.sampled_from(["run", "ins", "del"]), _WORDS), max_size=5)
_PARAGRAPHS = st.lists(st.tuples(_PIECES, st.sampled_from(["", "ins", "del"])), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_PARAGRAPHS)
def test_every_reading_holds_its_words_in_order(
    tmp_path: Path, paragraphs: list[tuple[list[tuple[str, str]], str]]
) -> None:
    make = {"run": run, "ins": ins, "del": gone}
    marks = {"": "", "ins": NEW, "del": STRUCK}
    body = "".join(par(*(make[k](t) for k, t in pieces), mark=marks[mark]) for pieces, mark in paragraphs)
    read = reader(tmp_path)
    proposed, original = both(read, body)

    def letters(text: str) -> str:
        return "".join(text.split())

    for document, left_out in ((proposed, "del"), (original, "ins")):
        wanted = "".join(t for pieces, _ in paragraphs for kind, t in pieces if kind != left_out)
        assert letters(document.text) == letters(wanted)
    assert letters(before(proposed)) == letters(original.text)
    spans = [r.span for r in proposed.revisions]
    assert spans == sorted(spans, key=lambda span: span.start)
    assert all(r.span.of(proposed.text) == r.text for r in proposed.revisions if r.added)


def test_a_proposal_carries_its_changes_through_a_run(tmp_path: Path) -> None:
    marker = p("MOD EUR/901A2/1")
    body = marker + par(run("to report "), gone("annually"), ins("each year"))
    path = save(tmp_path / "D22-WTDC25-C-0901!A2!MSW-E.docx", body)
    document = read_file(path, path.name)
    assert isinstance(document, Document)
    assert document.kind is DocumentKind.PROPOSAL
    assert [r.text for r in document.revisions] == ["annually", "each year"]
    assert document_from_row(document_to_row(document)) == document
    original = read_file(path, path.name, View.ORIGINAL)
    assert isinstance(original, Document)
    assert original.text.endswith("to report annually")


def test_the_command_line_shows_either_reading(tmp_path: Path) -> None:
    head = p("RESOLUTION 951 (Rev. Baku, 2025)") + p("Registers")
    enacting = p("The World Telecommunication Development Conference (Baku, 2025),") + p("resolves")
    body = head + enacting + par(run("to report "), gone("every two years"), ins("annually"), run("."))
    path = save(tmp_path / "text.docx", body)
    runner = CliRunner()
    shown = {view: runner.invoke(app, ["extract", str(path), "--view", view.value]).stdout for view in View}
    assert "to report annually." in shown[View.PROPOSED]
    assert "to report every two years." in shown[View.ORIGINAL]
    plain = runner.invoke(app, ["extract", str(save(tmp_path / "plain.docx", head + enacting)), "--view", "original"])
    assert "holds no tracked changes" in plain.stderr
