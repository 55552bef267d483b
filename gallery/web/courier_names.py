"""How couriers and their services are called; proper names, the same in every language."""

from typing import Final

from flask_babel import gettext as _

from gallery.delivery.states import Courier, courier_of

COMPANIES: Final = {
    "gojek": "Gojek",
    "grab": "Grab",
    "lalamove": "Lalamove",
    "borzo": "Borzo",
    "paxel": "Paxel",
    "jne": "JNE",
    "jnt": "J&T",
    "sicepat": "SiCepat",
    "anteraja": "AnterAja",
    "pos": "POS Indonesia",
}


def service_text(service: str) -> str:
    """Name the delivery that the buyer chose: ``expedition:JNE REG`` is "Kurir ekspedisi: JNE REG"."""
    kind, _colon, rest = service.partition(":")
    own = {
        Courier.LOCAL_RIDER: _("Kurir setempat"),
        Courier.EXPEDITION: _("Kurir ekspedisi"),
        Courier.PICKUP: _("Ambil sendiri"),
    }
    courier = courier_of(service)
    if courier in own:
        return f"{own[courier]}: {rest}" if rest else own[courier]
    return _online(courier, rest) if courier is not None else kind


def _online(courier: Courier, rest: str) -> str:
    """``biteship:gojek.instant`` is "Gojek Instant": the buyer knows who rides, not through whom we booked it."""
    company, _dot, kind = rest.partition(".")
    if courier is not Courier.BITESHIP:
        company, kind = {Courier.LALAMOVE: "Lalamove", Courier.GRAB_EXPRESS: "GrabExpress"}.get(courier, ""), rest
    name = COMPANIES.get(company.lower(), company)
    return f"{name} {kind.replace('_', ' ').title()}".strip()
