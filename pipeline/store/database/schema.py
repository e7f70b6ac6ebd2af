"""The tables of the review database; the same on SQLite and PostgreSQL.

Times are ISO 8601 texts in UTC, which sort by time. What only we read again is JSON text.
"""

from pipeline.store.database.columns import METADATA
from pipeline.store.database.corpus_schema import (
    clauses,
    documents,
    references,
    rejected,
    resolutions,
    runs,
    texts,
)
from pipeline.store.database.pair_schema import (
    cells,
    clusters,
    evidence,
    families,
    features,
    findings,
    moves,
    pairs,
    resolution_pairs,
    signals,
)
from pipeline.store.database.review_schema import (
    claims,
    comments,
    decisions,
    events,
    models,
    people,
    preferences,
    queue_items,
    queue_people,
    queues,
    reviews,
    sessions,
    tokens,
)

__all__ = [
    "METADATA",
    "cells",
    "claims",
    "clauses",
    "clusters",
    "comments",
    "decisions",
    "documents",
    "events",
    "evidence",
    "families",
    "features",
    "findings",
    "models",
    "moves",
    "pairs",
    "people",
    "preferences",
    "queue_items",
    "queue_people",
    "queues",
    "references",
    "rejected",
    "resolution_pairs",
    "resolutions",
    "reviews",
    "runs",
    "sessions",
    "signals",
    "texts",
    "tokens",
]
