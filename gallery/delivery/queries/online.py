"""What online couriers would ask for a way: from answers of the last minutes, or as questions that are still open.

Nobody is called here. The caller asks the open questions when no transaction is open, has
:func:`gallery.delivery.services.keep_answer` keep what came, and looks again.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gallery.catalog.states import ShippingClass
from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.delivery.courier import Quote, QuoteRequest
from gallery.delivery.limits import Load, limit_of, limits_of
from gallery.delivery.models import CourierCoverage, CourierHealth, CourierQuote, GalleryCourier
from gallery.delivery.queries.couriers import holder_of
from gallery.delivery.states import Courier
from gallery.delivery.tariffs import Point

CELL_DEG: Final = 0.005  # about half a kilometre
WEIGHT_STEP_G: Final = 100
VALUE_STEP_IDR: Final = 50_000
ORDINARY_G: Final = 5_000
ORDINARY_CM: Final = 40
WORKER_GONE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to one courier that nobody asked of late; ``way`` is the name under which its answer is kept.

    ``is_probe``: the courier failed several times, and only one caller may try whether it is back.
    """

    courier: Courier
    way: str
    request: QuoteRequest
    is_ordinary: bool  # small and harmless: "nobody goes there" is then about the place and not about the load
    is_probe: bool = False


@dataclass(frozen=True, slots=True)
class OnlineBook:
    """The rows that decide about online couriers to one subdistrict; made in four reads, none without couriers."""

    couriers: tuple[Courier, ...]
    off: frozenset[tuple[str, Courier]]
    shut: frozenset[Courier]
    half_open: frozenset[Courier]
    covered: Mapping[tuple[str, Courier, str], bool]
    kept: Mapping[tuple[Courier, str], list[Any]]

    def offers(self, request: QuoteRequest, load: Load, gallery_id: int | None) -> tuple[list[Quote], list[Ask]]:
        """Return what is known to take this load now, and whom to ask about the rest."""
        found: list[Quote] = []
        asks: list[Ask] = []
        for courier in self.couriers:
            if (holder_of(gallery_id), courier) in self.off or not _reaches(courier, request, load):
                continue
            stepped = _stepped(request, load)
            way = way_of(stepped, load)
            kept = self.kept.get((courier, way))
            if kept is not None:
                found += [quote for quote in map(read_quote, kept) if self._goes(quote, request, load)]
            elif courier not in self.shut and self._is_worth_asking(courier, request):
                asks.append(Ask(courier, way, stepped, _is_ordinary(load), courier in self.half_open))
        return found, asks

    def _goes(self, quote: Quote, request: QuoteRequest, load: Load) -> bool:
        limit = limit_of(quote.service)
        return (
            limit.takes(load)
            and (request.is_by_road or not limit.is_instant)
            and self._covers(quote.courier, quote.service, str(request.origin.island))
        )

    def _covers(self, courier: Courier, service: str, island: str) -> bool:
        """What is said about the service itself counts more than what is said about all of them; nothing is a yes."""
        return self.covered.get((island, courier, service), self.covered.get((island, courier, ""), True))

    def _is_worth_asking(self, courier: Courier, request: QuoteRequest) -> bool:
        here = (str(request.origin.island), courier)
        return self._covers(courier, "", here[0]) or any(
            is_covered for (island, whose, _service), is_covered in self.covered.items() if (island, whose) == here
        )


def online_book(
    session: Session,
    couriers: Collection[Courier],
    *,
    subdistrict_code: str,
    gallery_ids: Iterable[int | None],
    ways: Collection[str],
) -> OnlineBook:
    """Read what is set, learnt, broken and kept about these couriers; ``ways`` as :func:`way_of` names them."""
    chosen = tuple(sorted(couriers))
    if not chosen:
        return OnlineBook((), frozenset(), frozenset(), frozenset(), {}, {})
    now = clock.now()
    holders = {holder_of(gallery_id) for gallery_id in gallery_ids}
    uses = select(GalleryCourier.holder, GalleryCourier.courier).where(
        GalleryCourier.holder.in_(holders), GalleryCourier.courier.in_(chosen), GalleryCourier.is_on.is_(False)
    )
    health = select(CourierHealth).where(CourierHealth.courier.in_(chosen), CourierHealth.opened_until.is_not(None))
    broken = session.scalars(health).all()
    coverage = select(CourierCoverage).where(
        CourierCoverage.subdistrict_code == subdistrict_code,
        CourierCoverage.courier.in_(chosen),
        or_(CourierCoverage.expires_at.is_(None), CourierCoverage.expires_at > now),
    )
    kept = select(CourierQuote).where(
        CourierQuote.courier.in_(chosen), CourierQuote.way.in_(ways), CourierQuote.expires_at > now
    )
    return OnlineBook(
        couriers=chosen,
        off=frozenset((holder, courier) for holder, courier in session.execute(uses)),
        shut=frozenset(row.courier for row in broken if not _may_probe(row, now)),
        half_open=frozenset(row.courier for row in broken),
        covered={(r.origin_island, r.courier, r.service): r.is_covered for r in session.scalars(coverage)},
        kept={(row.courier, row.way): row.quotes for row in session.scalars(kept)},
    )


