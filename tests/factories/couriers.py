"""A site with an online courier that really answers over HTTP, and the worker between them."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from gallery.core import adapters, clock, outbox
from gallery.core.db import db, transaction
from gallery.delivery.models import CourierBooking, CourierNotice, PickUpHours, Shipment
from gallery.inventory.models import Place, StockItem
from gallery.orders import services as orders
from gallery.orders.models import Parcel
from tests.factories.delivery import SYSTEM, make_parcel
from tests.factories.inventory import make_gallery_place

TOKEN = "hook-token-of-tests"
INSTANT = "biteship:gojek.instant"
QUICK_S = (5.0, 3.0)  # no longer than a busy machine needs: some tests wait for its end


def always_open(place_id: int) -> None:
    gallery_id = db.session.get(Place, place_id).gallery_id
    with transaction() as session:
        for weekday in range(7):
            session.add(PickUpHours(gallery_id=gallery_id, weekday=weekday, opens_min=0, closes_min=1440))


def hook_url(name: str, site: str = "http://localhost") -> str:
    return f"{site}/hooks/couriers/{name}/{TOKEN}"


@dataclass(frozen=True)
class Handle:
    """A parcel, for tests that end the session."""

    id: int
    order_id: int
    order_number: str
    place_id: int


class Hub:
    """One courier of the site: what tests do to it, and what the worker makes of it."""

    def __init__(self, app, standin, gateway) -> None:
        self.app, self.standin, self.gateway = app, standin, gateway
        app.config["COURIER_HOOK_TOKEN"] = TOKEN
        adapters.couriers()[standin.name] = gateway
        standin.hook_url = hook_url(standin.name)
        standin.is_holding = True
        self.ahead = timedelta(0)
        self.app_folder = Path(app.config["DATA_DIR"])

    def parcel(self, *, packed: bool = True, service: str = INSTANT, shipping_idr: int = 30_000, **given) -> "Handle":
        """A paid parcel at a gallery that never closes; packed, it books itself."""
        place_id = given.pop("place_id", None)
        if place_id is None:
            place_id = make_gallery_place().id
            always_open(place_id)
        parcel = make_parcel(place_id, packed=False, service=service, shipping_idr=shipping_idr, **given)
        if packed:
            with transaction() as session:
                orders.pack_parcel(session, parcel.id, actor=SYSTEM)
        order = db.session.get(Parcel, parcel.id).order
        return Handle(parcel.id, order.id, order.number, place_id)

    @contextmanager
    def later(self):
        """As late as the tests have come."""
        if not self.ahead:
            yield
            return
        with clock.at(clock.now() + self.ahead):
            yield

    def work(self, **later) -> int:
        """Let so much time pass, then let the worker do all that is due."""
        self.ahead += timedelta(**later)
        with self.later():
            outbox.run_timetable()
            done = outbox.drain()
        db.session.remove()
        return done

    def tell(self, client, *, reverse: bool = False, times: int = 1) -> list[int]:
        """Bring the notices that the courier holds back to the site's door."""
        waiting = [notice for notice in self.standin.held for _ in range(times)]
        self.standin.held.clear()
        return [self.say(client, notice) for notice in (reversed(waiting) if reverse else waiting)]

    def say(self, client, notice) -> int:
        path = f"/hooks/couriers/{self.standin.name}/{TOKEN}"
        return client.post(path, data=notice.body, headers=notice.headers).status_code

    def booking(self, parcel) -> CourierBooking | None:
        """The newest booking of a parcel."""
        db.session.rollback()
        db.session.expire_all()
        newest = (
            select(CourierBooking)
            .join(Shipment, Shipment.id == CourierBooking.shipment_id)
            .where(Shipment.parcel_id == parcel.id)
            .order_by(CourierBooking.id.desc())
        )
        return db.session.scalars(newest).first()

    def state(self, parcel) -> tuple[str, str, str]:
        """Booking, shipment and parcel, in their words."""
        booking = self.booking(parcel)
        return (
            booking.status.value,
            booking.shipment.status.value,
            db.session.get(Parcel, parcel.id, populate_existing=True).status.value,
        )

    def outcomes(self) -> list[str]:
        db.session.rollback()
        rows = db.session.scalars(select(CourierNotice.outcome).order_by(CourierNotice.id))
        return [outcome.value if outcome else "waiting" for outcome in rows]


def on_hand(place_id: int) -> int:
    db.session.rollback()
    return db.session.scalar(select(StockItem.on_hand).where(StockItem.place_id == place_id))
