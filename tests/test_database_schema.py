"""The schema that the steps make is the one that the program means."""

from datetime import UTC, datetime
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from review_corpus import make_run, many
from sqlalchemy import Connection, inspect, text

from pipeline.store.database import Database, migrations, open_database
from pipeline.store.database.importing import import_run
from pipeline.store.database.migrating import head_revision, revision_of, upgrade_schema
from pipeline.store.database.schema import METADATA


def test_the_steps_lead_to_the_tables_of_the_program(database: Database) -> None:
    with database.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), METADATA)
        assert revision_of(connection) == head_revision()
    # The index of words has tables of its own, in the words of each database.
    differing = [one for one in found if "text_words" not in str(one)]
    assert not differing


def test_upgrading_what_is_up_to_date_changes_nothing(database: Database) -> None:
    with database.write() as session:
        session.execute(text("INSERT INTO preferences (person, body) VALUES ('anna', '{}')"))
    again = open_database(database.engine.url.render_as_string(hide_password=False), upgrade=True)
    with again.read() as session:
        assert session.execute(text("SELECT count(*) FROM preferences")).scalar() == 1
    again.close()


def test_counts_survive_the_way_back_to_the_former_schema_and_here_again(database: Database, tmp_path: Path) -> None:
    texts, told = many(12)
    import_run(
        database, make_run(tmp_path, "20260301-080000-aaaaaa", texts, told), now=datetime(2026, 3, 1, tzinfo=UTC)
    )
    with database.engine.begin() as connection:
        cells = _rows(connection, "SELECT * FROM cells")
        queues = _rows(connection, "SELECT id, open FROM queues")
        _downgrade(connection, "0003")
        assert revision_of(connection) == "0003"
        assert not {"cells", "families", "queue_people"} & set(inspect(connection).get_table_names())
        tallied = _rows(connection, "SELECT value, number FROM tallies WHERE dimension = 'relation'")
        assert tallied == [("SAME-ACT", 12)]
        upgrade_schema(connection)
        assert _rows(connection, "SELECT * FROM cells") == cells
        assert _rows(connection, "SELECT id, open FROM queues") == queues
    assert cells
    assert any(open_pairs for _, open_pairs in queues)


def _rows(connection: Connection, query: str) -> list[tuple[object, ...]]:
    return sorted(map(tuple, connection.execute(text(query))))


def _downgrade(connection: Connection, target: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(str(migrations.__file__)).parent))
    scripts = ScriptDirectory.from_config(config)
    with EnvironmentContext(config, scripts, fn=lambda revision, _: scripts._downgrade_revs(target, revision)) as step:
        step.configure(connection=connection)
        step.run_migrations()
