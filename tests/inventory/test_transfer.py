"""Pieces that go from place to place keep their lot; nothing on the way can be bought."""

import pytest
from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.core.db import db, transaction
from gallery.inventory import services
from gallery.inventory.errors import BelowReservedError
from gallery.inventory.models import Place, PlaceKind, StockItem
from gallery.inventory.queries import audit_stock, available, broken_links
from gallery.inventory.services import Wanted
from tests.factories.inventory import BELITUNG, make_gallery_place, make_goods, make_stock, stock

ACTOR = Actor.system()


def send(item_id, to_place_id, pieces, key="t1"):
    with transaction() as session:
        item = services.move_pieces(
            session, item_id, to_place_id, pieces, document="transfer:a", request_key=key, actor=ACTOR
        )
        return item.id


@pytest.fixture
def sent(app):
    goods, here, there = make_goods(), make_gallery_place(), make_gallery_place(BELITUNG)
    item = make_stock(goods.variant_id, here.id, 10)
    with transaction() as session:
        way = services.on_the_way_to(session, there.gallery_id).id
    return goods.variant_id, item, way, there.id


def test_the_way_to_a_gallery_is_one_place_that_sells_nothing(sent):
    variant, item, way, there = sent
    gallery_id = db.session.get(Place, there).gallery_id
    with transaction() as session:
        assert services.on_the_way_to(session, gallery_id).id == way
    send(item, way, 4)
    assert db.session.get(Place, way).kind is PlaceKind.TRANSIT
    assert sum(available(db.session(), [variant]).values()) == 6


def test_pieces_keep_their_lot_on_the_way_and_at_the_other_end(sent):
    _variant, item, way, there = sent
    moving = send(item, way, 4)
    arrived = send(moving, there, 4, key="t2")
    assert (stock(item), stock(moving), stock(arrived)) == ((6, 0), (0, 0), (4, 0))
    assert len(set(db.session.scalars(select(StockItem.lot_id)))) == 1
    assert audit_stock(db.session()) == []
    assert broken_links(db.session()) == []


def test_the_same_request_moves_once(sent):
    _variant, item, way, _there = sent
    assert send(item, way, 4) == send(item, way, 4)
    assert stock(item) == (6, 0)


def test_pieces_that_buyers_hold_stay(sent):
    variant, item, way, _there = sent
    place = db.session.get(StockItem, item).place_id
    with transaction() as session:
        services.reserve(session, "order:x", [Wanted(variant, place, 7)], expires_at=None)
    with pytest.raises(BelowReservedError):
        send(item, way, 4)
    assert stock(item) == (10, 7)
