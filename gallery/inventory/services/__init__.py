"""Changes of stock. Every function runs inside the caller's ``transaction()``."""

from gallery.inventory.services.hold import Wanted, consume, extend, release, release_expired, reserve, take_back
from gallery.inventory.services.places import follow_business, home_of
from gallery.inventory.services.receive import adjust, receive

__all__ = [
    "Wanted",
    "adjust",
    "consume",
    "extend",
    "follow_business",
    "home_of",
    "receive",
    "release",
    "release_expired",
    "reserve",
    "take_back",
]
