"""From paragraphs as a reader found them to one frozen Document."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.domain import Block, BlockKind, Document, Notice, Span
from pipeline.ingest.metadata import describe

__all__ = ["Paragraph", "Source", "assemble", "clean", "is_noise"]

# Soft hyphen, zero-width space and joiners, byte-order mark: invisible, and they break every comparison.
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF))
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f\u2002\u2003\u3000\v\f", " "))
_FIELD_DEBRIS = re.compile(
    r"\[(?:bookmark|image):[^\]]*\]"
    r"|Error! (?:Unknown document property name|Reference source not found|Bookmark not defined)\.?"
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
class Paragraph:
    """One paragraph as the file holds it; ``text`` is raw, the rest is evidence for the grammar."""

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    style: str = ""
    italic: bool = False
    page: int | None = None
    indent: float | None = None


def clean(text: str) -> str:
    """One line of text: Unicode NFC, ordinary spaces, no invisible characters or field debris; tabs are kept."""
    text = unicodedata.normalize("NFC", text).translate(_INVISIBLE).translate(_SPACES)
    text = _FIELD_DEBRIS.sub("", text).replace("\r", " ").replace("\n", " ")
    return re.sub(r" *\t[ \t]*", "\t", re.sub(r" {2,}", " ", text)).strip()


def is_noise(line: str) -> bool:
    """Whether a clean line is a rule or the path of a file, which belong to the layout and not to the text."""
    return bool(_RULE.match(line) or _FILE_FOOTER.match(line))


def assemble(
    source: Source, fmt: str, paragraphs: Iterable[Paragraph], notices: Sequence[Notice] = (), language: str = "en"
) -> Document:
    """The document made of these paragraphs: one line of text each, rules and file-path footers left out.

    What was removed is told in a notice. Kind and metadata are read off the text.
    """
    blocks: list[Block] = []
    lines: list[str] = []
    position = removed = 0
    for paragraph in paragraphs:
        text = clean(paragraph.text)
        if not text:
            continue
        if is_noise(text):
            removed += 1
            continue
        span = Span(position, position + len(text))
        blocks.append(Block(span, paragraph.kind, paragraph.style, paragraph.italic, paragraph.page, paragraph.indent))
        lines.append(text)
        position = span.end + 1
    told = list(notices)
    if removed:
        told.append(Notice("noise-removed", f"{removed} rule lines or file-path footers were left out"))
    kind, metadata = describe(lines, source.relative)
    return Document(
        id=f"doc/{source.digest[:16]}",
        path=source.relative,
        digest=source.digest,
        format=fmt,
        text="\n".join(lines),
        blocks=tuple(blocks),
        language=language,
        kind=kind,
        metadata=metadata,
        notices=tuple(told),
    )
