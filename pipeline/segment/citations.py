"""All citations of a document, in order."""

from collections.abc import Callable

from pipeline.domain import Body, Citation, Sector, plain_characters
from pipeline.segment.instrument_citations import find_instruments
from pipeline.segment.other_citations import (
    find_documents,
    find_provisions,
    find_questions,
    find_standards,
    find_united_nations,
)

__all__ = ["find_citations"]

# Where a block ends no citation goes on; this character is no white space and stands in no pattern.
_BLOCK_END = "¶"


def find_citations(
    text: str, body_at: Callable[[int], Body | None], sector_at: Callable[[int], Sector] | None = None
) -> tuple[Citation, ...]:
    """Citations of a document text, in order, resolved as far as the text allows.

    The first rule that fires decides the body: United Nations number; ITU-R number; WRC label; explicit prefix; label
    of the Council; city and year; trailing "of the …"; numbers only the Council uses; "of this conference"; the most
    recent full citation with the same number in the same document. Otherwise ``target`` stays None.

    Args:
        text: the document text, one line a block.
        body_at: adopting body of the text that a position stands in, None outside instruments.
        sector_at: Sector of the text at a position, for Question numbers; None leaves them open.
    """
    plain = plain_characters(text).replace("\n", _BLOCK_END).replace("\t", " ")
    found = [
        *find_united_nations(plain, text),
        *find_provisions(plain, text),
        *find_questions(plain, text, _BLOCK_END, sector_at),
        *find_standards(plain, text),
        *find_documents(plain, text),
        *find_instruments(plain, text, body_at),
    ]
    return tuple(sorted(found, key=lambda c: (c.span, c.target or "")))
