"""Changes of payments. Every function runs inside the caller's ``transaction()``.

Locks: order, payment, then what orders lock (parcels, stock). So whoever ends an order begins here.
"""

from gallery.payments.services.accounts import AccountFacts, add_account, set_account
from gallery.payments.services.at_door import close_unpaid, collect_cash, lock_at_door
from gallery.payments.services.close import cancel_order, expire_order
from gallery.payments.services.open import open_payment
from gallery.payments.services.qris import save_qris
from gallery.payments.services.receive import attach_proof, receive_cash, reject, verify
from gallery.payments.services.refunds import finish_refund, owe_for_parcel, owe_lines
from gallery.payments.services.remit import receive_remittance
from gallery.payments.services.second_look import confirm, needs_second_look

__all__ = [
    "AccountFacts",
    "add_account",
    "attach_proof",
    "cancel_order",
    "close_unpaid",
    "collect_cash",
    "confirm",
    "expire_order",
    "finish_refund",
    "lock_at_door",
    "needs_second_look",
    "open_payment",
    "owe_for_parcel",
    "owe_lines",
    "receive_cash",
    "receive_remittance",
    "reject",
    "save_qris",
    "set_account",
    "verify",
]
