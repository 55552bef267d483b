"""What a scanned or typed text names at this place, and whether it may be sold: the question behind every scan."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from gallery.catalog.facts import full_name
from gallery.catalog.models import Product, ProductRevision, Variant
from gallery.catalog.states import ProductStatus
from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.core.words import has_words
from gallery.counter.errors import Refusal, WhyNot
from gallery.counter.models import Lease
from gallery.inventory.codes import Scan, read_code
from gallery.inventory.models import Lot, Place, PlaceKind, Reservation, StockItem
from gallery.inventory.queries import free_pieces, is_shown_version
from gallery.inventory.states import LotBlock, ReservationStatus
from gallery.registry.models import Business

MOST_CHOICES: Final = 8
_PUBLIC_ID: Final = re.compile(r"(?:^|[-/])([0-9abcdefghjkmnpqrstvwxyz]{10})/?$")
_BLOCKED: Final = {
    LotBlock.RECALLED: WhyNot.RECALLED,
    LotBlock.QUALITY: WhyNot.QUALITY,
    LotBlock.OFF_SHELF: WhyNot.OFF_SHELF,
}


@dataclass(frozen=True, slots=True)
class Article:
    """A variant as the counter sells it; ``lot_id`` where the label of a lot was scanned."""

    variant_id: int
    variant_public_id: str
    name: str
    business_name: str
    price_idr: Rupiah
    is_for_sale: bool
    code: str = ""
    lot_id: int | None = None


@dataclass(frozen=True, slots=True)
class LotStock:
    """Pieces of one lot at the place: what is there, and what this till may sell of it."""

    stock_item_id: int
    variant_id: int
    lot_id: int
    on_hand: int
    can_sell: int
    expires_on: date | None
    blocked_as: LotBlock | None

    @property
    def why_not(self) -> WhyNot | None:
        """Why nobody may have this lot, whatever its pieces."""
        if self.blocked_as is not None:
            return _BLOCKED[self.blocked_as]
        if self.expires_on is not None and self.expires_on <= clock.today():
            return WhyNot.EXPIRED
        return None


def read_articles(session: Session, place_id: int, text: str) -> list[Article]:
    """Return what the text names: one article for a code, several for a name; none for nothing we know.

    Of several variants with one maker's number those that lie at the place count.
    """
    scan = read_code(text)
    if scan is not None:
        found = _by_code(session, scan, text)
        return _here_first(session, place_id, found) if len(found) > 1 else found
    if found := _by_name(session, text):
        return found
    here = select(StockItem.variant_id).where(StockItem.place_id == place_id, StockItem.on_hand > 0)
    rows = _articles().where(Variant.id.in_(here), has_words(text, ProductRevision.name, Business.name))
    return [_article(row, text) for row in session.execute(rows.order_by(ProductRevision.name).limit(MOST_CHOICES))]


def article_of(session: Session, variant_id: int, lot_id: int | None = None) -> Article | None:
    """Return the article of a variant that is known already."""
    row = session.execute(_articles().where(Variant.id == variant_id)).first()
    return None if row is None else _article(row, "", lot_id)


def articles_of(session: Session, variant_ids: Collection[int]) -> list[Article]:
    """Return the articles of these variants, in no order."""
    return [_article(row, "") for row in session.execute(_articles().where(Variant.id.in_(variant_ids)))]


def lots_here(
    session: Session, place_id: int, variant_ids: Collection[int], *, shift_id: int | None = None
) -> list[LotStock]:
    """Return the lots of the variants that were ever at the place; the shift's own lease counts as what it may sell."""
    can_sell = free_pieces() if shift_id is None else free_pieces() + _leased(shift_id)
    rows = (
        select(
            *(StockItem.id, StockItem.variant_id, StockItem.lot_id, StockItem.on_hand, can_sell),
            *(Lot.expires_on, Lot.blocked_as),
        )
        .join(Lot, Lot.id == StockItem.lot_id)
        .where(StockItem.variant_id.in_(variant_ids), StockItem.place_id == place_id)
        .order_by(Lot.expires_on.is_(None), Lot.expires_on, StockItem.id)
    )
    return [LotStock(*row) for row in session.execute(rows)]


