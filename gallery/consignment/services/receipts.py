"""The end of an unpacking: pieces come into stock exactly once, each owner gets a receipt, terms are frozen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.consignment.errors import NothingReceivedError, Problem, ReceivingClosedError, ReceivingIncompleteError
from gallery.consignment.models import ConsignmentNote, LotTerms, NoteLine, Receipt, ReceiptLine, Receiving
from gallery.consignment.queries.receipts import printed_facts
from gallery.consignment.queries.receiving import CountedLine, counted_lines, main_reasons, pieces_of_note
from gallery.consignment.states import NOTE, RECEIVING, NoteStatus, ReceivingStatus, RejectedAs
from gallery.core import audit, clock
from gallery.core.ids import public_id
from gallery.core.locks import lock_row
from gallery.core.money import Rupiah
from gallery.core.states import move
from gallery.inventory.models import Place, PlaceKind, StockItem
from gallery.inventory.services import issue_paper, receive
from gallery.inventory.states import DocumentKind, PaperKind


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A counted line, the id its receipt line will have, and the lot its pieces came into."""

    counted: CountedLine
    line_id: str
    lot_id: int | None
    owed_idr: Rupiah
    reason: RejectedAs | None


def problems_of(lines: Iterable[CountedLine]) -> list[Problem]:
    """Return what keeps these lines from being received today; lines without a taken piece keep nothing back."""
    found = []
    for counted in lines:
        line, owed = counted.line, counted.owed_idr
        if counted.taken == 0:
            continue
        if line.expires_on is None and counted.shelf_life_days is not None:
            found.append(Problem(line.public_id, "date_missing", counted.earliest_expiry))
        elif line.expires_on is not None and line.expires_on <= clock.today():
            found.append(Problem(line.public_id, "expired", counted.earliest_expiry))
        elif counted.is_short and not line.exception_reason:
            found.append(Problem(line.public_id, "too_short", counted.earliest_expiry))
        if owed is None:
            found.append(Problem(line.public_id, "price_missing"))
        elif owed > counted.variant.price_idr:
            found.append(Problem(line.public_id, "price_too_high"))
    return found


def finish_receiving(
    session: Session, receiving_id: int, *, brought_by: str | None = None, actor: Actor
) -> list[Receipt]:
    """The taken pieces are in stock, each line in a lot of its own under the terms of today; one receipt per owner.

    The note is closed when all of it came, else received in part. Finishing again returns the same receipts.
    :class:`ReceivingIncompleteError` names every line that is not ready; then nothing happened.
    """
    note_id = session.scalar(select(Receiving.note_id).where(Receiving.id == receiving_id))
    if note_id is not None:
        lock_row(session, ConsignmentNote, note_id)
    receiving = lock_row(session, Receiving, receiving_id)
    if receiving.status is ReceivingStatus.FINISHED:
        return list(session.scalars(select(Receipt).where(Receipt.receiving_id == receiving_id).order_by(Receipt.id)))
    if receiving.status is not ReceivingStatus.OPEN:
        raise ReceivingClosedError(receiving.public_id)
    lines = [one for one in counted_lines(session, receiving) if one.taken or one.rejected]
    if not lines:
        raise NothingReceivedError(receiving.public_id)
    if problems := problems_of(lines):
        raise ReceivingIncompleteError(problems)
    move(receiving, RECEIVING, ReceivingStatus.FINISHED, clock.now())
    if brought_by is not None:
        receiving.brought_by = brought_by.strip()
    receiving.finished_at, receiving.finished_by = clock.now(), actor.user_id
    ids = {business_id: public_id() for business_id in sorted({one.business.id for one in lines})}
    arrived = _take_in(session, receiving, lines, ids, actor)  # all stock first: the papers' counter is locked late
    by_owner = sorted(arrived, key=lambda one: one.counted.business.id)
    receipts = [
        _write(session, receiving, ids[owner], list(of_owner), actor)
        for owner, of_owner in groupby(by_owner, key=attrgetter("counted.business.id"))
    ]
    if note_id is not None:
        _move_note_on(session, note_id)
    return receipts


