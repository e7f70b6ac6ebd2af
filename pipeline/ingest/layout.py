"""From paragraphs as a reader found them to one frozen Document."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.domain import Block, BlockKind, Document, Notice, Revision, RevisionKind, Span
from pipeline.ingest.metadata import HeaderFact, describe

__all__ = ["Change", "Paragraph", "Source", "assemble", "clean", "is_noise"]

# Soft hyphen, zero-width space and joiners, byte-order mark: invisible, and they break every comparison.
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF))
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f\u2002\u2003\u3000\v\f", " "))
_FIELD_DEBRIS = re.compile(
    r"\[(?:bookmark|image):[^\]]*\]"
    r"|Error! (?:Unknown document property name|Reference source not found|Bookmark not defined)\.?"
    r"|(?:XE|TC) \"[^\"]{1,200}\"§"  # entries of an index as Word 2 kept them
    r"|\bPAGEREF _Toc\d+(?: \\h)?|\bTOC \\o \"[^\"]*\"(?: \\[a-z])*"
)
_RULE = re.compile(r"^[\s_*]*(?:_{3,}|\*{3,})[\s_*]*$")
_FILE_FOOTER = re.compile(r"^[A-Z]:\\.*\.docx?\b.*$", re.I)


@dataclass(frozen=True, slots=True)
class Source:
    """The file being read: its path on disk, its name in the corpus, and its bytes' SHA-256."""

    path: Path
    relative: str
    digest: str

    @classmethod
    def of(cls, path: Path, relative: str) -> "Source":
        """Name and digest of a file on disk."""
        with path.open("rb") as stream:
            return cls(path, relative, hashlib.file_digest(stream, "sha256").hexdigest())


@dataclass(frozen=True, slots=True)
class Change:
    """A tracked change in a paragraph, in characters of its raw text.

    ``end`` is one beyond the text where the end of the paragraph is new too. What is ``gone`` has no length.
    """

    kind: RevisionKind
    start: int
    end: int
    text: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph as the file holds it; ``text`` is raw, the rest is evidence for the grammar."""

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    style: str = ""
    italic: bool = False
    page: int | None = None
    indent: float | None = None
    changes: tuple[Change, ...] = ()


def clean(text: str) -> str:
    """One line of text: Unicode NFC, ordinary spaces, no invisible characters or field debris; tabs are kept."""
    text = unicodedata.normalize("NFC", text).translate(_INVISIBLE).translate(_SPACES)
    text = _FIELD_DEBRIS.sub("", text).replace("\r", " ").replace("\n", " ")
    return re.sub(r" *\t[ \t]*", "\t", re.sub(r" {2,}", " ", text)).strip()


def is_noise(line: str) -> bool:
    """Whether a clean line is a rule or the path of a file, which belong to the layout and not to the text."""
    return bool(_RULE.match(line) or _FILE_FOOTER.match(line))


def assemble(
    source: Source,
    fmt: str,
    paragraphs: Iterable[Paragraph],
    notices: Sequence[Notice] = (),
    language: str = "en",
    header: Sequence[HeaderFact] = (),
) -> Document:
    """The document made of these paragraphs: one line of text each, rules and file-path footers left out.

    What was removed is told in a notice. Kind and metadata are read off the text and the file's name, and off the
    fields of its ``header`` where it names them.
    """
    blocks: list[Block] = []
    lines: list[str] = []
    revisions: list[Revision] = []
    position = removed = 0
    for paragraph in paragraphs:
        text = clean(paragraph.text)
        noise = bool(text) and is_noise(text)
        removed += noise
        if noise or not text:
            # Words that were struck out stand before the next line.
            revisions += _revisions([c for c in paragraph.changes if c.gone], paragraph.text, "", position)
            continue
        revisions += _revisions(paragraph.changes, paragraph.text, text, position)
        span = Span(position, position + len(text))
        blocks.append(Block(span, paragraph.kind, paragraph.style, paragraph.italic, paragraph.page, paragraph.indent))
        lines.append(text)
        position = span.end + 1
    told = list(notices)
    if removed:
        told.append(Notice("noise-removed", f"{removed} rule lines or file-path footers were left out"))
    described = describe(lines, source.relative, header)
    told.extend(described.notices)
    text = "\n".join(lines)
    return Document(
        id=f"doc/{source.digest[:16]}",
        path=source.relative,
        digest=source.digest,
        format=fmt,
        text=text,
        blocks=tuple(blocks),
        language=language,
        kind=described.kind,
        metadata=described.metadata,
        notices=tuple(told),
        revisions=tuple(_within(revisions, text)),
    )


def _revisions(changes: Sequence[Change], raw: str, line: str, position: int) -> Iterator[Revision]:
    """Tracked changes of a paragraph with their places in the text of the document, where its clean line begins."""
    for change in changes:
        start = position + _place(raw, change.start, line)
        if change.gone:
            # The letters at both ends keep the spaces that were struck out.
            text = "\n".join(clean(f"x{words}x")[1:-1] for words in change.text.split("\n"))
            yield Revision(change.kind, Span(start, start), text)
        else:
            end = position + _place(raw, change.end, line) + (change.end > len(raw))
            yield Revision(change.kind, Span(start, end), change.text)


def _place(raw: str, offset: int, line: str) -> int:
    """Where a place in the raw text of a paragraph lies in its clean line."""
    if offset >= len(raw):
        return len(line)
    # The letter keeps the space before it; what cleaning does behind it is its own matter.
    return min(len(clean(raw[:offset] + "x")) - 1, len(line))


def _within(revisions: Iterable[Revision], text: str) -> Iterator[Revision]:
    """Those of the revisions that changed something, with the words of the text that they put in."""
    for revision in revisions:
        span = Span(min(revision.span.start, len(text)), min(revision.span.end, len(text)))
        words = span.of(text) or ("" if revision.added else revision.text)
        if words:
            yield Revision(revision.kind, span, words)
