"""PDF files to paragraphs: lines from pdfplumber, running heads removed, paragraphs rebuilt."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from pipeline.domain import BlockKind, Document, Notice
from pipeline.errors import UnreadableDocumentError
from pipeline.ingest.layout import Paragraph, Source, assemble

__all__ = ["read_pdf"]

# Lines this near to the top or bottom edge, as a share of the page height, may be running heads.
_MARGIN = 0.12
# A gap this much wider than the usual line distance starts a new paragraph.
_GAP = 1.35
_LABEL = re.compile(r"^(?:[a-z]{1,2}|[ivx]{1,5}|\d{1,2}(?:\.\d{1,2})*)(?:\s?bis|\s?ter)?[).]?\s|^[–—•·-]\s")
_SENTENCE_END = re.compile(r"[.;:,!?]['\"’”)]?$")
# Number lines stand alone even where a layout leaves no gap between them and the title.
_NUMBER_LINE = re.compile(
    r"^(?:(?:MOD|ADD|SUP|NOC)\s.*)?(?:DRAFT (?:NEW |REVISED )?)?"
    r"(?:RESOLUTION|DECISION|RECOMMENDATION|OPINION|QUESTION)\s+"
    r"(?:ITU-[RTD]\s+)?[\d\[][^a-z]{0,20}(?:\([^)]*\))?\s*$"
)
_PAGE_NUMBER = re.compile(r"^[-–— ]*(?:page\s*)?\d{1,4}[-–— ]*$", re.I)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a page; distances in points from the top left corner."""

    text: str
    page: int
    left: float
    right: float
    top: float
    bottom: float
    size: float
    italic: bool
    bold: bool
    page_height: float


def read_pdf(source: Source) -> Document:
    """The document as paragraphs in reading order, each with its page.

    Raises:
        UnreadableDocumentError: the file is protected, damaged, or holds no text layer.
    """
    try:
        with pdfplumber.open(source.path) as pdf:
            pages = len(pdf.pages)
            lines = [line for number, page in enumerate(pdf.pages, 1) for line in _lines(page, number)]
    except (PdfminerException, PDFPasswordIncorrect) as error:
        if isinstance(error, PDFPasswordIncorrect) or isinstance(
            error.args[0] if error.args else None, PDFPasswordIncorrect
        ):
            raise UnreadableDocumentError(
                "the PDF is protected by a password; save a copy without protection and retry"
            ) from error
        raise UnreadableDocumentError(
            "the PDF is damaged; open it in a PDF reader, print it to a new file and retry"
        ) from error
    if not lines:
        raise UnreadableDocumentError("the PDF holds no text, only pictures; run character recognition on it first")
    body, removed = _without_running_heads(lines, pages)
    notices = [Notice("running-heads", f"{removed} running heads and page numbers were left out")] if removed else []
    return assemble(source, "pdf", _paragraphs(body), notices)


def _lines(page: "pdfplumber.page.Page", number: int) -> Iterator[_Line]:
    words = page.extract_words(extra_attrs=["fontname", "size"], x_tolerance_ratio=0.15, use_text_flow=False)
    rows: list[list[dict[str, object]]] = []
    for word in words:
        if rows and abs(float(word["bottom"]) - float(str(rows[-1][-1]["bottom"]))) < float(word["size"]) * 0.45:
            rows[-1].append(word)
        else:
            rows.append([word])
    for row in rows:
        yield _line(row, number, float(page.height))


def _line(row: Sequence[dict[str, object]], page: int, height: float) -> _Line:
    def number(word: dict[str, object], key: str) -> float:
        return float(str(word[key]))

    size = max(number(w, "size") for w in row)
    text = str(row[0]["text"])
    for before, word in pairwise(row):
        # A raised figure glued to its word is a footnote mark; a wide gap after a label is a tab.
        wide = number(word, "x0") - number(before, "x1") > 1.6 * size
        text += ("\t" if wide else " ") + str(word["text"])
    faces = [str(w["fontname"]) for w in row if any(c.isalpha() for c in str(w["text"]))]
    return _Line(
        text=text,
        page=page,
        left=number(row[0], "x0"),
        right=max(number(w, "x1") for w in row),
        top=min(number(w, "top") for w in row),
        bottom=max(number(w, "bottom") for w in row),
        size=size,
        italic=bool(faces) and all("Italic" in f or "Oblique" in f for f in faces),
        bold=bool(faces) and all("Bold" in f for f in faces),
        page_height=height,
    )


