"""Mail to accounts, in the language of whoever reads it."""

from typing import Any, Final

from sqlalchemy.orm import Session

from gallery.accounts.models import User
from gallery.core.outbox import emit

DEFAULT_LANGUAGE: Final = "id"


def tell(
    session: Session,
    user: User,
    template: str,
    *,
    language: str | None = None,
    secrets: dict[str, str] | None = None,
    **facts: Any,
) -> None:
    """Ask for a mail to the account's address in its language, or in ``language``; without an address for none.

    ``secrets`` are facts that nobody but the mail may keep.
    """
    if user.email:
        payload: dict[str, Any] = {"secrets": secrets} if secrets else {}
        payload |= {"locale": language or user.language or DEFAULT_LANGUAGE, "facts": {"name": user.name} | facts}
        emit(session, "mail.send", to=user.email, template=template, **payload)
