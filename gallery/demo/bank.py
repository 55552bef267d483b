"""The bank's statement of the last weeks: most lines are known, some want a person, and one transfer is missing."""

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from io import StringIO
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.files import new_key, record_file
from gallery.demo.world import World
from gallery.payments.models import BankAccount, Payment, Refund
from gallery.payments.states import PaymentMethod, PaymentStatus, RefundStatus
from gallery.settlement import services
from gallery.settlement.models import PayoutItem
from gallery.settlement.queries import bank_lines as queries
from gallery.settlement.services.bank import DRAFT_PURPOSE, FILE_PURPOSE
from gallery.settlement.states import Certainty, PayoutItemStatus

DAYS: Final = 20
OPENING_IDR: Final = 25_000_000
NAME: Final = "mutasi-contoh.csv"
SYSTEM: Final = Actor.system()


class Line(NamedTuple):
    """One line; ``amount_idr`` is positive for what came in."""

    day: date
    words: str
    amount_idr: int


def plan(world: World) -> None:
    """Put the import on the agenda, after everything that the bank shows has happened."""
    world.agenda.at(world.now - timedelta(seconds=10), partial(_import, world=world))


def _import(session: Session, *, world: World) -> None:
    account = session.scalars(select(BankAccount).order_by(BankAccount.id)).first()
    if account is None:
        return
    lines = sorted(_lines(session, account.id, clock.now() - timedelta(days=DAYS)))
    data = _sheet(lines)
    key = new_key(FILE_PURPOSE, "sheet")
    world.darkroom.files.put(key, data)
    file = record_file(session, key, data, media_type="text/csv", purpose=DRAFT_PURPOSE)
    sheet = services.read_statement(data, bank_code=account.bank_code)
    taken = services.import_statement(session, sheet, account.id, file, name=NAME, actor=SYSTEM)
    for line_id, match in services.note_certainties(
        session, queries.open_lines_of(session, taken.statement.id)
    ).items():
        if match.certainty is Certainty.SURE:
            world.agenda.at(clock.now(), partial(_settle, line_id=line_id))


def _settle(session: Session, *, line_id: int) -> None:
    services.settle_if_sure(session, line_id, actor=SYSTEM)


def _lines(session: Session, account_id: int, since: datetime) -> Iterator[Line]:
    """Give what the bank saw; the newest transfer that was verified is not among it."""
    transfers = select(Payment).where(
        Payment.method == PaymentMethod.BANK_TRANSFER, Payment.bank_account_id == account_id
    )
    options = transfers.options(joinedload(Payment.order)).order_by(Payment.paid_at, Payment.id)
    verified = options.where(Payment.status == PaymentStatus.PAID, Payment.paid_at >= since)
    for payment in session.scalars(verified).all()[:-1]:
        came_at = payment.proof_sent_at or payment.paid_at or since
        yield Line(clock.local_day(came_at), f"TRSF DARI {payment.order.contact_name.upper()}", payment.amount_idr)
    waiting = options.where(Payment.status == PaymentStatus.UNDER_REVIEW, Payment.unique_code > 0)
    for payment in session.scalars(waiting.limit(1)):  # the buyer left the last digits out
        came_at = payment.proof_sent_at or clock.now()
        words = f"TRSF DARI {payment.order.contact_name.upper()}"
        yield Line(clock.local_day(came_at), words, payment.amount_idr - payment.unique_code)
    paid = select(PayoutItem).where(PayoutItem.status == PayoutItemStatus.PAID, PayoutItem.paid_at >= since)
    for item in session.scalars(paid.options(joinedload(PayoutItem.payout))):
        yield Line(
            clock.local_day(item.paid_at or since),
            f"TRSF KE {item.account_holder.upper()} {item.payout.number}",
            -item.amount_idr,
        )
    sent_back = select(Refund).where(Refund.status == RefundStatus.DONE, Refund.status_changed_at >= since)
    for refund in session.scalars(sent_back.options(joinedload(Refund.payment).joinedload(Payment.order))):
        if refund.payment.method is PaymentMethod.BANK_TRANSFER:
            words = f"PENGEMBALIAN {refund.payment.order.number} {refund.payment.order.contact_name.upper()}"
            yield Line(clock.local_day(refund.status_changed_at), words, -refund.amount_idr)
    today = clock.today()
    yield Line(today - timedelta(days=9), "BIAYA ADMINISTRASI REKENING", -12_500)
    yield Line(today - timedelta(days=3), "SETORAN TUNAI TANPA NAMA", 150_000)


def _sheet(lines: list[Line]) -> bytes:
    """Return the lines as a bank's CSV: semicolons, dots between thousands, sen behind a comma."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["Tanggal", "Keterangan", "Debet", "Kredit", "Saldo"])
    balance = OPENING_IDR
    for line in lines:
        balance += line.amount_idr
        sides = ("", _money(line.amount_idr)) if line.amount_idr > 0 else (_money(-line.amount_idr), "")
        writer.writerow([f"{line.day:%d/%m/%Y}", line.words, *sides, _money(balance)])
    return out.getvalue().encode()


def _money(amount_idr: int) -> str:
    return f"{amount_idr:,}".replace(",", ".") + ",00"
