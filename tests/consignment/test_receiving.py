"""Unpacking: counts add up, finishing brings every piece into stock once, one receipt for each owner."""

import pytest
from sqlalchemy import func, select

from gallery.accounts.permissions import EVERYTHING
from gallery.consignment import services
from gallery.consignment.errors import (
    CountBelowZeroError,
    NothingReceivedError,
    ReasonMissingError,
    ReceivingClosedError,
    ReceivingIncompleteError,
)
from gallery.consignment.models import ConsignmentNote, Receipt, Receiving, ReceivingCount
from gallery.consignment.queries.receipts import whole_receipt
from gallery.consignment.queries.receiving import counted_lines
from gallery.consignment.services import Count
from gallery.consignment.states import NoteStatus, ReceivingStatus, RejectedAs
from gallery.core.db import db, transaction
from gallery.inventory.models import Lot, Paper, StockItem, StockMovement
from gallery.inventory.queries import audit_stock, broken_links, paper_by_code
from gallery.inventory.services import digest_of
from tests.factories.consignment import (
    SYSTEM,
    describe,
    finish,
    in_days,
    key,
    make_note,
    make_receipt,
    make_receiving,
    scan,
)
from tests.factories.inventory import make_business, make_gallery_place, make_goods


def counted(receiving):
    db.session.rollback()
    return [(one.taken, one.rejected) for one in counted_lines(db.session(), db.session.get(Receiving, receiving.id))]


def on_hand():
    db.session.rollback()
    return db.session.scalar(select(func.coalesce(func.sum(StockItem.on_hand), 0)))


def test_a_scan_sent_again_counts_once(app):
    goods = make_goods()
    receiving = make_receiving(make_note((goods, 10)))
    for _ in range(3):
        scan(receiving.id, goods, 4, scan_key="one")
    scan(receiving.id, goods, 1, scan_key="two")
    assert counted(receiving) == [(5, 0)]


def test_two_who_begin_at_once_share_one_unpacking(app):
    note = make_note()
    assert make_receiving(note).id == make_receiving(note).id


def test_scans_fill_the_first_line_that_still_waits(app):
    goods = make_goods()
    receiving = make_receiving(make_note((goods, 2), (goods, 3)))
    for _ in range(6):
        scan(receiving.id, goods)
    assert counted(receiving) == [(2, 0), (4, 0)]


def test_a_correction_takes_back_but_not_below_nothing(app):
    goods = make_goods()
    receiving = make_receiving(make_note((goods, 10)))
    line = scan(receiving.id, goods, 5)
    with transaction() as session:
        services.count_line(session, receiving.id, line, Count(key(), -2), actor=SYSTEM)
    with pytest.raises(CountBelowZeroError), transaction() as session:
        services.count_line(session, receiving.id, line, Count(key(), -4), actor=SYSTEM)
    assert counted(receiving) == [(3, 0)]


def test_finishing_twice_brings_every_piece_in_once(app):
    goods = make_goods(price_idr=45_000)
    note = make_note((goods, 10))
    receiving = make_receiving(note)
    scan(receiving.id, goods, 8)
    scan(receiving.id, goods, 2, reject_reason=RejectedAs.BROKEN)
    first, second = finish(receiving.id), finish(receiving.id)

    assert [one.id for one in first] == [one.id for one in second]
    assert on_hand() == 8
    receipt = db.session.scalars(select(Receipt)).one()
    movement = db.session.scalars(select(StockMovement)).one()
    assert (movement.pieces, movement.document) == (8, f"receipt:{receipt.public_id}")
    line = receipt.lines[0]
    assert (line.pieces, line.rejected_pieces, line.reject_reason) == (8, 2, RejectedAs.BROKEN)
    assert (line.price_idr, line.consignor_price_idr) == (45_000, 40_500)
    lot = db.session.get(Lot, line.lot_id)
    assert (lot.intake, lot.business_id) == (f"receipt_line:{line.public_id}", goods.business_id)
    assert db.session.get(ConsignmentNote, note.id).status is NoteStatus.CLOSED
    assert audit_stock(db.session()) == []
    assert broken_links(db.session()) == []


def test_what_did_not_come_is_expected_the_next_time(app):
    goods = make_goods()
    note = make_note((goods, 10))
    first = make_receiving(note)
    scan(first.id, goods, 6)
    finish(first.id)
    assert db.session.get(ConsignmentNote, note.id).status is NoteStatus.PARTLY_RECEIVED
    second = make_receiving(note)
    assert [one.line.expected for one in counted_lines(db.session(), second)] == [4]
    scan(second.id, goods, 4)
    finish(second.id)
    assert db.session.get(ConsignmentNote, note.id, populate_existing=True).status is NoteStatus.CLOSED
    assert on_hand() == 10
    assert db.session.scalar(select(func.count()).select_from(Lot)) == 2


