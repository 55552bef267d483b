"""Money in, once; money that comes too late or for nothing is owed back."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile, record_file
from gallery.core.outbox import OutboxMessage
from gallery.core.states import Decision
from gallery.inventory import services as inventory
from gallery.inventory.errors import InsufficientStockError
from gallery.inventory.queries import audit_stock
from gallery.inventory.services import Wanted
from gallery.orders import services as orders
from gallery.orders.errors import CancellationRefusedError
from gallery.orders.models import Order, OrderEvent, OrderLine, Parcel
from gallery.orders.queries import audit_holds
from gallery.orders.states import CancelReason, EventKind, OrderStatus, ParcelStatus
from gallery.payments import services
from gallery.payments.errors import (
    PaymentClosedError,
    PaymentUnderReviewError,
    TooManyProofsError,
    UniqueAmountsExhaustedError,
)
from gallery.payments.models import Payment, PaymentProof, Refund
from gallery.payments.services import open as opening
from gallery.payments.states import PaymentMethod, PaymentStatus, RefundStatus, RejectReason
from tests.factories.checkout import buy, fill_cart, guest, make_bank_account, make_placed_order, pick_up_at
from tests.factories.inventory import make_gallery_place, make_goods, make_stock

pytestmark = pytest.mark.usefixtures("app")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OFFICER = Actor.system()
BUYER = Actor.anonymous()


@pytest.fixture(autouse=True)
def now(monkeypatch):
    moment = {"now": NOW}
    monkeypatch.setattr(clock, "_moment", SimpleNamespace(get=lambda: moment["now"]))  # columns ask it, too
    return moment


def the(model):
    db.session.rollback()
    return db.session.scalars(select(model).execution_options(populate_existing=True)).one()


def run(service, *args, **kwargs):
    with transaction() as session:
        return service(session, *args, **kwargs)


def send_proof(payment_id, content=b"picture"):
    with transaction() as session:
        file = record_file(
            session,
            f"proof/{content.hex()}-{session.scalar(select(func.count()).select_from(PaymentProof))}",
            content,
            media_type="image/jpeg",
            purpose="payment_proof",
        )
        return services.attach_proof(session, payment_id, file, actor=BUYER)


def rival_takes(pieces):
    """Somebody else reserves what the order holds, as far as it ran out."""
    line, parcel = the(OrderLine), the(Parcel)
    run(inventory.reserve, "stand:rival", [Wanted(line.variant_id, parcel.place_id, pieces)], expires_at=None)


def expire(now, hours=25):
    now["now"] = NOW + timedelta(hours=hours)
    return run(services.expire_order, the(Order).id)


def test_open_transfers_of_one_account_differ_in_amount():
    first = make_placed_order()
    owners = [guest() for _ in range(8)]
    goods, gallery_id = make_goods(), first.gallery_id
    for owner in owners:
        place = make_gallery_place()
        place_id, gallery_id = place.id, place.gallery_id
        make_stock(goods.variant_id, place_id, 5)
        fill_cart(owner, (goods, 2))
        buy(owner, pick_up_at(gallery_id), key="same-total")
    amounts = db.session.scalars(select(Payment.amount_idr)).all()
    assert len(set(amounts)) == len(amounts) == 9
    assert all(1 <= amount - 90_000 <= 999 for amount in amounts)


def test_a_second_account_is_used_when_the_first_has_no_code_left(monkeypatch):
    monkeypatch.setattr(opening, "CODES", range(1, 2))
    make_placed_order()
    second = make_bank_account(number="222").id
    make_placed_order()
    assert db.session.scalars(select(Payment.bank_account_id).order_by(Payment.id)).all()[-1] == second
    with pytest.raises(UniqueAmountsExhaustedError):
        make_placed_order()
    assert db.session.scalar(select(func.count()).select_from(Order)) == 2


def test_two_who_choose_the_same_code_at_once_get_different_amounts(monkeypatch):
    """Neither sees the other's payment while choosing: the database lets one through, the other chooses again."""
    chosen = iter([5, 5, 6])
    monkeypatch.setattr(opening, "secrets", SimpleNamespace(choice=lambda _free: next(chosen)))
    make_placed_order()
    make_placed_order()
    assert db.session.scalars(select(Payment.unique_code).order_by(Payment.id)).all() == [5, 6]


