"""The ``meta`` of a text: FRBR identification for everyone, and our own exact data in ``proprietary``."""

from collections.abc import Mapping, Sequence

from lxml import etree

from pipeline.domain import Citation, Clause, Resolution, cite
from pipeline.report.akn_iri import Expression, expression_of
from pipeline.report.akn_text import AKN, add, offset_of
from pipeline.report.characters import printable

__all__ = ["AKN", "collection_meta", "meta_of"]

_OWN = "urn:overlap:akn:1"
_ITU = "International Telecommunication Union"
_BASES = {"closing": "adoption", "year": "adoptionYear", "none": "unknown"}


def meta_of(
    parent: etree._Element,
    resolution: Resolution | None,
    expression: Expression,
    sections: Mapping[int, str],
    clauses: Mapping[int, str],
) -> None:
    """Add the ``meta`` of a statement, or of an annex when ``resolution`` is None.

    Args:
        parent: the statement or document.
        resolution: the text whose data is told in ``proprietary``.
        expression: its identification.
        sections: ``eId`` of each section by its position.
        clauses: ``eId`` of each clause by its position in the text.
    """
    meta = add(parent, "meta")
    _identification(meta, expression, "" if resolution is None else cite(resolution), _BASES[expression.basis])
    references = add(meta, "references", source="#overlap")
    add(references, "TLCOrganization", eId=_ref_id(expression, "itu"), href="/ontology/organizations/itu", showAs=_ITU)
    if resolution is not None:
        _proprietary(meta, resolution, expression, sections, clauses)


def collection_meta(holder: etree._Element, resolutions: Sequence[Resolution], name: str) -> None:
    """Add the ``meta`` of a collection: dated by its youngest text."""
    youngest = max((expression_of(r) for r in resolutions), key=lambda e: (e.date, e.work))
    work = f"/akn/un/officialGazette/publication/itu/{youngest.date}/{name}"
    expression = Expression(work, name, "itu", youngest.date, youngest.basis, youngest.language)
    _identification(add(holder, "meta"), expression, name, "latestText", "publication")


def _ref_id(expression: Expression, name: str) -> str:
    """References are unique in a file: the work and the part tell them apart."""
    slug = "".join(c if c.isalnum() else "-" for c in expression.work.removeprefix("/akn/un/"))
    return f"{name}-{slug}-{expression.part}"


def _identification(
    meta: etree._Element, expression: Expression, shown: str, dated: str, subtype: str = "deliberation"
) -> None:
    identification = add(meta, "identification", source="#overlap")
    part = f"!{expression.part}"
    author = f"/ontology/organizations/{expression.actor}"
    levels = (
        ("FRBRWork", expression.work, f"{expression.work}/{part}"),
        ("FRBRExpression", expression.uri, f"{expression.uri}/{part}"),
        ("FRBRManifestation", f"{expression.uri}.xml", f"{expression.uri}/{part}.xml"),
    )
    for level, uri, this in levels:
        element = add(identification, level)
        add(element, "FRBRthis", value=this)
        add(element, "FRBRuri", value=uri)
        add(element, "FRBRdate", date=expression.date, name=dated)
        add(element, "FRBRauthor", href=author)
        if level == "FRBRWork":
            add(element, "FRBRcountry", value="un")
            add(element, "FRBRsubtype", value=subtype)
            number = add(element, "FRBRnumber", value=expression.number)
            if shown:
                number.set("showAs", printable(shown))
        elif level == "FRBRExpression":
            add(element, "FRBRlanguage", language=expression.language)
        else:
            add(element, "FRBRformat", value="application/akn+xml")


def _proprietary(
    meta: etree._Element,
    resolution: Resolution,
    expression: Expression,
    sections: Mapping[int, str],
    clauses: Mapping[int, str],
) -> None:
    holder = add(meta, "proprietary", source="#overlap")
    own = etree.SubElement(holder, f"{{{_OWN}}}instrument", nsmap={"overlap": _OWN})
    _set(
        own,
        id=str(resolution.id),
        standing=resolution.standing.value,
        language=resolution.language,
        marker=resolution.marker,
        history=" ".join(map(str, resolution.history)),
        reasons=resolution.reasons,
        amends=resolution.amends or "",
        numberLine="" if resolution.number_line else "none",
        dateBasis=expression.basis,
    )
    number = 0
    for index, section in enumerate(resolution.sections):
        annex = "" if section.annex is None else str(section.annex)
        outer = _own(own, "section", eId=sections[index], part=section.part.value, slug=section.slug, verb=section.verb)
        _set(outer, annex=annex)
        for clause in section.clauses:
            page = "" if clause.page is None else str(clause.page)
            inner = _own(outer, "clause", eId=clauses[number], id=clause.id)
            _set(inner, path=" ".join(clause.path), page=page)
            number += 1
    held = {clause.id: clause for clause in resolution.clauses}
    for citation in resolution.citations:
        _citation(own, citation, held)
    for notice in resolution.notices:
        _own(own, "notice", code=notice.code).text = printable(notice.message)


def _citation(own: etree._Element, citation: Citation, held: Mapping[str, Clause]) -> None:
    element = _own(own, "citation", kind=citation.kind.value, rule=citation.rule)
    clause = held.get(citation.clause or "")
    start = None if clause is None else offset_of(citation, clause)
    _set(
        element,
        target=citation.target or "",
        clause=citation.clause or "",
        start="" if start is None else str(start),
    )
    element.text = printable(citation.text)


def _own(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_OWN}}}{tag}")
    _set(element, **attributes)
    return element


def _set(element: etree._Element, /, **attributes: str) -> None:
    """Set attributes that say something; empty ones are left out."""
    for key, value in attributes.items():
        if value:
            element.set(key, printable(value))
