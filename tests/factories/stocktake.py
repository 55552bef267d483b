"""Builders of stocktakes: a gallery with goods, people who count and one who approves."""

from dataclasses import dataclass
from itertools import count

from sqlalchemy import select

from gallery.accounts.permissions import Actor, Grant
from gallery.accounts.states import Role
from gallery.core.db import db, transaction
from gallery.stocktake import services
from gallery.stocktake.models import Stocktake, StocktakeLine
from tests.factories.accounts import make_user
from tests.factories.inventory import make_gallery_place, make_goods, make_stock

_n = count(1)


@dataclass(frozen=True)
class Shelf:
    """Ids of a gallery's place with some articles, and who works there."""

    place_id: int
    gallery_id: int
    items: list[int]
    goods: list
    opener: Actor
    counter: Actor
    second: Actor
    approver: Actor


def person(role: str, gallery_id: int) -> Actor:
    user = make_user(role, gallery_id=gallery_id)
    return Actor(user_id=user.id, name=user.name, grants=(Grant(Role(role), gallery_id=gallery_id),))


def make_shelf(*pieces: int) -> Shelf:
    """A gallery with one article for each number of pieces."""
    place = make_gallery_place()
    place_id, gallery_id = place.id, place.gallery_id
    goods = [make_goods(f"Barang {next(_n)}") for _ in pieces]
    items = [make_stock(one.variant_id, place_id, n) for one, n in zip(goods, pieces, strict=True)]
    staff = [person("gallery_staff", gallery_id) for _ in range(3)]
    return Shelf(place_id, gallery_id, items, goods, *staff, person("gallery_manager", gallery_id))


def make_stocktake(world: Shelf, **given) -> int:
    with transaction() as session:
        return services.open_stocktake(session, world.place_id, actor=world.opener, **given).id


def count_of(stocktake_id: int, item_id: int, pieces: int, actor: Actor, key: str = "", **given) -> None:
    with transaction() as session:
        services.count_pieces(
            session, stocktake_id, item_id, pieces, client_key=key or f"key-{next(_n)}", actor=actor, **given
        )


def lines_of(stocktake_id: int) -> dict[int, StocktakeLine]:
    """Lines by stock item."""
    db.session.rollback()
    rows = select(StocktakeLine).where(StocktakeLine.stocktake_id == stocktake_id)
    return {line.stock_item_id: line for line in db.session.scalars(rows.execution_options(populate_existing=True))}


def public_id_of(stocktake_id: int) -> str:
    return db.session.get(Stocktake, stocktake_id).public_id
