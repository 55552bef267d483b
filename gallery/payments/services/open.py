"""A payment opens together with its order."""

import secrets
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.orders.models import Order
from gallery.payments.errors import NoBankAccountError, UniqueAmountsExhaustedError
from gallery.payments.models import BankAccount, Payment
from gallery.payments.states import PaymentMethod, PaymentStatus

CODES: Final = range(1, 1_000)
TRIES: Final = 5


def open_payment(session: Session, order: Order, method: PaymentMethod) -> Payment:
    """The order has its one payment.

    A transfer gets an amount that no other open transfer to that account has: total plus a code of 1–999 rupiah.
    Raises :class:`NoBankAccountError` or :class:`UniqueAmountsExhaustedError`.
    """
    if method is PaymentMethod.CASH_AT_PICKUP:
        payment = Payment(order_id=order.id, method=method, amount_idr=order.total_idr, expires_at=order.expires_at)
        session.add(payment)
        session.flush()
        return payment
    accounts = session.scalars(select(BankAccount).where(BankAccount.is_active).order_by(BankAccount.id)).all()
    if not accounts:
        raise NoBankAccountError
    for account in accounts:
        opened = _open_transfer(session, order, account)
        if opened is not None:
            return opened
    raise UniqueAmountsExhaustedError


def _open_transfer(session: Session, order: Order, account: BankAccount) -> Payment | None:
    """Draw codes until one is free: mostly the first is, so the taken ones are asked for only after some misses.

    Of two who draw the same code at once, the unique ``open_key`` lets one through.
    """
    free: range | list[int] = CODES
    for tries in range(2 * TRIES):
        if tries == TRIES:
            free = sorted(set(CODES) - _taken(session, order.total_idr, account.id))
        if not free:
            return None
        code = secrets.choice(free)
        amount = Rupiah(order.total_idr + code)
        payment_id = _inserted(
            session,
            public_id=public_id(),
            order_id=order.id,
            method=PaymentMethod.BANK_TRANSFER,
            status=PaymentStatus.PENDING,
            status_changed_at=clock.now(),
            amount_idr=amount,
            unique_code=code,
            bank_account_id=account.id,
            open_key=open_key(account.id, amount),
            expires_at=order.expires_at,
            reject_reason="",
        )
        if payment_id is not None:
            return session.get_one(Payment, payment_id)
    return None


def _inserted(session: Session, **values: Any) -> int | None:
    """Insert the payment unless its place is taken; PostgreSQL waits for a concurrent inserter to decide."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Payment).values(**values).on_conflict_do_nothing(index_elements=[Payment.open_key])
    return session.scalar(statement.returning(Payment.id))


def open_key(account_id: int, amount_idr: Rupiah) -> str:
    """Name the place that an open transfer takes: one amount on one account."""
    return f"{account_id}:{amount_idr}"


def _taken(session: Session, total_idr: Rupiah, account_id: int) -> set[int]:
    amounts = session.scalars(
        select(Payment.amount_idr).where(
            Payment.open_key.in_([open_key(account_id, Rupiah(total_idr + code)) for code in CODES])
        )
    )
    return {amount - total_idr for amount in amounts}
