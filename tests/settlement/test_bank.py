"""Lines of the bank's statement: each once, bound to its document when that is sure, else by a person."""

from datetime import UTC, datetime, timedelta

import pytest

from gallery.accounts.permissions import Actor
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.files import new_key, record_file
from gallery.core.states import Decision
from gallery.orders.models import Order
from gallery.orders.states import CancelReason, OrderStatus
from gallery.payments import services as payments
from gallery.payments.models import BankAccount, Payment, Refund
from gallery.payments.states import Gateway, PaymentStatus, RefundStatus
from gallery.settlement import services
from gallery.settlement.errors import (
    DocumentDiffersError,
    DocumentTakenError,
    LineSettledError,
    NotThisKindError,
    OtherAccountError,
    UnreadableRowsError,
)
from gallery.settlement.models import BankLine, BankStatement, CourierPayment, JournalEntry, Payout, PayoutItem
from gallery.settlement.queries.bank_matching import matches, movement_of
from gallery.settlement.services.bank import OwnFacts
from gallery.settlement.states import (
    BankLineKind,
    BankLineStatus,
    Certainty,
    MatchReason,
    PayoutItemStatus,
    PayoutStatus,
)
from tests.factories.checkout import make_bank_account, make_placed_order
from tests.factories.settlement import findings, post
from tests.settlement.bank_files import csv_of

pytestmark = pytest.mark.usefixtures("app")
NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
TODAY = NOW.date()
STAFF = Actor.system()
K, R = BankLineKind, MatchReason


@pytest.fixture(autouse=True)
def now():
    with clock.at(NOW):
        yield


def run(service, *args, **kwargs):
    with transaction() as session:
        return service(session, *args, **kwargs)


def imported(*lines, bank="sumsel-babel", **given):
    """Take a file of (description, amount[, day]) lines; its statement and whether the file was known."""
    made = [(rest[0] if rest else TODAY, words, amount) for words, amount, *rest in lines]
    return taken(csv_of(bank, made, **given))


def taken(data):
    if not db.session.query(BankAccount).count():
        make_bank_account()
    sheet = services.read_statement(data)
    account_id = db.session.query(BankAccount.id).order_by(BankAccount.id).limit(1).scalar()
    key = new_key("bank_statement", "csv")
    adapters.files().put(key, data)
    with transaction() as session:
        file = record_file(session, key, data, media_type="text/csv", purpose="bank_statement_draft")
        return services.import_statement(session, sheet, account_id, file, name="mutasi.csv", actor=STAFF)


def a_line(words, amount, day=TODAY):
    imported((words, amount, day))
    return db.session.query(BankLine).order_by(BankLine.id.desc()).first()


def match_of(line):
    db.session.rollback()
    line = db.session.get(BankLine, line.id, populate_existing=True)
    return matches(db.session(), [movement_of(line)])[line.id]


def seen(line):
    db.session.rollback()
    return db.session.get(BankLine, line.id, populate_existing=True)


def settle(line):
    return run(services.settle_if_sure, line.id, actor=STAFF)


def a_payment(**given):
    order = make_placed_order(**given)
    db.session.rollback()
    return db.session.query(Payment).filter_by(order_id=order.id).one()


def fresh(row):
    db.session.rollback()
    return db.session.get(type(row), row.id, populate_existing=True)


def test_the_same_file_twice_is_one_and_overlapping_files_bring_each_line_once():
    first = imported(("A", 1_000), ("A", 1_000), ("B", 2_000))
    assert (first.is_known, first.statement.new_lines, first.statement.known_lines) == (False, 3, 0)
    again = imported(("A", 1_000), ("A", 1_000), ("B", 2_000))
    assert (again.is_known, again.statement.id) == (True, first.statement.id)
    more = imported(("A", 1_000), ("A", 1_000), ("A", 1_000), ("C", 3_000))
    assert (more.statement.new_lines, more.statement.known_lines) == (2, 2)
    assert sorted(amount for (amount,) in db.session.query(BankLine.amount_idr)) == [1_000, 1_000, 1_000, 2_000, 3_000]


