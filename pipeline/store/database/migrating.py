"""Schema versions, by Alembic; the steps lie in ``migrations/versions`` of this package."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from pipeline.errors import DatabaseError

__all__ = ["head_revision", "revision_of", "upgrade_schema"]

_FOLDER = Path(__file__).parent / "migrations"


def _scripts() -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config, ScriptDirectory.from_config(config)


def head_revision() -> str:
    """The version of the schema that this program needs."""
    head = _scripts()[1].get_current_head()
    assert head is not None, "the package holds at least one version"
    return head


def revision_of(connection: Connection) -> str | None:
    """The version of the schema that a database has; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade_schema(connection: Connection) -> None:
    """Bring a database to the present schema, in the transaction of the connection.

    Raises:
        DatabaseError: the database is newer than this program.
    """
    config, scripts = _scripts()
    try:
        with EnvironmentContext(
            config, scripts, fn=lambda revision, _: scripts._upgrade_revs("head", revision)
        ) as step:
            step.configure(connection=connection)
            step.run_migrations()
    except CommandError as error:
        raise DatabaseError(f"the schema cannot be brought up to date: {error}") from error
