"""Passages in their sources: the page of a document as it was read, with the words of one clause marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from pipeline.domain import Block, Document, Span
from pipeline.errors import RunError, UnknownIdentifierError
from pipeline.store.contents import RunContents

__all__ = ["Line", "Passage", "Sources"]

# Blocks shown before and after a clause where the format of its file has no pages.
_AROUND = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One block of the source in three parts; ``marked`` is the one that belongs to the clause."""

    before: str
    marked: str
    after: str


@dataclass(frozen=True, slots=True)
class Passage:
    """The page, or the surroundings, of a clause in the text of its document; ``page`` is None without pages."""

    document: str
    path: str
    language: str
    page: int | None
    lines: tuple[Line, ...]


class Sources:
    """The documents of the run that was asked for last, with the place of each clause."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._run = ""
        self._documents: Mapping[str, Document] = {}
        self._places: Mapping[str, tuple[str, Span]] = {}

    def passage(self, run: str, folder: Path, clause: str) -> Passage:
        """The surroundings of a clause.

        Raises:
            RunError: the folder of the run is gone or damaged.
            UnknownIdentifierError: the run has no such clause, or not the document that it stands in.
        """
        with self._lock:
            if self._run != run:
                self._load(run, folder)
            documents, places = self._documents, self._places
        name, span = places.get(clause, ("", Span(0, 0)))
        if name not in documents:
            raise UnknownIdentifierError(f"run {run} has no source of {clause!r}")
        document = documents[name]
        page, blocks = _surroundings(document, span)
        lines = tuple(_line(document.text, block.span, span) for block in blocks)
        return Passage(document.id, document.path, document.language, page, lines)

    def _load(self, run: str, folder: Path) -> None:
        if not folder.is_dir():
            raise RunError(f"the folder of run {run} is not there any more; import a newer run")
        contents = RunContents(folder)
        self._documents = {document.id: document for document in contents.read_documents()}
        self._places = {
            clause.id: (text.document_id, clause.span)
            for text in contents.read_resolutions()
            for clause in text.clauses
        }
        self._run = run


def _surroundings(document: Document, span: Span) -> tuple[int | None, tuple[Block, ...]]:
    """The page on which a span begins and the blocks of its pages; without pages those around it."""
    touched = list(_touched(document.blocks, span))
    pages = {block.page for _, block in touched if block.page is not None}
    if pages:
        return min(pages), tuple(block for block in document.blocks if block.page in pages)
    first = touched[0][0] if touched else 0
    last = touched[-1][0] if touched else 0
    return None, document.blocks[max(0, first - _AROUND) : last + _AROUND + 1]


def _touched(blocks: tuple[Block, ...], span: Span) -> Iterator[tuple[int, Block]]:
    for place, block in enumerate(blocks):
        if block.span.start < span.end and span.start < block.span.end:
            yield place, block


def _line(text: str, block: Span, span: Span) -> Line:
    start = min(max(span.start, block.start), block.end)
    end = max(min(span.end, block.end), start)
    return Line(text[block.start : start], text[start:end], text[end : block.end])
