"""Life of a shipment: one attempt to bring a parcel to its buyer."""

from enum import StrEnum
from typing import Final

from gallery.core.states import Machine


class Courier(StrEnum):
    """Who carries the parcel. Online couriers will add their names here."""

    LOCAL_RIDER = "local_rider"
    EXPEDITION = "expedition"
    PICKUP = "pickup"


class ShipmentStatus(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    PICKED_UP = "picked_up"
    DELIVERED = "delivered"
    FAILED = "failed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    RETURNED = "returned"


_S = ShipmentStatus
# Ordered: couriers repeat themselves, and a rider without signal sends three steps at once, in any order.
# A step left out is no error: who delivers has accepted and picked up.
SHIPMENT: Final = Machine(
    {
        _S.OFFERED: frozenset(
            {_S.ACCEPTED, _S.PICKED_UP, _S.DELIVERED, _S.FAILED, _S.DECLINED, _S.CANCELLED},
        ),
        _S.ACCEPTED: frozenset({_S.PICKED_UP, _S.DELIVERED, _S.FAILED, _S.DECLINED, _S.CANCELLED}),
        _S.PICKED_UP: frozenset({_S.DELIVERED, _S.FAILED}),
        # The buyer came home after all, or the parcel came back.
        _S.FAILED: frozenset({_S.DELIVERED, _S.RETURNED}),
        _S.DELIVERED: frozenset(),
        _S.DECLINED: frozenset(),
        _S.CANCELLED: frozenset(),
        _S.RETURNED: frozenset(),
    },
    ordered=True,
)

BEFORE_PICK_UP: Final = frozenset({_S.OFFERED, _S.ACCEPTED})
UNDER_WAY: Final = BEFORE_PICK_UP | {_S.PICKED_UP}


class FailureReason(StrEnum):
    """Why a parcel could not be handed to its buyer; the rider chooses one."""

    NOBODY_HOME = "nobody_home"
    ADDRESS_NOT_FOUND = "address_not_found"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    DAMAGED = "damaged"
    BREAKDOWN = "breakdown"
    OTHER = "other"
