"""A gallery at a glance: value on the shelf, how fast it sells, what expires, sales of each day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Date, Select, and_, case, cast, func, select
from sqlalchemy.orm import Session

from gallery.catalog.models import Product, ProductRevision, Variant
from gallery.core import clock
from gallery.counter.models import CounterSale, CounterSaleLine
from gallery.inventory.models import Lot, Place, PlaceKind, StockItem, StockMovement
from gallery.inventory.queries import is_newest_version
from gallery.inventory.states import DocumentKind, MovementReason
from gallery.orders.models import Order, OrderLine
from gallery.regions.models import Region
from gallery.registry.models import Business
from gallery.reporting.queries.flows import COUNTER_SALE, Period

BUCKETS: Final = (0, 7, 14, 30, 60, 90)  # days until the date; the first holds what is over
MOST_ROWS: Final = 12
SALES_DAYS: Final = 30  # the pace of an article is that of the last 30 days
SLOW_DAYS: Final = 60


@dataclass(frozen=True, slots=True)
class OwnerShare:
    """Goods on the shelf of one owner or district, at selling price."""

    name: str
    pieces: int
    value_idr: int


@dataclass(frozen=True, slots=True)
class DaySales:
    """Pieces and rupiah (at the prices they were sold for, before discounts) that left the gallery on one day."""

    day: date
    counter_pieces: int
    online_pieces: int
    counter_idr: int
    online_idr: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast an article sells. ``cover_days`` is none where nothing was sold in 30 days."""

    product_name: str
    variant_name: str
    business_name: str
    on_hand: int
    sold: int
    value_idr: int
    cover_days: int | None


@dataclass(frozen=True, slots=True)
class ExpiryBucket:
    """Pieces whose date lies within so many days (0: over already), beyond the bucket before."""

    within_days: int
    pieces: int
    value_idr: int


def value_by_owner(session: Session, galleries: Collection[int] | None) -> list[OwnerShare]:
    """Return the twelve owners with most value on the shelf."""
    return _shares(session, galleries, Business.name, Business.id)


def value_by_district(session: Session, galleries: Collection[int] | None) -> list[OwnerShare]:
    """Return the districts the goods come from, most value first."""
    return _shares(session, galleries, Region.name, Region.code)


def sell_through(session: Session, galleries: Collection[int] | None, period: Period) -> list[tuple[str, int, int]]:
    """Return (owner, pieces sold in the period, pieces on hand), the share of sold goods highest first."""
    sold = _sold_by(session, Lot.business_id, galleries, period)
    held = select(Lot.business_id, Business.name, func.sum(StockItem.on_hand)).select_from(StockItem)
    held = held.join(Lot, Lot.id == StockItem.lot_id).join(Business, Business.id == Lot.business_id)
    held = (
        held.join(Place, Place.id == StockItem.place_id)
        .where(_here(galleries))
        .group_by(Lot.business_id, Business.name)
    )
    rows = [(name, sold.get(owner, 0), int(pieces)) for owner, name, pieces in session.execute(held)]
    rows = [row for row in rows if row[1] or row[2]]
    return sorted(rows, key=lambda row: (-row[1] / (row[1] + row[2]), row[0]))[:MOST_ROWS]


def pace(session: Session, galleries: Collection[int] | None) -> tuple[list[Pace], list[Pace]]:
    """Return the articles that run out first, and those of which nothing was sold in 60 days, most value first."""
    today = clock.today()
    month = _sold_by(session, StockItem.variant_id, galleries, Period(today - timedelta(days=SALES_DAYS - 1), today))
    long = _sold_by(session, StockItem.variant_id, galleries, Period(today - timedelta(days=SLOW_DAYS - 1), today))
    pieces = func.sum(StockItem.on_hand)
    rows = (
        select(Variant.id, ProductRevision.name, Variant.name, Business.name, Variant.price_idr, pieces)
        .select_from(StockItem)
        .join(Place, Place.id == StockItem.place_id)
        .join(Variant, Variant.id == StockItem.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, is_newest_version())
        .join(Business, Business.id == Product.business_id)
        .where(_here(galleries), StockItem.on_hand > 0)
        .group_by(Variant.id, ProductRevision.name, Variant.name, Business.name, Variant.price_idr)
    )
    found = [
        (
            variant,
            Pace(
                product,
                name,
                owner,
                int(held),
                month.get(variant, 0),
                int(held) * price,
                int(held) * SALES_DAYS // month[variant] if month.get(variant) else None,
            ),
        )
        for variant, product, name, owner, price, held in session.execute(rows)
    ]
    fast = sorted((row for _, row in found if row.cover_days is not None), key=lambda row: row.cover_days or 0)
    slow = sorted((row for variant, row in found if not long.get(variant)), key=lambda row: -row.value_idr)
    return fast[:MOST_ROWS], slow[:MOST_ROWS]


