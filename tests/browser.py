"""A person in front of the pages, for tests without a browser: signs in, fills in forms with their own token."""

import re
from dataclasses import dataclass
from typing import Any

from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PASSWORD = "lada putih muntok 42"


@dataclass
class Person:
    """A browser of one person. ``post`` takes the CSRF token from the page that was read last, or from ``page``."""

    client: FlaskClient
    token: str = ""

    def get(self, path: str, **given: Any) -> TestResponse:
        answer = self.client.get(path, **given)
        if found := TOKEN.search(answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""):
            self.token = found[1]
        return answer

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, page: str | None = None, **given: Any
    ) -> TestResponse:
        if page is not None:
            self.get(page)
        answer = self.client.post(path, data={"csrf_token": self.token, **(data or {})}, **given)
        if found := TOKEN.search(answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""):
            self.token = found[1]
        return answer


def guest(app: Flask) -> Person:
    return Person(app.test_client())


def signed_in(app: Flask, user: Any) -> Person:
    """Sign this account in by the real form's post, without its page; the password is that of tests.factories."""
    person = guest(app)
    person.token = _token(app, person.client)
    answer = person.post("/masuk", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    person.token = _token(app, person.client)
    return person


def _token(app: Flask, client: FlaskClient) -> str:
    """The token that the next page of this browser would carry."""
    with client.session_transaction() as cookie, app.app_context(), app.test_request_context():
        session.update(cookie)
        token = generate_csrf()
        cookie.update(session)
    return token
