"""The shop follows the catalogue, the register and the stock. Every message may come twice, and late."""

from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from gallery.catalog.models import Licence, Product, Variant
from gallery.core import clock, spool
from gallery.core.db import db, transaction
from gallery.core.outbox import every, handles
from gallery.counter.services import count_sales
from gallery.inventory.models import Lot, StockItem
from gallery.listing import services
from gallery.listing.models import ListingEntry
from gallery.orders.queries import products_of_order


@handles("product.changed")
@handles("stock.changed")
def refresh_products(payload: dict[str, Any]) -> None:
    """Bring the products named up to date; what is already true is only read."""
    ids = payload.get("product_ids") or [payload["product_id"]]
    with transaction() as session:
        services.refresh(session, ids)


@handles("order.completed")
def count_order(payload: dict[str, Any]) -> None:
    """What was sold often stands first in the shop."""
    with transaction() as session:
        count_sales(session, products_of_order(session, payload["order_id"]))


@handles("counter.sold")
def count_counter(payload: dict[str, Any]) -> None:
    """A sale over the counter, or one that came back, counts as well."""
    with transaction() as session:
        rows = select(Variant.product_id).where(Variant.id.in_(payload["variant_ids"])).distinct()
        count_sales(session, session.scalars(rows).all())


@every(hours=6)
def drop_expired_licences() -> None:
    """Take badges off products whose licence has run out: no message comes on that day."""
    ids = db.session.scalars(
        select(Product.id)
        .join(Licence, Licence.revision_id == Product.published_revision_id)
        .join(ListingEntry, ListingEntry.product_id == Product.id)
        .where(Licence.expires_on < clock.today(), ListingEntry.is_halal | ListingEntry.has_pirt)
        .distinct()
    ).all()
    if ids:
        with transaction() as session:
            services.refresh(session, ids)


@every(hours=1)
def drop_expired_lots() -> None:
    """Count pieces out whose date has come: no message comes on that day either."""
    ids = db.session.scalars(
        select(ListingEntry.product_id)
        .join(Variant, Variant.product_id == ListingEntry.product_id)
        .join(StockItem, StockItem.variant_id == Variant.id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .where(ListingEntry.is_available, StockItem.on_hand > 0, Lot.expires_on <= clock.today())
        .distinct()
    ).all()
    if ids:
        with transaction() as session:
            services.refresh(session, ids)


@every(minutes=5)
def record_search_misses() -> None:
    """Count what pages have noted of searches in vain."""
    with spool.taken(Path(current_app.config["DATA_DIR"]) / "spool" / "search-misses") as queries:
        if queries:
            with transaction() as session:
                services.record_misses(session, queries)
