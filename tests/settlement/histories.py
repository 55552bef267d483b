"""Random lives of orders and sales, their refunds and payouts; after all of it not a rupiah is missing.

The suite lives a few (``test_histories.py``). The long run, on each database:

    python -m tests.settlement.histories --runs 1000
    python -m tests.settlement.histories --runs 1000 --database postgresql

``--seed`` repeats a run.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from sqlalchemy import func, select

from gallery.accounts.permissions import Actor
from gallery.consignment.services import write_offs
from gallery.consignment.services.write_offs import Loss
from gallery.consignment.states import LossBearer
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.counter import services as counter
from gallery.counter.models import CounterReturn, CounterSale, Shift
from gallery.counter.services import Back, Payment
from gallery.counter.states import CashReason, RefundMethod, ReturnReason, ShiftStatus
from gallery.inventory import services as inventory
from gallery.inventory.codes import variant_code
from gallery.inventory.models import Lot, StockItem
from gallery.inventory.states import MovementReason
from gallery.orders import services as orders
from gallery.orders.models import OrderLine, Parcel
from gallery.orders.states import CancelReason, ParcelStatus
from gallery.payments import services as payments
from gallery.payments.models import BankAccount, Refund
from gallery.payments.models import Payment as OrderPayment
from gallery.payments.states import GivenBackFor, GoodsBack, PaymentMethod, PaymentStatus, RefundStatus
from gallery.reporting.queries import Period, piece_flows
from gallery.settlement import services
from gallery.settlement.models import JournalLine, PayoutItem
from gallery.settlement.queries import Statement, balance_of, statement
from gallery.settlement.states import Account, Channel, PayoutItemStatus, ShareKind
from tests.factories.checkout import buy, fill_cart, guest, make_bank_account, pick_up_at
from tests.factories.goods_out import make_consigned
from tests.factories.inventory import make_gallery_place, make_goods, make_stock
from tests.factories.settlement import findings, give_account, post
from tests.inventory import race
from tests.settlement.lives import HELD_ELSEWHERE, Lives

STAFF = Actor.system()
PIECES = 100_000
HELD = (Account.CASH, Account.SAFE, Account.QRIS, Account.BANK)
START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


class World:
    """One gallery with goods under all kinds of terms, and time that passes."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.now = START
        self._clock, clock._moment = clock._moment, SimpleNamespace(get=lambda: self.now)  # columns ask it, too
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.histories = 0
        make_bank_account()
        place = make_gallery_place()
        self.place_id, self.gallery_id = place.id, place.gallery_id
        with transaction() as session:
            self.till_id = counter.add_till(session, self.place_id, "Kasir 1", actor=STAFF).id
        self.goods, self.items = [], {}
        self.borne: set[int] = set()  # owners whose losses the gallery carries
        self.carried: Counter[int] = Counter()  # pieces of an owner that broke in a buyer's hands at the gallery's cost
        for price, terms in (
            (45_000, {"owed_idr": 36_000}),
            (33_333, {"owed_idr": None, "commission_bps": 1_250, "loss_bearer": LossBearer.GALLERY}),
            (9_999, {"owed_idr": None, "commission_bps": 0}),
            (20_001, {"owed_idr": 21_000, "loss_bearer": LossBearer.GALLERY}),
            (17_500, None),
        ):
            goods = make_goods(f"Barang {price}", price_idr=price)
            give_account(goods.business_id)
            if terms is not None and terms.get("loss_bearer") is LossBearer.GALLERY:
                self.borne.add(goods.business_id)
            if terms is None:
                self.items[goods.variant_id] = make_stock(goods.variant_id, self.place_id, PIECES)
            else:
                self.items[goods.variant_id] = make_consigned(goods, self.place_id, PIECES, **terms)
            self.goods.append(goods)
        self.lives = Lives(self)

    def close(self) -> None:
        clock._moment = self._clock

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def run(self, name, service, *args, **kwargs):
        """Run a use case; what it refuses is a history too."""
        try:
            with transaction() as session:
                made = service(session, *args, **kwargs)
        except GalleryError as error:
            self.refused[f"{name}: {type(error).__name__}"] += 1
            return None
        self.done[name] += 1
        return made

    def history(self) -> None:
        self.histories += 1
        own = [self.order, self.order, *[self.sale] * 3, self.loss, self.count, self.payout, self.payout]
        self.random.choice([*own, *self.lives.all])()
        self.now += timedelta(minutes=self.random.randrange(600))
        if self.maybe(0.3):
            post()

    def order(self) -> None:
        owner = guest()
        for goods in self.random.sample(self.goods, self.random.randint(1, 3)):
            fill_cart(owner, (goods, self.random.randint(1, 4)))
        method = self.random.choice([PaymentMethod.BANK_TRANSFER, PaymentMethod.CASH_AT_PICKUP])
        order_id = buy(owner, pick_up_at(self.gallery_id), key=f"h{self.histories}", method=method).id
        db.session.rollback()
        payment_id = db.session.scalars(select(OrderPayment.id).where(OrderPayment.order_id == order_id)).one()
        if self.maybe(0.1):
            return self.cancel(order_id)
        self.run("verify", payments.verify, payment_id, actor=STAFF)
        if self.maybe(0.1):
            return self.cancel(order_id)
        parcel_id = db.session.scalars(select(Parcel.id).where(Parcel.order_id == order_id)).one()
        for step in (orders.pack_parcel, orders.hand_over_parcel):
            self.run(step.__name__, step, parcel_id, actor=STAFF)
        if self.maybe(0.15):
            self.run("fail", orders.fail_parcel, parcel_id, actor=STAFF)
            if self.maybe(0.7):
                self.run("return", orders.return_parcel, parcel_id, actor=STAFF)
                self.run("owe parcel", payments.owe_for_parcel, parcel_id)
                return None
        self.run("deliver", orders.deliver_parcel, parcel_id, actor=STAFF)
        while self.maybe(0.25):
            self.refund(parcel_id)
        return None

    def cancel(self, order_id: int) -> None:
        reason = CancelReason.BUYER_ASKED
        self.run("cancel", payments.cancel_order, order_id, reason=reason, by_buyer=False, actor=STAFF)

    def refund(self, parcel_id: int | None = None) -> None:
        """Pieces of a parcel that arrived, this one or one of long ago, when its owners are paid already."""
        db.session.rollback()
        if parcel_id is None:
            arrived = select(Parcel.id).where(Parcel.status == ParcelStatus.DELIVERED)
            parcel_id = self.random.choice(db.session.scalars(arrived).all() or [0])
        lines = db.session.scalars(select(OrderLine).where(OrderLine.parcel_id == parcel_id)).all()
        pieces = {line.id: self.random.randint(0, line.quantity) for line in lines}
        owners = {line.id: line.business_id for line in lines}
        by_gallery, goods = self.maybe(0.2), self.random.choice(list(GoodsBack))
        made = (
            self.run(
                "refund lines",
                payments.owe_lines,
                parcel_id,
                pieces,
                goods=goods,
                is_borne_by_gallery=by_gallery,
                reason=GivenBackFor.DAMAGED,
                request_key=f"r{self.random.random()}",
                actor=STAFF,
            )
            if lines
            else None
        )
        for line_id, count in pieces.items():
            if made is not None and goods is GoodsBack.DAMAGED and (by_gallery or owners[line_id] in self.borne):
                self.carried[owners[line_id]] += count

    def pay_back(self) -> None:
        db.session.rollback()
        due = select(Refund.id).where(Refund.status == RefundStatus.DUE, Refund.charge_id.is_(None))
        for refund_id in db.session.scalars(due.order_by(Refund.id)).all():
            self.run("finish refund", payments.finish_refund, refund_id, note="BRI", actor=STAFF)

    def shift(self) -> int:
        db.session.rollback()
        found = db.session.scalar(select(Shift.id).where(Shift.status == ShiftStatus.OPEN))
        return found or self.run("open", counter.open_shift, self.till_id, opening_cash_idr=100_000, actor=STAFF).id

    def sale(self) -> None:
        shift_id = self.shift()
        for goods in self.random.sample(self.goods, self.random.randint(1, 2)):
            pieces = self.random.randint(1, 5)
            self.run("scan", counter.enter, shift_id, f"{pieces}*{variant_code(goods.variant_id)}")
        shift = db.session.get(Shift, shift_id, populate_existing=True)
        total = counter.subtotal(shift)
        if self.maybe(0.3):
            less = self.random.randint(1, total // 3)
            self.run("discount", counter.set_discount, shift_id, less, reason="penyok", approver=STAFF)
            total -= less
        db.session.rollback()
        sale_key = db.session.get(Shift, shift_id, populate_existing=True).sale_key
        paid = Payment(qris_idr=self.random.choice([0, total // 2, total]))
        self.run("sell", counter.complete_sale, shift_id, sale_key, paid, total_idr=total, actor=STAFF)
        while self.maybe(0.2):
            self.bring_back(shift_id)
        if self.maybe(0.1):
            moved = {"reason": CashReason.BANK_DEPOSIT, "note": "setor", "request_key": f"c{self.histories}"}
            self.run("cash", counter.move_cash, shift_id, -10_000, **moved, actor=STAFF)
        if self.maybe(0.15):
            counted = self.random.randint(90_000, 2_000_000)
            self.run("close", counter.close_shift, shift_id, counted_idr=counted, note="selisih", actor=STAFF)

    def bring_back(self, shift_id: int) -> None:
        sales = db.session.scalars(select(CounterSale).order_by(CounterSale.id.desc()).limit(20)).all()
        sale = self.random.choice(sales)
        back = {line.id: Back(self.random.randint(0, line.pieces), self.maybe(0.3)) for line in sale.lines}
        owners = {line.id: line.business_id for line in sale.lines}
        made = self.run(
            "bring back",
            counter.return_sale,
            sale.id,
            shift_id,
            back,
            reason=ReturnReason.QUALITY,
            note="",
            refund_method=self.random.choice(list(RefundMethod)),
            request_key=f"b{self.random.random()}",
            actor=STAFF,
        )
        for line_id, one in back.items():
            if made is not None and one.is_damaged and owners[line_id] in self.borne:
                self.carried[owners[line_id]] += one.pieces

    def loss(self) -> None:
        goods = self.random.choice(self.goods)
        item_id = self.items[goods.variant_id]
        lost = [Loss(item_id, self.random.randint(1, 3), MovementReason.DAMAGED)]
        made = self.run(
            "write off",
            write_offs.prepare_write_off,
            self.place_id,
            goods.business_id,
            lost,
            request_key=f"w{self.histories}",
            actor=STAFF,
        )
        if made is not None:
            self.run("approve loss", write_offs.approve_write_off, made.id, actor=STAFF)

    def count(self) -> None:
        """A count misses pieces; a later one may find them again."""
        item_id = self.items[self.random.choice(self.goods).variant_id]
        pieces = self.random.choice([-3, -2, -1, 1, 2])
        out = [MovementReason.LOST, MovementReason.LOST, MovementReason.EXPIRED, MovementReason.COUNT_CORRECTION]
        reason = self.random.choice(out) if pieces < 0 else MovementReason.COUNT_CORRECTION
        self.run("count", inventory.adjust, item_id, pieces, reason=reason, actor=STAFF)

    def payout(self) -> None:
        post()
        if self.maybe(0.5):
            self.pay_back()
        self.refund()
        chosen = [goods.business_id for goods in self.random.sample(self.goods, self.random.randint(1, 5))]
        account_id = db.session.scalars(select(BankAccount.id)).first()
        made = self.run(
            "prepare payout",
            services.create_payout,
            chosen,
            bank_account_id=account_id,
            request_key=f"p{self.histories}",
            day=clock.today(),
            actor=STAFF,
        )
        if made is None:
            return
        payout_id = made.id
        if self.maybe(0.2):
            self.run("cancel payout", services.cancel_payout, payout_id, note="salah", actor=STAFF)
            return
        self.run("approve payout", services.approve_payout, payout_id, limit_idr=10**12, day=clock.today(), actor=STAFF)
        db.session.rollback()
        items = db.session.scalars(select(PayoutItem.id).where(PayoutItem.payout_id == payout_id)).all()
        failed = [item for item in items if self.maybe(0.1)]
        paid = [item for item in items if item not in failed]
        self.run("paid", services.mark_paid, payout_id, paid, reference="TRX", actor=STAFF) if paid else None
        bounced = [item for item in paid if self.maybe(0.1)]
        if failed or bounced:
            self.run("failed", services.mark_failed, payout_id, failed + bounced, note="rekening tutup", actor=STAFF)

    def settle(self) -> list[str]:
        """Post the rest and tell everything that does not add up."""
        post()
        return [*findings(), *self._money(), *self._owners(), *self.lives.buyers()]

    def _money(self) -> list[str]:
        """Money in, by the documents, is money out, by the documents, plus what the journal says is here."""
        db.session.rollback()

        def total(column, *conditions):
            return int(db.session.scalar(select(func.coalesce(func.sum(column), 0)).where(*conditions)) or 0)

        came = total(OrderPayment.amount_idr, OrderPayment.status == PaymentStatus.PAID) + total(CounterSale.total_idr)
        went = total(Refund.amount_idr, Refund.status == RefundStatus.DONE)
        went += total(PayoutItem.amount_idr, PayoutItem.status == PayoutItemStatus.PAID)
        went += total(CounterReturn.refund_idr)
        more_came, more_went = self.lives.moved()
        came, went = came + more_came, went + more_went
        here = total(JournalLine.amount_idr, JournalLine.account.in_([*HELD, *HELD_ELSEWHERE, Account.OFFICE]))
        missing = total(JournalLine.amount_idr, JournalLine.account.in_([Account.CASH_DIFFERENCE, Account.FEES]))
        if came - went != here + missing:
            return [f"money: {came} came, {went} went, but {here} is here and {missing} missing"]
        return []

    def _owners(self) -> list[str]:
        wrong = []
        for goods in [*self.goods, self.lives.far_goods]:
            balance = balance_of(db.session(), goods.business_id, clock.today())
            printed = statement(db.session(), goods.business_id, START.date(), clock.today())
            books = db.session.scalar(
                select(func.coalesce(func.sum(JournalLine.amount_idr), 0)).where(
                    JournalLine.account == Account.OWNERS, JournalLine.party == f"business:{goods.business_id}"
                )
            )
            if not balance.owed_idr == printed.closing_idr == -books:
                wrong.append(f"owner {goods.business_id}: {balance.owed_idr}, {printed.closing_idr}, {books}")
            wrong += self._pieces(goods.business_id, printed)
        return wrong

    def _pieces(self, owner: int, printed: Statement) -> list[str]:
        """The statement's pieces are the stock ledger's, but for those on the way and at the gallery's cost."""
        session = db.session()
        flows = piece_flows(session, Period(START.date(), clock.today()), businesses=[owner], with_premises=True)

        def moved(column):
            return sum(getattr(flow, column) for flow in flows)

        def in_parcels(*states):
            lines = select(func.coalesce(func.sum(OrderLine.quantity), 0)).join(Parcel)
            return int(session.scalar(lines.where(OrderLine.business_id == owner, Parcel.status.in_(states))))

        held = select(func.sum(StockItem.on_hand)).join(Lot, Lot.id == StockItem.lot_id)
        under_way = in_parcels(ParcelStatus.HANDED_OVER, ParcelStatus.FAILED)
        undelivered = in_parcels(ParcelStatus.RETURNED)
        counter, online = (printed.pieces(channel, ShareKind.SOLD) for channel in (Channel.COUNTER, Channel.ONLINE))
        back = sum(printed.pieces(channel, ShareKind.RETURNED) for channel in Channel)
        pairs = {
            "sold at the counter": (counter, moved("sold_at_counter")),
            "sold online": (online, moved("sold_online") - under_way - undelivered),
            "came back": (-back, moved("came_back") - undelivered - self.carried[owner]),
            "on the way": (printed.on_way_after, under_way),
            "held": (moved("closing"), session.scalar(held.where(Lot.business_id == owner))),
        }
        return [f"owner {owner}: {what}: {told} and {real}" for what, (told, real) in pairs.items() if told != real]


def live(seed: int, histories: int) -> tuple[World, list[str]]:
    world = World(seed)
    try:
        for _ in range(histories):
            world.history()
        return world, world.settle()
    finally:
        world.close()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    began = time.perf_counter()

    def run(url: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            app = race.app_at(url, folder)
            with app.app_context():
                world, wrong = live(given.seed, given.runs)
                print(f"seed {given.seed}, {given.runs} histories on {given.database}")  # noqa: T201
                print("done:", ", ".join(f"{name} {n}" for name, n in world.done.most_common()))  # noqa: T201
                print("refused:", ", ".join(f"{name} {n}" for name, n in world.refused.most_common()))  # noqa: T201
                db.session.remove()
                db.engine.dispose()
                return wrong

    with race.server(given.database) as server:
        wrong = race.on_sqlite(run) if server is None else race.on_postgresql(server, 0, run)
    for line in wrong:
        print(line)  # noqa: T201
    print(f"{len(wrong)} findings, {time.perf_counter() - began:.0f} s")  # noqa: T201
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
