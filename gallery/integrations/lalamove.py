"""Lalamove v3, directly.

Written after developers.lalamove.com and their own SDK. What is easy to get wrong: the signature is made over the very
bytes that are sent; money, coordinates and ids are text; nothing tells whether an order was made when the answer was
lost (``metadata`` and a notice do, later); COMPLETED may hide a failed drop; a notice carries its signature inside,
over the text of ``data`` alone, and two notices of different type may have one ``eventId``.
"""

import hashlib
import hmac
import json
import re
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn

from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.delivery.courier import Booking, BookingRequest, Check, CourierUpdate, Quote, QuoteRequest, RiderSeen, Stop
from gallery.delivery.errors import BadUpdateError, CourierBusyError, CourierRefusedError, CourierUnsureError
from gallery.delivery.states import GIVEN_UP, Courier, ShipmentStatus
from gallery.integrations import answers
from gallery.integrations.courier_http import Answer, CourierHttp
from gallery.integrations.http_calls import TIMEOUTS_S, read_json, until

URL: Final = "https://rest.lalamove.com"
HOSTS: Final = ("lalamove.com",)  # where their pictures lie
TEST_KEY: Final = "pk_test_"
LANGUAGE: Final = "id_ID"
CITIES_KEPT_S: Final = 24 * 3_600
NOWHERE: Final = frozenset({"ERR_OUT_OF_SERVICE_AREA", "ERR_REVERSE_GEOCODE_FAILURE", "ERR_DELIVERY_MISMATCH"})
OLD_QUOTATION: Final = frozenset({"ERR_QUOTATION_EXPIRED", "ERR_INVALID_QUOTATION_ID"})
# They try for 24 hours; what is older than two days is not theirs any more.
OLDEST_NOTICE, AHEAD = timedelta(days=2), timedelta(hours=1)
REMARKS_LIMIT, NAME_LIMIT, ADDRESS_LIMIT = 1_500, 100, 500
LIGHT_G: Final = 3_000
BOTH: Final = 2  # from one place to one other
NO_LIMIT_G: Final = 10**9
Stops = list[dict[str, Any]]
Vehicle = tuple[int, str]  # what it carries at most (grams), and its name in their interface

