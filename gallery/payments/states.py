"""Life of a payment and of a refund."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from gallery.core.states import Machine

TRANSFER_TIME: Final = timedelta(hours=24)  # to transfer the money; the pieces wait that long
PICKUP_TIME: Final = timedelta(hours=72)  # to come to the counter and pay in cash


class PaymentMethod(StrEnum):
    BANK_TRANSFER = "bank_transfer"
    CASH_AT_PICKUP = "cash_at_pickup"


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


class RefundStatus(StrEnum):
    DUE = "due"
    DONE = "done"


REFUND: Final = Machine({RefundStatus.DUE: frozenset({RefundStatus.DONE}), RefundStatus.DONE: frozenset()})
