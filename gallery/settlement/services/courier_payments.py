"""Riders, carriers and online couriers are paid, never more than they are owed."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.inventory import services as inventory
from gallery.inventory.states import PaperKind
from gallery.payments.models import BankAccount
from gallery.settlement.errors import CourierOverpaidError, PaidInFutureError
from gallery.settlement.models import CourierPayment
from gallery.settlement.queries.courier_payments import owed_to


@dataclass(frozen=True, slots=True)
class Purse:
    """Where the money comes from: a bank account of the office, or else a gallery's safe."""

    bank_account_id: int | None = None
    gallery_id: int | None = None


def pay_courier(
    session: Session,
    party: str,
    amount_idr: Rupiah,
    *,
    purse: Purse,
    paid_on: date,
    request_key: str,
    note: str = "",
    actor: Actor,
) -> CourierPayment:
    """The party ("rider:3", "courier:biteship") was paid so much, under a number of its own.

    The same request key pays once. Raises :class:`CourierOverpaidError` beyond what it is owed, and
    :class:`PaidInFutureError` for a day that has not come.
    """
    if (done := _with_key(session, request_key)) is not None:
        return done
    if paid_on > clock.today():
        raise PaidInFutureError(paid_on.isoformat())
    if purse.bank_account_id is not None:
        account = session.get(BankAccount, purse.bank_account_id)
        if account is None or not account.is_active:
            raise NotFoundError("BankAccount")
    # All payments of a month take their number from one row: who holds it sees what every other one has paid.
    number = inventory.next_number(session, inventory.PROVINCE, PaperKind.COURIER_PAYMENT)
    if _with_key(session, request_key) is not None or not 0 < amount_idr <= owed_to(session, party):
        raise CourierOverpaidError(party)
    payment = CourierPayment(
        number=number,
        party=party,
        amount_idr=amount_idr,
        bank_account_id=purse.bank_account_id,
        gallery_id=purse.gallery_id,
        paid_on=paid_on,
        note=note,
        made_by=actor.user_id,
        request_key=request_key,
    )
    session.add(payment)
    session.flush()  # its public id names it in the audit trail
    audit.record(
        session, actor, "courier.paid", f"courier_payment:{payment.public_id}", amount_idr=amount_idr, party=party
    )
    return payment


def _with_key(session: Session, request_key: str) -> CourierPayment | None:
    return session.scalar(select(CourierPayment).where(CourierPayment.request_key == request_key))
