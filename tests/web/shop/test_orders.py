import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.checkout.queries import Owner
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.files import record_file
from gallery.delivery import services
from gallery.delivery.courier import CourierUpdate
from gallery.delivery.models import CourierBooking, Shipment
from gallery.delivery.states import BookingStatus, BookingTrouble, Courier, ShipmentStatus
from gallery.orders import services as orders
from gallery.orders.models import Order, Parcel
from gallery.orders.states import CancelReason, FulfilmentKind, OrderStatus
from gallery.payments import services as payments
from gallery.payments.models import Payment
from gallery.payments.states import PaymentMethod
from tests import html
from tests.browser import guest, signed_in
from tests.factories.accounts import make_office, make_user
from tests.factories.checkout import buy, fill_cart, make_bank_account, make_placed_order, send_to
from tests.factories.checkout import guest as cart_owner
from tests.factories.delivery import make_rider, make_shipment, make_tariff
from tests.factories.inventory import PANGKALPINANG, make_gallery_place, make_goods, make_stock

SYSTEM = Actor.system()


@pytest.fixture
def buyer(app):
    return guest(app)


def text(answer) -> str:
    return answer.get_data(as_text=True)


def link(order, rest="") -> str:
    return f"/pesanan/{order.public_id}{rest}?t={adapters.signer().sign('order', order.public_id)}"


def status(order_id) -> OrderStatus:
    db.session.rollback()
    return db.session.get(Order, order_id, populate_existing=True).status


def run(service, *given, **named):
    with transaction() as session:
        return service(session, *given, **named)


def ids(order):
    return (
        order.id,
        db.session.query(Payment).filter_by(order_id=order.id).one().id,
        db.session.query(Parcel).filter_by(order_id=order.id).one().id,
    )


def test_the_signed_link_shows_what_to_pay_until_when(buyer):
    order = make_placed_order()
    page = text(buyer.get(link(order)))
    payment = db.session.query(Payment).one()
    assert order.number in page
    assert f"Rp{payment.amount_idr:,}".replace(",", ".") in page
    assert "paling lambat" in page
    assert "Lada Putih" in page


@pytest.mark.parametrize("token", ["", "x", "ImFiYyI.aWY.sig", "%00", "' OR 1=1"])
def test_without_its_link_an_order_does_not_exist(buyer, token):
    order = make_placed_order()
    mine = f"/pesanan/{order.public_id}"
    for path in (mine, f"{mine}/keadaan", f"{mine}/perjalanan", f"{mine}/bukti/abc.jpg", f"/bayar/{order.public_id}"):
        assert buyer.client.get(path, query_string={"t": token}).status_code == 404


def test_the_link_of_one_order_opens_no_other(buyer):
    mine, other = make_placed_order(), make_placed_order()
    token = adapters.signer().sign("order", mine.public_id)
    assert buyer.get(f"/pesanan/{other.public_id}?t={token}").status_code == 404
    assert buyer.get(f"/bayar/{other.public_id}?t={token}").status_code == 404
    assert (
        buyer.get(f"/pesanan/{mine.public_id}?t={adapters.signer().sign('rider', mine.public_id)}").status_code == 404
    )


def test_numbers_open_nothing(buyer):
    order = make_placed_order()
    assert buyer.get(f"/pesanan/{order.number}").status_code == 404
    assert buyer.get(f"/pesanan/{order.id}").status_code == 404


def test_an_account_opens_its_own_orders_only(app):
    user, stranger = make_user(), make_user()
    stranger_page = signed_in(app, stranger)
    owner_page = signed_in(app, user)
    order = make_placed_order(owner=Owner(user_id=user.id))
    assert owner_page.get(f"/pesanan/{order.public_id}").status_code == 200
    assert stranger_page.get(f"/pesanan/{order.public_id}").status_code == 404
    assert order.number in text(owner_page.get("/akun/pesanan"))
    assert order.number not in text(stranger_page.get("/akun/pesanan"))


