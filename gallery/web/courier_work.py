"""What people do with a parcel and an online courier: book, ask again, allow a price, take back, settle, close."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError, NotFoundError
from gallery.core.money import Rupiah
from gallery.delivery import services
from gallery.delivery.models import CourierBooking, CourierClaim, Shipment
from gallery.delivery.queries import board, bookings, shipments
from gallery.delivery.queries import parcels as work
from gallery.delivery.services.choosing import book_chosen
from gallery.delivery.services.claims import NEVER_CARRIED
from gallery.delivery.states import BEFORE_PICK_UP, ONLINE, BookingStatus, BookingTrouble, ClaimStatus
from gallery.orders.models import Parcel
from gallery.orders.states import OrderStatus, ParcelStatus
from gallery.web import courier_offers, courier_quotes, courier_wire, errors, hand_over, parcels
from gallery.web.courier_names import service_text
from gallery.web.filters import angka, rupiah
from gallery.web.guards import requires
from gallery.web.live import parts, tag_of
from gallery.web.parcel_forms import LostForm, SettleForm
from gallery.web.session import current_actor

PERMISSION: Final = "shipment.hand_over"
_B = BookingStatus
_READY: Final = frozenset({ParcelStatus.PACKED, ParcelStatus.FAILED})


def add_views(bp: Blueprint) -> None:
    """Give a blueprint with a ``show`` view what is done with one parcel and an online courier."""
    for endpoint, (path, method, view) in VIEWS.items():
        bp.add_url_rule(f"/<public_id>/{path}", endpoint, requires(PERMISSION)(partial(view)), methods=[method])


def rules() -> services.Rules:
    """Return the settings that decide about bookings."""
    config = current_app.config
    return services.Rules(Rupiah(config["COURIER_MAX_EXTRA_IDR"]), Rupiah(config["COURIER_PIN_FROM_IDR"]))


def book_several(public_ids: Sequence[str]) -> int:
    """Book the couriers that the buyers of these parcels chose, each on its own; return how many are booked."""
    scope, actor, booked = current_actor().scope(PERMISSION), current_actor(), 0
    chosen = work.to_print(db.session(), scope, public_ids[: parcels.MOST_AT_ONCE])
    for parcel_id, number in [(parcel.id, parcel.order.number) for parcel in chosen]:
        try:
            with transaction() as session:
                services.want_booking(session, parcel_id, rules(), actor=actor)
            booked += 1
        except GalleryError as error:
            flash(f"{number}: {errors.text_of(error.code)}", "warning")
    return booked


def flash_booked(count: int) -> None:
    if count:
        flash(ngettext("Kurir untuk %(num)s paket dipesan.", "Kurir untuk %(num)s paket dipesan.", count))


def book(public_id: str) -> ResponseReturnValue:
    """Book with the named service, at the price that the page showed; without a name with the buyer's own choice."""
    parcel = parcels.find(public_id, PERMISSION)
    parcel_id, named, seen = parcel.id, request.form.get("layanan", ""), request.form.get("harga", "")
    quote = None
    if named:
        known = courier_offers.known(parcel_id).quotes
        quote = next((one for one in known if one.service == named and one.courier in ONLINE), None)
        if quote is None or str(quote.price_idr) != seen:
            flash(_("Ongkos layanan itu baru saja berubah. Periksa lagi pilihannya."), "warning")
            return redirect(url_for(".offers", public_id=public_id), 303)

    def write() -> None:
        with transaction() as session:
            if quote is not None:
                book_chosen(session, parcel_id, rules(), quote, actor=current_actor())
            else:
                services.want_booking(session, parcel_id, rules(), actor=current_actor())

    return _done(public_id, write, _("Kurir sedang dipesan. Halaman ini menunjukkan hasilnya sebentar lagi."))