def test_a_collective_note_gives_one_receipt_to_each_owner(app):
    one, two = make_goods("Lada"), make_goods("Getas", business_id=make_business(district_code="19.71").id)
    note = make_note((one, 3), (two, 4), (one, 1), district_code="19.71")
    receiving = make_receiving(note)
    scan(receiving.id, one, 3)
    scan(receiving.id, one, 1)
    scan(receiving.id, two, 4)
    receipts = finish(receiving.id)
    assert {receipt.business_id: sum(line.pieces for line in receipt.lines) for receipt in receipts} == {
        one.business_id: 4,
        two.business_id: 4,
    }
    assert sorted(receipt.number[-4:] for receipt in receipts) == ["0001", "0002"]


def test_nothing_counted_gives_no_receipt(app):
    receiving = make_receiving(make_note())
    with pytest.raises(NothingReceivedError):
        finish(receiving.id)
    assert db.session.get(Receiving, receiving.id, populate_existing=True).status is ReceivingStatus.OPEN


def test_too_short_a_date_is_refused_until_a_manager_says_why(app):
    goods = make_goods()
    receiving = make_receiving(gallery_id=make_gallery_place().gallery_id)
    line = scan(receiving.id, goods, 2)
    describe(receiving.id, line, expires_on=in_days(59))
    with pytest.raises(ReceivingIncompleteError) as refused:
        finish(receiving.id)
    assert [(problem.code, problem.day) for problem in refused.value.problems] == [("too_short", in_days(60))]
    assert on_hand() == 0

    with pytest.raises(ReasonMissingError), transaction() as session:
        services.accept_short_life(session, receiving.id, line, " ", actor=SYSTEM)
    with transaction() as session:
        services.accept_short_life(session, receiving.id, line, "Habis sebelum Lebaran", actor=SYSTEM)
    describe(receiving.id, line, expires_on=in_days(40))  # the exception was for another date
    with pytest.raises(ReceivingIncompleteError):
        finish(receiving.id)
    with transaction() as session:
        services.accept_short_life(session, receiving.id, line, "Habis sebelum Lebaran", actor=SYSTEM)
    finish(receiving.id)
    assert on_hand() == 2


@pytest.mark.parametrize("days", [0, -1])
def test_what_is_over_today_is_taken_by_nobody(app, days):
    receiving = make_receiving(gallery_id=make_gallery_place().gallery_id)
    line = scan(receiving.id, make_goods(), 2)
    describe(receiving.id, line, expires_on=in_days(days))
    with transaction() as session:
        services.accept_short_life(session, receiving.id, line, "coba", actor=SYSTEM)
    with pytest.raises(ReceivingIncompleteError) as refused:
        finish(receiving.id)
    assert [problem.code for problem in refused.value.problems] == ["expired"]
    assert on_hand() == 0


def test_rejected_pieces_alone_give_a_receipt_without_a_lot(app):
    receiving = make_receiving(gallery_id=make_gallery_place().gallery_id)
    scan(receiving.id, make_goods(), 3, reject_reason=RejectedAs.BAD_LABEL)
    line = finish(receiving.id)[0].lines[0]
    assert (line.pieces, line.rejected_pieces, line.lot_id) == (0, 3, None)
    assert on_hand() == 0


def test_a_finished_or_abandoned_unpacking_takes_no_more_scans(app):
    goods = make_goods()
    done = make_receiving(make_note((goods, 1)))
    scan(done.id, goods)
    finish(done.id)
    given_up = make_receiving(make_note((goods, 1)))
    with transaction() as session:
        services.abandon_receiving(session, given_up.id, actor=SYSTEM)
    for receiving in (done, given_up):
        with pytest.raises(ReceivingClosedError):
            scan(receiving.id, goods)
    with pytest.raises(ReceivingClosedError):
        finish(given_up.id)
    assert db.session.scalar(select(func.count()).select_from(ReceivingCount)) == 1


def test_the_paper_proves_what_the_receipt_states(app):
    receipt = make_receipt(make_goods(price_idr=45_000), 7)
    whole = whole_receipt(db.session(), receipt.public_id, EVERYTHING)
    paper = db.session.get(Paper, receipt.paper_id)
    assert paper.number == receipt.number
    assert paper.digest == digest_of(whole.facts)
    assert paper.summary == {"pieces": 7, "rejected": 0, "owed_idr": 7 * 40_500, "lines": 1}
    typed = f"{paper.check_code[:5]}-{paper.check_code[5:]}".upper().replace("0", "O").replace("1", "I")
    assert paper_by_code(db.session(), typed).id == paper.id
