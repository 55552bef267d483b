"""The circuit breaker of each online courier: who fails again and again is left alone for a while.

Then the worker asks whether it is back (:func:`broken_couriers`), so that no buyer has to wait to find out.

Written with single statements, so that callers of all processes count together and nobody waits for a lock.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import case, or_, select, update
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.delivery.models import CourierHealth
from gallery.delivery.states import Courier
from gallery.inventory.services.ledger import insert_once

BREAKS_AFTER: Final = 5  # failures in a row
COOL_DOWN: Final = timedelta(minutes=2)
SILENT_AFTER: Final = 2
"""Failures in a row that buyers had to wait for: then buyers are spared, and the worker asks in their place."""
BREATHER: Final = timedelta(seconds=30)
PROBE: Final = timedelta(seconds=20)  # longer than any call takes
ERROR_LIMIT: Final = 200
SEEN_EVERY: Final = timedelta(minutes=1)


def broken_couriers(session: Session) -> Sequence[Courier]:
    """Return the couriers that failed and whose pause is over: somebody has to ask whether they are back."""
    due = select(CourierHealth.courier).where(CourierHealth.failures > 0, CourierHealth.opened_until <= clock.now())
    return session.scalars(due.order_by(CourierHealth.courier)).all()


def claim_probe(session: Session, courier: Courier) -> bool:
    """After the pause one caller asks, and its luck decides; True for exactly this one."""
    now = clock.now()
    claimed = session.execute(
        update(CourierHealth)
        .where(
            CourierHealth.courier == courier,
            CourierHealth.opened_until <= now,
            or_(CourierHealth.probing_until.is_(None), CourierHealth.probing_until < now),
        )
        .values(probing_until=now + PROBE)
        .execution_options(synchronize_session=False)
    )
    return bool(claimed.rowcount)  # type: ignore[attr-defined]


def note_answer(session: Session, courier: Courier) -> None:
    """The courier answers: it may be asked again. What was noted a moment ago is not written anew."""
    insert_once(session, CourierHealth, courier=courier, failures=0, last_error="", refused_notices=0)
    stale = or_(CourierHealth.answered_at.is_(None), CourierHealth.answered_at < clock.now() - SEEN_EVERY)
    session.execute(
        update(CourierHealth)
        .where(
            CourierHealth.courier == courier,
            or_(CourierHealth.failures > 0, CourierHealth.opened_until.is_not(None), stale),
        )
        .values(failures=0, opened_until=None, probing_until=None, answered_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def note_pause(session: Session, courier: Courier, seconds: float) -> None:
    """The courier answers, and asks to be left alone for so long: nobody asks it meanwhile, two minutes at most.

    It is no failure, and does not end a longer pause.
    """
    insert_once(session, CourierHealth, courier=courier, failures=0, last_error="", refused_notices=0)
    now = clock.now()
    until = now + min(timedelta(seconds=seconds), COOL_DOWN)
    longer = or_(CourierHealth.opened_until.is_(None), CourierHealth.opened_until < until)
    session.execute(
        update(CourierHealth)
        .where(CourierHealth.courier == courier)
        .values(
            opened_until=case((longer, until), else_=CourierHealth.opened_until), probing_until=None, answered_at=now
        )
        .execution_options(synchronize_session=False)
    )


def note_failure(session: Session, courier: Courier, error: str, *, is_waited_for: bool = False) -> None:
    """The courier did not answer, or not with sense: from the fifth time in a row nobody asks it for two minutes.

    Where buyers wait for the answer (``is_waited_for``), or when it was being tried whether it is back: from the
    second time on for half a minute.
    """
    insert_once(session, CourierHealth, courier=courier, failures=0, last_error="", refused_notices=0)
    now = clock.now()
    in_a_row = CourierHealth.failures + 1
    tried_in_vain = CourierHealth.opened_until.is_not(None)
    opens_shortly = or_(tried_in_vain, in_a_row >= SILENT_AFTER) if is_waited_for else tried_in_vain
    session.execute(
        update(CourierHealth)
        .where(CourierHealth.courier == courier)
        .values(
            failures=in_a_row,
            opened_until=case(
                (in_a_row >= BREAKS_AFTER, now + COOL_DOWN),
                (opens_shortly, now + BREATHER),
                else_=CourierHealth.opened_until,
            ),
            probing_until=None,
            failed_at=now,
            last_error=error[:ERROR_LIMIT],
        )
        .execution_options(synchronize_session=False)
    )
