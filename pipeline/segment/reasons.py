"""What the author of a proposal says for it: the paragraphs that open with "Reasons:"."""

import re
from collections.abc import Sequence
from functools import cache

from pipeline.domain import Block, BlockKind, Document, fold_space
from pipeline.reference import legible, load_grammar, place_in
from pipeline.segment.heads import parse_head, parse_marker

__all__ = ["opens_reasons", "read_reasons"]


@cache
def _opening(language: str) -> re.Pattern[str]:
    words = "|".join(map(re.escape, load_grammar(language).reasons))
    return re.compile(rf"^\s*(?:{words})\s*:\s*", re.I)


def opens_reasons(line: str, language: str = "en") -> bool:
    """Whether a line begins the reasons of a proposal, which end its text."""
    return _opening(language).match(legible(line)) is not None


def read_reasons(document: Document, blocks: Sequence[Block]) -> str:
    """The reasons that stand in the blocks of one proposal, without the opening word; "" where it gives none."""
    said: list[str] = []
    for block in blocks:
        line = document.line(block)
        if block.kind is BlockKind.FOOTNOTE:
            continue
        if said and (parse_head(line, document.language) or parse_marker(line)):
            break
        if match := _opening(document.language).match(legible(line)):
            said.append(line[place_in(line, match.end()) :])
        elif said:
            said.append(line)
    return fold_space(" ".join(said))
