"""Two galleries that work for months: what is done in them, crashes on the way, and the sums that must come out.

``gallery_steps.py`` says what people do, ``test_gallery_machine.py`` and ``gallery_machine.py`` let them do it.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any
from unittest import mock

from sqlalchemy import event, func, select

from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.counter import services as counter
from gallery.counter.models import CounterSale, Till
from gallery.counter.states import SaleOrigin
from gallery.inventory.models import (
    Lot,
    Paper,
    PaperCounter,
    Reservation,
    StockItem,
    StockLink,
    StockMovement,
)
from gallery.inventory.queries import audit_stock, broken_links
from gallery.inventory.states import MovementReason, ReservationStatus
from tests.factories.inventory import make_business, make_gallery_place, make_goods
from tests.factories.stocktake import person
from tests.inventory import gallery_books

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


class CrashError(Exception):
    """The process died here."""


class Fate(Enum):
    """What becomes of a request."""

    IN_THE_MIDDLE = "in the middle"
    AT_COMMIT = "at commit"
    AFTER_COMMIT = "after commit"


@dataclass
class Desk:
    """A till: its open shift, and what it sold since it lost its connection."""

    till_id: int
    place_id: int
    shift_id: int | None = None
    is_offline: bool = False
    told: dict[int, int] = field(default_factory=dict)  # pieces by stock item that its lease allows it to sell
    queue: list[counter.OfflineSale] = field(default_factory=list)


class World:
    """All that the steps share. ``random`` is set anew for each step, so that a failure can be shrunk."""

    def __init__(self, *, crashes: float = 0.15) -> None:
        self.crashes = crashes
        self.now = self.started = START
        self.random = random.Random(0)
        self.patch = mock.patch.object(clock, "now", side_effect=lambda: self.now)
        self.patch.start()
        places = [make_gallery_place(), make_gallery_place(name="Galeri PLUT Belitung")]
        self.places = {place.id: place.gallery_id for place in places}
        self.galleries = {gallery_id: place_id for place_id, gallery_id in self.places.items()}
        owners = [make_business().id for _ in range(3)]
        self.goods = [make_goods(f"Barang {n}", business_id=owners[n % 3]) for n in range(5)]
        self.variants = [goods.variant_id for goods in self.goods]
        some_gallery = next(iter(self.galleries))
        self.staff = [person("gallery_staff", some_gallery) for _ in range(2)]
        self.manager = person("gallery_manager", some_gallery)
        self.desks = [self._desk(place_id, n) for place_id in self.places for n in (1, 2)]
        self.orders: list[str] = []  # holders
        self.came_back: set[str] = set()  # holders whose pieces were taken back
        self.doubtful: set[int] = set()  # stock items whose leases may have moved to other lots
        self.done: Counter[str] = Counter()
        self.crashed: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.last_refusal: GalleryError | None = None
        self._n = 0
        self._seen = db.session.scalar(select(func.max(StockMovement.id))) or 0

    def _desk(self, place_id: int, number: int) -> Desk:
        with transaction() as session:
            till: Till = counter.add_till(session, place_id, f"Kasir {number}", actor=self.manager)
            return Desk(till.id, place_id)

    def close(self) -> None:
        self.patch.stop()
        db.session.rollback()

    def key(self) -> str:
        """Name a request; sent again it has the same name."""
        self._n += 1
        return f"{id(self)}-{self._n}"

    def some(self, rows: Any, newest: Any) -> int | None:
        """Choose one of the newest rows."""
        db.session.rollback()
        ids = db.session.scalars(rows.order_by(newest.desc()).limit(12)).all()
        return self.random.choice(ids) if ids else None

    def some_item(self, place_id: int) -> int | None:
        """Choose a stock row of the place that has pieces."""
        return self.some(
            select(StockItem.id).where(StockItem.place_id == place_id, StockItem.on_hand > 0), StockItem.id
        )

    def free(self, item_id: int) -> int:
        item = db.session.get_one(StockItem, item_id, populate_existing=True)
        return item.on_hand - item.reserved

    def perform(self, work: Callable[[Any], Any]) -> Any:
        """Send a request. It may die before its commit (then nothing happened) or after it (then it is sent again)."""
        self.now += timedelta(seconds=self.random.randint(1, 40))
        self.last_refusal = None
        fate = self.random.choice(list(Fate)) if self.random.random() < self.crashes else None
        before = footprint() if fate else None
        try:
            with _dying(fate, self.random), transaction() as session:
                result = work(session)
        except CrashError:
            assert fate is not None
            self.crashed[fate.value] += 1
            assert footprint() == before, "a request that died left something behind"
            return self._once_more(work) if self.random.random() < 0.5 else None
        except GalleryError as refusal:
            self.last_refusal = refusal
            self.refused[refusal.code] += 1
            return None
        if fate is Fate.AFTER_COMMIT:
            self.crashed[fate.value] += 1
            after = footprint()
            self._once_more(work)
            assert footprint() == after, "a request that was sent twice was done twice"
        return result

    def perform_safely(self, work: Callable[[Any], Any]) -> Any:
        """Send a request that must come through for the sums to be known: it may die after its commit only."""
        with mock.patch.object(self, "crashes", 0.0):
            return self.perform(work)

    def _once_more(self, work: Callable[[Any], Any]) -> Any:
        try:
            with transaction() as session:
                return work(session)
        except GalleryError:
            return None

    def check(self, *, chain: bool = True) -> None:
        """Compare rows, ledger, papers and sums; ``chain`` reads all movements."""
        db.session.rollback()
        session = db.session()
        assert audit_stock(session) == []
        if chain:
            assert broken_links(session) == []
        for lot_id, books in gallery_books.by_lot(session, self.came_back).items():
            assert books.on_hand == books.expected, (lot_id, books)
            assert min(books.on_hand, books.sold) >= 0, (lot_id, books)
            assert books.sold <= books.received + books.corrected + books.came_back, (lot_id, books)

    def no_bad_sale(self) -> None:
        """Ask after each step: no lot was sold that was blocked or past its date, but by a till without connection."""
        db.session.rollback()
        rows = db.session.execute(
            select(StockMovement, Lot)
            .join(StockItem, StockItem.id == StockMovement.stock_item_id)
            .join(Lot, Lot.id == StockItem.lot_id)
            .where(StockMovement.id > self._seen, StockMovement.reason == MovementReason.SOLD)
            .order_by(StockMovement.id)
        ).all()
        offline = {f"sale:{name}" for name in self._offline_sales()}
        for movement, lot in rows:
            if movement.document not in offline:
                assert lot.blocked_as is None, (movement.document, lot.blocked_as)
                day = movement.happened_at.astimezone(clock.LOCAL_ZONE).date()
                assert lot.expires_on is None or lot.expires_on > day, (movement.document, day)
        self._seen = db.session.scalar(select(func.max(StockMovement.id))) or 0

    def _offline_sales(self) -> list[str]:
        rows = select(CounterSale.public_id).where(CounterSale.origin == SaleOrigin.OFFLINE)
        return list(db.session.scalars(rows))


@contextmanager
def _dying(fate: Fate | None, chance: random.Random) -> Iterator[None]:
    """Die before a statement, or when everything is written and nothing committed; not dying is possible, too."""
    left = min(chance.randint(1, 25), chance.randint(1, 25)) if fate is Fate.IN_THE_MIDDLE else 0

    def statement(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise CrashError

    def commit(_connection: Any) -> None:
        raise CrashError

    listeners = {Fate.IN_THE_MIDDLE: ("before_cursor_execute", statement), Fate.AT_COMMIT: ("commit", commit)}
    listener = listeners.get(fate) if fate else None
    if listener is None:
        yield
        return
    event.listen(db.engine, *listener)
    try:
        yield
    finally:
        event.remove(db.engine, *listener)


def footprint() -> tuple[Any, ...]:
    """All of the stock and the numbers of papers, to tell whether a request changed anything."""
    db.session.rollback()
    items = db.session.execute(select(StockItem.id, StockItem.on_hand, StockItem.reserved).order_by(StockItem.id)).all()
    holds = select(Reservation.stock_item_id, Reservation.holder, func.sum(Reservation.pieces))
    holds = holds.where(Reservation.status == ReservationStatus.ACTIVE)
    return (
        [tuple(row) for row in items],
        sorted(tuple(row) for row in db.session.execute(holds.group_by(Reservation.stock_item_id, Reservation.holder))),
        *(db.session.scalar(select(func.count()).select_from(table)) for table in (StockMovement, StockLink, Paper)),
        db.session.scalar(select(func.sum(PaperCounter.last))),
    )
