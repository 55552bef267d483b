"""Stripe as its documents tell (docs.stripe.com/api), as far as a shop with hosted pages meets it."""

import copy
import hashlib
import hmac
import json
import re
import secrets
import time
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.standins.gateways import GatewayStandIn
from tests.standins.server import Call, Notice, Order, Reply, SaysNo

PAGE = "/c/pay/"
SHORTEST_S, LONGEST_S = 30 * 60, 24 * 3_600
LEAST_SEN = 850_000  # about half a dollar
FEE = (290, 200_000)  # basis points and sen
DISPUTE_FEE_SEN = 15_000_000
KINDS = {
    ("POST", "/v1/checkout/sessions"): "open",
    ("GET", "/v1/checkout/sessions"): "search",
    ("POST", "/v1/refunds"): "refund",
    ("GET", "/v1/refunds"): "refunds",
    ("GET", "/v1/disputes"): "disputes",
    ("GET", "/v1/balance_transactions"): "movements",
    ("GET", "/v1/balance"): "balance",
}
TOP = {
    "mode", "client_reference_id", "metadata", "payment_intent_data", "line_items", "expires_at", "locale",
    "success_url", "cancel_url", "customer_email", "expand",
}  # fmt: skip


class StripeStandIn(GatewayStandIn):
    name = "stripe"
    pages = PAGE
    key = "sk_test_standin"
    hook_secret = "whsec_standin_signing_secret"

    def __init__(self, **given: Any) -> None:
        self.intents: dict[str, dict[str, Any]] = {}
        self.charges: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.disputes: dict[str, dict[str, Any]] = {}
        self.movements: list[dict[str, Any]] = []
        self.replies: dict[str, tuple[str, Reply]] = {}  # under each idempotency key: what was asked and answered
        self.in_flight: set[str] = set()  # keys of calls that are being worked on
        self.refund_status = "succeeded"
        self.version = ""
        super().__init__(**given)

    def environment(self) -> dict[str, str]:
        return {
            "STRIPE_KEY": self.key,
            "STRIPE_URL": self.url,
            "STRIPE_PAGES": self.url,
            "STRIPE_WEBHOOK_SECRETS": self.hook_secret,
        }

    # ------------------------------------------------------------------ the API

    def kind_of(self, method: str, path: str) -> str:
        if path.startswith(PAGE):
            return "page"
        if re.fullmatch(r"/v1/checkout/sessions/[^/]+/expire", path):
            return "close"
        if path.startswith("/v1/checkout/sessions/"):
            return "ask"
        return KINDS.get((method, path), "unknown")

    def answer(self, call: Call) -> Reply:
        if call.kind == "page":
            return self.hosted(call)
        if not hmac.compare_digest(call.headers.get("authorization", ""), f"Bearer {self.key}"):
            raise _no(401, "invalid_request_error", None, "Invalid API Key provided")
        self.version = call.headers.get("stripe-version", "")
        key = call.headers.get("idempotency-key", "") if call.method == "POST" else ""
        if not key:
            return self._do(call)
        if len(key) > 255:
            raise _no(400, "invalid_request_error", None, "Idempotency keys may have 255 characters at most")
        if key in self.in_flight:
            raise _no(409, "idempotency_error", "idempotency_key_in_use", "There is another request with this key")
        asked = f"{call.method} {call.path} {call.body.decode()}"
        if key in self.replies:
            before, reply = self.replies[key]
            if before != asked:
                raise _no(400, "idempotency_error", None, "Keys can only be used with the same parameters")
            return replace(reply, headers=reply.headers | {"Idempotent-Replayed": "true"})
        try:
            reply = self._do(call)
        except SaysNo as no:
            # What fails while parameters are checked is not kept; what fails in the work would be.
            raise no from None
        self.replies[key] = (asked, Reply(reply.status, copy.deepcopy(reply.data), {"Request-Id": _id("req")}))
        return self.replies[key][1]

    def broke(self, call: Call) -> None:
        """A 500 is kept under its key and given again."""
        key = call.headers.get("idempotency-key", "")
        with self.lock:
            if key in self.replies:
                body = {"error": {"type": "api_error", "message": "internal"}}
                self.replies[key] = (self.replies[key][0], Reply(500, body))

    def _do(self, call: Call) -> Reply:
        parts = urlsplit(call.path)
        params = _nested(
            parse_qsl(call.body.decode() if call.method == "POST" else parts.query, keep_blank_values=True)
        )
        expand = list(_listed(params.pop("expand", {})))
        if call.kind == "open":
            return Reply(200, self._create(params))
        if call.kind == "refund":
            return Reply(200, self._refund(params))
        if call.kind in {"search", "refunds", "disputes", "movements"}:
            return Reply(200, self._list(call.kind, parts.path, params, expand))
        if call.kind == "balance":
            return Reply(200, {"object": "balance", "livemode": False, "available": [], "pending": []})
        session = self.orders.get((*parts.path.split("/"), "")[4]) if call.kind in {"ask", "close"} else None
        if session is None:
            raise _no(404, "invalid_request_error", "resource_missing", "No such object", "id")
        self._age(session)
        if call.kind == "close":
            if session.status != "open":
                raise _no(400, "invalid_request_error", None, "Only open Checkout Sessions can be expired")
            self._expire(session)
        return Reply(200, self._shown(session, expand))

    def _create(self, params: dict[str, Any]) -> dict[str, Any]:
        if unknown := set(params) - TOP:
            raise _no(400, "invalid_request_error", "parameter_unknown", "Received unknown parameter", unknown.pop())
        if params.get("mode") != "payment" or "success_url" not in params:
            raise _no(400, "invalid_request_error", "parameter_missing", "Missing required param", "success_url")
        amount, currency = 0, ""
        for line in _listed(params.get("line_items", {})):
            price = line["price_data"]
            currency = price["currency"]
            if not price["product_data"].get("name"):
                raise _no(400, "invalid_request_error", "parameter_invalid_empty", "A name is needed", "line_items")
            amount += _whole(price["unit_amount"], "line_items") * _whole(line["quantity"], "line_items")
        if currency != "idr":
            raise _no(400, "invalid_request_error", None, "Invalid currency", "currency")
        if amount < LEAST_SEN:
            raise _no(400, "invalid_request_error", "amount_too_small", "Amount must convert to at least 50 cents")
        now = int(time.time())
        expires_at = _whole(params.get("expires_at", str(now + LONGEST_S)), "expires_at")
        if not now + SHORTEST_S - 5 <= expires_at <= now + LONGEST_S:
            raise _no(400, "invalid_request_error", None, "expires_at: 30 minutes to 24 hours from now", "expires_at")
        if params.get("locale", "auto") not in {"auto", "id", "en"}:
            raise _no(400, "invalid_request_error", None, "Invalid locale", "locale")
        session_id = _id("cs_test")
        extra = {"created": now, "expires_at": expires_at, "payment_status": "unpaid", "intent": None, "sen": amount}
        reference = params.get("client_reference_id", "")
        self.orders[session_id] = Order(session_id, reference, "open", amount // 100, params, extra=extra)
        return self._shown(self.orders[session_id], [])

    def _refund(self, params: dict[str, Any]) -> dict[str, Any]:
        intent = self.intents.get(params.get("payment_intent", ""))
        if intent is None:
            raise _no(404, "invalid_request_error", "resource_missing", "No such payment_intent", "payment_intent")
        charge = self.charges[intent["latest_charge"]]
        left = charge["amount"] - charge["amount_refunded"]
        amount = _whole(params.get("amount", str(left)), "amount")
        if not left:
            raise _no(400, "invalid_request_error", "charge_already_refunded", "Charge has already been refunded")
        if not 0 < amount <= left:
            raise _no(
                400, "invalid_request_error", None, "Refund amount is greater than the unrefunded amount", "amount"
            )
        return self._made_refund(charge, amount, params.get("metadata") or {})

    def _made_refund(self, charge: dict[str, Any], amount: int, metadata: dict[str, Any]) -> dict[str, Any]:
        refund = {
            "id": _id("re"), "object": "refund", "amount": amount, "currency": "idr", "charge": charge["id"],
            "payment_intent": charge["payment_intent"], "status": self.refund_status, "metadata": metadata,
            "created": int(time.time()), "reason": None,
        }  # fmt: skip
        self.refunds[refund["id"]] = refund
        if self.refund_status != "failed":
            charge["amount_refunded"] += amount
            charge["refunded"] = charge["amount_refunded"] == charge["amount"]
            self._moved("refund", -amount, 0, refund, "refund")
        self.event("refund.created", refund)
        self.event("charge.refunded", charge)
        return copy.deepcopy(refund)

    def _list(self, kind: str, path: str, params: dict[str, Any], expand: list[str]) -> dict[str, Any]:
        rows = [self._shown(order, []) for order in self.orders.values()] if kind == "search" else []
        own = {"refunds": self.refunds, "disputes": self.disputes}
        rows = [copy.deepcopy(row) for row in own[kind].values()] if kind in own else rows
        rows = [self._line(row, expand) for row in self.movements] if kind == "movements" else rows
        rows.reverse()  # the newest first
        if "payment_intent" in params:
            rows = [row for row in rows if row.get("payment_intent") == params["payment_intent"]]
        for name, number in params.get("created", {}).items() if isinstance(params.get("created"), dict) else ():
            is_in = {"gte": int.__ge__, "lt": int.__lt__, "gt": int.__gt__, "lte": int.__le__}[name]
            rows = [row for row in rows if is_in(row["created"], int(number))]
        limit = _whole(params.get("limit", "10"), "limit")
        if not 1 <= limit <= 100:
            raise _no(400, "invalid_request_error", None, "Invalid limit", "limit")
        after = params.get("starting_after")
        if after:
            rows = rows[[row["id"] for row in rows].index(after) + 1 :]
        return {"object": "list", "url": path, "has_more": len(rows) > limit, "data": rows[:limit]}

    def _line(self, row: dict[str, Any], expand: list[str]) -> dict[str, Any]:
        shown = copy.deepcopy(row)
        if "data.source" not in expand:
            shown["source"] = shown["source"]["id"]
        return shown

    def _shown(self, session: Order, expand: list[str]) -> dict[str, Any]:
        self._age(session)
        intent: Any = session.extra["intent"]
        if intent and any(one.startswith("payment_intent") for one in expand):
            intent = copy.deepcopy(self.intents[intent])
            if "payment_intent.latest_charge" in expand and intent["latest_charge"]:
                intent["latest_charge"] = copy.deepcopy(self.charges[intent["latest_charge"]])
        return {
            "id": session.id, "object": "checkout.session", "amount_total": session.extra["sen"],
            "amount_subtotal": session.extra["sen"], "currency": "idr", "livemode": False, "mode": "payment",
            "client_reference_id": session.reference or None, "metadata": session.sent.get("metadata") or {},
            "created": session.extra["created"], "expires_at": session.extra["expires_at"],
            "payment_intent": intent, "payment_status": session.extra["payment_status"], "status": session.status,
            "url": f"{self.url}{PAGE}{session.id}" if session.status == "open" else None,
            "success_url": session.sent["success_url"], "cancel_url": session.sent.get("cancel_url"),
        }  # fmt: skip

    def _age(self, session: Order) -> None:
        if session.status == "open" and session.extra["expires_at"] <= time.time():
            self._expire(session)

    def _expire(self, session: Order) -> None:
        session.status = "expired"
        self.event("checkout.session.expired", self._shown(session, []))

    # ------------------------------------------------------------------ the buyer

    def presses(self) -> dict[str, str]:
        return {
            "pay": "Pay",
            "fail": "Pay with a card that is declined",
            "later": "Pay later (async)",
            "cancel": "Cancel",
        }

    def is_payable(self, order: Order) -> bool:
        self._age(order)
        return order.status == "open"

    def pressed(self, order: Order, press: str) -> str:
        if press == "cancel":
            return str(order.sent.get("cancel_url") or order.sent["success_url"])
        if press == "fail" or not self.is_payable(order):
            self._declined(order)
            return f"{PAGE}{order.id}"
        self._completed(order, is_paid=press == "pay")
        return str(order.sent["success_url"]).replace("{CHECKOUT_SESSION_ID}", order.id)

    def _declined(self, session: Order) -> None:
        intent = self._intent(session)
        intent["last_payment_error"] = {"code": "card_declined", "decline_code": "generic_decline"}
        self.event("payment_intent.payment_failed", intent)

    def _intent(self, session: Order) -> dict[str, Any]:
        if session.extra["intent"] is None:
            intent = {
                "id": _id("pi"), "object": "payment_intent", "amount": session.extra["sen"], "amount_received": 0,
                "currency": "idr", "latest_charge": None, "status": "requires_payment_method",
                "metadata": (session.sent.get("payment_intent_data") or {}).get("metadata") or {},
                "last_payment_error": None, "created": int(time.time()),
            }  # fmt: skip
            self.intents[intent["id"]] = intent
            session.extra["intent"] = intent["id"]
        return self.intents[session.extra["intent"]]

    def _completed(self, session: Order, *, is_paid: bool) -> None:
        intent = self._intent(session)
        session.status = "complete"
        if is_paid:
            self._succeeded(session, intent)
        else:
            intent["status"] = "processing"
        self.event("checkout.session.completed", self._shown(session, []))

    def _succeeded(self, session: Order, intent: dict[str, Any]) -> None:
        amount = intent["amount"]
        charge = {
            "id": _id("ch"), "object": "charge", "amount": amount, "amount_refunded": 0, "refunded": False,
            "currency": "idr", "payment_intent": intent["id"], "paid": True,
            "metadata": dict(intent["metadata"]), "status": "succeeded", "disputed": False,
            "created": int(time.time()), "billing_details": {"name": "Nyonya Rahasia", "email": "r@example.org"},
        }  # fmt: skip
        self.charges[charge["id"]] = charge
        intent.update(status="succeeded", amount_received=amount, latest_charge=charge["id"], last_payment_error=None)
        session.extra["payment_status"] = "paid"
        self._moved("charge", amount, amount * FEE[0] // 10_000 + FEE[1], charge, "charge")
        self.event("payment_intent.succeeded", intent)

    def settle_later(self, order_id: str, *, is_paid: bool) -> None:
        """The slow way of paying came to its end."""
        with self.lock:
            session = self.orders[order_id]
            intent = self.intents[session.extra["intent"]]
            if is_paid:
                self._succeeded(session, intent)
                self.event("checkout.session.async_payment_succeeded", self._shown(session, []))
            else:
                intent.update(
                    status="requires_payment_method",
                    last_payment_error={"code": "payment_intent_payment_attempt_failed"},
                )
                self.event("checkout.session.async_payment_failed", self._shown(session, []))
        self.flush()

    # ------------------------------------------------------------------ the dashboard

    def commands(self) -> tuple[str, ...]:
        return ("pay", "later-paid", "later-failed", "refund", "dispute", "won", "lost", "payout")

    def more(self, name: str, order_id: str) -> None:
        if name.startswith("later-"):
            self.settle_later(order_id, is_paid=name == "later-paid")
        elif name in {"won", "lost"}:
            self.decide(order_id, name)
        elif name == "payout":
            self.pay_out()

    def pay(self, order_id: str) -> None:
        with self.lock:
            self._completed(self.orders[order_id], is_paid=True)
        self.flush()

    def pay_later(self, order_id: str) -> None:
        with self.lock:
            self._completed(self.orders[order_id], is_paid=False)
        self.flush()

    def charge_of(self, order_id: str) -> dict[str, Any]:
        return self.charges[self.intents[self.orders[order_id].extra["intent"]]["latest_charge"]]

    def give_back(self, order_id: str, amount: int) -> str:
        with self.lock:
            refund = self._made_refund(self.charge_of(order_id), amount * 100, {})
        self.flush()
        return str(refund["id"])

    def dispute(self, order_id: str, status: str = "needs_response") -> str:
        with self.lock:
            charge, now = self.charge_of(order_id), int(time.time())
            dispute = {
                "id": _id("du"), "object": "dispute", "amount": charge["amount"], "currency": "idr",
                "charge": charge["id"], "payment_intent": charge["payment_intent"], "status": status,
                "reason": "fraudulent", "created": now, "evidence_details": {"due_by": now + 7 * 86_400},
            }  # fmt: skip
            self.disputes[dispute["id"]] = dispute
            charge["disputed"] = True
            if not status.startswith("warning"):
                self._moved("adjustment", -charge["amount"], DISPUTE_FEE_SEN, dispute, "dispute")
            self.event("charge.dispute.created", dispute)
        self.flush()
        return str(dispute["id"])

    def decide(self, order_id: str, status: str) -> None:
        """The buyer's bank has decided all open disputes of a page."""
        with self.lock:
            charge = self.charge_of(order_id)
            for dispute in self.disputes.values():
                if dispute["charge"] == charge["id"] and dispute["status"] not in {"won", "lost"}:
                    dispute["status"] = status
                    if status == "won":
                        self._moved("adjustment", dispute["amount"], 0, dispute, "dispute_reversal")
                    self.event("charge.dispute.closed", dispute)
        self.flush()

    def pay_out(self) -> int:
        """Send the whole balance to the bank; return the rupiah."""
        with self.lock:
            balance = sum(row["net"] for row in self.movements) // 100 * 100
            payout = {"id": _id("po"), "object": "payout", "amount": balance, "created": int(time.time())}
            self._moved("payout", -balance, 0, payout, "payout")
            self.event("payout.paid", payout)
        self.flush()
        return int(balance // 100)

    def _moved(self, kind: str, amount: int, fee: int, source: dict[str, Any], category: str) -> None:
        self.movements.append({
            "id": _id("txn"), "object": "balance_transaction", "amount": amount, "currency": "idr", "fee": fee,
            "net": amount - fee, "type": kind, "reporting_category": category, "source": copy.deepcopy(source),
            "created": int(time.time()), "status": "available",
        })  # fmt: skip

    # ------------------------------------------------------------------ events

    def event(self, kind: str, thing: dict[str, Any]) -> Notice:
        body = {
            "id": _id("evt"), "object": "event", "api_version": "2026-10-28.endive", "created": int(time.time()),
            "livemode": False, "type": kind, "data": {"object": copy.deepcopy(thing)},
        }  # fmt: skip
        order_id = next((one.id for one in self.orders.values() if thing["id"] in {one.id, one.extra["intent"]}), "")
        return self.tell(self.signed(body, order_id=order_id))

    def signed(self, body: Any, *, at: float | None = None, order_id: str = "", secret: str = "") -> Notice:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = int(time.time() if at is None else at)
        mac = hmac.new((secret or self.hook_secret).encode(), b"%d." % stamp + raw, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": f"t={stamp},v1={mac}"}
        return Notice(raw, headers, order_id)

    def unsigned(self, notice: Notice) -> Notice:
        return Notice(notice.body, {"Content-Type": "application/json"}, notice.order_id)

    def forged(self, notice: Notice) -> Notice:
        return self.signed(notice.body, secret="whsec_guessed", order_id=notice.order_id)


def _id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def _no(status: int, kind: str, code: str | None, text: str, param: str | None = None) -> SaysNo:
    error = {"type": kind, "message": text} | ({"code": code} if code else {}) | ({"param": param} if param else {})
    return SaysNo(status, {"error": error})


def _whole(text: str, param: str) -> int:
    if not re.fullmatch(r"-?\d+", text):
        raise _no(400, "invalid_request_error", "parameter_invalid_integer", "Invalid integer", param)
    return int(text)


def _nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """``a[b][0]=c`` as {"a": {"b": {"0": "c"}}}."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        head, *rest = [part.rstrip("]") for part in name.split("[")]
        at = found
        for part, below in zip([head, *rest], [*rest, None], strict=True):
            if below is None:
                at[part] = value
            else:
                at = at.setdefault(part, {})
    return found


def _listed(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else []
