"""Shifts of a till: opened once, cash in and out, closed with a count; the sales of a day and their sheets."""

import io
from datetime import timedelta

import pypdfium2 as pdfium
import pytest

from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.sheets.reading import read_table
from gallery.counter import services
from gallery.counter.models import CashMovement, Shift, Till, UnbookedSale
from gallery.counter.services import Payment
from gallery.counter.states import CashReason, ShiftStatus
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.counter import ACTOR, enter, make_desk, make_sale, on_shelf
from tests.factories.inventory import BELITUNG, make_gallery_place


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def staff(app, place):
    return signed_in(app, make_user("gallery_staff", gallery_id=place.gallery_id, name="Rina"))


@pytest.fixture
def manager(app, place):
    return signed_in(app, make_user("gallery_manager", gallery_id=place.gallery_id, name="Hasan"))


def make_till(place):
    place_id = place.id
    with transaction() as session:
        return services.add_till(session, place_id, "Kasir 1", actor=ACTOR).public_id


def text(answer):
    return " ".join(answer.get_data(as_text=True).split())


def words_of(pdf):
    document = pdfium.PdfDocument(pdf)
    found = " ".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return " ".join(found.split())


def test_a_till_has_one_open_shift(staff, place):
    till = make_till(place)
    page = f"/petugas/kasir/laci/{till}/buka"
    assert staff.post(page, {"cash": "100.000"}, page=page).status_code == 303
    assert db.session.query(Shift).one().opening_cash_idr == 100_000
    answer = staff.post(page, {"cash": "1"}, page=page)
    assert answer.status_code == 422
    assert "sudah punya giliran yang terbuka" in text(answer)
    assert db.session.query(Shift).count() == 1


@pytest.mark.parametrize("cash", ["", "banyak", "-5", "9" * 12])
def test_an_opening_without_an_amount_is_explained(staff, place, cash):
    page = f"/petugas/kasir/laci/{make_till(place)}/buka"
    assert staff.post(page, {"cash": cash}, page=page).status_code == 422
    assert db.session.query(Shift).count() == 0


def test_cash_goes_in_and_out_once_and_never_more_than_there_is(staff, place):
    desk = make_desk(place)
    page = f"/petugas/kasir/{desk.public_id}/kas"
    form = {"direction": "out", "amount": "60.000", "reason": "bank_deposit", "request_key": "a" * 12}
    for _ in range(2):
        assert staff.post(page, form, page=page).status_code == 303
    answer = staff.post(page, form | {"request_key": "b" * 12}, page=page)
    assert answer.status_code == 422
    assert "tidak boleh lebih besar daripada isi laci" in text(answer)
    assert [row.amount_idr for row in db.session.query(CashMovement)] == [-60_000]


def close(staff, desk, **data):
    page = f"/petugas/kasir/{desk.public_id}/tutup"
    return staff.post(page, data, page=page)


def test_a_count_that_agrees_closes_the_shift(staff, place):
    desk = make_desk(place)
    goods, _item = on_shelf(desk)
    make_sale(desk, (goods, 2), payment=Payment(100_000))
    assert close(staff, desk, n50000="3", n20000="2").status_code == 303
    shift = db.session.get(Shift, desk.shift_id, populate_existing=True)
    assert (shift.status, shift.expected_cash_idr, shift.counted_cash_idr) == (ShiftStatus.CLOSED, 190_000, 190_000)
    assert shift.denominations == {"50000": 3, "20000": 2}
    assert staff.get(f"/petugas/kasir/{desk.public_id}/").location.endswith(f"/giliran/{desk.public_id}")


def test_a_difference_is_told_and_needs_its_reason(staff, place):
    desk = make_desk(place)
    answer = close(staff, desk, total="95.000")
    assert answer.status_code == 422
    assert "Selisih -Rp5.000" in text(answer)
    assert db.session.get(Shift, desk.shift_id).status is ShiftStatus.OPEN
    assert close(staff, desk, total="95.000", note="kembalian salah").status_code == 303
    shift = db.session.get(Shift, desk.shift_id, populate_existing=True)
    assert (shift.counted_cash_idr - shift.expected_cash_idr, shift.closing_note) == (-5_000, "kembalian salah")


def test_an_empty_count_is_no_count(staff, place):
    desk = make_desk(place)
    assert close(staff, desk).status_code == 422
    assert close(staff, desk, n50000="-1").status_code == 422
    assert db.session.get(Shift, desk.shift_id).status is ShiftStatus.OPEN


def test_the_closing_sheet_has_the_numbers_of_the_database(staff, place):
    desk = make_desk(place)
    pepper, _ = on_shelf(desk, "Lada Putih", price_idr=45_000)
    getas, _ = on_shelf(desk, "Getas", price_idr=20_000)
    make_sale(desk, (pepper, 2))
    make_sale(desk, (getas, 1), payment=Payment(qris_idr=20_000, qris_reference="QR-1"))
    with transaction() as session:
        services.move_cash(
            session,
            desk.shift_id,
            -30_000,
            reason=CashReason.BANK_DEPOSIT,
            note="BSB",
            request_key="k" * 12,
            actor=ACTOR,
        )
    close(staff, desk, total="158.000", note="kurang dua ribu")
    answer = staff.get(f"/petugas/kasir/giliran/{desk.public_id}/lembar.pdf")
    words = words_of(answer.data)
    for part in (
        *("2 penjualan Rp110.000", "tunai Rp90.000", "QRIS Rp20.000", "Uang awal Rp100.000", "Kas keluar -Rp30.000"),
        *("Seharusnya di laci Rp160.000", "Dihitung Rp158.000", "Selisih -Rp2.000", "kurang dua ribu", "BSB"),
    ):
        assert part in words, words


