"""Kinds of people, of offices and of one-time links."""

from enum import StrEnum


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
