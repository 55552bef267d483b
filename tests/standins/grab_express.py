"""GrabExpress v1 as the partner guide and working clients tell."""

import hmac
import json
import re
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from tests.standins.server import Call, Notice, Order, Reply, SaysNo, StandIn

TOKEN_PATH = "/grabid/v1/oauth2/token"
SERVICES = {"INSTANT": 0, "SAME_DAY": -4_000}
BY_CAR = {"INSTANT_CAR": 15_000, "SAME_DAY_CAR": 9_000}  # where there are cars: ordered, but not offered here


class GrabExpressStandIn(StandIn):
    name = "grab_express"
    way = ("ALLOCATING", "PENDING_PICKUP", "PICKING_UP", "PENDING_DROP_OFF", "IN_DELIVERY", "COMPLETED")
    calling_off = "CANCELED"
    cancellable = frozenset({"QUEUEING", "ALLOCATING", "PENDING_PICKUP", "PICKING_UP"})

    client_id, client_secret = "standin-client", "standin-client-secret"
    hook_secret = "agreed-at-onboarding"
    base = "/grab-express-sandbox"
    exponent = 2
    refuses_duplicates = False  # nobody has documented it

    def __init__(self, **given: Any) -> None:
        self.tokens: set[str] = set()
        self.token_life_s = 604_799
        super().__init__(**given)

    def environment(self) -> dict[str, str]:
        return {
            "GRAB_CLIENT_ID": self.client_id,
            "GRAB_CLIENT_SECRET": self.client_secret,
            "GRAB_URL": self.url + self.base,
            "GRAB_TOKEN_URL": self.url + TOKEN_PATH,
            "GRAB_WEBHOOK_SECRET": self.hook_secret,
        }

    def revoke_tokens(self) -> None:
        with self.lock:
            self.tokens.clear()

    def kind_of(self, method: str, path: str) -> str:
        kinds = {
            ("POST", TOKEN_PATH): "token",
            ("POST", f"{self.base}/v1/deliveries/quotes"): "quote",
            ("POST", f"{self.base}/v1/deliveries"): "book",
        }
        if re.fullmatch(rf"{self.base}/v1/deliveries/[^/]+", path) and method in {"GET", "DELETE"}:
            return "look" if method == "GET" else "cancel"
        return kinds.get((method, path), "unknown")

    def answer(self, call: Call) -> Reply:
        if call.kind == "token":
            return self._token(call.data)
        sent = call.headers.get("authorization", "")
        if not sent.startswith("Bearer ") or sent.removeprefix("Bearer ") not in self.tokens:
            raise SaysNo(401, {"message": "Unauthorized"})
        if call.kind == "quote":
            return self._quotes(call.data)
        if call.kind == "book":
            return self._book(call.data)
        order = self.orders.get(call.path.rsplit("/", 1)[-1])
        if order is None:
            raise SaysNo(404, {"message": "delivery not found"})
        if call.kind == "cancel":
            if order.status not in self.cancellable:
                raise SaysNo(422, {"code": "cancel_not_allowed", "message": "the parcel is on its way"})
            self.put(order, "CANCELED")
            return Reply(204)
        return Reply(200, self._shown(order))

    def _token(self, wanted: dict[str, Any]) -> Reply:
        proved = hmac.compare_digest(wanted.get("client_secret", ""), self.client_secret)
        if not proved or wanted.get("client_id") != self.client_id:
            raise SaysNo(401, {"error": "invalid_client", "error_description": "client authentication failed"})
        if wanted.get("grant_type") != "client_credentials" or wanted.get("scope") != "grab_express.partner_deliveries":
            raise SaysNo(400, {"error": "invalid_scope"})
        token = secrets.token_urlsafe(300)  # they are long
        self.tokens.add(token)
        return Reply(200, {"access_token": token, "token_type": "Bearer", "expires_in": self.token_life_s})

    def _quotes(self, wanted: dict[str, Any]) -> Reply:
        _check_ends(wanted)
        if not self.is_covered:
            return Reply(200, {"quotes": []})
        return Reply(
            200,
            {
                "quotes": [self._quote(kind, self.price_idr + extra) for kind, extra in SERVICES.items()],
                "packages": wanted["packages"],
            },
        )

    def _quote(self, kind: str, price: int) -> dict[str, Any]:
        return {
            "service": {"id": 0, "type": kind, "name": f"GrabExpress {kind.replace('_', ' ').title()}"},
            "currency": {"code": "IDR", "symbol": "Rp", "exponent": self.exponent},
            "amount": price * 10**self.exponent,
            "estimatedTimeline": {"pickup": _moment(time.time() + 900), "dropoff": _moment(time.time() + 3_600)},
            "distance": 7_369,
        }

    def _book(self, wanted: dict[str, Any]) -> Reply:
        _check_ends(wanted)
        if not wanted.get("merchantOrderID") or wanted.get("serviceType") not in SERVICES | BY_CAR:
            raise SaysNo(400, {"code": "invalid_argument", "message": "merchantOrderID or serviceType"})
        if wanted.get("vehicleType") != ("CAR" if wanted["serviceType"] in BY_CAR else "BIKE"):
            raise SaysNo(400, {"code": "invalid_argument", "message": "vehicleType"})
        if wanted.get("paymentMethod") != "CASHLESS":
            raise SaysNo(400, {"code": "invalid_argument", "message": "paymentMethod"})
        for end in ("sender", "recipient"):
            person = wanted.get(end) or {}
            if not person.get("firstName") or not re.fullmatch(r"62\d{7,13}", person.get("phone", "")):
                raise SaysNo(400, {"code": "invalid_argument", "message": f"{end}.phone"})
        if self.refuses_duplicates and self.made_under(wanted["merchantOrderID"]):
            raise SaysNo(409, {"code": "duplicate", "message": "merchantOrderID was used before"})
        order_id = f"IN-2-{secrets.token_hex(8).upper()}"
        price = self.price_idr + (SERVICES | BY_CAR)[wanted["serviceType"]] + self.extra_idr
        order = Order(order_id, wanted["merchantOrderID"], "ALLOCATING", price, wanted)
        order.extra["timeline"] = {"create": _moment(time.time())}
        self.orders[order_id] = order
        return Reply(200, self._shown(order))

    def put(self, order: Order, word: str) -> None:
        names = {"PENDING_PICKUP": "allocate", "PENDING_DROP_OFF": "pickup", "COMPLETED": "completed",
                 "CANCELED": "cancel"}  # fmt: skip
        if word in names:
            order.extra["timeline"][names[word]] = _moment(time.time())
        super().put(order, word)

    def _shown(self, order: Order) -> dict[str, Any]:
        rider = order.rider
        return {
            "deliveryID": order.id,
            "merchantOrderID": order.reference,
            "paymentMethod": "CASHLESS",
            "quote": self._quote(order.sent["serviceType"], order.price),
            "sender": order.sent["sender"],
            "recipient": order.sent["recipient"],
            "status": order.status,
            "trackingURL": f"https://express.grab.com/{order.id}",
            "courier": {
                "name": rider["name"],
                "phone": rider["phone"].lstrip("+"),
                "pictureURL": rider["photo"],
                "vehicle": {"licensePlate": rider["plate"], "model": "Honda Beat"},
                "coordinates": {"latitude": -2.1, "longitude": 106.1},
            }
            if rider
            else None,
            "timeline": order.extra["timeline"],
            "pickupPin": "4711",
            "advancedInfo": {
                "failedReason": order.extra.get("reason", ""),
                "proofOfDeliveryURL": self.proof_of(order),
            },
        }

    def fail(self, order_id: str, reason: str) -> list[Notice]:
        """No rider was found, or the rider could not go on."""
        self.orders[order_id].extra["reason"] = reason
        return self.move(order_id, "FAILED")

    def notices_of(self, order: Order, word: str) -> list[Notice]:
        shown = self._shown(order) | {"status": word, "timestamp": int(time.time())}
        body = {name: shown[name] for name in ("deliveryID", "merchantOrderID", "status", "timestamp", "timeline")}
        body |= {"trackURL": shown["trackingURL"], "failedReason": order.extra.get("reason", "")}
        if order.rider:
            rider = order.rider
            body["driver"] = {"name": rider["name"], "phone": rider["phone"], "licensePlate": rider["plate"],
                              "photoURL": rider["photo"], "currentLat": -2.1, "currentLng": 106.1}  # fmt: skip
        return [self.signed(body)]

    def signed(self, body: dict[str, Any]) -> Notice:
        headers = {"Content-Type": "application/json", "Authorization": self.hook_secret}
        return Notice(json.dumps(body).encode(), headers, body.get("deliveryID", ""))

    def unsigned(self, notice: Notice) -> Notice:
        return Notice(notice.body, {"Content-Type": "application/json"}, notice.order_id)

    def forged(self, notice: Notice) -> Notice:
        return Notice(notice.body, notice.headers | {"Authorization": "Bearer guessed"}, notice.order_id)


def _check_ends(wanted: dict[str, Any]) -> None:
    for end in ("origin", "destination"):
        place = wanted.get(end) or {}
        point = place.get("coordinates") or {}
        if not place.get("address") or not all(isinstance(point.get(n), float) for n in ("latitude", "longitude")):
            raise SaysNo(400, {"code": "invalid_argument", "message": f"{end}.coordinates"})
    for package in wanted.get("packages") or [{}]:
        if not package.get("name") or package.get("quantity", 0) < 1 or "weight" not in package.get("dimensions", {}):
            raise SaysNo(400, {"code": "invalid_argument", "message": "packages"})


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
