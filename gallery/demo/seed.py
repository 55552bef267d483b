"""The whole demo in one call: ground, people, makers, products, stock, orders, reviews, news, searches."""

import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.catalog.models import Product, Variant
from gallery.checkout import services as checkout
from gallery.checkout.queries import Owner
from gallery.core import clock, outbox
from gallery.core.crypto import FieldCipher
from gallery.core.db import db, transaction
from gallery.core.errors import ConflictError
from gallery.core.files import FileStore
from gallery.core.outbox import OutboxMessage
from gallery.counter.services import count_sales
from gallery.demo import (
    accounts,
    bank,
    buying,
    catalogue,
    consignment,
    counter,
    courier_office,
    data,
    foundation,
    goods_out,
    news,
    own_goods,
    payouts,
    reviews,
    rider_money,
    samples,
    stock,
    stocktakes,
    submissions,
)
from gallery.demo.history import Agenda, in_a_hurry
from gallery.demo.photos import darkroom
from gallery.demo.pictures.products import WIDTH
from gallery.demo.world import World
from gallery.listing import services as listing

OPENED: Final = 90
"""Days ago on which the galleries opened and the staff got their accounts."""
STAFF_NUMBERS: Final = 800
BUYER_NUMBERS: Final = 400
SEARCHED_IN_VAIN: Final = {
    "durian beku": 14, "masker medis": 11, "kue lapis": 9, "madu akasia": 7, "ikan pari asap": 6, "sirup kelapa": 5,
    "tas kulit": 4, "teh bunga telang": 4, "pempek kapal selam": 3, "kopi luwak": 3, "sabun kopi": 2, "rendang ikan": 2,
}  # fmt: skip


def seed(files: FileStore, cipher: FieldCipher, *, picture_width: int = WIDTH) -> bool:
    """Fill an empty database; return False, with nothing changed, when the demo data are there already.

    Raises :class:`ConflictError` when an earlier run broke off half-way.
    """
    if accounts.is_complete(db.session()):
        return False
    if accounts.is_started(db.session()):
        raise ConflictError("an earlier run broke off: begin with an empty database")
    now = clock.now()
    with darkroom(files, picture_width) as room, in_a_hurry(db.engine):
        world = World(now, Agenda(now), room, cipher)
        _plan(world)
        made = room.call(samples.samples, min(picture_width, samples.PHOTO_WIDTH))
        world.agenda.run()
        for key in _close_books():
            files.delete(key)
        sheets = {sample.district_code: sample for sample in made.result()}
        submissions.send_all(sheets, files, cipher, now, outbox.drain)
        _keep_samples(files, sheets.values())
        with transaction() as session:
            accounts.add_account(session, accounts.ADMINISTRATOR, STAFF_NUMBERS + 50)
    return True


def _close_books() -> list[str]:
    """Count what was sold, make the shop's rows, lay the news of the past to rest; return files to be deleted.

    The messages of the seeding are done: their photos are rendered, their listing is rebuilt here, and nobody shall
    get mails about orders of two months ago.
    """
    with transaction() as session:
        count_sales(session)
        listing.rebuild(session)
        waiting = session.scalars(select(OutboxMessage).where(OutboxMessage.done_at.is_(None))).all()
        for message in waiting:
            message.done_at = clock.now()
        return [message.payload["key"] for message in waiting if message.topic == "file.discarded"]


def _keep_samples(files: FileStore, sheets: Iterable[samples.Sample]) -> None:
    """Leave the districts' sheets and photos in the store, under ``contoh/``, to be tried by hand."""
    for sample in sheets:
        files.put(f"contoh/{sample.sheet_name}", sample.sheet)
        files.put(f"contoh/{sample.photos_name}", sample.photos)


def _plan(world: World) -> None:
    world.agenda.at(world.ago(OPENED), foundation.lay)
    world.agenda.at(world.ago(OPENED) + timedelta(minutes=5), _add_staff)
    for number, row in enumerate(data.rows("buyers.csv"), start=BUYER_NUMBERS):
        _plan_buyer(world, number, row["name"])
    catalogue.plan(world)
    world.darkroom.order(catalogue.shots())
    stock.plan(world)
    consignment.plan(world)
    counter.plan(world)
    stocktakes.plan(world)
    goods_out.plan(world)
    own_goods.plan(world)
    reviews.plan(world)
    news.plan(world)
    buying.plan(world)
    payouts.plan(world)
    rider_money.plan(world)
    courier_office.plan(world)
    bank.plan(world)
    world.agenda.at(world.now - timedelta(minutes=3), _search_in_vain)
    world.agenda.at(world.now - timedelta(minutes=2), _leave_carts)


def _plan_buyer(world: World, number: int, name: str) -> None:
    def register(session: Session) -> None:
        accounts.add_buyer(session, name, number)

    world.agenda.at(world.ago(OPENED - 1 - number % 30, 12), register)


def _add_staff(session: Session) -> None:
    for number, account in enumerate(accounts.STAFF, start=STAFF_NUMBERS):
        accounts.add_account(session, account, number)


def _search_in_vain(session: Session) -> None:
    listing.record_misses(session, [words for words, times in SEARCHED_IN_VAIN.items() for _ in range(times)])


def _leave_carts(session: Session) -> None:
    """Let two buyers have something in their carts when somebody signs in as them."""
    dice = random.Random(7)
    for row in data.rows("buyers.csv")[:2]:
        owner = Owner(user_id=accounts.buyer_id(session, row["name"]))
        for code in dice.sample(("BBL-001", "BBL-018", "BBL-042", "BBL-053", "BBL-064"), 2):
            wanted = (
                select(Variant.public_id)
                .join(Product, Product.id == Variant.product_id)
                .where(Product.external_code == code)
                .order_by(Variant.position)
            )
            checkout.add_line(session, owner, session.scalars(wanted).first() or "", 1)
