"""What can go wrong with a payment."""

from gallery.core.errors import ConflictError


class NoBankAccountError(ConflictError):
    """No bank account is open for transfers."""

    code = "no_bank_account"


class UniqueAmountsExhaustedError(ConflictError):
    """All 999 codes of this total are taken by other open payments on every account."""

    code = "unique_amounts_exhausted"


class PaymentClosedError(ConflictError):
    """The payment no longer takes proofs or decisions; ``status`` says what became of it."""

    code = "payment_closed"

    def __init__(self, current: str) -> None:
        super().__init__(current)
        self.current = current


class PaymentUnderReviewError(ConflictError):
    """The buyer's proof is being checked: the order can not be cancelled by the buyer meanwhile."""

    code = "payment_under_review"


class TooManyProofsError(ConflictError):
    """An order keeps a bounded number of proofs."""

    code = "too_many_proofs"


class CashNotPossibleError(ConflictError):
    """Cash is taken at a gallery's counter only."""

    code = "cash_not_possible"
