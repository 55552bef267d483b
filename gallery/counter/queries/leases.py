"""What a till may sell without a connection."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.catalog.models import Variant
from gallery.counter.models import Lease
from gallery.counter.queries.articles import articles_of
from gallery.counter.states import LeaseStatus
from gallery.inventory.models import Lot, Reservation, StockItem
from gallery.inventory.queries import sellable_lot
from gallery.inventory.states import ReservationStatus


@dataclass(frozen=True, slots=True)
class LeasedLot:
    """Pieces of one stock row that the till holds."""

    stock_item_id: int
    lot_id: int
    expires_on: date | None
    pieces: int


@dataclass(slots=True)
class LeasedArticle:
    """An article of the gallery; without ``leased`` it needs a connection."""

    variant_id: int
    name: str
    business_name: str
    price_idr: int
    barcode: str | None
    leased: list[LeasedLot] = field(default_factory=list)


def lease_of(session: Session, shift_id: int) -> Lease | None:
    """Return the lease that the shift has now."""
    return session.scalar(select(Lease).where(Lease.shift_id == shift_id, Lease.status == LeaseStatus.ACTIVE))


def variants_here(session: Session, place_id: int) -> list[int]:
    """Return the variants of which the place has a piece that may be sold."""
    rows = (
        select(StockItem.variant_id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .where(StockItem.place_id == place_id, StockItem.on_hand > 0, sellable_lot())
    )
    return list(session.scalars(rows.distinct().order_by(StockItem.variant_id)))


def leased_articles(session: Session, place_id: int, lease: Lease | None) -> list[LeasedArticle]:
    """Return every article of the place by name, with what the lease holds of it, first expiring first."""
    variant_ids = variants_here(session, place_id)
    barcodes = select(Variant.id, Variant.barcode).where(Variant.id.in_(variant_ids))
    codes: dict[int, str | None] = dict(session.execute(barcodes).all())
    held = _held(session, lease)
    found = [
        LeasedArticle(
            row.variant_id,
            row.name,
            row.business_name,
            row.price_idr,
            codes[row.variant_id],
            held.get(row.variant_id, []),
        )
        for row in articles_of(session, variant_ids)
        if row.is_for_sale
    ]
    return sorted(found, key=lambda row: row.name)


def _held(session: Session, lease: Lease | None) -> dict[int, list[LeasedLot]]:
    held: dict[int, list[LeasedLot]] = defaultdict(list)
    if lease is None:
        return held
    rows = (
        select(StockItem.variant_id, StockItem.id, StockItem.lot_id, Lot.expires_on, func.sum(Reservation.pieces))
        .join(StockItem, StockItem.id == Reservation.stock_item_id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .where(Reservation.holder == lease.holder, Reservation.status == ReservationStatus.ACTIVE, sellable_lot())
        .group_by(StockItem.variant_id, StockItem.id, StockItem.lot_id, Lot.expires_on)
        .order_by(Lot.expires_on.is_(None), Lot.expires_on, StockItem.id)
    )
    for variant_id, item_id, lot_id, expires_on, pieces in session.execute(rows):
        held[variant_id].append(LeasedLot(item_id, lot_id, expires_on, int(pieces)))
    return held
