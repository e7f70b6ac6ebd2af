"""A fresh review database for each test, once on SQLite and once on a real PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from pipeline.store.database import Database, open_database

_BINARIES = Path("/usr/lib/postgresql")
_NUMBER = count(1)


def _start(folder: Path) -> str | None:
    """The address of a new server on a socket in the folder, or None where it cannot be started."""
    found = sorted(_BINARIES.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    user = "postgres" if os.geteuid() == 0 else ""
    if not found or (user and shutil.which("runuser") is None):
        return None
    if user:
        shutil.chown(folder, user)
    prefix = ["runuser", "-u", user, "--"] if user else []
    binaries, data = found[-1].parent, folder / "data"
    settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c max_connections=60"
    start = (str(binaries / "pg_ctl"), "-D", str(data), "-w", "-o", settings, "-l", str(folder / "log"), "start")
    make = (str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", "overlap", "-E", "UTF8", "--no-sync")
    for command in (make, start):
        subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    return f"postgresql+psycopg://overlap@/postgres?host={folder}"


def _stop(folder: Path) -> None:
    binaries = sorted(_BINARIES.glob("*/bin/pg_ctl"), key=lambda path: float(path.parts[-3]))[-1]
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    stop = [*prefix, str(binaries), "-D", str(folder / "data"), "-m", "immediate", "stop"]
    subprocess.run(stop, check=False, stdout=subprocess.DEVNULL, cwd=folder)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str | None]:
    """The address of a PostgreSQL that runs for this session, or None where Debian's package is not installed."""
    # Sockets have short paths: the folder lies directly below that for temporary files.
    folder = Path(tempfile.mkdtemp(prefix="overlap-pg-"))
    folder.chmod(0o755)
    url = _start(folder)
    try:
        yield url
    finally:
        if url is not None:
            _stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str | None) -> str | None:
    """The name of a database with our schema, to copy for each test."""
    if postgresql_server is None:
        return None
    _run(postgresql_server, "CREATE DATABASE overlap_template")
    open_database(postgresql_server.replace("/postgres?", "/overlap_template?"), upgrade=True).close()
    return "overlap_template"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty review database."""
    if request.param == "sqlite":
        made = open_database(str(tmp_path / "review.db"), upgrade=True)
        yield made
        made.close()
        return
    server = request.getfixturevalue("postgresql_server")
    if server is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    template, name = request.getfixturevalue("postgresql_template"), f"overlap_{next(_NUMBER)}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    made = open_database(server.replace("/postgres?", f"/{name}?"))
    yield made
    made.close()
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def _run(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
