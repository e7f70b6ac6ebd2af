"""What the decisions so far say of the pairs that nobody has read, always with an interval of 95 %."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BAND_EDGES",
    "AuditEstimate",
    "Band",
    "Interval",
    "Remaining",
    "YieldPoint",
    "audit_estimate",
    "band_of",
    "remaining_overlaps",
    "wilson",
    "yield_curve",
]

BAND_EDGES = (0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 1.0)
"""Bands of the untrained score; the upper edge belongs to the next band, 1.0 to the last."""

_Z = 1.959964
_DRAWS = 4_000
_POINTS = 200


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval of 95 %."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Band:
    """Of ``judged`` pairs whose score lies in [low, high), ``confirmed`` are overlaps; ``unread`` have no decision.

    ``rate`` is the interval of the share of overlaps, None while nothing was judged.
    """

    low: float
    high: float
    judged: int
    confirmed: int
    unread: int
    rate: Interval | None


@dataclass(frozen=True, slots=True)
class AuditEstimate:
    """What a random sample says: the share of true overlaps among the told pairs, and how many the others hide.

    ``precision`` is over told pairs, ``missed_rate`` over those below the cut, ``missed`` their number; ``recall`` is
    the share of all overlaps that are told. None while nothing of that part was judged.
    """

    told_judged: int
    told_confirmed: int
    below_judged: int
    below_confirmed: int
    precision: Interval | None
    missed_rate: Interval | None
    missed: Interval | None
    recall: Interval | None


@dataclass(frozen=True, slots=True)
class Remaining:
    """How many overlaps the unread pairs probably hold, and the share found so far; ``unread`` is how many they are."""

    unread: int
    found: int
    expected: float
    interval: Interval
    share_found: Interval


@dataclass(frozen=True, slots=True)
class YieldPoint:
    """After reading so many pairs, so many overlaps were found."""

    read: int
    found: int


def wilson(successes: int, trials: int) -> Interval:
    """Wilson's score interval of a share; the whole of [0, 1] without trials.

    Raises:
        ValueError: there are more successes than trials.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no share")
    if trials == 0:
        return Interval(0.0, 1.0)
    share, square = successes / trials, _Z**2
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = _Z * math.sqrt(share * (1 - share) / trials + square / (4 * trials**2)) / (1 + square / trials)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def band_of(score: float) -> int:
    """Place of a score's band, counted from 0."""
    place = int(np.searchsorted(BAND_EDGES, score, side="right")) - 1
    return min(max(place, 0), len(BAND_EDGES) - 2)


def audit_estimate(told: tuple[int, int, int], below: tuple[int, int, int]) -> AuditEstimate:
    """Precision and missed overlaps from a random sample of both parts.

    Args:
        told: judged and confirmed pairs of the sample, and all pairs, of those that are told as findings.
        below: the same of those that are not.
    """
    told_judged, told_confirmed, told_all = told
    below_judged, below_confirmed, below_all = below
    precision = wilson(told_confirmed, told_judged) if told_judged else None
    rate = wilson(below_confirmed, below_judged) if below_judged else None
    missed = Interval(rate.low * below_all, rate.high * below_all) if rate is not None else None
    recall = None
    if told_judged and below_judged:
        draw = np.random.default_rng(0)
        hits = told_all * draw.beta(told_confirmed + 0.5, told_judged - told_confirmed + 0.5, _DRAWS)
        lost = below_all * draw.beta(below_confirmed + 0.5, below_judged - below_confirmed + 0.5, _DRAWS)
        recall = _quantiles(hits / np.maximum(hits + lost, 1e-12))
    return AuditEstimate(told_judged, told_confirmed, below_judged, below_confirmed, precision, rate, missed, recall)


def remaining_overlaps(bands: Sequence[Band]) -> Remaining:
    """How many overlaps are left to find, from the share confirmed in each band of scores.

    Each band's share has Jeffreys' prior; a band that nobody has read makes the interval wide, as it should.
    """
    draw = np.random.default_rng(0)
    left: NDArray[np.float64] = np.zeros(_DRAWS)
    for band in bands:
        if band.unread:
            share = draw.beta(band.confirmed + 0.5, band.judged - band.confirmed + 0.5, _DRAWS)
            left += draw.binomial(band.unread, share)
    found = sum(band.confirmed for band in bands)
    shares = found / np.maximum(found + left, 1e-12) if found else np.zeros(_DRAWS)
    return Remaining(
        unread=sum(band.unread for band in bands),
        found=found,
        expected=float(left.mean()),
        interval=_quantiles(left),
        share_found=_quantiles(shares) if found or left.any() else Interval(1.0, 1.0),
    )


def yield_curve(outcomes: Sequence[bool]) -> tuple[YieldPoint, ...]:
    """How many overlaps were found after how many decisions, at 200 points at the most, the last one included.

    Args:
        outcomes: whether each pair was an overlap, in the order of the decisions.
    """
    found = np.cumsum(np.asarray(outcomes, dtype=np.int64))
    if not len(found):
        return ()
    places = np.unique(np.linspace(0, len(found) - 1, min(len(found), _POINTS)).astype(int))
    return tuple(YieldPoint(int(place) + 1, int(found[place])) for place in places)


def _quantiles(values: NDArray[np.float64]) -> Interval:
    low, high = np.quantile(values, (0.025, 0.975))
    return Interval(float(low), float(high))
