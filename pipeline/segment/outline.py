"""Section trees of numbered documents: headings, annexes and appendices in the six official languages."""

import re
from collections.abc import Iterator
from functools import cache

from pipeline.domain import Block, BlockKind, Document, Heading, HeadingKind, fold_space
from pipeline.reference import LANGUAGES, legible, load_grammar, place_in

__all__ = ["read_outline"]

_HEADING_STYLE = re.compile(r"heading(?P<level>[1-9])")
_ANNEX_STYLE = re.compile(r"(?:annex|appendix|attachment)no(?:title)?\d?")
_TITLE_STYLE = re.compile(r"(?:annex|appendix|attachment)title\d?")
# The parts of a number are in reverse where the text runs from right to left: 1.3 is the first section of 3.
_NUMBER = re.compile(r"^\s*(?P<number>(?:[A-Z]\.)?\d{1,3}(?:\.\d{1,3})*(?:\.[A-Z])?)[.)]?(?:\t|\s+)(?P<title>\S.*)$")
_TOC_LINE = re.compile(r"(?:\.{4,}|\t)\s*\d+\s*$")
# Letters of annexes may come from a Cyrillic keyboard.
_LATIN = str.maketrans("АВСЕНКМОРТХІ", "ABCEHKMOPTXI")
_LONGEST_TITLE = 160


def read_outline(document: Document) -> tuple[Heading, ...]:
    """The headings of a document in reading order; tables of contents, cover pages and notes give none.

    Styles of the template tell headings and their level. In a document that has no such style, a short line without
    final stop counts when its number is the next one of the tree.

    Args:
        document: any document; its language says how annexes are called.
    """
    language = document.language if document.language in LANGUAGES else "en"
    blocks = [b for b in document.blocks if b.kind is BlockKind.PARAGRAPH and not _style(b).startswith("toc")]
    styled = any(_HEADING_STYLE.fullmatch(_style(b)) for b in blocks)
    found: list[Heading] = []
    for index, block in enumerate(blocks):
        heading = _part(document, blocks, index, language, styled) or (
            _styled(document, block) if styled else _numbered(document, block, found)
        )
        if heading is not None:
            found.append(heading)
    return tuple(_left_to_right(found) if load_grammar(language).right_to_left else found)


def _style(block: Block) -> str:
    return re.sub(r"[^a-z0-9]", "", block.style)


def _styled(document: Document, block: Block) -> Heading | None:
    """A heading by its style, with or without a number."""
    style = _HEADING_STYLE.fullmatch(_style(block))
    if style is None:
        return None
    line = document.line(block)
    number = _NUMBER.match(legible(line))
    title = line[place_in(line, number.start("title")) :] if number else line
    return Heading(
        int(style["level"]), HeadingKind.SECTION, number["number"] if number else "", fold_space(title), block.span
    )


def _numbered(document: Document, block: Block, before: list[Heading]) -> Heading | None:
    """A heading by its number alone, when it comes next after those before it."""
    line = document.line(block)
    match = _NUMBER.match(legible(line))
    if match is None or len(line) > _LONGEST_TITLE or _TOC_LINE.search(line) or match["title"][-1] in ".;:,":
        return None
    parts = match["number"].split(".")
    numbers = [h.number.split(".") for h in before if h.kind is HeadingKind.SECTION and h.number]
    if not all(part.isdigit() for part in parts) or parts not in _next(numbers[-1] if numbers else []):
        return None
    title = line[place_in(line, match.start("title")) :]
    return Heading(len(parts), HeadingKind.SECTION, match["number"], fold_space(title), block.span)


def _next(last: list[str]) -> list[list[str]]:
    """Numbers that may follow a number: its first child, or the next one on its level or on a level above."""
    following = [[*last[:depth], str(int(last[depth]) + 1)] for depth in range(len(last))]
    return [[*last, "1"], *following]


@cache
def _parts(language: str) -> re.Pattern[str]:
    grammar = load_grammar(language)
    words = "|".join(re.escape(word) for word in grammar.parts)
    # "ANNEXES" is no annex; where words are not divided by spaces nothing shows where one ends.
    edge, end = (r"(?!\w\w)", r"(?!\w)") if grammar.spaced else ("", "")
    return re.compile(
        rf"^\s*(?P<word>{words}){edge}\s*(?P<number>[A-ZА-Я]|[IVX]{{1,5}}|\d{{1,2}})?{end}\s*(?:\([^)]*\))?\s*"
        r"(?:[:–—-]\s*)?(?P<title>.*)$",
        re.I,
    )


def _part(document: Document, blocks: list[Block], index: int, language: str, styled: bool) -> Heading | None:
    """The head of an annex, an appendix or the bibliography: by its style, or where it stands alone in capitals."""
    block = blocks[index]
    line = document.line(block)
    match = _parts(language).match(legible(line))
    if match is None or len(line) > _LONGEST_TITLE:
        return None
    alone = not match["title"] and match["word"] == match["word"].upper() and not styled
    if not (_ANNEX_STYLE.fullmatch(_style(block)) or alone):
        return None
    kind = next(k for word, k in load_grammar(language).parts.items() if word.casefold() == match["word"].casefold())
    title = line[place_in(line, match.start("title")) :] if match["title"] else ""
    if not title and index + 1 < len(blocks) and _TITLE_STYLE.fullmatch(_style(blocks[index + 1])):
        title = document.line(blocks[index + 1])
    number = (match["number"] or "").upper().translate(_LATIN)
    return Heading(1, HeadingKind(kind), number, fold_space(title) or fold_space(line), block.span)


def _left_to_right(headings: list[Heading]) -> Iterator[Heading]:
    """Headings whose numbers are written from left to right: 1.3 below 3 is 3.1."""
    above: dict[int, str] = {}
    for heading in headings:
        number, parent = heading.number, above.get(heading.level - 1, "")
        turned = ".".join(reversed(number.split(".")))
        if parent and turned.startswith(f"{parent}.") and not number.startswith(f"{parent}."):
            number = turned
        above[heading.level] = number
        yield Heading(heading.level, heading.kind, number, heading.title, heading.span)
