"""Orders through couriers that misbehave, while web server and workers are killed at random; then all is compared.

    python -m tests.delivery.chaos --orders 200
    python -m tests.delivery.chaos --orders 200 --database postgresql

A quarter of all calls to the couriers fail in some way, half of those after they were carried out. Notices come late,
doubled, shuffled, or not at all. Staff take bookings back and want them again. At the end each parcel must exist
exactly once at its courier, and states, costs, stock and money must agree; the run prints what it did.
"""

import argparse
import contextlib
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from config import Settings
from gallery.app import create_app
from gallery.core import adapters, clock
from gallery.core.db import Base, db, transaction
from gallery.core.errors import GalleryError
from gallery.core.money import Rupiah
from gallery.core.outbox import OutboxMessage
from gallery.delivery import services
from gallery.delivery.models import CourierBooking, CourierNotice, Shipment
from gallery.delivery.states import BookingStatus, BookingTrouble, ShipmentStatus
from gallery.inventory.models import StockItem
from gallery.orders import services as orders
from gallery.orders.models import Order, OrderLine, Parcel
from gallery.orders.states import ParcelStatus
from gallery.payments import services as payments
from gallery.payments.states import PaymentMethod
from tests.databases import load_models
from tests.delivery import fast
from tests.factories.checkout import make_bank_account
from tests.factories.couriers import always_open, hook_url
from tests.factories.delivery import SYSTEM, make_parcel
from tests.factories.inventory import make_gallery_place
from tests.site import Site
from tests.standins import STANDINS
from tests.standins import lalamove as lalamove_standin
from tests.standins.server import StandIn

SPEED = 12
SERVICES = {
    "biteship": "biteship:gojek.instant",
    "lalamove": "lalamove:MOTORCYCLE",
    "grab_express": "grab_express:INSTANT",
}
PRICE = 30_000
QUIET_S = 240
PLANS: dict[str, list[tuple[str, ...]]] = {
    "biteship": [
        ("allocated", "picking_up", "picked", "dropping_off", "delivered"),
        ("allocated", "picked", "delivered"),
        ("allocated", "confirmed", "allocated", "picking_up", "picked", "delivered"),
        ("picked", "on_hold", "dropping_off", "delivered"),
        ("allocated", "reprice", "picked", "delivered"),
        ("picked", "return_in_transit", "returned"),
        ("courier_not_found",),
        ("allocated", "cancelled"),
    ],
    "lalamove": [
        ("ON_GOING", "PICKED_UP", "COMPLETED"),
        ("ON_GOING", "ASSIGNING_DRIVER", "ON_GOING", "PICKED_UP", "COMPLETED"),
        ("ON_GOING", "replace", "PICKED_UP", "COMPLETED"),
        ("EXPIRED",),
    ],
    "grab_express": [
        ("PENDING_PICKUP", "PICKING_UP", "PENDING_DROP_OFF", "IN_DELIVERY", "COMPLETED"),
        ("PENDING_DROP_OFF", "COMPLETED"),
        ("PENDING_PICKUP", "CANCELED"),
    ],
}
STILL_MOVING = {BookingStatus.WANTED, BookingStatus.SENDING, BookingStatus.UNSURE, BookingStatus.CANCELLING}


