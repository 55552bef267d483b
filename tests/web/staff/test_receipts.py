"""Receipts: list, page with the message, and a paper whose numbers are those of the database."""

from urllib.parse import unquote

import pytest

from gallery.core.db import db
from gallery.inventory.models import Paper
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.consignment import make_receipt
from tests.factories.inventory import make_business, make_gallery_place, make_goods
from tests.printed import codes, pdf_text

ROOT = "/petugas/titipan/tanda-terima/"


@pytest.fixture
def gallery_id(app):
    return make_gallery_place().gallery_id


@pytest.fixture
def staff(app, gallery_id):
    return signed_in(app, make_user("gallery_staff", gallery_id=gallery_id))


@pytest.fixture
def receipt(app, gallery_id):
    return make_receipt(make_goods("Lada Putih Muntok", price_idr=45_000), 12, gallery_id=gallery_id)


def test_the_paper_says_what_the_database_says(staff, receipt):
    pdf = staff.get(f"{ROOT}{receipt.public_id}.pdf")
    assert pdf.mimetype == "application/pdf"
    text = " ".join(pdf_text(pdf.data).split())
    paper = db.session.get(Paper, receipt.paper_id)
    for part in (
        receipt.number,
        "Lada Putih Muntok",
        "L1",
        "12",
        "Rp40.500",
        "Rp45.000",
        "Rp486.000",
        "Yang menyerahkan",
        "Yang menerima",
        paper.digest,
        f"{paper.check_code[:5]}-{paper.check_code[5:]}".upper(),
    ):
        assert part in text, part
    assert ("QRCode", f"http://localhost/periksa/{paper.check_code}") in codes(pdf.data)


def test_the_message_to_the_owner_names_pieces_and_the_check_address(staff, receipt):
    shown = unquote(staff.get(f"{ROOT}{receipt.public_id}").get_data(as_text=True))
    paper = db.session.get(Paper, receipt.paper_id)
    assert "https://wa.me/6281200000001" in shown
    assert "12 × Lada Putih Muntok" in shown
    assert f"/periksa/{paper.check_code}" in shown


def test_a_district_sees_the_receipts_of_its_enterprises_alone(app, gallery_id):
    here = make_receipt(make_goods(business_id=make_business(district_code="19.71").id), gallery_id=gallery_id)
    there = make_receipt(make_goods(business_id=make_business(district_code="19.01").id), gallery_id=gallery_id)
    officer = signed_in(app, make_user("district_officer", district_code="19.71"))
    shown = officer.get(ROOT).get_data(as_text=True)
    assert here.number in shown
    assert there.number not in shown
    assert officer.get(f"{ROOT}{there.public_id}.pdf").status_code == 404


def test_the_list_is_paged_and_costs_the_same_for_any_length(staff, receipt, gallery_id, count_queries):
    goods = make_goods()
    for _ in range(30):
        make_receipt(goods, 1, gallery_id=gallery_id)
    with count_queries() as queries:
        shown = staff.get(ROOT).get_data(as_text=True)
    assert shown.count('href="/petugas/titipan/tanda-terima/') >= 30
    assert receipt.number not in shown
    assert "sebelum=" in shown
    assert queries.count <= 6
