"""Products as the shop shows them, and conditions that other queries share."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
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
    district, village, other = aliased(Region), aliased(Region), aliased(Product)
    on_sale_count = (
        select(func.count())
        .where(other.business_id == Business.id, other.status == ProductStatus.ON_SALE)
        .scalar_subquery()
    )
    row = session.execute(
        select(Product, ProductRevision, Business, Category, district.name, village.name, on_sale_count)
        .join(ProductRevision, ProductRevision.id == Product.published_revision_id)
        .join(Business, Business.id == Product.business_id)
        .join(district, district.code == Business.district_code)
        .outerjoin(village, village.code == Business.village_code)
        .outerjoin(Category, Category.id == ProductRevision.category_id)
        .where(Product.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(public_id)
    product, revision, business, category, district_name, village_name, count = row
    return ProductPage(
        id=product.id,
        public_id=product.public_id,
        slug=product.slug,
        status=product.status,
        is_sellable=product.status is ProductStatus.ON_SALE and business.is_active,
        name=revision.name,
        summary=revision.summary,
        description=revision.description,
        category=category and category_view(category),
        ingredients=revision.ingredients,
        allergens=revision.allergens,
        shelf_life_days=revision.shelf_life_days,
        storage=revision.storage,
        shipping_class=revision.shipping_class,
        lead_time_days=product.lead_time_days,
        sold_count=product.sold_count,
        published_at=product.published_at,
        maker=_maker(business, district_name, village_name, count),
        variants=_variants(session, product.id),
        photos=photo_views(session, [revision.id], only_ready=True).get(revision.id, ()),
        licences=_licences(session, revision.id),
    )


def category_view(category: Category) -> CategoryView:
    return CategoryView(
        id=category.id, slug=category.slug, name=category.name, name_en=category.name_en, icon=category.icon
    )


def photo_views(
    session: Session, revision_ids: Iterable[int], *, only_ready: bool = False, first_only: bool = False
) -> dict[int, tuple[PhotoView, ...]]:
    """Return the photos of revisions with their renditions, in the revisions' order; one query."""
    statement = (
        select(RevisionPhoto, Photo, PhotoRendition)
        .join(Photo, Photo.id == RevisionPhoto.photo_id)
        .outerjoin(PhotoRendition, PhotoRendition.photo_id == Photo.id)
        .where(RevisionPhoto.revision_id.in_(sorted(set(revision_ids))))
        .order_by(RevisionPhoto.revision_id, RevisionPhoto.position, RevisionPhoto.id, PhotoRendition.width)
    )
    if only_ready:
        statement = statement.where(Photo.status == PhotoStatus.READY)
    if first_only:
        statement = statement.where(RevisionPhoto.position == 0)
    found: dict[int, dict[int, tuple[RevisionPhoto, Photo, list[RenditionView]]]] = {}
    for link, photo, rendition in session.execute(statement):
        entry = found.setdefault(link.revision_id, {}).setdefault(link.id, (link, photo, []))
        if rendition is not None:
            entry[2].append(RenditionView(rendition.media_type, rendition.width, rendition.height, rendition.key))
    return {
        revision_id: tuple(_photo_view(*entry) for entry in entries.values()) for revision_id, entries in found.items()
    }


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


def _photo_view(link: RevisionPhoto, photo: Photo, renditions: list[RenditionView]) -> PhotoView:
    return PhotoView(
        public_id=photo.public_id,
        alt=link.alt,
        status=photo.status,
        width=photo.width,
        height=photo.height,
        colour=photo.colour,
        renditions=tuple(renditions),
    )


def _maker(business: Business, district_name: str, village_name: str | None, count: int) -> MakerView:
    return MakerView(
        id=business.id,
        public_id=business.public_id,
        slug=business.slug,
        name=business.name,
        story=business.story,
        since_year=business.since_year,
        district_code=business.district_code,
        district_name=district_name,
        village_name=village_name,
        product_count=count,
    )


def _variants(session: Session, product_id: int) -> tuple[VariantView, ...]:
    rows = session.scalars(
        select(Variant)
        .where(Variant.product_id == product_id, Variant.is_active)
        .order_by(Variant.position, Variant.id)
    )
    return tuple(
        VariantView(
            id=row.id,
            public_id=row.public_id,
            name=row.name,
            unit=row.unit,
            price_idr=row.price_idr,
            net_weight_g=row.net_weight_g,
            ship_weight_g=row.ship_weight_g,
        )
        for row in rows
    )


def _licences(session: Session, revision_id: int) -> tuple[LicenceView, ...]:
    rows = session.scalars(select(Licence).where(Licence.revision_id == revision_id).order_by(Licence.id))
    return tuple(LicenceView(kind=row.kind, number=row.number, expires_on=row.expires_on) for row in rows)