def book_cheapest(public_id: str) -> ResponseReturnValue:
    """Ask the couriers and book the cheapest that was not tried yet; one that is too dear is shown first."""
    parcel_id = parcels.find(public_id, PERMISSION).id
    newest = next(iter(board.bookings_of(db.session(), parcel_id)), None)
    if newest is not None and newest.shipment.open_key is not None and not newest.is_unsent:  # the second click
        flash(_("Kurir untuk paket ini sudah dipesan. Batalkan dulu kurir itu."), "warning")
        return redirect(url_for(".show", public_id=public_id), 303)
    quote = courier_offers.untried(parcel_id, courier_offers.asked(parcel_id, _asker()))
    if quote is None:
        flash(_("Tidak ada layanan lain yang dapat membawa paket ini sekarang."), "warning")
        return redirect(url_for(".offers", public_id=public_id), 303)
    service, price = service_text(quote.service), rupiah(quote.price_idr)
    if quote.price_idr > courier_offers.most_idr(parcel_id, rules()):
        text = _("Yang termurah sekarang %(service)s, %(price)s. Setujui dulu ongkosnya.", service=service, price=price)
        flash(text, "warning")
        return redirect(url_for(".offers", public_id=public_id), 303)

    def write() -> None:
        with transaction() as session:
            services.want_booking(session, parcel_id, rules(), quote=quote, actor=current_actor())

    return _done(public_id, write, _("%(service)s sedang dipesan, %(price)s.", service=service, price=price))


def offers(public_id: str) -> ResponseReturnValue:
    """Show every service that takes the parcel now, with its difference to what the buyer paid."""
    parcel_id = parcels.find(public_id, PERMISSION).id
    found = courier_offers.asked(parcel_id, _asker())
    parcel = parcels.find(public_id, PERMISSION)  # asking ended the read before
    return render_template(
        "staff/shipments/offers.html",
        parcel=parcel,
        order=parcel.order,
        quotes=found,
        tried=bookings.refused_services(db.session(), parcel_id),
        service_text=service_text,
        may_book=_may_book(parcel, board.bookings_of(db.session(), parcel_id)),
        back=url_for(".show", public_id=public_id),
        book_url=url_for(".book", public_id=public_id),
    )


def _asker() -> str:
    return f"staff:{current_actor().user_id}"


def allow(public_id: str) -> ResponseReturnValue:
    """Book at the higher price after all."""
    booking_id = _booking(public_id).id

    def write() -> None:
        with transaction() as session:
            services.allow_price(session, booking_id, actor=current_actor())

    return _done(public_id, write, _("Ongkosnya disetujui. Kurir sedang dipesan."))


def ask_again(public_id: str) -> ResponseReturnValue:
    """Let the courier be asked what it knows, as soon as a worker is free."""
    booking_id = _booking(public_id).id

    def write() -> None:
        with transaction() as session:
            services.ask_now(session, booking_id)

    return _done(public_id, write, _("Layanan kurir sedang ditanya. Muat ulang halaman ini sebentar lagi."))


def absent(public_id: str) -> ResponseReturnValue:
    """Somebody looked into the courier's own portal: there is no such order."""
    return _settle(public_id, services.settle_as_absent, _("Dicatat: pesanan ini tidak ada di layanan kurir."))


def close(public_id: str) -> ResponseReturnValue:
    """Somebody has seen to what was wrong."""
    return _settle(public_id, services.close_trouble, _("Masalahnya ditutup."))


def page(parcel: Parcel, forms: dict[str, Any], *, template: str = "staff/shipments/show.html") -> str:
    """Return the page of one parcel; ``forms`` holds the form that was refused, under its name in the template."""
    shown = hand_over.context(parcel, forms)
    lost_form = forms.get("lost_form")
    return render_template(template, **shown, **_context(parcel, shown["attempts"], lost_form))


def live(public_id: str) -> ResponseReturnValue:
    """What follows by itself of a parcel's page: who comes, what is wrong, what may be done."""
    parcel, session = parcels.find(public_id, PERMISSION), db.session()
    tag = _tag(
        parcel,
        shipments.attempts(session, parcel.id),
        board.bookings_of(session, parcel.id),
        board.claim_of(session, parcel.id),
    )
    return parts(tag, lambda: page(parcel, {}, template="staff/shipments/_live.html"))


