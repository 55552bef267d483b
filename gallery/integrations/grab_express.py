"""GrabExpress v1, for who has a partner contract.

Written after Grab's partner guide and working clients. What is easy to get wrong: the token is valid for a week and is
renewed once when it is refused; an amount is a number of units that ``exponent`` explains; whether Grab refuses a
second order under one ``merchantOrderID`` is not documented, so nothing is asked twice; FAILED may come before or after
pick-up.
"""

import hmac
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NoReturn

from gallery.core import clock
from gallery.delivery.courier import (
    FRAGILE,
    Booking,
    BookingRequest,
    Check,
    CourierUpdate,
    Quote,
    QuoteRequest,
    RiderSeen,
    Stop,
)
from gallery.delivery.errors import BadUpdateError, CourierBusyError, CourierRefusedError, CourierUnsureError
from gallery.delivery.states import GIVEN_UP, Courier, ShipmentStatus
from gallery.integrations import answers
from gallery.integrations.courier_http import Answer, CourierHttp
from gallery.integrations.http_calls import TIMEOUTS_S, read_json, until

URL: Final = "https://partner-api.grab.com/grab-express"
HOSTS: Final = ("grab.com",)  # where their pictures lie
TOKEN_URL: Final = "https://partner-api.grab.com/grabid/v1/oauth2/token"  # noqa: S105
SCOPE: Final = "grab_express.partner_deliveries"
SANDBOX: Final = "-sandbox"
TOKEN_MARGIN_S: Final = 60.0
UNAUTHORIZED, CONFLICT = 401, 409
NOWHERE: Final = frozenset({"out_of_service_area", "service_not_available", "no_service_available"})
BY_CAR: Final = "_CAR"  # INSTANT_CAR, SAME_DAY_CAR
ADDRESS_LIMIT, NAME_LIMIT = 500, 100