def expiry_ahead(session: Session, galleries: Collection[int] | None) -> list[ExpiryBucket]:
    """Return the buckets of 0, 7, 14, 30, 60, 90 days; goods without a date are in none."""
    today = clock.today()
    sums: list[Any] = []
    previous: date | None = None
    for days in BUCKETS:
        last = today + timedelta(days=days)
        inside = Lot.expires_on <= last if previous is None else and_(Lot.expires_on > previous, Lot.expires_on <= last)
        sums.append(func.coalesce(func.sum(case((inside, StockItem.on_hand), else_=0)), 0))
        sums.append(func.coalesce(func.sum(case((inside, StockItem.on_hand * Variant.price_idr), else_=0)), 0))
        previous = last
    rows = select(*sums).select_from(StockItem).join(Lot, Lot.id == StockItem.lot_id)
    rows = rows.join(Place, Place.id == StockItem.place_id).join(Variant, Variant.id == StockItem.variant_id)
    found = session.execute(rows.where(_here(galleries))).one()
    return [ExpiryBucket(days, int(found[2 * place]), int(found[2 * place + 1])) for place, days in enumerate(BUCKETS)]


def daily_sales(session: Session, galleries: Collection[int] | None, period: Period) -> list[DaySales]:
    """Return one row for every day of the period, days without a sale too."""
    sold = (
        select(
            _local_day(session).label("day"),
            func.coalesce(StockMovement.document.startswith(COUNTER_SALE), False).label("at_counter"),
            (-StockMovement.pieces).label("pieces"),
            (-StockMovement.pieces * func.coalesce(_PRICE_AT_COUNTER, _PRICE_IN_ORDER, Variant.price_idr)).label(
                "value"
            ),
        )
        .join(StockItem, StockItem.id == StockMovement.stock_item_id)
        .join(Place, Place.id == StockItem.place_id)
        .join(Variant, Variant.id == StockItem.variant_id)
        .where(_here(galleries), *_sold(period))
        .subquery()
    ).c
    rows = select(sold.day, sold.at_counter, func.sum(sold.pieces), func.sum(sold.value))
    rows = rows.group_by(sold.day, sold.at_counter)
    found = {
        (on if isinstance(on, date) else date.fromisoformat(on), bool(at_counter)): (int(pieces), int(value))
        for on, at_counter, pieces, value in session.execute(rows)
    }
    days = [period.first + timedelta(days=n) for n in range((period.last - period.first).days + 1)]
    nothing = (0, 0)
    return [
        DaySales(
            on,
            found.get((on, True), nothing)[0],
            found.get((on, False), nothing)[0],
            found.get((on, True), nothing)[1],
            found.get((on, False), nothing)[1],
        )
        for on in days
    ]


def _id_in(kind: DocumentKind) -> ColumnElement[str]:
    """The public id in the name of a movement's document."""
    return func.substr(StockMovement.document, len(kind.prefix) + 1)


_PRICE_AT_COUNTER: Final = (
    select(func.max(CounterSaleLine.price_idr))
    .join(CounterSale, CounterSale.id == CounterSaleLine.sale_id)
    .where(
        StockMovement.document.startswith(DocumentKind.SALE.prefix),
        CounterSale.public_id == _id_in(DocumentKind.SALE),
        CounterSaleLine.stock_item_id == StockMovement.stock_item_id,
    )
    .correlate(StockMovement)
    .scalar_subquery()
)
_PRICE_IN_ORDER: Final = (
    select(func.max(OrderLine.price_idr))
    .join(Order, Order.id == OrderLine.order_id)
    .where(
        StockMovement.document.startswith(DocumentKind.ORDER.prefix),
        Order.public_id == _id_in(DocumentKind.ORDER),
        OrderLine.variant_id == StockItem.variant_id,
    )
    .correlate(StockMovement, StockItem)
    .scalar_subquery()
)


def _local_day(session: Session) -> ColumnElement[Any]:
    """The date in the province: each database has words of its own for it."""
    if session.get_bind().dialect.name == "postgresql":
        return cast(func.timezone("Asia/Jakarta", StockMovement.happened_at), Date)
    return func.date(StockMovement.happened_at, "+7 hours")


def _sold(period: Period) -> list[ColumnElement[bool]]:
    return [
        StockMovement.reason == MovementReason.SOLD,
        StockMovement.happened_at >= period.starts_at,
        StockMovement.happened_at < period.ends_at,
    ]


def _sold_by(
    session: Session, column: ColumnElement[int] | Any, galleries: Collection[int] | None, period: Period
) -> dict[int, int]:
    rows = (
        select(column, func.sum(-StockMovement.pieces))
        .select_from(StockMovement)
        .join(StockItem, StockItem.id == StockMovement.stock_item_id)
        .join(Place, Place.id == StockItem.place_id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .where(_here(galleries), *_sold(period))
        .group_by(column)
    )
    return {key: int(pieces) for key, pieces in session.execute(rows)}


def _here(galleries: Collection[int] | None) -> ColumnElement[bool]:
    gallery = Place.kind == PlaceKind.GALLERY
    return gallery if galleries is None else and_(gallery, Place.gallery_id.in_(galleries))


def _shares(session: Session, galleries: Collection[int] | None, name: Any, key: Any) -> list[OwnerShare]:
    value = func.sum(StockItem.on_hand * Variant.price_idr)
    rows: Select[Any] = (
        select(name, func.sum(StockItem.on_hand), value)
        .select_from(StockItem)
        .join(Place, Place.id == StockItem.place_id)
        .join(Variant, Variant.id == StockItem.variant_id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .join(Business, Business.id == Lot.business_id)
        .join(Region, Region.code == Business.district_code)
        .where(_here(galleries), StockItem.on_hand > 0)
        .group_by(name, key)
        .order_by(value.desc(), name)
        .limit(MOST_ROWS)
    )
    return [OwnerShare(text, int(pieces), int(total)) for text, pieces, total in session.execute(rows)]
