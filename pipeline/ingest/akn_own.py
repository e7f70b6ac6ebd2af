"""Akoma Ntoso files of our own: what ``<proprietary>`` tells is carried, so that nothing is guessed again.

The words come from the ordinary structure, found by ``eId``; identifiers, paths, order, standing, history, citations
and notices come from the ``overlap`` vocabulary. Each block's style bears the facts as JSON behind a tab.
"""

import json
from collections.abc import Iterator

from lxml import etree

from pipeline.domain import BlockKind, CitationKind, Part, Standing, parse_instrument_id
from pipeline.errors import UnknownIdentifierError, UnreadableDocumentError
from pipeline.ingest.layout import Paragraph

__all__ = ["is_own", "own_paragraphs"]

_A = "{http://docs.oasis-open.org/legaldocml/ns/akn/3.0}"
_OWN = "{urn:overlap:akn:1}"
_TEXTS = (f"{_A}statement",)


def is_own(root: etree._Element) -> bool:
    """Whether every statement of the file tells its exact data in our vocabulary."""
    statements = list(root.iter(*_TEXTS))
    return bool(statements) and all(_instrument(s) is not None for s in statements)


def own_paragraphs(root: etree._Element) -> Iterator[Paragraph]:
    """Blocks whose styles carry what the file states, statement by statement.

    Raises:
        UnreadableDocumentError: what ``<proprietary>`` tells does not fit the structure.
    """
    for statement in root.iter(*_TEXTS):
        own = _instrument(statement)
        if own is not None:
            yield from _statement(statement, own)


def _instrument(statement: etree._Element) -> etree._Element | None:
    found: etree._Element | None = statement.find(f"{_A}meta/{_A}proprietary/{_OWN}instrument")
    return found


def _statement(statement: etree._Element, own: etree._Element) -> Iterator[Paragraph]:
    identifier, standing = own.get("id", ""), own.get("standing", "")
    try:
        parse_instrument_id(identifier)
        Standing(standing)
        facts = {
            "language": own.get("language", "en"),
            "marker": own.get("marker", ""),
            "history": [int(year) for year in own.get("history", "").split()],
            "reasons": own.get("reasons", ""),
            "amends": own.get("amends"),
            "numberless": own.get("numberLine") == "none",
            "notices": [[n.get("code", ""), _words(n)] for n in own.iter(f"{_OWN}notice")],
        }
        line = _words(statement.find(f"{_A}preface/{_A}longTitle/{_A}p"))
        if not line.strip():
            raise ValueError("it has no number line")
        yield Paragraph(line, BlockKind.HEADER, _style(f"overlap:instrument {identifier} {standing}", facts))
        title = statement.find(f"{_A}preface/{_A}container[@name='title']/{_A}p")
        if title is not None:
            yield Paragraph(_words(title), BlockKind.HEADER, "overlap:title")
        formula = statement.find(f"{_A}preamble/{_A}formula/{_A}p")
        if formula is not None:
            yield Paragraph(_words(formula), BlockKind.HEADER, "overlap:formula")
        yield from _sections(statement, own)
    except (ValueError, KeyError, UnknownIdentifierError) as error:
        raise UnreadableDocumentError(
            f"{identifier or 'a statement'}: its own data does not fit its structure ({error}); write the file anew"
        ) from error


def _sections(statement: etree._Element, own: etree._Element) -> Iterator[Paragraph]:
    elements = {e.get("eId"): e for e in statement.iter() if str(e.tag).startswith(_A) and e.get("eId")}
    cited, loose = _citations(own)
    for section in own.findall(f"{_OWN}section"):
        part, annex = Part(section.get("part", "")), section.get("annex")
        head = elements[section.get("eId")]
        heading = next(head.iterfind(f"{_A}heading"), None)
        call = heading if heading is not None else head.find(f"{_A}intro/{_A}p")
        printed = "Annex" if part is Part.ANNEX else _words(call)
        stated = f"overlap:call {part.value}" + ("" if annex is None else f" {int(annex)}")
        facts = {"slug": section.get("slug", ""), "verb": section.get("verb", "")}
        yield Paragraph(printed or "–", BlockKind.HEADER, _style(stated, facts | {"silent": not printed}))
        for clause in section.findall(f"{_OWN}clause"):
            element = elements[clause.get("eId")]
            yield _item(element, clause, cited.pop(clause.get("id", ""), []))
    for citations in cited.values():
        loose.extend(citations)
    for fact in loose:
        yield Paragraph(str(fact["text"]), BlockKind.HEADER, _style("overlap:citation", fact))


def _item(element: etree._Element, clause: etree._Element, citations: list[dict[str, object]]) -> Paragraph:
    label = _words(element.find(f"{_A}num"))
    ways = (f"{_A}p", f"{_A}content/{_A}p", f"{_A}intro/{_A}p")
    words = next((p for way in ways if (p := element.find(way)) is not None), None)
    path = clause.get("path", "").split()
    facts: dict[str, object] = {"id": clause.get("id", ""), "path": path, "citations": citations}
    if page := clause.get("page"):
        facts["page"] = int(page)
    text = _words(words)
    return Paragraph(f"{label}\t{text}" if label else text, style=_style(f"overlap:item {label}".strip(), facts))


def _citations(own: etree._Element) -> tuple[dict[str, list[dict[str, object]]], list[dict[str, object]]]:
    """Citations by their clause, and those without a place in any; ``order`` is their place in the text."""
    cited: dict[str, list[dict[str, object]]] = {}
    loose: list[dict[str, object]] = []
    for order, element in enumerate(own.findall(f"{_OWN}citation")):
        fact: dict[str, object] = {
            "order": order,
            "kind": CitationKind(element.get("kind", "")).value,
            "target": element.get("target"),
            "rule": element.get("rule", ""),
            "clause": element.get("clause"),
            "text": _words(element),
        }
        start = element.get("start")
        if start is None or not element.get("clause"):
            loose.append(fact)
        else:
            cited.setdefault(element.get("clause", ""), []).append(fact | {"start": int(start)})
    return cited, loose


def _style(stated: str, facts: dict[str, object]) -> str:
    return f"{stated}\t{json.dumps(facts, ensure_ascii=False, sort_keys=True)}"


def _words(element: etree._Element | None) -> str:
    """All words below an element as they stand: files of our own hold no white space for layout inside text."""
    return "" if element is None else "".join(element.itertext())
