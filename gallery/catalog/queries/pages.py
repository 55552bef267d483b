"""Products as the shop shows them, and conditions that other queries share."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, bindparam, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from gallery.accounts.permissions import Scope
from gallery.catalog.models import (
    Category,
    Licence,
    Photo,
    PhotoRendition,
    Product,
    ProductRevision,
    RevisionPhoto,
    Variant,
)
from gallery.catalog.states import LicenceKind, PhotoStatus, ProductStatus, ShippingClass, Storage
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.regions.models import Region
from gallery.registry.models import Business


@dataclass(frozen=True, slots=True)
class RenditionView:
    """One file of a photo; the address is ``url_for("media.show", key=key)``."""

    media_type: str
    width: int
    height: int
    key: str


@dataclass(frozen=True, slots=True)
class PhotoView:
    """A photo as a page shows it; renditions are ordered by width, JPEG and WebP mixed."""

    public_id: str
    alt: str
    status: PhotoStatus
    width: int | None
    height: int | None
    colour: str | None
    renditions: tuple[RenditionView, ...]

    def of_type(self, media_type: str) -> tuple[RenditionView, ...]:
        """Return the renditions of "image/webp" or "image/jpeg", narrowest first."""
        return tuple(one for one in self.renditions if one.media_type == media_type)

    @property
    def largest_jpeg(self) -> RenditionView | None:
        return next(iter(reversed(self.of_type("image/jpeg"))), None)


@dataclass(frozen=True, slots=True)
class LicenceView:
    kind: LicenceKind
    number: str
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class VariantView:
    id: int
    public_id: str
    name: str
    unit: str
    price_idr: Rupiah
    net_weight_g: int | None
    ship_weight_g: int


@dataclass(frozen=True, slots=True)
class CategoryView:
    id: int
    slug: str
    name: str
    name_en: str
    icon: str


@dataclass(frozen=True, slots=True)
class MakerView:
    """Who made it. ``product_count`` counts what is on sale."""

    id: int
    public_id: str
    slug: str
    name: str
    story: str
    since_year: int | None
    district_code: str
    district_name: str
    village_name: str | None
    product_count: int


_CATEGORY_FIELDS: Final = len(fields(CategoryView))
_MAKER_FIELDS: Final = len(fields(MakerView))


@dataclass(frozen=True, slots=True)
class ProductPage:
    """The published revision of a product, complete. ``is_sellable`` is False when it is off sale for now."""

    id: int
    public_id: str
    slug: str
    status: ProductStatus
    is_sellable: bool
    name: str
    summary: str
    description: str
    category: CategoryView | None
    ingredients: str
    allergens: str
    shelf_life_days: int | None
    storage: Storage
    shipping_class: ShippingClass
    lead_time_days: int
    sold_count: int
    published_at: datetime | None
    maker: MakerView
    variants: tuple[VariantView, ...]
    photos: tuple[PhotoView, ...]
    licences: tuple[LicenceView, ...]

    @property
    def lowest_price_idr(self) -> Rupiah | None:
        return min((variant.price_idr for variant in self.variants), default=None)

    @property
    def is_halal(self) -> bool:
        return any(licence.kind is LicenceKind.HALAL for licence in self.licences)


def sellable() -> ColumnElement[bool]:
    """Condition on :class:`Product` joined with :class:`Business`: can be bought (stock apart)."""
    return and_(Product.status == ProductStatus.ON_SALE, Product.published_revision_id.is_not(None), Business.is_active)


def product_in_scope(scope: Scope) -> ColumnElement[bool]:
    """Condition on :class:`Product`: lies in the districts or belongs to the businesses of the scope."""
    if scope.everything:
        return true()
    parts: list[ColumnElement[bool]] = []
    if scope.districts:
        parts.append(Product.district_code.in_(sorted(scope.districts)))
    if scope.businesses:
        parts.append(Product.business_id.in_(sorted(scope.businesses)))
    return or_(*parts) if parts else false()


def product_page(session: Session, public_id: str) -> ProductPage:
    """Return what the shop shows of a product that was published; 4 queries. Else :class:`NotFoundError`."""
    connection = session.connection()  # plain rows: nothing for the session to keep
    row = connection.execute(_page(), {"public_id": public_id}).one_or_none()
    if row is None:
        raise NotFoundError(public_id)
    category, maker = row[-_CATEGORY_FIELDS:], row[-_CATEGORY_FIELDS - _MAKER_FIELDS : -_CATEGORY_FIELDS]
    return ProductPage(
        id=row.id,
        public_id=row.public_id,
        slug=row.slug,
        status=row.status,
        is_sellable=row.status is ProductStatus.ON_SALE and row.is_active,
        name=row.name,
        summary=row.summary,
        description=row.description,
        category=None if category[0] is None else CategoryView(*category),
        ingredients=row.ingredients,
        allergens=row.allergens,
        shelf_life_days=row.shelf_life_days,
        storage=row.storage,
        shipping_class=row.shipping_class,
        lead_time_days=row.lead_time_days,
        sold_count=row.sold_count,
        published_at=row.published_at,
        maker=MakerView(*maker),
        variants=tuple(VariantView(*found) for found in connection.execute(_variants(), {"product_id": row.id})),
        photos=photo_views(session, [row.revision_id], only_ready=True).get(row.revision_id, ()),
        licences=tuple(
            LicenceView(*found) for found in connection.execute(_licences(), {"revision_id": row.revision_id})
        ),
    )


# The statements of the product page are put together once: that took a third of the page's time.
@cache
def _page() -> Select[*tuple[Any, ...]]:
    """Select the product, then the fields of MakerView, then those of CategoryView, both in their order."""
    district, village, other = aliased(Region), aliased(Region), aliased(Product)
    on_sale_count = (
        select(func.count())
        .where(other.business_id == Business.id, other.status == ProductStatus.ON_SALE)
        .scalar_subquery()
    )
    product = (Product.id, Product.public_id, Product.slug, Product.status, Product.lead_time_days)
    counts = (Product.sold_count, Product.published_at, Business.is_active)
    revision = (ProductRevision.id.label("revision_id"), ProductRevision.name, ProductRevision.summary)
    texts = (ProductRevision.description, ProductRevision.ingredients, ProductRevision.allergens)
    keeping = (ProductRevision.shelf_life_days, ProductRevision.storage, ProductRevision.shipping_class)
    maker = maker_columns(district, village, on_sale_count)
    category = (Category.id, Category.slug, Category.name, Category.name_en, Category.icon)
    named: list[Any] = [column.label(f"other_{n}") for n, column in enumerate((*maker, *category))]
    return (
        select(*product, *counts, *revision, *texts, *keeping, *named)
        .join(ProductRevision, ProductRevision.id == Product.published_revision_id)
        .join(Business, Business.id == Product.business_id)
        .join(district, district.code == Business.district_code)
        .outerjoin(village, village.code == Business.village_code)
        .outerjoin(Category, Category.id == ProductRevision.category_id)
        .where(Product.public_id == bindparam("public_id"))
    )


def maker_columns(district: type[Region], village: type[Region], product_count: ScalarSelect[int]) -> tuple[Any, ...]:
    """Return the columns of :class:`MakerView` in the order of its fields, for a statement that joins both regions."""
    who = (Business.id, Business.public_id, Business.slug, Business.name, Business.story, Business.since_year)
    return (*who, Business.district_code, district.name, village.name, product_count)


def category_view(category: Category) -> CategoryView:
    return CategoryView(
        id=category.id, slug=category.slug, name=category.name, name_en=category.name_en, icon=category.icon
    )


def photo_views(
    session: Session, revision_ids: Iterable[int], *, only_ready: bool = False, first_only: bool = False
) -> dict[int, tuple[PhotoView, ...]]:
    """Return the photos of revisions with their renditions, in the revisions' order; one query."""
    statement = _photos(only_ready=only_ready, first_only=first_only)
    found: dict[int, dict[int, tuple[Row[Any], list[RenditionView]]]] = {}
    for row in session.connection().execute(statement, {"revision_ids": sorted(set(revision_ids))}):
        entry = found.setdefault(row.revision_id, {}).setdefault(row.id, (row, []))
        if row.key is not None:
            entry[1].append(RenditionView(row.media_type, row.file_width, row.file_height, row.key))
    return {
        revision_id: tuple(_photo_view(*entry) for entry in entries.values()) for revision_id, entries in found.items()
    }


