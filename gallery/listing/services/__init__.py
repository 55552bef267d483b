"""What keeps the shop's rows true."""

from gallery.listing.services.refresh import rebuild, refresh

__all__ = ["rebuild", "refresh"]
