"""The workbook: every cell is text or number, nothing runs, and equal views give equal bytes."""

import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from report_fixture import HOSTILE, empty_record, make_record, write_workbook

from pipeline.domain import Relation, Remedy
from pipeline.report import excel
from pipeline.report.characters import printable
from pipeline.report.excel import CELL_LIMIT, write_content
from pipeline.report.frame import frame_workbook
from pipeline.report.view import build_view

SHEETS = [
    *("Summary", "Findings", "Clause pairs", "Matrix", "Clusters", "Discounted", "Formula language"),
    *("Proposals", "Signals", "Documents", "Document warnings", "Rejected", "Notes"),
]


def retitled(record, title):
    return replace(record, resolutions=tuple(replace(r, title=title) for r in record.resolutions))


@pytest.fixture(scope="module")
def view():
    return build_view(make_record())


@pytest.fixture(scope="module")
def path(view, tmp_path_factory):
    path = tmp_path_factory.mktemp("excel") / "report.xlsx"
    write_workbook(view, path)
    return path


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def column(sheet, name):
    position = [cell.value for cell in sheet[1]].index(name)
    return [row[position].value for row in sheet.iter_rows(min_row=2)]


def test_the_sheets_stand_in_order_with_frozen_heads_and_filters(book):
    assert book.sheetnames == SHEETS
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")


