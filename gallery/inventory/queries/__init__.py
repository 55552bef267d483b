"""Reads of stock."""

from gallery.inventory.queries.lists import (
    StockFilter,
    StockLine,
    StockList,
    VariantChoice,
    own_stock,
    places,
    stock_line,
    stock_list,
    stock_warnings,
    variant_choices,
)
from gallery.inventory.queries.stock import (
    Drift,
    PlaceStock,
    audit_stock,
    available,
    movements,
    place_in_scope,
    sellable_lot,
    stock_by_place,
    stock_in_scope,
    stock_item,
)

__all__ = [
    "Drift",
    "PlaceStock",
    "StockFilter",
    "StockLine",
    "StockList",
    "VariantChoice",
    "audit_stock",
    "available",
    "movements",
    "own_stock",
    "place_in_scope",
    "places",
    "sellable_lot",
    "stock_by_place",
    "stock_in_scope",
    "stock_item",
    "stock_line",
    "stock_list",
    "stock_warnings",
    "variant_choices",
]
