"""Who paid a sale, and the kuitansi that says so."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.counter.models import CounterSale, SaleReceipt
from gallery.inventory.models import Paper
from gallery.inventory.queries import papers_about
from gallery.inventory.states import PaperKind


@dataclass(frozen=True, slots=True)
class Kuitansi:
    """The paper that holds now, whom it names, and the one that it has replaced."""

    payer: str
    paper: Paper
    before: Paper | None


def payer_row(session: Session, sale_id: int) -> SaleReceipt | None:
    """Return who paid the sale, where a kuitansi was asked for."""
    return session.scalar(select(SaleReceipt).where(SaleReceipt.sale_id == sale_id))


def kuitansi_of(session: Session, sale: CounterSale) -> Kuitansi | None:
    """Return the kuitansi of the sale, if one was asked for, in two reads."""
    row = payer_row(session, sale.id)
    if row is None:
        return None
    *older, newest = papers_about(session, sale.public_id, {PaperKind.PAYMENT_RECEIPT})
    return Kuitansi(row.payer, newest, older[-1] if older else None)
