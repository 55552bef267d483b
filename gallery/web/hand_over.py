"""Handing a parcel over to a rider or a carrier, and what becomes of it: the same for staff and MSMEs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import EVERYTHING
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError, NotFoundError
from gallery.core.files import StoredFile
from gallery.core.money import Rupiah
from gallery.delivery import services
from gallery.delivery.courier import BookingRequest, CourierGateway
from gallery.delivery.models import Shipment
from gallery.delivery.queries import riders, shipments
from gallery.delivery.states import BEFORE_PICK_UP, ONLINE, SHIPMENT, Courier, FailureReason, ShipmentStatus
from gallery.orders.models import Parcel
from gallery.orders.states import OrderStatus, ParcelStatus
from gallery.web import errors, parcels
from gallery.web.filters import wa
from gallery.web.guards import requires
from gallery.web.links import external
from gallery.web.parcel_forms import CarrierForm, OverrideForm, ReturnForm, TrackingForm
from gallery.web.session import current_actor

PERMISSION: Final = "shipment.hand_over"
MOST_CARRIED: Final = 2  # times the largest order that is paid at the door: with more a rider hands over first


# Shows one parcel; the dictionary holds the form that was refused, under its name in the template.
Page = Callable[[Parcel, dict[str, Any]], str]


def add_views(bp: Blueprint, page: Page) -> None:
    """Give a blueprint with a ``show`` view what staff and MSMEs do with a packed parcel."""
    for endpoint, (path, method, view) in VIEWS.items():
        guarded = requires(PERMISSION)(partial(view, page))
        bp.add_url_rule(f"/<public_id>/{path}", endpoint, guarded, methods=[method])


def offer(_page: Page, public_id: str) -> ResponseReturnValue:
    """Ask the chosen rider; the next page holds the prepared message."""
    parcel = _parcel(public_id)
    return _done(parcel, lambda: ask(parcel, request.form.get("rider", "")))


def withdraw(_page: Page, public_id: str) -> ResponseReturnValue:
    """Nobody is asked any more."""
    parcel = _parcel(public_id)
    current = _current(parcel)
    shipment_id, is_online = current.id, current.courier in ONLINE

    def write() -> None:
        with transaction() as session:
            services.withdraw(session, shipment_id, actor=current_actor())

    if is_online:
        done = _("Pembatalan diminta. Kurir ini tidak ditunjuk lagi begitu layanannya setuju.")
    else:
        done = _("Kurir ini tidak ditunjuk lagi. Tautannya tidak berlaku; pilih kurir lain.")
    return _done(parcel, write, done)


def send(page: Page, public_id: str) -> ResponseReturnValue:
    """The parcel is with a carrier, under the number that staff typed."""
    parcel = _parcel(public_id)
    form = carrier_form(parcel)
    if not form.validate_on_submit():
        return page(parcel, {"carrier_form": form}), 422

    def write() -> None:
        with transaction() as session:
            services.send_by_carrier(
                session,
                parcel.id,
                carrier=form.carrier_name,
                tracking_number=str(form.tracking_number.data),
                actor=current_actor(),
            )

    return _done(parcel, write, _("Paket tercatat dibawa %(carrier)s.", carrier=form.carrier_name))


def correct(page: Page, public_id: str) -> ResponseReturnValue:
    """Mend a mistyped tracking number."""
    parcel, form = _parcel(public_id), TrackingForm()
    if not form.validate_on_submit():
        return page(parcel, {"tracking_form": form}), 422
    shipment_id = _current(parcel).id

    def write() -> None:
        with transaction() as session:
            services.correct_tracking(session, shipment_id, str(form.tracking_number.data), actor=current_actor())

    return _done(parcel, write, _("Nomor resi diperbaiki."))


def override(page: Page, public_id: str) -> ResponseReturnValue:
    """Say in the courier's place what happened, with the reason."""
    parcel = _parcel(public_id)
    current = _current(parcel)
    form = override_form(parcel, current)
    if not form.validate_on_submit():
        return page(parcel, {"override_form": form}), 422
    shipment_id = current.id

    def write() -> None:
        with transaction() as session:
            services.override(
                session,
                shipment_id,
                ShipmentStatus(str(form.status.data)),
                note=str(form.note.data),
                recipient_name=str(form.recipient_name.data or ""),
                reason=FailureReason(form.reason.data) if form.reason.data else None,
                is_cash_received=bool(form.cash.data),
                actor=current_actor(),
            )

    return _done(parcel, write, _("Keadaan paket dicatat."))


