"""Payouts as lists and single pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from gallery.accounts.models import User
from gallery.accounts.permissions import Scope
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile
from gallery.registry.models import Business
from gallery.settlement.models import Payout, PayoutItem, PayoutProof
from gallery.settlement.queries.balances import owners_in_scope

PAGE_SIZE: Final = 25


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """A payout with the number of its owners."""

    payout: Payout
    owners: int


@dataclass(frozen=True, slots=True)
class PayoutPage:
    """One page of payouts, newest first."""

    rows: Sequence[PayoutRow]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def payout_in_scope(scope: Scope) -> ColumnElement[bool]:
    """Condition on :class:`Payout`: all of its owners are in scope."""
    if scope.everything:
        return true()
    items = select(PayoutItem.id).join(Business, Business.id == PayoutItem.business_id)
    return ~items.where(PayoutItem.payout_id == Payout.id, ~owners_in_scope(scope)).exists()


def payouts(session: Session, scope: Scope, *, number: int = 1, limit: int = PAGE_SIZE) -> PayoutPage:
    """Return one page of the payouts in scope; a page that does not exist is the first one."""
    here = payout_in_scope(scope)
    total = session.scalar(select(func.count()).select_from(Payout).where(here)) or 0
    number = number if 0 < number <= -(-total // PAGE_SIZE) else 1
    owners = select(func.count()).where(PayoutItem.payout_id == Payout.id).scalar_subquery()
    rows = session.execute(
        select(Payout, owners)
        .where(here)
        .options(joinedload(Payout.bank_account))
        .order_by(Payout.id.desc())
        .limit(limit)
        .offset((number - 1) * PAGE_SIZE)
    )
    return PayoutPage([PayoutRow(*row) for row in rows], total, number)


def payout(session: Session, public_id: str, scope: Scope) -> Payout:
    """Return a payout with its items and owners; :class:`NotFoundError` outside the scope."""
    found = session.scalar(
        select(Payout)
        .where(Payout.public_id == public_id, payout_in_scope(scope))
        .options(joinedload(Payout.bank_account), selectinload(Payout.items).joinedload(PayoutItem.business))
    )
    if found is None:
        raise NotFoundError("Payout")
    return found


def proofs(session: Session, payout_id: int) -> Sequence[PayoutProof]:
    """Return the bank's receipts of a batch, oldest first."""
    return session.scalars(select(PayoutProof).where(PayoutProof.payout_id == payout_id).order_by(PayoutProof.id)).all()


def proof_file(session: Session, payout_id: int, proof_id: int) -> StoredFile:
    """Return the file of one of the batch's receipts; :class:`NotFoundError` when it belongs to another one."""
    found = session.scalar(
        select(StoredFile)
        .join(PayoutProof, PayoutProof.file_id == StoredFile.id)
        .where(PayoutProof.id == proof_id, PayoutProof.payout_id == payout_id)
    )
    if found is None:
        raise NotFoundError("PayoutProof")
    return found


def names(session: Session, row: Payout) -> dict[int, str]:
    """Return the names of who prepared and who approved, by user id."""
    ids = {key for key in (row.created_by, row.approved_by) if key is not None}
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())


def payouts_of(session: Session, business_id: int, *, limit: int = PAGE_SIZE) -> Sequence[PayoutItem]:
    """Return an owner's transfers, newest first."""
    rows = select(PayoutItem).where(PayoutItem.business_id == business_id).options(joinedload(PayoutItem.payout))
    return session.scalars(rows.order_by(PayoutItem.id.desc()).limit(limit)).all()
