"""What people do, and the triggers that keep the ledger append-only."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.database.guards import guard_statements

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    _events()
    _decisions()
    _reviews()
    _comments()
    _queues()
    _queue_items()
    _claims()
    _people()
    _sessions()
    _tokens()
    _preferences()
    _models()
    for statement in guard_statements(op.get_bind().dialect.name):
        op.execute(statement)


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("run", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="{}", nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_events_actor", "events", ["actor", "seq"], unique=False)
    op.create_index("ix_events_kind", "events", ["kind", "seq"], unique=False)
    op.create_index("ix_events_subject", "events", ["subject", "seq"], unique=False)


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("left", sa.String(), nullable=False),
        sa.Column("right", sa.String(), nullable=False),
        sa.Column("left_digest", sa.String(), nullable=False),
        sa.Column("right_digest", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("run", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.Column("remedy", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("blind", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("supersedes", sa.String(), nullable=True),
        sa.Column("undoes", sa.String(), nullable=True),
        sa.Column("adjudicates", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("batch", sa.String(), nullable=True),
        sa.Column("queue", sa.String(), nullable=True),
        sa.Column("criteria", sa.Text(), server_default="", nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("reviewer", "key", name="uq_decisions_key"),
    )
    op.create_index("ix_decisions_batch", "decisions", ["batch"], unique=False)
    op.create_index("ix_decisions_pair", "decisions", ["pair", "seq"], unique=False)
    op.create_index("ix_decisions_reviewer", "decisions", ["reviewer", "seq"], unique=False)
    op.create_index("ix_decisions_undoes", "decisions", ["undoes"], unique=False)


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("remedy", sa.String(), nullable=True),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.Column("adjudicates", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("stale", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "person"),
    )
    op.create_index("ix_reviews_person", "reviews", ["person", "made_at"], unique=False)


def _comments() -> None:
    op.create_table(
        "comments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_comments_pair", "comments", ["pair", "at"], unique=False)


def _queues() -> None:
    op.create_table(
        "queues",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("filter", sa.Text(), server_default="", nullable=False),
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("blind", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reviewers", sa.Integer(), server_default="1", nullable=False),
        sa.Column("criteria", sa.Text(), server_default="", nullable=False),
        sa.Column("due", sa.String(), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("closed_at", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), server_default="0", nullable=False),
        sa.Column("strata", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _queue_items() -> None:
    op.create_table(
        "queue_items",
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), server_default="0", nullable=False),
        sa.Column("base", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_open", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stratum", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("queue", "pair"),
    )
    op.create_index("ix_queue_items_next", "queue_items", ["queue", "is_open", "place"], unique=False)
    op.create_index("ix_queue_items_pair", "queue_items", ["pair"], unique=False)


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("until", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("queue", "pair", "person"),
    )
    op.create_index("ix_claims_pair", "claims", ["pair"], unique=False)
    op.create_index("ix_claims_until", "claims", ["queue", "until"], unique=False)


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=True),
        sa.Column("password", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
        sa.UniqueConstraint("subject"),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("seen_at", sa.String(), nullable=False),
        sa.Column("expires_at", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_sessions_person", "sessions", ["person"], unique=False)


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("expires_at", sa.String(), nullable=False),
        sa.Column("used_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )


def _preferences() -> None:
    op.create_table(
        "preferences",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("person"),
    )


def _models() -> None:
    op.create_table(
        "models",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.Column("accepted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("card", sa.Text(), server_default="{}", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("seconds", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
