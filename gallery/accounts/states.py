"""Kinds of people, of offices and of one-time links."""

from enum import StrEnum
from typing import Final

from gallery.core.states import Machine


class Role(StrEnum):
    """Role codes of the product; a buyer needs none."""

    OFFICE_COORDINATOR = "office_coordinator"
    SELLER = "seller"
    COMPANION = "companion"
    DISTRICT_OFFICER = "district_officer"
    GALLERY_STAFF = "gallery_staff"
    GALLERY_MANAGER = "gallery_manager"
    PROVINCE_OFFICER = "province_officer"
    ADMINISTRATOR = "administrator"


class OfficeKind(StrEnum):
    PROVINCE_OFFICE = "province_office"
    DISTRICT_OFFICE = "district_office"
    OPD = "opd"


class TokenPurpose(StrEnum):
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose, not a password
    INVITATION = "invitation"


class DataRequestKind(StrEnum):
    """What somebody may ask about the data that are kept about him (UU PDP 27/2022, articles 6 to 8 and 30 to 32)."""

    CORRECTION = "correction"
    COPY = "copy"
    ERASURE = "erasure"


class DataRequestStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


_REQUEST = DataRequestStatus
DATA_REQUEST: Final = Machine(
    {
        _REQUEST.OPEN: frozenset({_REQUEST.DONE, _REQUEST.REFUSED}),
        _REQUEST.DONE: frozenset(),
        _REQUEST.REFUSED: frozenset(),
    }
)