def test_the_order_page_is_never_kept_by_caches_or_search_engines(buyer):
    answer = buyer.get(link(make_placed_order()))
    assert "no-store" in answer.headers["Cache-Control"]
    assert 'name="robots" content="noindex"' in text(answer)


def test_the_timeline_follows_the_order(buyer):
    order = make_placed_order()
    order_id, payment_id, parcel_id = ids(order)
    page = text(buyer.get(link(order)))
    assert 'aria-current="step"' in page
    assert "Menunggu transfer" in page
    before = buyer.get(link(order, "/keadaan")).get_json()
    run(payments.verify, payment_id, actor=SYSTEM)
    assert buyer.get(link(order, "/keadaan")).get_json() != before
    run(orders.pack_parcel, parcel_id, actor=SYSTEM)
    page = text(buyer.get(link(order)))
    assert re.search(r"Pembayaran diterima.*Dikemas di Galeri PLUT Pangkalpinang", page, re.DOTALL)
    run(orders.hand_over_parcel, parcel_id, actor=SYSTEM)
    run(orders.deliver_parcel, parcel_id, actor=SYSTEM)
    page = text(buyer.get(link(order)))
    assert "Pesanan selesai" in page
    assert status(order_id) is OrderStatus.COMPLETED


def test_a_buyer_cancels_what_is_not_packed(buyer):
    order = make_placed_order()
    order_id = order.id
    answer = buyer.post(link(order, "/batal"), {"alasan": "changed_mind"}, page=link(order))
    assert answer.status_code == 303
    assert status(order_id) is OrderStatus.CANCELLED
    page = text(buyer.get(link(order)))
    assert "Pesanan dibatalkan" in page
    assert "Anda berubah pikiran." in page  # spoken to the buyer
    assert "Pembeli berubah pikiran." not in page


def test_a_packed_order_is_not_cancelled_by_its_buyer(buyer):
    order = make_placed_order()
    order_id, payment_id, parcel_id = ids(order)
    run(payments.verify, payment_id, actor=SYSTEM)
    stale = link(order)
    buyer.get(stale)
    run(orders.pack_parcel, parcel_id, actor=SYSTEM)
    buyer.post(link(order, "/batal"), {"alasan": "changed_mind"})
    assert status(order_id) is OrderStatus.PAID
    page = text(buyer.get(link(order)))
    assert "sudah mulai dikemas" in page
    assert "Batalkan pesanan" not in page


def test_cancelling_needs_a_token_and_the_link(buyer):
    order = make_placed_order()
    order_id = order.id
    assert buyer.client.post(link(order, "/batal")).status_code == 400
    assert buyer.post(f"/pesanan/{order.public_id}/batal", page=link(order)).status_code == 404
    assert status(order_id) is OrderStatus.AWAITING_PAYMENT


def test_a_cancelled_paid_order_says_what_comes_back(buyer):
    order = make_placed_order()
    _, payment_id, _ = ids(order)
    run(payments.verify, payment_id, actor=SYSTEM)
    buyer.post(link(order, "/batal"), {"alasan": "other"}, page=link(order))
    assert "akan dikembalikan kepada Anda" in text(buyer.get(link(order)))


def test_cash_orders_say_where_and_until_when(buyer):
    order = make_placed_order(method=PaymentMethod.CASH_AT_PICKUP)
    page = text(buyer.get(link(order)))
    assert "Bayar tunai saat mengambil" in page
    assert "Senin-Jumat 08.00-16.00" in page


