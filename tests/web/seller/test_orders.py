import re

import pytest

from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.delivery.models import CourierBooking, Shipment
from gallery.delivery.states import BookingStatus
from gallery.delivery.states import ShipmentStatus as S
from gallery.integrations.biteship import Biteship, BiteshipSettings
from gallery.orders.models import Parcel
from gallery.orders.states import ParcelStatus as P
from tests import html
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.delivery import make_parcel, make_rider, order_of
from tests.factories.inventory import make_business, make_gallery_place, make_premises
from tests.standins.biteship import BiteshipStandIn

LIST = "/umkm-saya/pesanan/"


@pytest.fixture
def home(app):
    return make_premises(make_business().id)


@pytest.fixture
def seller(app, home):
    return signed_in(app, make_user("seller", business_id=home.business_id))


def path(parcel, rest=""):
    return f"{LIST}{parcel.public_id}{rest}"


def text(answer):
    return answer.get_data(as_text=True)


def state(parcel):
    db.session.rollback()
    return db.session.get(Parcel, parcel.id, populate_existing=True).status


def test_an_msme_packs_and_hands_over_from_home(seller, home):
    parcel, rider = make_parcel(home.id, packed=False), make_rider()
    assert order_of(parcel).number in text(seller.get(LIST))
    assert seller.post(path(parcel, "/kemas"), page=path(parcel)).status_code == 303
    assert state(parcel) is P.PACKED
    assert seller.get(path(parcel, "/isi-paket.pdf")).mimetype == "application/pdf"
    answer = seller.post(path(parcel, "/kurir"), {"rider": rider.public_id}, page=path(parcel))
    assert answer.headers["Location"].endswith(path(parcel))
    page = text(seller.get(path(parcel)))
    assert "https://wa.me/62811" in page
    assert "Ambil di: Rumah produksi" in page
    assert db.session.query(Shipment).one().status is S.OFFERED


def test_ticked_parcels_are_packed_and_printed(seller, home):
    chosen = [make_parcel(home.id, packed=False).public_id for _ in range(2)]
    assert seller.post(f"{LIST}isi-paket.pdf", {"id": chosen}, page=LIST).mimetype == "application/pdf"
    seller.post(f"{LIST}kemas", {"id": chosen}, page=LIST)
    assert [parcel.status for parcel in db.session.query(Parcel)] == [P.PACKED, P.PACKED]


def test_a_carrier_form_that_is_wrong_stays_on_the_sellers_page(seller, home):
    parcel = make_parcel(home.id)
    answer = seller.post(path(parcel, "/ekspedisi"), {"tracking_number": "AB123456"}, page=path(parcel))
    assert (answer.status_code, "AB123456" in text(answer)) == (422, True)
    assert "Ruang petugas" not in text(answer)


def test_parcels_of_the_gallery_and_of_others_do_not_exist(seller):
    gallery, other = make_parcel(make_gallery_place().id), make_parcel(make_premises(make_business().id).id)
    rider = make_rider()
    listed = text(seller.get(LIST + "?tab=ready"))
    for parcel in (gallery, other):
        assert order_of(parcel).number not in listed
        assert seller.get(path(parcel)).status_code == 404
        assert seller.get(path(parcel, "/isi-paket.pdf")).status_code == 404
        for rest in ("/kemas", "/kurir", "/ekspedisi", "/keadaan", "/kembali"):
            assert seller.post(path(parcel, rest), {"rider": rider.public_id}, page=LIST).status_code == 404
        assert state(parcel) is P.PACKED


def test_a_seller_has_no_business_in_the_staffs_room_for_others(seller, home):
    own = make_parcel(home.id)
    foreign = make_parcel()
    assert seller.get(f"/petugas/pesanan/{foreign.public_id}").status_code == 404
    assert seller.get(f"/petugas/pengiriman/{foreign.public_id}").status_code == 404
    assert state(own) is P.PACKED


def test_the_list_needs_few_reads(seller, home, count_queries):
    for _ in range(3):
        make_parcel(home.id, packed=False)
    seller.get(LIST)
    with count_queries() as seen:
        seller.get(LIST)
    assert seen.count <= 8


