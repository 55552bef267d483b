"""pytest plugin: each test gets a database with all tables and no rows, of the kind that ``--database`` names.

SQLite: the schema is made once per process, every test works on a copy of that file.
PostgreSQL: the schema is made once per process, and what a test wrote is truncated before the next one.
"""

import importlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from tests import postgres


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine | Path]:
    """Make the schema: in this process's PostgreSQL database, or in a SQLite file to copy from."""
    from gallery.core.db import Base, configure

    load_models()
    if url := postgres.database_url():
        engine = create_engine(url)
        Base.metadata.create_all(engine)
        yield engine
        engine.dispose()
        return
    template = tmp_path_factory.mktemp("schema") / "template.db"
    engine = create_engine(f"sqlite:///{template}")
    configure(engine)
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    yield template


@pytest.fixture
def database_url(schema: Engine | Path, tmp_path: Path) -> str:
    """Return the URL of an empty database that has all tables."""
    if isinstance(schema, Path):
        shutil.copyfile(schema, tmp_path / "test.db")
        return f"sqlite:///{tmp_path}/test.db"
    empty(schema)
    return schema.url.render_as_string(hide_password=False)


def load_models() -> None:
    """Import every module that holds tables, whether or not some page uses it already."""
    folder = Path(__file__).resolve().parents[1] / "gallery"
    for path in sorted([*folder.glob("*/models.py"), *folder.glob("core/*.py")]):
        importlib.import_module(f"gallery.{path.parent.name}.{path.stem}")


def empty(engine: Engine) -> None:
    """Truncate the tables that have rows; append-only triggers do not hinder that."""
    names = [name for name in inspect(engine).get_table_names() if name != "alembic_version"]
    if not names:
        return
    with engine.begin() as connection:
        asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names)  # noqa: S608
        used = connection.scalars(text(asked)).all()
        if used:
            tables = ", ".join(f'"{name}"' for name in used)
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
