"""What can go wrong at the counter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gallery.core.errors import ConflictError, GalleryError


class WhyNot(StrEnum):
    """Why what was scanned or typed is not sold; worded in ``gallery/web/counter_texts.py``."""

    UNKNOWN_CODE = "unknown_code"
    NO_MATCH = "no_match"
    OTHER_GALLERY = "other_gallery"
    NOT_HERE = "not_here"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    RECALLED = "recalled"
    QUALITY = "quality"
    OFF_SHELF = "off_shelf"
    SOLD_OUT = "sold_out"
    HELD = "held"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    NOTHING_TO_CHANGE = "nothing_to_change"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one scan adds nothing: the code as it was read, the article's name and the facts of the cure."""

    why: WhyNot
    code: str
    name: str = ""
    pieces: int = 0
    """Pieces that could be had."""
    expires_on: date | None = None
    place: str = ""


class ScanRefusedError(ConflictError):
    """Nothing was added to the running sale; ``refusal`` says why."""

    code = "scan_refused"

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.why.value)
        self.refusal = refusal


class SaleShortError(ConflictError):
    """Nothing was sold: these articles have fewer pieces than the running sale."""

    code = "sale_short"

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(f"{len(refusals)} article(s) short")
        self.refusals = list(refusals)


class ShiftOpenError(ConflictError):
    """The till has an open shift already."""

    code = "shift_open"


class ShiftClosedError(ConflictError):
    """The shift was closed, so nothing is sold in it any more."""

    code = "shift_closed"


class TillElsewhereError(ConflictError):
    """Another device sells for this shift; see its :class:`TillHold`."""

    code = "till_elsewhere"


class TakeOverRefusedError(GalleryError):
    """Only whoever holds the till, or who may give discounts there, lets another device have it."""

    code = "take_over_refused"
    status = 403


class SaleEmptyError(ConflictError):
    code = "sale_empty"


class SaleChangedError(ConflictError):
    """The running sale is another one than the page showed."""

    code = "sale_changed"


class TenderError(GalleryError):
    """What was given does not pay the sale: ``missing_idr`` is short, or more than the total came without cash."""

    code = "tender"
    status = 422

    def __init__(self, missing_idr: int) -> None:
        super().__init__(str(missing_idr))
        self.missing_idr = missing_idr


class DiscountRefusedError(GalleryError):
    """A discount is more than nothing and less than the sale, and comes from who may give it."""

    code = "discount_refused"
    status = 422


class CashAmountError(GalleryError):
    """Amounts of the drawer are whole rupiah above zero, and no more goes out than is in it."""

    code = "cash_amount"
    status = 422


class DifferenceUnexplainedError(GalleryError):
    """The drawer holds another sum than it should: the closing needs a note."""

    code = "difference_unexplained"
    status = 422

    def __init__(self, difference_idr: int) -> None:
        super().__init__(str(difference_idr))
        self.difference_idr = difference_idr


class ReturnTooLargeError(ConflictError):
    """More pieces of a line come back than were sold and not returned yet."""

    code = "return_too_large"


class ReturnEmptyError(GalleryError):
    code = "return_empty"
    status = 422


class PayerChangedOftenError(ConflictError):
    """The kuitansi of a sale was corrected too often."""

    code = "payer_changed_often"


class OfflineSaleError(GalleryError):
    """A sale of a till without a connection can not be booked; ``why`` is one of the words of the JSON contract."""

    code = "offline_sale"
    status = 422

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
