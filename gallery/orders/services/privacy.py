"""What is forgotten about buyers once an order is over (UU PDP 27/2022, articles 43 and 44). Sums and goods stay."""

from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gallery.accounts.models import User
from gallery.orders.models import Order
from gallery.orders.states import UNFULFILLED, OrderStatus

FORGOTTEN: Final = "—"
_OVER: Final = UNFULFILLED | {OrderStatus.COMPLETED}


def forget_erased_buyers(session: Session) -> int:
    """Finished orders of erased accounts name nobody any more and belong to no account; return how many changed.

    An order still on its way keeps its contact until it is over: the parcel has to arrive.
    """
    erased = select(User.id).where(User.erased_at.is_not(None))
    changed = session.execute(
        update(Order)
        .where(Order.buyer_id.in_(erased), Order.status.in_(_OVER))
        .values(
            buyer_id=None,
            contact_name=FORGOTTEN,
            contact_phone="",
            contact_email=None,
            address="",
            landmark="",
            office_room="",
            note="",
            cancel_note="",
        )
        .execution_options(synchronize_session=False)
    )
    return changed.rowcount  # type: ignore[attr-defined]
