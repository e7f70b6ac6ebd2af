"""Filters as conditions of SQL, made so that each finds an index."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, text
from sqlalchemy.orm import Session

from pipeline.domain import Body, PairState
from pipeline.store.database.filters import PairFilter, Terms, read_terms
from pipeline.store.database.schema import clauses, pairs, reviews, tallies, texts

__all__ = ["conditions", "matching_texts", "resolve", "sector_of_body"]

BODIES = "bodies"
_FEW = 500
"""Texts up to which their clauses are named one by one, so that the indexes of the clauses are used."""

_WALKED = 0.01
"""Share of all pairs from which walking along the order finds a page sooner than sorting what the filter gives."""


@cache
def sector_of_body(body: str) -> str:
    """The Sector that a body's texts bind, by code; ``outside`` for organs of other organisations."""
    known = {one.value: one.sector.value for one in Body}
    return known.get(body, "outside")


def resolve(wanted: PairFilter) -> tuple[PairFilter, Terms]:
    """The filter with what its text says in fields, and the terms that are left."""
    terms = read_terms(wanted.text)
    merged: dict[str, tuple[str, ...]] = {}
    for key, value in terms.lists:
        merged[key] = (*merged.get(key, ()), value)
    changes: dict[str, object] = {key: _narrowed(getattr(wanted, key), values) for key, values in merged.items()}
    if terms.least is not None:
        changes["least"] = max(terms.least, wanted.least or 0.0)
    if terms.most is not None:
        changes["most"] = min(terms.most, 1.0 if wanted.most is None else wanted.most)
    return replace(wanted, **changes), terms  # type: ignore[arg-type]


def conditions(session: Session, wanted: PairFilter, *, ordered: bool = False) -> list[ColumnElement[bool]]:
    """What a pair must meet, joined by *and*.

    Args:
        session: to look up which bodies are combined.
        wanted: the filter.
        ordered: the pairs are wanted in an order of their own, one page of them. SQLite does not weigh how few that
            are: where many pairs match, it is kept from the indexes of the filter, so that it walks along the order.
    """
    found, terms = resolve(wanted)
    made = _plain(session, found)
    if ordered and session.get_bind().dialect.name == "sqlite" and _share(session, found) >= _WALKED:
        made = [_unindexed(condition) for condition in made]
    for column, value in ((pairs.c.run, found.run), (pairs.c.finding, found.finding), (pairs.c.cluster, found.cluster)):
        if value is not None:
            made.append(column == value)
    works = (*((found.work,) if found.work else ()), *terms.works)
    made.extend(or_(pairs.c.left_work == work, pairs.c.right_work == work) for work in works)
    if found.clause is not None:
        made.append(or_(pairs.c.left_clause == found.clause, pairs.c.right_clause == found.clause))
    if found.reviewer is not None:
        made.append(pairs.c.id.in_(select(reviews.c.pair).where(reviews.c.person == found.reviewer)))
    made.extend(_flags(found.flags))
    made.extend(_words(session, terms))
    return made


def _plain(session: Session, found: PairFilter) -> list[ColumnElement[bool]]:
    """Conditions on columns with few values, and on the probability."""
    made: list[ColumnElement[bool]] = []
    states = found.states or tuple(s.value for s in PairState if s is not PairState.ARCHIVED)
    if len(states) < len(PairState):
        made.append(_among(pairs.c.state, states) if found.states else pairs.c.state != PairState.ARCHIVED.value)
    for column, values in (
        (pairs.c.relation, found.relations),
        (pairs.c.wording, found.classes),
        (pairs.c.outcome, found.outcomes),
    ):
        if values:
            made.append(_among(column, values))
    if found.bodies or found.sectors or found.cross_body is not None:
        made.append(_among(pairs.c.bodies, _body_pairs(session, found) or ("",)))
    if found.least is not None:
        made.append(pairs.c.probability >= found.least)
    if found.most is not None:
        made.append(pairs.c.probability <= found.most)
    for flag, truth in (("demoted", True), ("listed", False)):
        if flag in found.flags:
            made.append(pairs.c.demoted.is_(truth))
    return made


