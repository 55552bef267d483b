"""Unpacking on screen: scans, rows, rejections with a picture, the end with receipts, with and without a script."""

import pytest

from gallery.catalog.models import Variant
from gallery.consignment.models import Receipt, Receiving, ReceivingCount
from gallery.consignment.queries.receiving import counted_lines
from gallery.core.db import db, transaction
from gallery.inventory.codes import lot_code, variant_code
from gallery.inventory.models import StockItem
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.consignment import in_days, make_note, make_receipt
from tests.factories.inventory import make_gallery_place, make_goods

ROOT = "/petugas/titipan/terima/"
JSON = {"Accept": "application/json"}


@pytest.fixture
def gallery_id(app):
    return make_gallery_place().gallery_id


@pytest.fixture
def staff(app, gallery_id):
    return signed_in(app, make_user("gallery_staff", gallery_id=gallery_id))


@pytest.fixture
def goods(app):
    return make_goods("Lada Putih Muntok", price_idr=45_000)


@pytest.fixture
def page(staff, goods, gallery_id):
    """The address of an unpacking that has begun, with ten pieces expected."""
    return begin(staff, make_note((goods, 10), gallery_id=gallery_id))


def begin(person, note):
    answer = person.post(ROOT, {"surat": note.public_id}, page=ROOT)
    assert answer.status_code == 303
    return answer.location


def scan(person, page, code, key="s" * 12, **given):
    return person.post(f"{page}/pindai", {"code": code, "key": key, **given}, page=page)


def counted(page):
    db.session.rollback()
    row = db.session.query(Receiving).filter_by(public_id=page.rsplit("/", 1)[-1]).one()
    return [(one.taken, one.rejected) for one in counted_lines(db.session(), row)]


def line_of(page):
    row = db.session.query(Receiving).filter_by(public_id=page.rsplit("/", 1)[-1]).one()
    return counted_lines(db.session(), row)[0].line.public_id


def fill(person, page, line, **given):
    values = {"was": "0", "key": "f" * 12, "expires_on": in_days(365).isoformat(), "lot_code": "L7", "shelf": "A1"}
    return person.post(f"{page}/baris/{line}", values | given, page=page)


def test_every_kind_of_code_counts(staff, goods, page, gallery_id):
    with transaction() as session:
        variant = session.get(Variant, goods.variant_id)
        variant.barcode, variant.sku = "8991234500017", "LPM-250"
    lot = make_receipt(goods, 1, gallery_id=gallery_id).lines[0].lot_id
    codes = [
        "8991234500017",
        "lpm-250",
        "lada muntok",
        variant_code(goods.variant_id),
        lot_code(lot),
        "3*8991234500017",
    ]
    for number, code in enumerate(codes):
        answer = scan(staff, page, code, key=f"key-{number:08}")
        assert answer.status_code == 303, code
    assert counted(page) == [(8, 0)]
    assert "Lada Putih Muntok, 8 / 10" in " ".join(staff.get(answer.location).get_data(as_text=True).split())


def test_a_scan_sent_twice_counts_once_and_the_script_is_told_the_total(staff, page):
    for _ in range(2):
        answer = staff.post(f"{page}/pindai", {"code": "4*lada", "key": "same-key-1"}, page=page, headers=JSON)
        assert (answer.status_code, answer.json["taken"], answer.json["expected"]) == (200, 4, 10)
    assert counted(page) == [(4, 0)]


def test_what_nobody_knows_is_said_and_nothing_is_counted(staff, page):
    answer = scan(staff, page, "8990000000008")
    assert answer.status_code == 422
    assert "Tidak ada barang yang cocok" in answer.get_data(as_text=True)
    assert counted(page) == [(0, 0)]


def test_of_several_one_is_chosen(staff, page):
    other = make_goods("Lada Hitam")
    answer = scan(staff, page, "2*lada")
    assert answer.status_code == 422
    assert "Yang mana?" in answer.get_data(as_text=True)
    chosen = scan(staff, page, f"2*{other.variant_public_id}", pilih=other.variant_public_id)
    assert chosen.status_code == 303
    assert counted(page) == [(0, 0), (2, 0)]