def test_nothing_of_a_broken_or_foreign_file_is_taken():
    data = csv_of("sumsel-babel", [(TODAY, "A", 1_000)]) + b"\r\n29 Nov 2026;B2;B;;sekian;"
    with pytest.raises(UnreadableRowsError):
        taken(data)
    with pytest.raises(OtherAccountError):
        imported(("A", 1_000), number="9900000002")
    assert (db.session.query(BankStatement).count(), db.session.query(BankLine).count()) == (0, 0)


def test_the_exact_amount_of_one_open_transfer_pays_its_order():
    payment = a_payment()
    line = a_line("TRSF E-BANKING", payment.amount_idr)
    assert settle(line) is True
    assert settle(line) is False
    line = seen(line)
    assert (line.status, line.kind, line.certainty) == (BankLineStatus.MATCHED, K.PAYMENT, Certainty.SURE)
    assert line.payment_id == payment.id
    assert fresh(payment).status is PaymentStatus.PAID
    assert db.session.get(Order, payment.order_id).status is OrderStatus.PAID
    post()
    assert findings() == []
    assert db.session.query(JournalEntry).filter_by(kind="bank_line").count() == 0


@pytest.mark.parametrize(
    ("days", "certainty"), [(-1, None), (0, Certainty.SURE), (4, Certainty.SURE), (5, Certainty.LIKELY)]
)
def test_a_transfer_counts_from_its_order_until_three_days_after_its_deadline(days, certainty):
    payment = a_payment()  # the deadline is a day later
    line = a_line("TRSF", payment.amount_idr, TODAY + timedelta(days=days))
    match = match_of(line)
    assert match.certainty is certainty
    assert (R.LATE in match.candidates[0].reasons if match.candidates else None) is (None if days < 0 else days == 5)


def test_what_was_verified_by_hand_is_only_linked():
    payment = a_payment()
    run(payments.verify, payment.id, actor=STAFF)
    before = fresh(payment).status_changed_at
    line = a_line("TRSF", payment.amount_idr)
    assert match_of(line).candidates[0].reasons == (R.AMOUNT, R.NOTED)
    assert settle(line) is True
    assert (seen(line).payment_id, fresh(payment).status_changed_at) == (payment.id, before)


def test_a_second_transfer_of_the_same_amount_finds_nothing():
    payment = a_payment()
    imported(("TRSF", payment.amount_idr), ("TRSF", payment.amount_idr))
    first, second = db.session.query(BankLine).order_by(BankLine.id)
    assert settle(first) is True
    assert settle(second) is False
    assert match_of(second).certainty is None
    with pytest.raises(DocumentTakenError):
        run(services.match_line, second.id, K.PAYMENT, payment.id, actor=STAFF)
    assert seen(second).status is BankLineStatus.OPEN


def test_of_two_lines_in_one_file_only_one_is_sure():
    payment = a_payment()
    imported(("TRSF", payment.amount_idr), ("TRSF", payment.amount_idr))
    ids = [line.id for line in db.session.query(BankLine).order_by(BankLine.id)]
    found = run(services.note_certainties, ids)
    assert [found[key].certainty for key in ids] == [Certainty.SURE, None]
    assert [line.certainty for line in db.session.query(BankLine).order_by(BankLine.id)] == [Certainty.SURE, None]


def test_money_for_a_closed_order_is_confirmed_by_a_person_and_owed_back():
    payment = a_payment()
    with clock.at(NOW + timedelta(days=2)):
        run(payments.expire_order, payment.order_id)
    run(payments.cancel_order, a_payment().order_id, reason=CancelReason.CHANGED_MIND, by_buyer=True, actor=STAFF)
    line = a_line("TRSF", payment.amount_idr)
    match = match_of(line)
    assert (match.certainty, R.CLOSED in match.candidates[0].reasons) == (Certainty.LIKELY, True)
    assert settle(line) is False
    assert fresh(payment).status is PaymentStatus.EXPIRED
    assert run(services.match_line, line.id, K.PAYMENT, payment.id, actor=STAFF) is Decision.APPLY
    assert fresh(payment).status is PaymentStatus.PAID
    assert db.session.get(Order, payment.order_id).status is OrderStatus.PAID  # its pieces were still there
    post()
    assert findings() == []


