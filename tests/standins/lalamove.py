"""Lalamove v3 as its documents and its own SDK tell (developers.lalamove.com, @lalamove/lalamove-js)."""

import hashlib
import hmac
import json
import math
import re
import secrets
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from tests.standins.server import Call, Notice, Order, Reply, SaysNo, StandIn

QUOTATION_S, SKEW_S, GRACE_S = 300, 300, 300


class LalamoveStandIn(StandIn):
    name = "lalamove"
    way = ("ASSIGNING_DRIVER", "ON_GOING", "PICKED_UP", "COMPLETED")
    calling_off = "CANCELED"
    cancellable = frozenset({"ASSIGNING_DRIVER", "ON_GOING"})

    key, secret, market = "pk_test_standin", "sk_test_standin-secret", "ID"
    envelope = 0  # which of the four forms its errors have
    signs_plain = False  # whether notices are signed as sent ("\/") or as a JavaScript program writes them again
    cities: list[dict[str, Any]]

    def __init__(self, **given: Any) -> None:
        self.quotations: dict[str, dict[str, Any]] = {}
        self.cities = [
            {
                "locode": "ID PGK",
                "name": "Pangkal Pinang",
                "services": [
                    {
                        "key": "MOTORCYCLE",
                        "load": {"value": "20", "unit": "kg"},
                        "dimensions": {},
                        "specialRequests": [],
                    },
                    {"key": "SEDAN", "load": {"value": "200", "unit": "kg"}, "dimensions": {}, "specialRequests": []},
                ],
            }
        ]
        super().__init__(**given)

    def environment(self) -> dict[str, str]:
        return {"LALAMOVE_KEY": self.key, "LALAMOVE_SECRET": self.secret, "LALAMOVE_URL": self.url}

    def kind_of(self, method: str, path: str) -> str:
        kinds = {
            ("GET", "/v3/cities"): "cities",
            ("POST", "/v3/quotations"): "quote",
            ("POST", "/v3/orders"): "book",
            ("PATCH", "/v3/webhook"): "announce",
        }
        if re.fullmatch(r"/v3/orders/[^/]+/drivers/[^/]+", path):
            return "driver"
        if re.fullmatch(r"/v3/orders/[^/]+", path):
            return "cancel" if method == "DELETE" else "look"
        return kinds.get((method, path), "unknown")

    def answer(self, call: Call) -> Reply:
        self._prove(call)
        if call.kind == "cities":
            return Reply(200, {"data": self.cities})
        if call.kind == "announce":
            self.hook_url = call.data["data"]["url"]
            return Reply(200, {"data": {"url": self.hook_url}})
        if call.kind in {"quote", "book"}:
            wanted = call.data.get("data") or {}
            return self._quotation(wanted) if call.kind == "quote" else self._book(wanted)
        order = self.orders.get((*call.path.split("/"), "")[3])
        if order is None or call.kind == "unknown":
            raise self.no(404, "ERR_ORDER_NOT_FOUND")
        if call.kind == "driver":
            return self._driver(order, call.path.split("/")[5])
        return self._cancel(order) if call.kind == "cancel" else Reply(200, {"data": self._shown(order)})

    def _prove(self, call: Call) -> None:
        found = re.fullmatch(r"hmac ([^:]+):(\d{13}):([0-9a-f]{64})", call.headers.get("authorization", ""))
        if found is None or found[1] != self.key or abs(int(found[2]) / 1_000 - time.time()) > SKEW_S:
            raise self.no(401, "ERR_UNAUTHORIZED")
        text = f"{found[2]}\r\n{call.method}\r\n{call.path}\r\n\r\n".encode() + call.body
        if not hmac.compare_digest(hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest(), found[3]):
            raise self.no(401, "ERR_UNAUTHORIZED")
        if call.headers.get("market") != self.market:
            raise self.no(422, "ERR_INVALID_MARKET")
        try:
            uuid.UUID(call.headers.get("request-id", ""))
        except ValueError:
            raise self.no(422, "ERR_MISSING_FIELD") from None

    def _quotation(self, wanted: dict[str, Any]) -> Reply:
        vehicles = {service["key"] for city in self.cities for service in city["services"]}
        if wanted.get("serviceType") not in vehicles:
            raise self.no(422, "ERR_INVALID_SERVICE_TYPE")
        if wanted.get("language") != "id_ID":
            raise self.no(422, "ERR_INVALID_LOCALE")
        stops = wanted.get("stops") or []
        if len(stops) < 2:
            raise self.no(422, "ERR_INSUFFICIENT_STOPS")
        points = [(stop["coordinates"].get("lat"), stop["coordinates"].get("lng")) for stop in stops]
        if not all(isinstance(number, str) for point in points for number in point) or not all(
            stop.get("address") for stop in stops
        ):
            raise self.no(422, "ERR_INVALID_FIELD")
        metres = round(math.dist(*[[float(number) for number in point] for point in points]) * 111_000)
        if not self.is_covered or metres > 60_000:
            raise self.no(422, "ERR_OUT_OF_SERVICE_AREA")
        number = _number()
        self.quotations[number] = {
            "quotationId": number,
            "expiresAt": _moment(time.time() + QUOTATION_S),
            "serviceType": wanted["serviceType"],
            "language": wanted["language"],
            "stops": [{"stopId": _number(), **stop} for stop in stops],
            "isRouteOptimized": False,
            "priceBreakdown": _breakdown(self.price_idr),
            "distance": {"value": str(metres), "unit": "m"},
            "until": time.time() + QUOTATION_S,
        }
        return Reply(201, {"data": {k: v for k, v in self.quotations[number].items() if k != "until"}})

    def expire_quotations(self) -> None:
        with self.lock:
            for quotation in self.quotations.values():
                quotation["until"] = 0

    def _book(self, wanted: dict[str, Any]) -> Reply:
        quotation = self.quotations.get(wanted.get("quotationId", ""))
        if quotation is None:
            raise self.no(422, "ERR_INVALID_QUOTATION_ID")
        if quotation["until"] < time.time():
            raise self.no(422, "ERR_QUOTATION_EXPIRED")
        people = [wanted.get("sender") or {}, *(wanted.get("recipients") or [])]
        if [one.get("stopId") for one in people] != [stop["stopId"] for stop in quotation["stops"]]:
            raise self.no(422, "ERR_DELIVERY_MISMATCH")
        if not all(one.get("name") for one in people):
            raise self.no(422, "ERR_MISSING_FIELD")
        if not all(re.fullmatch(r"\+[1-9]\d{7,14}", one.get("phone", "")) for one in people):
            raise self.no(422, "ERR_INVALID_PHONE_NUMBER")
        if len(people[-1].get("remarks", "")) > 1_500:
            raise self.no(422, "ERR_INVALID_FIELD")
        order_id = _number()
        price = int(quotation["priceBreakdown"]["total"]) + self.extra_idr
        order = Order(order_id, (wanted.get("metadata") or {}).get("order", ""), self.way[0], price, wanted)
        order.extra = {"quotation": quotation, "pod": "PENDING", "created": time.time()}
        self.orders[order_id] = order
        return Reply(201, {"data": self._shown(order)})

    def _cancel(self, order: Order) -> Reply:
        matched = next((at for word, at in order.history if word == "ON_GOING"), time.time())
        if order.status not in self.cancellable or time.time() - matched > GRACE_S:
            raise self.no(409, "ERR_CANCELLATION_FORBIDDEN")
        self.put(order, "CANCELED")
        return Reply(204)

    def _driver(self, order: Order, driver_id: str) -> Reply:
        if driver_id != _driver_id(order):
            raise self.no(404, "ERR_DRIVER_NOT_FOUND")
        rider = order.rider
        return Reply(200, {"data": {"driverId": driver_id, "name": rider["name"], "phone": rider["phone"],
                                    "plateNumber": rider["plate"], "photo": rider["photo"]}})  # fmt: skip

    def _shown(self, order: Order) -> dict[str, Any]:
        sent, quotation = order.sent, order.extra["quotation"]
        people = [sent["sender"], *sent["recipients"]]
        return {
            "orderId": order.id,
            "quotationId": quotation["quotationId"],
            "priceBreakdown": _breakdown(order.price),
            "driverId": _driver_id(order),
            "shareLink": self._link(order),
            "status": order.status,
            "distance": quotation["distance"],
            "stops": [
                {
                    **stop,
                    "name": one["name"],
                    "phone": one["phone"],
                    "POD": {"status": order.extra["pod"], "image": self.proof_of(order)},
                }
                for stop, one in zip(quotation["stops"], people, strict=True)
            ],
            "metadata": sent.get("metadata") or {},
        }

    def _link(self, order: Order) -> str:
        return f"https://share.sandbox.lalamove.com?ID{order.id}&lang=id_ID&source=api_wrapper"

    def put(self, order: Order, word: str) -> None:
        if word == "COMPLETED" and order.extra["pod"] == "PENDING":
            order.extra["pod"] = "DELIVERED"
        super().put(order, word)

    def fail_drop(self, order_id: str) -> list[Notice]:
        """The rider was at the door and nobody opened: the order is completed all the same."""
        self.orders[order_id].extra["pod"] = "FAILED"
        return self.move(order_id, "COMPLETED")

    def replace(self, order_id: str) -> tuple[str, Notice]:
        """The order goes on under another id; the old one is not known any more."""
        with self.lock:
            order = self.orders.pop(order_id)
            order.id = _number()
            self.orders[order.id] = order
            data = {"order": self._brief(order), "prevOrderId": order_id, "updatedAt": _minutes(time.time())}
            notice = self.signed("ORDER_REPLACED", data)
            self.notices.append(notice)
        self._dispatch(notice)
        return order.id, notice

    def reprice(self, order_id: str, price: int) -> Notice:
        with self.lock:
            order = self.orders[order_id]
            order.price = price
            prices = {"totalPrice": str(price), "subTotal": str(price), "priorityFee": "0", "currency": "IDR"}
            data = {"order": {"orderId": order.id, "price": prices}, "updatedAt": _minutes(time.time())}
            notice = self.signed("ORDER_AMOUNT_CHANGED", data)
            self.notices.append(notice)
        self._dispatch(notice)
        return notice

    def _brief(self, order: Order) -> dict[str, Any]:
        return {
            "orderId": order.id,
            "market": "ID_PGK",
            "driverId": _driver_id(order),
            "shareLink": self._link(order),
            "status": order.status,
            "createdAt": _minutes(order.extra["created"]),
            "scheduleAt": _minutes(order.extra["created"]),
        }

    def notices_of(self, order: Order, word: str) -> list[Notice]:
        """A change of state; with a rider two notices of one event."""
        event_id = str(uuid.uuid4()).upper()
        at = _minutes(time.time())
        previous = order.history[-2][0] if len(order.history) > 1 else ""
        changed = {"order": self._brief(order) | {"status": word, "previousStatus": previous}, "updatedAt": at}
        notices = [self.signed("ORDER_STATUS_CHANGED", changed, event_id)]
        if word == "ON_GOING":
            driver = {"driverId": _driver_id(order), "name": order.rider["name"], "phone": order.rider["phone"],
                      "plateNumber": order.rider["plate"], "photo": order.rider["photo"]}  # fmt: skip
            data = {"order": {"orderId": order.id}, "driver": driver, "location": {"lat": -2.1, "lng": 106.1},
                    "updatedAt": at}  # fmt: skip
            notices.append(self.signed("DRIVER_ASSIGNED", data, event_id))
        return notices

    def signed(
        self, kind: str, data: dict[str, Any], event_id: str = "", *, at: float | None = None, path: str = ""
    ) -> Notice:
        """Sign over the time in seconds, the path of the site's address and the text of ``data``."""
        stamp = int(time.time() if at is None else at)
        plain = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
        sent = plain.replace("/", "\\/")
        text = f"{stamp}\r\nPOST\r\n{path or self.hook_path}\r\n\r\n{plain if self.signs_plain else sent}"
        signature = hmac.new(self.secret.encode(), text.encode(errors="replace"), hashlib.sha256).hexdigest()
        envelope = {
            "apiKey": self.key,
            "timestamp": stamp,
            "signature": signature,
            "eventId": event_id or str(uuid.uuid4()).upper(),
            "eventType": kind,
            "eventVersion": "v3",
        }
        body = json.dumps(envelope, separators=(",", ":"))[:-1] + f',"data":{sent}}}'
        order = data.get("order")
        order_id = order.get("orderId", "") if isinstance(order, dict) else ""
        return Notice(body.encode(errors="replace"), {"Content-Type": "application/json"}, order_id)

    @property
    def hook_path(self) -> str:
        return re.sub(r"^https?://[^/]+", "", self.hook_url) or "/"

    def unsigned(self, notice: Notice) -> Notice:
        return Notice(re.sub(rb'"signature":"[^"]*",', b"", notice.body), notice.headers, notice.order_id)

    def forged(self, notice: Notice) -> Notice:
        guess = b'"signature":"' + secrets.token_hex(32).encode() + b'"'
        return Notice(re.sub(rb'"signature":"[^"]*"', guess, notice.body), notice.headers, notice.order_id)

    def probe(self) -> Notice:
        """What comes when the address is registered."""
        return Notice(b"", {"Content-Type": "application/json"})

    def no(self, status: int, code: str) -> SaysNo:
        forms = (
            {"errors": [{"id": code, "message": "refused", "detail": "/data/stops"}]},
            {"message": code},
            {"errors": {"id": code, "message": "refused"}},
            {"errors": [{"code": code, "message": "refused"}]},
        )
        return SaysNo(status, forms[self.envelope])


def _number() -> str:
    """Nineteen digits: no JavaScript number, and no float of ours, holds them."""
    return str(secrets.randbelow(9 * 10**18) + 10**18)


def _driver_id(order: Order) -> str:
    return "81924" if order.rider else ""


def _breakdown(price: int) -> dict[str, str]:
    return {"base": str(price), "totalExcludePriorityFee": str(price), "total": str(price), "currency": "IDR"}


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.00Z")


def _minutes(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M.00Z")
