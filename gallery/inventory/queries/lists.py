"""Lists of stock for staff and owners."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Scope
from gallery.catalog.models import Product, ProductRevision, Variant
from gallery.catalog.states import ProductStatus
from gallery.core import clock
from gallery.core.errors import NotFoundError
from gallery.core.words import contains, has_words, words_of
from gallery.inventory.models import Lot, Place, StockItem
from gallery.inventory.queries.stock import place_in_scope
from gallery.registry.models import Business

PAGE_SIZE: Final = 50
SOON: Final = timedelta(days=30)
LOW: Final = 3


class StockFilter(StrEnum):
    """What a stock list is narrowed to."""

    ALL = "all"
    LOW = "low"  # three free pieces or fewer
    EXPIRING = "expiring"  # within 30 days, and over
    HELD = "held"


@dataclass(frozen=True, slots=True)
class StockLine:
    """One row of a stock list. ``product_name`` is that of the newest version."""

    item: StockItem
    place: Place
    lot: Lot
    product_name: str
    product_public_id: str
    variant_name: str
    variant_public_id: str
    business_name: str


@dataclass(frozen=True, slots=True)
class StockList:
    """One page; ``next_cursor`` continues it."""

    lines: Sequence[StockLine]
    next_cursor: str | None


def stock_list(
    session: Session,
    *,
    scope: Scope,
    text: str = "",
    place_id: int | None = None,
    narrow: StockFilter = StockFilter.ALL,
    after: int = 0,
    limit: int = PAGE_SIZE,
) -> StockList:
    """Return 50 stock rows (or ``limit``) that have or had pieces, oldest first; ``after`` is the last id seen."""
    rows = _lines().where(place_in_scope(scope), StockItem.id > after)
    if place_id is not None:
        rows = rows.where(StockItem.place_id == place_id)
    rows = rows.where(has_words(text, ProductRevision.name, Business.name))
    if narrow is StockFilter.LOW:
        rows = rows.where(StockItem.on_hand - StockItem.reserved <= LOW)
    elif narrow is StockFilter.EXPIRING:
        rows = rows.where(Lot.expires_on <= clock.today() + SOON, StockItem.on_hand > 0)
    elif narrow is StockFilter.HELD:
        rows = rows.where(StockItem.reserved > 0)
    found = [StockLine(*row) for row in session.execute(rows.order_by(StockItem.id).limit(limit + 1))]
    more = len(found) > limit
    return StockList(found[:limit], str(found[limit - 1].item.id) if more else None)


def stock_warnings(session: Session, *, scope: Scope) -> tuple[int, int]:
    """Return how many rows run low, and how many expire within 30 days, in one read."""
    low = StockItem.on_hand - StockItem.reserved <= LOW
    soon = and_(Lot.expires_on <= clock.today() + SOON, StockItem.on_hand > 0)
    rows = select(func.count().filter(low), func.count().filter(soon)).select_from(StockItem)
    rows = rows.join(Place, Place.id == StockItem.place_id).join(Lot, Lot.id == StockItem.lot_id)
    running_low, expiring = session.execute(rows.where(place_in_scope(scope))).one()
    return running_low, expiring


def stock_line(session: Session, stock_item_id: int, *, scope: Scope) -> StockLine:
    """Return one row of the list, or raise :class:`NotFoundError`."""
    row = session.execute(_lines().where(place_in_scope(scope), StockItem.id == stock_item_id)).first()
    if row is None:
        raise NotFoundError("StockItem")
    return StockLine(*row)


def lines_of_variant(session: Session, public_id: str, *, scope: Scope) -> list[StockLine]:
    """Return the variant's rows in the scope, in all places and lots; also of one that is sold no more."""
    rows = _lines().where(place_in_scope(scope), Variant.public_id == public_id)
    return [StockLine(*row) for row in session.execute(rows.order_by(StockItem.id))]


def own_stock(session: Session, businesses: Collection[int]) -> list[StockLine]:
    """Return where the goods of these owners lie, at home and in galleries; rows without a piece are left out."""
    rows = _lines().where(Lot.business_id.in_(businesses), StockItem.on_hand > 0)
    return [StockLine(*row) for row in session.execute(rows.order_by(ProductRevision.name, Place.kind, StockItem.id))]


@dataclass(frozen=True, slots=True)
class VariantChoice:
    """A variant that pieces may be received of."""

    variant_id: int
    variant_public_id: str
    product_name: str
    variant_name: str
    business_id: int
    business_name: str
    shelf_life_days: int | None


def variant_choices(
    session: Session, *, text: str = "", public_id: str = "", businesses: Collection[int] | None = None
) -> list[VariantChoice]:
    """Return at most 30 active variants by name: those whose product, maker or code has the words, or the one named.

    Of certain ``businesses`` those that may sell: a suspended one takes in nothing, though its pieces may be found.
    """
    rows = (
        select(
            Variant.id,
            Variant.public_id,
            ProductRevision.name,
            Variant.name,
            Business.id,
            Business.name,
            ProductRevision.shelf_life_days,
        )
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, is_newest_version())
        .join(Business, Business.id == Product.business_id)
        .where(Variant.is_active, Product.status != ProductStatus.ARCHIVED)
    )
    if businesses is not None:
        rows = rows.where(Product.business_id.in_(businesses), Business.is_active)
    if public_id:
        rows = rows.where(Variant.public_id == public_id)
    for word in words_of(text):
        named = or_(contains(ProductRevision.name, word), contains(Business.name, word))
        rows = rows.where(or_(named, func.lower(Variant.sku) == word, Product.public_id == word))
    return [VariantChoice(*row) for row in session.execute(rows.order_by(ProductRevision.name, Variant.id).limit(30))]


def places(session: Session, *, scope: Scope) -> list[Place]:
    """Return the active places of a scope, galleries first, by name."""
    rows = select(Place).where(place_in_scope(scope), Place.is_active).order_by(Place.kind, Place.name)
    return list(session.scalars(rows))


def _lines() -> Select[StockItem, Place, Lot, str, str, str, str, str]:
    names = (ProductRevision.name, Product.public_id, Variant.name, Variant.public_id, Business.name)
    return (
        select(StockItem, Place, Lot, *names)
        .join(Place, Place.id == StockItem.place_id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .join(Variant, Variant.id == StockItem.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, is_newest_version())
        .join(Business, Business.id == Product.business_id)
    )


def is_shown_version() -> ColumnElement[bool]:
    """Join condition: the version that buyers read, and of a product that is not published yet the newest one."""
    newest = select(ProductRevision.id).where(ProductRevision.product_id == Product.id)
    newest_id = newest.order_by(ProductRevision.number.desc()).limit(1).correlate(Product).scalar_subquery()
    return ProductRevision.id == func.coalesce(Product.published_revision_id, newest_id)


def is_newest_version() -> ColumnElement[bool]:
    """Join condition: the newest version of the product; staff read its name there."""
    numbers = select(func.max(ProductRevision.number)).where(ProductRevision.product_id == Product.id)
    number = numbers.correlate(Product).scalar_subquery()
    return and_(ProductRevision.product_id == Product.id, ProductRevision.number == number)
