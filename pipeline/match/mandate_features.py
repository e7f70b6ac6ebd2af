"""Features of mandates: who is told, how strongly, whom it serves, what stands against what."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Body
from pipeline.match.bounds import CODES, FLAGS, PairBounds
from pipeline.match.mandates import ComparedMandate, contradict, same_unit
from pipeline.match.pairs import ComparedPair, Feature

__all__ = ["MANDATE_FEATURES"]

_Test = Callable[[ComparedPair], bool]
_Column = Callable[[PairBounds], NDArray[np.bool_]]


def _yes_no(name: str, says: str, test: _Test, column: _Column | None = None) -> Feature:
    """A feature that is 1 where a sentence is true of the pair, else 0."""
    bound = None if column is None else lambda b: np.asarray(column(b), dtype=np.float64)
    return Feature(
        name,
        f"1 when {says}, else 0.",
        lambda pair: float(test(pair)),
        lambda pair, value: says if value else f"it is not so that {says}",
        bound=bound,
        known=column is not None,
        of_columns=True,
    )


def _both(name: str, flag: str, says: str) -> Feature:
    shows = FLAGS[flag]

    def column(b: PairBounds) -> NDArray[np.bool_]:
        here, there = b.flag(flag)
        return here & there

    return _yes_no(name, says, lambda p: shows(p.left_mandate) and shows(p.right_mandate), column)


def _either(name: str, flag: str, says: str) -> Feature:
    shows = FLAGS[flag]

    def column(b: PairBounds) -> NDArray[np.bool_]:
        here, there = b.flag(flag)
        return here | there

    return _yes_no(name, says, lambda p: shows(p.left_mandate) or shows(p.right_mandate), column)


def _one(name: str, flag: str, says: str) -> Feature:
    shows = FLAGS[flag]

    def column(b: PairBounds) -> NDArray[np.bool_]:
        here, there = b.flag(flag)
        return np.not_equal(here, there)

    return _yes_no(name, says, lambda p: shows(p.left_mandate) != shows(p.right_mandate), column)


def _share_codes(name: str, codes: str, says: str, *, common: bool) -> Feature:
    """Whether both clauses name codes, and some of them or none in common."""
    read = CODES[codes]

    def test(pair: ComparedPair) -> bool:
        here, there = read(pair.left_mandate), read(pair.right_mandate)
        return bool(here and there) and bool(here & there) is common

    def column(b: PairBounds) -> NDArray[np.bool_]:
        here, there = b.codes(codes)
        both = here.any(axis=1) & there.any(axis=1)
        return np.asarray(both & ((here & there).any(axis=1) == common))

    return _yes_no(name, says, test, column)


def _same_office_column(b: PairBounds) -> NDArray[np.bool_]:
    here, there = b.codes("offices")
    within = ~(here & ~there).any(axis=1) | ~(there & ~here).any(axis=1)
    return np.asarray(here.any(axis=1) & there.any(axis=1) & within)


def _other_office_column(b: PairBounds) -> NDArray[np.bool_]:
    here, there = b.flag("offices")
    return here & there & ~_same_office_column(b)


def _office_and_members(pair: ComparedPair) -> bool:
    left, right = pair.left_mandate, pair.right_mandate
    return bool(
        (left.members and right.offices and not right.members) or (right.members and left.offices and not left.members)
    )


def _office_and_members_column(b: PairBounds) -> NDArray[np.bool_]:
    (office, other_office), (member, other_member) = b.flag("offices"), b.flag("members")
    return (member & other_office & ~other_member) | (other_member & office & ~member)


def _unaddressed(mandate: ComparedMandate) -> bool:
    return not (mandate.offices or mandate.members)


def _unaddressed_column(b: PairBounds) -> NDArray[np.bool_]:
    (office, other_office), (member, other_member) = b.flag("offices"), b.flag("members")
    return ~(office | member) | ~(other_office | other_member)


def _partner(pair: ComparedPair) -> bool:
    left, right = pair.left_mandate, pair.right_mandate
    return bool(left.partners & right.offices or right.partners & left.offices)


def _partner_column(b: PairBounds) -> NDArray[np.bool_]:
    (office, other_office), (partner, other_partner) = b.codes("offices"), b.codes("partners")
    return np.asarray((partner & other_office).any(axis=1) | (other_partner & office).any(axis=1))


def _names_other(pair: ComparedPair) -> bool:
    left, right = pair.left_mandate, pair.right_mandate
    here, there = frozenset(left.mandate.named), frozenset(right.mandate.named)
    return bool(here & (right.offices - left.offices)) or bool(there & (left.offices - right.offices))


def _names_other_column(b: PairBounds) -> NDArray[np.bool_]:
    (office, other_office), (named, other_named) = b.codes("offices"), b.codes("named")
    only_there, only_here = other_office & ~office, office & ~other_office
    return np.asarray((named & only_there).any(axis=1) | (other_named & only_here).any(axis=1))


def names_other_sector(pair: ComparedPair) -> bool:
    """Whether the words of one clause name the Sector that the other works in, and it does not itself."""
    left, right = pair.left_mandate.signs, pair.right_mandate.signs
    return bool(left.sectors & (right.own_sectors - left.own_sectors)) or bool(
        right.sectors & (left.own_sectors - right.own_sectors)
    )


def _names_other_sector_column(b: PairBounds) -> NDArray[np.bool_]:
    (own, other_own), (named, other_named) = b.codes("own_sectors"), b.codes("sectors")
    return np.asarray(
        (named & other_own & ~own).any(axis=1) | (other_named & own & ~other_own).any(axis=1), dtype=np.bool_
    )


def _cites(pair: ComparedPair) -> bool:
    left, right = pair.left_mandate, pair.right_mandate
    return left.work in right.cited_works or right.work in left.cited_works


def _clause_cites(pair: ComparedPair) -> bool:
    left, right = pair.left_mandate, pair.right_mandate
    return left.work in right.signs.cites or right.work in left.signs.cites


def _durations_differ(pair: ComparedPair) -> bool:
    left, right = pair.left_mandate.durations, pair.right_mandate.durations
    return bool({u for u, _ in left} & {u for u, _ in right}) and not left & right


def _deadlines_differ(pair: ComparedPair) -> bool:
    left, right = pair.left_mandate.mandate.deadline, pair.right_mandate.mandate.deadline
    return left is not None and right is not None and left != right


def _figures(pair: ComparedPair, *, common: bool) -> bool:
    left, right = pair.left_mandate.signs.figures, pair.right_mandate.signs.figures
    return bool(left and right) and bool(left & right) is common


def _ban_met(pair: ComparedPair) -> float:
    left, right = pair.left_mandate.signs, pair.right_mandate.signs
    most = 0.0
    for one, other in ((left.banned, pair.right_mandate), (right.banned, pair.left_mandate)):
        if one:
            most = max(most, len(one & other.words) / len(one))
    return most


# What two orders have in common, or several offices told the same, is no sign against an overlap.
_NEVER_AGAINST = frozenset({"actions_shared", "beneficiaries_same", "other_office", "same_office"})

_DECLARED: tuple[Feature, ...] = (
    _share_codes("actions_shared", "kinds", "both ask for actions of one class", common=True),
    _share_codes("actions_apart", "kinds", "both name actions and none are of one class", common=False),
    _yes_no(
        "same_office",
        "the office of one clause is told by the other too",
        lambda p: same_unit(p.left_mandate, p.right_mandate),
        _same_office_column,
    ),
    _yes_no(
        "other_office",
        "the two clauses address offices of different units",
        lambda p: (
            bool(p.left_mandate.offices and p.right_mandate.offices) and not same_unit(p.left_mandate, p.right_mandate)
        ),
        _other_office_column,
    ),
    _both("members", "members", "both are addressed to the membership"),
    _yes_no(
        "office_and_members",
        "one addresses an office and the other the membership",
        _office_and_members,
        _office_and_members_column,
    ),
    _yes_no(
        "unaddressed",
        "one of the two names nobody to act",
        lambda p: _unaddressed(p.left_mandate) or _unaddressed(p.right_mandate),
        _unaddressed_column,
    ),
    _both("reports", "is_report", "both are first of all duties to report"),
    _one("report_one", "is_report", "one alone is first of all a duty to report"),
    _both("accounts", "account", "both open as an account given to a body"),
    _both("report_duties", "report", "both hold a duty to report"),
    _one("report_duty_one", "report", "one alone holds a duty to report"),
    _yes_no(
        "contradiction",
        "a rule finds that both cannot be carried out",
        lambda p: bool(contradict(p.left_mandate, p.right_mandate)),
    ),
    Feature(
        "ban_met",
        "Share of the words that one clause rules out which the other clause says.",
        _ban_met,
        lambda p, v: f"{round(100 * v)} % of what one rules out stands in the other",
    ),
    _either("exclusive", "exclusive", "one claims the leading or only part"),
    _one("negation_one", "negates", "one clause alone negates or excludes"),
    _both("negation_both", "negates", "both negate or exclude"),
    _one("turn_one", "turns", "one clause alone bans or limits"),
    _one("stop_one", "stops", "one clause alone ends something"),
    _yes_no("durations_differ", "spans of time of one unit differ", _durations_differ),
    _both("durations_both", "durations", "both name spans of time"),
    _both("intervals_both", "interval", "both say how often or within what time"),
    _yes_no("deadlines_differ", "the years by which they are due differ", _deadlines_differ),
    _yes_no("figures_differ", "both name figures and none is the same", lambda p: _figures(p, common=False)),
    _yes_no("figures_same", "a figure stands in both", lambda p: _figures(p, common=True)),
    _yes_no("cites", "one text cites the other", _cites),
    _yes_no("clause_cites", "one of the two clauses cites the other's text", _clause_cites),
    _either("carries_out", "carries_out", "one clause says that it carries out another"),
    _either("open_task", "open_task", "one is so general that each Sector says itself how it carries it out"),
    _yes_no(
        "plenipotentiary",
        "the prevailing text is of the Plenipotentiary Conference",
        lambda p: p.left.resolution.body is Body.PP,
    ),
    _yes_no("partner", "one names the office of the other as its partner", _partner, _partner_column),
    _either("partners", "partners", "one names partners"),
    _yes_no(
        "names_other", "the words of one name an office that only the other tells", _names_other, _names_other_column
    ),
    _yes_no(
        "names_sector",
        "the words of one name the Sector that only the other works in",
        names_other_sector,
        _names_other_sector_column,
    ),
    _either("divides", "divides", "one leaves work to another"),
    _either("split", "split", "one divides its work by Sector"),
    _yes_no(
        "same_body",
        "one body adopted both",
        lambda p: p.left.resolution.body is p.right.resolution.body,
        lambda b: np.equal(*b.bodies()),
    ),
    _share_codes("beneficiaries_same", "beneficiaries", "they serve some of the same people", common=True),
    _share_codes("beneficiaries_differ", "beneficiaries", "they name different people to serve", common=False),
    _one("beneficiaries_one", "beneficiaries", "one alone names whom it serves"),
    _both("resolve_both", "resolve", "both resolve and order nobody"),
    _one("resolve_one", "resolve", "one alone resolves and orders nobody"),
    _share_codes("force_differs", "force", "the two bind with different force", common=False),
    _either("annex", "annex", "one stands in an annex"),
)

MANDATE_FEATURES: tuple[Feature, ...] = tuple(
    replace(feature, rises=True) if feature.name in _NEVER_AGAINST else feature for feature in _DECLARED
)
