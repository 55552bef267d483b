"""Write-offs on screen: one reports, another one approves, the minutes are printed."""

import io

import pytest
from PIL import Image

from gallery.consignment.models import WriteOff
from gallery.consignment.states import LossBearer
from gallery.core.db import db
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.goods_out import make_consigned
from tests.factories.inventory import BELITUNG, make_gallery_place, make_goods, stock
from tests.web.staff.test_returns import owner_of, pdf_text


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def goods(app):
    return make_goods()


def manager(app, place):
    return signed_in(app, make_user("gallery_manager", gallery_id=place.gallery_id))


def report(person, goods, item, reason="damaged", note="Kemasan sobek"):
    create = f"/petugas/titipan/penarikan/baru/{owner_of(goods)}"
    form = {f"pieces-{item}": "2", f"reason-{item}": reason, "note": note, "request_key": "k" * 12}
    return person.post(create, form, page=create)


def test_a_loss_is_approved_by_another_person_and_its_minutes_say_the_value(app, goods, place):
    item = make_consigned(goods, place.id, 5, owed_idr=30_000, loss_bearer=LossBearer.GALLERY)
    first, second = manager(app, place), manager(app, place)
    page = report(first, goods, item).location
    assert stock(item) == (5, 2)
    own = first.post(f"{page}/setujui", page=page)
    assert own.status_code == 409
    assert "orang lain" in own.get_data(as_text=True)
    assert stock(item) == (5, 2)
    assert second.post(f"{page}/setujui", {"note": "dilihat"}, page=page).status_code == 303
    assert stock(item) == (3, 0)
    row = db.session.query(WriteOff).one()
    text = pdf_text(second.get(f"{page}/berita-acara.pdf"))
    for expected in (row.number, "Lada Putih", "Rusak", "Rp60.000", "Kemasan sobek"):
        assert expected in text, text
    assert "Ditanggung galeri" in " ".join(text.split())
    seller = signed_in(app, make_user("seller", business_id=goods.business_id))
    assert row.number in seller.get("/umkm-saya/titipan/keluar/ditarik").get_data(as_text=True)
    assert seller.get(f"/umkm-saya/titipan/keluar/ditarik/{row.public_id}").status_code == 200


def test_staff_report_and_do_not_approve(app, goods, place):
    item = make_consigned(goods, place.id, 5)
    staff = signed_in(app, make_user("gallery_staff", gallery_id=place.gallery_id))
    page = report(staff, goods, item).location
    assert staff.post(f"{page}/setujui", page=page).status_code == 403
    assert staff.post(f"{page}/tolak", {"note": "salah"}, page=page).status_code == 303
    assert stock(item) == (5, 0)


@pytest.mark.parametrize(("reason", "note"), [("", "ada"), ("sold", "ada"), ("damaged", "")])
def test_a_loss_needs_a_reason_and_words(app, goods, place, reason, note):
    item = make_consigned(goods, place.id, 5)
    assert report(manager(app, place), goods, item, reason, note).status_code == 422
    assert stock(item) == (5, 0)


def picture():
    out = io.BytesIO()
    Image.new("RGB", (800, 600), (180, 90, 20)).save(out, "PNG")
    return out.getvalue()


def test_a_picture_shows_the_loss_to_who_decides_and_to_the_owner(app, goods, place):
    item = make_consigned(goods, place.id, 5)
    first, second = manager(app, place), manager(app, place)
    create = f"/petugas/titipan/penarikan/baru/{owner_of(goods)}"
    form = {f"pieces-{item}": "2", f"reason-{item}": "damaged", "note": "Sobek", "request_key": "p" * 12}
    bad = first.post(create, form | {"foto": (io.BytesIO(b"<svg/>"), "foto.jpg")}, page=create)
    assert (bad.status_code, stock(item)) == (422, (5, 0))
    page = first.post(create, form | {"foto": (io.BytesIO(picture()), "foto.png")}, page=create).location
    assert f"{page}/foto.jpg" in second.get(page).get_data(as_text=True)
    shown = second.get(f"{page}/foto.jpg")
    assert (shown.mimetype, shown.headers["Cache-Control"]) == ("image/jpeg", "private, no-store")
    assert shown.data[:3] == b"\xff\xd8\xff"  # drawn anew: what came in was a PNG
    row = db.session.query(WriteOff).one()
    seller = signed_in(app, make_user("seller", business_id=goods.business_id))
    assert seller.get(f"/umkm-saya/titipan/keluar/ditarik/{row.public_id}/foto.jpg").status_code == 200
    stranger = signed_in(app, make_user("gallery_manager", gallery_id=make_gallery_place(BELITUNG).gallery_id))
    assert stranger.get(f"{page}/foto.jpg").status_code == 404
