"""Reads of payments: the buyer's page and the staff's list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Scope
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile
from gallery.inventory.models import Place
from gallery.orders.models import Order, OrderLine, Parcel
from gallery.orders.queries import order_in_scope
from gallery.orders.states import OrderStatus, ParcelStatus
from gallery.payments.models import BankAccount, Payment, PaymentProof, QrisCode, Refund, RefundLine
from gallery.payments.states import CASH, PaymentStatus

PAGE_SIZE: Final = 25


class Tab(StrEnum):
    """Lists of the staff's page."""

    TO_CHECK = "to_check"
    WAITING = "waiting"
    CASH = "cash"
    LATE = "late"
    PAID = "paid"


_TRANSFER: Final = Payment.method.not_in(CASH)
_TAB: Final[dict[Tab, ColumnElement[bool]]] = {
    Tab.TO_CHECK: Payment.status == PaymentStatus.UNDER_REVIEW,
    Tab.WAITING: (Payment.status == PaymentStatus.PENDING) & _TRANSFER,
    Tab.CASH: (Payment.status == PaymentStatus.PENDING) & ~_TRANSFER,
    Tab.LATE: Payment.status.in_([PaymentStatus.EXPIRED, PaymentStatus.CANCELLED]) & _TRANSFER,
    Tab.PAID: Payment.status == PaymentStatus.PAID,
}
_OLDEST_FIRST: Final = frozenset({Tab.TO_CHECK, Tab.WAITING, Tab.CASH})


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """One page of a list: what waits longest first, what is over newest first."""

    payments: Sequence[Payment]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def payment_of(session: Session, order_id: int) -> Payment:
    """Return the payment of an order with its bank account and proofs."""
    wanted = select(Payment).where(Payment.order_id == order_id)
    options = joinedload(Payment.bank_account), joinedload(Payment.qris_code), selectinload(Payment.proofs)
    return session.scalars(wanted.options(*options)).one()


def overdue_orders(session: Session, now: datetime, *, limit: int = 200) -> Sequence[int]:
    """Return unpaid orders whose deadline has passed, oldest first; those whose proof waits for the staff are not."""
    open_order = Order.status.in_([OrderStatus.AWAITING_PAYMENT, OrderStatus.CASH_DUE])
    overdue = select(Order.id).join(Payment, Payment.order_id == Order.id)
    overdue = overdue.where(open_order, Order.expires_at <= now, Payment.status == PaymentStatus.PENDING)
    return session.scalars(overdue.order_by(Order.expires_at, Order.id).limit(limit)).all()


def refunds_of(session: Session, payment_id: int) -> Sequence[Refund]:
    """Return what is or was owed back for a payment."""
    return session.scalars(select(Refund).where(Refund.payment_id == payment_id).order_by(Refund.id)).all()


def qris_code_for(session: Session, gallery_id: int | None, place_ids: Collection[int]) -> QrisCode | None:
    """Return the code that an order is paid with, or none: then it is not paid by QRIS.

    It is that of the gallery where the order is fetched. Of an order that is sent it is that of the gallery that packs
    it, the first that offers one where several do; what only comes from the owners themselves is paid to the first code
    on offer. ``place_ids`` are where the parcels leave from.
    """
    offered = select(QrisCode).where(QrisCode.is_active).order_by(QrisCode.id)
    if gallery_id is not None:
        offered = offered.where(QrisCode.gallery_id == gallery_id)
    else:
        packing = select(Place.gallery_id).where(Place.id.in_(place_ids), Place.gallery_id.is_not(None))
        offered = offered.where(QrisCode.gallery_id.in_(packing) | ~packing.exists())
    return session.scalars(offered.limit(1)).first()


def qris_codes(session: Session, scope: Scope) -> Sequence[tuple[Gallery, QrisCode | None]]:
    """Return the galleries in scope by name, each with its code."""
    rows = select(Gallery, QrisCode).outerjoin(QrisCode, QrisCode.gallery_id == Gallery.id)
    if not scope.everything:
        rows = rows.where(Gallery.id.in_(scope.galleries))
    return [(gallery, code) for gallery, code in session.execute(rows.order_by(Gallery.name))]


def bank_account(session: Session, account_id: int) -> BankAccount:
    """Return one account, or raise :class:`NotFoundError`."""
    found = session.get(BankAccount, account_id)
    if found is None:
        raise NotFoundError("BankAccount")
    return found


def active_accounts(session: Session) -> Sequence[BankAccount]:
    """Return the accounts that buyers may transfer to."""
    return session.scalars(select(BankAccount).where(BankAccount.is_active).order_by(BankAccount.id)).all()


def tab_counts(session: Session, scope: Scope) -> dict[Tab, int]:
    """Return how many payments each list holds, in one read."""
    counts = [func.count().filter(condition) for condition in _TAB.values()]
    row = session.execute(
        select(*counts).select_from(Payment).join(Order, Order.id == Payment.order_id).where(order_in_scope(scope))
    ).one()
    return dict(zip(_TAB, row, strict=True))


