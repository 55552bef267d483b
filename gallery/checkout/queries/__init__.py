"""Reads of buying: the cart, how it splits into parcels, what it costs."""

from gallery.checkout.queries.cart import (
    CartLineView,
    Owner,
    cart_count,
    cart_lines,
    find_cart,
    newest_order_of_cart,
    order_by_key,
    order_key,
)
from gallery.checkout.queries.cash import NEVER, CashRules, NoCash, why_no_cash, why_no_cash_for
from gallery.checkout.queries.parcels import Pick, PlaceFacts, Wish, allocate
from gallery.checkout.queries.review import Destination, PlannedLine, PlannedParcel, Review, review, shortlist

__all__ = [
    "NEVER",
    "CartLineView",
    "CashRules",
    "Destination",
    "NoCash",
    "Owner",
    "Pick",
    "PlaceFacts",
    "PlannedLine",
    "PlannedParcel",
    "Review",
    "Wish",
    "allocate",
    "cart_count",
    "cart_lines",
    "find_cart",
    "newest_order_of_cart",
    "order_by_key",
    "order_key",
    "review",
    "shortlist",
    "why_no_cash",
    "why_no_cash_for",
]
