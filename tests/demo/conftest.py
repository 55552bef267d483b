"""The demo data for all tests of this folder: a copy of what the journeys of this run begin with."""

from collections.abc import Iterator

import pytest
from flask import Flask

from config import Settings
from gallery.app import create_app
from gallery.core.db import db
from tests import postgres
from tests.site import demo_copy


@pytest.fixture(scope="module")
def demo(database, shared, worker_id, tmp_path_factory) -> Iterator[Flask]:
    """An application with the demo data. Tests of this fixture read; what they write is rolled back or repeatable."""
    folder = tmp_path_factory.mktemp("demo")
    with demo_copy(folder, shared, f"gallery_demo_{postgres.run_id()}_{worker_id}") as (database_url, keys):
        app = create_app(
            Settings(
                ENVIRONMENT="testing",
                DATABASE_URL=database_url,
                DATA_DIR=str(folder),
                EXTERNAL_URL="http://localhost",
                SECRET_KEY=keys["SECRET_KEY"],
                DATA_ENCRYPTION_KEYS=[keys["DATA_ENCRYPTION_KEYS"]],
                BLIND_INDEX_KEY=keys["BLIND_INDEX_KEY"],
                AUDIT_KEY=keys["AUDIT_KEY"],
            )
        )
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()
