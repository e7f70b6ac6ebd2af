"""Pairs, findings and clusters, and the index of words."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.database.guards import search_statements

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    _resolution_pairs()
    _findings()
    _clusters()
    _signals()
    _pairs()
    _evidence()
    _features()
    _tallies()
    _moves()
    for statement in search_statements(op.get_bind().dialect.name):
        op.execute(statement)


def _resolution_pairs() -> None:
    op.create_table(
        "resolution_pairs",
        sa.Column("a", sa.String(), nullable=False),
        sa.Column("b", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("probability", sa.Float(), server_default="0", nullable=False),
        sa.Column("strength", sa.Float(), server_default="0", nullable=False),
        sa.Column("coverage_a", sa.Float(), server_default="0", nullable=False),
        sa.Column("coverage_b", sa.Float(), server_default="0", nullable=False),
        sa.Column("cites", sa.Text(), server_default="", nullable=False),
        sa.Column("reasons", sa.Text(), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("a", "b"),
    )
    op.create_index("ix_resolution_pairs_b", "resolution_pairs", ["b"], unique=False)


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), server_default="0", nullable=False),
        sa.Column("a", sa.String(), nullable=False),
        sa.Column("b", sa.String(), nullable=False),
        sa.Column("work_a", sa.String(), nullable=False),
        sa.Column("work_b", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), server_default="0", nullable=False),
        sa.Column("coverage_a", sa.Float(), server_default="0", nullable=False),
        sa.Column("coverage_b", sa.Float(), server_default="0", nullable=False),
        sa.Column("cross_body", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("headline", sa.String(), nullable=True),
        sa.Column("cluster", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="{}", nullable=False),
        sa.Column("pairs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("present", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_findings_rank", "findings", ["rank"], unique=False)
    op.create_index("ix_findings_works", "findings", ["work_a", "work_b"], unique=False)


def _clusters() -> None:
    op.create_table(
        "clusters",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("theme", sa.Text(), server_default="", nullable=False),
        sa.Column("remedies", sa.Text(), server_default="[]", nullable=False),
        sa.Column("medoid", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bodies", sa.Text(), server_default="[]", nullable=False),
        sa.Column("members", sa.Text(), server_default="[]", nullable=False),
        sa.Column("excluded", sa.Text(), server_default="[]", nullable=False),
        sa.Column("former", sa.Text(), server_default="[]", nullable=False),
        sa.Column("successor", sa.String(), nullable=True),
        sa.Column("present", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_clusters_size", "clusters", ["size"], unique=False)


def _signals() -> None:
    op.create_table(
        "signals",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
    )


def _pairs() -> None:
    op.create_table(
        "pairs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("left_clause", sa.String(), nullable=False),
        sa.Column("right_clause", sa.String(), nullable=False),
        sa.Column("left_work", sa.String(), nullable=False),
        sa.Column("right_work", sa.String(), nullable=False),
        sa.Column("left_digest", sa.String(), nullable=False),
        sa.Column("right_digest", sa.String(), nullable=False),
        sa.Column("left_number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("right_number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bodies", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("finding", sa.String(), nullable=True),
        sa.Column("cluster", sa.String(), nullable=True),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("probability", sa.Float(), server_default="0", nullable=False),
        sa.Column("similarity", sa.Float(), server_default="0", nullable=False),
        sa.Column("containment_left", sa.Float(), server_default="0", nullable=False),
        sa.Column("containment_right", sa.Float(), server_default="0", nullable=False),
        sa.Column("information", sa.Float(), server_default="0", nullable=False),
        sa.Column("rank", sa.Integer(), server_default="0", nullable=False),
        sa.Column("demoted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("doubtful", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("learned", sa.Float(), server_default="-1", nullable=False),
        sa.Column("doubt", sa.Float(), server_default="-1", nullable=False),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("text_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.String(), server_default="open", nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("remedy", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.Text(), server_default="", nullable=False),
        sa.Column("reviews", sa.Integer(), server_default="0", nullable=False),
        sa.Column("comments", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    _pair_indexes()


def _pair_indexes() -> None:
    op.create_index("ix_pairs_bodies", "pairs", ["bodies", "rank"], unique=False)
    op.create_index("ix_pairs_cluster", "pairs", ["cluster", "rank"], unique=False)
    op.create_index("ix_pairs_decided_at", "pairs", ["decided_at", "id"], unique=False)
    op.create_index("ix_pairs_demoted", "pairs", ["demoted", "rank"], unique=False)
    op.create_index("ix_pairs_doubt", "pairs", ["doubt", "id"], unique=False)
    op.create_index("ix_pairs_family", "pairs", ["family", "rank"], unique=False)
    op.create_index("ix_pairs_finding", "pairs", ["finding", "rank"], unique=False)
    op.create_index("ix_pairs_learned", "pairs", ["learned", "id"], unique=False)
    op.create_index("ix_pairs_left_clause", "pairs", ["left_clause"], unique=False)
    op.create_index("ix_pairs_left_work", "pairs", ["left_work"], unique=False)
    op.create_index("ix_pairs_outcome", "pairs", ["outcome", "rank"], unique=False)
    op.create_index("ix_pairs_probability", "pairs", ["probability", "id"], unique=False)
    scanned = ["rank", "id", "state", "relation", "wording", "outcome", "bodies", "demoted", "doubtful", "probability"]
    op.create_index("ix_pairs_rank", "pairs", scanned, unique=False)
    op.create_index("ix_pairs_relation", "pairs", ["relation", "rank"], unique=False)
    op.create_index("ix_pairs_right_clause", "pairs", ["right_clause"], unique=False)
    op.create_index("ix_pairs_right_work", "pairs", ["right_work"], unique=False)
    op.create_index("ix_pairs_state", "pairs", ["state", "rank"], unique=False)
    op.create_index("ix_pairs_wording", "pairs", ["wording", "rank"], unique=False)


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("pair"),
    )


def _features() -> None:
    op.create_table(
        "features",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pair"),
    )


def _tallies() -> None:
    op.create_table(
        "tallies",
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("dimension", "value"),
    )


def _moves() -> None:
    op.create_table(
        "moves",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("pair"),
    )
    op.create_index("ix_moves_target", "moves", ["target"], unique=False)
