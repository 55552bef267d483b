"""A parcel is booked with an online courier exactly once, whatever the line between us does."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import func, select

from gallery.catalog.models import Category
from gallery.core import adapters, clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.delivery import services
from gallery.delivery.errors import CourierBookedError, NoCoverageError, ShipmentOpenError
from gallery.delivery.models import CourierBooking, CourierExchange, CourierHealth, GalleryCourier, Shipment
from gallery.delivery.queries.bookings import request_for
from gallery.delivery.queries.hours import next_open
from gallery.delivery.services.inbox import ANSWER, REQUEST
from gallery.delivery.states import BookingTrouble, Courier
from gallery.inventory.models import Place
from gallery.jobs.delivery import rules
from gallery.jobs.delivery_calls import ask
from gallery.orders import services as orders
from gallery.orders.models import Order, Parcel
from gallery.orders.states import CancelReason
from gallery.payments import services as payments
from gallery.payments.states import PaymentMethod
from tests.factories.couriers import INSTANT, on_hand
from tests.factories.delivery import SYSTEM, make_rider
from tests.factories.inventory import make_gallery_place
from tests.standins.server import LOST, Fault, Reply

BOOKED = ("booked", "offered", "packed")


def test_a_packed_parcel_books_itself_and_its_way_takes_the_order_along(biteship, client):
    parcel = biteship.parcel()
    biteship.work()
    booking = biteship.booking(parcel)
    (order,) = biteship.standin.orders.values()
    assert (order.reference, booking.booking_ref) == (booking.key, order.id)
    assert booking.key == f"{parcel.order_number}-{booking.shipment_id}"
    assert (booking.paid_idr, booking.quoted_idr, booking.booked_idr, booking.cost_idr) == (
        30_000,
        20_000,
        20_000,
        None,
    )
    assert biteship.state(parcel) == BOOKED
    assert biteship.tell(client) == [200]  # "confirmed", which said nothing new
    biteship.standin.deliver(order.id)
    assert set(biteship.tell(client)) == {200}
    biteship.work(seconds=5)
    assert biteship.state(parcel) == ("booked", "delivered", "delivered")
    assert on_hand(parcel.place_id) == 8
    shipment = biteship.booking(parcel).shipment
    assert (shipment.rider_name, shipment.rider_plate) == ("Budi Santoso", "BN 1234 AB")
    assert (biteship.booking(parcel).rider_phone, biteship.booking(parcel).next_at) == ("", None)


def test_what_was_said_is_kept_encrypted_for_those_who_have_to_find_out(biteship):
    parcel = biteship.parcel()
    biteship.work()
    rows = db.session.scalars(select(CourierExchange).order_by(CourierExchange.id)).all()
    assert [(row.what, row.status_code) for row in rows] == [("POST /v1/rates/couriers", 200), ("POST /v1/orders", 200)]
    assert {row.booking_id for row in rows} == {biteship.booking(parcel).id}
    cipher = adapters.cipher()
    assert "Dewi Anggraini" in cipher.decrypt(rows[1].request, REQUEST)
    assert biteship.booking(parcel).key in cipher.decrypt(rows[1].answer, ANSWER)
    assert b"Dewi" not in rows[1].request
    assert biteship.standin.key not in cipher.decrypt(rows[1].request, REQUEST)


@pytest.mark.parametrize(("slug", "is_food"), [("bumbu-dapur", True), ("kerajinan", False)])
def test_a_courier_learns_whether_the_goods_are_eaten(biteship, slug, is_food):
    parcel = biteship.parcel()
    with transaction() as session:
        session.scalars(select(Category)).one().slug = slug
    biteship.work()
    with transaction() as session:
        booking = biteship.booking(parcel)
        assert [item.is_food for item in request_for(session, booking).items] == [is_food]


@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_is_found_and_nothing_is_booked_twice(biteship, fault):
    biteship.standin.misbehave(fault)
    parcel = biteship.parcel()
    biteship.work()
    assert biteship.state(parcel) == ("unsure", "offered", "packed")
    biteship.work(seconds=30)
    assert biteship.state(parcel) == BOOKED
    assert len(biteship.standin.orders) == 1
    assert biteship.booking(parcel).trouble is None


def test_an_answer_lost_again_and_again_needs_a_person_and_a_late_notice_still_solves_it(biteship, client):
    biteship.standin.misbehave(Fault.LOST_RESET, times=99)
    parcel = biteship.parcel()
    biteship.work()
    for _ in range(9):
        biteship.work(minutes=10)
    booking = biteship.booking(parcel)
    assert biteship.state(parcel)[0] == "needs_person"
    assert booking.trouble is BookingTrouble.LOST_ANSWER
    assert len(biteship.standin.orders) == 1
    with pytest.raises(CourierBookedError), transaction() as session:
        services.send_by_carrier(session, parcel.id, carrier="JNE", tracking_number="1", actor=SYSTEM)
    with biteship.later():
        assert biteship.tell(client) == [200]
    biteship.work(minutes=20)
    assert biteship.state(parcel) == BOOKED
    assert biteship.booking(parcel).trouble is None


def lose(biteship, fault: Fault):
    """A parcel whose booking was lost by this fault; then the courier is gone for an hour and a half."""
    biteship.standin.misbehave(fault)
    parcel = biteship.parcel()
    biteship.work()
    biteship.standin.stop()
    for _ in range(9):
        biteship.work(minutes=10)
    assert biteship.booking(parcel).trouble is BookingTrouble.LOST_ANSWER
    return parcel


@pytest.mark.parametrize("fault", [Fault.LOST_RESET, Fault.RESET])  # it was made, and it was not
def test_a_courier_that_is_back_after_hours_tells_itself_what_became_of_the_booking(biteship, fault):
    parcel = lose(biteship, fault)
    biteship.standin.start()
    biteship.work(minutes=31)
    assert biteship.state(parcel) == BOOKED
    assert biteship.booking(parcel).trouble is None
    assert len(biteship.standin.orders) == 1


def test_after_two_days_only_a_person_looks_for_a_lost_booking(biteship):
    parcel = lose(biteship, Fault.LOST_RESET)
    biteship.work(hours=46)
    assert biteship.booking(parcel).next_at is not None
    biteship.work(hours=3)
    biteship.work(minutes=31)
    biteship.standin.start()
    biteship.work(hours=3)
    assert biteship.state(parcel)[0] == "needs_person"
    assert biteship.booking(parcel).next_at is None


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.ERROR, Fault.RESET, Fault.HTML])
def test_what_was_surely_not_booked_is_sent_again(biteship, fault):
    biteship.standin.misbehave(fault)
    parcel = biteship.parcel()
    biteship.work()
    assert biteship.state(parcel)[0] == ("wanted" if fault is Fault.TOO_MANY else "unsure")
    biteship.work(minutes=2)
    assert biteship.state(parcel) == BOOKED
    assert len(biteship.standin.orders) == 1


def test_retry_after_is_kept(biteship):
    biteship.standin.retry_after = "300"
    biteship.standin.misbehave(Fault.TOO_MANY)
    parcel = biteship.parcel()
    biteship.work()
    biteship.work(minutes=3)
    assert len(biteship.standin.calls_of("book")) == 1
    biteship.work(minutes=3)
    assert biteship.state(parcel) == BOOKED


def test_a_courier_that_is_away_is_left_alone_and_asked_once_when_it_may_be_back(biteship):
    biteship.standin.stop()
    parcels = [biteship.parcel() for _ in range(3)]
    for _ in range(3):
        biteship.work(seconds=15)
    health = db.session.get(CourierHealth, Courier.BITESHIP)
    assert health.failures >= 5
    assert health.opened_until is not None
    biteship.standin.start()
    asked = len(biteship.standin.calls)
    biteship.work(seconds=1)
    assert len(biteship.standin.calls) == asked
    for _ in range(6):
        biteship.work(minutes=10)
    assert [biteship.state(parcel) for parcel in parcels] == [BOOKED] * 3
    assert db.session.get(CourierHealth, Courier.BITESHIP, populate_existing=True).opened_until is None


def test_a_worker_that_died_while_sending_leaves_a_question_and_no_second_order(biteship, monkeypatch):
    class Killed(BaseException):
        pass

    def book_and_die(request):
        type(biteship.gateway).book(biteship.gateway, request)
        raise Killed

    monkeypatch.setattr(biteship.gateway, "book", book_and_die)
    parcel = biteship.parcel()
    with pytest.raises(Killed):
        biteship.work()
    db.session.rollback()
    monkeypatch.undo()
    assert biteship.state(parcel)[0] == "sending"
    biteship.work(minutes=3)  # found by the timetable, long before the message's claim runs out
    biteship.work(seconds=30)
    assert biteship.state(parcel) == BOOKED
    assert len(biteship.standin.orders) == 1
    biteship.work(minutes=30)  # the message comes again and finds nothing to do
    assert len(biteship.standin.calls_of("book")) == 2
    assert biteship.state(parcel) == BOOKED


def test_a_refusal_books_the_next_service_by_itself_once(biteship):
    biteship.standin.refuse("book", Reply(400, {"success": False, "error": "no", "code": 40002040}))
    parcel = biteship.parcel()
    biteship.work()
    first, second = db.session.scalars(select(CourierBooking).order_by(CourierBooking.id)).all()
    assert (first.status.value, first.shipment.status.value, first.trouble) == ("refused", "declined", None)
    assert (second.is_rebooking, second.service != INSTANT) == (True, True)
    assert second.quoted_idr <= 35_000
    assert biteship.state(parcel) == BOOKED
    assert len(biteship.standin.orders) == 1


def test_nobody_found_and_the_second_courier_neither_needs_a_person(biteship, client):
    parcel = biteship.parcel()
    biteship.work()
    (order,) = biteship.standin.orders.values()
    biteship.standin.move(order.id, "courier_not_found")
    biteship.tell(client)
    biteship.work(seconds=5)
    assert biteship.state(parcel) == BOOKED
    other = next(one for one in biteship.standin.orders.values() if one.id != order.id)
    biteship.standin.move(other.id, "rejected")
    biteship.tell(client)
    biteship.work(seconds=5)
    assert biteship.state(parcel) == ("booked", "declined", "packed")
    assert biteship.booking(parcel).trouble is BookingTrouble.NO_RIDER
    assert len(biteship.standin.orders) == 2
    rider_id = make_rider().id
    with transaction() as session:  # the parcel is free for anybody
        services.offer_to_rider(session, parcel.id, rider_id, actor=SYSTEM)


def test_a_dearer_courier_is_not_booked_by_itself(biteship):
    biteship.standin.price_idr = 40_000
    parcel = biteship.parcel()
    biteship.work()
    booking = biteship.booking(parcel)
    assert (biteship.state(parcel)[0], booking.trouble) == ("needs_person", BookingTrouble.PRICE_ROSE)
    assert (booking.quoted_idr, biteship.standin.orders) == (41_000, {})
    with transaction() as session:
        services.allow_price(session, booking.id, actor=SYSTEM)
        services.allow_price(session, booking.id, actor=SYSTEM)
    biteship.work()
    assert biteship.state(parcel) == BOOKED
    assert db.session.scalars(select(AuditEntry.action)).all().count("courier.price_allowed") == 1


def test_a_little_dearer_is_borne_and_a_gallerys_own_limit_counts_more(biteship):
    borne = biteship.parcel(shipping_idr=16_000)
    biteship.work()
    assert biteship.state(borne) == BOOKED
    place_id = make_gallery_place().id
    gallery_id = db.session.get(Place, place_id).gallery_id
    with transaction() as session:
        session.add(
            GalleryCourier(
                holder=f"gallery:{gallery_id}", gallery_id=gallery_id, courier=Courier.BITESHIP, max_extra_idr=0
            )
        )
    strict = biteship.parcel(shipping_idr=16_000, place_id=place_id)
    with transaction() as session:
        services.settings.save_hours(session, gallery_id, dict.fromkeys(range(7), (0, 1440)), actor=SYSTEM)
    with transaction() as session:
        services.want_booking(session, strict.id, rules(), actor=SYSTEM)
    biteship.work()
    assert biteship.booking(strict).trouble is BookingTrouble.PRICE_ROSE


def test_booked_dearer_than_quoted_is_shown_to_a_person(biteship):
    biteship.standin.extra_idr = 50_000
    parcel = biteship.parcel()
    biteship.work()
    booking = biteship.booking(parcel)
    assert (booking.status.value, booking.trouble, booking.booked_idr) == (
        "booked",
        BookingTrouble.PRICE_DIFFERS,
        70_000,
    )


def test_a_service_that_does_not_go_there_any_more_is_replaced(biteship):
    parcel = biteship.parcel(service="biteship:unheard.of")
    biteship.work()
    assert biteship.state(parcel) == BOOKED
    assert biteship.booking(parcel).is_rebooking


def test_wanting_it_twice_is_wanting_it_once_and_nothing_else_may_take_it_meanwhile(biteship):
    parcel = biteship.parcel()
    for _ in range(2):
        with transaction() as session:
            services.want_booking(session, parcel.id, rules(), actor=SYSTEM)
    biteship.work()
    for _ in range(2):
        with transaction() as session:
            services.want_booking(session, parcel.id, rules(), actor=SYSTEM)
    biteship.work()
    assert len(biteship.standin.orders) == db.session.scalar(select(func.count(CourierBooking.id))) == 1
    rider_id = make_rider().id
    for take in (
        lambda session: services.offer_to_rider(session, parcel.id, rider_id, actor=SYSTEM),
        lambda session: services.hand_to_buyer(session, parcel.id, recipient_name="Dewi", actor=SYSTEM),
    ):
        with pytest.raises(CourierBookedError), transaction() as session:
            take(session)
    assert biteship.state(parcel) == BOOKED


def test_only_an_online_couriers_service_can_be_wanted(biteship):
    parcel = biteship.parcel(service="local_rider")
    biteship.work()
    assert biteship.booking(parcel) is None
    with pytest.raises(NoCoverageError), transaction() as session:
        services.want_booking(session, parcel.id, rules(), actor=SYSTEM)


def test_a_gallery_may_book_by_hand_only(biteship):
    place_id = make_gallery_place().id
    gallery_id = db.session.get(Place, place_id).gallery_id
    with transaction() as session:
        session.add(
            GalleryCourier(
                holder=f"gallery:{gallery_id}", gallery_id=gallery_id, courier=Courier.BITESHIP, books_itself=False
            )
        )
    parcel = biteship.parcel(place_id=place_id)
    biteship.work()
    assert biteship.booking(parcel) is None


# Opening hours

FRIDAY = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour_utc", "minutes", "opens"),
    [(1, 0, None), (0, 30, timedelta(minutes=30)), (8, 30, None), (8, 45, timedelta(hours=16, minutes=15))],
)
def test_a_courier_is_called_while_somebody_is_there(app, hour_utc, minutes, opens):
    place = make_gallery_place()
    at = FRIDAY + timedelta(hours=hour_utc, minutes=minutes)
    found = next_open(db.session, place, at)
    assert found == (None if opens is None else at + opens)


def test_a_parcel_packed_in_the_evening_is_booked_in_the_morning(biteship):
    place_id = make_gallery_place().id
    with clock.at(FRIDAY + timedelta(hours=12)):  # 19.00 WIB
        parcel = biteship.parcel(place_id=place_id)
        biteship.work()
        assert biteship.booking(parcel).not_before == FRIDAY + timedelta(hours=25)
    with clock.at(FRIDAY + timedelta(hours=24)):
        biteship.work()
        assert biteship.state(parcel)[0] == "wanted"
    with clock.at(FRIDAY + timedelta(hours=25, seconds=1)):
        biteship.work()
    assert biteship.state(parcel) == BOOKED


# Taking back


def test_a_booking_is_taken_back_and_the_parcel_is_free(biteship):
    parcel = biteship.parcel()
    biteship.work()
    with transaction() as session:
        services.withdraw(session, biteship.booking(parcel).shipment_id, actor=SYSTEM)
    assert biteship.state(parcel) == ("cancelling", "offered", "packed")
    biteship.work()
    assert biteship.state(parcel) == ("cancelled", "cancelled", "packed")
    assert [order.status for order in biteship.standin.orders.values()] == ["cancelled"]
    with transaction() as session:
        services.want_booking(session, parcel.id, rules(), actor=SYSTEM)
    biteship.work()
    assert biteship.state(parcel) == BOOKED
    assert len(biteship.standin.orders) == 2


@pytest.mark.parametrize("fault", [Fault.LOST_RESET, Fault.ERROR, Fault.TOO_MANY])
def test_a_cancellation_whose_answer_is_lost_is_asked_for_again(biteship, fault):
    parcel = biteship.parcel()
    biteship.work()
    biteship.standin.misbehave(fault, "cancel")
    with transaction() as session:
        services.withdraw(session, biteship.booking(parcel).shipment_id, actor=SYSTEM)
    biteship.work()
    biteship.work(minutes=1)
    assert biteship.state(parcel) == ("cancelled", "cancelled", "packed")


def test_a_refused_cancellation_leaves_the_courier_on_its_way_and_tells_the_buyer(biteship):
    parcel = biteship.parcel(contact_email="dewi@example.com")
    with transaction() as session:
        payments.open_payment(session, session.get(Order, parcel.order_id), PaymentMethod.CASH_AT_PICKUP)
    biteship.work()
    (order,) = biteship.standin.orders.values()
    biteship.standin.move(order.id, "picked")
    with transaction() as session:
        services.withdraw(session, biteship.booking(parcel).shipment_id, actor=SYSTEM)
    biteship.work()
    assert biteship.state(parcel) == ("booked", "picked_up", "handed_over")
    assert biteship.booking(parcel).trouble is BookingTrouble.CANCEL_REFUSED
    mails = [
        message_from_bytes(path.read_bytes(), policy=policy.default).get_content()
        for path in (biteship.app_folder / "mail").glob("*.eml")
    ]
    (said,) = [mail for mail in mails if "kurirnya sudah di jalan" in " ".join(mail.split())]
    assert "/pesanan/" in said
    with pytest.raises(ShipmentOpenError), transaction() as session:
        services.withdraw(session, biteship.booking(parcel).shipment_id, actor=SYSTEM)


def test_a_cancelled_order_cancels_its_courier_even_when_the_answer_was_still_out(biteship):
    biteship.standin.misbehave(Fault.LOST_ERROR)
    parcel = biteship.parcel()
    biteship.work()
    with transaction() as session:
        orders.cancel(session, parcel.order_id, reason=CancelReason.OTHER, by_buyer=False, actor=SYSTEM)
    biteship.work()
    assert biteship.state(parcel) == ("unsure", "offered", "cancelled")
    for _ in range(3):
        biteship.work(seconds=30)
    assert biteship.state(parcel) == ("cancelled", "cancelled", "cancelled")
    assert [order.status for order in biteship.standin.orders.values()] == ["cancelled"]


def test_what_was_never_sent_is_withdrawn_at_once(biteship):
    biteship.standin.misbehave(Fault.TOO_MANY)
    parcel = biteship.parcel()
    biteship.work()
    with transaction() as session:
        services.withdraw(session, biteship.booking(parcel).shipment_id, actor=SYSTEM)
    assert biteship.state(parcel) == ("cancelled", "cancelled", "packed")
    biteship.work(minutes=10)
    assert biteship.standin.orders == {}


def test_given_up_as_absent_and_there_after_all_is_taken_back(biteship, client):
    biteship.standin.misbehave(Fault.LOST_RESET, times=2)
    parcel = biteship.parcel()
    biteship.work()
    with transaction() as session:
        services.settle_as_absent(session, biteship.booking(parcel).id, note="Tidak ada di portal", actor=SYSTEM)
    rider_id = make_rider().id
    with transaction() as session:
        services.offer_to_rider(session, parcel.id, rider_id, actor=SYSTEM)
    assert biteship.tell(client) == [200]
    biteship.work(seconds=5)
    biteship.work(seconds=5)
    assert [order.status for order in biteship.standin.orders.values()] == ["cancelled"]
    assert biteship.booking(parcel).status.value == "cancelled"
    newest = db.session.scalars(select(Shipment).order_by(Shipment.id.desc())).first()
    assert (newest.courier, newest.status.value) == (Courier.LOCAL_RIDER, "offered")


# Lalamove has no way to ask whether an order was made


def test_lalamove_is_never_asked_to_order_twice_and_its_notice_tells_what_became_of_it(lalamove, client):
    lalamove.standin.misbehave(Fault.LOST_RESET)
    parcel = lalamove.parcel(service="lalamove:MOTORCYCLE")
    lalamove.work()
    assert lalamove.state(parcel)[0] == "unsure"
    assert lalamove.tell(client) == [200]
    lalamove.work(seconds=5)
    assert lalamove.state(parcel) == BOOKED
    assert len(lalamove.standin.orders) == len(lalamove.standin.calls_of("book")) == 1


def test_without_a_notice_a_person_is_asked_after_a_quarter_of_an_hour(lalamove):
    lalamove.standin.misbehave(Fault.LOST_ERROR)
    parcel = lalamove.parcel(service="lalamove:MOTORCYCLE")
    lalamove.work()
    for _ in range(8):
        lalamove.work(minutes=6)
    assert lalamove.booking(parcel).trouble is BookingTrouble.LOST_ANSWER
    assert len(lalamove.standin.calls_of("book")) == 1


def test_a_courier_is_never_asked_inside_a_transaction(biteship):
    with pytest.raises(RuntimeError), transaction():
        ask(Courier.BITESHIP, lambda gateway: gateway.look("x"))


def test_an_order_is_cancelled_once_its_courier_has_agreed(biteship):
    parcel = biteship.parcel()
    biteship.work()

    def release():
        with transaction() as session:
            return services.release_order(session, parcel.order_id, actor=SYSTEM)

    assert not release()
    assert biteship.state(parcel) == ("cancelling", "offered", "packed")
    biteship.work()
    assert release()
    assert biteship.state(parcel) == ("cancelled", "cancelled", "packed")
    with transaction() as session:
        services.want_booking(session, parcel.id, rules(), actor=SYSTEM)
    biteship.work()
    order = list(biteship.standin.orders.values())[-1]
    biteship.standin.move(order.id, "picked")
    assert not release()
    biteship.work()  # refused: it was picked up, and the order goes on
    assert biteship.state(parcel) == ("booked", "picked_up", "handed_over")
    with pytest.raises(ShipmentOpenError):
        release()


def test_an_order_of_two_parcels_releases_both_couriers(biteship):
    parcel = biteship.parcel(packed=False)
    other = biteship.parcel(packed=False)
    with transaction() as session:  # both in one order
        session.get(Parcel, other.id).order_id = parcel.order_id
    for one in (parcel, other):
        with transaction() as session:
            orders.pack_parcel(session, one.id, actor=SYSTEM)
    biteship.work()
    with transaction() as session:
        assert not services.release_order(session, parcel.order_id, actor=SYSTEM)
    biteship.work()
    with transaction() as session:
        assert services.release_order(session, parcel.order_id, actor=SYSTEM)
    assert [order.status for order in biteship.standin.orders.values()] == ["cancelled", "cancelled"]
