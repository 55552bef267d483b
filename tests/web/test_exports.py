"""Every list of the gallery as a workbook: what the filter shows, of what the page's scope has, and nothing else.

A new list page of these features fails here until it has an export (issue 3: "All lists export to XLSX").
"""

import io
import re
from datetime import date, datetime, timedelta

import pytest
from python_calamine import CalamineWorkbook

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Actor
from gallery.accounts.states import Role
from gallery.consignment.queries.terms import TermsFacts
from gallery.consignment.services import agree_terms
from gallery.core import clock
from gallery.core.db import transaction
from gallery.counter import services as counter
from gallery.counter.models import CounterSale, Shift
from gallery.counter.services import Back
from gallery.counter.states import CashReason, RefundMethod, ReturnReason
from gallery.inventory.models import Place as Place_
from gallery.registry.models import Business
from gallery.web import exports
from tests.architecture.source import ROOT
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.checkout import make_bank_account
from tests.factories.inventory import BELITUNG, PANGKALPINANG, make_gallery_place, make_goods, make_stock
from tests.web.scope_world import make_place, person

SYSTEM = Actor.system()
ROW = re.compile(r'<tr[^>]*>\s*<th scope="row">')
# Address, what the sheet is asked with, whether the page has one table with a row for each of the sheet's.
STAFF = (
    ("/petugas/galeri/", "xlsx", True),
    ("/petugas/galeri/?saring=low", "xlsx", True),
    ("/petugas/titipan/surat/", "xlsx", True),
    ("/petugas/titipan/surat/{note}", "xlsx", True),
    ("/petugas/titipan/terima/", "jalan", False),
    ("/petugas/titipan/terima/", "tunggu", False),
    ("/petugas/titipan/terima/{receiving}", "xlsx", False),
    ("/petugas/titipan/tanda-terima/", "xlsx", True),
    ("/petugas/titipan/retur/?status=semua", "xlsx", True),
    ("/petugas/titipan/penarikan/?status=semua", "xlsx", True),
    ("/petugas/galeri/pindah/?status=semua", "xlsx", True),
    ("/petugas/titipan/harga/?status=semua", "xlsx", True),
    ("/petugas/titipan/permintaan/", "xlsx", True),
    ("/petugas/galeri/kedaluwarsa?batas=month", "xlsx", True),
    ("/petugas/galeri/menipis", "xlsx", True),
    ("/petugas/titipan/ketentuan/", "xlsx", True),
    ("/petugas/kasir/", "xlsx", True),
    ("/petugas/kasir/giliran/{shift}", "xlsx", False),
    ("/petugas/kasir/giliran/{shift}", "retur", False),
    ("/petugas/kasir/giliran/{shift}", "kas", False),
    ("/petugas/kasir/retur/", "xlsx", True),
    ("/petugas/opname/", "xlsx", True),
    ("/petugas/laporan/galeri/", "xlsx", False),
)
SELLER = (
    ("/umkm-saya/titipan/", "xlsx", False),
    ("/umkm-saya/titipan/", "tanda-terima", False),
    ("/umkm-saya/titipan/{own_note}", "xlsx", True),
    ("/umkm-saya/titipan/keluar/", "xlsx", True),
    ("/umkm-saya/titipan/keluar/ditarik", "xlsx", True),
    ("/umkm-saya/titipan/harga/", "xlsx", True),
    ("/umkm-saya/titipan/permintaan/", "xlsx", True),
    ("/umkm-saya/stok/", "xlsx", True),
    ("/umkm-saya/stok/rinci/{home_item}", "xlsx", True),
    ("/umkm-saya/laporan/", "stok", False),
)
# Sheets with an address of their own: they are asked for more than the page shows, or are no list of a filter.
FILES = (
    "/petugas/kasir/penjualan.xlsx",
    "/petugas/laporan/galeri/arus.xlsx",
    "/petugas/galeri/{gallery_item}/kartu.xlsx",
    "/petugas/galeri/varian/{variant}/kartu.xlsx",
    "/petugas/galeri/lot/{sold_lot}/penarikan.xlsx",
    "/petugas/opname/{stocktake}/opname.xlsx",
)
FEATURES = {
    "staff": (
        *("counter", "counter_return", "counter_sale", "expiry", "labels", "lots", "low_stock", "notes"),
        *("price_requests", "receipts", "receiving", "receiving_lines", "replenishments", "reports", "returns"),
        *("stock", "stock_cards", "stock_counts", "stocktakes", "terms", "transfers", "write_offs"),
    ),
    "seller": ("notes", "price_requests", "receipts", "replenishments", "reports", "returns", "stock"),
}
LISTS = re.compile(
    r"\b(table_box|note_list|note_body|receipt_table|paper_table|price_table|replenish_table|flow_table|history)\(|<table"
)
WAYS_OUT = re.compile(r"export_button\(|XLSX|note_actions\(")
NO_LIST = {
    "staff/counter/cash.html": "the running shift's cash, beside its form; the shift's page has the sheet",
    "staff/counter/sale_rows.html": "part of two pages that have one",
    "staff/labels/index.html": "a form: how many labels of each",
    "staff/receiving/done.html": "the papers that were just made, also in the list of receipts",
    "staff/receiving_lines/show.html": "what was rejected of one line, with its pictures",
    "staff/stock/card.html": "the newest movements; the full card beside it has the sheet",
    "staff/transfers/show.html": "one paper, printed as PDF",
}


def rows_of(answer):
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.mimetype.endswith("spreadsheetml.sheet"), answer.get_data(as_text=True)[:300]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0)
    head, *rows = sheet.to_python(skip_empty_area=False)
    assert all(head)
    assert len(set(head)) == len(head)
    return head, rows


