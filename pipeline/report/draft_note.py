"""A note on a draft for Word: each of its clauses with the existing mandates that say the same."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from docx.document import Document

from pipeline.report.model import Segment
from pipeline.report.wordparts import add_clause, add_footer, add_text, new_document, save_fixed

__all__ = ["NotedClause", "NotedMatch", "draft_note"]

_TITLE = "Existing mandates near to a draft"


@dataclass(frozen=True, slots=True)
class NotedMatch:
    """An existing clause: its citation, what relates it to the draft, how many words they share, and its text."""

    citation: str
    relation: str
    shared: str
    segments: tuple[Segment, ...]
    language: str
    direction: str


@dataclass(frozen=True, slots=True)
class NotedClause:
    """A clause of the draft and the existing clauses near to it, best first."""

    place: str
    text: str
    matches: tuple[NotedMatch, ...]


def draft_note(clauses: Sequence[NotedClause], run: str, made: datetime) -> bytes:
    """The note as the bytes of a Word document; equal contents give equal bytes.

    Args:
        clauses: the clauses of the draft in reading order.
        run: the run whose texts were looked through.
        made: when.
    """
    document = new_document(_TITLE, f"Run {run}", made)
    add_footer(document, f"Run {run} · identified by software, not reviewed")
    add_text(document, _TITLE, "Title")
    found = sum(1 for clause in clauses if clause.matches)
    add_text(
        document,
        f"{len(clauses)} clauses of the draft were held against the texts in force of run {run}; for {found} of them "
        "an existing clause appears to say something near. The passages were identified by software and have not been "
        "reviewed. Words that stand in both are bold and underlined.",
        "Lead-in",
    )
    for clause in clauses:
        _write(document, clause)
    with tempfile.TemporaryDirectory(prefix="overlap-note-") as folder:
        path = Path(folder) / "note.docx"
        save_fixed(document, path, made)
        return path.read_bytes()


def _write(document: Document, clause: NotedClause) -> None:
    document.add_heading(clause.place, 2)
    add_text(document, clause.text, "Clause")
    if not clause.matches:
        add_text(document, "No existing clause near to it was found.", "Note")
    for match in clause.matches:
        document.add_heading(f"{match.citation} – {match.relation}", 3)
        add_text(document, match.shared, "Clause place")
        paragraph = document.add_paragraph(style="Clause")
        add_clause(paragraph, match.segments, match.language, match.direction)
