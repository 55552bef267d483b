"""What became of each piece: the ledger of galleries summed by owner, article and place, for a period."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, case, func, not_, select
from sqlalchemy.orm import Session

from gallery.catalog.models import Product, ProductRevision, Variant
from gallery.core import clock
from gallery.inventory.models import Lot, Place, PlaceKind, StockItem, StockMovement
from gallery.inventory.queries import is_newest_version
from gallery.inventory.states import DocumentKind, MovementReason
from gallery.registry.models import Business

COUNTER_SALE: Final = DocumentKind.SALE.prefix  # how documents of the counter begin; all other sales are online orders
_R = MovementReason


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the province, both included."""

    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        return clock.midnight(self.first)

    @property
    def ends_at(self) -> datetime:
        """The moment after the period."""
        return clock.midnight(self.last + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Flow:
    """Pieces of one article in one gallery. ``opening`` + all that came - all that went = ``closing``.

    ``moved`` (to and from other galleries) and ``corrected`` (counts) are signed, all others are not; ``expired`` are
    part of ``written_off``.
    """

    place_id: int
    place_name: str
    is_on_the_way: bool
    business_name: str
    product_name: str
    variant_name: str
    opening: int
    received: int
    sold_at_counter: int
    sold_online: int
    came_back: int
    returned: int
    written_off: int
    expired: int
    moved: int
    corrected: int
    closing: int


def piece_flows(
    session: Session,
    period: Period,
    *,
    galleries: Collection[int] | None = None,
    businesses: Collection[int] | None = None,
    with_premises: bool = False,
) -> list[Flow]:
    """Return the flows in galleries (None = all) of these owners (None = all) by owner, article and place.

    One read; the owners' own premises only ``with_premises``. Articles that neither lay there nor moved in the period
    are left out.
    """
    names = (Place.id, Place.name, Place.kind, Business.name, ProductRevision.name, Variant.name)
    rows = (
        select(*names, *_sums(period))
        .select_from(StockMovement)
        .join(StockItem, StockItem.id == StockMovement.stock_item_id)
        .join(Place, Place.id == StockItem.place_id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .join(Business, Business.id == Lot.business_id)
        .join(Variant, Variant.id == StockItem.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, is_newest_version())
        .where(StockMovement.happened_at < period.ends_at)
        .group_by(*names, Variant.id)
        .order_by(Business.name, ProductRevision.name, Variant.name, Place.name, Place.kind)
    )
    if not with_premises:
        rows = rows.where(Place.kind != PlaceKind.PREMISES)
    if galleries is not None:
        rows = rows.where(Place.gallery_id.in_(galleries))
    if businesses is not None:
        rows = rows.where(Lot.business_id.in_(businesses))
    return [
        Flow(place_id, place, kind is PlaceKind.TRANSIT, owner, product, variant, *(int(pieces) for pieces in pieces))
        for place_id, place, kind, owner, product, variant, *pieces in session.execute(rows)
        if any(pieces)
    ]


def _sums(period: Period) -> list[ColumnElement[int]]:
    """The figures of a :class:`Flow`, in its order."""
    inside = StockMovement.happened_at >= period.starts_at
    at_counter = StockMovement.document.startswith(COUNTER_SALE)
    return [
        _sum(not_(inside)),
        _sum(inside, _reason(_R.RECEIVED)),
        -_sum(inside, _reason(_R.SOLD), func.coalesce(at_counter, False)),
        -_sum(inside, _reason(_R.SOLD), not_(func.coalesce(at_counter, False))),
        _sum(inside, _reason(_R.BUYER_RETURN)),
        -_sum(inside, _reason(_R.OWNER_RETURN)),
        -_sum(inside, _reason(_R.DAMAGED, _R.EXPIRED, _R.LOST, _R.RECALLED)),
        -_sum(inside, _reason(_R.EXPIRED)),
        _sum(inside, _reason(_R.TRANSFER_OUT, _R.TRANSFER_IN)),
        _sum(inside, _reason(_R.COUNT_CORRECTION)),
        func.coalesce(func.sum(StockMovement.pieces), 0),
    ]


def _reason(*reasons: MovementReason) -> ColumnElement[bool]:
    return StockMovement.reason.in_(reasons)


def _sum(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((and_(*conditions), StockMovement.pieces), else_=0)), 0)
