"""A large transfer counts when two people read it in the account, or the bank's statement has it."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.files import record_file
from gallery.core.states import Decision
from gallery.orders.models import Order
from gallery.orders.states import OrderStatus
from gallery.payments import services
from gallery.payments.errors import AmountDiffersError, OtherAmountSeenError, PaymentClosedError
from gallery.payments.models import Payment
from gallery.payments.queries import overdue_orders
from gallery.payments.states import PaymentMethod, PaymentStatus, RejectReason
from tests.factories.accounts import make_user
from tests.factories.checkout import make_placed_order

pytestmark = pytest.mark.usefixtures("app")
LIMIT = 50_000


def run(service, *args, **kwargs):
    with transaction() as session:
        return service(session, *args, **kwargs)


def fresh(payment_id) -> Payment:
    db.session.rollback()
    return db.session.get(Payment, payment_id, populate_existing=True)


def order_of(payment_id) -> Order:
    return db.session.get(Order, fresh(payment_id).order_id, populate_existing=True)


def officers(*names) -> list[Actor]:
    return [Actor(user_id=make_user(email=f"{name}@example.org").id) for name in names]


def placed(method=PaymentMethod.BANK_TRANSFER) -> tuple[int, int]:
    order = make_placed_order(method=method)
    row = db.session.scalars(select(Payment).where(Payment.order_id == order.id)).one()
    assert row.amount_idr > LIMIT
    return row.id, row.amount_idr


def confirm(payment_id, amount, actor, limit=LIMIT):
    return run(services.confirm, payment_id, received_idr=amount, limit_idr=limit, actor=actor)


def test_below_the_limit_one_officer_is_enough_and_the_amount_is_kept():
    (ani,) = officers("ani")
    payment_id, amount = placed()
    assert confirm(payment_id, amount - 1, ani, limit=amount) is Decision.APPLY
    paid = fresh(payment_id)
    assert (paid.status, paid.received_idr, paid.verified_by, paid.seen_by) == (
        PaymentStatus.PAID,
        amount - 1,
        ani.user_id,
        None,
    )


def test_above_the_limit_the_order_waits_for_another_officer():
    ani, budi = officers("ani", "budi")
    payment_id, amount = placed()
    assert confirm(payment_id, amount, ani) is Decision.APPLY
    assert confirm(payment_id, amount, ani) is Decision.STALE
    seen = fresh(payment_id)
    assert (seen.status, seen.seen_by, seen.received_idr) == (PaymentStatus.UNDER_REVIEW, ani.user_id, amount)
    assert seen.paid_at is None
    assert order_of(payment_id).status is OrderStatus.AWAITING_PAYMENT
    later = clock.now() + timedelta(hours=71)
    assert overdue_orders(db.session(), later) == []  # the pieces wait for the second one
    assert confirm(payment_id, amount, budi) is Decision.APPLY
    assert confirm(payment_id, amount, ani) is Decision.STALE
    assert (fresh(payment_id).status, fresh(payment_id).verified_by) == (PaymentStatus.PAID, budi.user_id)
    assert order_of(payment_id).status is OrderStatus.PAID


def test_both_officers_have_read_the_same_amount():
    ani, budi = officers("ani", "budi")
    payment_id, amount = placed()
    confirm(payment_id, amount - 1, ani)
    with pytest.raises(OtherAmountSeenError):
        confirm(payment_id, amount, budi)
    assert fresh(payment_id).status is PaymentStatus.UNDER_REVIEW
    assert confirm(payment_id, amount, ani) is Decision.APPLY  # corrects the own word
    assert fresh(payment_id).status is PaymentStatus.UNDER_REVIEW
    assert confirm(payment_id, amount, budi) is Decision.APPLY
    assert fresh(payment_id).received_idr == amount


def test_an_amount_that_is_no_payment_of_this_order_is_refused():
    (ani,) = officers("ani")
    payment_id, amount = placed()
    total = amount - fresh(payment_id).unique_code
    for wrong in (total - 1, total + 1_000, 0):
        with pytest.raises(AmountDiffersError):
            confirm(payment_id, wrong, ani, limit=10**9)
    assert (fresh(payment_id).status, fresh(payment_id).received_idr) == (PaymentStatus.PENDING, None)
    assert confirm(payment_id, total, ani, limit=10**9) is Decision.APPLY  # without the unique digits


def test_a_rejected_proof_takes_the_first_word_back():
    ani, budi = officers("ani", "budi")
    payment_id, amount = placed()
    with transaction() as session:
        file = record_file(session, "proof/a.jpg", b"picture", media_type="image/jpeg", purpose="payment_proof")
        services.attach_proof(session, payment_id, file, actor=Actor.anonymous())
    confirm(payment_id, amount, ani)
    run(services.reject, payment_id, reason=RejectReason.NOT_RECEIVED, actor=budi)
    assert (fresh(payment_id).seen_by, fresh(payment_id).received_idr) == (None, None)
    confirm(payment_id, amount, budi)
    assert fresh(payment_id).status is PaymentStatus.UNDER_REVIEW


def test_cash_at_the_counter_needs_one_person_and_the_door_none_here():
    (ani,) = officers("ani")
    payment_id, amount = placed(PaymentMethod.CASH_AT_PICKUP)
    assert confirm(payment_id, amount, ani) is Decision.APPLY
    assert fresh(payment_id).status is PaymentStatus.PAID
    with transaction() as session:
        row = session.get_one(Payment, payment_id)
        row.method, row.status = PaymentMethod.CASH_ON_DELIVERY, PaymentStatus.PENDING
    with pytest.raises(PaymentClosedError):
        confirm(payment_id, amount, ani)


@pytest.mark.processes
@pytest.mark.parametrize("is_same_person", [False, True])
def test_two_officers_at_once_are_two_people_or_one(app, is_same_person):
    ani, budi = officers("ani", "budi")
    payment_id, amount = placed()
    db.session.remove()
    ready, said = threading.Barrier(2), []

    def press(actor):
        with app.app_context():
            ready.wait()
            try:
                said.append(confirm(payment_id, amount, actor))
            finally:
                db.session.remove()

    both = [threading.Thread(target=press, args=(actor,)) for actor in (ani, ani if is_same_person else budi)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    actions = [row.action for row in db.session.query(AuditEntry).filter(AuditEntry.action.like("payment.%"))]
    if is_same_person:
        assert {*said} == {Decision.APPLY, Decision.STALE}
        assert fresh(payment_id).status is PaymentStatus.UNDER_REVIEW
        assert actions == ["payment.seen"]
    else:
        assert said == [Decision.APPLY, Decision.APPLY]
        assert fresh(payment_id).status is PaymentStatus.PAID
        assert {fresh(payment_id).seen_by, fresh(payment_id).verified_by} == {ani.user_id, budi.user_id}
        assert sorted(actions) == ["payment.seen", "payment.verified"]
