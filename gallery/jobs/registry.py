"""What follows a change of a business: its pages are made anew, its products show another name or leave the shop."""

from typing import Any

from sqlalchemy import select, update

from gallery.catalog.models import Product
from gallery.core.db import transaction
from gallery.core.outbox import emit, handles
from gallery.inventory import services as inventory
from gallery.listing.services import version
from gallery.registry.models import Business


@handles("business.changed")
def refresh_products(payload: dict[str, Any]) -> None:
    with transaction() as session:
        inventory.follow_business(session, payload["business_id"])
        version.touch(session)  # kept pages show the old story or picture
        business = session.get_one(Business, payload["business_id"])
        moved = update(Product).where(Product.business_id == business.id)
        session.execute(moved.values(district_code=business.district_code))  # its new district answers for them
        ids = session.scalars(select(Product.id).where(Product.business_id == payload["business_id"])).all()
        if ids:
            emit(session, "product.changed", product_ids=list(ids))
