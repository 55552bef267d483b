"""What follows a change of a business: its pages are made anew, its products show another name or leave the shop."""

from typing import Any

from sqlalchemy import select

from gallery.catalog.models import Product
from gallery.core.db import transaction
from gallery.core.outbox import emit, handles
from gallery.inventory import services as inventory
from gallery.listing.services import version


@handles("business.changed")
def refresh_products(payload: dict[str, Any]) -> None:
    with transaction() as session:
        inventory.follow_business(session, payload["business_id"])
        version.touch(session)  # kept pages show the old story or picture
        ids = session.scalars(select(Product.id).where(Product.business_id == payload["business_id"])).all()
        if ids:
            emit(session, "product.changed", product_ids=list(ids))
