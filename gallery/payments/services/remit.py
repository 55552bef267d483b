"""A rider hands over what buyers gave him at the door."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Actor
from gallery.core import audit
from gallery.core.errors import NotFoundError
from gallery.core.locks import lock_rows
from gallery.core.money import Rupiah
from gallery.inventory import services as inventory
from gallery.inventory.states import PaperKind
from gallery.payments.errors import AlreadyRemittedError
from gallery.payments.models import Payment, Remittance, RemittanceLine
from gallery.payments.states import PaymentStatus


def receive_remittance(
    session: Session,
    rider_id: int,
    payment_ids: Collection[int],
    *,
    gallery_id: int,
    request_key: str,
    note: str = "",
    actor: Actor,
) -> Remittance:
    """All that the rider was given for these payments lies in the gallery's safe, with a numbered receipt.

    The same request key makes one. Raises :class:`AlreadyRemittedError` if one of them was handed over before, and
    :class:`NotFoundError` for money that this rider was not given.
    """
    payments = lock_rows(session, Payment, payment_ids)
    if (done := _with_key(session, request_key)) is not None:
        return done
    if not payments or any(not _is_collected(row, rider_id) for row in payments.values()):
        raise NotFoundError("Payment")
    handed_over = select(RemittanceLine.id).where(RemittanceLine.payment_id.in_(payments))
    if session.scalars(handed_over.limit(1)).first() is not None:
        raise AlreadyRemittedError(str(rider_id))
    code = session.get_one(Gallery, gallery_id).code
    number = inventory.next_number(session, code, PaperKind.REMITTANCE)
    if _with_key(session, request_key) is not None:  # sent again at once, with other payments ticked
        raise AlreadyRemittedError(str(rider_id))
    remittance = Remittance(
        number=number,
        rider_id=rider_id,
        gallery_id=gallery_id,
        amount_idr=Rupiah(sum(row.amount_idr for row in payments.values())),
        received_by=actor.user_id,
        note=note,
        request_key=request_key,
        lines=[RemittanceLine(payment_id=key, amount_idr=row.amount_idr) for key, row in payments.items()],
    )
    session.add(remittance)
    session.flush()  # its public id names the paper
    _issue_receipt(session, remittance)
    told = {"amount_idr": remittance.amount_idr, "rider_id": rider_id, "payments": len(remittance.lines)}
    audit.record(session, actor, "remittance.received", f"remittance:{remittance.public_id}", **told)
    return remittance


def _issue_receipt(session: Session, remittance: Remittance) -> None:
    lines = [[row.payment_id, row.amount_idr] for row in remittance.lines]
    inventory.issue_paper(
        session,
        PaperKind.REMITTANCE,
        remittance.public_id,
        {"number": remittance.number, "rider": remittance.rider_id, "lines": lines},
        gallery_id=remittance.gallery_id,
        summary={"lines": len(lines), "total_idr": remittance.amount_idr},
        number=remittance.number,
    )


def _is_collected(payment: Payment, rider_id: int) -> bool:
    return payment.status is PaymentStatus.PAID and payment.collector_id == rider_id


def _with_key(session: Session, request_key: str) -> Remittance | None:
    return session.scalar(select(Remittance).where(Remittance.request_key == request_key))
