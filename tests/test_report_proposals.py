"""Texts that are no editions of their own in a report: proposals, language versions and second copies."""

from dataclasses import replace

import openpyxl
import pytest
from lxml import html as lxml_html
from report_fixture import make_record, page_of, write_workbook

from pipeline.domain import (
    DocumentQuality,
    Lineage,
    QualityGrade,
    Relation,
    ResolutionPair,
    RunRecord,
    Standing,
    parse_instrument_id,
)
from pipeline.report.lookup import Lookup
from pipeline.report.view import build_view

ADOPTED = "pp/res/901@2018"
REASONS = "The register has done its work."


def with_proposal(marker: str, symbol: str = "-eur-901a2-3", amends: str | None = ADOPTED) -> RunRecord:
    """The small run with a proposal that bears the very name of the adopted text."""
    record = make_record()
    adopted = next(r for r in record.resolutions if str(r.id) == ADOPTED)
    proposal = replace(
        adopted,
        id=parse_instrument_id(f"{ADOPTED}~{marker.lower()}{symbol}"),
        standing=Standing.PROPOSED,
        marker=marker,
        reasons=REASONS,
        amends=amends,
        sections=(),
    )
    pairs = record.pairs
    if amends:
        told = (f"{marker}: a proposal to change the adopted text",)
        beside = ResolutionPair(
            str(proposal.id), amends, "pp", "pp", Relation.REV, 0.0, 1.0, 1.0, 1.0, "", (), reasons=told
        )
        pairs = (*pairs, beside)
    return replace(record, resolutions=(*record.resolutions, proposal), pairs=pairs)


@pytest.mark.parametrize(
    ("marker", "aim"),
    [
        ("MOD", "Would change Resolution 901 (Rev. Dubai, 2018)."),
        ("SUP", "Would suppress Resolution 901 (Rev. Dubai, 2018)."),
        ("NOC", "Would leave Resolution 901 (Rev. Dubai, 2018) as it is."),
        ("ADD", "Would add a new text."),
    ],
)
def test_a_proposal_is_told_from_the_adopted_edition_with_its_aim_and_reasons(marker: str, aim: str) -> None:
    (proposal,) = build_view(with_proposal(marker)).proposals
    assert proposal.mark == f"{marker} EUR/901A2/3"
    assert proposal.text.citation == f"Resolution 901 (Rev. Dubai, 2018) [proposal {marker} EUR/901A2/3]"
    assert (proposal.aim, proposal.reasons) == (aim, REASONS)


def test_a_proposal_without_symbol_or_adopted_text_says_so() -> None:
    (proposal,) = build_view(with_proposal("MOD", symbol="", amends=None)).proposals
    assert proposal.mark == "MOD"
    assert proposal.aim == "Would change a text of which the corpus holds no adopted edition."


def test_a_suppression_does_not_stand_under_two_editions() -> None:
    view = build_view(with_proposal("SUP"))
    groups = [group for group in view.discounted if group.relation is Relation.REV]
    (about,) = [group for group in groups if any(pair.a.standing.startswith("proposed") for pair in group.pairs)]
    assert "Two editions" not in about.why
    assert [pair.coverage for pair in about.pairs] == [None] * len(about.pairs)
    assert "not compared clause by clause" in page_of(view)
    assert about.label == "proposal on an adopted text"
    assert about.pairs[0].reasons == ("Would suppress Resolution 901 (Rev. Dubai, 2018).",)
    assert view.summary.discounted == sum(len(group.pairs) for group in view.discounted)


def test_a_bare_suppression_is_no_edition() -> None:
    record = make_record()
    adopted = next(r for r in record.resolutions if str(r.id) == ADOPTED)
    event = replace(
        adopted,
        id=parse_instrument_id("pp/res/901@2022"),
        standing=Standing.SUPPRESSED,
        marker="SUP",
        sections=(),
    )
    lineages = (Lineage("pp/res/901", (ADOPTED, str(event.id))),)
    view = build_view(replace(record, resolutions=(*record.resolutions, event), lineages=lineages))
    assert view.editions == ()


def test_remarks_cite_a_proposal_by_its_mark() -> None:
    remark = f"{ADOPTED}~sup-eur-901a2-3 is about {ADOPTED}"
    assert Lookup(with_proposal("SUP")).tell(remark) == (
        "Resolution 901 (Rev. Dubai, 2018) [proposal SUP EUR/901A2/3] is about Resolution 901 (Rev. Dubai, 2018)."
    )


def test_page_and_workbook_list_the_proposals(tmp_path) -> None:
    view = build_view(with_proposal("MOD"))
    page = " ".join(lxml_html.fromstring(page_of(view)).text_content().split())
    for words in ("[proposal MOD EUR/901A2/3]", "Would change Resolution 901 (Rev. Dubai, 2018).", REASONS):
        assert words in page
    write_workbook(view, tmp_path / "r.xlsx")
    heads, row = openpyxl.load_workbook(tmp_path / "r.xlsx")["Proposals"].iter_rows(values_only=True)
    told = dict(zip(heads, row, strict=True))
    assert told["Proposal"] == "MOD EUR/901A2/3"
    assert told["What it would do"] == "Would change Resolution 901 (Rev. Dubai, 2018)."
    assert told["Reasons"] == REASONS


def judged(document, *versions: str) -> DocumentQuality:
    return DocumentQuality(document.id, document.path, 1.0, QualityGrade.GOOD, 1, 11, versions=versions)


def without_own_text(record: RunRecord, document) -> RunRecord:
    return replace(record, documents=(*record.documents, document))


def test_a_language_version_is_told_as_one_with_its_own_count_of_clauses(tmp_path) -> None:
    record = make_record()
    french = replace(record.documents[0], id="doc-f", path="S-RES-PP.901-F.docx", language="fr", notices=())
    view = build_view(without_own_text(record, french), [judged(french, ADOPTED)])
    (notice,) = [notice for notice in view.notices if notice.where == french.path]
    assert notice.code == "language-version"
    assert notice.message == "Language version of PP Resolution 901 (Rev. Dubai, 2018) (fr); 11 clauses."
    (document,) = view.documents
    assert (document.clauses, document.version_of) == (11, "language version of PP Resolution 901 (Rev. Dubai, 2018)")
    write_workbook(view, tmp_path / "r.xlsx")
    assert document.version_of in next(
        openpyxl.load_workbook(tmp_path / "r.xlsx")["Documents"].iter_rows(min_row=2, values_only=True)
    )


def test_a_volume_in_another_language_names_some_of_its_texts() -> None:
    record = make_record()
    volume = replace(record.documents[0], id="doc-f", path="volume-F.docx", language="fr", notices=())
    texts = [f"pp/res/{number}@2018" for number in range(901, 909)]
    (document,) = build_view(without_own_text(record, volume), [judged(volume, *texts)]).documents
    assert document.version_of.endswith("and 3 further texts")


def test_a_second_copy_is_not_taken_for_a_document_that_adopts_nothing() -> None:
    record = make_record()
    copy = replace(record.documents[0], id="doc-2", path="copy.pdf", notices=())
    codes = [n.code for n in build_view(without_own_text(record, copy), [judged(copy)]).notices if n.where == copy.path]
    assert codes == ["same-text"]
    unjudged = build_view(without_own_text(record, copy)).notices
    assert [n.code for n in unjudged if n.where == copy.path] == ["adopts-nothing"]
