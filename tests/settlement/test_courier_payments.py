"""Riders and couriers are paid what they are owed, once, and never more."""

import threading
from datetime import timedelta

import pytest

from gallery.accounts.permissions import EVERYTHING, Scope
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.delivery.states import ShipmentStatus
from gallery.settlement import services
from gallery.settlement.errors import CourierOverpaidError, PaidInFutureError
from gallery.settlement.models import CourierPayment
from gallery.settlement.queries import courier_payments as queries
from gallery.settlement.services import Purse
from tests.factories.checkout import make_bank_account
from tests.factories.delivery import SYSTEM, make_collected, make_parcel, make_rider, make_shipment
from tests.factories.inventory import make_gallery_place
from tests.factories.settlement import findings, post, sums

pytestmark = pytest.mark.usefixtures("app")
FEE = 12_500


class Owed:
    """A rider who rode twice: 25,000 rupiah."""

    def __init__(self):
        place = make_gallery_place()
        self.gallery_id = place.gallery_id
        place_id = place.id
        self.rider_id = make_rider(gallery_id=self.gallery_id).id
        self.party = f"rider:{self.rider_id}"
        for _ in range(2):
            make_collected(self.rider_id, place_id)
        self.account_id = make_bank_account().id
        post()

    def pay(self, amount, *, key="k1", purse=None, day=None, party=None):
        with transaction() as session:
            return services.pay_courier(
                session,
                party or self.party,
                Rupiah(amount),
                purse=purse or Purse(gallery_id=self.gallery_id),
                paid_on=day or clock.today(),
                request_key=key,
                actor=SYSTEM,
            ).id


@pytest.fixture
def owed():
    return Owed()


def due(owed):
    db.session.rollback()
    return queries.owed_to(db.session(), owed.party)


def test_a_rider_is_paid_out_of_the_safe_and_by_transfer(owed):
    first = db.session.get(CourierPayment, owed.pay(10_000))
    assert (first.number[:9], due(owed)) == ("BPK-PROV-", 15_000)
    owed.pay(15_000, key="k2", purse=Purse(bank_account_id=owed.account_id))
    assert due(owed) == 0
    post()
    assert due(owed) == 0
    found = sums()
    assert (found["safe", "gallery"], found["bank", "bank_account"]) == (-10_000, -15_000)
    assert ("couriers", "rider") not in found
    assert findings() == []


def test_never_more_than_is_owed(owed):
    for amount in (25_001, 0, -5):
        with pytest.raises(CourierOverpaidError):
            owed.pay(amount)
    owed.pay(25_000)
    with pytest.raises(CourierOverpaidError):  # before the journal knows of the first one, and after
        owed.pay(1, key="k2")
    post()
    with pytest.raises(CourierOverpaidError):
        owed.pay(1, key="k2")
    with pytest.raises(CourierOverpaidError):
        owed.pay(1, key="k3", party="carrier:JNE")
    assert db.session.query(CourierPayment).count() == 1


def test_sent_twice_it_is_paid_once(owed):
    assert owed.pay(10_000) == owed.pay(10_000)
    assert due(owed) == 15_000


def test_a_day_to_come_and_a_closed_account_are_refused(owed):
    with pytest.raises(PaidInFutureError):
        owed.pay(1_000, day=clock.today() + timedelta(days=1))
    with pytest.raises(NotFoundError):
        owed.pay(1_000, purse=Purse(bank_account_id=999))
    assert due(owed) == 25_000


@pytest.mark.parametrize("keys", [("k1", "k1"), ("k1", "k2")])
def test_two_officers_at_once_pay_it_once(app, owed, keys):
    ready, seen = threading.Barrier(2), []
    purses = (Purse(gallery_id=owed.gallery_id), Purse(bank_account_id=owed.account_id))

    def press(key, purse):
        with app.app_context():
            ready.wait()
            try:
                seen.append(owed.pay(20_000, key=key, purse=purse))
            except CourierOverpaidError:
                seen.append(None)

    db.session.remove()
    both = [threading.Thread(target=press, args=pair) for pair in zip(keys, purses, strict=True)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert db.session.query(CourierPayment).count() == 1
    assert due(owed) == 5_000


def test_who_is_owed_what_and_who_sees_it(owed, count_queries):
    other_gallery = make_gallery_place().gallery_id
    make_shipment(make_parcel(), ShipmentStatus.DELIVERED, rider_id=make_rider(gallery_id=other_gallery).id)
    owed.pay(20_000)
    post()
    db.session.rollback()
    with count_queries() as counted:
        rows = queries.couriers_due(db.session(), EVERYTHING)
    assert counted.count == 1
    assert [(row.owed_idr, row.paid_idr) for row in rows] == [(12_500, 0), (5_000, 20_000)]
    mine = Scope(galleries=frozenset({owed.gallery_id}))
    assert [row.party for row in queries.couriers_due(db.session(), mine)] == [owed.party]
    assert queries.courier_payments(db.session(), mine).total == 1
    assert queries.courier_payments(db.session(), Scope(galleries=frozenset({other_gallery}))).total == 0
    with pytest.raises(NotFoundError):
        queries.courier_due(db.session(), owed.party, Scope(galleries=frozenset({other_gallery})))
