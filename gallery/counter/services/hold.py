"""Which device sells for a shift: one at a time, so that two screens do not share one running sale and one lease."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.counter.errors import TakeOverRefusedError, TillElsewhereError
from gallery.counter.models import Shift, TillHold
from gallery.counter.services.shifts import lock_open


@dataclass(frozen=True, slots=True)
class Device:
    """A browser: the key in its cookie, and what people call it."""

    key: str
    name: str


def hold_till(session: Session, shift_id: int, device: Device, *, actor: Actor) -> Shift:
    """The open shift is this device's: it was, or nobody's yet. :class:`TillElsewhereError` where it is another's."""
    shift = lock_open(session, shift_id)
    hold = session.get(TillHold, shift.id)
    if hold is None:
        _give(session, shift, device, actor)
    elif hold.device != device.key:
        raise TillElsewhereError(shift.public_id)
    return shift


def take_over_till(session: Session, shift_id: int, device: Device, *, approver: Actor, actor: Actor) -> Shift:
    """The open shift is this device's from now on; the other one only brings what it sold without a connection.

    Whoever holds it may move to another device; all others need ``approver`` to have the right "counter.discount"
    at this gallery, else :class:`TakeOverRefusedError`.
    """
    shift = lock_open(session, shift_id)
    hold = session.get(TillHold, shift.id)
    if hold is not None and hold.device == device.key:
        return shift
    scope = approver.scope("counter.discount")
    is_own = hold is None or (hold.held_by is not None and hold.held_by == actor.user_id)
    if not (is_own or scope.everything or shift.till.gallery_id in scope.galleries):
        raise TakeOverRefusedError(shift.public_id)
    before = hold.device_name if hold else ""
    if hold is not None:
        session.delete(hold)
        session.flush()
    _give(session, shift, device, actor)
    subject = f"shift:{shift.public_id}"
    audit.record(session, actor, "shift.taken_over", subject, before=before, now=device.name, by=approver.user_id)
    return shift


def _give(session: Session, shift: Shift, device: Device, actor: Actor) -> None:
    hold = TillHold(device=device.key, device_name=device.name, held_by=actor.user_id, held_by_name=actor.name)
    hold.shift_id, hold.held_since = shift.id, clock.now()
    session.add(hold)
    session.flush()