def test_the_last_free_code_is_found(monkeypatch):
    monkeypatch.setattr(opening, "CODES", range(1, 9))
    for _ in range(8):
        make_placed_order()
    assert sorted(db.session.scalars(select(Payment.unique_code))) == list(range(1, 9))


def test_a_verified_transfer_pays_the_order_and_keeps_the_pieces_for_good(now):
    order = make_placed_order()
    assert run(services.verify, the(Payment).id, actor=OFFICER) is Decision.APPLY
    payment, order = the(Payment), the(Order)
    assert (payment.status, payment.paid_at, payment.open_key) == (PaymentStatus.PAID, NOW, None)
    assert (order.status, order.expires_at) == (OrderStatus.PAID, None)
    now["now"] = NOW + timedelta(days=30)
    run(inventory.release_expired)
    assert audit_holds(db.session()) == []


def test_two_officers_have_one_effect():
    make_placed_order()
    answers = [run(services.verify, the(Payment).id, actor=OFFICER) for _ in range(2)]
    assert answers == [Decision.APPLY, Decision.STALE]
    paid = select(func.count()).select_from(OrderEvent).where(OrderEvent.kind == EventKind.PAID)
    told = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.topic == "order.paid")
    assert (db.session.scalar(paid), db.session.scalar(told)) == (1, 1)


def test_an_unpaid_order_expires_and_frees_its_stock(now):
    make_placed_order(quantity=4, stock=4)
    assert run(services.expire_order, the(Order).id) is Decision.STALE
    assert expire(now) is Decision.APPLY
    assert (the(Order).status, the(Payment).status, the(Payment).open_key) == (
        OrderStatus.EXPIRED,
        PaymentStatus.EXPIRED,
        None,
    )
    assert the(Parcel).status is ParcelStatus.CANCELLED
    rival_takes(4)
    assert audit_stock(db.session()) == []


def test_a_proof_keeps_the_pieces_past_the_deadline(now):
    make_placed_order(quantity=4, stock=4)
    send_proof(the(Payment).id)
    assert expire(now) is Decision.STALE
    assert (the(Order).status, the(Payment).status) == (OrderStatus.AWAITING_PAYMENT, PaymentStatus.UNDER_REVIEW)
    with pytest.raises(InsufficientStockError):
        rival_takes(1)


def test_the_same_picture_twice_is_one_proof():
    make_placed_order()
    send_proof(the(Payment).id)
    send_proof(the(Payment).id)
    counts = [db.session.scalar(select(func.count()).select_from(model)) for model in (PaymentProof, StoredFile)]
    assert counts == [1, 1]


def test_proofs_are_bounded():
    make_placed_order()
    for n in range(5):
        send_proof(the(Payment).id, bytes([n]))
    with pytest.raises(TooManyProofsError):
        send_proof(the(Payment).id, b"sixth")


def test_a_rejected_proof_gives_time_for_another_one(now):
    make_placed_order()
    now["now"] = NOW + timedelta(hours=23)
    send_proof(the(Payment).id)
    now["now"] = NOW + timedelta(hours=40)
    assert run(services.reject, the(Payment).id, reason=RejectReason.UNREADABLE, actor=OFFICER) is Decision.APPLY
    payment = the(Payment)
    assert (payment.status, payment.reject_reason) == (PaymentStatus.PENDING, RejectReason.UNREADABLE)
    assert payment.expires_at == the(Order).expires_at == NOW + timedelta(hours=52)
    assert run(services.reject, payment.id, reason=RejectReason.OTHER, actor=OFFICER) is Decision.STALE
    assert the(Payment).reject_reason is RejectReason.UNREADABLE


