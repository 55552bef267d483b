"""Receive, adjust, reserve, extend, release, consume, take back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.outbox import OutboxMessage
from gallery.inventory import services
from gallery.inventory.errors import (
    BelowReservedError,
    InsufficientStockError,
    InvalidQuantityError,
    ReservationLostError,
)
from gallery.inventory.models import Lot, Reservation, StockItem, StockMovement
from gallery.inventory.queries import audit_stock
from gallery.inventory.services import Wanted
from gallery.inventory.states import MovementReason, ReservationStatus
from tests.factories.inventory import make_gallery_place, make_goods, make_premises, make_stock, stock

pytestmark = pytest.mark.usefixtures("app")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ACTOR = Actor.system()
LATER = NOW + timedelta(hours=24)


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def place():
    return make_gallery_place().id


@pytest.fixture
def goods():
    return make_goods()


def hold(holder, *wanted, expires_at=LATER):
    with transaction() as session:
        return services.reserve(session, holder, [Wanted(*line) for line in wanted], expires_at=expires_at)


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def test_received_pieces_are_on_hand_with_one_movement(place, goods):
    item = make_stock(goods.variant_id, place, 12)
    movement = db.session.scalars(select(StockMovement)).one()
    assert stock(item) == (12, 0)
    assert (movement.pieces, movement.reason) == (12, MovementReason.RECEIVED)


def test_receipt_announces_variant_and_product(place, goods):
    make_stock(goods.variant_id, place)
    message = db.session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "stock.changed")).one()
    assert message.payload == {"variant_ids": [goods.variant_id], "product_ids": [goods.product_id]}


def test_same_request_key_receives_once(place, goods):
    for _ in range(2):
        with transaction() as session:
            services.receive(session, goods.variant_id, place, 5, request_key="r1", actor=ACTOR)
    assert db.session.scalars(select(StockItem.on_hand)).all() == [5]
    assert count(StockMovement) == 1


def test_equal_lots_are_one_and_carry_the_owner(place, goods):
    for _ in range(2):
        make_stock(goods.variant_id, place, 5)
        make_stock(goods.variant_id, place, 5, expires_on=date(2027, 1, 1))
    lots = db.session.execute(select(Lot.expires_on, Lot.business_id).order_by(Lot.id)).all()
    assert lots == [(None, goods.business_id), (date(2027, 1, 1), goods.business_id)]
    assert db.session.scalars(select(StockItem.on_hand)).all() == [10, 10]


@pytest.mark.parametrize("pieces", [0, -1])
def test_receipt_of_nothing_is_refused(place, goods, pieces):
    with pytest.raises(InvalidQuantityError), transaction() as session:
        services.receive(session, goods.variant_id, place, pieces, actor=ACTOR)
    assert count(StockMovement) == 0


def test_correction_never_takes_reserved_pieces(place, goods):
    item = make_stock(goods.variant_id, place, 5)
    hold("order:a", (goods.variant_id, place, 3))
    with pytest.raises(BelowReservedError) as refused, transaction() as session:
        services.adjust(session, item, -3, reason=MovementReason.DAMAGED, actor=ACTOR)
    assert (refused.value.on_hand, refused.value.reserved) == (5, 3)
    with transaction() as session:
        services.adjust(session, item, -2, reason=MovementReason.DAMAGED, note="basah", actor=ACTOR)
    assert stock(item) == (3, 3)


def test_correction_may_take_pieces_whose_hold_ran_out(place, goods):
    item = make_stock(goods.variant_id, place, 5)
    hold("order:a", (goods.variant_id, place, 5), expires_at=NOW - timedelta(seconds=1))
    with transaction() as session:
        services.adjust(session, item, -4, reason=MovementReason.LOST, actor=ACTOR)
    assert stock(item) == (1, 0)


def test_first_expired_goes_first_and_undated_last(place, goods):
    undated = make_stock(goods.variant_id, place, 2)
    late = make_stock(goods.variant_id, place, 2, expires_on=date(2027, 3, 1))
    soon = make_stock(goods.variant_id, place, 2, expires_on=date(2026, 12, 1))
    hold("order:a", (goods.variant_id, place, 5))
    assert (stock(soon), stock(late), stock(undated)) == ((2, 2), (2, 2), (2, 1))


def test_lots_past_their_date_are_never_sold(place, goods):
    # 24 November in the province: what expires today would arrive expired.
    today = make_stock(goods.variant_id, place, 9, expires_on=date(2026, 11, 24))
    tomorrow = make_stock(goods.variant_id, place, 1, expires_on=date(2026, 11, 25))
    with pytest.raises(InsufficientStockError) as refused:
        hold("order:a", (goods.variant_id, place, 2))
    assert [(s.wanted, s.available) for s in refused.value.shortages] == [(2, 1)]
    hold("order:b", (goods.variant_id, place, 1))
    assert (stock(today), stock(tomorrow)) == ((9, 0), (1, 1))


def test_all_lines_or_none(place, goods):
    other = make_goods("Getas")
    a, b = make_stock(goods.variant_id, place, 5), make_stock(other.variant_id, place, 1)
    with pytest.raises(InsufficientStockError) as refused:
        hold("order:a", (goods.variant_id, place, 5), (other.variant_id, place, 2))
    assert [(s.variant_id, s.place_id, s.available) for s in refused.value.shortages] == [(other.variant_id, place, 1)]
    assert (stock(a), stock(b), count(Reservation)) == ((5, 0), (1, 0), 0)


def test_lines_of_one_variant_are_summed_before_they_are_checked(place, goods):
    make_stock(goods.variant_id, place, 5)
    with pytest.raises(InsufficientStockError) as refused:
        hold("order:a", (goods.variant_id, place, 3), (goods.variant_id, place, 3))
    assert refused.value.shortages[0].wanted == 6


def test_unknown_variant_or_place_is_a_shortage_of_all(place, goods):
    with pytest.raises(InsufficientStockError) as refused:
        hold("order:a", (goods.variant_id, place, 3))
    assert refused.value.shortages[0].available == 0


def test_a_hold_that_ran_out_blocks_nobody(place, goods):
    item = make_stock(goods.variant_id, place, 3)
    hold("order:a", (goods.variant_id, place, 3), expires_at=NOW)
    hold("order:b", (goods.variant_id, place, 2))
    statuses = db.session.execute(select(Reservation.holder, Reservation.status).order_by(Reservation.id)).all()
    assert statuses == [("order:a", ReservationStatus.RELEASED), ("order:b", ReservationStatus.ACTIVE)]
    assert stock(item) == (3, 2)


def test_extend_keeps_the_pieces_past_the_old_deadline(place, goods, monkeypatch):
    make_stock(goods.variant_id, place, 3)
    hold("order:a", (goods.variant_id, place, 3))
    with transaction() as session:
        services.extend(session, "order:a", None)
    monkeypatch.setattr(clock, "now", lambda: LATER + timedelta(days=1))
    with pytest.raises(InsufficientStockError):
        hold("order:b", (goods.variant_id, place, 1))


def test_extend_says_when_the_pieces_are_gone(place, goods):
    make_stock(goods.variant_id, place, 3)
    hold("order:a", (goods.variant_id, place, 3), expires_at=NOW)
    hold("order:b", (goods.variant_id, place, 1))
    for unknown in ("order:a", "order:x"):
        with pytest.raises(ReservationLostError), transaction() as session:
            services.extend(session, unknown, None)


def test_release_frees_the_pieces_once(place, goods):
    item = make_stock(goods.variant_id, place, 3)
    hold("order:a", (goods.variant_id, place, 3))
    for _ in range(2):
        with transaction() as session:
            services.release(session, "order:a")
    assert stock(item) == (3, 0)


def test_consume_takes_the_pieces_out_once(place, goods):
    item = make_stock(goods.variant_id, place, 3)
    hold("order:a", (goods.variant_id, place, 2))
    for _ in range(2):
        with transaction() as session:
            services.consume(session, "order:a", place_id=place, actor=ACTOR)
    assert stock(item) == (1, 0)
    sold = db.session.scalars(select(StockMovement).where(StockMovement.pieces < 0)).one()
    assert (sold.pieces, sold.reason, sold.document) == (-2, MovementReason.SOLD, "order:a")


def test_consume_touches_only_its_place(place, goods):
    home = make_premises(goods.business_id).id
    here, there = make_stock(goods.variant_id, place, 3), make_stock(goods.variant_id, home, 3)
    hold("order:a", (goods.variant_id, place, 1), (goods.variant_id, home, 2))
    with transaction() as session:
        services.consume(session, "order:a", place_id=home, actor=ACTOR)
    assert (stock(here), stock(there)) == ((3, 1), (1, 0))


def test_nothing_held_can_not_be_consumed(place, goods):
    make_stock(goods.variant_id, place, 3)
    with pytest.raises(ReservationLostError), transaction() as session:
        services.consume(session, "order:a", place_id=place, actor=ACTOR)


def test_returned_pieces_are_back_in_their_lot_once(place, goods):
    item = make_stock(goods.variant_id, place, 3, expires_on=date(2027, 1, 1))
    hold("order:a", (goods.variant_id, place, 2))
    with transaction() as session:
        services.consume(session, "order:a", place_id=place, actor=ACTOR)
    for _ in range(2):
        with transaction() as session:
            services.take_back(session, "order:a", place_id=place, actor=ACTOR)
    assert stock(item) == (3, 0)
    assert audit_stock(db.session()) == []


def test_sweeper_tidies_what_ran_out(place, goods):
    item = make_stock(goods.variant_id, place, 3)
    hold("order:b", (goods.variant_id, place, 1))
    hold("order:a", (goods.variant_id, place, 1), expires_at=NOW)
    with transaction() as session:
        assert services.release_expired(session) == 1
    assert stock(item) == (3, 1)
