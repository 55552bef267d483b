"""Shifts of a till: opening cash, cash in and out, the closing count."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.core.locks import lock_row
from gallery.core.money import Rupiah
from gallery.core.states import move
from gallery.counter import queries
from gallery.counter.errors import CashAmountError, DifferenceUnexplainedError, ShiftClosedError, ShiftOpenError
from gallery.counter.models import CashMovement, Shift, Till
from gallery.counter.services.papers import issue_closing
from gallery.counter.states import LEASE, SHIFT, CashReason, LeaseStatus, ShiftStatus
from gallery.inventory import services as inventory
from gallery.inventory.models import Place

DENOMINATIONS: Final = (100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100)
MOST_CASH_IDR: Final = 1_000_000_000


def add_till(session: Session, place_id: int, name: str, *, actor: Actor) -> Till:
    """The gallery has a till of that name; an equal one is returned as it is."""
    found = session.scalar(select(Till).where(Till.place_id == place_id, Till.name == name))
    if found is not None:
        return found
    place = session.get_one(Place, place_id)
    if place.gallery_id is None:
        raise NotFoundError("Place")
    till = Till(place_id=place.id, gallery_id=place.gallery_id, name=name)
    session.add(till)
    session.flush()  # callers link to the id
    audit.record(session, actor, "till.added", f"till:{till.public_id}")
    return till


def open_shift(session: Session, till_id: int, *, opening_cash_idr: int, actor: Actor) -> Shift:
    """The till sells from now on; :class:`ShiftOpenError` where it does already."""
    if not 0 <= opening_cash_idr <= MOST_CASH_IDR:
        raise CashAmountError(str(opening_cash_idr))
    till = lock_row(session, Till, till_id)
    wanted = select(Shift.id).where(Shift.till_id == till.id, Shift.status == ShiftStatus.OPEN)
    if session.scalar(wanted) is not None:
        raise ShiftOpenError(till.public_id)
    shift = Shift(till_id=till.id, opening_cash_idr=Rupiah(opening_cash_idr), opened_by=actor.user_id)
    session.add(shift)
    session.flush()  # callers link to the id
    audit.record(session, actor, "shift.opened", f"shift:{shift.public_id}", cash_idr=opening_cash_idr)
    return shift


def lock_open(session: Session, shift_id: int) -> Shift:
    """Return the shift, locked: all that happens at one till happens one after the other."""
    shift = lock_row(session, Shift, shift_id)
    if shift.status is not ShiftStatus.OPEN:
        raise ShiftClosedError(shift.public_id)
    return shift


def move_cash(
    session: Session,
    shift_id: int,
    amount_idr: int,
    *,
    reason: CashReason,
    note: str,
    request_key: str,
    actor: Actor,
) -> CashMovement:
    """Cash went into (positive) or out of (negative) the drawer. The same request key books once.

    :class:`CashAmountError` where more would go out than should be in it.
    """
    shift = lock_open(session, shift_id)
    done = session.scalar(select(CashMovement).where(CashMovement.request_key == request_key))
    if done is not None:
        return done
    if amount_idr == 0 or abs(amount_idr) > MOST_CASH_IDR:
        raise CashAmountError(str(amount_idr))
    if amount_idr < 0 and queries.shift_sums(session, shift).cash_idr + amount_idr < 0:
        raise CashAmountError(str(amount_idr))
    movement = CashMovement(
        shift_id=shift.id,
        amount_idr=Rupiah(amount_idr),
        reason=reason,
        note=note,
        request_key=request_key,
        actor_id=actor.user_id,
        happened_at=clock.now(),
    )
    session.add(movement)
    audit.record(
        session, actor, "shift.cash_moved", f"shift:{shift.public_id}", amount_idr=amount_idr, reason=reason.value
    )
    return movement


def close_shift(
    session: Session,
    shift_id: int,
    *,
    counted_idr: int,
    denominations: Mapping[int, int] | None = None,
    note: str = "",
    actor: Actor,
) -> Shift:
    """The shift is over: expected and counted cash are frozen, its lease is back on the shelf, its basket empty.

    :class:`DifferenceUnexplainedError` where the two sums differ and no note says why.
    Its closing sheet can be checked by its code.
    """
    shift = lock_open(session, shift_id)
    if not 0 <= counted_idr <= MOST_CASH_IDR:
        raise CashAmountError(str(counted_idr))
    sums = queries.shift_sums(session, shift)
    expected = sums.cash_idr
    if counted_idr != expected and not note:
        raise DifferenceUnexplainedError(counted_idr - expected)
    end_lease(session, shift)
    shift.basket.clear()
    shift.discount_idr, shift.discount_reason, shift.discount_by = Rupiah(0), "", None
    shift.counted_cash_idr, shift.expected_cash_idr = Rupiah(counted_idr), Rupiah(expected)
    shift.denominations = {str(value): count for value, count in (denominations or {}).items() if count}
    shift.closing_note = note
    shift.closed_at, shift.closed_by = clock.now(), actor.user_id
    move(shift, SHIFT, ShiftStatus.CLOSED, clock.now())
    audit.record(
        session,
        actor,
        "shift.closed",
        f"shift:{shift.public_id}",
        counted_idr=counted_idr,
        difference_idr=counted_idr - expected,
    )
    issue_closing(session, shift, sums)
    return shift


def end_lease(session: Session, shift: Shift) -> None:
    """What the shift had leased and not sold is free again."""
    lease = queries.lease_of(session, shift.id)
    if lease is not None:
        inventory.release(session, lease.holder)
        move(lease, LEASE, LeaseStatus.ENDED, clock.now())
