"""Builders of the counter: a till with an open shift, goods on its shelf."""

from dataclasses import dataclass

from gallery.accounts.permissions import Actor
from gallery.core.db import db, transaction
from gallery.counter import services
from gallery.counter.models import CounterSale, Shift
from gallery.counter.services import Payment
from gallery.inventory.codes import variant_code
from tests.factories.inventory import make_gallery_place, make_goods, make_stock

ACTOR = Actor.system()


@dataclass(frozen=True)
class Desk:
    """Ids of a till that sells."""

    shift_id: int
    public_id: str
    place_id: int
    gallery_id: int


def make_desk(place=None, *, opening_cash_idr: int = 100_000, name: str = "Kasir 1") -> Desk:
    place = place or make_gallery_place()
    place_id, gallery_id = place.id, place.gallery_id
    with transaction() as session:
        till = services.add_till(session, place_id, name, actor=ACTOR)
        shift = services.open_shift(session, till.id, opening_cash_idr=opening_cash_idr, actor=ACTOR)
        return Desk(shift.id, shift.public_id, place_id, gallery_id)


def on_shelf(desk: Desk, name: str = "Lada Putih", pieces: int = 10, *, price_idr: int = 45_000, **given):
    """Goods that lie at the till's place; returns them and their stock item's id."""
    goods = make_goods(name, price_idr=price_idr)
    return goods, make_stock(goods.variant_id, desk.place_id, pieces, **given)


def enter(desk: Desk, text: str, *, actor: Actor = ACTOR):
    with transaction() as session:
        entered = services.enter(session, desk.shift_id, text)
        return entered.line.pieces if entered.line else [choice.name for choice in entered.choices]


def pay(desk: Desk, payment: Payment | None = None, *, key: str | None = None, total: int | None = None) -> CounterSale:
    db.session.rollback()
    shift = db.session.get(Shift, desk.shift_id, populate_existing=True)
    key = key or shift.sale_key
    total = services.subtotal(shift) - shift.discount_idr if total is None else total
    with transaction() as session:
        return services.complete_sale(session, desk.shift_id, key, payment or Payment(), total_idr=total, actor=ACTOR)


def make_sale(desk: Desk, *goods_and_pieces: tuple, payment: Payment | None = None) -> CounterSale:
    for goods, pieces in goods_and_pieces:
        enter(desk, f"{pieces}*{variant_code(goods.variant_id)}")
    return pay(desk, payment)
