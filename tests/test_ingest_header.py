"""The header of meeting documents: number, meeting, agenda item, date, language, source and title as metadata."""

from pathlib import Path

import pytest
from word_fixture import Read, codes, lines, p, reader

from pipeline.domain import BlockKind, DocumentKind, DocumentMetadata

REPORT_LINES = [
    ("Council 2019", "Geneva, 10-20 June 2019"),
    ("Agenda item: ADM 17", "Revision 1 to", "Document C19/901-E"),
    ("", "18 April 2019"),
    ("", "Original: English"),
]
TITLE = ("REPORT ON RESOLUTION 901", "(Rev. Dubai, 2018)")


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return reader(tmp_path)


def cell(*texts: str, marks: str = "", span: int = 1) -> str:
    first = f"<w:p>{marks}<w:r><w:t>{texts[0]}</w:t></w:r></w:p>" if texts else f"<w:p>{marks}</w:p>"
    width = f'<w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>' if span > 1 else ""
    return f"<w:tc>{width}{first}{''.join(p(t) for t in texts[1:])}</w:tc>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


class Marks:
    """Bookmarks of a template: those of one column begin in the first cell of the row and end in the row below."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._open: list[int] = []
        self._next = 1

    def begin(self, **columns: int | None) -> str:
        ended = "".join(f'<w:bookmarkEnd w:id="{number}"/>' for number in self._open)
        self._open = []
        if not self._wanted:
            return ""
        begun = ""
        for name, column in columns.items():
            where = "" if column is None else f' w:colFirst="{column}" w:colLast="{column}"'
            begun += f'<w:bookmarkStart w:id="{self._next}" w:name="{name}"{where}/>'
            self._open.append(self._next)
            self._next += 1
        return begun + ended


def layout_2019(bookmarks: bool, labels: str = "") -> str:
    """Two columns, eight rows; the field names of a template run on over cells, as they do in published files."""
    marks = Marks(bookmarks)
    rows = [
        row(cell("Council 2019", "Geneva, 10-20 June 2019", marks=marks.begin(dc06=0)), cell("")),
        row(cell(""), cell("")),
        row(
            cell("Agenda item: ADM 17", marks=marks.begin(dmeeting=0, dnum=1)),
            cell("Revision 1 to", "Document C19/901-E"),
        ),
        row(cell("", marks=marks.begin(ddate=1)), cell("18 April 2019")),
        row(cell("", marks=marks.begin(dorlang=1)), cell("Original: English")),
        row(cell("Report by the Secretary-General", marks=marks.begin(dsource=0), span=2)),
        row(cell(*TITLE, marks=marks.begin(dtitle1=0), span=2)),
        row(cell("", marks=marks.begin(), span=2)),
    ]
    box = row(
        cell("Summary", "This document presents a report.", "Action required", "The Council is invited to note it.")
    )
    return f"<w:tbl>{''.join(rows)}</w:tbl><w:tbl>{box}</w:tbl>{p('1. Background')}{p('1.1. The conference met.')}"


def layout_2024(bookmarks: bool) -> str:
    """One table for header and boxes."""
    marks = Marks(bookmarks)
    rows = [
        row(cell("Agenda item: PL 3", marks=marks.begin(dmeeting=0, dnum=1)), cell("Document C24/901-E")),
        row(cell("", marks=marks.begin(ddate=1)), cell("14 May 2024")),
        row(cell("", marks=marks.begin(dorlang=1)), cell("Original: English")),
        row(cell("Report by the Secretary-General", marks=marks.begin(dsource=0), span=2)),
        row(cell("COORDINATION OF WATER BUOYS", marks=marks.begin(dtitle1=0), span=2)),
        row(cell("Purpose", "This document presents a report.", marks=marks.begin(), span=2)),
        row(cell("Action required by the Council", "The Council is invited to note the report.", span=2)),
    ]
    return f"<w:tbl>{''.join(rows)}</w:tbl>{p('1. Background')}"


@pytest.mark.parametrize("bookmarks", [True, False])
class TestCouncil:
    def test_the_layout_of_2019(self, read: Read, bookmarks: bool) -> None:
        document = read(layout_2019(bookmarks))
        assert document.kind is DocumentKind.REPORT
        assert document.metadata == DocumentMetadata(
            symbol="C19/901(Rev.1)-E",
            meeting="Council 2019",
            date="18 April 2019",
            agenda_item="ADM 17",
            source="Report by the Secretary-General",
            title="REPORT ON RESOLUTION 901 (Rev. Dubai, 2018)",
            original_language="english",
        )
        assert "Agenda item: ADM 17" in lines(document)
        assert document.blocks[0].kind is BlockKind.HEADER

    def test_the_layout_of_2024(self, read: Read, bookmarks: bool) -> None:
        document = read(layout_2024(bookmarks), name="S24-CL-C-0901!!MSW-E.docx")
        assert document.kind is DocumentKind.REPORT
        assert document.metadata == DocumentMetadata(
            symbol="C24/901-E",
            meeting="Council 2024",
            date="14 May 2024",
            agenda_item="PL 3",
            source="Report by the Secretary-General",
            title="COORDINATION OF WATER BUOYS",
            original_language="english",
            inferred=("meeting",),
        )


def conference(*number: str, bookmarks: bool = False) -> str:
    marks = Marks(bookmarks)
    meeting = ("World Telecommunication Standardization Assembly (WTSA-24)", "New Delhi, 15-24 October 2024")
    rows = [
        row(cell(*meeting, marks=marks.begin(dbreak=0)), cell("")),
        row(cell("PLENARY MEETING", marks=marks.begin(dnum=1)), cell(*number)),
        row(cell("", marks=marks.begin(ddate=1)), cell("16 September 2024")),
        row(cell("", marks=marks.begin(dorlang=1)), cell("Original: French")),
        row(cell("Northern Telecommunication Administrations", marks=marks.begin(dsource=0), span=2)),
        row(cell("PROPOSED MODIFICATION OF RESOLUTION 902", marks=marks.begin(dtitle1=0), span=2)),
        row(cell("", marks=marks.begin(), span=2)),
    ]
    return f"<w:tbl>{''.join(rows)}</w:tbl>{p('MOD NTA/901A5/1')}"


class TestConferences:
    @pytest.mark.parametrize("bookmarks", [True, False])
    def test_a_contribution_takes_its_number_together_from_meeting_and_cell(self, read: Read, bookmarks: bool) -> None:
        metadata = read(conference("Addendum 5 to", "Document 901-E", bookmarks=bookmarks)).metadata
        assert metadata.symbol == "WTSA-24/901(Add.5)-E"
        assert metadata.source == "Northern Telecommunication Administrations"
        assert metadata.title == "PROPOSED MODIFICATION OF RESOLUTION 902"
        assert metadata.original_language == "french"
        assert metadata.date == "16 September 2024"
        assert metadata.inferred == ()

    @pytest.mark.parametrize(
        ("number", "symbol"),
        [
            (("Document 901-E",), "WTSA-24/901-E"),
            (("Addendum 2 to", "Addendum 5 to", "Document 901-E"), "WTSA-24/901(Add.5)(Add.2)-E"),
            (("Corrigendum 1 to Document 901-E",), "WTSA-24/901(Corr.1)-E"),
            (("Document WTSA-24/901(Add.5)-E",), "WTSA-24/901(Add.5)-E"),
        ],
    )
    def test_forms_of_numbers(self, read: Read, number: tuple[str, ...], symbol: str) -> None:
        assert read(conference(*number)).metadata.symbol == symbol


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (
            (("Point de l'ordre du jour: PL 1.1", "Document C24/901-F"), ("18 avril 2024", "Original: anglais")),
            ("C24/901-F", "18 avril 2024", "english", "PL 1.1"),
        ),
        (
            (("Punto del orden del día: ADM 2", "Documento C24/901-S"), ("18 de abril de 2024", "Original: inglés")),
            ("C24/901-S", "18 de abril de 2024", "english", "ADM 2"),
        ),
        (
            (("Пункт повестки дня: PL 1", "Документ C24/901-R"), ("18 апреля 2024 года", "Оригинал: английский")),
            ("C24/901-R", "18 апреля 2024 года", "english", "PL 1"),
        ),
        (
            (("议项：PL 1", "文件 C24/901-C"), ("2024年4月18日", "原文：英文")),
            ("C24/901-C", "2024年4月18日", "english", "PL 1"),
        ),
        (
            (("بند جدول الأعمال: PL 1", "الوثيقة C24/901-A"), ("18 أبريل 2024", "الأصل: بالإنكليزية")),
            ("C24/901-A", "18 أبريل 2024", "english", "PL 1"),
        ),
    ],
)
def test_headers_in_the_other_languages(
    read: Read, texts: tuple[tuple[str, str], ...], expected: tuple[str, str, str, str]
) -> None:
    m = read(f"<w:tbl>{''.join(row(cell(a), cell(b)) for a, b in texts)}</w:tbl>{p('text')}").metadata
    assert (m.symbol, m.date, m.original_language, m.agenda_item) == expected


class TestWithoutHeader:
    BOXES = p("Purpose") + p("A report of 2024.") + p("References") + p("Resolution 901 of 2024")

    def test_number_and_meeting_come_from_the_file_name_and_are_marked(self, read: Read) -> None:
        metadata = read(self.BOXES, name="S24-CL-C-0901!R1!MSW-E.docx").metadata
        assert (metadata.symbol, metadata.meeting) == ("C24/901(Rev.1)-E", "Council 2024")
        assert set(metadata.inferred) == {"symbol", "meeting", "title"}

    def test_without_a_telling_name_the_meeting_comes_from_the_years(self, read: Read) -> None:
        metadata = read(self.BOXES, name="report.docx").metadata
        assert (metadata.symbol, metadata.meeting) == (None, "Council 2024")
        assert set(metadata.inferred) == {"meeting", "title"}

    @pytest.mark.parametrize(
        ("name", "symbol"),
        [
            ("S24-CL-INF-0006!!MSW-E.docx", "C24/INF/6-E"),
            ("R16-WRC19-C-0012!A21-A5!MSW-E.docx", "WRC19/12(Add.21)(Add.5)-E"),
            ("T13-WTSA.16-C-0046!A22!MSW-E.docx", "WTSA-16/46(Add.22)-E"),
            ("D22-WTDC25-C-0901!!MSW-F.docx", "WTDC-25/901-F"),
            ("T-RES-T.901-2022-MSW-E.docx", None),
            ("T13-WTSA-C-0046!!MSW-E.docx", None),
        ],
    )
    def test_forms_of_file_names(self, read: Read, name: str, symbol: str | None) -> None:
        assert read(p("text"), name=name).metadata.symbol == symbol

    def test_the_document_counts_before_its_file_name_and_the_difference_is_told(self, read: Read) -> None:
        document = read(layout_2024(bookmarks=True), name="S24-CL-C-0902!!MSW-E.docx")
        assert document.metadata.symbol == "C24/901-E"
        assert "file-name" in codes(document)
        assert codes(read(layout_2024(bookmarks=True), name="S24-CL-C-0901!!MSW-E.docx")) == []


def test_a_table_of_facts_is_no_header(read: Read) -> None:
    rows = "".join(
        row(cell(a), cell(b), cell(c)) for a, b, c in [("Document", "Year", "Seen"), ("Report", "2024", "yes")]
    )
    document = read(f"{p('Text of a report.')}<w:tbl>{rows}</w:tbl>")
    assert lines(document)[1] == "Document | Year | Seen"
    assert document.metadata == DocumentMetadata()


def test_a_damaged_bookmark_changes_nothing(read: Read) -> None:
    marks = '<w:bookmarkStart w:id="1" w:name="dnum" w:colFirst="7" w:colLast="9"/><w:bookmarkStart w:name="dtitle1"/>'
    document = read(f"<w:tbl>{row(cell('Agenda item: PL 1', marks=marks), cell('Document C24/901-E'))}</w:tbl>")
    assert document.metadata.symbol == "C24/901-E"
    assert document.metadata.agenda_item == "PL 1"
