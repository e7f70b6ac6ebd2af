"""The charts of the review: yield, bands of the score, distribution, bodies, agreement; each with its sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.review.agreement import Agreement
from pipeline.review.estimates import Band, YieldPoint
from pipeline.store.database.listing import FacetValue
from pipeline.web.charts import Chart, bars, heat, histogram, line
from pipeline.web.i18n import Interface
from pipeline.web.lists import body_label

__all__ = ["agreement_chart", "band_chart", "body_chart", "score_chart", "yield_chart"]


def yield_chart(curve: Sequence[YieldPoint], speak: Interface) -> Chart | None:
    """How many overlaps were found after how many pairs; None before the first pairs were read."""
    if len(curve) < 2 or not curve[-1].found:
        return None
    read, found = curve[-1].read, curve[-1].found
    half = next(point.read for point in curve if 2 * point.found >= found)
    say = speak.gettext
    return line(
        "yield",
        say("Overlaps found"),
        say(
            "Half of the overlaps found so far (%(found)s) came with the first %(half)s of %(read)s pairs.",
            found=speak.number(found),
            half=speak.number(half),
            read=speak.number(read),
        ),
        (say("Pairs read"), say("Overlaps confirmed")),
        {
            say("as read"): [(float(point.read), float(point.found)) for point in curve],
            say("if in random order"): [(0.0, 0.0), (read / 2, found / 2), (float(read), float(found))],
        },
    )


def band_chart(bands: Sequence[Band], speak: Interface) -> Chart | None:
    """For each band of the score, of so many judged so many confirmed; None before anything was judged."""
    shown = [band for band in reversed(bands) if band.judged]
    if not shown:
        return None
    say, best = speak.gettext, shown[0]
    return bars(
        "bands",
        say("How often a score was right"),
        say(
            "Of %(judged)s judged pairs with a probability from %(low)s to %(high)s, %(confirmed)s were confirmed.",
            judged=speak.number(best.judged),
            confirmed=speak.number(best.confirmed),
            low=speak.decimal(best.low),
            high=speak.decimal(best.high),
        ),
        (say("Probability"), say("Judged"), say("Confirmed")),
        [(f"{speak.decimal(band.low)} – {speak.decimal(band.high)}", band.judged, band.confirmed) for band in shown],
    )


def score_chart(bands: Sequence[Band], speak: Interface) -> Chart | None:
    """How many pairs have which probability; None without pairs."""
    counted = [(band.low, band.high, band.judged + band.unread) for band in bands]
    total = sum(number for _, _, number in counted)
    if not total:
        return None
    say = speak.gettext
    low, high, most = max(counted, key=lambda one: one[2])
    return histogram(
        "scores",
        say("How the probabilities are spread"),
        say(
            "Most pairs, %(most)s of %(total)s, have a probability from %(low)s to %(high)s.",
            most=speak.number(most),
            total=speak.number(total),
            low=speak.decimal(low),
            high=speak.decimal(high),
        ),
        (say("Probability"), say("Pairs")),
        counted,
    )


def body_chart(pairs: Sequence[FacetValue], speak: Interface) -> Chart | None:
    """How many pairs join which two bodies; None without pairs."""
    between = {tuple(body_label(code) for code in value.value.split("|")): value.number for value in pairs}
    if not between:
        return None
    names = sorted({name for both in between for name in both})
    cells = [
        (row, column, float(between.get((row, column), 0) or between.get((column, row), 0)))
        for place, row in enumerate(names)
        for column in names[place:]
    ]
    (first, second), most = max(between.items(), key=lambda one: one[1])
    say = speak.gettext
    return heat(
        "bodies",
        say("Which bodies the pairs join"),
        say("Most pairs, %(most)s, join %(first)s and %(second)s.", most=speak.number(most), first=first, second=second)
        if first != second
        else say("Most pairs, %(most)s, are within %(first)s.", most=speak.number(most), first=first),
        (say("Body"), say("Body"), say("Pairs")),
        [cell for cell in cells if cell[2]],
    )


def agreement_chart(queues: Mapping[str, Agreement], speak: Interface) -> Chart | None:
    """Of the pairs that two or more people read, how many they decided alike; None where there are none."""
    shown = [(title, found) for title, found in queues.items() if found.pairs]
    if not shown:
        return None
    say = speak.gettext
    pairs, same = sum(found.pairs for _, found in shown), sum(found.same for _, found in shown)
    return bars(
        "agreement",
        say("Agreement"),
        say(
            "Of %(pairs)s pairs that several people read, %(same)s were decided alike.",
            pairs=speak.number(pairs),
            same=speak.number(same),
        ),
        (say("Queue"), say("Read by several"), say("Decided alike")),
        [(title, found.pairs, found.same) for title, found in shown],
    )
