"""Changes of payments. Every function runs inside the caller's ``transaction()``.

Locks: order, payment, then what orders lock (parcels, stock). So whoever ends an order begins here.
"""

from gallery.payments.services.close import cancel_order, expire_order
from gallery.payments.services.open import open_payment
from gallery.payments.services.receive import attach_proof, receive_cash, reject, verify
from gallery.payments.services.refunds import finish_refund, owe_for_parcel

__all__ = [
    "attach_proof",
    "cancel_order",
    "expire_order",
    "finish_refund",
    "open_payment",
    "owe_for_parcel",
    "receive_cash",
    "reject",
    "verify",
]
