"""Filters as conditions of SQL, made so that each finds an index."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from sqlalchemy import ColumnElement, Select, Table, and_, func, literal_column, or_, select, text
from sqlalchemy.orm import Session

from pipeline.domain import Body, PairState
from pipeline.store.database.engine import remembered
from pipeline.store.database.filters import PairFilter, Terms, read_terms
from pipeline.store.database.schema import cells, clauses, families, pairs, reviews, texts

__all__ = ["Asked", "ask", "conditions", "kind_conditions", "matching_texts", "resolve", "sector_of_body", "unindexed"]

_FEW = 500
"""Texts up to which their clauses are named one by one, so that the indexes of the clauses are used."""

_SOME = 20_000
"""Pairs with kin, or that one person decided, up to which they are all looked at."""

_Part = tuple[ColumnElement[bool], bool]
"""A condition, and whether it leaves few pairs."""


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


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter as the database is asked: ``kinds`` are conditions on columns that are counted, ``others`` the rest.

    ``found`` is ``wanted`` with what its text says in fields; its bounds of the probability are in neither list.
    ``narrow``: one of the others leaves few enough pairs to look at all of them.
    """

    wanted: PairFilter
    found: PairFilter
    kinds: list[ColumnElement[bool]]
    others: list[ColumnElement[bool]]
    narrow: bool

    def bounds(self, column: ColumnElement[float] = pairs.c.probability) -> list[ColumnElement[bool]]:
        """The bounds of the probability."""
        found = self.found
        least = [] if found.least is None else [column >= found.least]
        return least if found.most is None else [*least, column <= found.most]


def ask(session: Session, wanted: PairFilter) -> Asked:
    """What a pair must meet, in parts."""
    return remembered(session, ("asked", wanted), lambda: _ask(session, wanted))


def _ask(session: Session, wanted: PairFilter) -> Asked:
    found, terms = resolve(wanted)
    parts: list[_Part] = []
    for column, value in ((pairs.c.finding, found.finding), (pairs.c.cluster, found.cluster)):
        if value is not None:
            parts.append((column == value, True))
    works = (*((found.work,) if found.work else ()), *terms.works)
    parts.extend((or_(pairs.c.left_work == work, pairs.c.right_work == work), True) for work in works)
    if found.clause is not None:
        parts.append((or_(pairs.c.left_clause == found.clause, pairs.c.right_clause == found.clause), True))
    if found.reviewer is not None:
        parts.append(_reviewed(session, found.reviewer))
    parts.extend(_flags(session, found.flags))
    parts.extend(_words(session, terms))
    others, narrow = [condition for condition, _ in parts], any(narrow for _, narrow in parts)
    return Asked(wanted, found, kind_conditions(session, found), others, narrow)


def conditions(session: Session, wanted: PairFilter) -> list[ColumnElement[bool]]:
    """What a pair must meet, joined by *and*.

    Args:
        session: to look up which bodies are combined.
        wanted: the filter.
    """
    asked = ask(session, wanted)
    return [*asked.kinds, *asked.bounds(), *asked.others]


def kind_conditions(session: Session, found: PairFilter, table: Table = pairs) -> list[ColumnElement[bool]]:
    """Conditions on columns with few values; ``pairs`` and ``cells`` both have them."""
    made: list[ColumnElement[bool]] = []
    if found.states:
        made.append(_among(table.c.state, found.states))
    else:
        made.append(table.c.state != PairState.ARCHIVED.value)
    for column, values in (
        (table.c.relation, found.relations),
        (table.c.wording, found.classes),
        (table.c.outcome, found.outcomes),
    ):
        if values:
            made.append(_among(column, values))
    if found.bodies or found.sectors or found.cross_body is not None:
        made.append(_among(table.c.bodies, _body_pairs(session, found) or ("",)))
    for flag, column, truth in (
        ("demoted", table.c.demoted, True),
        ("listed", table.c.demoted, False),
        ("doubtful", table.c.doubtful, True),
    ):
        if flag in found.flags:
            made.append(column.is_(truth))
    if found.run is not None:
        made.append(table.c.run == found.run)
    return made


def unindexed(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same condition for SQLite, in a form that no index serves; an *or* with a constant would be taken out."""
    return func.coalesce(condition, literal_column("0")) == literal_column("1")


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
    return select(number.label("number")).select_from(text("text_words")).where(condition)


def _words(session: Session, terms: Terms) -> list[_Part]:
    """One of the two clauses holds all the words; those to leave out stand in neither."""
    made: list[_Part] = []
    wanted = [matching_texts(session, terms.words)] if terms.words else []
    wanted += [matching_texts(session, phrase.split(), phrase=True) for phrase in terms.phrases]
    for numbers in wanted:
        few = session.execute(numbers.limit(_FEW + 1)).scalars().all()
        if len(few) <= _FEW:
            of_text = select(clauses.c.id).join(texts, texts.c.digest == clauses.c.digest)
            names = session.execute(of_text.where(texts.c.number.in_(few))).scalars().all()
            made.append((or_(pairs.c.left_clause.in_(names), pairs.c.right_clause.in_(names)), True))
        else:
            # Named once, so that the words are looked up once for both sides.
            named = select(numbers.cte())
            made.append((or_(pairs.c.left_number.in_(named), pairs.c.right_number.in_(named)), False))
    for word in terms.without:
        numbers = matching_texts(session, (word,))
        made.append((and_(pairs.c.left_number.not_in(numbers), pairs.c.right_number.not_in(numbers)), False))
    return made


def _reviewed(session: Session, person: str) -> _Part:
    """That somebody decided the pair."""
    held = select(reviews.c.pair).where(reviews.c.person == person)
    number = session.execute(select(func.count()).select_from(held.limit(_SOME + 1).subquery())).scalar_one()
    return pairs.c.id.in_(held), number <= _SOME


def _flags(session: Session, flags: Sequence[str]) -> list[_Part]:
    made: list[_Part] = []
    if "commented" in flags:
        made.append((pairs.c.comments > literal_column("0"), True))
    if "family" in flags:
        kin = session.execute(select(func.sum(families.c.number))).scalar() or 0
        if kin <= _SOME:
            made.append((pairs.c.family.in_(select(families.c.family)), True))
        else:
            made.append((select(families.c.family).where(families.c.family == pairs.c.family).exists(), False))
    return made


def _body_pairs(session: Session, wanted: PairFilter) -> tuple[str, ...]:
    """The combinations of two bodies, as the column holds them, that the filter allows."""
    held = session.execute(select(cells.c.bodies).distinct()).scalars()
    return tuple(both for both in sorted(held) if _fits(both, wanted))


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
