"""Pieces that leave over the counter: free ones first, then the till's own lease."""

from datetime import date

import pytest
from sqlalchemy import func, select, update

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.locks import lock_rows
from gallery.inventory import services
from gallery.inventory.errors import InsufficientStockError, InvalidQuantityError, ReservationLostError
from gallery.inventory.models import Lot, Reservation, StockItem, StockMovement
from gallery.inventory.queries import audit_stock, broken_links
from gallery.inventory.services import Pick, Wanted, lots
from gallery.inventory.states import LotBlock, ReservationStatus
from tests.factories.inventory import make_gallery_place, make_goods, make_stock, stock

ACTOR = Actor.system()
SOON, LATER = date(2027, 1, 5), date(2027, 6, 1)


@pytest.fixture
def shelf(app):
    goods, place = make_goods(), make_gallery_place()
    later = make_stock(goods.variant_id, place.id, 5, expires_on=LATER)
    soon = make_stock(goods.variant_id, place.id, 3, expires_on=SOON)
    return goods.variant_id, place.id, soon, later


def lot_of(item_id):
    return db.session.get(StockItem, item_id).lot_id


def sell(place_id, *picks, document="sale:a", lease=None):
    with transaction() as session:
        return services.sell(session, place_id, picks, document=document, lease=lease, actor=ACTOR)


def assert_books_agree():
    assert audit_stock(db.session()) == []
    assert broken_links(db.session()) == []


def test_pieces_that_expire_first_leave_first(shelf):
    variant, place, soon, later = shelf
    sold = sell(place, Pick(variant, 4))
    assert {row.stock_item_id: row.pieces for row in sold} == {soon: 3, later: 1}
    assert (stock(soon), stock(later)) == ((0, 0), (4, 0))
    assert_books_agree()


def test_a_scanned_lot_is_the_lot_that_leaves(shelf):
    variant, place, soon, later = shelf
    sell(place, Pick(variant, 2, lot_id=lot_of(later)), Pick(variant, 3))
    assert (stock(soon), stock(later)) == ((0, 0), (3, 0))


def test_a_named_lot_is_served_before_those_who_take_any(shelf):
    variant, place, soon, later = shelf
    sell(place, Pick(variant, 5), Pick(variant, 3, lot_id=lot_of(soon)))
    assert (stock(soon), stock(later)) == ((0, 0), (0, 0))


def test_nothing_is_sold_when_one_line_falls_short(shelf):
    variant, place, soon, later = shelf
    with pytest.raises(InsufficientStockError) as refused:
        sell(place, Pick(variant, 9))
    assert [(s.wanted, s.available) for s in refused.value.shortages] == [(9, 8)]
    assert (stock(soon), stock(later)) == ((3, 0), (5, 0))


def test_what_buyers_hold_is_not_sold(shelf):
    variant, place, soon, _later = shelf
    with transaction() as session:
        services.reserve(session, "order:x", [Wanted(variant, place, 6)], expires_at=None)
    with pytest.raises(InsufficientStockError):
        sell(place, Pick(variant, 3))
    sell(place, Pick(variant, 2))
    assert stock(soon) == (3, 3)
    assert_books_agree()


def test_a_till_sells_its_own_lease_after_what_is_free(shelf):
    variant, place, soon, later = shelf
    with transaction() as session:
        services.reserve_items(session, "lease:a", {soon: 3}, expires_at=None)
    sell(place, Pick(variant, 7), lease="lease:a")
    assert (stock(soon), stock(later)) == ((1, 1), (0, 0))
    assert_books_agree()


def test_another_tills_lease_is_not_sold(shelf):
    variant, place, soon, _later = shelf
    with transaction() as session:
        services.reserve_items(session, "lease:a", {soon: 3}, expires_at=None)
    with pytest.raises(InsufficientStockError):
        sell(place, Pick(variant, 6), lease="lease:b")


def test_blocked_lots_are_not_sold_and_not_reserved(shelf):
    variant, place, soon, later = shelf
    with transaction() as session:
        services.block_lot(session, lot_of(soon), reason=LotBlock.RECALLED, note="uji", actor=ACTOR)
    with pytest.raises(InsufficientStockError):
        sell(place, Pick(variant, 6))
    with pytest.raises(InsufficientStockError), transaction() as session:
        services.reserve(session, "order:x", [Wanted(variant, place, 6)], expires_at=None)
    assert (stock(soon), stock(later)) == ((3, 0), (5, 0))


def test_no_pieces_are_no_sale(shelf):
    variant, place, *_ = shelf
    with pytest.raises(InvalidQuantityError):
        sell(place, Pick(variant, 0))


