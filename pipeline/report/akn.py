"""Resolutions as Akoma Ntoso 1.0: plain structure for everyone, exact data of ours in ``<proprietary>``.

Identifiers follow AKN4UN and the published conversion of the PP-18 Final Acts:
``/akn/un/statement/deliberation/itu-pp/2018-11-15/res-191``. The bytes depend on the resolutions alone.
"""

import re
from collections.abc import Mapping, Sequence

from lxml import etree

from pipeline.domain import Clause, Document, Part, Resolution, Section, Standing, cite, fold_space
from pipeline.report.akn_iri import Expression, expression_of
from pipeline.report.akn_meta import AKN, collection_meta, meta_of
from pipeline.report.akn_text import add, clause_text, indent
from pipeline.report.characters import printable

__all__ = ["write_akn"]


# The enacting formula is no part of a resolution's clauses; it stands above the first call in the document.
_FORMULA = re.compile(r"^The\s[^.;]{6,200},$")


def write_akn(
    resolutions: Sequence[Resolution], collection: str = "collection", documents: Sequence[Document] = ()
) -> bytes:
    """An Akoma Ntoso file, UTF-8: one statement for one resolution, a collection of statements for several.

    Args:
        resolutions: at least one; each keeps its place.
        collection: name of the collection in its identifier, letters, digits and hyphens.
        documents: where the enacting formulae are looked up; a text whose document is not given bears none.

    Raises:
        ValueError: no resolution was given.
    """
    if not resolutions:
        raise ValueError("an Akoma Ntoso file needs at least one resolution")
    held = {document.id: document for document in documents}
    root = etree.Element(f"{AKN}akomaNtoso", nsmap={None: AKN[1:-1]})
    if len(resolutions) == 1:
        _statement(root, resolutions[0], "", held)
    else:
        _collection(root, resolutions, collection, held)
    indent(root)
    data: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return data + b"\n"


def _collection(
    root: etree._Element, resolutions: Sequence[Resolution], name: str, held: Mapping[str, Document]
) -> None:
    holder = add(root, "documentCollection", name="collection")
    collection_meta(holder, resolutions, name)
    body = add(holder, "collectionBody")
    components = add(holder, "components", eId="cmpnts")
    for number, resolution in enumerate(resolutions, 1):
        entry = add(body, "component", eId=f"entry_{number}")
        add(entry, "documentRef", href=f"#cmp_{number}", showAs=printable(cite(resolution)))
        component = add(components, "component", eId=f"cmp_{number}")
        _statement(component, resolution, f"cmp_{number}__", held)


def _statement(parent: etree._Element, resolution: Resolution, prefix: str, held: Mapping[str, Document]) -> None:
    """One text; ``prefix`` keeps element ids apart in a collection."""
    formula = _formula(resolution, held.get(resolution.document_id))
    expression = expression_of(resolution)
    kind = resolution.id.type.name.lower()
    statement = add(parent, "statement", name=f"{kind}Draft" if resolution.standing is Standing.PROPOSED else kind)
    places = _Places(resolution, prefix)
    meta_of(statement, resolution, expression, places.of_sections, places.of_clauses)
    _preface(statement, resolution)
    leading = places.leading
    if leading or formula:
        preamble = add(statement, "preamble")
        if formula:
            add(add(preamble, "formula", name="enactingFormula"), "p").text = printable(formula)
        for section in leading:
            _recitals(preamble, section, places)
    body = add(statement, "mainBody")
    operative = [s for s in resolution.sections[len(leading) :] if s.part is not Part.ANNEX]
    for section in operative:
        _group(body, section, places)
    if not operative:
        add(add(body, "hcontainer", name="empty", eId=f"{prefix}empty"), "content")
        add(body[0][0], "p")
    annexes = [s for s in resolution.sections if s.part is Part.ANNEX]
    if annexes:
        attachments = add(statement, "attachments")
        for section in annexes:
            _annex(attachments, section, places, expression)


def _formula(resolution: Resolution, document: Document | None) -> str:
    """The enacting formula as its document prints it, above the first section; "" when it is not there."""
    if document is None or not resolution.sections:
        return ""
    first = resolution.sections[0].span.start
    above = (b for b in document.blocks if resolution.span.start <= b.span.start < first)
    return next((line for block in above if _FORMULA.match(line := fold_space(document.line(block)))), "")


