"""Bank accounts that buyers transfer to: a new one is added, one that exists is offered or no longer."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.accounts.queries import bank_names
from gallery.core import audit
from gallery.core.errors import NotFoundError
from gallery.payments.errors import BankAccountTakenError
from gallery.payments.models import BankAccount
from gallery.payments.queries import bank_account

SHOWN_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """An account as the bank knows it; ``number`` is digits only."""

    bank_code: str
    number: str
    holder: str


def add_account(session: Session, facts: AccountFacts, *, actor: Actor) -> BankAccount:
    """Buyers are offered this account, too; raises :class:`BankAccountTakenError`, :class:`NotFoundError`."""
    name = dict(bank_names()).get(facts.bank_code)
    if name is None:
        raise NotFoundError("Bank")
    same = select(BankAccount.id).where(BankAccount.bank_code == facts.bank_code, BankAccount.number == facts.number)
    if session.scalar(same) is not None:
        raise BankAccountTakenError(facts.number)
    account = BankAccount(bank_code=facts.bank_code, bank_name=name, number=facts.number, holder=facts.holder)
    session.add(account)
    session.flush()  # callers link to the id
    told = {"bank_code": facts.bank_code, "number_ends": facts.number[-SHOWN_DIGITS:]}
    audit.record(session, actor, "bank_account.added", f"bank_account:{account.id}", **told)
    return account


def set_account(session: Session, account_id: int, *, holder: str, is_active: bool, actor: Actor) -> BankAccount:
    """The account is held by ``holder``, and new orders are paid to it or not; open payments keep it.

    Bank and number never change: what was paid and what the books say would name an account that it was not.
    """
    account = bank_account(session, account_id)
    account.holder, account.is_active = holder, is_active
    audit.record(session, actor, "bank_account.changed", f"bank_account:{account.id}", is_active=is_active)
    return account
