"""Two clicks at the same moment: the parcel is with one rider, and one message has one effect."""

import threading

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from gallery.accounts.permissions import Actor
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.delivery import services
from gallery.delivery.models import EventOutcome, Shipment, ShipmentEvent
from gallery.delivery.states import ShipmentStatus
from gallery.inventory.models import StockItem
from tests.factories.delivery import SYSTEM, an_update, make_parcel, make_rider, make_shipment

THREADS = 6


def at_once(app, work):
    """Run ``work(number)`` in several threads that start together; return what each gave or raised."""
    barrier, answers = threading.Barrier(THREADS), [None] * THREADS

    def run(number):
        with app.app_context():
            barrier.wait(timeout=20)
            try:
                answers[number] = work(number)
            except (GalleryError, OperationalError) as error:  # OperationalError: waited too long for the lock
                answers[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    db.session.remove()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def test_a_parcel_is_never_with_two_riders(app):
    parcel_id = make_parcel().id
    riders = [make_rider().id for _ in range(THREADS)]

    def offer(number):
        with transaction() as session:
            return services.offer_to_rider(session, parcel_id, riders[number], actor=SYSTEM).id

    answers = at_once(app, offer)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    statuses = db.session.scalars(select(Shipment.status)).all()
    assert len(statuses) == THREADS
    assert statuses.count(ShipmentStatus.OFFERED) == 1
    assert statuses.count(ShipmentStatus.CANCELLED) == THREADS - 1


def test_one_message_at_the_same_moment_has_one_effect(app):
    shipment = make_shipment()
    update = an_update(shipment, ShipmentStatus.PICKED_UP)

    def say(_number):
        with transaction() as session:
            return services.apply_update(session, update, actor=Actor.anonymous()).is_repeated

    assert sorted(at_once(app, say)) == [False] + [True] * (THREADS - 1)
    assert db.session.scalar(select(func.count()).select_from(ShipmentEvent)) == 1
    assert db.session.scalar(select(StockItem.on_hand)) == 8


def test_all_buttons_at_once_end_in_one_truth(app):
    shipment = make_shipment()
    steps = [
        ShipmentStatus.ACCEPTED,
        ShipmentStatus.DECLINED,
        ShipmentStatus.PICKED_UP,
        ShipmentStatus.DELIVERED,
        ShipmentStatus.FAILED,
        ShipmentStatus.DELIVERED,
    ]
    updates = [an_update(shipment, step) for step in steps]

    def say(number):
        with transaction() as session:
            return services.apply_update(session, updates[number], actor=Actor.anonymous()).outcome

    outcomes = at_once(app, say)
    assert all(isinstance(outcome, EventOutcome) for outcome in outcomes), outcomes
    final = db.session.get(Shipment, shipment.id)
    on_hand = db.session.scalar(select(StockItem.on_hand))
    # Declined before anybody picked up, or delivered; the stock says the same.
    assert (final.status, on_hand) in {(ShipmentStatus.DECLINED, 10), (ShipmentStatus.DELIVERED, 8)}
    assert final.open_key is None
    assert db.session.scalar(select(func.count()).select_from(ShipmentEvent)) == THREADS
