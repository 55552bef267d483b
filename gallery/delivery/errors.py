"""What can go wrong with delivery."""

from gallery.core.errors import ConflictError, GalleryError, GatewayError


class BadUpdateError(GalleryError):
    """The message does not come from the courier it claims to come from, or says nothing we know."""

    code = "bad_courier_update"
    status = 401


class ShipmentOpenError(ConflictError):
    """Somebody is already on the way with this parcel."""

    code = "shipment_open"


class CourierBookedError(ConflictError):
    """An online courier was called for this parcel, or may have been: it has to be taken back first."""

    code = "courier_booked"


class CourierLeavingError(ConflictError):
    """An online courier is being taken back; what is asked is possible once it has agreed."""

    code = "courier_leaving"


class BookingUndecidedError(ConflictError):
    """Whether the courier has the parcel, or shall have it, is not decided; its trouble is not over before that."""

    code = "booking_undecided"


class PinWrongError(ConflictError):
    """The number that the buyer was to tell is another one."""

    code = "pin_wrong"


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


class NoPickUpHoursError(ConflictError):
    """No day is left on which couriers may be called, or a day ends before it begins."""

    code = "no_pick_up_hours"


class StatementLineSettledError(ConflictError):
    """The charge is what we expected, or somebody accepted it already."""

    code = "statement_line_settled"


class CashNotReceivedError(ConflictError):
    """A parcel that is paid at the door is handed over against the money only."""

    code = "cash_not_received"


class CourierRefusedError(GatewayError):
    """A sure no: nothing was booked or cancelled. ``refusal`` is the courier's own code."""

    code = "courier_refused"

    def __init__(self, refusal: str, text: str = "") -> None:
        super().__init__(text or refusal, retryable=False)
        self.refusal = refusal


class CourierBusyError(GatewayError):
    """A sure not-yet: nothing was booked or cancelled; ask again after ``retry_after_s`` seconds."""

    code = "courier_busy"

    def __init__(self, text: str = "", *, retry_after_s: float = 0) -> None:
        super().__init__(text or self.code, retryable=True)
        self.retry_after_s = retry_after_s


class CourierUnsureError(GatewayError):
    """The answer was lost: what was asked may have been done, or not."""

    code = "courier_unsure"

    def __init__(self, text: str = "") -> None:
        super().__init__(text or self.code, retryable=True)
