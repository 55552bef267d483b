"""Mail to accounts, in the language of whoever reads it."""

from typing import Any, Final

from sqlalchemy.orm import Session

from gallery.accounts.models import User
from gallery.core.outbox import emit

DEFAULT_LANGUAGE: Final = "id"


def tell(session: Session, user: User, template: str, *, language: str | None = None, **facts: Any) -> None:
    """Ask for a mail to the account's address in its language, or in ``language``; without an address for none."""
    if user.email:
        locale = language or user.language or DEFAULT_LANGUAGE
        emit(session, "mail.send", to=user.email, template=template, locale=locale, facts={"name": user.name} | facts)
