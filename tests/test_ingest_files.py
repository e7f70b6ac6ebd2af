"""Bad files become rows with plain reasons, and never stop the others."""

import io
import zipfile
from pathlib import Path

import docx
import pytest

from pipeline.domain import Document, DocumentKind, Rejected
from pipeline.errors import InputError
from pipeline.ingest import Reader, find_files, ignored_files, merge_copies, read_file

SAMPLE = Path(__file__).resolve().parents[1] / "corpus" / "sample"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def word_bytes(*paragraphs: str) -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def encrypted_pdf() -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    canvas = Canvas(stream, encrypt=StandardEncryption("secret", canPrint=0))
    canvas.drawString(72, 720, "RESOLUTION 901 (Rev. Dubai, 2018)")
    canvas.save()
    return stream.getvalue()


def zip_bytes(**members: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.pdf", b"", "empty"),
        ("empty.docx", b"", "empty"),
        ("cut.docx", word_bytes("text")[:2000], "breaks off"),
        ("picture.pdf", PNG, "PNG picture"),
        ("locked.pdf", encrypted_pdf(), "protected by a password"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "save it as .docx"),
        ("archive.docx", zip_bytes(readme="no document"), "zip archive"),
        ("broken.docx", zip_bytes(**{"word/document.xml": "<w:document>"}), "damaged"),
        ("broken.pdf", b"%PDF-1.7\n" + b"no objects at all\n" * 20, "damaged"),
        ("binary.txt", b"\x00\x01\x02" * 100, "binary"),
        ("blank.txt", b" \n\n\t\n", "no text"),
        ("torn.jsonl", b'{"id": "pp/res/901@2018", "sections": [', "line 1"),
        ("unknown.jsonl", b'{"id": "nowhere", "sections": []}\n', "line 1"),
    ],
)
def test_a_bad_file_becomes_a_row_with_a_plain_reason(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    row = read_file(path, name)
    assert isinstance(row, Rejected)
    assert words in row.reason
    assert "Traceback" not in row.reason


def test_a_reader_that_hangs_is_stopped_and_the_next_file_is_read(tmp_path: Path) -> None:
    good = tmp_path / "good.txt"
    good.write_text("The Council was invited to note the report.", encoding="utf-8")
    reader = Reader(seconds=0.001)
    try:
        slow = reader.read(good, "good.txt")
        assert isinstance(slow, Rejected)
        assert slow.code == "too-slow"
    finally:
        reader.close()
    assert isinstance(read_file(good, "good.txt"), Document)


def test_a_folder_without_documents_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no document"):
        find_files(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        find_files(tmp_path / "nowhere")


def test_files_that_are_no_documents_are_told(tmp_path: Path) -> None:
    for name in ("a.docx", "~$a.docx", ".hidden.pdf", "notes.csv"):
        (tmp_path / name).write_bytes(b"x")
    assert [p.name for p in find_files(tmp_path)] == ["a.docx"]
    assert ignored_files(tmp_path) == ("notes.csv",)


def test_the_same_words_in_two_forms_are_one_document(sample_documents: tuple[Document, ...]) -> None:
    (kept,) = [d for d in sample_documents if d.path == "S-RES-PP.902-2022-MSW-E.docx"]
    assert kept.copies == ("S-RES-PP.902-2022-PDF-E.pdf",)
    assert merge_copies(reversed(sample_documents)) == sample_documents


def test_spans_of_blocks_slice_the_text(sample_documents: tuple[Document, ...]) -> None:
    for document in sample_documents:
        assert "\n".join(document.line(b) for b in document.blocks) == document.text


def test_footnotes_tables_and_tracked_changes_of_word(sample_documents: tuple[Document, ...]) -> None:
    by_name = {d.path: d for d in sample_documents}
    noted = by_name["S-RES-PP.904-2022-MSW-E.docx"]
    assert [b.kind.value for b in noted.blocks].count("footnote") == 1
    proposal = by_name["D22-WTDC25-C-0901!A2!MSW-E.docx"]
    assert proposal.kind is DocumentKind.PROPOSAL
    assert "tracked-changes" in [n.code for n in proposal.notices]
    assert any(b.kind.value == "table" for b in by_name["T-RES-T.967-2022-MSW-E.docx"].blocks)


def test_running_heads_and_divided_words_of_pdf(sample_documents: tuple[Document, ...]) -> None:
    (volume,) = [d for d in sample_documents if d.path == "S-RES-PP.909-2022-PDF-E.pdf"]
    assert "running-heads" in [n.code for n in volume.notices]
    lines = [volume.line(b) for b in volume.blocks]
    assert len([line for line in lines if line.startswith("Res. 909") or line.isdigit()]) == 0


def test_council_headers_are_metadata(sample_documents: tuple[Document, ...]) -> None:
    by_name = {d.path: d for d in sample_documents}
    report = by_name["S24-CL-C-0901!!MSW-E.docx"]
    assert report.kind is DocumentKind.REPORT
    assert report.metadata.symbol == "C24/901-E"
    assert report.metadata.source
    assert report.metadata.title
    bare = by_name["council-2024-journeys-report.txt"]
    assert bare.kind is DocumentKind.REPORT
    assert set(bare.metadata.inferred) == {"meeting", "title"}
