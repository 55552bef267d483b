"""The ground of the demo: galleries and their places, tariffs, riders, carriers, the account that buyers pay to."""

from dataclasses import dataclass
from itertools import product
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Actor
from gallery.accounts.services.offices import load_offices
from gallery.catalog.services.categories import load_categories
from gallery.core.money import BasisPoints, Rupiah
from gallery.delivery.models import CarrierTariff
from gallery.delivery.services.register import RiderFacts, TariffFacts, save_rider, save_tariff
from gallery.delivery.tariffs import WeightStep
from gallery.demo import invented
from gallery.inventory.models import Place, PlaceKind
from gallery.inventory.services import GalleryFacts, save_gallery
from gallery.payments.services import AccountFacts, add_account, save_qris
from gallery.regions.models import Region, RegionLevel
from gallery.regions.services import load_regions, shipped_regions

AIR_ITAM: Final = "19.71.01.1007"  # ward of the provincial government
PARIT: Final = "19.02.01.1002"
ADMIN_PHONES: Final = 900  # numbers from here on belong to offices and riders


@dataclass(frozen=True, slots=True)
class DemoGallery:
    """One gallery and what its riders ask."""

    code: str
    name: str
    village_code: str
    address: str
    base_idr: int


GALLERIES: Final = (
    DemoGallery("PGK", "Galeri PLUT Pangkalpinang", AIR_ITAM, "Kompleks Perkantoran Air Itam", 9_000),
    DemoGallery("TJP", "Galeri PLUT Belitung", PARIT, "Jl. Galeri Tanjungpandan No. 1", 8_000),
)
HOURS: Final = "Senin-Jumat 08.00-16.00, Sabtu 09.00-14.00 WIB"
RIDERS: Final = (
    ("Anton Sarijo", "BN 0001 XA", "PGK", ("Rangkui", "Bukit Intan", "Girimaya", "Taman Sari")),
    ("Beni Kurniadi", "BN 0002 XA", "PGK", ("Gerunggang", "Gabek", "Pangkal Balam", "Rangkui")),
    ("Cahyo Wibisono", "BN 0003 XA", "PGK", ("Pangkalan Baru", "Bukit Intan", "Namang")),
    ("Darto Subagio", "BN 0004 XA", "PGK", ("Merawang", "Mendo Barat", "Gabek", "Sungailiat")),
    ("Endro Mulyadi", "BN 0005 XA", "PGK", ("Sungailiat", "Merawang", "Pemali")),
    ("Feri Gunadi", "BN 0006 XB", "TJP", ("Tanjungpandan", "Badau")),
    ("Gani Prawira", "BN 0007 XB", "TJP", ("Tanjungpandan", "Sijuk")),
    ("Heru Santika", "BN 0008 XB", "TJP", ("Tanjungpandan", "Membalong")),
    ("Imron Sadikin", "BN 0009 XC", "PGK", ("Toboali",)),
    ("Jaka Saputro", "BN 0010 XC", "PGK", ("Belinyu",)),
)
QRIS: Final = (
    "00020101021126740025ID.CO.BANKSUMSELBABEL.WWW011893600120000000001802120000000000010303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200000000010303UMI5204541153033605802ID5917GALERI PLUT BABEL6013PANGKALPINANG61053314962070703A016304DF02"
)
"""A merchant that nobody is: no acquirer knows it."""
CARRIER: Final = "Ekspedisi Nusantara"
SAME_ISLAND: Final = (14_000, 9_000, 1, 2)
OTHER_ISLAND: Final = (26_000, 20_000, 2, 5)
STEPS: Final = (WeightStep(5_000, Rupiah(4_000)), WeightStep(10_000, Rupiah(9_000)))


def lay(session: Session) -> None:
    """Load reference data, open both galleries with riders and tariffs, name the bank account and a QRIS code."""
    load_regions(session, shipped_regions())
    load_categories(session)
    load_offices(session, village_code=AIR_ITAM)
    for number, facts in enumerate(GALLERIES):
        _open_gallery(session, facts, ADMIN_PHONES + number)
    _engage_riders(session)
    _carriers(session)
    add_account(session, AccountFacts("120", "000077001904", "Galeri UMKM"), actor=Actor.system())
    _offer_qris(session)


