"""Entries of what couriers are owed: for each way that was begun, and what their statements say besides."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.delivery.models import CourierBooking, CourierStatement, CourierStatementLine, Shipment
from gallery.delivery.states import Courier, StatementOutcome
from gallery.inventory.models import Place
from gallery.orders.models import Order, Parcel
from gallery.settlement.queries.drafts import Draft, Source, gallery
from gallery.settlement.states import Account, EntryKind


def _fees(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    """A way that was begun is owed: to a rider or carrier its price, to an online courier what it answered."""
    rows = session.execute(
        select(Shipment, Order, Place, CourierBooking.booked_idr)
        .join(Parcel, Parcel.id == Shipment.parcel_id)
        .join(Order, Order.id == Parcel.order_id)
        .join(Place, Place.id == Parcel.place_id)
        .outerjoin(CourierBooking, CourierBooking.shipment_id == Shipment.id)
        .where(Shipment.id.in_(ids))
    )
    drafts = []
    for shipment, order, place, booked_idr in rows:
        draft = Draft(
            EntryKind.COURIER_FEE,
            shipment.id,
            f"shipment:{shipment.public_id}",
            shipment.picked_up_at or shipment.status_changed_at,
            order.number,
            place.gallery_id,
        )
        price = shipment.price_idr if booked_idr is None else booked_idr
        draft.debit(Account.SHIPPING_COST, gallery(place.gallery_id), price)
        draft.credit(Account.COURIERS, _carrier(shipment), price)
        drafts.append(draft)
    return drafts


def _carrier(shipment: Shipment) -> str:
    if shipment.courier is Courier.LOCAL_RIDER:
        return f"rider:{shipment.rider_id}"
    if shipment.courier is Courier.EXPEDITION:
        return f"carrier:{shipment.carrier}"
    return f"courier:{shipment.courier}"


def _billed(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    """A courier's charge that was settled: what it differs from the booking's price; all of it without a booking.

    A second charge for one booking has an expectation of nothing, so all of it is new.
    """
    rows = session.execute(
        select(CourierStatementLine, CourierStatement, CourierBooking.booked_idr, Place.gallery_id)
        .join(CourierStatement, CourierStatement.id == CourierStatementLine.statement_id)
        .outerjoin(CourierBooking, CourierBooking.id == CourierStatementLine.booking_id)
        .outerjoin(Shipment, Shipment.id == CourierBooking.shipment_id)
        .outerjoin(Parcel, Parcel.id == Shipment.parcel_id)
        .outerjoin(Place, Place.id == Parcel.place_id)
        .where(CourierStatementLine.id.in_(ids))
    )
    drafts = []
    for line, statement, booked_idr, gallery_id in rows:
        known = booked_idr or 0 if line.expected_idr else 0
        draft = Draft(
            EntryKind.COURIER_BILLED,
            line.id,
            f"statement:{statement.public_id}",
            line.decided_at or statement.imported_at,
            line.booking_ref or line.tracking_number,
            gallery_id,
        )
        draft.debit(Account.SHIPPING_COST, gallery(gallery_id), line.amount_idr - known)
        draft.credit(Account.COURIERS, f"courier:{statement.courier}", line.amount_idr - known)
        drafts.append(draft)
    return drafts


SOURCES: Final = (
    Source(
        EntryKind.COURIER_FEE,
        select(Shipment.id).where(
            Shipment.courier != Courier.PICKUP,
            Shipment.picked_up_at.is_not(None),
            Shipment.price_idr > 0,
        ),
        _fees,
    ),
    Source(
        EntryKind.COURIER_BILLED,
        select(CourierStatementLine.id).where(
            CourierStatementLine.outcome.in_([StatementOutcome.MATCHED, StatementOutcome.ACCEPTED])
        ),
        _billed,
    ),
)
