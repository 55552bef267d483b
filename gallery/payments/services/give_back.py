"""A gateway is asked to give money back: one step at a time, each committed before the next; one key, one refund."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.outbox import emit
from gallery.core.states import Decision, move
from gallery.payments.errors import NoGatewayError
from gallery.payments.gateway import RefundSeen
from gallery.payments.models import GatewayCharge, Refund
from gallery.payments.queries.charges import refunds_to_send
from gallery.payments.services.charges import LONGEST_PAUSE, LONGEST_WORD, note_trouble
from gallery.payments.services.fulfil import note_refund_done, note_refund_failed
from gallery.payments.services.locking import locked
from gallery.payments.services.refunds import locked_refund
from gallery.payments.states import REFUND, ChargeTrouble, RefundStatus

CLAIM: Final = timedelta(minutes=10)  # much longer than any call to a gateway takes
PENDING: Final = timedelta(hours=1)


def send_refund(session: Session, refund_id: int, *, actor: Actor) -> Decision:
    """The gateway that took the money will be asked to give it back. A second click changes nothing.

    Raises :class:`NoGatewayError` for money that came another way.
    """
    refund = locked_refund(session, refund_id)
    if refund.charge_id is None:
        raise NoGatewayError(refund.public_id)
    if refund.status is not RefundStatus.DUE:
        return Decision.STALE
    move(refund, REFUND, RefundStatus.SENDING, clock.now())
    refund.tries, refund.said, refund.next_try_at = 0, "", clock.now() + CLAIM
    audit.record(session, actor, "refund.sent", f"refund:{refund.public_id}", amount_idr=refund.amount_idr)
    emit(session, "refund.send", refund_id=refund.id)
    return Decision.APPLY


def start_sending(session: Session, refund_id: int) -> bool:
    """The call is about to be made; tell whether it is wanted. A worker that dies in it is followed by another."""
    refund = locked_refund(session, refund_id)
    if refund.status is not RefundStatus.SENDING:
        return False
    refund.tries += 1
    refund.next_try_at = clock.now() + CLAIM
    return True


def note_refund(session: Session, refund_id: int, seen: RefundSeen) -> None:
    """What the gateway answered to our call counts; also when a message of it was faster."""
    refund, charge = _locked(session, refund_id)
    if refund.status is not RefundStatus.SENDING:
        return
    if seen.is_failed:
        note_refund_failed(session, charge, refund, seen.said)
    elif seen.amount_idr != refund.amount_idr:
        note_trouble(session, charge, ChargeTrouble.AMOUNT)
        refund.next_try_at = None
    else:
        refund.remote_id = seen.remote_id
        refund.next_try_at = clock.now() + PENDING
        if seen.is_done:
            note_refund_done(session, refund)


def note_refund_refused(session: Session, refund_id: int, said: str) -> None:
    """A sure no of the gateway: the refund is due again, and staff read why."""
    refund, charge = _locked(session, refund_id)
    note_refund_failed(session, charge, refund, said)


def note_refund_unanswered(session: Session, refund_id: int, said: str) -> None:
    """The gateway did not answer: it is asked again, each time a little later."""
    refund, _ = _locked(session, refund_id)
    if refund.status is RefundStatus.SENDING:
        refund.said = said[:LONGEST_WORD]
        refund.next_try_at = clock.now() + min(timedelta(minutes=2 ** min(refund.tries, 6)), LONGEST_PAUSE)


def take_due_refunds(session: Session, *, limit: int) -> list[int]:
    """Return refunds that a gateway is to be asked for now; nobody else gets them for a while."""
    refunds = refunds_to_send(session, clock.now(), limit=limit)
    for refund in refunds:
        refund.next_try_at = clock.now() + CLAIM
    return [refund.id for refund in refunds]


def _locked(session: Session, refund_id: int) -> tuple[Refund, GatewayCharge]:
    """Return the refund and its charge; whoever changes a charge holds its payment's lock too."""
    payment_id = session.scalars(select(Refund.payment_id).where(Refund.id == refund_id)).one()
    locked(session, payment_id)
    refund = session.get_one(Refund, refund_id, populate_existing=True)
    return refund, session.get_one(GatewayCharge, refund.charge_id, populate_existing=True)
