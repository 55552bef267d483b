"""Midtrans Snap: the buyer pays on Midtrans' own page by QRIS, an e-wallet, a virtual account or a card.

Written after docs.midtrans.com. What is easy to get wrong: a page is no transaction until the buyer has chosen a way of
paying, so asking gives 404 before; the signature of a notice covers neither its status nor its refunds; "deny" is not
the end; answers carry a status of their own, beside HTTP's; times are WIB and do not say so.
"""

import base64
import hashlib
import hmac
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NoReturn

from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.integrations import answers
from gallery.integrations.gateway_calls import from_decimals, gateway_errors, origin, own_page, refuse_doubts
from gallery.integrations.http_calls import TIMEOUTS_S, HttpLine, RawAnswer, is_doubtful, read_json
from gallery.payments.errors import BadNoticeError, GatewayBusyError, GatewayRefusedError, GatewayUnsureError
from gallery.payments.gateway import (
    ChargeKnown,
    ChargeSeen,
    ChargeWanted,
    DisputeSeen,
    MovementSeen,
    NoticeSeen,
    Opened,
    RefundSeen,
)
from gallery.payments.states import ChargeStatus, DisputeStatus, Gateway

APP_URL: Final = "https://app.midtrans.com"
API_URL: Final = "https://api.midtrans.com"
TEST_KEY: Final = "SB-Mid-server-"
CURRENCY: Final = "idr"
NAME_LIMIT, REASON_LIMIT, SAID_LIMIT = 50, 200, 200
SHORTEST_MIN: Final = 5  # for which a page can be asked
NOT_FOUND, TOO_MANY, FIRST_ERROR = 404, 429, 400
DENIED_KEY: Final = frozenset({401, 403})

