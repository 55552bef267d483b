"""The hand-over note (BAST) of an order for an office: which goods passed from whom to whom, for two signatures."""

from typing import Any

from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit
from gallery.core.errors import NotFoundError
from gallery.core.locks import lock_row
from gallery.inventory.models import Paper
from gallery.inventory.services import issue_paper
from gallery.inventory.states import PaperKind
from gallery.orders.errors import OrderUnpaidError
from gallery.orders.models import Order
from gallery.orders.states import FulfilmentKind, OrderStatus, ParcelStatus

_OUT = frozenset({ParcelStatus.CANCELLED, ParcelStatus.RETURNED})


def issue_hand_over_note(session: Session, order_id: int, *, actor: Actor) -> Paper:
    """The order has its hand-over note; asking twice gives the same one.

    Only for orders of offices (:class:`NotFoundError`) that are paid (:class:`OrderUnpaidError`). It lists what was
    sent: pieces of parcels that were cancelled or came back are not on it. What it says is fixed by its first issue.
    """
    order = lock_row(session, Order, order_id)
    if order.fulfilment is not FulfilmentKind.OFFICE:
        raise NotFoundError("Paper")
    if order.status not in {OrderStatus.PAID, OrderStatus.COMPLETED}:
        raise OrderUnpaidError(order.public_id)
    lines = [line for parcel in order.parcels if parcel.status not in _OUT for line in parcel.lines]
    facts: dict[str, Any] = {
        "order": order.number,
        "office": order.office_id,
        "recipient": order.contact_name,
        "lines": [[line.product_name, line.variant_name, line.quantity, line.price_idr] for line in lines],
    }
    galleries = sorted({parcel.place.gallery_id for parcel in order.parcels if parcel.place.gallery_id is not None})
    paper = issue_paper(
        session,
        PaperKind.HAND_OVER,
        order.public_id,
        facts,
        gallery_id=galleries[0] if galleries else None,
        summary={
            "lines": len(lines),
            "pieces": sum(line.quantity for line in lines),
            "total_idr": sum(line.subtotal_idr for line in lines),
        },
    )
    audit.record(session, actor, "order.hand_over_note", f"order:{order.public_id}", number=paper.number)
    return paper