def _offer_qris(session: Session) -> None:
    """The gallery in Pangkalpinang takes QRIS."""
    gallery_id = session.scalars(select(Gallery.id).where(Gallery.code == GALLERIES[0].code)).one()
    save_qris(session, gallery_id, QRIS, is_active=True, actor=Actor.system())


def place_of_gallery(session: Session, code: str) -> Place:
    wanted = select(Place).join(Gallery, Gallery.id == Place.gallery_id).where(Gallery.code == code)
    return session.scalars(wanted.where(Place.kind == PlaceKind.GALLERY)).one()


def village_of(session: Session, district_code: str, subdistrict: str, number: int = 0) -> Region:
    """Return a village of the subdistrict, on the main island where there is one; ``number`` chooses among them."""
    parent = select(Region.code).where(Region.name == subdistrict, Region.parent_code == district_code)
    rows = session.scalars(
        select(Region)
        .where(Region.parent_code == parent.scalar_subquery(), Region.level == RegionLevel.VILLAGE)
        .order_by(Region.code)
    ).all()
    by_road = [row for row in rows if row.island == row.island_group] or list(rows)
    return by_road[number % len(by_road)]


def _open_gallery(session: Session, facts: DemoGallery, phone: int) -> None:
    told = GalleryFacts(facts.code, facts.name, facts.village_code, facts.address, invented.phone(phone), HOURS)
    save_gallery(session, told, actor=Actor.system())
    give_tariff(session, place_of_gallery(session, facts.code).id, facts.base_idr)


def give_tariff(session: Session, place_id: int, base_idr: int) -> None:
    """Let riders start from this place, on usual terms."""
    tariff = TariffFacts(
        base_idr=Rupiah(base_idr),
        base_km=4,
        per_km_idr=Rupiah(2_250),
        minimum_idr=Rupiah(base_idr),
        road_factor_bps=BasisPoints(13_000),
        weight_steps=STEPS,
        max_km=45,
        max_weight_g=20_000,
        cut_off_hour=15,
        is_active=True,
    )
    save_tariff(session, place_id, tariff, actor=Actor.system())


def _engage_riders(session: Session) -> None:
    galleries = {gallery.code: gallery for gallery in session.scalars(select(Gallery))}
    for number, (name, plate, code, areas) in enumerate(RIDERS, start=10):
        island = session.get_one(Region, galleries[code].village_code).island_group
        wanted = select(Region.code).where(
            Region.level == RegionLevel.SUBDISTRICT, Region.name.in_(areas), Region.island_group == island
        )
        facts = RiderFacts(
            name=name,
            phone=invented.phone(ADMIN_PHONES + number),
            plate=plate,
            gallery_id=galleries[code].id,
            subdistricts=set(session.scalars(wanted)),
        )
        save_rider(session, facts, actor=Actor.system())


def _carriers(session: Session) -> None:
    """One carrier goes everywhere: by road, by ferry and by boat to the islets."""
    villages = Region.level == RegionLevel.VILLAGE  # a subdistrict may lie on several islands, and names them all
    rows = session.execute(select(Region.island, Region.island_group).where(villages).distinct())
    groups = {str(island): str(group) for island, group in rows}
    for origin, destination in product(sorted(groups), repeat=2):
        is_near = groups[origin] == groups[destination]
        first, following, fastest, slowest = SAME_ISLAND if is_near else OTHER_ISLAND
        if origin != destination and is_near:
            slowest += 2  # a boat in between
        session.add(
            CarrierTariff(
                carrier=CARRIER,
                service="Reguler",
                origin_island=origin,
                destination_island=destination,
                first_kg_idr=Rupiah(first),
                next_kg_idr=Rupiah(following),
                days_min=fastest,
                days_max=slowest,
            )
        )