def test_own_orders_by_tab_and_page(app, count_queries):
    user = make_user()
    page = signed_in(app, user)
    numbers = [make_placed_order(owner=Owner(user_id=user.id)).number for _ in range(12)]
    first = text(page.get("/akun/pesanan"))
    assert [number for number in numbers if number in first] == numbers[2:]
    older = re.search(r'href="([^"]*sebelum=\d+)"', first)[1].replace("&amp;", "&")
    assert [number for number in numbers if number in text(page.get(older))] == numbers[:2]
    assert numbers[11] in text(page.get("/akun/pesanan?keadaan=belum-bayar"))
    assert numbers[11] not in text(page.get("/akun/pesanan?keadaan=selesai"))
    for odd in ("sebelum=x", "sebelum=-1", "sebelum=99999999999999999999", "keadaan=%27"):
        assert page.get(f"/akun/pesanan?{odd}").status_code == 200
    with count_queries() as queries:
        page.get("/akun/pesanan")
    assert queries.count <= 8


def test_order_page_asks_the_database_a_bounded_number_of_times(buyer, count_queries):
    order = make_placed_order()
    buyer.get(link(order))
    with count_queries() as queries:
        buyer.get(link(order))
    assert queries.count <= 14


@pytest.fixture
def packed(app):
    """A paid and packed order of one parcel for a door in Pangkalpinang, and a rider of the neighbourhood."""
    place, goods, owner = make_gallery_place().id, make_goods(), cart_owner()
    make_stock(goods.variant_id, place, 5)
    make_tariff(place)
    rider = make_rider("19.71.05", name="Hendra Saputra", plate="BN 3312 XX").id
    make_bank_account()
    fill_cart(owner, (goods, 1))
    order = buy(owner, send_to(PANGKALPINANG))
    _, payment_id, parcel_id = ids(order)
    run(payments.verify, payment_id, actor=SYSTEM)
    run(orders.pack_parcel, parcel_id, actor=SYSTEM)
    return order, parcel_id, rider


def test_the_buyer_sees_who_brings_the_parcel(buyer, packed):
    order, parcel_id, rider = packed
    assert "BN 3312 XX" not in text(buyer.get(link(order)))
    make_shipment(db.session.get(Parcel, parcel_id), ShipmentStatus.PICKED_UP, rider_id=rider)
    page = text(buyer.get(link(order)))
    assert "BN 3312 XX" in page
    assert "Hendra akan menjemput paket" in page
    assert "Paket dibawa kurir" in page
    assert "Saputra" not in page
    assert "Dibawa dari Galeri PLUT Pangkalpinang" in page
    assert 'href="https://wa.me/62811' in page
    assert "Hendra will fetch the parcel" in text(buyer.get(f"/en{link(order)}"))


def test_once_a_parcel_has_left_the_order_is_sent_and_not_only_paid(buyer, packed):
    order, parcel_id, rider = packed
    before = html.read(buyer.get(link(order)))
    make_shipment(db.session.get(Parcel, parcel_id), ShipmentStatus.PICKED_UP, rider_id=rider)
    after = html.read(buyer.get(link(order)))
    badges = [page.one("span", **{"data-part": "badge"}).text for page in (before, after)]
    assert badges == ["Dibayar", "Dikirim"]


def booked(parcel_id, *, when=BookingStatus.BOOKED, **given) -> tuple[str, int]:
    """The parcel as it is after an online courier was asked; returns the shipment's public and internal id."""
    with transaction() as session:
        parcel = session.get(Parcel, parcel_id)
        parcel.service = "biteship:gojek.instant"
        shipment = Shipment(
            parcel_id=parcel_id,
            open_key=parcel_id,
            courier=Courier.BITESHIP,
            booking_ref="5dd5aa",
            rider_name=given.pop("rider_name", ""),
            rider_plate=given.pop("rider_plate", ""),
        )
        session.add(shipment)
        session.flush()
        values = {"service": parcel.service, "paid_idr": 20_000, "quoted_idr": 20_000, "max_extra_idr": 0} | given
        session.add(
            CourierBooking(
                shipment_id=shipment.id, key=f"K-{shipment.id}", courier=Courier.BITESHIP, status=when, **values
            )
        )
        return shipment.public_id, shipment.id