def test_two_people_add_to_the_same_line(app, staff, page, gallery_id):
    colleague = signed_in(app, make_user("gallery_staff", gallery_id=gallery_id))
    line = line_of(page)
    scan(colleague, page, "lada", key="colleague-1")  # after this page was opened with 0
    fill(staff, page, line, got="5", was="0")
    assert counted(page) == [(6, 0)]
    fill(staff, page, line, got="4", was="6", key="g" * 12)
    assert counted(page) == [(4, 0)]
    assert len({row.counted_by for row in db.session.query(ReceivingCount)}) == 2


def test_of_two_who_describe_a_line_the_second_is_told_what_the_first_wrote(app, staff, page, gallery_id):
    line, other = line_of(page), signed_in(app, make_user("gallery_staff", gallery_id=gallery_id))
    seen = {"old_expires_on": in_days(365).isoformat(), "old_lot_code": "L1", "old_shelf": "", "old_price": ""}
    same = {"expires_on": in_days(365).isoformat(), "lot_code": "L1", "shelf": ""}
    assert fill(staff, page, line, **seen, **same | {"shelf": "A1", "lot_code": "L9"}).status_code == 303
    # Another field of the same page as before: both stay. The same field: the first one's words do, and pieces count.
    assert (
        fill(other, page, line, key="g" * 12, **seen, **same | {"expires_on": in_days(400).isoformat()}).status_code
        == 303
    )
    late = {"lot_code": "L2", "shelf": "A1", "got": "4"}
    answer = other.post(f"{page}/baris/{line}", {"key": "h" * 12, "was": "0", **seen, **same, **late}, headers=JSON)
    assert answer.status_code == 409
    assert "kode produksi “L9”" in answer.json["error"]
    assert "“L2”" in answer.json["error"]
    assert answer.json["now"]["fields"] == {
        "expires_on": in_days(400).isoformat(),
        "lot_code": "L9",
        "shelf": "A1",
        "price": "",
    }
    assert counted(page) == [(4, 0)]


@pytest.mark.parametrize("given", [{"got": "-1"}, {"got": "x"}, {"expires_on": "31-12-2026"}, {"price": "abc"}])
def test_a_wrong_row_is_refused(staff, page, given):
    answer = fill(staff, page, line_of(page), **given)
    assert answer.status_code == 422
    assert counted(page) == [(0, 0)]


def test_finishing_lists_what_is_missing_then_gives_a_receipt_once(staff, page):
    line = line_of(page)
    scan(staff, page, "10*lada")
    fill(staff, page, line, got="10", was="10", expires_on=in_days(20).isoformat())
    answer = staff.post(f"{page}/selesai", {"brought_by": "Pak Contoh"}, page=page)
    assert answer.status_code == 422
    assert "kedaluwarsa terlalu dekat" in answer.get_data(as_text=True)
    assert db.session.query(StockItem).count() == 0

    fill(staff, page, line, got="10", was="10", key="h" * 12)
    for _ in range(2):
        answer = staff.post(f"{page}/selesai", {"brought_by": "Pak Contoh"}, page=page)
        assert answer.status_code == 303
    assert [item.on_hand for item in db.session.query(StockItem)] == [10]
    receipt = db.session.query(Receipt).one()
    assert receipt.number in staff.get(answer.location).get_data(as_text=True)
    assert "Selesai" in staff.get(page).get_data(as_text=True)
    assert scan(staff, page, "lada", key="too-late-1").status_code == 409


def test_goods_without_a_note(staff, goods, gallery_id):
    form = {"gallery": gallery_id, "key": "o" * 12}
    pages = {staff.post(ROOT, form, page=ROOT).location for _ in range(2)}
    assert len(pages) == 1
    page = pages.pop()
    assert scan(staff, page, "lada").status_code == 303
    assert counted(page) == [(1, 0)]


def test_the_page_of_forty_lines_costs_no_more_reads_than_that_of_one(staff, goods, gallery_id, count_queries):
    costs = []
    for lines in (1, 40):
        page = begin(staff, make_note(*[(goods, 1)] * lines, gallery_id=gallery_id))
        staff.get(page)
        with count_queries() as queries:
            assert staff.get(page).status_code == 200
        costs.append(queries.count)
    assert costs[0] == costs[1]
    assert costs[1] <= 12


def test_the_list_of_what_is_expected(staff, page, gallery_id, count_queries):
    make_note(gallery_id=gallery_id)
    make_note()  # of another gallery
    with count_queries() as queries:
        shown = staff.get(ROOT).get_data(as_text=True)
    assert shown.count("STB-G") >= 3
    assert queries.count <= 12
