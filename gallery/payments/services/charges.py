"""A buyer is sent to a gateway's page: what is wanted is committed before the gateway is asked, what came of it after.

Locks: order, payment, charge.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.locks import lock_row
from gallery.core.outbox import emit
from gallery.core.states import move
from gallery.orders.models import Order
from gallery.orders.states import OrderStatus
from gallery.payments.errors import NoGatewayError, PaymentClosedError
from gallery.payments.gateway import Opened
from gallery.payments.models import GatewayCharge, Payment
from gallery.payments.queries.charges import LIVE, live_charges, newest_charge
from gallery.payments.services.deadline import hold_until
from gallery.payments.services.locking import locked
from gallery.payments.states import CHARGE, ChargeStatus, ChargeTrouble, PaymentMethod, PaymentStatus

SHORTEST_PAGE: Final = timedelta(minutes=31)  # Stripe refuses a page that lives for less than 30
STILL_USABLE: Final = timedelta(minutes=2)
LONGEST_HOLD: Final = timedelta(hours=24)  # from the order on: who does not pay until then holds no pieces any more
ASK_EVERY: Final = timedelta(minutes=5)
ASK_SELDOM: Final = timedelta(hours=1)
SOON: Final = timedelta(hours=2)  # so long after its beginning a charge is asked about often
LATE: Final = timedelta(days=3)  # so long after its end a page that is still open there is asked about
AFTER_PAID: Final = timedelta(hours=24)
DISPUTABLE: Final = timedelta(days=120)  # so long a buyer's bank may take the money back
LONGEST_PAUSE: Final = timedelta(hours=1)
LONGEST_WORD: Final = 300
MOST_TRIES: Final = 3  # then another attempt: some gateways repeat their own failure for a day


def locked_charge(session: Session, charge_id: int) -> tuple[Order, Payment, GatewayCharge]:
    """Lock order, payment and charge, in that order."""
    payment_id = session.scalars(select(GatewayCharge.payment_id).where(GatewayCharge.id == charge_id)).one()
    order, payment = locked(session, payment_id)
    return order, payment, lock_row(session, GatewayCharge, charge_id)


def want_charge(session: Session, payment_id: int) -> GatewayCharge:
    """The buyer is to pay on the gateway's page: the charge stands, and the gateway may be asked for the page.

    An attempt whose page can still be used, or whose answer was lost, is given again; else it is a new one. When less
    time is left than a gateway needs, order, payment and pieces wait longer, at most a day from the order on. Raises
    :class:`NoGatewayError` or :class:`PaymentClosedError`.
    """
    order, payment = locked(session, payment_id)
    if payment.method is not PaymentMethod.ONLINE or payment.gateway is None:
        raise NoGatewayError(payment.public_id)
    if payment.status is not PaymentStatus.PENDING or order.status is not OrderStatus.AWAITING_PAYMENT:
        raise PaymentClosedError(payment.status)
    now, last = clock.now(), newest_charge(session, payment.id)
    if last is not None:
        if last.status is ChargeStatus.PROCESSING or last.needs_person:
            raise PaymentClosedError(last.status)
        may_ask_again = last.status is ChargeStatus.WANTED and last.tries < MOST_TRIES
        is_ready = may_ask_again or (last.status is ChargeStatus.OPEN and last.url)
        if is_ready and last.expires_at > now + STILL_USABLE:
            return last
    attempt = last.attempt + 1 if last is not None else 1
    charge = GatewayCharge(
        payment_id=payment.id,
        gateway=payment.gateway,
        attempt=attempt,
        reference=f"{order.number}-{attempt}",
        amount_idr=payment.amount_idr,
        expires_at=_deadline(session, order, payment, now),
        next_ask_at=now + ASK_EVERY,
    )
    session.add(charge)
    session.flush()
    return charge


def _deadline(session: Session, order: Order, payment: Payment, now: datetime) -> datetime:
    if order.expires_at is None or order.expires_at <= now:
        raise PaymentClosedError(PaymentStatus.EXPIRED)
    if order.expires_at >= now + SHORTEST_PAGE:
        return order.expires_at
    until = now + SHORTEST_PAGE
    if until > order.placed_at + LONGEST_HOLD:
        raise PaymentClosedError(PaymentStatus.EXPIRED)
    hold_until(session, order, payment, until)
    return until


def note_opened(session: Session, charge_id: int, opened: Opened) -> None:
    """The gateway gave its page. Told twice it is noted once; what nobody may pay any more is closed again."""
    _, payment, charge = locked_charge(session, charge_id)
    charge.remote_id = charge.remote_id or opened.remote_id
    charge.url, charge.said, charge.tries = opened.url, "", 0
    if opened.expires_at is not None:
        charge.expires_at = opened.expires_at
    if charge.status is ChargeStatus.WANTED:
        move(charge, CHARGE, ChargeStatus.OPEN, clock.now())
    charge.next_ask_at = next_ask(charge)
    if payment.status is not PaymentStatus.PENDING and charge.status in LIVE:
        emit(session, "charge.close", charge_id=charge.id)


def note_refused(session: Session, charge_id: int, said: str) -> None:
    """The gateway gives no page. After a lost answer it is asked all the same: the first call may have done it."""
    _, _, charge = locked_charge(session, charge_id)
    if charge.status is ChargeStatus.WANTED:
        move(charge, CHARGE, ChargeStatus.REFUSED, clock.now())
        charge.next_ask_at = charge.expires_at + ASK_EVERY if charge.tries else None
    charge.said = said[:LONGEST_WORD]


def note_unsure(session: Session, charge_id: int, said: str) -> None:
    """The gateway's answer was lost, or there was none: it is asked again later, each time a little later."""
    _, _, charge = locked_charge(session, charge_id)
    charge.tries += 1
    charge.said = said[:LONGEST_WORD]
    charge.next_ask_at = clock.now() + min(timedelta(minutes=2 ** min(charge.tries, 6)), LONGEST_PAUSE)


