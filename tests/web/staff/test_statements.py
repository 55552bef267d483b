"""Couriers' statements: read from their files, accepted where they differ."""

import io

import pytest

from gallery.core.db import db
from gallery.core.sheets import xlsx_table
from gallery.delivery.models import CourierStatement, CourierStatementLine
from gallery.delivery.states import StatementOutcome
from tests import html
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.courier_rows import make_booking
from tests.factories.delivery import make_parcel
from tests.factories.inventory import make_gallery_place

BASE = "/petugas/kurir-daring/"


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def manager(app, place):
    return signed_in(app, make_user("gallery_manager", gallery_id=place.gallery_id))


@pytest.fixture
def province(app):
    return signed_in(app, make_user("province_officer"))


def text(answer):
    return answer.get_data(as_text=True)


def file_of(data, name="berkas.xlsx"):
    return io.BytesIO(data), name


def test_a_statement_is_read_once_and_its_differences_accepted(province, manager, place, count_queries):
    page = f"{BASE}tagihan/"
    make_booking(make_parcel(place.id), booking_ref="b-1"), make_booking(make_parcel(place.id), booking_ref="b-2")
    rows = [("b-1", 12_500), ("b-2", 20_000), ("b-9", 5_000)]
    data = xlsx_table("Tagihan", ("Order ID", "Total"), rows)
    form = {"courier": "biteship", "sheet": file_of(data, "../unduh/tagihan <nov>.xlsx")}
    answer = province.post(page, form, page=page)
    assert answer.status_code == 303
    here = answer.location
    again = province.post(page, form | {"sheet": file_of(data)})
    assert (again.location, db.session.query(CourierStatement).one().name) == (here, "tagihan <nov>.xlsx")
    assert "Berkas ini sudah pernah dibaca" in text(province.get(here))
    with count_queries() as read:
        answer = province.get(f"{here}?hasil=different")
    assert html.read(answer).title
    shown = text(answer)
    assert read.count <= 6, read.statements
    assert ("b-2" in shown, "b-1" in shown, "+Rp7.500" in shown) == (True, False, True)
    line = db.session.query(CourierStatementLine).filter_by(booking_ref="b-2").one()
    accept = f"{here}/terima/{line.id}?hasil=different"
    refused = province.post(accept, {"note": ""})
    assert (refused.status_code, "Tulis alasannya" in text(refused)) == (422, True)
    assert province.post(accept, {"note": "Berat ditimbang ulang"}).status_code == 303
    province.post(accept, {"note": "Lagi"})
    assert "sudah diterima orang lain" in text(province.get(here))
    line = db.session.query(CourierStatementLine).filter_by(booking_ref="b-2").one()
    assert (line.outcome, line.note) == (StatementOutcome.ACCEPTED, "Berat ditimbang ulang")
    other = province.post(
        page, {"courier": "lalamove", "sheet": file_of(xlsx_table("x", ("Order ID", "Total"), [("z", 1_000)]))}
    )
    assert province.post(f"{other.location}/terima/{line.id}", {"note": "x"}).status_code == 404
    assert "1 perlu diputuskan" in text(province.get(page))
    assert [manager.get(path).status_code for path in (page, here)] == [403, 403]


def test_rows_of_a_statement_that_can_not_be_read_are_listed_or_passed_over(province):
    page = f"{BASE}tagihan/"
    data = xlsx_table("Tagihan", ("Order ID", "Total"), [("b-1", 12_500), ("b-2", "gratis")])
    given = {"courier": "biteship"}
    answer = province.post(page, given | {"sheet": file_of(data)}, page=page)
    assert (answer.status_code, "gratis" in text(answer)) == (422, True)
    assert db.session.query(CourierStatement).count() == 0
    assert province.post(page, given | {"sheet": file_of(data), "skip": "y"}).status_code == 303
    assert db.session.query(CourierStatementLine).count() == 1
    for wrong in ({"courier": "x", "sheet": file_of(data)}, given, given | {"sheet": file_of(b"%PDF-1.7")}):
        assert province.post(page, wrong).status_code == 422


def test_the_columns_of_a_strange_statement_are_named_by_hand(province):
    page = f"{BASE}tagihan/"
    data = xlsx_table("Tagihan", ("Kode kiriman", "Ongkir akhir"), [("b-1", 12_500)])
    given = {"courier": "biteship"}
    refused = province.post(page, given | {"sheet": file_of(data)}, page=page)
    assert (refused.status_code, "Yang terbaca: Kode kiriman, Ongkir akhir" in text(refused)) == (422, True)
    html.read(refused)
    named = given | {"number_heading": " Kode kiriman ", "amount_heading": "Ongkos"}
    again = province.post(page, named | {"sheet": file_of(data)}, page=page)
    assert (again.status_code, html.read(again).one("input", name="amount_heading")["value"]) == (422, "Ongkos")
    too_long = province.post(page, named | {"sheet": file_of(data), "amount_heading": "x" * 61}, page=page)
    assert (too_long.status_code, db.session.query(CourierStatement).count()) == (422, 0)
    assert province.post(page, named | {"sheet": file_of(data), "amount_heading": "Ongkir akhir"}).status_code == 303
    assert db.session.query(CourierStatementLine).one().amount_idr == 12_500