def _without_running_heads(lines: Sequence[_Line], pages: int) -> tuple[list[_Line], int]:
    """Body lines, and how many running heads, feet and page numbers were removed.

    A line near the edge goes when it is a bare page number, or when, digits masked, it stands on at least 30 % of the
    pages and on two or more.
    """

    def masked(line: _Line) -> str:
        return re.sub(r"\d+", "#", line.text.strip())

    def at_edge(line: _Line) -> bool:
        return line.top < line.page_height * _MARGIN or line.bottom > line.page_height * (1 - _MARGIN)

    seen = Counter(key for key, _ in {(masked(line), line.page) for line in lines if at_edge(line)})
    needed = max(2, round(0.3 * pages))
    body = [
        line
        for line in lines
        if not (at_edge(line) and (_PAGE_NUMBER.match(line.text.strip()) or seen[masked(line)] >= needed))
    ]
    return body, len(lines) - len(body)


def _paragraphs(lines: Sequence[_Line]) -> Iterator[Paragraph]:
    if not lines:
        return
    gaps = [b.top - a.top for a, b in pairwise(lines) if a.page == b.page and 0 < b.top - a.top < 4 * a.size]
    usual = median(gaps) if gaps else 1.2 * lines[0].size
    body_size = median(line.size for line in lines)
    vocabulary = {w.lower() for line in lines for w in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", line.text)}
    group: list[_Line] = [lines[0]]
    for before, line in pairwise(lines):
        if _starts_paragraph(before, line, usual):
            yield _joined(group, vocabulary, body_size)
            group = []
        group.append(line)
    yield _joined(group, vocabulary, body_size)


def _starts_paragraph(before: _Line, line: _Line, usual: float) -> bool:
    """Whether a new paragraph begins with ``line``; across pages only wording and type can tell."""
    labelled = bool(_LABEL.match(line.text))
    if before.italic != line.italic or before.bold != line.bold or abs(before.size - line.size) > 1.5:
        return True
    if _NUMBER_LINE.match(before.text) or _NUMBER_LINE.match(line.text):
        return True
    if before.page != line.page:
        finished = bool(_SENTENCE_END.search(before.text))
        return finished or labelled or (line.italic and before.italic)
    if line.top - before.top > _GAP * usual:
        return True
    return labelled and bool(_SENTENCE_END.search(before.text))


def _joined(group: Iterable[_Line], vocabulary: set[str], body_size: float) -> Paragraph:
    lines = list(group)
    text = lines[0].text
    for line in lines[1:]:
        text = _join(text, line.text, vocabulary)
    first = lines[0]
    small = all(line.size < body_size - 0.8 for line in lines)
    low = first.top > 0.6 * first.page_height
    note = small and low and re.match(r"^\d{1,2}\s", text)
    return Paragraph(
        text,
        kind=BlockKind.FOOTNOTE if note else BlockKind.PARAGRAPH,
        italic=all(line.italic for line in lines),
        page=first.page,
        indent=round(first.left, 1),
    )


def _join(text: str, following: str, vocabulary: set[str]) -> str:
    """Two lines as one; a hyphen at the line end goes when the joined word occurs elsewhere in the document."""
    end = re.search(r"([^\W\d_]+)-$", text)
    start = re.match(r"[^\W\d_]+", following)
    if end is None or start is None:
        return f"{text} {following}"
    joined, hyphened = (end[1] + start[0]).lower(), f"{end[1]}-{start[0]}".lower()
    if joined in vocabulary and hyphened not in vocabulary:
        return text[:-1] + following
    if start[0][0].isupper() or hyphened in vocabulary or len(end[1]) < 3:
        return text + following
    return text[:-1] + following if joined in vocabulary else text + following
