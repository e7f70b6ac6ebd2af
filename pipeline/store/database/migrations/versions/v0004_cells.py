"""Counts of pairs by everything that filters ask for, and indexes for lists of a million pairs."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "downgrade", "revision", "upgrade"]

revision = "0004"
down_revision = "0003"

_FILTERED = ("state", "relation", "wording", "outcome", "bodies", "demoted", "doubtful", "probability")
_ORDERS = ("probability", "learned", "doubt", "decided_at")
_GONE = ("relation", "wording", "bodies")
_KIND = ("relation", "wording", "bodies", "state", "probability", "rank", "id", "outcome", "demoted", "doubtful")
# The bands of the score as they were when this step was written; a later change of them needs a step of its own.
_EDGES = tuple(place / 20 for place in range(1, 20))
_TALLIED = ("state", "outcome", "relation", "wording", "bodies", "demoted")


def upgrade() -> None:
    """Make the tables, count what is there, and exchange the indexes."""
    _cells()
    op.create_table(
        "families",
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("family"),
    )
    for name in (*_GONE, *_ORDERS, "finding"):
        op.drop_index(f"ix_pairs_{name}", table_name="pairs")
    for name in _ORDERS:
        op.create_index(f"ix_pairs_{name}", "pairs", [name, "id", *(one for one in _FILTERED if one != name)])
    op.create_index("ix_pairs_kind", "pairs", list(_KIND))
    op.create_index("ix_pairs_finding", "pairs", ["finding", "state", "rank"])
    commented = sa.text("comments > 0")
    op.create_index("ix_pairs_commented", "pairs", ["rank"], sqlite_where=commented, postgresql_where=commented)
    whens = " ".join(f"WHEN probability < {edge} THEN {place}" for place, edge in enumerate(_EDGES))
    band = f"CASE {whens} ELSE {len(_EDGES)} END"
    kind = f"state, COALESCE(outcome, ''), relation, wording, bodies, demoted, doubtful, run, {band}"
    places = ", ".join(str(place) for place in range(1, 10))
    op.execute(f"INSERT INTO cells SELECT {kind}, count(*) FROM pairs GROUP BY {places}")
    op.execute("INSERT INTO families SELECT family, count(*) FROM pairs GROUP BY family HAVING count(*) > 1")
    op.drop_table("tallies")
    _queues()


def downgrade() -> None:
    """Back to one summary for each column, and the narrow indexes."""
    op.create_table(
        "tallies",
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("dimension", "value"),
    )
    for name in _TALLIED:
        value = f"CASE WHEN {name} THEN 'true' ELSE 'false' END" if name == "demoted" else name
        where = "number > 0" if name in ("state", "outcome") else "number > 0 AND state <> 'archived'"
        counted = f"SELECT '{name}', {value}, sum(number) FROM cells WHERE {where} GROUP BY {name}"
        op.execute(f"INSERT INTO tallies {counted}")
    op.drop_index("ix_pairs_commented", table_name="pairs")
    op.drop_index("ix_pairs_kind", table_name="pairs")
    op.drop_index("ix_pairs_finding", table_name="pairs")
    op.create_index("ix_pairs_finding", "pairs", ["finding", "rank"])
    op.drop_index("ix_reviews_outcome", table_name="reviews")
    op.drop_table("queue_people")
    op.drop_column("queues", "open")
    for name in _ORDERS:
        op.drop_index(f"ix_pairs_{name}", table_name="pairs")
        op.create_index(f"ix_pairs_{name}", "pairs", [name, "id"])
    for name in _GONE:
        op.create_index(f"ix_pairs_{name}", "pairs", [name, "rank"])
    op.drop_table("families")
    op.drop_table("cells")


def _queues() -> None:
    op.create_index("ix_reviews_outcome", "reviews", ["person", "outcome"])
    op.create_table(
        "queue_people",
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("queue", "person"),
    )
    op.add_column("queues", sa.Column("open", sa.Integer(), server_default="0", nullable=False))
    counted = "SELECT count(*) FROM queue_items WHERE queue_items.queue = queues.id AND is_open"
    op.execute(f"UPDATE queues SET open = ({counted})")
    joined = "reviews JOIN queue_items ON queue_items.pair = reviews.pair"
    op.execute(f"INSERT INTO queue_people SELECT queue, person, count(*) FROM {joined} GROUP BY queue, person")


def _cells() -> None:
    op.create_table(
        "cells",
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("bodies", sa.String(), nullable=False),
        sa.Column("demoted", sa.Boolean(), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("band", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint(
            "state", "outcome", "relation", "wording", "bodies", "demoted", "doubtful", "run", "band"
        ),
    )
