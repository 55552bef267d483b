"""Builders of orders of offices and of the budgets that they are paid from."""

from datetime import date

from gallery.accounts.permissions import Actor
from gallery.core.db import db, transaction
from gallery.orders.models import Order, Parcel
from gallery.orders.states import FulfilmentKind
from gallery.payments import services as payments
from gallery.payments.models import BankAccount, Payment
from gallery.payments.queries.papers import Budget
from gallery.payments.states import PaymentMethod
from tests.factories.accounts import make_office
from tests.factories.checkout import make_bank_account
from tests.factories.delivery import make_parcel

SYSTEM = Actor.system()
BUDGET = Budget(
    officer_post="Pejabat Pembuat Komitmen (PPK)",
    officer_name="Siti Aminah, S.E.",
    officer_nip="198001012005012001",
    treasurer_name="Budi Santoso",
    treasurer_nip="198505052010011003",
    account_code="5.1.02.01.01.0052",
    activity="Penyediaan makanan dan minuman rapat",
    letter_number="027/115/DISDIK/2026",
    letter_date=date(2026, 11, 2),
    npwp="001234567301000",
)


def make_office_order(place_id: int | None = None, *, office: str = "Dinas Pendidikan", paid: bool = False, **given):
    """An order that is brought to an office, to be paid by transfer: the parcel of it, with its payment."""
    if not db.session.query(BankAccount).count():
        make_bank_account()
    values = {"fulfilment": FulfilmentKind.OFFICE, "office_id": make_office(name=office).id} | given
    parcel_id = make_parcel(place_id, paid=False, packed=False, **values).id
    order_id = db.session.get(Parcel, parcel_id).order_id
    with transaction() as session:
        payments.open_payment(session, session.get_one(Order, order_id), PaymentMethod.BANK_TRANSFER)
    if paid:
        pay(order_id)
    return db.session.get(Parcel, parcel_id)


def pay(order_id: int) -> None:
    """The money of the order is there."""
    payment_id = db.session.query(Payment.id).filter_by(order_id=order_id).scalar()
    with transaction() as session:
        payments.verify(session, payment_id, actor=SYSTEM)
