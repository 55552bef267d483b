"""How the goods of a gallery are called in a stocktake, and which of them a scanned code may mean."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, select
from sqlalchemy.orm import Session

from gallery.catalog.facts import full_name
from gallery.catalog.models import Product, ProductRevision, Variant
from gallery.inventory.codes import read_code
from gallery.inventory.models import Lot, StockItem
from gallery.inventory.queries import is_newest_version
from gallery.registry.models import Business
from gallery.stocktake.models import Stocktake


@dataclass(frozen=True, slots=True)
class Article:
    """A stock item with the words for it. No figure: counters see these."""

    stock_item_id: int
    variant_id: int
    lot_id: int
    business_id: int
    product: str
    variant: str
    owner: str
    lot_code: str
    expires_on: date | None
    intake: str
    shelf: str
    price_idr: int

    @property
    def name(self) -> str:
        return full_name(self.product, self.variant)


def articles(session: Session, which: ColumnElement[bool]) -> list[Article]:
    """Return the stock items that fulfil the condition, in the order of shelves and names."""
    rows = (
        _named(StockItem.id, Lot.id, Lot.business_id, Lot.code, Lot.expires_on, Lot.intake, StockItem.shelf)
        .join(StockItem, StockItem.variant_id == Variant.id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .join(Business, Business.id == Lot.business_id)
        .where(which)
        .order_by(StockItem.shelf, ProductRevision.name, Variant.name, Lot.expires_on, StockItem.id)
    )
    return [
        Article(item, variant, lot, business, product, size, owner, code, expires, intake, shelf, price)
        for variant, product, size, owner, price, item, lot, business, code, expires, intake, shelf in (
            session.execute(rows)
        )
    ]


def unknown_article(session: Session, variant_id: int) -> Article | None:
    """Return the words for a variant that has no row in the gallery."""
    rows = _named(Business.id).join(Business, Business.id == Product.business_id).where(Variant.id == variant_id)
    row = session.execute(rows).first()
    if row is None:
        return None
    variant, product, size, owner, price, business = row
    return Article(0, variant, 0, business, product, size, owner, "", None, "", "", price)


def article_of(session: Session, stocktake: Stocktake, stock_item_id: int) -> Article | None:
    """Return a row of the stocktake's gallery."""
    found = articles(session, and_(StockItem.id == stock_item_id, StockItem.place_id == stocktake.place_id))
    return found[0] if found else None


def owners(session: Session, place_ids: Collection[int]) -> list[Business]:
    """Return whose goods lie in these places, by name."""
    mine = (
        select(Lot.business_id)
        .join(StockItem, StockItem.lot_id == Lot.id)
        .where(StockItem.place_id.in_(place_ids), StockItem.on_hand > 0)
    )
    return list(session.scalars(select(Business).where(Business.id.in_(mine)).order_by(Business.name)))


def public_id_of_variant(session: Session, variant_id: int | None) -> str | None:
    """Return how pages name the variant."""
    return session.scalar(select(Variant.public_id).where(Variant.id == variant_id))


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a code means in a gallery: its stock items there, or the variant (and lot) that has none."""

    articles: list[Article]
    variant_id: int | None = None
    lot_id: int | None = None


def scanned(session: Session, stocktake: Stocktake, text: str) -> Scanned | None:
    """Say what the code names; several articles where the lots of a variant can not be told apart by it."""
    scan = read_code(text)
    if scan is None:
        return None
    if scan.lot_id is not None:
        wanted: ColumnElement[bool] = Lot.id == scan.lot_id
        variant_id = session.scalar(select(Lot.variant_id).where(Lot.id == scan.lot_id))
    elif scan.variant_id is not None:
        wanted, variant_id = Variant.id == scan.variant_id, scan.variant_id
    else:
        variant_id = session.scalar(select(Variant.id).where(Variant.barcode == scan.gtin))
        wanted = Variant.id == variant_id if variant_id else false()
    if variant_id is None or session.get(Variant, variant_id) is None:
        return None
    found = articles(session, and_(StockItem.place_id == stocktake.place_id, wanted))
    return Scanned(found, variant_id, scan.lot_id)


def in_scope(stocktake: Stocktake, article: Article) -> bool:
    """Whether the stocktake looks at this article."""
    on_shelf = not stocktake.shelf or article.shelf.casefold() == stocktake.shelf.casefold()
    return on_shelf and stocktake.business_id in (None, article.business_id)


def _named(*more: Any) -> Select[*tuple[Any, ...]]:
    words = (Variant.id, ProductRevision.name, Variant.name, Business.name, Variant.price_idr)
    return (
        select(*words, *more)
        .select_from(Variant)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, is_newest_version())
    )
