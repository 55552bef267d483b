"""What the shop's rows must say: read from catalogue, register and stock, the truth that they are derived from."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

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
from gallery.catalog.states import LicenceKind, PhotoStatus, ProductStatus
from gallery.core import clock
from gallery.inventory import queries as stock
from gallery.inventory.models import Place, PlaceKind
from gallery.listing.models import AVAILABLE, KEY_LIMIT
from gallery.listing.queries.words import index_terms, tokens
from gallery.regions.models import Region
from gallery.registry.models import Business

MOST_INGREDIENT_WORDS: Final = 20
HALAL: Final = "halal"  # people type it into the search, too


@dataclass(frozen=True, slots=True)
class Source:
    """One product on sale: its entry's columns, and its search terms as ``index_terms`` gives them."""

    values: dict[str, Any]
    terms: dict[str, tuple[str, bool]]


def sources(session: Session, product_ids: Sequence[int]) -> dict[int, Source]:
    """Return those of these products that are on sale now, by id."""
    rows = session.execute(_on_sale(product_ids)).mappings().all()
    revisions = {row["revision_id"]: row["product_id"] for row in rows}
    ids = list(revisions.values())
    variants = _variants(session, ids)
    pieces = _pieces(session, [variant for found in variants.values() for variant in found])
    licences = _licences(session, revisions)
    photos = _photos(session, revisions)
    return {
        row["product_id"]: _source(
            dict(row),
            variants[row["product_id"]],
            pieces.get(row["product_id"], (0, 0)),
            licences.get(row["product_id"], frozenset()),
            photos.get(row["product_id"], {}),
        )
        for row in rows
        if row["product_id"] in variants
    }


def _on_sale(product_ids: Sequence[int]) -> Any:
    return (
        select(
            Product.id.label("product_id"),
            Product.public_id,
            Product.slug,
            Product.sold_count.label("popularity"),
            func.coalesce(Product.published_at, Product.created_at).label("published_at"),
            Product.district_code,
            Region.name.label("district_name"),
            Business.id.label("business_id"),
            Business.public_id.label("business_public_id"),
            Business.slug.label("business_slug"),
            Business.name.label("business_name"),
            ProductRevision.id.label("revision_id"),
            ProductRevision.name,
            ProductRevision.ingredients,
            Category.id.label("category_id"),
            Category.name.label("category_name"),
            Category.name_en.label("category_name_en"),
        )
        .join(Business, Business.id == Product.business_id)
        .join(Region, Region.code == Product.district_code)
        .join(ProductRevision, ProductRevision.id == Product.published_revision_id)
        .join(Category, Category.id == ProductRevision.category_id)
        .where(Product.id.in_(product_ids), Product.status == ProductStatus.ON_SALE, Business.is_active)
    )


def _variants(session: Session, product_ids: Sequence[int]) -> dict[int, list[Variant]]:
    found: dict[int, list[Variant]] = defaultdict(list)
    order = (Variant.price_idr, Variant.position, Variant.id)
    for variant in session.scalars(
        select(Variant).where(Variant.product_id.in_(product_ids), Variant.is_active).order_by(*order)
    ):
        found[variant.product_id].append(variant)
    return found


def _pieces(session: Session, variants: Sequence[Variant]) -> dict[int, tuple[int, int]]:
    """Return pieces for sale, in all places and in galleries, by product."""
    product_of = {variant.id: variant.product_id for variant in variants}
    free = stock.available(session, list(product_of))
    galleries = set(
        session.scalars(
            select(Place.id).where(Place.id.in_({place for _, place in free}), Place.kind == PlaceKind.GALLERY)
        )
    )
    pieces: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for (variant_id, place_id), number in free.items():
        everywhere, in_gallery = pieces[product_of[variant_id]]
        pieces[product_of[variant_id]] = (everywhere + number, in_gallery + (number if place_id in galleries else 0))
    return pieces


