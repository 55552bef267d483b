"""What can go wrong with consigned goods."""

from dataclasses import dataclass
from datetime import date

from gallery.core.errors import ConflictError, GalleryError
from gallery.core.money import Rupiah


class EmptyNoteError(GalleryError):
    """A note without a line is not sent."""

    code = "note_empty"
    status = 422


class NoteNotEditableError(ConflictError):
    """Only a draft is edited; what was sent is called back first."""

    code = "note_not_editable"


class ForeignVariantError(GalleryError):
    """The variant belongs to none of the businesses that the sender answers for, or is not on offer any more."""

    code = "foreign_variant"
    status = 422


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps one line from being received; ``code`` is stable, ``day`` the date that would do."""

    line: str  # public id
    code: str  # date_missing | expired | too_short | price_missing | price_too_high
    day: date | None = None


class ReceivingIncompleteError(GalleryError):
    """Nothing was received: ``problems`` names every line that is not ready."""

    code = "receiving_incomplete"
    status = 422

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} line(s)")
        self.problems = problems


class ReasonMissingError(GalleryError):
    """An exception, or a piece that is not taken, needs its reason."""

    code = "consignment_reason_missing"
    status = 422


class CountBelowZeroError(GalleryError):
    """A correction would leave fewer than no pieces."""

    code = "count_below_zero"
    status = 422


class NothingReceivedError(GalleryError):
    """There is nothing to give a receipt for."""

    code = "nothing_received"
    status = 422


class ReceivingClosedError(ConflictError):
    """The unpacking is finished or given up; nothing is counted into it any more."""

    code = "receiving_closed"


class TermsInThePastError(GalleryError):
    """Terms begin today or later: what was received keeps what was agreed on its day."""

    code = "terms_in_the_past"
    status = 422


class NothingChosenError(GalleryError):
    """A paper about goods names at least one piece."""

    code = "nothing_chosen"
    status = 422


class OtherOwnersGoodsError(GalleryError):
    """A paper is about the goods of one owner in one place; these lie elsewhere or belong to somebody else."""

    code = "other_owners_goods"
    status = 422


class SecondPersonError(ConflictError):
    """Whoever prepared it does not approve it."""

    code = "needs_second_person"


class TransferSentError(ConflictError):
    """The transfer is no draft any more, so its goods stay as they were sent."""

    code = "transfer_sent"


class UncountedLineError(GalleryError):
    """A transfer is received line by line, and what is missing has a reason."""

    code = "uncounted_line"
    status = 422


class SamePlaceError(GalleryError):
    """Goods are transferred to another gallery."""

    code = "same_place"
    status = 422


class PriceNoticeError(GalleryError):
    """The owner's new price begins too early."""

    code = "price_notice"
    status = 422

    def __init__(self, earliest: date) -> None:
        super().__init__(earliest.isoformat())
        self.earliest = earliest


class SamePriceError(GalleryError):
    """The price asked for is the price it has."""

    code = "same_price"
    status = 422


class PriceBelowOwedError(GalleryError):
    """For a piece that lies in a gallery its owner is owed more than the new price."""

    code = "price_below_owed"
    status = 422

    def __init__(self, owed_idr: Rupiah) -> None:
        super().__init__(str(owed_idr))
        self.owed_idr = owed_idr


class RequestOpenError(ConflictError):
    """There is a request about this article already that is not decided."""

    code = "request_open"


class AlreadyReceivingError(ConflictError):
    """The gallery is unpacking the goods of this note right now."""

    code = "already_receiving"
