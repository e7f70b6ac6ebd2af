"""What the planners of the databases need to know to choose the right index."""

from sqlalchemy import text
from sqlalchemy.orm import Session

__all__ = ["gather_statistics"]


def gather_statistics(session: Session) -> None:
    """Let the database look at how values are spread; after an import, since nothing else changes that much."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA analysis_limit=2000"))
    session.execute(text("ANALYZE"))
