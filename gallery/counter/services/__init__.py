"""Changes at the counter. Every function runs inside the caller's ``transaction()``."""

from gallery.counter.services.basket import Entered, change_line, clear, enter, set_discount, subtotal
from gallery.counter.services.hold import Device, hold_till, take_over_till
from gallery.counter.services.leases import (
    OfflineLine,
    OfflineSale,
    Policy,
    book_offline_sale,
    note_unbooked,
    open_lease,
    settle_unbooked,
    top_up_lease,
)
from gallery.counter.services.payers import issue_payment_receipt
from gallery.counter.services.popularity import count_sales
from gallery.counter.services.returns import Back, return_sale
from gallery.counter.services.sales import Payment, complete_sale, sale_by_key, shares
from gallery.counter.services.shifts import DENOMINATIONS, add_till, close_shift, move_cash, open_shift

__all__ = [
    "DENOMINATIONS",
    "Back",
    "Device",
    "Entered",
    "OfflineLine",
    "OfflineSale",
    "Payment",
    "Policy",
    "add_till",
    "book_offline_sale",
    "change_line",
    "clear",
    "close_shift",
    "complete_sale",
    "count_sales",
    "enter",
    "hold_till",
    "issue_payment_receipt",
    "move_cash",
    "note_unbooked",
    "open_lease",
    "open_shift",
    "return_sale",
    "sale_by_key",
    "set_discount",
    "settle_unbooked",
    "shares",
    "subtotal",
    "take_over_till",
    "top_up_lease",
]
