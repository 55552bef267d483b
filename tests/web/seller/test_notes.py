"""An MSME writes a note on its phone, and of a collective note it sees its own lines."""

from gallery.consignment.models import ConsignmentNote, NoteLine
from gallery.core.db import db
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.consignment import make_note
from tests.factories.inventory import make_business, make_gallery_place, make_goods
from tests.web.staff.test_notes import add, begin, lines

ROOT = "/umkm-saya/titipan/"


def test_an_owner_writes_a_note_of_its_own_goods(app):
    gallery_id, goods = make_gallery_place().gallery_id, make_goods("Lada Putih")
    make_goods("Getas Ikan")
    owner = signed_in(app, make_user("seller", business_id=goods.business_id))
    page = begin(owner, gallery_id, str(goods.business_id), ROOT)
    assert add(owner, page, "getas").status_code == 422
    assert add(owner, page, "lada").status_code == 303
    assert lines() == [(5, "L9")]
    note = db.session.query(ConsignmentNote).one()
    owner.post(f"{ROOT}{note.public_id}/kirim", page=page)
    listed = owner.get(ROOT).get_data(as_text=True)
    assert "Terkirim" in listed
    assert owner.get(f"{ROOT}{note.public_id}.pdf").data[:4] == b"%PDF"


def test_an_owner_can_not_write_in_the_name_of_another(app):
    gallery_id, mine, other = make_gallery_place().gallery_id, make_business(), make_business()
    owner = signed_in(app, make_user("seller", business_id=mine.id))
    form = {"sender": str(other.id), "gallery": gallery_id}
    assert owner.post(f"{ROOT}baru", form, page=f"{ROOT}baru").status_code == 422
    assert db.session.query(ConsignmentNote).count() == 0


def test_of_a_collective_note_it_sees_its_own_lines(app):
    mine = make_goods("Lada Putih")
    other = make_goods("Getas Ikan", business_id=make_business(district_code="19.71", name="Getas Bu Ani").id)
    note = make_note((mine, 3), (other, 4), district_code="19.71")
    owner = signed_in(app, make_user("seller", business_id=mine.business_id))
    assert note.number in owner.get(ROOT).get_data(as_text=True)
    shown = owner.get(ROOT + note.public_id).get_data(as_text=True)
    assert "Lada Putih" in shown
    assert "Getas" not in shown
    assert owner.post(f"{ROOT}{note.public_id}/batal", page=ROOT).status_code == 404
    stranger = signed_in(app, make_user("seller", business_id=make_business().id))
    assert stranger.get(ROOT + note.public_id).status_code == 404


def test_a_line_of_the_draft_is_changed_and_taken_out(app):
    gallery_id, goods = make_gallery_place().gallery_id, make_goods("Lada Putih")
    owner = signed_in(app, make_user("seller", business_id=goods.business_id))
    page = begin(owner, gallery_id, str(goods.business_id), ROOT)
    add(owner, page, "lada")
    line = f"{page}/{db.session.query(NoteLine).one().public_id}"
    assert owner.post(line, {"pieces": "0", "lot_code": "X"}, page=page).status_code == 303
    assert lines() == [(5, "L9")]
    assert owner.post(line, {"pieces": "7", "lot_code": "L10", "price": "25.000"}, page=page).status_code == 303
    assert lines() == [(7, "L10")]
    owner.post(line, {"hapus": "1"}, page=page)
    assert lines() == []
