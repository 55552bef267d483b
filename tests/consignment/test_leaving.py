"""Goods that leave: returns, write-offs, transfers. What is put aside is sold by nobody, and leaves once."""

from datetime import timedelta

import pytest

from gallery.accounts.permissions import Actor
from gallery.consignment.errors import (
    NothingChosenError,
    OtherOwnersGoodsError,
    SamePlaceError,
    SecondPersonError,
    UncountedLineError,
)
from gallery.consignment.models import OwnerReturn, Transfer, WriteOff
from gallery.consignment.queries.papers import write_off_facts
from gallery.consignment.services import returns, transfers, write_offs
from gallery.consignment.services.transfers import Counted
from gallery.consignment.services.write_offs import Loss
from gallery.consignment.states import LossBearer, MissingAs, OwnerReturnStatus, TransferStatus, WriteOffStatus
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import InvalidTransitionError
from gallery.inventory import services as inventory
from gallery.inventory.errors import BelowReservedError, InsufficientStockError
from gallery.inventory.models import Paper, Place, PlaceKind, StockItem, StockMovement
from gallery.inventory.queries import audit_stock, available, broken_links
from gallery.inventory.services import Pick, Wanted
from gallery.inventory.states import LotBlock, MovementReason
from tests.factories.accounts import make_user
from tests.factories.goods_out import make_consigned
from tests.factories.inventory import BELITUNG, make_gallery_place, make_goods, make_stock, stock

SYSTEM = Actor.system()


def actor(user_id: int) -> Actor:
    return Actor(user_id=user_id)


@pytest.fixture
def place_id(app) -> int:
    return make_gallery_place().id


@pytest.fixture
def goods(app):
    return make_goods()


def prepare(goods, place_id, pieces, key="k1") -> int:
    with transaction() as session:
        return returns.prepare_return(
            session, place_id, goods.business_id, pieces, request_key=key, actor=SYSTEM
        ).id  # fmt: skip


def moved(document_prefix: str) -> list[tuple[int, str]]:
    rows = db.session.query(StockMovement).filter(StockMovement.document.startswith(document_prefix))
    return [(row.pieces, row.reason.value) for row in rows.order_by(StockMovement.id)]


def is_sound() -> bool:
    db.session.rollback()
    return audit_stock(db.session()) == [] and broken_links(db.session()) == []


# Returns


def test_pieces_of_a_return_are_sold_by_nobody_and_leave_with_the_owner(place_id, goods):
    item = make_consigned(goods, place_id, 5)
    return_id = prepare(goods, place_id, {item: 4})
    assert stock(item) == (5, 4)
    with pytest.raises(InsufficientStockError), transaction() as session:
        inventory.sell(session, place_id, [Pick(goods.variant_id, 2)], document="sale:x", actor=SYSTEM)
    with transaction() as session:
        row = returns.hand_over_return(session, return_id, collected_by="Bu Siti", actor=SYSTEM)
        assert row.number is not None
    assert stock(item) == (1, 0)
    assert moved("return:") == [(-4, "owner_return")]
    paper = db.session.query(Paper).filter_by(kind="owner_return").one()
    assert paper.summary == {"lines": 1, "pieces": 4, "total_idr": 4 * 36_000}
    assert paper.number.startswith("TPB-")
    assert is_sound()


def test_a_return_takes_nothing_that_a_buyer_holds(place_id, goods):
    item = make_stock(goods.variant_id, place_id, 5)
    with transaction() as session:
        inventory.reserve(session, "order:a", [Wanted(goods.variant_id, place_id, 3)], expires_at=None)
    with pytest.raises(BelowReservedError):
        prepare(goods, place_id, {item: 3})
    assert stock(item) == (5, 3)
    assert db.session.query(OwnerReturn).count() == 0


def test_expired_and_blocked_lots_go_back_too_and_stay_put_aside_when_blocked(place_id, goods):
    old = make_stock(goods.variant_id, place_id, 3, expires_on=clock.today())
    good = make_stock(goods.variant_id, place_id, 3, expires_on=clock.today() + timedelta(days=90))
    lot_id = db.session.get_one(StockItem, good).lot_id
    return_id = prepare(goods, place_id, {old: 3, good: 2})
    other = make_stock(goods.variant_id, place_id, 9, expires_on=clock.today() + timedelta(days=200))
    with transaction() as session:
        left = inventory.block_lot(session, lot_id, reason=LotBlock.RECALLED, note="", actor=SYSTEM)
    assert left == []  # nobody waits for these pieces: they go home
    assert (stock(old), stock(good), stock(other)) == ((3, 3), (3, 2), (9, 0))
    with transaction() as session:
        inventory.reseat_unsellable(session, place_id)
    with transaction() as session:
        returns.hand_over_return(session, return_id, collected_by="Pak Udin", actor=SYSTEM)
    assert (stock(old), stock(good), stock(other)) == ((0, 0), (1, 0), (9, 0))
    assert is_sound()


