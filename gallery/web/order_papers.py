"""Papers of an order for its buyer and for staff: which there are, which can be made, and all of them in one file."""

from dataclasses import dataclass
from typing import Any, Final

from flask import Response
from flask_babel import gettext as _

from gallery.accounts.models import Gallery, Office, User
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.inventory.models import Paper
from gallery.inventory.states import PaperKind
from gallery.orders import services as orders
from gallery.orders.models import Order
from gallery.orders.states import UNFULFILLED, FulfilmentKind, OrderStatus, ParcelStatus
from gallery.payments.queries import payment_of, refunds_of
from gallery.payments.queries.papers import WITH_BUDGET, OrderPapers, budget_of, order_papers
from gallery.payments.services import papers as services
from gallery.web import hand_over_note
from gallery.web import order_paper_sheets as sheets
from gallery.web.order_paper_forms import BudgetForm
from gallery.web.order_paper_sheets import Told
from gallery.web.printing import pdf_response, render_pdf
from gallery.web.session import current_actor

# In the order in which an office files them.
FILES: Final[dict[str, PaperKind]] = {
    "surat-pesanan": PaperKind.ORDER_LETTER,
    "nota": PaperKind.INVOICE,
    "kuitansi": PaperKind.PAYMENT_RECEIPT,
    "berita-acara": PaperKind.HAND_OVER,
}
OFFICE_ONLY: Final = frozenset({PaperKind.ORDER_LETTER, PaperKind.HAND_OVER})
WIDTHS: Final = (58, 80)
_ARRIVED: Final = frozenset({ParcelStatus.DELIVERED, ParcelStatus.RETURNED, ParcelStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper on the page: there, ready to be made, or what it waits for. ``file`` names its address."""

    file: str
    kind: PaperKind
    paper: Paper | None
    waits_for: str

    @property
    def is_ready(self) -> bool:
        return self.paper is None and not self.waits_for


def page(order: Order, form: BudgetForm | None = None) -> dict[str, Any]:
    """Return what the page of an order's papers shows."""
    told = _told(order)
    found = order_papers(db.session(), order)
    entries = _entries(told, found)
    return {
        "order": order,
        "entries": entries,
        "budget": told.budget,
        "is_office": order.fulfilment is FulfilmentKind.OFFICE,
        "may_type": order.fulfilment is FulfilmentKind.OFFICE and order.status not in UNFULFILLED,
        "is_printed": any(entry.paper is not None and entry.kind in WITH_BUDGET for entry in entries),
        "form": form or BudgetForm(formdata=None, obj=told.budget),
        "any_ready": any(entry.is_ready for entry in entries),
        "made": sum(entry.paper is not None for entry in entries),
    }


def save(order: Order, form: BudgetForm) -> None:
    """The order's papers name what was typed."""
    with transaction() as session:
        services.save_budget(session, order.id, form.budget, cipher=adapters.cipher(), actor=current_actor())


def make_ready(order: Order) -> int:
    """Every paper that can be made is made; return how many are new."""
    wanted = [entry.kind for entry in _entries(_told(order), order_papers(db.session(), order)) if entry.is_ready]
    order_id = order.id
    db.session.rollback()
    with transaction() as session:
        for kind in wanted:
            _issue(session, order_id, kind)
    return len(wanted)


def _issue(session: Any, order_id: int, kind: PaperKind) -> None:
    actor, cipher = current_actor(), adapters.cipher()
    if kind is PaperKind.HAND_OVER:
        orders.issue_hand_over_note(session, order_id, actor=actor)
    elif kind is PaperKind.INVOICE:
        services.issue_invoice(session, order_id, actor=actor)
    elif kind is PaperKind.ORDER_LETTER:
        services.issue_order_letter(session, order_id, cipher=cipher, actor=actor)
    else:
        services.issue_receipt(session, order_id, cipher=cipher, actor=actor)


def answer(order: Order, file: str, width_mm: int | None = None) -> Response:
    """Answer with one paper; :class:`NotFoundError` while there is none. A receipt also comes on a roll."""
    told, found, kind = _told(order), order_papers(db.session(), order), FILES[file]
    paper = found.valid.get(kind)
    if paper is None:
        raise NotFoundError("Paper")
    if width_mm in WIDTHS and kind is PaperKind.PAYMENT_RECEIPT:
        return pdf_response(render_pdf("receipt.typ", sheets.roll(told, paper, width_mm)), f"{paper.number}.pdf")
    return pdf_response(_pdf([_sheet(told, found, kind)], paper.number), f"{paper.number}.pdf")


def bundle(order: Order) -> Response:
    """Answer with all papers that there are, in one file; :class:`NotFoundError` while there is none."""
    told, found = _told(order), order_papers(db.session(), order)
    made = [_sheet(told, found, kind) for kind in FILES.values() if kind in found.valid]
    if not made:
        raise NotFoundError("Paper")
    return pdf_response(_pdf(made, order.number), f"surat-{order.number}.pdf")


def _pdf(made: list[dict[str, Any]], number: str) -> bytes:
    return render_pdf("order_papers.typ", {"title": _("Surat pesanan %(number)s", number=number), "papers": made})


def _sheet(told: Told, found: OrderPapers, kind: PaperKind) -> dict[str, Any]:
    paper, before = found.valid[kind], found.replaced.get(kind)
    if kind is PaperKind.HAND_OVER:
        return {"form": "sheet", **hand_over_note.sheet(told.order, paper)}
    if kind is PaperKind.INVOICE:
        return sheets.invoice(told, paper)
    if kind is PaperKind.PAYMENT_RECEIPT:
        return sheets.receipt(told, paper, before)
    if told.budget is None:  # the letter names it
        raise NotFoundError("OrderBudget")
    return sheets.order_letter(told, told.budget, paper, before)


def _told(order: Order) -> Told:
    session, payment = db.session(), payment_of(db.session(), order.id)
    issuer, is_office = services.issuer_of(order), order.fulfilment is FulfilmentKind.OFFICE
    return Told(
        order=order,
        payment=payment,
        office=session.get(Office, order.office_id) if order.office_id else None,
        gallery=session.get(Gallery, issuer) if issuer is not None else None,
        budget=budget_of(session, order.id, adapters.cipher()) if is_office else None,
        refunds=refunds_of(session, payment.id) if order.status is not OrderStatus.AWAITING_PAYMENT else (),
        verified_by=session.get(User, payment.verified_by) if payment.verified_by else None,
    )


def _entries(told: Told, found: OrderPapers) -> list[Entry]:
    hidden = frozenset() if told.order.fulfilment is FulfilmentKind.OFFICE else OFFICE_ONLY
    return [
        Entry(file, kind, found.valid.get(kind), "" if kind in found.valid else _waits_for(told, kind))
        for file, kind in FILES.items()
        if kind not in hidden
    ]


def _waits_for(told: Told, kind: PaperKind) -> str:
    """Say what is missing for the paper, empty when nothing is."""
    order = told.order
    if kind is PaperKind.PAYMENT_RECEIPT:
        return "" if told.is_paid else _("Dapat dibuat setelah pesanan dibayar.")
    if order.status in UNFULFILLED:
        return _("Pesanan ini batal, jadi suratnya tidak dibuat.")
    if kind is PaperKind.ORDER_LETTER and told.budget is None:
        return _("Isi dulu data anggaran di bawah.")
    if kind is PaperKind.HAND_OVER and not told.is_paid:
        return _("Dapat dibuat setelah pesanan dibayar dan barangnya diterima.")
    if kind is PaperKind.HAND_OVER and not all(parcel.status in _ARRIVED for parcel in order.parcels):
        return _("Dapat dibuat setelah barangnya diterima.")
    return ""
