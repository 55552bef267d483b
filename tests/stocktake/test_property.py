"""Whatever is sold, received and corrected while people count: after approval the books are what lies on the shelf.

The model is the shelf: pieces that are really there. The books begin wrong by a few pieces each, as books do. Counters
count what lies there at that moment, in one go or in parts; a line that the review flags is counted again.
"""

from datetime import UTC, datetime, timedelta
from unittest import mock

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.inventory import services as inventory
from gallery.inventory.errors import BelowReservedError, InsufficientStockError
from gallery.inventory.queries import audit_stock, broken_links
from gallery.inventory.services import Pick, Wanted
from gallery.inventory.states import MovementReason
from gallery.stocktake import queries, services
from gallery.stocktake.models import Stocktake
from gallery.stocktake.states import Trouble
from tests.factories.inventory import stock
from tests.factories.stocktake import count_of, make_shelf, make_stocktake

ARTICLES = 3
ITEM = st.integers(0, ARTICLES - 1)
STEPS = st.one_of(
    st.tuples(st.sampled_from(["sell", "receive", "damage", "correct", "order", "send"]), ITEM, st.integers(1, 3)),
    st.tuples(st.sampled_from(["count", "part"]), ITEM, st.integers(0, 3)),
)


class Gallery:
    """A shelf, its books, and a stocktake under way. ``true`` are the pieces that are really there."""

    def __init__(self, books, wrong):
        self.shelf = make_shelf(*books)
        self.true = [max(0, n + off) for n, off in zip(books, wrong, strict=True)]
        self.stocktake_id = make_stocktake(self.shelf)
        self.parts = {}  # pieces counted so far in the line's round
        self.unfinished = set()  # lines of which a counter has seen a part only
        self.orders, self.keys = [], 0

    def key(self):
        self.keys += 1
        return f"k{self.keys}"

    def step(self, what, item, pieces):
        getattr(self, what)(item, pieces)

    def sell(self, item, pieces):
        if self.true[item] < pieces:
            return
        picks = [Pick(self.shelf.goods[item].variant_id, pieces)]
        try:
            with transaction() as session:
                inventory.sell(
                    session, self.shelf.place_id, picks, document=f"sale:{self.key()}", actor=self.shelf.opener
                )
        except InsufficientStockError:
            return
        self.true[item] -= pieces

    def receive(self, item, pieces):
        variant_id = self.shelf.goods[item].variant_id
        with transaction() as session:
            inventory.receive(session, variant_id, self.shelf.place_id, pieces, actor=self.shelf.opener)
        self.true[item] += pieces

    def adjust(self, item, pieces, reason):
        with transaction() as session:
            inventory.adjust(session, self.shelf.items[item], pieces, reason=reason, actor=self.shelf.opener)

    def damage(self, item, pieces):
        if self.true[item] < pieces:
            return
        try:
            self.adjust(item, -pieces, MovementReason.DAMAGED)
        except BelowReservedError:
            return
        self.true[item] -= pieces

    def correct(self, item, pieces):
        """Change the books by hand: nothing moves on the shelf."""
        self.adjust(item, pieces, MovementReason.COUNT_CORRECTION)

    def order(self, item, pieces):
        wanted = [Wanted(self.shelf.goods[item].variant_id, self.shelf.place_id, pieces)]
        holder = f"order:{self.key()}"
        try:
            with transaction() as session:
                inventory.reserve(session, holder, wanted, expires_at=None)
        except InsufficientStockError:
            return
        self.orders.append((holder, item, pieces))

    def send(self, _item, _pieces):
        for holder, item, pieces in self.orders:
            if self.true[item] >= pieces:
                with transaction() as session:
                    inventory.consume(session, holder, place_id=self.shelf.place_id, actor=self.shelf.opener)
                self.true[item] -= pieces
                self.orders.remove((holder, item, pieces))
                return

    def part(self, item, pieces):
        """Count some of the pieces; the rest comes later, when others may have moved."""
        seen = min(pieces, self.true[item] - self.parts.get(item, 0))
        if seen > 0:
            count_of(self.stocktake_id, self.shelf.items[item], seen, self.shelf.second, self.key())
            self.parts[item] = self.parts.get(item, 0) + seen
            self.unfinished.add(item)

    def count(self, item, _pieces):
        """Count what lies there and is not counted yet."""
        seen = self.true[item] - self.parts.get(item, 0)
        if seen >= 0:
            count_of(self.stocktake_id, self.shelf.items[item], seen, self.shelf.counter, self.key())
            self.parts[item] = self.true[item]
            self.unfinished.discard(item)

    def cancel_orders(self):
        event("orders cancelled")
        for holder, _item, _pieces in self.orders:
            with transaction() as session:
                inventory.release(session, holder)
        self.orders = []

    def figures(self):
        db.session.rollback()
        return queries.figures(db.session(), db.session.get(Stocktake, self.stocktake_id))

    def begin_again(self, item, line_id):
        with transaction() as session:
            services.recount_lines(session, self.stocktake_id, [line_id], actor=self.shelf.approver)
        self.parts[item] = 0
        self.count(item, 0)

    def settle(self):
        """Review until nothing is in the way, as a manager would; a counter who lost the thread begins again."""
        for one in self.figures():
            if (item := self.shelf.items.index(one.line.stock_item_id)) in self.unfinished:
                self.begin_again(item, one.line.id)
        for _ in range(20):
            with transaction() as session:
                services.close_count(session, self.stocktake_id, actor=self.shelf.counter)
            again = {Trouble.UNCOUNTED, Trouble.MOVED_WHILE_COUNTED, Trouble.CORRECTED_SINCE}
            lines = [one.line for one in self.figures() if one.trouble in again]
            if not lines:
                break
            for one in lines:
                event("recounted")
                self.begin_again(self.shelf.items.index(one.stock_item_id), one.id)
        for one in self.figures():
            if one.trouble is Trouble.RESERVED:  # buyers ordered what is not there: their orders are cancelled
                self.cancel_orders()
            if one.delta < 0:
                with transaction() as session:
                    services.explain_line(
                        session, self.stocktake_id, one.line.id, reason=MovementReason.LOST, actor=self.shelf.approver
                    )


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    books=st.lists(st.integers(1, 9), min_size=ARTICLES, max_size=ARTICLES),
    wrong=st.lists(st.integers(-2, 2), min_size=ARTICLES, max_size=ARTICLES),
    steps=st.lists(STEPS, max_size=18),
    after=st.lists(st.tuples(st.sampled_from(["sell", "receive", "send"]), ITEM, st.integers(1, 2)), max_size=4),
)
def test_after_approval_the_books_are_what_lies_there(app, books, wrong, steps, after):
    ticks = iter(range(10_000_000))
    start = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    with mock.patch.object(clock, "now", side_effect=lambda: start + timedelta(seconds=next(ticks))):
        gallery = Gallery(books, wrong)
        for step in steps:
            gallery.step(*step)
        gallery.settle()
        for step in after:  # the gallery is open while the manager reads
            gallery.step(*step)
        if any(one.trouble is Trouble.RESERVED for one in gallery.figures()):
            gallery.cancel_orders()
        with transaction() as session:
            services.approve_stocktake(
                session, gallery.stocktake_id, tills_connected=True, actor=gallery.shelf.approver
            )
        assert [stock(item)[0] for item in gallery.shelf.items] == gallery.true
        assert audit_stock(db.session()) == []
        assert broken_links(db.session()) == []
