"""The demo data, made once for all tests of this folder with small pictures, on the database of this run."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from gallery.app import create_app
from gallery.core import adapters
from gallery.core.db import db
from gallery.demo.seed import seed
from tests import databases, postgres

SMALL = 48


@pytest.fixture(scope="module")
def demo(schema, tmp_path_factory) -> Iterator[Flask]:
    """An application with the demo data. Tests of this fixture read; what they write is rolled back or repeatable."""
    folder = tmp_path_factory.mktemp("demo")
    if isinstance(schema, Path):
        shutil.copyfile(schema, folder / "demo.db")
        url = f"sqlite:///{folder}/demo.db"
    else:
        databases.empty(schema)
        url = schema.url.render_as_string(hide_password=False)
    app = create_app(
        Settings(
            ENVIRONMENT="testing", DATABASE_URL=url, DATA_DIR=str(folder / "data"), EXTERNAL_URL="http://localhost"
        )
    )
    with app.app_context():
        assert seed(adapters.files(), adapters.cipher(), picture_width=SMALL)
        yield app
        db.session.remove()
        db.engine.dispose()
    if postgres.database_url():
        databases.empty(schema)