def test_a_cancelled_return_frees_its_pieces_and_is_never_handed_over(place_id, goods):
    item = make_stock(goods.variant_id, place_id, 5)
    return_id = prepare(goods, place_id, {item: 5})
    for _ in range(2):
        with transaction() as session:
            returns.cancel_return(session, return_id, actor=SYSTEM)
    assert stock(item) == (5, 0)
    with pytest.raises(InvalidTransitionError), transaction() as session:
        returns.hand_over_return(session, return_id, collected_by="x", actor=SYSTEM)
    assert stock(item) == (5, 0)


def test_the_same_form_twice_is_one_return_and_one_handing_over(place_id, goods):
    item = make_stock(goods.variant_id, place_id, 5)
    first, second = prepare(goods, place_id, {item: 2}), prepare(goods, place_id, {item: 2})
    assert first == second
    for _ in range(2):
        with transaction() as session:
            returns.hand_over_return(session, first, collected_by="Bu Siti", actor=SYSTEM)
    assert stock(item) == (3, 0)
    assert db.session.query(Paper).count() == 1
    assert db.session.get_one(OwnerReturn, first).status is OwnerReturnStatus.HANDED_OVER


def test_a_return_is_about_one_owner_in_one_place(place_id, goods):
    foreign = make_stock(make_goods("Getas").variant_id, place_id, 5)
    elsewhere = make_stock(goods.variant_id, make_gallery_place(BELITUNG).id, 5)
    for item in (foreign, elsewhere):
        with pytest.raises(OtherOwnersGoodsError):
            prepare(goods, place_id, {item: 1})
        assert stock(item) == (5, 0)
    with pytest.raises(NothingChosenError):
        prepare(goods, place_id, {})


# Write-offs


def report(goods, place_id, losses, *, user_id=None, key="w1") -> int:
    who = actor(user_id) if user_id else SYSTEM
    with transaction() as session:
        return write_offs.prepare_write_off(
            session, place_id, goods.business_id, losses, request_key=key, actor=who
        ).id  # fmt: skip


def test_a_loss_needs_a_second_person_and_has_its_value_and_bearer(place_id, goods):
    priced = make_consigned(goods, place_id, 5, owed_idr=30_000, loss_bearer=LossBearer.GALLERY)
    shared = make_consigned(
        goods, place_id, 5, commission_bps=1_000, expires_on=clock.today() + timedelta(days=9)
    )  # fmt: skip
    staff, manager = make_user().id, make_user().id
    losses = [Loss(priced, 2, MovementReason.DAMAGED), Loss(shared, 1, MovementReason.LOST)]
    loss_id = report(goods, place_id, losses, user_id=staff)
    assert (stock(priced), stock(shared)) == ((5, 2), (5, 1))
    with pytest.raises(SecondPersonError), transaction() as session:
        write_offs.approve_write_off(session, loss_id, actor=actor(staff))
    assert (stock(priced), stock(shared)) == ((5, 2), (5, 1))
    for _ in range(2):
        with transaction() as session:
            write_offs.approve_write_off(session, loss_id, actor=actor(manager))
    assert (stock(priced), stock(shared)) == ((3, 0), (4, 0))
    assert sorted(moved("write_off:")) == [(-2, "damaged"), (-1, "lost")]
    row = db.session.get_one(WriteOff, loss_id)
    facts, summary = write_off_facts(db.session(), row)
    assert summary == {"lines": 2, "pieces": 3, "total_idr": 2 * 30_000 + 40_500}
    assert [line["loss_bearer"] for line in facts["lines"]] == ["gallery", "owner"]
    assert row.number is not None
    assert row.number.startswith("BAP-")
    assert is_sound()


def test_a_refused_loss_leaves_everything_as_it_was(place_id, goods):
    item = make_stock(goods.variant_id, place_id, 5)
    loss_id = report(goods, place_id, [Loss(item, 5, MovementReason.EXPIRED)])
    with transaction() as session:
        write_offs.refuse_write_off(session, loss_id, note="salah hitung", actor=SYSTEM)
    assert stock(item) == (5, 0)
    assert db.session.get_one(WriteOff, loss_id).status is WriteOffStatus.REFUSED
    assert moved("write_off:") == []


# Transfers


@pytest.fixture
def far_id(app) -> int:
    return make_gallery_place(BELITUNG, name="Galeri PLUT Belitung").id


