"""Elements, paragraphs with references, and indentation that adds no character to any text."""

from collections.abc import Sequence

from lxml import etree

from pipeline.domain import Citation, Clause, fold_space
from pipeline.report.akn_iri import target_iri
from pipeline.report.characters import printable

__all__ = ["AKN", "add", "clause_text", "indent", "offset_of"]

AKN = "{http://docs.oasis-open.org/legaldocml/ns/akn/3.0}"
_INLINE = frozenset({f"{AKN}{name}" for name in ("p", "num", "heading")})


def add(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    """A new last child in the Akoma Ntoso vocabulary."""
    element = etree.SubElement(parent, f"{AKN}{tag}")
    for key, value in attributes.items():
        element.set(key, value)
    return element


def clause_text(parent: etree._Element, clause: Clause, citations: Sequence[Citation]) -> None:
    """The words of a clause below ``parent``; what it cites is linked, open citations say so."""
    paragraph = add(parent, "p")
    end = 0
    last: etree._Element | None = None
    for start, stop, citation in sorted(_placed(clause, citations), key=lambda found: found[:2]):
        if start < end:
            continue
        _append(paragraph, last, clause.text[end:start])
        last = add(paragraph, "ref", href=target_iri(citation.target) if citation.target else "")
        if not citation.target:
            last.set("status", "unknown")
        last.text = printable(clause.text[start:stop])
        end = stop
    _append(paragraph, last, clause.text[end:])


def _append(paragraph: etree._Element, last: etree._Element | None, text: str) -> None:
    if last is None:
        paragraph.text = printable(text)
    else:
        last.tail = printable(text)


def _placed(clause: Clause, citations: Sequence[Citation]) -> list[tuple[int, int, Citation]]:
    found = []
    for citation in citations:
        start = offset_of(citation, clause)
        if start is not None:
            found.append((start, start + len(fold_space(citation.text)), citation))
    return found


def offset_of(citation: Citation, clause: Clause) -> int | None:
    """Where a citation begins in the folded text of its clause; None when its words do not stand there."""
    words = fold_space(citation.text)
    start = citation.span.start - clause.span.start
    if start >= 0 and clause.text.startswith(words, start):
        return start
    # White space folded before it: it stands a little earlier.
    position = clause.text.rfind(words, 0, max(0, start) + len(words))
    return position if position >= 0 else None


def indent(element: etree._Element, depth: int = 0) -> None:
    """One line an element, two spaces a level; nothing inside elements that hold words."""
    if element.tag in _INLINE or not len(element):
        return
    element.text = "\n" + "  " * (depth + 1)
    for child in element:
        indent(child, depth + 1)
        child.tail = "\n" + "  " * (depth + 1)
    element[-1].tail = "\n" + "  " * depth
