"""Headings of a numbered document, as a Recommendation has them: its section tree in reading order."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.span import Span

__all__ = ["Heading", "HeadingKind"]


class HeadingKind(StrEnum):
    """What a heading opens."""

    SECTION = "section"
    ANNEX = "annex"
    APPENDIX = "appendix"
    ATTACHMENT = "attachment"
    BIBLIOGRAPHY = "bibliography"


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading: ``level`` counts from 1, ``number`` is written from left to right (``3.1``, ``A``, ``II``) or "".

    ``span`` is its line in the document text.
    """

    level: int
    kind: HeadingKind
    number: str
    title: str
    span: Span

    @property
    def place(self) -> tuple[int, HeadingKind, str]:
        """What is the same in all languages: level, kind and number."""
        return self.level, self.kind, self.number