def _unindexed(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same condition for SQLite, in a form that no index serves; an *or* with a constant would be taken out."""
    return func.coalesce(condition, literal_column("0")) == literal_column("1")


def _share(session: Session, found: PairFilter) -> float:
    """The share of pairs that meet the conditions on columns that are counted, were they independent."""
    asked = {
        "relation": found.relations,
        "wording": found.classes,
        "state": found.states,
        "outcome": found.outcomes,
        "demoted": tuple(value for flag, value in (("demoted", "true"), ("listed", "false")) if flag in found.flags),
    }
    if found.bodies or found.sectors or found.cross_body is not None:
        asked["bodies"] = _body_pairs(session, found) or ("",)
    counted: dict[str, dict[str, int]] = {}
    for row in session.execute(select(tallies)):
        counted.setdefault(row.dimension, {})[row.value] = row.number
    share = 1.0
    for dimension, values in asked.items():
        numbers = counted.get(dimension, {})
        if values:
            share *= sum(numbers.get(value, 0) for value in values) / max(1, sum(numbers.values()))
    return share


def matching_texts(session: Session, words: Sequence[str], phrase: bool = False) -> Select[tuple[int]]:
    """Numbers of the clause texts that hold all these words, or them in this order."""
    number: ColumnElement[int] = literal_column("text_words.number")
    if session.get_bind().dialect.name == "sqlite":
        quoted = ['"' + word.replace('"', '""') + '"' for word in words]
        match = '"' + " ".join(words).replace('"', '""') + '"' if phrase else " AND ".join(quoted)
        condition = literal_column("text_words").op("MATCH")(match)
        number = literal_column("text_words.rowid")
    else:
        search = (
            func.phraseto_tsquery("simple", " ".join(words))
            if phrase
            else func.plainto_tsquery("simple", " ".join(words))
        )
        condition = literal_column("text_words.words").op("@@")(search)
    return select(number).select_from(text("text_words")).where(condition)


def _words(session: Session, terms: Terms) -> list[ColumnElement[bool]]:
    """One of the two clauses holds all the words; those to leave out stand in neither."""
    made: list[ColumnElement[bool]] = []
    wanted = [matching_texts(session, terms.words)] if terms.words else []
    wanted += [matching_texts(session, phrase.split(), phrase=True) for phrase in terms.phrases]
    for numbers in wanted:
        few = session.execute(numbers.limit(_FEW + 1)).scalars().all()
        if len(few) <= _FEW:
            of_text = select(clauses.c.id).join(texts, texts.c.digest == clauses.c.digest)
            names = session.execute(of_text.where(texts.c.number.in_(few))).scalars().all()
            made.append(or_(pairs.c.left_clause.in_(names), pairs.c.right_clause.in_(names)))
        else:
            made.append(or_(pairs.c.left_number.in_(numbers), pairs.c.right_number.in_(numbers)))
    for word in terms.without:
        numbers = matching_texts(session, (word,))
        made.append(and_(pairs.c.left_number.not_in(numbers), pairs.c.right_number.not_in(numbers)))
    return made


def _flags(flags: Sequence[str]) -> list[ColumnElement[bool]]:
    made: list[ColumnElement[bool]] = []
    for flag in flags:
        if flag == "doubtful":
            made.append(pairs.c.doubtful.is_(True))
        elif flag == "commented":
            made.append(pairs.c.comments > 0)
        elif flag == "family":
            other = pairs.alias()
            made.append(select(other.c.id).where(other.c.family == pairs.c.family, other.c.id != pairs.c.id).exists())
    return made


def _body_pairs(session: Session, wanted: PairFilter) -> tuple[str, ...]:
    """The combinations of two bodies, as the column holds them, that the filter allows."""
    held = session.execute(select(tallies.c.value).where(tallies.c.dimension == BODIES)).scalars()
    return tuple(both for both in held if _fits(both, wanted))


def _fits(both: str, wanted: PairFilter) -> bool:
    two = both.split("|")
    if wanted.bodies and not set(two) & set(wanted.bodies):
        return False
    if wanted.sectors and not {sector_of_body(body) for body in two} & set(wanted.sectors):
        return False
    return wanted.cross_body is None or (two[0] != two[1]) == wanted.cross_body


def _among(column: ColumnElement[str | None] | ColumnElement[str], values: Sequence[str]) -> ColumnElement[bool]:
    return column == values[0] if len(values) == 1 else column.in_(values)


def _narrowed(given: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """Both lists must hold; where they have nothing in common, a value that no pair has."""
    if not given:
        return more
    return tuple(value for value in given if value in more) or ("",)
