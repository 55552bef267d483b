"""The migration that turns stored sentences into codes."""

import importlib

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

step = importlib.import_module("migrations.versions.0015_reason_codes")
TYPED = "Kurang Rp100"


@pytest.fixture
def connection():
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        for table, reason, *_ in step.COLUMNS:
            connection.exec_driver_sql(f'CREATE TABLE "{table}" (id INTEGER PRIMARY KEY, {reason} VARCHAR NOT NULL)')
        yield connection
    engine.dispose()


def test_known_sentences_become_codes_and_typed_ones_notes(connection):
    said = ["", "Terlalu lama", "I changed my mind", TYPED]
    for text in said:
        connection.exec_driver_sql('INSERT INTO "order" (cancel_reason) VALUES (?)', (text,))
    with Operations.context(MigrationContext.configure(connection)):
        step.upgrade()
        found = connection.exec_driver_sql('SELECT cancel_reason, cancel_note FROM "order" ORDER BY id').all()
        assert found == [(None, ""), ("too_slow", ""), ("changed_mind", ""), ("other", TYPED)]
        step.downgrade()
    back = connection.exec_driver_sql('SELECT cancel_reason FROM "order" ORDER BY id').scalars().all()
    assert back == ["", "Terlalu lama", "Saya berubah pikiran", TYPED]
