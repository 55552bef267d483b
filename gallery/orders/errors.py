"""What can go wrong with an order."""

from gallery.core.errors import ConflictError


class CancellationRefusedError(ConflictError):
    """A parcel has already left, or is packed for somebody who may not undo that."""

    code = "cancellation_refused"


class OrderUnpaidError(ConflictError):
    """Nothing is packed or handed over before the money is there, cash at pick-up apart."""

    code = "order_unpaid"
