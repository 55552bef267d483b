"""Owners are paid for what a count, a transfer or a correction loses, where the gallery carries losses."""

import pytest

from gallery.accounts.permissions import Actor
from gallery.catalog.models import Variant
from gallery.consignment.services import transfers
from gallery.consignment.services.transfers import Counted
from gallery.consignment.states import LossBearer, MissingAs
from gallery.core.db import db, transaction
from gallery.inventory import services as inventory
from gallery.inventory.states import MovementReason
from gallery.settlement.models import JournalEntry, OwnerShare
from gallery.settlement.states import ShareKind
from gallery.stocktake import services as stocktake
from gallery.stocktake.models import Stocktake
from tests.factories.goods_out import make_consigned
from tests.factories.inventory import make_gallery_place, make_goods
from tests.factories.settlement import entries, findings, post, shares, sums
from tests.factories.stocktake import count_of, lines_of, make_shelf, make_stocktake

pytestmark = pytest.mark.usefixtures("app")
STAFF = Actor.system()
BORNE = {"loss_bearer": LossBearer.GALLERY}


def correct(item_id, pieces, reason=MovementReason.LOST):
    with transaction() as session:
        inventory.adjust(session, item_id, pieces, reason=reason, actor=STAFF)
    post()


def consigned(**terms):
    goods = make_goods("Lada Putih", price_idr=45_000)
    return make_consigned(goods, make_gallery_place().id, 10, **terms)


def test_pieces_that_a_stocktake_misses_are_paid_at_what_the_owner_would_have_got():
    shelf = make_shelf(4)
    goods = make_goods("Lada Putih", price_idr=45_000)
    item_id = make_consigned(goods, shelf.place_id, 10, owed_idr=30_000, **BORNE)
    take_id = make_stocktake(shelf)
    for item, pieces in ((shelf.items[0], 1), (item_id, 7)):
        count_of(take_id, item, pieces, shelf.counter)
    with transaction() as session:
        stocktake.close_count(session, take_id, actor=shelf.counter)
    with transaction() as session:
        for line in lines_of(take_id).values():
            stocktake.explain_line(session, take_id, line.id, reason=MovementReason.LOST, actor=shelf.approver)
    with transaction() as session:
        stocktake.approve_stocktake(session, take_id, tills_connected=True, actor=shelf.approver)
    post()
    assert entries() == ["pieces_lost"]  # goods without terms are their owner's risk
    assert shares() == [("lost", 3, 90_000, 90_000)]
    assert sums() == {("loss", "gallery"): 90_000, ("owners", "business"): -90_000}
    entry, take = db.session.query(JournalEntry).one(), db.session.get(Stocktake, take_id)
    assert (entry.document, entry.number) == (f"stocktake:{take.public_id}", take.number)
    assert findings() == []


def test_pieces_that_a_transfer_loses_are_paid_by_the_gallery_that_took_them_in():
    here, there = make_gallery_place(), make_gallery_place(village_code="19.02.01.1001", name="Tanjungpandan")
    place_id, there_id, gallery_id = here.id, there.id, here.gallery_id
    goods = make_goods("Lada Putih", price_idr=45_000)
    item_id = make_consigned(goods, place_id, 10, owed_idr=None, commission_bps=1_000, **BORNE)
    with transaction() as session:
        row = transfers.draft_transfer(session, place_id, there_id, {item_id: 6}, request_key="t1", actor=STAFF)
        transfer_id, line_id = row.id, row.lines[0].id
    with transaction() as session:
        transfers.send_transfer(session, transfer_id, carried_by="Kapal", actor=STAFF)
    with transaction() as session:
        counted = {line_id: Counted(4, MissingAs.LOST, "jatuh ke laut")}
        transfers.receive_transfer(session, transfer_id, counted, actor=STAFF)
    post()
    assert shares() == [("lost", 2, 81_000, 81_000)]
    assert db.session.query(OwnerShare).one().gallery_id == gallery_id
    assert findings() == []


@pytest.mark.parametrize("reason", [MovementReason.LOST, MovementReason.DAMAGED, MovementReason.EXPIRED])
def test_a_correction_pays_too_at_the_price_of_its_day(reason):
    item_id = consigned(owed_idr=None, commission_bps=0, **BORNE)
    correct(item_id, -2, reason)
    assert shares() == [("lost", 2, 90_000, 90_000)]
    with transaction() as session:
        session.query(Variant).update({Variant.price_idr: 60_000})
    assert findings() == []


@pytest.mark.parametrize("reason", [MovementReason.COUNT_CORRECTION, MovementReason.OWNER_RETURN])
def test_what_was_never_there_or_went_home_is_no_loss(reason):
    correct(consigned(owed_idr=30_000, **BORNE), -2, reason)
    assert entries() == []


def test_where_the_owner_carries_losses_nothing_is_paid():
    correct(consigned(owed_idr=30_000), -2)
    assert entries() == []


def test_what_turns_up_again_is_given_back_and_can_be_sold_again():
    item_id = consigned(owed_idr=30_000, **BORNE)
    correct(item_id, -3)
    correct(item_id, 2, MovementReason.COUNT_CORRECTION)
    assert shares() == [("lost", 3, 90_000, 90_000), ("lost", -2, -60_000, -60_000)]
    correct(item_id, 4, MovementReason.COUNT_CORRECTION)  # one of the three, and three that nobody missed
    assert shares()[-1] == ("lost", -1, -30_000, -30_000)
    correct(item_id, 1, MovementReason.COUNT_CORRECTION)
    assert sums() == {}
    assert entries() == ["pieces_lost", "pieces_found", "pieces_found", "pieces_found"]
    assert findings() == []
    assert {row.kind for row in db.session.query(OwnerShare)} == {ShareKind.LOST}


def test_broken_goods_do_not_turn_up_again():
    item_id = consigned(owed_idr=30_000, **BORNE)
    correct(item_id, -1, MovementReason.DAMAGED)
    correct(item_id, 1, MovementReason.COUNT_CORRECTION)
    assert entries() == ["pieces_lost"]
