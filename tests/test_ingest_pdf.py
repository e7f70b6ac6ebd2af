"""PDF pages as an expert reads them: paragraphs whole, heads and marks gone, notes and tables told apart."""

import io
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, SimpleDocTemplate, Table, TableStyle

from pipeline.domain import BlockKind, Document, Span, boxes_of
from pipeline.errors import UnreadableDocumentError
from pipeline.ingest import pdf as pdf_module
from pipeline.ingest.layout import Source
from pipeline.ingest.pdf import read_pdf
from pipeline.segment import segment_document

WIDTH, HEIGHT = A4
LEFT, TOP, PITCH = 72.0, HEIGHT - 130, 14.0
HARBOURS = "that harbours keep their own register of buoys, which no other office of the Union reads or corrects"

Draw = Callable[[Canvas], None]


def pdf_of(tmp_path: Path, *pages: Draw, size: tuple[float, float] = A4) -> Path:
    path = tmp_path / "drawn.pdf"
    canvas = Canvas(str(path), pagesize=size)
    for draw in pages:
        canvas.setFont("Helvetica", 10)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return path


def lines(*texts: str, top: float = TOP, left: float = LEFT, font: str = "Helvetica", size: float = 10) -> Draw:
    """Lines of text at the usual distance; an empty one leaves the gap between paragraphs."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(font, size)
        y = top
        for text in texts:
            canvas.drawString(left, y, text)
            y -= PITCH if text else PITCH * 0.7
        canvas.setFont("Helvetica", 10)

    return draw


def together(*parts: Draw) -> Draw:
    def draw(canvas: Canvas) -> None:
        for part in parts:
            part(canvas)

    return draw


def read(path: Path) -> Document:
    return read_pdf(Source.of(path, path.name))


def texts(document: Document, kind: BlockKind = BlockKind.PARAGRAPH) -> list[str]:
    return [document.line(block) for block in document.blocks if block.kind is kind]


def test_heads_feet_and_page_numbers_are_left_out(tmp_path: Path) -> None:
    def page(number: int) -> Draw:
        head = lines(f"Res. 90{number}", top=HEIGHT - 40)
        foot = lines(f"– {number} –", top=36, left=WIDTH / 2)
        return together(head, lines(f"Paragraph of page {number}, with a figure {number}."), foot)

    document = read(pdf_of(tmp_path, *(page(n) for n in range(1, 5))))
    assert texts(document) == [f"Paragraph of page {n}, with a figure {n}." for n in range(1, 5)]
    assert "running-heads" in [n.code for n in document.notices]


def test_number_lines_at_the_top_of_many_pages_are_no_running_heads(tmp_path: Path) -> None:
    pages = [lines(f"RESOLUTION {n} (Dubai, 2018)", top=HEIGHT - 80) for n in (901, 902, 903)]
    document = read(pdf_of(tmp_path, *pages))
    assert texts(document) == [f"RESOLUTION {n} (Dubai, 2018)" for n in (901, 902, 903)]


def test_marks_set_sideways_in_the_margin_are_left_out(tmp_path: Path) -> None:
    def margin(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(30, 400)
        canvas.rotate(90)
        canvas.drawString(0, 0, "PRE-PUBLICATION COPY")
        canvas.restoreState()

    document = read(pdf_of(tmp_path, together(lines("The register of buoys is kept by the Bureau."), margin)))
    assert texts(document) == ["The register of buoys is kept by the Bureau."]


def test_a_divided_word_is_joined_and_a_compound_keeps_its_hyphen(tmp_path: Path) -> None:
    document = read(
        pdf_of(
            tmp_path,
            lines(
                "The register of harbours and the long-term plan are kept by the regis-",
                "trar of the harbours, who draws up each long-",
                "term plan with the ITU-",
                "D study groups for coop-",
                "eratives in 2020-",
                "2023 and telecommunication/",
                "ICT offices.",
                "",
                "The registrar reports.",
            ),
        )
    )
    assert texts(document)[0].endswith(
        "kept by the registrar of the harbours, who draws up each long-term plan with the ITU-D study groups for "
        "cooperatives in 2020-2023 and telecommunication/ICT offices."
    )


def test_a_space_after_a_hyphen_at_a_line_end_is_kept(tmp_path: Path) -> None:
    path = pdf_of(
        tmp_path, lines("The outcome of the high- ", "ranking meeting is read by the first- ", "rate office.")
    )
    assert texts(read(path)) == ["The outcome of the high- ranking meeting is read by the first- rate office."]


def test_a_paragraph_runs_over_the_page_and_a_list_does_not(tmp_path: Path) -> None:
    words = HARBOURS.split()
    first, second = " ".join(words[:10]), " ".join(words[10:])
    document = read(
        pdf_of(
            tmp_path,
            lines("resolves", "", f"1   {first}", top=300),
            lines(f"{second};", "", "2   that the register be opened;"),
            lines("3   that the fee be waived."),
        )
    )
    assert texts(document) == [
        "resolves",
        f"1\t{HARBOURS};",
        "2\tthat the register be opened;",
        "3\tthat the fee be waived.",
    ]
    across = next(b for b in document.blocks if HARBOURS in document.line(b))
    assert [box.page for box in across.boxes] == [1, 2]


def test_a_label_inside_a_sentence_opens_no_item_where_items_stand_apart(tmp_path: Path) -> None:
    items = [text for n in range(1, 8) for text in (f"{n}   that buoy {n} be painted red and lit;", "")]
    inner = ("8   that the following be kept: the lights;", "9   the horns; and the", "chains of all the buoys.")
    document = read(pdf_of(tmp_path, lines(*items, *inner)))
    assert len(texts(document)) == 8
    assert texts(document)[-1].startswith("8\tthat the following be kept: the lights; 9")


def test_footnotes_go_last_and_their_marks_leave_the_text(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(LEFT, TOP)
        text.textOut("a)   that the developing countries")
        for piece, size, rise in (("1", 6, 4), (" have no register; the area is 40 m", 10, 0), ("2", 6, 4)):
            text.setFont("Helvetica", size)
            text.setRise(rise)
            text.textOut(piece)
        text.setFont("Helvetica", 10)
        text.setRise(0)
        text.textLine(" wide, and")
        text.textLine("the sea runs over the page and goes")
        text.setTextOrigin(LEFT, 90)
        text.setFont("Helvetica", 5)
        text.setRise(3)
        text.textOut("1")
        text.setRise(0)
        text.setFont("Helvetica", 8)
        text.textLine(" These include the least developed countries and the")
        text.textLine("small island developing states.")
        canvas.drawText(text)

    document = read(pdf_of(tmp_path, draw, lines("on to the next harbour.")))
    (paragraph,) = texts(document)
    assert paragraph.startswith(
        "a)\tthat the developing countries have no register; the area is 40 m2 wide, and the sea"
    )
    assert paragraph.endswith("and goes on to the next harbour.")
    assert texts(document, BlockKind.FOOTNOTE) == [
        "1\tThese include the least developed countries and the small island developing states."
    ]
    assert document.blocks[-1].kind is BlockKind.FOOTNOTE


def test_a_rule_parts_footnotes_of_the_same_size(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        lines("The register is kept by the Bureau.", "It is open to all administrations.")(canvas)
        canvas.line(LEFT, 120, LEFT + 120, 120)
        lines("* Adopted without a vote.", top=104)(canvas)

    document = read(pdf_of(tmp_path, draw))
    assert texts(document) == ["The register is kept by the Bureau. It is open to all administrations."]
    assert texts(document, BlockKind.FOOTNOTE) == ["*\tAdopted without a vote."]


def table_pdf(path: Path, rows: list[list[str]], **rules: object) -> None:
    style = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=14)
    before, after = Paragraph("Before the table.", style), Paragraph("After the table.", style)
    table = Table(rows, style=TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)]), **rules)
    SimpleDocTemplate(str(path), pagesize=A4).build([before, table, after])


def test_a_ruled_table_becomes_rows_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "table.pdf"
    table_pdf(
        path, [["Office", "Register", "Year"], ["Bureau A", "buoys and\nlights", "2018"], ["Bureau B", "", "2022"]]
    )
    document = read(path)
    assert [(b.kind, document.line(b)) for b in document.blocks] == [
        (BlockKind.PARAGRAPH, "Before the table."),
        (BlockKind.TABLE, "Office | Register | Year"),
        (BlockKind.TABLE, "Bureau A | buoys and lights | 2018"),
        (BlockKind.TABLE, "Bureau B | | 2022"),
        (BlockKind.PARAGRAPH, "After the table."),
    ]


def test_a_table_that_only_arranges_the_head_keeps_its_cells_apart(tmp_path: Path) -> None:
    path = tmp_path / "head.pdf"
    table_pdf(path, [["Agenda item: PL 1.1", "Document C24/901-E"], ["", "14 May 2024"]])
    document = read(path)
    assert texts(document, BlockKind.HEADER) == ["Agenda item: PL 1.1", "Document C24/901-E", "14 May 2024"]
    assert document.metadata.agenda_item == "PL 1.1"
    assert document.metadata.symbol == "C24/901-E"


def test_plain_pages_never_reach_the_slow_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("pdfplumber was asked")

    monkeypatch.setattr(pdf_module, "find_tables", refuse)
    framed = together(lines("Plain text in a frame."), lambda c: c.rect(20, 20, WIDTH - 40, HEIGHT - 40))
    assert texts(read(pdf_of(tmp_path, framed))) == ["Plain text in a frame."]


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "columns.pdf"
    style = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=13, spaceAfter=8)
    width = (WIDTH - 164) / 2
    frames = [Frame(LEFT + i * (width + 20), 400, width, 300, 0, 0, 0, 0) for i in range(2)]
    said = [f"{n} {HARBOURS} {HARBOURS}." for n in ("First,", "Second,", "Third,", "Fourth,", "Fifth,")]
    template = BaseDocTemplate(str(path), pageTemplates=[PageTemplate(frames=frames)])
    template.build([Paragraph(text, style) for text in said])
    assert texts(read(path)) == said


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_that_is_shown_turned_is_read_and_boxed_as_shown(tmp_path: Path, rotation: int) -> None:
    path = tmp_path / "turned.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setPageRotation(rotation)
    # reportlab swaps the sides of such a page; text set against the rotation stands upright on the screen.
    canvas.translate(*{90: (HEIGHT, 0), 180: (WIDTH, HEIGHT), 270: (0, WIDTH)}[rotation])
    canvas.rotate(rotation)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(72, 300, "The register is shown turned,")
    canvas.drawString(72, 286, "and yet it can be read.")
    canvas.save()
    document = read(path)
    assert texts(document) == ["The register is shown turned, and yet it can be read."]
    first, second = document.blocks[0].boxes
    assert first.x0 == pytest.approx(72, abs=1)
    assert first.bottom == pytest.approx(HEIGHT - 300, abs=4)
    assert first.top < second.top


def test_sideways_text_on_an_upright_page_is_read(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(200, 100)
        canvas.rotate(90)
        lines("The table is set sideways", "on an upright page.", top=0, left=0)(canvas)

    document = read(pdf_of(tmp_path, draw))
    assert texts(document) == ["The table is set sideways on an upright page."]
    (first, second) = document.blocks[0].boxes
    # On the page as shown the lines stand upright, the second to the right of the first.
    assert first.bottom - first.top > first.x1 - first.x0
    assert second.x0 > first.x0


def test_clauses_know_their_page_and_boxes(tmp_path: Path) -> None:
    head = (
        "RESOLUTION 901 (Dubai, 2018)",
        "",
        "Register of buoys",
        "",
        "The Plenipotentiary Conference (Dubai, 2018),",
        "",
    )
    page = lines(
        *head,
        "resolves",
        "",
        "1   that harbours keep a register of the buoys in their waters and hand it on to the",
        "Bureau every year;",
        "",
        "2   that the fee be waived, instructs the Secretary-General to report to the Council.",
    )
    document = read(pdf_of(tmp_path, lines("A page before."), page))
    (resolution,) = segment_document(document)
    first, second, third = resolution.clauses
    assert {c.page for c in resolution.clauses} == {2}
    upper, lower = boxes_of(document, first.span)
    assert upper.top < lower.top < upper.bottom + PITCH
    assert upper.x0 > LEFT + 5  # without its label
    assert lower.x1 == pytest.approx(LEFT + stringWidth("Bureau every year;", "Helvetica", 10), abs=1)
    # A call that was run into the item shares its line: each clause has its own part of it.
    (before,), (after,) = boxes_of(document, second.span), boxes_of(document, third.span)
    assert (before.page, before.top) == (after.page, after.top) == (2, after.top)
    assert before.x1 < after.x0
    words = "2   that the fee be waived, instructs the Secretary-General "
    assert after.x0 == pytest.approx(LEFT + stringWidth(words, "Helvetica", 10), abs=12)
    assert boxes_of(document, Span(0, 0)) == ()


def test_lines_of_every_block_follow_its_text(tmp_path: Path) -> None:
    document = read(
        pdf_of(tmp_path, lines("One line of the para-", "graph, then", "a third.", "", "Another paragraph."))
    )
    for block in document.blocks:
        starts = [box.start for box in block.boxes]
        assert starts[0] == block.span.start
        assert all(a < b for a, b in pairwise(starts))
    assert document.text[document.blocks[0].boxes[1].start :].startswith("graph, then")


def test_a_page_that_cannot_be_opened_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    path = pdf_of(tmp_path, lines("The first page."), lines("The second page."))
    # The list of pages names an object that is not there.
    path.write_bytes(re.sub(rb"/Kids \[ (\d+) 0 R \d+ 0 R", rb"/Kids [ \1 0 R 99 0 R", path.read_bytes()))
    document = read(path)
    assert texts(document) == ["The first page."]
    assert [n.message for n in document.notices] == ["page 2 could not be opened and was left out"]


def reason_of(path: Path) -> str:
    with pytest.raises(UnreadableDocumentError) as caught:
        read(path)
    return str(caught.value)


def test_files_that_hold_nothing_to_read_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = pdf_of(tmp_path, lambda c: c.rect(100, 100, 200, 200, fill=1))
    assert "no text, only pictures" in reason_of(picture)

    empty = tmp_path / "empty.pdf"
    stream = io.BytesIO(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"trailer<</Root 1 0 R/Size 3>>\n%%EOF\n"
    )
    empty.write_bytes(stream.getvalue())
    assert "no page" in reason_of(empty) or "damaged" in reason_of(empty)

    cut = tmp_path / "cut.pdf"
    cut.write_bytes(pdf_of(tmp_path, lines("Text.")).read_bytes()[:200])
    assert "damaged" in reason_of(cut)

    long = pdf_of(tmp_path, lines("One."), lines("Two."), lines("Three."))
    monkeypatch.setattr(pdf_module, "_MAX_PAGES", 2)
    assert "3 pages, more than 2; split it" in reason_of(long)
    monkeypatch.setattr(pdf_module, "_MAX_PAGES", 5_000)
    monkeypatch.setattr(pdf_module, "_MAX_CHARACTERS", 7)
    assert "more than 7 characters" in reason_of(long)
