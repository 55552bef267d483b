"""What a gallery looks at every morning: what will be over soon, and what runs low."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Scope
from gallery.catalog.facts import full_name
from gallery.catalog.models import Product, ProductRevision, Variant
from gallery.catalog.states import ProductStatus
from gallery.consignment.queries.goods import Goods, goods_rows
from gallery.core import clock
from gallery.core.words import has_words
from gallery.inventory.models import Lot, Place, PlaceKind, StockItem, StockMovement
from gallery.inventory.queries import is_newest_version, place_in_scope, sellable_lot
from gallery.inventory.states import MovementReason
from gallery.registry.models import Business

PAGE_SIZE: Final = 50
LOW: Final = 3
SALES_DAYS: Final = 30


class Horizon(StrEnum):
    """How much time a lot has left."""

    OVER = "over"  # expires today or earlier: nobody may sell it
    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"


_DAYS: Final = {Horizon.OVER: 0, Horizon.WEEK: 7, Horizon.FORTNIGHT: 14, Horizon.MONTH: 30}


@dataclass(frozen=True, slots=True)
class ExpiryBoard:
    """One page of lots that end soon; ``counts`` are the lots of each horizon, which do not overlap."""

    goods: Sequence[Goods]
    counts: dict[Horizon, int]
    number: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def expiry_board(
    session: Session, scope: Scope, horizon: Horizon, *, number: int = 1, size: int = PAGE_SIZE
) -> ExpiryBoard:
    """Return the lots with pieces in the actor's galleries that end within the horizon, soonest first."""
    here = _in_galleries(scope)
    which = case(*((_within(name), name.value) for name in Horizon))
    rows = (
        select(which, func.count())
        .select_from(StockItem)
        .join(Lot, Lot.id == StockItem.lot_id)
        .join(Place, Place.id == StockItem.place_id)
        .where(here, _until(Horizon.MONTH))
        .group_by(which)
    )
    counts = dict.fromkeys(Horizon, 0) | {Horizon(name): count for name, count in session.execute(rows)}
    total = counts[horizon]
    number = min(max(1, number), max(1, -(-total // size)))
    wanted = goods_rows().where(here, _within(horizon)).order_by(Lot.expires_on, StockItem.id)
    found = session.execute(wanted.limit(size).offset((number - 1) * size))
    return ExpiryBoard([Goods(*row) for row in found], counts, number, total)


def _within(horizon: Horizon) -> ColumnElement[bool]:
    order = list(Horizon)
    at = order.index(horizon)
    return and_(_until(horizon), ~_until(order[at - 1])) if at else _until(horizon)


def _until(horizon: Horizon) -> ColumnElement[bool]:
    return Lot.expires_on <= clock.today() + timedelta(days=_DAYS[horizon])


def _in_galleries(scope: Scope) -> ColumnElement[bool]:
    """Rows with pieces on the shelves of the actor's galleries."""
    return and_(StockItem.on_hand > 0, Place.kind == PlaceKind.GALLERY, place_in_scope(scope))


@dataclass(frozen=True, slots=True)
class LowLine:
    """An article that runs low in one gallery; ``sold`` in the last 30 days there."""

    variant: Variant
    product_name: str
    business: Business
    place: Place
    free: int
    sold: int

    @property
    def name(self) -> str:
        return full_name(self.product_name, self.variant.name)

    @property
    def wanted(self) -> int:
        """How many to ask for: what a month sold, at least a handful."""
        return max(6, self.sold - self.free)


@dataclass(frozen=True, slots=True)
class LowBoard:
    """One page of articles that run low, by owner."""

    lines: Sequence[LowLine]
    number: int
    has_more: bool


def low_board(session: Session, scope: Scope, *, text: str = "", number: int = 1, size: int = PAGE_SIZE) -> LowBoard:
    """Return articles of which three sellable pieces or fewer are left in a gallery that had them, by owner."""
    number = max(1, number)
    free = func.sum(case((sellable_lot(), StockItem.on_hand - StockItem.reserved), else_=0))
    rows = (
        select(Variant, ProductRevision.name, Business, Place, free, func.coalesce(_sold(), 0))
        .select_from(StockItem)
        .join(Lot, Lot.id == StockItem.lot_id)
        .join(Place, Place.id == StockItem.place_id)
        .join(Variant, Variant.id == StockItem.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, is_newest_version())
        .join(Business, Business.id == Product.business_id)
        .where(
            Place.kind == PlaceKind.GALLERY,
            place_in_scope(scope),
            Variant.is_active,
            Product.status == ProductStatus.ON_SALE,
            Business.is_active,
        )
        .group_by(Variant.id, ProductRevision.id, Business.id, Place.id)
        .having(free <= LOW)
        .order_by(Business.name, Business.id, ProductRevision.name, Variant.id, Place.id)
    )
    rows = rows.where(has_words(text, Business.name))
    found = session.execute(rows.limit(size + 1).offset((number - 1) * size)).all()
    return LowBoard([LowLine(*row) for row in found[:size]], number, len(found) > size)


def _sold() -> Any:
    """Pieces of the variant that were sold at the place in the last 30 days."""
    item = StockItem.__table__.alias("sold_item")
    return (
        select(func.sum(-StockMovement.pieces))
        .join(item, item.c.id == StockMovement.stock_item_id)
        .where(
            item.c.variant_id == Variant.id,
            item.c.place_id == Place.id,
            StockMovement.reason == MovementReason.SOLD,
            StockMovement.happened_at >= clock.now() - timedelta(days=SALES_DAYS),
        )
        .correlate(Variant, Place)
        .scalar_subquery()
    )
