"""How often products were sold, online and over the counter: what the shop calls popular."""

from collections.abc import Collection

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gallery.catalog.models import Product, Variant
from gallery.core.outbox import emit
from gallery.counter.models import CounterSaleLine
from gallery.orders.queries import sold_online


def count_sales(session: Session, product_ids: Collection[int] | None = None) -> None:
    """These products (None: all) say how many pieces of them were sold and kept, however often it is asked.

    Online a piece counts when its order is completed and did not come back, at the counter when it is paid.
    """
    at_counter = (
        select(func.coalesce(func.sum(CounterSaleLine.pieces - CounterSaleLine.returned_pieces), 0))
        .join(Variant, Variant.id == CounterSaleLine.variant_id)
        .where(Variant.product_id == Product.id)
        .correlate(Product)
        .scalar_subquery()
    )
    counted = update(Product).values(sold_count=sold_online() + at_counter)
    if product_ids is not None:
        counted = counted.where(Product.id.in_(product_ids))
    session.execute(counted.execution_options(synchronize_session=False))
    if product_ids:
        emit(session, "product.changed", product_ids=sorted(product_ids))
