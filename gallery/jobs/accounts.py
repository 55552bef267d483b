"""Tidies what accounts leave behind."""

from typing import Any

from gallery.accounts.services import people, sessions, sign_in
from gallery.core.db import transaction
from gallery.core.outbox import every, handles


@every(hours=1)
def sweep() -> None:
    with transaction() as session:
        sessions.sweep(session)
        sign_in.sweep(session)


@handles("account.reset_requested")
def send_reset_link(payload: dict[str, Any]) -> None:
    with transaction() as session:
        people.request_reset(session, payload["login"], locale=payload["locale"])
