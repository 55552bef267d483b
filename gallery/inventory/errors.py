"""What can go wrong with stock."""

from dataclasses import dataclass

from gallery.core.errors import ConflictError, GalleryError


@dataclass(frozen=True, slots=True)
class Shortage:
    """One variant at one place: what was wanted and what could have been had."""

    variant_id: int
    place_id: int
    wanted: int
    available: int


class InsufficientStockError(ConflictError):
    """Nothing was reserved: ``shortages`` names every line that fell short."""

    code = "insufficient_stock"

    def __init__(self, shortages: list[Shortage]) -> None:
        super().__init__(f"{len(shortages)} line(s) short")
        self.shortages = shortages


class GalleryCodeTakenError(ConflictError):
    """Another gallery numbers its papers by this code."""

    code = "gallery_code_taken"


class GalleryNotEmptyError(ConflictError):
    """Pieces lie at the gallery, or are on their way to it: it can not be closed."""

    code = "gallery_not_empty"


class ReservationLostError(ConflictError):
    """The holder's reservation ran out and its pieces were given to somebody else."""

    code = "reservation_lost"

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


class LotBlockedError(ConflictError):
    """The pieces belong to a lot that is recalled, blocked or past its date: they go to nobody."""

    code = "lot_blocked"

    def __init__(self, lot_id: int) -> None:
        super().__init__(str(lot_id))
        self.lot_id = lot_id


class BelowReservedError(ConflictError):
    """The correction would take pieces that buyers have reserved, or more than there are."""

    code = "below_reserved"

    def __init__(self, *, on_hand: int, reserved: int, delta: int) -> None:
        super().__init__(f"{on_hand} {delta:+d} < {reserved}")
        self.on_hand = on_hand
        self.reserved = reserved
        self.delta = delta


class InvalidQuantityError(GalleryError):
    """Pieces are whole numbers; a receipt is at least one, a correction is not zero."""

    code = "invalid_quantity"
    status = 422