def _take_in(
    session: Session, receiving: Receiving, lines: Sequence[CountedLine], receipts: dict[int, str], actor: Actor
) -> list[_Arrived]:
    shelf_of_gallery = select(Place.id).where(Place.gallery_id == receiving.gallery_id, Place.kind == PlaceKind.GALLERY)
    place_id = session.scalars(shelf_of_gallery).one()
    reasons = main_reasons(session, [one.line.id for one in lines])
    arrived = []
    for one in lines:
        name, line, lot_id = public_id(), one.line, None
        if one.taken:
            movement = receive(
                session,
                line.variant_id,
                place_id,
                one.taken,
                expires_on=line.expires_on,
                lot_code=line.lot_code,
                intake=f"receipt_line:{name}",
                shelf=line.shelf,
                document=DocumentKind.RECEIPT.of(receipts[one.business.id]),
                request_key=f"receiving_line:{line.public_id}",
                actor=actor,
            )
            lot_id = session.get_one(StockItem, movement.stock_item_id).lot_id
        owed = Rupiah(0) if one.owed_idr is None else one.owed_idr
        arrived.append(_Arrived(one, name, lot_id, owed, reasons.get(line.id)))
    return arrived


def _write(session: Session, receiving: Receiving, subject: str, arrived: list[_Arrived], actor: Actor) -> Receipt:
    facts = printed_facts(
        gallery_id=receiving.gallery_id,
        business_id=arrived[0].counted.business.id,
        issued_on=clock.today(),
        lines=[_as_printed(one) for one in arrived],
    )
    paper = issue_paper(
        session,
        PaperKind.RECEIPT,
        subject,
        facts,
        gallery_id=receiving.gallery_id,
        summary={name: facts[name] for name in ("pieces", "rejected", "owed_idr")} | {"lines": len(arrived)},
    )
    receipt = Receipt(
        public_id=subject,
        receiving_id=receiving.id,
        gallery_id=receiving.gallery_id,
        business_id=arrived[0].counted.business.id,
        paper_id=paper.id,
        number=paper.number,
        brought_by=receiving.brought_by,
        issued_by=actor.user_id,
        issued_at=paper.issued_at,
    )
    session.add(receipt)
    session.flush()
    for one in arrived:
        _write_line(session, receipt, one)
    audit.record(session, actor, "consignment.receipt_issued", f"receipt:{subject}", number=receipt.number)
    return receipt


def _as_printed(one: _Arrived) -> dict[str, Any]:
    line, counted = one.counted.line, one.counted
    return {
        "name": counted.name,
        "lot_code": line.lot_code,
        "expires_on": line.expires_on,
        "pieces": counted.taken,
        "rejected": counted.rejected,
        "price_idr": counted.variant.price_idr,
        "consignor_price_idr": one.owed_idr,
    }


def _write_line(session: Session, receipt: Receipt, one: _Arrived) -> None:
    line, counted, terms = one.counted.line, one.counted, one.counted.terms
    row = ReceiptLine(
        public_id=one.line_id,
        receipt_id=receipt.id,
        receiving_line_id=line.id,
        variant_id=line.variant_id,
        lot_id=one.lot_id,
        product_name=counted.product_name,
        variant_name=counted.variant.name,
        lot_code=line.lot_code,
        expires_on=line.expires_on,
        shelf=line.shelf,
        pieces=counted.taken,
        rejected_pieces=counted.rejected,
        reject_reason=one.reason,
        price_idr=counted.variant.price_idr,
        consignor_price_idr=one.owed_idr,
        commission_bps=terms.commission_bps,
    )
    session.add(row)
    session.flush()
    if one.lot_id is None:
        return
    take_off = line.expires_on - timedelta(days=terms.take_off_days) if line.expires_on else None
    session.add(
        LotTerms(
            lot_id=one.lot_id,
            gallery_id=receipt.gallery_id,
            business_id=receipt.business_id,
            receipt_line_id=row.id,
            consignor_price_idr=one.owed_idr if terms.commission_bps is None else None,
            commission_bps=terms.commission_bps,
            loss_bearer=terms.loss_bearer,
            take_off_on=max(take_off, clock.today()) if take_off else None,
            return_by=clock.today() + timedelta(days=terms.return_days),
            collect_days=terms.collect_days,
            payment_period=terms.payment_period,
        )
    )


def _move_note_on(session: Session, note_id: int) -> None:
    note = session.get_one(ConsignmentNote, note_id)
    session.flush()
    came = pieces_of_note(session, note_id)
    wanted = session.execute(select(NoteLine.id, NoteLine.pieces).where(NoteLine.note_id == note_id)).all()
    is_all = all(came.get(line, 0) >= pieces for line, pieces in wanted)
    move(note, NOTE, NoteStatus.CLOSED if is_all else NoteStatus.PARTLY_RECEIVED, clock.now())