def test_the_banks_statement_is_the_second_word_for_a_large_transfer():
    payment = a_payment()
    amount = payment.amount_idr
    run(payments.confirm, payment.id, received_idr=amount, limit_idr=1_000, actor=STAFF)
    assert fresh(payment).status is PaymentStatus.UNDER_REVIEW
    line = a_line("TRSF", amount)
    assert settle(line) is True
    assert (fresh(payment).status, fresh(payment).received_idr) == (PaymentStatus.PAID, amount)


def test_the_total_without_its_digits_is_likely_when_the_name_fits():
    payment = a_payment()
    total = payment.amount_idr - payment.unique_code
    stranger = a_line("TRSF BUDI SANTOSO", total)
    assert match_of(stranger).certainty is None
    line = a_line("TRSF E-BANKING CR/DEWI CONTO", total)
    match = match_of(line)
    assert (match.certainty, match.candidates[0].reasons) == (Certainty.LIKELY, (R.TOTAL, R.NAME))
    assert run(services.match_line, line.id, K.PAYMENT, payment.id, actor=STAFF) is Decision.APPLY
    assert run(services.match_line, line.id, K.PAYMENT, payment.id, actor=STAFF) is Decision.STALE
    post()
    assert findings() == []
    assert bank_sum() == total


def bank_sum():
    db.session.rollback()
    rows = db.session.query(JournalEntry)
    return sum(one.amount_idr for entry in rows for one in entry.lines if one.account.value == "bank")


def test_an_amount_that_is_too_little_or_too_much_is_no_payment():
    payment = a_payment()
    total = payment.amount_idr - payment.unique_code
    for amount in (total - 1, total + 1_000):
        line = a_line(f"DEWI CONTOH {amount}", amount)
        with pytest.raises(DocumentDiffersError):
            run(services.match_line, line.id, K.PAYMENT, payment.id, actor=STAFF)
    assert fresh(payment).status is PaymentStatus.PENDING


def test_a_transfer_to_the_other_account_of_the_office_moves_its_payment_there():
    make_bank_account()
    other = make_bank_account(bank_code="002", bank_name="BRI", number="0020000002")
    payment = a_payment()
    with transaction() as session:
        session.get_one(Payment, payment.id).bank_account_id = other.id
    line = a_line("TRSF", payment.amount_idr)
    match = match_of(line)
    assert (match.certainty, R.OTHER_ACCOUNT in match.candidates[0].reasons) == (Certainty.LIKELY, True)
    run(services.match_line, line.id, K.PAYMENT, payment.id, actor=STAFF)
    assert fresh(payment).bank_account_id == seen(line).bank_account_id
    late = a_payment()
    with transaction() as session:
        session.get_one(Payment, late.id).bank_account_id = other.id
    run(payments.verify, late.id, actor=STAFF)
    foreign = a_line("TRSF LAIN", late.amount_idr)
    with pytest.raises(DocumentDiffersError):  # its entry is written
        run(services.match_line, foreign.id, K.PAYMENT, late.id, actor=STAFF)


def a_payout(**given):
    """An approved list of one transfer of 135,000 rupiah."""
    from tests.factories.inventory import make_goods

    if not db.session.query(BankAccount).count():
        make_bank_account()
    business_id = make_goods().business_id
    account_id = db.session.query(BankAccount.id).scalar()
    with transaction() as session:
        item = PayoutItem(
            business_id=business_id,
            amount_idr=135_000,
            open_key=business_id,
            bank_code="120",
            account_encrypted=b"sealed",
            account_hint="******4321",
            account_holder="Siti Maryam",
        )
        payout = Payout(
            number="BYR-1",
            request_key="p",
            status=PayoutStatus.APPROVED,
            bank_account_id=account_id,
            total_idr=135_000,
            approved_at=NOW,
            items=[item],
        )
        session.add(payout)
        session.flush()
        return session.get_one(PayoutItem, item.id)


