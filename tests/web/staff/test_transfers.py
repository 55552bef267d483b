"""Transfers on screen: the sender drafts and sends, the other gallery sees it coming and counts."""

import pytest

from gallery.consignment.models import Transfer
from gallery.core.db import db
from gallery.inventory.models import Place, StockItem
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.goods_out import make_consigned
from tests.factories.inventory import BELITUNG, make_gallery_place, make_goods, make_stock, stock
from tests.web.staff.test_returns import pdf_text


@pytest.fixture
def here(app):
    return make_gallery_place()


@pytest.fixture
def there(app):
    return make_gallery_place(BELITUNG, name="Galeri PLUT Belitung")


def staff_of(app, place):
    return signed_in(app, make_user("gallery_staff", gallery_id=db.session.get_one(Place, place).gallery_id))


def test_from_island_to_island(app, here, there):
    here_id, there_id = here.id, there.id
    item = make_consigned(make_goods(), here_id, 6)
    sender, receiver = staff_of(app, here_id), staff_of(app, there_id)
    create = "/petugas/galeri/pindah/baru"
    form = {f"pieces-{item}": "5", "to": there_id, "request_key": "k" * 12}
    page = sender.post(create, form, page=create).location
    assert stock(item) == (6, 0)
    assert receiver.post(f"{page}/kirim", {"carried_by": "x"}, page=page).status_code == 404
    assert sender.post(f"{page}/kirim", {"carried_by": ""}, page=page).status_code == 422
    assert sender.post(f"{page}/kirim", {"carried_by": "Express Bahari"}, page=page).status_code == 303
    assert stock(item) == (1, 0)
    row = db.session.query(Transfer).one()
    text = pdf_text(sender.get(f"{page}/surat-jalan.pdf"))
    for expected in (row.number, "Galeri PLUT Belitung", "Express Bahari", "Lada Putih", "5"):
        assert expected in text, text
    assert "akan datang" in receiver.get("/petugas/galeri/pindah/").get_data(as_text=True)
    assert sender.post(f"{page}/terima", {}, page=page).status_code == 404
    line = row.lines[0].id
    assert receiver.post(f"{page}/terima", {f"pieces-{line}": "4"}, page=page).status_code == 422
    count = {f"pieces-{line}": "4", f"missing-{line}": "lost", f"note-{line}": "basah"}
    for _ in range(2):
        assert receiver.post(f"{page}/terima", count, page=page).status_code == 303
    arrived = db.session.query(StockItem).filter_by(place_id=there_id).one()
    assert arrived.on_hand == 4
    assert "basah" in sender.get(page).get_data(as_text=True)


def test_nothing_goes_to_the_own_gallery(app, here):
    here_id = here.id
    item = make_consigned(make_goods(), here_id, 6)
    sender = staff_of(app, here_id)
    form = {f"pieces-{item}": "5", "to": here_id, "request_key": "k" * 12}
    assert sender.post("/petugas/galeri/pindah/baru", form, page="/petugas/galeri/pindah/baru").status_code == 422
    assert db.session.query(Transfer).count() == 0


def test_a_draft_is_edited_until_it_is_sent(app, here, there):
    first, second = make_goods("Lada"), make_goods("Getas")
    one, two = make_stock(first.variant_id, here.id, 5), make_stock(second.variant_id, here.id, 5)
    there_id, sender = there.id, staff_of(app, here.id)
    form = {f"pieces-{one}": "2", "to": there_id, "request_key": "k" * 12}
    page = sender.post("/petugas/galeri/pindah/baru", form, page="/petugas/galeri/pindah/baru").location
    edit = f"{page}/ubah"
    assert "Getas" not in sender.get(edit).get_data(as_text=True)
    assert "Getas" in sender.get(f"{edit}?q=getas").get_data(as_text=True)
    change = {f"pieces-{one}": "0", f"pieces-{two}": "3", "to": there_id, "note": "hati-hati", "request_key": "e" * 12}
    assert sender.post(edit, change | {f"pieces-{two}": "x"}, page=edit).status_code == 422
    assert sender.post(edit, {f"pieces-{one}": "0", "to": there_id, "request_key": "e" * 12}).status_code == 422
    assert sender.post(edit, change, page=edit).status_code == 303
    row = db.session.query(Transfer).one()
    assert ([(line.stock_item_id, line.pieces) for line in row.lines], row.note) == ([(two, 3)], "hati-hati")
    assert sender.post(f"{page}/kirim", {"carried_by": "Kapal"}, page=page).status_code == 303
    sender.post(edit, change | {f"pieces-{two}": "1"})
    db.session.rollback()
    assert [line.pieces for line in db.session.query(Transfer).one().lines] == [3]
