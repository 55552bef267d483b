"""A payment opens together with its order."""

import secrets
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.core.db import insert_into
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.orders.models import Order
from gallery.payments.errors import NoBankAccountError, NoGatewayError, NoQrisError, UniqueAmountsExhaustedError
from gallery.payments.models import BankAccount, Payment
from gallery.payments.queries import qris_code_for
from gallery.payments.states import CASH, Gateway, PaymentMethod, PaymentStatus

CODES: Final = range(1, 1_000)
TRIES: Final = 5
_AS_IT_IS: Final = CASH | {PaymentMethod.ONLINE}  # known by whom it comes from, so the amount needs no code


def open_payment(session: Session, order: Order, method: PaymentMethod, gateway: Gateway | None = None) -> Payment:
    """The order has its one payment.

    A transfer, or a payment by QRIS, gets an amount that no other open one to that account has: total plus a code of
    1–999 rupiah. Raises :class:`NoBankAccountError`, :class:`NoQrisError`, :class:`UniqueAmountsExhaustedError`, or
    :class:`NoGatewayError` when it is to be paid online and nobody said where.
    """
    if method is PaymentMethod.ONLINE and gateway is None:
        raise NoGatewayError(order.public_id)
    if method in _AS_IT_IS:
        payment = Payment(
            order_id=order.id,
            method=method,
            gateway=gateway if method is PaymentMethod.ONLINE else None,
            amount_idr=order.total_idr,
            expires_at=order.expires_at,
        )
        session.add(payment)
        session.flush()
        return payment
    for target, columns in _targets(session, order, method):
        opened = _open_unique(session, order, target, method=method, **columns)
        if opened is not None:
            return opened
    raise UniqueAmountsExhaustedError


def _targets(session: Session, order: Order, method: PaymentMethod) -> list[tuple[str, dict[str, int]]]:
    """Return where the money may go: (its part of the open key, its column)."""
    if method is PaymentMethod.QRIS:
        code = qris_code_for(session, order.gallery_id, [parcel.place_id for parcel in order.parcels])
        if code is None:
            raise NoQrisError(order.public_id)
        return [(f"qris{code.id}", {"qris_code_id": code.id})]
    accounts = session.scalars(select(BankAccount).where(BankAccount.is_active).order_by(BankAccount.id)).all()
    if not accounts:
        raise NoBankAccountError
    return [(str(account.id), {"bank_account_id": account.id}) for account in accounts]


def _open_unique(session: Session, order: Order, target: str, **columns: Any) -> Payment | None:
    """Draw codes until one is free: mostly the first is, so the taken ones are asked for only after some misses.

    Of two who draw the same code at once, the unique ``open_key`` lets one through.
    """
    free: range | list[int] = CODES
    for tries in range(2 * TRIES):
        if tries == TRIES:
            free = sorted(set(CODES) - _taken(session, order.total_idr, target))
        if not free:
            return None
        code = secrets.choice(free)
        amount = Rupiah(order.total_idr + code)
        payment_id = _inserted(
            session,
            public_id=public_id(),
            order_id=order.id,
            status=PaymentStatus.PENDING,
            status_changed_at=clock.now(),
            amount_idr=amount,
            unique_code=code,
            open_key=open_key(target, amount),
            expires_at=order.expires_at,
            reject_note="",
            **columns,
        )
        if payment_id is not None:
            return session.get_one(Payment, payment_id)
    return None


def _inserted(session: Session, **values: Any) -> int | None:
    """Insert the payment unless its place is taken; PostgreSQL waits for a concurrent inserter to decide."""
    statement = insert_into(session, Payment).values(**values).on_conflict_do_nothing(index_elements=[Payment.open_key])
    return session.scalar(statement.returning(Payment.id))


def open_key(target: str, amount_idr: Rupiah) -> str:
    """Name the place that an open payment takes: one amount to one account or code."""
    return f"{target}:{amount_idr}"


def _taken(session: Session, total_idr: Rupiah, target: str) -> set[int]:
    amounts = session.scalars(
        select(Payment.amount_idr).where(
            Payment.open_key.in_([open_key(target, Rupiah(total_idr + code)) for code in CODES])
        )
    )
    return {amount - total_idr for amount in amounts}
