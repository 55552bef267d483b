"""Asking for the password again before something that matters (ASVS 7.5.1): contacts, password, bank account."""

from typing import Any

from flask import abort
from flask_babel import gettext as _

from gallery.accounts.errors import TooManyAttemptsError
from gallery.accounts.models import User
from gallery.accounts.passwords import verify_password
from gallery.accounts.services import sign_in
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.web.session import current_actor


def is_own_password(field: Any) -> bool:
    """Whether the field holds the password of who is signed in; else its error says so. Wrong ones are counted."""
    user_id = current_actor().user_id or abort(401)
    try:
        with transaction() as session:
            tried = sign_in.count_try(session, adapters.cipher(), f"confirm:{user_id}", f"confirm:{user_id}")
    except TooManyAttemptsError:
        field.errors = [_("Terlalu banyak percobaan. Tunggu 15 menit, lalu coba lagi.")]
        return False
    user = db.session.get_one(User, user_id)
    if verify_password(user.password_hash, field.data or ""):
        with transaction() as session:
            sign_in.forget(session, tried)
        return True
    field.errors = [_("Kata sandi ini tidak cocok. Tulis kata sandi yang sekarang Anda pakai.")]
    return False
