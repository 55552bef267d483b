"""Lists of requests between galleries and owners: new prices, more goods."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, selectinload

from gallery.accounts.permissions import Scope
from gallery.catalog.facts import full_name, name_key
from gallery.catalog.models import Product, ProductRevision, Variant
from gallery.catalog.states import ProductStatus
from gallery.consignment.models import LotTerms, PriceRequest, ReplenishmentRequest
from gallery.consignment.queries.goods import Goods, goods_rows
from gallery.consignment.queries.leaving import PAGE_SIZE, Page, owner_in_scope, page_of
from gallery.consignment.queries.receiving import in_galleries
from gallery.consignment.states import PriceRequestStatus, ReplenishmentStatus
from gallery.core import clock
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.inventory.models import Lot, Place, PlaceKind, StockItem
from gallery.inventory.queries import is_newest_version
from gallery.registry.models import Business

LABELS_FOR: Final = timedelta(days=14)


def price_requests(
    session: Session, scope: Scope, status: PriceRequestStatus | None, *, number: int = 1, size: int = PAGE_SIZE
) -> Page[PriceRequest]:
    """Return a page of price requests of the actor's owners, or of goods that lie in the actor's galleries."""
    rows = select(PriceRequest).where(_price_in_scope(scope))
    load = selectinload(PriceRequest.variant), selectinload(PriceRequest.business), selectinload(PriceRequest.lots)
    return page_of(session, rows.options(*load), PriceRequest, status, number, size)


def price_request(session: Session, public_id: str, scope: Scope) -> PriceRequest:
    """Return one price request, or raise :class:`NotFoundError`."""
    row = session.scalar(select(PriceRequest).where(_price_in_scope(scope), PriceRequest.public_id == public_id))
    if row is None:
        raise NotFoundError("PriceRequest")
    return row


def goods_requests(
    session: Session, scope: Scope, status: ReplenishmentStatus | None, *, number: int = 1, size: int = PAGE_SIZE
) -> Page[ReplenishmentRequest]:
    """Return a page of requests for more goods."""
    rows = select(ReplenishmentRequest).where(_goods_in_scope(scope))
    load = (
        selectinload(ReplenishmentRequest.variant),
        selectinload(ReplenishmentRequest.business),
        selectinload(ReplenishmentRequest.gallery),
    )
    return page_of(session, rows.options(*load), ReplenishmentRequest, status, number, size)


def goods_request(session: Session, public_id: str, scope: Scope) -> ReplenishmentRequest:
    """Return one request for more goods, or raise :class:`NotFoundError`."""
    wanted = select(ReplenishmentRequest).where(_goods_in_scope(scope), ReplenishmentRequest.public_id == public_id)
    row = session.scalar(wanted)
    if row is None:
        raise NotFoundError("ReplenishmentRequest")
    return row


def open_goods_requests(session: Session, gallery_ids: Collection[int]) -> dict[tuple[int, int], ReplenishmentRequest]:
    """Return the open requests by (gallery, variant)."""
    rows = select(ReplenishmentRequest).where(
        ReplenishmentRequest.gallery_id.in_(gallery_ids), ReplenishmentRequest.status != ReplenishmentStatus.CLOSED
    )
    return {(row.gallery_id, row.variant_id): row for row in session.scalars(rows)}


@dataclass(frozen=True, slots=True)
class OwnVariant:
    """A variant that an owner may ask a new price for."""

    variant: Variant
    product_name: str
    business: Business

    @property
    def name(self) -> str:
        return full_name(self.product_name, self.variant.name)


def variant_of_owner(session: Session, public_id: str, scope: Scope) -> OwnVariant:
    """Return a variant whose owner is in scope, or raise :class:`NotFoundError`."""
    rows = own_variants(session, scope, public_id=public_id)
    if not rows:
        raise NotFoundError("Variant")
    return rows[0]


def own_variants(session: Session, scope: Scope, *, public_id: str = "", limit: int = 200) -> list[OwnVariant]:
    """Return the active variants on sale of the owners in scope, by name."""
    rows = (
        select(Variant, ProductRevision.name, Business)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, ProductRevision.id == Product.published_revision_id)
        .join(Business, Business.id == Product.business_id)
        .where(Variant.is_active, Product.status != ProductStatus.ARCHIVED, owner_in_scope(scope, Business.id))
    )
    if public_id:
        rows = rows.where(Variant.public_id == public_id)
    found = session.execute(rows.order_by(ProductRevision.name, Variant.position).limit(limit))
    return [OwnVariant(*row) for row in found]


def consigned_variant(session: Session, product_id: int, public_id: str, name: str) -> Variant | None:
    """Return the variant with this id, or with this name where none is given, if its pieces lie in a gallery on terms.

    A name that was given up comes back as the same variant, so its goods are found by the name.
    """
    found = [
        row
        for row in consigned_variants(session, product_id)
        if (row.public_id == public_id if public_id else name_key(row.name) == name_key(name))
    ]
    return found[0] if found else None


def consigned_variants(session: Session, product_id: int) -> list[Variant]:
    """Return the variants of the product whose pieces lie in a gallery on terms."""
    rows = select(Variant).where(Variant.product_id == product_id, Variant.id.in_(_on_terms()))
    return list(session.scalars(rows.order_by(Variant.id)))


def _on_terms() -> Select[int]:
    return (
        select(StockItem.variant_id)
        .join(LotTerms, LotTerms.lot_id == StockItem.lot_id)
        .join(Place, Place.id == StockItem.place_id)
        .where(StockItem.on_hand > 0, Place.kind != PlaceKind.PREMISES)
    )


def highest_owed(session: Session, variant_id: int, instead: Mapping[int, Rupiah]) -> Rupiah:
    """Return the most that an owner is owed for a piece in a gallery, with these prices instead for these lots; or 0.

    A commission is a share of whatever the piece is sold for, so only owners' own prices count.
    """
    rows = (
        select(LotTerms.lot_id, LotTerms.consignor_price_idr)
        .join(StockItem, StockItem.lot_id == LotTerms.lot_id)
        .join(Place, Place.id == StockItem.place_id)
        .where(
            StockItem.variant_id == variant_id,
            StockItem.on_hand > 0,
            Place.kind != PlaceKind.PREMISES,
        )
    )
    owed = [instead.get(lot_id, price) for lot_id, price in session.execute(rows) if price is not None]
    return Rupiah(max(owed, default=0))


def lots_with_own_price(session: Session, variant_id: int) -> list[Goods]:
    """Return the rows in galleries whose lot carries the owner's own price: only these can follow a new price."""
    rows = goods_rows().where(
        StockItem.variant_id == variant_id,
        StockItem.on_hand > 0,
        Place.kind != PlaceKind.PREMISES,
        LotTerms.consignor_price_idr.is_not(None),
    )
    return [Goods(*row) for row in session.execute(rows.order_by(Lot.expires_on, Lot.id).limit(100))]


