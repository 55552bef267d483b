"""The screen of a till: from scan to receipt, with and without a script."""

import re
from datetime import timedelta

import pytest

from gallery.accounts.models import SignInAttempt, User
from gallery.catalog.models import Product
from gallery.catalog.states import ProductStatus
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.counter.models import BasketLine, CounterSale, Shift
from gallery.counter.states import TenderMethod
from gallery.inventory import services as inventory
from gallery.inventory.codes import lot_code, variant_code
from gallery.inventory.models import StockItem
from gallery.inventory.queries import audit_stock
from gallery.inventory.services import Wanted
from gallery.inventory.states import LotBlock
from tests.browser import PASSWORD, signed_in
from tests.factories.accounts import make_user
from tests.factories.counter import ACTOR, make_desk, on_shelf
from tests.factories.inventory import BELITUNG, make_gallery_place, make_goods, make_stock, stock


@pytest.fixture
def desk(app):
    return make_desk()


@pytest.fixture
def staff(app, desk):
    return signed_in(app, make_user("gallery_staff", gallery_id=desk.gallery_id, name="Rina"))


def send(staff, desk, view, **data):
    page = f"/petugas/kasir/{desk.public_id}/"
    return staff.post(f"{page}{view}", data, page=page)


def scan(staff, desk, text):
    return send(staff, desk, "pindai", kode=text)


