"""Any order of scans, sales, leases, sales without a connection, web orders, recalls, returns and closings adds up."""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.counter import queries, services
from gallery.counter.errors import SaleShortError, ScanRefusedError
from gallery.counter.models import CounterReturnLine, CounterSale, CounterSaleLine, Shift, Tender
from gallery.counter.services import Back, OfflineLine, OfflineSale, Payment, Policy
from gallery.counter.states import RefundMethod, ReturnReason
from gallery.inventory import services as inventory
from gallery.inventory.codes import variant_code
from gallery.inventory.errors import InsufficientStockError
from gallery.inventory.models import Reservation, StockItem, StockMovement
from gallery.inventory.queries import audit_stock
from gallery.inventory.services import Wanted
from gallery.inventory.states import LotBlock, MovementReason, ReservationStatus
from tests.factories.counter import make_desk, make_gallery_place, on_shelf

ACTOR = Actor.system()
POLICY = Policy(pieces=3, percent=50)


class CounterMachine(RuleBasedStateMachine):
    """Two tills and a web shop on one shelf of two lots; each till's browser keeps sales that it could not send."""

    @initialize(soon=st.integers(1, 9), later=st.integers(0, 6))
    def begin(self, soon, later):
        place = make_gallery_place()
        self.desks = [make_desk(place, name=f"Kasir {number}") for number in range(2)]
        self.goods, item = on_shelf(self.desks[0], pieces=soon, expires_on=clock.today() + timedelta(days=40))
        self.items = [item]
        self.received = soon + later
        if later:
            with transaction() as session:
                made = inventory.receive(
                    session,
                    self.goods.variant_id,
                    self.desks[0].place_id,
                    later,
                    expires_on=clock.today() + timedelta(days=190),
                    actor=ACTOR,
                )
                session.flush()
                self.items.append(made.stock_item_id)
        self.kept: list[tuple[int, OfflineSale]] = []
        self.told: list[dict[int, int]] = [{}, {}]
        self.number = 0

    @rule(till=st.integers(0, 1))
    def lease(self, till):
        """Top up, and take what the server says as the browser does."""
        with transaction() as session:
            services.top_up_lease(session, self.desks[till].shift_id, [self.goods.variant_id], POLICY)
        found = queries.lease_of(db.session(), self.desks[till].shift_id)
        rows = queries.leased_articles(db.session(), self.desks[till].place_id, found)
        waiting = sum(line.pieces for owner, sale in self.kept if owner == till for line in sale.lines)
        self.told[till] = {} if waiting else {lot.stock_item_id: lot.pieces for row in rows for lot in row.leased}

    @rule(till=st.integers(0, 1), pieces=st.integers(1, 4))
    def sell(self, till, pieces):
        """Online: what waits in the browser is sent first, as the contract says."""
        if any(owner == till for owner, _sale in self.kept):
            self.send(till)
        desk = self.desks[till]
        try:
            with transaction() as session:
                services.enter(session, desk.shift_id, f"{pieces}*{variant_code(self.goods.variant_id)}")
            with transaction() as session:
                shift = session.get_one(Shift, desk.shift_id)
                total = services.subtotal(shift)
                services.complete_sale(session, shift.id, shift.sale_key, Payment(), total_idr=total, actor=ACTOR)
        except (ScanRefusedError, SaleShortError):
            with transaction() as session:
                services.clear(session, desk.shift_id)
        self.told[till] = {}

    @precondition(lambda self: any(self.told))
    @rule(till=st.integers(0, 1), pieces=st.integers(1, 3))
    def sell_without_connection(self, till, pieces):
        """The browser sells what it was told, and no more."""
        lines = []
        for item, left in self.told[till].items():
            part = min(left, pieces)
            if part:
                lines.append(OfflineLine(item, part, 45_000))
                pieces -= part
                self.told[till][item] -= part
        if not lines:
            return
        self.number += 1
        total = sum(line.pieces * line.price_idr for line in lines)
        key = f"machine{id(self)}x{self.number}"
        self.kept.append((till, OfflineSale(key, clock.now(), lines, Payment(), total, {})))

    @rule(till=st.integers(0, 1), twice=st.booleans())
    def send(self, till, twice=True):
        for owner, sale in [entry for entry in self.kept if entry[0] == till]:
            for turn in range(2 if twice else 1):
                with transaction() as session:
                    _booked, is_new = services.book_offline_sale(session, self.desks[owner].shift_id, sale, actor=ACTOR)
                    assert is_new == (turn == 0), "a sale against the lease is booked, and booked once"
            self.kept.remove((owner, sale))

    @rule(pieces=st.integers(1, 5))
    def order_online(self, pieces):
        wanted = [Wanted(self.goods.variant_id, self.desks[0].place_id, pieces)]
        self.number += 1
        try:
            with transaction() as session:
                inventory.reserve(session, f"order:{id(self)}-{self.number}", wanted, expires_at=None)
        except InsufficientStockError:
            return

    @rule(blocked=st.booleans())
    def recall(self, blocked):
        """The first lot is recalled, or sold again."""
        with transaction() as session:
            lot_id = session.get_one(StockItem, self.items[0]).lot_id
            if blocked:
                inventory.block_lot(session, lot_id, reason=LotBlock.QUALITY, note="uji", actor=ACTOR)
            else:
                inventory.unblock_lot(session, lot_id, actor=ACTOR)
        self.told = [{}, {}] if not self.kept else self.told

    @rule(damaged=st.booleans())
    def bring_back(self, damaged):
        lines = select(CounterSaleLine).where(CounterSaleLine.stock_item_id.in_(self.items))
        line = db.session.scalars(lines.where(CounterSaleLine.returned_pieces < CounterSaleLine.pieces)).first()
        if line is None:
            return
        self.number += 1
        back, sale_id = {line.id: Back(1, is_damaged=damaged)}, line.sale_id
        with transaction() as session:
            services.return_sale(
                session,
                sale_id,
                self.desks[0].shift_id,
                back,
                reason=ReturnReason.DAMAGED,
                note="",
                refund_method=RefundMethod.OTHER,
                request_key=f"machine:{id(self)}:{self.number}",
                actor=ACTOR,
            )

    @invariant()
    def never_more_than_was_there(self):
        if not hasattr(self, "items"):
            return
        db.session.rollback()
        session = db.session()
        assert audit_stock(session) == []
        mine = StockItem.id.in_(self.items)
        on_hand = session.scalar(select(func.sum(StockItem.on_hand)).where(mine))
        line_of = CounterSaleLine.stock_item_id.in_(self.items)
        sold = session.scalar(select(func.coalesce(func.sum(CounterSaleLine.pieces), 0)).where(line_of))
        back = select(func.coalesce(func.sum(CounterReturnLine.pieces), 0)).join(CounterSaleLine).where(line_of)
        sound = session.scalar(back.where(~CounterReturnLine.is_damaged))
        assert on_hand == self.received - sold + sound
        held = select(func.coalesce(func.sum(Reservation.pieces), 0)).where(
            Reservation.stock_item_id.in_(self.items), Reservation.status == ReservationStatus.ACTIVE
        )
        assert session.scalar(held) <= on_hand
        moved = select(func.sum(StockMovement.pieces)).where(
            StockMovement.stock_item_id.in_(self.items), StockMovement.reason == MovementReason.SOLD
        )
        assert -(session.scalar(moved) or 0) == sold
        paid = select(func.sum(Tender.amount_idr)).where(Tender.sale_id == CounterSale.id).correlate(CounterSale)
        assert (
            session.scalars(select(CounterSale.id).where(CounterSale.total_idr != paid.scalar_subquery())).all() == []
        )


def test_online_offline_and_web_never_exceed_what_was_there(app):
    run_state_machine_as_test(
        CounterMachine,
        settings=settings(
            max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
