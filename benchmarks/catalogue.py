"""Synthetic catalogues of any size, written straight into the tables that listing and product page read.

``python -m benchmarks.catalogue --products 100000`` fills the empty database that the settings name. The listing's rows
come from the functions that the refresh uses, and ``flask listing check`` proves them; only the writing is faster.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session

import gallery.app  # noqa: F401 - so that every table is known
from benchmarks.bulk import Write, bulk_writer
from benchmarks.synthetic import START, Drawn, Listing
from config import Settings
from gallery.accounts.models import Gallery
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
from gallery.catalog.states import LicenceKind, PhotoStatus, ProductStatus, RevisionStatus
from gallery.core.db import Base
from gallery.core.files import StoredFile
from gallery.core.ids import slugify
from gallery.inventory.models import Lot, Place, PlaceKind, StockItem, StockMovement
from gallery.inventory.states import MovementReason
from gallery.listing.models import CatalogueVersion, FacetCount, ListingEntry, SearchPosting, SearchTerm
from gallery.regions.models import Region
from gallery.regions.services import load_regions, shipped_regions
from gallery.registry.models import Business, Person

CHUNK: Final = 20_000
WIDTHS: Final = (320, 640, 1280)
GALLERY_PLACE: Final = 1


def fill(engine: Engine, products: int, seed: int = 1, *, listing_only: bool = False) -> None:
    """Fill an empty database; its tables are made if they are missing.

    With ``listing_only`` the tables behind the listing stay empty: enough for listing and search, much sooner done.
    """
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        if session.scalar(select(func.count()).select_from(Product)):
            raise RuntimeError("this database has products already")
        load_regions(session, shipped_regions())
        district_names = dict(session.execute(select(Region.code, Region.name)).all())
    drawn = Drawn(products, seed)
    businesses = [drawn.business(number) for number in range(1, drawn.businesses + 1)]
    listing = Listing()
    with bulk_writer(engine) as write:
        _write_fixed(write, drawn, businesses)
        rows = (drawn.product(number, businesses) for number in range(1, products + 1))
        while chunk := list(islice(rows, CHUNK)):
            if not listing_only:
                _write_products(write, chunk)
            names = (district_names, drawn.categories)
            write(ListingEntry, (listing.entry(*_entry(row, *names)) for row in chunk))
            print(f"{chunk[-1]['id']:>10,}", end="\r", file=sys.stderr)
        _write_words(write, listing)


def _write_fixed(write: Write, drawn: Drawn, businesses: Sequence[dict[str, Any]]) -> None:
    write(
        Category,
        (
            {"id": n, "slug": slugify(name), "name": name, "icon": "package", "position": n}
            for n, name in enumerate(drawn.categories, 1)
        ),
    )
    write(Person, [{"id": 1, "public_id": "p000000001", "name": "Pemilik Contoh", "created_at": START}])
    write(Business, businesses)
    write(StoredFile, [_file(1)])
    gallery = {
        "id": 1,
        "public_id": "g000000001",
        "code": "PLUT",
        "name": "Galeri PLUT Pangkalpinang",
        "village_code": "19.71.05.1001",
    }
    write(Gallery, [gallery | {"address": "Air Itam", "phone": "+6281200000002", "opening_hours": "08.00-16.00"}])
    place = {"kind": PlaceKind.GALLERY, "gallery_id": 1, "business_id": None, "name": gallery["name"]}
    write(Place, [{"id": 1, "public_id": "l000000000", **place, "district_code": "19.71"}])
    premises = {"kind": PlaceKind.PREMISES, "gallery_id": None, "name": "Rumah produksi"}
    write(
        Place,
        (
            {
                "id": b["id"] + 1,
                "public_id": f"l{b['id']:09}",
                **premises,
                "business_id": b["id"],
                "district_code": b["district_code"],
            }
            for b in businesses
        ),
    )


def _write_products(write: Write, chunk: Sequence[dict[str, Any]]) -> None:
    """A product has one revision, variant and photo, and one lot in one place."""
    write(
        Product,
        (
            {
                "id": r["id"],
                "public_id": _public_id("p", r),
                "slug": slugify(r["name"]),
                "business_id": r["business"]["id"],
                "district_code": r["business"]["district_code"],
                "status": ProductStatus.ON_SALE,
                "published_revision_id": None,
                "published_at": r["published_at"],
                "sold_count": r["sold"],
                "created_at": START,
            }
            for r in chunk
        ),
    )
    write(
        ProductRevision,
        (
            {
                "id": r["id"],
                "public_id": _public_id("r", r),
                "product_id": r["id"],
                "number": 1,
                "status": RevisionStatus.PUBLISHED,
                "name": r["name"],
                "name_key": r["name"].lower(),
                "description": "Dibuat dari bahan setempat, tanpa pengawet. " * 4,
                "category_id": r["category_id"],
                "ingredients": r["ingredients"],
                "created_at": START,
            }
            for r in chunk
        ),
    )
    write(
        Variant,
        (
            {
                "id": r["id"],
                "public_id": _public_id("v", r),
                "product_id": r["id"],
                "unit": "bungkus",
                "price_idr": r["price_idr"],
                "ship_weight_g": 300,
            }
            for r in chunk
        ),
    )
    halal = {"kind": LicenceKind.HALAL, "expires_on": None}
    write(
        Licence,
        (
            {"id": r["id"], "revision_id": r["id"], **halal, "number": f"ID{r['id']:017}"}
            for r in chunk
            if r["is_halal"]
        ),
    )
    _write_photos(write, chunk)
    _write_stock(write, [r for r in chunk if r["pieces"]])


def _write_photos(write: Write, chunk: Sequence[dict[str, Any]]) -> None:
    size = {"status": PhotoStatus.READY, "width": 1280, "height": 1280, "colour": "#c9b48a"}
    write(
        Photo,
        (
            {
                "id": r["id"],
                "public_id": _public_id("f", r),
                "product_id": r["id"],
                "original_file_id": 1,
                "sha256": f"{r['id']:064}",
                **size,
                "created_at": START,
            }
            for r in chunk
        ),
    )
    write(
        RevisionPhoto,
        ({"id": r["id"], "revision_id": r["id"], "photo_id": r["id"], "alt": r["name"]} for r in chunk),
    )
    write(
        PhotoRendition,
        (
            {
                "photo_id": r["id"],
                "media_type": media_type,
                "width": width,
                "height": width,
                "key": _key(r["id"], width, media_type),
                "size_bytes": 30_000,
            }
            for r in chunk
            for media_type in ("image/webp", "image/jpeg")
            for width in WIDTHS
        ),
    )


def _write_stock(write: Write, chunk: Sequence[dict[str, Any]]) -> None:
    write(
        Lot,
        (
            {"id": r["id"], "variant_id": r["id"], "business_id": r["business"]["id"], "created_at": START}
            for r in chunk
        ),
    )
    write(
        StockItem,
        (
            {
                "id": r["id"],
                "variant_id": r["id"],
                "place_id": GALLERY_PLACE if r["in_gallery"] else r["business"]["id"] + 1,
                "lot_id": r["id"],
                "on_hand": r["pieces"],
            }
            for r in chunk
        ),
    )
    write(
        StockMovement,
        (
            {
                "stock_item_id": r["id"],
                "pieces": r["pieces"],
                "reason": next(iter(MovementReason)),
                "happened_at": START,
                "recorded_at": START,
            }
            for r in chunk
        ),
    )


def _entry(
    row: dict[str, Any], districts: dict[str, str], categories: Sequence[str]
) -> tuple[dict[str, Any], list[str]]:
    """Return the columns of the listing's entry that are not derived from others, and the texts it is found by."""
    business = row["business"]
    photo = {"alt": row["name"], "width": 1280, "height": 1280, "colour": "#c9b48a"}
    for name in ("webp", "jpeg"):
        photo[name] = [[width, _key(row["id"], width, f"image/{name}")] for width in WIDTHS]
    values = {
        "product_id": row["id"],
        "public_id": _public_id("p", row),
        "slug": slugify(row["name"]),
        "name": row["name"],
        "business_id": business["id"],
        "business_public_id": business["public_id"],
        "business_slug": business["slug"],
        "business_name": business["name"],
        "district_code": business["district_code"],
        "district_name": districts[business["district_code"]],
        "category_id": row["category_id"],
        "variant_public_id": _public_id("v", row),
        "has_variants": False,
        "unit": "bungkus",
        "price_idr": row["price_idr"],
        "price_max_idr": row["price_idr"],
        "is_halal": row["is_halal"],
        "has_pirt": False,
        "is_available": row["pieces"] > 0,
        "is_in_gallery": row["in_gallery"],
        "available_pieces": row["pieces"],
        "gallery_pieces": row["pieces"] if row["in_gallery"] else 0,
        "photo": photo,
        "popularity": row["sold"],
        "published_at": row["published_at"],
    }
    category = categories[row["category_id"] - 1]
    return values, [business["name"], values["district_name"], category, row["ingredients"]]