def test_what_is_paid_takes_no_proof_and_no_rejection():
    make_placed_order()
    run(services.verify, the(Payment).id, actor=OFFICER)
    with pytest.raises(PaymentClosedError):
        send_proof(the(Payment).id)
    with pytest.raises(PaymentClosedError):
        run(services.reject, the(Payment).id, reason=RejectReason.OTHER, actor=OFFICER)
    assert the(Payment).status is PaymentStatus.PAID


def test_late_money_revives_the_order_while_the_pieces_are_there(now):
    make_placed_order(quantity=4, stock=4)
    expire(now)
    send_proof(the(Payment).id)
    assert run(services.verify, the(Payment).id, actor=OFFICER) is Decision.APPLY
    assert (the(Order).status, the(Parcel).status) == (OrderStatus.PAID, ParcelStatus.TO_PACK)
    assert db.session.scalars(select(Refund)).all() == []
    assert (audit_stock(db.session()), audit_holds(db.session())) == ([], [])


def test_late_money_is_owed_back_when_the_pieces_are_gone(now):
    make_placed_order(quantity=4, stock=4)
    expire(now)
    rival_takes(1)
    run(services.verify, the(Payment).id, actor=OFFICER)
    refund = the(Refund)
    assert (refund.amount_idr, refund.reason, refund.status) == (
        the(Payment).amount_idr,
        "paid_too_late",
        RefundStatus.DUE,
    )
    assert (the(Order).status, the(Payment).status) == (OrderStatus.EXPIRED, PaymentStatus.PAID)
    assert (audit_stock(db.session()), audit_holds(db.session())) == ([], [])


def test_money_verified_after_the_hold_ran_out_but_before_the_sweep(now):
    """The deadline passed and somebody took the pieces, but the order was not closed yet."""
    make_placed_order(quantity=4, stock=4)
    now["now"] = NOW + timedelta(hours=25)
    rival_takes(1)
    run(services.verify, the(Payment).id, actor=OFFICER)
    assert (the(Order).status, the(Refund).reason) == (OrderStatus.EXPIRED, "paid_too_late")
    assert audit_stock(db.session()) == []


def test_a_proof_rejected_after_the_deadline_leaves_the_payment_expired(now):
    make_placed_order()
    expire(now)
    send_proof(the(Payment).id)
    run(services.reject, the(Payment).id, reason=RejectReason.OTHER, actor=OFFICER)
    assert (the(Payment).status, the(Order).status) == (PaymentStatus.EXPIRED, OrderStatus.EXPIRED)


def test_a_cancelled_unpaid_order_owes_nothing():
    make_placed_order()
    run(services.cancel_order, the(Order).id, reason=CancelReason.OTHER, by_buyer=True, actor=BUYER)
    assert (the(Order).status, the(Payment).status) == (OrderStatus.CANCELLED, PaymentStatus.CANCELLED)
    assert db.session.scalars(select(Refund)).all() == []
    assert audit_stock(db.session()) == []


def test_a_cancelled_paid_order_owes_everything_once():
    make_placed_order()
    run(services.verify, the(Payment).id, actor=OFFICER)
    answers = [
        run(services.cancel_order, the(Order).id, reason=CancelReason.OTHER, by_buyer=True, actor=BUYER)
        for _ in range(2)
    ]
    assert answers == [Decision.APPLY, Decision.STALE]
    assert the(Refund).amount_idr == the(Payment).amount_idr
    assert (audit_stock(db.session()), audit_holds(db.session())) == ([], [])


def test_money_for_a_cancelled_order_is_owed_back():
    make_placed_order()
    run(services.cancel_order, the(Order).id, reason=CancelReason.OTHER, by_buyer=True, actor=BUYER)
    run(services.verify, the(Payment).id, actor=OFFICER)
    assert (the(Order).status, the(Refund).reason) == (OrderStatus.CANCELLED, "paid_after_cancellation")


