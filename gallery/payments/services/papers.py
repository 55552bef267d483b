"""Papers of an order: order letter, invoice, receipt. Each is issued once, with a number without gaps."""

from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.crypto import FieldCipher
from gallery.core.errors import NotFoundError
from gallery.core.locks import lock_row
from gallery.inventory.models import Paper
from gallery.inventory.queries import papers_about
from gallery.inventory.services import issue_paper
from gallery.inventory.states import PaperKind
from gallery.orders.models import Order
from gallery.orders.services.privacy import FORGOTTEN
from gallery.orders.states import UNFULFILLED, FulfilmentKind
from gallery.payments.errors import BudgetMissingError, OrderOverError, PaymentMissingError, TooManyCorrectionsError
from gallery.payments.models import OrderBudget, Payment
from gallery.payments.queries.papers import (
    NPWP,
    OFFICER_NIP,
    TREASURER_NIP,
    WITH_BUDGET,
    Budget,
    budget_row,
    opened,
    subject_of,
)
from gallery.payments.services.locking import locked
from gallery.payments.states import PaymentStatus

MOST_REVISIONS: Final = 9


def save_budget(session: Session, order_id: int, budget: Budget, *, cipher: FieldCipher, actor: Actor) -> OrderBudget:
    """The order's papers name this budget from now on; what was printed before stays and is replaced by the next.

    Only for orders of offices (:class:`NotFoundError`) that are not over (:class:`OrderOverError`). Nothing changes
    when nothing differs. Raises :class:`TooManyCorrectionsError` after the ninth revision.
    """
    order = lock_row(session, Order, order_id)
    if order.fulfilment is not FulfilmentKind.OFFICE:
        raise NotFoundError("OrderBudget")
    if order.status in UNFULFILLED:
        raise OrderOverError(order.public_id)
    row = budget_row(session, order.id)
    if row is not None and opened(row, cipher) == budget:
        return row
    is_printed = _is_printed(session, order, row)
    if row is None:
        row = OrderBudget(order_id=order.id, revision=0)
        session.add(row)
    row.revision = (row.revision or 1) + is_printed
    if row.revision > MOST_REVISIONS:
        raise TooManyCorrectionsError(order.public_id)
    for name, value in asdict(budget).items():
        setattr(row, name, value)
    row.officer_nip = cipher.encrypt(budget.officer_nip, OFFICER_NIP)
    row.treasurer_nip = cipher.encrypt(budget.treasurer_nip, TREASURER_NIP)
    row.npwp = cipher.encrypt(budget.npwp, NPWP) if budget.npwp else None
    row.changed_by, row.changed_at = actor.user_id, clock.now()
    session.flush()
    audit.record(session, actor, "order.budget", f"order:{order.public_id}", revision=row.revision)
    return row


def _is_printed(session: Session, order: Order, row: OrderBudget | None) -> bool:
    """Whether a paper was printed that names the budget as it stands, or names none."""
    names = {subject_of(kind, order.public_id, row) for kind in WITH_BUDGET}
    return any(paper.subject in names for paper in papers_about(session, order.public_id, WITH_BUDGET))


def issue_invoice(session: Session, order_id: int, *, actor: Actor) -> Paper:
    """The order has its invoice; asking again gives the same one. :class:`OrderOverError` for one that is over."""
    order, payment = _locked(session, order_id)
    _refuse_over(session, order, PaperKind.INVOICE)
    facts = {
        "order": order.number,
        "buyer": order.contact_name,
        "office": order.office_id,
        "lines": _lines(order),
        "shipping_idr": order.shipping_idr,
        "unique_code": payment.unique_code,
        "amount_idr": payment.amount_idr,
    }
    return _issued(session, order, PaperKind.INVOICE, facts, payment.amount_idr, actor)


def issue_receipt(session: Session, order_id: int, *, cipher: FieldCipher, actor: Actor) -> Paper:
    """The order has its receipt; asking again gives the same one.

    :class:`PaymentMissingError` before the money is there.
    """
    order, payment = _locked(session, order_id)
    if payment.status is not PaymentStatus.PAID or payment.paid_at is None:
        raise PaymentMissingError(order.public_id)
    row = budget_row(session, order.id)
    facts = {
        "order": order.number,
        "buyer": order.contact_name,
        "office": order.office_id,
        "amount_idr": payment.amount_idr,
        "paid_at": payment.paid_at,
        "method": payment.method.value,
        "budget": asdict(opened(row, cipher)) if row is not None else None,
    }
    return _issued(session, order, PaperKind.PAYMENT_RECEIPT, facts, payment.amount_idr, actor)


def issue_order_letter(session: Session, order_id: int, *, cipher: FieldCipher, actor: Actor) -> Paper:
    """The office has its order letter; asking again gives the same one.

    :class:`BudgetMissingError` until it has typed its budget, :class:`OrderOverError` for an order that is over.
    """
    order, _ = _locked(session, order_id)
    _refuse_over(session, order, PaperKind.ORDER_LETTER)
    row = budget_row(session, order.id)
    if row is None:
        raise BudgetMissingError(order.public_id)
    facts = {
        "order": order.number,
        "office": order.office_id,
        "lines": _lines(order),
        "shipping_idr": order.shipping_idr,
        "total_idr": order.total_idr,
        "budget": asdict(opened(row, cipher)),
    }
    return _issued(session, order, PaperKind.ORDER_LETTER, facts, order.total_idr, actor)


def _locked(session: Session, order_id: int) -> tuple[Order, Payment]:
    return locked(session, session.scalars(select(Payment.id).where(Payment.order_id == order_id)).one())


def _refuse_over(session: Session, order: Order, kind: PaperKind) -> None:
    """What was printed while the order lived may be printed again."""
    if order.status in UNFULFILLED and not papers_about(session, order.public_id, {kind}):
        raise OrderOverError(order.public_id)


def _issued(
    session: Session, order: Order, kind: PaperKind, facts: dict[str, Any], amount_idr: int, actor: Actor
) -> Paper:
    subject = subject_of(kind, order.public_id, budget_row(session, order.id))
    known = session.scalar(select(Paper).where(Paper.kind == kind, Paper.subject == subject))
    if known is not None:
        return known
    paper = issue_paper(
        session,
        kind,
        subject,
        facts,
        gallery_id=issuer_of(order),
        summary={
            "lines": len(order.lines),
            "pieces": sum(line.quantity for line in order.lines),
            "total_idr": amount_idr,
        },
    )
    audit.record(session, actor, "order.paper", f"order:{order.public_id}", number=paper.number)
    return paper


def issuer_of(order: Order) -> int | None:
    """Return the gallery that issues the order's papers: where it is fetched, else the first that packs; or none."""
    if order.gallery_id is not None:
        return order.gallery_id
    packing = {parcel.place.gallery_id for parcel in order.parcels if parcel.place.gallery_id is not None}
    return min(packing, default=None)


def _lines(order: Order) -> list[list[Any]]:
    return [
        [line.business_name, line.product_name, line.variant_name, line.quantity, line.price_idr]
        for line in order.lines
    ]


def forget_budgets(session: Session) -> None:
    """The budgets of orders that name nobody any more name nobody either; account, activity and sums stay."""
    forgotten = select(Order.id).where(Order.contact_name == FORGOTTEN)
    session.execute(
        update(OrderBudget)
        .where(OrderBudget.order_id.in_(forgotten), OrderBudget.officer_name != FORGOTTEN)
        .values(officer_name=FORGOTTEN, treasurer_name=FORGOTTEN, officer_nip=b"", treasurer_nip=b"", npwp=None)
        .execution_options(synchronize_session=False)
    )
