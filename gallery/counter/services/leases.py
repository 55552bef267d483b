"""Leases: pieces held for a till, so that it can go on selling while it has no connection."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.catalog.models import PriceChange, Variant
from gallery.core import clock
from gallery.core.ids import public_id
from gallery.core.locks import lock_rows
from gallery.core.money import Rupiah
from gallery.counter import queries
from gallery.counter.errors import OfflineSaleError
from gallery.counter.models import CounterSale, Lease, Shift, UnbookedSale
from gallery.counter.services.basket import empty
from gallery.counter.services.sales import Named, Payment, record_sale, sale_by_key
from gallery.counter.services.shifts import lock_open
from gallery.inventory import services as inventory
from gallery.inventory.errors import ReservationLostError
from gallery.inventory.models import Lot, Reservation, StockItem
from gallery.inventory.queries import sellable_lot
from gallery.inventory.states import DocumentKind, ReservationStatus

MOST_LINES = 200
MOST_PIECES = 999


@dataclass(frozen=True, slots=True)
class Policy:
    """How much of an article a till may hold: at most so many pieces, and at most that share of the free ones."""

    pieces: int
    percent: int


@dataclass(frozen=True, slots=True)
class OfflineLine:
    stock_item_id: int
    pieces: int
    price_idr: int


@dataclass(frozen=True, slots=True)
class OfflineSale:
    """A sale as a till without a connection wrote it down; prices are those it was told with its lease."""

    sale_key: str
    happened_at: datetime
    lines: Sequence[OfflineLine]
    payment: Payment
    paid_idr: int
    """Sum of its tenders: must be the sum of its lines."""
    facts: Mapping[str, Any]
    """The sale as it was sent."""
    discount_idr: int = 0
    """What was taken off at the server before the line went; none is given without a connection."""


def open_lease(session: Session, shift_id: int) -> Lease:
    """The open shift has a lease; it may hold nothing yet."""
    shift = lock_open(session, shift_id)
    lease = queries.lease_of(session, shift.id)
    if lease is None:
        lease = Lease(shift_id=shift.id)
        session.add(lease)
        session.flush()  # callers need its holder
    return lease


def top_up_lease(session: Session, shift_id: int, variant_ids: Collection[int], policy: Policy) -> Lease:
    """The lease holds of each of these articles what the policy allows, as far as pieces are free; never less.

    Pieces that expire first are held first: they are sold first.
    """
    lease = open_lease(session, shift_id)
    shift = session.get_one(Shift, shift_id)
    wanted = (
        select(StockItem.id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .where(StockItem.place_id == shift.till.place_id, StockItem.variant_id.in_(variant_ids), sellable_lot())
    )
    lock_rows(session, StockItem, session.scalars(wanted).all())
    held = _held(session, lease)
    lots = defaultdict(list)
    for lot in queries.lots_here(session, shift.till.place_id, variant_ids):
        if lot.why_not is None:
            lots[lot.variant_id].append(lot)
    picks: dict[int, int] = {}
    for rows in lots.values():
        mine = sum(held.get(row.stock_item_id, 0) for row in rows)
        target = min(policy.pieces, (sum(row.can_sell for row in rows) + mine) * policy.percent // 100)
        for row in rows:
            part = min(row.can_sell, target - mine)
            if part > 0:
                picks[row.stock_item_id] = part
                mine += part
    if picks:
        inventory.reserve_items(session, lease.holder, picks, expires_at=None)
    return lease


def book_offline_sale(session: Session, shift_id: int, sale: OfflineSale, *, actor: Actor) -> tuple[CounterSale, bool]:
    """The sale is in the books, at the time at which it happened; tell also whether this call booked it.

    Its pieces come out of the lease, and where that was drawn meanwhile out of free pieces of the same lot.
    :class:`OfflineSaleError` says why it can not be booked; nothing changed then.
    """
    done = sale_by_key(session, sale.sale_key)
    if done is not None:
        return done, False
    shift = lock_open(session, shift_id)
    done = sale_by_key(session, sale.sale_key)
    if done is not None:
        return done, False
    pieces, names = _checked(session, shift, sale)
    lease = queries.lease_of(session, shift.id)
    if lease is None:
        raise OfflineSaleError("no_lease")
    sale_id = public_id()
    at = min(max(sale.happened_at, shift.opened_at), clock.now())
    try:
        sold = inventory.sell_held(
            session,
            lease.holder,
            pieces,
            document=DocumentKind.SALE.of(sale_id),
            happened_at=at,
            or_free=True,
            actor=actor,
        )
    except ReservationLostError as error:
        raise OfflineSaleError("short") from error
    tenders = sale.payment.tenders(sale.paid_idr)
    booked = record_sale(
        session,
        shift,
        sold,
        names,
        tenders,
        sale_id=sale_id,
        sale_key=sale.sale_key,
        happened_at=at,
        actor=actor,
    )
    unbooked = session.scalar(select(UnbookedSale).where(UnbookedSale.sale_key == sale.sale_key))
    if unbooked is not None:
        unbooked.settled_at = clock.now()
    if shift.sale_key == sale.sale_key:
        empty(shift)  # the till lost its connection in the middle of the running sale, and finished it there
    return booked, True


def note_unbooked(session: Session, shift_id: int, sale: OfflineSale, why: str) -> None:
    """A sale that can not be booked stays in sight of people until it is settled; sent again it is noted once."""
    found = session.scalar(select(UnbookedSale).where(UnbookedSale.sale_key == sale.sale_key))
    if found is not None:
        found.why = why
        return
    session.add(
        UnbookedSale(
            sale_key=sale.sale_key,
            shift_id=shift_id,
            why=why,
            total_idr=Rupiah(sale.paid_idr),
            facts=dict(sale.facts),
            happened_at=sale.happened_at,
        )
    )


def settle_unbooked(session: Session, unbooked_id: int, *, note: str) -> None:
    """A person has seen to the sale: rung it up by hand, or given the money back."""
    unbooked = session.get_one(UnbookedSale, unbooked_id)
    if unbooked.settled_at is None:
        unbooked.settled_at, unbooked.settled_note = clock.now(), note


def _checked(session: Session, shift: Shift, sale: OfflineSale) -> tuple[dict[int, int], dict[int, Named]]:
    """Return pieces by stock item and names by variant; the sale is of this place, at prices that were told."""
    pieces: dict[int, int] = defaultdict(int)
    if not 0 < len(sale.lines) <= MOST_LINES or any(not 0 < line.pieces <= MOST_PIECES for line in sale.lines):
        raise OfflineSaleError("bad_lines")
    for line in sale.lines:
        pieces[line.stock_item_id] += line.pieces
    rows = session.execute(
        select(StockItem.id, StockItem.variant_id).where(
            StockItem.id.in_(pieces), StockItem.place_id == shift.till.place_id
        )
    )
    variants = dict(rows.all())
    if set(variants) != set(pieces):
        raise OfflineSaleError("bad_lines")
    prices = {(variants[line.stock_item_id], line.price_idr) for line in sale.lines}
    told = _prices_told(session, shift, set(variants.values()))
    if not prices <= told or len(prices) != len({variant for variant, _price in prices}):
        raise OfflineSaleError("price")
    if sale.discount_idr and (shift.sale_key, shift.discount_idr) != (sale.sale_key, sale.discount_idr):
        raise OfflineSaleError("discount")  # not the one that was given to this running sale
    if sum(line.pieces * line.price_idr for line in sale.lines) - sale.discount_idr != sale.paid_idr:
        raise OfflineSaleError("tenders")
    names = {}
    for variant_id, price_idr in prices:
        article = queries.article_of(session, variant_id)
        if article is None:
            raise OfflineSaleError("bad_lines")
        names[variant_id] = Named(article.name, article.business_name, price_idr)
    return dict(pieces), names


def _prices_told(session: Session, shift: Shift, variant_ids: Collection[int]) -> set[tuple[int, int]]:
    """Return (variant, price) of all prices that held since the shift was opened."""
    now = select(Variant.id, Variant.price_idr).where(Variant.id.in_(variant_ids))
    told: set[tuple[int, int]] = {(variant_id, price_idr) for variant_id, price_idr in session.execute(now)}
    since = select(PriceChange.variant_id, PriceChange.old_price_idr, PriceChange.new_price_idr).where(
        PriceChange.variant_id.in_(variant_ids), PriceChange.changed_at >= shift.opened_at
    )
    for variant_id, old_idr, new_idr in session.execute(since):
        told |= {(variant_id, price) for price in (old_idr, new_idr) if price is not None}
    return told


def _held(session: Session, lease: Lease) -> dict[int, int]:
    rows = select(Reservation.stock_item_id, func.sum(Reservation.pieces)).where(
        Reservation.holder == lease.holder, Reservation.status == ReservationStatus.ACTIVE
    )
    return {item_id: int(pieces) for item_id, pieces in session.execute(rows.group_by(Reservation.stock_item_id))}
