"""Biteship v1: one key for Gojek, Grab, Lalamove, Borzo, Paxel and the parcel carriers.

Written after biteship.com/en/docs/api. What is easy to get wrong: prices take flat coordinates, orders nested ones; the
same ``reference_id`` is refused with the order's id, which is the only way to find an order after a lost answer; "not
found" and all other errors have a number of their own and mostly the status 400; tracking spells states in camelCase.
"""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NoReturn

from gallery.core import clock
from gallery.delivery.courier import Booking, BookingRequest, Check, CourierUpdate, Quote, QuoteRequest, RiderSeen
from gallery.delivery.errors import BadUpdateError, CourierBusyError, CourierRefusedError, CourierUnsureError
from gallery.delivery.limits import limit_of
from gallery.delivery.states import GIVEN_UP, Courier, ShipmentStatus
from gallery.integrations import answers
from gallery.integrations.courier_http import Answer, CourierHttp
from gallery.integrations.http_calls import TIMEOUTS_S, read_json, until

URL: Final = "https://api.biteship.com"
HOSTS: Final = ("biteship.com",)  # where their pictures lie
TEST_KEY: Final = "biteship_test."
COURIERS: Final = ("gojek", "grab", "lalamove", "borzo", "paxel", "jne", "jnt", "sicepat", "anteraja", "pos")
# "Reference id has already been used": the order exists, and its id is in the details.
DUPLICATE: Final = "40002060"
TOO_LATE: Final = frozenset({"40002053", "40002055"})
NO_COURIER: Final = frozenset({"40001001", "40001010"})  # unknown postal code; nobody goes there
ADDRESS_LIMIT, NOTE_LIMIT, NAME_LIMIT = 500, 200, 100
NO: Final = 400  # what a refusal comes with, mostly

_S = ShipmentStatus
STATUSES: Final = {
    "confirmed": _S.OFFERED,
    "scheduled": _S.OFFERED,
    "allocated": _S.ACCEPTED,
    "picking_up": _S.PICKING_UP,
    "picked": _S.PICKED_UP,
    "dropping_off": _S.IN_TRANSIT,
    "in_transit": _S.IN_TRANSIT,
    "on_hold": _S.ON_HOLD,
    "return_in_transit": _S.RETURNING,
    "delivered": _S.DELIVERED,
    "returned": _S.RETURNED,
    "cancelled": _S.CANCELLED,
    "courier_not_found": _S.DECLINED,
    "rejected": _S.DECLINED,
    "disposed": _S.FAILED,  # destroyed on the way
}
RANKS: Final = {word: rank for rank, word in enumerate(STATUSES)}
REASONS: Final = {"disposed": "lost"}
EVENTS: Final = frozenset({"order.status", "order.price", "order.waybill_id"})
_UNITS_MIN: Final = {"minute": 1, "hour": 60}


@dataclass(frozen=True, slots=True, kw_only=True)
class BiteshipSettings:
    """``auth_prefix`` stands before the key ("Bearer "); documents and working programs disagree whether one does.

    ``hook_header`` and ``hook_secret`` are those that were typed into Biteship's dashboard.
    """

    key: str
    url: str = URL
    auth_prefix: str = ""
    hook_header: str = ""
    hook_secret: str = ""
    couriers: tuple[str, ...] = COURIERS
    shipper: str = ""
    timeouts_s: tuple[float, float] = TIMEOUTS_S