def refuse(session: Session, place_id: int, article: Article, lots: Sequence[LotStock], wanted: int) -> Refusal | None:
    """Say why so many pieces of the article are not sold here; None where they are."""
    if not article.is_for_sale:
        return Refusal(WhyNot.WITHDRAWN, article.code, article.name)
    named = [lot for lot in lots if article.lot_id in (None, lot.lot_id) and lot.variant_id == article.variant_id]
    present = [lot for lot in named if lot.on_hand > 0]
    if not present:
        return _elsewhere(session, place_id, article, was_here=bool(named))
    good = [lot for lot in present if lot.why_not is None]
    if not good:
        bad = present[0]
        why = bad.why_not or WhyNot.NOT_HERE
        return Refusal(why, article.code, article.name, expires_on=bad.expires_on)
    pieces = max(0, sum(lot.can_sell for lot in good))
    if pieces >= wanted:
        return None
    return Refusal(WhyNot.TOO_FEW if pieces else WhyNot.HELD, article.code, article.name, pieces=pieces)


def _elsewhere(session: Session, place_id: int, article: Article, *, was_here: bool) -> Refusal:
    other = (
        select(Place.name)
        .join(StockItem, StockItem.place_id == Place.id)
        .where(Place.kind == PlaceKind.GALLERY, Place.id != place_id, StockItem.on_hand > 0)
        .where(StockItem.lot_id == article.lot_id if article.lot_id else StockItem.variant_id == article.variant_id)
    )
    if (place := session.scalar(other.order_by(Place.id).limit(1))) is not None and not was_here:
        return Refusal(WhyNot.OTHER_GALLERY, article.code, article.name, place=place)
    return Refusal(WhyNot.SOLD_OUT if was_here else WhyNot.NOT_HERE, article.code, article.name)


def _leased(shift_id: int) -> ScalarSelect[int]:
    """Pieces of a stock item that the shift's lease holds; a lease that has ended holds none."""
    lease = select(Lease.holder).where(Lease.shift_id == shift_id).scalar_subquery()
    held = select(func.coalesce(func.sum(Reservation.pieces), 0)).where(
        Reservation.stock_item_id == StockItem.id,
        Reservation.status == ReservationStatus.ACTIVE,
        Reservation.holder == lease,
    )
    return held.correlate(StockItem).scalar_subquery()


def _by_code(session: Session, scan: Scan, text: str) -> list[Article]:
    rows = _articles()
    if scan.lot_id is not None:
        rows = rows.join(Lot, Lot.variant_id == Variant.id).where(Lot.id == scan.lot_id)
    elif scan.variant_id is not None:
        rows = rows.where(Variant.id == scan.variant_id)
    else:
        digits = scan.gtin or ""
        bare = digits.lstrip("0")
        rows = rows.where(Variant.barcode.in_({digits, bare, bare.zfill(12), bare.zfill(13), bare.zfill(14)}))
    found = session.execute(rows.order_by(Variant.id).limit(MOST_CHOICES))
    return [_article(row, text, scan.lot_id) for row in found]


def _by_name(session: Session, text: str) -> list[Article]:
    """Articles by the owner's own code, or by the address of a product page, which its label carries as a QR."""
    match = _PUBLIC_ID.search(text.partition("?")[0].lower())
    for which in (Variant.sku == text, Product.public_id == match[1] if match else None):
        if which is not None:  # one after the other: together no index would help
            rows = session.execute(_articles().where(which).order_by(Variant.position).limit(MOST_CHOICES))
            if found := [_article(row, text) for row in rows]:
                return found
    return []


def _here_first(session: Session, place_id: int, found: list[Article]) -> list[Article]:
    here = set(
        session.scalars(
            select(StockItem.variant_id).where(
                StockItem.place_id == place_id,
                StockItem.variant_id.in_([article.variant_id for article in found]),
                StockItem.on_hand > 0,
            )
        )
    )
    return [article for article in found if article.variant_id in here] or found


def _articles() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(Variant.id, Variant.public_id, Variant.name, Variant.price_idr, Variant.is_active, Product.status),
            *(ProductRevision.name.label("product_name"), Business.name.label("business_name"), Business.is_active),
        )
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, is_shown_version())
        .join(Business, Business.id == Product.business_id)
    )


def _article(row: Row[*tuple[Any, ...]], code: str, lot_id: int | None = None) -> Article:
    variant_id, variant_public_id, variant, price_idr, is_active, status, product, business, is_owner_active = row
    gone = {ProductStatus.WITHDRAWN, ProductStatus.ARCHIVED}
    return Article(
        variant_id,
        variant_public_id,
        full_name(product, variant),
        business,
        price_idr,
        is_active and is_owner_active and status not in gone,
        code,
        lot_id,
    )
