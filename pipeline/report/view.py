"""Builds the one view model that all writers share from the record of a run."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from pipeline.domain import (
    Adopter,
    Citation,
    Cluster,
    Document,
    DocumentQuality,
    Finding,
    Overlap,
    Part,
    Relation,
    ResolutionPair,
    RunRecord,
    Standing,
)
from pipeline.report.documents import show_documents, version_of
from pipeline.report.findings import Anchors, coverage_both_ways, letter_of, show_finding
from pipeline.report.formulae import group_formulae
from pipeline.report.frame import moment_of
from pipeline.report.lookup import Lookup
from pipeline.report.model import (
    ClusterMember,
    ClusterView,
    DiscountedGroup,
    DiscountedPair,
    EditionsView,
    FindingView,
    MatrixCell,
    MatrixRow,
    NoticeView,
    ProposalView,
    ReportView,
    SignalView,
)
from pipeline.report.proposals import aim_of, mark_of
from pipeline.report.summary import BodyCount, RelationCount, Summary
from pipeline.report.wording import (
    PROPOSAL_LABEL,
    PROPOSAL_MEANING,
    body_name,
    capitalized,
    cluster_name,
    counted,
    meaning,
    number,
    relation_label,
    sentence,
    theme_name,
)

__all__ = ["DETAILED_FINDINGS", "UNMATCHED_SHOWN", "build_view", "needs_evidence"]

# A clause comparison takes about 10 kB of HTML; with 100 the page opens at once everywhere. Workbooks hold them all.
DETAILED_FINDINGS = 100

# Clauses without a counterpart that the HTML page lists for one text; a reader finds the others in the text itself.
UNMATCHED_SHOWN = 8

_DISCOUNTED = (Relation.INTEG, Relation.COMP, Relation.PAR, Relation.REV, Relation.BOIL)


def build_view(record: RunRecord, qualities: Sequence[DocumentQuality] = ()) -> ReportView:
    """Everything that the reports of a run print.

    Args:
        record: everything that the run found.
        qualities: how far the reading of each document can be trusted, where that was judged.

    Raises:
        RunError: a finding rests on a text, clause or pair that the record does not hold.
    """
    lookup = Lookup(record)
    anchors = Anchors.of(record)
    across = _show_findings(lookup, anchors, "F", DETAILED_FINDINGS)
    reporting = _show_findings(lookup, anchors, "R", DETAILED_FINDINGS - len(across))
    within = _show_findings(lookup, anchors, "W", DETAILED_FINDINGS - len(across) - len(reporting))
    everything = across + reporting + within
    formulae, formula_pairs = group_formulae(lookup)
    return ReportView(
        manifest=record.manifest,
        created=moment_of(record.manifest),
        summary=_summarize(record),
        findings=across,
        within=within,
        reporting=reporting,
        matrix=_matrix(record, everything),
        clusters=tuple(_show_cluster(lookup, anchors, cluster) for cluster in record.clusters),
        discounted=tuple(_discounted(lookup)),
        editions=tuple(_editions(lookup)),
        signals=tuple(
            SignalView(signal.kind, signal.subject, lookup.citation_of(signal.subject), lookup.tell(signal.message))
            for signal in record.signals
        ),
        rejected=tuple(sorted(record.rejected, key=lambda rejected: rejected.path)),
        notices=tuple(_notices(lookup, {quality.document_id: quality for quality in qualities})),
        limits=(*record.manifest.limits, *_own_limits(everything)),
        documents=show_documents(qualities, lookup.citation_of),
        proposals=tuple(_proposals(lookup)),
        formulae=formulae,
        formula_pairs=formula_pairs,
    )


def needs_evidence(findings: Iterable[Finding]) -> Callable[[Overlap], bool]:
    """Tells of a clause pair whether reports show its evidence: those of findings, and those of formula language."""
    named = {overlap for finding in findings for overlap in (finding.headline, *finding.overlaps)}
    return lambda overlap: overlap.id in named or overlap.relation is Relation.BOIL


def _show_findings(lookup: Lookup, anchors: Anchors, letter: str, detailed: int) -> tuple[FindingView, ...]:
    """One of the lists in the order of its ranks, the first ``detailed`` of it to be compared in full."""
    chosen = [finding for finding in lookup.record.findings if letter_of(finding) == letter]
    chosen.sort(key=lambda finding: (finding.rank, finding.id))
    sizes = Counter(finding.family for finding in chosen if finding.family)
    shown = []
    led: set[str] = set()
    for position, finding in enumerate(chosen, start=1):
        view = show_finding(lookup, anchors, finding, position, position <= detailed)
        if view.family:
            view = replace(view, family_size=sizes[view.family], leads_family=view.family not in led)
            led.add(view.family)
        shown.append(view)
    return tuple(shown)


def _own_limits(findings: Sequence[FindingView]) -> Iterator[str]:
    if len(findings) > DETAILED_FINDINGS:
        yield (
            f"The HTML page (report.html) compares the clauses of the first {DETAILED_FINDINGS} of "
            f"{counted(len(findings), 'finding')} in full; its tables name the others and say where they end, and the "
            "workbook holds all findings and all clause pairs."
        )
    long = sum(max(len(f.unmatched_a), len(f.unmatched_b)) > UNMATCHED_SHOWN for f in findings if f.detailed)
    if long:
        yield (
            f"The HTML page (report.html) lists at most {UNMATCHED_SHOWN} clauses without a counterpart for each text; "
            f"{counted(long, 'finding')} {'has' if long == 1 else 'have'} more."
        )


def _summarize(record: RunRecord) -> Summary:
    clauses = [clause for resolution in record.resolutions for clause in resolution.clauses]
    relations = Counter(pair.relation for pair in record.pairs)
    across, within, reporting = (
        Counter(finding.relation for finding in record.findings if letter_of(finding) == letter) for letter in "FWR"
    )
    found = across.keys() | within.keys() | reporting.keys()
    ranked = {frozenset((finding.a, finding.b)) for finding in record.findings}
    set_aside = {*_DISCOUNTED, Relation.NONE}
    unranked = [
        pair.relation
        for pair in record.pairs
        if pair.relation not in set_aside and frozenset((pair.a, pair.b)) not in ranked
    ]
    return Summary(
        documents=len(record.documents),
        copies=sum(len(document.copies) for document in record.documents),
        instruments=len(record.resolutions),
        clauses=len(clauses),
        operative=sum(clause.part is Part.OPERATIVE for clause in clauses),
        overlaps=len(record.overlaps),
        pairs=len(record.pairs),
        across=across.total(),
        within=within.total(),
        reporting=reporting.total(),
        discounted=sum(relations[relation] for relation in _DISCOUNTED),
        theme_only=unranked.count(Relation.THEME),
        unranked=len(unranked),
        unrelated=relations[Relation.NONE],
        clusters=len(record.clusters),
        signals=len(record.signals),
        rejected=len(record.rejected),
        relations=tuple(
            RelationCount(relation, meaning(relation), across[relation] + reporting[relation], within[relation])
            for relation in Relation
            if relation in found
        ),
        bodies=tuple(_bodies(record)),
        languages=tuple(sorted({resolution.language for resolution in record.resolutions})),
    )


def _body_order(body: Adopter) -> tuple[int, str]:
    return body.authority, body.label


def _bodies(record: RunRecord) -> Iterator[BodyCount]:
    ordered = sorted(record.resolutions, key=lambda resolution: _body_order(resolution.body))
    for body, group in groupby(ordered, key=lambda resolution: resolution.body):
        texts = list(group)
        years = sorted({text.id.year for text in texts if text.id.year is not None})
        yield BodyCount(
            label=body.label,
            name=body_name(body),
            sector=body.sector.label,
            instruments=len(texts),
            clauses=sum(1 for text in texts for _ in text.clauses),
            editions=f"{years[0]} to {years[-1]}" if len(years) > 1 else "".join(map(str, years)),
        )


def _matrix(record: RunRecord, findings: Iterable[FindingView]) -> tuple[MatrixRow, ...]:
    """A symmetric table of all bodies; findings within one body stand on the diagonal."""
    bodies = sorted({resolution.body for resolution in record.resolutions}, key=_body_order)
    between: dict[frozenset[Adopter], list[FindingView]] = {}
    for finding in findings:
        between.setdefault(frozenset((finding.a.body, finding.b.body)), []).append(finding)
    most = max((len(group) for group in between.values()), default=0)
    return tuple(
        MatrixRow(row.label, tuple(_cell(column, between.get(frozenset((row, column)), []), most) for column in bodies))
        for row in bodies
    )


def _cell(column: Adopter, findings: list[FindingView], most: int) -> MatrixCell:
    if not findings:
        return MatrixCell(column.label, 0, 0.0, "", 0)
    best = max(findings, key=lambda finding: (finding.score, finding.id))
    level = -(-5 * len(findings) // max(most, 5))
    return MatrixCell(column.label, len(findings), best.score, best.anchor, level)


def _show_cluster(lookup: Lookup, anchors: Anchors, cluster: Cluster) -> ClusterView:
    members = tuple(_member(lookup, clause) for clause in cluster.members)
    labels = dict.fromkeys(member.instrument.body_label for member in members)
    theme = theme_name(cluster.theme)
    return ClusterView(
        id=cluster.id,
        anchor=anchors.clusters[cluster.id],
        label=cluster_name(cluster.label, theme),
        medoid=_member(lookup, cluster.medoid),
        members=members,
        bodies=tuple(labels),
        theme=theme,
        remedies=tuple((remedy, lookup.tell(reason)) for remedy, reason in cluster.remedies),
    )


def _member(lookup: Lookup, clause: str) -> ClusterMember:
    return ClusterMember(lookup.clause_view(clause), lookup.show_instrument(lookup.clause(clause)[1]))


def _discounted(lookup: Lookup) -> Iterator[DiscountedGroup]:
    for relation in _DISCOUNTED:
        pairs = [pair for pair in lookup.record.pairs if pair.relation is relation]
        pairs.sort(key=lambda pair: (-pair.probability, -pair.strength, pair.a, pair.b))
        about = [pair for pair in pairs if _is_of_proposal(lookup, pair)]
        alike = [pair for pair in pairs if not _is_of_proposal(lookup, pair)]
        for label, why, group in (
            (relation_label(relation), meaning(relation), alike),
            (PROPOSAL_LABEL, PROPOSAL_MEANING, about),
        ):
            if group:
                yield DiscountedGroup(relation, label, why, tuple(_discounted_pair(lookup, pair) for pair in group))


def _is_of_proposal(lookup: Lookup, pair: ResolutionPair) -> bool:
    """Whether a pair is a proposal beside the adopted text that it is about, and so no pair of editions."""
    return pair.relation is Relation.REV and lookup.resolution(pair.a).standing is Standing.PROPOSED


def _discounted_pair(lookup: Lookup, pair: ResolutionPair) -> DiscountedPair:
    return DiscountedPair(
        a=lookup.instrument_view(pair.a),
        b=lookup.instrument_view(pair.b),
        probability=pair.probability,
        coverage=None if pair.relation is Relation.REV else coverage_both_ways(lookup, pair),
        reasons=(_aim(lookup, pair.a),) if _is_of_proposal(lookup, pair) else tuple(map(lookup.tell, pair.reasons)),
    )


def _proposals(lookup: Lookup) -> Iterator[ProposalView]:
    for resolution in lookup.record.resolutions:
        if mark := mark_of(resolution):
            identifier = str(resolution.id)
            yield ProposalView(
                mark, lookup.instrument_view(identifier), _aim(lookup, identifier), " ".join(resolution.reasons.split())
            )


def _aim(lookup: Lookup, proposal: str) -> str:
    """What a proposal would do, as a sentence."""
    resolution = lookup.resolution(proposal)
    return sentence(aim_of(resolution, lookup.citation_of(resolution.amends or "") or resolution.amends or ""))


def _editions(lookup: Lookup) -> Iterator[EditionsView]:
    for lineage in lookup.record.lineages:
        editions = [edition for edition in lineage.editions if not _is_suppression(lookup, edition)]
        if len(editions) > 1:
            names = tuple(lookup.citation_of(edition) or edition for edition in editions)
            yield EditionsView(lineage.work, names, names[-1])


def _is_suppression(lookup: Lookup, edition: str) -> bool:
    """Whether this is a bare ``SUP`` line, which is no edition."""
    held = lookup.resolutions.get(edition)
    return held is not None and held.marker == "SUP" and not held.sections


def _notices(lookup: Lookup, qualities: Mapping[str, DocumentQuality]) -> Iterator[NoticeView]:
    adopting = {resolution.document_id for resolution in lookup.record.resolutions}
    citations: dict[str, list[Citation]] = defaultdict(list)
    for citation in lookup.record.citations:
        citations[citation.document_id].append(citation)
    for document in lookup.record.documents:
        quality = qualities.get(document.id)
        if quality is not None and quality.versions:
            versions = capitalized(version_of(quality.versions, lookup.citation_of))
            clauses = counted(quality.clauses, "clause")
            yield NoticeView(document.path, "language-version", f"{versions} ({document.language}); {clauses}.")
        elif document.id not in adopting:
            yield _without_own_text(document, quality, citations[document.id])
        for notice in document.notices:
            yield NoticeView(document.path, notice.code, notice.message)
    for resolution in lookup.record.resolutions:
        for notice in resolution.notices:
            yield NoticeView(lookup.citation_of(str(resolution.id)), notice.code, notice.message)


def _without_own_text(document: Document, quality: DocumentQuality | None, citations: Sequence[Citation]) -> NoticeView:
    """Why a document adds no text to the run: each of its texts is read from another one, or it adopts nothing."""
    if quality is not None and quality.texts:
        held = f"{counted(quality.texts, 'text')} with {counted(quality.clauses, 'clause')}"
        message = f"Holds {held}; the same text stands in another document of the run, and that reading is used."
        return NoticeView(document.path, "same-text", message)
    left_open = sum(citation.target is None for citation in citations)
    name = document.metadata.symbol or document.metadata.title or "it"
    return NoticeView(
        document.path,
        "adopts-nothing",
        f"A text of the kind “{document.kind.value}” ({name}), taken for no resolution; "
        f"{counted(len(citations), 'citation')} read in it, {number(left_open)} of them left open.",
    )
