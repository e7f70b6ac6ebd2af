"""Clause overlaps to resolution pairs: optimal alignment of clauses, coverage both ways, relation of the texts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from pipeline.domain import (
    Adopter,
    Body,
    Clause,
    Force,
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
class _Text:
    """A text with what every comparison of it asks for, found out once.

    ``place`` is its place in the order of precedence. ``mandates`` are its operative clauses and ``total`` what they
    say; ``roles`` tell what each clause is for, and ``offices`` are those of Directors.
    """

    resolution: Resolution
    name: str
    work: str
    place: int
    body: Adopter
    sector: Sector
    is_question: bool
    clauses: frozenset[str]
    roles: Mapping[str, str]
    mandates: tuple[str, ...]
    total: float
    cited: frozenset[str]
    partners: frozenset[str]
    offices: frozenset[str]


_ORDERS = frozenset({Force.INSTRUCT, Force.RESOLVE})
_AIMS = {"SUP": "suppress the adopted text", "NOC": "leave the adopted text as it is"}


@dataclass(frozen=True, slots=True)
class _Aligned:
    """Two texts, that which prevails first, with their one-to-one aligned overlaps, best first.

    ``counting`` are those that are more than formula language, and ``probability`` is that of the best of them.
    """

    first: _Text
    second: _Text
    overlaps: tuple[Overlap, ...]
    strength: float
    cites: str
    coverage_a: float = 0.0
    coverage_b: float = 0.0
    matched_a: tuple[str, ...] = ()
    matched_b: tuple[str, ...] = ()
    counting: tuple[Overlap, ...] = ()
    probability: float = 0.0


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
    texts = {
        str(r.id): r
        for r in resolutions
        if r.standing is Standing.IN_FORCE and r.body is not Body.UNKNOWN and not r.is_foreign
    }
    ordered = sorted(texts, key=lambda name: precedence(texts[name]))
    read = {name: _read(texts[name], name, place, weights) for place, name in enumerate(ordered)}
    grouped: dict[tuple[str, str], list[Overlap]] = defaultdict(list)
    for overlap in overlaps:
        names = _holder(overlap.left), _holder(overlap.right)
        grouped[min(names), max(names)].append(overlap)
    near = {(min(k.a, k.b), max(k.a, k.b)): k.strength for k in kinship}
    pairs = [*_editions(resolutions, lineages)]
    for first, second in grouped.keys() | near.keys() | _citing(read):
        if first not in read or second not in read:
            continue
        a, b = read[first], read[second]
        if a.place > b.place:
            a, b = b, a
        strength, cites = near.get((first, second), 0.0), _cites(a, b)
        if found := grouped.get((first, second)):
            pairs.append(_related(_align(a, b, found, weights, strength, cites)))
        else:  # half of all pairs are near as wholes and share no clause
            pairs.append(_related(_Aligned(a, b, (), strength, cites)))
    return tuple(sorted(pairs, key=lambda p: (p.a, p.b)))


def _holder(clause: str) -> str:
    """Identifier of the text that holds a clause, as it is written in the identifier of the clause."""
    return clause.partition("#")[0].partition("!")[0]


def _read(resolution: Resolution, name: str, place: int, weights: Mapping[str, float]) -> _Text:
    clauses = tuple(resolution.clauses)
    mandates = tuple(c.id for c in clauses if c.part is Part.OPERATIVE)
    return _Text(
        resolution=resolution,
        name=name,
        work=str(resolution.id.work),
        place=place,
        body=resolution.body,
        sector=resolution.id.sector,
        is_question=resolution.id.type is InstrumentType.QUESTION,
        clauses=frozenset(c.id for c in clauses),
        roles={c.id: _role(c) for c in clauses},
        mandates=mandates,
        total=sum(weights.get(c, 0.0) for c in mandates),
        cited=resolution.cited_works,
        partners=frozenset(p for c in clauses for p in c.partners),
        offices=frozenset(a for c in clauses for a in c.actors if a.endswith(".dir")),
    )


def _role(clause: Clause) -> str:
    """What a clause is for: an order to an office, a request to others, a duty to report, or its part of the text."""
    mandate = clause.mandate
    if mandate is None:
        return clause.part.value
    if mandate.report is not None:
        return "report"
    return "order" if mandate.force in _ORDERS else "request"


def _citing(texts: Mapping[str, _Text]) -> set[tuple[str, str]]:
    """Pairs of texts of different bodies of which one cites the other."""
    by_work = {text.work: name for name, text in texts.items()}
    found = set()
    for name, text in texts.items():
        for work in text.cited:
            other = by_work.get(work)
            if other is not None and texts[other].body is not text.body:
                found.add((min(name, other), max(name, other)))
    return found


def _editions(resolutions: Sequence[Resolution], lineages: Iterable[Lineage]) -> Iterable[ResolutionPair]:
    """Consecutive editions of each work, and proposals beside the text that they would change."""
    for lineage in lineages:
        for older, newer in zip(lineage.editions, lineage.editions[1:], strict=False):
            yield _edition_pair(newer, older, "editions of one work: never counted as overlap")
    for resolution in resolutions:
        if resolution.amends is not None:
            aim = _AIMS.get(resolution.marker.strip("()*"), "change the adopted text")
            reason = f"{resolution.marker or 'proposal'}: a proposal to {aim}"
            yield _edition_pair(str(resolution.id), resolution.amends, reason)


def _edition_pair(newer: str, older: str, reason: str) -> ResolutionPair:
    body = instrument_of(newer).body.value
    return ResolutionPair(newer, older, body, body, Relation.REV, 0.0, 1.0, 1.0, 1.0, "", (), reasons=(reason,))


def _align(
    a: _Text, b: _Text, overlaps: Sequence[Overlap], weights: Mapping[str, float], strength: float, cites: str
) -> _Aligned:
    """The one-to-one alignment of clauses with the greatest sum of probability times information.

    Clauses of different roles, such as an order and a request, are aligned where nothing better is there.
    """
    left = a.clauses
    own_names = sorted({o.left if o.left in left else o.right for o in overlaps})
    other_names = sorted({o.right if o.left in left else o.left for o in overlaps})
    rows = {name: i for i, name in enumerate(own_names)}
    columns = {name: i for i, name in enumerate(other_names)}
    gain = np.zeros((len(rows), len(columns)))
    at = {}
    scale = load_scoring().comparison
    for overlap in overlaps:
        own, other = (overlap.left, overlap.right) if overlap.left in left else (overlap.right, overlap.left)
        i, j = rows[own], columns[other]
        counted = scale.formula_gain if overlap.relation is Relation.BOIL else 1.0
        # Wording decides between candidates of like probability: a near copy goes with its copy.
        worded = scale.worded_floor + (1 - scale.worded_floor) * max(
            overlap.containment_left, overlap.containment_right
        )
        says = scale.least_gain + min(weights.get(own, 0.0), weights.get(other, 0.0))
        alike = 1.0 if a.roles.get(own) == b.roles.get(other) else scale.other_role
        gain[i, j] = overlap.probability * counted * worded * says * alike
        at[i, j] = overlap
    chosen = [at[i, j] for i, j in zip(*linear_sum_assignment(-gain), strict=True) if (i, j) in at]
    chosen.sort(key=lambda o: (-o.probability, o.id))
    counting = tuple(o for o in chosen if o.relation is not Relation.BOIL)
    limit = load_scoring().thresholds["same_theme"]
    credit: dict[str, float] = {}
    for overlap in counting:
        if overlap.probability >= limit:
            credit[overlap.left] = credit[overlap.right] = overlap.probability
    return _Aligned(
        first=a,
        second=b,
        overlaps=tuple(chosen),
        strength=strength,
        cites=cites,
        coverage_a=_coverage(a, credit, weights),
        coverage_b=_coverage(b, credit, weights),
        matched_a=tuple(c for c in a.mandates if c in credit) if credit else (),
        matched_b=tuple(c for c in b.mandates if c in credit) if credit else (),
        counting=counting,
        probability=max((o.probability for o in counting), default=0.0),
    )


def _coverage(text: _Text, credit: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Share of the operative information of a text that the other holds, in [0, 1]."""
    if not text.total or not credit:
        return 0.0
    return sum(weights.get(c, 0.0) * credit[c] for c in text.mandates if c in credit) / text.total


