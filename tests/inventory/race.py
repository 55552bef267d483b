"""Many processes buy the last pieces of two products at once.

The suite runs a small race (``test_concurrency.py``). The big one, 40 buyers for 10 pieces, 20 times on each database:

    python -m tests.inventory.race --runs 20
    python -m tests.inventory.race --runs 20 --database postgresql
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from flask import Flask
from sqlalchemy import func, select

from config import Settings
from gallery.app import create_app
from gallery.checkout.errors import StockShortError
from gallery.checkout.queries import Owner
from gallery.core import db as core_db
from gallery.core.db import Base, db
from gallery.inventory.models import Reservation, StockItem
from gallery.inventory.queries import audit_stock
from gallery.inventory.services import hold
from gallery.orders.models import Order
from tests.factories.checkout import buy, fill_cart, guest, make_bank_account, pick_up_at, plan
from tests.factories.inventory import Goods, make_gallery_place, make_goods, make_stock

FORK = multiprocessing.get_context("fork")  # the application is loaded once, connections are made by each child
PAUSE_S = 0.05


@dataclass(frozen=True)
class Outcome:
    """What came of a race: answers of the buyers, orders, pieces held and what the rows say."""

    answers: Counter[str]
    orders: int
    held: list[int]
    reserved: list[int]
    drifts: int

    def is_right(self, buyers: int, pieces: int) -> bool:
        return (
            self.answers == Counter(ok=pieces, short=buyers - pieces)
            and self.orders == pieces
            and self.held == [pieces, pieces]
            and self.reserved == [pieces, pieces]
            and self.drifts == 0
        )


def app_at(url: str, folder: str) -> Flask:
    return create_app(
        Settings(ENVIRONMENT="testing", DATABASE_URL=url, DATA_DIR=folder, EXTERNAL_URL="http://localhost")
    )


def race(url: str, *, buyers: int, pieces: int, locking: bool = True) -> Outcome:
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
        start, answers = FORK.Barrier(buyers), FORK.SimpleQueue()
        children = [
            FORK.Process(target=_buyer, args=(url, folder, cart, gallery_id, start, answers, locking)) for cart in carts
        ]
        for child in children:
            child.start()
        said = Counter(answers.get() for _ in children)
        for child in children:
            child.join()
        with app.app_context():
            outcome = _outcome(said)
            db.session.remove()
            db.engine.dispose()
        return outcome


def _outcome(answers: Counter[str]) -> Outcome:
    session = db.session()
    held = select(func.sum(Reservation.pieces)).group_by(StockItem.variant_id).order_by(StockItem.variant_id)
    return Outcome(
        answers,
        session.scalar(select(func.count()).select_from(Order)) or 0,
        [int(n) for n in session.scalars(held.join(StockItem, StockItem.id == Reservation.stock_item_id))],
        list(session.scalars(select(StockItem.reserved).order_by(StockItem.variant_id))),
        len(audit_stock(session)),
    )


def _buyer(url: str, folder: str, cart: Owner, gallery_id: int, start: Any, answers: Any, locking: bool) -> None:
    try:
        with without_locks() if not locking else mock.patch.object(hold, "lock_rows", hold.lock_rows):
            app = app_at(url, folder)
            with app.app_context():
                answers.put(_answer(cart, gallery_id, start))
    except BaseException as error:  # noqa: BLE001 - the race waits for an answer of every child
        answers.put(type(error).__name__)


def _cart(goods: list[Goods]) -> Owner:
    owner = guest()
    fill_cart(owner, *((one, 1) for one in goods))
    return owner


def _answer(owner: Owner, gallery_id: int, start: Any) -> str:
    planned = plan(owner, pick_up_at(gallery_id))
    db.session.rollback()
    start.wait(timeout=120)
    try:
        buy(owner, pick_up_at(gallery_id), planned=planned)
    except StockShortError:
        return "short"
    return "ok"


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


def on_sqlite(run: Callable[[str], Outcome]) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'race.db'}"
        _make_tables(url, folder)
        return run(url)


def on_postgresql(server: Any, number: int, run: Callable[[str], Outcome]) -> Outcome:
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
    parser.add_argument("--without-locks", action="store_true", help="the control: shows the race")
    given = parser.parse_args()

    def run(url: str) -> Outcome:
        return race(url, buyers=given.buyers, pieces=given.pieces, locking=not given.without_locks)

    wrong = 0
    with _server(given.database) as server:
        for number in range(given.runs):
            began = time.perf_counter()
            outcome = on_sqlite(run) if server is None else on_postgresql(server, number, run)
            right = outcome.is_right(given.buyers, given.pieces)
            wrong += not right
            took = time.perf_counter() - began
            print(number + 1, "right" if right else "WRONG", outcome, f"{took:.1f} s", flush=True)  # noqa: T201
    print(f"{given.runs - wrong} of {given.runs} races right on {given.database}")  # noqa: T201
    return wrong != 0


@contextmanager
def _server(database: str) -> Iterator[Any]:
    if database == "sqlite":
        yield None
        return
    import os

    from tests.postgres import SERVER, start_server

    with start_server() as server:
        os.environ[SERVER] = server.render_as_string(hide_password=False)
        yield server


if __name__ == "__main__":
    sys.exit(main())
