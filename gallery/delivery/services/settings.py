"""What the galleries and the province set for online couriers: who uses which, when they may be called, try again."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.delivery.errors import NoPickUpHoursError
from gallery.delivery.models import CourierHealth, GalleryCourier, PickUpHours
from gallery.delivery.queries.couriers import UseFacts, holder_of
from gallery.delivery.states import ONLINE, Courier
from gallery.inventory.services.ledger import insert_once

_DAY_MIN: Final = 24 * 60


def save_use(
    session: Session, gallery_id: int | None, courier: Courier, facts: UseFacts, *, actor: Actor
) -> GalleryCourier:
    """From now on the gallery (none: MSMEs at home) uses the courier like this; parcels on their way go on."""
    if courier not in ONLINE or (gallery_id is not None and session.get(Gallery, gallery_id) is None):
        raise NotFoundError("GalleryCourier")
    holder = holder_of(gallery_id)
    insert_once(session, GalleryCourier, holder=holder, gallery_id=gallery_id, courier=courier)
    wanted = select(GalleryCourier).where(GalleryCourier.holder == holder, GalleryCourier.courier == courier)
    row = session.scalars(wanted).one()
    before = UseFacts(row.is_on, row.books_itself, row.max_extra_idr)
    if before != facts:
        row.is_on, row.books_itself, row.max_extra_idr = facts.is_on, facts.books_itself, facts.max_extra_idr
        row.updated_at = clock.now()
        audit.record(session, actor, "courier.use_changed", f"courier:{courier.value}", holder=holder, **asdict(facts))
    return row


def save_hours(session: Session, gallery_id: int, hours: Mapping[int, tuple[int, int]], *, actor: Actor) -> None:
    """Couriers are called to the gallery on these weekdays only, in minutes after midnight WIB; Monday is 0.

    Raises :class:`NoPickUpHoursError` where no day is named (the gallery switches its couriers off instead) or where
    a day ends before it begins.
    """
    if session.get(Gallery, gallery_id) is None:
        raise NotFoundError("Gallery")
    if not hours or any(not 0 <= opens < closes <= _DAY_MIN for opens, closes in hours.values()):
        raise NoPickUpHoursError(str(gallery_id))
    session.execute(
        delete(PickUpHours).where(PickUpHours.gallery_id == gallery_id, PickUpHours.weekday.not_in(list(hours)))
    )
    for weekday, (opens, closes) in sorted(hours.items()):
        key = {"gallery_id": gallery_id, "weekday": weekday}
        insert_once(session, PickUpHours, **key, opens_min=opens, closes_min=closes)
        row = session.get_one(PickUpHours, (gallery_id, weekday), populate_existing=True)
        row.opens_min, row.closes_min = opens, closes
    kept = {str(weekday): list(times) for weekday, times in sorted(hours.items())}
    audit.record(session, actor, "courier.hours_changed", f"gallery:{gallery_id}", hours=kept)


def try_again(session: Session, courier: Courier, *, actor: Actor) -> None:
    """The worker or the next booking asks the courier at once, although it failed of late; its luck decides."""
    health = session.get(CourierHealth, courier)
    if health is None or health.opened_until is None:
        return
    health.opened_until, health.probing_until = clock.now(), None
    audit.record(session, actor, "courier.tried_again", f"courier:{courier.value}", failures=health.failures)