def take_back(page: Page, public_id: str) -> ResponseReturnValue:
    """A failed parcel is here again and its pieces are on hand."""
    parcel, form = _parcel(public_id), ReturnForm()
    if not form.validate_on_submit():
        return page(parcel, {"return_form": form}), 422

    def write() -> None:
        with transaction() as session:
            services.return_to_stock(session, parcel.id, note=str(form.note.data), actor=current_actor())

    return _done(parcel, write, _("Barang kembali ke stok %(place)s.", place=parcel.place.name))


def proof(_page: Page, public_id: str, shipment_public_id: str) -> ResponseReturnValue:
    """The picture that the rider took; private."""
    parcel = _parcel(public_id)
    attempts = shipments.attempts(db.session(), parcel.id)
    file_id = next((row.proof_file_id for row in attempts if row.public_id == shipment_public_id), None)
    file = db.session.get(StoredFile, file_id) if file_id is not None else None
    if file is None:
        raise NotFoundError("StoredFile")
    with adapters.files().open(file.key) as stored:
        response = Response(stored.read(), mimetype=file.media_type)
    response.headers["Cache-Control"] = "no-store"
    return response


def _parcel(public_id: str) -> Parcel:
    return parcels.find(public_id, PERMISSION)


def _current(parcel: Parcel) -> Shipment:
    attempts = shipments.attempts(db.session(), parcel.id)
    if not attempts:
        raise NotFoundError("Shipment")
    return attempts[0]


def _done(parcel: Parcel, write: Callable[[], Any], text: str = "") -> ResponseReturnValue:
    """Do it, and show the parcel again: with what was done, or with why it could not be done."""
    public_id = parcel.public_id
    try:
        write()
    except NotFoundError:
        raise
    except GalleryError as error:
        flash(errors.text_of(error.code), "error")
    else:
        if text:
            flash(text)
    return redirect(url_for(".show", public_id=public_id), 303)


@dataclass(frozen=True, slots=True)
class RiderMessage:
    """The prepared WhatsApp message: its text, the address that opens it, and the rider's own link."""

    text: str
    url: str
    link: str


def ask(parcel: Parcel, rider_public_id: str) -> Shipment:
    """Ask a rider: intent, booking, result; no transaction is open while the courier is called."""
    actor = current_actor()
    # Any active rider of the register may be asked, not only those whose entry the actor keeps.
    rider_id = riders.rider(db.session(), rider_public_id, EVERYTHING).id
    with transaction() as session:
        shipment = services.offer_to_rider(session, parcel.id, rider_id, needs_pin=needs_pin(parcel), actor=actor)
    booking = _riders().book(_booking(parcel, shipment))
    with transaction() as session:
        return services.record_booking(session, shipment.id, booking)


def needs_pin(parcel: Parcel) -> bool:
    """Whether the goods are of such value that the buyer tells a number at the door (COURIER_PIN_FROM_IDR)."""
    return 0 < current_app.config["COURIER_PIN_FROM_IDR"] <= sum(line.subtotal_idr for line in parcel.lines)


def rider_message(parcel: Parcel, shipment: Shipment) -> RiderMessage:
    """Prepare what the rider is told; name, street and number of the buyer stand on the rider's page only."""
    request_ = _booking(parcel, shipment)
    link = external(f"/antar/{_riders().book(request_).courier_token}")
    text = render_template(
        "messages/rider_offer.txt",
        rider_name=shipments.first_name(shipment.rider_name),
        pick_up=request_.pick_up,
        area=", ".join(shipments.area_names(db.session(), request_.drop_off.location.village_code)),
        pieces=sum(line.quantity for line in parcel.lines),
        weight_g=parcel.weight_g,
        price_idr=shipment.price_idr,
        cash_idr=parcel.order.total_idr if parcel.order.is_paid_at_door else 0,
        link=link,
    ).strip()
    phone = shipment.rider.phone if shipment.rider else ""
    return RiderMessage(text, wa(phone, text), link)


