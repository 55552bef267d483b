"""Changes of delivery. Every function runs inside the caller's ``transaction()``.

Locks: order, then parcel, then shipment, then (inside orders) stock.
"""

from gallery.delivery.services.hand_over import (
    correct_tracking,
    hand_to_buyer,
    offer_to_rider,
    record_booking,
    send_by_carrier,
    withdraw,
)
from gallery.delivery.services.register import (
    CarrierFacts,
    RiderFacts,
    TariffFacts,
    save_carrier_tariff,
    save_rider,
    save_tariff,
)
from gallery.delivery.services.updates import Applied, apply_update, override, return_to_stock

__all__ = [
    "Applied",
    "CarrierFacts",
    "RiderFacts",
    "TariffFacts",
    "apply_update",
    "correct_tracking",
    "hand_to_buyer",
    "offer_to_rider",
    "override",
    "record_booking",
    "return_to_stock",
    "save_carrier_tariff",
    "save_rider",
    "save_tariff",
    "send_by_carrier",
    "withdraw",
]
