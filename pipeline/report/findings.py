"""Shows one finding whole: both texts, the score in words, coverage both ways, clauses, reasons and remedies."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from pipeline.domain import Finding, Part, Relation, Remedy, Resolution, ResolutionPair, RunRecord, cite
from pipeline.report.comparing import compare_clauses
from pipeline.report.discounts import reductions_of
from pipeline.report.lookup import Lookup
from pipeline.report.model import ClauseView, Comparison, Coverage, FindingView, RemedyView, ScoreTerm
from pipeline.report.reasons import reasons_both_ways
from pipeline.report.wording import adopter, cites_sentence, cluster_name, term_label, theme_name

__all__ = ["Anchors", "coverage_both_ways", "letter_of", "show_finding"]

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Anchors:
    """Places inside a page for findings and clusters, derived from their identifiers and so the same in every run."""

    findings: Mapping[str, str]
    clusters: Mapping[str, str]

    @classmethod
    def of(cls, record: RunRecord) -> Self:
        """The anchors of all findings and clusters of a run."""
        return cls(
            {finding.id: _anchor("finding", finding.id) for finding in record.findings},
            {cluster.id: _anchor("cluster", cluster.id) for cluster in record.clusters},
        )


def _anchor(kind: str, identifier: str) -> str:
    """A safe fragment; identifiers that had to change get a digest, so that no two share one."""
    safe = _UNSAFE.sub("-", identifier)
    if safe != identifier:
        safe = f"{safe.strip('-')}-{hashlib.sha256(identifier.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return f"{kind}-{safe}"


def show_finding(lookup: Lookup, anchors: Anchors, finding: Finding, position: int, detailed: bool) -> FindingView:
    """One finding, with everything that a reader needs to judge it; ``position`` counts from 1 in its own list.

    Raises:
        RunError: the finding rests on something that the run does not hold.
    """
    pair = _oriented(lookup.pair(finding.a, finding.b), finding.a)
    a, b = lookup.instrument_view(finding.a), lookup.instrument_view(finding.b)
    comparisons = _comparisons(lookup, finding)
    coverage_a, coverage_b = coverage_both_ways(lookup, pair)
    parts = tuple(ScoreTerm(name, term_label(name), value) for name, value in finding.parts)
    factors = tuple(ScoreTerm(name, term_label(name), value) for name, value in finding.factors)
    reasons_for, reasons_against = reasons_both_ways(
        comparisons[0], tuple(map(lookup.tell, (*pair.reasons, *finding.reasons))), finding.relation
    )
    cluster = lookup.clusters.get(finding.cluster or "")
    return FindingView(
        id=finding.id,
        ref=f"{letter_of(finding)}{position}",
        anchor=anchors.findings[finding.id],
        rank=position,
        cross_body=finding.cross_body,
        relation=finding.relation,
        score=finding.score,
        parts=parts,
        factors=factors,
        arithmetic=_arithmetic(parts, factors, finding.score),
        a=a,
        b=b,
        coverage_a=coverage_a,
        coverage_b=coverage_b,
        cites=cites_sentence(pair.cites, a.citation, b.citation),
        comparisons=comparisons,
        reasons_for=reasons_for,
        reasons_against=reasons_against,
        reductions=reductions_of(lookup, pair, comparisons[0], factors),
        unmatched_a=_unmatched(lookup, pair.a, pair.matched_a),
        unmatched_b=_unmatched(lookup, pair.b, pair.matched_b),
        remedies=tuple(_remedies(finding, lookup)),
        cluster=None if cluster is None else anchors.clusters[cluster.id],
        cluster_label="" if cluster is None else cluster_name(cluster.label, theme_name(cluster.theme)),
        detailed=detailed,
        family=finding.family or "",
    )


def letter_of(finding: Finding) -> str:
    """The list that a finding stands in: ``F`` across bodies, ``R`` duplicated reporting, ``W`` within one body."""
    if finding.relation is Relation.REPORT:
        return "R"
    return "F" if finding.cross_body else "W"


def _oriented(pair: ResolutionPair, a: str) -> ResolutionPair:
    """The pair with ``a`` as its first text."""
    if pair.a == a:
        return pair
    return replace(
        pair,
        a=pair.b,
        b=pair.a,
        body_a=pair.body_b,
        body_b=pair.body_a,
        coverage_a=pair.coverage_b,
        coverage_b=pair.coverage_a,
        cites={"a": "b", "b": "a"}.get(pair.cites, pair.cites),
        matched_a=pair.matched_b,
        matched_b=pair.matched_a,
    )


def _comparisons(lookup: Lookup, finding: Finding) -> tuple[Comparison, ...]:
    """The clause pairs of a finding, its headline first."""
    identifiers = dict.fromkeys((finding.headline, *finding.overlaps))
    return tuple(
        compare_clauses(lookup, lookup.overlap(identifier), finding.a, headline=identifier == finding.headline)
        for identifier in identifiers
    )


def coverage_both_ways(lookup: Lookup, pair: ResolutionPair) -> tuple[Coverage, Coverage]:
    """How much of each text stands in the other, counted in operative clauses and weighed by information."""
    a, b = lookup.resolution(pair.a), lookup.resolution(pair.b)
    return (
        _coverage(a, b, len(pair.matched_a), pair.coverage_a),
        _coverage(b, a, len(pair.matched_b), pair.coverage_b),
    )


def _unmatched(lookup: Lookup, text: str, matched: Collection[str]) -> tuple[ClauseView, ...]:
    """The operative clauses of a text without a counterpart, in reading order."""
    held = frozenset(matched)
    operative = (clause.id for clause in lookup.resolution(text).clauses if clause.part is Part.OPERATIVE)
    return tuple(lookup.clause_view(clause) for clause in operative if clause not in held)


def _coverage(text: Resolution, other: Resolution, matched: int, share: float) -> Coverage:
    operative = sum(clause.part is Part.OPERATIVE for clause in text.clauses)
    clauses = "clause has" if operative == 1 else "clauses have"
    words = (
        f"{matched} of {operative} operative {clauses} a counterpart in {cite(other)}; "
        f"{share:.0%} of the information in the operative part of {cite(text)} stands there."
    )
    return Coverage(matched, operative, share, words)


def _arithmetic(parts: Iterable[ScoreTerm], factors: Iterable[ScoreTerm], score: float) -> str:
    """The score as a sum of parts times factors, such as ``(0.285 + 0.190) × 0.40 = 0.190``."""
    total = " + ".join(f"{part.value:.3f}" for part in parts)
    product = "".join(f" × {factor.value:.2f}" for factor in factors)
    return f"{f'({total})' if product else total}{product} = {score:.3f}"


def _remedies(finding: Finding, lookup: Lookup) -> Iterable[RemedyView]:
    """The remedies of a finding; to keep both texts is always one of them."""
    a, b = lookup.resolution(finding.a).body, lookup.resolution(finding.b).body
    remedies = dict(finding.remedies)
    remedies.setdefault(Remedy.KEEP, "Each text may serve a purpose of its own that the words alone do not show.")
    for remedy, reason in remedies.items():
        yield RemedyView(remedy, lookup.tell(reason), adopter(remedy, a, b))
