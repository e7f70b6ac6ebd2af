"""A file after reading: its text in order, what each paragraph looked like, and where it came from."""

from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.domain.span import Span

__all__ = ["Block", "BlockKind", "Document", "DocumentKind", "DocumentMetadata", "Notice", "Rejected"]


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
class Block:
    """One paragraph, table cell row or footnote.

    ``span`` lies in the document text. ``style`` is the style name of the file, lower case, or "";
    ``italic`` is true when all its letters are italic. Both are evidence for the grammar, never a requirement.
    ``page`` counts from 1 where the format has pages; ``indent`` is the left edge in points.
    """

    span: Span
    kind: BlockKind = BlockKind.PARAGRAPH
    style: str = ""
    italic: bool = False
    page: int | None = None
    indent: float | None = None


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
    relative to the corpus, ``copies`` the paths of other files with the same words.
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
