"""Entries of the shop: money that came, parcels that arrived or came back, refunds."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from gallery.consignment.models import LotTerms
from gallery.consignment.queries import terms_of_lots
from gallery.consignment.states import LossBearer
from gallery.inventory.models import StockItem, StockMovement
from gallery.inventory.states import MovementReason
from gallery.orders.models import Order, OrderLine, Parcel
from gallery.orders.queries import holder
from gallery.orders.states import ParcelStatus
from gallery.payments.models import GatewayCharge, Payment, Refund, RefundLine
from gallery.payments.states import (
    BY_GATEWAY,
    WHOLE_REFUND,
    Gateway,
    GoodsBack,
    PaymentMethod,
    PaymentStatus,
    RefundStatus,
)
from gallery.settlement.queries.drafts import Basis, Draft, Share, Source, due_on, gallery, gateway
from gallery.settlement.states import Account, Channel, EntryKind, ShareKind

NO_TERMS: Final = Basis()  # sold from the owner's home: all of it is the owner's


def _payments(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    rows = session.scalars(
        select(Payment).where(Payment.id.in_(ids)).options(joinedload(Payment.order), joinedload(Payment.qris_code))
    )
    return [_payment(row) for row in rows]


def _payment(row: Payment) -> Draft:
    draft = Draft(
        EntryKind.PAYMENT,
        row.id,
        f"payment:{row.public_id}",
        row.paid_at or row.status_changed_at,
        row.order.number,
        row.order.gallery_id,
    )
    draft.debit(*purse(row), row.amount_idr)
    draft.credit(Account.BUYERS, holder(row.order), row.amount_idr - row.unique_code)
    draft.credit(Account.ROUNDING, "", row.unique_code)
    return draft


def purse(payment: Payment) -> tuple[Account, str]:
    """Return where the money of a payment lies; a refund goes out of the same, but for what a rider was given."""
    if payment.method is PaymentMethod.ONLINE:
        return Account.GATEWAY, gateway(payment.gateway)
    if payment.method is PaymentMethod.CASH_ON_DELIVERY:
        return Account.RIDERS, f"rider:{payment.collector_id}"
    if payment.method is PaymentMethod.BANK_TRANSFER:
        return Account.BANK, f"bank_account:{payment.bank_account_id}"
    if payment.qris_code is not None:
        return Account.QRIS, gallery(payment.qris_code.gallery_id)
    return Account.SAFE, gallery(payment.order.gallery_id)


def _delivered(session: Session, ids: Sequence[int], window: int) -> list[Draft]:
    parcels = _parcels(session, ids)
    shares = sold_shares(session, parcels, window)
    drafts = []
    for parcel in parcels:
        draft = _about(parcel, EntryKind.DELIVERED)
        goods = sum(line.subtotal_idr for line in parcel.lines)
        draft.debit(Account.BUYERS, holder(parcel.order), goods + parcel.shipping_idr)
        draft.credit(Account.SHIPPING, gallery(parcel.place.gallery_id), parcel.shipping_idr)
        for line in parcel.lines:
            for one in shares[line.id]:
                draft.owe(one)
        drafts.append(draft)
    return drafts


def _came_back(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    """The way was made: what the buyer paid for it stays paid. The goods are a refund of their own."""
    drafts = []
    for parcel in _parcels(session, ids):
        draft = _about(parcel, EntryKind.CAME_BACK)
        draft.debit(Account.BUYERS, holder(parcel.order), parcel.shipping_idr)
        draft.credit(Account.SHIPPING, gallery(parcel.place.gallery_id), parcel.shipping_idr)
        drafts.append(draft)
    return drafts


def _about(parcel: Parcel, kind: EntryKind) -> Draft:
    return Draft(
        kind,
        parcel.id,
        f"parcel:{parcel.public_id}",
        parcel.status_changed_at,
        parcel.order.number,
        parcel.place.gallery_id,
    )


def _parcels(session: Session, ids: Sequence[int]) -> Sequence[Parcel]:
    options = joinedload(Parcel.order), joinedload(Parcel.place), selectinload(Parcel.lines)
    return session.scalars(select(Parcel).where(Parcel.id.in_(ids)).options(*options).order_by(Parcel.id)).all()


def sold_shares(session: Session, parcels: Collection[Parcel], window: int) -> dict[int, list[Share]]:
    """Return by order line what its pieces bring their owner, lot by lot, as the terms of each lot say."""
    taken = _lots_taken(session, parcels)
    terms = terms_of_lots(session, {lot_id for lots in taken.values() for lot_id, _ in lots if lot_id is not None})
    found: dict[int, list[Share]] = {}
    for parcel in parcels:
        for line in parcel.lines:
            lots = taken[parcel.id, line.variant_id]
            found[line.id] = [
                _sold(parcel, line, lot_id, pieces, _basis(terms, lot_id), window)
                for lot_id, pieces in _split(lots, line.quantity)
            ]
    return found


def _basis(terms: Mapping[int, LotTerms], lot_id: int | None) -> Basis:
    frozen = terms.get(lot_id) if lot_id is not None else None
    return Basis(frozen.consignor_price_idr, frozen.commission_bps) if frozen else NO_TERMS


def _sold(parcel: Parcel, line: OrderLine, lot_id: int | None, pieces: int, basis: Basis, window: int) -> Share:
    return Share(
        business_id=line.business_id,
        gallery_id=parcel.place.gallery_id,
        channel=Channel.ONLINE,
        kind=ShareKind.SOLD,
        variant_id=line.variant_id,
        lot_id=lot_id,
        name=f"{line.product_name} {line.variant_name}".strip(),
        pieces=pieces,
        price_idr=line.price_idr,
        gross_idr=line.price_idr * pieces,
        commission_idr=basis.commission(line.price_idr, pieces),
        due_on=due_on(parcel.status_changed_at, window),
    )


def _lots_taken(session: Session, parcels: Collection[Parcel]) -> dict[tuple[int, int], list[tuple[int | None, int]]]:
    """Return (parcel, variant) -> [(lot, pieces)] of what left the stock, oldest movement first."""
    by_way = {(holder(parcel.order), parcel.place_id): parcel.id for parcel in parcels}
    rows = session.execute(
        select(
            StockMovement.document, StockItem.place_id, StockItem.variant_id, StockItem.lot_id, -StockMovement.pieces
        )
        .join(StockItem, StockItem.id == StockMovement.stock_item_id)
        .where(
            StockMovement.document.in_({document for document, _ in by_way}),
            StockMovement.reason == MovementReason.SOLD,
        )
        .order_by(StockMovement.id)
    )
    found: dict[tuple[int, int], list[tuple[int | None, int]]] = defaultdict(list)
    for document, place_id, variant_id, lot_id, pieces in rows:
        if (parcel_id := by_way.get((document or "", place_id))) is not None:
            found[parcel_id, variant_id].append((lot_id, pieces))
    return found


def _split(lots: list[tuple[int | None, int]], wanted: int) -> list[tuple[int | None, int]]:
    """Take so many pieces out of the lots; what the ledger does not know of goes to the owner without terms."""
    found = []
    while wanted and lots:
        lot_id, pieces = lots.pop(0)
        if pieces > wanted:
            lots.insert(0, (lot_id, pieces - wanted))
        found.append((lot_id, min(pieces, wanted)))
        wanted -= min(pieces, wanted)
    return [*found, (None, wanted)] if wanted else found


def _refunds_owed(session: Session, ids: Sequence[int], window: int) -> list[Draft]:
    refunds = _refunds(session, ids)
    lines = [part_back for refund in refunds for part_back in refund.lines]
    shares = _shares_of_lines(session, [line.order_line_id for line in lines], window)
    earlier = _given_back_before(session, lines)
    terms = terms_of_lots(session, {one.lot_id for some in shares.values() for one in some if one.lot_id is not None})
    borne = {lot_id for lot_id, frozen in terms.items() if frozen.loss_bearer is LossBearer.GALLERY}
    return [_refund_owed(refund, shares, earlier, borne) for refund in refunds]


def _refund_owed(refund: Refund, shares: dict[int, list[Share]], earlier: dict[int, int], borne: set[int]) -> Draft:
    """A refund of a delivered parcel takes the owner's share back; before, the money was still the buyer's.

    What came back damaged is a loss, as at the counter: the gallery carries it where the terms say so. What left at a
    gateway, past the order, is the gallery's loss, until it covers what is given up later.
    """
    payment = refund.payment
    order = payment.order
    draft = Draft(
        EntryKind.REFUND_OWED,
        refund.id,
        f"refund:{refund.public_id}",
        refund.created_at,
        order.number,
        order.gallery_id,
    )
    draft.credit(Account.REFUNDS, holder(order), refund.amount_idr)
    draft.credit(Account.LOSS, gallery(order.gallery_id), refund.covered_idr)
    rest: int = refund.amount_idr + refund.covered_idr
    if refund.reason in BY_GATEWAY:
        draft.debit(Account.LOSS, gallery(order.gallery_id), rest)
        return draft
    if refund.reason in WHOLE_REFUND:
        draft.debit(Account.ROUNDING, "", payment.unique_code)
        rest -= payment.unique_code
    for line in refund.lines:
        rest -= line.amount_idr
        for one in _taken_back(shares[line.order_line_id], earlier[line.id], line.pieces, refund):
            is_loss = refund.goods is GoodsBack.DAMAGED and one.lot_id in borne
            if refund.is_borne_by_gallery or is_loss:
                draft.debit(Account.LOSS, gallery(one.gallery_id), -one.gross_idr)
            elif refund.goods is GoodsBack.KEPT:
                draft.owe(replace(one, kind=ShareKind.REFUNDED))
            else:
                draft.owe(one)
    if refund.parcel is not None:
        draft.debit(Account.SHIPPING, gallery(refund.parcel.place.gallery_id), refund.shipping_idr)
        rest -= refund.shipping_idr
    draft.debit(Account.BUYERS, holder(order), rest)
    return draft


def _taken_back(shares: Sequence[Share], before: int, now: int, refund: Refund) -> list[Share]:
    """Take ``now`` pieces back out of a line's lots, after ``before`` others."""
    found, skip = [], before
    for one in shares:
        gone = min(skip, one.pieces)
        skip -= gone
        pieces = min(now, one.pieces - gone)
        now -= pieces
        if pieces:
            found.append(one.back(gone, pieces, due_on(refund.created_at, 0)))
    return found


