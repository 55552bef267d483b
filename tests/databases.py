"""pytest plugin: each test gets a database with all tables and no rows, of the kind that ``--database`` names.

The schema is made once per process, and all tests of a process find their database at the same address.
SQLite: a copy of the file with the schema takes the place of what the last test left.
PostgreSQL: the rows of the last test are deleted.
"""

import importlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import Connection, Table, create_engine, inspect, text
from sqlalchemy.pool import StaticPool

from tests import postgres

# Journeys take half of a run. On PostgreSQL those are taken that touch what differs there: locks, search, numbers,
# money; and every page is opened once more, on a phone, for what a query there may give otherwise. The others are about
# scripts, pictures and other widths, which say the same on every database.
JOURNEYS_ON_EVERY_DATABASE = {
    "test_story.py": "search, the listing's refresh and an order from the district's sheet to the door",
    "test_purchase.py": "pieces are reserved and an order is placed and paid; search and suggestions",
    "test_counter.py::test_no_piece_is_lost": "leases, holds and a buyer want the same pieces: row locks",
    "test_counter.py::test_an_answer_that_was_lost": "the same sale arrives twice: unique keys under concurrency",
    "test_gallery.py": "a note received by two, sold both ways, counted, given back: locks, numbers, the chain",
    "test_pay_online.py": "messages, polls and pages book the same payment: once",
    "test_bank_statement.py": "lines of a bank are matched with payments: sums, days and similar names",
    "test_accessibility.py::test_public_pages[360 px": "what a page shows comes from queries: axe finds nothing",
    "test_accessibility.py::test_pages_of_those_who_work_here[360 px": "the same for those who work here",
}
# Of the tests with a database, these ask every address, and are answered before a row is looked for.
SAME_ON_EVERY_DATABASE = {
    "tests/web/test_access.py::test_a_guest_is_asked_": "the guard knows nobody",
    "tests/web/test_access.py::test_a_role_": "the guard knows the role; rows: tests/web/test_scopes.py, on both",
    "tests/web/test_access.py::test_every_post_of_a_form_needs_": "the token is compared first",
}
PATIENCE = "5s"  # for a connection that a test left open in the middle of a transaction


class Database(Protocol):
    """The database of this process."""

    url: str
    is_file: bool

    def empty(self) -> None:
        """Leave all tables, without rows and with their numbers beginning at 1."""

    def disconnect(self) -> None:
        """Hold no connection, so that none is shared with a forked child."""


class SqliteDatabase:
    is_file = True

    def __init__(self, folder: Path) -> None:
        from gallery.core.db import Base, configure

        self.template, self.file = folder / "template.db", folder / "test.db"
        self.url = f"sqlite:///{self.file}"
        engine = create_engine(f"sqlite:///{self.template}")
        configure(engine)
        Base.metadata.create_all(engine)
        with engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()

    def empty(self) -> None:
        # A new file under the old name: whatever still has the old one open can not touch this test's.
        for rest in ("-wal", "-shm"):
            self.file.with_name(self.file.name + rest).unlink(missing_ok=True)
        self.copy_to(fresh := self.file.with_name("fresh.db"))
        fresh.replace(self.file)

    def copy_to(self, path: Path) -> None:
        """Put another empty database there."""
        shutil.copyfile(self.template, path)

    def disconnect(self) -> None:
        pass


class PostgresqlDatabase:
    is_file = False

    def __init__(self, url: str) -> None:
        from gallery.core.db import Base

        self.url = url
        self.engine = create_engine(url, poolclass=StaticPool)
        Base.metadata.create_all(self.engine)
        with self.engine.begin() as connection:
            self.is_ours = connection.scalar(text("SHOW is_superuser")) == "on"
            if self.is_ours:
                _make_function(connection, Base.metadata.sorted_tables)

    def empty(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
            if self.is_ours:
                connection.execute(text("SELECT empty_for_test()"))
            else:
                _truncate(connection)

    def disconnect(self) -> None:
        self.engine.dispose()


def _make_function(connection: Connection, tables: list[Table]) -> None:
    """Make a function that deletes all rows: a tenth of the time that TRUNCATE takes for a few rows in many tables.

    Only a superuser may switch the triggers off (append-only tables, foreign keys in a circle).
    """
    numbered = "SELECT pg_get_serial_sequence(:table, :column)"
    steps = []
    for table in tables:
        steps.append(f'IF EXISTS (SELECT 1 FROM "{table.name}") THEN DELETE FROM "{table.name}"; END IF;')  # noqa: S608
        for column in table.primary_key:
            if sequence := connection.scalar(text(numbered), {"table": table.name, "column": column.name}):
                # A row that was refused or taken back leaves no row, but has spent a number.
                is_spent = f"(SELECT is_called FROM {sequence})"  # noqa: S608
                steps.append(f"IF {is_spent} THEN PERFORM setval('{sequence}', 1, false); END IF;")
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION empty_for_test() RETURNS void LANGUAGE plpgsql"
        f" SET session_replication_role = replica AS $$ BEGIN {' '.join(steps)} END $$"
    )


def _truncate(connection: Connection) -> None:
    names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names)  # noqa: S608
    if used := connection.scalars(text(asked)).all():
        tables = ", ".join(f'"{name}"' for name in used)
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--with-database-only", action="store_true", help="leave out what says the same on every database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what says the same on every database: tests without one, and those that are named above.

    On SQLite those are left out that hold a row while another is written: it has one writer at a time.
    """
    is_sqlite, is_second = config.getoption("--database") == "sqlite", config.getoption("--with-database-only")
    kept, left = [], []
    for item in items:
        means_nothing = is_sqlite and item.get_closest_marker("row_locks")
        (left if means_nothing or (is_second and not _says_more_there(item)) else kept).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


def _says_more_there(item: pytest.Item) -> bool:
    if item.get_closest_marker("journey"):
        return any(f"/{name}" in item.nodeid for name in JOURNEYS_ON_EVERY_DATABASE)
    return "database" in item.fixturenames and not item.nodeid.startswith(tuple(SAME_ON_EVERY_DATABASE))


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The database of this process; tests take ``database_url``, or ``app``, which empty it."""
    load_models()
    url = postgres.database_url()
    made = PostgresqlDatabase(url) if url else SqliteDatabase(tmp_path_factory.mktemp("database"))
    yield made
    made.disconnect()


@pytest.fixture
def database_url(database: Database) -> str:
    """Return the URL of an empty database that has all tables."""
    database.empty()
    return database.url


def load_models() -> None:
    """Import every module that holds tables, whether or not some page uses it already."""
    folder = Path(__file__).resolve().parents[1] / "gallery"
    for path in sorted([*folder.glob("*/models.py"), *folder.glob("*/models/__init__.py"), *folder.glob("core/*.py")]):
        names = path.relative_to(folder.parent).with_suffix("").parts
        importlib.import_module(".".join(names).removesuffix(".__init__"))
