"""A sale gets a kuitansi when its buyer asks for one: who paid how much for what."""

from typing import Final

from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.locks import lock_row
from gallery.counter.errors import PayerChangedOftenError
from gallery.counter.models import CounterSale, SaleReceipt
from gallery.counter.queries.payers import kuitansi_of, payer_row
from gallery.inventory.models import Paper
from gallery.inventory.services import issue_paper
from gallery.inventory.states import PaperKind

MOST_REVISIONS: Final = 9


def issue_payment_receipt(session: Session, sale_id: int, *, payer: str, actor: Actor) -> Paper:
    """The sale has a kuitansi that names this payer; asked again for the same one it is the same paper.

    Another name replaces it by one with a new number. Raises :class:`PayerChangedOftenError` after the ninth.
    """
    sale = lock_row(session, CounterSale, sale_id)
    row = payer_row(session, sale.id)
    known = kuitansi_of(session, sale)
    if known is not None and known.payer == payer:
        return known.paper
    if row is None:
        row = SaleReceipt(sale_id=sale.id, revision=0)
        session.add(row)
    if row.revision == MOST_REVISIONS:
        raise PayerChangedOftenError(sale.number)
    row.payer, row.revision = payer, row.revision + 1
    row.changed_by, row.changed_at = actor.user_id, clock.now()
    facts = {
        "sale": sale.number,
        "payer": payer,
        "amount_idr": sale.total_idr,
        "paid_at": sale.happened_at,
        "methods": [tender.method.value for tender in sale.tenders],
    }
    pieces = sum(line.pieces for line in sale.lines)
    paper = issue_paper(
        session,
        PaperKind.PAYMENT_RECEIPT,
        sale.public_id if row.revision == 1 else f"{sale.public_id}:{row.revision}",
        facts,
        gallery_id=sale.gallery_id,
        summary={"lines": len(sale.lines), "pieces": pieces, "total_idr": sale.total_idr},
    )
    audit.record(session, actor, "counter.kuitansi", f"counter_sale:{sale.public_id}", number=paper.number)
    return paper