def _cites(a: _Text, b: _Text) -> str:
    forward, back = b.work in a.cited, a.work in b.cited
    return "both" if forward and back else "a" if forward else "b" if back else ""


def _related(pair: _Aligned) -> ResolutionPair:
    relation, reasons = _relation(pair)
    return ResolutionPair(
        a=pair.first.name,
        b=pair.second.name,
        body_a=pair.first.body.value,
        body_b=pair.second.body.value,
        relation=relation,
        probability=pair.probability,
        strength=pair.strength,
        coverage_a=round(pair.coverage_a, 5),
        coverage_b=round(pair.coverage_b, 5),
        cites=pair.cites,
        overlaps=tuple(o.id for o in pair.overlaps),
        matched_a=pair.matched_a,
        matched_b=pair.matched_b,
        reasons=reasons,
    )


def _relation(pair: _Aligned) -> tuple[Relation, tuple[str, ...]]:
    """The first test of the taxonomy that holds for the two texts as wholes."""
    if pair.first.is_question or pair.second.is_question:
        return _question_relation(pair)
    if are_parallel(pair.first.resolution, pair.second.resolution):
        return Relation.PAR, ("both are working-method or structure texts of different Sectors",)
    return (_relation_by_clauses(pair) if pair.overlaps else None) or _weak_relation(pair)


