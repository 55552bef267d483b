"""How long an order waits for its money, and its pieces with it."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from gallery.inventory import services as inventory
from gallery.inventory.errors import ReservationLostError
from gallery.orders.models import Order
from gallery.orders.queries import holder
from gallery.orders.states import OrderStatus
from gallery.payments.models import Payment

_OPEN_ORDER: Final = frozenset({OrderStatus.AWAITING_PAYMENT, OrderStatus.CASH_DUE})


def hold_until(session: Session, order: Order, payment: Payment, deadline: datetime) -> None:
    """Move the deadline of order, payment and pieces; an order that is closed gets none. The caller holds the locks."""
    if order.status not in _OPEN_ORDER:
        return
    order.expires_at = payment.expires_at = deadline
    try:
        inventory.extend(session, holder(order), deadline)
    except ReservationLostError:
        return  # seen again when the money is there: reserved anew, or owed back
