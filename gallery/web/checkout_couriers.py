"""The couriers that a buyer chose on the checkout page, one for each parcel, and what is said when that changed."""

from typing import Final

from flask import request
from flask_babel import gettext as _

from gallery.checkout.queries import PlannedParcel, Review
from gallery.delivery.courier import Quote
from gallery.delivery.limits import limit_of
from gallery.web.filters import rupiah

COURIER: Final = "kurir-"  # of the parcel that starts at the place whose public id follows
SHOWN: Final = "ongkir-"  # "service|price" of that parcel as the page showed it; believed only to word a sentence


def chosen() -> dict[str, str]:
    """Return the service that was chosen for the parcel of each place (by public id)."""
    given = {name: value for name, value in request.values.items() if name.startswith(COURIER)}
    return {name.removeprefix(COURIER)[:40]: value[:80] for name, value in given.items()}


def changed(plan: Review) -> str:
    """Say that a chosen courier is gone, or that its price is another one now; nothing if neither is so."""
    missed = next((parcel for parcel in plan.parcels if _is_missed(parcel)), None)
    if missed is not None:
        return _(
            "Kurir yang Anda pilih untuk paket dari %(place)s tidak tersedia lagi. Totalnya sekarang %(total)s. "
            "Periksa kurirnya, lalu pesan lagi.",
            place=missed.place_name,
            total=rupiah(plan.total_idr),
        )
    repriced = next((parcel for parcel in plan.parcels if _is_repriced(parcel)), None)
    if repriced is not None and repriced.quote is not None:
        return _(
            "Harga kurir untuk paket dari %(place)s baru saja berubah menjadi %(price)s. Totalnya sekarang %(total)s. "
            "Periksa ringkasan, lalu pesan lagi.",
            place=repriced.place_name,
            price=rupiah(repriced.quote.price_idr),
            total=rupiah(plan.total_idr),
        )
    return ""


def is_instant(offer: Quote) -> bool:
    """Whether a rider brings it by road, today."""
    return limit_of(offer.service).is_instant


def _is_missed(parcel: PlannedParcel) -> bool:
    """Whether a courier was chosen for the parcel that does not bring it any more."""
    wanted = chosen().get(parcel.place_public_id)
    return wanted is not None and parcel.quote is not None and parcel.quote.service != wanted


def _is_repriced(parcel: PlannedParcel) -> bool:
    """Whether the courier of the parcel is the one that the page showed, at another price."""
    service, _bar, price = request.form.get(f"{SHOWN}{parcel.place_public_id}", "").rpartition("|")
    return parcel.quote is not None and parcel.quote.service == service and str(parcel.quote.price_idr) != price
