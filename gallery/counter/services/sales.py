"""From the running sale to a finished one: pieces leave, prices and terms are frozen, the receipt has its number."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.consignment.models import LotTerms
from gallery.consignment.queries import terms_of_lots
from gallery.core import clock
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.core.outbox import emit
from gallery.counter import queries
from gallery.counter.errors import Refusal, SaleChangedError, SaleEmptyError, SaleShortError, TenderError, WhyNot
from gallery.counter.models import BasketLine, CounterSale, CounterSaleLine, Shift, Tender
from gallery.counter.services.basket import empty, subtotal
from gallery.counter.services.papers import issue_receipt
from gallery.counter.services.shifts import lock_open
from gallery.counter.states import SaleOrigin, TenderMethod
from gallery.inventory import services as inventory
from gallery.inventory.errors import InsufficientStockError
from gallery.inventory.models import Lot
from gallery.inventory.services import Pick, Sold
from gallery.inventory.states import DocumentKind, PaperKind


@dataclass(frozen=True, slots=True)
class Payment:
    """How the buyer pays: so much by QRIS, the rest in cash; ``cash_given_idr`` None means the exact sum."""

    cash_given_idr: int | None = None
    qris_idr: int = 0
    qris_reference: str = ""

    def tenders(self, total_idr: int) -> list[Tender]:
        """Return the tenders that pay the total; :class:`TenderError` where they do not."""
        cash = total_idr - self.qris_idr
        given = cash if self.cash_given_idr is None else self.cash_given_idr
        if self.qris_idr < 0 or cash < 0 or given < cash:
            raise TenderError(cash - given if cash >= 0 else 0)
        found = []
        if self.qris_idr:
            found.append(_tender(TenderMethod.QRIS, self.qris_idr, self.qris_idr, self.qris_reference))
        if cash:
            found.append(_tender(TenderMethod.CASH, cash, given))
        return found


@dataclass(frozen=True, slots=True)
class Named:
    """What a line is called and costs: as the buyer saw it."""

    name: str
    business_name: str
    price_idr: int


def sale_by_key(session: Session, sale_key: str) -> CounterSale | None:
    """Return the sale that this key already made."""
    return session.scalar(select(CounterSale).where(CounterSale.sale_key == sale_key))


def complete_sale(
    session: Session, shift_id: int, sale_key: str, payment: Payment, *, total_idr: int, actor: Actor
) -> CounterSale:
    """The running sale is paid: pieces are gone, the receipt is numbered, the next sale may begin.

    The same key gives the same sale. Nothing happens where the sale is another than the page showed
    (:class:`SaleChangedError`), or pieces (:class:`SaleShortError`) or money (:class:`TenderError`) are missing.
    """
    if (done := sale_by_key(session, sale_key)) is not None:
        return done
    shift = lock_open(session, shift_id)
    if (done := sale_by_key(session, sale_key)) is not None:
        return done
    if not shift.basket:
        raise SaleEmptyError(sale_key)
    total = subtotal(shift) - shift.discount_idr
    if shift.sale_key != sale_key or total != total_idr:
        raise SaleChangedError(sale_key)
    tenders = payment.tenders(total)
    sale_id = public_id()
    lease = queries.lease_of(session, shift.id)
    try:
        sold = inventory.sell(
            session,
            shift.till.place_id,
            [Pick(line.variant_id, line.pieces, line.lot_id) for line in shift.basket],
            document=DocumentKind.SALE.of(sale_id),
            lease=lease.holder if lease else None,
            actor=actor,
        )
    except InsufficientStockError as error:
        raise SaleShortError(_short(session, shift, error)) from error
    names = {line.variant_id: Named(line.name, line.business_name, line.price_idr) for line in shift.basket}
    sale = record_sale(
        session,
        shift,
        _in_order(sold, shift.basket),
        names,
        tenders,
        sale_id=sale_id,
        sale_key=sale_key,
        actor=actor,
    )
    empty(shift)
    return sale


def record_sale(
    session: Session,
    shift: Shift,
    sold: Sequence[Sold],
    names: Mapping[int, Named],
    tenders: Sequence[Tender],
    *,
    sale_id: str,
    sale_key: str,
    actor: Actor,
    happened_at: datetime | None = None,
) -> CounterSale:
    """Write down the sale of pieces that have left, with the terms of their lots as they are frozen there.

    All stock rows are locked already. ``names`` are by variant; what the tenders pay less than the lines cost is the
    discount of the running sale; ``happened_at`` is given for a sale without a connection. Its receipt can be checked.
    """
    lots = {lot.id: lot for lot in session.scalars(select(Lot).where(Lot.id.in_([row.lot_id for row in sold])))}
    terms = terms_of_lots(session, list(lots))
    amounts = [row.pieces * names[row.variant_id].price_idr for row in sold]
    discount_idr = sum(amounts) - sum(tender.amount_idr for tender in tenders)
    gallery = shift.till.gallery
    sale = CounterSale(
        public_id=sale_id,
        number=inventory.next_number(session, gallery.code, PaperKind.SALE),
        sale_key=sale_key,
        shift_id=shift.id,
        gallery_id=gallery.id,
        origin=SaleOrigin.ONLINE if happened_at is None else SaleOrigin.OFFLINE,
        cashier_id=actor.user_id,
        cashier_name=actor.name,
        happened_at=happened_at or clock.now(),
        recorded_at=clock.now(),
        discount_idr=Rupiah(discount_idr),
        discount_reason=shift.discount_reason if discount_idr else "",
        discount_by=shift.discount_by if discount_idr else None,
        total_idr=Rupiah(sum(amounts) - discount_idr),
        tenders=list(tenders),
    )
    for row, part in zip(sold, shares(discount_idr, amounts), strict=True):
        sale.lines.append(_line(row, names[row.variant_id], lots[row.lot_id], terms.get(row.lot_id), part))
    session.add(sale)
    session.flush()  # callers link to the id
    issue_receipt(session, sale)
    emit(session, "counter.sold", variant_ids=sorted({line.variant_id for line in sale.lines}))
    return sale


def _line(row: Sold, named: Named, lot: Lot, terms: LotTerms | None, discount_idr: int) -> CounterSaleLine:
    return CounterSaleLine(
        variant_id=row.variant_id,
        stock_item_id=row.stock_item_id,
        lot_id=row.lot_id,
        business_id=lot.business_id,
        name=named.name,
        business_name=named.business_name,
        expires_on=lot.expires_on,
        pieces=row.pieces,
        price_idr=Rupiah(named.price_idr),
        discount_idr=Rupiah(discount_idr),
        consignor_price_idr=terms.consignor_price_idr if terms else None,
        commission_bps=terms.commission_bps if terms else None,
    )


def shares(discount_idr: int, amounts: Sequence[int]) -> list[int]:
    """Divide a discount among lines by their amounts; each part is rounded once, and together they are the discount."""
    total, given, seen, parts = sum(amounts), 0, 0, []
    for amount in amounts:
        seen += amount
        part = discount_idr * seen // total - given if total else 0
        given += part
        parts.append(part)
    return parts


def _tender(method: TenderMethod, amount_idr: int, given_idr: int, reference: str = "") -> Tender:
    return Tender(method=method, amount_idr=Rupiah(amount_idr), given_idr=Rupiah(given_idr), reference=reference)


def _in_order(sold: Iterable[Sold], basket: Sequence[BasketLine]) -> list[Sold]:
    """Sort what left as the buyer put it on the counter."""
    places = {line.variant_id: number for number, line in reversed(list(enumerate(basket)))}
    return sorted(sold, key=lambda row: places[row.variant_id])


def _short(session: Session, shift: Shift, error: InsufficientStockError) -> list[Refusal]:
    """Say of each article that fell short why: sold meanwhile, held for a web order, expired at midnight, recalled."""
    place_id = shift.till.place_id
    refusals = []
    for shortage in error.shortages:
        lines = [line for line in shift.basket if line.variant_id == shortage.variant_id]
        article = queries.article_of(session, shortage.variant_id, lines[0].lot_id if len(lines) == 1 else None)
        lots = queries.lots_here(session, place_id, [shortage.variant_id], shift_id=shift.id)
        wanted = sum(line.pieces for line in lines)
        found = queries.refuse(session, place_id, article, lots, wanted) if article else None
        refusals.append(found or Refusal(WhyNot.TOO_FEW, "", lines[0].name, pieces=shortage.available))
    return refusals
