"""When a parcel should be there: what the courier told with its price is kept, and said to everybody who waits."""

import re
from datetime import timedelta

import pytest

from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.delivery import services
from gallery.delivery.models import CourierBooking, Shipment
from gallery.delivery.queries import shipments_of_order
from gallery.delivery.states import ShipmentStatus as S
from gallery.orders.models import Parcel
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.courier_rows import make_booking
from tests.factories.couriers import always_open
from tests.factories.delivery import SYSTEM, make_parcel
from tests.factories.inventory import make_business, make_gallery_place, make_premises

INSTANT, PARCEL = "biteship:gojek.instant", "biteship:jne.reg"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def view_of(order_id):
    db.session.rollback()
    (view,) = shipments_of_order(db.session(), order_id)
    return view


def test_an_instant_courier_is_expected_from_its_booking_on(biteship):
    parcel = biteship.parcel(takes_min=180)
    biteship.work()
    booking = biteship.booking(parcel)
    assert (booking.takes_min, booking.arrives_at) == (180, booking.status_changed_at + 3 * HOUR)
    assert view_of(parcel.order_id).expected_at == booking.arrives_at


def test_a_parcel_service_is_expected_from_the_moment_it_has_the_parcel(biteship):
    parcel = biteship.parcel(service=PARCEL, takes_min=4 * 24 * 60)
    biteship.work()
    assert view_of(parcel.order_id).expected_at is None
    (order,) = biteship.standin.orders.values()
    biteship.standin.move(order.id, "picked")
    biteship.work(minutes=31)
    booking = biteship.booking(parcel)
    assert booking.arrives_at == booking.shipment.picked_up_at + 4 * DAY
    assert view_of(parcel.order_id).expected_at == booking.arrives_at


def test_a_renewed_price_renews_how_long_it_takes_and_the_couriers_own_word_counts_more(biteship):
    parcel = biteship.parcel()  # of an order that was placed before this was kept
    biteship.work()
    booking = biteship.booking(parcel)
    assert booking.takes_min == 180  # the stand-in's "1 - 3 hours"
    with transaction() as session:
        own = session.query(CourierBooking).one().expected_at = clock.now() + HOUR
    assert view_of(parcel.order_id).expected_at == own


@pytest.mark.parametrize(("carrier", "is_told"), [("JNE", True), ("TIKI", False)])
def test_a_carrier_is_expected_as_its_own_tariff_says(app, carrier, is_told):
    parcel = make_parcel(service="expedition:JNE REG", takes_min=5 * 24 * 60)
    parcel_id, order_id = parcel.id, parcel.order_id
    with transaction() as session:
        services.send_by_carrier(session, parcel_id, carrier=carrier, tracking_number="X-1", actor=SYSTEM)
    left = db.session.query(Shipment).one().picked_up_at
    assert view_of(order_id).expected_at == (left + 5 * DAY if is_told else None)


def test_staff_and_msme_read_it_too(app, biteship):
    place_id = make_gallery_place().id
    always_open(place_id)
    home = make_premises(make_business().id)
    home_id, business_id = home.id, home.business_id
    there, here = biteship.parcel(place_id=place_id, takes_min=180), biteship.parcel(place_id=home_id, takes_min=180)
    for one in (there, here):
        make_booking(db.session.get(Parcel, one.id))
    with transaction() as session:
        for booking in session.query(CourierBooking):
            booking.expected_at, booking.shipment.status = clock.now() + HOUR, S.ACCEPTED
    officer, seller = (
        signed_in(app, make_user("province_officer")),
        signed_in(app, make_user("seller", business_id=business_id)),
    )
    names = [db.session.get(Parcel, one.id).public_id for one in (there, here)]
    told = re.compile(r"Perkiraan tiba.{0,60}?\d\d\.\d\d WIB", re.DOTALL)
    for page in ("/petugas/pengiriman/?tab=offered", *(f"/petugas/pengiriman/{name}" for name in names)):
        assert told.search(officer.get(page).get_data(as_text=True)), page
    assert told.search(seller.get(f"/umkm-saya/pesanan/{names[1]}").get_data(as_text=True))
