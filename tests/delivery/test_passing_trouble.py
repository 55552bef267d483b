"""What is wrong with a booking is over when its courier says something that makes sense again."""

import pytest

from gallery.core.db import transaction
from gallery.delivery import services
from gallery.delivery.models import CourierBooking
from gallery.delivery.states import BookingTrouble
from tests.standins.server import Reply


def booked(hub):
    parcel = hub.parcel()
    hub.work()
    assert hub.state(parcel)[0] == "booked"
    (order,) = hub.standin.orders.values()
    return parcel, order


def trouble_of(hub, parcel):
    return hub.booking(parcel).trouble


def test_a_courier_that_does_not_answer_for_half_an_hour_is_silent_until_it_answers(biteship):
    parcel, _order = booked(biteship)
    biteship.standin.stop()
    for _ in range(14):
        biteship.work(minutes=2, seconds=1)
    assert trouble_of(biteship, parcel) is None
    biteship.work(minutes=2, seconds=1)
    assert trouble_of(biteship, parcel) is BookingTrouble.SILENT
    biteship.standin.start()
    biteship.work(minutes=10)
    assert trouble_of(biteship, parcel) is None
    assert biteship.booking(parcel).tries == 0


def test_nobody_was_silent_while_no_worker_asked(biteship):
    parcel, _order = booked(biteship)
    biteship.work(hours=5)
    assert trouble_of(biteship, parcel) is None
    biteship.standin.stop()
    biteship.work(hours=5)
    assert trouble_of(biteship, parcel) is None


def test_a_notice_ends_the_silence(biteship, client):
    parcel, order = booked(biteship)
    with transaction() as session:
        session.get(CourierBooking, biteship.booking(parcel).id).trouble = BookingTrouble.SILENT
    biteship.standin.held.clear()
    biteship.standin.move(order.id, "allocated")
    assert biteship.tell(client) == [200]
    biteship.work(seconds=5)
    assert trouble_of(biteship, parcel) is None


def test_a_key_that_was_refused_for_a_while_leaves_no_contradiction(biteship):
    parcel, _order = booked(biteship)
    biteship.standin.refuse("look", Reply(401, {"success": False, "error": "Authorization failed", "code": 40101}))
    biteship.work(minutes=3)
    assert trouble_of(biteship, parcel) is BookingTrouble.CONTRADICTION
    biteship.work(minutes=3)
    assert trouble_of(biteship, parcel) is None


def test_an_unknown_word_is_forgotten_after_a_known_one(biteship):
    parcel, order = booked(biteship)
    biteship.standin.put(order, "teleported")
    biteship.work(minutes=3)
    assert trouble_of(biteship, parcel) is BookingTrouble.UNKNOWN_WORD
    biteship.standin.put(order, "allocated")
    biteship.work(minutes=3)
    assert trouble_of(biteship, parcel) is None
    assert biteship.state(parcel)[1] == "accepted"


def test_what_can_not_be_stays_wrong_however_often_it_is_said(biteship):
    parcel, order = booked(biteship)
    biteship.standin.move(order.id, "delivered")
    biteship.work(minutes=3)
    assert biteship.state(parcel)[1] == "delivered"
    booking_id = biteship.booking(parcel).id
    biteship.standin.put(order, "cancelled")
    for _ in range(2):
        with transaction() as session:
            services.ask_now(session, booking_id)
        biteship.work(seconds=5)
        assert trouble_of(biteship, parcel) is BookingTrouble.CONTRADICTION


@pytest.mark.parametrize("lasting", [BookingTrouble.CANCEL_REFUSED, BookingTrouble.PRICE_DIFFERS])
def test_what_a_person_has_to_decide_is_neither_hidden_nor_forgotten(biteship, lasting):
    parcel, order = booked(biteship)
    with transaction() as session:
        session.get(CourierBooking, biteship.booking(parcel).id).trouble = lasting
    biteship.standin.put(order, "teleported")
    biteship.work(minutes=3)
    assert trouble_of(biteship, parcel) is lasting
    biteship.standin.put(order, "allocated")
    biteship.work(minutes=3)
    assert trouble_of(biteship, parcel) is lasting
