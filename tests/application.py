"""The application that the tests of one process share: made once, and put back to its first state before each test.

Making it takes longer than most tests (its pages' addresses, its templates, the statements SQLAlchemy has compiled).
A test that builds something into the application itself, such as a page, says so: ``@pytest.mark.own_application``.
"""

import dataclasses
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from config import Settings
from gallery import app as wiring
from gallery.core.db import db
from gallery.listing.queries import facets, vocabulary

# argon2 as it is used takes 25 ms for every sign-in of every test; tests of passwords ask for it (``real_passwords``).
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Client(FlaskClient):
    """Gives each request a context of its own, as a server does; the test's own session reads afresh after it."""

    def open(self, *args, **kwargs):
        db.session.rollback()
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        db.session.rollback()
        db.session.expire_all()
        return answer


class Application:
    """An application, and how it was when it was made."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.settings = Settings(
            ENVIRONMENT="testing",
            DATABASE_URL=database_url,
            DATA_DIR=str(folder),
            EXTERNAL_URL="http://localhost",
        )
        self.flask = wiring.create_app(self.settings)
        self.flask.test_client_class = Client
        with self.flask.app_context():
            if db.engine.dialect.name == "sqlite":
                event.listen(db.engine, "connect", _never_wait_for_the_disk)
        self.config = dict(self.flask.config)
        self.globals = dict(self.flask.jinja_env.globals)
        self.rules = len(list(self.flask.url_map.iter_rules()))

    def fresh(self, folder: Path) -> Flask:
        """Put everything back that requests and tests change, and let files be stored under this folder."""
        app = self.flask
        assert len(list(app.url_map.iter_rules())) == self.rules, "a test added a page: own_application is its mark"
        settings = dataclasses.replace(self.settings, DATA_DIR=str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        app.config.clear()
        app.config.update(self.config, DATA_DIR=str(folder))
        app.jinja_env.globals.clear()
        app.jinja_env.globals.update(self.globals)
        app.extensions["gallery"] = wiring._adapters(settings)
        _forget(app.extensions)
        return app

    def close(self) -> None:
        with self.flask.app_context():
            db.session.remove()
            db.engine.dispose()


def _forget(extensions: dict[str, Any]) -> None:
    """Empty what the application remembers from one request to the next."""
    for name in ("cards", "fragments", "navigation"):
        extensions[name].clear()
    extensions["shop_categories"].update(rows=(), until=0.0)
    extensions["page_cache"]._drop(None)
    extensions["catalogue_version"].__init__(extensions["catalogue_version"]._app)
    facets._remembered.clear()
    vocabulary._remembered.clear()


def _never_wait_for_the_disk(connection: Any, _record: Any) -> None:
    """A test's data need not outlive a power cut."""
    connection.execute("PRAGMA synchronous=OFF")