@dataclass(frozen=True, slots=True)
class StaleLabels:
    """Pieces of a lot whose labels carry the price of before."""

    request: PriceRequest
    goods: Goods


def stale_labels(session: Session, scope: Scope, *, limit: int = 100) -> list[StaleLabels]:
    """Return what lies in the actor's galleries with a label from before a price that came in the last 14 days."""
    recent = select(PriceRequest).where(
        PriceRequest.status == PriceRequestStatus.APPLIED, PriceRequest.applied_at >= clock.now() - LABELS_FOR
    )
    by_variant = {row.variant_id: row for row in session.scalars(recent.order_by(PriceRequest.id))}
    if not by_variant:
        return []
    rows = goods_rows().where(
        StockItem.variant_id.in_(by_variant),
        StockItem.on_hand > 0,
        Place.kind == PlaceKind.GALLERY,
        in_galleries(scope, Place.gallery_id),
    )
    found = [Goods(*row) for row in session.execute(rows.order_by(ProductRevision.name, StockItem.id).limit(limit))]
    return [
        StaleLabels(by_variant[one.variant.id], one)
        for one in found
        if one.lot.created_at <= (by_variant[one.variant.id].applied_at or clock.now())
    ]


def _price_in_scope(scope: Scope) -> ColumnElement[bool]:
    here = (
        select(StockItem.variant_id)
        .join(Place, Place.id == StockItem.place_id)
        .where(Place.gallery_id.in_(scope.galleries))
    )
    condition = owner_in_scope(scope, PriceRequest.business_id)
    if scope.galleries:
        condition = or_(condition, PriceRequest.variant_id.in_(here), PriceRequest.gallery_id.in_(scope.galleries))
    return condition


def _goods_in_scope(scope: Scope) -> ColumnElement[bool]:
    condition = owner_in_scope(scope, ReplenishmentRequest.business_id)
    if scope.galleries:
        condition = or_(condition, ReplenishmentRequest.gallery_id.in_(scope.galleries))
    return condition


def names_of(session: Session, variant_ids: Collection[int]) -> dict[int, str]:
    """Return what variants are called: "Kerupuk – 250 g"."""
    rows = (
        select(Variant.id, ProductRevision.name, Variant.name)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, is_newest_version())
        .where(Variant.id.in_(variant_ids))
    )
    return {key: full_name(product, name) for key, product, name in session.execute(rows)}
