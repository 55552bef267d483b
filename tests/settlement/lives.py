"""Lives of orders that are paid on a gateway's page, at the door, or go out in several parcels.

The world of :mod:`tests.settlement.histories` lives them beside its own.
"""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import func, select

from gallery.checkout import services as checkout
from gallery.checkout.queries import CashRules
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.money import Rupiah
from gallery.delivery import services as delivery
from gallery.delivery.models import Shipment
from gallery.delivery.states import ShipmentStatus
from gallery.orders import services as orders
from gallery.orders.models import Order, Parcel
from gallery.orders.states import OrderStatus, ParcelStatus
from gallery.payments import services as payments
from gallery.payments.gateway import MovementSeen
from gallery.payments.models import GatewayCharge, GatewayMovement, Payment, Refund, RemittanceLine
from gallery.payments.queries.charges import known, refund_key
from gallery.payments.services import books, fulfil, give_back
from gallery.payments.states import (
    ChargeStatus,
    DisputeStatus,
    Gateway,
    GivenBackFor,
    MovementKind,
    PaymentMethod,
    PaymentStatus,
    RefundStatus,
)
from gallery.settlement import services
from gallery.settlement.models import CourierPayment, JournalLine
from gallery.settlement.queries.courier_payments import owed_to
from gallery.settlement.services.courier_payments import Purse
from gallery.settlement.states import Account
from tests.factories.checkout import BUYER, HOME, fill_cart, guest, plan, send_to
from tests.factories.delivery import SYSTEM, an_update, make_rider, make_tariff
from tests.factories.gateways import Desk, charge_under, make_desk, open_page
from tests.factories.inventory import PANGKALPINANG, make_gallery_place, make_goods, make_stock
from tests.factories.settlement import give_account

ANY_CASH = CashRules(max_idr=10**9, max_open=10**6)
HELD_ELSEWHERE = (Account.GATEWAY, Account.TRANSIT, Account.RIDERS, Account.DISPUTES)
PIECES = 100_000


