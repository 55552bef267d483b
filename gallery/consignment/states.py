"""Words and lives of consigned goods."""

from enum import StrEnum
from typing import Final

from gallery.core.states import Machine


class NoteStatus(StrEnum):
    """Life of a consignment note."""

    DRAFT = "draft"
    SENT = "sent"
    PARTLY_RECEIVED = "partly_received"
    CLOSED = "closed"
    CANCELLED = "cancelled"


_N = NoteStatus
NOTE: Final = Machine(
    {
        _N.DRAFT: frozenset({_N.SENT, _N.CANCELLED}),
        _N.SENT: frozenset({_N.DRAFT, _N.PARTLY_RECEIVED, _N.CLOSED, _N.CANCELLED}),
        _N.PARTLY_RECEIVED: frozenset({_N.CLOSED}),  # goods are here: nothing to cancel any more
        _N.CLOSED: frozenset(),
        _N.CANCELLED: frozenset(),
    }
)


class ReceivingStatus(StrEnum):
    """Life of one unpacking: open while staff scan, then finished with its receipts, or given up."""

    OPEN = "open"
    FINISHED = "finished"
    ABANDONED = "abandoned"


_R = ReceivingStatus
RECEIVING: Final = Machine(
    {
        _R.OPEN: frozenset({_R.FINISHED, _R.ABANDONED}),
        _R.FINISHED: frozenset(),
        _R.ABANDONED: frozenset(),
    }
)


class PaymentPeriod(StrEnum):
    """How often an owner is paid what was sold."""

    WEEKLY = "weekly"
    TWICE_MONTHLY = "twice_monthly"
    MONTHLY = "monthly"


class LossBearer(StrEnum):
    """Who carries the loss of a piece that is broken, stolen or too old."""

    OWNER = "owner"
    GALLERY = "gallery"


class RejectedAs(StrEnum):
    """Why pieces that came were not taken."""

    BROKEN = "broken"
    EXPIRED = "expired"
    TOO_SHORT = "too_short"  # not enough shelf life left
    BAD_LABEL = "bad_label"
    NOT_ORDERED = "not_ordered"
    OTHER = "other"


class OwnerReturnStatus(StrEnum):
    """Life of a return to the owner."""

    PREPARED = "prepared"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"


_B = OwnerReturnStatus
OWNER_RETURN: Final = Machine(
    {
        _B.PREPARED: frozenset({_B.HANDED_OVER, _B.CANCELLED}),
        _B.HANDED_OVER: frozenset(),
        _B.CANCELLED: frozenset(),
    }
)


class WriteOffStatus(StrEnum):
    """Life of a write-off: it waits for a second person."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


_W = WriteOffStatus
WRITE_OFF: Final = Machine(
    {
        _W.WAITING: frozenset({_W.APPROVED, _W.REFUSED}),
        _W.APPROVED: frozenset(),
        _W.REFUSED: frozenset(),
    }
)


class TransferStatus(StrEnum):
    """Life of a transfer; what is sent has left and can only be received."""

    DRAFT = "draft"
    SENT = "sent"
    RECEIVED = "received"
    CANCELLED = "cancelled"


_T = TransferStatus
TRANSFER: Final = Machine(
    {
        _T.DRAFT: frozenset({_T.SENT, _T.CANCELLED}),
        _T.SENT: frozenset({_T.RECEIVED}),
        _T.RECEIVED: frozenset(),
        _T.CANCELLED: frozenset(),
    }
)


class MissingAs(StrEnum):
    """What became of pieces that were sent and did not arrive."""

    LOST = "lost"
    WENT_BACK = "went_back"  # they are at the sender again, or never left


class PriceRequestStatus(StrEnum):
    """Life of a new price: proposed by a gallery or asked by the owner, confirmed by a manager, applied on its day."""

    PROPOSED = "proposed"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    APPLIED = "applied"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


_P = PriceRequestStatus
PRICE_REQUEST: Final = Machine(
    {
        _P.PROPOSED: frozenset({_P.ASKED, _P.REFUSED, _P.WITHDRAWN}),
        _P.ASKED: frozenset({_P.CONFIRMED, _P.REFUSED, _P.WITHDRAWN}),
        _P.CONFIRMED: frozenset({_P.APPLIED, _P.WITHDRAWN}),
        _P.APPLIED: frozenset(),
        _P.REFUSED: frozenset(),
        _P.WITHDRAWN: frozenset(),
    }
)


class ReplenishmentStatus(StrEnum):
    """Life of a request for more goods."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


_G = ReplenishmentStatus
REPLENISHMENT: Final = Machine(
    {
        _G.OPEN: frozenset({_G.ANSWERED, _G.CLOSED}),
        _G.ANSWERED: frozenset({_G.CLOSED}),
        _G.CLOSED: frozenset(),
    }
)
