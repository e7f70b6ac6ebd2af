"""Clause overlaps to resolution pairs: optimal alignment of clauses, coverage both ways, relation of the texts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from pipeline.domain import (
    Body,
    InstrumentType,
    Kinship,
    Lineage,
    Overlap,
    Part,
    Relation,
    Resolution,
    ResolutionPair,
    Sector,
    Standing,
    cite,
    instrument_of,
)
from pipeline.reference import are_parallel, load_scoring, precedence

__all__ = ["compare_resolutions"]


@dataclass(frozen=True, slots=True)
class _Aligned:
    """Two texts with their one-to-one aligned overlaps, best first; ``says`` weighs each text's clauses."""

    a: Resolution
    b: Resolution
    overlaps: tuple[Overlap, ...]
    strength: float
    coverage_a: float
    coverage_b: float
    unmatched_a: tuple[str, ...]
    unmatched_b: tuple[str, ...]
    cites: str

    @property
    def counting(self) -> tuple[Overlap, ...]:
        """Aligned overlaps that are more than formula language."""
        return tuple(o for o in self.overlaps if o.relation is not Relation.BOIL)

    @property
    def probability(self) -> float:
        """That of the best aligned overlap."""
        return max((o.probability for o in self.counting), default=0.0)


def compare_resolutions(
    resolutions: Sequence[Resolution],
    lineages: Iterable[Lineage],
    overlaps: Iterable[Overlap],
    weights: Mapping[str, float],
    kinship: Iterable[Kinship],
) -> tuple[ResolutionPair, ...]:
    """Pairs of texts with their relation, sorted; editions of one work come out as ``REV``.

    Args:
        resolutions: all texts of a corpus.
        lineages: the editions of each work.
        overlaps: scored clause pairs.
        weights: how much each compared clause says, in [0, 1].
        kinship: texts that are near as wholes.
    """
    texts = {str(r.id): r for r in resolutions if r.standing is Standing.IN_FORCE and r.body is not Body.UNKNOWN}
    grouped: dict[tuple[str, str], list[Overlap]] = defaultdict(list)
    for overlap in overlaps:
        names = str(instrument_of(overlap.left)), str(instrument_of(overlap.right))
        grouped[min(names), max(names)].append(overlap)
    near = {(min(k.a, k.b), max(k.a, k.b)): k.strength for k in kinship}
    pairs = [*_editions(resolutions, lineages)]
    for first, second in sorted(set(grouped) | set(near) | _citing(texts)):
        if first not in texts or second not in texts:
            continue
        a, b = sorted((texts[first], texts[second]), key=precedence)
        found = grouped.get((first, second), [])
        pairs.append(_related(_align(a, b, found, weights, near.get((first, second), 0.0))))
    return tuple(sorted(pairs, key=lambda p: (p.a, p.b)))


def _citing(texts: Mapping[str, Resolution]) -> set[tuple[str, str]]:
    """Pairs of texts of different bodies of which one cites the other."""
    by_work = {str(r.id.work): name for name, r in texts.items()}
    found = set()
    for name, resolution in texts.items():
        for work in resolution.cited_works:
            other = by_work.get(work)
            if other is not None and texts[other].body is not resolution.body:
                found.add((min(name, other), max(name, other)))
    return found


def _editions(resolutions: Sequence[Resolution], lineages: Iterable[Lineage]) -> Iterable[ResolutionPair]:
    """Consecutive editions of each work, and proposals beside the text that they would change."""
    for lineage in lineages:
        for older, newer in zip(lineage.editions, lineage.editions[1:], strict=False):
            yield _edition_pair(newer, older, "editions of one work: never counted as overlap")
    for resolution in resolutions:
        if resolution.amends is not None:
            reason = f"{resolution.marker or 'proposal'}: a proposal to change the adopted text"
            yield _edition_pair(str(resolution.id), resolution.amends, reason)


def _edition_pair(newer: str, older: str, reason: str) -> ResolutionPair:
    body = instrument_of(newer).body.value
    return ResolutionPair(newer, older, body, body, Relation.REV, 0.0, 1.0, 1.0, 1.0, "", (), reasons=(reason,))


def _align(
    a: Resolution, b: Resolution, overlaps: Sequence[Overlap], weights: Mapping[str, float], strength: float
) -> _Aligned:
    """The one-to-one alignment of clauses with the greatest sum of probability times information."""
    left = {c.id for c in a.clauses}
    rows = sorted({o.left if o.left in left else o.right for o in overlaps})
    columns = sorted({o.right if o.left in left else o.left for o in overlaps})
    gain = np.zeros((len(rows), len(columns)))
    at = {}
    scale = load_scoring().comparison
    for overlap in overlaps:
        own, other = (overlap.left, overlap.right) if overlap.left in left else (overlap.right, overlap.left)
        i, j = rows.index(own), columns.index(other)
        counted = scale.formula_gain if overlap.relation is Relation.BOIL else 1.0
        # Wording decides between candidates of like probability: a near copy goes with its copy.
        worded = scale.worded_floor + (1 - scale.worded_floor) * max(
            overlap.containment_left, overlap.containment_right
        )
        says = scale.least_gain + min(weights.get(own, 0.0), weights.get(other, 0.0))
        gain[i, j] = overlap.probability * counted * worded * says
        at[i, j] = overlap
    chosen = [at[i, j] for i, j in zip(*linear_sum_assignment(-gain), strict=True) if (i, j) in at]
    chosen.sort(key=lambda o: (-o.probability, o.id))
    limit = load_scoring().thresholds["same_theme"]
    credit: dict[str, float] = {}
    for overlap in chosen:
        if overlap.relation is not Relation.BOIL and overlap.probability >= limit:
            credit[overlap.left] = credit[overlap.right] = overlap.probability
    return _Aligned(
        a=a,
        b=b,
        overlaps=tuple(chosen),
        strength=strength,
        coverage_a=_coverage(a, credit, weights),
        coverage_b=_coverage(b, credit, weights),
        unmatched_a=_unmatched(a, credit),
        unmatched_b=_unmatched(b, credit),
        cites=_cites(a, b),
    )


