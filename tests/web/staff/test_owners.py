"""What MSMEs are owed, their statements, and from ticks to a payout."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from python_calamine import CalamineWorkbook

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.counter.models import CounterSale
from gallery.counter.services import Back, return_sale
from gallery.counter.states import RefundMethod, ReturnReason
from gallery.inventory.models import Lot, Paper, StockItem
from gallery.inventory.services import adjust
from gallery.inventory.states import MovementReason, PaperKind
from gallery.orders import services as orders
from gallery.orders.models import OrderLine, Parcel
from gallery.payments import services as payments
from gallery.payments.models import Payment as OrderPayment
from gallery.registry.models import Business
from gallery.settlement.models import Payout
from gallery.settlement.queries import statement
from gallery.settlement.states import Channel, ShareKind
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.checkout import make_bank_account, make_placed_order
from tests.factories.counter import make_desk, make_sale, on_shelf
from tests.factories.settlement import give_account, post
from tests.printed import pdf_text

NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(days=5)


@pytest.fixture
def owner(app):
    """The public id of an owner whose goods were sold for 135,000 rupiah five days ago."""
    desk = make_desk()
    goods, _ = on_shelf(desk, price_idr=45_000)
    with clock.at(NOW):
        make_sale(desk, (goods, 3))
    db.session.rollback()
    give_account(goods.business_id)
    make_bank_account()
    post()
    return db.session.query(Business.public_id).filter_by(id=goods.business_id).scalar()


def province(app):
    return signed_in(app, make_user("province_officer"))


def test_the_list_narrows_to_owners_whose_period_is_over(app, owner, monkeypatch):
    officer = province(app)
    next_month = (clock.today().replace(day=28) + timedelta(days=4)).replace(day=1)
    address = "/petugas/hak-umkm/?keadaan=masa"
    assert 'name="umkm"' in officer.get("/petugas/hak-umkm/").get_data(as_text=True)
    monkeypatch.setattr(clock, "today", lambda: next_month)
    page = officer.get(address).get_data(as_text=True)
    assert f'value="{owner}"' in page
    assert "Tiap bulan" in page
    due = next_month - timedelta(days=1)
    monkeypatch.setattr(clock, "today", lambda: due.replace(day=1) - timedelta(days=1))
    assert "Semua sudah dibayar sampai masa bayar yang lalu" in officer.get(address).get_data(as_text=True)


def test_ticked_owners_are_paid_with_one_payout_however_often_it_is_sent(app, owner):
    officer = province(app)
    page = officer.get("/petugas/hak-umkm/").get_data(as_text=True)
    assert "Rp135.000" in page
    key = page.split('name="request_key"')[1].split('value="')[1].split('"')[0]
    account = page.split('<option value="')[1].split('"')[0] if 'option value="1"' not in page else "1"
    form = {"umkm": owner, "bank_account": account, "request_key": key}
    first = officer.post("/petugas/hak-umkm/bayar", form, page="/petugas/hak-umkm/")
    again = officer.post("/petugas/hak-umkm/bayar", form, page="/petugas/hak-umkm/")
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    assert db.session.query(Payout).one().total_idr == 135_000
    other = officer.post("/petugas/hak-umkm/bayar", form | {"request_key": "lain"}, page="/petugas/hak-umkm/")
    assert other.status_code == 409
    assert "Tidak ada hak UMKM terpilih" in other.get_data(as_text=True)


def test_the_list_and_the_statement_are_workbooks_too(app, owner):
    officer = province(app)
    rows = CalamineWorkbook.from_filelike(
        io.BytesIO(officer.get("/petugas/hak-umkm/?unduh=xlsx").data)
    ).get_sheet_by_index(0)
    assert rows.to_python()[1][1:] == ["Tiap bulan", 135_000, 0, 0, 0, 135_000]
    first = NOW.date() - timedelta(days=1)
    query = f"dari={first:%Y-%m-%d}&sampai={first + timedelta(days=4):%Y-%m-%d}"
    page = officer.get(f"/petugas/hak-umkm/{owner}?{query}").get_data(as_text=True)
    assert "3 terjual di kasir" in page
    assert "Lada Putih" in page
    printed = officer.post(f"/petugas/hak-umkm/{owner}/laporan?{query}", page=f"/petugas/hak-umkm/{owner}?{query}")
    assert printed.status_code == 303
    paper = pdf_text(officer.get(printed.location).data)
    assert "Rp135.000" in paper
    check_code = db.session.query(Paper.check_code).filter_by(kind=PaperKind.STATEMENT).scalar()
    assert check_code in paper
    assert "Laporan penjualan" in officer.get(f"/periksa/{check_code}").get_data(as_text=True)
    assert "LPT-PROV-" in paper
    running = pdf_text(officer.get(f"/petugas/hak-umkm/{owner}/laporan.pdf").data)
    assert "Sementara" in running


def test_the_list_asks_the_database_no_more_for_more_owners(app, owner, count_queries):
    officer = province(app)
    counts = []
    for more in (0, 3):
        for number in range(more):
            desk = make_desk(name=f"Kasir {number + 2}")
            goods, _ = on_shelf(desk, f"Barang {number}", price_idr=10_000)
            make_sale(desk, (goods, 1))
        post()
        with count_queries() as queries:
            officer.get("/petugas/hak-umkm/?keadaan=semua")
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 9, counts


def test_the_statement_names_pieces_prices_and_what_is_due_on_page_paper_and_sheet(app, owner):
    """Received 10, sold 3, one came back, two expired: the same on the phone, on paper and in the workbook."""
    business_id = db.session.query(Business.id).filter_by(public_id=owner).scalar()
    item = db.session.query(StockItem).join(Lot).filter(Lot.business_id == business_id).one().id
    sale = db.session.query(CounterSale).one()
    back = {sale.lines[0].id: Back(1)}
    with transaction() as session:
        given = {"reason": ReturnReason.QUALITY, "note": "", "refund_method": RefundMethod.CASH, "request_key": "b"}
        return_sale(session, sale.id, sale.shift_id, back, **given, actor=Actor.system())
        adjust(session, item, -2, reason=MovementReason.EXPIRED, actor=Actor.system())
    post()
    day = clock.today()
    query = f"dari={day - timedelta(days=10):%Y-%m-%d}&sampai={day:%Y-%m-%d}"
    officer = province(app)
    page = " ".join(officer.get(f"/petugas/hak-umkm/{owner}?{query}").get_data(as_text=True).split())
    for term, pieces in (
        ("Diterima", 10), ("Terjual di kasir", 3), ("Kembali dari pembeli", 1), ("Kedaluwarsa", 2),
        ("Rusak, hilang, atau ditarik", 0), ("Ada pada akhir masa", 6),
    ):  # fmt: skip
        assert f"<dt>{term}</dt><dd>{pieces}</dd>" in page
    assert 'data-label="Harga">Rp45.000</td>' in page
    assert "Rp90.000 sudah bisa dibayar dan Rp0 menunggu" in page
    paper = " ".join(pdf_text(officer.get(f"/petugas/hak-umkm/{owner}/laporan.pdf?{query}").data).split())
    assert "Kedaluwarsa 2" in paper
    assert "Rp45.000" in paper
    assert "Di antaranya sudah bisa dibayar Rp90.000" in paper
    book = CalamineWorkbook.from_filelike(io.BytesIO(officer.get(f"/petugas/hak-umkm/{owner}?{query}&unduh=xlsx").data))
    sums = dict(book.get_sheet_by_name("Ringkasan").to_python()[1:])
    assert (sums["Sisa hak sebelum masa ini"], sums["Sisa hak pada akhir masa"]) == (0, 90_000)
    assert (sums["Sudah ditransfer"], sums["Di antaranya sudah bisa dibayar"], sums["Diterima"]) == (0, 90_000, 10)
    assert book.get_sheet_by_name("Arus barang").to_python()[1][4:] == [0, 10, 3, 0, 1, 0, 2, 2, 0, 0, 6]


def test_pieces_between_stock_and_buyer_explain_what_left_and_was_not_sold_yet(app):
    make_placed_order(quantity=2)
    payment, parcel = db.session.query(OrderPayment).one().id, db.session.query(Parcel).one().id
    with transaction() as session:
        payments.verify(session, payment, actor=Actor.system())
        orders.pack_parcel(session, parcel, actor=Actor.system())
        orders.hand_over_parcel(session, parcel, actor=Actor.system())
    owner = db.session.query(OrderLine).one().business_id
    day = clock.today()
    printed = statement(db.session(), owner, day, day)
    assert (printed.on_way_before, printed.on_way_after, len(printed.lines)) == (0, 2, 0)
    with transaction() as session:
        orders.deliver_parcel(session, parcel, actor=Actor.system())
    post()
    printed = statement(db.session(), owner, day, day)
    assert (printed.on_way_after, printed.pieces(Channel.ONLINE, ShareKind.SOLD)) == (0, 2)
    assert (printed.due_idr, printed.not_due_idr) == (0, printed.closing_idr)
