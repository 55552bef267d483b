"""Deadlines by the timetable, and the mails that follow orders."""

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.checkout.queries import Owner
from gallery.core import clock, outbox
from gallery.core.db import db, transaction
from gallery.core.outbox import OutboxMessage
from gallery.jobs import orders as jobs
from gallery.orders import services as orders
from gallery.orders.models import Order, Parcel
from gallery.orders.states import CancelReason, OrderStatus
from gallery.payments import services as payments
from gallery.payments.errors import PaymentClosedError
from gallery.payments.models import Payment, Refund
from gallery.payments.states import RejectReason
from tests.factories.accounts import make_user
from tests.factories.checkout import make_placed_order
from tests.factories.inventory import stock

pytestmark = pytest.mark.usefixtures("app")
SYSTEM = Actor.system()


def later(monkeypatch, hours):
    moment = clock.now() + timedelta(hours=hours)
    monkeypatch.setattr(clock, "now", lambda: moment)


def mails(app) -> list[str]:
    files = sorted(Path(app.config["DATA_DIR"], "mail").glob("*"))
    read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    return [f"{mail['To']}\n{mail['Subject']}\n{mail.get_content()}" for mail in read]


def statuses() -> list[OrderStatus]:
    db.session.rollback()
    return list(db.session.scalars(select(Order.status).order_by(Order.id)))


def run(service, *given, **named):
    with transaction() as session:
        return service(session, *given, **named)


def test_only_overdue_orders_expire(monkeypatch):
    make_placed_order()
    later(monkeypatch, 23)
    make_placed_order()
    later(monkeypatch, 2)
    jobs.expire_unpaid()
    assert statuses() == [OrderStatus.EXPIRED, OrderStatus.AWAITING_PAYMENT]
    jobs.expire_unpaid()
    assert statuses() == [OrderStatus.EXPIRED, OrderStatus.AWAITING_PAYMENT]


def test_one_order_that_fails_hinders_no_other(monkeypatch):
    make_placed_order()
    make_placed_order()
    later(monkeypatch, 25)
    real, first = payments.expire_order, db.session.scalars(select(Order.id).order_by(Order.id)).first()

    def broken(session, order_id):
        if order_id == first:
            raise PaymentClosedError("paid")
        return real(session, order_id)

    monkeypatch.setattr(payments, "expire_order", broken)
    jobs.expire_unpaid()
    assert statuses() == [OrderStatus.AWAITING_PAYMENT, OrderStatus.EXPIRED]


def test_orders_whose_proof_waits_do_not_keep_others_from_expiring(monkeypatch):
    from gallery.core.files import record_file
    from gallery.payments.queries import overdue_orders

    make_placed_order()
    payment_id = db.session.scalars(select(Payment.id)).one()
    with transaction() as session:
        file = record_file(session, "proof/aa/1.jpg", b"x", media_type="image/jpeg", purpose="payment_proof")
        payments.attach_proof(session, payment_id, file, actor=SYSTEM)
    later(monkeypatch, 48)
    waiting, unpaid = db.session.scalars(select(Order.id)).one(), make_placed_order().id
    later(monkeypatch, 26)
    assert overdue_orders(db.session(), clock.now(), limit=1) == [unpaid]
    jobs.expire_unpaid()
    db.session.rollback()
    assert db.session.get(Order, waiting).status is OrderStatus.AWAITING_PAYMENT
    assert db.session.get(Order, unpaid).status is OrderStatus.EXPIRED


def test_tidying_frees_what_ran_out(monkeypatch):
    from gallery.inventory.models import StockItem

    make_placed_order(quantity=4)
    item = db.session.scalars(select(StockItem.id)).one()
    later(monkeypatch, 25)
    outbox.drain()
    jobs.tidy_reservations()
    assert stock(item) == (10, 0)
    news = db.session.scalars(select(OutboxMessage.topic).where(OutboxMessage.done_at.is_(None))).all()
    assert news == ["stock.changed"]  # the shop shows them as there again


