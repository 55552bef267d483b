"""Reads of delivery: prices of ways, work on parcels, shipments, riders."""

from gallery.delivery.queries.quotes import LOCAL_ONLY, quote, quotes, rider_quotes, subdistrict_of
from gallery.delivery.queries.shipments import ShipmentView, rider_job, shipments_of_order

__all__ = [
    "LOCAL_ONLY",
    "ShipmentView",
    "quote",
    "quotes",
    "rider_job",
    "rider_quotes",
    "shipments_of_order",
    "subdistrict_of",
]
