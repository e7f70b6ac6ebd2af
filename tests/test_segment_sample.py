"""The sample corpus against its sources: what was laid out must come back."""

import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path

from pipeline.domain import BlockKind, Document, Part, Standing, fold_space
from pipeline.segment import Settled, cite_document, segment_document, settle_corpus, to_exchange

ROOT = Path(__file__).resolve().parents[1]


def test_every_span_slices_its_document_to_the_clause(sample_documents: tuple[Document, ...]) -> None:
    for document in sample_documents:
        for resolution in segment_document(document):
            for clause in resolution.clauses:
                assert fold_space(clause.span.of(document.text)) == clause.text, clause.id
            for citation in resolution.citations:
                assert citation.span.of(document.text) == citation.text


def test_identifiers_of_clauses_are_unique(sample_settled: Settled) -> None:
    ids = Counter(c.id for r in sample_settled.resolutions for c in r.clauses)
    assert [i for i, n in ids.items() if n > 1] == []
    assert len({str(r.id) for r in sample_settled.resolutions}) == len(sample_settled.resolutions)


def test_all_instruments_of_the_sources_are_found(sample_settled: Settled) -> None:
    written = set()
    for path in (ROOT / "corpus" / "source").glob("*.toml"):
        for instrument in tomllib.loads(path.read_text(encoding="utf-8")).get("instrument", []):
            written.add(instrument["id"])
    found = {str(r.id) for r in sample_settled.resolutions if r.standing is not Standing.PROPOSED}
    assert written
    assert written == found


def test_editions_form_lineages_and_only_the_newest_is_in_force(sample_settled: Settled) -> None:
    lineages = {lineage.work: lineage.editions for lineage in sample_settled.lineages}
    assert lineages["wtdc/res/951"] == ("wtdc/res/951@2022", "wtdc/res/951@2025")
    standing = {str(r.id): r.standing for r in sample_settled.resolutions}
    assert standing["wtdc/res/951@2022"] is Standing.SUPERSEDED
    assert standing["wtdc/res/951@2025"] is Standing.IN_FORCE


def test_proposals_have_identities_of_their_own(sample_settled: Settled) -> None:
    proposed = {str(r.id): r.marker for r in sample_settled.resolutions if r.standing is Standing.PROPOSED}
    assert proposed == {
        "wtdc/res/951@2025~mod-eur-901a2-1": "MOD",
        "wtdc/res/draft-eur-1@2025~add-eur-901a2-2": "ADD",
        "wtdc/res/964@2022~sup-eur-901a2-3": "SUP",
    }


def test_reports_are_no_resolutions_and_keep_their_citations(sample_documents: tuple[Document, ...]) -> None:
    reports = [d for d in sample_documents if d.kind.value == "report"]
    assert len(reports) == 2
    for report in reports:
        assert segment_document(report) == ()
        targets = {c.target for c in cite_document(report, ())}
        assert any(t and t.startswith("pp/") for t in targets)


def test_annexes_are_sections_of_their_own(sample_settled: Settled) -> None:
    (resolution,) = [r for r in sample_settled.resolutions if str(r.id) == "pp/res/909@2022"]
    annex = [s for s in resolution.sections if s.part is Part.ANNEX]
    assert len(annex) == 1
    assert annex[0].clauses[0].id.startswith("pp/res/909@2022!annex1#p.")


def test_footnotes_are_no_clauses(sample_documents: tuple[Document, ...]) -> None:
    (document,) = [d for d in sample_documents if d.path == "S-RES-PP.904-2022-MSW-E.docx"]
    (note,) = [document.line(b) for b in document.blocks if b.kind is BlockKind.FOOTNOTE]
    (resolution,) = segment_document(document)
    assert not any(note[5:40] in c.text for c in resolution.clauses)


def test_exchange_form_reads_back_to_the_same_clauses(sample_settled: Settled, tmp_path: Path) -> None:
    import json

    from pipeline.ingest import read_file

    adopted = [r for r in sample_settled.resolutions if r.standing is Standing.IN_FORCE]
    path = tmp_path / "exchange.jsonl"
    path.write_text("\n".join(json.dumps(to_exchange(r)) for r in adopted), encoding="utf-8")
    document = read_file(path, "exchange.jsonl")
    assert isinstance(document, Document)
    back = {str(r.id): r for r in segment_document(document)}
    for resolution in adopted:
        again = back[str(resolution.id)]
        # An unlabelled clause after labelled ones is renumbered; labels and words must be the same.
        assert [(c.part, c.call, c.label, c.text) for c in again.clauses] == [
            (c.part, c.call, c.label, c.text) for c in resolution.clauses
        ]
        assert {c.target for c in again.citations} <= {c.target for c in resolution.citations}


def test_the_order_of_documents_changes_nothing(
    sample_documents: tuple[Document, ...], sample_settled: Settled
) -> None:
    again = settle_corpus(r for d in reversed(sample_documents) for r in segment_document(d))
    assert again == sample_settled


def test_clauses_carried_over_by_a_page_break_are_left_to_their_owner(sample_settled: Settled) -> None:
    owner = next(r for r in sample_settled.resolutions if str(r.id) == "pp/res/902@2022")
    after = next(r for r in sample_settled.resolutions if str(r.id) == "pp/res/903@2022")
    strays = [replace(c, id=f"stray-{i}") for i, c in enumerate([c for s in owner.sections for c in s.clauses][-3:])]
    carried = replace(after, sections=(replace(after.sections[0], clauses=tuple(strays)), *after.sections))
    settled = settle_corpus([owner, carried])
    (mended,) = [r for r in settled.resolutions if str(r.id) == "pp/res/903@2022"]
    assert not any(c.id.startswith("stray-") for c in mended.clauses)
    assert [c.id for c in mended.clauses] == [c.id for c in after.clauses]
    assert "spill-over" in [n.code for n in mended.notices]
