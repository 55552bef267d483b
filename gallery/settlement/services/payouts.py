"""Owners are paid: a batch is prepared, approved, transferred at the bank, and each transfer noted."""

from collections.abc import Collection
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile
from gallery.core.locks import lock_row, lock_rows
from gallery.core.money import Rupiah
from gallery.core.outbox import emit
from gallery.core.states import Decision, move
from gallery.inventory import services as inventory
from gallery.inventory.states import PaperKind
from gallery.payments.models import BankAccount
from gallery.registry.models import Business
from gallery.settlement.errors import (
    FileTakenError,
    NothingDueError,
    PayoutChangedError,
    SecondPersonError,
    TooManyReceiptsError,
)
from gallery.settlement.models import Payout, PayoutItem, PayoutProof
from gallery.settlement.queries.balances import balances_by_id
from gallery.settlement.states import PAYOUT, PAYOUT_ITEM, PayoutItemStatus, PayoutStatus

MOST_PROOFS: Final = 20


def create_payout(
    session: Session,
    business_ids: Collection[int],
    *,
    bank_account_id: int,
    request_key: str,
    day: date,
    actor: Actor,
) -> Payout:
    """There is a batch that pays each of these owners all that is due on the day and not on its way already.

    The same request key makes one batch. Owners without a bank account or without anything due are left out;
    :class:`NothingDueError` when nobody remains.
    """
    if (done := session.scalar(select(Payout).where(Payout.request_key == request_key))) is not None:
        return done
    owners = lock_rows(session, Business, business_ids)
    if (done := session.scalar(select(Payout).where(Payout.request_key == request_key))) is not None:
        return done
    account = session.get(BankAccount, bank_account_id)
    if account is None or not account.is_active:
        raise NotFoundError("BankAccount")
    found = balances_by_id(session, list(owners), day)
    payable = {
        key: found[key].payable_idr
        for key, owner in owners.items()
        if owner.bank_account_encrypted and found[key].payable_idr > 0
    }
    if not payable:
        raise NothingDueError
    payout = Payout(
        number=inventory.next_number(session, inventory.PROVINCE, PaperKind.PAYOUT),
        request_key=request_key,
        bank_account_id=account.id,
        total_idr=Rupiah(sum(payable.values())),
        created_by=actor.user_id,
        items=[_item(owners[key], amount) for key, amount in sorted(payable.items())],
    )
    session.add(payout)
    session.flush()  # callers link to the id
    told = {"total_idr": payout.total_idr, "owners": len(payable)}
    audit.record(session, actor, "payout.created", f"payout:{payout.public_id}", **told)
    return payout


def _item(owner: Business, amount_idr: int) -> PayoutItem:
    return PayoutItem(
        business_id=owner.id,
        amount_idr=Rupiah(amount_idr),
        open_key=owner.id,
        bank_code=owner.bank_code or "",
        account_encrypted=owner.bank_account_encrypted,
        account_hint=owner.bank_account_hint or "",
        account_holder=owner.bank_holder or owner.name,
    )


def approve_payout(session: Session, payout_id: int, *, limit_idr: int, day: date, actor: Actor) -> Decision:
    """The batch may go to the bank, and its list has a check code.

    Above the limit another person than the one who prepared it says so. Raises
    :class:`SecondPersonError`, and :class:`PayoutChangedError` where an owner is owed less by now.
    """
    payout, items = _locked(session, payout_id)
    if PAYOUT.decide(payout.status, PayoutStatus.APPROVED) is Decision.STALE:
        return Decision.STALE
    is_own = payout.created_by is not None and payout.created_by == actor.user_id
    if payout.total_idr > limit_idr and is_own:
        raise SecondPersonError(payout.number)
    found = balances_by_id(session, [item.business_id for item in items], day)
    # Its own items are on their way already, so what is still payable besides them must not be negative.
    if any(found[item.business_id].payable_idr < 0 for item in items):
        raise PayoutChangedError(payout.number)
    move(payout, PAYOUT, PayoutStatus.APPROVED, clock.now())
    payout.approved_by, payout.approved_at = actor.user_id, clock.now()
    lines = [[item.business_id, item.amount_idr] for item in items]
    inventory.issue_paper(
        session,
        PaperKind.PAYOUT,
        payout.public_id,
        {"number": payout.number, "lines": lines},
        gallery_id=None,
        summary={"lines": len(lines), "total_idr": payout.total_idr},
        number=payout.number,
    )
    audit.record(session, actor, "payout.approved", f"payout:{payout.public_id}", total_idr=payout.total_idr)
    return Decision.APPLY


def take_bank_file(session: Session, payout_id: int, *, form: str, actor: Actor) -> Payout:
    """Whoever asks may hand the batch to the bank; who took its file and when is kept.

    Raises :class:`PayoutChangedError` for a batch that is not approved, or not any more.
    """
    payout = lock_row(session, Payout, payout_id)
    if payout.status is not PayoutStatus.APPROVED:
        raise PayoutChangedError(payout.number)
    payout.file_taken_at = clock.now()
    audit.record(session, actor, "payout.file_taken", f"payout:{payout.public_id}", form=form)
    return payout