_S = ShipmentStatus
STATUSES: Final = {
    "ASSIGNING_DRIVER": _S.OFFERED,
    "ON_GOING": _S.ACCEPTED,
    "PICKED_UP": _S.PICKED_UP,
    "COMPLETED": _S.DELIVERED,
    "CANCELED": _S.CANCELLED,
    "REJECTED": _S.DECLINED,
    "EXPIRED": _S.DECLINED,
}
RANKS: Final = {word: rank for rank, word in enumerate(STATUSES, start=1)}
# Kinds of notices that say something about an order; all others (the wallet, kinds to come) are not our matter.
CHANGED, DRIVER, AMOUNT, REPLACED = "ORDER_STATUS_CHANGED", "DRIVER_ASSIGNED", "ORDER_AMOUNT_CHANGED", "ORDER_REPLACED"
ABOUT_ORDERS: Final = frozenset({CHANGED, DRIVER, AMOUNT, REPLACED, "ORDER_EDITED", "POD_STATUS_CHANGED"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LalamoveSettings:
    key: str
    secret: str
    url: str = URL
    market: str = "ID"
    timeouts_s: tuple[float, float] = TIMEOUTS_S


def signed(secret: str, stamp: str, method: str, path: str, body: bytes) -> str:
    """Return the signature of a call, or of a notice: there the stamp is in seconds and the body is ``data`` alone."""
    text = f"{stamp}\r\n{method}\r\n{path}\r\n\r\n".encode() + body
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


class Lalamove:
    """Implements :class:`gallery.delivery.courier.CourierGateway`."""

    courier = Courier.LALAMOVE
    finds_by_ordering = False

    def __init__(self, settings: LalamoveSettings) -> None:
        self._settings = settings
        self.is_sandbox = settings.key.startswith(TEST_KEY)
        secrets = (settings.key, settings.secret)
        self._http = CourierHttp(self.courier, settings.url, timeouts_s=settings.timeouts_s, secrets=secrets)
        self._lock = threading.Lock()
        self._cities: tuple[float, dict[str, list[Vehicle]]] = (0.0, {})

    def quote(self, request: QuoteRequest) -> list[Quote]:
        """Price the smallest vehicle that carries the parcel, where Lalamove goes at all; never over the sea."""
        origin, destination = request.origin, request.destination
        if not request.is_by_road:
            return []
        answer_by = until(request.within_s)
        vehicle = self._vehicle_for(request, answer_by)
        if not vehicle:
            return []
        stops = [
            _stop(origin.point, request.origin_address or origin.postal_code),
            _stop(destination.point, request.destination_address or destination.postal_code),
        ]
        try:
            return [self._quotation(vehicle, stops, request, answer_by)]
        except CourierRefusedError as error:
            if error.refusal in NOWHERE:
                return []
            raise

    def book(self, request: BookingRequest) -> Booking:
        """Order at the price of the quotation, or of a new one if it expired; a second call orders a second time."""
        kind, _colon, service = request.service.partition(":")
        if kind != self.courier.value or not service:
            raise CourierRefusedError("unknown_service", request.service)
        try:
            if request.quote_ref:
                return self._order(request, request.quote_ref)
        except CourierRefusedError as error:
            if error.refusal not in OLD_QUOTATION:
                raise
        return self._order(request, self._fresh(request, service).quote_ref)

    def find(self, request: BookingRequest) -> Booking | None:
        """There is no way to ask: a notice brings the order's id, and :meth:`look` then tells whose it is."""
        raise CourierUnsureError(f"Lalamove has no search for {request.key}")

    def look(self, booking_ref: str) -> Booking:
        order = self._data("GET", f"/v3/orders/{answers.path(booking_ref)}")
        driver_id = answers.reference(order.get("driverId"))
        rider = None
        if driver_id and STATUSES.get(answers.text(order.get("status"))) in {_S.ACCEPTED, _S.PICKED_UP}:
            try:
                rider = _rider(
                    self._data("GET", f"/v3/orders/{answers.path(booking_ref)}/drivers/{answers.path(driver_id)}")
                )
            except (CourierRefusedError, CourierBusyError, CourierUnsureError):
                rider = None  # who comes is told before long in any case; what became of the order matters more
        return _booking(order, rider)

    def cancel(self, booking_ref: str) -> None:
        """Take the order back: while a rider is looked for, and some minutes longer."""
        path = f"/v3/orders/{answers.path(booking_ref)}"
        answer = self._call("DELETE", path)
        if answer.is_ok or self.look(booking_ref).status in GIVEN_UP:
            return
        _refuse(answer)

    def proof(self, proof_url: str) -> bytes:
        return self._http.picture(proof_url, HOSTS)

    def read_updates(self, headers: Mapping[str, str], body: bytes, path: str) -> list[CourierUpdate]:  # noqa: ARG002
        """Read one notice, whose signature is made with the path of our own address and stands in the body."""
        if not body.strip():
            return []  # the address is being registered
        notice, data = self._proved(body, path)
        update = _update(notice, data)
        return [] if update is None else [update]

    def check(self) -> list[Check]:
        """Say what can be known without an order: the kind of key, and which cities it opens."""
        kind = "sandbox" if self.is_sandbox else "live: orders cost money"
        found = [Check("key", bool(self._settings.key), kind), Check("webhook secret", bool(self._settings.secret))]
        try:
            cities = self._known_cities(None)
        except (CourierRefusedError, CourierBusyError, CourierUnsureError) as error:
            return [*found, Check("cities", is_ok=False, detail=str(error))]
        return [*found, Check("cities", bool(cities), ", ".join(sorted(cities)))]

    def announce(self, url: str) -> None:
        """Tell Lalamove where its notices go; it gives an address up after ten failures."""
        self._data("PATCH", "/v3/webhook", {"url": url})

    def _call(self, method: str, path: str, data: Any = None, *, answer_by: float | None = None) -> Answer:
        settings = self._settings
        body = b"" if data is None else json.dumps({"data": data}, ensure_ascii=False, separators=(",", ":")).encode()
        stamp = str(int(clock.now().timestamp() * 1_000))
        headers = {
            "Authorization": f"hmac {settings.key}:{stamp}:{signed(settings.secret, stamp, method, path, body)}",
            "Market": settings.market,
            "Request-ID": str(uuid.uuid4()),
            "Content-Type": "application/json",
        }
        return self._http.call(method, path, headers=headers, body=body or None, answer_by=answer_by)

    def _data(self, method: str, path: str, data: Any = None, *, answer_by: float | None = None) -> dict[str, Any]:
        answer = self._call(method, path, data, answer_by=answer_by)
        if not answer.is_ok:
            _refuse(answer)
        found = answers.part(answer.data, "data")
        if not found:
            raise CourierUnsureError("an answer without data")
        return found

    def _known_cities(self, answer_by: float | None) -> dict[str, list[Vehicle]]:
        """Return the vehicles of each city by its name; asked once a day."""
        with self._lock:
            asked, cities = self._cities
        if cities and time.monotonic() - asked < CITIES_KEPT_S:
            return cities
        answer = self._call("GET", "/v3/cities", answer_by=answer_by)
        if not answer.is_ok:
            _refuse(answer)
        listed = answer.data if isinstance(answer.data, list) else answer.fields.get("data")
        cities = {answers.text(row.get("name")): _vehicles(row) for row in answers.rows(listed)}
        with self._lock:
            self._cities = (time.monotonic(), cities)
        return cities

    def _vehicle_for(self, request: QuoteRequest, answer_by: float | None) -> str:
        """Choose the smallest vehicle of the city of origin; of any city where none is named in the address."""
        cities = self._known_cities(answer_by)
        here = _plain(request.origin_address)
        named = [vehicles for name, vehicles in cities.items() if _plain(name) and _plain(name) in here]
        known = [vehicle for vehicles in named or cities.values() for vehicle in vehicles]
        return min((vehicle for vehicle in known if vehicle[0] >= request.weight_g), default=(0, ""))[1]

    def _quotation(
        self, service: str, stops: Stops, request: QuoteRequest | BookingRequest, answer_by: float | None
    ) -> Quote:
        item: dict[str, Any] = {"quantity": str(sum(one.quantity for one in request.items) or 1)}
        if request.weight_g < LIGHT_G:
            item["weight"] = "LESS_THAN_3_KG"
        if request.items and all(one.is_food for one in request.items):
            item["categories"] = ["FOOD_DELIVERY"]
        wanted = {
            "serviceType": service,
            "language": LANGUAGE,
            "stops": stops,
            "specialRequests": [],
            "isRouteOptimized": False,
            "item": item,
        }
        found = self._data("POST", "/v3/quotations", wanted, answer_by=answer_by)
        ids = [answers.reference(stop.get("stopId")) for stop in answers.rows(found.get("stops"))]
        price, number = _price(found), answers.reference(found.get("quotationId"))
        if price is None or not number or len(ids) != BOTH or not all(ids):
            raise CourierUnsureError("a quotation that can not be used")
        metres = answers.rupiah(answers.part(found, "distance").get("value"))
        return Quote(
            courier=self.courier,
            service=f"{self.courier.value}:{service}",
            price_idr=price,
            carrier="Lalamove",
            distance_m=None if metres is None else int(metres),
            expires_at=answers.when(found.get("expiresAt")),
            quote_ref="|".join((number, *ids)),
        )

    def _fresh(self, request: BookingRequest, service: str) -> Quote:
        """Ask for a quotation with whole addresses. Nothing is ordered by it, so a lost answer is no riddle."""
        ends = (request.pick_up, request.drop_off)
        if any(end.location.point is None for end in ends):
            raise CourierRefusedError("no_coordinates")
        try:
            return self._quotation(service, [_stop(end.location.point, end.address) for end in ends], request, None)
        except CourierUnsureError as error:
            raise CourierBusyError(str(error)) from error

    def _order(self, request: BookingRequest, quote_ref: str) -> Booking:
        number, *stops = quote_ref.split("|")
        if len(stops) != BOTH:
            raise CourierRefusedError("ERR_INVALID_QUOTATION_ID", quote_ref)
        order = {
            "quotationId": number,
            "sender": _person(request.pick_up, stops[0]),
            "recipients": [_person(request.drop_off, stops[1]) | {"remarks": _remarks(request)}],
            "isPODEnabled": True,
            "metadata": {"order": request.key},
        }
        return _booking(self._data("POST", "/v3/orders", order), None)

    def _proved(self, body: bytes, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the notice and its ``data``, both read from what was signed; :class:`BadUpdateError` otherwise."""
        try:
            source, notice = body.decode(), read_json(body)
            slices = answers.members(source)
        except ValueError as error:
            raise BadUpdateError from error
        if not isinstance(notice, dict) or not isinstance(notice.get("data"), dict) or not self._settings.secret:
            raise BadUpdateError
        stamp, signature = notice.get("timestamp"), answers.text(notice.get("signature"))
        if isinstance(stamp, bool) or not isinstance(stamp, int | str):
            raise BadUpdateError
        said = slices["data"]
        # They send "\/" where their customers verify "/" with success: nobody has said which of the two is signed.
        plain = json.dumps(notice["data"], separators=(",", ":"), ensure_ascii=False)
        expected = [
            signed(self._settings.secret, str(stamp), "POST", path, text.encode(errors="replace"))
            for text in (said, plain)
        ]
        proved = [hmac.compare_digest(signature.encode(), one.encode()) for one in expected]
        at = answers.when(int(stamp) if re.fullmatch(r"\d{1,12}", str(stamp)) else None)
        if not any(proved) or at is None or not clock.now() - OLDEST_NOTICE <= at <= clock.now() + AHEAD:
            raise BadUpdateError
        return notice, notice["data"]


def _update(notice: dict[str, Any], data: dict[str, Any]) -> CourierUpdate | None:
    kind, order = answers.text(notice.get("eventType")), answers.part(data, "order")
    booking_ref = answers.reference(order.get("orderId"))
    if kind not in ABOUT_ORDERS or not booking_ref:
        return None
    said = answers.text(order.get("status")) if kind == CHANGED else ""
    stamp = int(notice["timestamp"])
    return CourierUpdate(
        event_key=answers.digest(answers.text(notice.get("eventId")) or repr(data), kind),
        booking_ref=booking_ref,
        status=_status(said, order),
        occurred_at=datetime.fromtimestamp(stamp, UTC),
        said=said,
        rider=_rider(answers.part(data, "driver")) if kind == DRIVER else None,
        price_idr=answers.rupiah(answers.part(order, "price").get("totalPrice")) if kind == AMOUNT else None,
        tracking_url=answers.web_address(order.get("shareLink")),
        replaces_ref=answers.reference(data.get("prevOrderId") or order.get("prevOrderId")) if kind == REPLACED else "",
        rank=RANKS.get(said, 0),
    )


def _booking(order: dict[str, Any], rider: RiderSeen | None) -> Booking:
    booking_ref, said = answers.reference(order.get("orderId")), answers.text(order.get("status"))
    if not booking_ref:
        raise CourierUnsureError("an order without an id")
    proof = _proof(order)
    return Booking(
        booking_ref=booking_ref,
        tracking_number=booking_ref,
        tracking_url=answers.web_address(order.get("shareLink")),
        key=answers.first(answers.part(order, "metadata"), "order"),
        status=_status(said, order),
        said=said,
        price_idr=_price(order),
        rider=rider,
        occurred_at=answers.when(proof.get("deliveredAt")),
        proof_url=answers.web_address(proof.get("image")),
        reason=said.lower() if STATUSES.get(said) is _S.DECLINED else "",
    )


def _status(said: str, order: dict[str, Any]) -> ShipmentStatus | None:
    """An order is completed when the rider is done with it, also if the door stayed shut."""
    found = STATUSES.get(said)
    return _S.FAILED if found is _S.DELIVERED and answers.text(_proof(order).get("status")) == "FAILED" else found


def _proof(order: dict[str, Any]) -> dict[str, Any]:
    stops = answers.rows(order.get("stops"))
    return answers.part(stops[-1], "POD") if stops else {}


def _rider(driver: dict[str, Any]) -> RiderSeen | None:
    return answers.rider(*(driver.get(name) for name in ("name", "phone", "plateNumber", "photo")))


def _price(found: dict[str, Any]) -> Rupiah | None:
    breakdown = answers.part(found, "priceBreakdown")
    is_rupiah = answers.first(breakdown, "currency") in {"", "IDR"}
    return answers.rupiah(breakdown.get("total")) if is_rupiah else None


def _vehicles(city: dict[str, Any]) -> list[Vehicle]:
    found = []
    for row in answers.rows(city.get("services")):
        load, name = answers.part(row, "load"), answers.reference(row.get("key"))
        kilograms = answers.rupiah(load.get("value")) if answers.first(load, "unit").lower() in {"", "kg"} else None
        found.append((NO_LIMIT_G if kilograms is None else kilograms * 1_000, name))
    return [vehicle for vehicle in found if vehicle[1]]


def _plain(name: str) -> str:
    """``Kota Pangkal Pinang`` and ``Pangkalpinang`` are one place."""
    return re.sub(r"kabupaten|kota|[^a-z]", "", name.lower())


def _stop(point: Any, address: str) -> dict[str, Any]:
    return {"coordinates": {"lat": str(point.lat), "lng": str(point.lon)}, "address": address[:ADDRESS_LIMIT] or "-"}


def _person(stop: Stop, stop_id: str) -> dict[str, Any]:
    return {"stopId": stop_id, "name": stop.name[:NAME_LIMIT], "phone": stop.phone}


def _remarks(request: BookingRequest) -> str:
    """Say where the door is: the quotation of the checkout knows the place only."""
    parts = (request.drop_off.address, request.drop_off.landmark, request.instructions, request.order_number)
    return "\n".join(part for part in parts if part)[:REMARKS_LIMIT]


def _refusal(answer: Answer) -> tuple[str, str]:
    """Read all four envelopes: ``errors`` as a list or an object, with ``id`` or ``code``, and ``message`` alone."""
    errors = answer.fields.get("errors")
    listed = answers.rows(errors) or answers.rows([errors])
    named = next((row for row in listed if answers.first(row, "id", "code")), {})
    message = answers.text(answer.fields.get("message"))
    code = answers.first(named, "id", "code") or (message if message.startswith("ERR_") else "")
    return code or f"http_{answer.status}", answers.first(named, "message", "detail") or message


def _refuse(answer: Answer) -> NoReturn:
    raise CourierRefusedError(*_refusal(answer))
