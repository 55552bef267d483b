"""Life of a shipment (one attempt to bring a parcel to its buyer) and of what an online courier was asked for it."""

from enum import StrEnum
from typing import Final

from gallery.core.states import Machine


class Courier(StrEnum):
    """Who carries the parcel."""

    LOCAL_RIDER = "local_rider"
    EXPEDITION = "expedition"
    PICKUP = "pickup"
    BITESHIP = "biteship"
    LALAMOVE = "lalamove"
    GRAB_EXPRESS = "grab_express"


# Companies with a server of their own, asked over the network. A parcel's service begins with one of these names.
ONLINE: Final = frozenset({Courier.BITESHIP, Courier.LALAMOVE, Courier.GRAB_EXPRESS})


def courier_of(service: str) -> Courier | None:
    """Return whose service this is: ``biteship:gojek.instant`` is Biteship's; none for a name that nobody has."""
    kind = service.partition(":")[0]
    return Courier(kind) if kind in set(Courier) else None


class ShipmentStatus(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    PICKING_UP = "picking_up"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    ON_HOLD = "on_hold"
    RETURNING = "returning"
    DELIVERED = "delivered"
    FAILED = "failed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    RETURNED = "returned"


_S = ShipmentStatus
_ENDS: Final = frozenset({_S.RETURNING, _S.RETURNED, _S.DELIVERED, _S.FAILED})
# Ordered: couriers repeat themselves, and a rider without signal sends three steps at once, in any order.
# A step left out is no error: who delivers has accepted and picked up.
SHIPMENT: Final = Machine(
    {
        _S.OFFERED: frozenset(
            {_S.ACCEPTED, _S.PICKING_UP, _S.PICKED_UP, _S.IN_TRANSIT, _S.ON_HOLD, _S.DECLINED, _S.CANCELLED} | _ENDS,
        ),
        _S.ACCEPTED: frozenset(
            {_S.PICKING_UP, _S.PICKED_UP, _S.IN_TRANSIT, _S.ON_HOLD, _S.DECLINED, _S.CANCELLED} | _ENDS
        ),
        _S.PICKING_UP: frozenset({_S.PICKED_UP, _S.IN_TRANSIT, _S.ON_HOLD, _S.DECLINED, _S.CANCELLED} | _ENDS),
        _S.PICKED_UP: frozenset({_S.IN_TRANSIT, _S.ON_HOLD} | _ENDS),
        _S.IN_TRANSIT: frozenset({_S.ON_HOLD} | _ENDS),
        _S.ON_HOLD: _ENDS,
        # The buyer came home after all, or the parcel comes back.
        _S.FAILED: frozenset({_S.DELIVERED, _S.RETURNING, _S.RETURNED}),
        _S.RETURNING: frozenset({_S.DELIVERED, _S.RETURNED}),
        _S.DELIVERED: frozenset(),
        _S.DECLINED: frozenset(),
        _S.CANCELLED: frozenset(),
        _S.RETURNED: frozenset(),
    },
    ordered=True,
    # The rider gave the parcel up and another one is looked for, or what was held goes on.
    back={
        _S.ACCEPTED: frozenset({_S.OFFERED}),
        _S.PICKING_UP: frozenset({_S.OFFERED, _S.ACCEPTED}),
        _S.ON_HOLD: frozenset({_S.PICKED_UP, _S.IN_TRANSIT}),
    },
)

BEFORE_PICK_UP: Final = frozenset({_S.OFFERED, _S.ACCEPTED, _S.PICKING_UP})
UNDER_WAY: Final = BEFORE_PICK_UP | {_S.PICKED_UP, _S.IN_TRANSIT, _S.ON_HOLD}
# Nobody comes: no order is left that could be taken back.
GIVEN_UP: Final = frozenset({_S.CANCELLED, _S.DECLINED})
# Nothing that a courier says later is taken for true without asking it, and these least of all.
FINAL: Final = frozenset({_S.DELIVERED, _S.FAILED, _S.DECLINED, _S.CANCELLED, _S.RETURNED})


class FailureReason(StrEnum):
    """Why a parcel could not be handed to its buyer; the rider chooses one."""

    NOBODY_HOME = "nobody_home"
    ADDRESS_NOT_FOUND = "address_not_found"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    DAMAGED = "damaged"
    BREAKDOWN = "breakdown"
    LOST = "lost"
    OTHER = "other"


class BookingStatus(StrEnum):
    """Where a booking with an online courier stands; what its parcel does is the shipment's status."""

    WANTED = "wanted"
    SENDING = "sending"
    UNSURE = "unsure"
    BOOKED = "booked"
    REFUSED = "refused"
    NEEDS_PERSON = "needs_person"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


_B = BookingStatus
BOOKING: Final = Machine(
    {
        _B.WANTED: frozenset({_B.SENDING, _B.NEEDS_PERSON, _B.CANCELLED}),
        # Back to wanted when the courier surely has nothing; unsure when nobody knows.
        _B.SENDING: frozenset({_B.BOOKED, _B.WANTED, _B.UNSURE, _B.REFUSED}),
        _B.UNSURE: frozenset({_B.BOOKED, _B.WANTED, _B.REFUSED, _B.NEEDS_PERSON, _B.CANCELLED}),
        _B.NEEDS_PERSON: frozenset({_B.BOOKED, _B.WANTED, _B.CANCELLED}),
        _B.BOOKED: frozenset({_B.CANCELLING, _B.CANCELLED}),
        _B.CANCELLING: frozenset({_B.CANCELLED, _B.BOOKED}),
        # It turns up after all: then it is taken back, for somebody else has the parcel.
        _B.REFUSED: frozenset({_B.CANCELLING}),
        _B.CANCELLED: frozenset({_B.CANCELLING}),
    }
)
# Nobody can say for sure that the courier has no order under this key.
MAY_EXIST: Final = frozenset({_B.SENDING, _B.UNSURE, _B.BOOKED, _B.CANCELLING})


class BookingTrouble(StrEnum):
    """Why a booking needs a person."""

    LOST_ANSWER = "lost_answer"  # whether it was booked can not be found out
    REFUSED = "refused"  # the courier will not
    NO_RIDER = "no_rider"  # nobody took it, nor did another courier
    PRICE_ROSE = "price_rose"  # dearer than the rule allows: somebody decides before it is booked
    PRICE_DIFFERS = "price_differs"  # booked, or charged, dearer than quoted
    UNKNOWN_WORD = "unknown_word"  # the courier said something that we do not understand
    CONTRADICTION = "contradiction"  # what it says can not be
    CANCEL_REFUSED = "cancel_refused"  # it comes although nobody wants it any more
    TURNED_UP = "turned_up"  # given up as not booked, and there after all
    SILENT = "silent"  # not heard of for too long


class NoticeOutcome(StrEnum):
    """What became of a courier's notice: nothing that a courier says is thrown away."""

    APPLIED = "applied"
    STALE = "stale"
    SUPERSEDED = "superseded"
    IMPOSSIBLE = "impossible"
    UNKNOWN_ORDER = "unknown_order"  # judged again when the booking becomes known
    UNKNOWN_WORD = "unknown_word"
    NOT_OURS = "not_ours"
    UNREADABLE = "unreadable"


class CoverageSource(StrEnum):
    LEARNT = "learnt"
    MANUAL = "manual"
    IMPORTED = "imported"


class ClaimStatus(StrEnum):
    """Money asked for a parcel that was lost."""

    OPEN = "open"
    PAID = "paid"
    REFUSED = "refused"


CLAIM: Final = Machine(
    {
        ClaimStatus.OPEN: frozenset({ClaimStatus.PAID, ClaimStatus.REFUSED}),
        ClaimStatus.PAID: frozenset(),
        ClaimStatus.REFUSED: frozenset({ClaimStatus.PAID}),
    }
)


class StatementOutcome(StrEnum):
    """What a line of a courier's statement is, against what we know."""

    MATCHED = "matched"
    DIFFERENT = "different"
    UNMATCHED = "unmatched"
    ACCEPTED = "accepted"  # a person said that it is right