def cancel_payout(
    session: Session, payout_id: int, *, note: str, is_off_at_bank: bool = False, actor: Actor
) -> Decision:
    """Nobody is paid by this batch; what it held is due again. Refused once a transfer was noted.

    Once its file was taken somebody has to say that the bank makes none of its transfers (``is_off_at_bank``), or the
    owners could be paid twice: :class:`FileTakenError`.
    """
    payout, items = _locked(session, payout_id)
    if PAYOUT.decide(payout.status, PayoutStatus.CANCELLED) is Decision.STALE:
        return Decision.STALE
    if any(item.status is not PayoutItemStatus.OPEN for item in items):
        raise PayoutChangedError(payout.number)
    if payout.file_taken_at is not None and not is_off_at_bank:
        raise FileTakenError(payout.number)
    for item in items:
        _end(item, PayoutItemStatus.CANCELLED)
    move(payout, PAYOUT, PayoutStatus.CANCELLED, clock.now())
    payout.note = note
    told = {"is_off_at_bank": True} if payout.file_taken_at is not None else {}
    audit.record(session, actor, "payout.cancelled", f"payout:{payout.public_id}", **told)
    return Decision.APPLY


def mark_paid(session: Session, payout_id: int, item_ids: Collection[int], *, reference: str, actor: Actor) -> Decision:
    """The bank made these transfers. The last one that is settled ends the batch. Emits ``payout.paid`` for each."""
    settled = _settled(session, payout_id, item_ids, PayoutItemStatus.PAID, actor)
    for item in settled:
        item.paid_at, item.reference = clock.now(), reference
        emit(session, "payout.paid", item_id=item.id)
    return Decision.APPLY if settled else Decision.STALE


def mark_failed(session: Session, payout_id: int, item_ids: Collection[int], *, note: str, actor: Actor) -> Decision:
    """The bank did not make these transfers, or sent them back: the amounts are due again."""
    settled = _settled(session, payout_id, item_ids, PayoutItemStatus.FAILED, actor)
    for item in settled:
        item.failed_at, item.failure_note = clock.now(), note
    return Decision.APPLY if settled else Decision.STALE


def add_proof(session: Session, payout_id: int, file: StoredFile, *, note: str, actor: Actor) -> bool:
    """The bank's receipt lies with the batch; tell whether it is a new one: the same file twice is one receipt.

    Raises :class:`PayoutChangedError` for a batch that is not approved, :class:`TooManyReceiptsError` beyond
    :data:`MOST_PROOFS`.
    """
    payout = lock_row(session, Payout, payout_id)
    if payout.status not in (PayoutStatus.APPROVED, PayoutStatus.DONE):
        raise PayoutChangedError(payout.number)
    sent = select(StoredFile.sha256).join(PayoutProof, PayoutProof.file_id == StoredFile.id)
    known = session.scalars(sent.where(PayoutProof.payout_id == payout.id)).all()
    if file.sha256 in known:
        session.delete(file)
        return False
    if len(known) >= MOST_PROOFS:
        raise TooManyReceiptsError(payout.number)
    session.add(PayoutProof(payout_id=payout.id, file_id=file.id, note=note, added_by=actor.user_id))
    audit.record(session, actor, "payout.proof_added", f"payout:{payout.public_id}")
    return True


def _settled(
    session: Session, payout_id: int, item_ids: Collection[int], status: PayoutItemStatus, actor: Actor
) -> list[PayoutItem]:
    """Move the chosen transfers and end a batch that has no open one left; return those that were not there already."""
    payout, items = _locked(session, payout_id)
    chosen = [item for item in items if item.id in set(item_ids)]
    if len(chosen) != len(set(item_ids)):
        raise NotFoundError("PayoutItem")
    if payout.status not in (PayoutStatus.APPROVED, PayoutStatus.DONE):
        raise PayoutChangedError(payout.number)
    moved = [item for item in chosen if _end(item, status) is Decision.APPLY]
    if moved:
        told = {"total_idr": sum(item.amount_idr for item in moved), "owners": len(moved)}
        audit.record(session, actor, f"payout.{status.value}", f"payout:{payout.public_id}", **told)
    if payout.status is PayoutStatus.APPROVED and not any(item.status is PayoutItemStatus.OPEN for item in items):
        move(payout, PAYOUT, PayoutStatus.DONE, clock.now())
    return moved


def _locked(session: Session, payout_id: int) -> tuple[Payout, list[PayoutItem]]:
    owner_ids = session.scalars(select(PayoutItem.business_id).where(PayoutItem.payout_id == payout_id)).all()
    lock_rows(session, Business, owner_ids)
    payout = lock_row(session, Payout, payout_id)
    ids = session.scalars(select(PayoutItem.id).where(PayoutItem.payout_id == payout.id)).all()
    return payout, list(lock_rows(session, PayoutItem, ids).values())


def _end(item: PayoutItem, status: PayoutItemStatus) -> Decision:
    decision = move(item, PAYOUT_ITEM, status, clock.now())
    if decision is Decision.APPLY:
        item.open_key = None
    return decision