class _Places:
    """Which element each section and clause becomes: ``eId`` by position, and what stands in the preamble."""

    def __init__(self, resolution: Resolution, prefix: str) -> None:
        self.of_sections: dict[int, str] = {}
        self.of_clauses: dict[int, str] = {}
        self.order: dict[int, int] = {id(section): index for index, section in enumerate(resolution.sections)}
        self.clauses: dict[int, int] = {}
        self.leading: list[Section] = []
        for index, section in enumerate(resolution.sections):
            if section.part is not Part.PREAMBULAR or not section.clauses or len(self.leading) < index:
                break
            self.leading.append(section)
        number = 0
        for index, section in enumerate(resolution.sections):
            inside = index < len(self.leading)
            kind = "recs" if inside else "att" if section.part is Part.ANNEX else "hcontainer"
            self.of_sections[index] = place = f"{prefix}{kind}_{index + 1}"
            for position, _ in enumerate(section.clauses, 1):
                self.of_clauses[number] = f"{place}__{'rec' if inside else 'para'}_{position}"
                number += 1
        self._first = [sum(len(s.clauses) for s in resolution.sections[:i]) for i in range(len(resolution.sections))]
        self._citations = resolution.citations

    def section(self, section: Section) -> str:
        """``eId`` of a section of the resolution."""
        return self.of_sections[self.order[id(section)]]

    def clause(self, section: Section, position: int) -> str:
        """``eId`` of the clause at a position of a section."""
        return self.of_clauses[self._first[self.order[id(section)]] + position]

    def text(self, parent: etree._Element, clause: Clause) -> None:
        """The words of a clause as a paragraph below ``parent``."""
        clause_text(parent, clause, [c for c in self._citations if c.clause == clause.id])


def _preface(statement: etree._Element, resolution: Resolution) -> None:
    preface = add(statement, "preface")
    line = add(add(preface, "longTitle"), "p")
    printed = resolution.number_line or cite(resolution)
    word, gap, rest = printable(printed).partition(" ")
    if gap:
        add(line, "docType").text = word
        line[0].tail = gap
    add(line, "docNumber").text = rest if gap else word
    if resolution.title:
        add(add(preface, "container", name="title"), "p").text = printable(resolution.title)


def _recitals(preamble: etree._Element, section: Section, places: _Places) -> None:
    recitals = add(preamble, "recitals", eId=places.section(section))
    add(add(add(recitals, "intro"), "p"), "i").text = printable(section.call)
    for position, clause in enumerate(section.clauses):
        recital = add(recitals, "recital", eId=places.clause(section, position))
        if clause.label:
            add(recital, "num").text = printable(clause.label)
        places.text(recital, clause)


def _group(body: etree._Element, section: Section, places: _Places) -> None:
    """A call with its items; the name repeats the call's words, as in the published conversion."""
    name = "_".join("".join(c if c.isalnum() else " " for c in section.call.lower()).split()) or section.slug
    group = add(body, "hcontainer", name=name or "items", eId=places.section(section))
    add(add(group, "heading"), "i").text = printable(section.call)
    _items(group, section, places)


def _annex(attachments: etree._Element, section: Section, places: _Places, expression: Expression) -> None:
    attachment = add(attachments, "attachment", eId=places.section(section))
    document = add(attachment, "doc", name="annex")
    number = section.annex or 1
    meta_of(document, None, expression.component(number), {}, {})
    add(add(add(document, "preface"), "longTitle"), "p").text = f"ANNEX {number}"
    body = add(document, "mainBody")
    _items(body, section, places)
    if not len(body):
        add(body, "p")


def _items(group: etree._Element, section: Section, places: _Places) -> None:
    """Items nested by their paths; an item with others below it keeps its own words in ``intro``."""
    open_items: list[tuple[tuple[str, ...], etree._Element]] = []
    for position, clause in enumerate(section.clauses):
        while open_items and not _is_below(clause.path, open_items[-1][0]):
            open_items.pop()
        parent = open_items[-1][1] if open_items else group
        nested = section.clauses[position + 1].path if position + 1 < len(section.clauses) else ()
        item = add(parent, "point" if open_items else "paragraph", eId=places.clause(section, position))
        if clause.label:
            add(item, "num").text = printable(clause.label)
        has_children = _is_below(nested, clause.path)
        places.text(add(item, "intro" if has_children else "content"), clause)
        if has_children:
            open_items.append((clause.path, item))


def _is_below(path: tuple[str, ...], outer: tuple[str, ...]) -> bool:
    return len(path) > len(outer) and path[: len(outer)] == outer
