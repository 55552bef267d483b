"""What is set for online couriers, and whether they answer: for the settings pages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Scope
from gallery.core import clock
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.delivery.models import CourierHealth, GalleryCourier, PickUpHours
from gallery.delivery.states import Courier

HOME: Final = "home"
"""Who holds the settings of all MSMEs that send from home."""


@dataclass(frozen=True, slots=True)
class UseFacts:
    """Whether a courier is used, books by itself, and how much more than paid it may cost (none: the usual).

    At MSMEs' homes nothing books by itself, whatever ``books_itself`` says: they tell when a parcel is ready.
    """

    is_on: bool
    books_itself: bool
    max_extra_idr: Rupiah | None


AS_USUAL: Final = UseFacts(is_on=True, books_itself=True, max_extra_idr=None)
"""Of a gallery that has set nothing."""


def holder_of(gallery_id: int | None) -> str:
    """Return the holder of a gallery's settings; none is all MSMEs at home."""
    return HOME if gallery_id is None else f"gallery:{gallery_id}"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who sets its couriers: a gallery, or (without one) all MSMEs that send from home."""

    gallery_id: int | None
    public_id: str
    name: str
    uses: Mapping[Courier, UseFacts]

    @property
    def is_home(self) -> bool:
        return self.gallery_id is None


def holders(session: Session, scope: Scope) -> Sequence[Holder]:
    """Return whose settings the actor answers for: galleries by name, then the homes for who acts everywhere."""
    mine = true() if scope.everything else Gallery.id.in_(scope.galleries)
    rows = session.execute(
        select(Gallery.id, Gallery.public_id, Gallery.name).where(mine, Gallery.is_active).order_by(Gallery.name)
    ).all()
    uses = _uses(session, [holder_of(gallery_id) for gallery_id, _public_id, _name in rows] + [HOME])
    found = [Holder(row_id, public_id, name, uses.get(holder_of(row_id), {})) for row_id, public_id, name in rows]
    return [*found, Holder(None, HOME, "", uses.get(HOME, {}))] if scope.everything else found


def holder(session: Session, public_id: str, scope: Scope) -> Holder:
    """Return one of :func:`holders`; :class:`NotFoundError` outside the scope. The homes are called "home"."""
    found = next((one for one in holders(session, scope) if one.public_id == public_id), None)
    if found is None:
        raise NotFoundError("Gallery")
    return found


def hours_of(session: Session, gallery_id: int) -> Mapping[int, tuple[int, int]]:
    """Return what the gallery has set, minutes by weekday; nothing where it has set nothing."""
    rows = session.scalars(select(PickUpHours).where(PickUpHours.gallery_id == gallery_id))
    return {row.weekday: (row.opens_min, row.closes_min) for row in rows}


@dataclass(frozen=True, slots=True)
class CourierState:
    """Whether a courier can be used: ``has_key`` says that this installation knows its key; nothing says which."""

    courier: Courier
    has_key: bool
    failures: int = 0
    opened_until: datetime | None = None
    last_error: str = ""
    failed_at: datetime | None = None
    answered_at: datetime | None = None
    refused_notices: int = 0

    @property
    def is_closed_off(self) -> bool:
        """Nobody asks it for now, because it failed several times in a row."""
        return self.opened_until is not None and self.opened_until > clock.now()


def courier_states(session: Session, couriers: Sequence[Courier], with_key: Collection[str]) -> Sequence[CourierState]:
    """Return each courier's state, in the given order; ``with_key`` are those that this installation has a key of."""
    rows = {row.courier: row for row in session.scalars(select(CourierHealth))}
    return [_state(courier, courier.value in with_key, rows.get(courier)) for courier in couriers]


def _state(courier: Courier, has_key: bool, row: CourierHealth | None) -> CourierState:  # noqa: FBT001 - of its own row
    if row is None:
        return CourierState(courier, has_key)
    return CourierState(
        courier,
        has_key,
        failures=row.failures,
        opened_until=row.opened_until,
        last_error=row.last_error,
        failed_at=row.failed_at,
        answered_at=row.answered_at,
        refused_notices=row.refused_notices,
    )


def _uses(session: Session, names: Sequence[str]) -> dict[str, dict[Courier, UseFacts]]:
    found: dict[str, dict[Courier, UseFacts]] = {}
    for row in session.scalars(select(GalleryCourier).where(GalleryCourier.holder.in_(names))):
        extra = None if row.max_extra_idr is None else Rupiah(row.max_extra_idr)
        found.setdefault(row.holder, {})[row.courier] = UseFacts(row.is_on, row.books_itself, extra)
    return found
