"""What can go wrong with the register."""

from gallery.core.errors import ConflictError, GalleryError


class InvalidNikError(GalleryError):
    """Not 16 digits, or digits that no NIK can have. ``reason``: length, date, serial."""

    code = "invalid_nik"
    status = 422

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NikTakenError(ConflictError):
    """Another person in the register has this NIK."""

    code = "nik_taken"


class NibTakenError(ConflictError):
    """Another business in the register has this NIB."""

    code = "nib_taken"


class OwnerElsewhereError(ConflictError):
    """The person with this NIK has businesses only where the actor does not work: the province adds this one."""

    code = "owner_elsewhere"


class SharedOwnerError(ConflictError):
    """The owner also has a business that the actor does not work on: who the owner is, the province changes."""

    code = "owner_shared"


class InvalidNibError(GalleryError):
    """An NIB has 13 digits (PP 24/2018)."""

    code = "invalid_nib"
    status = 422
