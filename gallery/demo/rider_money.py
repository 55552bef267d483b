"""Cash that riders collected and handed over, and what couriers were paid for their ways."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import EVERYTHING, Actor
from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.demo import accounts
from gallery.demo.foundation import place_of_gallery
from gallery.demo.stock import STAFF_OF
from gallery.demo.world import World
from gallery.payments import services as payments
from gallery.payments.models import BankAccount, Payment
from gallery.payments.queries.cash import is_with_rider
from gallery.settlement import services
from gallery.settlement.queries.courier_payments import couriers_due
from gallery.settlement.services import Purse

GALLERY: Final = "PGK"
HANDED_OVER_DAYS_AGO: Final = 5
PAID_PARTIES: Final = 3
ROUND_IDR: Final = 10_000
SYSTEM: Final = Actor.system()


def plan(world: World) -> None:
    """Put one round of remittances on the agenda, and at the end some payments to couriers."""
    world.agenda.at(world.ago(HANDED_OVER_DAYS_AGO, 16), partial(_hand_over, world=world))
    world.agenda.at(world.now - timedelta(seconds=20), _pay_couriers)


def _hand_over(session: Session, *, world: World) -> None:
    """Let every rider hand over what he has, one after the other."""
    carried: dict[int, list[int]] = defaultdict(list)
    for payment in session.scalars(select(Payment).where(is_with_rider()).order_by(Payment.id)):
        carried[payment.collector_id or 0].append(payment.id)
    for turn, (rider_id, payment_ids) in enumerate(carried.items(), start=1):
        receive = partial(_receive, rider_id=rider_id, payment_ids=payment_ids)
        world.agenda.at(clock.now() + timedelta(minutes=10 * turn), receive)


def _receive(session: Session, *, rider_id: int, payment_ids: Sequence[int]) -> None:
    payments.receive_remittance(
        session,
        rider_id,
        payment_ids,
        gallery_id=place_of_gallery(session, GALLERY).gallery_id or 0,
        request_key=f"demo-remittance-{rider_id}",
        actor=accounts.actor(session, STAFF_OF[GALLERY]),
    )


def _pay_couriers(session: Session) -> None:
    """Those who are owed most get a round sum: riders out of the safe, companies by transfer."""
    while services.post_due(session, current_app.config["RETURN_WINDOW_DAYS"]):
        pass
    account_id = session.scalars(select(BankAccount.id).order_by(BankAccount.id)).first()
    gallery_id = place_of_gallery(session, GALLERY).gallery_id
    for due in couriers_due(session, EVERYTHING)[:PAID_PARTIES]:
        amount = due.owed_idr // ROUND_IDR * ROUND_IDR
        if amount <= 0 or account_id is None:
            continue
        is_rider = due.rider_name is not None
        services.pay_courier(
            session,
            due.party,
            Rupiah(amount),
            purse=Purse(gallery_id=gallery_id) if is_rider else Purse(bank_account_id=account_id),
            paid_on=clock.today(),
            request_key=f"demo-courier-{due.party}",
            note="Ongkos sampai hari ini",
            actor=SYSTEM,
        )
