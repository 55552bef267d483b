"""What the demo lets online couriers say is possible, from the first word to the last."""

from types import SimpleNamespace

import pytest

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.delivery.models import CourierBooking, Shipment
from gallery.delivery.states import BookingStatus, ShipmentStatus
from gallery.demo import online
from tests.factories.delivery import make_parcel

S = ShipmentStatus


def at_once(_moment, action):
    with transaction() as session:
        action(session)


@pytest.mark.parametrize("last", [S.OFFERED, S.ACCEPTED, S.PICKING_UP, S.IN_TRANSIT, S.ON_HOLD, S.RETURNING])
def test_a_parcel_gets_as_far_as_its_courier_says(app, last):
    parcel_id = make_parcel(service="biteship:gojek.instant").id
    with transaction() as session:
        online.book(session, parcel_id, 7, with_pin=True, actor=Actor.system())
    world = SimpleNamespace(now=clock.now(), agenda=SimpleNamespace(at=at_once))
    for status in online.way_to(last):
        online.tell(world, parcel_id, 7, clock.now(), status)
    shipment = db.session.query(Shipment).one()
    assert (shipment.status, shipment.needs_pin) == (last, True)
    assert db.session.query(CourierBooking).one().status is BookingStatus.BOOKED


def test_a_courier_that_asks_too_much_waits_for_a_person(app):
    parcel_id = make_parcel(service="biteship:gojek.instant").id
    with transaction() as session:
        online.ask_too_much(session, parcel_id, actor=Actor.system())
    assert db.session.query(CourierBooking).one().status is BookingStatus.NEEDS_PERSON
