"""Midtrans Snap and the API behind it as their documents tell (docs.midtrans.com); one server for both addresses."""

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from tests.standins.gateways import GatewayStandIn
from tests.standins.server import Call, Notice, Order, Reply, SaysNo

WIB = timezone(timedelta(hours=7))
PAGE = "/snap/v4/redirection/"
NUMBERS = {"pending": "201", "expire": "202", "cancel": "202", "deny": "202", "failure": "202"}
ACTIONS = {"status": "ask", "expire": "close", "cancel": "close", "refund": "refund"}


class MidtransStandIn(GatewayStandIn):
    """``orders`` are the pages by their token; a page's ``status`` is "" until a way of paying is chosen on it."""

    name = "midtrans"
    pages = PAGE
    key = "SB-Mid-server-standin"

    def environment(self) -> dict[str, str]:
        return {"MIDTRANS_SERVER_KEY": self.key, "MIDTRANS_APP_URL": self.url, "MIDTRANS_API_URL": self.url}

    # ------------------------------------------------------------------ the API

    def kind_of(self, method: str, path: str) -> str:
        if path.startswith(PAGE):
            return "page"
        if (method, path) == ("POST", "/snap/v1/transactions"):
            return "open"
        if re.fullmatch(r"/snap/v1/transactions/[^/]+/cancel", path):
            return "close"
        found = re.fullmatch(r"/v2/[^/]+/(\w+)", path)
        return ACTIONS.get(found[1], "unknown") if found else "unknown"

    def answer(self, call: Call) -> Reply:
        if call.kind == "page":
            return self.hosted(call)
        expected = "Basic " + base64.b64encode(f"{self.key}:".encode()).decode()
        if not hmac.compare_digest(call.headers.get("authorization", ""), expected):
            raise SaysNo(401, {"status_code": "401", "status_message": "Access denied", "error_messages": ["denied"]})
        if call.kind == "open":
            return Reply(201, self._create(call.data))
        *_, name, action = call.path.split("/")
        if call.path.startswith("/snap/"):
            return self._take_away(name)
        order = next((one for one in self.orders.values() if name in {one.reference, one.extra["transaction"]}), None)
        if call.kind == "unknown" or order is None or not order.status:
            raise _no("404", "Transaction doesn't exist.")
        self._age(order)
        if action in {"expire", "cancel"}:
            return self._ended(order, action)
        if action == "refund":
            return Reply(200, self._refund(order, call.data or {}))
        # What is over is told with the number of an error.
        return Reply(200, self._shown(order) | ({"status_code": "407"} if order.status == "expire" else {}))

    def _create(self, wanted: dict[str, Any]) -> dict[str, Any]:
        details, items = wanted.get("transaction_details") or {}, wanted.get("item_details") or []
        reference, amount = details.get("order_id") or "", details.get("gross_amount")
        if not re.fullmatch(r"[\w.~-]{1,50}", reference):
            raise _messages("transaction_details.order_id is required")
        if not isinstance(amount, int) or isinstance(amount, bool) or amount < 1:
            raise _messages("transaction_details.gross_amount must be greater than or equal to 0.01")
        if items and sum(item["price"] * item["quantity"] for item in items) != amount:
            raise _messages("transaction_details.gross_amount is not equal to the sum of item_details")
        if any(len(item["name"]) > 50 for item in items):
            raise _messages("item_details Name too long")
        if self.made_under(reference):
            raise _messages("transaction_details.order_id has already been taken")
        for name in ("expiry", "page_expiry"):
            if (wanted.get(name) or {}).get("unit") not in {"minute", "minutes", "hours", "days"}:
                raise _messages(f"{name} unit is not valid")
        started = datetime.strptime(wanted["expiry"]["start_time"], "%Y-%m-%d %H:%M:%S %z").timestamp()
        token = str(uuid.uuid4())
        extra = {"transaction": str(uuid.uuid4()), "at": 0.0, "refunds": [], "is_gone": False, "type": "qris",
                 "ends": started + wanted["expiry"]["duration"] * 60}  # fmt: skip
        self.orders[token] = Order(token, reference, "", amount, wanted, extra=extra)
        return {"token": token, "redirect_url": f"{self.url}{PAGE}{token}"}

    def _take_away(self, token: str) -> Reply:
        order = self.orders.get(token)
        if order is None:
            raise SaysNo(404, {"error_messages": ["token not found"]})
        if order.extra["is_gone"]:
            raise SaysNo(400, {"error_messages": ["token already canceled"]})
        if order.status == "pending":
            raise SaysNo(400, {"error_messages": ["Transaction is in progress"]})
        order.extra["is_gone"] = True
        return Reply(200, {"canceled_at": datetime.now(WIB).isoformat()})

    def _ended(self, order: Order, action: str) -> Reply:
        if order.status == action:
            raise _no("407" if action == "expire" else "412", "Transaction has ended already")
        if order.status != "pending" and not (action == "cancel" and order.status == "capture"):
            raise _no("412", "Merchant cannot modify the status of the transaction")
        self._becomes(order, action)
        return Reply(200, self._shown(order) | {"status_code": "407" if action == "expire" else "200"})

    def _refund(self, order: Order, wanted: dict[str, Any]) -> dict[str, Any]:
        if order.status not in {"settlement", "partial_refund"}:
            raise _no("412", "Transaction status cannot be updated.")
        key = wanted.get("refund_key") or f"ref-{secrets.token_hex(4)}"
        if any(one["refund_key"] == key for one in order.extra["refunds"]):
            raise _no("406", "Duplicate refund_key")
        if not re.fullmatch(r"[\w-]+", key):
            raise _no("400", "refund_key is not valid")
        row = self._given_back(order, wanted.get("amount") or order.price, key, wanted.get("reason") or "")
        told = {name: row[name] for name in ("refund_chargeback_id", "refund_amount", "refund_key")}
        return self._shown(order) | told | {"status_message": "Success, refund request is approved"}

    def _given_back(self, order: Order, amount: int, key: str, reason: str) -> dict[str, Any]:
        left = order.price - sum(int(float(one["refund_amount"])) for one in order.extra["refunds"])
        if not 0 < amount <= left:
            raise _no("414", "Refund request is rejected: the amount is more than is left")
        rows = order.extra["refunds"]
        rows.append({
            "refund_chargeback_id": len(rows) + 1, "refund_amount": f"{amount}.00", "refund_key": key,
            "reason": reason, "created_at": _wib(time.time()), "refund_method": "offline",
        })  # fmt: skip
        self._becomes(order, "refund" if amount == left else "partial_refund")
        return dict(rows[-1])

    def _shown(self, order: Order) -> dict[str, Any]:
        given_back = order.extra["refunds"]
        return {
            "status_code": NUMBERS.get(order.status, "200"),
            "status_message": "Success, transaction is found",
            "transaction_id": order.extra["transaction"],
            "order_id": order.reference,
            "gross_amount": f"{order.price}.00",
            "currency": "IDR",
            "payment_type": order.extra["type"],
            "transaction_time": _wib(order.extra["at"]),
            "transaction_status": order.status,
            "fraud_status": order.extra.get("fraud", "accept"),
            "merchant_id": "G1",
            **({"settlement_time": _wib(order.extra["at"])} if order.status not in NUMBERS else {}),
            **(
                {"refund_amount": f"{sum(int(float(one['refund_amount'])) for one in given_back)}.00"}
                if given_back
                else {}
            ),
            **({"refunds": given_back} if given_back else {}),
        }

    def _age(self, order: Order) -> None:
        if order.status == "pending" and order.extra["ends"] <= time.time():
            self._becomes(order, "expire")

    # ------------------------------------------------------------------ the buyer

    def presses(self) -> dict[str, str]:
        return {
            "pay": "Pay",
            "later": "Virtual account",
            "fail": "Pay with a card that is declined",
            "cancel": "Cancel",
        }

    def is_payable(self, order: Order) -> bool:
        self._age(order)
        is_over = order.extra["is_gone"] or order.extra["ends"] <= time.time()
        # "The expired order_id can be reused for the same or different payment methods."
        return order.status in {"", "pending", "deny", "expire"} and not is_over

    def pressed(self, order: Order, press: str) -> str:
        finish = str(order.sent["callbacks"]["finish"])
        if press == "cancel" or not self.is_payable(order):
            told = {"order_id": order.reference, "transaction_status": order.status or "pending"}
        else:
            self._becomes(order, {"pay": "settlement", "later": "pending", "fail": "deny"}[press])
            if press == "fail":
                return f"{PAGE}{order.id}"
            told = {"order_id": order.reference, "status_code": "200", "transaction_status": order.status}
        return f"{finish}{'&' if '?' in finish else '?'}{urlencode(told)}"

    def becomes(self, order_id: str, status: str, **extra: Any) -> None:
        """Give a transaction this status, as happens on their side, and tell it."""
        with self.lock:
            self.orders[order_id].extra.update(extra)
            self._becomes(self.orders[order_id], status)
        self.flush()

    def _becomes(self, order: Order, status: str) -> None:
        order.status = status
        order.extra["at"] = order.extra["at"] or time.time()
        self.tell(self.signed(self._shown(order), order_id=order.id))

    # ------------------------------------------------------------------ the dashboard

    def commands(self) -> tuple[str, ...]:
        return ("pay", "pending", "expire", "deny", "refund", "dispute")

    def more(self, name: str, order_id: str) -> None:
        if name in {"pending", "expire", "deny"}:
            self.becomes(order_id, name)

    def pay(self, order_id: str) -> None:
        self.becomes(order_id, "settlement")

    def pay_later(self, order_id: str) -> None:
        self.becomes(order_id, "pending")

    def settle_later(self, order_id: str, *, is_paid: bool) -> None:
        self.becomes(order_id, "settlement" if is_paid else "expire")

    def give_back(self, order_id: str, amount: int) -> str:
        with self.lock:
            order = self.orders[order_id]
            row = self._given_back(order, amount, f"dash-{secrets.token_hex(4)}", "dashboard")
        self.flush()
        return f"{order.extra['transaction']}:{row['refund_chargeback_id']}"

    def dispute(self, order_id: str) -> str:
        self.becomes(order_id, "chargeback")
        return f"{self.orders[order_id].extra['transaction']}:chargeback"

    # ------------------------------------------------------------------ notices

    def signed(self, body: Any, *, order_id: str = "", key: str = "") -> Notice:
        """Sign as they do: whatever else the body says, three of its texts and the key make the signature."""
        if isinstance(body, dict):
            parts = (body.get("order_id"), body.get("status_code"), body.get("gross_amount"))
            signed = "".join(part if isinstance(part, str) else json.dumps(part) for part in parts) + (key or self.key)
            body = body | {"signature_key": hashlib.sha512(signed.encode(errors="replace")).hexdigest()}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Notice(raw, {"Content-Type": "application/json"}, order_id)

    def unsigned(self, notice: Notice) -> Notice:
        body = json.loads(notice.body)
        del body["signature_key"]
        return Notice(json.dumps(body).encode(), notice.headers, notice.order_id)

    def forged(self, notice: Notice) -> Notice:
        return self.signed(json.loads(notice.body), order_id=notice.order_id, key="SB-Mid-server-guessed")


def _no(number: str, text: str) -> SaysNo:
    return SaysNo(int(number), {"status_code": number, "status_message": text, "id": str(uuid.uuid4())})


def _messages(text: str) -> SaysNo:
    return SaysNo(400, {"error_messages": [text]})


def _wib(at: float) -> str:
    return datetime.fromtimestamp(at, WIB).strftime("%Y-%m-%d %H:%M:%S")
