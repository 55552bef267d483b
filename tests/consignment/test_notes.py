"""Notes: drafts are edited, what was sent is called back or cancelled until something was received."""

import pytest
from sqlalchemy import select

from gallery.consignment import services
from gallery.consignment.errors import AlreadyReceivingError, EmptyNoteError, ForeignVariantError, NoteNotEditableError
from gallery.consignment.models import ConsignmentNote, NoteLine
from gallery.consignment.services import NoteFacts, NoteLineFacts
from gallery.consignment.states import NoteStatus
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.errors import InvalidTransitionError
from gallery.inventory.errors import InvalidQuantityError
from tests.factories.consignment import SYSTEM, finish, make_note, make_receiving, scan
from tests.factories.inventory import make_business, make_gallery_place, make_goods


def do(verb, note, *args, **given):
    with transaction() as session:
        return getattr(services, verb)(session, note.id, *args, actor=SYSTEM, **given)


def lines(note):
    rows = select(NoteLine).where(NoteLine.note_id == note.id).order_by(NoteLine.position)
    return [(row.variant_id, row.pieces, row.lot_code, row.expires_on) for row in db.session.scalars(rows)]


def status(note):
    db.session.rollback()
    return db.session.get(ConsignmentNote, note.id, populate_existing=True).status


def test_sending_gives_a_number_that_stays(app):
    note = make_note()
    number = note.number
    assert number.startswith("STB-G")
    assert number.endswith("-0001")
    do("call_back_note", note)
    assert status(note) is NoteStatus.DRAFT
    do("send_note", note)
    do("send_note", note)
    assert db.session.get(ConsignmentNote, note.id).number == number
    assert make_note(gallery_id=note.gallery_id).number[-4:] == "0002"


def test_a_note_without_a_line_is_not_sent(app):
    business, gallery_id = make_business(), make_gallery_place().gallery_id
    with transaction() as session:
        facts = NoteFacts(gallery_id, business_id=business.id)
        note = services.create_note(session, facts, actor=SYSTEM)
    with pytest.raises(EmptyNoteError):
        do("send_note", note)
    assert status(note) is NoteStatus.DRAFT


def test_only_own_goods_are_on_a_note(app):
    mine, foreign = make_goods(), make_goods(business_id=make_business(district_code="19.01").id)
    own, district = make_note((mine, 1), sent=False), make_note((mine, 1), district_code="19.71", sent=False)
    for note in (own, district):
        with pytest.raises(ForeignVariantError):
            do("add_note_line", note, NoteLineFacts(foreign.variant_id, 1))
        assert len(lines(note)) == 1
    neighbour = make_goods("Getas", business_id=make_business(district_code="19.71").id)
    do("add_note_line", district, NoteLineFacts(neighbour.variant_id, 5))
    assert len(lines(district)) == 2


def test_a_row_sent_twice_is_one_line(app):
    goods = make_goods()
    note = make_note((goods, 1), sent=False)
    for _ in range(2):
        do("add_note_line", note, NoteLineFacts(goods.variant_id, 7), request_key="row-1")
    assert [row[1] for row in lines(note)] == [1, 7]
    with pytest.raises(InvalidQuantityError):
        do("add_note_line", note, NoteLineFacts(goods.variant_id, 0))


def test_a_copy_has_variants_and_pieces_but_neither_lots_nor_dates(app):
    goods = make_goods()
    earlier = make_note((goods, 12))
    with transaction() as session:
        facts = NoteFacts(earlier.gallery_id, business_id=goods.business_id)
        copy = services.create_note(session, facts, copy_of=earlier.id, actor=SYSTEM)
    assert lines(copy) == [(goods.variant_id, 12, "", None)]


def test_what_was_sent_is_not_edited(app):
    note = make_note((make_goods(), 5))
    line = db.session.scalars(select(NoteLine.public_id).where(NoteLine.note_id == note.id)).one()
    for verb, args in (("edit_note_line", (line, NoteLineFacts(1, 9))), ("remove_note_line", (line,))):
        with pytest.raises(NoteNotEditableError):
            do(verb, note, *args)
    assert [row[1] for row in lines(note)] == [5]


def test_a_note_is_cancelled_only_before_receiving(app):
    cancelled = make_note()
    do("cancel_note", cancelled)
    assert status(cancelled) is NoteStatus.CANCELLED

    goods = make_goods()
    note = make_note((goods, 5))
    receiving = make_receiving(note)
    with pytest.raises(AlreadyReceivingError):
        do("cancel_note", note)
    scan(receiving.id, goods, 2)
    finish(receiving.id)
    assert status(note) is NoteStatus.PARTLY_RECEIVED
    with pytest.raises(InvalidTransitionError):
        do("cancel_note", note)
    do("close_note", note)
    assert status(note) is NoteStatus.CLOSED


def test_what_is_asked_twice_is_in_the_trail_once(app):
    goods = make_goods()
    cancelled, called, closed = make_note(), make_note(), make_note((goods, 5))
    receiving = make_receiving(closed)
    scan(receiving.id, goods, 2)
    finish(receiving.id)
    for _ in range(2):
        do("cancel_note", cancelled)
        do("call_back_note", called)
        do("close_note", closed)
    actions = ("consignment.note_cancelled", "consignment.note_called_back", "consignment.note_closed")
    found = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.in_(actions)))
    assert sorted(found) == sorted(actions)
