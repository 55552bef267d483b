"""Which terms hold: of a lot, for ever; of an owner at a gallery, on a day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery, User
from gallery.accounts.permissions import Scope
from gallery.consignment.models import LotTerms, Terms
from gallery.consignment.states import LossBearer, PaymentPeriod
from gallery.core.money import BasisPoints, Rupiah, share
from gallery.core.words import has_words
from gallery.registry.models import Business

PAGE_SIZE: Final = 50
_COMMISSION: Final = BasisPoints(1_000)
_HALF: Final = BasisPoints(5_000)


@dataclass(frozen=True, slots=True)
class TermsFacts:
    """Terms as values; the defaults are those of a gallery that agreed on nothing yet.

    ``commission_bps`` none: the owner names its price for each piece.
    """

    commission_bps: BasisPoints | None = _COMMISSION
    payment_period: PaymentPeriod = PaymentPeriod.MONTHLY
    min_days: int = 60
    min_life_bps: BasisPoints = _HALF
    take_off_days: int = 14
    return_days: int = 90
    collect_days: int = 14
    loss_bearer: LossBearer = LossBearer.OWNER
    note: str = ""

    def earliest_expiry(self, day: date, shelf_life_days: int | None) -> date:
        """The first expiry date that may be received on ``day``: enough days left, and enough of the shelf life."""
        of_life = -(-(shelf_life_days or 0) * self.min_life_bps // 10_000)  # rounded up
        return day + timedelta(days=max(self.min_days, of_life))

    def owner_share(self, price_idr: Rupiah, own_price_idr: Rupiah | None) -> Rupiah | None:
        """What the owner gets for one piece sold at that price; none where its own price is still to be named."""
        if self.commission_bps is None:
            return own_price_idr
        return Rupiah(price_idr - share(price_idr, self.commission_bps))


DEFAULT: Final = TermsFacts()


def terms_of_lots(session: Session, lot_ids: Collection[int]) -> dict[int, LotTerms]:
    """Return the frozen terms by lot; lots that are not consigned are left out."""
    return {terms.lot_id: terms for terms in session.scalars(select(LotTerms).where(LotTerms.lot_id.in_(lot_ids)))}


def terms_on(session: Session, gallery_id: int, business_ids: Collection[int], day: date) -> dict[int, TermsFacts]:
    """Return by business what holds at the gallery on that day: its own terms, else the gallery's, else ours.

    Own terms that began earlier win over terms of the gallery that began later. Of two of one day the later written.
    """
    rows = session.scalars(
        select(Terms)
        .where(
            Terms.gallery_id == gallery_id,
            Terms.valid_from <= day,
            or_(Terms.business_id.is_(None), Terms.business_id.in_(business_ids)),
        )
        .order_by(Terms.valid_from, Terms.id)
    ).all()
    found = {row.business_id: facts_of(row) for row in rows}  # the newest of each comes last
    general = found.get(None, DEFAULT)
    return {business_id: found.get(business_id, general) for business_id in business_ids}


def facts_of(row: Terms) -> TermsFacts:
    """The row as values."""
    return TermsFacts(
        row.commission_bps,
        row.payment_period,
        row.min_days,
        row.min_life_bps,
        row.take_off_days,
        row.return_days,
        row.collect_days,
        row.loss_bearer,
        row.note,
    )


@dataclass(frozen=True, slots=True)
class TermsLine:
    """Terms in a list: whose, since when, by whom."""

    terms: Terms
    gallery: Gallery
    business: Business | None
    by: str | None


def terms_list(
    session: Session,
    scope: Scope,
    *,
    gallery_id: int | None = None,
    text: str = "",
    number: int = 1,
    limit: int = PAGE_SIZE,
) -> tuple[Sequence[TermsLine], bool]:
    """Return 50 terms (or ``limit``), the gallery's own first, then by owner, newest first; and whether more follow."""
    rows = (
        select(Terms, Gallery, Business, User.name)
        .join(Gallery, Gallery.id == Terms.gallery_id)
        .outerjoin(Business, Business.id == Terms.business_id)
        .outerjoin(User, User.id == Terms.created_by)
    )
    if not scope.everything:
        rows = rows.where(Terms.gallery_id.in_(scope.galleries))
    if gallery_id is not None:
        rows = rows.where(Terms.gallery_id == gallery_id)
    rows = rows.where(has_words(text, Business.name))
    rows = rows.order_by(
        Gallery.name, Terms.business_id.is_not(None), Business.name, Terms.valid_from.desc(), Terms.id.desc()
    )
    found = session.execute(rows.offset((number - 1) * limit).limit(limit + 1)).all()
    return [TermsLine(*row) for row in found[:limit]], len(found) > limit
