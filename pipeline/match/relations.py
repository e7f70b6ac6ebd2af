"""How two clauses relate: rules where the definition of a relation decides, the learned judgement where it does not.

Order: parallel by design, Questions, recitals, formula language, conflict, then the most probable of the relations that
can hold by their definition. Editions, and the integration of a Plenipotentiary text as a whole, are decided for
whole resolutions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.domain import Body, InstrumentType, Relation
from pipeline.match.judgement import OVERLAPS
from pipeline.match.mandates import contradict, same_unit
from pipeline.match.pairs import ComparedPair
from pipeline.reference import are_parallel, load_scoring

__all__ = ["Verdict", "is_settled", "relate"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The relation, and what speaks for the pair and against it as an overlap of mandate."""

    relation: Relation
    reasons_for: tuple[str, ...]
    reasons_against: tuple[str, ...]


def relate(pair: ComparedPair, probability: float, shares: Mapping[Relation, float]) -> Verdict:
    """The relation of two clauses of different works.

    Args:
        pair: the two clauses; left is the prevailing one.
        probability: of a true overlap of mandate, in [0, 1].
        shares: the learned probability of each relation.
    """
    relation, why = _settled(pair, probability) or (_learned(pair, probability, shares), "")
    reasons_for, reasons_against = _reasons(pair, relation, probability)
    return Verdict(relation, reasons_for, (why, *reasons_against) if why else reasons_against)


def is_settled(pair: ComparedPair) -> bool:
    """Whether a rule decides, however probable an overlap is: such pairs teach the judgement nothing."""
    recital = pair.left_mandate.signs.recital or pair.right_mandate.signs.recital
    return recital or are_parallel(pair.left.resolution, pair.right.resolution) or _is_formula(pair, 1.0)


def _settled(pair: ComparedPair, probability: float) -> tuple[Relation, str] | None:
    """The relation that a rule decides, and why where that discounts the pair."""
    left, right = pair.left_mandate, pair.right_mandate
    if are_parallel(pair.left.resolution, pair.right.resolution):
        return Relation.PAR, "both texts settle working methods or structure, which each Sector does for itself"
    limits = load_scoring().thresholds
    if pair.left.resolution.id.type is pair.right.resolution.id.type is InstrumentType.QUESTION:
        near = _is_cross_body(pair) and probability >= limits["overlap"]
        return (Relation.STUDY if near else Relation.NONE), ""
    if left.signs.recital or right.signs.recital:
        if left.signs.standing_recital and right.signs.standing_recital:
            return Relation.BOIL, "both are recitals with which any text may open"
        formula = pair.alignment.formula_share >= limits["formula"]
        return (Relation.BOIL, _FORMULA) if formula else (Relation.NONE, "a recital gives no mandate")
    if _is_formula(pair, probability):
        return Relation.BOIL, _FORMULA
    if _is_cross_body(pair) and probability >= limits["conflict"] and _contradiction(pair):
        return Relation.CONF, ""
    return None


_FORMULA = "what the two have in common is formula language"


def _learned(pair: ComparedPair, probability: float, shares: Mapping[Relation, float]) -> Relation:
    limits = load_scoring().thresholds
    likelier = OVERLAPS if probability >= limits["overlap"] else frozenset(shares) - OVERLAPS
    possible = {r: share for r, share in shares.items() if r not in _POSSIBLE or _POSSIBLE[r](pair, probability)}
    possible = {r: share for r, share in possible.items() if r in likelier} or possible
    relation = max(possible, key=lambda r: (possible[r], r.value))
    if relation in (Relation.SUB, Relation.SAME_ACT) and _is_verbatim(pair):
        return Relation.VERB
    both_report = pair.left_mandate.is_report and pair.right_mandate.is_report
    if relation not in OVERLAPS and both_report and relation is not Relation.INTEG:
        return Relation.BOIL  # two reports on two matters share their frame alone
    if relation is Relation.THEME and probability < limits["same_theme"]:
        return Relation.NONE
    return relation


def _is_formula(pair: ComparedPair, probability: float) -> bool:
    share = pair.alignment.formula_share
    scale, limits = load_scoring().relations, load_scoring().thresholds
    reports = pair.left_mandate.is_report and pair.right_mandate.is_report
    if pair.alignment.words >= scale.own_words or (reports and probability >= limits["overlap"]):
        return False
    return share >= limits["formula"] or (
        share > scale.some_formula and min(pair.left.mass, pair.right.mass) < scale.little_mass
    )


def _is_verbatim(pair: ComparedPair) -> bool:
    left, right = pair.left_mandate, pair.right_mandate
    limits = load_scoring().thresholds
    covered = max(pair.alignment.left, pair.alignment.right)
    requests = left.members and right.members and not (left.offices and right.offices)
    return covered >= limits["verbatim"] and pair.alignment.words >= limits["verbatim_words"] and not requests


def _may_be_report(pair: ComparedPair, probability: float) -> bool:
    return all(m.signs.account or m.mandate.report is not None for m in (pair.left_mandate, pair.right_mandate))


