"""Port: what the gallery asks of any payment gateway, in the gallery's own words and in whole rupiah.

An adapter talks to one gateway. No method is called inside a transaction: the caller commits what it wants, calls, and
commits what came of it. What a gateway's message says is never believed: it is only a reason to ``ask``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gallery.core.money import Rupiah
from gallery.payments.states import ChargeStatus, DisputeStatus, Gateway, MovementKind


@dataclass(frozen=True, slots=True)
class ChargeWanted:
    """What the buyer is to pay on the gateway's page. ``reference`` names this attempt and is never used twice.

    The gateway shows ``title`` and one sum: what it is made of stands on our own page. ``return_url`` is where its page
    leads back to, paid or not; it may contain the gateway's own placeholder for its id.
    """

    reference: str
    order_number: str
    amount_idr: Rupiah
    title: str
    expires_at: datetime
    return_url: str
    cancel_url: str
    locale: str = "id"
    email: str | None = None


@dataclass(frozen=True, slots=True)
class ChargeKnown:
    """A charge as we know it, to ask about or to close."""

    reference: str
    remote_id: str | None
    transaction_id: str | None
    amount_idr: Rupiah


@dataclass(frozen=True, slots=True)
class Opened:
    """The gateway's page for a charge."""

    remote_id: str
    url: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundSeen:
    """One refund as the gateway tells it; ``key`` is our own reference where it was asked for by us."""

    remote_id: str
    amount_idr: Rupiah
    is_done: bool
    is_failed: bool = False
    key: str = ""
    said: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DisputeSeen:
    """One dispute as the gateway tells it."""

    remote_id: str
    amount_idr: Rupiah
    status: DisputeStatus
    opened_at: datetime
    reason: str = ""
    answer_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChargeSeen:
    """What the gateway says now. ``reference`` is what it says that the money is for, ``currency`` in lower case.

    ``amount_idr`` is what was paid, or is to be; none where it is no whole number of rupiah, or another currency.
    """

    status: ChargeStatus
    reference: str
    amount_idr: Rupiah | None
    currency: str
    remote_id: str | None = None
    transaction_id: str | None = None
    paid_at: datetime | None = None
    refunds: tuple[RefundSeen, ...] = ()
    disputes: tuple[DisputeSeen, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class NoticeSeen:
    """A message of the gateway: its own name of the event, and what to ask about.

    ``about`` is our reference, the gateway's page id or its transaction id; empty for what concerns no charge.
    """

    dedup_key: str
    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class MovementSeen:
    """One line of the gateway's own books; amounts signed as there: what it holds for us grows or shrinks."""

    remote_id: str
    kind: MovementKind
    amount_idr: Rupiah
    fee_idr: Rupiah
    happened_at: datetime
    source: str = ""
    transaction_id: str = ""
    said: str = ""


class PaymentGateway(Protocol):
    """One gateway.

    Errors of every method: :class:`GatewayRefusedError` (a sure no), :class:`GatewayBusyError` (a sure not-yet),
    :class:`GatewayUnsureError` (the answer was lost: it may have been done).
    """

    gateway: Gateway
    is_sandbox: bool  # its key moves no real money
    page_hosts: tuple[str, ...]  # origins of its pages, for the browser's leave to send the buyer there

    def open(self, wanted: ChargeWanted) -> Opened:
        """The buyer can pay. The same reference asked twice opens one page, or raises."""

    def ask(self, known: ChargeKnown) -> ChargeSeen | None:
        """Return what the gateway says now; none when it knows nothing of it (yet)."""

    def close(self, known: ChargeKnown) -> None:
        """It can not be paid any more. Closing what is paid or closed already changes nothing and does not raise."""

    def refund(self, known: ChargeKnown, *, key: str, amount_idr: Rupiah, reason: str) -> RefundSeen:
        """Give back; the same key twice gives back once."""

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Sequence[NoticeSeen]:
        """Return what a message is about; :class:`BadNoticeError` unless it proves itself. Header names in lower case.

        A well signed message of a kind that does not concern us gives nothing.
        """

    def movements(self, since: datetime, until: datetime) -> Sequence[MovementSeen]:
        """Return the lines of its books in that time, oldest first; nothing where the gateway has none to read."""