def _licences(session: Session, revisions: dict[int, int]) -> dict[int, frozenset[LicenceKind]]:
    kinds: dict[int, frozenset[LicenceKind]] = defaultdict(frozenset)
    for revision_id, kind in session.execute(
        select(Licence.revision_id, Licence.kind).where(
            Licence.revision_id.in_(revisions),
            Licence.kind.in_([LicenceKind.HALAL, LicenceKind.PIRT]),
            or_(Licence.expires_on.is_(None), Licence.expires_on >= clock.today()),
        )
    ):
        kinds[revisions[revision_id]] |= {kind}
    return kinds


def _photos(session: Session, revisions: dict[int, int]) -> dict[int, dict[str, Any]]:
    """Return the first ready photo of each product with its renditions by format, narrow ones first."""
    rows = session.execute(
        select(RevisionPhoto.revision_id, Photo.id, RevisionPhoto.alt, Photo.width, Photo.height, Photo.colour)
        .join(Photo, Photo.id == RevisionPhoto.photo_id)
        .where(RevisionPhoto.revision_id.in_(revisions), Photo.status == PhotoStatus.READY)
        .order_by(RevisionPhoto.position.desc(), RevisionPhoto.id.desc())  # the first one is written last, and stays
    )
    first = {revision_id: (photo_id, facts) for revision_id, photo_id, *facts in rows}
    photos: dict[int, dict[str, Any]] = {
        photo_id: {**dict(zip(("alt", "width", "height", "colour"), facts, strict=True)), "webp": [], "jpeg": []}
        for photo_id, facts in first.values()
    }
    for photo_id, media_type, width, key in session.execute(
        select(PhotoRendition.photo_id, PhotoRendition.media_type, PhotoRendition.width, PhotoRendition.key)
        .where(PhotoRendition.photo_id.in_(photos))
        .order_by(PhotoRendition.width)
    ):
        photos[photo_id].setdefault(media_type.removeprefix("image/"), []).append([width, key])
    return {revisions[revision_id]: photos[photo_id] for revision_id, (photo_id, _) in first.items()}


def _source(
    row: dict[str, Any],
    variants: Sequence[Variant],
    pieces: tuple[int, int],
    licences: frozenset[LicenceKind],
    photo: dict[str, Any],
) -> Source:
    del row["revision_id"]
    ingredients, category, category_en = (
        row.pop(name) for name in ("ingredients", "category_name", "category_name_en")
    )
    terms = index_terms(
        row["name"],
        [
            row["business_name"],
            row["district_name"],
            category,
            category_en,
            " ".join(tokens(ingredients)[:MOST_INGREDIENT_WORDS]),
            *(variant.name for variant in variants),
            HALAL if LicenceKind.HALAL in licences else "",
        ],
    )
    row |= {
        "variant_public_id": variants[0].public_id,
        "has_variants": len(variants) > 1,
        "unit": variants[0].unit,
        "price_idr": variants[0].price_idr,
        "price_max_idr": variants[-1].price_idr,
        "is_halal": LicenceKind.HALAL in licences,
        "has_pirt": LicenceKind.PIRT in licences,
        "is_available": pieces[0] > 0,
        "is_in_gallery": pieces[1] > 0,
        "available_pieces": pieces[0],
        "gallery_pieces": pieces[1],
        "photo": photo,
    }
    return Source(row | sort_keys(row), terms)


def sort_keys(row: dict[str, Any]) -> dict[str, int]:
    """Return the sort keys of an entry: each is read from high to low, the sold out last."""
    base = AVAILABLE if row["is_available"] else 0
    return {
        "popular_key": base + min(row["popularity"], KEY_LIMIT - 1),
        "newest_key": base + int(row["published_at"].timestamp()),
        "cheap_key": base + KEY_LIMIT - 1 - min(row["price_idr"], KEY_LIMIT - 1),
        "dear_key": base + min(row["price_idr"], KEY_LIMIT - 1),
    }
