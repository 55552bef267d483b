"""Riders of the neighbourhood behind the courier port: no contract, no server, a signed link to a page of ours."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs

from gallery.core import clock
from gallery.core.db import db
from gallery.core.signing import BadTokenError, Signer
from gallery.delivery import queries
from gallery.delivery.courier import (
    FORM_TYPE,
    POINT_DIGITS,
    RIDER_LINK,
    RIDER_LINK_LIFE,
    Booking,
    BookingRequest,
    CourierUpdate,
    Quote,
    QuoteRequest,
)
from gallery.delivery.errors import BadUpdateError, CourierRefusedError
from gallery.delivery.states import Courier, ShipmentStatus
from gallery.delivery.tariffs import Point

# What a rider may say. Cancelling and taking goods back into stock is the staff's business.
STEPS: Final = {
    "accept": ShipmentStatus.ACCEPTED,
    "decline": ShipmentStatus.DECLINED,
    "pick_up": ShipmentStatus.PICKED_UP,
    "deliver": ShipmentStatus.DELIVERED,
    "fail": ShipmentStatus.FAILED,
}


class LocalRiders:
    """Implements :class:`gallery.delivery.courier.CourierGateway`."""

    courier = Courier.LOCAL_RIDER
    finds_by_ordering = False

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def quote(self, request: QuoteRequest) -> list[Quote]:
        """Price the way by the tariff of the place, where a rider goes at all."""
        return queries.rider_quotes(db.session(), request)

    def book(self, request: BookingRequest) -> Booking:
        """Make the rider's link. Nobody is called, so booking twice is booking once."""
        return Booking(booking_ref=request.key, courier_token=self._signer.sign(RIDER_LINK, request.key))

    def cancel(self, booking_ref: str) -> None:
        """Do nothing: the rider page judges the link by the shipment's row each time it is opened."""

    def find(self, request: BookingRequest) -> Booking | None:
        """Return the link again: it depends on nothing but the key."""
        return self.book(request)

    def look(self, booking_ref: str) -> Booking:
        """Say nothing new: whatever a rider said was said to us."""
        return Booking(booking_ref=booking_ref, key=booking_ref)

    def proof(self, proof_url: str) -> bytes:
        """Refuse: the rider's page takes the picture itself."""
        raise CourierRefusedError("no_proof", proof_url)

    def read_updates(self, headers: Mapping[str, str], body: bytes, path: str) -> list[CourierUpdate]:  # noqa: ARG002
        """Translate a step sent through the rider's link: token, step, key, recipient, reason, note, cash, lat, lon."""
        if headers.get("Content-Type") != FORM_TYPE:
            raise BadUpdateError
        fields = {name: values[-1].strip() for name, values in parse_qs(body.decode(errors="replace")).items()}
        status = STEPS.get(fields.get("step", ""))
        if status is None or not fields.get("key"):
            raise BadUpdateError
        try:
            life_s = int(RIDER_LINK_LIFE.total_seconds())
            booking_ref = self._signer.unsign(RIDER_LINK, fields.get("token", ""), max_age_s=life_s)
        except BadTokenError as error:
            raise BadUpdateError from error
        update = CourierUpdate(
            event_key=f"rider:{fields['step']}:{fields['key']}",
            booking_ref=booking_ref,
            status=status,
            occurred_at=clock.now(),
            recipient_name=fields.get("recipient", ""),
            reason=fields.get("reason", ""),
            note=fields.get("note", ""),
            is_cash_received=bool(fields.get("cash")),
            place=_point(fields.get("lat", ""), fields.get("lon", "")),
        )
        return [update]


def _point(lat: str, lon: str) -> Point | None:
    """Read where the rider's phone says it is; a parcel arrives without that, too."""
    try:
        point = Point(round(float(lat), POINT_DIGITS), round(float(lon), POINT_DIGITS))
    except ValueError:
        return None
    is_on_earth = abs(point.lat) <= 90 and abs(point.lon) <= 180  # noqa: PLR2004 - degrees; not so for "nan"
    return point if is_on_earth else None
