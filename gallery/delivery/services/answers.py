"""What online couriers answered when they were asked for a price: kept, and learnt from."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.delivery.courier import Quote
from gallery.delivery.models import CourierCoverage, CourierQuote
from gallery.delivery.queries.online import Ask, write_quote
from gallery.delivery.queries.quotes import subdistrict_of
from gallery.delivery.services.health import note_answer, note_failure, note_pause
from gallery.delivery.states import Courier, CoverageSource
from gallery.inventory.services.ledger import insert_once

PRICE_LIFE: Final = timedelta(minutes=10)
"""How long a price is taken for true that the courier does not hold for a time of its own."""
NOBODY_LIFE: Final = timedelta(hours=1)
SOMEBODY_LIFE: Final = timedelta(days=30)
SEEN_EVERY: Final = timedelta(days=1)


def keep_answer(session: Session, ask: Ask, quotes: Sequence[Quote]) -> None:
    """Who asks for this way again is told the same until the first of the prices runs out; it is known who goes there.

    "Nobody" holds for an hour; for all parcels to this subdistrict if it was said about a small and harmless one.
    """
    note_answer(session, ask.courier)
    now = clock.now()
    ends = [quote.expires_at for quote in quotes if quote.expires_at is not None]
    expires_at = min([*ends, now + (PRICE_LIFE if quotes else NOBODY_LIFE)])
    _keep(session, ask, quotes, expires_at=expires_at)
    if quotes:
        for service in sorted({quote.service for quote in quotes}):
            _learn(session, ask, service, is_covered=True)
        _forget_nobody(session, ask)
    elif ask.is_ordinary:
        _learn(session, ask, "", is_covered=False)


def keep_refusal(session: Session, ask: Ask) -> None:
    """The courier answers, but will not do this one: for some minutes it is not asked for the same again."""
    note_answer(session, ask.courier)
    _keep(session, ask, (), expires_at=clock.now() + PRICE_LIFE)


def keep_silence(session: Session, courier: Courier, error: str, *, retry_after_s: float = 0.0) -> None:
    """The courier did not answer a buyer in time: counted by its circuit breaker, and nothing is learnt.

    With ``retry_after_s`` it did answer, and is not asked again before that.
    """
    if retry_after_s:
        note_pause(session, courier, retry_after_s)
    else:
        note_failure(session, courier, error, is_waited_for=True)


def forget_old_quotes(session: Session) -> int:
    """Prices that ran out are gone; return how many."""
    gone = session.execute(delete(CourierQuote).where(CourierQuote.expires_at < clock.now()))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _keep(session: Session, ask: Ask, quotes: Sequence[Quote], *, expires_at: object) -> None:
    values = {"quotes": [write_quote(quote) for quote in quotes], "asked_at": clock.now(), "expires_at": expires_at}
    insert_once(session, CourierQuote, courier=ask.courier, way=ask.way, **values)
    session.execute(
        update(CourierQuote)
        .where(CourierQuote.courier == ask.courier, CourierQuote.way == ask.way)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _learn(session: Session, ask: Ask, service: str, *, is_covered: bool) -> None:
    """Note it where people said nothing themselves; what was noted today is not written anew."""
    now, request = clock.now(), ask.request
    key = {
        "subdistrict_code": subdistrict_of(request.destination.village_code),
        "origin_island": str(request.origin.island),
        "courier": ask.courier,
        "service": service,
    }
    life = SOMEBODY_LIFE if is_covered else NOBODY_LIFE
    values = {"is_covered": is_covered, "seen_at": now, "expires_at": now + life}
    known = session.scalar(select(CourierCoverage).filter_by(**key))
    if known is None:
        insert_once(session, CourierCoverage, **key, **values, source=CoverageSource.LEARNT)
    elif known.source is CoverageSource.LEARNT and (not is_covered or known.seen_at < now - SEEN_EVERY):
        known.is_covered, known.seen_at, known.expires_at = is_covered, now, now + life


def _forget_nobody(session: Session, ask: Ask) -> None:
    session.execute(
        delete(CourierCoverage).where(
            CourierCoverage.subdistrict_code == subdistrict_of(ask.request.destination.village_code),
            CourierCoverage.origin_island == str(ask.request.origin.island),
            CourierCoverage.courier == ask.courier,
            CourierCoverage.service == "",
            CourierCoverage.source == CoverageSource.LEARNT,
        )
    )
