"""Clause texts, each kept once, and the index of their words."""

from collections.abc import Mapping

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from pipeline.store.database.schema import texts
from pipeline.store.database.writing import Row, chunked

__all__ = ["add_texts", "numbers_of"]


def add_texts(session: Session, words: Mapping[str, str]) -> None:
    """Keep and index the texts that are not here yet; ``words`` gives the text of each digest."""
    held = numbers_of(session)
    first = max(held.values(), default=0) + 1
    new = [(digest, held_text) for digest, held_text in words.items() if digest not in held]
    rows: list[Row] = [
        {"digest": digest, "text": one, "number": number} for number, (digest, one) in enumerate(new, start=first)
    ]
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    columns, value = ("rowid", ":text") if is_sqlite else ("number", "to_tsvector('simple', :text)")
    index = text(f"INSERT INTO text_words ({columns}, words) VALUES (:number, {value})")
    for chunk in chunked(rows):
        session.execute(insert(texts), chunk)
        session.execute(index, chunk)


def numbers_of(session: Session) -> dict[str, int]:
    """The number of each text that is kept, by its digest."""
    return {row.digest: row.number for row in session.execute(select(texts.c.digest, texts.c.number))}