@dataclass
class Run:
    """What is going on, and what was counted."""

    site: Site
    dice: random.Random
    couriers: list[StandIn]
    counted: Counter[str] = field(default_factory=Counter)
    plans: dict[int, list[str]] = field(default_factory=dict)  # by the identity of the courier's order
    workers: list = field(default_factory=list)
    parcels: list[int] = field(default_factory=list)
    place_id: int = 0

    # -------------------------------------------------------------- processes

    def start(self) -> None:
        self.site.web = self.site._process("tests.delivery.fast", "gunicorn", "wsgi:application")
        self.site._wait()
        self.workers = [self._worker() for _ in range(2)]

    def kill_somebody(self) -> None:
        if self.dice.random() < 0.4:
            self.site.kill()
            self.counted["web killed"] += 1
            self.site.web = self.site._process("tests.delivery.fast", "gunicorn", "wsgi:application")
        else:
            at = self.dice.randrange(len(self.workers))
            self.workers[at].kill()
            self.workers[at].wait()
            self.counted["worker killed"] += 1
            self.workers[at] = self._worker()

    def work_done(self) -> int:
        """How many messages the workers have finished."""
        db.session.rollback()
        done = db.session.scalar(select(func.count()).where(OutboxMessage.done_at.is_not(None))) or 0
        db.session.rollback()
        return done

    def stop(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.site.kill()

    def _worker(self):
        return self.site._process("tests.delivery.fast", "flask", "jobs", "work")

    # -------------------------------------------------------------- what people and couriers do

    def order(self) -> None:
        """Somebody has paid, and the parcel is packed: it books itself."""
        courier, in_time = self.dice.choice(list(SERVICES)), clock.now() + timedelta(days=30)
        service = SERVICES[courier]
        parcel = make_parcel(
            self.place_id, paid=False, packed=False, service=service, shipping_idr=PRICE, expires_at=in_time
        )
        parcel_id = parcel.id
        with transaction() as session:
            order = session.get_one(Order, parcel.order_id)
            payment_id = payments.open_payment(session, order, PaymentMethod.BANK_TRANSFER).id
        with transaction() as session:
            payments.verify(session, payment_id, actor=SYSTEM)
            orders.pack_parcel(session, parcel_id, actor=SYSTEM)
        self.parcels.append(parcel_id)
        self.counted[f"orders by {courier}"] += 1
        db.session.remove()

    def change_mind(self) -> None:
        """Staff take a booking back, and want it again as soon as that is possible."""
        parcel_id = self.dice.choice(self.parcels)
        current = db.session.scalar(select(Shipment.id).where(Shipment.open_key == parcel_id))
        db.session.rollback()
        with contextlib.suppress(GalleryError):
            with transaction() as session:
                if current is not None:
                    services.withdraw(session, current, actor=SYSTEM)
            self.counted["bookings taken back"] += 1
        db.session.remove()

    def want_what_waits(self) -> int:
        """Staff look at the board: what waits without anybody being asked is wanted; return how many."""
        self.settle_lost_answers()
        open_keys = select(Shipment.open_key).where(Shipment.open_key.is_not(None))
        waiting = db.session.scalars(
            select(Parcel.id).where(Parcel.status == ParcelStatus.PACKED, Parcel.id.not_in(open_keys))
        ).all()
        db.session.rollback()
        done = 0
        for parcel_id in waiting:
            newest = db.session.scalars(
                select(CourierBooking)
                .join(Shipment, Shipment.id == CourierBooking.shipment_id)
                .where(Shipment.parcel_id == parcel_id)
                .order_by(CourierBooking.id.desc())
            ).first()
            if newest is None or (newest.trouble is None and newest.status is BookingStatus.BOOKED):
                db.session.rollback()
                continue  # the worker will do it
            db.session.rollback()
            with contextlib.suppress(GalleryError):
                with transaction() as session:
                    rules = services.Rules(Rupiah(60_000), Rupiah(0))
                    services.want_booking(session, parcel_id, rules, actor=SYSTEM)
                done += 1
        self.counted["booked again by staff"] += done
        db.session.remove()
        return done

    def settle_lost_answers(self) -> None:
        """A person looks into the courier's own pages: is there an order under our reference or not?"""
        lost = CourierBooking.trouble == BookingTrouble.LOST_ANSWER
        for booking_id, key in db.session.execute(select(CourierBooking.id, CourierBooking.key).where(lost)).all():
            db.session.rollback()
            if not any(courier.made_under(key) for courier in self.couriers):
                with transaction() as session:
                    services.settle_as_absent(session, booking_id, note="Tidak ada di portal", actor=SYSTEM)
                self.counted["lost answers settled by a person"] += 1
        db.session.rollback()

    def move_riders(self) -> bool:
        """Let some orders go one step on; tell whether all have come to an end."""
        all_done = True
        for courier in self.couriers:
            for order in list(courier.orders.values()):
                if id(order) not in self.plans:
                    plans = PLANS[courier.name]
                    weights = [6 if plan[-1] in {"delivered", "COMPLETED"} else 1 for plan in plans]
                    self.plans[id(order)] = list(self.dice.choices(plans, weights)[0])
                plan = self.plans[id(order)]
                if not plan or order.status == courier.calling_off:
                    continue
                all_done = False
                if self.dice.random() < 0.2:
                    self._step(courier, order, plan.pop(0))
        return all_done

    def _step(self, courier: StandIn, order, word: str) -> None:
        with courier.lock:
            if order.status == courier.calling_off:
                return
            if word == "reprice":
                courier.reprice(order.id, order.price + 2_000)
            elif word == "replace":
                courier.replace(order.id)
            else:
                courier.move(order.id, word)
        self.counted["steps of riders"] += 1

    def bring_notices(self, *, gently: bool) -> None:
        """Send what the couriers hold back: shuffled, some twice, some later, some never."""
        for courier in self.couriers:
            with courier.lock:
                waiting = list(courier.held)
                courier.held.clear()
            self.dice.shuffle(waiting)
            for notice in waiting:
                chance = self.dice.random()
                if not gently and chance < 0.12 and courier.name != "lalamove":
                    self.counted["notices lost"] += 1  # Lalamove tries ten times, and nothing else tells of an order
                    continue
                if not gently and chance < 0.25:
                    courier.held.append(notice)
                    continue
                for _ in range(2 if chance > 0.8 else 1):
                    courier.send(notice)
                    self.counted["notices sent"] += 1
            courier.resend()

    # -------------------------------------------------------------- the end

    def is_moving(self) -> bool:
        """Whether the worker has something to do for some parcel."""
        db.session.rollback()
        asked = set(db.session.scalars(select(Shipment.parcel_id)))
        moving = select(CourierBooking.id).where(CourierBooking.status.in_(STILL_MOVING)).limit(1)
        return not asked.issuperset(self.parcels) or db.session.scalar(moving) is not None

    def is_quiet(self) -> bool:
        unjudged = db.session.scalar(select(CourierNotice.id).where(CourierNotice.judged_at.is_(None)).limit(1))
        return not self.is_moving() and unjudged is None and not self.differences(states_only=True)

    def differences(self, *, states_only: bool = False) -> list[str]:
        """Compare every parcel with what its courier says; an empty list is what is wanted."""
        db.session.rollback()
        db.session.expire_all()
        bookings = db.session.scalars(select(CourierBooking)).all()
        known = {(booking.courier.value, booking.booking_ref): booking for booking in bookings}
        found = []
        for courier in self.couriers:
            gateway = adapters.couriers()[courier.name]
            references = Counter(order.reference for order in courier.orders.values())
            found += [
                f"{reference}: {count} orders at {courier.name}" for reference, count in references.items() if count > 1
            ]
            for order in list(courier.orders.values()):
                booking = known.get((courier.name, order.id))
                if booking is None:
                    found.append(f"{courier.name} has {order.id} ({order.status}), which nobody knows")
                    continue
                said = gateway.look(order.id)
                shipment = booking.shipment
                if said.status is not shipment.status:
                    found.append(f"{booking.key}: courier {order.status}, shipment {shipment.status.value}")
                cost = booking.cost_idr if booking.cost_idr is not None else booking.booked_idr
                if not states_only and booking.status is BookingStatus.BOOKED and cost != order.price:
                    found.append(f"{booking.key}: courier asks {order.price}, we know {cost}")
        if not states_only:
            found += self._of_parcels(bookings) + self._of_stock()
        db.session.rollback()
        return found

    def _of_parcels(self, bookings) -> list[str]:
        alive: Counter[int] = Counter()
        over = {ShipmentStatus.CANCELLED, ShipmentStatus.DECLINED}
        for booking in bookings:
            alive[booking.shipment.parcel_id] += (
                booking.status is BookingStatus.BOOKED and booking.shipment.status not in over
            )
        found = [f"parcel {parcel_id}: {count} couriers" for parcel_id, count in alive.items() if count > 1]
        expected = {ShipmentStatus.DELIVERED: ParcelStatus.DELIVERED, ShipmentStatus.RETURNED: ParcelStatus.FAILED}
        for parcel_id in self.parcels:
            parcel = db.session.get_one(Parcel, parcel_id)
            newest = db.session.scalars(
                select(Shipment).where(Shipment.parcel_id == parcel_id).order_by(Shipment.id.desc())
            ).first()
            if newest is None:
                found.append(f"parcel {parcel_id} was never booked")
            elif parcel.status is not expected.get(newest.status, ParcelStatus.PACKED):
                found.append(f"parcel {parcel_id} is {parcel.status.value}, its shipment {newest.status.value}")
            self.counted[f"parcels {parcel.status.value}"] += 1
        return found

    def _of_stock(self) -> list[str]:
        left = {ParcelStatus.DELIVERED, ParcelStatus.FAILED}
        gone: Counter[int] = Counter()
        rows = db.session.execute(
            select(OrderLine.variant_id, OrderLine.quantity, Parcel.status).join(
                Parcel, Parcel.id == OrderLine.parcel_id
            )
        )
        for variant_id, quantity, status in rows:
            gone[variant_id] += quantity if status in left else 0
        items = db.session.scalars(select(StockItem)).all()
        return [
            f"variant {item.variant_id}: {item.on_hand} on hand, {gone[item.variant_id]} gone"
            for item in items
            if item.on_hand + gone[item.variant_id] != 10
        ]


def run(database_url: str, folder: Path, *, count: int, seed: int, share: float) -> tuple[Run, list[str]]:
    """Do it all; return the counts and what differs at the end."""
    os.environ.update(CHAOS_EPOCH=str(time.time()), CHAOS_SPEED=str(SPEED))
    fast.install()
    lalamove_standin.SKEW_S = 10**9
    with contextlib.ExitStack() as stack:
        couriers = [stack.enter_context(kind()) for kind in STANDINS.values()]
        extra = {
            "ENVIRONMENT": "development",
            "COURIER_HOOK_TOKEN": "hook-token-of-tests-for-chaos-runs",
            "COURIER_ANSWER_MS": "700",
            "COURIER_CONNECT_MS": "700",
            "COURIER_MAX_EXTRA_IDR": "60000",
            "WEB_THREADS": "4",
        }
        for courier in couriers:
            extra |= courier.environment()
        site = Site(database_url, folder / "site", extra=extra)
        for courier in couriers:
            courier.is_holding, courier.slow_s = True, 0.2
            courier.hook_url = hook_url(courier.name, site.url).replace(
                "/hook-token-of-tests", f"/{extra['COURIER_HOOK_TOKEN']}"
            )
        app = create_app(Settings.from_environ(site.environment))
        with app.app_context():
            load_models()
            Base.metadata.create_all(db.engine)
            going = Run(site, random.Random(seed), couriers)
            going.place_id = make_gallery_place().id
            always_open(going.place_id)
            make_bank_account()
            going.start()
            try:
                differences = _live(going, count, share)
            finally:
                going.stop()
            for command in (("audit", "stock"), ("audit", "money"), ("audit", "verify"), ("jobs", "dead")):
                try:
                    going.counted[site.flask(*command).strip()] += 1
                except RuntimeError as error:
                    differences.append(str(error))
            db.session.remove()
            db.engine.dispose()
    return going, differences


def _live(going: Run, count: int, share: float) -> list[str]:
    for number, courier in enumerate(going.couriers):
        courier.chaos(share, seed=number)
    next_kill = 5
    everything_done = False
    while not everything_done:
        for _ in range(min(3, count - len(going.parcels))):
            going.order()
        if going.counted["bookings taken back"] * 10 < len(going.parcels) and going.dice.random() < 0.1:
            going.change_mind()
        all_ended = going.move_riders()
        going.bring_notices(gently=False)
        # By work done and not by time, so that a slow machine is not killed before it has begun.
        if (done := going.work_done()) > next_kill:
            going.kill_somebody()
            next_kill = done + going.dice.randint(15, 60)
        if len(going.parcels) == count and all_ended:
            everything_done = going.want_what_waits() == 0 and not going.is_moving()
        time.sleep(0.05)
    return _calm_down(going)


def _calm_down(going: Run) -> list[str]:
    """No more faults, no more kills: what was left is finished."""
    for courier in going.couriers:
        going.counted[f"calls to {courier.name}"] = len(courier.calls)
        courier.chaos(0)
    with contextlib.suppress(RuntimeError):
        going.site._wait()
    end = time.monotonic() + QUIET_S
    while time.monotonic() < end:
        all_ended = going.move_riders()
        going.bring_notices(gently=True)
        going.want_what_waits()
        is_told = not any(courier.held or courier.undelivered for courier in going.couriers)
        if all_ended and is_told and going.is_quiet():
            break
        time.sleep(0.5)
    going.counted["bookings"] = len(db.session.scalars(select(CourierBooking.id)).all())
    going.counted["notices kept"] = len(db.session.scalars(select(CourierNotice.id)).all())
    going.counted["orders at couriers"] = sum(len(courier.orders) for courier in going.couriers)
    for booking in db.session.scalars(select(CourierBooking).where(CourierBooking.trouble.is_not(None))):
        going.counted[f"trouble: {booking.trouble.value}"] += 1
    return going.differences()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--database-url", default="", help="an empty PostgreSQL database that is there already")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.25, help="of the calls that fail in some way")
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        url = given.database_url or f"sqlite:///{folder}/chaos.db"
        if given.database == "postgresql" and not given.database_url:
            from tests.postgres import start_server

            url = stack.enter_context(start_server()).render_as_string(hide_password=False)
        going, differences = run(url, folder, count=given.orders, seed=given.seed, share=given.share)
        log = going.site.log
    for what, number in sorted(going.counted.items()):
        print(f"{number:8}  {what}")  # noqa: T201
    tracebacks = log.count("Traceback (most recent call last)")
    print(f"{tracebacks:8}  tracebacks in the log")  # noqa: T201
    if os.environ.get("CHAOS_LOG"):
        Path(os.environ["CHAOS_LOG"]).write_text(log)
    for difference in differences:
        print("DRIFT", difference)  # noqa: T201
    took = time.monotonic() - began
    print(f"{given.orders} orders on {given.database}: drift {len(differences)}, {took:.0f} s")  # noqa: T201
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
