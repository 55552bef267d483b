"""What the bank, the journal, the gateways and the riders do not agree on, is told; nothing else is."""

from datetime import UTC, datetime, timedelta

import pytest

from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.orders.states import CancelReason
from gallery.payments import services as payments
from gallery.payments.models import BankAccount, GatewayCharge, GatewayMovement, Payment, Refund
from gallery.payments.states import ChargeStatus, ChargeTrouble, Gateway, MovementKind
from gallery.settlement import services
from gallery.settlement.models import BankLine, CourierPayment
from gallery.settlement.queries.reconciliation import reconcile
from gallery.settlement.services.bank import OwnFacts
from gallery.settlement.states import BankLineKind, DifferenceKind
from tests.factories.checkout import make_bank_account
from tests.factories.settlement import post
from tests.settlement.bank_files import OPENING
from tests.settlement.test_bank import NOW, STAFF, TODAY, a_payment, a_payout, imported, run

pytestmark = pytest.mark.usefixtures("app")
D = DifferenceKind
LATER = TODAY + timedelta(days=10)


@pytest.fixture(autouse=True)
def now():
    with clock.at(NOW):
        yield


def told(day=LATER):
    db.session.rollback()
    return [(one.kind, one.amount_idr) for one in reconcile(db.session(), day).differences]


def account(day=LATER):
    db.session.rollback()
    return reconcile(db.session(), day).accounts[0]


def settle_all():
    for (key,) in db.session.query(BankLine.id).all():
        run(services.settle_if_sure, key, actor=STAFF)
    post()


def covered():
    """A statement that reaches ten days further, with a line that is booked."""
    imported(("BIAYA ADM", -12_500, LATER))
    line = db.session.query(BankLine).filter_by(amount_idr=-12_500).one()
    run(services.book_line, line.id, OwnFacts(BankLineKind.FEE), actor=STAFF)
    post()


def test_a_day_on_which_everything_fits():
    payment = a_payment()
    imported(("TRSF", payment.amount_idr), ("BIAYA ADM", -12_500))
    settle_all()
    line = db.session.query(BankLine).filter_by(amount_idr=-12_500).one()
    run(services.book_line, line.id, OwnFacts(BankLineKind.FEE), actor=STAFF)
    post()
    assert told(TODAY) == []
    seen = account(TODAY)
    assert (seen.until, seen.lines, seen.in_idr, seen.out_idr) == (TODAY, 2, payment.amount_idr, 12_500)
    assert seen.bank_idr == OPENING + payment.amount_idr - 12_500
    assert (seen.before_idr, seen.book_idr) == (OPENING, payment.amount_idr - 12_500)
    assert seen.journal_idr == seen.book_idr
    assert (seen.open_idr, seen.ignored_idr, seen.later_idr, seen.unseen_idr, seen.gap_idr) == (0, 0, 0, 0, 0)


def test_lines_that_nobody_knows_and_lines_that_were_put_aside():
    imported(("LAIN", 7_000), ("GANDA", 3_000))
    aside = db.session.query(BankLine).filter_by(amount_idr=3_000).one()
    run(services.ignore_line, aside.id, note="ganda", actor=STAFF)
    assert told(TODAY) == [(D.LINE_OPEN, 7_000)]
    seen = account(TODAY)
    assert (seen.open_idr, seen.ignored_idr, seen.book_idr, seen.gap_idr) == (7_000, 3_000, 0, 0)
    assert told(TODAY - timedelta(days=1)) == []


def test_what_was_noted_and_the_bank_does_not_show():
    payment, item = a_payment(), a_payout()
    given_back = a_payment()
    run(payments.verify, payment.id, actor=STAFF)
    run(payments.verify, given_back.id, actor=STAFF)
    run(payments.cancel_order, given_back.order_id, reason=CancelReason.MISTAKE, by_buyer=False, actor=STAFF)
    refund = db.session.query(Refund).one()
    run(payments.finish_refund, refund.id, note="x", actor=STAFF)
    run(services.mark_paid, item.payout_id, [item.id], reference="T", actor=STAFF)
    with transaction() as session:
        values = {"number": "BK-7", "party": "rider:1", "amount_idr": 50_000, "paid_on": TODAY, "made_at": NOW}
        account_id = session.query(BankAccount.id).limit(1).scalar()
        session.add(CourierPayment(**values, bank_account_id=account_id, request_key="c"))
    post()
    assert told() == []  # no statement yet: nothing is known to be missing
    imported(("AWAL", 1_000))
    assert told() == [(D.LINE_OPEN, 1_000)]  # banks take their three days
    covered()
    run(services.ignore_line, db.session.query(BankLine).filter_by(amount_idr=1_000).one().id, note="x", actor=STAFF)
    assert sorted(told(), key=str) == sorted(
        [
            (D.TRANSFER_UNSEEN, payment.amount_idr),
            (D.TRANSFER_UNSEEN, given_back.amount_idr),
            (D.PAYOUT_UNSEEN, -135_000),
            (D.REFUND_UNSEEN, -refund.amount_idr),
            (D.COURIER_UNSEEN, -50_000),
        ],
        key=str,
    )
    seen = account()
    journal = payment.amount_idr + given_back.amount_idr - refund.amount_idr - 135_000
    assert seen.unseen_idr == journal - (50_000 if seen.book_idr == journal - 50_000 - 12_500 else 0)
    assert seen.later_idr == 0


