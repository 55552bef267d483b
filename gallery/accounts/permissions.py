"""Who may do what, and where: role × permission × scope, in one table."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from gallery.accounts.states import Role

_R = Role
_PROVINCE_EDITS = {_R.COMPANION, _R.DISTRICT_OFFICER, _R.PROVINCE_OFFICER}
_COUNTER = {_R.GALLERY_STAFF, _R.GALLERY_MANAGER}

PERMISSIONS: Final[dict[str, frozenset[Role]]] = {
    "product.view": frozenset({_R.SELLER, *_PROVINCE_EDITS}),
    "product.edit": frozenset({_R.SELLER, *_PROVINCE_EDITS}),
    "product.submit": frozenset({_R.SELLER, *_PROVINCE_EDITS}),
    "review.decide": frozenset({_R.PROVINCE_OFFICER}),
    "submission.view": frozenset(_PROVINCE_EDITS),
    "submission.upload": frozenset(_PROVINCE_EDITS),
    "business.view": frozenset({_R.SELLER, *_PROVINCE_EDITS}),
    "business.edit": frozenset({_R.SELLER, *_PROVINCE_EDITS}),
    "business.suspend": frozenset(_PROVINCE_EDITS),
    "nik.reveal": frozenset({_R.DISTRICT_OFFICER, _R.PROVINCE_OFFICER}),
    "stock.view": frozenset({_R.SELLER, _R.DISTRICT_OFFICER, _R.PROVINCE_OFFICER, *_COUNTER}),
    "stock.receive": frozenset({_R.SELLER, *_COUNTER}),
    "stock.adjust": frozenset({_R.SELLER, *_COUNTER}),
    "stock.transfer": frozenset(_COUNTER),
    "stock.block": frozenset({_R.GALLERY_MANAGER, _R.PROVINCE_OFFICER}),
    "stock.report": frozenset({_R.PROVINCE_OFFICER, *_COUNTER}),
    "consignment.view": frozenset({_R.SELLER, *_PROVINCE_EDITS, *_COUNTER}),
    "consignment.send": frozenset({_R.SELLER, _R.COMPANION, _R.DISTRICT_OFFICER}),
    "consignment.receive": frozenset(_COUNTER),
    "consignment.return": frozenset(_COUNTER),
    "consignment.approve": frozenset({_R.GALLERY_MANAGER}),
    "consignment.terms": frozenset({_R.GALLERY_MANAGER, _R.PROVINCE_OFFICER}),
    "label.print": frozenset(_COUNTER),
    "counter.sell": frozenset(_COUNTER),
    "counter.discount": frozenset({_R.GALLERY_MANAGER}),
    "counter.view": frozenset({_R.PROVINCE_OFFICER, *_COUNTER}),
    "stocktake.view": frozenset({_R.PROVINCE_OFFICER, *_COUNTER}),
    "stocktake.count": frozenset(_COUNTER),
    "stocktake.approve": frozenset({_R.GALLERY_MANAGER, _R.PROVINCE_OFFICER}),
    "order.view": frozenset({_R.SELLER, _R.PROVINCE_OFFICER, *_COUNTER}),
    "order.pack": frozenset({_R.SELLER, *_COUNTER}),
    "order.paper": frozenset({_R.PROVINCE_OFFICER, *_COUNTER}),
    "order.cancel": frozenset({_R.GALLERY_MANAGER, _R.PROVINCE_OFFICER}),
    "qris.manage": frozenset({_R.GALLERY_MANAGER, _R.PROVINCE_OFFICER}),
    "payment.verify": frozenset({_R.GALLERY_MANAGER, _R.PROVINCE_OFFICER}),
    "settlement.view": frozenset({_R.SELLER, _R.DISTRICT_OFFICER, _R.PROVINCE_OFFICER, _R.GALLERY_MANAGER}),
    "settlement.pay": frozenset({_R.PROVINCE_OFFICER, _R.GALLERY_MANAGER}),
    "settlement.approve": frozenset({_R.PROVINCE_OFFICER}),
    "money.report": frozenset({_R.DISTRICT_OFFICER, _R.PROVINCE_OFFICER, _R.GALLERY_MANAGER}),
    "turnover.view": frozenset({_R.SELLER, _R.DISTRICT_OFFICER, _R.PROVINCE_OFFICER}),
    "turnover.file": frozenset({_R.SELLER, _R.DISTRICT_OFFICER, _R.PROVINCE_OFFICER}),
    "journal.view": frozenset({_R.PROVINCE_OFFICER}),
    "bank.statement": frozenset({_R.PROVINCE_OFFICER}),
    "shipment.hand_over": frozenset({_R.SELLER, _R.PROVINCE_OFFICER, *_COUNTER}),
    "remittance.receive": frozenset({_R.PROVINCE_OFFICER, *_COUNTER}),
    "courier.pay": frozenset({_R.GALLERY_MANAGER, _R.PROVINCE_OFFICER}),
    "rider.manage": frozenset({_R.GALLERY_MANAGER, _R.PROVINCE_OFFICER}),
    "tariff.manage": frozenset({_R.GALLERY_MANAGER, _R.PROVINCE_OFFICER}),
    "courier.manage": frozenset({_R.GALLERY_MANAGER, _R.PROVINCE_OFFICER}),
    "courier.exchange": frozenset({_R.GALLERY_MANAGER, _R.PROVINCE_OFFICER}),
    "courier.coverage": frozenset({_R.PROVINCE_OFFICER}),
    "courier.notice": frozenset({_R.PROVINCE_OFFICER}),
    "courier.statement": frozenset({_R.PROVINCE_OFFICER}),
    "news.write": frozenset({_R.PROVINCE_OFFICER}),
    "site.manage": frozenset({_R.PROVINCE_OFFICER, _R.ADMINISTRATOR}),
    "user.manage": frozenset({_R.ADMINISTRATOR}),
    "privacy.answer": frozenset({_R.ADMINISTRATOR}),
    "job.manage": frozenset({_R.ADMINISTRATOR}),
    "audit.view": frozenset({_R.ADMINISTRATOR}),
    "staff.enter": frozenset({*_PROVINCE_EDITS, *_COUNTER, _R.ADMINISTRATOR}),
    "seller.enter": frozenset({_R.SELLER}),
}

# The one scope column that a grant of each role carries; the others act everywhere.
SCOPE_OF_ROLE: Final[dict[Role, str]] = {
    _R.SELLER: "business_id",
    _R.COMPANION: "district_code",
    _R.DISTRICT_OFFICER: "district_code",
    _R.GALLERY_STAFF: "gallery_id",
    _R.GALLERY_MANAGER: "gallery_id",
    _R.OFFICE_COORDINATOR: "office_id",
}
STAFF_ROLES: Final = PERMISSIONS["staff.enter"]


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in one place, as a value."""

    role: Role
    district_code: str | None = None
    gallery_id: int | None = None
    business_id: int | None = None
    office_id: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a permission holds. Queries turn it into a condition; what is outside does not exist (404)."""

    everything: bool = False
    districts: frozenset[str] = frozenset()
    galleries: frozenset[int] = frozenset()
    businesses: frozenset[int] = frozenset()
    offices: frozenset[int] = frozenset()

    @classmethod
    def of(cls, grants: Iterable[Grant]) -> "Scope":
        """Unite the places of several grants; a role without a scope column means everything."""
        rows = list(grants)
        return cls(
            everything=any(g.role not in SCOPE_OF_ROLE for g in rows),
            districts=frozenset(g.district_code for g in rows if g.district_code),
            galleries=frozenset(g.gallery_id for g in rows if g.gallery_id),
            businesses=frozenset(g.business_id for g in rows if g.business_id),
            offices=frozenset(g.office_id for g in rows if g.office_id),
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is inside."""
        return not (self.everything or self.districts or self.galleries or self.businesses or self.offices)