def test_the_receipt_pdf_has_the_numbers_of_the_sale(staff, place):
    desk = make_desk(place)
    goods, _item = on_shelf(desk)
    sale = make_sale(desk, (goods, 2), payment=Payment(100_000))
    number, sale_id = sale.number, sale.public_id
    for width in (58, 80):
        pdf = staff.get(f"/petugas/kasir/struk/{sale_id}.pdf?lebar={width}").data
        words = words_of(pdf)
        for part in (number, "Lada Putih", "2 × Rp45.000", "Total Rp90.000", "Tunai Rp100.000", "Kembali Rp10.000"):
            assert part in words, words
        document = pdfium.PdfDocument(pdf)
        assert round(document[0].get_width() / 72 * 25.4) == width
        document.close()


def test_sales_of_a_day_are_paged_and_cheap(staff, place, count_queries):
    desk = make_desk(place)
    goods, _item = on_shelf(desk, pieces=200)
    for _ in range(53):
        make_sale(desk, (goods, 1))
    with count_queries() as queries:
        answer = staff.get("/petugas/kasir/penjualan/")
    assert queries.count <= 9
    assert text(answer).count('data-label="Waktu"') == 50
    assert text(staff.get("/petugas/kasir/penjualan/?hal=2")).count('data-label="Waktu"') == 3
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    assert "Tidak ada penjualan" in text(staff.get(f"/petugas/kasir/penjualan/?tanggal={yesterday}"))
    for odd in ("?tanggal=x", "?hal=-1", "?hal=99999999", "?tanggal=2026-02-31"):
        assert staff.get(f"/petugas/kasir/penjualan/{odd}").status_code == 200


def test_the_export_has_every_line_of_the_own_gallery(staff, place):
    desk = make_desk(place)
    pepper, _ = on_shelf(desk, "=Lada")
    getas, _ = on_shelf(desk, "Getas", price_idr=20_000)
    make_sale(desk, (pepper, 2), (getas, 1))
    other = make_desk(make_gallery_place(BELITUNG))
    make_sale(other, (on_shelf(other, "Dodol")[0], 1))
    today = clock.today().isoformat()
    answer = staff.get(f"/petugas/kasir/penjualan.xlsx?dari={today}&sampai={today}")
    table = read_table(answer.data)
    rows = [list(row) for _number, row in table.rows][1:]
    assert [(row[3], row[6], row[7], row[9]) for row in rows] == [
        ("=Lada", 2, 45_000, 90_000),
        ("Getas", 1, 20_000, 20_000),
    ]


def test_a_manager_adds_a_till_and_its_qris(manager, place):
    from PIL import Image

    place_public_id = place.public_id
    assert manager.post("/petugas/kasir/laci", {"name": "Kasir 2", "tempat": place_public_id}, page="/petugas/kasir/")
    till = db.session.query(Till).one()
    page = f"/petugas/kasir/laci/{till.public_id}"
    assert manager.get(f"{page}/qris.jpg").status_code == 404
    assert manager.post(page, {}, page=page).status_code == 422
    picture = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(picture, "PNG")
    picture.seek(0)
    sent = manager.post(page, {"picture": (picture, "qris.png")}, page=page, content_type="multipart/form-data")
    assert sent.status_code == 303
    assert manager.get(f"{page}/qris.jpg").data.startswith(b"\xff\xd8")


def test_nobody_adds_a_till_elsewhere(manager):
    other = make_gallery_place(BELITUNG).public_id
    manager.post("/petugas/kasir/laci", {"name": "Kasir 2", "tempat": other}, page="/petugas/kasir/")
    assert db.session.query(Till).count() == 0


def test_a_sale_that_was_not_booked_stays_on_the_shift_until_somebody_settles_it(staff, place):
    desk = make_desk(place)
    with transaction() as session:
        row = UnbookedSale(
            sale_key="k" * 12, shift_id=desk.shift_id, why="short", total_idr=45_000, facts={}, happened_at=clock.now()
        )
        session.add(row)
        session.flush()
        number = row.id
    page = f"/petugas/kasir/giliran/{desk.public_id}"
    assert "Rp45.000" in text(staff.get(page))
    path = f"{page}/beres/{number}"
    staff.post(path, {"note": ""}, page=page)
    assert db.session.get(UnbookedSale, number).settled_at is None
    staff.post(path, {"note": "dicatat ulang"}, page=page)
    assert db.session.get(UnbookedSale, number, populate_existing=True).settled_note == "dicatat ulang"


def test_the_province_looks_and_does_not_sell(app, place):
    desk = make_desk(place)
    goods, _item = on_shelf(desk)
    enter(desk, "3*")
    sale = make_sale(desk, (goods, 1))
    sale_id = sale.public_id
    officer = signed_in(app, make_user("province_officer"))
    for path in ("", "penjualan/", f"giliran/{desk.public_id}", f"struk/{sale_id}"):
        assert officer.get(f"/petugas/kasir/{path}").status_code == 200
    assert officer.get(f"/petugas/kasir/{desk.public_id}/").status_code == 403
