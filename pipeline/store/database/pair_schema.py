"""Tables of pairs, findings and clusters. From ``state`` on, the columns of ``pairs`` project its decisions."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, text

from pipeline.store.database.columns import (
    METADATA,
    flag_column,
    id_column,
    maybe_column,
    name_column,
    number_column,
    real_column,
    text_column,
)

__all__ = [
    "cells",
    "clusters",
    "evidence",
    "families",
    "features",
    "findings",
    "moves",
    "pairs",
    "resolution_pairs",
    "signals",
]

resolution_pairs = Table(
    "resolution_pairs",
    METADATA,
    Column("a", String, primary_key=True),
    Column("b", String, primary_key=True),
    name_column("relation"),
    real_column("probability"),
    real_column("strength"),
    real_column("coverage_a"),
    real_column("coverage_b"),
    text_column("cites"),
    text_column("reasons", "[]"),
    Index("ix_resolution_pairs_b", "b"),
)
findings = Table(
    "findings",
    METADATA,
    id_column(),
    number_column("rank"),
    name_column("a"),
    name_column("b"),
    name_column("work_a"),
    name_column("work_b"),
    name_column("relation"),
    real_column("score"),
    real_column("coverage_a"),
    real_column("coverage_b"),
    flag_column("cross_body"),
    maybe_column("headline"),
    maybe_column("cluster"),
    text_column("detail", "{}"),
    number_column("pairs"),
    flag_column("present"),
    name_column("run"),
    Index("ix_findings_rank", "rank"),
    Index("ix_findings_works", "work_a", "work_b"),
)
clusters = Table(
    "clusters",
    METADATA,
    id_column(),
    text_column("label"),
    text_column("theme"),
    text_column("remedies", "[]"),
    maybe_column("medoid"),
    number_column("size"),
    text_column("bodies", "[]"),
    text_column("members", "[]"),
    text_column("excluded", "[]"),
    text_column("former", "[]"),
    maybe_column("successor"),
    flag_column("present"),
    name_column("run"),
    Index("ix_clusters_size", "size"),
)
signals = Table("signals", METADATA, name_column("kind"), name_column("subject"), text_column("message"))

pairs = Table(
    "pairs",
    METADATA,
    id_column(),
    name_column("left_clause"),
    name_column("right_clause"),
    name_column("left_work"),
    name_column("right_work"),
    name_column("left_digest"),
    name_column("right_digest"),
    number_column("left_number"),
    number_column("right_number"),
    name_column("bodies"),
    name_column("family"),
    maybe_column("finding"),
    maybe_column("cluster"),
    name_column("relation"),
    name_column("wording"),
    real_column("probability"),
    real_column("similarity"),
    real_column("containment_left"),
    real_column("containment_right"),
    real_column("information"),
    number_column("rank"),
    flag_column("demoted"),
    flag_column("doubtful"),
    name_column("run"),
    real_column("learned", "-1"),
    real_column("doubt", "-1"),
    maybe_column("model"),
    number_column("version"),
    number_column("text_version"),
    Column("state", String, nullable=False, server_default="open"),
    maybe_column("outcome"),
    maybe_column("remedy"),
    maybe_column("decided_by"),
    text_column("decided_at"),
    number_column("reviews"),
    number_column("comments"),
)
_FILTERED = ("state", "relation", "wording", "outcome", "bodies", "demoted", "doubtful", "probability")
# Wide indexes hold what most filters ask for, so that a scan along an order never touches the rows.
for _column in ("rank", "probability", "learned", "doubt", "decided_at"):
    _others = (name for name in _FILTERED if name != _column)
    Index(f"ix_pairs_{_column}", *(pairs.c[name] for name in (_column, "id", *_others)))
# What few pairs match is gathered here and then sorted: all pairs of some kinds lie together, by score.
_KIND = ("relation", "wording", "bodies", "state", "probability", "rank", "id", "outcome", "demoted", "doubtful")
Index("ix_pairs_kind", *(pairs.c[name] for name in _KIND))
for _column in ("state", "outcome", "cluster", "family", "demoted"):
    Index(f"ix_pairs_{_column}", pairs.c[_column], pairs.c.rank)
Index("ix_pairs_finding", pairs.c.finding, pairs.c.state, pairs.c.rank)
_COMMENTED = text("comments > 0")
Index("ix_pairs_commented", pairs.c.rank, sqlite_where=_COMMENTED, postgresql_where=_COMMENTED)
for _column in ("left_work", "right_work", "left_clause", "right_clause"):
    Index(f"ix_pairs_{_column}", pairs.c[_column])

evidence = Table("evidence", METADATA, id_column("pair"), text_column("body", "{}"))
features = Table("features", METADATA, id_column("pair"), Column("vector", LargeBinary, nullable=False))
# Numbers of pairs by all that filters ask for at once; ``outcome`` is empty where there is none.
cells = Table(
    "cells",
    METADATA,
    *(id_column(name) for name in ("state", "outcome", "relation", "wording", "bodies")),
    Column("demoted", Boolean, primary_key=True),
    Column("doubtful", Boolean, primary_key=True),
    id_column("run"),
    Column("band", Integer, primary_key=True, autoincrement=False),
    number_column("number"),
)
# Families of more than one pair, so that pairs without kin are passed over unread.
families = Table("families", METADATA, id_column("family"), number_column("number"))
moves = Table(
    "moves",
    METADATA,
    id_column("pair"),
    maybe_column("target"),
    name_column("run"),
    text_column("why"),
    Index("ix_moves_target", "target"),
)
