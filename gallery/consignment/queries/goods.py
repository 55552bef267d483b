"""Pieces of an owner in a place, as papers about them need it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from gallery.catalog.facts import full_name
from gallery.catalog.models import Product, ProductRevision, Variant
from gallery.consignment.errors import NothingChosenError, OtherOwnersGoodsError
from gallery.consignment.models import LotTerms, OwnerReturnLine, TransferLine, WriteOffLine
from gallery.core.money import Rupiah, share
from gallery.core.words import has_words
from gallery.inventory.models import Lot, Place, PlaceKind, StockItem
from gallery.inventory.queries import is_newest_version
from gallery.registry.models import Business


@dataclass(frozen=True, slots=True)
class Goods:
    """One stock row with its words. ``price_idr`` is what the variant costs in the shop now."""

    item: StockItem
    lot: Lot
    place: Place
    variant: Variant
    product_name: str
    business: Business
    terms: LotTerms | None

    @property
    def name(self) -> str:
        return full_name(self.product_name, self.variant.name)

    @property
    def free(self) -> int:
        """Pieces that nobody holds."""
        return self.item.on_hand - self.item.reserved

    @property
    def owed_idr(self) -> Rupiah:
        """What the owner gets for one piece that is sold now."""
        return owed_for_piece(self.terms, self.variant.price_idr)


def owed_for_piece(terms: LotTerms | None, price_idr: Rupiah) -> Rupiah:
    """Return what the owner gets for a piece sold at this price; all of it where no terms were agreed."""
    if terms is None:
        return price_idr
    if terms.consignor_price_idr is not None:
        return terms.consignor_price_idr
    return Rupiah(price_idr - share(price_idr, terms.commission_bps)) if terms.commission_bps else price_idr


def goods_rows() -> Select[StockItem, Lot, Place, Variant, str, Business, LotTerms]:
    """Select the fields of :class:`Goods`; callers filter, order and page. Names are those of the newest version."""
    return (
        select(StockItem, Lot, Place, Variant, ProductRevision.name, Business, LotTerms)
        .join(Lot, Lot.id == StockItem.lot_id)
        .join(Place, Place.id == StockItem.place_id)
        .join(Variant, Variant.id == StockItem.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, is_newest_version())
        .join(Business, Business.id == Lot.business_id)
        .outerjoin(LotTerms, LotTerms.lot_id == Lot.id)
    )


def goods_of_items(session: Session, item_ids: Collection[int]) -> dict[int, Goods]:
    """Return these stock rows with their words."""
    rows = session.execute(goods_rows().where(StockItem.id.in_(item_ids)))
    return {row[0].id: Goods(*row) for row in rows}


def goods_of_lines(
    session: Session, lines: Iterable[OwnerReturnLine | WriteOffLine | TransferLine]
) -> dict[int, Goods]:
    """Return the stock rows that the lines of a paper name, with their words."""
    return goods_of_items(session, [line.stock_item_id for line in lines])


def goods_at(
    session: Session, place_id: int, *, business_id: int | None = None, text: str = "", limit: int = 300
) -> list[Goods]:
    """Return the rows of the place (and owner) that have pieces, by product and date; words narrow them."""
    rows = goods_rows().where(StockItem.place_id == place_id, StockItem.on_hand > 0)
    if business_id is not None:
        rows = rows.where(Lot.business_id == business_id)
    rows = rows.where(has_words(text, ProductRevision.name, Business.name))
    return [
        Goods(*row)
        for row in session.execute(rows.order_by(ProductRevision.name, Lot.expires_on, StockItem.id).limit(limit))
    ]


@dataclass(frozen=True, slots=True)
class OwnerAtPlace:
    """An owner who has pieces in a gallery."""

    business: Business
    lots: int
    pieces: int


def owners_at(session: Session, place_id: int, *, text: str = "", limit: int = 50) -> list[OwnerAtPlace]:
    """Return whose pieces lie there, by name; at most 50, narrowed by words of the name."""
    rows = (
        select(Business, func.count(), func.sum(StockItem.on_hand))
        .join(Lot, Lot.business_id == Business.id)
        .join(StockItem, StockItem.lot_id == Lot.id)
        .where(StockItem.place_id == place_id, StockItem.on_hand > 0)
        .group_by(Business.id)
        .order_by(Business.name)
    )
    rows = rows.where(has_words(text, Business.name))
    return [OwnerAtPlace(business, lots, int(pieces)) for business, lots, pieces in session.execute(rows.limit(limit))]


def refuse_foreign_goods(
    session: Session, place_id: int, business_id: int, pieces: Mapping[int, int]
) -> dict[int, Rupiah]:
    """Return the selling price by stock row when all lie in that place and belong to that owner, else raise."""
    if not pieces or min(pieces.values()) < 1:
        raise NothingChosenError(str(business_id))
    found = goods_of_items(session, pieces)
    if any(one.item.place_id != place_id or one.lot.business_id != business_id for one in found.values()):
        raise OtherOwnersGoodsError(str(business_id))
    return {key: one.variant.price_idr for key, one in found.items()}


def galleries(session: Session) -> list[Place]:
    """Return the shelves of all active galleries, by name."""
    rows = select(Place).where(Place.kind == PlaceKind.GALLERY, Place.is_active)
    return list(session.scalars(rows.order_by(Place.name)))
