"""The schema that the steps make is the one that the program means."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from pipeline.store.database import Database, open_database
from pipeline.store.database.migrating import head_revision, revision_of
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
