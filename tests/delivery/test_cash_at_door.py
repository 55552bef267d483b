"""Cash at the door: a parcel goes out unpaid, and it is delivered and paid, or back and over, in one step."""

import threading

import pytest

from gallery.core.db import db, transaction
from gallery.core.states import Decision
from gallery.delivery import services
from gallery.delivery.errors import CashNotReceivedError
from gallery.delivery.models import EventOutcome, Shipment
from gallery.delivery.states import ShipmentStatus as S
from gallery.inventory.models import StockItem
from gallery.orders import services as orders
from gallery.orders.errors import CancellationRefusedError, OrderUnpaidError
from gallery.orders.models import Order, Parcel
from gallery.orders.queries import audit_holds
from gallery.orders.states import CancelReason, OrderStatus
from gallery.orders.states import ParcelStatus as P
from gallery.payments import services as payments
from gallery.payments.errors import PaymentClosedError
from gallery.payments.models import Payment, Refund
from gallery.payments.states import GivenBackFor, PaymentStatus
from tests.factories.delivery import (
    SYSTEM,
    an_update,
    make_carrier_tariff,
    make_cash_parcel,
    make_collected,
    make_rider,
    make_shipment,
)
from tests.factories.settlement import entries, findings, post, sums

pytestmark = pytest.mark.usefixtures("app")
TOTAL = 102_500


def standing(parcel_id):
    """(order, parcel, payment) as the database has them now."""
    db.session.rollback()
    parcel = db.session.get(Parcel, parcel_id)
    payment = db.session.query(Payment).filter_by(order_id=parcel.order_id).one()
    return parcel.order.status, parcel.status, payment.status


def say(shipment_id, status, **given):
    shipment = db.session.get(Shipment, shipment_id)
    update = an_update(shipment, status, **given)
    db.session.rollback()
    with transaction() as session:
        return services.apply_update(session, update, actor=SYSTEM).outcome


@pytest.fixture
def ride():
    """(parcel id, shipment id) of a parcel that a rider has with him, unpaid."""
    parcel = make_cash_parcel()
    parcel_id = parcel.id
    return parcel_id, make_shipment(parcel, S.PICKED_UP).id


def test_it_leaves_unpaid_and_its_pieces_are_held_until_then():
    parcel = make_cash_parcel()
    parcel_id = parcel.id
    assert audit_holds(db.session()) == []
    assert standing(parcel_id) == (OrderStatus.CASH_DUE, P.PACKED, PaymentStatus.PENDING)
    make_shipment(db.session.get(Parcel, parcel_id), S.PICKED_UP)
    assert standing(parcel_id) == (OrderStatus.CASH_DUE, P.HANDED_OVER, PaymentStatus.PENDING)
    assert [(row.on_hand, row.reserved) for row in db.session.query(StockItem)] == [(8, 0)]
    assert audit_holds(db.session()) == []


def test_delivered_and_paid_are_one_step(ride):
    parcel_id, shipment_id = ride
    assert say(shipment_id, S.DELIVERED, is_cash_received=True) is EventOutcome.APPLIED
    assert standing(parcel_id) == (OrderStatus.COMPLETED, P.DELIVERED, PaymentStatus.PAID)
    payment = db.session.query(Payment).one()
    rider_id = db.session.get(Shipment, shipment_id).rider_id
    assert (payment.collector_id, payment.amount_idr, payment.paid_at is not None) == (rider_id, TOTAL, True)
    kinds = [event.kind.value for event in db.session.get(Order, payment.order_id).events]
    assert kinds == ["placed", "packed", "handed_over", "paid", "delivered", "completed"]
    post()
    assert sums()["riders", "rider"] == TOTAL
    assert ("buyers", "order") not in sums()
    assert findings() == []


def test_told_again_it_is_collected_once(ride):
    parcel_id, shipment_id = ride
    say(shipment_id, S.DELIVERED, is_cash_received=True)
    paid_at = db.session.query(Payment).one().paid_at
    assert say(shipment_id, S.DELIVERED, is_cash_received=True) is EventOutcome.STALE
    assert db.session.query(Payment).one().paid_at == paid_at
    with transaction() as session:
        rider_id = session.get_one(Shipment, shipment_id).rider_id
        order_id = session.get_one(Parcel, parcel_id).order_id
    with transaction() as session:
        assert payments.collect_cash(session, order_id, rider_id, actor=SYSTEM) is Decision.STALE


def test_without_the_money_it_is_not_delivered(ride):
    parcel_id, shipment_id = ride
    with pytest.raises(CashNotReceivedError):
        say(shipment_id, S.DELIVERED)
    with pytest.raises(CashNotReceivedError), transaction() as session:
        services.override(session, shipment_id, S.DELIVERED, note="kata kurir", recipient_name="Dewi", actor=SYSTEM)
    with pytest.raises(OrderUnpaidError), transaction() as session:
        orders.deliver_parcel(session, parcel_id, actor=SYSTEM)
    assert standing(parcel_id) == (OrderStatus.CASH_DUE, P.HANDED_OVER, PaymentStatus.PENDING)


