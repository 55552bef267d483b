"""Stripe Checkout: the buyer pays on Stripe's own page.

Written after docs.stripe.com. What is easy to get wrong: Stripe counts rupiah in hundredths; a page that is "complete"
may still be unpaid, and stays so when a slow way of paying fails; the same idempotency key is answered with the first
result for a day, even with its 500; times in the future pass the library's check of a signature.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.integrations import answers
from gallery.integrations.gateway_calls import at_second, from_sen, origin, own_page, whole_second
from gallery.integrations.http_calls import TIMEOUTS_S
from gallery.payments.errors import BadNoticeError, GatewayRefusedError, GatewayUnsureError
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
from gallery.payments.states import ChargeStatus, DisputeStatus, Gateway, MovementKind

if TYPE_CHECKING:
    import stripe

URL: Final = "https://api.stripe.com"
PAGES: Final = "https://checkout.stripe.com"
CURRENCY: Final = "idr"
SEN: Final = 100
PAGE_SIZE: Final = 100
NEWEST: Final = 300  # sessions among which a lost one is looked for: some hours of a very busy shop
TITLE_LIMIT, SAID_LIMIT = 250, 200
LOCALES: Final = frozenset({"id", "en"})
UNKNOWN, OTHER_WISH = "resource_missing", "idempotency_error"
KINDS: Final = ("checkout.session.", "payment_intent.", "charge.", "refund.")
OPEN, COMPLETE, PAID = "open", "complete", "paid"
# What becomes of a page whose slow payment failed: it stays complete and unpaid, and only the intent tells.
FAILED_INTENTS: Final = frozenset({"requires_payment_method", "canceled"})
FAILED_REFUNDS: Final = frozenset({"failed", "canceled"})
# Inquiries ("warning_needs_response", "warning_under_review") take no money and are left out.
DISPUTES: Final = {
    "needs_response": DisputeStatus.OPEN,
    "under_review": DisputeStatus.OPEN,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
}
MOVEMENTS: Final = {
    "charge": MovementKind.CHARGE,
    "payment": MovementKind.CHARGE,
    "refund": MovementKind.REFUND,
    "payment_refund": MovementKind.REFUND,
    "refund_failure": MovementKind.REFUND,
    "payment_failure_refund": MovementKind.REFUND,
    "payout": MovementKind.PAYOUT,
    "payout_cancel": MovementKind.PAYOUT,
    "payout_failure": MovementKind.PAYOUT,
    "stripe_fee": MovementKind.FEE,
    "tax_fee": MovementKind.FEE,
    "network_cost": MovementKind.FEE,
}
CATEGORIES: Final = {"dispute": MovementKind.DISPUTE, "dispute_reversal": MovementKind.DISPUTE}


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeSettings:
    """``pages`` is the origin of the hosted page; ``hook_secrets`` are several while one replaces another."""

    key: str
    url: str = URL
    pages: str = PAGES
    hook_secrets: tuple[str, ...] = ()
    timeouts_s: tuple[float, float] = TIMEOUTS_S


class StripeCheckout:
    """Implements :class:`gallery.payments.gateway.PaymentGateway`."""

    gateway = Gateway.STRIPE

    def __init__(self, settings: StripeSettings) -> None:
        self._settings = settings
        self.page_hosts: tuple[str, ...] = (origin(settings.pages),)
        self.is_sandbox = settings.key.startswith(("sk_test_", "rk_test_"))
        self._lock = threading.Lock()
        self._client: stripe.StripeClient | None = None

    def open(self, wanted: ChargeWanted) -> Opened:
        """Make the page. The reference is the idempotency key: asked again, the same page comes.

        So this is how a lost answer is found again, within a day. Where the wish has changed (the buyer reads another
        language now) the first page is looked for. A 500 is repeated for a day as well: such an attempt is over with
        its time, and the next one has another reference.
        """
        params: dict[str, Any] = {
            "mode": "payment",
            "client_reference_id": wanted.reference,
            "metadata": {"reference": wanted.reference, "order": wanted.order_number},
            "payment_intent_data": {"metadata": {"reference": wanted.reference, "order": wanted.order_number}},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": CURRENCY,
                        "unit_amount": wanted.amount_idr * SEN,
                        "product_data": {"name": wanted.title[:TITLE_LIMIT]},
                    },
                }
            ],
            "expires_at": whole_second(wanted.expires_at),
            "locale": wanted.locale if wanted.locale in LOCALES else "auto",
            "success_url": wanted.return_url,
            "cancel_url": wanted.cancel_url,
        }
        if wanted.email:
            params["customer_email"] = wanted.email
        made = self._made(wanted, params)
        remote_id = answers.reference(made.get("id"))
        if not remote_id:
            raise GatewayUnsureError("a page without an id")
        return Opened(remote_id, own_page(made.get("url"), self.page_hosts), at_second(made.get("expires_at")))

    def ask(self, known: ChargeKnown) -> ChargeSeen | None:
        """Without the page's id (its answer was lost), look for our reference among the newest pages."""
        session = self._session(known)
        if session is None:
            return None
        intent = answers.part(session, "payment_intent")
        intent_id = answers.reference(intent.get("id") or session.get("payment_intent"))
        is_paid = session.get("payment_status") == PAID
        total = intent.get("amount_received") if is_paid and intent.get("amount_received") else None
        currency = answers.text(session.get("currency")).lower()
        amount = from_sen(session.get("amount_total") if total is None else total)
        charge = answers.part(intent, "latest_charge")
        return ChargeSeen(
            status=_status(session, intent),
            reference=answers.text(session.get("client_reference_id")),
            amount_idr=amount if currency == CURRENCY else None,
            currency=currency,
            remote_id=answers.reference(session.get("id")),
            transaction_id=intent_id or None,
            paid_at=at_second(charge.get("created")) if is_paid else None,
            refunds=tuple(self._refunds(intent_id)) if is_paid and intent_id else (),
            disputes=tuple(self._disputes(intent_id)) if is_paid and intent_id else (),
            said=_said(session, intent),
        )

    def close(self, known: ChargeKnown) -> None:
        remote_id = known.remote_id or answers.reference((self._session(known) or {}).get("id"))
        if not remote_id:
            return
        try:
            self._call("sessions", "expire", {}, path=remote_id)
        except GatewayRefusedError:
            found = self._session(known)
            if found is None or found.get("status") == OPEN:
                raise

    def refund(self, known: ChargeKnown, *, key: str, amount_idr: Rupiah, reason: str) -> RefundSeen:
        """Give back; looked for before it is asked, since Stripe forgets keys after a day. ``reason`` is metadata."""
        intent_id = known.transaction_id or self._intent_id(known)
        for seen in self._refunds(intent_id):
            if seen.key == key:
                return seen
        params = {
            "payment_intent": intent_id,
            "amount": amount_idr * SEN,
            "metadata": {"key": key, "reference": known.reference, "reason": reason[:SAID_LIMIT]},
        }
        return _refund(self._call("refunds", "create", params, key=f"refund-{key}"))

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Sequence[NoticeSeen]:
        from gallery.integrations import stripe_api  # noqa: PLC0415 - large, and most processes never need it

        event = stripe_api.event(body, answers.header(headers, "stripe-signature"), self._settings.hook_secrets)
        event_id, kind = answers.reference(event.get("id")), answers.text(event.get("type"))
        if not event_id:
            raise BadNoticeError
        about = _about(kind, answers.part(event, "data", "object"))
        return [NoticeSeen(event_id, kind, about)] if about else []

    def movements(self, since: datetime, until: datetime) -> Sequence[MovementSeen]:
        """Return the balance's lines. Parts of a rupiah, which fees may have, are rounded to the nearest.

        :class:`GatewayRefusedError` where the account is kept in another currency: such books are not ours to read.
        """
        params = {
            "created": {"gte": whole_second(since), "lt": whole_second(until)},
            "expand": ["data.source"],
        }
        return [_movement(row) for row in reversed(list(self._rows("balance_transactions", params)))]

    def _made(self, wanted: ChargeWanted, params: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._call("sessions", "create", params, key=wanted.reference)
        except GatewayRefusedError as error:
            first = None
            if error.code_there == OTHER_WISH:
                first = self._session(ChargeKnown(wanted.reference, None, None, wanted.amount_idr))
            if first is None or first.get("amount_total") != wanted.amount_idr * SEN:
                raise
            return first

    # ------------------------------------------------------------------ one call

    def _service(self, name: str) -> Any:
        """Return a part of the library, which the first call loads."""
        from gallery.integrations import stripe_api  # noqa: PLC0415 - large, and most processes never need it

        settings = self._settings
        with self._lock:
            if self._client is None:
                self._client = stripe_api.client(settings.key, settings.url, settings.timeouts_s)
            v1 = self._client.v1
        return v1.checkout.sessions if name == "sessions" else getattr(v1, name)

    def _call(
        self, service: str, method: str, params: dict[str, Any], *, path: str = "", key: str = ""
    ) -> dict[str, Any]:
        from gallery.integrations import stripe_api  # noqa: PLC0415 - see above

        call = getattr(self._service(service), method)
        with stripe_api.calling():
            return stripe_api.plain(call(*([path] if path else []), params, {"idempotency_key": key} if key else {}))

    def _rows(self, service: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield what a list holds, the newest first."""
        from gallery.integrations import stripe_api  # noqa: PLC0415 - see above

        with stripe_api.calling():
            yield from stripe_api.rows(self._service(service).list({"limit": PAGE_SIZE, **params}))

    # ------------------------------------------------------------------ what there is

    def _session(self, known: ChargeKnown) -> dict[str, Any] | None:
        expand = ["payment_intent.latest_charge"]
        remote_id = known.remote_id or self._lost(known.reference)
        if not remote_id:
            return None
        try:
            return self._call("sessions", "retrieve", {"expand": expand}, path=remote_id)
        except GatewayRefusedError as error:
            if error.code_there == UNKNOWN:
                return None
            raise

    def _lost(self, reference: str) -> str:
        for at, row in enumerate(self._rows("sessions", {})):
            if row.get("client_reference_id") == reference:
                return answers.reference(row.get("id"))
            if at >= NEWEST:
                break
        return ""

    def _intent_id(self, known: ChargeKnown) -> str:
        session = self._session(known) or {}
        found = answers.reference(answers.part(session, "payment_intent").get("id") or session.get("payment_intent"))
        if not found:
            raise GatewayRefusedError("nothing was paid", code_there="not_paid")
        return found

    def _refunds(self, intent_id: str) -> list[RefundSeen]:
        return [_refund(row) for row in self._rows("refunds", {"payment_intent": intent_id})][::-1]

    def _disputes(self, intent_id: str) -> Iterator[DisputeSeen]:
        for row in self._rows("disputes", {"payment_intent": intent_id}):
            if (status := DISPUTES.get(answers.text(row.get("status")))) is not None:
                yield DisputeSeen(
                    remote_id=answers.reference(row.get("id")),
                    amount_idr=_rounded(row.get("amount")),
                    status=status,
                    opened_at=at_second(row.get("created")) or clock.now(),
                    reason=answers.text(row.get("reason")),
                    answer_by=at_second(answers.part(row, "evidence_details").get("due_by")),
                )


def _status(session: Mapping[str, Any], intent: Mapping[str, Any]) -> ChargeStatus:
    if session.get("payment_status") == PAID:
        return ChargeStatus.PAID
    if session.get("status") == OPEN:
        return ChargeStatus.OPEN
    if session.get("status") == COMPLETE and intent.get("status") not in FAILED_INTENTS:
        return ChargeStatus.PROCESSING
    return ChargeStatus.CLOSED


def _said(session: Mapping[str, Any], intent: Mapping[str, Any]) -> str:
    """Return Stripe's own words: the page's state, the payment's, and why the last try failed."""
    why = answers.part(intent, "last_payment_error")
    words = (session.get("status"), session.get("payment_status"), why.get("decline_code") or why.get("code"))
    return " ".join(filter(None, map(answers.text, words)))[:SAID_LIMIT]


def _refund(row: Mapping[str, Any]) -> RefundSeen:
    remote_id, status = answers.reference(row.get("id")), answers.text(row.get("status"))
    if not remote_id:
        raise GatewayUnsureError("a refund without an id")
    return RefundSeen(
        remote_id=remote_id,
        amount_idr=_rounded(row.get("amount")),
        is_done=status == "succeeded",
        is_failed=status in FAILED_REFUNDS,
        key=answers.text(answers.part(row, "metadata").get("key")),
        said=answers.text(row.get("failure_reason")) or status,
        at=at_second(row.get("created")),
    )


def _about(kind: str, thing: Mapping[str, Any]) -> str:
    """Return what to ask about; nothing for kinds that are no charge's.

    Our reference where it is told (Stripe copies it from the payment to its charge), rather than an id that we do not
    know yet where the answer that told it was lost.
    """
    if not kind.startswith(KINDS):
        return ""
    named = thing.get("client_reference_id") or answers.part(thing, "metadata").get("reference")
    own = thing.get("id") if kind.startswith(KINDS[:2]) else thing.get("payment_intent")
    return answers.reference(named) or answers.reference(own)


def _movement(row: Mapping[str, Any]) -> MovementSeen:
    currency, said = answers.text(row.get("currency")).lower(), answers.text(row.get("type"))
    if currency != CURRENCY:
        raise GatewayRefusedError(f"its books are kept in {currency}", code_there="currency")
    source = answers.part(row, "source")
    kind = CATEGORIES.get(answers.text(row.get("reporting_category"))) or MOVEMENTS.get(said, MovementKind.OTHER)
    return MovementSeen(
        remote_id=answers.reference(row.get("id")),
        kind=kind,
        amount_idr=_rounded(row.get("amount")),
        fee_idr=_rounded(row.get("fee")),
        happened_at=at_second(row.get("created")) or clock.now(),
        source=answers.reference(source.get("id") or row.get("source")),
        transaction_id=answers.reference(source.get("payment_intent")),
        said=said,
    )


def _rounded(value: Any) -> Rupiah:
    """Return hundredths as rupiah, half of one upwards; signed as it came."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise GatewayUnsureError("an amount that is no number")
    return Rupiah((value + SEN // 2) // SEN)
