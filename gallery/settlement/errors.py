"""What can go wrong when owners are paid."""

from gallery.core.errors import ConflictError


class NothingDueError(ConflictError):
    """No chosen owner is owed anything that is due and not already on its way."""

    code = "nothing_due"


class PayoutChangedError(ConflictError):
    """Somebody else worked on this payout meanwhile, or it is past that step."""

    code = "payout_changed"


class SecondPersonError(ConflictError):
    """Above the limit, whoever prepared a payout does not approve it."""

    code = "payout_second_person"


class FileTakenError(ConflictError):
    """The bank's file of this payout was taken, and nobody said that the bank will not make its transfers."""

    code = "payout_file_taken"


class LineSettledError(ConflictError):
    """Somebody else decided what this line of the bank's statement is."""

    code = "bank_line_settled"


class DocumentTakenError(ConflictError):
    """Another line of a statement is this document already."""

    code = "bank_document_taken"


class DocumentDiffersError(ConflictError):
    """The document's amount, account or state is not that of the line."""

    code = "bank_document_differs"


class NotThisKindError(ConflictError):
    """A line can not be what was chosen: its direction, or something that belongs to the kind, is missing."""

    code = "bank_not_this_kind"


class OtherAccountError(ConflictError):
    """A statement says itself that it is of another account; ``number`` is that one."""

    code = "bank_other_account"

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class UnreadableRowsError(ConflictError):
    """Some rows of a statement can not be read, so none is taken."""

    code = "bank_unreadable_rows"


class CourierOverpaidError(ConflictError):
    """More than is owed, or somebody paid it meanwhile."""

    code = "courier_overpaid"


class PaidInFutureError(ConflictError):
    """A payment is noted when it was made."""

    code = "paid_in_future"


class TooManyReceiptsError(ConflictError):
    """A payout keeps a bounded number of the bank's receipts."""

    code = "too_many_receipts"
