"""How two clauses relate: the tests of the taxonomy in their order, the first that holds decides.

Order: parallel by design, formula language, conflict, verbatim, subset, same mandate to several offices, same request
to members, duplicated reporting, complementary work, theme, none. Editions and the integration of a Plenipotentiary
text are decided for whole resolutions.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.domain import Body, Relation
from pipeline.match.features import ComparedPair
from pipeline.match.mandates import contradict, same_unit
from pipeline.reference import are_parallel, load_scoring

__all__ = ["Verdict", "relate"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The relation, and what speaks for the pair and against it as an overlap of mandate."""

    relation: Relation
    reasons_for: tuple[str, ...]
    reasons_against: tuple[str, ...]


def relate(pair: ComparedPair, probability: float, theme: float) -> Verdict:
    """The relation of two clauses of different works.

    Args:
        pair: the two clauses; left is the prevailing one.
        probability: of a true overlap of mandate, in [0, 1].
        theme: nearness in theme of the two resolutions, cosine in [-1, 1].
    """
    reasons_for, reasons_against = _reasons(pair, theme)
    relation = next((r for r, holds in _TESTS if holds(pair, probability, theme)), Relation.NONE)
    return Verdict(relation, reasons_for, reasons_against)


def _is_formula(pair: ComparedPair, probability: float, theme: float) -> bool:
    share = pair.alignment.formula_share
    scale = load_scoring().relations
    if pair.alignment.words >= scale.own_words or _is_reporting(pair, probability, theme):
        return False
    if pair.left_mandate.is_report and pair.right_mandate.is_report:
        return True
    limits = load_scoring().thresholds
    return share >= limits["formula"] or (
        share > scale.some_formula and min(pair.left.mass, pair.right.mass) < scale.little_mass
    )


def _is_parallel(pair: ComparedPair, probability: float, theme: float) -> bool:
    return are_parallel(pair.left.resolution, pair.right.resolution)


def _is_conflict(pair: ComparedPair, probability: float, theme: float) -> bool:
    limit = load_scoring().thresholds["conflict"]
    return _is_cross_body(pair) and probability >= limit and bool(_contradiction(pair))


def _is_verbatim(pair: ComparedPair, probability: float, theme: float) -> bool:
    limits = load_scoring().thresholds
    covered = max(pair.alignment.left, pair.alignment.right)
    return covered >= limits["verbatim"] and pair.alignment.words >= limits["verbatim_words"]


def _is_same_mandate(pair: ComparedPair, probability: float) -> bool:
    limits = load_scoring().thresholds
    alone = pair.alignment.words < limits["lone_words"] and pair.cosine < limits["lone_meaning"]
    return probability >= limits["same_mandate"] and not alone


def _is_subset(pair: ComparedPair, probability: float, theme: float) -> bool:
    left, right = pair.left_mandate, pair.right_mandate
    return _is_same_mandate(pair, probability) and same_unit(left, right) and not (left.is_report or right.is_report)


def _is_same_act(pair: ComparedPair, probability: float, theme: float) -> bool:
    left, right = pair.left_mandate, pair.right_mandate
    addressed = bool(left.offices) and bool(right.offices)
    reports = left.is_report and right.is_report
    return _is_same_mandate(pair, probability) and addressed and not same_unit(left, right) and not reports


def _is_same_request(pair: ComparedPair, probability: float, theme: float) -> bool:
    both = bool(pair.left_mandate.members and pair.right_mandate.members)
    return _is_same_mandate(pair, probability) and both


def _is_reporting(pair: ComparedPair, probability: float, theme: float) -> bool:
    left, right = pair.left_mandate, pair.right_mandate
    limits = load_scoring().thresholds
    words = pair.alignment.words
    scale = load_scoring().relations
    related = words >= scale.own_words or (words >= scale.few_words and theme >= limits["report_theme"])
    return left.is_report and right.is_report and _is_cross_body(pair) and related and probability >= limits["kept"]


def _is_shared_mandate(pair: ComparedPair, probability: float, theme: float) -> bool:
    """Same mandate, but one side names nobody: resolves against resolves."""
    return _is_same_mandate(pair, probability)


def _is_complementary(pair: ComparedPair, probability: float, theme: float) -> bool:
    return _shares_work(pair) and _is_cross_body(pair)


def _is_thematic(pair: ComparedPair, probability: float, theme: float) -> bool:
    limits = load_scoring().thresholds
    if pair.left_mandate.is_report != pair.right_mandate.is_report and probability < limits["overlap"]:
        return False  # a duty to report and a duty to act are no common theme by themselves
    return probability >= limits["same_theme"]


_TESTS: tuple[tuple[Relation, Callable[[ComparedPair, float, float], bool]], ...] = (
    (Relation.PAR, _is_parallel),
    (Relation.BOIL, _is_formula),
    (Relation.CONF, _is_conflict),
    (Relation.VERB, _is_verbatim),
    (Relation.SUB, _is_subset),
    (Relation.SAME_ACT, _is_same_act),
    (Relation.SAME_REQ, _is_same_request),
    (Relation.REPORT, _is_reporting),
    (Relation.SUB, _is_shared_mandate),
    (Relation.COMP, _is_complementary),
    (Relation.THEME, _is_thematic),
)


def _is_cross_body(pair: ComparedPair) -> bool:
    return pair.left.resolution.body is not pair.right.resolution.body


def _contradiction(pair: ComparedPair) -> str:
    """Why the two cannot both be carried out; clauses of the same words can, unless a figure differs."""
    same = min(pair.alignment.left, pair.alignment.right) >= load_scoring().relations.same_words
    return contradict(pair.left_mandate, pair.right_mandate, figures_only=same)


def _cites_plenipotentiary(pair: ComparedPair) -> bool:
    left, right = pair.left.resolution, pair.right.resolution
    return left.body is Body.PP and right.body is not Body.PP and str(left.id.work) in right.cited_works


def _shares_work(pair: ComparedPair) -> bool:
    """Whether one clause names the office that the other addresses as a partner."""
    left, right = pair.left_mandate, pair.right_mandate
    return bool(left.partners & right.offices or right.partners & left.offices)


def _reasons(pair: ComparedPair, theme: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
    left, right = pair.left_mandate, pair.right_mandate
    in_favour, against = [], []
    if left.offices and right.offices and not same_unit(left, right):
        in_favour.append("the two clauses address different offices")
    if left.members and right.members:
        in_favour.append("both are addressed to the membership")
    if contradiction := _contradiction(pair):
        in_favour.append(f"they may contradict each other: {contradiction}")
    scale = load_scoring().relations
    if theme >= scale.one_theme:
        in_favour.append("the two resolutions deal with the same theme")
    if pair.alignment.formula_share >= scale.told_formula:
        against.append(f"{round(100 * pair.alignment.formula_share)} % of the shared wording is formula language")
    if _shares_work(pair):
        against.append("one clause names the office of the other as a partner, which divides the work")
    if _cites_plenipotentiary(pair):
        against.append("the Sector text cites the Plenipotentiary text, so it may lawfully apply it")
    if theme < scale.other_theme:
        against.append("the two resolutions as wholes deal with different themes")
    return tuple(in_favour), tuple(against)
