"""What can go wrong with delivery."""

from gallery.core.errors import ConflictError, GalleryError


class BadUpdateError(GalleryError):
    """The message does not come from the courier it claims to come from, or says nothing we know."""

    code = "bad_courier_update"
    status = 401


class ShipmentOpenError(ConflictError):
    """Somebody is already on the way with this parcel."""

    code = "shipment_open"


class RiderUnavailableError(ConflictError):
    """The rider is no longer active."""

    code = "rider_unavailable"


class ParcelNotReadyError(ConflictError):
    """The parcel is not packed, or has left already."""

    code = "parcel_not_ready"


class NoCoverageError(ConflictError):
    """No such courier goes from there to here."""

    code = "no_coverage"


class PhoneTakenError(ConflictError):
    """Another rider has this number."""

    code = "rider_phone_taken"


class CarrierTariffTakenError(ConflictError):
    """The same service already has a price for this way."""

    code = "carrier_tariff_taken"
