"""The running sale of a shift: what a scanner, a keyboard or a finger puts in it. Nothing is held until it is paid."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.counter import queries
from gallery.counter.errors import DiscountRefusedError, Refusal, ScanRefusedError, WhyNot
from gallery.counter.models import BasketLine, Shift
from gallery.counter.queries import Article
from gallery.counter.services.shifts import lock_open

MOST_PIECES: Final = 999
MOST_TEXT: Final = 200
_TIMES: Final = re.compile(r"(\d{1,3})\s*[*xX×]\s*(.*)", re.DOTALL)
_MINUS: Final = re.compile(r"-\s*(\d{0,3})")
_SET: Final = re.compile(r"=\s*(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of one entry: the line that changed, or several articles to choose from, or neither ("3*")."""

    line: BasketLine | None = None
    choices: Sequence[Article] = ()


def enter(session: Session, shift_id: int, text: str) -> Entered:
    """The running sale follows what was scanned or typed; :class:`ScanRefusedError` says why it does not.

    A code adds one piece; ``3*`` makes the next code add three, ``3*code`` does both at once; ``-`` takes a piece of
    the last line away, ``-2`` two; ``=5`` makes it five; words look for a name.
    """
    shift = lock_open(session, shift_id)
    text = " ".join(text.split())[:MOST_TEXT]
    if match := _MINUS.fullmatch(text):
        return Entered(_change_last(session, shift, text, less=int(match[1] or 1)))
    if match := _SET.fullmatch(text):
        return Entered(_change_last(session, shift, text, pieces=int(match[1])))
    if match := _TIMES.fullmatch(text):
        if int(match[1]) < 1:
            raise ScanRefusedError(Refusal(WhyNot.TOO_MANY, text))
        shift.multiplier, text = int(match[1]), match[2]
        if not text:
            return Entered()
    found = queries.read_articles(session, shift.till.place_id, text)
    if len(found) > 1:
        return Entered(choices=found)
    if not found:
        why = WhyNot.UNKNOWN_CODE if any(character.isdigit() for character in text) else WhyNot.NO_MATCH
        raise ScanRefusedError(Refusal(why, text))
    return Entered(_add(session, shift, found[0], shift.multiplier))


def change_line(session: Session, shift_id: int, line_id: int, pieces: int) -> BasketLine | None:
    """The line has so many pieces; none takes it out. A line that is gone is no error."""
    shift = lock_open(session, shift_id)
    line = next((line for line in shift.basket if line.id == line_id), None)
    return None if line is None else _set(session, shift, line, pieces, "")


def clear(session: Session, shift_id: int) -> None:
    """The running sale is empty and without a discount; its key is not used any more."""
    empty(lock_open(session, shift_id))


def empty(shift: Shift) -> None:
    """Begin the next sale of a locked shift."""
    shift.basket.clear()
    shift.sale_key, shift.multiplier = public_id(), 1
    _drop_discount(shift)


def set_discount(session: Session, shift_id: int, amount_idr: int, *, reason: str, approver: Actor) -> None:
    """The running sale costs so much less; nothing takes the discount away again.

    ``approver`` has the right "counter.discount" at this gallery, else :class:`DiscountRefusedError`.
    """
    shift = lock_open(session, shift_id)
    if amount_idr == 0:
        _drop_discount(shift)
        return
    scope = approver.scope("counter.discount")
    if not (scope.everything or shift.till.gallery_id in scope.galleries):
        raise DiscountRefusedError("right")
    if not 0 < amount_idr < subtotal(shift) or not reason:
        raise DiscountRefusedError("amount")
    shift.discount_idr, shift.discount_reason, shift.discount_by = Rupiah(amount_idr), reason, approver.user_id
    audit.record(
        session,
        approver,
        "counter.discount_given",
        f"shift:{shift.public_id}",
        amount_idr=amount_idr,
        sale_key=shift.sale_key,
    )


def subtotal(shift: Shift) -> int:
    """Sum of the running sale in rupiah, before its discount."""
    return sum(line.pieces * line.price_idr for line in shift.basket)


def _add(session: Session, shift: Shift, article: Article, pieces: int) -> BasketLine:
    same = [line for line in shift.basket if line.variant_id == article.variant_id]
    line = next((line for line in same if line.lot_id == article.lot_id), None)
    new = (line.pieces if line else 0) + pieces
    _check(session, shift, article, line, new)
    if line is None:
        line = BasketLine(
            variant_id=article.variant_id,
            lot_id=article.lot_id,
            pieces=pieces,
            price_idr=article.price_idr,
            name=article.name,
            business_name=article.business_name,
        )
        shift.basket.append(line)
    for other in same:
        other.price_idr = article.price_idr  # one article has one price in one sale
    line.pieces, line.touched_at = new, clock.now()
    shift.multiplier = 1
    session.flush()  # pages link to the id
    return line


def _change_last(
    session: Session, shift: Shift, text: str, *, less: int = 0, pieces: int | None = None
) -> BasketLine | None:
    if not shift.basket:
        raise ScanRefusedError(Refusal(WhyNot.NOTHING_TO_CHANGE, text))
    last = max(shift.basket, key=lambda line: (line.touched_at, line.id))
    return _set(session, shift, last, last.pieces - less if pieces is None else pieces, text)


def _set(session: Session, shift: Shift, line: BasketLine, pieces: int, code: str) -> BasketLine | None:
    if pieces < line.pieces:
        _drop_discount(shift)  # it was given for what was there
    if pieces <= 0:
        shift.basket.remove(line)
        return None
    if pieces > line.pieces:
        article = queries.article_of(session, line.variant_id, line.lot_id)
        if article is not None:
            _check(session, shift, article, line, pieces)
    if pieces > MOST_PIECES:
        raise ScanRefusedError(Refusal(WhyNot.TOO_MANY, code, line.name))
    line.pieces, line.touched_at = pieces, clock.now()
    return line


def _check(session: Session, shift: Shift, article: Article, line: BasketLine | None, pieces: int) -> None:
    """Refuse what the shelf can not give now, other lines of the same article counted too."""
    if pieces > MOST_PIECES:
        raise ScanRefusedError(Refusal(WhyNot.TOO_MANY, article.code, article.name))
    place_id = shift.till.place_id
    lots = queries.lots_here(session, place_id, [article.variant_id], shift_id=shift.id)
    others = sum(row.pieces for row in shift.basket if row.variant_id == article.variant_id and row is not line)
    wanted = pieces if article.lot_id else pieces + others
    refusal = queries.refuse(session, place_id, article, lots, wanted)
    if refusal is not None:
        raise ScanRefusedError(refusal)


def _drop_discount(shift: Shift) -> None:
    shift.discount_idr, shift.discount_reason, shift.discount_by = Rupiah(0), "", None
