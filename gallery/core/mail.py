"""Port: outgoing mail. Mail is sent by a job only, after the transaction that caused it."""

from dataclasses import dataclass, field
from typing import Protocol

from gallery.core.ids import public_id


@dataclass(frozen=True, slots=True)
class Message:
    """One mail in plain text to one address. The same ``key`` is the same mail, however often it is handed over."""

    to: str
    subject: str
    text: str
    key: str = field(default_factory=public_id)

    def message_id(self, sender: str) -> str:
        """Name the mail for servers and readers, who drop a second copy of one they have."""
        return f"<{self.key}@{sender.rpartition('@')[2].strip('<> ')}>"


class Mailer(Protocol):
    """Implemented in gallery.integrations."""

    def send(self, message: Message) -> None:
        """Hand the mail over; raise :class:`gallery.core.errors.GatewayError` when that failed."""
        ...
