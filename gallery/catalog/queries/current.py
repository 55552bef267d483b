"""Products as plain facts: the newest version of each, to be compared with what somebody sends."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.catalog.facts import (
    LicenceFacts,
    Outcome,
    PhotoFacts,
    ProductFacts,
    VariantFacts,
    changes,
    name_key,
)
from gallery.catalog.models import Licence, Photo, Product, ProductRevision, RevisionPhoto, Variant
from gallery.catalog.states import OPEN_REVISIONS, ProductStatus, RevisionStatus

CHUNK: Final = 500  # ids in one statement; SQLite takes no more than 32,766 parameters


@dataclass(frozen=True, slots=True)
class CurrentProduct:
    """A product and the facts of its newest version: the open revision, else the published, else the rejected one."""

    id: int
    public_id: str
    business_id: int
    status: ProductStatus
    revision_id: int
    revision_number: int
    revision_status: RevisionStatus
    published_revision_id: int | None
    names: frozenset[str]  # name keys of the newest and of the published version
    facts: ProductFacts

    @property
    def is_open(self) -> bool:
        """Whether a version is being written or waits for its review."""
        return self.revision_status in OPEN_REVISIONS


class KnownProducts:
    """The products of some businesses, found again by the owner's article code, else by name."""

    def __init__(self, products: Iterable[CurrentProduct]) -> None:
        self._by_code: dict[tuple[int, str], CurrentProduct] = {}
        self._by_name: dict[tuple[int, str], CurrentProduct] = {}
        for product in products:
            if product.facts.external_code:
                self._by_code[product.business_id, product.facts.external_code] = product
            for name in product.names:
                self._by_name.setdefault((product.business_id, name), product)

    def find(self, business_id: int, facts: ProductFacts) -> CurrentProduct | None:
        """Return the product that the facts speak of; one with another article code is another product."""
        code = facts.external_code
        if code and (found := self._by_code.get((business_id, code))):
            return found
        named = self._by_name.get((business_id, name_key(facts.name)))
        if named and code and named.facts.external_code not in {None, code}:
            return None
        return named

    def outcome(self, business_id: int, facts: ProductFacts) -> tuple[Outcome, frozenset[str]]:
        """Return what saving the facts would do, and which fields would change."""
        found = self.find(business_id, facts)
        if found is None:
            return Outcome.NEW, frozenset()
        changed = changes(found.facts, facts)
        return (Outcome.CHANGED if changed else Outcome.UNCHANGED), changed


def known_products(session: Session, business_ids: Iterable[int]) -> KnownProducts:
    """Return all products of the businesses; a handful of statements for each 500 products."""
    ids: list[int] = []
    for chunk in _chunks(sorted(set(business_ids))):
        ids += session.scalars(select(Product.id).where(Product.business_id.in_(chunk)).order_by(Product.id))
    return KnownProducts(current_products(session, ids).values())


def candidates(session: Session, business_id: int, facts: ProductFacts) -> KnownProducts:
    """Return those products of one business that the facts could speak of."""
    by_name = (
        select(Product.id)
        .join(ProductRevision, ProductRevision.product_id == Product.id)
        .where(
            Product.business_id == business_id,
            ProductRevision.name_key == name_key(facts.name),
            ProductRevision.status != RevisionStatus.SUPERSEDED,
        )
    )
    ids = set(session.scalars(by_name))
    if facts.external_code:
        by_code = select(Product.id).where(
            Product.business_id == business_id, Product.external_code == facts.external_code
        )
        ids |= set(session.scalars(by_code))
    return KnownProducts(current_products(session, ids).values())


