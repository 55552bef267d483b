"""What stands on the label of a piece."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Scope
from gallery.catalog.models import Licence, Product, ProductRevision, Variant
from gallery.catalog.states import LicenceKind
from gallery.inventory.codes import lot_code
from gallery.inventory.models import Lot, Place, StockItem, StockMovement
from gallery.inventory.queries.lists import is_shown_version
from gallery.inventory.queries.stock import place_in_scope
from gallery.registry.models import Business

MOST_LABEL_ROWS = 200


@dataclass(frozen=True, slots=True)
class LabelFacts:
    """One stock row as its label shows it; ``licences`` by kind (P-IRT, BPOM, halal)."""

    stock_item_id: int
    on_hand: int
    shelf: str
    name: str
    variant_name: str
    unit: str
    net_weight_g: int | None
    price_idr: int
    expires_on: date | None
    lot: str
    owner_name: str
    owner_code: str
    product_public_id: str
    code: str
    licences: dict[LicenceKind, str] = field(default_factory=dict)


def label_facts(
    session: Session,
    *,
    scope: Scope,
    item_ids: Collection[int] = (),
    shelf: str = "",
    document: str = "",
) -> list[LabelFacts]:
    """Return the rows to label: those named, those on a shelf, or those that a paper ("receipt:…") brought in.

    Goods whose product still waits for its curation are labelled with what it says so far.
    Two reads; at most 200 rows, those with pieces only, in the order of shelf and name.
    """
    rows = (
        select(StockItem, Lot, Variant, Product.public_id, ProductRevision.id, ProductRevision.name, Business)
        .join(Lot, Lot.id == StockItem.lot_id)
        .join(Place, Place.id == StockItem.place_id)
        .join(Variant, Variant.id == StockItem.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, is_shown_version())
        .join(Business, Business.id == Lot.business_id)
        .where(place_in_scope(scope), Place.is_active, StockItem.on_hand > 0)
        .order_by(StockItem.shelf, ProductRevision.name, Variant.position, StockItem.id)
        .limit(MOST_LABEL_ROWS)
    )
    if document:
        moved = select(StockMovement.stock_item_id).where(StockMovement.document == document, StockMovement.pieces > 0)
        rows = rows.where(StockItem.id.in_(moved))
    elif shelf:
        rows = rows.where(StockItem.shelf == shelf)
    else:
        rows = rows.where(StockItem.id.in_(item_ids))
    found = session.execute(rows).all()
    licences = _licences(session, {row[4] for row in found})
    return [_facts(row, licences.get(row[4], {})) for row in found]


def _facts(row: Any, licences: dict[LicenceKind, str]) -> LabelFacts:
    item, lot, variant, public_id, _revision_id, name, owner = row
    return LabelFacts(
        item.id,
        item.on_hand,
        item.shelf,
        name,
        variant.name,
        variant.unit,
        variant.net_weight_g,
        variant.price_idr,
        lot.expires_on,
        lot.code,
        owner.name,
        owner.public_id[:4].upper(),
        public_id,
        lot_code(lot.id),
        licences,
    )


def shelves(session: Session, *, scope: Scope) -> list[str]:
    """Return the shelves that hold pieces, by name."""
    rows = select(StockItem.shelf).join(Place, Place.id == StockItem.place_id)
    rows = rows.where(place_in_scope(scope), StockItem.shelf != "", StockItem.on_hand > 0)
    return list(session.scalars(rows.distinct().order_by(StockItem.shelf)))


def _licences(session: Session, revisions: Collection[int]) -> dict[int, dict[LicenceKind, str]]:
    shown = (LicenceKind.PIRT, LicenceKind.BPOM, LicenceKind.HALAL)
    rows = select(Licence.revision_id, Licence.kind, Licence.number)
    rows = rows.where(and_(Licence.revision_id.in_(revisions), Licence.kind.in_(shown)))
    found: dict[int, dict[LicenceKind, str]] = {}
    for revision_id, kind, number in session.execute(rows.order_by(Licence.id)):
        found.setdefault(revision_id, {}).setdefault(kind, number)
    return found
