"""Reads for dashboards and statements."""

from gallery.reporting.queries.dashboard import (
    DaySales,
    ExpiryBucket,
    OwnerShare,
    Pace,
    daily_sales,
    expiry_ahead,
    pace,
    sell_through,
    value_by_district,
    value_by_owner,
)
from gallery.reporting.queries.flows import Flow, Period, piece_flows

__all__ = [
    "DaySales",
    "ExpiryBucket",
    "Flow",
    "OwnerShare",
    "Pace",
    "Period",
    "daily_sales",
    "expiry_ahead",
    "pace",
    "piece_flows",
    "sell_through",
    "value_by_district",
    "value_by_owner",
]
