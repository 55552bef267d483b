"""Builders of goods and stock: a variant that can be sold, a place, pieces in a lot."""

from dataclasses import dataclass
from datetime import date
from itertools import count

from sqlalchemy import select

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Actor
from gallery.catalog.models import Category, Product, ProductRevision, Variant
from gallery.catalog.states import ProductStatus, RevisionStatus, ShippingClass
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.inventory import services
from gallery.inventory.models import Place, PlaceKind, StockItem
from gallery.regions.models import Region, RegionLevel
from gallery.registry.models import Business, Person

_n = count(1)

PROVINCE = "19"
# code, name, island, postal code: two villages of one subdistrict, one elsewhere on Bangka, one on Belitung
VILLAGES = {
    "19.71.05.1001": ("Air Itam", "Bangka", "33149"),
    "19.71.05.1002": ("Sriwijaya", "Bangka", "33148"),
    "19.01.01.1001": ("Kenanga", "Bangka", "33211"),
    "19.02.01.1001": ("Parit", "Belitung", "33411"),
}
_PARENTS = {
    "19.71": (RegionLevel.REGENCY, "kota", "Kota Pangkalpinang", PROVINCE),
    "19.01": (RegionLevel.REGENCY, "kabupaten", "Kabupaten Bangka", PROVINCE),
    "19.02": (RegionLevel.REGENCY, "kabupaten", "Kabupaten Belitung", PROVINCE),
    "19.71.05": (RegionLevel.SUBDISTRICT, "kecamatan", "Bukit Intan", "19.71"),
    "19.01.01": (RegionLevel.SUBDISTRICT, "kecamatan", "Sungailiat", "19.01"),
    "19.02.01": (RegionLevel.SUBDISTRICT, "kecamatan", "Tanjungpandan", "19.02"),
}
PANGKALPINANG, BELITUNG = "19.71.05.1001", "19.02.01.1001"


@dataclass(frozen=True)
class Goods:
    """Ids of a variant on sale, which tests pass on."""

    variant_id: int
    variant_public_id: str
    product_id: int
    product_public_id: str
    business_id: int


def make_regions() -> None:
    """The few regions that tests use; made once per database."""
    if db.session.get(Region, PROVINCE) is not None:
        return
    with transaction() as session:
        session.add(Region(code=PROVINCE, level=RegionLevel.PROVINCE, type="provinsi", name="Kep. Bangka Belitung"))
        session.flush()
        for code, (level, kind, name, parent) in _PARENTS.items():
            session.add(Region(code=code, level=level, type=kind, name=name, parent_code=parent))
            session.flush()
        for code, (name, island, postal) in VILLAGES.items():
            session.add(
                Region(
                    code=code,
                    level=RegionLevel.VILLAGE,
                    type="kelurahan",
                    name=name,
                    parent_code=code[:8],
                    postal_code=postal,
                    lat=-2.1 if island == "Bangka" else -2.7,
                    lon=106.1 if island == "Bangka" else 107.6,
                    island=island,
                    island_group=island,
                )
            )


def make_business(**given) -> Business:
    make_regions()
    values = {
        "slug": "sahang-jaya",
        "name": f"Sahang Jaya {next(_n)}",
        "district_code": "19.71",
        "village_code": PANGKALPINANG,
        "phone": "+6281200000001",
    } | given
    with transaction() as session:
        owner = Person(name="Siti Contoh")
        session.add(owner)
        session.flush()
        session.add(business := Business(owner_id=owner.id, **values))
    return business


def make_goods(
    name: str = "Lada Putih",
    *,
    price_idr: int = 45_000,
    ship_weight_g: int = 300,
    status: ProductStatus = ProductStatus.ON_SALE,
    shipping_class: ShippingClass = ShippingClass.NORMAL,
    business_id: int | None = None,
) -> Goods:
    """A published product with one variant; no stock yet."""
    business = db.session.get(Business, business_id) if business_id else make_business()
    business_id, district = business.id, business.district_code
    with transaction() as session:
        category = session.scalar(select(Category))
        if category is None:
            session.add(category := Category(slug="bumbu", name="Lada & bumbu"))
            session.flush()
        product = Product(
            slug=name.lower().replace(" ", "-"),
            business_id=business_id,
            district_code=district,
            status=status,
            published_at=clock.now(),
        )
        session.add(product)
        session.flush()
        revision = ProductRevision(
            product_id=product.id,
            number=1,
            status=RevisionStatus.PUBLISHED,
            name=name,
            category_id=category.id,
            shipping_class=shipping_class,
        )
        session.add(revision)
        session.flush()
        product.published_revision_id = revision.id
        variant = Variant(product_id=product.id, unit="bungkus", price_idr=price_idr, ship_weight_g=ship_weight_g)
        session.add(variant)
        session.flush()
        return Goods(variant.id, variant.public_id, product.id, product.public_id, business_id)


def make_gallery_place(village_code: str = PANGKALPINANG, **given) -> Place:
    make_regions()
    with transaction() as session:
        gallery = Gallery(
            code=f"G{next(_n)}",
            name=given.pop("name", "Galeri PLUT Pangkalpinang"),
            village_code=village_code,
            address="Jl. Contoh No. 1",
            phone="+6281200000002",
            opening_hours="Senin-Jumat 08.00-16.00",
        )
        session.add(gallery)
        session.flush()
        values = {
            "kind": PlaceKind.GALLERY,
            "gallery_id": gallery.id,
            "name": gallery.name,
            "district_code": village_code[:5],
            "village_code": village_code,
        } | given
        session.add(place := Place(**values))
    return place


def make_premises(business_id: int, village_code: str = PANGKALPINANG) -> Place:
    with transaction() as session:
        place = Place(
            kind=PlaceKind.PREMISES,
            business_id=business_id,
            name="Rumah produksi",
            district_code=village_code[:5],
            village_code=village_code,
        )
        session.add(place)
    return place


def make_stock(variant_id: int, place_id: int, pieces: int = 10, *, expires_on: date | None = None) -> int:
    """Receive pieces and return the stock item's id."""
    with transaction() as session:
        movement = services.receive(session, variant_id, place_id, pieces, expires_on=expires_on, actor=Actor.system())
        session.flush()
        return movement.stock_item_id


def stock(item_id: int) -> tuple[int, int]:
    """Return (on hand, reserved) as the database has it now."""
    db.session.rollback()
    item = db.session.get(StockItem, item_id, populate_existing=True)
    return item.on_hand, item.reserved
