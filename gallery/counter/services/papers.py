"""Papers of the counter that anybody may check: the receipt of a sale, the closing sheet of a shift."""

from sqlalchemy.orm import Session

from gallery.counter.models import CounterSale, Shift
from gallery.counter.queries import ShiftSums
from gallery.inventory.models import Paper
from gallery.inventory.services import issue_paper
from gallery.inventory.states import PaperKind


def issue_receipt(session: Session, sale: CounterSale) -> Paper:
    """The receipt of the sale can be checked; all its stock rows are locked already. It says nobody's name."""
    lines = [
        {"name": row.name, "lot": row.lot_id, "pieces": row.pieces, "price_idr": row.price_idr} for row in sale.lines
    ]
    facts = {
        "number": sale.number,
        "happened_at": sale.happened_at,
        "lines": lines,
        "discount_idr": sale.discount_idr,
        "total_idr": sale.total_idr,
        "tenders": [[row.method.value, row.amount_idr] for row in sale.tenders],
    }
    summary = {"lines": len(lines), "pieces": sum(row.pieces for row in sale.lines), "total_idr": sale.total_idr}
    return issue_paper(
        session,
        PaperKind.SALE,
        sale.public_id,
        facts,
        gallery_id=sale.gallery_id,
        summary=summary,
        number=sale.number,
    )


def issue_closing(session: Session, shift: Shift, sums: ShiftSums) -> Paper:
    """The closing sheet of the shift, which is locked, has its number and can be checked."""
    facts = {
        "till": shift.till.name,
        "opened_at": shift.opened_at,
        "closed_at": shift.closed_at,
        "sales": sums.sales,
        "sold_idr": sums.sold_idr,
        "refunded_idr": sums.refunded_idr,
        "expected_cash_idr": shift.expected_cash_idr,
        "counted_cash_idr": shift.counted_cash_idr,
    }
    summary = {"sales": sums.sales, "total_idr": sums.sold_idr}
    gallery_id = shift.till.gallery_id
    return issue_paper(session, PaperKind.SHIFT, shift.public_id, facts, gallery_id=gallery_id, summary=summary)