class Biteship:
    """Implements :class:`gallery.delivery.courier.CourierGateway`."""

    courier = Courier.BITESHIP
    finds_by_ordering = True

    def __init__(self, settings: BiteshipSettings) -> None:
        self._settings = settings
        self.is_sandbox = settings.key.startswith(TEST_KEY)
        secrets = (settings.key, settings.hook_secret)
        self._http = CourierHttp(self.courier, settings.url, timeouts_s=settings.timeouts_s, secrets=secrets)

    def quote(self, request: QuoteRequest) -> list[Quote]:
        """Ask all couriers that may go this way at once. Instant ones answer to coordinates, the others to codes."""
        couriers = self._couriers_for(request)
        if not couriers:
            return []
        body = {
            **_flat("origin", request.origin.point, request.origin.postal_code),
            **_flat("destination", request.destination.point, request.destination.postal_code),
            "couriers": ",".join(couriers),
            "items": _items(request),
        }
        answer = self._call("POST", "/v1/rates/couriers", body, answer_by=until(request.within_s))
        if not answer.is_ok:
            if _refusal(answer)[0] in NO_COURIER:
                return []
            _refuse(answer)
        quotes = [quote for row in answers.rows(answer.fields.get("pricing")) if (quote := _quote(row)) is not None]
        allowed = [quote for quote in quotes if _may_go(quote.service, request)]
        return sorted(allowed, key=lambda quote: (quote.price_idr, quote.service))

    def book(self, request: BookingRequest) -> Booking:
        """Make the order. Biteship refuses a second one under this key and names the first, which is then returned."""
        answer = self._call("POST", "/v1/orders", self._order(request))
        if answer.is_ok:
            return _booking(answer)
        if _refusal(answer)[0] != DUPLICATE:
            _refuse(answer)
        return self._earlier(request, answers.reference(answers.part(answer.data, "details").get("order_id")))

    def _earlier(self, request: BookingRequest, booking_ref: str) -> Booking:
        try:
            booking = self.look(booking_ref)
        except (CourierRefusedError, CourierBusyError) as error:
            raise CourierUnsureError("there is an order, which can not be read") from error
        if booking.key not in {"", request.key}:
            raise CourierUnsureError("the order named as duplicate has another reference")
        return booking

    def find(self, request: BookingRequest) -> Booking | None:
        """Order again under the same key: nothing else tells whether there is an order, and there is never a second.

        A refusal says nothing about the first attempt, since nobody knows what Biteship checks first.
        """
        try:
            return self.book(request)
        except CourierRefusedError as error:
            raise CourierUnsureError(f"refused with {error.refusal} when asked again") from error

    def look(self, booking_ref: str) -> Booking:
        """Read the order, and its tracking only where the order leaves out what it is read for: each costs money."""
        answer = self._call("GET", f"/v1/orders/{answers.path(booking_ref)}")
        if not answer.is_ok:
            _refuse(answer)
        booking = _booking(answer)
        is_told = booking.status is not None and (booking.status is not _S.DELIVERED or booking.occurred_at is not None)
        tracking_id = answers.reference(answers.part(answer.fields, "courier").get("tracking_id"))
        return booking if is_told or not tracking_id else self._tracked(booking, tracking_id)

    def _tracked(self, booking: Booking, tracking_id: str) -> Booking:
        """Add what tracking knows; where it can not be read, what the order says is all that there is."""
        try:
            answer = self._call("GET", f"/v1/trackings/{answers.path(tracking_id)}")
        except (CourierBusyError, CourierUnsureError):
            return booking
        said = word(answer.fields.get("status"))
        if not answer.is_ok or STATUSES.get(said) is None or booking.status not in {None, STATUSES[said]}:
            return booking
        return replace(
            booking,
            status=STATUSES[said],
            said=said,
            reason=_reason(said),
            rider=booking.rider or _rider(answers.part(answer.fields, "courier"), ""),
            tracking_url=booking.tracking_url or answers.web_address(answer.fields.get("link")),
            tracking_number=booking.tracking_number or answers.first(answer.fields, "waybill_id"),
            occurred_at=booking.occurred_at or _last(answers.rows(answer.fields.get("history"))),
        )

    def cancel(self, booking_ref: str) -> None:
        """Take the order back, which is possible until the rider has the parcel."""
        body = {"cancellation_reason_code": "others", "cancellation_reason": "Pesanan dibatalkan"}
        answer = self._call("POST", f"/v1/orders/{answers.path(booking_ref)}/cancel", body)
        if answer.is_ok:
            return
        if _refusal(answer)[0] in TOO_LATE and self.look(booking_ref).status in GIVEN_UP:
            return
        _refuse(answer)

    def proof(self, proof_url: str) -> bytes:
        return self._http.picture(proof_url, HOSTS)

    def read_updates(self, headers: Mapping[str, str], body: bytes, path: str) -> list[CourierUpdate]:  # noqa: ARG002
        """Read one event. The probe that comes when the address is saved is empty and proves nothing."""
        if body.strip() in {b"", b"{}"}:
            return []
        settings = self._settings
        sent = answers.header(headers, settings.hook_header) if settings.hook_header else ""
        if not settings.hook_secret or not hmac.compare_digest(sent.encode(), settings.hook_secret.encode()):
            raise BadUpdateError
        try:
            event = read_json(body)
        except ValueError as error:
            raise BadUpdateError from error
        if not isinstance(event, dict):
            raise BadUpdateError
        update = _update(event, body)
        return [] if update is None else [update]

    def check(self) -> list[Check]:
        """Say what can be known without an order: the kind of key, whether it opens anything, the webhook's secret."""
        settings = self._settings
        found = [
            Check("key", bool(settings.key), "sandbox" if self.is_sandbox else "live: orders cost money"),
            Check("webhook secret", bool(settings.hook_header and settings.hook_secret), settings.hook_header),
        ]
        answer = self._call("GET", "/v1/couriers")
        if not answer.is_ok:
            return [*found, Check("couriers", is_ok=False, detail=" ".join(_refusal(answer)))]
        known = {answers.first(row, "courier_code") for row in answers.rows(answer.fields.get("couriers"))}
        missing = [name for name in settings.couriers if known and name not in known]
        return [*found, Check("couriers", not missing, ", ".join(missing or sorted(known)))]

    def _call(self, method: str, path: str, body: Any = None, *, answer_by: float | None = None) -> Answer:
        headers = {"authorization": f"{self._settings.auth_prefix}{self._settings.key}"}
        raw = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            raw = json.dumps(body, ensure_ascii=False).encode()
        answer = self._http.call(method, path, headers=headers, body=raw, answer_by=answer_by)
        if answer.is_ok and not answer.fields:
            raise CourierUnsureError("an answer that says nothing")
        return Answer(NO, answer.data) if answer.is_ok and answer.fields.get("success") is False else answer

    def _couriers_for(self, request: QuoteRequest) -> list[str]:
        """Leave out who can not go this way: each price that is asked for costs something."""
        return [name for name in self._settings.couriers if _may_go(f"biteship:{name}", request)]

    def _order(self, request: BookingRequest) -> dict[str, Any]:
        company, _dot, kind = request.service.partition(":")[2].partition(".")
        if not company or not kind:
            raise CourierRefusedError("unknown_service", request.service)
        pick_up, drop_off = request.pick_up, request.drop_off
        return {
            "shipper_contact_name": pick_up.name[:NAME_LIMIT],
            "shipper_contact_phone": answers.domestic(pick_up.phone),
            "shipper_organization": (self._settings.shipper or pick_up.name)[:NAME_LIMIT],
            "origin_contact_name": pick_up.name[:NAME_LIMIT],
            "origin_contact_phone": answers.domestic(pick_up.phone),
            "origin_address": pick_up.address[:ADDRESS_LIMIT],
            "origin_note": pick_up.landmark[:NOTE_LIMIT],
            **_nested("origin", pick_up.location.point, pick_up.location.postal_code),
            "origin_collection_method": "pickup",
            "destination_contact_name": drop_off.name[:NAME_LIMIT],
            "destination_contact_phone": answers.domestic(drop_off.phone),
            "destination_address": drop_off.address[:ADDRESS_LIMIT],
            "destination_note": drop_off.landmark[:NOTE_LIMIT],
            **_nested("destination", drop_off.location.point, drop_off.location.postal_code),
            "courier_company": company,
            "courier_type": kind,
            "delivery_type": "now",
            "order_note": request.instructions[:NOTE_LIMIT],
            "metadata": {"order": request.order_number},
            "reference_id": request.key,
            "items": _items(request),
        }


