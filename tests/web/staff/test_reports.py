import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.db import transaction
from gallery.inventory import services
from gallery.inventory.services import Pick
from gallery.web import flow_table
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import BELITUNG, make_gallery_place, make_goods, make_stock

PAGE = "/petugas/laporan/galeri/"


@pytest.fixture
def place(app):
    place = make_gallery_place()
    goods = make_goods("Kemplang Panggang", price_idr=10_000)
    make_stock(goods.variant_id, place.id, 12, expires_on=clock.today() + timedelta(days=10))
    with transaction() as session:
        services.sell(session, place.id, [Pick(goods.variant_id, 5)], document="sale:a", actor=Actor.system())
    return place


@pytest.fixture
def staff(app, place):
    return signed_in(app, make_user("gallery_manager", gallery_id=place.gallery_id))


def text(answer):
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_dashboard_is_a_workbook_with_a_sheet_for_each_of_its_figures(staff):
    assert "unduh=xlsx" in text(staff.get(PAGE))
    book = load_workbook(io.BytesIO(staff.get(f"{PAGE}?unduh=xlsx").data))
    assert len(book.sheetnames) == 7
    days = list(book["Penjualan per hari"].iter_rows(min_row=2, values_only=True))
    assert len(days) == 30
    goods = [row[3:] for row in book["Tidak bergerak 60 hari"].iter_rows(min_row=2, values_only=True)]
    fast = list(book["Paling cepat habis"].iter_rows(min_row=2, values_only=True))
    assert (goods, fast[0][0], fast[0][3:]) == ([], "Kemplang Panggang", (7, 5, 42))
    shares = [row[1:] for row in book["Bagian yang terjual, 90 hari"].iter_rows(min_row=2, values_only=True)]
    assert shares == [(5, 7, 42)]
    ahead = [row for row in book["Akan kedaluwarsa"].iter_rows(min_row=2, values_only=True) if row[1]]
    assert ahead == [("Sampai 14 hari", 7, 70_000)]


def test_the_dashboard_shows_value_sales_and_what_expires(staff, count_queries):
    with count_queries() as q:
        page = text(staff.get(PAGE))
    assert q.count <= 14
    assert "Rp70.000" in page
    assert "Kemplang Panggang" in page
    assert "5 di kasir (Rp50.000), 0 online (Rp0)" in page


def test_another_gallery_is_not_in_the_figures(app, staff):
    other = make_gallery_place(BELITUNG)
    make_stock(make_goods("Madu").variant_id, other.id, 4)
    assert "Madu" not in text(staff.get(PAGE))
    assert "Madu" not in text(staff.get(f"{PAGE}arus?galeri={other.gallery_id}"))
    province = signed_in(app, make_user("province_officer"))
    assert "Madu" in text(province.get(PAGE))
    assert "Madu" not in text(province.get(f"{PAGE}?galeri={other.gallery_id - 1}"))


def test_the_flow_of_goods_is_a_table_and_a_workbook(staff, count_queries):
    with count_queries() as q:
        page = text(staff.get(f"{PAGE}arus"))
    assert q.count <= 8
    assert "Kemplang Panggang" in page
    answer = staff.get(f"{PAGE}arus.xlsx")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    head, row = list(sheet.iter_rows(values_only=True))
    found = dict(zip(head, row, strict=True))
    assert (found["Diterima"], found["Terjual di kasir"], found["Akhir"]) == (12, 5, 7)


def test_the_flow_of_goods_has_pages_and_its_workbook_all_of_them(staff, place, monkeypatch):
    make_stock(make_goods("Getas").variant_id, place.id, 4)
    monkeypatch.setattr(flow_table, "PAGE_SIZE", 1)
    first, second, beyond = (text(staff.get(f"{PAGE}arus?hal={number}")) for number in (1, 2, 9))
    assert ("Kemplang" in first, "Getas" in first) == (True, False)
    assert ("Kemplang" in second, "Getas" in second) == ("Kemplang" in beyond, "Getas" in beyond) == (False, True)
    assert "Halaman 1 dari 2" in first
    sheet = load_workbook(io.BytesIO(staff.get(f"{PAGE}arus.xlsx?hal=2").data)).active
    assert sheet.max_row == 3


@pytest.mark.parametrize("days", ["dari=x&sampai=y", "dari=2026-02-01&sampai=2026-01-01", "dari=1990-01-01"])
def test_days_that_make_no_sense_are_this_month(staff, days):
    assert f'value="{clock.today().replace(day=1).isoformat()}"' in text(staff.get(f"{PAGE}arus?{days}"))
