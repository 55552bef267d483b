"""A payment opens together with its order."""

import secrets
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gallery.core.money import Rupiah
from gallery.orders.models import Order
from gallery.payments.errors import NoBankAccountError, UniqueAmountsExhaustedError
from gallery.payments.models import BankAccount, Payment
from gallery.payments.states import PaymentMethod

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
    """Try free codes at random; of two who choose the same, the unique ``open_key`` lets one through."""
    for _ in range(TRIES):
        free = sorted(set(CODES) - _taken(session, order.total_idr, account.id))
        if not free:
            return None
        code = secrets.choice(free)
        amount = Rupiah(order.total_idr + code)
        payment = Payment(
            order_id=order.id,
            method=PaymentMethod.BANK_TRANSFER,
            amount_idr=amount,
            unique_code=code,
            bank_account_id=account.id,
            open_key=open_key(account.id, amount),
            expires_at=order.expires_at,
        )
        try:
            with session.begin_nested():
                session.add(payment)
        except IntegrityError:
            continue
        return payment
    return None


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
