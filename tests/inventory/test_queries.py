"""What can be had now, where, and whether the books agree."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from gallery.accounts.permissions import Scope
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.inventory import queries, services
from gallery.inventory.models import Place, PlaceKind, Reservation, StockItem, StockMovement
from gallery.inventory.queries import Drift
from gallery.inventory.services import Wanted
from gallery.inventory.states import ReservationStatus
from tests.factories.inventory import make_gallery_place, make_goods, make_premises, make_stock

pytestmark = pytest.mark.usefixtures("app")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def hold(variant_id, place_id, pieces, expires_at):
    with transaction() as session:
        services.reserve(session, "order:a", [Wanted(variant_id, place_id, pieces)], expires_at=expires_at)


def test_available_sums_lots_and_ignores_what_ran_out():
    goods, place = make_goods(), make_gallery_place().id
    make_stock(goods.variant_id, place, 4)
    make_stock(goods.variant_id, place, 6, expires_on=date(2027, 1, 1))
    make_stock(goods.variant_id, place, 50, expires_on=date(2026, 11, 24))
    hold(goods.variant_id, place, 3, NOW)
    assert queries.available(db.session(), [goods.variant_id]) == {(goods.variant_id, place): 10}
    hold(goods.variant_id, place, 3, NOW + timedelta(hours=1))
    assert queries.available(db.session(), [goods.variant_id]) == {(goods.variant_id, place): 7}


def test_available_leaves_out_empty_and_closed_places():
    goods, place = make_goods(), make_gallery_place().id
    home = make_premises(goods.business_id).id
    make_stock(goods.variant_id, place, 2)
    make_stock(goods.variant_id, home, 2)
    hold(goods.variant_id, place, 2, None)
    with transaction() as session:
        session.get(Place, home).is_active = False
    assert queries.available(db.session(), [goods.variant_id]) == {}


def test_stock_by_place_lists_galleries_first():
    goods, place = make_goods(), make_gallery_place().id
    home = make_premises(goods.business_id).id
    make_stock(goods.variant_id, home, 9)
    make_stock(goods.variant_id, place, 2, expires_on=date(2027, 1, 1))
    found = queries.stock_by_place(db.session(), goods.product_id)
    assert [(row.place_id, row.kind, row.available, row.next_expiry) for row in found] == [
        (place, PlaceKind.GALLERY, 2, date(2027, 1, 1)),
        (home, PlaceKind.PREMISES, 9, None),
    ]


def test_stock_is_seen_only_inside_the_scope():
    goods, place = make_goods(), make_gallery_place()
    gallery_id, home = place.gallery_id, make_premises(goods.business_id).id
    here, there = make_stock(goods.variant_id, place.id, 1), make_stock(goods.variant_id, home, 1)

    def seen(**scope):
        return sorted(item.id for item, _, _ in db.session.execute(queries.stock_in_scope(Scope(**scope))))

    assert seen(everything=True) == sorted([here, there])
    assert seen(galleries=frozenset({gallery_id})) == [here]
    assert seen(businesses=frozenset({goods.business_id})) == [there]
    assert seen(districts=frozenset({"19.71"})) == [there]
    assert seen(districts=frozenset({"19.02"})) == []
    assert seen() == []
    with pytest.raises(NotFoundError):
        queries.stock_item(db.session(), there, scope=Scope(galleries=frozenset({gallery_id})))


@pytest.mark.parametrize(
    ("column", "value", "drift"), [("on_hand", 4, ("on_hand", 3, 4)), ("reserved", 1, ("reserved", 2, 1))]
)
def test_audit_names_every_drift(column, value, drift):
    goods, place = make_goods(), make_gallery_place().id
    item = make_stock(goods.variant_id, place, 3)
    hold(goods.variant_id, place, 2, None)
    assert queries.audit_stock(db.session()) == []
    with transaction() as session:
        session.execute(update(StockItem).where(StockItem.id == item).values({column: value}))
    assert queries.audit_stock(db.session()) == [Drift(item, *drift)]


def test_audit_finds_a_sale_without_its_movement():
    goods, place = make_goods(), make_gallery_place().id
    item = make_stock(goods.variant_id, place, 3)
    hold(goods.variant_id, place, 2, None)
    with transaction() as session:  # as if a repair by hand had ended the hold without writing the ledger
        session.execute(update(Reservation).values(status=ReservationStatus.CONSUMED))
        session.execute(update(StockItem).values(reserved=0))
    assert queries.audit_stock(db.session()) == [Drift(item, "sold", -2, 0)]


def test_ledger_refuses_to_be_edited():
    make_stock(make_goods().variant_id, make_gallery_place().id, 3)
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(update(StockMovement).values(pieces=4))
