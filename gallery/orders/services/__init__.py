"""Changes of orders. Every function runs inside the caller's ``transaction()``.

Locks: order, then parcels, then stock. A caller that also locks a payment or a shipment locks the order first.
"""

from gallery.orders.services.hand_over_note import issue_hand_over_note
from gallery.orders.services.lifecycle import cancel, expire, mark_paid, note_event
from gallery.orders.services.parcels import (
    deliver_parcel,
    fail_parcel,
    hand_over_parcel,
    pack_parcel,
    return_parcel,
)
from gallery.orders.services.place import NewLine, NewOrder, NewParcel, create

__all__ = [
    "NewLine",
    "NewOrder",
    "NewParcel",
    "cancel",
    "create",
    "deliver_parcel",
    "expire",
    "fail_parcel",
    "hand_over_parcel",
    "issue_hand_over_note",
    "mark_paid",
    "note_event",
    "pack_parcel",
    "return_parcel",
]
