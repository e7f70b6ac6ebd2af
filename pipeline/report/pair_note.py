"""A report on chosen pairs of clauses for Word: both texts, what relates them, and what people decided."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from docx.document import Document

from pipeline.report.model import Segment
from pipeline.report.wordparts import add_clause, add_footer, add_table, add_text, new_document, save_fixed

__all__ = ["NotedPair", "NotedSide", "pairs_note"]

_TITLE = "Pairs of provisions that may be read together"
_NOT_REVIEWED = "Identified by software, not yet reviewed."


@dataclass(frozen=True, slots=True)
class NotedSide:
    """One clause: its citation, the title of its text, how many of its words stand in the other, and its text."""

    citation: str
    title: str
    shared: str
    segments: tuple[Segment, ...]
    language: str
    direction: str


@dataclass(frozen=True, slots=True)
class NotedPair:
    """A pair; ``decisions`` are sentences on what people decided, none where nobody has; ``address`` lasts."""

    left: NotedSide
    right: NotedSide
    relation: str
    decisions: tuple[str, ...]
    address: str


def pairs_note(pairs: Sequence[NotedPair], run: str, made: datetime) -> bytes:
    """The report as the bytes of a Word document; equal contents give equal bytes.

    Args:
        pairs: in the order in which they were chosen.
        run: the run whose results they are.
        made: when.
    """
    document = new_document(_TITLE, f"Run {run}", made)
    add_footer(document, f"Run {run} · evidence, never a verdict")
    add_text(document, _TITLE, "Title")
    decided = sum(1 for pair in pairs if pair.decisions)
    add_text(
        document,
        f"{len(pairs)} {'pair' if len(pairs) == 1 else 'pairs'} of provisions, identified by software in run {run}; "
        f"people have decided {decided} of {len(pairs)}. Words that stand in both provisions are bold and underlined. "
        "Only the body that adopted a text can change it.",
        "Lead-in",
    )
    if pairs:
        rows = [
            (str(number), pair.left.citation, pair.right.citation, " ".join(pair.decisions) or _NOT_REVIEWED)
            for number, pair in enumerate(pairs, start=1)
        ]
        add_table(
            document, "Pairs in this report", ("Pair", "First provision", "Second provision", "Decision"),
            (1.4, 4.6, 4.6, 6), rows,
        )  # fmt: skip
    for number, pair in enumerate(pairs, start=1):
        _write(document, number, pair)
    with tempfile.TemporaryDirectory(prefix="overlap-pairs-") as folder:
        path = Path(folder) / "pairs.docx"
        save_fixed(document, path, made)
        return path.read_bytes()


def _write(document: Document, number: int, pair: NotedPair) -> None:
    document.add_heading(f"Pair {number}: {pair.left.citation} – {pair.right.citation}", 2)
    if pair.relation:
        add_text(document, f"Relation as the software sees it: {pair.relation}.")
    for sentence in pair.decisions or (_NOT_REVIEWED,):
        add_text(document, sentence)
    for side in (pair.left, pair.right):
        document.add_heading(side.citation, 3)
        if side.title:
            add_text(document, side.title, "Note")
        add_text(document, side.shared, "Clause place")
        add_clause(document.add_paragraph(style="Clause"), side.segments, side.language, side.direction)
    add_text(document, f"Lasting address: {pair.address}", "Note")
