"""Reads of delivery: prices of ways, work on parcels, shipments, riders."""

from gallery.delivery.queries.quotes import LOCAL_ONLY, quote, quotes, rider_quotes, subdistrict_of

__all__ = ["LOCAL_ONLY", "quote", "quotes", "rider_quotes", "subdistrict_of"]
