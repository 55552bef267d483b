"""How those are called on screen who carry parcels and are paid for it."""

from gallery.delivery.states import Courier
from gallery.web.words import word


def party_text(party: str, rider_name: str | None) -> str:
    """Name a party of the journal: "rider:3" by the rider's name, "carrier:JNE" and "courier:biteship" by their own."""
    kind, _colon, rest = party.partition(":")
    if kind == "rider":
        return rider_name or party
    return str(word(Courier(rest)).text) if kind == "courier" and rest in set(Courier) else rest
