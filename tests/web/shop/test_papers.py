"""Anybody may check a paper; nobody learns a name, and guessing ends soon."""

import pytest
from sqlalchemy import select

from gallery.core.db import db, transaction
from gallery.counter.services import close_shift
from gallery.inventory.models import Paper
from gallery.web.shop.papers import MISSES
from tests.browser import guest, signed_in
from tests.factories.accounts import make_user
from tests.factories.consignment import make_receipt
from tests.factories.counter import ACTOR, make_desk, make_sale, on_shelf
from tests.factories.inventory import make_goods
from tests.printed import pdf_text

SHIFTS = "/petugas/kasir/giliran/"


@pytest.fixture(autouse=True)
def _forget():
    MISSES.clear()
    yield
    MISSES.clear()


@pytest.fixture
def receipt(app):
    return make_receipt(make_goods("Lada Putih Muntok", price_idr=45_000), 12)


def test_anybody_may_check_the_paper_and_learns_no_name(app, receipt):
    paper = db.session.get(Paper, receipt.paper_id)
    answer = guest(app).get(f"/periksa/?kode={paper.check_code.upper()}", follow_redirects=True)
    shown = answer.get_data(as_text=True)
    for part in ("Tanda terima barang titipan", receipt.number, "Rp486.000", "12", paper.digest):
        assert part in shown, part
    for part in ("Sahang Jaya", "Siti Contoh", "Lada Putih"):
        assert part not in shown, part


def test_receipts_and_closings_of_the_counter_are_known_and_name_nobody(app):
    desk = make_desk()
    goods, _item = on_shelf(desk, "Lada Putih Muntok")
    cashier = signed_in(app, make_user("gallery_staff", gallery_id=desk.gallery_id, name="Rina Contoh"))
    sale = make_sale(desk, (goods, 2))
    number, sale_id = sale.number, sale.public_id
    with transaction() as session:
        close_shift(session, desk.shift_id, counted_idr=190_000, actor=ACTOR)
    for kind, subject, words, page in (
        ("Nota penjualan", sale_id, ("Rp90.000", number), f"/petugas/kasir/struk/{sale_id}"),
        (
            "Laporan tutup kasir",
            desk.public_id,
            ("Rp90.000", "LTK-"),
            f"{SHIFTS}{desk.public_id}/lembar",
        ),
    ):
        paper = db.session.scalars(select(Paper).where(Paper.subject == subject)).one()
        code = f"{paper.check_code[:5]}-{paper.check_code[5:]}".upper()
        shown = guest(app).get(f"/periksa/?kode={code}", follow_redirects=True).get_data(as_text=True)
        for part in (kind, *words, "Galeri PLUT Pangkalpinang", paper.digest):
            assert part in shown, part
        for part in ("Sahang Jaya", "Rina", "Lada Putih"):
            assert part not in shown, part
        assert code in pdf_text(cashier.get(f"{page}.pdf").data)
    assert code not in cashier.get(f"/petugas/kasir/struk/{sale_id}").get_data(as_text=True)
    paper = db.session.scalars(select(Paper).where(Paper.subject == sale_id)).one()
    assert paper.check_code[:5].upper() in cashier.get(f"/petugas/kasir/struk/{sale_id}").get_data(as_text=True)


def test_guessing_codes_ends_soon(app):
    person = guest(app)
    answers = [person.get(f"/periksa/{number:010}").status_code for number in range(21)]
    assert answers == [404] * 20 + [429]


def test_search_engines_find_the_form_and_no_paper(page, receipt):
    form = page("/periksa/")
    assert form.tags("meta", content="noindex") == []
    assert form.one("link", rel="canonical")["href"] == "http://localhost/periksa/"
    for found in (page(f"/periksa/{db.session.get(Paper, receipt.paper_id).check_code}"), page("/periksa/tiada", 404)):
        assert found.meta("robots") == "noindex"
        assert found.tags("link", rel="canonical") == []
