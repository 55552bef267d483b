"""The table of where online couriers go: filtered, changed row by row, out as a sheet and back."""

import io
from datetime import timedelta

import openpyxl
import pytest

from gallery.core import clock
from gallery.core.db import db
from gallery.core.sheets import xlsx_table
from gallery.delivery.models import CourierCoverage
from gallery.delivery.services.coverage_sheet import HEADINGS
from gallery.delivery.states import Courier, CoverageSource
from tests import html
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.courier_rows import make_coverage
from tests.factories.inventory import make_gallery_place

BASE = "/petugas/kurir-daring/"


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def province(app):
    return signed_in(app, make_user("province_officer"))


def text(answer):
    return answer.get_data(as_text=True)


def file_of(data, name="berkas.xlsx"):
    return io.BytesIO(data), name


def test_the_table_is_filtered_changed_and_learnt_anew(province, place, count_queries):
    page = f"{BASE}jangkauan/"
    assert "Belum ada jangkauan" in text(province.get(page))
    add = {"subdistrict": "19.71.05", "island": "Bangka", "courier": "biteship", "service": "gojek.instant"}
    assert province.post(page, add | {"covered": "ya"}, page=page).status_code == 303
    make_coverage(courier=Courier.LALAMOVE, source=CoverageSource.LEARNT, expires_at=clock.now() + timedelta(hours=1))
    make_coverage(courier=Courier.GRAB_EXPRESS, source=CoverageSource.LEARNT, expires_at=clock.now())
    province.get(page)
    with count_queries() as read:
        answer = province.get(page)
    assert html.read(answer).title
    shown = text(answer)
    assert read.count <= 11, read.statements
    table = shown.partition("<tbody>")[2].partition("</tbody>")[0]
    assert ("biteship:gojek.instant" in table, "Lalamove" in table, "GrabExpress" in table) == (True, True, False)
    only = text(province.get(f"{page}?dilayani=tidak&kurir=lalamove&sumber=learnt&wilayah=19.71&hal=7"))
    table = only.partition("<tbody>")[2].partition("</tbody>")[0]
    assert ("gojek" in table, "Lalamove" in table) == (False, True)
    assert "Tidak ada yang cocok" in text(province.get(f"{page}?wilayah=19.02"))
    row_id = str(db.session.query(CourierCoverage).filter_by(courier=Courier.LALAMOVE).one().id)
    for verb, found in (
        ("ya", (True, CoverageSource.MANUAL)),
        ("tidak", (False, CoverageSource.MANUAL)),
        ("lupa", None),
    ):
        answer = province.post(f"{page}ubah?kurir=lalamove&endpoint=x", {"id": row_id, "tindakan": verb})
        assert answer.location == f"{page}?kurir=lalamove"
        now = db.session.query(CourierCoverage).filter_by(courier=Courier.LALAMOVE).one_or_none()
        assert (now and (now.is_covered, now.source)) == found
    assert province.post(f"{page}ubah", {"id": row_id, "tindakan": "ya"}).status_code == 404
    for wrong, sentence in (
        ({"subdistrict": ""}, "Pilih kecamatannya."),
        ({"service": "lalamove:VAN"}, "bukan milik kurir"),
        ({"island": "Atlantis"}, "Jangkauan kurir"),
        ({"courier": "pickup"}, "Jangkauan kurir"),
    ):
        answer = province.post(page, add | {"covered": "ya"} | wrong, page=page)
        assert (answer.status_code, sentence in text(answer)) == (422, True), wrong


def test_the_table_goes_out_as_a_sheet_and_comes_back(province, place):
    page = f"{BASE}jangkauan/"
    make_coverage(service="biteship:gojek.instant", is_covered=True)
    make_coverage(courier=Courier.GRAB_EXPRESS)
    data = province.get(f"{page}?unduh=xlsx").data
    book = openpyxl.load_workbook(io.BytesIO(data)).active
    assert [cell.value for cell in book[1]][: len(HEADINGS)] == list(HEADINGS)
    again = province.post(f"{page}unggah", {"sheet": file_of(data)}, page=page)
    assert again.status_code == 303
    assert "2 baris terbaca, 0 di antaranya" in text(province.get(page))
    mixed = xlsx_table(
        "x", HEADINGS, [("19.71.05", "", "", "Bangka", "Lalamove", "", "ya"), ("19.99", "", "", "", "", "", "ya")]
    )
    answer = province.post(f"{page}unggah", {"sheet": file_of(mixed)})
    assert (answer.status_code, "1 baris tidak terbaca" in text(answer), "19.99" in text(answer)) == (422, True, True)
    assert db.session.query(CourierCoverage).count() == 2
    answer = province.post(f"{page}unggah", {"sheet": file_of(mixed), "skip": "y"})
    assert (answer.status_code, "19.99" in text(answer), db.session.query(CourierCoverage).count()) == (200, True, 3)
    for data, sentence in (
        (b"", "Berkas ini kosong"),
        (b"\x89PNG", "bukan lembar kerja"),
        (b"a;b\n1;2\n", "Kode kecamatan"),
    ):
        answer = province.post(f"{page}unggah", {"sheet": file_of(data, "../../x.csv")})
        assert (answer.status_code, sentence in text(answer)) == (422, True), data
    assert province.post(f"{page}unggah").status_code == 422
