"""The one place where jobs speak to couriers: no transaction is open, a broken one is left alone, all is noted."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.outbox import every
from gallery.delivery import services
from gallery.delivery.courier import CourierGateway, exchanges
from gallery.delivery.errors import CourierBusyError, CourierRefusedError, CourierUnsureError
from gallery.delivery.models import CourierHealth
from gallery.delivery.queries.trials import trials
from gallery.delivery.states import Courier

T = TypeVar("T")
WITHOUT_KEY: Final = timedelta(minutes=10)
WHILE_PROBED: Final = timedelta(seconds=20)


def ask(
    courier: Courier, call: Callable[[CourierGateway], T], *, booking_id: int | None = None, is_counted: bool = True
) -> T:
    """Return what the courier answers, or raise one of the three errors; what was said is kept either way.

    A courier that failed several times in a row is not asked at all for a while (:class:`CourierBusyError`). Not
    ``is_counted`` is a call that says nothing about its interface: pictures lie on other servers.
    """
    if db.session().info.get("writing"):
        raise RuntimeError("a courier is never asked inside a transaction")
    gateway: CourierGateway | None = adapters.couriers().get(courier.value)
    if gateway is None:
        raise CourierBusyError("no key", retry_after_s=WITHOUT_KEY.total_seconds())
    _require_whole(courier)
    failed: CourierBusyError | CourierUnsureError | None = None
    with exchanges() as heard:
        try:
            return call(gateway)
        except (CourierBusyError, CourierUnsureError) as error:
            failed = error
            raise
        finally:
            with transaction() as session:
                services.keep_exchanges(session, heard, booking_id=booking_id, cipher=adapters.cipher())
                if is_counted and heard:  # what was refused before anything was sent tells nothing about the courier
                    _count(session, courier, failed)


@every(seconds=10)
def try_broken_couriers() -> None:
    """A courier that failed and was left alone is asked for a price, so that no buyer waits to find out."""
    broken = [courier for courier in services.broken_couriers(db.session()) if courier.value in adapters.couriers()]
    way = next((trial.request for trial in trials(db.session())), None) if broken else None
    db.session.rollback()
    if way is None:
        return
    for courier in broken:
        with suppress(CourierBusyError, CourierUnsureError, CourierRefusedError):
            ask(courier, lambda gateway: gateway.quote(way))


def _require_whole(courier: Courier) -> None:
    health = db.session.get(CourierHealth, courier, populate_existing=True)
    opened_until = health.opened_until if health is not None else None
    db.session.rollback()  # nothing stays open while the courier thinks
    if opened_until is None:
        return
    if opened_until > clock.now():
        raise CourierBusyError("left alone", retry_after_s=(opened_until - clock.now()).total_seconds())
    with transaction() as session:
        is_mine = services.claim_probe(session, courier)
    if not is_mine:
        raise CourierBusyError("left alone", retry_after_s=WHILE_PROBED.total_seconds())


def _count(session: Session, courier: Courier, failed: CourierBusyError | CourierUnsureError | None) -> None:
    if isinstance(failed, CourierBusyError) and failed.retry_after_s:  # who says when to come again is there
        services.note_pause(session, courier, failed.retry_after_s)
    elif failed is not None:
        services.note_failure(session, courier, str(failed))
    else:
        services.note_answer(session, courier)
