"""Writing millions of rows: SQLite by its driver's executemany, PostgreSQL by COPY."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Column, Connection, Engine, Table, text
from sqlalchemy.schema import CreateIndex, DropIndex

from gallery.core.db import Base
from gallery.listing.models import ListingEntry

Rows = Iterable[dict[str, Any]]
Write = Callable[[type[Base], Rows], None]


@contextmanager
def bulk_writer(engine: Engine) -> Iterator[Write]:
    """Give a writer into empty tables; afterwards the listing's indexes are made anew and statistics gathered."""
    indexes = sorted(cast("Table", ListingEntry.__table__).indexes, key=lambda index: index.name or "")
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            for pragma in ("foreign_keys=OFF", "synchronous=OFF", "journal_mode=MEMORY", "cache_size=-400000"):
                driver.execute(f"PRAGMA {pragma}")
        else:
            connection.execute(text("SET session_replication_role = replica"))  # foreign keys are not checked
        for index in indexes:
            connection.execute(DropIndex(index))
        yield lambda model, rows: _write(connection, cast("Table", model.__table__), iter(rows))
        # Last, because product and revision name each other.
        connection.execute(text("UPDATE product SET published_revision_id = id"))
        for index in indexes:
            connection.execute(CreateIndex(index))
        if connection.dialect.name == "sqlite":
            connection.commit()
            driver.execute("PRAGMA journal_mode=WAL")
        else:
            _set_sequences(connection)
            connection.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"))


def _write(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    """Write rows of one shape; columns they leave out get the model's default, the same for all."""
    first = next(rows, None)
    if first is None:
        return
    defaults = {c.name: _default(c) for c in table.columns if c.name not in first and c.default is not None}
    columns = [table.c[name] for name in (*first, *defaults)]
    processors = [c.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for c in columns]
    names = ", ".join(f'"{column.name}"' for column in columns)

    def values() -> Iterator[tuple[Any, ...]]:
        yield _bound(first)
        for row in rows:
            yield _bound(row)

    def _bound(row: dict[str, Any]) -> tuple[Any, ...]:
        full = (*row.values(), *defaults.values())
        return tuple(p(value) if p else value for p, value in zip(processors, full, strict=True))

    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        driver.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', values())  # noqa: S608 - own names
        return
    connection.execute(text("SELECT 1"))  # the driver's transaction is SQLAlchemy's
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in values():
            copy.write_row(row)


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    return default.arg if default.is_scalar else default.arg(None)


def _set_sequences(connection: Connection) -> None:
    for table in Base.metadata.tables.values():
        column = table.autoincrement_column
        if column is not None:
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), "  # noqa: S608 - own names
                    f'(SELECT coalesce(max("{column.name}"), 0) + 1 FROM "{table.name}"), false)'
                )
            )