def current_products(session: Session, product_ids: Iterable[int]) -> dict[int, CurrentProduct]:
    """Return the newest version of each product, by product id."""
    found: dict[int, CurrentProduct] = {}
    for chunk in _chunks(sorted(set(product_ids))):
        found |= _current_chunk(session, chunk)
    return found


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def _current_chunk(session: Session, ids: Sequence[int]) -> dict[int, CurrentProduct]:
    products = session.scalars(
        select(Product).where(Product.id.in_(ids)).order_by(Product.id).execution_options(populate_existing=True)
    ).all()
    versions: dict[int, list[ProductRevision]] = defaultdict(list)
    for revision in session.scalars(
        select(ProductRevision)
        .where(ProductRevision.product_id.in_(ids), ProductRevision.status != RevisionStatus.SUPERSEDED)
        .order_by(ProductRevision.number)
    ):
        versions[revision.product_id].append(revision)
    newest = {product_id: _newest(rows) for product_id, rows in versions.items()}
    revision_ids = [revision.id for revision in newest.values()]
    variants, licences, photos = (
        _variants(session, ids),
        _licences(session, revision_ids),
        _photos(session, revision_ids),
    )
    return {
        product.id: _current(product, newest[product.id], versions[product.id], variants, licences, photos)
        for product in products
        if product.id in newest
    }


def _newest(rows: Sequence[ProductRevision]) -> ProductRevision:
    still_open = [row for row in rows if row.status in OPEN_REVISIONS]
    published = [row for row in rows if row.status is RevisionStatus.PUBLISHED]
    return (still_open or published or rows)[-1]


def _current(
    product: Product,
    revision: ProductRevision,
    versions: Sequence[ProductRevision],
    variants: dict[int, tuple[VariantFacts, ...]],
    licences: dict[int, tuple[LicenceFacts, ...]],
    photos: dict[int, tuple[PhotoFacts, ...]],
) -> CurrentProduct:
    shown = [row for row in versions if row is revision or row.id == product.published_revision_id]
    return CurrentProduct(
        id=product.id,
        public_id=product.public_id,
        business_id=product.business_id,
        status=product.status,
        revision_id=revision.id,
        revision_number=revision.number,
        revision_status=revision.status,
        published_revision_id=product.published_revision_id,
        names=frozenset(row.name_key for row in shown),
        facts=ProductFacts(
            name=revision.name,
            variants=variants.get(product.id, ()),
            category_id=revision.category_id,
            summary=revision.summary,
            description=revision.description,
            ingredients=revision.ingredients,
            allergens=revision.allergens,
            shelf_life_days=revision.shelf_life_days,
            storage=revision.storage,
            shipping_class=revision.shipping_class,
            licences=licences.get(revision.id, ()),
            photos=photos.get(revision.id, ()),
            lead_time_days=product.lead_time_days,
            external_code=product.external_code,
        ),
    )


def _variants(session: Session, product_ids: Sequence[int]) -> dict[int, tuple[VariantFacts, ...]]:
    rows = session.scalars(
        select(Variant)
        .where(Variant.product_id.in_(product_ids), Variant.is_active)
        .order_by(Variant.position, Variant.id)
        .execution_options(populate_existing=True)
    )
    return _grouped((row.product_id, variant_facts(row)) for row in rows)


def variant_facts(row: Variant) -> VariantFacts:
    """Return the variant as plain values."""
    return VariantFacts(
        name=row.name,
        unit=row.unit,
        price_idr=row.price_idr,
        ship_weight_g=row.ship_weight_g,
        net_weight_g=row.net_weight_g,
        length_mm=row.length_mm,
        width_mm=row.width_mm,
        height_mm=row.height_mm,
        sku=row.sku,
    )


def _licences(session: Session, revision_ids: Sequence[int]) -> dict[int, tuple[LicenceFacts, ...]]:
    rows = session.scalars(select(Licence).where(Licence.revision_id.in_(revision_ids)).order_by(Licence.id))
    return _grouped(
        (row.revision_id, LicenceFacts(row.kind, row.number, row.expires_on, row.proof_file_id)) for row in rows
    )


def _photos(session: Session, revision_ids: Sequence[int]) -> dict[int, tuple[PhotoFacts, ...]]:
    rows = session.execute(
        select(RevisionPhoto.revision_id, Photo.original_file_id, Photo.sha256, RevisionPhoto.alt)
        .join(Photo, Photo.id == RevisionPhoto.photo_id)
        .where(RevisionPhoto.revision_id.in_(revision_ids))
        .order_by(RevisionPhoto.position, RevisionPhoto.id)
    )
    return _grouped((revision_id, PhotoFacts(file_id, sha256, alt)) for revision_id, file_id, sha256, alt in rows)


def _grouped(pairs: Iterable[tuple[int, Any]]) -> dict[int, tuple[Any, ...]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}
