"""Another selling price: asked by the owner or proposed by a gallery, confirmed by a manager, applied on its day."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.catalog.facts import ProductFacts
from gallery.catalog.models import Product, Variant
from gallery.catalog.services import set_price
from gallery.consignment.errors import (
    OtherOwnersGoodsError,
    PriceBelowOwedError,
    PriceNoticeError,
    RequestOpenError,
    SamePriceError,
    SecondPersonError,
)
from gallery.consignment.models import LotTerms, PriceRequest, PriceRequestLot
from gallery.consignment.queries.papers import price_facts
from gallery.consignment.queries.requests import consigned_variants, highest_owed
from gallery.consignment.states import PRICE_REQUEST, PriceRequestStatus
from gallery.core import audit, clock
from gallery.core.locks import lock_row
from gallery.core.money import Rupiah
from gallery.core.outbox import emit
from gallery.core.states import Decision, move
from gallery.inventory.services import issue_paper
from gallery.inventory.states import PaperKind

OPEN: Final = (PriceRequestStatus.PROPOSED, PriceRequestStatus.ASKED, PriceRequestStatus.CONFIRMED)


def earliest_day(old_price_idr: int, new_price_idr: int, *, rise_days: int, cut_days: int = 0) -> date:
    """Return the first day on which the new price may hold; buyers and staff are told of a rise beforehand."""
    return clock.today() + timedelta(days=rise_days if new_price_idr > old_price_idr else cut_days)


def ask_price(
    session: Session,
    variant_id: int,
    new_price_idr: Rupiah,
    *,
    wanted_from: date,
    rise_days: int,
    lots: Mapping[int, Rupiah] | None = None,
    note: str = "",
    proposed_by_gallery: int | None = None,
    actor: Actor,
) -> PriceRequest:
    """There is a request for this price: the owner's, or with ``proposed_by_gallery`` a proposal to the owner.

    ``lots`` (lot id: price) are those whose consignor price follows. :class:`RequestOpenError` while another one is
    open, :class:`PriceNoticeError` where it would begin too early, :class:`PriceBelowOwedError` where an owner asks
    for less than a piece in a gallery is owed; to a proposal the owner answers with the prices of the lots.
    """
    product = lock_row(session, Product, session.get_one(Variant, variant_id).product_id)
    variant = session.get_one(Variant, variant_id, populate_existing=True)
    if variant.price_idr == new_price_idr:
        raise SamePriceError(str(new_price_idr))
    earliest = earliest_day(variant.price_idr, new_price_idr, rise_days=rise_days)
    if wanted_from < earliest:
        raise PriceNoticeError(earliest)
    known = select(PriceRequest.id).where(PriceRequest.variant_id == variant_id, PriceRequest.status.in_(OPEN))
    if session.scalar(known) is not None:
        raise RequestOpenError(variant.public_id)
    is_proposal = proposed_by_gallery is not None
    if not is_proposal:
        _refuse_below_owed(session, variant_id, new_price_idr, lots or {})
    made = PriceRequest(
        variant_id=variant_id,
        business_id=product.business_id,
        gallery_id=proposed_by_gallery,
        status=PriceRequestStatus.PROPOSED if is_proposal else PriceRequestStatus.ASKED,
        old_price_idr=variant.price_idr,
        new_price_idr=new_price_idr,
        wanted_from=wanted_from,
        note=note,
        asked_by=actor.user_id,
        lots=_lots(session, product.business_id, lots or {}),
    )
    session.add(made)
    session.flush()
    action = "price_request.proposed" if is_proposal else "price_request.asked"
    audit.record(session, actor, action, f"price_request:{made.public_id}", old=made.old_price_idr, new=new_price_idr)
    return made


def hold_prices(
    session: Session, product_id: int, facts: ProductFacts, *, rise_days: int, actor: Actor
) -> ProductFacts:
    """Return the facts with the prices of now for goods that lie in a gallery on terms; the new ones are asked for.

    What is asked for already is not asked twice.
    """
    held = {row.name: row for row in consigned_variants(session, product_id)}
    variants = []
    for one in facts.variants:
        row = held.get(one.name)
        if row is None or one.price_idr in (0, row.price_idr):
            variants.append(one)
            continue
        same = select(PriceRequest.id).where(
            PriceRequest.variant_id == row.id,
            PriceRequest.status.in_(OPEN),
            PriceRequest.new_price_idr == one.price_idr,
        )
        if session.scalar(same) is None:
            day = earliest_day(row.price_idr, one.price_idr, rise_days=rise_days)
            ask_price(session, row.id, one.price_idr, wanted_from=day, rise_days=rise_days, actor=actor)
        variants.append(replace(one, price_idr=row.price_idr))
    return replace(facts, variants=tuple(variants))


def answer_proposal(
    session: Session,
    request_id: int,
    *,
    accept: bool,
    lots: Mapping[int, Rupiah] | None = None,
    note: str = "",
    actor: Actor,
) -> PriceRequest:
    """The owner agrees to a gallery's proposal, which then waits for the manager like any request, or declines it.

    ``lots`` (lot id: price) follow the new price; :class:`PriceBelowOwedError` where others are owed more than it.
    """
    row = lock_row(session, PriceRequest, request_id)
    target = PriceRequestStatus.ASKED if accept else PriceRequestStatus.REFUSED
    if move(row, PRICE_REQUEST, target, clock.now()) is Decision.APPLY:
        if accept:
            _refuse_below_owed(session, row.variant_id, row.new_price_idr, lots or {})
            row.lots = _lots(session, row.business_id, lots or {})
        row.answered_by = actor.user_id
        row.decision_note = note
        action = "price_request.accepted" if accept else "price_request.declined"
        audit.record(session, actor, action, f"price_request:{row.public_id}")
    return row


def decide_price(session: Session, request_id: int, *, confirm: bool, note: str = "", actor: Actor) -> PriceRequest:
    """A manager confirms, and the price holds from its day, at once if that is today; or refuses with a reason.

    A confirmed price has its numbered paper, and the owner is told of either. :class:`SecondPersonError` for whoever
    asked it for the owner.
    """
    product_id = _product_of(session, request_id)
    lock_row(session, Product, product_id)  # a price of today is set below, and products come before requests
    row = lock_row(session, PriceRequest, request_id)
    if confirm and row.gallery_id is None and row.asked_by is not None and row.asked_by == actor.user_id:
        raise SecondPersonError(row.public_id)
    target = PriceRequestStatus.CONFIRMED if confirm else PriceRequestStatus.REFUSED
    if move(row, PRICE_REQUEST, target, clock.now()) is Decision.STALE:
        return row
    row.decided_by, row.decided_at, row.decision_note = actor.user_id, clock.now(), note
    action = "price_request.confirmed" if confirm else "price_request.refused"
    audit.record(session, actor, action, f"price_request:{row.public_id}")
    if confirm and row.wanted_from <= clock.today():
        _apply(session, row, actor=actor)
    if confirm:
        facts, summary = price_facts(session, row)
        issue_paper(session, PaperKind.PRICE_CHANGE, row.public_id, facts, gallery_id=row.gallery_id, summary=summary)
    emit(session, "price_request.decided", request_id=row.id, is_confirmed=confirm)
    return row


def withdraw_price(session: Session, request_id: int, *, actor: Actor) -> PriceRequest:
    """The request is taken back by whoever made it; a price that holds already is changed by another request."""
    row = lock_row(session, PriceRequest, request_id)
    if move(row, PRICE_REQUEST, PriceRequestStatus.WITHDRAWN, clock.now()) is Decision.APPLY:
        audit.record(session, actor, "price_request.withdrawn", f"price_request:{row.public_id}")
    return row


def apply_price(session: Session, request_id: int, *, actor: Actor) -> bool:
    """The confirmed price whose day has come holds, with its history; tell whether that was still to be done."""
    lock_row(session, Product, _product_of(session, request_id))
    row = lock_row(session, PriceRequest, request_id)
    if row.status is not PriceRequestStatus.CONFIRMED or row.wanted_from > clock.today():
        return False
    _apply(session, row, actor=actor)
    return True


def due_prices(session: Session) -> list[int]:
    """Return the ids of the confirmed requests whose day has come."""
    due = select(PriceRequest.id).where(
        PriceRequest.status == PriceRequestStatus.CONFIRMED, PriceRequest.wanted_from <= clock.today()
    )
    return list(session.scalars(due.order_by(PriceRequest.id)))


def _apply(session: Session, row: PriceRequest, *, actor: Actor) -> None:
    move(row, PRICE_REQUEST, PriceRequestStatus.APPLIED, clock.now())
    row.applied_at = clock.now()
    set_price(session, row.variant_id, row.new_price_idr, actor=actor)
    for part in row.lots:
        terms = session.get_one(LotTerms, part.lot_id)
        part.old_consignor_price_idr = terms.consignor_price_idr
        terms.consignor_price_idr = part.new_consignor_price_idr
        audit.record(
            session,
            actor,
            "lot_terms.price_changed",
            f"lot:{part.lot_id}",
            old=part.old_consignor_price_idr,
            new=part.new_consignor_price_idr,
            request=row.public_id,
        )


def _product_of(session: Session, request_id: int) -> int:
    wanted = select(Variant.product_id).join(PriceRequest, PriceRequest.variant_id == Variant.id)
    return session.scalars(wanted.where(PriceRequest.id == request_id)).one()


def _refuse_below_owed(session: Session, variant_id: int, new_price_idr: Rupiah, lots: Mapping[int, Rupiah]) -> None:
    owed_idr = highest_owed(session, variant_id, lots)
    if new_price_idr < owed_idr:
        raise PriceBelowOwedError(owed_idr)


def _lots(session: Session, business_id: int, lots: Mapping[int, Rupiah]) -> list[PriceRequestLot]:
    """Only lots with the owner's own price can follow: a commission is a share of whatever the piece is sold for."""
    mine = select(LotTerms.lot_id, LotTerms.consignor_price_idr).where(
        LotTerms.lot_id.in_(lots), LotTerms.business_id == business_id, LotTerms.consignor_price_idr.is_not(None)
    )
    known = dict(session.execute(mine).all())
    if known.keys() != lots.keys():
        raise OtherOwnersGoodsError(str(business_id))
    return [
        PriceRequestLot(lot_id=lot_id, old_consignor_price_idr=known[lot_id], new_consignor_price_idr=price)
        for lot_id, price in sorted(lots.items())
    ]
