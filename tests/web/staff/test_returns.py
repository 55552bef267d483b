"""Returns on screen: choose, put aside, hand over, print."""

import pypdfium2
import pytest

from gallery.consignment.models import OwnerReturn
from gallery.core.db import db
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.goods_out import make_consigned
from tests.factories.inventory import make_gallery_place, make_goods, stock


def pdf_text(answer) -> str:
    assert answer.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(answer.data)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def goods(app):
    return make_goods()


@pytest.fixture
def staff(app, place):
    return signed_in(app, make_user("gallery_staff", gallery_id=place.gallery_id))


def owner_of(goods) -> str:
    from gallery.registry.models import Business

    return db.session.get_one(Business, goods.business_id).public_id


def test_from_the_shelf_to_the_owner_with_a_paper(app, staff, goods, place):
    item = make_consigned(goods, place.id, 5, owed_idr=36_000)
    create = f"/petugas/titipan/retur/baru/{owner_of(goods)}"
    assert "5 barang" in staff.get("/petugas/titipan/retur/baru").get_data(as_text=True)
    form = {f"pieces-{item}": "4", "request_key": "k" * 12, "note": "hampir lewat"}
    first = staff.post(create, form, page=create)
    assert first.status_code == 303
    assert staff.post(create, form, page=create).location == first.location
    assert stock(item) == (5, 4)
    page = first.location
    shown = staff.get(page).get_data(as_text=True)
    assert "wa.me/6281200000001" in shown
    assert "Rp144.000" in shown
    assert staff.get(f"{page}/nota.pdf").status_code == 404  # nothing has left yet
    assert staff.post(f"{page}/serahkan", {"collected_by": ""}, page=page).status_code == 422
    assert staff.post(f"{page}/serahkan", {"collected_by": "Bu Siti"}, page=page).status_code == 303
    assert stock(item) == (1, 0)
    row = db.session.query(OwnerReturn).one()
    text = pdf_text(staff.get(f"{page}/nota.pdf"))
    for expected in (row.number, "Bu Siti", "Lada Putih", "4", "Rp144.000", "hampir lewat"):
        assert expected in text, text
    seller = signed_in(app, make_user("seller", business_id=goods.business_id))
    assert row.number in seller.get("/umkm-saya/titipan/keluar/").get_data(as_text=True)
    mine = seller.get(f"/umkm-saya/titipan/keluar/retur/{row.public_id}/nota.pdf")
    assert row.number in pdf_text(mine)


@pytest.mark.parametrize(("typed", "sentence"), [("", "Belum ada barang"), ("dua", "dengan angka"), ("9", "dipesan")])
def test_a_wrong_number_is_explained_and_puts_nothing_aside(staff, goods, place, typed, sentence):
    item = make_consigned(goods, place.id, 5)
    create = f"/petugas/titipan/retur/baru/{owner_of(goods)}"
    answer = staff.post(create, {f"pieces-{item}": typed, "request_key": "k" * 12}, page=create)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert stock(item) == (5, 0)
    assert db.session.query(OwnerReturn).count() == 0


def test_an_owner_without_pieces_here_has_no_return(staff, goods):
    assert staff.get(f"/petugas/titipan/retur/baru/{owner_of(goods)}").status_code == 404


def test_a_cancelled_return_frees_the_pieces(staff, goods, place):
    item = make_consigned(goods, place.id, 5)
    create = f"/petugas/titipan/retur/baru/{owner_of(goods)}"
    page = staff.post(create, {f"pieces-{item}": "5", "request_key": "k" * 12}, page=create).location
    assert staff.post(f"{page}/batalkan", page=page).status_code == 303
    assert stock(item) == (5, 0)
    assert staff.post(f"{page}/serahkan", {"collected_by": "x"}, page=page).status_code == 409
    assert stock(item) == (5, 0)


def test_the_list_asks_the_database_no_more_for_more_rows(staff, goods, place, count_queries):
    create = f"/petugas/titipan/retur/baru/{owner_of(goods)}"
    item = make_consigned(goods, place.id, 9)

    def add(key):
        staff.post(create, {f"pieces-{item}": "1", "request_key": key * 12}, page=create)

    counts = []
    for key in ("a", "bcde"):
        for one in key:
            add(one)
        with count_queries() as queries:
            assert staff.get("/petugas/titipan/retur/").status_code == 200
        counts.append(queries.count)
    assert counts[0] == counts[1]
    assert counts[1] <= 8