def _relation_by_clauses(pair: _Aligned) -> tuple[Relation, tuple[str, ...]] | None:
    """What aligned clauses say of the texts as wholes, if anything."""
    limits = load_scoring().thresholds
    strong = [o for o in pair.counting if o.probability >= limits["sure"]]
    if not pair.counting and pair.strength < limits["kin_theme"] and not pair.cites:
        return Relation.BOIL, ("what the two texts share is formula language",)
    if conflict := next((o for o in strong if o.relation is Relation.CONF), None):
        return Relation.CONF, (f"{conflict.left} and {conflict.right} may give orders that do not go together",)
    a, b = pair.first, pair.second
    if max(pair.coverage_a, pair.coverage_b) >= limits["subset"] and a.body is not b.body:
        smaller, share = (b, pair.coverage_b) if pair.coverage_b >= pair.coverage_a else (a, pair.coverage_a)
        told = f"{round(100 * share)} % of what {cite(smaller.resolution)} orders stands in the other text"
        return Relation.SUB, (told,)
    telling = [o for o in strong if o.relation is not Relation.THEME and o.relation in load_scoring().label_weights]
    return (max(telling, key=lambda o: (_weight(o), o.id)).relation, ()) if telling else None


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
    a, b = pair.first, pair.second
    thematic = pair.strength >= limits["kin_theme"] or pair.probability >= limits["overlap"]
    near = thematic or pair.strength >= limits["kinship"] or pair.probability >= limits["same_theme"]
    if a.body is Body.PP and pair.cites in ("b", "both") and not (a.sector is b.sector is Sector.UNION) and near:
        return Relation.INTEG, ("the Sector text cites the Plenipotentiary text and gives instructions of its own",)
    if pair.cites and a.body is not b.body and (thematic or pair.probability >= limits["same_theme"]):
        return Relation.COMP, ("one text cites the other and gives different tasks",)
    if pair.strength >= limits["kinship"] and (_names_partner(a, b) or _names_partner(b, a)):
        return Relation.COMP, ("one text names the office of the other as a partner",)
    if thematic:
        return Relation.THEME, ("the two texts deal with the same theme",)
    return Relation.NONE, ()


def _question_relation(pair: _Aligned) -> tuple[Relation, tuple[str, ...]]:
    limits = load_scoring().thresholds
    both = pair.first.is_question and pair.second.is_question
    near = pair.strength >= limits["kin_question"]
    if both and near and pair.first.sector is not pair.second.sector:
        return Relation.STUDY, ("Questions of two Sectors ask for the same study",)
    if near:
        return Relation.THEME, ("the same theme, one of them a Question",)
    return Relation.NONE, ()


def _names_partner(naming: _Text, named: _Text) -> bool:
    """Whether a clause of one text is to be carried out with the only office that the other addresses."""
    apart = naming.sector is not named.sector
    return apart and len(named.offices) == 1 and named.offices <= naming.partners
