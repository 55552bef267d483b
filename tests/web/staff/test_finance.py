"""The dashboard of the money: its figures, who sees which, its workbooks, and no more reads for more money."""

import io
import re
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook

from gallery.accounts.models import Gallery
from gallery.core import clock
from gallery.core.db import db
from gallery.registry.models import Business
from tests import html
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.counter import make_desk, make_sale, on_shelf
from tests.factories.inventory import BELITUNG, make_gallery_place
from tests.factories.settlement import post

PAGE = "/petugas/keuangan/"
TILE = re.compile(r'class="kpi[^"]*"(?: href="([^"]*)")?><b>(Rp[\d.]+|-Rp[\d.]+)')


def sold(place=None, name: str = "Lada Putih", pieces: int = 3, price_idr: int = 45_000):
    desk = make_desk(place, name=f"Kasir {name}")
    goods, _ = on_shelf(desk, name, price_idr=price_idr)
    make_sale(desk, (goods, pieces))
    post()
    return desk, goods


def text(answer) -> str:
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def tiles(page: str) -> list[str]:
    return [amount for _, amount in TILE.findall(page)]


def sheet(who, what: str, query: str = ""):
    answer = who.get(f"{PAGE}?unduh={what}{query}")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def test_the_province_sees_what_came_in_what_is_owed_and_where_it_lies(app, count_queries):
    desk, _ = sold()
    officer = signed_in(app, make_user("province_officer"))
    with count_queries() as queries:
        page = text(officer.get(PAGE))
    assert queries.count <= 12, queries.statements
    assert tiles(page) == ["Rp135.000", "Rp0", "Rp135.000", "Rp0", "Rp0", "Rp135.000", "Rp0", "Rp0"]
    name = db.session.query(Gallery.name).filter_by(id=desk.gallery_id).scalar()
    assert f"{name}, Kasir Lada Putih" in page
    assert 'class="fig-plot"' in page
    assert html.Page(page).problems == []
    links = [link for link in html.Page(page).links if link.startswith("/petugas/")]
    assert any(link.startswith("/petugas/jurnal/?akun=buyers") for link in links)
    assert [link for link in set(links) if officer.get(link).status_code != 200] == []


def test_more_money_costs_no_more_reads(app, count_queries):
    officer = signed_in(app, make_user("province_officer"))
    counts = []
    for number in range(2):
        for place in (None, None, make_gallery_place(BELITUNG))[: 1 + 2 * number]:
            sold(place, name=f"Barang {number}{place is None}")
        with count_queries() as queries:
            text(officer.get(PAGE))
        counts.append(queries.count)
    assert counts[0] == counts[1], counts


def test_a_manager_sees_the_own_gallery_and_a_district_no_purse(app):
    here, goods = sold()
    sold(make_gallery_place(BELITUNG), "Madu Seberang", 5, 100_000)
    manager = signed_in(app, make_user("gallery_manager", gallery_id=here.gallery_id))
    page = text(manager.get(PAGE))
    assert tiles(page)[:3] == ["Rp135.000", "Rp0", "Rp135.000"]
    assert "Rp500.000" not in page
    assert "/petugas/jurnal/" not in page
    district = db.session.query(Business.district_code).filter_by(id=goods.business_id).scalar()
    page = text(signed_in(app, make_user("district_officer", district_code=district)).get(PAGE))
    assert "uang masuk" not in page
    assert "Kas dan bank" not in page
    assert "Uang masuk dan keluar dicatat di galeri dan provinsi" in page
    other = signed_in(app, make_user("district_officer", district_code=BELITUNG[:5]))
    assert {"Rp0"} == set(tiles(text(other.get(PAGE))))
    for what in ("hari", "sebab", "cara", "kas"):
        assert len(sheet(other, what)) == 1, what


@pytest.mark.parametrize("role", ["seller", "gallery_staff", "companion", "administrator"])
def test_nobody_else_may(app, role):
    assert signed_in(app, make_user(role)).get(PAGE).status_code == 403


def test_every_table_is_a_workbook(app):
    sold()
    officer = signed_in(app, make_user("province_officer"))
    page = text(officer.get(PAGE))
    today = clock.today()
    assert sheet(officer, "hari")[-1][1:3] == [135_000, 0]
    assert sheet(officer, "sebab")[1] == ["Penjualan kasir", 135_000, 0, 0, 0]
    assert sheet(officer, "cara")[1] == ["Penjualan kasir", "Laci kasir", 135_000]
    assert sum(row[2] for row in sheet(officer, "kas")[1:]) == 135_000
    assert [row[1] for row in sheet(officer, "umur")[1:]] == [0, 0, 0, 0]
    assert sheet(officer, "penjualan")[1][3:] == [135_000, 0]
    for what in ("hari", "sebab", "cara", "kas", "umur", "penjualan"):
        assert f"unduh={what}" in page
    later = f"&dari={today + timedelta(days=1)}&sampai={today + timedelta(days=1)}"
    assert sheet(officer, "penjualan", later)[1][3:] == [0, 135_000]


@pytest.mark.parametrize(("days", "heading"), [(10, "Tanggal"), (90, "Minggu mulai"), (400, "Bulan")])
def test_long_periods_are_drawn_in_longer_steps(app, days, heading):
    sold()
    officer = signed_in(app, make_user("province_officer"))
    today = clock.today()
    page = text(officer.get(f"{PAGE}?dari={today - timedelta(days=days)}&sampai={today}"))
    assert f'<th scope="col">{heading}</th>' in page
    assert page.count('class="fig-plot"') == 1  # nothing was earned by commission or shipping
    steps = page.split('class="fig-plot"')[1].split("</svg>")[0].count('class="hit"')
    assert steps <= 46


def test_nothing_at_all_is_a_page_too(app):
    officer = signed_in(app, make_user("province_officer"))
    page = text(officer.get(f"{PAGE}?dari=kemarin&sampai=2026-13-01"))
    assert "Belum ada angka pada masa ini." in page
    assert "Belum ada uang di kas atau bank." in page
