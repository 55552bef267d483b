"""Life of a product and of its revisions; kinds of licences, photos and shipping classes."""

from enum import StrEnum
from typing import Final

from gallery.core.states import Machine


class ProductStatus(StrEnum):
    DRAFT = "draft"  # nothing was published yet
    ON_SALE = "on_sale"
    WITHDRAWN = "withdrawn"  # off the shop for a while, by its owner or an officer
    ARCHIVED = "archived"


_P = ProductStatus
PRODUCT: Final = Machine(
    {
        _P.DRAFT: frozenset({_P.ON_SALE, _P.ARCHIVED}),
        _P.ON_SALE: frozenset({_P.WITHDRAWN, _P.ARCHIVED}),
        _P.WITHDRAWN: frozenset({_P.ON_SALE, _P.ARCHIVED}),
        _P.ARCHIVED: frozenset({_P.DRAFT, _P.WITHDRAWN}),
    }
)


class RevisionStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    PUBLISHED = "published"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


_R = RevisionStatus
REVISION: Final = Machine(
    {
        _R.DRAFT: frozenset({_R.SUBMITTED, _R.SUPERSEDED}),
        _R.SUBMITTED: frozenset({_R.PUBLISHED, _R.CHANGES_REQUESTED, _R.REJECTED, _R.DRAFT, _R.SUPERSEDED}),
        _R.CHANGES_REQUESTED: frozenset({_R.SUBMITTED, _R.SUPERSEDED}),
        _R.PUBLISHED: frozenset({_R.SUPERSEDED}),
        _R.REJECTED: frozenset(),
        _R.SUPERSEDED: frozenset(),
    }
)


OPEN_REVISIONS: Final = frozenset({_R.DRAFT, _R.SUBMITTED, _R.CHANGES_REQUESTED})
"""A product has at most one revision in these states: it is being written or waits for its review."""


class PhotoStatus(StrEnum):
    PENDING = "pending"
    READY = "ready"
    REFUSED = "refused"


_F = PhotoStatus
PHOTO: Final = Machine(
    {
        _F.PENDING: frozenset({_F.READY, _F.REFUSED}),
        _F.READY: frozenset(),
        _F.REFUSED: frozenset(),
    }
)


class LicenceKind(StrEnum):
    PIRT = "pirt"
    BPOM = "bpom"
    HALAL = "halal"
    SNI = "sni"
    GI = "gi"  # geographical indication
    PKRT = "pkrt"  # household health supplies (soap, sanitizer)


class Storage(StrEnum):
    DRY = "dry"
    COOL = "cool"
    CHILLED = "chilled"
    FROZEN = "frozen"


class ShippingClass(StrEnum):
    """What couriers must know; some classes stay on the island."""

    NORMAL = "normal"
    FRAGILE = "fragile"
    LIQUID = "liquid"
    ODOROUS = "odorous"
    FROZEN = "frozen"
    READY_TO_EAT = "ready_to_eat"
    BULKY = "bulky"
    HIGH_VALUE = "high_value"
    ALCOHOL = "alcohol"