def _tag(
    parcel: Parcel, attempts: Sequence[Shipment], booked: Sequence[CourierBooking], claim: CourierClaim | None
) -> str:
    said = [facts_of(one, None) for one in attempts] + [facts_of(one.shipment, one) for one in booked]
    return tag_of(parcel.status, parcel.order.status, said, claim and claim.status)


def facts_of(shipment: Shipment | None, booking: CourierBooking | None) -> tuple[Any, ...]:
    """What a page that follows by itself shows of an attempt: when one of these changes, it is sent again."""
    way = shipment and (
        *(shipment.id, shipment.status, shipment.rider_name, shipment.rider_plate, shipment.tracking_number),
        *(shipment.recipient_name, shipment.proof_file_id, shipment.pin_proved_at, shipment.note),
    )
    order = booking and (
        *(booking.id, booking.status, booking.trouble, booking.trouble_at, booking.rider_phone, booking.tracking_url),
        *(booking.arrives_at, booking.cost_idr, booking.booked_idr, booking.quoted_idr, booking.is_unwanted),
    )
    return way, order


def received(public_id: str) -> ResponseReturnValue:
    """Staff asked the buyer of goods of high value, who has them."""
    return _settle(public_id, services.confirm_for_buyer, _("Penerimaan barang dicatat."))


def lost(public_id: str) -> ResponseReturnValue:
    """The courier lost the parcel: the buyer gets the money back, and the courier is asked to pay."""
    parcel, form = parcels.find(public_id, PERMISSION), LostForm()
    current = next(iter(shipments.attempts(db.session(), parcel.id)), None)
    if current is None:
        raise NotFoundError("Shipment")
    if not form.validate_on_submit():
        return page(parcel, {"lost_form": form}), 422
    shipment_id = current.id

    def write() -> None:
        with transaction() as session:
            services.claim_lost(
                session, shipment_id, amount_idr=form.amount_idr, note=str(form.note.data), actor=current_actor()
            )

    return _done(public_id, write, _("Paket dicatat hilang. Uang pembeli dicatat untuk dikembalikan."))


def settle_claim(public_id: str) -> ResponseReturnValue:
    """The courier paid for what it lost, or will not."""
    claim = board.claim_of(db.session(), parcels.find(public_id, PERMISSION).id)
    verdict = request.form.get("hasil", "")
    if claim is None or verdict not in {ClaimStatus.PAID, ClaimStatus.REFUSED}:
        raise NotFoundError("CourierClaim")
    claim_id = claim.id

    def write() -> None:
        with transaction() as session:
            services.settle_claim(session, claim_id, ClaimStatus(verdict), note="", actor=current_actor())

    return _done(public_id, write, _("Hasil klaim dicatat."))


def _context(parcel: Parcel, attempts: Sequence[Shipment], lost_form: LostForm | None) -> dict[str, Any]:
    """Return the template context of a parcel's bookings with online couriers, and what may be done about them."""
    found = board.bookings_of(db.session(), parcel.id)
    booking = _to_see_to(found)
    current = next(iter(attempts), None)
    is_away = current is not None and current.status not in NEVER_CARRIED
    claim = board.claim_of(db.session(), parcel.id)
    is_chosen = parcel.service.partition(":")[0] in ONLINE
    may_book = _may_book(parcel, found) and (is_chosen or bool(courier_quotes.online_couriers()))
    is_choice_open = is_chosen and not found
    return {
        "tag": _tag(parcel, attempts, found, claim),
        "booking": booking,
        "may_book": may_book,
        "is_choice_open": is_choice_open,
        "cheapest": courier_offers.untried(parcel.id) if may_book and not is_choice_open else None,
        "courier_verbs": _verbs(booking),
        "settle_form": SettleForm.named,
        "claim": claim,
        "may_claim": claim is None and is_away and parcel.status in {ParcelStatus.HANDED_OVER, ParcelStatus.FAILED},
        "lost_form": lost_form or LostForm(formdata=None, data={"amount": angka(bookings.value_of(parcel))}),
    }


def _to_see_to(found: Sequence[CourierBooking]) -> CourierBooking | None:
    """The newest booking that needs a person, else the newest of all."""
    return next((one for one in found if one.trouble is not None), found[0] if found else None)


