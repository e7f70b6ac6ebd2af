"""Akoma Ntoso out and in again: valid for others, and nothing lost for us."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from pipeline.domain import Citation, CitationKind, Document, Notice, Part, Resolution, Span, Standing
from pipeline.ingest import read_file
from pipeline.report.akn import write_akn
from pipeline.segment import Settled, cite_document, segment_document, to_exchange
from pipeline.segment.mandates import with_mandates

AKN = "{http://docs.oasis-open.org/legaldocml/ns/akn/3.0}"
STANDARD = Path(__file__).resolve().parent / "standards" / "akomantoso30.xsd"
SAMPLE = Path(__file__).resolve().parents[1] / "corpus" / "sample"
# The standard imports the W3C's schema of xml:lang and xml:space; these few lines stand for it.
XML_NAMES = """<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/XML/1998/namespace">
<xsd:attribute name="lang" type="xsd:language"/>
<xsd:attribute name="space"><xsd:simpleType><xsd:restriction base="xsd:NCName">
<xsd:enumeration value="default"/><xsd:enumeration value="preserve"/></xsd:restriction></xsd:simpleType></xsd:attribute>
<xsd:attribute name="base" type="xsd:anyURI"/><xsd:attribute name="id" type="xsd:ID"/>
<xsd:attributeGroup name="specialAttrs"><xsd:attribute ref="xml:lang" xmlns:xml="http://www.w3.org/XML/1998/namespace"/>
</xsd:attributeGroup></xsd:schema>"""


class _XmlNames(etree.Resolver):
    def resolve(self, url: str, _public: str, context: object) -> object:
        return self.resolve_string(XML_NAMES, context) if url.endswith("xml.xsd") else None


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The schema of the OASIS standard (CC BY 4.0, unmodified)."""
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_XmlNames())
    return etree.XMLSchema(etree.parse(str(STANDARD), parser))


def as_told(resolution: Resolution) -> dict[str, object]:
    """Everything that the exchange form holds but the places in the document, and what it leaves out."""
    told = to_exchange(resolution)

    def without_spans(value: object) -> object:
        if isinstance(value, dict):
            return {k: without_spans(v) for k, v in value.items() if k != "span"}
        return [without_spans(v) for v in value] if isinstance(value, list) else value

    plain = without_spans(told)
    assert isinstance(plain, dict)
    paths = [clause.path for clause in resolution.clauses]
    return plain | {"history": resolution.history, "paths": paths, "verbs": [s.verb for s in resolution.sections]}


def read_back(data: bytes, folder: Path) -> tuple[Document, tuple[Resolution, ...]]:
    path = folder / "text.akn.xml"
    path.write_bytes(data)
    document = read_file(path, path.name)
    assert isinstance(document, Document), document
    return document, segment_document(document)


def test_every_sample_resolution_is_valid_and_comes_back_whole(
    sample_settled: Settled, schema: etree.XMLSchema, tmp_path: Path
) -> None:
    assert len(sample_settled.resolutions) > 40
    for resolution in sample_settled.resolutions:
        data = write_akn([resolution])
        schema.assertValid(etree.fromstring(data))
        document, (again,) = read_back(data, tmp_path)
        assert as_told(again) == as_told(resolution)
        assert write_akn([again]) == data
        for clause in again.clauses:
            assert clause.span.of(document.text) == clause.text
        for citation in again.citations:
            assert citation.span.of(document.text) == citation.text
        assert cite_document(document, (again,)) == again.citations


