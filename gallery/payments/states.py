"""Life of a payment and of a refund."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from gallery.core.states import Machine

TRANSFER_TIME: Final = timedelta(hours=24)  # to transfer the money; the pieces wait that long
QRIS_TIME: Final = timedelta(minutes=30)
ONLINE_TIME: Final = timedelta(minutes=45)  # Stripe keeps a page open for 30 minutes at least
PICKUP_TIME: Final = timedelta(hours=72)  # to come to the counter and pay in cash
REMITTANCE_TIME: Final = timedelta(days=2)  # for a rider to hand over what buyers paid at the door
UNPAID_RETURNS_TIME: Final = timedelta(days=180)  # so long a parcel that came back unpaid is held against a telephone
MOST_UNPAID_RETURNS: Final = 1


class PaymentMethod(StrEnum):
    BANK_TRANSFER = "bank_transfer"
    CASH_AT_PICKUP = "cash_at_pickup"
    QRIS = "qris"
    ONLINE = "online"  # on the page of a gateway
    CASH_ON_DELIVERY = "cash_on_delivery"  # to a local rider, at the door


CASH: Final = frozenset({PaymentMethod.CASH_AT_PICKUP, PaymentMethod.CASH_ON_DELIVERY})
# Staff read in the account that the money came.
TRANSFERS: Final = frozenset({PaymentMethod.BANK_TRANSFER, PaymentMethod.QRIS})


class Gateway(StrEnum):
    """A company that takes payments on its own page. One more is one more adapter."""

    STRIPE = "stripe"
    MIDTRANS = "midtrans"


# Gateways whose own books can be read; what the others kept as their fee is typed when their money arrives.
HAS_BOOKS: Final = frozenset({Gateway.STRIPE})


class PaymentStatus(StrEnum):
    PENDING = "pending"
    UNDER_REVIEW = "under_review"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_S = PaymentStatus
PAYMENT: Final = Machine(
    {
        _S.PENDING: frozenset({_S.UNDER_REVIEW, _S.PAID, _S.CANCELLED, _S.EXPIRED}),
        _S.UNDER_REVIEW: frozenset({_S.PENDING, _S.PAID, _S.CANCELLED, _S.EXPIRED}),
        _S.PAID: frozenset(),
        # Money may still arrive after the deadline or the cancellation.
        _S.CANCELLED: frozenset({_S.PAID}),
        _S.EXPIRED: frozenset({_S.PAID, _S.UNDER_REVIEW}),
    }
)


class RejectReason(StrEnum):
    """Why a proof does not do; the words are chosen when the buyer reads it."""

    NOT_RECEIVED = "not_received"
    WRONG_AMOUNT = "wrong_amount"
    UNREADABLE = "unreadable"
    NOT_A_PROOF = "not_a_proof"
    OTHER = "other"


class RefundStatus(StrEnum):
    DUE = "due"
    SENDING = "sending"  # the gateway is being asked
    DONE = "done"


REFUND: Final = Machine(
    {
        RefundStatus.DUE: frozenset({RefundStatus.SENDING, RefundStatus.DONE}),
        RefundStatus.SENDING: frozenset({RefundStatus.DUE, RefundStatus.DONE}),
        RefundStatus.DONE: frozenset(),
    }
)


class GivenBackFor(StrEnum):
    """Why part of a delivered parcel is paid back; the words are chosen when somebody reads it."""

    DAMAGED = "damaged"
    MISSING = "missing"
    WRONG_ARTICLE = "wrong_article"
    NOT_AS_SHOWN = "not_as_shown"
    SHIPPING = "shipping"
    OTHER = "other"


class GoodsBack(StrEnum):
    """What became of the goods whose price is paid back after they had arrived."""

    SHELF = "shelf"  # in their owner's lot again, to be sold once more
    DAMAGED = "damaged"  # came back, and were written off at once
    KEPT = "kept"  # the buyer keeps them, or they never were there


# Reasons of refunds that give back all that was paid, the unique digits of the transfer too.
WHOLE_REFUND: Final = frozenset({"order_cancelled", "paid_after_cancellation", "paid_too_late"})
PAID_TWICE: Final = "paid_twice"  # a second payment of an order, all of it
AT_GATEWAY: Final = "at_gateway"  # somebody gave it back in the gateway's own dashboard
DISPUTE_LOST: Final = "dispute_lost"
BY_GATEWAY: Final = frozenset({AT_GATEWAY, DISPUTE_LOST})  # nobody here asked for these


class ChargeStatus(StrEnum):
    WANTED = "wanted"  # committed, and not yet asked for; or the answer was lost
    OPEN = "open"  # the buyer can pay
    PROCESSING = "processing"  # the buyer has paid in a way that takes its time
    PAID = "paid"
    CLOSED = "closed"  # expired, or taken back
    REFUSED = "refused"


_C = ChargeStatus
CHARGE: Final = Machine(
    {
        _C.WANTED: frozenset({_C.OPEN, _C.PROCESSING, _C.PAID, _C.CLOSED, _C.REFUSED}),
        _C.OPEN: frozenset({_C.PROCESSING, _C.PAID, _C.CLOSED}),
        _C.PROCESSING: frozenset({_C.OPEN, _C.PAID, _C.CLOSED}),
        _C.PAID: frozenset(),
        # The gateway has the last word: what we took for over may have been paid in the last second.
        _C.CLOSED: frozenset({_C.PAID}),
        _C.REFUSED: frozenset({_C.PAID}),
    }
)


class ChargeTrouble(StrEnum):
    """Why a person has to look at a charge."""

    AMOUNT = "amount"  # other money came than was asked for
    FOREIGN = "foreign"  # the gateway names another order
    UNKNOWN = "unknown"  # the gateway knows nothing of what it once promised
    OVER_REFUNDED = "over_refunded"  # more was given back than is ours to explain
    REFUND_FAILED = "refund_failed"  # it said that it gave back, and later that it could not


class DisputeStatus(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


DISPUTE: Final = Machine(
    {
        DisputeStatus.OPEN: frozenset({DisputeStatus.WON, DisputeStatus.LOST}),
        DisputeStatus.WON: frozenset(),
        DisputeStatus.LOST: frozenset(),
    }
)


class MovementKind(StrEnum):
    """What a line of a gateway's own books is."""

    CHARGE = "charge"
    REFUND = "refund"
    DISPUTE = "dispute"
    PAYOUT = "payout"  # to our bank account
    FEE = "fee"
    OTHER = "other"


class NoticeOutcome(StrEnum):
    """What became of a gateway's message."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    UNKNOWN = "unknown"  # about nothing of ours
    FAILED = "failed"  # the gateway could not be asked, again and again
