"""What can go wrong with a payment."""

from gallery.core.errors import ConflictError, GalleryError


class NoBankAccountError(ConflictError):
    """No bank account is open for transfers."""

    code = "no_bank_account"


class BankAccountTakenError(ConflictError):
    """The bank account is there already."""

    code = "bank_account_taken"


class UniqueAmountsExhaustedError(ConflictError):
    """All 999 codes of this total are taken by other open payments on every account."""

    code = "unique_amounts_exhausted"


class PaymentClosedError(ConflictError):
    """The payment no longer takes proofs or decisions; ``status`` says what became of it."""

    code = "payment_closed"

    def __init__(self, current: str) -> None:
        super().__init__(current)
        self.current = current


class AmountDiffersError(ConflictError):
    """So much came that it can not be this payment."""

    code = "payment_amount_differs"


class OtherAmountSeenError(ConflictError):
    """The first officer read another amount in the account."""

    code = "payment_other_amount_seen"


class PaymentUnderReviewError(ConflictError):
    """The buyer's proof is being checked: the order can not be cancelled by the buyer meanwhile."""

    code = "payment_under_review"


class TooManyProofsError(ConflictError):
    """An order keeps a bounded number of proofs."""

    code = "too_many_proofs"


class CashNotPossibleError(ConflictError):
    """Cash is taken at a gallery's counter only."""

    code = "cash_not_possible"


class RefundTooLargeError(ConflictError):
    """More would be owed back than was paid, or for more pieces than were delivered."""

    code = "refund_too_large"


class RefundUnderwayError(ConflictError):
    """A gateway is being asked to give the money back; what it says has to be awaited."""

    code = "refund_underway"


class GoodsOnShelfError(ConflictError):
    """What is on the shelf again is sold once more, so the gallery does not pay its owner for it besides."""

    code = "goods_on_shelf"


class ParcelNotDeliveredError(ConflictError):
    """Pieces are refunded one by one only after their parcel arrived; before, the order is cancelled."""

    code = "parcel_not_delivered"


class BadQrisError(GalleryError):
    """The text is no QRIS code, is not complete, was changed, or is not the static one of a merchant."""

    code = "bad_qris"
    status = 422


class NoQrisError(ConflictError):
    """No gallery takes QRIS for this order."""

    code = "no_qris"


class GatewayError(GalleryError):
    """A payment gateway did not do what was asked; ``code_there`` is its own word for why."""

    code = "payment_gateway"
    status = 502

    def __init__(self, message: str, *, code_there: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.code_there, self.retry_after_s = code_there, retry_after_s


class GatewayRefusedError(GatewayError):
    """A sure no: nothing was done there, and asking again will not change that."""

    code = "gateway_refused"


class GatewayBusyError(GatewayError):
    """A sure not-yet: nothing was done there; it may be asked again later."""

    code = "gateway_busy"


class GatewayUnsureError(GatewayError):
    """The answer was lost: it may have been done. Only ``ask``, or the same key again, finds out."""

    code = "gateway_unsure"


class BadNoticeError(GalleryError):
    """A message does not prove that the gateway sent it."""

    code = "bad_notice"
    status = 401


class NoGatewayError(ConflictError):
    """No such gateway is set up, or it does not take a sum so small."""

    code = "no_gateway"


class CashOnDeliveryNotPossibleError(ConflictError):
    """Cash at the door is not offered for this order or to this buyer; ``reason`` says why."""

    code = "cash_on_delivery_not_possible"


class AlreadyRemittedError(ConflictError):
    """Some of the money was handed over before."""

    code = "already_remitted"


class OrderOverError(ConflictError):
    """The order was cancelled or has expired: no new paper is made about it."""

    code = "order_over"


class PaymentMissingError(ConflictError):
    """The money is not there yet, so nothing can say that it was received."""

    code = "payment_missing"


class BudgetMissingError(ConflictError):
    """The office has not typed yet which budget it pays from."""

    code = "budget_missing"


class TooManyCorrectionsError(ConflictError):
    """The papers of an order were corrected and printed too often."""

    code = "too_many_corrections"