class Lives:
    """What happens to orders beyond one counter: ``world`` gives dice, time and the way to run a use case."""

    def __init__(self, world) -> None:
        self.world = world
        self.desk: Desk = make_desk()
        self.rider_id = make_rider().id
        make_tariff(world.place_id)
        far = make_gallery_place(name="Galeri kedua")
        self.far_id = far.id
        make_tariff(far.id)
        self.far_goods = make_goods("Barang galeri kedua", price_idr=27_300)
        give_account(self.far_goods.business_id)
        make_stock(self.far_goods.variant_id, far.id, PIECES)

    # ---------------------------------------------------------------- orders

    def placed(self, method: PaymentMethod, *, is_split: bool = False, gateway: Gateway | None = None) -> int | None:
        """An order to an address, of one parcel or of two; its id."""
        world, owner = self.world, guest()
        for goods in world.random.sample(world.goods, world.random.randint(1, 2)):
            fill_cart(owner, (goods, world.random.randint(1, 4)))
        if is_split:
            fill_cart(owner, (self.far_goods, world.random.randint(1, 3)))
        buyer = replace(BUYER, phone=f"+62812{world.histories:08d}")
        purchase = checkout.Purchase(f"l{world.histories}", buyer, HOME, method, gateway)
        made = world.run(
            f"place {method.value}",
            checkout.place_order,
            owner,
            plan(owner, send_to(PANGKALPINANG)),
            purchase,
            actor=SYSTEM,
            cash=ANY_CASH,
        )
        return None if made is None else made.id

    def online(self) -> None:
        """Paid on a gateway's page: at once, after it was closed, twice, too late, or never."""
        world = self.world
        order_id = self.placed(PaymentMethod.ONLINE, is_split=world.maybe(0.3), gateway=Gateway.STRIPE)
        reference = open_page(self.desk, order_id)
        if world.maybe(0.1):
            world.cancel(order_id)
        if world.maybe(0.15):  # the page ran out; the buyer asks for another and may still pay the old one
            self.desk.change(reference, status=ChargeStatus.CLOSED)
            self.look(reference)
            if self.payment(order_id).status is PaymentStatus.PENDING:
                second = open_page(self.desk, order_id)
                self.pay(second)
            if world.maybe(0.6):
                self.pay(reference)
        elif world.maybe(0.9):
            self.pay(reference)
        if world.maybe(0.1):
            world.cancel(order_id)
        self.bring(order_id)
        if world.maybe(0.2):
            self.meddle(order_id)

    def split(self) -> None:
        """One order, two parcels: one may arrive and the other come back."""
        order_id = self.placed(PaymentMethod.BANK_TRANSFER, is_split=True)
        payment_id = self.payment(order_id).id
        self.world.run("verify", payments.verify, payment_id, actor=SYSTEM)
        self.bring(order_id)

    def at_door(self) -> None:
        """A rider is given the cash, or brings the parcel back."""
        world = self.world
        order_id = self.placed(PaymentMethod.CASH_ON_DELIVERY)
        (parcel_id,) = self.parcels(order_id)
        if world.maybe(0.1):
            world.cancel(order_id)
            return
        world.run("pack", orders.pack_parcel, parcel_id, actor=SYSTEM)
        shipment = world.run("offer", delivery.offer_to_rider, parcel_id, self.rider_id, actor=SYSTEM)
        shipment_id = shipment.id
        for status in (ShipmentStatus.ACCEPTED, ShipmentStatus.PICKED_UP):
            self.tell(shipment_id, status)
        if world.maybe(0.2):
            self.tell(shipment_id, ShipmentStatus.FAILED)
            world.run("came back unpaid", orders.return_parcel, parcel_id, actor=SYSTEM)
            world.run("close unpaid", payments.close_unpaid, order_id)
            return
        self.tell(shipment_id, ShipmentStatus.DELIVERED, is_cash_received=True)
        if world.maybe(0.3):
            world.refund(parcel_id)

    def bring(self, order_id: int) -> None:
        """Each parcel of a paid order arrives, or comes back and its goods are owed."""
        world = self.world
        if self.payment(order_id).status is not PaymentStatus.PAID:
            return
        for parcel_id in self.parcels(order_id):
            for step in (orders.pack_parcel, orders.hand_over_parcel):
                world.run(step.__name__, step, parcel_id, actor=SYSTEM)
            if world.maybe(0.2):
                world.run("fail", orders.fail_parcel, parcel_id, actor=SYSTEM)
                world.run("return", orders.return_parcel, parcel_id, actor=SYSTEM)
                world.run("owe parcel", payments.owe_for_parcel, parcel_id)
                continue
            world.run("deliver", orders.deliver_parcel, parcel_id, actor=SYSTEM)
            if world.maybe(0.2):
                world.refund(parcel_id)
            if world.maybe(0.1):
                self.give_shipping_back(parcel_id)

    def give_shipping_back(self, parcel_id: int) -> None:
        shipping = db.session.scalar(select(Parcel.shipping_idr).where(Parcel.id == parcel_id)) or 0
        self.world.run(
            "refund shipping",
            payments.owe_lines,
            parcel_id,
            {},
            shipping_idr=self.world.random.randint(1, max(1, shipping)),
            reason=GivenBackFor.SHIPPING,
            request_key=f"s{self.world.random.random()}",
            actor=SYSTEM,
        )

    # ---------------------------------------------------------------- the gateway

    def pay(self, reference: str) -> None:
        self.desk.pay(reference)
        self.look(reference)
        self.world.done["paid online"] += 1

    def look(self, reference: str) -> None:
        """Ask and book, sometimes twice: the second time changes nothing."""
        charge = charge_under(reference)
        charge_id, asked = charge.id, known(charge)
        db.session.rollback()
        for _ in range(2 if self.world.maybe(0.2) else 1):
            seen = self.desk.ask(asked)
            self.world.run("ask", fulfil.take_answer, charge_id, seen)

    def meddle(self, order_id: int) -> None:
        """Somebody gives money back in the gateway's dashboard, or the buyer's bank takes it back."""
        world = self.world
        db.session.rollback()
        charge = db.session.scalar(
            select(GatewayCharge)
            .join(Payment, Payment.id == GatewayCharge.payment_id)
            .where(Payment.order_id == order_id, GatewayCharge.status == ChargeStatus.PAID)
            .limit(1)
        )
        if charge is None:
            return
        reference, amount, seen = charge.reference, charge.amount_idr, self.desk.charges[charge.reference]
        left = amount - sum(one.amount_idr for one in seen.refunds)
        if left <= 0:
            return
        if world.maybe(0.5):
            self.desk.give_back(reference, world.random.choice([left, world.random.randint(1, left)]))
            world.done["dashboard refund"] += 1
        elif not seen.disputes and not seen.refunds:
            self.desk.dispute(reference, amount)
            self.look(reference)
            if world.maybe(0.7):
                self.desk.dispute(reference, amount, world.random.choice([DisputeStatus.WON, DisputeStatus.LOST]))
            world.done["dispute"] += 1
        self.look(reference)

    def send_back(self) -> None:
        """Refunds of charges go through the gateway; sometimes by hand, sometimes it says no."""
        db.session.rollback()
        due = select(Refund).where(Refund.status == RefundStatus.DUE, Refund.charge_id.is_not(None))
        for refund_id in [row.id for row in db.session.scalars(due)]:
            if self.world.maybe(0.1):
                self.world.run("refund by hand", payments.finish_refund, refund_id, note="transfer", actor=SYSTEM)
                continue
            self.world.run("send refund", give_back.send_refund, refund_id, actor=SYSTEM)
            with transaction() as session:
                give_back.start_sending(session, refund_id)
            refund = db.session.get(Refund, refund_id, populate_existing=True)
            charge = db.session.get(GatewayCharge, refund.charge_id)
            key, amount, asked = refund_key(refund), refund.amount_idr, known(charge)
            db.session.rollback()
            self._ask_back(refund_id, key, amount, asked)

    def _ask_back(self, refund_id: int, key: str, amount: Rupiah, asked) -> None:
        if any(one.status is DisputeStatus.LOST for one in self.desk.charges[asked.reference].disputes):
            self.world.run("refund refused", give_back.note_refund_refused, refund_id, "charge_disputed")
            return
        try:
            seen = self.desk.refund(asked, key=key, amount_idr=amount, reason="x")
        except Exception as error:  # noqa: BLE001 - whatever the desk refuses, the refund is due again
            self.world.run("refund refused", give_back.note_refund_refused, refund_id, str(error))
            return
        if self.world.maybe(0.2):  # its message is faster than its answer
            self.look(asked.reference)
        self.world.run("refunded", give_back.note_refund, refund_id, seen)

    def keep_books(self) -> None:
        """The gateway's own books: a fee for each charge, and a payout of some of it. Read twice, kept once."""
        db.session.rollback()
        booked = set(db.session.scalars(select(GatewayMovement.source)))
        paid = select(GatewayCharge).where(GatewayCharge.status == ChargeStatus.PAID)
        lines = [
            MovementSeen(f"txn_{one.reference}", MovementKind.CHARGE, one.amount_idr, Rupiah(2_000), clock.now(),
                         one.reference, one.transaction_id or "")
            for one in db.session.scalars(paid)
            if one.reference not in booked
        ]  # fmt: skip
        if lines and self.world.maybe(0.5):
            name, some = f"po_{self.world.histories}", Rupiah(-lines[0].amount_idr // 2)
            lines.append(MovementSeen(name, MovementKind.PAYOUT, some, Rupiah(0), clock.now(), name))
        db.session.rollback()
        for _ in range(2):
            self.world.run("books", books.record_movements, Gateway.STRIPE, lines)

    # ---------------------------------------------------------------- riders

    def remit(self) -> None:
        """The rider hands over some of what he carries; sent twice it is once."""
        db.session.rollback()
        handed_over = select(RemittanceLine.id).where(RemittanceLine.payment_id == Payment.id).exists()
        carried = db.session.scalars(
            select(Payment.id).where(
                Payment.collector_id == self.rider_id, Payment.status == PaymentStatus.PAID, ~handed_over
            )
        ).all()
        if carried:
            some = self.world.random.sample(list(carried), self.world.random.randint(1, len(carried)))
            key = f"m{self.world.histories}"
            for _ in range(2 if self.world.maybe(0.2) else 1):
                self.world.run(
                    "remit",
                    payments.receive_remittance,
                    self.rider_id,
                    some,
                    gallery_id=self.world.gallery_id,
                    request_key=key,
                    actor=SYSTEM,
                )

    def pay_rider(self) -> None:
        """Some of his fees, never more than he earned; sent twice it is once."""
        db.session.rollback()
        party = f"rider:{self.rider_id}"
        owed, key = owed_to(db.session(), party), f"cp{self.world.histories}"
        purse = Purse(gallery_id=self.world.gallery_id)
        for amount in (self.world.random.randint(1, owed + 5_000),) * (2 if self.world.maybe(0.2) else 1):
            self.world.run(
                "pay rider",
                services.pay_courier,
                party,
                Rupiah(amount),
                purse=purse,
                paid_on=clock.today(),
                request_key=key,
                actor=SYSTEM,
            )

    def tell(self, shipment_id: int, status: ShipmentStatus, **given) -> None:
        update = an_update(db.session.get(Shipment, shipment_id), status, **given)
        db.session.rollback()
        self.world.run(f"rider says {status.value}", delivery.apply_update, update, actor=SYSTEM)

    # ---------------------------------------------------------------- what must hold

    def moved(self) -> tuple[int, int]:
        """Money in and out by the documents that this file makes, beside payments and refunds."""
        came = self._sum(GatewayCharge.amount_idr, GatewayCharge.is_extra.is_(True))
        went = self._sum(CourierPayment.amount_idr)
        return came, went

    def buyers(self) -> list[str]:
        """Of an order that is over nothing of the buyer's money is left, whichever way it ended."""
        over = (OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.EXPIRED)
        final = (ParcelStatus.DELIVERED, ParcelStatus.RETURNED, ParcelStatus.CANCELLED)
        waiting = select(Parcel.id).where(Parcel.order_id == Order.id, Parcel.status.not_in(final))
        rows = db.session.execute(
            select(Order.number, Order.status, func.sum(JournalLine.amount_idr))
            .join(JournalLine, JournalLine.party == "order:" + Order.public_id)
            .where(JournalLine.account == Account.BUYERS, Order.status.in_(over), ~waiting.exists())
            .group_by(Order.number, Order.status)
            .having(func.sum(JournalLine.amount_idr) != 0)
        )
        return [f"order {number} is {status}, and {amount} of the buyer's is left" for number, status, amount in rows]

    def payment(self, order_id: int) -> Payment:
        db.session.rollback()
        return db.session.scalars(select(Payment).where(Payment.order_id == order_id)).one()

    def parcels(self, order_id: int) -> list[int]:
        db.session.rollback()
        return list(db.session.scalars(select(Parcel.id).where(Parcel.order_id == order_id).order_by(Parcel.id)))

    def _sum(self, column, *conditions) -> int:
        return int(db.session.scalar(select(func.coalesce(func.sum(column), 0)).where(*conditions)) or 0)

    @property
    def all(self) -> list[Callable[[], None]]:
        everyday = [self.online, self.online, self.split, self.at_door]
        return [*everyday, self.remit, self.pay_rider, self.keep_books, self.send_back]
