"""A gateway inside the test's own process, and orders that are paid on its page."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.outbox import drain
from gallery.jobs import payments as jobs
from gallery.orders.models import Order
from gallery.payments.errors import BadNoticeError, GatewayRefusedError
from gallery.payments.gateway import ChargeSeen, DisputeSeen, MovementSeen, NoticeSeen, Opened, RefundSeen
from gallery.payments.models import GatewayCharge, Payment
from gallery.payments.services import charges
from gallery.payments.states import ChargeStatus, DisputeStatus, Gateway, PaymentMethod
from tests.factories.checkout import make_placed_order

PAGES = "https://pages.example"


@dataclass
class Desk:
    """Implements :class:`gallery.payments.gateway.PaymentGateway`; what it knows is changed by the test.

    ``fails`` is raised by the next call of that name, once; ``loses`` by it after it was done.
    """

    gateway: Gateway = Gateway.STRIPE
    page_hosts: tuple[str, ...] = (PAGES,)
    charges: dict[str, ChargeSeen] = field(default_factory=dict)
    keys: dict[str, RefundSeen] = field(default_factory=dict)
    books: list[MovementSeen] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    fails: dict[str, Exception] = field(default_factory=dict)
    loses: dict[str, Exception] = field(default_factory=dict)
    is_slow: bool = False  # refunds take their time

    def _call(self, name: str) -> None:
        self.calls.append(name)
        assert not db.session().info.get("writing"), "a gateway is never asked inside a transaction"
        if (error := self.fails.pop(name, None)) is not None:
            raise error

    def _lost(self, name: str) -> None:
        if (error := self.loses.pop(name, None)) is not None:
            raise error

    def open(self, wanted):
        self._call("open")
        seen = ChargeSeen(ChargeStatus.OPEN, wanted.reference, wanted.amount_idr, "idr", f"page-{wanted.reference}")
        self.charges.setdefault(wanted.reference, seen)
        self._lost("open")
        return Opened(f"page-{wanted.reference}", f"{PAGES}/{wanted.reference}", wanted.expires_at)

    def ask(self, known):
        self._call("ask")
        return self.charges.get(known.reference)

    def close(self, known):
        self._call("close")
        seen = self.charges.get(known.reference)
        if seen is not None and seen.status is ChargeStatus.OPEN:
            self.charges[known.reference] = replace(seen, status=ChargeStatus.CLOSED)

    def refund(self, known, *, key, amount_idr, reason):  # noqa: ARG002
        self._call("refund")
        if key not in self.keys:
            seen = self.charges[known.reference]
            if amount_idr > seen.amount_idr - sum(one.amount_idr for one in seen.refunds if not one.is_failed):
                raise GatewayRefusedError("too much", code_there="charge_already_refunded")
            self.keys[key] = RefundSeen(f"re-{len(self.keys)}", amount_idr, is_done=not self.is_slow, key=key)
            self.change(known.reference, refunds=(*seen.refunds, self.keys[key]))
        self._lost("refund")
        return self.keys[key]

    def read_notice(self, headers, body):
        name, _, about = body.decode(errors="replace").partition(" ")
        if headers.get("x-proof") != "right":
            raise BadNoticeError
        return [NoticeSeen(name, "kind", about)] if about else []

    def movements(self, since, until):
        self._call("movements")
        return [one for one in self.books if since <= one.happened_at < until]

    # ---------------------------------------------------------------- what happens there

    def change(self, reference: str, /, **facts) -> None:
        self.charges[reference] = replace(self.charges[reference], **facts)

    def pay(self, reference: str) -> None:
        self.change(reference, status=ChargeStatus.PAID, transaction_id=f"pi-{reference}", paid_at=clock.now())

    def give_back(self, reference: str, amount_idr: int, **facts) -> RefundSeen:
        """Somebody clicks in the gateway's dashboard."""
        before = self.charges[reference].refunds
        made = RefundSeen(f"dash-{reference}-{len(before)}", amount_idr, **({"is_done": True} | facts))
        self.change(reference, refunds=(*before, made))
        return made

    def dispute(self, reference: str, amount_idr: int, status: DisputeStatus = DisputeStatus.OPEN) -> None:
        answer_by = clock.now() + timedelta(days=9)
        one = DisputeSeen(f"dp-{reference}", amount_idr, status, clock.now(), "fraudulent", answer_by)
        self.change(reference, disputes=(one,))


def make_desk(gateway: Gateway = Gateway.STRIPE) -> Desk:
    """A gateway that the application asks."""
    desk = Desk(gateway)
    adapters.gateways()[gateway.value] = desk
    return desk


def make_online_order(gateway: Gateway = Gateway.STRIPE, **given) -> Order:
    return make_placed_order(method=PaymentMethod.ONLINE, gateway=gateway, **given)


def the_payment(order_id: int) -> Payment:
    db.session.rollback()
    return db.session.query(Payment).filter_by(order_id=order_id).populate_existing().one()


def want(order_id: int) -> str:
    """The buyer asks for the page; its reference."""
    payment_id = the_payment(order_id).id
    with transaction() as session:
        return charges.want_charge(session, payment_id).reference


def open_page(desk: Desk, order_id: int) -> str:
    """The buyer is on the gateway's page; the reference of the charge."""
    reference = want(order_id)
    charge = charge_under(reference)
    charge_id, amount, until = charge.id, charge.amount_idr, charge.expires_at
    db.session.rollback()
    from gallery.payments.gateway import ChargeWanted

    opened = desk.open(ChargeWanted(reference, "n", amount, "t", until, "r", "c"))
    with transaction() as session:
        charges.note_opened(session, charge_id, opened)
    return reference


def charge_under(reference: str) -> GatewayCharge:
    db.session.rollback()
    return db.session.query(GatewayCharge).filter_by(reference=reference).populate_existing().one()


def look(reference: str) -> bool:
    """The gateway is asked about the charge now; whether that told something new."""
    charge_id = charge_under(reference).id
    db.session.rollback()
    return jobs.look(charge_id)


def work(at: Callable[[timedelta], None] | None = None, after: timedelta = timedelta(0)) -> datetime:
    """Let the workers do what is due, some time later."""
    if at is not None:
        at(after)
    for job in (jobs.hand_out_notices, jobs.hand_out_charges, jobs.hand_out_refunds):
        job()
    drain()
    return clock.now()
