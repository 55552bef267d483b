"""Which online courier could take a parcel now, and for how much; staff may have the couriers asked."""

from gallery.core import clock
from gallery.core.db import db
from gallery.core.money import Rupiah
from gallery.delivery import queries
from gallery.delivery.courier import Quote
from gallery.delivery.queries import board, bookings, shipments
from gallery.delivery.queries.quotes import Offers
from gallery.delivery.services import Rules
from gallery.delivery.states import ONLINE
from gallery.orders.models import Parcel
from gallery.web import courier_quotes


def known(parcel_id: int) -> Offers:
    """Return what takes the parcel now, and whom to ask about the rest; nobody is called."""
    session = db.session()
    parcel = session.get_one(Parcel, parcel_id)
    found = queries.quotes(
        session,
        loads={parcel.place_id: bookings.load_of(session, parcel_id)},
        village_code=shipments.recipient(session, parcel.order).location.village_code,
        at=clock.now(),
        online=courier_quotes.online_couriers(),
    )
    return found.get(parcel.place_id) or Offers([], [])


def asked(parcel_id: int, asker: str) -> list[Quote]:
    """Return the online couriers' offers, cheapest first, after asking those whose answer is not known.

    What the request had read has to be read again afterwards.
    """
    offers = known(parcel_id)
    if offers.asks and courier_quotes.ask(offers.asks, asker):
        offers = known(parcel_id)
    return _by_price(offers)


def untried(parcel_id: int, offers: list[Quote] | None = None) -> Quote | None:
    """Return the cheapest service that was not tried for this parcel, of these or of those known without a call."""
    tried = bookings.refused_services(db.session(), parcel_id)
    found = _by_price(known(parcel_id)) if offers is None else offers
    return next((one for one in found if one.service not in tried), None)


def most_idr(parcel_id: int, rules: Rules) -> Rupiah:
    """Return the highest price that is booked unseen: the buyer's, and as much more as the last booking allowed."""
    session = db.session()
    parcel, last = session.get_one(Parcel, parcel_id), next(iter(board.bookings_of(session, parcel_id)), None)
    return Rupiah(parcel.shipping_idr + (rules.max_extra_idr if last is None else last.max_extra_idr))


def _by_price(offers: Offers) -> list[Quote]:
    online = [one for one in offers.quotes if one.courier in ONLINE]
    return sorted(online, key=lambda one: (one.price_idr, one.service))