def draft(place_id, far_id, pieces, key="t1") -> int:
    with transaction() as session:
        return transfers.draft_transfer(session, place_id, far_id, pieces, request_key=key, actor=SYSTEM).id


def send(transfer_id: int) -> None:
    with transaction() as session:
        transfers.send_transfer(session, transfer_id, carried_by="Express Bahari", actor=SYSTEM)


def receive(transfer_id: int, *counts: Counted) -> None:
    lines = db.session.get_one(Transfer, transfer_id).lines
    by_line = {line.id: count for line, count in zip(lines, counts, strict=False)}
    with transaction() as session:
        transfers.receive_transfer(session, transfer_id, by_line, actor=SYSTEM)


def on_the_way() -> int:
    rows = db.session.query(StockItem).join(Place, Place.id == StockItem.place_id)
    return sum(row.on_hand for row in rows.filter(Place.kind == PlaceKind.TRANSIT))


def at(place_id: int) -> int:
    db.session.rollback()
    return sum(row.on_hand for row in db.session.query(StockItem).filter_by(place_id=place_id))


def test_nothing_is_sold_while_it_is_on_the_way(place_id, far_id, goods):
    make_consigned(goods, place_id, 5)
    item = db.session.query(StockItem).one().id
    transfer_id = draft(place_id, far_id, {item: 5})
    assert available(db.session(), [goods.variant_id]) == {(goods.variant_id, place_id): 5}
    send(transfer_id)
    send(transfer_id)
    assert (at(place_id), on_the_way(), at(far_id)) == (0, 5, 0)
    assert available(db.session(), [goods.variant_id]) == {}
    receive(transfer_id, Counted(5))
    receive(transfer_id, Counted(5))
    assert (at(place_id), on_the_way(), at(far_id)) == (0, 0, 5)
    assert available(db.session(), [goods.variant_id]) == {(goods.variant_id, far_id): 5}
    assert db.session.query(Paper).filter_by(kind="transfer").one().number.startswith("SJ-")
    assert is_sound()


def test_what_is_missing_is_lost_with_a_reason_or_back_at_the_sender(place_id, far_id, goods):
    first, second = make_stock(goods.variant_id, place_id, 6), make_stock(make_goods("Getas").variant_id, place_id, 4)
    transfer_id = draft(place_id, far_id, {first: 6, second: 4})
    send(transfer_id)
    for wrong in (
        [Counted(6)],  # the second line is not counted
        [Counted(6), Counted(3)],  # a gap without a word
        [Counted(6), Counted(3, MissingAs.LOST)],  # a loss without a reason
        [Counted(7), Counted(4)],  # more than was sent
    ):
        with pytest.raises(UncountedLineError):
            receive(transfer_id, *wrong)
    assert (at(place_id), on_the_way(), at(far_id)) == (0, 10, 0)
    receive(transfer_id, Counted(4, MissingAs.WENT_BACK), Counted(3, MissingAs.LOST, "basah kena air laut"))
    assert (at(place_id), on_the_way(), at(far_id)) == (2, 0, 7)
    lost = db.session.query(StockMovement).filter_by(reason=MovementReason.LOST).one()
    assert (lost.pieces, lost.note) == (-1, "basah kena air laut")
    assert is_sound()


def test_pieces_that_were_sold_since_the_draft_stop_the_sending(place_id, far_id, goods):
    first, second = make_stock(goods.variant_id, place_id, 6), make_stock(make_goods("Getas").variant_id, place_id, 4)
    transfer_id = draft(place_id, far_id, {first: 6, second: 4})
    with transaction() as session:
        inventory.sell(session, place_id, [Pick(goods.variant_id, 1)], document="sale:x", actor=SYSTEM)
    with pytest.raises(BelowReservedError):
        send(transfer_id)
    assert (at(place_id), on_the_way()) == (9, 0)
    assert db.session.get_one(Transfer, transfer_id).status is TransferStatus.DRAFT


def test_a_transfer_goes_to_another_gallery(place_id, goods):
    item = make_stock(goods.variant_id, place_id, 6)
    with pytest.raises(SamePlaceError):
        draft(place_id, place_id, {item: 1})


def test_what_was_sent_is_not_cancelled(place_id, far_id, goods):
    item = make_stock(goods.variant_id, place_id, 6)
    transfer_id = draft(place_id, far_id, {item: 6})
    send(transfer_id)
    with pytest.raises(InvalidTransitionError), transaction() as session:
        transfers.cancel_transfer(session, transfer_id, actor=SYSTEM)
    assert on_the_way() == 6
