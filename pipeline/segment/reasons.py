"""What the author of a proposal says for it: the paragraphs that open with "Reasons:"."""

import re
from collections.abc import Sequence

from pipeline.domain import Block, BlockKind, Document, fold_space
from pipeline.segment.heads import parse_head, parse_marker

__all__ = ["opens_reasons", "read_reasons"]

_REASONS = re.compile(r"^\s*Reasons?\s*:\s*", re.I)


def opens_reasons(line: str) -> bool:
    """Whether a line begins the reasons of a proposal, which end its text."""
    return _REASONS.match(line) is not None


def read_reasons(document: Document, blocks: Sequence[Block]) -> str:
    """The reasons that stand in the blocks of one proposal, without the opening word; "" where it gives none."""
    said: list[str] = []
    for block in blocks:
        line = document.line(block)
        if block.kind is BlockKind.FOOTNOTE:
            continue
        if said and (parse_head(line) or parse_marker(line)):
            break
        if opens_reasons(line):
            said.append(_REASONS.sub("", line))
        elif said:
            said.append(line)
    return fold_space(" ".join(said))
