"""Many processes buy the last pieces of two products at once.

The suite runs a small race (``test_concurrency.py``). The big one, 40 buyers for 10 pieces, 20 times on each database:

    python -m tests.inventory.race --runs 20
    python -m tests.inventory.race --runs 20 --database postgresql
    python -m tests.inventory.race --runs 20 --kill 10          (ten buyers are killed with SIGKILL in the middle)
    python -m tests.inventory.race --runs 20 --kill-server      (the server is: see server_race.py)
"""

import argparse
import contextlib
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from config import Settings
from gallery.app import create_app
from gallery.checkout.errors import StockShortError
from gallery.checkout.queries import Owner
from gallery.core import db as core_db
from gallery.core.db import Base, db
from gallery.inventory.models import Reservation, StockItem
from gallery.inventory.queries import audit_stock
from gallery.inventory.services import hold
from gallery.orders.models import Order, OrderLine
from gallery.payments.models import Payment
from tests.factories.checkout import buy, fill_cart, guest, make_bank_account, pick_up_at, plan
from tests.factories.inventory import Goods, make_gallery_place, make_goods, make_stock

FORK = multiprocessing.get_context("fork")  # the application is loaded once, connections are made by each child
PAUSE_S = 0.05
OK, SHORT, ERROR = 10, 11, 12
ANSWERS = {OK: "ok", SHORT: "short", ERROR: "error", -signal.SIGKILL: "killed"}
LINES = 2
PATIENCE_S = 300


@dataclass(frozen=True)
class Outcome:
    """What came of a race: answers of the buyers, orders, pieces held and what the rows say."""

    answers: Counter[str]
    orders: int
    held: list[int]
    reserved: list[int]
    whole: int  # orders that have their payment and both lines
    drifts: int

    def is_right(self, buyers: int, pieces: int) -> bool:
        """Whether exactly the pieces were sold; who was killed may have bought or not, but never half."""
        killed = self.answers["killed"]
        sold = self.orders
        enough = min(pieces, buyers - killed)
        return (
            self.answers["ok"] + self.answers["short"] + killed == buyers
            and max(self.answers["ok"], enough) <= sold <= min(pieces, self.answers["ok"] + killed)
            and self.held == self.reserved == [sold, sold]
            and self.whole == sold
            and self.drifts == 0
        )


class Start:
    """A starting signal made of pipes: unlike a barrier's lock, a killed process can not keep it from the others."""

    def __init__(self) -> None:
        self.ready_read, self.ready_write = os.pipe()
        self.go_read, self.go_write = os.pipe()
        self.waited = False

    def wait(self) -> None:
        """In a child: say that it is ready and sleep until all are."""
        if not self.waited:
            self.waited = True
            os.close(self.go_write)
            os.write(self.ready_write, b".")
            os.read(self.go_read, 1)

    def give(self, children: int) -> None:
        """In the parent: wait for all children, then let them go by closing the pipe they read from."""
        ready = 0
        while ready < children:
            ready += len(os.read(self.ready_read, children))
        for end in (self.go_write, self.go_read, self.ready_read, self.ready_write):
            os.close(end)


def app_at(url: str, folder: str) -> Flask:
    return create_app(
        Settings(ENVIRONMENT="testing", DATABASE_URL=url, DATA_DIR=folder, EXTERNAL_URL="http://localhost")
    )


def race(url: str, *, buyers: int, pieces: int, locking: bool = True, kill: int = 0) -> Outcome:
    """Let every buyer order one of each product, half of them in the other order, all starting together."""
    with tempfile.TemporaryDirectory() as folder:
        app = app_at(url, folder)
        with app.app_context():
            make_bank_account()
            place = make_gallery_place()
            place_id, gallery_id = place.id, place.gallery_id
            goods = [make_goods("Lada Putih"), make_goods("Getas")]
            for one in goods:
                make_stock(one.variant_id, place_id, pieces)
            carts = [_cart(goods if n % 2 else goods[::-1]) for n in range(buyers)]
            db.session.remove()
            db.engine.dispose()
        start = Start()
        children = [FORK.Process(target=_buyer, args=(url, folder, cart, gallery_id, start, locking)) for cart in carts]
        for child in children:
            child.start()
        start.give(buyers)
        for victim in random.sample(children, kill):
            time.sleep(random.uniform(0, 0.05))
            victim.kill()
        for child in children:
            child.join()
        with app.app_context():
            outcome = _outcome(Counter(ANSWERS.get(child.exitcode or 0, "error") for child in children))
            db.session.remove()
            db.engine.dispose()
        return outcome


