"""Entries of payment gateways: what came twice, what they keep as their fee and pay out, what is disputed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from gallery.orders.queries import holder
from gallery.payments.models import GatewayCharge, GatewayDispute, GatewayMovement, Payment
from gallery.payments.states import ChargeStatus, DisputeStatus, MovementKind
from gallery.settlement.queries.drafts import Draft, Source, gateway
from gallery.settlement.states import Account, EntryKind

_ORDER_OF_CHARGE: Final = joinedload(GatewayCharge.payment).joinedload(Payment.order)


def _extra(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    """The buyer paid once more; the refund that gives it back is a document of its own."""
    rows = session.scalars(select(GatewayCharge).where(GatewayCharge.id.in_(ids)).options(_ORDER_OF_CHARGE))
    drafts = []
    for row in rows:
        draft = _about(EntryKind.CHARGE_EXTRA, row.id, f"charge:{row.reference}", row.status_changed_at, row)
        draft.debit(Account.GATEWAY, gateway(row.gateway), row.amount_idr)
        draft.credit(Account.BUYERS, holder(row.payment.order), row.amount_idr)
        drafts.append(draft)
    return drafts


def _disputed(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    """The gateway took the money until it is clear who is right."""
    return [
        _between(row, EntryKind.DISPUTE_OPENED, row.opened_at, Account.DISPUTES, Account.GATEWAY)
        for row in _disputes(session, ids)
    ]


def _won(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    return [
        _between(row, EntryKind.DISPUTE_WON, row.status_changed_at, Account.GATEWAY, Account.DISPUTES)
        for row in _disputes(session, ids)
    ]


def _between(row: GatewayDispute, kind: EntryKind, at: datetime, to: Account, out_of: Account) -> Draft:
    draft = _about(kind, row.id, f"dispute:{row.public_id}", at, row.charge)
    draft.debit(to, gateway(row.charge.gateway), row.amount_idr)
    draft.credit(out_of, gateway(row.charge.gateway), row.amount_idr)
    return draft


def _disputes(session: Session, ids: Sequence[int]) -> Sequence[GatewayDispute]:
    wanted = select(GatewayDispute).where(GatewayDispute.id.in_(ids))
    return session.scalars(wanted.options(joinedload(GatewayDispute.charge).options(_ORDER_OF_CHARGE))).all()


def _fees(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    """What it keeps of a line, or a line that is nothing but its fee; a fee that it gives back is negative."""
    drafts = []
    for row in _movements(session, ids):
        draft = _of_books(EntryKind.GATEWAY_FEE, row)
        fee = row.fee_idr - (row.amount_idr if row.kind is MovementKind.FEE else 0)
        draft.debit(Account.FEES, gateway(row.gateway), fee)
        draft.credit(Account.GATEWAY, gateway(row.gateway), fee)
        drafts.append(draft)
    return drafts


def _payouts(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    """It sent what it held; the bank shows it later. A payout that came back to it is positive there."""
    drafts = []
    for row in _movements(session, ids):
        draft = _of_books(EntryKind.GATEWAY_PAYOUT, row)
        draft.debit(Account.TRANSIT, gateway(row.gateway), -row.amount_idr)
        draft.credit(Account.GATEWAY, gateway(row.gateway), -row.amount_idr)
        drafts.append(draft)
    return drafts


def _movements(session: Session, ids: Sequence[int]) -> Sequence[GatewayMovement]:
    return session.scalars(
        select(GatewayMovement).where(GatewayMovement.id.in_(ids)).order_by(GatewayMovement.id)
    ).all()


def _of_books(kind: EntryKind, row: GatewayMovement) -> Draft:
    return Draft(kind, row.id, f"movement:{row.gateway}:{row.remote_id}", row.happened_at, row.source)


def _about(kind: EntryKind, source_id: int, document: str, at: datetime, charge: GatewayCharge) -> Draft:
    order = charge.payment.order
    return Draft(kind, source_id, document, at, order.number, order.gallery_id)


SOURCES: Final = (
    Source(
        EntryKind.CHARGE_EXTRA,
        select(GatewayCharge.id).where(GatewayCharge.status == ChargeStatus.PAID, GatewayCharge.is_extra.is_(True)),
        _extra,
    ),
    Source(EntryKind.DISPUTE_OPENED, select(GatewayDispute.id), _disputed),
    Source(EntryKind.DISPUTE_WON, select(GatewayDispute.id).where(GatewayDispute.status == DisputeStatus.WON), _won),
    Source(
        EntryKind.GATEWAY_FEE,
        select(GatewayMovement.id).where(or_(GatewayMovement.fee_idr != 0, GatewayMovement.kind == MovementKind.FEE)),
        _fees,
    ),
    Source(
        EntryKind.GATEWAY_PAYOUT,
        select(GatewayMovement.id).where(GatewayMovement.kind == MovementKind.PAYOUT),
        _payouts,
    ),
)
