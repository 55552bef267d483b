"""A gallery's own QRIS code is kept, or no longer offered."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.payments.codes import read_qris
from gallery.payments.errors import BadQrisError
from gallery.payments.models import QrisCode


def save_qris(session: Session, gallery_id: int, text: str, *, is_active: bool, actor: Actor) -> QrisCode:
    """The gallery has this code; :class:`BadQrisError` unless it is a merchant's complete static one.

    Payments that are open show it from then on; what was paid to the code before is still known by its amount.
    """
    found = read_qris(text)
    if not found.is_static:
        raise BadQrisError("not_static")
    row = session.scalar(select(QrisCode).where(QrisCode.gallery_id == gallery_id))
    if row is None:
        row = QrisCode(gallery_id=gallery_id, payload="", merchant="", city="", nmid="")
        session.add(row)
    row.payload, row.merchant, row.city, row.nmid = found.payload, found.merchant, found.city, found.nmid
    row.is_active, row.changed_by, row.changed_at = is_active, actor.user_id, clock.now()
    session.flush()
    told = {"nmid": found.nmid, "is_active": is_active}
    audit.record(session, actor, "qris.saved", f"gallery:{gallery_id}", **told)
    return row
