"""Tracked changes: what a proposal puts into the text that it amends, and what it takes away."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.span import Span

__all__ = ["Revision", "RevisionKind", "View", "unrevised"]


class View(StrEnum):
    """Which reading of a file with tracked changes: as it was before them, or as it will be with them."""

    ORIGINAL = "original"
    PROPOSED = "proposed"


class RevisionKind(StrEnum):
    """What was done to some words."""

    INSERT = "insert"
    DELETE = "delete"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Revision:
    """One tracked change within one line. Who made it and when is personal and is not kept.

    ``span`` lies in the proposed text. Words that were put in have a span that covers them, the end of their line
    included where that is new; words that were taken away have an empty span at the place where they stood. A move is
    both: words at their new place, and the same words at their old one. ``text`` are the words put in or taken away;
    a line feed in it is the end of a paragraph.
    """

    kind: RevisionKind
    span: Span
    text: str

    @property
    def added(self) -> bool:
        """Whether the words stand in the proposed text; otherwise they stood in the original alone."""
        return len(self.span) > 0


def unrevised(text: str, revisions: Sequence[Revision], span: Span) -> str:
    """The words of a range of the proposed text as they were before the changes.

    What was taken away at either edge of the range belongs to it. Numbers that Word generates are those of the
    proposed text.

    Args:
        text: the text of the document in its proposed reading.
        revisions: its changes, in the order of their spans.
        span: the range, such as the span of a clause.
    """
    parts = []
    position = span.start
    for revision in revisions:
        if revision.span.end < span.start or revision.span.start > span.end:
            continue
        parts.append(text[position : max(position, revision.span.start)])
        position = max(position, min(revision.span.end, span.end))
        if not revision.added:
            parts.append(revision.text)
        elif revision.text.endswith("\n") and _glues(parts, text[position : span.end]):
            parts.append(" ")
    parts.append(text[position : span.end])
    return "".join(parts)


def _glues(parts: Sequence[str], rest: str) -> bool:
    """Whether two words would touch: lines of the text lost the space that stood before a new end of paragraph."""
    last = next((part for part in reversed(parts) if part), "")
    return bool(last and rest) and not (last[-1].isspace() or rest[0].isspace())