def test_a_buyer_waits_for_the_check_of_the_proof():
    make_placed_order()
    send_proof(the(Payment).id)
    with pytest.raises(PaymentUnderReviewError):
        run(services.cancel_order, the(Order).id, reason=CancelReason.OTHER, by_buyer=True, actor=BUYER)
    run(services.cancel_order, the(Order).id, reason=CancelReason.OTHER, by_buyer=False, actor=OFFICER)
    assert the(Order).status is OrderStatus.CANCELLED


def test_a_buyer_may_not_cancel_what_is_packed_but_staff_may():
    make_placed_order()
    run(services.verify, the(Payment).id, actor=OFFICER)
    run(orders.pack_parcel, the(Parcel).id, actor=OFFICER)
    with pytest.raises(CancellationRefusedError):
        run(services.cancel_order, the(Order).id, reason=CancelReason.OTHER, by_buyer=True, actor=BUYER)
    assert the(Order).status is OrderStatus.PAID
    run(services.cancel_order, the(Order).id, reason=CancelReason.OTHER, by_buyer=False, actor=OFFICER)
    assert (the(Order).status, the(Parcel).status) == (OrderStatus.CANCELLED, ParcelStatus.CANCELLED)


def test_cash_at_the_counter_pays_once():
    make_placed_order(method=PaymentMethod.CASH_AT_PICKUP)
    answers = [run(services.receive_cash, the(Payment).id, actor=OFFICER) for _ in range(2)]
    assert answers == [Decision.APPLY, Decision.STALE]
    assert the(Order).status is OrderStatus.PAID


def test_a_transfer_is_not_taken_as_cash():
    make_placed_order()
    with pytest.raises(PaymentClosedError):
        run(services.receive_cash, the(Payment).id, actor=OFFICER)
    assert the(Payment).status is PaymentStatus.PENDING


def test_goods_that_came_back_are_owed_once():
    make_placed_order()
    run(services.verify, the(Payment).id, actor=OFFICER)
    for step in (orders.pack_parcel, orders.hand_over_parcel, orders.fail_parcel, orders.return_parcel):
        run(step, the(Parcel).id, actor=OFFICER)
    for _ in range(2):
        run(services.owe_for_parcel, the(Parcel).id)
    assert the(Refund).amount_idr == 90_000
    assert audit_stock(db.session()) == []


def test_a_refund_is_finished_once():
    make_placed_order()
    run(services.verify, the(Payment).id, actor=OFFICER)
    run(services.cancel_order, the(Order).id, reason=CancelReason.OTHER, by_buyer=True, actor=BUYER)
    answers = [run(services.finish_refund, the(Refund).id, note=note, actor=OFFICER) for note in ("BRI", "lagi")]
    assert answers == [Decision.APPLY, Decision.STALE]
    assert (the(Refund).status, the(Refund).note) == (RefundStatus.DONE, "BRI")


def test_never_more_is_owed_than_was_paid():
    make_placed_order()
    run(services.verify, the(Payment).id, actor=OFFICER)
    with transaction() as session:
        from gallery.payments.services.refunds import owe

        payment = session.scalars(select(Payment)).one()
        owe(session, payment, 50_000, reason="a")
        owe(session, payment, 90_000, reason="b")
    owed = db.session.scalar(select(func.sum(Refund.amount_idr)))
    assert owed == the(Payment).amount_idr


def test_audit_finds_a_paid_order_without_its_pieces():
    make_placed_order()
    run(services.verify, the(Payment).id, actor=OFFICER)
    assert audit_holds(db.session()) == []
    run(inventory.release, f"order:{the(Order).public_id}")
    drift = audit_holds(db.session())
    assert [(d.needed, d.held) for d in drift] == [(2, 0)]
