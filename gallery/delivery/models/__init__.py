"""Rows of delivery: riders and tariffs, attempts to bring parcels, and what passed between us and online couriers."""

from gallery.delivery.models.bookings import CourierBooking, CourierClaim, CourierExchange, CourierNotice
from gallery.delivery.models.costs import CourierStatement, CourierStatementLine
from gallery.delivery.models.offers import (
    CourierCoverage,
    CourierHealth,
    CourierQuote,
    GalleryCourier,
    PickUpHours,
)
from gallery.delivery.models.shipments import (
    CarrierTariff,
    EventOutcome,
    Rider,
    RiderArea,
    Shipment,
    ShipmentEvent,
    Tariff,
)

__all__ = [
    "CarrierTariff",
    "CourierBooking",
    "CourierClaim",
    "CourierCoverage",
    "CourierExchange",
    "CourierHealth",
    "CourierNotice",
    "CourierQuote",
    "CourierStatement",
    "CourierStatementLine",
    "EventOutcome",
    "GalleryCourier",
    "PickUpHours",
    "Rider",
    "RiderArea",
    "Shipment",
    "ShipmentEvent",
    "Tariff",
]
