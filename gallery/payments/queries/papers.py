"""Which papers an order has, and what they say of an office's budget."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.core.crypto import FieldCipher
from gallery.inventory.models import Paper
from gallery.inventory.queries import papers_about
from gallery.inventory.states import PaperKind
from gallery.orders.models import Order
from gallery.payments.models import OrderBudget

OFFICER_NIP: Final = "order_budget.officer_nip"
TREASURER_NIP: Final = "order_budget.treasurer_nip"
NPWP: Final = "order_budget.npwp"
ORDER_PAPERS: Final = frozenset(
    {PaperKind.ORDER_LETTER, PaperKind.INVOICE, PaperKind.PAYMENT_RECEIPT, PaperKind.HAND_OVER}
)
WITH_BUDGET: Final = frozenset({PaperKind.ORDER_LETTER, PaperKind.PAYMENT_RECEIPT})


@dataclass(frozen=True, slots=True)
class Budget:
    """What an office typed, readable. NIPs are 18 digits, the NPWP 15 or 16 digits or empty."""

    officer_post: str
    officer_name: str
    officer_nip: str
    treasurer_name: str
    treasurer_nip: str
    account_code: str
    activity: str
    letter_number: str = ""
    letter_date: date | None = None
    npwp: str = ""


def budget_row(session: Session, order_id: int) -> OrderBudget | None:
    """Return the row as it is stored."""
    return session.scalar(select(OrderBudget).where(OrderBudget.order_id == order_id))


def budget_of(session: Session, order_id: int, cipher: FieldCipher) -> Budget | None:
    """Return what the office typed for this order, if it did."""
    row = budget_row(session, order_id)
    return None if row is None else opened(row, cipher)


def opened(row: OrderBudget, cipher: FieldCipher) -> Budget:
    """Return the row with its numbers decrypted."""
    return Budget(
        officer_post=row.officer_post,
        officer_name=row.officer_name,
        officer_nip=_open(row.officer_nip, OFFICER_NIP, cipher),
        treasurer_name=row.treasurer_name,
        treasurer_nip=_open(row.treasurer_nip, TREASURER_NIP, cipher),
        account_code=row.account_code,
        activity=row.activity,
        letter_number=row.letter_number,
        letter_date=row.letter_date,
        npwp=_open(row.npwp, NPWP, cipher),
    )


def _open(sealed: bytes | None, context: str, cipher: FieldCipher) -> str:
    return cipher.decrypt(sealed, context) if sealed else ""  # empty once it was forgotten


@dataclass(frozen=True, slots=True)
class OrderPapers:
    """The papers of an order that hold now, and the older ones that they have replaced."""

    valid: dict[PaperKind, Paper]
    replaced: dict[PaperKind, Paper]  # the one right before


def order_papers(session: Session, order: Order) -> OrderPapers:
    """Return the papers of the order, in one read. Those of an earlier revision of the budget hold no more."""
    row = budget_row(session, order.id)
    valid: dict[PaperKind, Paper] = {}
    before: dict[PaperKind, Paper] = {}
    for paper in papers_about(session, order.public_id, ORDER_PAPERS):
        if paper.subject == subject_of(paper.kind, order.public_id, row):
            valid[paper.kind] = paper
        else:
            before[paper.kind] = paper
    return OrderPapers(valid, before)


def subject_of(kind: PaperKind, public_id: str, row: OrderBudget | None) -> str:
    """Name what the order's paper of that kind is about: the order, in the present revision of its budget."""
    is_first = row is None or row.revision == 1 or kind not in WITH_BUDGET
    return public_id if is_first else f"{public_id}:{row.revision}"  # type: ignore[union-attr]