def _flat(end: str, point: Any, postal_code: str) -> dict[str, Any]:
    found: dict[str, Any] = {f"{end}_postal_code": int(postal_code)} if postal_code.isdecimal() else {}
    return found if point is None else found | {f"{end}_latitude": point.lat, f"{end}_longitude": point.lon}


def _nested(end: str, point: Any, postal_code: str) -> dict[str, Any]:
    found: dict[str, Any] = {f"{end}_postal_code": int(postal_code)} if postal_code.isdecimal() else {}
    if point is None:
        return found
    return found | {f"{end}_coordinate": {"latitude": point.lat, "longitude": point.lon}}


def _items(request: QuoteRequest | BookingRequest) -> list[dict[str, Any]]:
    """The parcel as one piece: its weight has the packing in it, which the goods' weights have not."""
    sides = zip(("length", "width", "height"), request.size_cm or (), strict=False)
    names = ", ".join(f"{item.quantity} {item.name}" for item in request.items)
    is_food = bool(request.items) and all(item.is_food for item in request.items)
    return [
        {
            "name": names[:NAME_LIMIT] or "Paket",
            **({"category": "food_and_drink"} if is_food else {}),
            "value": request.value_idr,
            "quantity": 1,
            "weight": max(1, request.weight_g),
            **dict(sides),
        }
    ]


def _may_go(service: str, request: QuoteRequest) -> bool:
    """Instant couriers stay on the island and off the islets; nothing else takes goods that must not wait."""
    return request.is_by_road if limit_of(service).is_instant else not request.is_local_only


