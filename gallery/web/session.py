"""The signed-in person of a request: a random token in the cookie, and the row that decides whether it counts."""

import logging
from typing import Any, Final

from flask import Flask, Response, g, request, session
from flask_login import LoginManager, UserMixin, login_user, logout_user
from flask_login import current_user as flask_login_user
from sqlalchemy.exc import SQLAlchemyError

from gallery.accounts import queries
from gallery.accounts.models import User
from gallery.accounts.permissions import Actor
from gallery.accounts.services import sessions
from gallery.core import clock, logs
from gallery.core.db import db, transaction
from gallery.web import till_cookie

log = logging.getLogger("gallery.web")
login_manager = LoginManager()
ANONYMOUS: Final = Actor.anonymous()


class SignedInUser(UserMixin):
    """What flask-login keeps: the session's token as id, the actor behind it."""

    def __init__(self, token: str, found: queries.LiveSession) -> None:
        self.token = token
        self.actor = found.actor
        self.session_id = found.session_id
        self.touch_due = found.touch_due

    def get_id(self) -> str:
        return self.token


def init_app(app: Flask) -> None:
    """Bind flask-login to the session rows."""
    login_manager.init_app(app, add_context_processor=False)
    # There is no remember-me cookie; looking for one would touch the session of pages that are the same for everybody.
    app.after_request_funcs[None].remove(login_manager._update_remember_cookie)  # noqa: SLF001
    login_manager.session_protection = None  # the row is the protection
    login_manager.user_loader(_load)
    app.after_request(_keep_alive)
    app.jinja_env.globals.update(current_actor=current_actor, keeper=keeper)


def current_actor() -> Actor:
    """Return who acts in this request; a guest when nobody is signed in."""
    user = flask_login_user
    return user.actor if getattr(user, "is_authenticated", False) else ANONYMOUS


def keeper() -> str:
    """Return whose words the browser keeps (static/js/keep.js): nothing of an account is shown to the next visitor."""
    user_id = current_actor().user_id
    return "" if user_id is None else db.session.get_one(User, user_id).public_id


def current_session_id() -> int | None:
    """Return the id of this device's session row."""
    return getattr(flask_login_user, "session_id", None)


def sign_in(user_id: int, *, device: str) -> None:
    """Start a session: afterwards the old cookie is a guest's, and the new one names a fresh row."""
    with transaction() as db_session:
        token = sessions.start(db_session, user_id, device=device)
    till_cookie.forget()
    session.clear()  # nothing of the guest's session, its CSRF token included, survives (ASVS 7.2.4)
    found = queries.live_session(db.session(), token, clock.now())
    if found is None:
        raise RuntimeError("a session that was just started is not alive")
    login_user(SignedInUser(token, found))


def sign_out() -> None:
    """End this device's session: afterwards a copy of its cookie is a guest's."""
    if session_id := current_session_id():
        with transaction() as db_session:
            sessions.end(db_session, session_id)
    logout_user()
    till_cookie.forget()
    session.clear()


def leave_idle() -> None:
    """Let the idle time go on: a page made this request on its own, which is no sign that somebody is there."""
    user: Any = g.get("_login_user")
    if user is not None:
        user.touch_due = False


def device_name() -> str:
    """Return a short name of the browser, for the list of own sessions; no version, no address."""
    agent = request.user_agent.string
    browser = next((name for name in ("Edg", "OPR", "Firefox", "Chrome", "Safari") if name in agent), "Peramban")
    system = next((name for name in ("Android", "iPhone", "Windows", "Mac OS", "Linux") if name in agent), "")
    return f"{ {'Edg': 'Edge', 'OPR': 'Opera'}.get(browser, browser) } {system}".strip()


def _load(token: str) -> SignedInUser | None:
    found = queries.live_session(db.session(), token, clock.now())
    if found is None:
        return None
    logs.bind(user_id=found.actor.user_id)
    return SignedInUser(token, found)


def _keep_alive(response: Response) -> Response:
    """Note that the session is in use, at most every few minutes; a busy database is no reason to fail the page."""
    user: Any = g.get("_login_user")
    if user is not None and getattr(user, "touch_due", False):
        try:
            with transaction() as db_session:
                sessions.touch(db_session, user.session_id)
        except SQLAlchemyError:
            log.warning("session not touched")
    return response
