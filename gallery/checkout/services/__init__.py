"""Changes of carts, and the one use case of buying. Every function runs inside the caller's ``transaction()``."""

from gallery.checkout.services.cart import (
    MOST_LINES,
    MOST_PIECES,
    Added,
    accept_prices,
    add_line,
    fit_cart,
    merge_carts,
    remove_line,
    set_quantity,
    sweep_carts,
)
from gallery.checkout.services.place import Buyer, Delivery, Purchase, place_order

__all__ = [
    "MOST_LINES",
    "MOST_PIECES",
    "Added",
    "Buyer",
    "Delivery",
    "Purchase",
    "accept_prices",
    "add_line",
    "fit_cart",
    "merge_carts",
    "place_order",
    "remove_line",
    "set_quantity",
    "sweep_carts",
]