def _verbs(booking: CourierBooking | None) -> frozenset[str]:
    """What may be done with a booking as it stands now."""
    if booking is None:
        return frozenset()
    found = {"close"} if booking.trouble is not None and booking.status is not _B.NEEDS_PERSON else set()
    if booking.is_unsent:
        found.add("withdraw")
        if booking.trouble is BookingTrouble.PRICE_ROSE:
            found.add("allow")
    if booking.status in {_B.UNSURE, _B.BOOKED, _B.CANCELLING} or booking.trouble is BookingTrouble.LOST_ANSWER:
        found.add("ask")
    if booking.shipment.waits_for_buyer:
        found.add("received")
    if booking.status is _B.UNSURE or booking.is_in_doubt:
        found.add("absent")
    is_before = booking.shipment.status in BEFORE_PICK_UP and not booking.is_unwanted
    if is_before and booking.status in {_B.WANTED, _B.SENDING, _B.UNSURE, _B.BOOKED}:
        found.add("withdraw")
    return frozenset(found)


def _may_book(parcel: Parcel, found: Sequence[CourierBooking]) -> bool:
    """Whether nobody has the parcel, or only somebody who has not been called yet."""
    if parcel.status not in _READY or parcel.order.status is not OrderStatus.PAID:
        return False
    newest = next(iter(found), None)
    return newest is None or newest.shipment.open_key is None or newest.status is _B.WANTED or newest.is_unsent


def may_book_again(parcel: Parcel, last: Shipment | None, booking: CourierBooking | None) -> bool:
    """As for one parcel, from what the board has read: its last attempt, and the booking that needs a person."""
    is_free = last is None or last.open_key is None
    return (
        booking is not None
        and booking.trouble is not None
        and _may_book(parcel, [booking])
        and (is_free or booking.shipment is last)
    )


def _booking(public_id: str) -> CourierBooking:
    """Return the booking that the parcel's page speaks of; :class:`NotFoundError` where there is none."""
    booking = _to_see_to(board.bookings_of(db.session(), parcels.find(public_id, PERMISSION).id))
    if booking is None:
        raise NotFoundError("CourierBooking")
    return booking


def _settle(public_id: str, settle: Callable[..., Any], text: str) -> ResponseReturnValue:
    booking_id, form = _booking(public_id).id, SettleForm()
    if not form.validate_on_submit():
        flash(next(iter(form.note.errors), errors.text_of("error")), "error")
        return redirect(url_for(".show", public_id=public_id), 303)

    def write() -> None:
        with transaction() as session:
            settle(session, booking_id, note=str(form.note.data), actor=current_actor())

    return _done(public_id, write, text)


def _done(public_id: str, write: Callable[[], Any], text: str) -> ResponseReturnValue:
    try:
        write()
    except NotFoundError:
        raise
    except GalleryError as error:
        flash(errors.text_of(error.code), "error")
    else:
        flash(text)
    return redirect(url_for(".show", public_id=public_id), 303)


VIEWS: Final[dict[str, tuple[str, str, Callable[..., ResponseReturnValue]]]] = {
    "live": ("perjalanan", "GET", live),
    "book": ("kurir-daring/pesan", "POST", book),
    "book_cheapest": ("kurir-daring/termurah", "POST", book_cheapest),
    "offers": ("kurir-daring", "GET", offers),
    "allow": ("kurir-daring/setuju", "POST", allow),
    "ask_again": ("kurir-daring/tanya", "POST", ask_again),
    "absent": ("kurir-daring/tidak-ada", "POST", absent),
    "close": ("kurir-daring/tutup", "POST", close),
    "received": ("kurir-daring/diterima", "POST", received),
    "lost": ("hilang", "POST", lost),
    "settle_claim": ("klaim", "POST", settle_claim),
    "wire_shown": ("kurir-daring/percakapan", "GET", courier_wire.wire_shown),
    "wire_opened": ("kurir-daring/percakapan", "POST", courier_wire.wire_opened),
}