def test_leased_pieces_sold_without_a_connection_keep_their_time_and_the_rest_of_the_lease(shelf):
    _variant, _place, soon, _later = shelf
    at = clock.now()
    with transaction() as session:
        services.reserve_items(session, "lease:a", {soon: 3}, expires_at=None)
    with transaction() as session:
        services.sell_held(session, "lease:a", {soon: 2}, document="sale:b", happened_at=at, actor=ACTOR)
    assert stock(soon) == (1, 1)
    movement = db.session.scalar(select(StockMovement).where(StockMovement.document == "sale:b"))
    assert (movement.pieces, movement.happened_at) == (-2, at)
    assert_books_agree()


def test_more_than_the_lease_holds_is_refused(shelf):
    _variant, _place, soon, _later = shelf
    with transaction() as session:
        services.reserve_items(session, "lease:a", {soon: 1}, expires_at=None)
    with pytest.raises(ReservationLostError), transaction() as session:
        services.sell_held(session, "lease:a", {soon: 2}, document="sale:b", happened_at=clock.now(), actor=ACTOR)
    assert stock(soon) == (3, 1)


def test_a_lease_takes_all_its_rows_or_none(shelf):
    _variant, _place, soon, later = shelf
    with pytest.raises(InsufficientStockError), transaction() as session:
        services.reserve_items(session, "lease:a", {soon: 2, later: 6}, expires_at=None)
    assert (stock(soon), stock(later)) == ((3, 0), (5, 0))


def test_holds_move_to_other_lots_when_theirs_is_recalled(shelf):
    variant, place, soon, later = shelf
    with transaction() as session:
        services.reserve(session, "order:x", [Wanted(variant, place, 3)], expires_at=None)
        left = services.block_lot(session, lot_of(soon), reason=LotBlock.RECALLED, note="", actor=ACTOR)
    assert left == []
    assert (stock(soon), stock(later)) == ((3, 0), (5, 3))
    assert_books_agree()


def test_what_no_other_lot_can_serve_is_named_and_stays_held(shelf):
    variant, place, soon, later = shelf
    with transaction() as session:
        services.reserve(session, "order:x", [Wanted(variant, place, 8)], expires_at=None)
    with transaction() as session:
        left = services.block_lot(session, lot_of(soon), reason=LotBlock.RECALLED, note="", actor=ACTOR)
    assert [(row.holder, row.stock_item_id, row.pieces) for row in left] == [("order:x", soon, 3)]
    assert (stock(soon), stock(later)) == ((3, 3), (5, 5))
    assert_books_agree()


def test_a_lot_that_is_free_again_is_sold(shelf):
    variant, place, soon, _later = shelf
    with transaction() as session:
        services.block_lot(session, lot_of(soon), reason=LotBlock.QUALITY, note="", actor=ACTOR)
    with transaction() as session:
        services.unblock_lot(session, lot_of(soon), actor=ACTOR)
    sell(place, Pick(variant, 8))
    assert db.session.get(Lot, lot_of(soon)).blocked_as is None


def test_holds_on_lots_that_ran_out_move_on(shelf, monkeypatch):
    variant, place, soon, later = shelf
    with transaction() as session:
        services.reserve(session, "order:x", [Wanted(variant, place, 2)], expires_at=None)
    monkeypatch.setattr(clock, "today", lambda: SOON)
    with transaction() as session:
        assert services.reseat_unsellable(session, place) == []
    assert (stock(soon), stock(later)) == ((3, 0), (5, 2))
    kept = select(func.sum(Reservation.pieces)).where(Reservation.status == ReservationStatus.ACTIVE)
    assert db.session.scalar(kept) == 2


def test_a_lot_that_another_person_unblocked_while_we_waited_for_its_rows_is_blocked_again(shelf, monkeypatch):
    variant, _place, soon, _later = shelf
    lot_id = lot_of(soon)
    with transaction() as session:
        services.block_lot(session, lot_id, reason=LotBlock.RECALLED, note="satu", actor=ACTOR)

    def locked_late(session, model, ids):
        session.connection().execute(update(Lot.__table__).where(Lot.id == lot_id).values(blocked_as=None))
        return lock_rows(session, model, ids)

    monkeypatch.setattr(lots, "lock_rows", locked_late)
    with transaction() as session:
        services.block_lot(session, lot_id, reason=LotBlock.RECALLED, note="dua", actor=ACTOR)
    lot = db.session.get(Lot, lot_id, populate_existing=True)
    assert (lot.variant_id, lot.blocked_as, lot.block_note) == (variant, LotBlock.RECALLED, "dua")