def test_what_was_booked_after_the_day_is_told_as_that():
    payment = a_payment()
    imported(("TRSF", payment.amount_idr))
    with clock.at(NOW + timedelta(days=1)):
        settle_all()
    seen = account(TODAY)
    assert (seen.later_idr, seen.book_idr, seen.unseen_idr, seen.gap_idr) == (payment.amount_idr, 0, 0, 0)
    after = account(TODAY + timedelta(days=1))
    assert (after.later_idr, after.book_idr, after.gap_idr) == (0, payment.amount_idr, 0)


def test_a_statement_that_is_missing_leaves_a_gap():
    imported(("A", 1_000))
    imported(("C", 3_000, LATER), opening=OPENING + 1_000 + 2_000)  # what brought 2,000 is in no file
    seen = account()
    assert (seen.before_idr, seen.open_idr, seen.gap_idr) == (OPENING, 4_000, 2_000)
    imported(("B", 2_000, TODAY + timedelta(days=1)), opening=OPENING + 1_000)
    assert (account().open_idr, account().gap_idr) == (6_000, 0)


def a_charge(payment, reference, **given):
    values = {"payment_id": payment.id, "gateway": Gateway.STRIPE, "attempt": 1, "reference": reference}
    values |= {"amount_idr": payment.amount_idr, "expires_at": NOW, "remote_id": reference}
    with transaction() as session:
        session.add(charge := GatewayCharge(**values | given))
        session.flush()
        return charge.id


def test_gateways_whose_books_and_ours_differ():
    paid, missing, troubled = a_payment(), a_payment(), a_payment()
    known = a_charge(paid, "c1", status=ChargeStatus.PAID, paid_at=NOW, paid_idr=paid.amount_idr)
    a_charge(missing, "c2", status=ChargeStatus.PAID, paid_at=NOW, paid_idr=missing.amount_idr)
    a_charge(troubled, "c3", trouble=ChargeTrouble.AMOUNT, trouble_at=NOW)
    a_charge(a_payment(), "c4", trouble=ChargeTrouble.AMOUNT, trouble_at=NOW, trouble_note="sudah ditelepon")
    with transaction() as session:
        values = {"gateway": Gateway.STRIPE, "kind": MovementKind.CHARGE, "happened_at": NOW}
        session.add(GatewayMovement(**values, remote_id="t1", amount_idr=paid.amount_idr, charge_id=known))
        session.add(GatewayMovement(**values, remote_id="t2", amount_idr=9_000))
    assert sorted(told(TODAY), key=str) == sorted(
        [
            (D.GATEWAY_UNKNOWN, 9_000),
            (D.GATEWAY_MISSING, missing.amount_idr),
            (D.GATEWAY_TROUBLE, troubled.amount_idr),
            (D.GATEWAY_BALANCE, paid.amount_idr + 9_000),
        ],
        key=str,
    )


def test_cash_that_a_rider_has_for_too_long():
    from tests.factories.delivery import make_rider

    make_bank_account()
    payment, rider = a_payment(), make_rider()
    run(payments.verify, payment.id, actor=STAFF)
    with transaction() as session:
        session.get_one(Payment, payment.id).collector_id = rider.id
    assert told(TODAY + timedelta(days=1)) == []
    assert told(TODAY + timedelta(days=2)) == [(D.CASH_LATE, payment.amount_idr)]


def test_days_are_those_of_the_province():
    late = datetime(2026, 11, 29, 18, 0, tzinfo=UTC)  # 1 a.m. of the next day
    with clock.at(late):
        assert clock.today() == TODAY + timedelta(days=1)
    payment = a_payment()
    imported(("TRSF", payment.amount_idr))
    with clock.at(late):
        settle_all()
    assert account(TODAY).book_idr == 0
    assert account(TODAY + timedelta(days=1)).book_idr == payment.amount_idr