def test_the_buyer_of_dear_goods_says_that_they_are_there(buyer, packed):
    order, parcel_id, _rider = packed
    public_id, shipment_id = booked(parcel_id)
    with transaction() as session:
        session.get(Shipment, shipment_id).needs_pin = True
    page, there = link(order), link(order, f"/terima/{public_id}")
    assert "PIN" not in text(buyer.get(page))
    assert "setelah menerimanya" in text(buyer.get(page))
    buyer.post(there, page="/masuk")  # nobody has picked it up
    assert "belum dibawa kurir" in text(buyer.get(page))
    say(shipment_id, ShipmentStatus.PICKED_UP)
    assert "hanya setelah paket ada di tangan" in text(buyer.get(page))
    for _click in range(2):
        assert buyer.post(there, page="/masuk").status_code == 303
    shown = text(buyer.get(page))
    assert "Anda mengonfirmasi barang sudah diterima" in shown
    assert "Barang sudah saya terima" not in shown
    other = make_placed_order()
    for foreign in (link(other, f"/terima/{public_id}"), link(order, "/terima/x"), there.partition("?")[0]):
        assert buyer.post(foreign, page="/masuk").status_code == 404


def say(shipment_id, status, **given):
    with transaction() as session:
        shipment = session.get(Shipment, shipment_id)
        for name in ("rider_name", "rider_plate"):
            setattr(shipment, name, given.pop(name, getattr(shipment, name)))
        update = CourierUpdate(f"e{status}", shipment.booking_ref, status, clock.now(), **given)
        services.apply_update(session, update, actor=SYSTEM)


def test_an_online_courier_is_followed_from_the_search_to_the_door(buyer, packed):
    order, parcel_id, _rider = packed
    _key, shipment_id = booked(parcel_id, when=BookingStatus.WANTED)
    assert "Kurir sedang dipesan" in text(buyer.get(link(order)))
    with transaction() as session:
        booking = session.scalars(select(CourierBooking)).one()
        booking.status, booking.tracking_url = BookingStatus.BOOKED, "https://track.example/x"
    assert "Mencari pengemudi" in text(buyer.get(link(order)))
    with transaction() as session:
        booking = session.scalars(select(CourierBooking)).one()
        booking.rider_phone, booking.expected_at = "+6281299990000", clock.now() + timedelta(minutes=40)
    say(shipment_id, ShipmentStatus.ACCEPTED, rider_name="Budi Santoso", rider_plate="BN 1234 AB")
    page = html.read(buyer.get(link(order)))
    assert "Budi akan menjemput paket" in page.html
    assert "Santoso" not in page.html
    assert "Perkiraan tiba" in page.html
    assert "Gojek Instant · BN 1234 AB" in page.html
    hrefs = {one.get("href") for one in page.tags("a")}
    assert {"tel:+6281299990000", "https://track.example/x"} <= hrefs
    say(shipment_id, ShipmentStatus.PICKED_UP)
    say(shipment_id, ShipmentStatus.DELIVERED, recipient_name="Satpam")
    page = text(buyer.get(link(order)))
    assert "Diterima oleh Satpam" in page
    assert "tel:+6281299990000" not in page
    assert "Perkiraan tiba" not in page


def test_a_courier_that_can_not_be_cancelled_any_more_is_announced_while_it_comes(buyer, packed):
    order, parcel_id, _rider = packed
    _key, shipment_id = booked(parcel_id, trouble=BookingTrouble.CANCEL_REFUSED)
    say(shipment_id, ShipmentStatus.PICKED_UP)
    assert "kurirnya sudah di jalan. Paketnya tetap diantar" in text(buyer.get(link(order)))
    say(shipment_id, ShipmentStatus.DELIVERED, recipient_name="Dewi")
    assert "tetap diantar" not in text(buyer.get(link(order)))


