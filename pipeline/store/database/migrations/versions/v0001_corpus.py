"""What a run read and found."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _runs()
    _documents()
    _rejected()
    _resolutions()
    _texts()
    _clauses()
    _citations()


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("imported_at", sa.String(), nullable=False),
        sa.Column("folder", sa.Text(), server_default="", nullable=False),
        sa.Column("corpus", sa.Text(), server_default="", nullable=False),
        sa.Column("is_current", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("manifest", sa.Text(), server_default="{}", nullable=False),
        sa.Column("report", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("metadata", sa.Text(), server_default="{}", nullable=False),
        sa.Column("notices", sa.Text(), server_default="[]", nullable=False),
        sa.Column("copies", sa.Text(), server_default="[]", nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("figure", sa.Float(), nullable=True),
        sa.Column("grade", sa.Text(), server_default="", nullable=False),
        sa.Column("quality", sa.Text(), server_default="{}", nullable=False),
        sa.Column("present", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _rejected() -> None:
    op.create_table(
        "rejected",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
    )
    op.create_index("ix_rejected_run", "rejected", ["run"], unique=False)


def _resolutions() -> None:
    op.create_table(
        "resolutions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("citation", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("marker", sa.Text(), server_default="", nullable=False),
        sa.Column("reasons", sa.Text(), server_default="", nullable=False),
        sa.Column("amends", sa.String(), nullable=True),
        sa.Column("notices", sa.Text(), server_default="[]", nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("clauses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("place", sa.Integer(), server_default="0", nullable=False),
        sa.Column("present", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_resolutions_document", "resolutions", ["document"], unique=False)
    op.create_index("ix_resolutions_place", "resolutions", ["place"], unique=False)
    op.create_index("ix_resolutions_work", "resolutions", ["work"], unique=False)


def _texts() -> None:
    op.create_table(
        "texts",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_texts_number", "texts", ["number"], unique=True)


def _clauses() -> None:
    op.create_table(
        "clauses",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("resolution", sa.String(), nullable=False),
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("call", sa.Text(), server_default="", nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("citation", sa.Text(), server_default="", nullable=False),
        sa.Column("spot", sa.Text(), server_default="", nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("boxes", sa.Text(), server_default="[]", nullable=False),
        sa.Column("actors", sa.Text(), server_default="[]", nullable=False),
        sa.Column("place", sa.Integer(), server_default="0", nullable=False),
        sa.Column("present", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_clauses_digest", "clauses", ["digest"], unique=False)
    op.create_index("ix_clauses_resolution", "clauses", ["resolution", "place"], unique=False)
    op.create_index("ix_clauses_series", "clauses", ["series"], unique=False)


def _citations() -> None:
    op.create_table(
        "citations",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_work", sa.String(), nullable=False),
        sa.Column("target_work", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("clause", sa.String(), nullable=True),
    )
    op.create_index("ix_citations_source", "citations", ["source"], unique=False)
    op.create_index("ix_citations_target", "citations", ["target_work"], unique=False)
