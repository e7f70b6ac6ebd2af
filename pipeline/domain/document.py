"""A file after reading: its text in order, what each paragraph looked like, and where it came from."""

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.domain.revision import Revision
from pipeline.domain.span import Span

__all__ = [
    "Block",
    "BlockKind",
    "Box",
    "Document",
    "DocumentKind",
    "DocumentMetadata",
    "Notice",
    "Rejected",
    "boxes_of",
]


class BlockKind(StrEnum):
    """What a block is in the layout of its file."""

    PARAGRAPH = "paragraph"
    TABLE = "table"
    FOOTNOTE = "footnote"
    HEADER = "header"


class DocumentKind(StrEnum):
    """What a document is for, as far as its own text tells."""

    INSTRUMENTS = "instruments"
    PROPOSAL = "proposal"
    REPORT = "report"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Box:
    """Where one line of a block stands on its page, in points from the top left corner; ``page`` counts from 1.

    ``start`` is the place in the document text where the line begins; it ends where the next line, or the block, does.
    """

    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    start: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, table cell row or footnote.

    ``span`` lies in the document text. ``style`` is the style name of the file, lower case, or "";
    ``italic`` is true when all its letters are italic. Both are evidence for the grammar, never a requirement.
    ``page`` counts from 1 where the format has pages; ``indent`` is the left edge in points; ``boxes`` are its lines
    on their pages, in reading order.
    """

    span: Span
    kind: BlockKind = BlockKind.PARAGRAPH
    style: str = ""
    italic: bool = False
    page: int | None = None
    indent: float | None = None
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader should know about a document or a text: a stable code and a plain sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class DocumentMetadata:
    """Header facts of a meeting document; ``inferred`` names the fields that the text does not state itself."""

    symbol: str | None = None
    meeting: str | None = None
    date: str | None = None
    agenda_item: str | None = None
    source: str | None = None
    title: str | None = None
    original_language: str | None = None
    inferred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One readable file.

    ``text`` is the whole text, one line a block, Unicode NFC, without soft hyphens and zero-width characters;
    every span of the product points into it. ``digest`` is the SHA-256 of the file's bytes, ``path`` its name
    relative to the corpus, ``copies`` the paths of other files with the same words. ``revisions`` are the tracked
    changes that made the text what it is, in the order of their spans; the original reading has none.
    """

    id: str
    path: str
    digest: str
    format: str
    text: str
    blocks: tuple[Block, ...]
    language: str = "en"
    kind: DocumentKind = DocumentKind.OTHER
    metadata: DocumentMetadata = field(default_factory=DocumentMetadata)
    notices: tuple[Notice, ...] = ()
    copies: tuple[str, ...] = ()
    revisions: tuple[Revision, ...] = ()

    def line(self, block: Block) -> str:
        """The text of one of its blocks."""
        return block.span.of(self.text)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file that could not be used: a stable ``code`` and a ``reason`` that says what to do."""

    path: str
    code: str
    reason: str
    digest: str | None = None


def boxes_of(document: Document, span: Span) -> tuple[Box, ...]:
    """Where a range of the document text stands on the pages: one box a line, in reading order.

    A line that the range covers in part gives that share of its box by the count of characters, which is right to
    within a few letters. Empty for formats without pages.

    Args:
        document: the document, read from a format with pages.
        span: a range of its text, such as the span of a clause.
    """
    boxes = []
    first = bisect_right(document.blocks, span.start, key=lambda block: block.span.start) - 1
    for block in document.blocks[max(first, 0) :]:
        if block.span.start >= span.end:
            break
        ends = [*(box.start for box in block.boxes[1:]), block.span.end]
        for box, end in zip(block.boxes, ends, strict=False):
            start, stop = max(box.start, span.start), min(end, span.end)
            if start < stop:
                boxes.append(_share(box, end, start, stop))
    return tuple(boxes)


def _share(box: Box, end: int, start: int, stop: int) -> Box:
    """The part of a line's box, which ends at ``end``, that the characters from ``start`` to ``stop`` take."""
    letter = (box.x1 - box.x0) / (end - box.start)
    x0 = round(box.x0 + (start - box.start) * letter, 1)
    x1 = round(box.x0 + (stop - box.start) * letter, 1)
    return Box(box.page, x0, box.top, x1, box.bottom, start)