EVERYTHING: Final = Scope(everything=True)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in person with grants, the system, or a guest. Passed to every service that changes things."""

    user_id: int | None = None
    name: str = ""
    grants: tuple[Grant, ...] = field(default=())
    is_system: bool = False

    @classmethod
    def system(cls) -> "Actor":
        """Jobs and commands: may do everything, everywhere."""
        return cls(name="system", is_system=True)

    @classmethod
    def anonymous(cls) -> "Actor":
        """A guest: may do what any page lets anybody do."""
        return cls()

    @property
    def label(self) -> str:
        """What the audit trail calls this actor; never a person's name."""
        if self.is_system:
            return "system"
        roles = sorted({grant.role.value for grant in self.grants})
        return "+".join(roles) or ("buyer" if self.user_id else "guest")

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def is_staff(self) -> bool:
        """Whether the short session limits of staff hold."""
        return any(grant.role in STAFF_ROLES for grant in self.grants)

    def can(self, permission: str) -> bool:
        """Whether the permission is held anywhere; an unknown permission is a mistake in the code (KeyError)."""
        roles = PERMISSIONS[permission]
        return self.is_system or any(grant.role in roles for grant in self.grants)

    def scope(self, permission: str) -> Scope:
        """Where the permission is held."""
        roles = PERMISSIONS[permission]
        return EVERYTHING if self.is_system else Scope.of(grant for grant in self.grants if grant.role in roles)