_S = ShipmentStatus
STATUSES: Final = {
    "QUEUEING": _S.OFFERED,
    "ALLOCATING": _S.OFFERED,
    "PENDING_PICKUP": _S.ACCEPTED,
    "PICKING_UP": _S.PICKING_UP,
    "PENDING_DROP_OFF": _S.PICKED_UP,
    "IN_DELIVERY": _S.IN_TRANSIT,
    "IN_RETURN": _S.RETURNING,
    "COMPLETED": _S.DELIVERED,
    "RETURNED": _S.RETURNED,
    "CANCELED": _S.CANCELLED,
    "FAILED": _S.DECLINED,  # or failed, if the rider had the parcel: see _status
}
RANKS: Final = {word: rank for rank, word in enumerate(STATUSES, start=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class GrabExpressSettings:
    """``hook_secret`` is what Grab was told to send as ``Authorization`` with its notices."""

    client_id: str
    client_secret: str
    url: str = URL
    token_url: str = TOKEN_URL
    hook_secret: str = ""
    timeouts_s: tuple[float, float] = TIMEOUTS_S


class GrabExpress:
    """Implements :class:`gallery.delivery.courier.CourierGateway`."""

    courier = Courier.GRAB_EXPRESS
    finds_by_ordering = False

    def __init__(self, settings: GrabExpressSettings) -> None:
        self._settings = settings
        self.is_sandbox = SANDBOX in settings.url
        secrets = (settings.client_secret, settings.hook_secret)
        self._http = CourierHttp(self.courier, settings.url, timeouts_s=settings.timeouts_s, secrets=secrets)
        self._lock = threading.Lock()
        self._token, self._token_end = "", 0.0

    def quote(self, request: QuoteRequest) -> list[Quote]:
        """Price every service from door to door, on one island with roads."""
        origin, destination = request.origin, request.destination
        if not request.is_by_road:
            return []
        body = {
            "packages": _packages(request),
            "origin": _place(origin.point, request.origin_address or origin.postal_code),
            "destination": _place(destination.point, request.destination_address or destination.postal_code),
        }
        answer = self._call("POST", "/v1/deliveries/quotes", body, answer_by=until(request.within_s))
        if not answer.is_ok:
            if _refusal(answer)[0].lower() in NOWHERE:
                return []
            _refuse(answer)
        quotes = [quote for row in answers.rows(answer.fields.get("quotes")) if (quote := _quote(row)) is not None]
        return sorted(quotes, key=lambda quote: (quote.price_idr, quote.service))

    def book(self, request: BookingRequest) -> Booking:
        """Order the way; a second call under this key may order a second time."""
        kind, _colon, service = request.service.partition(":")
        start, end = request.pick_up.location.point, request.drop_off.location.point
        if kind != self.courier.value or not service:
            raise CourierRefusedError("unknown_service", request.service)
        if start is None or end is None:
            raise CourierRefusedError("no_coordinates")
        body = {
            "merchantOrderID": request.key,
            "serviceType": service,
            "vehicleType": "CAR" if service.upper().endswith(BY_CAR) else "BIKE",
            "codType": "REGULAR",
            "paymentMethod": "CASHLESS",
            "packages": _packages(request),
            "origin": _place(start, request.pick_up.address),
            "destination": _place(end, request.drop_off.address),
            "sender": _person(request.pick_up, FRAGILE if request.is_fragile else ""),
            "recipient": _person(request.drop_off, request.instructions),
        }
        answer = self._call("POST", "/v1/deliveries", body)
        if answer.status == CONFLICT:
            raise CourierUnsureError("refused as a duplicate: there may be an order")
        return _booking(answer.fields) if answer.is_ok else _refuse(answer)

    def find(self, request: BookingRequest) -> Booking | None:
        """There is no way to ask by our own number: a notice brings Grab's, and :meth:`look` then tells whose it is."""
        raise CourierUnsureError(f"GrabExpress has no search for {request.key}")

    def look(self, booking_ref: str) -> Booking:
        answer = self._call("GET", f"/v1/deliveries/{answers.path(booking_ref)}")
        return _booking(answer.fields) if answer.is_ok else _refuse(answer)

    def cancel(self, booking_ref: str) -> None:
        """Take the order back, which is possible until the rider has the parcel."""
        answer = self._call("DELETE", f"/v1/deliveries/{answers.path(booking_ref)}")
        if answer.is_ok or self.look(booking_ref).status in GIVEN_UP:
            return
        _refuse(answer)

    def proof(self, proof_url: str) -> bytes:
        return self._http.picture(proof_url, HOSTS)

    def read_updates(self, headers: Mapping[str, str], body: bytes, path: str) -> list[CourierUpdate]:  # noqa: ARG002
        """Read one notice; the header that was agreed with Grab is all that proves it."""
        secret, sent = self._settings.hook_secret, answers.header(headers, "Authorization")
        if not secret or not hmac.compare_digest(sent.removeprefix("Bearer ").encode(), secret.encode()):
            raise BadUpdateError
        if not body.strip():
            return []
        try:
            notice = read_json(body)
        except ValueError as error:
            raise BadUpdateError from error
        if not isinstance(notice, dict):
            raise BadUpdateError
        update = _update(notice, body)
        return [] if update is None else [update]

    def check(self) -> list[Check]:
        """Say what can be known without an order: the kind of account, whether it gets a token, the notices' secret."""
        settings = self._settings
        found = [
            Check("key", bool(settings.client_id), "sandbox" if self.is_sandbox else "live: orders cost money"),
            Check("webhook secret", bool(settings.hook_secret)),
        ]
        try:
            self._renewed(None)
        except (CourierRefusedError, CourierBusyError) as error:
            return [*found, Check("token", is_ok=False, detail=str(error))]
        return [*found, Check("token", is_ok=True)]

    def _call(self, method: str, path: str, body: Any = None, *, answer_by: float | None = None) -> Answer:
        raw = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        token = self._kept() or self._renewed(answer_by)
        answer = self._authorized(method, path, raw, token, answer_by)
        if answer.status != UNAUTHORIZED:
            return answer
        return self._authorized(method, path, raw, self._renewed(answer_by), answer_by)

    def _authorized(self, method: str, path: str, raw: bytes | None, token: str, answer_by: float | None) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return self._http.call(method, path, headers=headers, body=raw, answer_by=answer_by)

    def _kept(self) -> str:
        with self._lock:
            return self._token if time.monotonic() < self._token_end else ""

    def _renewed(self, answer_by: float | None) -> str:
        """Fetch a token. Nothing is ordered by that: a lost answer is a not-yet."""
        settings = self._settings
        wanted = {
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "grant_type": "client_credentials",
            "scope": SCOPE,
        }
        headers = {"Content-Type": "application/json"}
        raw = json.dumps(wanted).encode()
        try:
            answer = self._http.call(
                "POST", settings.token_url, headers=headers, body=raw, answer_by=answer_by, is_secret=True
            )
        except CourierUnsureError as error:
            raise CourierBusyError(f"no token: {error}") from error
        token, life_s = answers.text(answer.fields.get("access_token"), 4_000), answer.fields.get("expires_in")
        if not answer.is_ok:
            raise CourierRefusedError("no_token", " ".join(_refusal(answer)))
        if not token:
            raise CourierBusyError("no token in the answer")
        life = float(life_s) if isinstance(life_s, int) and not isinstance(life_s, bool) else 0.0
        with self._lock:
            self._token, self._token_end = token, time.monotonic() + max(0.0, min(life, 10**6) - TOKEN_MARGIN_S)
        return token


def _place(point: Any, address: str) -> dict[str, Any]:
    return {
        "address": address[:ADDRESS_LIMIT] or "-",
        "coordinates": {"latitude": point.lat, "longitude": point.lon},
    }


def _person(stop: Stop, note: str) -> dict[str, Any]:
    """Name the person to ask for; how to find the door, and what to mind, is the only text the rider surely sees."""
    return {
        "firstName": stop.name[:NAME_LIMIT],
        "phone": answers.digits(stop.phone),
        "smsEnabled": False,
        "instruction": "\n".join(part for part in (note, stop.landmark) if part)[:ADDRESS_LIMIT],
    }


def _packages(request: QuoteRequest | BookingRequest) -> list[dict[str, Any]]:
    """The parcel as one piece, packed and closed."""
    height, width, depth = sorted(request.size_cm or (0, 0, 0))
    names = ", ".join(f"{item.quantity} {item.name}" for item in request.items)[:NAME_LIMIT] or "Paket"
    return [
        {
            "name": names,
            "description": names,
            "quantity": 1,
            "price": request.value_idr,
            "dimensions": {"height": height, "width": width, "depth": depth, "weight": request.weight_g},
        }
    ]


def _amount(quote: dict[str, Any]) -> Any:
    """Return rupiah: the exponent says how many decimals the number has."""
    currency = answers.part(quote, "currency")
    exponent = currency.get("exponent")
    if answers.first(currency, "code") not in {"", "IDR"} or isinstance(exponent, bool):
        return None
    return answers.rupiah(quote.get("amount"), exponent if isinstance(exponent, int) and 0 <= exponent <= 4 else 0)  # noqa: PLR2004


def _quote(row: dict[str, Any]) -> Quote | None:
    service, price = answers.part(row, "service"), _amount(row)
    kind = answers.reference(service.get("type")) or answers.reference(row.get("service"))
    if not kind or not price:
        return None
    line = answers.part(row, "estimatedTimeline")
    start, end = answers.when(line.get("pickup")), answers.when(line.get("dropoff"))
    minutes = 0 if end is None else max(0, round((end - clock.now()).total_seconds() / 60))
    metres = answers.rupiah(row.get("distance"))
    return Quote(
        courier=Courier.GRAB_EXPRESS,
        service=f"grab_express:{kind}",
        price_idr=price,
        carrier=answers.first(service, "name") or "GrabExpress",
        distance_m=None if metres is None else int(metres),
        minutes_min=minutes if start is not None else 0,
        minutes_max=minutes,
    )


def _booking(delivery: dict[str, Any]) -> Booking:
    booking_ref, said = answers.reference(delivery.get("deliveryID")), answers.text(delivery.get("status"))
    if not booking_ref:
        raise CourierUnsureError("a delivery without an id")
    return Booking(
        booking_ref=booking_ref,
        tracking_number=booking_ref,
        tracking_url=_tracking(delivery),
        key=answers.text(delivery.get("merchantOrderID")),
        status=_status(said, delivery),
        said=said,
        price_idr=_amount(answers.part(delivery, "quote")),
        rider=_rider(delivery),
        occurred_at=_moment(said, delivery),
        expected_at=answers.when(answers.part(delivery, "quote", "estimatedTimeline").get("dropoff")),
        recipient_name=answers.first(answers.part(delivery, "advancedInfo"), "recipientName"),
        proof_url=answers.web_address(answers.part(delivery, "advancedInfo").get("proofOfDeliveryURL")),
        reason=_reason(delivery),
    )


def _update(notice: dict[str, Any], body: bytes) -> CourierUpdate | None:
    booking_ref, said = answers.reference(notice.get("deliveryID")), answers.text(notice.get("status"))
    if not booking_ref or not said:
        return None
    stamp = answers.first(notice, "timestamp")
    return CourierUpdate(
        event_key=answers.digest(booking_ref, said, stamp) if stamp else answers.digest(body),
        booking_ref=booking_ref,
        status=_status(said, notice),
        occurred_at=answers.when(notice.get("timestamp")) or clock.now(),
        reason=_reason(notice),
        said=said,
        rider=_rider(notice),
        tracking_url=_tracking(notice),
        rank=RANKS.get(said, 0),
    )


def _status(said: str, delivery: dict[str, Any]) -> ShipmentStatus | None:
    """A delivery that failed after pick-up is a parcel on the way back or lost; before, it is nobody's."""
    had_parcel = answers.first(answers.part(delivery, "timeline"), "pickup") != ""
    return _S.FAILED if said == "FAILED" and had_parcel else STATUSES.get(said)


def _moment(said: str, delivery: dict[str, Any]) -> datetime | None:
    line = answers.part(delivery, "timeline")
    name = {_S.ACCEPTED: "allocate", _S.PICKED_UP: "pickup", _S.DELIVERED: "completed", _S.CANCELLED: "cancel"}
    status = STATUSES.get(said)
    return answers.when(line.get(name[status])) if status in name else None


def _reason(delivery: dict[str, Any]) -> str:
    return answers.first(answers.part(delivery, "advancedInfo"), "failedReason") or answers.first(
        delivery, "failedReason"
    )


def _tracking(delivery: dict[str, Any]) -> str:
    return answers.web_address(delivery.get("trackingURL") or delivery.get("trackURL"))


def _rider(delivery: dict[str, Any]) -> RiderSeen | None:
    found = answers.part(delivery, "courier") or answers.part(delivery, "driver")
    plate = answers.part(found, "vehicle").get("licensePlate") or found.get("licensePlate")
    return answers.rider(found.get("name"), found.get("phone"), plate, found.get("pictureURL") or found.get("photoURL"))


def _refusal(answer: Answer) -> tuple[str, str]:
    code = answers.first(answer.fields, "code", "reason", "error") or f"http_{answer.status}"
    return code, answers.first(answer.fields, "message", "devMessage", "error_description")


def _refuse(answer: Answer) -> NoReturn:
    raise CourierRefusedError(*_refusal(answer))