@pytest.fixture
def places(app):
    make_bank_account()
    own, other = make_place(PANGKALPINANG), make_place(BELITUNG)
    for place, name in ((own, "Galeri Kota"), (other, "Galeri Seberang")):
        gallery_id = place.scope["gallery_id"]
        with transaction() as session:
            session.get_one(Gallery, gallery_id).name = name
            session.query(Place_).filter_by(gallery_id=gallery_id, kind="gallery").one().name = name
            session.get_one(Business, place.scope["business_id"]).name = f"=UMKM({name})"
            agree_terms(session, gallery_id, place.scope["business_id"], clock.today(), TermsFacts(), actor=SYSTEM)
            shelf = session.query(Place_).filter_by(gallery_id=gallery_id, kind="gallery").one().id
            sale = session.query(CounterSale).filter_by(public_id=place.ids["counter_sale"]).one()
            shift = session.query(Shift).filter_by(public_id=place.ids["shift"]).one()
            sale_id, line_id, shift_id = sale.id, sale.lines[0].id, shift.id
            place.ids["sold_lot"] = sale.lines[0].lot_id
        with transaction() as session:
            counter.move_cash(
                session,
                shift_id,
                -5_000,
                reason=CashReason.EXPENSE,
                note=name,
                request_key=f"k{shift_id}",
                actor=SYSTEM,
            )
            counter.return_sale(
                session, sale_id, shift_id, {line_id: Back(1)}, reason=ReturnReason.QUALITY, note=name,
                refund_method=RefundMethod.OTHER, request_key=f"b{shift_id}", actor=SYSTEM,
            )  # fmt: skip
        goods = make_goods("Getas", business_id=place.scope["business_id"])
        make_stock(goods.variant_id, shelf, 2, expires_on=clock.today() + timedelta(days=20))
    return own, other


def visit(who, place, lists):
    wrong = []
    for pattern, what, has_one_table in lists:
        address = pattern.format(**place.ids)
        page = who.get(address).get_data(as_text=True)
        button = f"unduh={what}"
        head, rows = rows_of(who.get(f"{address}{'&' if '?' in address else '?'}{button}"))
        if button not in page:
            wrong.append((address, "no button", what))
        if not rows or (has_one_table and len(rows) != len(ROW.findall(page))):
            wrong.append((address, what, len(rows), "rows, the page has", len(ROW.findall(page))))
        if strange := [row for row in rows if "Seberang" in str(row)]:
            wrong.append((address, what, "shows another's", strange))
        for name in (
            "Jumlah",
            "Barang",
            "Ada",
            "Hak penitip",
            "Nilai titip",
            "Harga lama",
            "Uang kembali",
            "Uang awal",
        ):
            values = [row[head.index(name)] for row in rows] if name in head else []
            if name != "Barang" and not all(isinstance(value, int | float) for value in values):
                wrong.append((address, what, name, values))
        for name in ("Kedaluwarsa", "Disiapkan", "Dibuka", "Tanggal", "Waktu", "Berlaku mulai"):
            values = [row[head.index(name)] for row in rows] if name in head else []
            if not all(isinstance(value, date | datetime) for value in values if value != ""):
                wrong.append((address, what, name, values))
    assert wrong == []


def test_lists_are_workbooks_of_what_their_reader_answers_for(app, places):
    own, _other = places
    visit(person(app, Role.SELLER, own), own, SELLER)
    who = person(app, Role.GALLERY_MANAGER, own)
    visit(who, own, STAFF)
    for address in FILES:
        head, rows = rows_of(who.get(address.format(**own.ids)))
        assert rows, address
        assert "Seberang" not in str(rows), address
        assert "Waktu" not in head or isinstance(rows[-1][head.index("Waktu")], datetime), address


def test_a_workbook_has_what_the_filter_shows_and_no_page(app, monkeypatch):
    place = make_gallery_place()
    who = signed_in(app, make_user("gallery_manager", gallery_id=place.gallery_id))
    kerupuk, getas = make_goods("Kerupuk 100%"), make_goods("Getas")
    for days in range(60):
        make_stock(kerupuk.variant_id, place.id, 1, expires_on=clock.today() + timedelta(days=40 + days))
    make_stock(getas.variant_id, place.id)
    page = who.get("/petugas/galeri/?q=kerupuk+100%25&sesudah=3").get_data(as_text=True)
    assert len(ROW.findall(page)) == 50
    link = re.search(r'href="(\?[^"]*unduh=xlsx)"', page)[1].replace("&amp;", "&")
    assert "sesudah" not in link
    head, rows = rows_of(who.get(f"/petugas/galeri/{link}"))
    assert [row[head.index("Produk")] for row in rows] == ["Kerupuk 100%"] * 60
    assert rows_of(who.get("/petugas/galeri/?q=tidak+ada&unduh=xlsx"))[1] == []
    monkeypatch.setattr(exports, "MOST_ROWS", 10)
    last = rows_of(who.get(f"/petugas/galeri/{link}"))[1]
    assert (len(last), last[-1][0].startswith("Hanya 10 baris")) == (11, True)


def test_every_list_page_of_the_gallery_has_a_way_out():
    found = {}
    for audience, features in FEATURES.items():
        for feature in features:
            for path in sorted((ROOT / "templates" / audience / feature).glob("*.html")):
                text = path.read_text()
                name = f"{audience}/{feature}/{path.name}"
                if LISTS.search(text):
                    found[name] = bool(WAYS_OUT.search(text))
    assert len(found) > 25
    assert sorted(name for name, has_one in found.items() if not has_one) == sorted(NO_LIST)
