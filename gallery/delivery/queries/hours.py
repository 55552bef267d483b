"""When a courier may be called to a place: somebody has to be there who hands the parcel over."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.delivery.models import PickUpHours
from gallery.inventory.models import Place

DAYS, DAY_MIN = 7, 24 * 60
USUAL: Final[Mapping[int, tuple[int, int]]] = dict.fromkeys(range(DAYS), (8 * 60, 16 * 60))
"""Of a gallery that has set nothing: eight to four, every day."""
AT_HOME: Final[Mapping[int, tuple[int, int]]] = dict.fromkeys(range(DAYS), (7 * 60, 20 * 60))
# A rider needs some minutes to come: nobody is called when the doors are about to close.
LAST_CALL_MIN: Final = 20


def next_open(session: Session, place: Place, at: datetime) -> datetime | None:
    """Return when a courier may be called to this place next; none means now."""
    if place.gallery_id is None:
        return _next(AT_HOME, at)
    rows = session.scalars(select(PickUpHours).where(PickUpHours.gallery_id == place.gallery_id))
    return _next({row.weekday: (row.opens_min, row.closes_min) for row in rows} or USUAL, at)


def _next(hours: Mapping[int, tuple[int, int]], at: datetime) -> datetime | None:
    local = at.astimezone(clock.LOCAL_ZONE)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    for days in range(DAYS + 1):
        day = midnight + timedelta(days=days)
        opens, closes = hours.get(day.weekday(), (0, 0))
        start = day + timedelta(minutes=opens)
        before_end = 0 if closes == DAY_MIN else LAST_CALL_MIN
        last = day + timedelta(minutes=max(opens + 1, closes - before_end))
        if closes and local < last:
            return None if start <= local else start
    return None
