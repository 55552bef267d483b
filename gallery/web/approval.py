"""A second person says yes at the same screen: signs nobody in, tries are counted as at signing in."""

from flask import request

from gallery.accounts.errors import SignInFailedError, TooManyAttemptsError
from gallery.accounts.permissions import Actor
from gallery.accounts.queries import actor_of
from gallery.accounts.services import sign_in
from gallery.core import adapters
from gallery.core.db import db, transaction


def approver(login: str, password: str) -> Actor | None:
    """Return who has typed login and password; None where they do not fit, or after too many tries."""
    login = sign_in.normal_login(login)
    try:
        with transaction() as session:
            account = sign_in.account_key(session, login)
            tried = sign_in.count_try(session, adapters.cipher(), account, str(request.remote_addr))
        user = sign_in.check_password(db.session(), login, password)
    except (SignInFailedError, TooManyAttemptsError):
        return None
    actor = actor_of(user)
    with transaction() as session:
        sign_in.forget(session, tried)
    return actor