def _coverage(resolution: Resolution, credit: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Share of the operative information of a text that the other holds, in [0, 1]."""
    mandates = [c.id for c in resolution.clauses if c.part is Part.OPERATIVE]
    total = sum(weights.get(c, 0.0) for c in mandates)
    return sum(weights.get(c, 0.0) * credit.get(c, 0.0) for c in mandates) / total if total else 0.0


def _unmatched(resolution: Resolution, credit: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(c.id for c in resolution.clauses if c.part is Part.OPERATIVE and c.id not in credit)


def _cites(a: Resolution, b: Resolution) -> str:
    forward, back = str(b.id.work) in a.cited_works, str(a.id.work) in b.cited_works
    return "both" if forward and back else "a" if forward else "b" if back else ""


def _related(pair: _Aligned) -> ResolutionPair:
    relation, reasons = _relation(pair)
    return ResolutionPair(
        a=str(pair.a.id),
        b=str(pair.b.id),
        body_a=pair.a.body.value,
        body_b=pair.b.body.value,
        relation=relation,
        probability=pair.probability,
        strength=pair.strength,
        coverage_a=round(pair.coverage_a, 5),
        coverage_b=round(pair.coverage_b, 5),
        cites=pair.cites,
        overlaps=tuple(o.id for o in pair.overlaps),
        unmatched_a=pair.unmatched_a,
        unmatched_b=pair.unmatched_b,
        reasons=reasons,
    )


def _relation(pair: _Aligned) -> tuple[Relation, tuple[str, ...]]:
    """The first test of the taxonomy that holds for the two texts as wholes."""
    limits = load_scoring().thresholds
    if InstrumentType.QUESTION in (pair.a.id.type, pair.b.id.type):
        return _question_relation(pair)
    if are_parallel(pair.a, pair.b):
        return Relation.PAR, ("both are working-method or structure texts of different Sectors",)
    strong = [o for o in pair.counting if o.probability >= limits["overlap"]]
    if pair.overlaps and not pair.counting and pair.strength < limits["kin_theme"] and not pair.cites:
        return Relation.BOIL, ("what the two texts share is formula language",)
    if conflict := next((o for o in pair.counting if o.relation is Relation.CONF), None):
        return Relation.CONF, (f"{conflict.left} and {conflict.right} may give orders that do not go together",)
    if max(pair.coverage_a, pair.coverage_b) >= limits["subset"] and pair.a.body is not pair.b.body:
        smaller, share = (pair.b, pair.coverage_b) if pair.coverage_b >= pair.coverage_a else (pair.a, pair.coverage_a)
        return Relation.SUB, (f"{round(100 * share)} % of what {cite(smaller)} orders stands in the other text",)
    telling = [o for o in strong if o.relation is not Relation.THEME and o.relation in load_scoring().label_weights]
    if telling:
        return max(telling, key=lambda o: (_weight(o), o.id)).relation, ()
    return _weak_relation(pair)


def _weight(overlap: Overlap) -> float:
    """How much a clause overlap says for the texts as wholes: its label, its probability, what the shared words say."""
    return (
        load_scoring().label_weights[overlap.relation]
        * overlap.probability
        * (load_scoring().comparison.least_gain + overlap.information)
    )


def _weak_relation(pair: _Aligned) -> tuple[Relation, tuple[str, ...]]:
    """Texts without a strong clause overlap: integration, complementary work, theme, or nothing."""
    limits = load_scoring().thresholds
    sectors = {pair.a.id.sector, pair.b.id.sector}
    thematic = pair.strength >= limits["kin_theme"] or pair.probability >= limits["overlap"]
    near = thematic or pair.strength >= limits["kinship"] or pair.probability >= limits["same_theme"]
    if pair.a.body is Body.PP and pair.cites in ("b", "both") and sectors != {Sector.UNION} and near:
        return Relation.INTEG, ("the Sector text cites the Plenipotentiary text and gives instructions of its own",)
    if pair.cites and pair.a.body is not pair.b.body and (thematic or pair.probability >= limits["same_theme"]):
        return Relation.COMP, ("one text cites the other and gives different tasks",)
    if pair.strength >= limits["kinship"] and (_names_partner(pair.a, pair.b) or _names_partner(pair.b, pair.a)):
        return Relation.COMP, ("one text names the office of the other as a partner",)
    if thematic:
        return Relation.THEME, ("the two texts deal with the same theme",)
    return Relation.NONE, ()


def _question_relation(pair: _Aligned) -> tuple[Relation, tuple[str, ...]]:
    limits = load_scoring().thresholds
    both = pair.a.id.type is InstrumentType.QUESTION and pair.b.id.type is InstrumentType.QUESTION
    near = pair.strength >= limits["kin_question"]
    if both and near and pair.a.id.sector is not pair.b.id.sector:
        return Relation.STUDY, ("Questions of two Sectors ask for the same study",)
    if near:
        return Relation.THEME, ("the same theme, one of them a Question",)
    return Relation.NONE, ()


def _names_partner(naming: Resolution, named: Resolution) -> bool:
    """Whether a clause of one text is to be carried out with the only office that the other addresses."""
    partners = {p for c in naming.clauses for p in c.partners}
    offices = {a for c in named.clauses for a in c.actors if a.endswith(".dir")}
    return naming.id.sector is not named.id.sector and len(offices) == 1 and offices <= partners
