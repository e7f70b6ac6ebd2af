"""Clauses printed twice: where one text of a volume ends and the next begins on the same page."""

import itertools
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from pipeline.domain import Clause, InstrumentId, Notice, Resolution, Standing, cite

__all__ = ["without_spillover"]

# Two texts may well share one clause or two; three and more in a row, word for word, at the end of one text and
# inside its neighbour in the series are an accident of page breaks.
_RUN = 3
_MIN_LETTERS = 40


def without_spillover(resolutions: Sequence[Resolution]) -> list[Resolution]:
    """The same texts; clauses that belong to the end of the preceding text of the series are left out, and told.

    Conversions that work page by page give the shared page to both texts. Only neighbours in one body and series are
    looked at, and only runs of three clauses and more that reach the last fifth of the earlier text. A clause that
    opens with the number line of its own text, in capitals, is the title printed again on a page, and left out too.
    """
    series: dict[tuple[str, str], list[Resolution]] = defaultdict(list)
    for resolution in resolutions:
        if resolution.standing is not Standing.PROPOSED:
            series[resolution.body.value, resolution.id.type.value].append(resolution)
    changed: dict[str, Resolution] = {}
    for group in series.values():
        group = [_without_running_title(r) for r in group]
        changed.update((str(r.id), r) for r in group)
        group.sort(key=lambda r: (_number(r.id), str(r.id)))
        for before, after in itertools.pairwise(group):
            if before.id.work == after.id.work:
                continue
            if strays := _strays(before, after):
                changed[str(after.id)] = _without(after, strays, before)
    return [changed.get(str(r.id), r) for r in resolutions]


def _number(identifier: InstrumentId) -> int:
    digits = re.match(r"\d+", identifier.number)
    return int(digits[0]) if digits else 0


def _words(clause: Clause) -> str:
    return "".join(c for c in clause.text.casefold() if c.isalnum())


def _strays(before: Resolution, after: Resolution) -> set[str]:
    """Ids of clauses of ``after`` that stand in an unbroken run which ends ``before``."""
    earlier = [_words(c) for c in before.clauses]
    later = list(after.clauses)
    words = [_words(c) for c in later]
    found: set[str] = set()
    for start in range(len(words)):
        for origin in (i for i, w in enumerate(earlier) if w == words[start] and len(w) >= _MIN_LETTERS):
            length = 0
            for here, there in zip(words[start:], earlier[origin:], strict=False):
                if not _same(here, there):
                    break
                length += 1
            reaches_end = origin + length >= 0.8 * len(earlier)
            if length >= _RUN and reaches_end and length < len(words):
                found.update(c.id for c in later[start : start + length])
    return found


def _same(here: str, there: str) -> bool:
    """Equal words, or one clause cut off within the other: a page break may fall inside it."""
    return here == there or (
        min(len(here), len(there)) >= _MIN_LETTERS and (here.startswith(there) or there.startswith(here))
    )


def _without_running_title(resolution: Resolution) -> Resolution:
    """The same text without clauses that are its own title printed again."""
    title = "".join(c for c in cite(resolution).casefold() if c.isalnum())
    again = {c.id for c in resolution.clauses if c.text[:5].isupper() and _words(c).startswith(title)}
    if not again:
        return resolution
    return _left_out(resolution, again, f"{len(again)} paragraphs are the title of this text printed again")


def _without(resolution: Resolution, strays: set[str], owner: Resolution) -> Resolution:
    said = f"{len(strays)} clauses are the end of {cite(owner)}, its neighbour in the series; they are left to it"
    return _left_out(resolution, strays, said)


def _left_out(resolution: Resolution, clauses: set[str], why: str) -> Resolution:
    sections = (
        replace(section, clauses=kept)
        for section in resolution.sections
        if (kept := tuple(c for c in section.clauses if c.id not in clauses))
    )
    notice = Notice("spill-over", why)
    return replace(resolution, sections=tuple(sections), notices=(*resolution.notices, notice))
