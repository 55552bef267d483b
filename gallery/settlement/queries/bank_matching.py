"""Which document a line of a bank's statement belongs to, and how sure that is. Reads only; nothing is decided here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gallery.core import clock
from gallery.core.clock import local_day
from gallery.core.reading import digits_of, plain_key
from gallery.orders.models import Order
from gallery.payments.models import Payment, Refund
from gallery.payments.states import TRANSFER_TIME, PaymentMethod, PaymentStatus, RefundStatus
from gallery.settlement.facts import KIND_WORDS
from gallery.settlement.models import BankLine, CourierPayment, Payout, PayoutItem
from gallery.settlement.states import BankLineKind, Certainty, MatchReason, PayoutItemStatus, PayoutStatus

GRACE: Final = timedelta(days=3)  # between a transfer and the day on which banks book it, and over a deadline
LONG_AFTER: Final = timedelta(days=14)  # for what a person is asked about
LOOKED_BACK: Final = timedelta(days=60)
SIMILAR: Final = 85  # of 100
SHORTEST_NAME: Final = 4
MOST_DIGITS: Final = 999  # how far a buyer's rupiah may be from the order's total
AT_ONCE: Final = 400
_R = MatchReason
_AGAINST: Final = frozenset({_R.CLOSED, _R.LATE, _R.OTHER_ACCOUNT, _R.SEVERAL})
_OPEN: Final = frozenset({PaymentStatus.PENDING, PaymentStatus.UNDER_REVIEW})


@dataclass(frozen=True, slots=True)
class Movement:
    """A line as matching needs it, stored already or not; ``key`` is the caller's name of it."""

    key: int
    bank_account_id: int
    day: date
    amount_idr: int
    description: str
    reference: str

    @property
    def words(self) -> str:
        return plain_key(f"{self.description} {self.reference}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that may be behind a line. ``public_id`` names its page, ``is_strong``: alone it would be sure."""

    kind: BankLineKind
    document_id: int
    public_id: str
    number: str
    who: str
    amount_idr: int
    at: date
    status: StrEnum
    reasons: tuple[MatchReason, ...]
    is_strong: bool
    is_rival: bool = False  # makes a strong one doubtful

    @property
    def rank(self) -> tuple[bool, int]:
        good = sum(1 for reason in self.reasons if reason not in _AGAINST)
        return self.is_strong, good - (len(self.reasons) - good)


@dataclass(frozen=True, slots=True)
class Match:
    """What a line may be, the most likely first; ``suggested`` is a kind that needs no document."""

    certainty: Certainty | None
    candidates: Sequence[Candidate]
    suggested: BankLineKind | None = None


def movement_of(line: BankLine) -> Movement:
    return Movement(line.id, line.bank_account_id, line.day, line.amount_idr, line.description, line.reference)


def matches(session: Session, movements: Sequence[Movement]) -> dict[int, Match]:
    """Return the match of each movement by its key, in four reads for each 400 of one account.

    A document that is surely behind one movement is not offered for another one.
    """
    found: dict[int, Match] = {}
    taken: set[tuple[BankLineKind, int]] = set()
    for account_id in sorted({one.bank_account_id for one in movements}):
        ours = sorted((one for one in movements if one.bank_account_id == account_id), key=lambda one: one.day)
        for start in range(0, len(ours), AT_ONCE):
            part = ours[start : start + AT_ONCE]
            by_kind = _documents(session, account_id, part)
            for one in part:
                match = _match(one, (make(one) for make in by_kind), taken)
                found[one.key] = match
                if match.certainty is Certainty.SURE:
                    best = match.candidates[0]
                    taken.add((best.kind, best.document_id))
    return found


Maker = Callable[[Movement], list[Candidate]]


def _match(one: Movement, made: Iterable[list[Candidate]], taken: set[tuple[BankLineKind, int]]) -> Match:
    candidates = [each for some in made for each in some if (each.kind, each.document_id) not in taken]
    candidates.sort(key=lambda each: each.rank, reverse=True)
    strong = [each for each in candidates if each.is_strong]
    rivals = [each for each in candidates if each.is_rival and not each.is_strong]
    if len(strong) == 1 and not rivals:
        return Match(Certainty.SURE, candidates)
    if len(strong) > 1 or (strong and rivals):
        candidates = [
            replace(each, reasons=(*each.reasons, _R.SEVERAL)) if each.is_strong or each.is_rival else each
            for each in candidates
        ]
    suggested = suggested_kind(one)
    return Match(Certainty.LIKELY if candidates or suggested else None, candidates, suggested)


def suggested_kind(one: Movement) -> BankLineKind | None:
    """Return what the bank's words say that a line is."""
    words = f" {one.words} "
    for kind, is_in, phrases in KIND_WORDS:
        if is_in == (one.amount_idr > 0) and any(f" {phrase} " in words for phrase in phrases):
            return kind
    return None


def _documents(session: Session, account_id: int, part: Sequence[Movement]) -> list[Maker]:
    came = [one for one in part if one.amount_idr > 0]
    went = [one for one in part if one.amount_idr < 0]
    makers: list[Maker] = []
    if came:
        makers.append(_transfers(session, account_id, came))
    if went:
        sums = {-one.amount_idr for one in went}
        makers += [
            _payouts(session, account_id, sums),
            _refunds(session, account_id, sums, min(one.day for one in went)),
            _courier_payments(session, account_id, sums),
        ]
    return makers


def _unlinked(column: InstrumentedAttribute[int | None], key: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return ~select(BankLine.id).where(column == key).exists()


def _transfers(session: Session, account_id: int, came: Sequence[Movement]) -> Maker:
    sums = {one.amount_idr for one in came}
    first = clock.midnight(min(one.day for one in came) - LOOKED_BACK)
    last = clock.midnight(max(one.day for one in came) + timedelta(days=1))
    total = Payment.amount_idr - Payment.unique_code
    rows = session.execute(
        select(Payment, Order.number, Order.contact_name, Order.placed_at)
        .join(Order, Order.id == Payment.order_id)
        .where(
            Payment.method == PaymentMethod.BANK_TRANSFER,
            Order.placed_at >= first,
            Order.placed_at < last,
            Payment.amount_idr.in_(sums)
            | (
                (Payment.status != PaymentStatus.PAID)
                & (total >= min(sums) - MOST_DIGITS)
                & (total <= max(sums))
                & (Payment.bank_account_id == account_id)
            ),
            _unlinked(BankLine.payment_id, Payment.id),
        )
        .order_by(Payment.id)
    ).all()

    def make(one: Movement) -> list[Candidate]:
        if one.amount_idr < 0:
            return []
        found = (_transfer(one, *row) for row in rows)
        return [each for each in found if each is not None]

    return make


def _transfer(one: Movement, payment: Payment, number: str, name: str, placed_at: datetime) -> Candidate | None:
    placed = local_day(placed_at)
    ended = [payment.expires_at or placed_at + TRANSFER_TIME, payment.paid_at or placed_at]
    last = local_day(max(ended)) + GRACE
    is_ours = payment.bank_account_id == one.bank_account_id
    is_exact, is_paid = payment.amount_idr == one.amount_idr, payment.status is PaymentStatus.PAID
    if one.day < placed or (is_paid and not (is_exact and is_ours)):
        return None
    signs = [_R.NAME] if is_similar(name, one) else []
    signs += [_R.NUMBER] if plain_key(number) in one.words else []
    in_time = one.day <= last
    if not is_exact:
        is_near = 0 <= one.amount_idr - (payment.amount_idr - payment.unique_code) <= MOST_DIGITS
        if not (is_near and signs and is_ours and one.day <= last + LONG_AFTER):
            return None
    reasons = [_R.AMOUNT if is_exact else _R.TOTAL, *signs]
    reasons += [_R.NOTED] if is_paid else []
    reasons += [_R.CLOSED] if payment.status in {PaymentStatus.EXPIRED, PaymentStatus.CANCELLED} else []
    reasons += [] if in_time else [_R.LATE]
    reasons += [] if is_ours else [_R.OTHER_ACCOUNT]
    is_strong = is_exact and is_ours and in_time and (is_paid or payment.status in _OPEN)
    return Candidate(
        BankLineKind.PAYMENT,
        payment.id,
        payment.public_id,
        number,
        name,
        payment.amount_idr,
        placed,
        payment.status,
        tuple(reasons),
        is_strong,
        is_exact and is_ours and in_time,
    )


def _payouts(session: Session, account_id: int, sums: set[int]) -> Maker:
    rows = session.execute(
        select(PayoutItem, Payout)
        .join(Payout, Payout.id == PayoutItem.payout_id)
        .where(
            Payout.bank_account_id == account_id,
            PayoutItem.amount_idr.in_(sums),
            (PayoutItem.status == PayoutItemStatus.PAID)
            | ((PayoutItem.status == PayoutItemStatus.OPEN) & (Payout.status == PayoutStatus.APPROVED)),
            _unlinked(BankLine.payout_item_id, PayoutItem.id),
        )
        .order_by(PayoutItem.id)
    ).all()
    return lambda one: [each for row in rows if (each := _payout(one, *row)) is not None]


def _payout(one: Movement, item: PayoutItem, payout: Payout) -> Candidate | None:
    approved = local_day(payout.approved_at or payout.created_at)
    last = local_day(item.paid_at or payout.approved_at or payout.created_at) + LONG_AFTER
    if item.amount_idr != -one.amount_idr or not approved <= one.day <= last:
        return None
    tail = digits_of(item.account_hint)[-4:]
    signs = [_R.NAME] if is_similar(item.account_holder, one) else []
    signs += [_R.ACCOUNT] if tail and any(word.endswith(tail) for word in one.words.split()) else []
    signs += [_R.NUMBER] if plain_key(payout.number) in one.words else []
    signs += [_R.REFERENCE] if item.reference and plain_key(item.reference) in one.words else []
    is_paid = item.status is PayoutItemStatus.PAID
    return Candidate(
        BankLineKind.OWNER_PAYOUT,
        item.id,
        payout.public_id,
        payout.number,
        item.account_holder,
        item.amount_idr,
        approved,
        item.status,
        (_R.AMOUNT, *signs, *([_R.NOTED] if is_paid else [])),
        is_strong=is_paid and bool(signs),
    )


def _refunds(session: Session, account_id: int, sums: set[int], first: date) -> Maker:
    rows = session.execute(
        select(Refund, Payment, Order.number, Order.contact_name)
        .join(Payment, Payment.id == Refund.payment_id)
        .join(Order, Order.id == Payment.order_id)
        .where(
            Payment.method == PaymentMethod.BANK_TRANSFER,
            Payment.bank_account_id == account_id,
            Refund.amount_idr.in_(sums),
            Refund.charge_id.is_(None),
            (Refund.status == RefundStatus.DUE) | (Refund.status_changed_at >= clock.midnight(first - LONG_AFTER)),
            _unlinked(BankLine.refund_id, Refund.id),
        )
        .order_by(Refund.id)
    ).all()
    return lambda one: [each for row in rows if (each := _refund(one, *row)) is not None]


def _refund(one: Movement, refund: Refund, payment: Payment, number: str, name: str) -> Candidate | None:
    is_done = refund.status is RefundStatus.DONE
    last = local_day(refund.status_changed_at) + LONG_AFTER
    if refund.amount_idr != -one.amount_idr or one.day < local_day(refund.created_at) or (is_done and one.day > last):
        return None
    signs = [_R.NAME] if is_similar(name, one) else []
    signs += [_R.NUMBER] if plain_key(number) in one.words else []
    return Candidate(
        BankLineKind.REFUND,
        refund.id,
        payment.public_id,
        number,
        name,
        refund.amount_idr,
        local_day(refund.created_at),
        refund.status,
        (_R.AMOUNT, *signs, *([_R.NOTED] if is_done else [])),
        is_strong=is_done and bool(signs),
    )


def _courier_payments(session: Session, account_id: int, sums: set[int]) -> Maker:
    rows = session.scalars(
        select(CourierPayment)
        .where(
            CourierPayment.bank_account_id == account_id,
            CourierPayment.amount_idr.in_(sums),
            _unlinked(BankLine.courier_payment_id, CourierPayment.id),
        )
        .order_by(CourierPayment.id)
    ).all()
    return lambda one: [each for row in rows if (each := _courier_payment(one, row)) is not None]


def _courier_payment(one: Movement, row: CourierPayment) -> Candidate | None:
    if row.amount_idr != -one.amount_idr or abs(row.paid_on - one.day) > LONG_AFTER:
        return None
    signs = [_R.NUMBER] if plain_key(row.number) in one.words else []
    return Candidate(
        BankLineKind.COURIER_PAID,
        row.id,
        row.public_id,
        row.number,
        row.note,
        row.amount_idr,
        row.paid_on,
        BankLineKind.COURIER_PAID,
        (_R.AMOUNT, *signs, _R.NOTED),
        is_strong=bool(signs),
    )


def is_similar(name: str, one: Movement) -> bool:
    """Whether the bank's words hold that name, whole or nearly; banks cut names off and leave titles out."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - loaded with the first statement

    wanted = plain_key(name)
    if len(wanted) < SHORTEST_NAME:
        return False
    words = plain_key(one.description)
    part = fuzz.partial_ratio(wanted, words) if len(words) >= len(wanted) else 0
    return max(fuzz.token_set_ratio(wanted, words), part) >= SIMILAR
