"""How alembic runs the migrations of this folder: on the application's own database, all of them or none."""

import importlib
from pathlib import Path
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import text

from gallery.core.types import UtcDateTime

folder = Path(__file__).resolve().parents[1] / "gallery"
for path in sorted([*folder.glob("*/models.py"), *folder.glob("*/models/__init__.py")]):
    package = path.relative_to(folder).parts[0]
    importlib.import_module(f"gallery.{package}.models")  # whether or not some page uses it already


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what they are in the database: migrations outlive the code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def skip_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Write no file when nothing changed."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives.clear()


def run() -> None:
    """Run what was asked for in one transaction; SQLite can do that too, once it is told to begin."""
    migrate = current_app.extensions["migrate"]
    options = {"process_revision_directives": skip_empty, "render_item": render_item, **migrate.configure_args}
    engine = migrate.db.engine
    with engine.connect() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        if is_sqlite:  # a table that is rebuilt must not take the rows that point to it along
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        connection = connection.execution_options(write=True)  # noqa: PLW2901 - the same one, told to write
        if not is_sqlite:
            connection.execute(text("SET statement_timeout = 0"))
        context.configure(connection=connection, target_metadata=migrate.db.metadata, transactional_ddl=True, **options)
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                raise RuntimeError(f"rows that point nowhere: {broken[:5]}")
        connection.commit()
        if is_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


run()
