"""Life of a reservation."""

from enum import StrEnum
from typing import Final

from gallery.core.states import Machine


class ReservationStatus(StrEnum):
    ACTIVE = "active"
    RELEASED = "released"
    CONSUMED = "consumed"


_S = ReservationStatus
RESERVATION: Final = Machine(
    {
        _S.ACTIVE: frozenset({_S.RELEASED, _S.CONSUMED}),
        _S.RELEASED: frozenset(),
        _S.CONSUMED: frozenset(),
    }
)


class MovementReason(StrEnum):
    """Why pieces came or went; ``RECEIVED`` … are the staff's choices, ``SOLD`` is the order's."""

    RECEIVED = "received"
    COUNT_CORRECTION = "count_correction"
    DAMAGED = "damaged"
    EXPIRED = "expired"
    LOST = "lost"
    OWNER_RETURN = "owner_return"
    SOLD = "sold"
    BUYER_RETURN = "buyer_return"
