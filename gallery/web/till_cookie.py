"""The mark of a browser whose person may sell at a till now: the till's page reads it where it has no connection.

It opens nothing at the server. It is set with the lease and goes with the session, so that after a sign-out the page
that works without a connection sells nothing and shows nothing of the till.
"""

from typing import Final

from flask import Response, after_this_request, current_app, request

NAME: Final = "kasir"
SECONDS: Final = 12 * 60 * 60  # as long as a session of staff may last


def mark(response: Response, shift_id: str) -> Response:
    """The browser knows which shift it may sell for."""
    response.set_cookie(
        NAME,
        shift_id,
        max_age=SECONDS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=False,  # the page reads it; there is no server to ask
        samesite="Strict",
    )
    return response


def forget() -> None:
    """The answer to this request takes the mark away."""
    if NAME in request.cookies:
        after_this_request(_delete)


def _delete(response: Response) -> Response:
    response.delete_cookie(NAME, secure=current_app.config["SESSION_COOKIE_SECURE"], samesite="Strict")
    return response
