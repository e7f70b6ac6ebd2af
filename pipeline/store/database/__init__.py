"""The database of the review: SQLite in a file, or PostgreSQL by URL. SQL is written here and nowhere else.

``open_database`` gives a ``Database``, whose ``read`` and ``write`` give sessions. Then: ``importing`` takes over a
run, ``filters`` and ``listing`` find pairs, ``detail`` shows one, ``queues`` give them out, ``decisions`` and ``bulk``
record what people decide, ``audit`` keeps the ledger honest, ``people`` knows who is who, ``learning`` puts queues in
order. ``findings``, ``library`` and ``runs`` read the rest. ``views`` holds what the pages get.
"""

from sqlalchemy.orm import Session

from pipeline.store.database.engine import Database, database_url, open_database

__all__ = ["Database", "Session", "database_url", "open_database"]
