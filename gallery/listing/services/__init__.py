"""What keeps the shop's rows true."""

from gallery.listing.services.misses import record_misses
from gallery.listing.services.refresh import rebuild, refresh

__all__ = ["rebuild", "record_misses", "refresh"]
