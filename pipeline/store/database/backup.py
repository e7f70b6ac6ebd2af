"""Copies of a whole database, and their way back."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import URL, text

from pipeline.errors import DatabaseError, InputError, RunError
from pipeline.store.database.audit import verify_chain
from pipeline.store.database.engine import Database, database_url, open_database

__all__ = ["back_up", "restore"]


def back_up(db: Database, path: Path) -> None:
    """Write a copy of the database, as it is at this moment, to a file that does not exist yet.

    SQLite gives a file of SQLite; PostgreSQL gives a dump of its own tool ``pg_dump``.

    Raises:
        RunError: there is such a file.
        DatabaseError: ``pg_dump`` is missing or fails.
    """
    if path.exists():
        raise RunError(f"{path} exists; a backup never overwrites anything")
    path.parent.mkdir(parents=True, exist_ok=True)
    if db.is_sqlite:
        with db.engine.connect() as connection:
            connection.rollback()
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.execute("VACUUM INTO ?", (str(path),))
    else:
        _tool(db.engine.url, "pg_dump", "--format=custom", "--no-owner", f"--file={path}")


def restore(path: Path, url: str) -> int:
    """Bring a copy back into a database that does not exist or is empty; the number of lines of its ledger comes out.

    The ledger is verified before anything is taken for restored.

    Raises:
        InputError: there is no such copy, or it is none.
        RunError: the database exists and holds something.
        DatabaseError: ``pg_restore`` is missing or fails, or the ledger of the copy is not whole.
    """
    if not path.is_file():
        raise InputError(f"there is no backup at {path}")
    address = database_url(url)
    if address.startswith("sqlite"):
        target = Path(address.removeprefix("sqlite:///"))
        if target.exists():
            raise RunError(f"{target} exists; move it away before you restore another in its place")
        if path.read_bytes()[:16] != b"SQLite format 3\0":
            raise InputError(f"{path} is no backup of SQLite")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    else:
        _restore_dump(path, url)
    db = open_database(url, upgrade=True)
    try:
        with db.read() as session:
            found = verify_chain(session)
    finally:
        db.close()
    if not found.is_whole:
        raise DatabaseError(f"the ledger of the backup is not whole: {found.faults[0]}")
    return found.lines


def _restore_dump(path: Path, url: str) -> None:
    from sqlalchemy import create_engine, make_url

    address = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(address)
    with engine.connect() as connection:
        query = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        held = connection.execute(text(query)).scalar_one()
    engine.dispose()
    if held:
        raise RunError("the database holds tables; restore into an empty one")
    _tool(address, "pg_restore", "--no-owner", "--exit-on-error", str(path))


def _tool(url: URL, name: str, *arguments: str) -> None:
    """Run a tool of PostgreSQL; the password goes by the environment, where no list of processes shows it."""
    found = shutil.which(name)
    if found is None:
        raise DatabaseError(f"{name} is not installed; it comes with PostgreSQL's client programs")
    shown = url.set(drivername="postgresql", password=None).render_as_string()
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    done = subprocess.run([found, f"--dbname={shown}", *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise DatabaseError(f"{name} failed: {done.stderr.strip()}")