def _refunds_paid(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    refunds, drafts = _refunds(session, ids), []
    charges = select(GatewayCharge.id, GatewayCharge.gateway).where(
        GatewayCharge.id.in_([refund.charge_id for refund in refunds if refund.charge_id is not None])
    )
    gateways = {charge_id: name for charge_id, name in session.execute(charges)}  # noqa: C416 - rows are no pairs
    for refund in refunds:
        order = refund.payment.order
        draft = Draft(
            EntryKind.REFUND_PAID,
            refund.id,
            f"refund:{refund.public_id}",
            refund.status_changed_at,
            order.number,
            order.gallery_id,
        )
        draft.debit(Account.REFUNDS, holder(order), refund.amount_idr)
        draft.credit(*_purse_back(refund, gateways.get(refund.charge_id or 0)), refund.amount_idr)
        drafts.append(draft)
    return drafts


def _purse_back(refund: Refund, taken_by: Gateway | None) -> tuple[Account, str]:
    """Return what a refund goes out of; ``taken_by`` is the gateway through which the money had come.

    What a gateway gave back, or lost in a dispute, it did not keep for us; what staff gave back by hand instead came
    from outside this book. For cash that a rider was given it is the safe of the gallery that sent it.
    """
    payment = refund.payment
    if taken_by is not None:
        if refund.dispute_id is not None:
            return Account.DISPUTES, gateway(taken_by)
        return (Account.GATEWAY, gateway(taken_by)) if refund.remote_id is not None else (Account.OFFICE, "")
    if payment.method is PaymentMethod.CASH_ON_DELIVERY:
        return Account.SAFE, gallery(payment.order.parcels[0].place.gallery_id)
    return purse(payment)


def _refunds(session: Session, ids: Sequence[int]) -> Sequence[Refund]:
    order = joinedload(Payment.order).selectinload(Order.parcels).joinedload(Parcel.place)
    options = (
        joinedload(Refund.payment).options(order, joinedload(Payment.qris_code)),
        joinedload(Refund.parcel).joinedload(Parcel.place),
        selectinload(Refund.lines),
    )
    return session.scalars(select(Refund).where(Refund.id.in_(ids)).options(*options).order_by(Refund.id)).all()


def _shares_of_lines(session: Session, line_ids: Collection[int], window: int) -> dict[int, list[Share]]:
    parcel_ids = select(OrderLine.parcel_id).where(OrderLine.id.in_(line_ids))
    parcels = _parcels(session, session.scalars(parcel_ids).all()) if line_ids else ()
    return sold_shares(session, parcels, window)


def _given_back_before(session: Session, lines: Collection[RefundLine]) -> dict[int, int]:
    """Return by refund line how many pieces of the order's line were given back earlier."""
    rows = session.execute(
        select(RefundLine.order_line_id, RefundLine.id, RefundLine.pieces).where(
            RefundLine.order_line_id.in_({line.order_line_id for line in lines})
        )
    ).all()
    return {
        line.id: sum(pieces for order_line, row, pieces in rows if order_line == line.order_line_id and row < line.id)
        for line in lines
    }


SOURCES: Final = (
    Source(EntryKind.PAYMENT, select(Payment.id).where(Payment.status == PaymentStatus.PAID), _payments),
    Source(EntryKind.DELIVERED, select(Parcel.id).where(Parcel.status == ParcelStatus.DELIVERED), _delivered),
    Source(
        EntryKind.CAME_BACK,
        # Nothing was paid for one that came back unpaid from the door.
        select(Parcel.id)
        .join(Payment, Payment.order_id == Parcel.order_id)
        .where(Parcel.status == ParcelStatus.RETURNED, Parcel.shipping_idr > 0, Payment.paid_at.is_not(None)),
        _came_back,
    ),
    Source(EntryKind.REFUND_OWED, select(Refund.id), _refunds_owed),
    Source(EntryKind.REFUND_PAID, select(Refund.id).where(Refund.status == RefundStatus.DONE), _refunds_paid),
)
