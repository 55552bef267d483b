"""Port: outgoing mail. Mail is sent by a job only, after the transaction that caused it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One mail in plain text to one address."""

    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """Implemented in gallery.integrations."""

    def send(self, message: Message) -> None:
        """Hand the mail over; raise :class:`gallery.core.errors.GatewayError` when that failed."""
        ...
