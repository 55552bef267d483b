"""Builders of products in the shop: made as they would be after review, then taken over into the listing."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from gallery.catalog.models import Category, Licence, Product, ProductRevision, Variant
from gallery.catalog.states import LicenceKind, ProductStatus, RevisionStatus
from gallery.core.db import db, transaction
from gallery.inventory.models import Place, PlaceKind
from gallery.listing import services
from gallery.registry.models import Business
from tests.factories.inventory import make_business, make_gallery_place, make_premises, make_stock

START = datetime(2026, 1, 1, tzinfo=UTC)


def make_offer(
    name: str = "Lada Putih",
    *,
    category: str = "Rempah",
    district: str = "19.71",
    prices: Iterable[int] = (45_000,),
    variants: Sequence[str] = (),
    halal: bool = False,
    at_home: int = 0,
    in_gallery: int = 0,
    sold: int = 0,
    day: int = 0,
    ingredients: str = "",
    business: Business | None = None,
    refresh: bool = True,
) -> int:
    """A product on sale with its stock; return its id."""
    business = business or _business(district)
    business_id = business.id
    category_id = _category(category)
    with transaction() as session:
        product = Product(
            slug="produk",
            business_id=business_id,
            district_code=district,
            status=ProductStatus.ON_SALE,
            published_at=START + timedelta(days=day),
            sold_count=sold,
        )
        session.add(product)
        session.flush()
        product_id = product.id
        revision = ProductRevision(
            product_id=product_id,
            number=1,
            status=RevisionStatus.PUBLISHED,
            name=name,
            category_id=category_id,
            ingredients=ingredients,
        )
        session.add(revision)
        session.flush()
        product.published_revision_id = revision.id
        if halal:
            session.add(Licence(revision_id=revision.id, kind=LicenceKind.HALAL, number=f"ID{product_id:017}"))
        made = [
            Variant(
                product_id=product_id,
                name=variants[n] if variants else str(n or ""),
                price_idr=price,
                ship_weight_g=100,
                position=n,
            )
            for n, price in enumerate(prices)
        ]
        session.add_all(made)
        session.flush()
        variant_id = made[0].id
    if at_home:
        make_stock(variant_id, _premises(business_id), at_home)
    if in_gallery:
        make_stock(variant_id, _gallery(), in_gallery)
    if refresh:
        refresh_listing(product_id)
    return product_id


def refresh_listing(*product_ids: int) -> int:
    with transaction() as session:
        return services.refresh(session, product_ids)


def _business(district: str) -> Business:
    found = db.session.scalar(select(Business).where(Business.district_code == district))
    return found or make_business(district_code=district, village_code=None, name=f"Usaha {district}")


def _category(name: str) -> int:
    with transaction() as session:
        category = session.scalar(select(Category).where(Category.name == name))
        if category is None:
            session.add(category := Category(slug=name.lower().replace(" ", "-"), name=name))
            session.flush()
        return category.id


def _premises(business_id: int) -> int:
    found = db.session.scalar(select(Place.id).where(Place.business_id == business_id))
    return found or make_premises(business_id).id


def _gallery() -> int:
    found = db.session.scalar(select(Place.id).where(Place.kind == PlaceKind.GALLERY))
    return found or make_gallery_place().id