def text(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def pay(staff, desk, **data):
    shift = db.session.get(Shift, desk.shift_id, populate_existing=True)
    total = sum(line.pieces * line.price_idr for line in shift.basket) - shift.discount_idr
    return send(staff, desk, "bayar", **({"kunci": shift.sale_key, "total": total} | data))


def test_scan_then_enter_then_enter_is_a_sale_with_its_receipt(staff, desk):
    goods, item = on_shelf(desk)
    assert scan(staff, desk, variant_code(goods.variant_id)).status_code == 303
    assert scan(staff, desk, "").location.endswith("#bayar")
    paid = pay(staff, desk)
    assert paid.status_code == 303
    sale = db.session.query(CounterSale).one()
    assert re.fullmatch(r"NP-G\d+-\d{6}-0001", sale.number)
    assert (sale.total_idr, sale.cashier_name, sale.change_idr) == (45_000, "Rina", 0)
    assert stock(item) == (9, 0)
    page = text(staff.get(paid.location))
    assert sale.number in page
    assert "Belum ada barang" not in page
    receipt = text(staff.get(f"/petugas/kasir/struk/{sale.public_id}"))
    assert "Rp45.000" in receipt
    assert "<svg" in receipt
    assert audit_stock(db.session()) == []


def test_the_same_payment_twice_is_one_sale(staff, desk):
    goods, item = on_shelf(desk)
    scan(staff, desk, variant_code(goods.variant_id))
    shift = db.session.get(Shift, desk.shift_id)
    given = {"kunci": shift.sale_key, "total": "45000", "tunai": "50.000"}
    first, second = (send(staff, desk, "bayar", **given) for _ in range(2))
    assert first.location == second.location
    assert db.session.query(CounterSale).one().change_idr == 5_000
    assert stock(item) == (9, 0)


def test_three_times_before_or_with_the_code(staff, desk):
    goods, _item = on_shelf(desk)
    scan(staff, desk, "3*")
    scan(staff, desk, variant_code(goods.variant_id))
    scan(staff, desk, f"2*{variant_code(goods.variant_id)}")
    scan(staff, desk, variant_code(goods.variant_id))
    assert db.session.query(BasketLine).one().pieces == 6
    scan(staff, desk, "-")
    scan(staff, desk, "-2")
    assert db.session.query(BasketLine).one().pieces == 3
    scan(staff, desk, "=5")
    assert db.session.query(BasketLine).one().pieces == 5
    scan(staff, desk, "=0")
    assert db.session.query(BasketLine).count() == 0


def test_the_label_of_a_lot_sells_that_lot_else_the_first_expiring_leaves(staff, desk):
    today = clock.today()
    goods, later = on_shelf(desk, expires_on=today + timedelta(days=90))
    soon = make_stock(goods.variant_id, desk.place_id, 4, expires_on=today + timedelta(days=20))
    lot_id = db.session.get(StockItem, later).lot_id
    scan(staff, desk, lot_code(lot_id))
    scan(staff, desk, variant_code(goods.variant_id))
    pay(staff, desk)
    assert (stock(soon), stock(later)) == ((3, 0), (9, 0))


def lot_of(item):
    return db.session.get(StockItem, item).lot_id


def block(item, reason):
    with transaction() as session:
        inventory.block_lot(session, lot_of(item), reason=reason, note="uji", actor=ACTOR)


def refused(case, desk):  # noqa: PLR0911 - a case each
    """Return (code, sentence) of an article that is not sold."""
    if case == "unknown":
        return "2900000000018", "Kode 2900000000018 tidak dikenal"
    if case == "no name":
        return "kerupuk", "Tidak ada barang bernama “kerupuk”"
    goods, item = (make_goods("Getas"), None) if case in {"not here", "other gallery"} else on_shelf(desk, "Getas", 2)
    code = variant_code(goods.variant_id)
    if case == "not here":
        return code, f"Getas ({code}) belum diterima di galeri ini"
    if case == "other gallery":
        make_stock(goods.variant_id, make_gallery_place(BELITUNG, name="Galeri Tanjungpandan").id)
        return code, f"Getas ({code}) tercatat di Galeri Tanjungpandan"
    if case == "recalled":
        block(item, LotBlock.RECALLED)
        return lot_code(lot_of(item)), "ditarik dari peredaran: sisihkan"
    if case == "all lots off the shelf":
        block(item, LotBlock.OFF_SHELF)
        return code, "sudah diturunkan dari rak"
    if case == "expired":
        with transaction() as session:
            session.get(StockItem, item).lot.expires_on = clock.today()
        return code, "kedaluwarsa"
    if case == "withdrawn":
        with transaction() as session:
            session.get(Product, goods.product_id).status = ProductStatus.WITHDRAWN
        return code, "sudah ditarik dari penjualan"
    if case == "held":
        with transaction() as session:
            inventory.reserve(session, "order:x", [Wanted(goods.variant_id, desk.place_id, 2)], expires_at=None)
        return code, "semuanya sudah dipesan pembeli"
    return f"3*{code}", "tinggal 2 yang bebas"


@pytest.mark.parametrize(
    "case",
    [
        *("unknown", "no name", "not here", "other gallery", "recalled", "all lots off the shelf", "expired"),
        *("withdrawn", "held", "too few"),
    ],
)
def test_what_is_not_sold_says_why_and_changes_nothing(staff, desk, case):
    code, sentence = refused(case, desk)
    answer = scan(staff, desk, code)
    assert answer.status_code == 409
    assert sentence in text(answer)
    assert db.session.query(BasketLine).count() == 0


def test_a_name_offers_articles_to_choose_from(staff, desk):
    on_shelf(desk, "Kemplang Ikan")
    goods, _item = on_shelf(desk, "Kemplang Cumi")
    answer = scan(staff, desk, "kemplang")
    assert "Kemplang Ikan" in text(answer)
    assert f'value="{variant_code(goods.variant_id)}"' in text(answer)
    scan(staff, desk, "kemplang cumi")  # one match needs no choice
    assert db.session.query(BasketLine).one().variant_id == goods.variant_id


def test_a_makers_number_and_the_qr_of_a_product_page_are_read(staff, desk):
    from gallery.catalog.models import Variant

    goods, _item = on_shelf(desk)
    with transaction() as session:
        session.get(Variant, goods.variant_id).barcode = "8991234500010"
    scan(staff, desk, "8991234500010")
    scan(staff, desk, f"https://galeri.example/p/{goods.product_public_id}?s=label")
    assert db.session.query(BasketLine).one().pieces == 2


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"tunai": "40.000"}, "Uangnya kurang Rp5.000"),
        ({"tunai": "banyak"}, "Tulis uangnya dengan angka"),
        ({"qris": "20.000"}, "nomor rujukan QRIS"),
        ({"qris": "46.000", "rujukan": "R1"}, "QRIS lebih besar"),
        ({"total": "1"}, "berubah di layar lain"),
        ({"kunci": "xxxxxxxxxx"}, "berubah di layar lain"),
    ],
)
def test_a_payment_that_does_not_fit_sells_nothing(staff, desk, given, sentence):
    goods, item = on_shelf(desk)
    scan(staff, desk, variant_code(goods.variant_id))
    answer = pay(staff, desk, **given)
    assert answer.status_code == 409
    assert sentence in text(answer)
    assert db.session.query(CounterSale).count() == 0
    assert stock(item) == (10, 0)


