"""A cancelled order is not brought: riders who were only asked are out of it."""

from typing import Any

from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.core.db import db, transaction
from gallery.core.outbox import handles
from gallery.delivery import services
from gallery.delivery.models import Shipment
from gallery.delivery.states import BEFORE_PICK_UP
from gallery.orders.models import Parcel


@handles("order.cancelled")
def withdraw_offers(payload: dict[str, Any]) -> None:
    asked = (
        select(Shipment.id)
        .join(Parcel, Parcel.id == Shipment.parcel_id)
        .where(Parcel.order_id == payload["order_id"], Shipment.status.in_(BEFORE_PICK_UP))
    )
    for shipment_id in db.session.scalars(asked).all():
        with transaction() as session:
            services.withdraw(session, shipment_id, actor=Actor.system())
