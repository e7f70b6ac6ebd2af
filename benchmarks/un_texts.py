"""The United Nations texts of ``DATA/un/resolutions.jsonl.xz`` as nouns of the product, for measuring speed at scale.

Every paragraph becomes one clause, headings, cover lines and lists of names included: those repeat from text to text
far more than mandates do, which is the hard case for matching. The larger corpora hold more of the texts, in the
order of the file.
"""

import json
import lzma
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.domain import Clause, ForeignId, InstrumentType, Part, Resolution, Section, Span, clause_id, fold_space
from pipeline.segment.citations import find_citations
from pipeline.segment.mandates import with_mandates

__all__ = ["un_texts"]


def un_texts(path: Path, most_clauses: int) -> tuple[Resolution, ...]:
    """The first texts of the file that together hold at most ``most_clauses`` clauses, with citations and mandates."""
    seen: Counter[str] = Counter()
    out: list[Resolution] = []
    clauses = 0
    for row in _rows(path):
        resolution = _resolution(row, seen)
        count = sum(1 for _ in resolution.clauses)
        if clauses + count > most_clauses:
            break
        clauses += count
        out.append(resolution)
    return tuple(out)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _resolution(row: dict[str, Any], seen: Counter[str]) -> Resolution:
    number = re.sub(r"[^0-9A-Za-z]+", "-", str(row["symbol"])).strip("-") or "unnumbered"
    seen[number] += 1
    number = number if seen[number] == 1 else f"{number}-copy-{seen[number]}"
    organ = re.sub(r"[^a-z0-9]", "", str(row["organ"]).lower()) or "other"
    edition = str(row["year"]) if re.fullmatch(r"\d{4}", str(row["year"])) else "unk"
    identity = ForeignId("un", organ if organ[0].isalpha() else f"o{organ}", InstrumentType.RESOLUTION, number, edition)
    texts = [text for p in row["paragraphs"] if (text := fold_space(str(p.get("text") or "")))]
    clauses, position = [], 0
    for index, text in enumerate(texts, 1):
        span = Span(position, position + len(text))
        path = (str(index),)
        clauses.append(Clause(clause_id(identity, "p", path), Part.OPERATIVE, "decides", "", path, text, span))
        position = span.end + 1
    whole = "\n".join(texts)
    span = Span(0, max(1, len(whole)))
    section = Section("decides", "p", "decides", Part.OPERATIVE, span, tuple(clauses))
    starts = {c.span.start: c.id for c in clauses}
    citations = tuple(
        replace(c, clause=next((starts[s] for s in (whole.rfind("\n", 0, c.span.start) + 1,) if s in starts), None))
        for c in find_citations(whole, lambda _: None)
    )
    title = fold_space(str(row["title"])) or str(row["symbol"])
    resolution = Resolution(identity, title, "en", number, str(row["symbol"]), span, (section,), citations)
    return with_mandates(resolution)
