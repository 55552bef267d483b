"""Owners are paid twice a month; the newest list waits for its approval."""

from functools import partial
from typing import Final

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import EVERYTHING, Actor
from gallery.core import clock
from gallery.demo.world import World
from gallery.payments.models import BankAccount
from gallery.settlement import services
from gallery.settlement.models import Payout
from gallery.settlement.queries import balances
from gallery.settlement.queries.balances import Owed

DAYS_AGO: Final = (46, 31, 16, 1)
NEWEST_OWNERS: Final = 12
SYSTEM: Final = Actor.system()


def plan(world: World) -> None:
    """Put a payout on the agenda for each of the days; all but the newest are transferred a day later."""
    for number, days in enumerate(DAYS_AGO):
        is_newest = number == len(DAYS_AGO) - 1
        key = f"demo-{number}"
        world.agenda.at(world.ago(days, 10), partial(_prepare, key=key, most=NEWEST_OWNERS if is_newest else None))
        if not is_newest:
            world.agenda.at(world.ago(days - 1, 11), partial(_transfer, key=key))
    world.agenda.at(world.now, _post)


def _post(session: Session) -> None:
    while services.post_due(session, current_app.config["RETURN_WINDOW_DAYS"]):
        pass


def _prepare(session: Session, *, key: str, most: int | None) -> None:
    _post(session)
    rows = balances(session, EVERYTHING, clock.today(), which=Owed.PAYABLE, limit=200).rows
    owners = [row.business_id for row in rows if row.has_account]
    account = session.scalars(select(BankAccount.id).order_by(BankAccount.id)).first()
    if not owners or account is None:
        return
    day = clock.today()
    services.create_payout(session, owners[:most], bank_account_id=account, request_key=key, day=day, actor=SYSTEM)


def _transfer(session: Session, *, key: str) -> None:
    """One of the first list's transfers comes back: its account is closed."""
    payout = session.scalar(select(Payout).where(Payout.request_key == key))
    if payout is None:
        return
    items = [item.id for item in payout.items]
    services.approve_payout(session, payout.id, limit_idr=10**12, day=clock.today(), actor=SYSTEM)
    services.mark_paid(session, payout.id, items, reference=f"BSB{payout.id:06}", actor=SYSTEM)
    if key == "demo-0":
        services.mark_failed(session, payout.id, items[-1:], note="Rekening tutup", actor=SYSTEM)
    _post(session)