@pytest.fixture
def biteship(app):
    with BiteshipStandIn() as courier:
        settings = BiteshipSettings(key=courier.key, url=courier.url)
        adapters.couriers()["biteship"] = Biteship(settings)
        yield courier


def test_ready_calls_the_chosen_courier_at_once_and_the_page_says_who_comes(seller, home, biteship):
    parcel = make_parcel(home.id, packed=False, service="biteship:gojek.instant")
    page = html.read(seller.get(path(parcel)))
    assert "Pembeli memilih Gojek Instant" in page.html
    assert order_of(parcel).number.rpartition("-")[2] in {one.text for one in page.tags("p", class_="parcel-code num")}
    assert seller.get(path(parcel, "/label.pdf")).data.startswith(b"%PDF-")
    for _twice in range(2):
        seller.post(path(parcel, "/siap"), page=path(parcel))
    assert state(parcel) is P.PACKED
    booking = db.session.query(CourierBooking).one()
    assert (booking.service, booking.status) == ("biteship:gojek.instant", BookingStatus.WANTED)
    page = text(seller.get(path(parcel)))
    assert "Siapa yang datang" in page
    assert "Kurir sedang dipesan" in page
    assert "Siap dijemput</button>" not in page
    tag = re.search(r'data-follow-tag="(\w+)"', page)[1]
    same = seller.client.get(path(parcel, "/penjemputan"), headers={"If-None-Match": f'"{tag}"'})
    assert same.status_code == 304
    with transaction() as session:
        booking = session.query(CourierBooking).one()
        booking.status, booking.rider_phone = BookingStatus.BOOKED, "+6281299990000"
        booking.shipment.status, booking.shipment.rider_name = S.ACCEPTED, "Budi Santoso"
        booking.shipment.rider_plate = "BN 1234 AB"
    fresh = text(seller.client.get(path(parcel, "/penjemputan"), headers={"If-None-Match": f'"{tag}"'}))
    assert "BN 1234 AB" in fresh
    assert "tel:+6281299990000" in fresh
    assert "Tidak ada yang datang?" in fresh
    with transaction() as session:
        shipment = session.query(CourierBooking).one().shipment
        shipment.status, shipment.open_key, shipment.ended_at = S.DELIVERED, None, clock.now()
        session.get(Parcel, parcel.id).status = P.DELIVERED
    badges, _part, way = text(seller.client.get(path(parcel, "/penjemputan"))).partition('data-part="pickup"')
    assert "Diterima" in badges
    assert "Perjalanan paket" in way
    assert "Siapa yang datang" not in way


def test_where_nobody_came_the_courier_is_called_again(seller, home, biteship):
    parcel = make_parcel(home.id, service="biteship:gojek.instant")
    seller.post(path(parcel, "/siap"), page=path(parcel))
    seller.post(path(parcel, "/batal-kurir"), page=path(parcel))
    page = text(seller.get(path(parcel)))
    assert "Belum ada kurir yang datang" in page
    assert "Panggil lagi" in page
    seller.post(path(parcel, "/siap"), page=path(parcel))
    assert [row.status for row in db.session.query(Shipment).order_by(Shipment.id)] == [S.CANCELLED, S.OFFERED]


def test_without_its_courier_a_parcel_goes_as_before(seller, home):
    online = make_parcel(home.id, packed=False, service="biteship:gojek.instant")
    assert "Siap dijemput</button>" not in text(seller.get(path(online)))
    unpaid = make_parcel(home.id, paid=False, packed=False, service="biteship:gojek.instant")
    seller.post(path(unpaid, "/siap"), page=path(unpaid))
    assert (state(unpaid), db.session.query(Shipment).count()) == (P.TO_PACK, 0)


def test_another_msmes_parcel_is_not_called_for(seller):
    other = make_parcel(make_premises(make_business().id).id, packed=False)
    for rest in ("/siap", "/kemas"):
        assert seller.post(path(other, rest), page=LIST).status_code == 404
    for rest in ("/penjemputan", "/label.pdf"):
        assert seller.get(path(other, rest)).status_code == 404
