"""Reads of delivery: prices of ways, work on parcels, shipments, riders."""

from gallery.delivery.queries.online import Ask
from gallery.delivery.queries.quotes import Offers, quote, quotes, rider_quotes, subdistrict_of
from gallery.delivery.queries.shipments import (
    ShipmentView,
    proof_of_order,
    rider_job,
    shipment_of_order,
    shipments_of_order,
)

__all__ = [
    "Ask",
    "Offers",
    "ShipmentView",
    "proof_of_order",
    "quote",
    "quotes",
    "rider_job",
    "rider_quotes",
    "shipment_of_order",
    "shipments_of_order",
    "subdistrict_of",
]
