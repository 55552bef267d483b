"""Whether an order may be paid in cash at the door."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.checkout.queries.review import Review
from gallery.core import clock
from gallery.delivery.states import Courier
from gallery.inventory.models import Place, PlaceKind
from gallery.orders.models import Order, Parcel
from gallery.orders.states import OrderStatus, ParcelStatus
from gallery.payments.models import Payment
from gallery.payments.states import MOST_UNPAID_RETURNS, UNPAID_RETURNS_TIME, PaymentMethod, PaymentStatus


class NoCash(StrEnum):
    """Why not; the words are chosen when the buyer reads it."""

    OFF = "off"
    SEVERAL_PARCELS = "several_parcels"
    NO_RIDER = "no_rider"
    FROM_HOME = "from_home"
    TOO_MUCH = "too_much"
    TOO_MANY_OPEN = "too_many_open"
    CAME_BACK = "came_back"


@dataclass(frozen=True, slots=True)
class CashRules:
    """``max_idr``: the largest order, 0 for none at all; ``max_open``: so many of them for one telephone at a time."""

    max_idr: int
    max_open: int


NEVER: Final = CashRules(0, 0)


def why_no_cash(session: Session, plan: Review, rules: CashRules) -> NoCash | None:
    """Say what of the plan speaks against it: one parcel of one gallery, brought by one of its riders; one read."""
    if not rules.max_idr:
        return NoCash.OFF
    if len(plan.parcels) > 1:
        return NoCash.SEVERAL_PARCELS
    if not plan.parcels or plan.parcels[0].quote is None or plan.parcels[0].quote.courier is not Courier.LOCAL_RIDER:
        return NoCash.NO_RIDER
    if session.scalar(select(Place.kind).where(Place.id == plan.parcels[0].place_id)) is not PlaceKind.GALLERY:
        return NoCash.FROM_HOME
    return NoCash.TOO_MUCH if plan.total_idr > rules.max_idr else None


def why_no_cash_for(session: Session, phone: str, rules: CashRules) -> NoCash | None:
    """Say what is known of a telephone (E.164) that speaks against it: what is still open, what came back; one read."""
    came_back = select(Parcel.id).where(
        Parcel.order_id == Order.id,
        Parcel.status == ParcelStatus.RETURNED,
        Parcel.status_changed_at > clock.now() - UNPAID_RETURNS_TIME,
    )
    open_, returned = session.execute(
        select(
            func.count().filter(Order.status == OrderStatus.CASH_DUE),
            func.count().filter(Payment.status == PaymentStatus.CANCELLED, came_back.exists()),
        )
        .select_from(Order)
        .join(Payment, Payment.order_id == Order.id)
        .where(Order.contact_phone == phone, Payment.method == PaymentMethod.CASH_ON_DELIVERY)
    ).one()
    if returned > MOST_UNPAID_RETURNS:
        return NoCash.CAME_BACK
    return NoCash.TOO_MANY_OPEN if open_ >= rules.max_open else None
