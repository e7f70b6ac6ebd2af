"""Search by words in all clause texts of the current run."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal, literal_column, or_, select, text
from sqlalchemy.orm import Session

from pipeline.domain import PairState
from pipeline.store.database.conditions import matching_texts
from pipeline.store.database.schema import clauses, pairs, resolutions, texts

__all__ = ["ClauseHit", "search_clauses"]


@dataclass(frozen=True, slots=True)
class ClauseHit:
    """A clause that holds the words; ``pairs`` counts the pairs that it is in, ``score`` orders hits of one search."""

    clause: str
    resolution: str
    citation: str
    title: str
    body: str
    sector: str
    language: str
    text: str
    page: int | None
    pairs: int
    score: float


def search_clauses(
    session: Session, words: str, *, bodies: tuple[str, ...] = (), limit: int = 50
) -> tuple[ClauseHit, ...]:
    """Clauses of the current run that hold all the words, the best first; empty for a question without a word."""
    asked = tuple(word for word in words.split() if any(map(str.isalnum, word)))
    if not asked:
        return ()
    found = _scored(session, asked, limit * 4)
    query = (
        select(clauses, resolutions.c.title, resolutions.c.body, resolutions.c.sector, texts.c.text, texts.c.number)
        .join(resolutions, resolutions.c.id == clauses.c.resolution)
        .join(texts, texts.c.digest == clauses.c.digest)
        .where(clauses.c.present, texts.c.number.in_(found))
    )
    if bodies:
        query = query.where(resolutions.c.body.in_(bodies))
    rows = session.execute(query).mappings().all()
    best = sorted(rows, key=lambda row: (-found[row["number"]], row["id"]))[:limit]
    counted = {row["id"]: _pairs_of(session, row["id"]) for row in best}
    return tuple(
        ClauseHit(
            clause=row["id"],
            **{n: row[n] for n in ("resolution", "citation", "title", "body", "sector", "language", "text", "page")},
            pairs=counted[row["id"]],
            score=found[row["number"]],
        )
        for row in best
    )


def _scored(session: Session, words: tuple[str, ...], limit: int) -> dict[int, float]:
    """Number to score of the texts that match best."""
    if session.get_bind().dialect.name == "sqlite":
        score: ColumnElement[float] = literal_column("-bm25(text_words)")
    else:
        query = func.plainto_tsquery("simple", literal(" ".join(words)))
        score = func.ts_rank(literal_column("text_words.words"), query)
    matched = matching_texts(session, words).add_columns(score.label("score")).order_by(text("score DESC"))
    return {row[0]: float(row[1]) for row in session.execute(matched.limit(limit))}


def _pairs_of(session: Session, clause: str) -> int:
    either = or_(pairs.c.left_clause == clause, pairs.c.right_clause == clause)
    return session.execute(select(func.count()).where(either, pairs.c.state != PairState.ARCHIVED.value)).scalar_one()
