"""A till without a connection: its lease, and the sales it brings back. The contract is docs/adr/0017-counter.md."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.counter import queries, services
from gallery.counter.errors import OfflineSaleError, ShiftClosedError, TenderError, TillElsewhereError
from gallery.counter.models import Lease, Shift
from gallery.counter.services import OfflineLine, OfflineSale, Payment, Policy
from gallery.counter.states import TenderMethod
from gallery.inventory.codes import lot_code, variant_code
from gallery.web import till_cookie
from gallery.web.counter_texts import offline_text
from gallery.web.guards import accepts_upload, requires
from gallery.web.session import current_actor
from gallery.web.till_device import hold

bp = Blueprint("counter_lease", __name__, url_prefix="/kasir")
SELL: Final = "counter.sell"
AT_ONCE: Final = 100  # articles of one transaction: web orders wait for no more than that
MOST_SALES: Final = 50
MOST_IDR: Final = 1_000_000_000
KEY_LENGTH: Final = range(10, 41)


@bp.post("/<shift_id>/sewa")
@requires(SELL)
def lease(shift_id: str) -> ResponseReturnValue:
    """Fill the lease up to what the policy allows, and answer what the till may sell without a connection."""
    shift = _shift(shift_id)
    number, place_id = shift.id, shift.till.place_id
    policy = Policy(current_app.config["LEASE_PIECES"], current_app.config["LEASE_PERCENT"])
    try:
        with transaction() as session:
            hold(session, _own(session, shift_id))
            services.open_lease(session, number)
        for part in _parts(queries.variants_here(db.session(), place_id)):
            with transaction() as session:
                services.top_up_lease(session, number, part, policy)
    except (ShiftClosedError, TillElsewhereError) as error:
        return jsonify(error=error.code), 409
    found = queries.lease_of(db.session(), number)
    return till_cookie.mark(jsonify(_answer(_shift(shift_id), found)), shift_id)


@bp.post("/<shift_id>/sinkron")
@requires(SELL)
@accepts_upload(1024 * 1024)
def sync(shift_id: str) -> ResponseReturnValue:
    """Book what was sold without a connection; each sale has its own answer, and is booked once whatever happens."""
    number = _shift(shift_id).id
    body = request.get_json(silent=True)
    sales = body.get("sales") if isinstance(body, dict) else None
    if not isinstance(sales, list) or len(sales) > MOST_SALES:
        return jsonify(error="bad_request"), 400
    return jsonify(results=[_book(number, given) for given in sales])


def _shift(public_id: str) -> Shift:
    return _own(db.session(), public_id)


def _own(session: Session, public_id: str) -> Shift:
    return queries.shift(session, public_id, scope=current_actor().scope(SELL))


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _answer(shift: Shift, found: Lease | None) -> dict[str, Any]:
    gallery = shift.till.gallery
    return {
        "shift": shift.public_id,
        "lease": found.public_id if found else None,
        "gallery": {"code": gallery.code, "name": gallery.name},
        "till": shift.till.name,
        "cashier": current_actor().name,
        "articles": [
            {
                "variant_id": row.variant_id,
                "codes": [variant_code(row.variant_id), *([row.barcode] if row.barcode else [])],
                "name": row.name,
                "owner": row.business_name,
                "price_idr": row.price_idr,
                "leased": [
                    {
                        "stock_item_id": lot.stock_item_id,
                        "lot_id": lot.lot_id,
                        "code": lot_code(lot.lot_id),
                        "expires_on": lot.expires_on.isoformat() if lot.expires_on else None,
                        "pieces": lot.pieces,
                    }
                    for lot in row.leased
                ],
            }
            for row in queries.leased_articles(db.session(), shift.till.place_id, found)
        ],
    }


def _book(shift_id: int, given: Any) -> dict[str, Any]:
    key = given.get("sale_key") if isinstance(given, dict) else None
    sale = _read(given)
    if sale is None:
        return _refused(key if isinstance(key, str) else None, "bad_request")
    try:
        with transaction() as session:
            booked, is_new = services.book_offline_sale(session, shift_id, sale, actor=current_actor())
            answer = {"outcome": "booked" if is_new else "already", "number": booked.number, "sale": booked.public_id}
    except (OfflineSaleError, ShiftClosedError, TenderError, NotFoundError) as error:
        why = error.why if isinstance(error, OfflineSaleError) else error.code
        with transaction() as session:
            services.note_unbooked(session, shift_id, sale, why)
        return _refused(sale.sale_key, why)
    return {"sale_key": sale.sale_key, **answer}


def _refused(key: str | None, why: str) -> dict[str, Any]:
    return {"sale_key": key, "outcome": "refused", "reason": why, "text": str(offline_text(why))}


def _read(given: Any) -> OfflineSale | None:
    """Return the sale that was sent, or None where it is not of the agreed form."""
    try:
        happened_at = datetime.fromisoformat(given["happened_at"])
        lines = [
            OfflineLine(*(_count(row[name]) for name in ("stock_item_id", "pieces", "price_idr")))
            for row in given["lines"]
        ]
        tenders = [(TenderMethod(row["method"]), _count(row["amount_idr"]), row) for row in given["tenders"]]
        key = given["sale_key"]
        if not isinstance(key, str) or len(key) not in KEY_LENGTH or not key.isalnum() or not key.isascii():
            return None
        cash = [(amount, row) for method, amount, row in tenders if method is TenderMethod.CASH]
        qris = [(amount, row) for method, amount, row in tenders if method is TenderMethod.QRIS]
        given_cash = sum(_count(row.get("given_idr", amount)) for amount, row in cash)
        discount = _count(given.get("discount_idr", 0))
        reference = " ".join(str(row.get("reference", "")) for _amount, row in qris)[:80]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    if happened_at.tzinfo is None:
        return None
    payment = Payment(given_cash if cash else None, sum(amount for amount, _row in qris), _clean(reference))
    paid = sum(amount for _method, amount, _row in tenders)
    facts = {
        "lines": [[line.stock_item_id, line.pieces, line.price_idr] for line in lines],
        "tenders": [[method.value, amount] for method, amount, _row in tenders],
        "discount_idr": discount,
    }
    return OfflineSale(key, happened_at, lines, payment, paid, facts, discount)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_IDR:
        raise ValueError(value)
    return value


def _clean(text: str) -> str:
    return "".join(character for character in text if character.isprintable()).strip()