def _is_alone(pair: ComparedPair) -> bool:
    """Whether too little is said in common, by words and by meaning, for one mandate given twice."""
    limits = load_scoring().thresholds
    return pair.alignment.words < limits["lone_words"] and pair.cosine < limits["lone_meaning"]


def _may_be_same_act(pair: ComparedPair, probability: float) -> bool:
    left, right = pair.left_mandate, pair.right_mandate
    return not _is_alone(pair) and bool(left.offices and right.offices) and not same_unit(left, right)


def _may_be_subset(pair: ComparedPair, probability: float) -> bool:
    left, right = pair.left_mandate, pair.right_mandate
    nobody = not (left.offices or left.members) or not (right.offices or right.members)
    return not _is_alone(pair) and (same_unit(left, right) or nobody)


def _may_be_conflict(pair: ComparedPair, probability: float) -> bool:
    """Whether anything shows that the two, of one object, could not both be carried out."""
    left, right = pair.left_mandate, pair.right_mandate
    one, other = left.signs, right.signs
    return (
        probability >= load_scoring().thresholds["overlap"]
        and _is_cross_body(pair)
        and bool(
            left.mandate.exclusive
            or right.mandate.exclusive
            or one.turns != other.turns
            or one.negates != other.negates
            or one.stops != other.stops
            or (one.figures and other.figures and not one.figures & other.figures)
        )
    )


# What must be so for a relation to hold, by its definition; relations not named here may always hold.
_POSSIBLE: Mapping[Relation, Callable[[ComparedPair, float], bool]] = {
    Relation.VERB: lambda pair, _: _is_verbatim(pair),
    Relation.SUB: _may_be_subset,
    Relation.SAME_ACT: _may_be_same_act,
    Relation.SAME_REQ: lambda pair, _: (
        not _is_alone(pair) and bool(pair.left_mandate.members and pair.right_mandate.members)
    ),
    Relation.REPORT: _may_be_report,
    Relation.INTEG: lambda pair, _: _cites_plenipotentiary(pair),
    Relation.COMP: lambda pair, _: _is_cross_body(pair),
    Relation.CONF: _may_be_conflict,
}


def _is_cross_body(pair: ComparedPair) -> bool:
    return pair.left.resolution.body is not pair.right.resolution.body


def _contradiction(pair: ComparedPair) -> str:
    """Why the two cannot both be carried out; clauses of the same words can, unless a figure differs."""
    same = min(pair.alignment.left, pair.alignment.right) >= load_scoring().relations.same_words
    return contradict(pair.left_mandate, pair.right_mandate, figures_only=same)


def _cites_plenipotentiary(pair: ComparedPair) -> bool:
    left, right = pair.left.resolution, pair.right.resolution
    cited = pair.left_mandate.work in pair.right_mandate.cited_works
    return cited and left.body is Body.PP and right.body is not Body.PP


def _shares_work(pair: ComparedPair) -> bool:
    """Whether one clause names the office that the other addresses as a partner."""
    left, right = pair.left_mandate, pair.right_mandate
    return bool(left.partners & right.offices or right.partners & left.offices)


def _reasons(pair: ComparedPair, relation: Relation, probability: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
    left, right = pair.left_mandate, pair.right_mandate
    in_favour, against = [], []
    if left.offices and right.offices and not same_unit(left, right):
        in_favour.append("the two clauses address different offices")
    if left.members and right.members:
        in_favour.append("both are addressed to the membership")
    if contradiction := _contradiction(pair):
        in_favour.append(f"they may contradict each other: {contradiction}")
    scale = load_scoring().relations
    if pair.theme >= scale.one_theme:
        in_favour.append("the two resolutions deal with the same theme")
    if relation in OVERLAPS:
        in_favour.append(_not_discounted(pair))
    if pair.alignment.formula_share >= scale.told_formula:
        against.append(f"{round(100 * pair.alignment.formula_share)} % of the shared wording is formula language")
    if _shares_work(pair):
        against.append("one clause names the office of the other as a partner, which divides the work")
    if _cites_plenipotentiary(pair):
        against.append("the Sector text cites the Plenipotentiary text, so it may lawfully apply it")
    if pair.theme < scale.other_theme:
        against.append("the two resolutions as wholes deal with different themes")
    if relation is Relation.INTEG:
        against.append("told as its application: the Sector text says how the Sector carries out the general task")
    if relation is Relation.COMP:
        against.append("told as complementary: the words divide the work between the two, or name the other as partner")
    return tuple(in_favour), tuple(against)


def _not_discounted(pair: ComparedPair) -> str:
    """Why neither formula language nor citations made the pair count less."""
    formula, words = pair.alignment.formula_share, pair.alignment.words
    common = f"{words} informative words in common" if words else "the meaning and not the wording makes it near"
    kept = (
        "none of the shared wording is formula language"
        if not formula
        else (f"formula language is {round(100 * formula)} % of the shared wording and counts a tenth")
    )
    return f"not discounted: {common}, {kept}, and neither clause only points to another text"