def test_a_transfer_to_an_owner_is_noted_when_a_person_says_so():
    item = a_payout()
    line = a_line("TRF KE SITI MARYAM", -135_000)
    match = match_of(line)
    assert (match.certainty, match.candidates[0].reasons) == (Certainty.LIKELY, (R.AMOUNT, R.NAME))
    run(services.match_line, line.id, K.OWNER_PAYOUT, item.id, actor=STAFF)
    assert (fresh(item).status, fresh(item).reference) == (PayoutItemStatus.PAID, "B1")
    assert db.session.query(Payout.status).scalar() is PayoutStatus.DONE


def test_a_noted_transfer_to_an_owner_is_linked_by_name_or_account():
    item = a_payout()
    run(services.mark_paid, item.payout_id, [item.id], reference="TRX9", actor=STAFF)
    stranger = a_line("TRF LAIN", -135_000)
    assert match_of(stranger).certainty is Certainty.LIKELY
    assert settle(stranger) is False
    line = a_line("TRF 14009994321", -135_000)
    assert settle(line) is True
    assert seen(line).payout_item_id == item.id
    assert match_of(stranger).certainty is None


def test_a_refund_that_left_the_account_is_done():
    payment = a_payment()
    run(payments.verify, payment.id, actor=STAFF)
    run(payments.cancel_order, payment.order_id, reason=CancelReason.CHANGED_MIND, by_buyer=True, actor=STAFF)
    refund = db.session.query(Refund).one()
    line = a_line("TRF DEWI CONTOH", -refund.amount_idr)
    assert match_of(line).certainty is Certainty.LIKELY
    run(services.match_line, line.id, K.REFUND, refund.id, actor=STAFF)
    refund = fresh(refund)
    assert (refund.status, refund.note) == (RefundStatus.DONE, "29/11/2026 B1")
    assert seen(line).refund_id == refund.id
    post()
    assert findings() == []


def test_a_noted_refund_is_linked_when_the_name_fits():
    payment = a_payment()
    run(payments.verify, payment.id, actor=STAFF)
    run(payments.cancel_order, payment.order_id, reason=CancelReason.CHANGED_MIND, by_buyer=True, actor=STAFF)
    refund = db.session.query(Refund).one()
    run(payments.finish_refund, refund.id, note="BRI", actor=STAFF)
    assert settle(a_line("TRF KE DEWI CONTOH", -refund.amount_idr)) is True


def test_a_payment_to_a_courier_is_linked():
    account_id = make_bank_account().id
    values = {
        "number": "BK-7",
        "party": "rider:1",
        "amount_idr": 50_000,
        "bank_account_id": account_id,
        "paid_on": TODAY,
    }
    with transaction() as session:
        session.add(CourierPayment(**values, request_key="c1"))
    line = a_line("TRF OJEK", -50_000)
    match = match_of(line)
    assert match.certainty is Certainty.LIKELY
    run(services.match_line, line.id, K.COURIER_PAID, match.candidates[0].document_id, actor=STAFF)
    second = a_line("TRF OJEK 2", -50_000)
    with pytest.raises(DocumentTakenError):
        run(services.match_line, second.id, K.COURIER_PAID, match.candidates[0].document_id, actor=STAFF)


@pytest.mark.parametrize(
    ("words", "amount", "kind"),
    [
        ("BIAYA ADM NOV", -12_500, K.FEE),
        ("BUNGA REKENING", 2_345, K.FEE),
        ("STRIPE PAYMENTS", 900_000, K.GATEWAY_PAYOUT),
        ("SETTLEMENT QRIS", 75_000, K.QRIS_PAYOUT),
        ("SETORAN TUNAI", 400_000, K.CASH_DEPOSIT),
        ("BUNGA RAMPAI TOKO", -5_000, None),
    ],
)
def test_the_banks_words_suggest_what_a_line_is(words, amount, kind):
    match = match_of(a_line(words, amount))
    assert (match.suggested, match.certainty) == (kind, Certainty.LIKELY if kind else None)


