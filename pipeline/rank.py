"""Resolution pairs to ranked findings with visible parts, and signals about single texts."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from pipeline.domain import (
    Body,
    Clause,
    Cluster,
    Finding,
    Force,
    Overlap,
    Part,
    Relation,
    Remedy,
    Resolution,
    ResolutionPair,
    Sector,
    Signal,
    SignalKind,
    Standing,
    cite,
)
from pipeline.domain import instrument_of as instrument
from pipeline.reference import load_mandate_words, load_scoring

__all__ = ["find_signals", "rank_findings"]

_BUREAUX = {"br.dir": Sector.R, "tsb.dir": Sector.T, "bdt.dir": Sector.D}
_OF_ONE_SECTOR = frozenset(_BUREAUX.values())


def rank_findings(
    resolutions: Sequence[Resolution],
    pairs: Iterable[ResolutionPair],
    overlaps: Iterable[Overlap],
    clusters: Iterable[Cluster],
) -> tuple[Finding, ...]:
    """Findings in the order in which to read them: texts of different bodies first, then of one body.

    In each of the two lists duplicated reporting comes last, for it makes a list of its own. Each part of the score is
    a number in [0, 1] times its weight; the score is their sum times all factors. Findings that differ only by texts of
    one template form a family, of which all but the best are lowered, so that they cannot drown the others.
    """
    texts = {str(r.id): r for r in resolutions}
    by_id = {o.id: o for o in overlaps}
    home = {member: cluster.id for cluster in clusters for member in cluster.members}
    compared = list(pairs)
    found = []
    for pair in compared:
        aligned = [o for i in pair.overlaps if (o := by_id[i]).relation not in (Relation.BOIL, Relation.NONE)]
        if pair.relation.is_finding and aligned and _is_worth_ranking(pair, aligned):
            found.append(_finding(pair, aligned, texts, home))
    found = list(_in_families(found, _templates(compared)))
    found.sort(key=lambda f: (not f.cross_body, f.relation is Relation.REPORT, -f.score, f.id))
    return tuple(replace(finding, rank=rank) for rank, finding in enumerate(found, 1))


def _templates(pairs: Iterable[ResolutionPair]) -> dict[str, str]:
    """For each text made after one template with others of its body, the first of these texts.

    Two texts of one body share a template where each holds most of what the other orders.
    """
    least = load_scoring().thresholds["merge"]
    first: dict[str, str] = {}

    def root(text: str) -> str:
        while first.setdefault(text, text) != text:
            first[text] = text = first[first[text]]
        return text

    for pair in pairs:
        alike = pair.relation is not Relation.REV and min(pair.coverage_a, pair.coverage_b) >= least
        if alike and pair.body_a == pair.body_b:
            low, high = sorted((root(pair.a), root(pair.b)))
            first[high] = low
    return {text: root(text) for text in list(first)}


def _in_families(findings: Sequence[Finding], templates: Mapping[str, str]) -> Iterable[Finding]:
    """The findings, those of one family told by its name and all but its best lowered."""
    families: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        low, high = sorted(templates.get(text, text) for text in (finding.a, finding.b))
        families[low, high].append(finding)
    factor, roots = load_scoring().rank_factors["same_family"], set(templates.values())
    for key, members in families.items():
        if len(members) == 1 or not roots & set(key):
            yield from members
            continue
        name = f"family-{_digest(key)}"
        best, *others = sorted(members, key=lambda f: (-f.score, f.id))
        yield replace(best, family=name)
        for other in others:
            lowered = (*other.factors, ("same_family", factor))
            yield replace(other, family=name, factors=lowered, score=round(other.score * factor, 5))


def _is_worth_ranking(pair: ResolutionPair, aligned: Sequence[Overlap]) -> bool:
    """Whether a pair belongs in the ranking and not only among the scored pairs.

    Texts of one body share their theme with many others, so they need a good part in common. A common theme needs some
    telling words in common, or texts that are near as wholes.
    """
    limits = load_scoring().thresholds
    if pair.body_a == pair.body_b:
        return max(pair.coverage_a, pair.coverage_b) >= limits["merge"]
    if max(pair.coverage_a, pair.coverage_b) <= 0:
        return False  # no clause of either text has a counterpart in the other
    if pair.relation is Relation.THEME:
        telling = [o for o in aligned if o.probability >= limits["theme_probability"]]
        return pair.strength >= limits["near_theme"] or any(o.information >= limits["telling"] for o in telling)
    return True


def _finding(
    pair: ResolutionPair, aligned: Sequence[Overlap], texts: Mapping[str, Resolution], home: Mapping[str, str]
) -> Finding:
    scoring = load_scoring()
    a, b = texts[pair.a], texts[pair.b]
    # A finding is headed by a clause pair of its own relation where it has one.
    named = [o for o in aligned if o.relation is pair.relation]
    headline = max(named or aligned, key=lambda o: (_telling(o), o.id))
    clauses = {c.id: c for r in (a, b) for c in r.clauses}
    outside = load_mandate_words().members | load_mandate_words().outside
    offices = [set(clauses[i].actors) - outside for i in (headline.left, headline.right)]
    values = {
        "label": scoring.label_weights.get(pair.relation, 0.0) * _spoken(headline),
        "strength": min(1.0, pair.strength / scoring.ranking.full_strength)
        * (_spoken(headline) if pair.relation is Relation.THEME else 1.0),
        "coverage": max(pair.coverage_a, pair.coverage_b),
        "probability": max(o.probability for o in aligned),
        "information": max(o.information * o.probability for o in aligned),
        "cross_sector": _across_sectors(a, b),
        "not_cited": float(not pair.cites),
        "actor_conflict": float(
            pair.relation is not Relation.THEME and bool(offices[0] and offices[1]) and not offices[0] & offices[1]
        ),
        "effort_saved": _effort_saved(aligned, clauses),
    }
    parts = tuple((name, round(scoring.rank_parts[name] * values[name], 5)) for name in scoring.rank_parts)
    factors = tuple(_factors(pair, a, b))
    score = sum(v for _, v in parts)
    for _, factor in factors:
        score *= factor
    return Finding(
        id=f"f-{_digest((str(a.id.work), str(b.id.work)))}",
        rank=0,
        a=pair.a,
        b=pair.b,
        relation=pair.relation,
        score=round(score, 5),
        parts=parts,
        factors=factors,
        headline=headline.id,
        overlaps=tuple(o.id for o in sorted(aligned, key=lambda o: (o is not headline, -_telling(o), o.id))),
        cluster=home.get(headline.left) or home.get(headline.right),
        cross_body=a.body is not b.body,
        remedies=_remedies(pair, a, b),
        reasons=pair.reasons,
    )


def _digest(names: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]


def _across_sectors(a: Resolution, b: Resolution) -> float:
    """1 for texts of two Sectors, one half for one of the Union and one of a Sector, else 0."""
    sectors = {a.id.sector, b.id.sector}
    return (len(sectors & _OF_ONE_SECTOR) / 2) if len(sectors) > 1 else 0.0


def _effort_saved(aligned: Iterable[Overlap], clauses: Mapping[str, Clause]) -> float:
    """How much work one text could spare, in [0, 1]: the orders expected to be given twice, a few counting in full.

    An order to an office is work; a request to members that stands in two texts is asked for once more all the same.
    """
    ordered = (Force.INSTRUCT, Force.RESOLVE, Force.REQUEST)
    scale = load_scoring().ranking
    expected = 0.0
    for overlap in aligned:
        held = [clauses[i].mandate for i in (overlap.left, overlap.right)]
        orders = all(mandate is not None and mandate.force in ordered for mandate in held)
        worth = 1.0 if orders else scale.request_effort
        expected += overlap.probability * overlap.information * worth * (overlap.relation is not Relation.THEME)
    return min(1.0, expected / scale.full_effort)


def _spoken(overlap: Overlap) -> float:
    """How far a label may count, from a floor up to 1: little when the shared words say little."""
    least = load_scoring().ranking.spoken_floor
    return least + (1 - least) * overlap.information


def _telling(overlap: Overlap) -> float:
    """How much an overlap shows: its label, its probability, and what the shared words say."""
    scale = load_scoring().ranking
    label = load_scoring().label_weights.get(overlap.relation, scale.other_label)
    return (scale.label_floor + (1 - scale.label_floor) * label) * overlap.probability * _spoken(overlap)


def _factors(pair: ResolutionPair, a: Resolution, b: Resolution) -> Iterable[tuple[str, float]]:
    factors = load_scoring().rank_factors
    weak = pair.relation in (Relation.THEME, Relation.REPORT)
    if a.body is not b.body and pair.strength < load_scoring().thresholds["kin_theme"] and not pair.cites:
        yield "different_themes", factors["different_themes"]
    if pair.cites and weak:
        yield "divided_labour", factors["divided_labour"]
    if not all(text.standing is Standing.IN_FORCE for text in (a, b)):
        yield "not_in_force", factors["not_in_force"]


def _remedies(pair: ResolutionPair, a: Resolution, b: Resolution) -> tuple[tuple[Remedy, str], ...]:
    """Remedies that may be proposed, with the reason; keeping both is always one of them."""
    adopter = b.body.label
    keep = (Remedy.KEEP, "if each text serves a purpose of its own, the reason could be recorded")
    if a.body is b.body:
        return ((Remedy.MERGE, f"these are two texts of {adopter} on one matter"), keep)
    trim = (Remedy.TRIM, f"{adopter} could refer to {cite(a)} for the passages that both texts hold")
    whole = (Remedy.SUPPRESS, f"{adopter} alone could abrogate {cite(b)}, whose mandates stand in {cite(a)}")
    table: dict[Relation, tuple[tuple[Remedy, str], ...]] = {
        Relation.CONF: (
            (Remedy.LEAD, "one owner could be named"),
            (Remedy.ALIGN, "the two orders could be brought into line"),
        ),
        Relation.VERB: (trim,),
        Relation.SUB: (whole, trim) if pair.coverage_b >= load_scoring().thresholds["subset"] else (trim,),
        Relation.SAME_ACT: ((Remedy.LEAD, "one lead could be named"), (Remedy.JOINT, "the offices could act jointly")),
        Relation.SAME_REQ: ((Remedy.TRIM, "members could be asked once"),),
        Relation.STUDY: (
            (Remedy.JOINT, "a joint group could study both"),
            (Remedy.TRANSFER, "one Question could do for both"),
        ),
        Relation.REPORT: ((Remedy.CONSOLIDATE_REPORT, "one report could serve both"),),
        Relation.THEME: ((Remedy.JOINT, "liaison on the common theme could do"),),
    }
    return (*table.get(pair.relation, ()), keep)


def find_signals(resolutions: Sequence[Resolution], overlaps: Iterable[Overlap], as_of: date) -> tuple[Signal, ...]:
    """Lists beside the ranking: orders without counterpart, outdated citations, dates passed, reports asked for twice.

    Args:
        resolutions: all texts of a corpus; those in force are looked at.
        overlaps: scored clause pairs.
        as_of: the date of analysis.
    """
    in_force = [r for r in resolutions if r.standing is Standing.IN_FORCE and r.body is not Body.UNKNOWN]
    scored = list(overlaps)
    suppressed = frozenset(str(r.id.work) for r in resolutions if r.standing is Standing.SUPPRESSED)
    signals = [
        *_gaps(in_force, scored),
        *_outdated(in_force),
        *_stale(in_force, as_of),
        *_citing_suppressed(in_force, suppressed),
        *_reported_twice(scored),
    ]
    return tuple(sorted(set(signals), key=lambda s: (s.kind, s.subject, s.message)))


def _gaps(resolutions: Sequence[Resolution], overlaps: Iterable[Overlap]) -> Iterable[Signal]:
    """Instructions of a Plenipotentiary text to one Director that no text of that Sector takes up."""
    held = Counter(r.id.sector for r in resolutions)
    limits = load_scoring().thresholds
    answered = {
        (overlap.left, instrument(overlap.right).body.sector)
        for overlap in overlaps
        if overlap.probability >= limits["same_theme"]
    }
    for resolution in resolutions:
        if resolution.body is not Body.PP:
            continue
        for clause in resolution.clauses:
            offices = [_BUREAUX[a] for a in clause.actors if a in _BUREAUX]
            if clause.part is not Part.OPERATIVE or len(offices) != 1 or len(clause.actors) != 1:
                continue
            sector = offices[0]
            if held[sector] >= limits["gap_texts"] and (clause.id, sector) not in answered:
                message = f"none of the {held[sector]} texts of {sector.label} in this corpus takes up this instruction"
                yield Signal(SignalKind.GAP, clause.id, message)


def _outdated(resolutions: Sequence[Resolution]) -> Iterable[Signal]:
    """Texts that cite an older edition although a newer one was adopted before them."""
    latest = {str(r.id.work): r for r in resolutions}
    for resolution in resolutions:
        for citation in resolution.citations:
            work, _, edition = (citation.target or "").partition("@")
            newer = latest.get(work)
            if newer is None or not edition.isdigit() or newer.id.year is None or resolution.id.year is None:
                continue
            if (
                int(edition) < newer.id.year < resolution.id.year
                and newer.body is Body.PP
                and resolution.body is not Body.PP
            ):
                subject = citation.clause or str(resolution.id)
                yield Signal(
                    SignalKind.GAP, subject, f"cites the edition of {edition}; that of {newer.id.year} was in force"
                )


def _stale(resolutions: Sequence[Resolution], as_of: date) -> Iterable[Signal]:
    """Mandates whose year, stated by a date or by a conference, lies in the past."""
    for resolution in resolutions:
        for clause in resolution.clauses:
            due = clause.mandate.deadline if clause.mandate is not None else None
            if due is not None and due < as_of.year:
                yield Signal(SignalKind.STALE, clause.id, f"it was due by {due}, which has passed")


def _citing_suppressed(resolutions: Sequence[Resolution], suppressed: frozenset[str]) -> Iterable[Signal]:
    """Clauses that rest on a text which was suppressed; a work of which one edition is in force is not."""
    gone = suppressed - {str(r.id.work) for r in resolutions}
    for resolution in resolutions:
        for citation in resolution.citations:
            if citation.work in gone:
                subject = citation.clause or str(resolution.id)
                yield Signal(SignalKind.STALE, subject, f"cites {citation.text}, which is suppressed")


def _reported_twice(overlaps: Iterable[Overlap]) -> Iterable[Signal]:
    """Duties to report on one thing that two bodies lay down."""
    for overlap in overlaps:
        if overlap.relation is Relation.REPORT:
            message = f"a report on the same matter is asked for in {overlap.left} too; one could serve both"
            yield Signal(SignalKind.REPORT, overlap.right, message)
