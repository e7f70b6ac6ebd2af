"""The door to the database: opening, transactions, one writer at a time.

Both databases follow one rule: whoever writes holds the only write lock until the transaction ends. SQLite has it in
``BEGIN IMMEDIATE``, PostgreSQL gets it from an advisory lock. So a chain of digests cannot fork and no pair is lent
twice; a write takes a few milliseconds.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from pipeline.errors import DatabaseError
from pipeline.store.database.migrating import head_revision, revision_of, upgrade_schema

__all__ = ["Database", "database_url", "open_database", "remembered"]

_WRITE_LOCK = 7_019_110_101
_WAIT_SECONDS = 30
_WRITES = "overlap_writes"
_PRAGMAS = (
    *("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"),
    *("cache_size=-65536", "mmap_size=2147418112", "temp_store=MEMORY"),
)


SNAPSHOT = "snapshot"
T = TypeVar("T")


def remembered(session: Session, key: Hashable, make: Callable[[], T]) -> T:
    """What ``make`` gives; a session that only reads makes it once for equal keys, since nothing changes."""
    held: dict[Hashable, T] | None = session.info.get(SNAPSHOT)
    if held is None:
        return make()
    if key not in held:
        held[key] = make()
    return held[key]


@dataclass(frozen=True, slots=True)
class Database:
    """An open database; ``url`` never shows a password."""

    engine: Engine
    url: str
    _writers: Lock = field(default_factory=Lock, repr=False, compare=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent state of the database; nothing that it does is kept."""
        with self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            with Session(connection, info={SNAPSHOT: {}}) as session:
                yield session
            connection.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one transaction that has the write lock; kept as a whole or, on any error, not at all.

        Raises:
            DatabaseError: another writer held the lock for half a minute.
        """
        with self._turn(), self.engine.connect().execution_options(**{_WRITES: True}) as connection:
            try:
                self._lock(connection)
            except OperationalError as error:
                raise DatabaseError("another process writes to the database; try again in a moment") from error
            with Session(connection, expire_on_commit=False) as session:
                yield session
                session.flush()
            connection.commit()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Threads of this process write in turn: those that SQLite makes wait try again by chance, some for too long.

        Who waits here holds no connection, so that who writes may still read.
        """
        if not self._writers.acquire(timeout=_WAIT_SECONDS):
            raise DatabaseError("others write to the database; try again in a moment")
        try:
            yield
        finally:
            self._writers.release()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def _lock(self, connection: Connection) -> None:
        connection.begin()
        if not self.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITE_LOCK})


def database_url(place: str | Path) -> str:
    """The address of a database: a URL as it stands, a path as the URL of a file of SQLite."""
    text_of = str(place)
    return text_of if "://" in text_of else f"sqlite:///{Path(text_of).absolute()}"


def open_database(url: str, *, upgrade: bool = False) -> Database:
    """The database at an address such as ``sqlite:///outputs/overlap.db`` or ``postgresql+psycopg://host/name``.

    Args:
        url: the address; a bare path means a file of SQLite.
        upgrade: make the database, or bring an older one to the present schema.

    Raises:
        DatabaseError: it cannot be reached, or its schema is not the present one and ``upgrade`` is false.
    """
    try:
        parsed = make_url(database_url(url))
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed, **_options(parsed.get_backend_name()))
    except (ArgumentError, ModuleNotFoundError) as error:
        raise DatabaseError(f"{url!r} is no address of a database: {error}") from error
    shown = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite":
        _prepare_file(engine, parsed.database, upgrade)
    else:
        _prepare_server(engine)
    database = Database(engine, shown)
    try:
        _check_schema(database, upgrade)
    except OperationalError as error:
        engine.dispose()
        raise DatabaseError(f"{shown} cannot be opened: {str(error.orig).strip()}") from error
    except DatabaseError:
        engine.dispose()
        raise
    return database


def _options(backend: str) -> dict[str, Any]:
    if backend == "sqlite":
        return {"connect_args": {"timeout": _WAIT_SECONDS, "check_same_thread": False}}
    return {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 30}


def _prepare_file(engine: Engine, path: str | None, make: bool) -> None:
    if path and path != ":memory:":
        if not make and not Path(path).is_file():
            raise DatabaseError(f"there is no database at {path} yet; make it with: overlap db upgrade")
        if make:
            Path(path).parent.mkdir(parents=True, exist_ok=True)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:  # noqa: ANN401  sqlite3 leaves it open
        # Transactions are begun by us: the driver would begin a write as a read and fail later instead of waiting.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_server(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:  # noqa: ANN401  psycopg is loaded by SQLAlchemy alone
        # Our queries read little: compiling a plan takes longer than running it.
        connection.autocommit = True
        connection.execute("SET jit = off")
        connection.autocommit = False


def _check_schema(database: Database, upgrade: bool) -> None:
    with database.engine.connect() as connection:
        present = revision_of(connection)
    wanted = head_revision()
    if present == wanted:
        return
    if not upgrade:
        state = "is empty" if present is None else f"has the schema {present}, this program needs {wanted}"
        raise DatabaseError(f"{database.url} {state}; bring it up to date with: overlap db upgrade")
    with database.engine.begin() as connection:
        upgrade_schema(connection)