def note_unknown(session: Session, charge_id: int) -> bool:
    """The gateway knows nothing of it; tell whether that changed something.

    Before the buyer chose how to pay that is usual with some of them. Once its time is over the charge is closed; of
    one that was paid a person has to hear.
    """
    _, _, charge = locked_charge(session, charge_id)
    changed = False
    if charge.status is not ChargeStatus.WANTED:  # of those the answer may just not be there yet
        charge.tries = 0
    if charge.status is ChargeStatus.PAID:
        changed = note_trouble(session, charge, ChargeTrouble.UNKNOWN)
    elif charge.status in LIVE and charge.expires_at <= clock.now():
        move(charge, CHARGE, ChargeStatus.CLOSED, clock.now())
        changed = True
    charge.next_ask_at = next_ask(charge)
    return changed


def close_live(session: Session, payment: Payment, *, but: int | None = None) -> None:
    """The gateway will be told that the payment's pages may not be paid any more. The caller holds its lock."""
    for charge in live_charges(session, payment.id):
        if charge.id != but:
            emit(session, "charge.close", charge_id=charge.id)


def close_again(session: Session, charge_id: int) -> None:
    """The gateway could not be told: it is told again, for as long as the page may live there."""
    charge = session.get_one(GatewayCharge, charge_id)
    if charge.status in LIVE and clock.now() < charge.expires_at + LATE:
        emit(session, "charge.close", after=ASK_EVERY, charge_id=charge_id)


def next_ask(charge: GatewayCharge, *, is_live_there: bool = False) -> datetime | None:
    """Return when the gateway is asked next; none: there is nothing more to learn."""
    now = clock.now()
    if charge.status is ChargeStatus.PAID:
        return now + AFTER_PAID if now < (charge.paid_at or now) + DISPUTABLE else None
    if charge.status in LIVE or is_live_there:
        if now > charge.expires_at + LATE:
            return None
        wait = ASK_EVERY if now < charge.created_at + SOON else ASK_SELDOM
        return min(now + wait, charge.expires_at + timedelta(minutes=1)) if now < charge.expires_at else now + wait
    return charge.expires_at + ASK_EVERY if now < charge.expires_at else None


def note_trouble(session: Session, charge: GatewayCharge, trouble: ChargeTrouble) -> bool:
    """A person has to look at the charge; tell whether that is new. What was closed with a note stays closed."""
    if charge.trouble is trouble:
        return False
    charge.trouble, charge.trouble_note, charge.trouble_at = trouble, "", clock.now()
    audit.record(session, Actor.system(), "charge.trouble", f"charge:{charge.reference}", trouble=trouble.value)
    return True


def close_trouble(session: Session, charge_id: int, *, note: str, actor: Actor) -> None:
    """A person has seen to it; ``note`` says how. The first note stays."""
    _, _, charge = locked_charge(session, charge_id)
    if charge.needs_person:
        charge.trouble_note = note
        audit.record(session, actor, "charge.trouble_closed", f"charge:{charge.reference}", trouble=str(charge.trouble))


def take_due_charges(session: Session, *, limit: int) -> list[int]:
    """Return charges whose gateway is to be asked now; nobody else gets them for a while."""
    now = clock.now()
    due = select(GatewayCharge).where(GatewayCharge.next_ask_at <= now).order_by(GatewayCharge.next_ask_at)
    charges = session.scalars(due.limit(limit).with_for_update(skip_locked=True)).all()
    for charge in charges:
        charge.next_ask_at = now + ASK_EVERY
    return [charge.id for charge in charges]
