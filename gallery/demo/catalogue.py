"""Makers and their 110 products: registered, photographed, submitted, reviewed and published over some weeks."""

from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.catalog import services as catalog
from gallery.catalog.models import Category, Photo, ProductRevision
from gallery.catalog.states import RevisionStatus
from gallery.core import clock
from gallery.core.files import new_key, record_file
from gallery.demo import accounts, data, facts, invented
from gallery.demo.foundation import village_of
from gallery.demo.history import Action
from gallery.demo.photos import record_written
from gallery.demo.pictures import people
from gallery.demo.pictures.develop import Developed, Shot, portrait
from gallery.demo.world import World
from gallery.registry import services as registry
from gallery.registry.models import Business
from gallery.registry.services import BusinessFacts

FIRST_DAY: Final = 75
LAST_DAY: Final = 58
NEWEST: Final = {25: 4, 62: 3, 92: 2, 105: 5, 110: 1}
"""Products that were published only these days ago: they lead the list of new ones."""
SECOND_VIEW: Final = 5
"""Every fifth product has a second picture."""
BANKS: Final = ("002", "120", "009", "451", "008")
FEMALE_HEADS: Final = {"scarf", "bun"}


@dataclass(frozen=True, slots=True)
class Maker:
    """A row of ``businesses.csv``."""

    number: int
    row: dict[str, str]

    @property
    def numbers(self) -> list[int]:
        return [int(text) for text in self.row["products"].split()]

    @property
    def district_code(self) -> str:
        return data.products()[self.numbers[0]]["district_code"]


def makers() -> list[Maker]:
    return [Maker(number, row) for number, row in enumerate(data.rows("businesses.csv"), start=1)]


def shots() -> list[Shot]:
    """Return every picture that is needed, in the order in which it is."""
    numbers = [number for maker in makers() for number in maker.numbers]
    return [shot for number in numbers for shot in _shots_of(number)]


def _shots_of(number: int) -> list[Shot]:
    return [Shot(number), *([Shot(number, 1)] if number % SECOND_VIEW == 0 else [])]


def plan(world: World) -> None:
    """Put the registration of all makers, and the way of all their products into the shop, on the agenda."""
    for maker in makers():
        _plan_registration(world, maker)
        for number in maker.numbers:
            days = NEWEST.get(number, FIRST_DAY - (FIRST_DAY - LAST_DAY) * maker.number / 70)
            _plan_product(world, maker, number, world.ago(days + 1, 9 + number % 7 + number / 200))


def _plan_registration(world: World, maker: Maker) -> None:
    drawn = world.darkroom.call(portrait, _person(maker))
    key = new_key("business", "jpg")

    def put() -> None:
        world.darkroom.files.put(key, drawn.result())

    moment = world.ago(FIRST_DAY + 5) + timedelta(minutes=maker.number)
    world.agenda.at(moment, _registration(world, maker, key, drawn), before=put)


def _registration(world: World, maker: Maker, key: str, drawn: Future[bytes]) -> Action:
    def register(session: Session) -> None:
        village = village_of(session, maker.district_code, maker.row["subdistrict"], maker.number)
        bank = maker.number % 3 != 0
        business = registry.register_business(
            session,
            world.cipher,
            BusinessFacts(
                name=maker.row["name"],
                owner_name=maker.row["owner"],
                district_code=maker.district_code,
                phone=invented.phone(maker.number),
                village_code=village.code,
                address=f"RT {maker.number % 9 + 1:03d}/RW {maker.number % 4 + 1:03d}",
                story=maker.row["story"],
                since_year=int(maker.row["since"]),
                nib=invented.nib(maker.number),
                nik=invented.nik(maker.number, is_female=maker.row["head"] in FEMALE_HEADS),
                bank_code=BANKS[maker.number % len(BANKS)] if bank else None,
                bank_account=invented.bank_account(maker.number) if bank else None,
                bank_holder=maker.row["owner"] if bank else None,
            ),
            actor=Actor.system(),
        )
        picture = drawn.result()
        file = record_file(
            session, key, picture, media_type="image/jpeg", purpose="business", is_public=True, business_id=business.id
        )
        registry.set_photo(session, business.id, file.id, actor=Actor.system())
        seller = next((one for one in accounts.SELLERS if one.place == business.name), None)
        if seller is not None:
            accounts.add_account(session, seller, 700 + maker.number)
            world.sellers[business.id] = seller.login

    return register


def _person(maker: Maker) -> people.Person:
    """Return how the owner looks; some carry their product on the apron."""
    piece = "" if maker.row["head"] == "scarf" else data.rows("pictures.csv")[maker.numbers[0] - 1]["piece"]
    return people.Person(maker.number, maker.row["head"], piece)


def _plan_product(world: World, maker: Maker, number: int, submitted: datetime) -> None:
    pictures: list[Developed] = []
    keys: list[str] = []

    def upload() -> None:
        pictures.extend(world.darkroom.developed(shot) for shot in _shots_of(number))
        keys.extend(world.darkroom.store(picture) for picture in pictures)

    def submit(session: Session) -> None:
        product_id = _submit(session, world, maker, number, list(zip(keys, pictures, strict=True)))
        world.products[number] = product_id
        photos = session.scalars(select(Photo).where(Photo.product_id == product_id).order_by(Photo.id)).all()
        names = [photo.public_id for photo in photos]
        _plan_rest(world, number, product_id, dict(zip(names, pictures, strict=True)), submitted)

    world.agenda.at(submitted, submit, before=upload)


def _plan_rest(world: World, number: int, product_id: int, pictures: dict[str, Developed], submitted: datetime) -> None:
    """Render the photos a minute later, and decide the next day."""
    written = {}

    def write() -> None:
        written.update({name: world.darkroom.write(name, one.rendered) for name, one in pictures.items()})

    def record(session: Session) -> None:
        record_written(session, product_id, written)

    def publish(session: Session) -> None:
        wanted = select(ProductRevision.id).where(
            ProductRevision.product_id == product_id, ProductRevision.status == RevisionStatus.SUBMITTED
        )
        curator = accounts.actor(session, "kurator")
        catalog.decide(session, session.scalars(wanted).one(), RevisionStatus.PUBLISHED, actor=curator)

    world.agenda.at(submitted + timedelta(minutes=1), record, before=write)
    world.agenda.at(submitted + timedelta(hours=5 + number % 16), publish)


def _submit(session: Session, world: World, maker: Maker, number: int, pictures: list[tuple[str, Developed]]) -> int:
    business = session.scalars(select(Business).where(Business.name == maker.row["name"])).one()
    wanted = select(Category.id).where(Category.slug == facts.category_slug(number))
    product = facts.product_facts(number, business.name, session.scalars(wanted).one(), clock.today())
    row = data.products()[number]
    alts = (f"{row['name']} dari {row['kecamatan']}", f"{row['name']}, dilihat lebih dekat")
    photos = tuple(
        world.darkroom.upload(session, key, picture, business.id, alt)
        for (key, picture), alt in zip(pictures, alts, strict=False)
    )
    actor = submitter(session, world, business)
    saved = catalog.create_draft(session, business.id, replace(product, photos=photos), actor=actor)
    catalog.submit(session, saved.product_id, actor=actor)
    return saved.product_id


def submitter(session: Session, world: World, business: Business) -> Actor:
    """Return who hands products of this business in: its maker, or the district, or the office's machine."""
    if business.id in world.sellers:
        return world.seller_of(session, business.id)
    helper = next((one for one in accounts.STAFF if one.place == business.district_code), None)
    return accounts.actor(session, helper.login) if helper else Actor.system()