def test_the_buyer_reads_what_to_pay_and_a_link_that_works(app, client):
    order = make_placed_order()
    number, public_id = order.number, order.public_id
    outbox.drain()
    text = mails(app)[0]
    payment = db.session.scalars(select(Payment)).one()
    assert "dewi@example.org" in text
    assert number in text
    assert f"Rp{payment.amount_idr:,}".replace(",", ".") in text
    link = next(line.split(": ")[1] for line in text.splitlines() if f"/pesanan/{public_id}?t=" in line)
    assert client.get(link.removeprefix("http://localhost")).status_code == 200


def test_mails_follow_the_order(app, monkeypatch):
    make_placed_order()
    payment_id, parcel_id = (db.session.scalars(select(model.id)).one() for model in (Payment, Parcel))
    run(payments.verify, payment_id, actor=SYSTEM)
    run(orders.pack_parcel, parcel_id, actor=SYSTEM)
    run(orders.hand_over_parcel, parcel_id, actor=SYSTEM)
    run(orders.deliver_parcel, parcel_id, actor=SYSTEM)
    make_placed_order()
    later(monkeypatch, 25)
    jobs.expire_unpaid()
    outbox.drain()
    dead = db.session.scalars(select(OutboxMessage.topic).where(OutboxMessage.last_error.is_not(None))).all()
    assert dead == []
    sent = "\n".join(mails(app))
    for subject in ("kami terima", "Pembayaran pesanan", "selesai", "lewat batas waktu pembayaran"):
        assert subject in sent


def test_rejection_cancellation_and_refund_are_told(app):
    from gallery.core.files import record_file

    make_placed_order()
    payment_id, order_id = (db.session.scalars(select(model.id)).one() for model in (Payment, Order))
    with transaction() as session:
        file = record_file(session, "proof/a.jpg", b"x", media_type="image/jpeg", purpose="payment_proof")
        payments.attach_proof(session, payment_id, file, actor=SYSTEM)
    run(payments.reject, payment_id, reason=RejectReason.OTHER, note="Gambarnya tidak terbaca & buram.", actor=SYSTEM)
    run(payments.verify, payment_id, actor=SYSTEM)
    run(payments.cancel_order, order_id, reason=CancelReason.OTHER, by_buyer=True, actor=SYSTEM)
    outbox.drain()
    sent = "\n".join(mails(app))
    for words in ("Gambarnya tidak terbaca & buram.", "dibatalkan", "Pengembalian dana"):
        assert words in sent


def test_who_left_no_address_gets_no_mail(app):
    order_id = make_placed_order().id
    with transaction() as session:
        session.get(Order, order_id).contact_email = None
    outbox.drain()
    assert mails(app) == []


def test_goods_that_came_back_are_owed(app):
    make_placed_order()
    payment_id, parcel_id = (db.session.scalars(select(model.id)).one() for model in (Payment, Parcel))
    run(payments.verify, payment_id, actor=SYSTEM)
    for step in (orders.pack_parcel, orders.hand_over_parcel, orders.fail_parcel, orders.return_parcel):
        run(step, parcel_id, actor=SYSTEM)
    outbox.drain()
    assert db.session.scalars(select(Refund.amount_idr)).all() == [90_000]


def test_a_reason_is_worded_for_its_reader_not_for_who_chose_it(app):
    order_id = make_placed_order().id
    with transaction() as session:
        session.get(Order, order_id).locale = "en"
        payments.cancel_order(
            session, order_id, reason=CancelReason.UNAVAILABLE, note="Pecah.", by_buyer=False, actor=SYSTEM
        )
    outbox.drain()
    assert "Reason: The goods are damaged or sold out. Pecah." in mails(app)[-1]


def test_an_accounts_order_mails_follow_the_account(app):
    user = make_user(language="en")
    order_id = make_placed_order(owner=Owner(user_id=user.id)).id
    with transaction() as session:
        session.get(Order, order_id).contact_email = user.email
    outbox.drain()
    assert "http://localhost/en/pesanan/" in mails(app)[0]
