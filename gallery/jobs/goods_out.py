"""Prices whose day it is and what owners hear of them; holds on lots that ran out or were blocked."""

import logging
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from gallery.accounts.permissions import Actor
from gallery.consignment.models import PriceRequest
from gallery.consignment.queries.requests import names_of
from gallery.consignment.services import prices
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.core.outbox import every, handles
from gallery.inventory import services as inventory
from gallery.inventory.models import Lot, StockItem
from gallery.inventory.queries import sellable_lot
from gallery.registry.services import tell_owners

log = logging.getLogger("gallery.jobs")


@every(hours=1)
def apply_prices() -> None:
    """Confirmed prices hold from their day on, each in a transaction of its own."""
    due = prices.due_prices(db.session())
    db.session.rollback()
    for request_id in due:
        try:
            with transaction() as session:
                prices.apply_price(session, request_id, actor=Actor.system())
        except (GalleryError, SQLAlchemyError):
            log.exception("price not applied")


@handles("price_request.decided")
def tell_owner(payload: dict[str, Any]) -> None:
    with transaction() as session:
        row = session.get_one(PriceRequest, payload["request_id"])
        tell_owners(
            session,
            row.business_id,
            "price_decided",
            product=names_of(session, [row.variant_id])[row.variant_id],
            price_idr=row.new_price_idr,
            day=row.wanted_from.isoformat(),
            is_confirmed=payload["is_confirmed"],
            note=row.decision_note,
            public_id=row.public_id,
        )


@every(hours=1)
def reseat_holds() -> None:
    """Orders that hold pieces of a lot that ran out get others, place by place; a date passes at midnight."""
    bad = (
        select(StockItem.place_id).join(Lot, Lot.id == StockItem.lot_id).where(StockItem.reserved > 0, ~sellable_lot())
    )
    places = db.session.scalars(bad.distinct()).all()
    db.session.rollback()
    for place_id in places:
        try:
            with transaction() as session:
                left = inventory.reseat_unsellable(session, place_id)
        except (GalleryError, SQLAlchemyError):
            log.exception("holds not moved")
        else:
            if left:
                log.warning("orders without pieces", extra={"topic": f"place:{place_id}", "count": len(left)})
