"""A person chooses the online courier of a parcel, and with it the price."""

from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit
from gallery.core.money import Rupiah
from gallery.delivery.courier import Quote
from gallery.delivery.models import CourierBooking
from gallery.delivery.services.bookings import Rules, allow_price, want_booking
from gallery.delivery.states import BookingTrouble


def book_chosen(session: Session, parcel_id: int, rules: Rules, quote: Quote, *, actor: Actor) -> CourierBooking:
    """The parcel shall go with this service at this price, however much more than the buyer paid that is.

    Raises what :func:`want_booking` raises. A price that rises further still needs a person.
    """
    booking = want_booking(session, parcel_id, rules, quote=quote, actor=actor)
    if booking.trouble is BookingTrouble.PRICE_ROSE and booking.quoted_idr <= quote.price_idr:
        return allow_price(session, booking.id, actor=actor)  # it was wanted already, and waited for this very answer
    extra = Rupiah(quote.price_idr - booking.paid_idr)
    if booking.quoted_idr == quote.price_idr and extra > booking.max_extra_idr:
        booking.max_extra_idr = extra
        facts = {"paid_idr": booking.paid_idr, "price_idr": quote.price_idr, "service": quote.service}
        audit.record(session, actor, "courier.price_allowed", f"shipment:{booking.shipment.public_id}", **facts)
    return booking