def test_a_mixed_payment_gives_change_for_the_cash_part(staff, desk):
    goods, _item = on_shelf(desk)
    scan(staff, desk, variant_code(goods.variant_id))
    pay(staff, desk, qris="20000", rujukan="QR-77", tunai="30 ribu")
    sale = db.session.query(CounterSale).one()
    assert [(t.method, t.amount_idr, t.given_idr, t.reference) for t in sale.tenders] == [
        (TenderMethod.QRIS, 20_000, 20_000, "QR-77"),
        (TenderMethod.CASH, 25_000, 30_000, ""),
    ]


def test_pieces_sold_online_meanwhile_are_named_and_nothing_is_sold(staff, desk):
    goods, item = on_shelf(desk, "Getas", 2)
    scan(staff, desk, f"2*{variant_code(goods.variant_id)}")
    with transaction() as session:
        inventory.reserve(session, "order:x", [Wanted(goods.variant_id, desk.place_id, 1)], expires_at=None)
    answer = pay(staff, desk)
    assert "Getas tinggal 1 yang bebas" in text(answer)
    assert stock(item) == (2, 1)


def test_a_discount_needs_the_right_or_the_password_of_who_has_it(app, staff, desk):
    goods, _item = on_shelf(desk)
    manager = make_user("gallery_manager", gallery_id=desk.gallery_id)
    stranger = make_user("gallery_manager", gallery_id=make_gallery_place(BELITUNG).gallery_id)
    scan(staff, desk, variant_code(goods.variant_id))
    given = {"potongan": "10%", "alasan": "kemasan penyok"}
    login = {"penyetuju": manager.email, "sandi": PASSWORD}
    for wrong in ({}, login | {"sandi": "salah"}, {"penyetuju": stranger.email, "sandi": PASSWORD}):
        assert send(staff, desk, "potongan", **given, **wrong).status_code == 409
        assert db.session.get(Shift, desk.shift_id, populate_existing=True).discount_idr == 0
    assert send(staff, desk, "potongan", **given, **login).status_code == 303
    shift = db.session.get(Shift, desk.shift_id, populate_existing=True)
    assert (shift.discount_idr, shift.discount_by) == (4_500, manager.id)
    pay(staff, desk)
    sale = db.session.query(CounterSale).one()
    assert (sale.total_idr, sale.discount_idr, sale.discount_by, sale.lines[0].discount_idr) == (
        *(40_500, 4_500, manager.id),
        4_500,
    )


def test_a_manager_who_approves_all_day_is_not_shut_out(staff, desk):
    goods, _item = on_shelf(desk)
    manager = make_user("gallery_manager", gallery_id=desk.gallery_id)
    scan(staff, desk, variant_code(goods.variant_id))
    login = {"penyetuju": manager.email, "sandi": PASSWORD}
    for percent in range(1, 10):
        given = {"potongan": f"{percent}%", "alasan": "kemasan penyok"}
        assert send(staff, desk, "potongan", **given, **login).status_code == 303
    assert db.session.query(SignInAttempt).count() == 0


def test_a_discount_goes_when_the_sale_shrinks(app, desk):
    manager = signed_in(app, make_user("gallery_manager", gallery_id=desk.gallery_id))
    goods, _item = on_shelf(desk)
    scan(manager, desk, f"3*{variant_code(goods.variant_id)}")
    assert send(manager, desk, "potongan", potongan="5.000", alasan="penyok").status_code == 303
    scan(manager, desk, "-")
    assert db.session.get(Shift, desk.shift_id, populate_existing=True).discount_idr == 0


@pytest.mark.parametrize("amount", ["45.000", "99%%", "-5", "seribu", "100%"])
def test_a_discount_that_is_none_is_refused(app, desk, amount):
    manager = signed_in(app, make_user("gallery_manager", gallery_id=desk.gallery_id))
    goods, _item = on_shelf(desk)
    scan(manager, desk, variant_code(goods.variant_id))
    assert send(manager, desk, "potongan", potongan=amount, alasan="x").status_code == 409
    assert db.session.get(Shift, desk.shift_id, populate_existing=True).discount_idr == 0


