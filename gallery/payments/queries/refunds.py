"""The staff's lists of refunds: what is owed to buyers, and what was given back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Scope
from gallery.orders.models import Order
from gallery.orders.queries import order_in_scope
from gallery.payments.models import Payment, Refund
from gallery.payments.states import RefundStatus

PAGE_SIZE: Final = 25
_IS_DONE: Final[ColumnElement[bool]] = Refund.status == RefundStatus.DONE


@dataclass(frozen=True, slots=True)
class RefundRow:
    """A refund with the order it belongs to."""

    refund: Refund
    order: Order
    payment: Payment


@dataclass(frozen=True, slots=True)
class RefundPage:
    """One page of refunds: what is owed longest first, what was given back newest first."""

    rows: Sequence[RefundRow]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def refunds_in_scope(
    session: Session,
    scope: Scope,
    *,
    is_done: bool = False,
    number: int = 1,
    around: Refund | None = None,
    limit: int = PAGE_SIZE,
) -> RefundPage:
    """Return one page of the refunds in scope; of those that are owed also what a gateway is being asked for.

    A page that does not exist is the first one. ``around`` asks for the page of this one that is owed.
    """
    wanted = _in_scope(scope, is_done=is_done)
    if around is not None:
        before = _count(session, wanted.where(Refund.id < around.id))
        number = before // PAGE_SIZE + 1
    total = _count(session, wanted)
    number = number if 0 < number <= -(-total // PAGE_SIZE) else 1
    order = (Refund.status_changed_at.desc(), Refund.id.desc()) if is_done else (Refund.id,)
    rows = session.execute(wanted.order_by(*order).limit(limit).offset((number - 1) * PAGE_SIZE))
    return RefundPage([RefundRow(*row) for row in rows], total, number)


def refunds_due(session: Session, scope: Scope) -> int:
    """Return how many refunds are owed to buyers, in one read."""
    return _count(session, _in_scope(scope, is_done=False))


def _in_scope(scope: Scope, *, is_done: bool) -> Select[Refund, Order, Payment]:
    return (
        select(Refund, Order, Payment)
        .join(Payment, Payment.id == Refund.payment_id)
        .join(Order, Order.id == Payment.order_id)
        .where(_IS_DONE if is_done else ~_IS_DONE, Refund.amount_idr > 0, order_in_scope(scope))
    )


def _count(session: Session, wanted: Select[Refund, Order, Payment]) -> int:
    return session.scalar(wanted.with_only_columns(func.count(), maintain_column_froms=True)) or 0
