"""How often products were sold: what the shop calls popular."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gallery.catalog.models import Product, Variant
from gallery.core.outbox import emit
from gallery.orders.models import Order, OrderLine, Parcel
from gallery.orders.states import OrderStatus, ParcelStatus


def count_sales(session: Session, order_id: int) -> None:
    """Make the products of this order say how many pieces of them were sold, however often it is asked."""
    ids = session.scalars(
        select(Variant.product_id)
        .join(OrderLine, OrderLine.variant_id == Variant.id)
        .where(OrderLine.order_id == order_id)
        .distinct()
    ).all()
    sold = (
        select(func.coalesce(func.sum(OrderLine.quantity), 0))
        .join(Order, Order.id == OrderLine.order_id)
        .join(Variant, Variant.id == OrderLine.variant_id)
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .where(
            Variant.product_id == Product.id,
            Order.status == OrderStatus.COMPLETED,
            Parcel.status != ParcelStatus.RETURNED,
        )
        .correlate(Product)
        .scalar_subquery()
    )
    counted = update(Product).where(Product.id.in_(ids)).values(sold_count=sold)
    session.execute(counted.execution_options(synchronize_session=False))
    if ids:
        emit(session, "product.changed", product_ids=sorted(ids))
