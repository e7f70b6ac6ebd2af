"""The contribution to the ISCG: complete, neutral, safe, accessible, and the same on every build."""

import zipfile
from dataclasses import replace

import docx
import pytest
from docx.oxml.ns import qn
from report_fixture import HOSTILE, empty_record, make_record

from pipeline.domain import Relation
from pipeline.report.characters import printable
from pipeline.report.view import build_view
from pipeline.report.word import write_iscg_proposal


@pytest.fixture(scope="module")
def view():
    return build_view(make_record())


@pytest.fixture(scope="module")
def path(view, tmp_path_factory):
    path = tmp_path_factory.mktemp("word") / "proposal.docx"
    write_iscg_proposal(view, path)
    return path


@pytest.fixture(scope="module")
def document(path):
    return docx.Document(str(path))


def words(document):
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def headings(document, level):
    return [p.text for p in document.paragraphs if p.style.name == f"Heading {level}"]


def test_the_parts_stand_in_order(document):
    assert headings(document, 1) == [
        "1  In brief",
        "2  Action requested",
        "3  Background",
        "4  What was examined",
        "5  Findings",
        "6  Options",
        "7  What is not proposed, and why",
        "8  Points for comment by the Sectors",
        "Annex A  Evidence",
        "Annex B  Method, limits and run",
    ]


def test_the_head_leaves_number_and_source_to_be_filled_in(document):
    head = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
    assert head["Document"] == "[number to be filled in by the secretariat]"
    assert head["Date"] == "7 March 2025"
    assert head["For"] == "action"
    assert head["Original language"] == "English"


def test_every_finding_is_cited_exactly_and_marked_as_not_reviewed(view, document):
    table = next(t for t in document.tables if t.rows[0].cells[0].text == "Ref")
    rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
    assert [row[0] for row in rows] == [finding.ref for finding in view.findings]
    assert rows[0][1] == "PP Resolution 901 (Rev. Dubai, 2018), instructs the Directors of the three Bureaux, item 1"
    assert [cell.text for cell in table.rows[0].cells] == ["Ref", "Disposition A", "Disposition B", "Relation"]
    assert "Each was identified by software, not yet reviewed." in words(document)
    assert len(headings(document, 2)) == len(view.findings)


def test_matched_words_are_bold_and_underlined_by_style(document):
    runs = [
        (run.text, run.style.name)
        for table in document.tables
        for row in table.rows
        for cell in row.cells
        for paragraph in cell.paragraphs
        for run in paragraph.runs
    ]
    assert ("a public register of community charging points", "Matched words") in runs
    assert ("within available resources", "Formula words") in runs
    style = document.styles["Matched words"]
    assert style.font.bold
    assert style.font.underline


def test_clauses_are_quoted_whole_in_their_own_language(view, document):
    text = words(document)
    for finding in view.findings:
        for pair in finding.comparisons:
            assert printable(pair.left.text) in text
            assert printable(pair.right.text) in text
    assert printable(HOSTILE) in text


def test_each_clause_bears_its_own_language(tmp_path):
    record = make_record()
    findings = tuple(replace(f, relation=Relation.SAME_ACT) for f in record.findings)
    write_iscg_proposal(build_view(replace(record, findings=findings)), tmp_path / "all.docx")
    document = docx.Document(str(tmp_path / "all.docx"))
    tags = {element.get(qn("w:val")) for element in document.element.iter(qn("w:lang"))}
    assert {"en-GB", "fr-FR"} <= tags


def test_wording_is_told_by_its_class_the_share_of_each_side_and_what_was_excluded(document):
    assert "Pair 1: near-verbatim; " in words(document)
    assert "of B in A; excluded as formula language: 3 words of A, 3 of B." in words(document)
    lines = {document.styles[name].font.underline for name in ("Matched words", "Reworded words", "Moved words")}
    assert len(lines) == 3


def test_it_never_asks_to_delete_and_names_who_would_have_to_act(document):
    text = words(document).casefold()
    assert "delete" not in text
    assert "who would have to act" in text
    assert "the world telecommunication development conference" in text
    assert "keep both, and record why" in text
    assert "it adds work of its own sector." in text


def test_table_heads_are_marked_and_repeated_and_tables_described(document):
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))


def test_language_properties_and_page_number(path, document):
    assert document.core_properties.title
    assert document.core_properties.author == "Overlap"
    assert document.core_properties.created.isoformat().startswith("2025-03-07T10:42:00")
    assert {element.get(qn("w:val")) for element in document.styles.element.iter(qn("w:lang"))} == {"en-GB"}
    codes = [element.text for element in document.sections[0].footer._element.iter(qn("w:instrText"))]
    assert codes == ["PAGE", "NUMPAGES"]


def test_the_same_view_gives_the_same_bytes(path, tmp_path):
    write_iscg_proposal(build_view(make_record()), tmp_path / "again.docx")
    assert (tmp_path / "again.docx").read_bytes() == path.read_bytes()
    with zipfile.ZipFile(path) as parts:
        assert {part.date_time for part in parts.infolist()} == {(2025, 3, 7, 10, 42, 0)}


def test_a_limit_is_told(view, tmp_path):
    write_iscg_proposal(view, tmp_path / "short.docx", limit=2)
    document = docx.Document(str(tmp_path / "short.docx"))
    assert len(headings(document, 2)) == 2
    assert "strongest 2 of 3 findings" in words(document)
    assert "the other one stands in the workbook" in words(document)


def test_a_run_without_findings_gives_a_contribution_for_information(tmp_path):
    write_iscg_proposal(build_view(empty_record()), tmp_path / "empty.docx")
    document = docx.Document(str(tmp_path / "empty.docx"))
    assert "No two texts of different bodies" in words(document)
    assert {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}["For"] == "information"


def test_arabic_clauses_run_from_right_to_left(tmp_path):
    record = make_record()
    arabic = replace(record, resolutions=tuple(replace(r, language="ar") for r in record.resolutions))
    write_iscg_proposal(build_view(arabic), tmp_path / "ar.docx")
    element = docx.Document(str(tmp_path / "ar.docx")).element
    assert any(True for _ in element.iter(qn("w:bidi")))
    assert "ar-SA" in {mark.get(qn("w:bidi")) for mark in element.iter(qn("w:lang"))}


def test_long_clauses_may_run_over_to_the_next_page_and_nothing_forces_one(document):
    clauses = [table for table in document.tables if table.rows[0].cells[0].text.startswith("A: ")]
    assert clauses
    for table in clauses:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.find(".//" + qn("w:cantSplit")) is None for row in table.rows[1:])
    assert not any(p.paragraph_format.page_break_before for p in document.paragraphs)
    assert all(document.styles[f"Heading {level}"].paragraph_format.keep_with_next for level in (1, 2, 3))


def test_one_and_many_are_told_apart_and_nothing_is_counted_as_none(tmp_path):
    record = make_record()
    manifest = replace(record.manifest, corpus="/home/somebody/texts")
    view = build_view(replace(record, lineages=(), rejected=(), manifest=manifest))
    write_iscg_proposal(view, tmp_path / "one.docx", limit=1)
    text = words(docx.Document(str(tmp_path / "one.docx")))
    assert "finding F1, which concerns texts of WTDC (TDAG)" in text
    assert "newest" not in text
    assert "Left out" not in text
    assert "Council (Council)" not in text
    assert "somebody" not in text
    assert "corpus “texts”" in text