def test_staff_say_it_in_the_riders_place(ride):
    parcel_id, shipment_id = ride
    with transaction() as session:
        given = {"note": "kurir menelepon", "recipient_name": "Dewi", "is_cash_received": True}
        services.override(session, shipment_id, S.DELIVERED, **given, actor=SYSTEM)
    assert standing(parcel_id) == (OrderStatus.COMPLETED, P.DELIVERED, PaymentStatus.PAID)


def test_not_paid_it_comes_back_and_nobody_owes_anything(ride):
    parcel_id, shipment_id = ride
    say(shipment_id, S.FAILED, reason="refused")
    assert standing(parcel_id) == (OrderStatus.CASH_DUE, P.FAILED, PaymentStatus.PENDING)
    with transaction() as session:
        services.return_to_stock(session, parcel_id, note="utuh", actor=SYSTEM)
    assert standing(parcel_id) == (OrderStatus.CANCELLED, P.RETURNED, PaymentStatus.CANCELLED)
    with transaction() as session:
        assert payments.owe_for_parcel(session, parcel_id) is None
    assert db.session.query(Refund).count() == 0
    assert [(row.on_hand, row.reserved) for row in db.session.query(StockItem)] == [(10, 0)]
    post()
    assert entries() == ["courier_fee"]  # the rider rode all the same
    assert findings() == []


def test_paid_after_a_failure(ride):
    parcel_id, shipment_id = ride
    say(shipment_id, S.FAILED, reason="nobody_home")
    assert say(shipment_id, S.DELIVERED, is_cash_received=True) is EventOutcome.APPLIED
    assert standing(parcel_id) == (OrderStatus.COMPLETED, P.DELIVERED, PaymentStatus.PAID)


def test_only_a_local_rider_takes_it_unpaid():
    make_carrier_tariff()
    parcel_id = make_cash_parcel().id
    with pytest.raises(OrderUnpaidError), transaction() as session:
        services.send_by_carrier(session, parcel_id, carrier="JNE", tracking_number="JN12345", actor=SYSTEM)
    with pytest.raises(OrderUnpaidError), transaction() as session:
        services.hand_to_buyer(session, parcel_id, recipient_name="Dewi", actor=SYSTEM)
    assert standing(parcel_id) == (OrderStatus.CASH_DUE, P.PACKED, PaymentStatus.PENDING)


def test_staff_do_not_note_it_as_a_transfer_and_do_not_cancel_it_on_its_way(ride):
    parcel_id, _ = ride
    payment = db.session.query(Payment).one()
    payment_id, order_id = payment.id, payment.order_id
    with pytest.raises(PaymentClosedError), transaction() as session:
        payments.verify(session, payment_id, actor=SYSTEM)
    with pytest.raises(CancellationRefusedError), transaction() as session:
        payments.cancel_order(session, order_id, reason=CancelReason.OTHER, by_buyer=False, actor=SYSTEM)
    assert standing(parcel_id) == (OrderStatus.CASH_DUE, P.HANDED_OVER, PaymentStatus.PENDING)


def test_cancelled_before_it_left_the_rider_delivers_nothing():
    parcel = make_cash_parcel()
    parcel_id, order_id = parcel.id, parcel.order_id
    shipment_id = make_shipment(parcel, S.ACCEPTED).id
    with transaction() as session:
        payments.cancel_order(session, order_id, reason=CancelReason.BUYER_ASKED, by_buyer=False, actor=SYSTEM)
    assert standing(parcel_id) == (OrderStatus.CANCELLED, P.CANCELLED, PaymentStatus.CANCELLED)
    assert say(shipment_id, S.DELIVERED, is_cash_received=True) is EventOutcome.IMPOSSIBLE
    assert standing(parcel_id) == (OrderStatus.CANCELLED, P.CANCELLED, PaymentStatus.CANCELLED)


def test_two_devices_at_once_collect_once(app, ride):
    parcel_id, shipment_id = ride
    ready, outcomes = threading.Barrier(2), []

    def press():
        with app.app_context():
            ready.wait()
            outcomes.append(say(shipment_id, S.DELIVERED, is_cash_received=True))

    db.session.remove()
    both = [threading.Thread(target=press) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(outcomes) == [EventOutcome.APPLIED, EventOutcome.STALE]
    assert standing(parcel_id) == (OrderStatus.COMPLETED, P.DELIVERED, PaymentStatus.PAID)
    post()
    assert sums()["riders", "rider"] == TOTAL
    assert findings() == []


def test_a_refund_after_delivery_goes_out_of_the_safe():
    payment = make_collected(make_rider().id)
    payment_id = payment.id
    with transaction() as session:
        parcel = session.query(Parcel).one()
        parcel_id, line_id = parcel.id, parcel.lines[0].id
    with transaction() as session:
        given = {"reason": GivenBackFor.DAMAGED, "request_key": "r1", "actor": SYSTEM}
        refund_id = payments.owe_lines(session, parcel_id, {line_id: 1}, **given).id
    with transaction() as session:
        payments.finish_refund(session, refund_id, note="tunai di galeri", actor=SYSTEM)
    post()
    assert (sums()["riders", "rider"], sums()["safe", "gallery"]) == (TOTAL, -45_000)
    assert findings() == []
    assert db.session.get(Payment, payment_id).status is PaymentStatus.PAID
