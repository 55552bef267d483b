"""Any order of receipts, holds, deadlines, sales, returns and corrections keeps the books in agreement."""

from datetime import UTC, date, datetime, timedelta
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.inventory import services
from gallery.inventory.errors import BelowReservedError, InsufficientStockError, ReservationLostError
from gallery.inventory.models import Reservation, StockItem, StockMovement
from gallery.inventory.queries import audit_stock, available
from gallery.inventory.services import Wanted
from gallery.inventory.states import MovementReason, ReservationStatus
from tests.factories.inventory import make_gallery_place, make_goods, make_premises

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ACTOR = Actor.system()
LOTS = st.sampled_from([None, date(2026, 11, 26), date(2027, 6, 1)])
PIECES = st.integers(1, 6)


class StockMachine(RuleBasedStateMachine):
    """Two variants at two places; the model keeps only the time and the names of the holders."""

    def __init__(self):
        super().__init__()
        self.now, self.holders = START, []
        self.patch = mock.patch.object(clock, "now", side_effect=lambda: self.now)
        self.patch.start()
        goods = [make_goods(), make_goods("Getas")]
        self.variants = [g.variant_id for g in goods]
        self.places = [make_gallery_place().id, make_premises(goods[0].business_id).id]

    def teardown(self):
        self.patch.stop()
        db.session.rollback()

    def write(self, service, *args, **kwargs):
        with transaction() as session:
            return service(session, *args, **kwargs)

    @rule(v=st.integers(0, 1), p=st.integers(0, 1), pieces=PIECES, expires_on=LOTS, key=st.integers(0, 9) | st.none())
    def receive(self, v, p, pieces, expires_on, key):
        key = None if key is None else f"{id(self)}:{v}:{p}:{expires_on}:{key}"
        self.write(
            services.receive,
            self.variants[v],
            self.places[p],
            pieces,
            expires_on=expires_on,
            request_key=key,
            actor=ACTOR,
        )

    @rule(lines=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), PIECES), min_size=1, max_size=3))
    def reserve(self, lines):
        wanted = [Wanted(self.variants[v], self.places[p], pieces) for v, p, pieces in lines]
        need = {}
        for line in wanted:
            need[line.variant_id, line.place_id] = need.get((line.variant_id, line.place_id), 0) + line.pieces
        had = available(db.session(), self.variants)
        holder = f"order:{id(self)}-{len(self.holders)}"
        try:
            self.write(services.reserve, holder, wanted, expires_at=self.now + timedelta(hours=24))
        except InsufficientStockError:
            assert any(pieces > had.get(key, 0) for key, pieces in need.items())
        else:
            assert all(pieces <= had.get(key, 0) for key, pieces in need.items())
            self.holders.append(holder)

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours):
        self.now += timedelta(hours=hours)

    @rule()
    def sweep(self):
        self.write(services.release_expired)

    @precondition(lambda self: self.holders)
    @rule(n=st.integers(0, 9))
    def pay(self, n):
        try:
            self.write(services.extend, self.holders[n % len(self.holders)], None)
        except ReservationLostError:
            return

    @precondition(lambda self: self.holders)
    @rule(n=st.integers(0, 9))
    def cancel(self, n):
        self.write(services.release, self.holders[n % len(self.holders)])

    @precondition(lambda self: self.holders)
    @rule(n=st.integers(0, 9), p=st.integers(0, 1), back=st.booleans())
    def hand_over(self, n, p, back):
        holder = self.holders[n % len(self.holders)]
        try:
            self.write(services.consume, holder, place_id=self.places[p], actor=ACTOR)
        except ReservationLostError:
            return
        if back:
            self.write(services.take_back, holder, place_id=self.places[p], actor=ACTOR)

    @rule(n=st.integers(0, 9), delta=st.integers(-5, 5).filter(bool))
    def adjust(self, n, delta):
        items = db.session.scalars(
            select(StockItem.id).where(StockItem.variant_id.in_(self.variants)).order_by(StockItem.id)
        ).all()
        if not items:
            return
        try:
            self.write(
                services.adjust,
                items[n % len(items)],
                delta,
                reason=MovementReason.COUNT_CORRECTION,
                actor=ACTOR,
            )
        except BelowReservedError as refused:
            below = refused.on_hand + delta < refused.reserved
            assert below

    @invariant()
    def books_agree(self):
        db.session.rollback()
        assert audit_stock(db.session()) == []
        items = db.session.scalars(select(StockItem).execution_options(populate_existing=True)).all()
        assert all(0 <= item.reserved <= item.on_hand for item in items)
        moved = db.session.scalar(select(func.coalesce(func.sum(StockMovement.pieces), 0)))
        assert moved == sum(item.on_hand for item in items)
        held = select(func.coalesce(func.sum(Reservation.pieces), 0))
        assert db.session.scalar(held.where(Reservation.status == ReservationStatus.ACTIVE)) == sum(
            item.reserved for item in items
        )


def test_books_agree_after_any_sequence(app):
    run_state_machine_as_test(
        StockMachine,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
