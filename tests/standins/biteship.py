"""Biteship v1 as its documents tell (biteship.com/en/docs/api, help.biteship.com)."""

import hmac
import json
import math
import re
import secrets
import time
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.standins.server import Call, Notice, Order, Reply, SaysNo, StandIn

WIB = timezone(timedelta(hours=7))
INSTANT = {"gojek": "Gojek", "grab": "Grab", "lalamove": "Lalamove", "borzo": "Borzo", "paxel": "Paxel"}
PARCEL = {"jne": "JNE", "jnt": "J&T", "sicepat": "SiCepat", "anteraja": "AnterAja", "pos": "POS Indonesia"}
REACH_KM = 40
CONTACTS = {
    "origin_contact_name": 40002014,
    "origin_contact_phone": 40002015,
    "origin_address": 40002016,
    "destination_contact_name": 40002017,
    "destination_contact_phone": 40002018,
    "destination_address": 40002019,
}


class BiteshipStandIn(StandIn):
    name = "biteship"
    way = ("confirmed", "allocated", "picking_up", "picked", "dropping_off", "delivered")
    calling_off = "cancelled"
    cancellable = frozenset({"confirmed", "scheduled", "allocated", "picking_up"})

    key = "biteship_test.standin-key"
    auth_prefix = ""
    hook_header, hook_secret = "X-Galeri-Signature", "a secret typed into the dashboard"
    is_camel = False  # states as the tracking pages spell them
    is_mute = False  # every field of an order may be null, says the document: its tracking tells
    has_times = True  # the documented example has no updated_at, live captures have

    def environment(self) -> dict[str, str]:
        return {
            "BITESHIP_KEY": self.key,
            "BITESHIP_URL": self.url,
            "BITESHIP_WEBHOOK_HEADER": self.hook_header,
            "BITESHIP_WEBHOOK_SECRET": self.hook_secret,
        }

    def kind_of(self, method: str, path: str) -> str:
        kinds = {
            ("POST", "/v1/rates/couriers"): "quote",
            ("POST", "/v1/orders"): "book",
            ("GET", "/v1/couriers"): "couriers",
        }
        if re.fullmatch(r"/v1/orders/[^/]+/cancel", path):
            return "cancel"
        if path.startswith("/v1/trackings/"):
            return "track"
        return kinds.get((method, path)) or ("look" if path.startswith("/v1/orders/") else "unknown")

    def answer(self, call: Call) -> Reply:
        if not hmac.compare_digest(call.headers.get("authorization", ""), self.auth_prefix + self.key):
            raise _no(40101001, "Authentication failed", 401)
        if call.method == "POST" and not call.headers.get("content-type", "").startswith("application/json"):
            raise _no(40000001, "Content type must be application/json")
        if call.kind == "quote":
            return self._rates(call.data)
        if call.kind == "book":
            return self._book(call.data)
        if call.kind == "couriers":
            return Reply(200, {"success": True, "object": "courier", "couriers": [
                {"courier_name": name, "courier_code": code} for code, name in (INSTANT | PARCEL).items()
            ]})  # fmt: skip
        if call.kind == "track":
            return self._track((*call.path.split("/"), "")[3])
        order = self.orders.get((*call.path.split("/"), "")[3])
        if call.kind == "unknown" or order is None:
            raise _no(40002057, "Order not found")
        if call.kind == "cancel":
            return self._cancel(order, call.data or {})
        return Reply(200, self._shown(order) | {"message": "Order successfully retrieved"})

    def _track(self, tracking_id: str) -> Reply:
        """By the tracking's own id; states in camelCase, and "messsage" is how they spell it."""
        order = next((one for one in self.orders.values() if one.extra["tracking"] == tracking_id), None)
        if order is None:
            raise _no(40003001, "Tracking not found")
        rider = order.rider
        return Reply(200, {
            "success": True,
            "messsage": "Successfully get tracking info",
            "object": "tracking",
            "id": tracking_id,
            "waybill_id": order.extra["waybill"],
            "courier": {
                "company": order.sent["courier_company"],
                "driver_name": rider.get("name"),
                "driver_phone": rider.get("phone"),
                "driver_photo_url": rider.get("photo") or None,
                "driver_plate_number": rider.get("plate"),
            },
            "destination": {"contact_name": order.sent["destination_contact_name"]},
            "history": self._history(order),
            "link": f"https://track.biteship.com/{order.id}" if rider else None,
            "order_id": order.id,
            "status": camel(order.status),
        })  # fmt: skip

    @staticmethod
    def _history(order: Order) -> list[dict[str, Any]]:
        return [{"status": camel(word), "note": "", "updated_at": _wib(at)} for word, at in order.history]

    def _rates(self, wanted: dict[str, Any]) -> Reply:
        if not wanted.get("couriers") or not wanted.get("items"):
            raise _no(40001002, "Missing parameter")
        if "origin_coordinate" in wanted or "destination_coordinate" in wanted:
            raise _no(40001002, "Missing parameter: origin_latitude")  # orders have nested ones, prices do not
        ends = [_flat(wanted, end) for end in ("origin", "destination")]
        codes = [wanted.get(f"{end}_postal_code") for end in ("origin", "destination")]
        if any(code is not None and not isinstance(code, int) for code in codes):
            raise _no(40001001, "Postal code must be a number")
        asked = wanted["couriers"].split(",")
        pricing = []
        km = _km(*ends) if all(ends) else None
        if km is not None and km <= REACH_KM:
            pricing += [self._price(code, INSTANT[code], km) for code in asked if code in INSTANT]
        if all(codes):
            pricing += [self._price(code, PARCEL[code], None) for code in asked if code in PARCEL]
        if not pricing or not self.is_covered:
            raise _no(40001010, "No courier available for the requested location")
        ends = [{"postal_code": code, "country_code": "ID"} for code in codes]
        return Reply(200, {"success": True, "object": "courier_pricing", "code": 20001007, "origin": ends[0],
                           "destination": ends[1], "message": "Success to retrieve courier pricing",
                           "pricing": pricing})  # fmt: skip

    def _price(self, code: str, name: str, km: float | None) -> dict[str, Any]:
        is_instant = km is not None
        price = self.price_idr + sorted(INSTANT | PARCEL).index(code) * 500 + (0 if is_instant else 3_000)
        found = {
            "available_collection_method": ["pickup"],
            "available_for_cash_on_delivery": False,
            "company": code,
            "courier_name": name,
            "courier_code": code,
            "courier_service_name": "Instant" if is_instant else "Reguler",
            "courier_service_code": "instant" if is_instant else "reg",
            "currency": "IDR",
            "duration": "1 - 3 hours" if is_instant else "2 - 4 days",
            "shipment_duration_range": "1 - 3" if is_instant else "2 - 4",
            "shipment_duration_unit": "hours" if is_instant else "days",
            "service_type": "same_day" if is_instant else "standard",
            "shipping_type": "parcel",
            "shipping_fee": price,
            "price": price,
            "tax_lines": [],
            "type": "instant" if is_instant else "reg",
        }
        if code == "jnt":  # an older form, which documents still show
            del found["company"]
        return found

    def _book(self, wanted: dict[str, Any]) -> Reply:
        reference = wanted.get("reference_id")
        for earlier in self.made_under(reference) if reference else []:
            details = {"order_id": earlier.id, "waybill_id": earlier.extra["waybill"], "reference_id": reference}
            raise _no(40002060, "Reference id has already been used before, please use another one", details=details)
        for name, code in CONTACTS.items():
            if not wanted.get(name):
                raise _no(code, f"{name} is required")
        company, kind = wanted.get("courier_company"), wanted.get("courier_type")
        if company not in INSTANT | PARCEL or not kind:
            raise _no(40002026, "Courier company is not available")
        is_instant = company in INSTANT
        for at, end in enumerate(("origin", "destination")):
            point = wanted.get(f"{end}_coordinate")
            if is_instant and (not isinstance(point, dict) or not {"latitude", "longitude"} <= set(point)):
                raise _no(40002022 + at, f"{end} coordinate is required for this courier")
        if is_instant and wanted.get("delivery_type") != "now":
            raise _no(40002007, "This courier does not support scheduled delivery")
        if not wanted.get("items") or any(item.get("weight", 0) < 1 for item in wanted["items"]):
            raise _no(40002041, "Items are required")
        order_id = secrets.token_hex(12)
        offered = self._price(company, company, 1.0 if is_instant else None)
        order = Order(order_id, reference or "", "confirmed", offered["price"] + self.extra_idr, wanted)
        order.extra = {"waybill": f"WYB-{secrets.token_hex(5).upper()}", "tracking": secrets.token_hex(12)}
        order.history.append(("confirmed", time.time()))
        self.orders[order_id] = order
        return Reply(200, self._shown(order) | {"message": "Order successfully created"})

    def _cancel(self, order: Order, wanted: dict[str, Any]) -> Reply:
        if wanted.get("cancellation_reason_code") not in {"change_courier", "pickup_delay", "change_address", "others"}:
            raise _no(40002042, "Unknown cancellation reason")
        if order.status not in self.cancellable:
            raise _no(40002053, f"Order can not be cancelled, it is already {order.status}")
        self.put(order, "cancelled")
        return Reply(200, {"success": True, "message": "Order successfully deleted", "object": "order",
                           "id": order.id, "status": "cancelled"})  # fmt: skip

    def _shown(self, order: Order) -> dict[str, Any]:
        """Every field may be null, says the document."""
        sent, rider = order.sent, {} if self.is_mute else order.rider
        said = camel(order.status) if self.is_camel else order.status
        return {
            "success": True,
            "object": "order",
            "id": order.id,
            "draft_order_id": None,
            "shipper": {"name": sent["shipper_contact_name"], "phone": sent["shipper_contact_phone"]},
            "courier": {
                "tracking_id": order.extra["tracking"],
                "waybill_id": order.extra["waybill"],
                "company": sent["courier_company"],
                "type": sent["courier_type"],
                "driver_name": rider.get("name"),
                "driver_phone": rider.get("phone"),
                "driver_photo_url": rider.get("photo") or None,
                "driver_plate_number": rider.get("plate"),
                "link": f"https://track.biteship.com/{order.id}" if rider else None,
                "history": None if self.is_mute else self._history(order),
            },
            "destination": {
                "contact_name": sent["destination_contact_name"],
                "address": sent["destination_address"],
                "proof_of_delivery": {"use": bool(self.picture), "fee": 0, "note": None, "link": self.proof_of(order)},
            },
            "delivery": {"datetime": _wib(time.time()), "type": "now", "distance": 9.8},
            "reference_id": order.reference or None,
            "items": sent["items"],
            "currency": "IDR",
            "price": order.price,
            "metadata": sent.get("metadata") or {},
            "note": sent.get("order_note"),
            "status": None if self.is_mute else said,
        }

    def notices_of(self, order: Order, word: str) -> list[Notice]:
        event = {
            "event": "order.status",
            "courier_tracking_id": order.extra["tracking"],
            "courier_waybill_id": order.extra["waybill"],
            "courier_company": order.sent["courier_company"],
            "courier_type": order.sent["courier_type"],
            "courier_driver_name": order.rider.get("name"),
            "courier_driver_phone": order.rider.get("phone"),
            "courier_driver_photo_url": order.rider.get("photo") or None,
            "courier_driver_plate_number": order.rider.get("plate"),
            "courier_link": f"https://track.biteship.com/{order.id}" if order.rider else None,
            "order_id": order.id,
            "order_price": order.price,
            "status": camel(word) if self.is_camel else word,
        }
        if self.has_times:
            event["updated_at"] = _wib(time.time())
        return [self.signed(event)]

    def reprice(self, order_id: str, price: int) -> Notice:
        """The courier weighed again, or the rider waited."""
        with self.lock:
            order = self.orders[order_id]
            order.price = price
            notice = self.signed({
                "event": "order.price",
                "order_id": order.id,
                "price": price,
                "shippment_fee": price,
                "cash_on_delivery_fee": 0,
                "proof_of_delivery_fee": 0,
                "courier_tracking_id": order.extra["tracking"],
                "courier_waybill_id": order.extra["waybill"],
                "status": order.status,
            })  # fmt: skip
            self.notices.append(notice)
        self._dispatch(notice)
        return notice

    def signed(self, event: dict[str, Any]) -> Notice:
        headers = {"Content-Type": "application/json", self.hook_header: self.hook_secret}
        return Notice(json.dumps(event).encode(), headers, event.get("order_id", ""))

    def unsigned(self, notice: Notice) -> Notice:
        return Notice(notice.body, {"Content-Type": "application/json"}, notice.order_id)

    def forged(self, notice: Notice) -> Notice:
        return Notice(notice.body, notice.headers | {self.hook_header: self.hook_secret[:-1] + "?"}, notice.order_id)

    def probe(self) -> Notice:
        """What comes when the address is saved in the dashboard."""
        return Notice(b"{}", {"Content-Type": "application/json"})


def camel(word: str) -> str:
    head, *rest = word.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _no(code: int, text: str, status: int = 400, details: dict[str, Any] | None = None) -> SaysNo:
    return SaysNo(status, {"success": False, "error": text, "code": code} | ({"details": details} if details else {}))


def _wib(at: float) -> str:
    return datetime.fromtimestamp(at, WIB).isoformat(timespec="milliseconds")


def _flat(wanted: dict[str, Any], end: str) -> tuple[float, float] | None:
    point = wanted.get(f"{end}_latitude"), wanted.get(f"{end}_longitude")
    return None if None in point else point


def _km(a: tuple[float, float], b: tuple[float, float]) -> float:
    return math.dist(a, b) * 111