_S = ChargeStatus
STATUSES: Final = {
    "pending": _S.OPEN,
    "deny": _S.OPEN,  # the page lets the buyer try again
    "authorize": _S.PROCESSING,
    "settlement": _S.PAID,
    "refund": _S.PAID,
    "partial_refund": _S.PAID,
    "chargeback": _S.PAID,
    "partial_chargeback": _S.PAID,
    "cancel": _S.CLOSED,
    "expire": _S.CLOSED,
    "failure": _S.CLOSED,
}
CAPTURE, CHALLENGE, DENY = "capture", "challenge", "deny"
CHARGEBACKS: Final = frozenset({"chargeback", "partial_chargeback"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MidtransSettings:
    """Snap and the API behind it have an address each."""

    server_key: str
    app_url: str = APP_URL
    api_url: str = API_URL
    timeouts_s: tuple[float, float] = TIMEOUTS_S


@dataclass(frozen=True, slots=True)
class _Answer:
    """``status`` is the one in the body where there is one: it is what counts."""

    status: int
    fields: Mapping[str, Any]


class MidtransSnap:
    """Implements :class:`gallery.payments.gateway.PaymentGateway`."""

    gateway = Gateway.MIDTRANS

    def __init__(self, settings: MidtransSettings) -> None:
        self._settings = settings
        self.page_hosts: tuple[str, ...] = (origin(settings.app_url),)
        self.is_sandbox = settings.server_key.startswith(TEST_KEY)
        self._line = HttpLine(settings.timeouts_s)
        self._authorization = "Basic " + base64.b64encode(f"{settings.server_key}:".encode()).decode()

    def open(self, wanted: ChargeWanted) -> Opened:
        """Make the page. A reference that is taken is refused: the lost page of a lost answer can not be had again.

        Nobody has that page's address either, so it is never paid. Of the buyer only the mail address is told, which
        Midtrans sends its instructions to.
        """
        now = clock.now()
        minutes = max(SHORTEST_MIN, math.ceil((wanted.expires_at - now).total_seconds() / 60))
        price = int(wanted.amount_idr)
        body: dict[str, Any] = {
            "transaction_details": {"order_id": wanted.reference, "gross_amount": price},
            "item_details": [
                {"id": wanted.reference, "price": price, "quantity": 1, "name": wanted.title[:NAME_LIMIT]}
            ],
            # The first is for what was chosen on the page, the second for the page itself.
            "expiry": {"start_time": _wib(now), "unit": "minutes", "duration": minutes},
            "page_expiry": {"unit": "minutes", "duration": minutes},
            "callbacks": {"finish": wanted.return_url, "error": wanted.return_url},
            "credit_card": {"secure": True},
        }
        if wanted.email:
            body["customer_details"] = {"email": wanted.email}
        made = self._call("POST", f"{self._settings.app_url.rstrip('/')}/snap/v1/transactions", body)
        if made.status >= FIRST_ERROR:
            _refuse(made)
        token = answers.reference(made.fields.get("token"))
        if not token:
            raise GatewayUnsureError("a page without a token")
        return Opened(token, own_page(made.fields.get("redirect_url"), self.page_hosts), wanted.expires_at)

    def ask(self, known: ChargeKnown) -> ChargeSeen | None:
        seen = self._status(known.reference)
        return None if seen is None else _charge(seen)

    def close(self, known: ChargeKnown) -> None:
        """End what was begun on the page, take the page away, and end what was begun in between.

        A page is not taken away while something is pending on it, and can be paid on again once that has expired. What
        can not be ended any more is over or paid.
        """
        self._end(self._api(known.reference, "expire"))
        if known.remote_id:
            self._end(f"{self._settings.app_url.rstrip('/')}/snap/v1/transactions/{_path(known.remote_id)}/cancel")
            self._end(self._api(known.reference, "expire"))

    def refund(self, known: ChargeKnown, *, key: str, amount_idr: Rupiah, reason: str) -> RefundSeen:
        """Give back; looked for before it is asked, since nobody says how long a ``refund_key`` is remembered."""
        seen = self._status(known.reference)
        if seen is None:
            raise GatewayRefusedError("nothing was paid", code_there="not_paid")
        if (found := _under(seen, key)) is not None:
            return found
        body = {"refund_key": key, "amount": int(amount_idr), "reason": reason[:REASON_LIMIT]}
        answer = self._call("POST", self._api(known.reference, "refund"), body)
        if answer.status >= FIRST_ERROR:
            _refuse(answer)
        fields = dict(answer.fields)
        if answers.text(fields.get("refund_key")) != key:
            raise GatewayUnsureError("an answer about another refund")
        # What it says here is the sum of all refunds where there are several; what was asked for is what it did.
        fields["refund_amount"] = str(amount_idr)
        return _refund(fields, answers.text(fields.get("transaction_id")))

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Sequence[NoticeSeen]:  # noqa: ARG002
        try:
            raw = answers.members(body.decode())
            notice = read_json(body)
        except (ValueError, RecursionError) as error:
            raise BadNoticeError from error
        reference = answers.reference(notice.get("order_id"))
        sent = notice.get("signature_key")
        parts = [_as_sent(notice, raw, name) for name in ("order_id", "status_code", "gross_amount")]
        expected = hashlib.sha512("".join([*parts, self._settings.server_key]).encode(errors="replace")).hexdigest()
        is_signed = isinstance(sent, str) and hmac.compare_digest(
            sent.lower().encode(errors="replace"), expected.encode()
        )
        if not is_signed or not reference:
            raise BadNoticeError
        # Retries repeat the bytes; the signed part alone is the same for a payment and its refund.
        return [NoticeSeen(answers.digest(body), answers.text(notice.get("transaction_status")), reference)]

    def movements(self, since: datetime, until: datetime) -> Sequence[MovementSeen]:  # noqa: ARG002
        """Nothing: what Midtrans keeps and pays out stands in its dashboard only."""
        return []

    # ------------------------------------------------------------------ one call

    def _api(self, reference: str, what: str) -> str:
        return f"{self._settings.api_url.rstrip('/')}/v2/{_path(reference)}/{what}"

    def _call(self, method: str, url: str, body: Any = None) -> _Answer:
        headers = {"Authorization": self._authorization, "Content-Type": "application/json"}
        raw = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        with gateway_errors():
            answer = self._line.send(method, url, headers, raw)
        refuse_doubts(answer)
        fields = _fields(answer)
        said = answers.text(fields.get("status_code"))
        status = int(said) if said.isascii() and said.isdecimal() and len(said) <= len("999") else answer.status
        if status == TOO_MANY:
            raise GatewayBusyError("too many calls", retry_after_s=answer.retry_after_s)
        if is_doubtful(status):
            raise GatewayUnsureError(f"answer {status}", code_there=str(status))
        return _Answer(status, fields)

    def _end(self, url: str) -> None:
        answer = self._call("POST", url)
        if answer.status in DENIED_KEY:
            _refuse(answer)

    def _status(self, reference: str) -> Mapping[str, Any] | None:
        """Return the transaction; none before the buyer has chosen how to pay."""
        answer = self._call("GET", self._api(reference, "status"))
        # An expired or denied transaction is told with an error's number.
        if answers.text(answer.fields.get("transaction_status")):
            return answer.fields
        if answer.status == NOT_FOUND:
            return None
        if answer.status >= FIRST_ERROR:
            _refuse(answer)
        raise GatewayUnsureError("an answer that says nothing")


def _fields(answer: RawAnswer) -> dict[str, Any]:
    try:
        found = read_json(answer.body) if answer.body.strip() else {}
    except ValueError as error:
        if answer.status < FIRST_ERROR:
            raise GatewayUnsureError(f"answer {answer.status} without JSON") from error
        return {}
    return found if isinstance(found, dict) else {}


def _refuse(answer: _Answer) -> NoReturn:
    """Raise with Midtrans' number; its sentences may repeat what was sent."""
    raise GatewayRefusedError(f"answer {answer.status}", code_there=str(answer.status))


def _path(value: str) -> str:
    if not answers.reference(value):
        raise GatewayRefusedError("no reference", code_there="no_reference")
    return value


def _charge(seen: Mapping[str, Any]) -> ChargeSeen:
    said, fraud = answers.text(seen.get("transaction_status")), answers.text(seen.get("fraud_status"))
    status = STATUSES.get(said, _S.OPEN)
    if said == CAPTURE:
        status = {CHALLENGE: _S.PROCESSING, DENY: _S.CLOSED}.get(fraud, _S.PAID)
    currency = answers.text(seen.get("currency")).lower() or CURRENCY
    transaction_id = answers.reference(seen.get("transaction_id"))
    amount = from_decimals(seen.get("gross_amount")) if currency == CURRENCY else None
    is_paid = status is _S.PAID
    at = answers.when(seen.get("settlement_time")) or answers.when(seen.get("transaction_time"))
    return ChargeSeen(
        status=status,
        reference=answers.text(seen.get("order_id")),
        amount_idr=amount,
        currency=currency,
        transaction_id=transaction_id or None,
        paid_at=at if is_paid else None,
        refunds=tuple(_refund(row, transaction_id) for row in answers.rows(seen.get("refunds"))) if is_paid else (),
        disputes=tuple(_disputes(seen, said, transaction_id, amount)),
        said=" ".join(filter(None, (said, fraud, answers.text(seen.get("payment_type")))))[:SAID_LIMIT],
    )


def _refund(row: Mapping[str, Any], transaction_id: str) -> RefundSeen:
    """One of the refunds; they are numbered within a transaction."""
    amount, key = from_decimals(row.get("refund_amount")), answers.text(row.get("refund_key"))
    number = answers.text(row.get("refund_chargeback_id")) or key
    if amount is None or not number:
        raise GatewayUnsureError("a refund without an amount or a number")
    return RefundSeen(
        remote_id=f"{transaction_id}:{number}",
        amount_idr=amount,
        is_done=True,
        key=key,
        said=answers.text(row.get("reason")),
        at=answers.when(row.get("created_at")),
    )


def _under(seen: Mapping[str, Any], key: str) -> RefundSeen | None:
    transaction_id = answers.reference(seen.get("transaction_id"))
    rows = (row for row in answers.rows(seen.get("refunds")) if answers.text(row.get("refund_key")) == key)
    return next((_refund(row, transaction_id) for row in rows), None)


def _disputes(seen: Mapping[str, Any], said: str, transaction_id: str, amount: Rupiah | None) -> list[DisputeSeen]:
    """A chargeback is told when the money has gone; the documents know no way back and no date to answer by."""
    if said not in CHARGEBACKS or amount is None:
        return []
    taken = from_decimals(seen.get("chargeback_amount")) or from_decimals(seen.get("refund_amount")) or amount
    opened_at = answers.when(seen.get("transaction_time")) or clock.now()
    return [DisputeSeen(f"{transaction_id}:{said}", taken, DisputeStatus.LOST, opened_at, reason=said)]


def _as_sent(notice: Mapping[str, Any], raw: Mapping[str, str], name: str) -> str:
    value = notice.get(name)
    return value if isinstance(value, str) else raw.get(name, "")


def _wib(at: datetime) -> str:
    return at.astimezone(clock.LOCAL_ZONE).strftime("%Y-%m-%d %H:%M:%S %z")
