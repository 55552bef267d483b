"""Pieces: brought to both galleries and kept at home, in lots with their dates, with a few corrections."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.catalog.models import Product, Variant
from gallery.core import clock
from gallery.delivery.limits import LOCAL_ONLY
from gallery.demo import accounts, data, facts
from gallery.demo.catalogue import NEWEST
from gallery.demo.foundation import give_tariff, place_of_gallery
from gallery.demo.history import Action
from gallery.demo.world import World
from gallery.inventory import services as inventory
from gallery.inventory.models import Place, StockItem
from gallery.inventory.states import MovementReason

SOLD_OUT: Final = {12, 50, 87}
"""Products without a piece anywhere: the shop says when to ask again."""
FEW: Final = {5, 30, 47, 77, 98}
HOME_ONLY: Final = {9, 13, 68, 69, 70, 78, 83, 90, 93, 94, 109}
BELITUNG: Final = {"19.02", "19.06"}
FRESH: Final = 3
"""Days of shelf life up to which goods are made on the day."""
HOME_BASE_IDR: Final = 10_000
STAFF_OF: Final = {"PGK": "staf.pgk", "TJP": "staf.tjp"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One arrival: where (a gallery's code, or "home"), when, how many of each variant."""

    where: str
    at: datetime
    pieces: int


def plan(world: World) -> None:
    """Put all deliveries and corrections on the agenda; the products exist when they come."""
    for number in data.products():
        if number in SOLD_OUT:
            continue
        for turn, delivery in enumerate(_deliveries(world, number)):
            world.agenda.at(delivery.at, _arrival(world, number, delivery, turn))
    for turn, (days, pieces) in enumerate(CORRECTIONS):
        world.agenda.at(world.ago(days, 15), _correction(turn, pieces))


CORRECTIONS: Final = ((40, -1), (33, 2), (27, -2), (20, -1), (13, -1), (8, -3), (4, 1))
"""Days ago, and pieces that a gallery had counted wrong; losses and returns have papers (goods_out.py)."""


def _deliveries(world: World, number: int) -> list[Delivery]:
    """Return when pieces of a product come and where to: near gallery, far gallery, home."""
    row = data.products()[number]
    life = facts.shelf_life(number)
    if life is not None and life <= FRESH:
        return [Delivery("home", world.now - timedelta(hours=3), 12 + number % 5)]
    if number in NEWEST:
        return [
            Delivery("PGK", world.ago(NEWEST[number] - 0.5), 15),
            Delivery("home", world.ago(NEWEST[number] - 0.4), 6),
        ]
    near, far = ("TJP", "PGK") if row["district_code"] in BELITUNG else ("PGK", "TJP")
    size = 3 if number in FEW else _batch(number)
    first, second = 56 - number % 5, 9 - number % 6
    found = [Delivery("home", world.ago(first, 8.5), max(2, size // 2))]
    if number not in HOME_ONLY:
        found.append(Delivery(near, world.ago(first - 1, 10 + number % 5), size))
        if number % 2:
            found.append(Delivery(far, world.ago(first - 3, 11), max(2, size // 2)))
        if number not in FEW:
            found.append(Delivery(near, world.ago(second, 9 + number % 6), max(3, size // 2)))
    return found


def _batch(number: int) -> int:
    """Return how many pieces a maker brings at once: few of what is dear."""
    price = min(variant.price_idr for variant in facts.variants(number))
    limits = ((1_000_000, 2), (200_000, 5), (80_000, 10), (0, 18))
    return next(pieces for least, pieces in limits if price >= least) + number % 7


def _arrival(world: World, number: int, delivery: Delivery, turn: int) -> Action:
    def arrive(session: Session) -> None:
        product_id = world.products.get(number)
        if product_id is None:
            return  # published later than these pieces would have come
        product = session.get_one(Product, product_id)
        place = _place(session, product, delivery.where)
        actor = _receiver(session, world, product, delivery.where)
        if delivery.where == "home" and facts.shipping_class(number) in LOCAL_ONLY:
            give_tariff(session, place.id, HOME_BASE_IDR)  # no carrier takes it: only riders bring it
        life = facts.shelf_life(number)
        made = clock.today() - timedelta(days=2 if life and life > FRESH else 0)
        for position, variant in enumerate(_variants(session, product_id)):
            inventory.receive(
                session,
                variant.id,
                place.id,
                max(1, delivery.pieces - 2 * position),
                expires_on=made + timedelta(days=life) if life else None,
                lot_code=f"{made:%y%m%d}",
                document=f"surat-titip:{number:03d}-{turn + 1}",
                request_key=f"demo:{number}:{turn}:{position}",
                actor=actor,
            )

    return arrive


def _place(session: Session, product: Product, where: str) -> Place:
    return inventory.home_of(session, product.business_id) if where == "home" else place_of_gallery(session, where)


def _receiver(session: Session, world: World, product: Product, where: str) -> Actor:
    if where == "home":
        return world.seller_of(session, product.business_id)
    return accounts.actor(session, STAFF_OF[where])


def _variants(session: Session, product_id: int) -> list[Variant]:
    rows = select(Variant).where(Variant.product_id == product_id).order_by(Variant.position)
    return list(session.scalars(rows))


def _correction(turn: int, pieces: int) -> Action:
    def correct(session: Session) -> None:
        code = ("PGK", "TJP")[turn % 2]
        place = place_of_gallery(session, code)
        items = session.scalars(
            select(StockItem)
            .where(StockItem.place_id == place.id, StockItem.on_hand - StockItem.reserved > abs(pieces) + 3)
            .order_by(StockItem.id)
        ).all()
        actor = accounts.actor(session, STAFF_OF[code])
        item = items[(turn * 17) % len(items)]
        reason = MovementReason.COUNT_CORRECTION
        inventory.adjust(session, item.id, pieces, reason=reason, note="Hitung ulang rak", actor=actor)

    return correct