def _write_words(write: Write, listing: Listing) -> None:
    write(
        SearchTerm,
        (
            {"id": term_id, "word": word, "surface": surface, "product_count": len(listing.postings[term_id])}
            for word, (term_id, surface) in listing.terms.items()
        ),
    )
    write(
        SearchPosting,
        (
            {"term_id": term_id, "rank_key": rank_key, "product_id": product_id, "facet_id": facet_id}
            for term_id in sorted(listing.postings)
            for rank_key, product_id, facet_id in sorted(listing.postings.pop(term_id))
        ),
    )
    names = ("category_id", "district_code", "is_halal", "is_available", "is_in_gallery")
    write(
        FacetCount,
        (
            {"id": cell_id, **dict(zip(names, cell, strict=True)), "products": listing.cell_counts[cell_id]}
            for cell, cell_id in listing.cells.items()
        ),
    )
    write(CatalogueVersion, [{"id": 1, "version": 1, "words_version": 1}])


def _public_id(letter: str, row: dict[str, Any]) -> str:
    return f"{letter}{row['id']:09}"


def _key(product_id: int, width: int, media_type: str) -> str:
    return f"photo/{product_id % 256:02x}/{product_id:032x}-{width}.{media_type.removeprefix('image/')}"


def _file(file_id: int) -> dict[str, Any]:
    names = {"key": "photo/none.jpg", "media_type": "image/jpeg", "size_bytes": 1, "sha256": "0" * 64}
    return {"id": file_id, "public_id": "s000000001", **names, "purpose": "photo", "created_at": START}


def main() -> None:
    """Fill the database of the settings."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--products", type=int, default=10_000)
    arguments.add_argument("--listing-only", action="store_true")
    given = arguments.parse_args()
    started = time.monotonic()
    engine = create_engine(Settings.from_environ(os.environ).database_uri)
    fill(engine, given.products, listing_only=given.listing_only)
    print(f"filled in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