def payments_in_scope(
    session: Session, scope: Scope, tab: Tab, *, search: str = "", number: int = 1, limit: int = PAGE_SIZE
) -> PaymentPage:
    """Return one page of a list. ``search`` is part of an order number, a name, or the exact amount."""
    wanted = _in_scope(scope).where(_TAB[tab])
    if search:
        conditions = [
            Order.number.icontains(search, autoescape=True),
            Order.contact_name.icontains(search, autoescape=True),
        ]
        digits = "".join(character for character in search if "0" <= character <= "9")
        if digits and len(digits) <= 12:  # noqa: PLR2004 - more is no amount
            conditions.append(Payment.amount_idr == int(digits))
        wanted = wanted.where(or_(*conditions))
    total = session.scalar(wanted.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    number = number if 0 < number <= -(-total // PAGE_SIZE) else 1
    by_age = func.coalesce(Payment.proof_sent_at, Order.placed_at)
    wanted = wanted.options(
        contains_eager(Payment.order), joinedload(Payment.bank_account), joinedload(Payment.qris_code)
    )
    wanted = wanted.order_by(by_age.asc() if tab in _OLDEST_FIRST else by_age.desc(), Payment.id)
    return PaymentPage(session.scalars(wanted.limit(limit).offset((number - 1) * PAGE_SIZE)).all(), total, number)


def payment_in_scope(session: Session, public_id: str, scope: Scope) -> Payment:
    """Return one payment with order, lines, account and proofs; :class:`NotFoundError` outside the scope."""
    wanted = _in_scope(scope).where(Payment.public_id == public_id)
    found = session.scalars(
        wanted.options(
            contains_eager(Payment.order).selectinload(Order.lines),
            joinedload(Payment.bank_account),
            joinedload(Payment.qris_code),
            selectinload(Payment.proofs),
        )
    ).first()
    if found is None:
        raise NotFoundError("Payment")
    return found


def next_to_check(session: Session, scope: Scope, *, after: Payment, officer_id: int | None) -> Payment | None:
    """Return the proof that waits longest, other than this one and those that wait for another officer's word."""
    is_others = Payment.seen_by.is_(None) | (Payment.seen_by != officer_id)
    wanted = _in_scope(scope).where(_TAB[Tab.TO_CHECK], Payment.id != after.id, is_others)
    since = func.coalesce(Payment.proof_sent_at, Payment.seen_at)
    return session.scalars(wanted.order_by(since, Payment.id).limit(1)).first()


def proof_file(session: Session, payment_id: int, proof_id: int) -> StoredFile:
    """Return the file of one of the payment's proofs; :class:`NotFoundError` when it belongs to another one."""
    found = session.scalar(
        select(StoredFile)
        .join(PaymentProof, PaymentProof.file_id == StoredFile.id)
        .where(PaymentProof.id == proof_id, PaymentProof.payment_id == payment_id)
    )
    if found is None:
        raise NotFoundError("PaymentProof")
    return found


@dataclass(frozen=True, slots=True)
class Refundable:
    """A delivered parcel: each of its lines with the pieces that were not refunded yet, and so much of its shipping."""

    parcel: Parcel
    lines: Sequence[tuple[OrderLine, int]]
    shipping_idr: int

    @property
    def is_empty(self) -> bool:
        return not self.shipping_idr and not any(left for _line, left in self.lines)


def refundable(session: Session, payment: Payment) -> list[Refundable]:
    """Return what of the paid order may still be given back piece by piece, in three reads."""
    if payment.status is not PaymentStatus.PAID:
        return []
    parcels = session.scalars(
        select(Parcel)
        .where(Parcel.order_id == payment.order_id, Parcel.status == ParcelStatus.DELIVERED)
        .options(joinedload(Parcel.place), selectinload(Parcel.lines))
        .order_by(Parcel.id)
    ).all()
    rows = session.execute(
        select(RefundLine.order_line_id, func.sum(RefundLine.pieces))
        .join(Refund, Refund.id == RefundLine.refund_id)
        .where(Refund.payment_id == payment.id)
        .group_by(RefundLine.order_line_id)
    )
    pieces = {line_id: int(count) for line_id, count in rows}
    sums = session.execute(
        select(Refund.parcel_id, func.sum(Refund.shipping_idr))
        .where(Refund.payment_id == payment.id)
        .group_by(Refund.parcel_id)
    )
    shipping = {parcel_id: int(amount) for parcel_id, amount in sums}
    found = [
        Refundable(
            parcel,
            [(line, line.quantity - pieces.get(line.id, 0)) for line in parcel.lines],
            parcel.shipping_idr - shipping.get(parcel.id, 0),
        )
        for parcel in parcels
    ]
    return [one for one in found if not one.is_empty]


def refund_in_scope(session: Session, public_id: str, scope: Scope) -> Refund:
    """Return one refund; :class:`NotFoundError` outside the scope."""
    found = session.scalar(
        select(Refund)
        .join(Payment, Payment.id == Refund.payment_id)
        .join(Order, Order.id == Payment.order_id)
        .where(Refund.public_id == public_id, order_in_scope(scope))
    )
    if found is None:
        raise NotFoundError("Refund")
    return found


def _in_scope(scope: Scope) -> Select[Payment]:
    return select(Payment).join(Order, Order.id == Payment.order_id).where(order_in_scope(scope))
