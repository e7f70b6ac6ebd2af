"""What the database itself enforces, in its own words: an append-only ledger; and its index of words."""

__all__ = ["guard_statements", "search_statements"]

_TABLES = ("events", "decisions")
_MESSAGE = "the ledger is append-only"


def guard_statements(dialect: str) -> tuple[str, ...]:
    """Triggers that refuse to change or delete lines of the ledger."""
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table}_keep_{action} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
            for table in _TABLES
            for action in ("UPDATE", "DELETE")
        )
    refuse = (
        "CREATE FUNCTION overlap_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}'; END $$"
    )
    triggers = tuple(
        f"CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION overlap_append_only()"
        for table in _TABLES
    )
    return (refuse, *triggers)


def search_statements(dialect: str) -> tuple[str, ...]:
    """The index of the words of all clause texts."""
    if dialect == "sqlite":
        words = "words, content='', tokenize='unicode61 remove_diacritics 2'"
        return (f"CREATE VIRTUAL TABLE text_words USING fts5({words})",)
    return (
        "CREATE TABLE text_words (number INTEGER PRIMARY KEY, words TSVECTOR NOT NULL)",
        "CREATE INDEX ix_text_words ON text_words USING gin (words)",
    )
