"""The shipping board and online couriers: what staff see and do, against a courier that answers over HTTP."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest

from gallery.accounts.models import UserSession
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.delivery.models import CourierBooking, CourierClaim, GalleryCourier, Shipment
from gallery.delivery.queries import hours
from gallery.delivery.services.wire import HIDDEN, hidden
from gallery.delivery.states import BookingStatus, BookingTrouble, Courier, ShipmentStatus
from gallery.inventory.models import Place
from gallery.orders.models import Parcel
from tests import html
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.courier_rows import make_booking
from tests.factories.couriers import always_open
from tests.factories.inventory import make_business, make_gallery_place, make_premises
from tests.standins.server import Reply

BOARD = "/petugas/pengiriman/"
INSTANT = "biteship:gojek.instant"


def text(answer):
    return answer.get_data(as_text=True)


def staff_of(app, place_id, role="gallery_staff"):
    return signed_in(app, make_user(role, gallery_id=db.session.get(Place, place_id).gallery_id))


def by_hand(place_id):
    """The gallery books its couriers itself."""
    gallery_id = db.session.get(Place, place_id).gallery_id
    with transaction() as session:
        session.add(
            GalleryCourier(
                holder=f"gallery:{gallery_id}", gallery_id=gallery_id, courier=Courier.BITESHIP, books_itself=False
            )
        )


def path_of(parcel):
    return f"{BOARD}{db.session.get(Parcel, parcel.id).public_id}"


def told(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def actions():
    return [row.action for row in db.session.query(AuditEntry).order_by(AuditEntry.id)]


@pytest.fixture
def place_id(app):
    made = make_gallery_place().id
    always_open(made)
    by_hand(made)
    return made


def test_ticked_parcels_are_booked_together_and_each_says_what_came_of_it(app, biteship, place_id, count_queries):
    first, second = biteship.parcel(place_id=place_id), biteship.parcel(place_id=place_id)
    foreign = biteship.parcel(packed=False)
    biteship.work()
    staff = staff_of(app, place_id)
    page = text(staff.get(f"{BOARD}?tab=to_book"))
    assert (first.order_number in page, second.order_number in page) == (True, True)
    assert first.order_number not in text(staff.get(BOARD))  # not to be handed over by hand
    ids = [db.session.get(Parcel, parcel.id).public_id for parcel in (first, second, foreign)]
    for _click in range(2):
        answer = staff.post(f"{BOARD}pesan", {"id": ids}, page=f"{BOARD}?tab=to_book")
        assert (answer.status_code, answer.location) == (303, f"{BOARD}?tab=to_book")
    assert "Kurir untuk 2 paket dipesan." in text(staff.get(f"{BOARD}?tab=to_book"))
    assert "Pilih dulu paketnya." in told(text(staff.get(staff.post(f"{BOARD}pesan").location)))
    biteship.work()
    assert len(biteship.standin.orders) == 2
    (order, *_rest) = biteship.standin.orders.values()
    biteship.standin.move(order.id, "allocated")
    biteship.tell(app.test_client())
    biteship.work(seconds=5)
    staff.get(f"{BOARD}?tab=offered")
    with count_queries() as read:
        answer = staff.get(f"{BOARD}?tab=offered")
    assert html.read(answer).title
    page = told(text(answer))
    assert read.count <= 10, read.statements
    for words in (
        "Budi Santoso",
        "BN 1234 AB",
        "Lacak langsung",
        "WhatsApp",
        "Gojek Instant",
        "Rp30.000",
        "\N{MINUS SIGN}Rp10.000",
    ):
        assert words in page, words
    book = openpyxl.load_workbook(io.BytesIO(staff.get(f"{BOARD}?tab=offered&unduh=xlsx").data)).active
    rows = list(book.iter_rows(min_row=2, values_only=True))
    assert {row[0] for row in rows} == {first.order_number, second.order_number}
    assert {row[8:10] for row in rows} == {(30_000, 20_000)}


def test_a_dearer_courier_is_booked_only_when_somebody_says_so(app, biteship, place_id):
    parcel = biteship.parcel(place_id=place_id, shipping_idr=9_000)
    staff, page = staff_of(app, place_id), path_of(parcel)
    assert "Pesan sekarang" in text(staff.get(page))
    assert staff.post(f"{page}/kurir-daring/pesan", page=page).status_code == 303
    biteship.work()
    assert biteship.booking(parcel).trouble is BookingTrouble.PRICE_ROSE
    assert parcel.order_number in text(staff.get(f"{BOARD}?tab=trouble"))
    shown = text(staff.get(page))
    assert ("Pesan dengan ongkos Rp20.000" in told(shown), "+Rp11.000" in told(shown)) == (True, True)
    assert html.read(staff.get(page)).title
    for _click in range(2):
        assert staff.post(f"{page}/kurir-daring/setuju").status_code == 303
    biteship.work()
    assert biteship.state(parcel) == ("booked", "offered", "packed")
    assert (len(biteship.standin.orders), actions().count("courier.price_allowed")) == (1, 1)
    assert "Tidak ada yang bermasalah" in text(staff.get(f"{BOARD}?tab=trouble"))


def test_a_refused_parcel_goes_with_the_courier_that_somebody_chooses(app, biteship, place_id):
    parcel = biteship.parcel(place_id=place_id, shipping_idr=12_000)
    biteship.standin.refuse("book", Reply(400, {"success": False, "error": "no", "code": 40002040}))
    staff, page = staff_of(app, place_id), path_of(parcel)
    for step in ("pesan", "setuju"):
        staff.post(f"{page}/kurir-daring/{step}", page=page)
        biteship.work()
    assert biteship.booking(parcel).trouble is not None
    answer = staff.get(f"{page}/kurir-daring")
    assert html.read(answer).title
    choice = text(answer)
    offered = re.findall(r'name="layanan" value="([^"]+)"><input type="hidden" name="harga" value="(\d+)"', choice)
    assert offered == sorted(offered, key=lambda one: int(one[1]))
    assert ("Termurah" in choice, "Selisihnya ditanggung galeri" in choice) == (True, True)
    service, price = next(one for one in offered if one[0] != INSTANT)
    wrong = staff.post(f"{page}/kurir-daring/pesan", {"layanan": service, "harga": "1"})
    assert wrong.location == f"{page}/kurir-daring"
    assert "Ongkos layanan itu baru saja berubah" in text(staff.get(wrong.location))
    assert staff.post(f"{page}/kurir-daring/pesan", {"layanan": service, "harga": price}).location == page
    biteship.work()
    booking = biteship.booking(parcel)
    assert (booking.service, booking.status, booking.trouble) == (service, BookingStatus.BOOKED, None)
    assert booking.max_extra_idr >= int(price) - 12_000
    assert "sudah dipesan" in text(staff.get(f"{page}/kurir-daring"))  # nobody books over it


def test_a_lost_answer_is_asked_after_settled_or_closed_with_a_reason(app, biteship, place_id):
    parcel = biteship.parcel(place_id=place_id, shipping_idr=30_000)
    staff, page = staff_of(app, place_id), path_of(parcel)
    staff.post(f"{page}/kurir-daring/pesan", page=page)
    with transaction() as session:  # as after a quarter of an hour of asking
        booking = session.query(CourierBooking).one()
        booking.status, booking.trouble = BookingStatus.NEEDS_PERSON, BookingTrouble.LOST_ANSWER
    shown = text(staff.get(page))
    assert ("Tanya kurir sekarang" in shown, "tidak ada di kurir" in shown) == (True, True)
    assert staff.post(f"{page}/kurir-daring/tidak-ada", {"note": " "}, page=page).status_code == 303
    assert "Tulis alasannya" in text(staff.get(page))
    assert biteship.booking(parcel).status is BookingStatus.NEEDS_PERSON
    staff.post(f"{page}/kurir-daring/tidak-ada", {"note": "Sudah dilihat di portal"})
    assert biteship.booking(parcel).status is BookingStatus.CANCELLED
    assert "courier.settled_as_absent" in actions()
    assert "Pesan kurir lain" in text(staff.get(page))


def test_trouble_is_closed_with_a_reason_and_the_courier_is_asked_at_once(app, biteship, place_id):
    parcel = biteship.parcel(place_id=place_id)
    staff, page = staff_of(app, place_id), path_of(parcel)
    staff.post(f"{page}/kurir-daring/pesan", page=page)
    biteship.work()
    (order,) = biteship.standin.orders.values()
    biteship.standin.move(order.id, "picked")
    biteship.standin.held.clear()  # the notice is lost
    staff.post(f"{page}/kurir-daring/tanya", page=page)
    biteship.work()
    assert biteship.state(parcel) == ("booked", "picked_up", "handed_over")
    booking_id = biteship.booking(parcel).id
    with transaction() as session:
        session.get(CourierBooking, booking_id).trouble = BookingTrouble.UNKNOWN_WORD
    for note, left in (("", BookingTrouble.UNKNOWN_WORD), ("Sudah ditelepon", None)):
        staff.post(f"{page}/kurir-daring/tutup", {"note": note}, page=page)
        assert biteship.booking(parcel).trouble is left


def test_a_courier_is_taken_back_when_its_service_agrees(app, biteship, place_id):
    parcel = biteship.parcel(place_id=place_id)
    staff, page = staff_of(app, place_id), path_of(parcel)
    staff.post(f"{page}/kurir-daring/pesan", page=page)
    biteship.work()
    assert "Batalkan kurir ini" in text(staff.get(page))
    for _click in range(2):
        staff.post(f"{page}/batal-kurir", page=page)
    assert "begitu layanannya setuju" in text(staff.get(page))
    biteship.work()
    assert biteship.state(parcel) == ("cancelled", "cancelled", "packed")
    assert parcel.order_number in text(staff.get(f"{BOARD}?tab=to_book"))


def test_what_went_over_the_wire_hides_people_until_somebody_opens_it(app, biteship, place_id):
    parcel = biteship.parcel(place_id=place_id)
    staff, manager, page = staff_of(app, place_id), staff_of(app, place_id, "gallery_manager"), path_of(parcel)
    assert "Belum ada percakapan" in text(staff.get(f"{page}/kurir-daring/percakapan"))
    staff.post(f"{page}/kurir-daring/pesan", page=page)
    biteship.work()
    (order,) = biteship.standin.orders.values()
    biteship.standin.move(order.id, "allocated")
    biteship.tell(app.test_client())
    biteship.work(seconds=5)
    wire = f"{page}/kurir-daring/percakapan"
    key = biteship.booking(parcel).key
    for person in (staff, manager):
        answer = person.get(wire)
        assert html.read(answer).title
        shown = text(answer)
        assert ("POST /v1/orders" in shown, key in shown, HIDDEN in shown) == (True, True, True)
        for secret in ("Dewi", "9999", "Mentok", "Budi", "BN 1234"):
            assert secret not in shown, secret
    assert ("Tampilkan data pribadi" in text(manager.get(wire)), "Tampilkan" in text(staff.get(wire))) == (True, False)
    assert staff.post(wire, page=page).status_code == 404
    assert actions().count("courier.wire_opened") == 0
    opened = text(manager.post(wire, page=wire))
    assert ("Dewi Anggraini" in opened, "Budi Santoso" in opened) == (True, True)
    assert biteship.standin.hook_secret not in opened
    assert actions().count("courier.wire_opened") == 1


def test_a_lost_parcel_is_paid_back_and_claimed_once(app, biteship, place_id):
    parcel = biteship.parcel(place_id=place_id)
    staff, page = staff_of(app, place_id), path_of(parcel)
    staff.post(f"{page}/kurir-daring/pesan", page=page)
    biteship.work()
    assert "Paket hilang di kurir" not in text(staff.get(page))  # nobody has it yet
    (order,) = biteship.standin.orders.values()
    biteship.standin.move(order.id, "picked")
    staff.post(f"{page}/kurir-daring/tanya", page=page)
    biteship.work()
    assert 'value="90.000"' in text(staff.get(page))
    for wrong, sentence in (
        ({"amount": "banyak", "note": "x"}, "misalnya 90.000"),
        ({"amount": "90.000"}, "mengaku hilang"),
    ):
        answer = staff.post(f"{page}/hilang", wrong, page=page)
        assert (answer.status_code, sentence in text(answer)) == (422, True)
        assert html.Page(text(answer)).problems == []
    for _click in range(2):
        staff.post(f"{page}/hilang", {"amount": "80.000", "note": "Kurir mengaku"}, page=page)
    biteship.work()
    assert db.session.query(CourierClaim.amount_idr).all() == [(80_000,)]
    assert biteship.state(parcel)[2] == "returned"
    assert "Diajukan" in text(staff.get(page))
    assert staff.post(f"{page}/klaim", {"hasil": "open"}).status_code == 404
    for verdict in ("refused", "paid"):
        assert staff.post(f"{page}/klaim", {"hasil": verdict}, page=page).status_code == 303
    assert db.session.query(CourierClaim).one().status.value == "paid"


def test_a_scanned_label_leads_to_its_parcel_and_a_waybill_is_found(app, biteship, place_id):
    parcel = biteship.parcel(place_id=place_id)
    make_booking(db.session.get(Parcel, parcel.id), tracking_number="WYB-77")
    staff, page = staff_of(app, place_id), path_of(parcel)
    assert staff.get(BOARD, query_string={"q": f"http://localhost{page}"}).location == page
    assert parcel.order_number in text(staff.get(f"{BOARD}?tab=offered&q=WYB-77"))
    assert parcel.order_number not in text(staff.get(f"{BOARD}?tab=offered&q=WYB-7"))


def test_another_gallerys_bookings_do_not_exist(app, biteship, place_id):
    foreign = biteship.parcel()
    biteship.work()
    staff, page = staff_of(app, place_id), path_of(foreign)
    for rest in ("pesan", "setuju", "tanya", "tidak-ada", "tutup", "percakapan"):
        assert staff.post(f"{page}/kurir-daring/{rest}", {"note": "x"}, page=BOARD).status_code == 404, rest
    assert [staff.get(f"{page}/kurir-daring{rest}").status_code for rest in ("", "/percakapan")] == [404, 404]
    own = path_of(biteship.parcel(place_id=place_id))
    for rest in ("setuju", "tanya", "tidak-ada", "tutup"):  # nothing was booked for it
        assert staff.post(f"{own}/kurir-daring/{rest}", {"note": "x"}, page=own).status_code == 404, rest


def test_the_province_sees_to_parcels_from_msmes_homes(app, biteship, place_id, monkeypatch):
    monkeypatch.setattr(hours, "AT_HOME", dict.fromkeys(range(7), (0, hours.DAY_MIN)))
    home_id = make_premises(make_business().id).id
    parcel = biteship.parcel(place_id=home_id, shipping_idr=9_000)
    fetched = biteship.parcel(place_id=place_id, service="pickup")
    officer, staff, page = signed_in(app, make_user("province_officer")), staff_of(app, place_id), path_of(parcel)
    officer.post(f"{page}/kurir-daring/pesan", page=page)
    biteship.work()
    assert biteship.booking(parcel).trouble is BookingTrouble.PRICE_ROSE
    assert parcel.order_number in text(officer.get(f"{BOARD}?tab=trouble"))
    assert parcel.order_number not in text(staff.get(f"{BOARD}?tab=trouble"))
    label = f"http://localhost/umkm-saya/pesanan/{page.rpartition('/')[2]}"
    assert officer.get(BOARD, query_string={"q": label}).location == page
    shown = text(officer.get(f"{page}/kurir-daring"))
    service, price = re.search(
        r'name="layanan" value="([^"]+)"><input type="hidden" name="harga" value="(\d+)"', shown
    ).groups()
    officer.post(f"{page}/kurir-daring/pesan", {"layanan": service, "harga": price}, page=page)
    biteship.work()
    (order,) = biteship.standin.orders.values()
    biteship.standin.move(order.id, "picked")
    officer.post(f"{page}/kurir-daring/tanya", page=page)
    biteship.work()
    # Nobody but the province answers for what was said to couriers about a home.
    wire = f"{page}/kurir-daring/percakapan"
    assert "Tampilkan data pribadi" in text(officer.get(wire))
    assert "Dewi Anggraini" in text(officer.post(wire, page=wire))
    officer.post(f"{page}/hilang", {"amount": "80.000", "note": "Kurir mengaku"}, page=page)
    biteship.work()
    assert db.session.query(CourierClaim.amount_idr).all() == [(80_000,)]
    assert biteship.state(parcel)[2] == "returned"
    # What stands on a desk is handed over by those who stand there.
    assert (
        officer.post(f"/petugas/pesanan/{path_of(fetched).rpartition('/')[2]}/serahkan", page=page).status_code == 403
    )


def test_people_are_hidden_and_the_rest_can_still_be_read():
    raw = (
        '{"success":true,"price":20000,"destination_contact_name":"Dewi \\"D\\" A","courier_name":"Gojek",'
        '"updated_at":"2026-11-24T11:00:00+07:00","destination_coordinate":{"latitude":-2.1,"longitude":106.1},'
        '"order_note":"0812 3456 7890","id":"5dd599ebdefcd4158eb8470b","message":"call +62 812-3456-7890"}'
    )
    shown = hidden(raw)
    for kept in ("20000", "Gojek", "2026-11-24T11:00:00+07:00", "5dd599ebdefcd4158eb8470b"):
        assert kept in shown, kept
    for gone in ("Dewi", "-2.1", "106.1", "3456"):
        assert gone not in shown, gone


# Goods of high value


def test_a_buyer_who_does_not_say_that_dear_goods_are_there_is_asked_after_a_day(app, biteship, place_id):
    app.config["COURIER_PIN_FROM_IDR"] = 1
    parcel = biteship.parcel(place_id=place_id)
    staff, page = staff_of(app, place_id), path_of(parcel)
    staff.post(f"{page}/kurir-daring/pesan", page=page)
    biteship.work()
    (order,) = biteship.standin.orders.values()
    for word in ("picked", "delivered"):
        biteship.standin.move(order.id, word)
    biteship.work(minutes=3)
    assert biteship.state(parcel) == ("booked", "delivered", "delivered")

    def is_trouble() -> bool:
        return parcel.order_number in text(staff.get(f"{BOARD}?tab=trouble"))

    assert "Belum dikonfirmasi pembeli" in text(staff.get(f"{BOARD}?tab=done"))
    assert not is_trouble()
    with transaction() as session:
        session.query(Shipment).one().ended_at -= timedelta(days=1, minutes=5)
    assert is_trouble()
    staff.post(f"{page}/kurir-daring/diterima", {"note": " "}, page=page)
    assert is_trouble()
    staff.post(f"{page}/kurir-daring/diterima", {"note": "Ibu Siti, lewat telepon"}, page=page)
    assert not is_trouble()
    assert "Penerimaan dikonfirmasi" in text(staff.get(page))
    staff.post(f"{page}/kurir-daring/diterima", {"note": "sekali lagi"}, page=page)
    assert actions().count("shipment.receipt_confirmed") == 1


# Pages that follow by themselves


def test_board_and_parcel_follow_and_an_open_page_keeps_nobody_signed_in(app, biteship, place_id, count_queries):
    parcel = biteship.parcel(place_id=place_id)
    staff, page = staff_of(app, place_id), path_of(parcel)
    staff.post(f"{page}/kurir-daring/pesan", page=page)
    biteship.work()
    pages = {page: f"{page}/perjalanan", f"{BOARD}?tab=offered": f"{BOARD}papan?tab=offered"}
    tags = {}
    for shown, followed in pages.items():
        found = re.search(r'data-follow-url="([^"]+)" data-follow-tag="(\w+)"', text(staff.get(shown)))
        assert found[1] == followed
        tags[followed] = found[2]
    with transaction() as session:
        for row in session.query(UserSession):  # long enough ago to be noted as in use again
            row.last_seen_at -= timedelta(minutes=20)
            row.idle_until -= timedelta(minutes=20)
        until = [row.idle_until for row in session.query(UserSession)]
    for followed, tag in tags.items():
        with count_queries() as read:
            same = staff.client.get(followed, headers={"If-None-Match": f'"{tag}"'})
        assert (same.status_code, same.data, read.count <= 10) == (304, b"", True)
    (order,) = biteship.standin.orders.values()
    biteship.standin.move(order.id, "allocated")
    biteship.tell(app.test_client())
    biteship.work(seconds=5)
    for followed, tag in tags.items():
        fresh = staff.client.get(followed, headers={"If-None-Match": f'"{tag}"'})
        assert "BN 1234 AB" in text(fresh), followed
        assert fresh.get_etag()[0] != tag
    assert f'href="{BOARD}?tab=trouble"' in text(fresh)  # links lead to the board, not to its parts
    db.session.rollback()
    assert [row.idle_until for row in db.session.query(UserSession)] == until
    staff.get(page)
    db.session.rollback()
    assert [row.idle_until for row in db.session.query(UserSession)] > until


def test_a_refused_form_is_not_replaced_under_its_writer(app, biteship, place_id):
    parcel = biteship.parcel(place_id=place_id)
    staff, page = staff_of(app, place_id), path_of(parcel)
    refused = text(staff.post(f"{page}/ekspedisi", {"carrier": "", "tracking_number": "JP77"}, page=page))
    assert ("JP77" in refused, "data-follow-url" in refused) == (True, False)


# One click more


def test_a_refused_parcel_is_booked_again_in_one_click(app, biteship, place_id):
    parcel = biteship.parcel(place_id=place_id, shipping_idr=30_000)
    other = biteship.parcel(place_id=place_id, shipping_idr=30_000)
    staff, page = staff_of(app, place_id), path_of(parcel)
    for one in (parcel, other):
        make_booking(
            db.session.get(Parcel, one.id),
            BookingStatus.REFUSED,
            trouble=BookingTrouble.NO_RIDER,
            shipment_status=ShipmentStatus.DECLINED,
            is_open=False,
        )
    home = told(text(staff.get("/petugas/")))
    assert ("2 paket bermasalah di kurir" in home, "2 kurir daring perlu dipesan" in home) == (True, True)
    rows = text(staff.get(f"{BOARD}?tab=trouble"))
    assert rows.count("Pesan yang termurah") == 2
    for _click in range(2):  # nobody had asked for prices yet
        answer = staff.post(f"{page}/kurir-daring/termurah", page=f"{BOARD}?tab=trouble")
        assert (answer.status_code, answer.location) == (303, page)
    biteship.work()
    booking = biteship.booking(parcel)
    assert (booking.status, booking.service != INSTANT, len(biteship.standin.orders)) == ("booked", True, 1)
    # Its neighbour's price is known now: the button says it, and books it at that price.
    shown = text(staff.get(path_of(other)))
    (service, price), *_rest = re.findall(
        r'name="layanan" value="([^"]+)"><input type="hidden" name="harga" value="(\d+)"', shown
    )
    assert service == booking.service
    assert f"Rp{int(price):,}".replace(",", ".") in told(shown)
    staff.post(f"{path_of(other)}/kurir-daring/pesan", {"layanan": service, "harga": price}, page=path_of(other))
    biteship.work()
    assert biteship.state(other) == ("booked", "offered", "packed")


def test_one_click_never_books_dearer_than_allowed(app, biteship, place_id):
    parcel = biteship.parcel(place_id=place_id, shipping_idr=1_000)
    staff, page = staff_of(app, place_id), path_of(parcel)
    answer = staff.post(f"{page}/kurir-daring/termurah", page=page)
    assert answer.location == f"{page}/kurir-daring"
    assert "Setujui dulu ongkosnya" in text(staff.get(answer.location))
    assert (biteship.booking(parcel), biteship.standin.orders) == (None, {})