def _quote(row: dict[str, Any]) -> Quote | None:
    company, kind = answers.reference(answers.first(row, "company", "courier_code")), answers.reference(row.get("type"))
    kind = kind or answers.reference(row.get("courier_service_code"))
    price = answers.rupiah(row.get("price"))
    if not company or not kind or not price or answers.first(row, "currency") not in {"", "IDR"}:
        return None
    numbers = [
        int(number) for number in re.findall(r"\d{1,4}", answers.first(row, "shipment_duration_range", "duration"))
    ]
    shortest, longest = (numbers[0], numbers[-1]) if numbers else (0, 0)
    unit = answers.first(row, "shipment_duration_unit", "duration").lower()
    minutes = next((factor for word, factor in _UNITS_MIN.items() if word in unit), 0)
    name = " ".join(
        part for part in (answers.first(row, "courier_name"), answers.first(row, "courier_service_name")) if part
    )
    return Quote(
        courier=Courier.BITESHIP,
        service=f"biteship:{company}.{kind}",
        price_idr=price,
        carrier=name[:NAME_LIMIT] or company,
        days_min=0 if minutes else shortest,
        days_max=0 if minutes else longest,
        minutes_min=shortest * minutes,
        minutes_max=longest * minutes,
    )


def word(said: Any) -> str:
    """``pickingUp`` and ``picking_up`` are the same."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[\s-]+", "_", answers.text(said, 60)).lower()


def _booking(answer: Answer) -> Booking:
    order = answer.fields
    booking_ref = answers.reference(order.get("id"))
    if not booking_ref:
        raise CourierUnsureError("an order without an id")
    courier, said = answers.part(order, "courier"), word(order.get("status"))
    return Booking(
        booking_ref=booking_ref,
        tracking_number=answers.first(courier, "waybill_id"),
        tracking_url=answers.web_address(courier.get("link")),
        key=answers.text(order.get("reference_id")),
        status=STATUSES.get(said),
        said=said,
        price_idr=answers.rupiah(order.get("price")),
        rider=_rider(courier, ""),
        occurred_at=_last(answers.rows(courier.get("history"))),
        proof_url=answers.web_address(answers.part(order, "destination", "proof_of_delivery").get("link")),
        reason=_reason(said),
    )


def _reason(said: str) -> str:
    return REASONS.get(said, said if STATUSES.get(said) is _S.DECLINED else "")


def _last(history: list[dict[str, Any]]) -> datetime | None:
    return answers.when(history[-1].get("updated_at")) if history else None


def _rider(fields: Mapping[str, Any], prefix: str) -> RiderSeen | None:
    """Read ``driver_name`` and its like; ``name`` and ``phone`` are the older words for them."""
    return answers.rider(
        answers.first(fields, f"{prefix}driver_name", f"{prefix}name"),
        answers.first(fields, f"{prefix}driver_phone", f"{prefix}phone"),
        fields.get(f"{prefix}driver_plate_number"),
        fields.get(f"{prefix}driver_photo_url"),
    )


def _update(event: dict[str, Any], body: bytes) -> CourierUpdate | None:
    kind, booking_ref = answers.text(event.get("event")), answers.reference(event.get("order_id"))
    if kind not in EVENTS or not booking_ref:
        return None
    nested, said, at = answers.part(event, "courier"), word(event.get("status")), answers.text(event.get("updated_at"))
    return CourierUpdate(
        event_key=answers.digest(booking_ref, kind, said, at) if at else answers.digest(body),
        booking_ref=booking_ref,
        status=STATUSES.get(said),
        occurred_at=answers.when(event.get("updated_at")) or clock.now(),
        reason=REASONS.get(said, ""),
        said=said,
        rider=_rider(event, "courier_") or _rider(nested, ""),
        price_idr=answers.rupiah(event.get("price", event.get("order_price"))),
        tracking_number=answers.first(event, "courier_waybill_id") or answers.first(nested, "waybill_id"),
        tracking_url=answers.web_address(event.get("courier_link") or nested.get("link")),
        rank=RANKS.get(said, 0),
    )


def _refusal(answer: Answer) -> tuple[str, str]:
    """Return the code, which decides, and the text, which changes with their releases."""
    code = answers.text(answer.fields.get("code")) or f"http_{answer.status}"
    return code, answers.first(answer.fields, "error", "message")


def _refuse(answer: Answer) -> NoReturn:
    raise CourierRefusedError(*_refusal(answer))