def test_no_cell_is_a_formula_or_a_link(path, book):
    for sheet in book:
        assert all(cell.data_type in "sn" for row in sheet.iter_rows() for cell in row)
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/"):
                content = parts.read(name).decode()
                assert "<f>" not in content
                assert "<f " not in content
                assert "hyperlink" not in content


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "https://x", "12"])
def test_text_that_looks_like_something_else_stays_text(tmp_path, start):
    write_workbook(build_view(retitled(make_record(), start)), tmp_path / "r.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["Findings"]
    position = [cell.value for cell in sheet[1]].index("Title A")
    for row in sheet.iter_rows(min_row=2):
        assert (row[position].value, row[position].data_type) == (" ".join(start.split()), "s")
        assert row[position].quotePrefix


def test_every_finding_and_every_clause_pair_is_there(view, book):
    findings = view.all_findings
    assert column(book["Findings"], "Finding ID") == [finding.id for finding in findings]
    assert column(book["Findings"], "Score") == [pytest.approx(finding.score) for finding in findings]
    pairs = [pair for finding in findings for pair in finding.comparisons]
    assert column(book["Clause pairs"], "Pair ID") == [pair.id for pair in pairs]
    assert column(book["Clause pairs"], "Clause A") == [printable(pair.left.text) for pair in pairs]
    assert printable(HOSTILE) in column(book["Clause pairs"], "Clause B")
    assert len(column(book["Discounted"], "Why it was discounted")) == view.summary.discounted
    assert len(column(book["Rejected"], "Reason")) == view.summary.rejected
    assert len(column(book["Signals"], "Observation")) == view.summary.signals


def test_matched_words_are_bold_and_underlined(path):
    with zipfile.ZipFile(path) as parts:
        strings = parts.read("xl/sharedStrings.xml").decode()
    run = re.search(r"<r><rPr>(.*?)</rPr><t[^>]*>a public register of community charging points</t>", strings)
    assert "<b/>" in run[1]
    assert "<u/>" in run[1]


@pytest.mark.parametrize("character", ["x", "\U0001f4d8"])
def test_a_text_too_long_for_a_cell_is_cut_with_a_mark(tmp_path, character):
    write_workbook(build_view(retitled(make_record(), character * 40_000)), tmp_path / "r.xlsx")
    title = column(openpyxl.load_workbook(tmp_path / "r.xlsx")["Findings"], "Title A")[0]
    assert len(title.encode("utf-16-le")) // 2 <= CELL_LIMIT
    assert "cut here" in title


def test_the_same_view_gives_the_same_bytes(view, path, tmp_path):
    write_workbook(build_view(make_record()), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_content_is_the_same_for_two_runs_of_equal_content_and_is_framed_to_the_same_bytes(tmp_path):
    record = make_record()
    manifest = replace(
        record.manifest,
        run_id="20990101-000000-ffffff",
        created_at="2099-01-01T00:00:00+00:00",
        counts=dict.fromkeys(record.manifest.counts, 7),
    )
    other = replace(record, manifest=manifest)
    parts = write_content(build_view(record), tmp_path / "content")
    assert parts == write_content(build_view(other), tmp_path / "other")
    assert (tmp_path / "content").read_bytes() == (tmp_path / "other").read_bytes()
    frame_workbook(tmp_path / "content", parts, tmp_path / "framed.xlsx", manifest)
    write_workbook(build_view(other), tmp_path / "afresh.xlsx")
    assert (tmp_path / "framed.xlsx").read_bytes() == (tmp_path / "afresh.xlsx").read_bytes()
    book = openpyxl.load_workbook(tmp_path / "framed.xlsx")
    assert book.properties.title == "Overlap report, 1 January 2099"
    assert book.properties.subject == "Run 20990101-000000-ffffff"
    assert book.properties.created.isoformat() == "2099-01-01T00:00:00"
    told = dict(row[:2] for row in book["Summary"].iter_rows(values_only=True))
    assert told["Run"] == "20990101-000000-ffffff"
    assert told["Made on"] == "1 January 2099, 00:00 UTC"
    notes = [row for row in book["Notes"].iter_rows(values_only=True) if row[0].startswith("count ")]
    assert notes == [(f"count {name}", "7") for name in sorted(manifest.counts)]
    with zipfile.ZipFile(tmp_path / "framed.xlsx") as members:
        assert members.testzip() is None
        assert len(members.namelist()) == len(set(members.namelist()))
        assert not any(b"\0" in members.read(name) or b"_x0000_" in members.read(name) for name in members.namelist())


def write_blank_cells_as_words(monkeypatch):
    monkeypatch.setattr(
        excel.Worksheet, "write_blank", lambda sheet, row, column, _, style: sheet.write_string(row, column, "?", style)
    )


def write_no_blank_cells(monkeypatch):
    monkeypatch.setattr(excel.Worksheet, "write_blank", lambda *_: 0)


def write_no_properties(monkeypatch):
    monkeypatch.setattr(excel.Workbook, "set_properties", lambda *_: None)


def name_the_properties_otherwise(monkeypatch):
    monkeypatch.setattr(excel, "_PROPERTIES", "docProps/properties.xml")


@pytest.mark.parametrize(
    ("otherwise", "told"),
    [
        (write_blank_cells_as_words, r"no empty cell B\d+ for (run|moment)"),
        (write_no_blank_cells, r"no empty cell B\d+ for (run|moment)"),
        (write_no_properties, "properties of the workbook have no place for day, run"),
        (name_the_properties_otherwise, "no part docProps/properties.xml"),
    ],
)
def test_a_fact_without_its_place_in_the_laid_out_workbook_is_an_error(monkeypatch, tmp_path, view, otherwise, told):
    otherwise(monkeypatch)
    with pytest.raises(RuntimeError, match=told):
        write_content(view, tmp_path / "content")


def test_an_empty_run_gives_a_workbook_with_heads(tmp_path):
    write_workbook(build_view(empty_record()), tmp_path / "empty.xlsx")
    book = openpyxl.load_workbook(tmp_path / "empty.xlsx")
    assert book.sheetnames == SHEETS
    assert book["Findings"].max_row == 1


def test_headings_are_plain_and_rows_as_high_as_their_text(book):
    for sheet in book:
        assert not any("_" in cell.value for cell in sheet[1])
    sheet = book["Findings"]
    assert [cell.value for cell in sheet[1]][:5] == ["Ref", "Score", "Relation", "Body A", "Text A"]
    assert all(sheet.row_dimensions[row].height > 40 for row in range(2, sheet.max_row + 1))


def test_every_sheet_prints_one_page_wide_and_wide_ones_what_people_read(book):
    for sheet in book:
        widths = [sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]]
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert int(sheet.page_setup.paperSize) == (9 if sum(widths) <= 260 + len(widths) else 8)
    printed = {
        name: [cell.value for cell in book[name][book[name].print_area.partition("!")[2].replace("$", "")][0]]
        for name in ("Findings", "Discounted")
    }
    assert printed["Findings"][0] == "Ref"
    assert printed["Findings"][-1] == "What may be proposed"
    assert printed["Discounted"][-1] == "Text ID, B"


def test_numbers_are_rounded(tmp_path):
    record = make_record()
    findings = (replace(record.findings[0], score=0.123456789012345), *record.findings[1:])
    write_workbook(build_view(replace(record, findings=findings)), tmp_path / "r.xlsx")
    assert column(openpyxl.load_workbook(tmp_path / "r.xlsx")["Findings"], "Score")[0] == 0.1235


def test_formula_language_and_remedies_of_groups_cannot_run_either(tmp_path):
    record = make_record()
    boiled = tuple(replace(o, relation=Relation.BOIL) if o.id == "o8" else o for o in record.overlaps)
    clusters = tuple(replace(c, remedies=((Remedy.KEEP, HOSTILE),)) for c in record.clusters)
    path = tmp_path / "hostile.xlsx"
    write_workbook(build_view(replace(record, overlaps=boiled, clusters=clusters)), path)
    book = openpyxl.load_workbook(path)
    assert printable(HOSTILE) in column(book["Formula language"], "Clause B")
    assert column(book["Formula language"], "Pairs not ranked") == [1]
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert any("evil.example" in text for text in column(book["Clusters"], "What may be proposed"))
