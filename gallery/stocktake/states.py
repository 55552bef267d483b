"""Life of a stocktake, and what is said about its lines."""

from enum import StrEnum
from typing import Final

from gallery.core.states import Machine
from gallery.inventory.states import MovementReason


class StocktakeStatus(StrEnum):
    COUNTING = "counting"
    REVIEWING = "reviewing"  # nobody counts; figures and books are compared
    APPROVED = "approved"
    CANCELLED = "cancelled"


_S = StocktakeStatus
STOCKTAKE: Final = Machine(
    {
        _S.COUNTING: frozenset({_S.REVIEWING, _S.CANCELLED}),
        _S.REVIEWING: frozenset({_S.COUNTING, _S.APPROVED, _S.CANCELLED}),
        _S.APPROVED: frozenset(),
        _S.CANCELLED: frozenset(),
    }
)


class Trouble(StrEnum):
    """Why a line can not be booked as it stands."""

    UNCOUNTED = "uncounted"  # nobody counted it in this round
    MOVED_WHILE_COUNTED = "moved_while_counted"  # pieces came or went between the first and the last scan
    CORRECTED_SINCE = "corrected_since"  # somebody changed the books by hand after the count
    RESERVED = "reserved"  # fewer would be left than buyers have reserved
    NO_REASON = "no_reason"
    TILL_OPEN = "till_open"  # a till may have sold pieces that it has not sent yet


VARIANCE_REASONS: Final = (MovementReason.COUNT_CORRECTION, MovementReason.LOST, MovementReason.DAMAGED)
"""What a shortage may be put down to; a surplus is always a wrong count."""