def way_of(request: QuoteRequest, load: Load) -> str:
    """Name a way and what goes it, roughly enough that neighbours with like parcels share the answer.

    Place of origin, cell and subdistrict of the destination, step of weight and of value, classes, measures and food.
    """
    stepped, there = _stepped(request, load), request.destination
    facts = (
        request.origin.place_id,
        _cell(there.point),
        there.village_code[:8],
        stepped.weight_g,
        stepped.value_idr,
        *sorted(load.classes),
        load.size_cm,
        load.is_food,
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def write_quote(quote: Quote) -> dict[str, Any]:
    """Return the quote as it is kept in the database."""
    return {
        "courier": quote.courier.value,
        "service": quote.service,
        "price_idr": quote.price_idr,
        "carrier": quote.carrier,
        "distance_m": quote.distance_m,
        "days": [quote.days_min, quote.days_max],
        "minutes": [quote.minutes_min, quote.minutes_max],
        "expires_at": quote.expires_at.isoformat() if quote.expires_at else None,
        "quote_ref": quote.quote_ref,
    }


def read_quote(row: Mapping[str, Any]) -> Quote:
    """Return what :func:`write_quote` wrote."""
    (days_min, days_max), (minutes_min, minutes_max) = row["days"], row["minutes"]
    return Quote(
        courier=Courier(row["courier"]),
        service=row["service"],
        price_idr=Rupiah(row["price_idr"]),
        carrier=row["carrier"],
        distance_m=row["distance_m"],
        days_min=days_min,
        days_max=days_max,
        minutes_min=minutes_min,
        minutes_max=minutes_max,
        expires_at=datetime.fromisoformat(row["expires_at"]) if row["expires_at"] else None,
        quote_ref=row["quote_ref"],
    )


def _stepped(request: QuoteRequest, load: Load) -> QuoteRequest:
    """Ask for the heaviest and dearest load of the step, so that the answer is enough for all that share it."""
    return replace(
        request,
        weight_g=_up(load.weight_g, WEIGHT_STEP_G),
        value_idr=Rupiah(_up(load.value_idr, VALUE_STEP_IDR)),
        size_cm=load.size_cm,
    )


def _reaches(courier: Courier, request: QuoteRequest, load: Load) -> bool:
    """Whether it is of any use to ask: both ends are known, and some service of the courier may take the load there."""
    if not request.origin.postal_code or not request.destination.postal_code:
        return False
    return any(limit.takes(load) and (request.is_by_road or not limit.is_instant) for limit in limits_of(courier))


def _is_ordinary(load: Load) -> bool:
    sides = load.size_cm or (0, 0, 0)
    return load.weight_g <= ORDINARY_G and max(sides) <= ORDINARY_CM and load.classes <= {ShippingClass.NORMAL}


def _may_probe(row: CourierHealth, now: datetime) -> bool:
    """After failures the worker asks whether the courier is back; a buyer waits for it only if no worker did."""
    unasked_for = WORKER_GONE if row.failures else timedelta(0)
    is_over = row.opened_until is not None and row.opened_until <= now - unasked_for
    return is_over and (row.probing_until is None or row.probing_until < now)


def _cell(point: Point | None) -> tuple[int, int] | None:
    return None if point is None else (round(point.lat / CELL_DEG), round(point.lon / CELL_DEG))


def _up(number: int, step: int) -> int:
    return max(step, -(-number // step) * step)
