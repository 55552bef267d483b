"""Money that is owed back, until staff note that it was sent, or a gateway says so."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.core.outbox import emit
from gallery.core.states import Decision, move
from gallery.inventory import services as inventory
from gallery.inventory.services import Brought
from gallery.inventory.states import DocumentKind
from gallery.orders.models import OrderLine, Parcel
from gallery.orders.queries import holder
from gallery.orders.states import ParcelStatus
from gallery.payments.errors import GoodsOnShelfError, ParcelNotDeliveredError, RefundTooLargeError, RefundUnderwayError
from gallery.payments.models import Payment, Refund, RefundLine
from gallery.payments.queries.charges import given_back, lost_at_gateway, paying_charge
from gallery.payments.services.locking import locked
from gallery.payments.states import REFUND, GivenBackFor, GoodsBack, PaymentStatus, RefundStatus


def owe(session: Session, payment: Payment, amount_idr: Rupiah, *, reason: str) -> Refund | None:
    """The amount is due; never more in sum than was paid. The caller holds the payment's lock.

    What a gateway paid for goes back through it. Of what was given back there before, at the gallery's cost, as much is
    covered as can not be owed any more; with nothing left to pay the refund is done at once, or there is none.
    """
    charge = paying_charge(session, payment.id)
    given = min(amount_idr, payment.amount_idr - given_back(session, payment.id))
    covered = min(amount_idr - given, lost_at_gateway(session, payment.id))
    if given + covered == 0:
        return None
    refund = Refund(
        payment_id=payment.id,
        amount_idr=Rupiah(given),
        covered_idr=Rupiah(covered),
        reason=reason,
        charge_id=charge.id if charge is not None else None,
    )
    session.add(refund)
    session.flush()
    if given:
        emit(session, "refund.due", refund_id=refund.id)
    else:
        move(refund, REFUND, RefundStatus.DONE, clock.now())
    return refund


def owe_for_parcel(session: Session, parcel_id: int) -> Refund | None:
    """The goods of a parcel that came back are owed to the buyer; asked twice, owed once."""
    parcel = session.get_one(Parcel, parcel_id)
    payment_id = session.scalars(select(Payment.id).where(Payment.order_id == parcel.order_id)).one()
    _, payment = locked(session, payment_id)
    reason = f"parcel_returned:{parcel.public_id}"
    known = session.scalar(select(Refund).where(Refund.payment_id == payment.id, Refund.reason == reason))
    if known is not None or payment.status is not PaymentStatus.PAID:
        return known
    goods = session.scalars(select(func.sum(OrderLine.subtotal_idr)).where(OrderLine.parcel_id == parcel.id)).one()
    return owe(session, payment, Rupiah(goods), reason=reason)


def owe_lines(
    session: Session,
    parcel_id: int,
    pieces: Mapping[int, int],
    *,
    shipping_idr: int = 0,
    goods: GoodsBack = GoodsBack.KEPT,
    is_borne_by_gallery: bool = False,
    reason: GivenBackFor,
    request_key: str,
    actor: Actor,
) -> Refund:
    """Pieces of a delivered parcel (order line id: how many), and of its shipping, are owed back to the buyer.

    ``goods`` that came back are in their owner's lot again, or written off. The MSME's share of them is taken back,
    unless the gallery carries it; what is on the shelf again it does not carry (:class:`GoodsOnShelfError`). The same
    request key owes once. Raises :class:`ParcelNotDeliveredError`, and :class:`RefundTooLargeError` beyond what was
    delivered and paid.
    """
    parcel = session.get_one(Parcel, parcel_id)
    payment_id = session.scalars(select(Payment.id).where(Payment.order_id == parcel.order_id)).one()
    _, payment = locked(session, payment_id)
    known = session.scalar(select(Refund).where(Refund.request_key == request_key))
    if known is not None:
        return known
    wanted = {key: count for key, count in pieces.items() if count}
    _refuse(session, parcel, payment, is_paid_twice=bool(wanted) and is_borne_by_gallery and goods is GoodsBack.SHELF)
    before = _given_back_before(session, wanted)
    lines = _lines(parcel, wanted, before)
    charge = paying_charge(session, payment.id)
    refund = Refund(
        payment_id=payment.id,
        charge_id=charge.id if charge is not None else None,
        amount_idr=_amount(session, payment, parcel, lines, shipping_idr),
        reason=reason.value,
        parcel_id=parcel.id,
        shipping_idr=Rupiah(shipping_idr),
        is_borne_by_gallery=is_borne_by_gallery,
        goods=goods if lines else None,
        request_key=request_key,
        lines=lines,
    )
    session.add(refund)
    session.flush()
    if refund.goods not in (None, GoodsBack.KEPT):
        _bring_back(session, refund, parcel, before, actor)
    facts = {"amount_idr": refund.amount_idr, "reason": reason.value, "goods": refund.goods}
    audit.record(session, actor, "refund.owed", f"refund:{refund.public_id}", **facts)
    emit(session, "refund.due", refund_id=refund.id)
    return refund


def locked_refund(session: Session, refund_id: int) -> Refund:
    """Return the refund as it stands under the locks of its order and payment."""
    payment_id = session.scalars(select(Refund.payment_id).where(Refund.id == refund_id)).one()
    locked(session, payment_id)
    return session.get_one(Refund, refund_id, populate_existing=True)


def _refuse(session: Session, parcel: Parcel, payment: Payment, *, is_paid_twice: bool) -> None:
    session.refresh(parcel)
    if parcel.status is not ParcelStatus.DELIVERED or payment.status is not PaymentStatus.PAID:
        raise ParcelNotDeliveredError(parcel.public_id)
    if is_paid_twice:
        raise GoodsOnShelfError(parcel.public_id)


def _amount(
    session: Session, payment: Payment, parcel: Parcel, lines: Collection[RefundLine], shipping_idr: int
) -> Rupiah:
    earlier = select(func.coalesce(func.sum(Refund.shipping_idr), 0)).where(Refund.parcel_id == parcel.id)
    if not 0 <= shipping_idr <= parcel.shipping_idr - (session.scalar(earlier) or 0):
        raise RefundTooLargeError(str(shipping_idr))
    amount = sum(line.amount_idr for line in lines) + shipping_idr
    if not 0 < amount <= payment.amount_idr - given_back(session, payment.id):
        raise RefundTooLargeError(str(amount))
    return Rupiah(amount)


def _bring_back(session: Session, refund: Refund, parcel: Parcel, before: Mapping[int, int], actor: Actor) -> None:
    variants = {line.id: line.variant_id for line in parcel.lines}
    inventory.bring_back(
        session,
        holder(parcel.order),
        parcel.place_id,
        {
            variants[line.order_line_id]: Brought(before.get(line.order_line_id, 0), line.pieces)
            for line in refund.lines
        },
        document=DocumentKind.REFUND.of(refund.public_id),
        is_damaged=refund.goods is GoodsBack.DAMAGED,
        actor=actor,
    )


def _given_back_before(session: Session, line_ids: Collection[int]) -> dict[int, int]:
    rows = session.execute(
        select(RefundLine.order_line_id, func.sum(RefundLine.pieces))
        .where(RefundLine.order_line_id.in_(line_ids))
        .group_by(RefundLine.order_line_id)
    )
    return {line_id: int(pieces) for line_id, pieces in rows}


def _lines(parcel: Parcel, pieces: Mapping[int, int], before: Mapping[int, int]) -> list[RefundLine]:
    known = {line.id: line for line in parcel.lines}
    if not set(pieces) <= set(known):
        raise NotFoundError("OrderLine")
    for key, count in pieces.items():
        if not 0 < count <= known[key].quantity - before.get(key, 0):
            raise RefundTooLargeError(str(key))
    return [
        RefundLine(order_line_id=key, pieces=count, amount_idr=Rupiah(known[key].price_idr * count))
        for key, count in sorted(pieces.items())
    ]


def finish_refund(session: Session, refund_id: int, *, note: str, actor: Actor) -> Decision:
    """The money was sent back by hand; ``note`` says how. A second click changes nothing.

    Raises :class:`RefundUnderwayError` while a gateway is being asked to send it.
    """
    refund = locked_refund(session, refund_id)
    if refund.status is RefundStatus.SENDING:
        raise RefundUnderwayError(refund.public_id)
    decision = move(refund, REFUND, RefundStatus.DONE, clock.now())
    if decision is Decision.APPLY:
        refund.done_by, refund.note = actor.user_id, note
        audit.record(session, actor, "refund.done", f"refund:{refund.public_id}", amount_idr=refund.amount_idr)
    return decision