@cache
def _photos(*, only_ready: bool, first_only: bool) -> Select[*tuple[Any, ...]]:
    link = (RevisionPhoto.revision_id, RevisionPhoto.id, RevisionPhoto.alt)
    photo = (Photo.public_id, Photo.status, Photo.width, Photo.height, Photo.colour)
    size = (PhotoRendition.width.label("file_width"), PhotoRendition.height.label("file_height"))
    statement = (
        select(*link, *photo, PhotoRendition.media_type, *size, PhotoRendition.key)
        .join(Photo, Photo.id == RevisionPhoto.photo_id)
        .outerjoin(PhotoRendition, PhotoRendition.photo_id == Photo.id)
        .where(RevisionPhoto.revision_id.in_(bindparam("revision_ids", expanding=True)))
        .order_by(RevisionPhoto.revision_id, RevisionPhoto.position, RevisionPhoto.id, PhotoRendition.width)
    )
    if only_ready:
        statement = statement.where(Photo.status == PhotoStatus.READY)
    return statement.where(RevisionPhoto.position == 0) if first_only else statement


def categories(session: Session) -> list[CategoryView]:
    """Return all categories in their order."""
    return [category_view(row) for row in session.scalars(select(Category).order_by(Category.position, Category.name))]


def variant_ids_on_sale(session: Session, variant_ids: Collection[int]) -> set[int]:
    """Return those of the variants that can be bought, stock apart."""
    statement = (
        select(Variant.id)
        .join(Product, Product.id == Variant.product_id)
        .join(Business, Business.id == Product.business_id)
        .where(Variant.id.in_(sorted(set(variant_ids))), Variant.is_active, sellable())
    )
    return set(session.scalars(statement))


def _photo_view(row: Row[Any], renditions: list[RenditionView]) -> PhotoView:
    return PhotoView(
        public_id=row.public_id,
        alt=row.alt,
        status=row.status,
        width=row.width,
        height=row.height,
        colour=row.colour,
        renditions=tuple(renditions),
    )


@cache
def _variants() -> Select[*tuple[Any, ...]]:
    """Select the fields of VariantView."""
    names = (Variant.id, Variant.public_id, Variant.name, Variant.unit, Variant.price_idr)
    return (
        select(*names, Variant.net_weight_g, Variant.ship_weight_g)
        .where(Variant.product_id == bindparam("product_id"), Variant.is_active)
        .order_by(Variant.position, Variant.id)
    )


@cache
def _licences() -> Select[*tuple[Any, ...]]:
    """Select the fields of LicenceView."""
    columns = select(Licence.kind, Licence.number, Licence.expires_on)
    return columns.where(Licence.revision_id == bindparam("revision_id")).order_by(Licence.id)
