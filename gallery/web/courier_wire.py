"""What went over the wire about a parcel: our calls to couriers and their notices, people hidden unless opened."""

from dataclasses import dataclass
from typing import Any, Final

from flask import render_template
from flask.typing import ResponseReturnValue

from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.delivery.queries import board
from gallery.delivery.services import wire
from gallery.orders.models import Parcel
from gallery.web import parcels
from gallery.web.session import current_actor

PERMISSION: Final = "shipment.hand_over"


def wire_opened(public_id: str) -> ResponseReturnValue:
    """Show what went over the wire with the personal data in it; the audit trail knows who read it."""
    parcel = parcels.find(public_id, PERMISSION)
    if not _may_open(parcel):
        raise NotFoundError("CourierExchange")
    with transaction() as session:
        wire.note_opened(session, f"parcel:{public_id}", actor=current_actor())
    return render_template(
        "staff/shipments/wire.html", **_wire(parcels.find(public_id, PERMISSION), is_open=True), may_open=False
    )


def wire_shown(public_id: str) -> ResponseReturnValue:
    """Show what went over the wire, with names, numbers and places hidden."""
    parcel = parcels.find(public_id, PERMISSION)
    shown = _wire(parcel, is_open=False)
    return render_template("staff/shipments/wire.html", **shown, may_open=_may_open(parcel))


def _may_open(parcel: Parcel) -> bool:
    """Whether the actor may read what was said about this parcel; of an MSME's home only the province may."""
    scope = current_actor().scope("courier.exchange")
    return scope.everything or parcel.place.gallery_id in scope.galleries


@dataclass(frozen=True, slots=True)
class Step:
    """Something that passed between us and a courier: a call of ours, or (without duration) a notice of theirs."""

    row: Any
    said: wire.Said


def _wire(parcel: Parcel, *, is_open: bool) -> dict[str, Any]:
    session, cipher = db.session(), adapters.cipher()
    ids = [booking.id for booking in board.bookings_of(session, parcel.id)]
    return {
        "parcel": parcel,
        "order": parcel.order,
        "is_open": is_open,
        "calls": [Step(row, wire.said_in(row, cipher, is_open=is_open)) for row in board.exchanges_of(session, ids)],
        "notices": [Step(row, wire.said_by(row, cipher, is_open=is_open)) for row in board.notices_of(session, ids)],
    }
