"""The gateway's own books: each line is kept once, however often the same days are read."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.core.db import insert_into
from gallery.payments.gateway import MovementSeen
from gallery.payments.models import GatewayCharge, GatewayMovement
from gallery.payments.states import Gateway


def record_movements(session: Session, gateway: Gateway, seen: Sequence[MovementSeen]) -> int:
    """The lines stand in our copy of the gateway's books; return how many are new. A line is never changed."""
    names = {one.transaction_id for one in seen if one.transaction_id}
    rows = session.execute(
        select(GatewayCharge.transaction_id, GatewayCharge.id).where(
            GatewayCharge.gateway == gateway, GatewayCharge.transaction_id.in_(names)
        )
    )
    charges = {name: charge_id for name, charge_id in rows}  # noqa: C416 - rows are no pairs for mypy
    new = 0
    for one in seen:
        statement = insert_into(session, GatewayMovement).values(
            gateway=gateway,
            remote_id=one.remote_id,
            kind=one.kind,
            amount_idr=one.amount_idr,
            fee_idr=one.fee_idr,
            source=one.source,
            charge_id=charges.get(one.transaction_id),
            said=one.said,
            happened_at=one.happened_at,
            seen_at=clock.now(),
        )
        unique = [GatewayMovement.gateway, GatewayMovement.remote_id]
        once = statement.on_conflict_do_nothing(index_elements=unique).returning(GatewayMovement.id)
        new += session.scalar(once) is not None
    return new