def test_the_page_asks_cheaply_and_gets_only_what_changed(buyer, packed, count_queries):
    order, parcel_id, rider = packed
    page = text(buyer.get(link(order)))
    tag = re.search(r'data-follow-tag="(\w+)"', page)[1]
    same = buyer.client.get(link(order, "/perjalanan"), headers={"If-None-Match": f'"{tag}"'})
    assert (same.status_code, same.data) == (304, b"")
    make_shipment(db.session.get(Parcel, parcel_id), ShipmentStatus.ACCEPTED, rider_id=rider)
    with count_queries() as queries:
        fresh = buyer.client.get(link(order, "/perjalanan"), headers={"If-None-Match": f'"{tag}"'})
    assert (fresh.status_code, fresh.headers["Cache-Control"]) == (200, "no-store")
    assert fresh.get_etag()[0] != tag
    assert "Hendra akan menjemput paket" in text(fresh)
    assert "<html" not in text(fresh)
    assert re.findall(r'data-part="(\w+)"', text(fresh)) == re.findall(r'data-part="(\w+)"', page)
    assert queries.count <= 16
    with count_queries() as queries:
        buyer.client.get(link(order, "/perjalanan"), headers={"If-None-Match": f'"{fresh.get_etag()[0]}"'})
    assert queries.count <= 9


def test_the_proof_is_shown_to_the_buyer_of_this_order_only(buyer, packed):
    order, parcel_id, rider = packed
    shipment = make_shipment(db.session.get(Parcel, parcel_id), ShipmentStatus.PICKED_UP, rider_id=rider)
    key, shipment_id, ref = shipment.public_id, shipment.id, shipment.booking_ref
    photo = b"\xff\xd8\xff a picture"
    adapters.files().put("delivery_proof/x.jpg", photo)
    with transaction() as session:
        file = record_file(session, "delivery_proof/x.jpg", photo, media_type="image/jpeg", purpose="delivery_proof")
        update = CourierUpdate("d", ref, ShipmentStatus.DELIVERED, clock.now(), recipient_name="Dewi")
        services.apply_update(session, update, actor=SYSTEM, proof_file_id=file.id)
    path = re.search(r'<img src="([^"]*/bukti/[^"]*)"', text(buyer.get(link(order))))[1].replace("&amp;", "&")
    answer = buyer.get(path)
    assert (answer.data, answer.mimetype, answer.headers["Cache-Control"]) == (photo, "image/jpeg", "no-store")
    other = make_placed_order()
    assert buyer.get(link(other, f"/bukti/{key}.jpg")).status_code == 404
    assert shipment_id


def test_an_office_makes_its_hand_over_note_itself_once_it_paid(buyer):
    order, office_id = make_placed_order(), make_office().id
    order_id, payment_id, _ = ids(order)
    with transaction() as session:
        mine = session.get(Order, order_id)
        mine.fulfilment, mine.office_id = FulfilmentKind.OFFICE, office_id
    assert "Buat berita acara" not in text(buyer.get(link(order)))
    assert buyer.get(link(order, "/berita-acara.pdf")).status_code == 404
    buyer.post(link(order, "/berita-acara"), page=link(order))
    assert "belum dibayar" in text(buyer.get(link(order))).lower()
    run(payments.verify, payment_id, actor=SYSTEM)
    assert "Buat berita acara" in text(buyer.get(link(order)))
    made = buyer.post(link(order, "/berita-acara"), page=link(order))
    assert buyer.get(made.location).data.startswith(b"%PDF-")
    assert "Cetak berita acara" in text(buyer.get(link(order)))


def test_the_reason_of_a_cancellation_is_read_in_the_language_of_the_page(buyer):
    order = make_placed_order()
    run(
        payments.cancel_order, order.id, reason=CancelReason.UNREACHABLE, note="Tiga kali", by_buyer=False, actor=SYSTEM
    )
    assert "Kami tidak dapat menghubungi Anda. Tiga kali" in text(buyer.get(link(order)))
    assert "We could not reach you. Tiga kali" in text(buyer.get(f"/en{link(order)}"))
