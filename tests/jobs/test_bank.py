"""The worker settles what has become sure, and forgets files that nobody took."""

from datetime import timedelta

import pytest

from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile, new_key, record_file
from gallery.jobs import bank as jobs
from gallery.payments.models import Payment
from gallery.payments.states import PaymentStatus
from gallery.settlement.models import BankLine
from gallery.settlement.services.bank import DRAFT_PURPOSE
from gallery.settlement.states import BankLineStatus, Certainty
from tests.settlement.test_bank import a_payment, imported

pytestmark = pytest.mark.usefixtures("app")


def test_what_became_sure_is_settled_and_what_is_likely_is_told():
    payment, other = a_payment(), a_payment()
    near = other.amount_idr - other.unique_code
    today = clock.today()
    imported(("TRSF", payment.amount_idr, today), ("DEWI CONTOH", near, today), ("LAIN", 7_000, today))
    jobs.settle_lines()
    jobs.settle_lines()
    found = {line.amount_idr: (line.status, line.certainty) for line in db.session.query(BankLine)}
    assert found == {
        payment.amount_idr: (BankLineStatus.MATCHED, Certainty.SURE),
        near: (BankLineStatus.OPEN, Certainty.LIKELY),
        7_000: (BankLineStatus.OPEN, None),
    }
    assert db.session.get(Payment, payment.id, populate_existing=True).status is PaymentStatus.PAID


def test_the_log_says_how_much_of_yesterday_does_not_fit(caplog):
    jobs.reconcile_yesterday()
    assert caplog.records == []
    imported(("LAIN", 7_000, clock.today() - timedelta(days=1)))
    jobs.reconcile_yesterday()
    assert [(record.differences, record.gaps) for record in caplog.records] == [(1, 0)]


def test_a_file_that_nobody_took_is_thrown_away_after_a_day():
    key = new_key("bank_statement", "sheet")
    adapters.files().put(key, b"x")
    with transaction() as session:
        record_file(session, key, b"x", media_type="text/csv", purpose=DRAFT_PURPOSE)
    imported(("LAIN", 7_000, clock.today()))
    jobs.forget_drafts()
    assert adapters.files().exists(key)
    with clock.at(clock.now() + timedelta(days=2)):
        jobs.forget_drafts()
    assert not adapters.files().exists(key)
    assert db.session.query(StoredFile).count() == 1  # the one that was taken stays
