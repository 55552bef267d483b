"""The counter and many web buyers, each a process, fight for the last pieces.

The suite runs a small race. The big one, 40 web buyers and 20 sales at the counter for 12 pieces:

    python -m tests.counter.race --runs 10 [--database postgresql]
"""

import argparse
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from gallery.checkout.errors import StockShortError
from gallery.checkout.queries import Owner
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.counter import services
from gallery.counter.errors import OfflineSaleError, SaleShortError, ScanRefusedError
from gallery.counter.models import CounterSaleLine, Shift
from gallery.counter.services import OfflineLine, OfflineSale, Payment, Policy
from gallery.inventory.codes import variant_code
from gallery.inventory.models import Reservation, StockItem
from gallery.inventory.queries import audit_stock, broken_links
from gallery.inventory.states import ReservationStatus
from tests.factories.checkout import buy, fill_cart, guest, make_bank_account, pick_up_at, plan
from tests.factories.counter import ACTOR, Desk, make_desk
from tests.factories.inventory import make_gallery_place, make_goods, make_stock
from tests.inventory.race import (
    ANSWERS,
    ERROR,
    FORK,
    OK,
    SHORT,
    Start,
    app_at,
    on_postgresql,
    on_sqlite,
    patiently,
    server,
)

POLICY = Policy(pieces=3, percent=50)


@dataclass(frozen=True)
class Outcome:
    """Answers of web buyers and tills, and what the rows say afterwards."""

    web: Counter[str]
    till: Counter[str]
    sold: int
    held: int
    on_hand: int
    drifts: int

    def is_right(self, pieces: int) -> bool:
        """Whether exactly what was there went out: sold over the counter, held for orders, or still held by a lease."""
        return (
            self.web["error"] == self.till["error"] == self.drifts == 0
            and self.sold == self.till["ok"]
            and self.on_hand == pieces - self.sold
            and self.held == self.web["ok"] == pieces - self.sold
        )


def race(url: str, *, buyers: int, sales: int, pieces: int) -> Outcome:
    """All start together; half of the counter's sales were made without a connection against a lease."""
    with tempfile.TemporaryDirectory() as folder:
        app = app_at(url, folder)
        with app.app_context():
            make_bank_account()
            place = make_gallery_place()
            gallery_id = place.gallery_id
            goods = make_goods()
            item = make_stock(goods.variant_id, place.id, pieces)
            desks = [make_desk(place, name=f"Kasir {number}") for number in range(sales)]
            with transaction() as session:
                services.top_up_lease(session, desks[0].shift_id, [goods.variant_id], POLICY)
            carts = [guest() for _ in range(buyers)]
            for cart in carts:
                fill_cart(cart, (goods, 1))
            db.session.remove()
            db.engine.dispose()
        start = Start()
        web = [FORK.Process(target=_child, args=(url, folder, start, _web, cart, gallery_id)) for cart in carts]
        code = variant_code(goods.variant_id)
        till = [FORK.Process(target=_child, args=(url, folder, start, _ring_up, desk, code)) for desk in desks]
        offline = [
            FORK.Process(target=_child, args=(url, folder, start, _bring, desks[0], item, number))
            for number in range(3)
        ]
        children = [*web, *till, *offline]
        for child in children:
            child.start()
        start.give(len(children))
        for child in children:
            child.join()
        with app.app_context():
            outcome = _outcome(item, *(Counter(map(_answer, group)) for group in (web, [*till, *offline])))
            db.session.remove()
            db.engine.dispose()
        return outcome


def _answer(child: Any) -> str:
    return ANSWERS.get(child.exitcode or 0, "error")


def _outcome(item: int, web: Counter[str], till: Counter[str]) -> Outcome:
    session = db.session()
    held = select(func.coalesce(func.sum(Reservation.pieces), 0)).where(
        Reservation.status == ReservationStatus.ACTIVE, Reservation.holder.like("order:%")
    )
    sold = session.scalar(select(func.coalesce(func.sum(CounterSaleLine.pieces), 0)))
    return Outcome(
        web,
        till,
        int(sold or 0),
        int(session.scalar(held) or 0),
        session.get_one(StockItem, item).on_hand,
        len(audit_stock(session)) + len(broken_links(session)),
    )


def _child(url: str, folder: str, start: Start, act: Any, *args: Any) -> None:
    code = ERROR
    try:
        app = app_at(url, folder)
        with app.app_context():
            code = act(start, *args)
    except Exception:  # noqa: BLE001 - the race waits for every child, and counts this one as wrong
        traceback.print_exc()
        start.wait()
    os._exit(code)


def _web(start: Start, cart: Owner, gallery_id: int) -> int:
    planned = plan(cart, pick_up_at(gallery_id))
    db.session.rollback()
    start.wait()
    try:
        patiently(lambda: buy(cart, pick_up_at(gallery_id), planned=planned))
    except StockShortError:
        return SHORT
    return OK


def _ring_up(start: Start, desk: Desk, code: str) -> int:
    def enter() -> None:
        with transaction() as session:
            services.enter(session, desk.shift_id, code)

    def pay() -> None:
        with transaction() as session:
            shift = session.get_one(Shift, desk.shift_id)
            services.complete_sale(
                session, shift.id, shift.sale_key, Payment(), total_idr=services.subtotal(shift), actor=ACTOR
            )

    start.wait()
    try:
        patiently(enter)
        patiently(pay)
    except (ScanRefusedError, SaleShortError):
        return SHORT
    return OK


def _bring(start: Start, desk: Desk, item: int, number: int) -> int:
    sale = OfflineSale(f"offline{number:05d}", clock.now(), [OfflineLine(item, 1, 45_000)], Payment(), 45_000, {})

    def book() -> None:
        with transaction() as session:
            services.book_offline_sale(session, desk.shift_id, sale, actor=ACTOR)

    start.wait()
    try:
        patiently(book)
    except OfflineSaleError:
        return SHORT
    return OK


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--buyers", type=int, default=40)
    parser.add_argument("--sales", type=int, default=20)
    parser.add_argument("--pieces", type=int, default=12)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()

    def run(url: str) -> Any:
        return race(url, buyers=given.buyers, sales=given.sales, pieces=given.pieces)

    wrong = 0
    with server(given.database) as running:
        for number in range(given.runs):
            began = time.perf_counter()
            outcome = on_sqlite(run) if running is None else on_postgresql(running, number, run)
            right = outcome.is_right(given.pieces)
            wrong += not right
            took = time.perf_counter() - began
            print(number + 1, "right" if right else "WRONG", outcome, f"{took:.1f} s", flush=True)  # noqa: T201
    print(f"{given.runs - wrong} of {given.runs} races right on {given.database}")  # noqa: T201
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