def test_lines_are_changed_by_button_and_by_hand(staff, desk):
    goods, _item = on_shelf(desk)
    scan(staff, desk, variant_code(goods.variant_id))
    line = db.session.query(BasketLine).one().id
    send(staff, desk, "baris", baris=line, jumlah="4")
    assert db.session.query(BasketLine).one().pieces == 4
    send(staff, desk, "baris", baris=line, jumlah_baru="7")
    assert db.session.query(BasketLine).one().pieces == 7
    for wrong in ({"jumlah_baru": "11"}, {"jumlah_baru": "x"}, {"jumlah_baru": "-1"}):
        assert send(staff, desk, "baris", baris=line, **wrong).status_code == 409
    assert db.session.query(BasketLine).one().pieces == 7
    send(staff, desk, "baris", baris=line, jumlah="0")
    assert db.session.query(BasketLine).count() == 0


def test_a_script_gets_the_running_sale_alone_and_a_scan_is_cheap(staff, desk, count_queries):
    goods, _item = on_shelf(desk)
    page = f"/petugas/kasir/{desk.public_id}/"
    scan(staff, desk, variant_code(goods.variant_id))  # the first scan takes the till for this device
    staff.get(page)
    with count_queries() as queries:
        data = {"csrf_token": staff.token, "kode": variant_code(goods.variant_id)}
        answer = staff.client.post(f"{page}pindai", data=data, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 200
    assert "<html" not in text(answer)
    assert "Lada Putih" in text(answer)
    assert queries.count <= 11


def test_one_device_sells_for_a_shift_and_another_takes_over_with_the_right(app, staff, desk):
    goods, _item = on_shelf(desk)
    scan(staff, desk, variant_code(goods.variant_id))  # the first device that sells holds the till
    page = f"/petugas/kasir/{desk.public_id}/"
    second = signed_in(app, make_user("gallery_staff", gallery_id=desk.gallery_id, name="Budi"))
    seen = text(second.get(page))
    assert "dipegang Rina" in seen
    assert "Kata sandi kepala galeri" in seen
    for view, data in (("pindai", {"kode": variant_code(goods.variant_id)}), ("kosongkan", {}), ("bayar", {})):
        assert "dipegang Rina" in text(second.post(f"{page}{view}", data))
    cash = {"amount": "5.000", "direction": "in", "reason": "other"}
    assert "perangkat lain" in text(second.post(f"{page}kas", cash, page=f"{page}kas"))
    assert second.post(f"{page}sewa", headers={"Accept": "application/json"}).json == {"error": "till_elsewhere"}
    assert db.session.query(BasketLine).one().pieces == 1
    boss = make_user("gallery_manager", gallery_id=desk.gallery_id)
    login = {"penyetuju": boss.email, "sandi": PASSWORD}
    assert second.post(f"{page}ambil-alih", login | {"sandi": "salah"}).status_code == 422
    assert second.post(f"{page}ambil-alih", login).status_code == 303
    assert scan(second, desk, "=3").status_code == 303
    assert "dipegang Budi" in text(staff.get(page))
    noted = db.session.query(AuditEntry).filter_by(action="shift.taken_over").one()
    assert (noted.actor_id, noted.facts["by"]) == (db.session.query(User).filter_by(name="Budi").one().id, boss.id)
    again = signed_in(app, db.session.query(User).filter_by(name="Budi").one())  # the same person on another device
    assert "Kata sandi" not in text(again.get(page))
    assert again.post(f"{page}ambil-alih").status_code == 303
    assert pay(again, desk).status_code == 303


def test_the_receipt_prints_on_both_rolls(staff, desk):
    goods, _item = on_shelf(desk)
    scan(staff, desk, variant_code(goods.variant_id))
    paid = pay(staff, desk, cetak="1")
    assert paid.location.endswith("?cetak=1")
    assert "data-print-now" in text(staff.get(paid.location))
    sale = db.session.query(CounterSale).one()
    for width in (58, 80):
        answer = staff.get(f"/petugas/kasir/struk/{sale.public_id}.pdf?lebar={width}")
        assert answer.data.startswith(b"%PDF")
