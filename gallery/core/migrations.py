"""Whether the database has every migration that this code knows."""

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Engine


def at_head(engine: Engine) -> bool:
    """Compare what the database says with the newest files in migrations/versions."""
    folder = Config()
    folder.set_main_option("script_location", current_app.extensions["migrate"].directory)
    with engine.connect() as connection:
        current = set(MigrationContext.configure(connection).get_current_heads())
    return current == set(ScriptDirectory.from_config(folder).get_heads())
