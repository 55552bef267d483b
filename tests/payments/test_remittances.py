"""What riders were given at the door is handed over once, whoever receives it and however often it is sent."""

import threading
from datetime import timedelta

import pytest

from gallery.accounts.permissions import EVERYTHING, Scope
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.delivery.models import Rider
from gallery.delivery.queries import cash
from gallery.inventory.models import Paper
from gallery.inventory.states import PaperKind
from gallery.payments import services
from gallery.payments.errors import AlreadyRemittedError
from gallery.payments.models import Payment, Remittance, RemittanceLine
from gallery.payments.queries.cash import sum_carried
from tests.factories.delivery import SYSTEM, make_cash_parcel, make_collected, make_rider
from tests.factories.inventory import make_gallery_place
from tests.factories.settlement import findings, post, sums

pytestmark = pytest.mark.usefixtures("app")
EACH = 102_500


class Desk:
    """A gallery, a rider, and two payments that he was given."""

    def __init__(self):
        place = make_gallery_place()
        self.place_id, self.gallery_id = place.id, place.gallery_id
        self.rider_id = make_rider(gallery_id=self.gallery_id).id
        self.payments = [make_collected(self.rider_id, self.place_id).id for _ in range(2)]
        db.session.rollback()

    def receive(self, *payment_ids, key="k1", rider_id=None, actor=SYSTEM):
        with transaction() as session:
            return services.receive_remittance(
                session,
                rider_id or self.rider_id,
                payment_ids or self.payments,
                gallery_id=self.gallery_id,
                request_key=key,
                actor=actor,
            ).id


@pytest.fixture
def desk():
    return Desk()


def test_all_of_it_is_in_the_safe_with_a_numbered_receipt(desk):
    made = db.session.get(Remittance, desk.receive())
    assert (made.amount_idr, len(made.lines), made.number[:4]) == (2 * EACH, 2, "TTS-")
    paper = db.session.query(Paper).filter_by(kind=PaperKind.REMITTANCE).one()
    assert (paper.number, paper.summary) == (made.number, {"lines": 2, "total_idr": 2 * EACH})
    assert sum_carried(db.session(), desk.rider_id) == 0
    post()
    assert sums()["safe", "gallery"] == 2 * EACH
    assert ("riders", "rider") not in sums()
    assert findings() == []


def test_a_part_is_handed_over_and_the_rest_stays_with_him(desk):
    desk.receive(desk.payments[0])
    assert sum_carried(db.session(), desk.rider_id) == EACH
    post()
    assert (sums()["safe", "gallery"], sums()["riders", "rider"]) == (EACH, EACH)
    desk.receive(desk.payments[1], key="k2")
    assert sum_carried(db.session(), desk.rider_id) == 0


def test_sent_twice_it_is_received_once(desk):
    assert desk.receive() == desk.receive()
    assert db.session.query(Remittance).count() == 1
    with pytest.raises(AlreadyRemittedError):
        desk.receive(key="k2")
    with pytest.raises(AlreadyRemittedError):
        desk.receive(desk.payments[1], key="k3")
    assert db.session.query(RemittanceLine).count() == 2


def test_money_that_this_rider_was_not_given_is_not_received(desk):
    other_id = make_rider().id
    unpaid = make_cash_parcel(desk.place_id)
    unpaid_id = db.session.query(Payment.id).filter_by(order_id=unpaid.order_id).scalar()
    db.session.rollback()
    for given in ({"rider_id": other_id}, {}):
        with pytest.raises(NotFoundError):
            desk.receive(desk.payments[0], unpaid_id, **given)
    with pytest.raises(NotFoundError), transaction() as session:
        services.receive_remittance(
            session, desk.rider_id, [], gallery_id=desk.gallery_id, request_key="k9", actor=SYSTEM
        )
    assert db.session.query(Remittance).count() == 0


@pytest.mark.parametrize("keys", [("k1", "k1"), ("k1", "k2")])
def test_two_officers_at_once_receive_it_once(app, desk, keys):
    ready, seen = threading.Barrier(2), []

    def press(key):
        with app.app_context():
            ready.wait()
            try:
                seen.append(desk.receive(key=key))
            except AlreadyRemittedError:
                seen.append(None)

    db.session.remove()
    both = [threading.Thread(target=press, args=(key,)) for key in keys]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(set(seen)) == len(set(keys))
    assert db.session.query(Remittance).count() == 1
    post()
    assert sums()["safe", "gallery"] == 2 * EACH
    assert findings() == []


def test_who_has_it_since_when_and_for_whom_it_is_seen(desk, count_queries):
    elsewhere = make_gallery_place()
    elsewhere_id, other_gallery = elsewhere.id, elsewhere.gallery_id
    other_id = make_rider(gallery_id=other_gallery).id
    with clock.at(clock.now() - timedelta(days=3)):
        make_collected(other_id, elsewhere_id)
    db.session.rollback()
    mine, theirs = Scope(galleries=frozenset({desk.gallery_id})), Scope(galleries=frozenset({other_gallery}))
    with count_queries() as queries:
        rows = cash.with_riders(db.session(), EVERYTHING)
    assert queries.count == 1
    assert [(row.rider.id, row.amount_idr, row.orders, row.is_overdue) for row in rows] == [
        (other_id, EACH, 1, True),
        (desk.rider_id, 2 * EACH, 2, False),
    ]
    assert [row.rider.id for row in cash.with_riders(db.session(), mine)] == [desk.rider_id]
    assert cash.with_riders(db.session(), Scope()) == []
    assert [cash.overdue_riders(db.session(), scope) for scope in (EVERYTHING, mine, theirs)] == [1, 0, 1]
    public_id = db.session.get(Rider, desk.rider_id).public_id
    assert [row.id for row in cash.rider_with_cash(db.session(), public_id, mine)[1]] == desk.payments
    with pytest.raises(NotFoundError):
        cash.rider_with_cash(db.session(), public_id, theirs)
    desk.receive()
    assert cash.remittances(db.session(), mine).total == 1
    assert cash.remittances(db.session(), theirs).total == 0
    assert cash.rider_with_cash(db.session(), public_id, mine)[1] == []
