"""One pair with everything that its page shows to this viewer."""

import json
from collections.abc import Sequence

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, func, or_, select
from sqlalchemy.orm import Session

from pipeline.domain import Box, Evidence, PairState, ReviewDecision
from pipeline.errors import UnknownIdentifierError
from pipeline.review.ledger import standing_decisions
from pipeline.store.database import schema
from pipeline.store.database.blindness import blind_pairs, hidden_pairs
from pipeline.store.database.listing import pair_rows_of
from pipeline.store.database.recording import decisions_on
from pipeline.store.database.schema import clauses, documents, moves, pairs, resolutions, texts
from pipeline.store.database.views import ClauseView, Comment, Gone, History, Moved, PairDetail, Related, Viewer

__all__ = ["clause_view", "pair_detail"]

_EVIDENCE = TypeAdapter(Evidence)
_RELATED = 8


def pair_detail(session: Session, pair: str, viewer: Viewer | None) -> PairDetail | Moved | Gone:
    """All that the page of a pair shows, or where the pair went.

    Raises:
        FilterError: never; unknown identifiers give ``Gone``.
    """
    row = session.execute(select(pairs).where(pairs.c.id == pair)).mappings().first()
    if row is None:
        return Gone(pair)
    moved = session.execute(select(moves).where(moves.c.pair == pair)).mappings().first()
    if moved is not None and moved["target"] is not None:
        return Moved(pair, moved["target"], moved["why"], moved["run"])
    hidden = pair in hidden_pairs(session, [pair], viewer)
    decisions = decisions_on(session, pair)
    person = viewer.person if viewer is not None else None
    seen = [d for d in decisions if not hidden or d.reviewer == person]
    body = session.execute(select(schema.evidence.c.body).where(schema.evidence.c.pair == pair)).scalar_one()
    family = session.execute(select(func.count()).where(pairs.c.family == row["family"])).scalar_one()
    own = [d for d in standing_decisions(decisions) if d.reviewer == person]
    former = session.execute(select(moves.c.pair).where(moves.c.target == pair)).scalars()
    return PairDetail(
        row=pair_rows_of(session, [pair], viewer)[0],
        left=clause_view(session, row["left_clause"]),
        right=clause_view(session, row["right_clause"]),
        evidence=None if hidden else _EVIDENCE.validate_json(body),
        similarity=None if hidden else row["similarity"],
        containment_left=None if hidden else row["containment_left"],
        containment_right=None if hidden else row["containment_right"],
        information=None if hidden else row["information"],
        history=_history(session, seen, row),
        comments=() if hidden else _comments(session, pair),
        related=_related(session, row, viewer),
        own=own[-1] if own else None,
        former=tuple(former),
        family_size=family,
        is_blind=pair in blind_pairs(session, [pair]),
        hidden=hidden,
        version=row["version"],
    )


def clause_view(session: Session, clause: str) -> ClauseView:
    """One clause with its text and its place in its document.

    Raises:
        UnknownIdentifierError: there is no such clause; those of imported pairs are always there.
    """
    query = (
        select(
            clauses,
            texts.c.text,
            resolutions.c.title,
            resolutions.c.body,
            resolutions.c.sector,
            resolutions.c.standing,
            resolutions.c.citation.label("resolution_citation"),
            resolutions.c.document,
            documents.c.path.label("document_path"),
        )
        .join(texts, texts.c.digest == clauses.c.digest)
        .join(resolutions, resolutions.c.id == clauses.c.resolution)
        .join(documents, documents.c.id == resolutions.c.document)
        .where(clauses.c.id == clause)
    )
    found = session.execute(query).mappings().first()
    if found is None:
        raise UnknownIdentifierError(f"no run that was imported has the clause {clause!r}")
    row = dict(found)
    names = set(ClauseView.__dataclass_fields__) - {"boxes"}
    boxes = tuple(Box(**box) for box in json.loads(row["boxes"]))
    return ClauseView(**{name: row[name] for name in names}, boxes=boxes)


def _history(session: Session, decisions: Sequence[ReviewDecision], row: RowMapping) -> tuple[History, ...]:
    """The decisions, the newest first, with the words read then where those were others."""
    people = {decision.reviewer for decision in decisions}
    known = select(schema.people.c.id, schema.people.c.name).where(schema.people.c.id.in_(people))
    names = {one.id: one.name for one in session.execute(known)}
    present = {row["left_digest"], row["right_digest"]}
    old = {digest for d in decisions for digest in (d.left_digest, d.right_digest) if digest not in present}
    words = {one.digest: one.text for one in session.execute(select(texts).where(texts.c.digest.in_(old)))}
    undone = {d.undoes for d in decisions if d.undoes is not None}
    return tuple(
        History(
            decision=decision,
            reviewer_name=names.get(decision.reviewer, decision.reviewer),
            undone=decision.id in undone,
            stale=bool({decision.left_digest, decision.right_digest} - present),
            left_text=words.get(decision.left_digest),
            right_text=words.get(decision.right_digest),
        )
        for decision in reversed(decisions)
    )


def _comments(session: Session, pair: str) -> tuple[Comment, ...]:
    held = schema.comments.c
    query = (
        select(held.id, held.person, schema.people.c.name, held.at, held.body)
        .join(schema.people, schema.people.c.id == held.person, isouter=True)
        .where(held.pair == pair)
        .order_by(held.at)
    )
    return tuple(
        Comment(row.id, row.person, row.name or row.person, row.at, row.body) for row in session.execute(query)
    )


def _related(session: Session, row: RowMapping, viewer: Viewer | None) -> tuple[Related, ...]:
    """Pairs with the same texts, with one of the two clauses, or of the same two resolutions; the best of each."""
    same = {
        "family": pairs.c.family == row["family"],
        "left": or_(pairs.c.left_clause == row["left_clause"], pairs.c.right_clause == row["left_clause"]),
        "right": or_(pairs.c.left_clause == row["right_clause"], pairs.c.right_clause == row["right_clause"]),
        "finding": pairs.c.finding == row["finding"],
    }
    why: dict[str, str] = {}
    for name, condition in same.items():
        query = select(pairs.c.id).where(
            condition, pairs.c.id != row["id"], pairs.c.state != PairState.ARCHIVED.value, pairs.c.finding.is_not(None)
        )
        for found in session.execute(query.order_by(pairs.c.rank).limit(_RELATED)).scalars():
            why.setdefault(found, name)
    return tuple(
        Related(one.id, why[one.id], one.left_citation, one.right_citation, one.state)
        for one in pair_rows_of(session, list(why), viewer)
    )