def test_what_the_sample_lacks_comes_back_too(sample_settled: Settled, schema: etree.XMLSchema, tmp_path: Path) -> None:
    base = next(r for r in sample_settled.resolutions if r.citations and len(r.sections) > 2)
    first, second, *rest = base.sections
    clause = replace(first.clauses[0], text='with <angles> & "quotes"', page=7)
    late = replace(first, clauses=(clause,), slug="late", part=Part.PREAMBULAR)
    odd = replace(
        base,
        sections=(second, late, *rest, replace(rest[0], clauses=(), slug="nothing-below")),
        number_line="",
        title="",
        marker="MOD",
        history=(1993, 2000),
        notices=(Notice("body", "doubted <here>"),),
        citations=(Citation(CitationKind.QUESTION, "Question 7/1", Span(0, 12), None, "question"), *base.citations),
    )
    odd = with_mandates(odd)
    data = write_akn([odd])
    schema.assertValid(etree.fromstring(data))
    assert b'status="unknown"' not in data or b'href=""' in data
    _, (again,) = read_back(data, tmp_path)
    assert as_told(again) == as_told(odd)


@pytest.mark.parametrize("letter", "ACFRS")
def test_other_languages_come_back_with_addressees_and_mandates(
    letter: str, schema: etree.XMLSchema, tmp_path: Path
) -> None:
    path = SAMPLE / f"S-RES-PP.912-2022-MSW-{letter}.docx"
    document = read_file(path, path.name)
    assert isinstance(document, Document), document
    (there,) = segment_document(document)
    assert there.language != "en"
    assert any(clause.actors == ("bdt.dir",) for clause in there.clauses)
    data = write_akn([there])
    schema.assertValid(etree.fromstring(data))
    _, (again,) = read_back(data, tmp_path)
    assert as_told(again) == as_told(there)


def test_identifiers_follow_the_published_conversion(sample_settled: Settled) -> None:
    by_id = {str(r.id): r for r in sample_settled.resolutions}
    data = write_akn([by_id["pp/res/901@2018"]]).decode()
    work = "/akn/un/statement/deliberation/itu-pp/2018-11-15/res-901"
    assert f'<FRBRuri value="{work}"/>' in data
    assert f'<FRBRthis value="{work}/eng@2018-11-15/!main"/>' in data
    assert '<FRBRdate date="2018-11-15" name="adoption"/>' in data
    council = write_akn([next(r for r in sample_settled.resolutions if r.id.body.value == "council")]).decode()
    assert "/itu-council/" in council
    assert 'name="adoptionYear"' in council  # the Council meets every year; no date is invented


def test_nothing_is_written_for_nothing() -> None:
    with pytest.raises(ValueError, match="at least one"):
        write_akn([])


def test_a_collection_keeps_all_texts_in_order(
    sample_settled: Settled, schema: etree.XMLSchema, tmp_path: Path
) -> None:
    data = write_akn(sample_settled.resolutions, "sample")
    schema.assertValid(etree.fromstring(data))
    assert data == write_akn(sample_settled.resolutions, "sample")
    _, again = read_back(data, tmp_path)
    assert [as_told(r) for r in again] == [as_told(r) for r in sample_settled.resolutions]


def test_others_read_the_same_clauses_without_our_own_data(
    sample_documents: tuple[Document, ...], sample_settled: Settled, schema: etree.XMLSchema, tmp_path: Path
) -> None:
    adopted = [r for r in sample_settled.resolutions if r.standing is not Standing.PROPOSED and not r.marker]
    equal = total = 0
    for resolution in adopted:
        root = etree.fromstring(write_akn([resolution], documents=sample_documents))
        if root.find(f".//{AKN}formula") is None:
            continue  # its file states no formula, so nothing but our own data tells the body
        for own in list(root.iter(f"{AKN}proprietary")):
            own.getparent().remove(own)
        schema.assertValid(root)
        _, found = read_back(etree.tostring(root), tmp_path)
        assert [str(r.id.work) for r in found] == [str(resolution.id.work)]
        assert found[0].title == resolution.title
        here = [(c.part, c.call, c.label, c.text) for c in found[0].clauses]
        there = [(c.part, c.call, c.label, c.text) for c in resolution.clauses]
        equal += sum(c in here for c in there)
        total += len(there)
    assert total > 300
    assert equal / total >= 0.99