def _outcome(answers: Counter[str]) -> Outcome:
    session = db.session()
    held = select(func.sum(Reservation.pieces)).group_by(StockItem.variant_id).order_by(StockItem.variant_id)
    lines = select(OrderLine.order_id).group_by(OrderLine.order_id).having(func.count() == LINES)
    whole = select(func.count()).select_from(Payment).where(Payment.order_id.in_(lines))
    return Outcome(
        answers,
        session.scalar(select(func.count()).select_from(Order)) or 0,
        [int(n) for n in session.scalars(held.join(StockItem, StockItem.id == Reservation.stock_item_id))],
        list(session.scalars(select(StockItem.reserved).order_by(StockItem.variant_id))),
        session.scalar(whole) or 0,
        len(audit_stock(session)),
    )


def _buyer(url: str, folder: str, cart: Owner, gallery_id: int, start: Start, locking: bool) -> None:
    """Buy in a process of its own; the exit code is the answer, so that one who is killed blocks nobody."""
    code = ERROR
    try:
        with contextlib.nullcontext() if locking else without_locks():
            app = app_at(url, folder)
            with app.app_context():
                code = _answer(cart, gallery_id, start)
    except Exception:  # noqa: BLE001 - the race waits for every child, and counts this one as wrong
        traceback.print_exc()
        start.wait()
    os._exit(code)


def _cart(goods: list[Goods]) -> Owner:
    owner = guest()
    fill_cart(owner, *((one, 1) for one in goods))
    return owner


def _answer(owner: Owner, gallery_id: int, start: Start) -> int:
    planned = plan(owner, pick_up_at(gallery_id))
    db.session.rollback()
    start.wait()
    try:
        patiently(lambda: buy(owner, pick_up_at(gallery_id), planned=planned))
    except StockShortError:
        return SHORT
    return OK


def patiently(do: Callable[[], object]) -> None:
    """Do it again where it waited too long behind others, as the page asks a buyer to: nothing was done then."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            do()
        except OperationalError:
            db.session.rollback()
            if time.monotonic() > end:
                raise
        else:
            return


@contextmanager
def without_locks() -> Iterator[None]:
    """The control: rows are read without a lock, and SQLite begins when the driver likes, as it comes."""

    def read_only(session: Any, model: Any, ids: Any) -> dict[int, Any]:
        rows = session.scalars(select(model).where(model.id.in_(list(ids))).execution_options(populate_existing=True))
        found = {row.id: row for row in rows}
        time.sleep(PAUSE_S)
        return found

    def connect(connection: Any, _record: Any) -> None:
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    with (
        mock.patch.object(hold, "lock_rows", read_only),
        mock.patch("gallery.checkout.services.place.lock_row", lambda s, m, i: s.get(m, i)),
        mock.patch.object(core_db, "_sqlite_connect", connect),
        mock.patch.object(core_db, "_sqlite_begin"),
    ):
        yield


def on_sqlite(run: Callable[[str], Any]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'race.db'}"
        _make_tables(url, folder)
        return run(url)


def on_postgresql(server: Any, number: int, run: Callable[[str], Any]) -> Any:
    from tests.postgres import own_database

    with own_database(f"race_{number}") as url, tempfile.TemporaryDirectory() as folder:
        text = url.render_as_string(hide_password=False)
        _make_tables(text, folder)
        return run(text)


def _make_tables(url: str, folder: str) -> None:
    app = app_at(url, folder)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        db.engine.dispose()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--buyers", type=int, default=40)
    parser.add_argument("--pieces", type=int, default=10)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--kill", type=int, default=0, help="how many buyers are killed in the middle")
    parser.add_argument("--kill-server", action="store_true", help="buy by HTTP; the server is killed in the middle")
    parser.add_argument("--without-locks", action="store_true", help="the control: shows the race")
    given = parser.parse_args()

    def run(url: str) -> Any:
        if given.kill_server:
            from tests.inventory import server_race

            with tempfile.TemporaryDirectory() as folder:
                return server_race.race(url, Path(folder), buyers=given.buyers, pieces=given.pieces)
        return race(url, buyers=given.buyers, pieces=given.pieces, locking=not given.without_locks, kill=given.kill)

    wrong = 0
    with server(given.database) as running:
        for number in range(given.runs):
            began = time.perf_counter()
            outcome = on_sqlite(run) if running is None else on_postgresql(running, number, run)
            right = outcome.is_right(given.buyers, given.pieces)
            wrong += not right
            took = time.perf_counter() - began
            print(number + 1, "right" if right else "WRONG", outcome, f"{took:.1f} s", flush=True)  # noqa: T201
    print(f"{given.runs - wrong} of {given.runs} races right on {given.database}")  # noqa: T201
    return wrong != 0


@contextmanager
def server(database: str) -> Iterator[Any]:
    if database == "sqlite":
        yield None
        return
    from tests.postgres import SERVER, start_server

    with start_server() as server:
        os.environ[SERVER] = server.render_as_string(hide_password=False)
        yield server


if __name__ == "__main__":
    sys.exit(main())
