from alembic.config import Config
from alembic.script import ScriptDirectory

from gallery.core import migrations
from gallery.core.db import db


def test_the_newest_migrations_are_those_that_alembic_names():
    folder = Config()
    folder.set_main_option("script_location", str(migrations.FOLDER))
    assert migrations.heads() == set(ScriptDirectory.from_config(folder).get_heads())


def test_a_database_is_current_when_it_says_so(app):
    assert not migrations.at_head(db.engine)
    with db.engine.connect().execution_options(write=True) as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num varchar)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0001')")
        connection.commit()
    try:
        assert not migrations.at_head(db.engine)
        with db.engine.connect().execution_options(write=True) as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{max(migrations.heads())}'")  # noqa: S608
            connection.commit()
        assert migrations.at_head(db.engine)
    finally:
        with db.engine.connect().execution_options(write=True) as connection:
            connection.exec_driver_sql("DROP TABLE alembic_version")
            connection.commit()
