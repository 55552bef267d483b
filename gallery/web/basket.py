"""Whose cart a request means: the account's, or that of the holder of a cookie that only a POST gives out."""

import hashlib
import secrets
from typing import Final

from flask import Response, after_this_request, current_app, request

from gallery.checkout import services
from gallery.checkout.queries import Owner
from gallery.core.db import transaction
from gallery.web.session import current_actor

MAX_AGE_S: Final = 60 * 24 * 3600
TOKEN_LENGTH: Final = 43  # of 32 random bytes in URL-safe base64


def cookie_name() -> str:
    return "__Host-keranjang" if current_app.config["SESSION_COOKIE_SECURE"] else "keranjang"


def current_owner() -> Owner:
    """Return whose cart this is; of nobody (an empty one) while no cookie was given out."""
    actor = current_actor()
    return Owner(user_id=actor.user_id) if actor.is_signed_in else guest_owner()


def guest_owner() -> Owner:
    """Return the owner that the cookie names, signed in or not."""
    token = request.cookies.get(cookie_name(), "")
    return Owner(token_hash=_hash(token)) if len(token) == TOKEN_LENGTH else Owner()


def owner_for_writing() -> Owner:
    """Return whose cart this is, and give a new guest the cookie."""
    owner = current_owner()
    if owner.user_id is not None or owner.token_hash is not None:
        return owner
    token = secrets.token_urlsafe(32)

    @after_this_request
    def remember(response: Response) -> Response:
        response.set_cookie(
            cookie_name(),
            token,
            max_age=MAX_AGE_S,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response

    return Owner(token_hash=_hash(token))


def merge_after_sign_in(user_id: int) -> None:
    """The account's cart holds what the guest had put into theirs; the guest's cookie is given back."""
    guest = guest_owner()
    if guest.token_hash is None:
        return
    with transaction() as session:
        services.merge_carts(session, guest=guest, user_id=user_id)

    @after_this_request
    def forget(response: Response) -> Response:
        response.delete_cookie(cookie_name(), secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True)
        return response


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