def a_gallery():
    from tests.factories.inventory import make_gallery_place

    return make_gallery_place().gallery_id


@pytest.mark.parametrize(
    ("amount", "facts", "lines"),
    [
        (-12_500, {"kind": K.FEE}, {"bank": -12_500, "fees": 12_500}),
        (2_345, {"kind": K.FEE}, {"bank": 2_345, "fees": -2_345}),
        (90_000, {"kind": K.GATEWAY_PAYOUT, "gateway": Gateway.STRIPE}, {"bank": 90_000, "transit": -90_000}),
        (
            90_000,
            {"kind": K.GATEWAY_PAYOUT, "gateway": Gateway.MIDTRANS, "fee_idr": 4_000},
            {"bank": 90_000, "fees": 4_000, "gateway": -94_000},
        ),
        (
            70_000,
            {"kind": K.QRIS_PAYOUT, "gallery_id": True, "fee_idr": 490},
            {"bank": 70_000, "fees": 490, "qris": -70_490},
        ),
        (400_000, {"kind": K.CASH_DEPOSIT, "gallery_id": True}, {"bank": 400_000, "safe": -400_000}),
        (-700_000, {"kind": K.OTHER, "note": "sewa"}, {"bank": -700_000, "office": 700_000}),
    ],
)
def test_lines_that_are_documents_of_their_own_make_their_entry(amount, facts, lines):
    if facts.get("gallery_id"):
        facts = facts | {"gallery_id": a_gallery()}
    line = a_line("X", amount)
    assert run(services.book_line, line.id, OwnFacts(**facts), actor=STAFF) is Decision.APPLY
    assert run(services.book_line, line.id, OwnFacts(**facts), actor=STAFF) is Decision.STALE
    with pytest.raises(LineSettledError):
        run(services.book_line, line.id, OwnFacts(K.OTHER, note="lain", fee_idr=0), actor=STAFF) if facts[
            "kind"
        ] is not K.OTHER else run(services.book_line, line.id, OwnFacts(K.FEE), actor=STAFF)
    post()
    assert findings() == []
    entry = db.session.query(JournalEntry).one()
    assert {one.account.value: one.amount_idr for one in entry.lines} == lines
    assert entry.happened_at.replace(tzinfo=UTC) == clock.midnight(TODAY).astimezone(UTC)


@pytest.mark.parametrize(
    ("amount", "facts"),
    [
        (-5_000, {"kind": K.GATEWAY_PAYOUT, "gateway": Gateway.STRIPE}),
        (5_000, {"kind": K.GATEWAY_PAYOUT}),
        (5_000, {"kind": K.GATEWAY_PAYOUT, "gateway": Gateway.STRIPE, "fee_idr": 10}),
        (5_000, {"kind": K.QRIS_PAYOUT}),
        (5_000, {"kind": K.CASH_DEPOSIT}),
        (5_000, {"kind": K.FEE, "fee_idr": 10}),
        (5_000, {"kind": K.OTHER}),
        (5_000, {"kind": K.PAYMENT}),
    ],
)
def test_a_line_is_not_what_it_can_not_be(amount, facts):
    line = a_line("X", amount)
    with pytest.raises(NotThisKindError):
        run(services.book_line, line.id, OwnFacts(**facts), actor=STAFF)
    assert seen(line).status is BankLineStatus.OPEN


def test_a_line_that_was_put_aside_comes_back_and_a_matched_one_does_not():
    payment = a_payment()
    line = a_line("TRSF", payment.amount_idr)
    assert run(services.ignore_line, line.id, note="salah", actor=STAFF) is Decision.APPLY
    assert run(services.ignore_line, line.id, note="salah", actor=STAFF) is Decision.STALE
    assert settle(line) is False
    assert run(services.reopen_line, line.id, actor=STAFF) is Decision.APPLY
    assert seen(line).note == ""
    assert settle(line) is True
    for service, given in ((services.ignore_line, {"note": "x"}), (services.reopen_line, {})):
        with pytest.raises(LineSettledError):
            run(service, line.id, actor=STAFF, **given)
