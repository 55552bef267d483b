"""Life of an order and of its parcels."""

from enum import StrEnum
from typing import Final

from gallery.core.states import Machine


class OrderStatus(StrEnum):
    AWAITING_PAYMENT = "awaiting_payment"
    CASH_DUE = "cash_due"
    PAID = "paid"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_O = OrderStatus
ORDER: Final = Machine(
    {
        _O.AWAITING_PAYMENT: frozenset({_O.PAID, _O.CANCELLED, _O.EXPIRED}),
        _O.CASH_DUE: frozenset({_O.PAID, _O.CANCELLED, _O.EXPIRED}),
        _O.PAID: frozenset({_O.COMPLETED, _O.CANCELLED}),
        _O.COMPLETED: frozenset(),
        _O.CANCELLED: frozenset(),
        # The transfer came after the deadline and the stock was still there.
        _O.EXPIRED: frozenset({_O.PAID}),
    }
)


UNFULFILLED: Final = frozenset({_O.CANCELLED, _O.EXPIRED})  # over, and nothing was delivered


class ParcelStatus(StrEnum):
    TO_PACK = "to_pack"
    PACKED = "packed"
    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    FAILED = "failed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


_P = ParcelStatus
PARCEL: Final = Machine(
    {
        _P.TO_PACK: frozenset({_P.PACKED, _P.CANCELLED}),
        _P.PACKED: frozenset({_P.HANDED_OVER, _P.CANCELLED}),
        _P.HANDED_OVER: frozenset({_P.DELIVERED, _P.FAILED}),
        # A second attempt, or back on the shelf.
        _P.FAILED: frozenset({_P.HANDED_OVER, _P.DELIVERED, _P.RETURNED}),
        _P.DELIVERED: frozenset(),
        _P.RETURNED: frozenset(),
        # A late payment revives the order.
        _P.CANCELLED: frozenset({_P.TO_PACK}),
    }
)


class FulfilmentKind(StrEnum):
    """How the buyer receives the goods."""

    ADDRESS = "address"
    OFFICE = "office"
    PICKUP = "pickup"


class CancelReason(StrEnum):
    """Why an order was cancelled; the words are chosen when somebody reads it."""

    CHANGED_MIND = "changed_mind"
    MISTAKE = "mistake"
    TOO_SLOW = "too_slow"
    BUYER_ASKED = "buyer_asked"
    UNAVAILABLE = "unavailable"
    UNREACHABLE = "unreachable"
    OTHER = "other"


_R = CancelReason
STAFF_REASONS: Final = (_R.UNAVAILABLE, _R.BUYER_ASKED, _R.UNREACHABLE, _R.OTHER)


class EventKind(StrEnum):
    """What the timeline of an order tells."""

    PLACED = "placed"
    PROOF_SENT = "proof_sent"
    PROOF_REJECTED = "proof_rejected"
    PAID = "paid"
    PACKED = "packed"
    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    FAILED = "failed"
    RETURNED = "returned"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