def _riders() -> CourierGateway:
    gateway: CourierGateway = adapters.couriers()[Courier.LOCAL_RIDER.value]
    return gateway


def _booking(parcel: Parcel, shipment: Shipment) -> BookingRequest:
    return BookingRequest(
        key=shipment.public_id,
        pick_up=shipments.sender(db.session(), parcel.place),
        drop_off=shipments.recipient(db.session(), parcel.order),
        weight_g=parcel.weight_g,
        value_idr=Rupiah(sum(line.subtotal_idr for line in parcel.lines)),
        price_idr=shipment.price_idr,
    )


def context(parcel: Parcel, forms: dict[str, Any]) -> dict[str, Any]:
    """Return the template context of handing a parcel over: who could take it, what was prepared, what may be said."""
    session, page = db.session(), parcels.parcel_page(parcel)
    current: Shipment | None = page["current"]
    is_asked = current is not None and current.courier is Courier.LOCAL_RIDER and current.status in BEFORE_PICK_UP
    is_at_door = parcel.order.is_paid_at_door
    is_ready = parcel.order.status is OrderStatus.PAID or is_at_door
    may_give = parcel.status in {ParcelStatus.PACKED, ParcelStatus.FAILED} and is_ready
    village = page["recipient"].location.village_code
    return page | {
        "may_give": may_give,
        "is_at_door": is_at_door,
        "most_carried_idr": MOST_CARRIED * current_app.config["COD_MAX_IDR"],
        "is_asked": is_asked,
        "message": rider_message(parcel, current) if is_asked and current is not None else None,
        "candidates": riders.candidates(
            session, parcel.id, origin_village=parcel.place.village_code, destination_village=village
        )
        if may_give
        else [],
        "allowed": allowed_overrides(parcel, current),
        "may_return": parcel.status is ParcelStatus.FAILED and not is_asked,
        "form": next(iter(forms.values()), None),
        "carrier_form": forms.get("carrier_form") or carrier_form(parcel),
        "tracking_form": forms.get("tracking_form") or TrackingForm(),
        "override_form": forms.get("override_form") or override_form(parcel, current),
        "return_form": forms.get("return_form") or ReturnForm(),
    }


def allowed_overrides(parcel: Parcel, current: Shipment | None) -> list[ShipmentStatus]:
    """Return what staff may say in the courier's place, from where the shipment stands now."""
    if current is None or parcel.status in {ParcelStatus.CANCELLED, ParcelStatus.RETURNED}:
        return []
    sayable = (ShipmentStatus.PICKED_UP, ShipmentStatus.DELIVERED, ShipmentStatus.FAILED)
    return [status for status in sayable if status in SHIPMENT.moves[current.status]]


def carrier_form(parcel: Parcel) -> CarrierForm:
    """Return the form with the carrier that the buyer chose, which staff may change."""
    carriers = list(riders.carriers(db.session()))
    chosen = (name for name in carriers if f"{parcel.service} ".startswith(f"{Courier.EXPEDITION.value}:{name} "))
    return CarrierForm(carriers=carriers, data={"carrier": next(chosen, "")})


def override_form(parcel: Parcel, current: Shipment | None) -> OverrideForm:
    return OverrideForm(allowed=allowed_overrides(parcel, current), is_at_door=parcel.order.is_paid_at_door)


VIEWS: Final[dict[str, tuple[str, str, Callable[..., ResponseReturnValue]]]] = {
    "offer": ("kurir", "POST", offer),
    "withdraw": ("batal-kurir", "POST", withdraw),
    "send": ("ekspedisi", "POST", send),
    "correct": ("resi", "POST", correct),
    "override": ("keadaan", "POST", override),
    "take_back": ("kembali", "POST", take_back),
    "proof": ("bukti/<shipment_public_id>.jpg", "GET", proof),
}
